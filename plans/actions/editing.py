"""Changes of the working copy. Nothing here is public before a version is published."""

import uuid
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.actions import MoveRefused, record
from plans.choices import Status
from plans.freezing import working_items
from plans.models import Action, Item, Plan, RoleAssignment, WorkGroup
from plans.references import to_stored


class EditedMeanwhile(Exception):
    """Somebody else saved the item after this editor opened it."""


@dataclass
class ActionDraft:
    """An action as an editor leaves it; without `id` it is a new one."""

    text: str
    status: str = Status.NOT_STARTED
    id: uuid.UUID | None = None


@dataclass
class ItemDraft:
    """What the edit form holds. `roles` maps a work group's code to a role, or to ""."""

    handle: str
    statement: str
    text: str = ""
    evidence: str = ""
    roles: dict[str, str] = field(default_factory=dict)
    actions: list[ActionDraft] = field(default_factory=list)


@transaction.atomic
def edit_item(*, item: Item, draft: ItemDraft, revision: int, by: Any) -> Item:
    """Save a draft over revision `revision` of the item.

    Raises EditedMeanwhile if that is no longer the newest, UnknownReference for a `[[…]]` that
    names nothing, MoveRefused for a retired item.
    """
    now = timezone.now()
    item = Item.objects.select_for_update().get(pk=item.pk)
    if item.retired_at:
        raise MoveRefused("This item is retired. Bring it back before you edit it.")
    if item.revision != revision:
        raise EditedMeanwhile("Somebody saved this item after you opened it.")
    before = {name: getattr(item, name) for name in ("handle", "statement", "text", "evidence")}
    ids = {number: other.pk for number, other in working_items(item.plan)}
    item.handle, item.statement = draft.handle, draft.statement
    item.text, item.evidence = to_stored(draft.text, ids), to_stored(draft.evidence, ids)
    item.revision, item.changed_at, item.changed_by = revision + 1, now, by
    item.save()
    _set_roles(item, draft.roles)
    _set_actions(item, draft.actions, ids)
    after = {name: getattr(item, name) for name in before}
    changed = [name for name in before if before[name] != after[name]]
    record(
        by=by,
        what="edited",
        subject=item,
        before={name: before[name] for name in changed},
        after={name: after[name] for name in changed},
    )
    return item


def _set_roles(item: Item, roles: dict[str, str]) -> None:
    groups = {group.code: group for group in WorkGroup.objects.filter(code__in=roles)}
    for code, group in groups.items():
        if roles[code]:
            RoleAssignment.objects.update_or_create(
                item=item, group=group, defaults={"role": roles[code]}
            )
        else:
            RoleAssignment.objects.filter(item=item, group=group).delete()


def _set_actions(item: Item, drafts: list[ActionDraft], ids: dict[str, uuid.UUID]) -> None:
    """Put the actions in the drafts' order; those left out retire."""
    now = timezone.now()
    standing = {action.pk: action for action in item.actions.filter(retired_at__isnull=True)}
    for position, draft in enumerate(drafts, start=1):
        action = standing.pop(draft.id, None) if draft.id else None
        action = action or Action(item=item)
        if action.status != draft.status:
            action.status, action.status_on = draft.status, timezone.localdate()
        action.text, action.position = to_stored(draft.text, ids), position
        action.save()
    for action in standing.values():
        action.retired_at, action.position = now, None
        action.save(update_fields=["retired_at", "position"])


@transaction.atomic
def add_item(
    *,
    plan: Plan,
    parent: Item | None,
    statement: str,
    by: Any,
    handle: str = "",
    token: uuid.UUID | None = None,
) -> Item:
    """A new item at the end of its siblings. The same form sent twice (the same `token` and words)
    gives the same item. Raises MoveRefused below the plan's last level."""
    plan = Plan.objects.select_for_update().get(pk=plan.pk)
    if twin := Item.objects.filter(form_token=token).first() if token else None:
        if (twin.plan, twin.parent, twin.handle, twin.statement) == (
            plan,
            parent,
            handle,
            statement,
        ):
            return twin
        # Gone back to the form and written another one.
        token = None
    depth = 1
    above = parent
    while above:
        depth, above = depth + 1, above.parent
    if depth > len(plan.level_names):
        raise MoveRefused(f"The plan ends with {plan.level_name(len(plan.level_names), True)}.")
    last = plan.items.standing().filter(parent=parent).order_by("-position").first()
    item = Item.objects.create(
        plan=plan,
        parent=parent,
        position=(last.position or 0) + 1 if last else 1,
        handle=handle,
        statement=statement,
        changed_by=by if getattr(by, "pk", None) else None,
        form_token=token or uuid.uuid4(),
    )
    record(by=by, what="added", subject=item, after={"statement": statement})
    return item


@transaction.atomic
def move_item(*, item: Item, up: bool, by: Any) -> bool:
    """Change places with the sibling before or after. False if there is none."""
    Plan.objects.select_for_update().get(pk=item.plan_id)
    item = Item.objects.get(pk=item.pk)
    if item.retired_at:
        return False
    siblings = Item.objects.standing().filter(plan_id=item.plan_id, parent_id=item.parent_id)
    other = (
        siblings.filter(position__lt=item.position).order_by("-position").first()
        if up
        else siblings.filter(position__gt=item.position).order_by("position").first()
    )
    if other is None:
        return False
    item.position, other.position = other.position, item.position
    item.save(update_fields=["position"])
    other.save(update_fields=["position"])
    record(by=by, what="moved up" if up else "moved down", subject=item)
    return True


@transaction.atomic
def retire_item(*, item: Item, by: Any) -> Item:
    """Take an item out of the plan; versions and comments keep it. Raises MoveRefused while
    something stands under it."""
    Plan.objects.select_for_update().get(pk=item.plan_id)
    item = Item.objects.get(pk=item.pk)
    if item.retired_at:
        return item
    if Item.objects.standing().filter(parent=item).exists():
        raise MoveRefused("Retire or move what stands under this item first.")
    item.retired_at, item.retired_by, item.position = timezone.now(), by, None
    item.save(update_fields=["retired_at", "retired_by", "position"])
    record(by=by, what="retired", subject=item)
    return item


@transaction.atomic
def restore_item(*, item: Item, by: Any) -> Item:
    """Bring a retired item back, as the last of its siblings. Raises MoveRefused if what it
    stood under is retired too."""
    Plan.objects.select_for_update().get(pk=item.plan_id)
    item = Item.objects.select_related("parent").get(pk=item.pk)
    if not item.retired_at:
        return item
    if item.parent and item.parent.retired_at:
        raise MoveRefused("Bring back what it stood under first.")
    last = (
        Item.objects.standing()
        .filter(plan_id=item.plan_id, parent_id=item.parent_id)
        .order_by("-position")
        .first()
    )
    item.retired_at, item.retired_by = None, None
    item.position = (last.position or 0) + 1 if last else 1
    item.save(update_fields=["retired_at", "retired_by", "position"])
    record(by=by, what="brought back", subject=item)
    return item
