"""A plan begins, or goes on from another one."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.actions import MoveRefused, ReasonMissing, record
from accounts.strangers import one_after_the_other
from plans.actions.structure import MOST_SIBLINGS, locked
from plans.choices import ROLE_PRESETS, Passing, PlanState
from plans.models import Action, Descent, Item, Plan, RoleAssignment
from plans.structure.freezing import working_items
from plans.structure.numbers import ancestors_of, numbered
from plans.structure.references import PENDING, STORED
from vocabularies.text import to_html

HIGHEST = {"lead": "accountable", "support": "responsible", "advisory": "consulted"}
LOWEST = {"accountable": "lead", "responsible": "support", "consulted": "advisory"}
OTHER_PRESET = HIGHEST | LOWEST | {"informed": "advisory"}


class PlanBegun(MoveRefused):
    """The next plan is begun already."""


@dataclass
class Beginning:
    """What a plan is called. `levels`: pairs of words, one and many; `preset` of the roles, ""
    for those that it has."""

    title: str
    period: str = ""
    purpose: str = ""
    levels: list[list[str]] | None = None
    preset: str = ""


@dataclass
class Fate:
    """What becomes of an item in the next plan; `into` is another item of the old one."""

    kind: str = Passing.CARRIED
    into: uuid.UUID | None = None
    reason: str = ""


@transaction.atomic
def begin_plan(*, beginning: Beginning, by: Any) -> Plan:
    """The first plan, or one after all others are history. Raises PlanBegun."""
    one_after_the_other("begin a plan")
    if Plan.objects.at_work().exists():
        raise PlanBegun("There is a plan at work already. Begin the next one from it.")
    plan = Plan()
    _name(plan, beginning)
    plan.roles = [dict(role) for role in ROLE_PRESETS[beginning.preset or "lead-support-advisory"]]
    plan.save()
    record(by=by, what="began the plan", subject=plan, after={"title": plan.title})
    return plan


def _name(plan: Plan, beginning: Beginning) -> None:
    plan.title, plan.period = beginning.title, beginning.period
    plan.purpose = beginning.purpose
    if beginning.levels:
        plan.level_names = beginning.levels


@transaction.atomic
def change_plan(*, plan: Plan, beginning: Beginning, by: Any) -> Plan:
    """Change title, period, purpose, levels, and the preset of roles: groups that have a role get
    the one nearest to it. Raises MoveRefused for a level that items stand on."""
    plan = locked(plan.pk)
    before = {name: getattr(plan, name) for name in ("title", "period", "purpose", "level_names")}
    _name(plan, beginning)
    deepest = max((number.count(".") + 1 for number, _ in working_items(plan)), default=0)
    if deepest > len(plan.level_names):
        raise MoveRefused(f"Items stand on {deepest} levels. Name at least as many.")
    plan.save()
    if beginning.preset:
        _change_roles(plan, ROLE_PRESETS[beginning.preset])
    after = {name: getattr(plan, name) for name in before}
    record(by=by, what="changed the plan’s frame", subject=plan, before=before, after=after)
    return plan


def _change_roles(plan: Plan, preset: list[dict[str, Any]]) -> None:
    """The database keeps words that are in use, so both sets stand while groups change over."""
    new = {role["key"] for role in preset}
    old = [role for role in plan.roles if role["key"] not in new]
    plan.roles = [dict(role) for role in preset] + old
    plan.save(update_fields=["roles"])
    leading = next(role["key"] for role in preset if role["leads"])
    for role in old:
        nearest = OTHER_PRESET.get(role["key"], "")
        if nearest not in new:
            nearest = leading if role["leads"] else preset[-1]["key"]
        held = RoleAssignment.objects.filter(item__plan=plan, role=role["key"])
        held.update(role=nearest)
    plan.roles = [dict(role) for role in preset]
    plan.save(update_fields=["roles"])


@transaction.atomic
def begin_next_plan(
    *, plan: Plan, beginning: Beginning, fates: Mapping[uuid.UUID, Fate], by: Any
) -> Plan:
    """A draft that goes on from `plan`, which stays public until the new one is adopted.

    Items without a fate are carried. What stands under a dropped item is dropped with it; what
    stands under a merged one goes on under the one it was merged into. A split item becomes
    two with the same words, to be divided.
    Raises PlanBegun, ReasonMissing, MoveRefused for a merge into what does not go on.
    """
    old = locked(plan.pk)
    if old.state == PlanState.DRAFT:
        raise MoveRefused("Publish this plan before another one goes on from it.")
    if old.following.exists():
        raise PlanBegun("The next plan is begun already.")
    numbers = numbered(old.items.standing())
    settled = _settled(numbers, fates)
    new = Plan(
        previous=old,
        level_names=old.level_names,
        roles=old.roles,
        statuses=old.statuses,
        news_every=old.news_every,
    )
    _name(new, beginning)
    deepest = max((number.count(".") + 1 for number, _ in numbers), default=0)
    if deepest > len(new.level_names):
        raise MoveRefused(f"Items stand on {deepest} levels. Name at least as many.")
    new.save()
    _copy(old, new, numbers, settled, by)
    if beginning.preset:
        _change_roles(new, ROLE_PRESETS[beginning.preset])
    counts = {k: sum(f.kind == k for f in settled.values()) for k in Passing.values}
    record(by=by, what="began the next plan", subject=old, after={"plan": new.pk})
    record(by=by, what="began from the plan before", subject=new, after=counts)
    return new


def _settled(
    numbers: list[tuple[str, Item]], fates: Mapping[uuid.UUID, Fate]
) -> dict[uuid.UUID, Fate]:
    """A fate for each item, with its reason and a target that goes on."""
    by_number = {number: item.pk for number, item in numbers}
    settled: dict[uuid.UUID, Fate] = {}
    for number, item in numbers:
        fate = fates.get(item.pk, Fate())
        above = ancestors_of(number)
        over = settled[by_number[above[-1]]] if above else Fate()
        if over.kind == Passing.DROPPED and fate.kind != Passing.MERGED:
            fate = Fate(Passing.DROPPED, reason=fate.reason or over.reason)
        settled[item.pk] = fate
        if fate.kind != Passing.CARRIED and not fate.reason:
            raise ReasonMissing(f"Say in a sentence why {number} is not simply carried on.")
    for number, item in numbers:
        fate = settled[item.pk]
        if fate.kind != Passing.MERGED:
            continue
        target = settled.get(fate.into) if fate.into else None
        if target is None or fate.into == item.pk:
            raise MoveRefused(f"Choose the item that {number} is merged into.")
        if target.kind not in (Passing.CARRIED, Passing.SPLIT):
            raise MoveRefused(f"{number} is merged into an item that does not go on itself.")
        above_target = next(n for n, other in numbers if other.pk == fate.into)
        if above_target.startswith(f"{number}."):
            raise MoveRefused(f"{number} is not merged into one that stands under it.")
    return settled


def _copy(
    old: Plan,
    new: Plan,
    numbers: list[tuple[str, Item]],
    fates: Mapping[uuid.UUID, Fate],
    by: Any,
) -> None:
    """New items, actions, roles and descents in as many statements as there are kinds of rows."""
    heirs = {
        item.pk: uuid.uuid4()
        for _, item in numbers
        if fates[item.pk].kind in (Passing.CARRIED, Passing.SPLIT)
    }
    heirs |= {
        pk: heirs[fate.into]
        for pk, fate in fates.items()
        if fate.kind == Passing.MERGED and fate.into
    }
    made: dict[uuid.UUID, Item] = {}
    children: dict[uuid.UUID | None, list[Item]] = {}
    descents: list[Descent] = []

    def passed(item: Item, target: Item | None, fate: Fate) -> None:
        descents.append(
            Descent(
                plan=new,
                source=item,
                target=target,
                kind=fate.kind,
                reason=fate.reason,
                by=by if getattr(by, "pk", None) else None,
            )
        )

    for number, item in numbers:
        fate = fates[item.pk]
        if item.pk not in heirs or fate.kind == Passing.MERGED:
            continue
        parent_id = heirs[item.parent_id] if item.parent_id else None
        for second in [False, True] if fate.kind == Passing.SPLIT else [False]:
            twin = _twin(new, item, heirs, second)
            twin.parent_id = parent_id
            siblings = children.setdefault(parent_id, [])
            siblings.append(twin)
            twin.position = len(siblings)
            if twin.position > MOST_SIBLINGS:
                raise MoveRefused(f"More than {MOST_SIBLINGS} items would stand beside {number}.")
            made[twin.pk] = twin
            passed(item, twin, fate)
    for _, item in numbers:
        fate = fates[item.pk]
        if fate.kind == Passing.DROPPED:
            passed(item, None, fate)
        elif fate.kind == Passing.MERGED:
            target = made[heirs[item.pk]]
            target.text = _joined(target.text, _led(item.text, heirs))
            target.evidence = _joined(target.evidence, _led(item.evidence, heirs))
            target.text_html, target.evidence_html = to_html(target.text), to_html(target.evidence)
            passed(item, target, fate)
    _refuse_depth(new, made)
    Item.objects.bulk_create(made.values(), batch_size=500)
    Descent.objects.bulk_create(descents, batch_size=500)
    _copy_roles(numbers, heirs)
    _copy_actions(old, numbers, heirs)


def _twin(new: Plan, item: Item, heirs: Mapping[uuid.UUID, uuid.UUID], second: bool) -> Item:
    return Item(
        pk=uuid.uuid4() if second else heirs[item.pk],
        plan=new,
        handle="" if second else item.handle,
        statement=item.statement,
        text=_led(item.text, heirs),
        text_html=_led(item.text_html, heirs),
        evidence=_led(item.evidence, heirs),
        evidence_html=_led(item.evidence_html, heirs),
    )


def _led(text: str, heirs: Mapping[uuid.UUID, uuid.UUID]) -> str:
    """References lead to what goes on; one to a dropped item stays, and blocks publishing."""
    return STORED.sub(
        lambda found: f"[[{heirs.get(uuid.UUID(found.group(1)), found.group(1))}]]", text
    )


def _joined(one: str, two: str) -> str:
    return "\n\n".join(text for text in (one, two) if text)


def _refuse_depth(plan: Plan, made: Mapping[uuid.UUID, Item]) -> None:
    """Merging may put items deeper than the plan goes, or under themselves."""
    for item in made.values():
        depth, above = 1, item.parent_id
        while above:
            depth, above = depth + 1, made[above].parent_id
            if depth > len(plan.level_names):
                raise MoveRefused(
                    f"“{item.title}” would stand below the last level. Merge what stands over it "
                    "into an item of its own level."
                )


def _copy_roles(numbers: list[tuple[str, Item]], heirs: Mapping[uuid.UUID, uuid.UUID]) -> None:
    """A group has one role in an item: the one of the item that goes on before merged ones."""
    held: dict[uuid.UUID, list[RoleAssignment]] = {}
    for one in RoleAssignment.objects.filter(item_id__in=heirs):
        held.setdefault(one.item_id, []).append(one)
    firsts: dict[tuple[uuid.UUID, int], RoleAssignment] = {}
    for item in _owners_first(numbers, heirs):
        for one in held.get(item.pk, []):
            key = (heirs[item.pk], one.group_id)
            firsts.setdefault(key, RoleAssignment(item_id=key[0], group_id=key[1], role=one.role))
    RoleAssignment.objects.bulk_create(firsts.values(), batch_size=1000)


def _owners_first(
    numbers: list[tuple[str, Item]], heirs: Mapping[uuid.UUID, uuid.UUID]
) -> list[Item]:
    """Items that go on, those of their own before those that are merged into another."""
    owners = {heir: pk for pk, heir in reversed(list(heirs.items()))}
    going = [item for _, item in numbers if item.pk in heirs]
    return sorted(going, key=lambda item: owners[heirs[item.pk]] != item.pk)


def _copy_actions(
    old: Plan, numbers: list[tuple[str, Item]], heirs: Mapping[uuid.UUID, uuid.UUID]
) -> None:
    standing = Action.objects.filter(
        item__plan=old, item__retired_at=None, retired_at=None
    ).order_by("position")
    by_item: dict[uuid.UUID, list[Action]] = {}
    for action in standing:
        by_item.setdefault(action.item_id, []).append(action)
    filled: dict[uuid.UUID, int] = {}
    made = []
    for item in _owners_first(numbers, heirs):
        for action in by_item.get(item.pk, []):
            heir = heirs[item.pk]
            filled[heir] = filled.get(heir, 0) + 1
            made.append(
                Action(
                    item_id=heir,
                    position=filled[heir],
                    text=_led(action.text, heirs),
                    status=action.status,
                    status_on=action.status_on,
                )
            )
    Action.objects.bulk_create(made, batch_size=1000)


@transaction.atomic
def link_reference(*, item: Item, token: str, target: Item, by: Any) -> int:
    """Link a waiting reference (`[[? …]]`, as `token`) of an item to its target, wherever the item
    says it. How many were linked. Raises MoveRefused for another token or a target that is gone."""
    plan = locked(item.plan_id)
    item = Item.objects.select_for_update().get(pk=item.pk)
    target = Item.objects.get(pk=target.pk)
    if not PENDING.fullmatch(token) or target.plan_id != plan.pk or target.retired_at:
        raise MoveRefused("This reference cannot be linked to that item.")
    stored, linked = f"[[{target.pk}]]", 0
    for name in ("text", "evidence"):
        text = getattr(item, name)
        linked += text.count(token)
        setattr(item, name, text.replace(token, stored))
    for action in item.actions.filter(retired_at__isnull=True, text__contains=token):
        linked += action.text.count(token)
        action.text = action.text.replace(token, stored)
        action.save(update_fields=["text"])
    if linked:
        item.revision, item.changed_at = item.revision + 1, timezone.now()
        item.save()
        record(by=by, what="linked a reference", subject=item, after={"token": token[:200]})
    return linked
