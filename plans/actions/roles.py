"""Who does what in the working copy, cell by cell. Two editors never overwrite one another: each
says what the cell was when they read it."""

import uuid
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.actions import MoveRefused, record
from plans.choices import PlanState
from plans.models import Item, Plan, RoleAssignment, WorkGroup


@dataclass(frozen=True)
class CellDraft:
    """A role ("" for none) for a group in an item, where `was` was read. `take_from`: keys of the
    groups that give up a role which only one may have."""

    item_id: uuid.UUID
    group_id: int
    was: str
    role: str
    take_from: frozenset[int] = frozenset()


@dataclass
class CellOutcome:
    """What became of a draft: "saved", "same", "changed" (somebody else chose `now` meanwhile),
    "taken" (`holders` have the role that only one may have) or "gone" (item or group)."""

    draft: CellDraft
    what: str
    now: str = ""
    holders: list[WorkGroup] = field(default_factory=list)


@transaction.atomic
def set_roles(*, plan: Plan, cells: list[CellDraft], by: Any) -> list[CellOutcome]:
    """Save what can be saved, and say of every cell what became of it.

    An item's revision grows, so that whoever has its own page open learns of it. Raises
    MoveRefused for a role that the plan does not have or a plan that is history.
    """
    plan = Plan.objects.select_for_update(no_key=True).get(pk=plan.pk)
    if plan.state == PlanState.SUPERSEDED:
        raise MoveRefused("This plan is history. Its roles stay as they are.")
    if {cell.role for cell in cells} - {"", *(role["key"] for role in plan.roles)}:
        raise MoveRefused("The plan has no such role.")
    wanted = {cell.item_id for cell in cells if cell.role != cell.was}
    locked = plan.items.standing().filter(pk__in=wanted).order_by("pk").select_for_update()
    items = {item.pk: item for item in locked}
    groups = {group.pk: group for group in WorkGroup.objects.all()}
    held = {
        (one.item_id, one.group_id): one.role
        for one in RoleAssignment.objects.filter(item_id__in=items)
    }
    before = dict(held)
    alone = {role["key"] for role in plan.roles if role["only_one"]}
    outcomes: dict[CellDraft, CellOutcome] = {}
    # Who gives up a role comes first, so that a page may hand it from one group to another.
    for cell in sorted(cells, key=lambda cell: cell.role in alone):
        outcomes[cell] = _set(cell, items, groups, held, alone)
    _save(items, groups, before, held, plan, by)
    return [outcomes[cell] for cell in cells]


def _set(
    cell: CellDraft,
    items: dict[uuid.UUID, Item],
    groups: dict[int, WorkGroup],
    held: dict[tuple[uuid.UUID, int], str],
    alone: set[str],
) -> CellOutcome:
    """Change `held` if the cell may have what it asks for."""
    if cell.role == cell.was:
        return CellOutcome(cell, "same", cell.was)
    if cell.item_id not in items or cell.group_id not in groups:
        return CellOutcome(cell, "gone")
    place, wanted = (cell.item_id, cell.group_id), (cell.item_id, cell.role)
    now = held.get(place, "")
    if now == cell.role:
        return CellOutcome(cell, "same", now)
    if now != cell.was:
        return CellOutcome(cell, "changed", now)
    if cell.role in alone:
        having = {pk for (item_id, pk), role in held.items() if (item_id, role) == wanted}
        if having - cell.take_from:
            return CellOutcome(cell, "taken", now, [groups[pk] for pk in sorted(having)])
        for pk in having:
            del held[cell.item_id, pk]
    held.pop(place, None)
    if cell.role:
        held[place] = cell.role
    return CellOutcome(cell, "saved", cell.role)


def _save(
    items: dict[uuid.UUID, Item],
    groups: dict[int, WorkGroup],
    before: dict[tuple[uuid.UUID, int], str],
    held: dict[tuple[uuid.UUID, int], str],
    plan: Plan,
    by: Any,
) -> None:
    """Rows, revisions and one Entry for each item that changed."""
    changed = {
        place for place in before.keys() | held.keys() if before.get(place) != held.get(place)
    }
    now = timezone.now()
    for item_id in sorted({item_id for item_id, _ in changed}):
        item = items[item_id]
        said: tuple[dict[str, str], dict[str, str]] = ({}, {})
        for group_id in sorted(group_id for item, group_id in changed if item == item_id):
            for words, roles in zip(said, (before, held), strict=True):
                role = roles.get((item_id, group_id))
                words[groups[group_id].name] = plan.role(role)["label"] if role else ""
            _write(item_id, group_id, held.get((item_id, group_id), ""))
        item.revision, item.changed_at, item.changed_by = item.revision + 1, now, by
        item.save(update_fields=["revision", "changed_at", "changed_by"])
        record(by=by, what="set roles", subject=item, before=said[0], after=said[1])


def _write(item_id: uuid.UUID, group_id: int, role: str) -> None:
    if role:
        RoleAssignment.objects.update_or_create(
            item_id=item_id, group_id=group_id, defaults={"role": role}
        )
    else:
        RoleAssignment.objects.filter(item_id=item_id, group_id=group_id).delete()


class RolesChanged(Exception):
    """Somebody changed the plan's roles after this editor opened them."""


@transaction.atomic
def word_roles(
    *, plan: Plan, roles: list[dict[str, Any]], seen: list[dict[str, Any]], by: Any
) -> Plan:
    """Call the plan's roles `roles` where `seen` was read. Published versions keep their words.
    Raises RolesChanged, and MoveRefused for a role left out that a group has."""
    plan = Plan.objects.select_for_update(no_key=True).get(pk=plan.pk)
    if plan.roles != seen:
        raise RolesChanged("Somebody changed the roles after you opened this page.")
    gone = {role["key"] for role in plan.roles} - {role["key"] for role in roles}
    if RoleAssignment.objects.filter(item__plan=plan, role__in=gone).exists():
        raise MoveRefused("A role that a group has cannot go. Give the group another one first.")
    was = {role["key"]: role["label"] for role in plan.roles}
    plan.roles = roles
    plan.save(update_fields=["roles"])
    now = {role["key"]: role["label"] for role in roles}
    record(by=by, what="changed the words of roles", subject=plan, before=was, after=now)
    return plan
