"""Words in the current version of the plan."""

from plans.models import PlanVersion, VersionItem
from plans.structure.references import STORED
from vocabularies.text import without_accents


def search(words: str, limit: int) -> list[dict[str, str]]:
    """Items that hold every word, accents and case apart; an item called by its number
    comes first, names and statements before prose.

    A plan has at most some thousand items, so they are read and sought through here.
    """
    wanted = without_accents(words).split()
    version = PlanVersion.objects.current()
    if not wanted or version is None:
        return []
    nodes = list(version.items.defer("text_html", "evidence_html"))
    found = []
    for node in nodes:
        title = without_accents(f"{node.number} {node.handle} {node.statement}")
        prose = without_accents(_prose(node))
        if all(word in title or word in prose for word in wanted):
            called = wanted == [node.number]
            named = all(word in title for word in wanted)
            found.append((not called, not named, node.order, node))
    return [
        {
            "title": f"{node.number} {node.title}",
            "url": node.get_absolute_url(),
            "note": node.statement if node.handle else f"In the plan, {version.plan}",
        }
        for *_, node in sorted(found, key=lambda hit: hit[:3])[:limit]
    ]


def _prose(node: VersionItem) -> str:
    doing = " ".join(action["text"] for action in node.actions)
    return STORED.sub(" ", f"{node.text} {node.evidence} {doing}")
