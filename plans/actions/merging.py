"""One item out of two, two out of one. What was said about them stays where it was said."""

import uuid
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.db.models import Max, Q

from accounts.actions import MoveRefused, ReasonMissing, record
from plans.actions.editing import ItemDraft, for_editing, names_in, put_words
from plans.actions.structure import (
    MovedMeanwhile,
    height_of,
    locked,
    refuse_what_does_not_fit,
    settle,
    stands_below,
    take_out,
    tree_of,
)
from plans.choices import Passing
from plans.models import Action, Descent, Item, Measure, Milestone, RoleAssignment


@dataclass
class Part:
    """What of an item goes to the one that is split off, beside its words."""

    actions: Collection[uuid.UUID] = ()
    children: Collection[uuid.UUID] = ()
    roles_away: Collection[str] = ()
    roles_both: Collection[str] = ()


@dataclass
class Words:
    """What stays with an item that is split: its two long texts, and the revision that was read."""

    revision: int
    text: str = ""
    evidence: str = ""
    part: Part = field(default_factory=Part)


@transaction.atomic
def split_item(*, item: Item, stays: Words, new: ItemDraft, reason: str, by: Any) -> Item:
    """Make a new item right after this one, with the words of `new` and what `stays.part` names.

    Comments stay with the first. Raises EditedMeanwhile if `stays.revision` is not the newest,
    MoveRefused for a retired item, UnknownReference, ReasonMissing.
    """
    if not reason:
        raise ReasonMissing("Say why, in a sentence.")
    plan = locked(item.plan_id)
    item = for_editing(item.pk, stays.revision)
    below = tree_of(plan)
    refuse_what_does_not_fit(plan, below, item.parent_id, 1)
    kept = ItemDraft(item.handle, item.statement, stays.text, stays.evidence)
    ids = names_in(plan, kept, new)
    siblings = below[item.parent_id]
    other = Item(plan=plan, parent_id=item.parent_id, position=len(siblings) + 1, revision=0)
    put_words(other, new, ids, by)
    put_words(item, kept, ids, by)
    siblings.insert([one.pk for one in siblings].index(item.pk) + 1, other)
    part = stays.part
    going = [child for child in below.get(item.pk, []) if child.pk in set(part.children)]
    below[item.pk] = [child for child in below.get(item.pk, []) if child not in going]
    below[other.pk] = going
    settle(below, [item.parent_id, item.pk, other.pk])
    _give_actions(item, other, part.actions)
    for held in item.roles.select_related("group"):
        if held.group.code in part.roles_away:
            held.item = other
            held.save(update_fields=["item"])
        elif held.group.code in part.roles_both:
            RoleAssignment.objects.create(item=other, group=held.group, role=held.role)
    _descend(plan, item, other, Passing.SPLIT, reason, by)
    record(by=by, what="split", subject=item, why=reason, after={"new": str(other.pk)})
    record(by=by, what="split off", subject=other, why=reason, before={"from": str(item.pk)})
    return other


@transaction.atomic
def merge_items(
    *, item: Item, into: Item, draft: ItemDraft, revisions: tuple[int, int], reason: str, by: Any
) -> Item:
    """Put an item into another, which then says what `draft` says. Actions, milestones, measures
    and what stood under it follow; groups that had a part only in the merged one keep it,
    unless the other has a role already that only one may have. The merged one retires.

    `revisions` are those of `item` and `into` that were read. Raises EditedMeanwhile,
    MovedMeanwhile, MoveRefused, UnknownReference, ReasonMissing.
    """
    if not reason:
        raise ReasonMissing("Say why, in a sentence.")
    plan = locked(item.plan_id)
    if into.plan_id != plan.pk or into.pk == item.pk:
        raise MoveRefused("Choose another item of this plan.")
    below = tree_of(plan)
    if stands_below(below, into.pk, item.pk):
        raise MoveRefused("An item is not merged into one that stands under it.")
    item, into = for_editing(item.pk, revisions[0]), for_editing(into.pk, revisions[1])
    children = [child for child in below.get(item.pk, []) if child.pk != into.pk]
    if children:
        tallest = max(height_of(below, child.pk) for child in children)
        refuse_what_does_not_fit(plan, below, into.pk, tallest)
    ids = names_in(plan, draft)
    put_words(into, draft, ids, by)
    below[into.pk] = [*below.get(into.pk, []), *children]
    below[item.pk] = []
    settle(below, [into.pk])
    _give_actions(item, into, None)
    Milestone.objects.filter(item=item).update(item=into)
    Measure.objects.filter(item=item).update(item=into)
    had = list(into.roles.values_list("group_id", "role"))
    alone = {role["key"] for role in plan.roles if role["only_one"]}
    staying = Q(group_id__in=[pk for pk, _ in had]) | Q(role__in=[r for _, r in had if r in alone])
    item.roles.exclude(staying).update(item=into)
    take_out(below, item, by)
    _descend(plan, item, into, Passing.MERGED, reason, by)
    record(by=by, what="merged", subject=item, why=reason, after={"into": str(into.pk)})
    record(by=by, what="took in another", subject=into, why=reason, before={"from": str(item.pk)})
    return into


def _give_actions(item: Item, other: Item, which: Collection[uuid.UUID] | None) -> None:
    """Standing actions of an item go to the end of another's; None: all of them."""
    standing = list(item.actions.filter(retired_at__isnull=True).order_by("position"))
    last = other.actions.aggregate(last=Max("position"))["last"] or 0
    going = [a for a in standing if which is None or a.pk in set(which)]
    for position, action in enumerate(going, start=last + 1):
        action.item, action.position = other, position
    staying = [action for action in standing if action not in going]
    for position, action in enumerate(staying, start=1):
        action.position = position
    Action.objects.bulk_update(standing, ["item", "position"])


def _descend(plan: Any, source: Item, target: Item, kind: str, reason: str, by: Any) -> None:
    Descent.objects.update_or_create(
        plan=plan,
        source=source,
        target=target,
        defaults={"kind": kind, "reason": reason, "by": by if getattr(by, "pk", None) else None},
    )


__all__ = ["MovedMeanwhile", "Part", "Words", "merge_items", "split_item"]
