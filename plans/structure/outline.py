"""The working copy as the tree editor shows it: all of a small plan, a branch of a large one."""

import uuid
from dataclasses import dataclass

from plans.actions.structure import place_of
from plans.models import Item, Plan, PlanVersion
from plans.structure.differences import compare, of_words
from plans.structure.freezing import freeze
from plans.structure.numbers import ancestors_of, numbered

AT_ONCE = 150
FOLDED_BELOW = 2
COMPARED = 400  # a plan this large is compared word by word; a larger one by what was saved when


@dataclass
class Row:
    """One item of the editor's page. `seen`: plans.actions.structure.place_of; `hidden`: how many
    stand under it that the page does not show."""

    item: Item
    number: str
    depth: int
    state: str
    seen: str
    is_first: bool
    is_last: bool
    may_indent: bool
    may_hold: bool
    hidden: int = 0


@dataclass
class Outline:
    """`above`: (number, item) of what the branch stands under; `touched`: items of the working
    copy that are new, edited or elsewhere since the last version."""

    rows: list[Row]
    above: list[tuple[str, Item]]
    total: int
    touched: int
    branch: Item | None = None


def outline(plan: Plan, last: PlanVersion | None, under: uuid.UUID | None = None) -> Outline:
    """Two queries, six to compare it word by word. `under` an item that does not stand shows
    the whole."""
    few = plan.items.standing().only(
        "plan_id", "parent_id", "position", "handle", "statement", "changed_at"
    )
    pairs = numbered(few)
    public = dict(last.items.values_list("item_id", "number")) if last else {}
    below: dict[uuid.UUID | None, list[Item]] = {}
    for _, item in pairs:
        below.setdefault(item.parent_id, []).append(item)
    places = {item.pk: n for siblings in below.values() for n, item in enumerate(siblings)}
    heights = _heights(pairs, below)
    states = _states(plan, pairs, last, public)
    numbers = {item.pk: number for number, item in pairs}
    top = numbers.get(under, "") if under else ""
    shown = [p for p in pairs if not top or p[0] == top or p[0].startswith(f"{top}.")]
    deepest = top.count(".") + 1 + FOLDED_BELOW if top else FOLDED_BELOW
    folds = len(shown) > AT_ONCE
    levels = len(plan.level_names)
    rows = []
    for number, item in shown:
        depth = number.count(".") + 1
        if folds and depth > deepest:
            continue
        siblings, at = below[item.parent_id], places[item.pk]
        rows.append(
            Row(
                item=item,
                number=number,
                depth=depth,
                state=states[item.pk],
                seen=place_of({item.parent_id: siblings[max(0, at - 1) : at + 1]}, item),
                is_first=at == 0,
                is_last=at == len(siblings) - 1,
                may_indent=at > 0 and depth + heights[item.pk] <= levels,
                may_hold=depth < levels,
                hidden=_count_under(item, below) if folds and depth == deepest else 0,
            )
        )
    by_number = {number: item for number, item in pairs}
    return Outline(
        rows=rows,
        above=[(number, by_number[number]) for number in ancestors_of(top)] if top else [],
        total=len(pairs),
        touched=sum(bool(state) for state in states.values()),
        branch=by_number.get(top),
    )


def _heights(
    pairs: list[tuple[str, Item]], below: dict[uuid.UUID | None, list[Item]]
) -> dict[uuid.UUID, int]:
    """Levels that each item and what stands under it take."""
    heights: dict[uuid.UUID, int] = {}
    for _, item in reversed(pairs):
        heights[item.pk] = 1 + max((heights[c.pk] for c in below.get(item.pk, [])), default=0)
    return heights


def _count_under(item: Item, below: dict[uuid.UUID | None, list[Item]]) -> int:
    return sum(1 + _count_under(child, below) for child in below.get(item.pk, []))


def _states(
    plan: Plan,
    pairs: list[tuple[str, Item]],
    last: PlanVersion | None,
    public: dict[uuid.UUID, str],
) -> dict[uuid.UUID, str]:
    """ "new", "changed", "moved" or "" for each item."""
    if last is None or len(pairs) > COMPARED:
        return {item.pk: _state(number, item, last, public) for number, item in pairs}
    states = {item.pk: "" for _, item in pairs}
    for change in of_words(compare(list(last.items.all()), freeze(plan))):
        if change.item_id not in states:
            continue
        if change.kind == "New item":
            states[change.item_id] = "new"
        elif change.kind != "Order and number":
            states[change.item_id] = "changed"
        elif not states[change.item_id]:
            states[change.item_id] = "moved"
    return states


def _state(number: str, item: Item, last: PlanVersion | None, public: dict[uuid.UUID, str]) -> str:
    if last is None:
        return ""
    if item.pk not in public:
        return "new"
    if item.changed_at > last.published_at:
        return "changed"
    return "moved" if public[item.pk] != number else ""
