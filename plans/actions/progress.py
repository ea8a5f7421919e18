"""News of the plan, its milestones and statuses: what changes how it stands."""

import hashlib
import json
import uuid
from datetime import date
from typing import Any

from django.db import transaction

from accounts.actions import MoveRefused, record
from plans.choices import Status
from plans.models import Action, Item, Milestone, Plan, StatusUpdate
from plans.progress.cycles import today_here
from plans.templatetags.plan import short_day
from vocabularies.text import slug_for


class StatusesChanged(Exception):
    """Somebody else saved them after this editor opened the page."""


class StatusInUse(Exception):
    """A status that cannot go. Its text is for the person."""


@transaction.atomic
def tell_news(
    *,
    item: Item,
    text: str,
    on: date,
    by: Any,
    action: Action | None = None,
    status: str = "",
    token: uuid.UUID | None = None,
) -> StatusUpdate:
    """Dated words about an item, or about one of its actions, whose status they may change. The
    same form sent twice (the same `token`) tells them once.

    Raises MoveRefused for what is retired, for a day to come, and for a change of status older
    than the last one.
    """
    if token and (twin := StatusUpdate.objects.filter(form_token=token).first()):
        return twin
    # Locked before the action, as by all others, so that no status goes at the same time.
    plan = Plan.objects.select_for_update().get(pk=item.plan_id)
    item = Item.objects.get(pk=item.pk)
    if item.retired_at:
        raise MoveRefused("This item is retired. Bring it back before you tell news of it.")
    if on > today_here():
        raise MoveRefused("Choose today or an earlier day: news is of what was.")
    before = ""
    if action:
        action = Action.objects.select_for_update().get(pk=action.pk)
        if action.retired_at or action.item_id != item.pk:
            raise MoveRefused("This action was taken out of the item meanwhile.")
        before = action.status
    status = "" if status == before or not action else status
    if action and status:
        if status not in {one["key"] for one in plan.statuses}:
            raise MoveRefused("This status was taken out meanwhile. Choose another one.")
        if action.status_on and on < action.status_on:
            raise MoveRefused(
                f"How this action stands was last changed on {short_day(action.status_on)}. "
                "Choose that day or a later one."
            )
        action.status, action.status_on = status, on
        action.save(update_fields=["status", "status_on"])
    update = StatusUpdate.objects.create(
        item=item,
        action=action,
        status=status,
        before=before if status else "",
        text=text,
        on=on,
        by=by if getattr(by, "pk", None) else None,
        by_name=str(by)[:80] if by else "",
        form_token=token,
    )
    record(
        by=by,
        what="told news",
        subject=item,
        before={"status": before} if status else {},
        after={"status": status} if status else {},
    )
    return update


@transaction.atomic
def add_milestone(*, item: Item, text: str, due_on: date, by: Any) -> Milestone:
    """Something to be reached by a day. The same one twice is one. MoveRefused if the item is
    retired."""
    item = Item.objects.select_for_update().get(pk=item.pk)
    if item.retired_at:
        raise MoveRefused("This item is retired. Bring it back before you add a milestone.")
    milestone, is_new = Milestone.objects.get_or_create(
        item=item, text=text, due_on=due_on, retired_at=None
    )
    if is_new:
        record(by=by, what="added a milestone", subject=item, after={"milestone": text})
    return milestone


@transaction.atomic
def mark_milestone(*, milestone: Milestone, done_on: date | None, by: Any) -> Milestone:
    """Done on a day, or (None) not done after all. MoveRefused for a day to come."""
    milestone = Milestone.objects.select_for_update().select_related("item").get(pk=milestone.pk)
    if milestone.retired_at:
        raise MoveRefused("This milestone was taken out meanwhile.")
    if done_on and done_on > today_here():
        raise MoveRefused("Choose today or an earlier day: it is done when it is done.")
    if milestone.done_on == done_on:
        return milestone
    milestone.done_on = done_on
    milestone.save(update_fields=["done_on"])
    record(
        by=by,
        what="reached a milestone" if done_on else "opened a milestone again",
        subject=milestone.item,
        after={"milestone": milestone.text, "done_on": done_on.isoformat() if done_on else ""},
    )
    return milestone


@transaction.atomic
def retire_milestone(*, milestone: Milestone, at: Any, by: Any) -> Milestone:
    milestone = Milestone.objects.select_for_update().select_related("item").get(pk=milestone.pk)
    if milestone.retired_at is None:
        milestone.retired_at = at
        milestone.save(update_fields=["retired_at"])
        after = {"milestone": milestone.text}
        record(by=by, what="took out a milestone", subject=milestone.item, after=after)
    return milestone


def seen_statuses(plan: Plan) -> str:
    said = json.dumps([plan.statuses, plan.news_every], sort_keys=True)
    return hashlib.sha256(said.encode()).hexdigest()[:16]


@transaction.atomic
def set_statuses(
    *, plan: Plan, statuses: list[tuple[str, str, str]], news_every: int, seen: str, by: Any
) -> Plan:
    """(key, word, tone) of each status in order; one without a key is new. `seen` stands for what
    the editor had before them (seen_statuses). Raises StatusesChanged where that is no longer so,
    StatusInUse where one would go that an action has or had."""
    plan = Plan.objects.select_for_update().get(pk=plan.pk)
    if seen != seen_statuses(plan):
        raise StatusesChanged("Somebody saved this page after you opened it.")
    known = {one["key"]: one["label"] for one in plan.statuses}
    taken = {key for key, _, _ in statuses if key} | set(known)
    after: list[dict[str, str]] = []
    for key, word, tone in statuses:
        if key not in known:
            key = _new_key(word, taken)
            taken.add(key)
        after.append({"key": key, "label": word, "tone": tone})
    kept = {one["key"] for one in after}
    for key in known:
        if key not in kept:
            _check_unused(plan, key, known[key])
    before = {"statuses": plan.statuses, "news_every": plan.news_every}
    if before != {"statuses": after, "news_every": news_every}:
        plan.statuses, plan.news_every = after, news_every
        plan.full_clean(exclude=["level_names", "roles"])
        plan.save(update_fields=["statuses", "news_every"])
        record(
            by=by,
            what="set how the plan is followed",
            subject=plan,
            before=before,
            after={"statuses": after, "news_every": news_every},
        )
    return plan


def _new_key(word: str, taken: set[str]) -> str:
    stem = slug_for(word, "status")[:10].strip("-") or "status"
    return next(key for n in range(1, 99) if (key := stem if n == 1 else f"{stem}{n}") not in taken)


def _check_unused(plan: Plan, key: str, word: str) -> None:
    if key == Status.NOT_STARTED:
        raise StatusInUse(f"“{word}” must stay: it is what new actions begin with.")
    having = Action.objects.filter(item__plan=plan, status=key)
    now = having.filter(retired_at__isnull=True).count()
    if now:
        have = "1 action has it" if now == 1 else f"{now} actions have it"
        raise StatusInUse(f"“{word}” must stay: {have}. Give another status by news first.")
    told = StatusUpdate.objects.filter(item__plan=plan)
    if having.exists() or told.filter(status=key).exists() or told.filter(before=key).exists():
        raise StatusInUse(f"“{word}” must stay: the history of the plan has it.")
