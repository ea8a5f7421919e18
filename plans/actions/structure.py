"""The tree of the working copy: what stands where, and what becomes of it.

Every act takes the plan's one lock first, so that siblings always stand at 1, 2, 3 …
"""

import uuid
from collections.abc import Iterable
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.utils import timezone

from accounts.actions import MoveRefused, record
from accounts.models import Entry
from plans.choices import Passing, PlanState
from plans.models import Descent, Item, Plan
from vocabularies.templatetags.words import counted

MOST_SIBLINGS = 999  # a number has three digits at most
Tree = dict[uuid.UUID | None, list[Item]]


class MovedMeanwhile(MoveRefused):
    """The plan's tree is not as the page showed it. Its text is for the person."""


def locked(plan_id: int) -> Plan:
    """The plan, for one editor at a time. Raises MoveRefused for a superseded one."""
    plan = Plan.objects.select_for_update(no_key=True).get(pk=plan_id)
    if plan.state == PlanState.SUPERSEDED:
        raise MoveRefused("This plan is history: a later one took its place.")
    return plan


def tree_of(plan: Plan) -> Tree:
    """Standing items by what they stand under, in their order. One query."""
    below: Tree = {}
    few = plan.items.standing().only("plan_id", "parent_id", "position", "handle", "statement")
    for item in few.order_by("position"):
        below.setdefault(item.parent_id, []).append(item)
    return below


def place_of(below: Tree, item: Item) -> str:
    """Stands for where a page showed the item: under what, and after what."""
    siblings = below.get(item.parent_id, [])
    at = next((n for n, one in enumerate(siblings) if one.pk == item.pk), 0)
    return f"{item.parent_id or ''}.{siblings[at - 1].pk if at else ''}"


def settle(below: Tree, parents: Iterable[uuid.UUID | None]) -> None:
    """Write the order of these parents' children: 1, 2, 3 …"""
    moved = []
    for parent in dict.fromkeys(parents):
        for place, item in enumerate(below.get(parent, []), start=1):
            if (item.position, item.parent_id) != (place, parent):
                item.position, item.parent_id = place, parent
                moved.append(item)
    Item.objects.bulk_update(moved, ["position", "parent"], batch_size=500)


def depth_under(below: Tree, parent_id: uuid.UUID | None) -> int:
    """The level at which children of `parent_id` stand: 1 at the root."""
    above = {item.pk: item.parent_id for siblings in below.values() for item in siblings}
    depth = 1
    while parent_id:
        depth, parent_id = depth + 1, above[parent_id]
    return depth


def height_of(below: Tree, pk: uuid.UUID) -> int:
    """Levels that an item and what stands under it take."""
    return 1 + max((height_of(below, child.pk) for child in below.get(pk, [])), default=0)


def stands_below(below: Tree, pk: uuid.UUID, above: uuid.UUID) -> bool:
    return any(
        child.pk == pk or stands_below(below, pk, child.pk) for child in below.get(above, [])
    )


def refuse_what_does_not_fit(
    plan: Plan, below: Tree, parent_id: uuid.UUID | None, height: int
) -> None:
    """Raises MoveRefused below the plan's last level and beyond 999 siblings."""
    if depth_under(below, parent_id) + height - 1 > len(plan.level_names):
        raise MoveRefused(f"The plan ends with {plan.level_name(len(plan.level_names), True)}.")
    if len(below.get(parent_id, [])) >= MOST_SIBLINGS:
        raise MoveRefused(f"At most {MOST_SIBLINGS} items stand side by side.")


def _standing(below: Tree, pk: uuid.UUID) -> Item:
    for siblings in below.values():
        for item in siblings:
            if item.pk == pk:
                return item
    raise MovedMeanwhile("Somebody retired this item after you opened the page.")


