"""The words of one item of the working copy. Nothing here is public before it is published."""

import uuid
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.actions import MoveRefused, record
from plans.actions.structure import locked
from plans.models import Action, Item, Plan, RoleAssignment, WorkGroup
from plans.structure.freezing import working_items
from plans.structure.references import called, to_stored

WORDS = ("handle", "statement", "text", "evidence")


class EditedMeanwhile(Exception):
    """Somebody else saved the item after this editor opened it."""


@dataclass
class ActionDraft:
    """An action as an editor leaves it; without `id` it is a new one. How it stands is told by
    news alone (plans.actions.progress)."""

    text: str
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
    plan = locked(item.plan_id)
    item = for_editing(item.pk, revision)
    before = {name: getattr(item, name) for name in WORDS}
    ids = names_in(plan, draft)
    put_words(item, draft, ids, by)
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


def for_editing(pk: uuid.UUID, revision: int) -> Item:
    """The item, locked. Raises MoveRefused for a retired one, EditedMeanwhile for another
    revision than the one that was read."""
    item = Item.objects.select_for_update().get(pk=pk)
    if item.retired_at:
        raise MoveRefused("This item is retired. Bring it back before you edit it.")
    if item.revision != revision:
        raise EditedMeanwhile("Somebody saved this item after you opened it.")
    return item


def names_in(plan: Plan, *drafts: ItemDraft) -> dict[str, uuid.UUID]:
    """What `[[…]]` can name, if a draft names anything."""
    texts = [t for d in drafts for t in (d.text, d.evidence, *(a.text for a in d.actions))]
    return called(working_items(plan)) if any("[[" in text for text in texts) else {}


def put_words(item: Item, draft: ItemDraft, ids: dict[str, uuid.UUID], by: Any) -> None:
    """Save handle, statement, text and evidence as the item's next revision."""
    item.handle, item.statement = draft.handle, draft.statement
    item.text, item.evidence = to_stored(draft.text, ids), to_stored(draft.evidence, ids)
    item.revision, item.changed_at = item.revision + 1, timezone.now()
    item.changed_by = by if getattr(by, "pk", None) else None
    item.save()


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
        action.text, action.position = to_stored(draft.text, ids), position
        action.save()
    for action in standing.values():
        action.retired_at, action.position = now, None
        action.save(update_fields=["retired_at", "position"])
