"""Items of the working copy by number, name or words: for whoever mentions or merges one."""

from plans.models import Item, Plan
from plans.structure.freezing import working_items
from vocabularies.text import without_accents


def find(plan: Plan, words: str, limit: int = 20) -> list[tuple[str, Item]]:
    """Items with every word in their number, name or statement: the number itself first, then
    names, then statements. One query."""
    wanted = without_accents(words).split()
    if not wanted:
        return []
    hits = []
    for order, (number, item) in enumerate(working_items(plan)):
        handle = without_accents(item.handle)
        title = f"{number} {handle} {without_accents(item.statement)}"
        if all(word in title for word in wanted):
            called = wanted[0] == number
            begins = number.startswith(f"{wanted[0]}.") or handle.startswith(wanted[0])
            named = all(word in handle for word in wanted)
            hits.append((not called, not begins, not named, order, number, item))
    return [(number, item) for *_, number, item in sorted(hits, key=lambda hit: hit[:4])[:limit]]


def named_in(plan: Plan, pk: str) -> str:
    """ "2.2 Capacity" for the id of a standing item, else nothing."""
    for number, item in working_items(plan):
        if str(item.pk) == pk:
            return mention(number, item)
    return ""


def mention(number: str, item: Item) -> str:
    """What stands between the double brackets. Brackets in a title would end them."""
    return f"{number} {item.title}".replace("[", "").replace("]", "")