@transaction.atomic
def add_item(
    *,
    plan: Plan,
    parent: Item | None,
    statement: str,
    by: Any,
    handle: str = "",
    token: uuid.UUID | None = None,
    before: Item | None = None,
    after: Item | None = None,
) -> Item:
    """A new item: before or after a sibling, else at the end. The same form sent twice (the same
    `token` and words) gives the same item.

    Raises MoveRefused below the plan's last level, MovedMeanwhile if the sibling or the parent
    no longer stands where it did.
    """
    plan = locked(plan.pk)
    if twin := Item.objects.filter(form_token=token).first() if token else None:
        said = (twin.plan_id, twin.handle, twin.statement)
        if said == (plan.pk, handle, statement) and (before or after or twin.parent == parent):
            return twin
        # Gone back to the form and written another one.
        token = None
    below = tree_of(plan)
    beside = before or after
    parent_id = parent.pk if parent else None
    if beside:
        parent_id = _standing(below, beside.pk).parent_id
    elif parent_id:
        _standing(below, parent_id)
    refuse_what_does_not_fit(plan, below, parent_id, 1)
    siblings = below.setdefault(parent_id, [])
    at = len(siblings)
    if beside:
        at = [one.pk for one in siblings].index(beside.pk) + (0 if before else 1)
    item = Item.objects.create(
        plan=plan,
        parent_id=parent_id,
        position=len(siblings) + 1,
        handle=handle,
        statement=statement,
        changed_by=by if getattr(by, "pk", None) else None,
        form_token=token or uuid.uuid4(),
    )
    siblings.insert(at, item)
    settle(below, [parent_id])
    record(by=by, what="added", subject=item, after={"statement": statement})
    return item


@transaction.atomic
def move_item(
    *, item: Item, to: str, by: Any, target: Item | None = None, seen: str | None = None
) -> bool:
    """Move an item with all that stands under it. False if there is nowhere to go.

    `to`: "up", "down", "indent" (under the one before it), "outdent" (after what it stands
    under), or "before", "after", "under" a `target`. `seen` is `place_of` on the page that was
    read. Raises MovedMeanwhile if it is another now, MoveRefused where the item cannot stand.
    """
    plan = locked(item.plan_id)
    below = tree_of(plan)
    item = _standing(below, item.pk)
    if seen is not None and seen != place_of(below, item):
        raise MovedMeanwhile(
            f"Somebody moved things around “{item.title}” after you opened the page. This is how "
            "they stand now."
        )
    place = _destination(below, item, to, target)
    if place is None:
        return False
    parent_id, before_pk = place
    was = item.parent_id
    if parent_id != was:
        refuse_what_does_not_fit(plan, below, parent_id, height_of(below, item.pk))
    below[was].remove(item)
    siblings = below.setdefault(parent_id, [])
    ids = [one.pk for one in siblings]
    siblings.insert(ids.index(before_pk) if before_pk else len(ids), item)
    settle(below, [was, parent_id])
    record(
        by=by, what=f"moved {to}" if target is None else f"moved {to} {target}"[:80], subject=item
    )
    return True


def _destination(
    below: Tree, item: Item, to: str, target: Item | None
) -> tuple[uuid.UUID | None, uuid.UUID | None] | None:
    """(new parent, the sibling it comes before or None for the end), or None for nowhere."""
    siblings = below[item.parent_id]
    at = siblings.index(item)
    following = [*siblings, None, None]
    if to == "up":
        return (item.parent_id, siblings[at - 1].pk) if at else None
    if to == "down":
        last = at == len(siblings) - 1
        return None if last else (item.parent_id, _pk(following[at + 2]))
    if to == "indent":
        return (siblings[at - 1].pk, None) if at else None
    if to == "outdent":
        if item.parent_id is None:
            return None
        target, to = _standing(below, item.parent_id), "after"
    if target is None:
        return None
    target = _standing(below, target.pk)
    if target.pk == item.pk or stands_below(below, target.pk, item.pk):
        raise MoveRefused("An item cannot stand under itself.")
    if to == "under":
        return target.pk, None
    if to == "before":
        return target.parent_id, target.pk
    beside = [one for one in below[target.parent_id] if one.pk != item.pk]
    rest = [*beside, None]
    return target.parent_id, _pk(rest[beside.index(target) + 1])


def _pk(item: Item | None) -> uuid.UUID | None:
    return item.pk if item else None


class StandsOver(MoveRefused):
    """Items stand under it. `below`: they, in reading order."""

    def __init__(self, item: Item, below: list[Item]) -> None:
        self.below = below
        super().__init__(
            f"{counted(len(below), 'item')} {'stands' if len(below) == 1 else 'stand'} under "
            f"“{item.title}”. Retire all together, or first move what shall stay."
        )


def family_below(below: Tree, pk: uuid.UUID) -> list[Item]:
    """All that stands under an item, in reading order."""
    found: list[Item] = []
    for child in below.get(pk, []):
        found += [child, *family_below(below, child.pk)]
    return found


@transaction.atomic
def retire_item(*, item: Item, by: Any, reason: str = "", whole: bool = False) -> Item:
    """Take an item out of the plan; versions and comments keep it. The `reason`, if there is one,
    is told to readers. `whole`: with all that stands under it, else StandsOver is raised."""
    plan = locked(item.plan_id)
    item = Item.objects.select_for_update().get(pk=item.pk)
    if item.retired_at:
        return item
    below = tree_of(plan)
    family = family_below(below, item.pk)
    if family and not whole:
        raise StandsOver(item, family)
    take_out(below, item, by)
    # One moment for all: what retired with an item comes back with it.
    Item.objects.filter(pk__in=[one.pk for one in family]).update(
        retired_at=item.retired_at, retired_by=_person(by), position=None
    )
    if reason:
        Descent.objects.bulk_create(
            Descent(plan=plan, source=one, kind=Passing.DROPPED, reason=reason, by=_person(by))
            for one in [item, *family]
        )
    under = {"under": [str(one.pk) for one in family]} if family else {}
    record(by=by, what="retired", subject=item, why=reason, before=under)
    return item


def take_out(below: Tree, item: Item, by: Any) -> None:
    """Retire it and close the gap."""
    item.retired_at, item.retired_by, item.position = timezone.now(), _person(by), None
    item.save(update_fields=["retired_at", "retired_by", "position"])
    below[item.parent_id] = [one for one in below[item.parent_id] if one.pk != item.pk]
    settle(below, [item.parent_id])


@transaction.atomic
def restore_item(*, item: Item, by: Any, at: int | None = None) -> Item:
    """Bring a retired item back, to place `at` among its siblings or as the last, with what
    retired together with it. What it was merged into keeps what it got. Raises MoveRefused if
    what it stood under is retired too, or they stand too deep by now."""
    plan = locked(item.plan_id)
    item = Item.objects.select_related("parent").get(pk=item.pk)
    if not item.retired_at:
        return item
    if item.parent and item.parent.retired_at:
        raise MoveRefused("Bring back what it stood under first.")
    below = tree_of(plan)
    gone = retired_with(item)
    family = family_below(gone, item.pk)
    refuse_what_does_not_fit(plan, below, item.parent_id, height_of(gone, item.pk))
    siblings = below.setdefault(item.parent_id, [])
    item.retired_at, item.retired_by, item.position = None, None, len(siblings) + 1
    item.save(update_fields=["retired_at", "retired_by", "position"])
    siblings.insert(len(siblings) if at is None else max(0, at - 1), item)
    for children in gone.values():
        for place, child in enumerate(children, start=1):
            child.retired_at, child.retired_by, child.position = None, None, place
    Item.objects.bulk_update(family, ["retired_at", "retired_by", "position"], batch_size=500)
    settle(below, [item.parent_id])
    Descent.objects.filter(
        plan=plan, source__in=[item, *family], kind__in=[Passing.DROPPED, Passing.MERGED]
    ).delete()
    record(by=by, what="brought back", subject=item)
    return item


def retired_with(item: Item) -> Tree:
    """What retired together with an item, by what it stood under, in the order it had."""
    entries = Entry.objects.filter(
        subject_type=ContentType.objects.get_for_model(Item), subject_id=str(item.pk)
    )
    last = entries.filter(what="retired").values_list("before", flat=True).first() or {}
    places = {pk: place for place, pk in enumerate(last.get("under", []))}
    rows = Item.objects.filter(plan_id=item.plan_id, retired_at=item.retired_at)
    same = sorted(rows.exclude(pk=item.pk), key=lambda one: places.get(str(one.pk), 0))
    by_parent: Tree = {}
    for one in same:
        by_parent.setdefault(one.parent_id, []).append(one)
    found: Tree = {}
    heads = [item.pk]
    while heads:
        pk = heads.pop()
        found[pk] = by_parent.get(pk, [])
        heads += [one.pk for one in found[pk]]
    return found


def _person(by: Any) -> Any:
    return by if getattr(by, "pk", None) else None
