"""The times in which the public may comment: opened, changed and closed by plan editors."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.actions import MoveRefused, record
from plans.choices import PLAN_MOVES, Moderation, PlanState
from plans.models import CommentWindow, Item, Plan


class WindowChanged(Exception):
    """Somebody else changed the window after this editor opened it."""


@dataclass
class WindowDraft:
    """What the form of a window holds; without an item it is for the whole plan."""

    opens_at: datetime
    closes_at: datetime
    item: Item | None = None
    title: str = ""
    zone: str = ""
    grace: int = 0
    moderation: str = Moderation.BEFORE


@transaction.atomic
def open_window(*, plan: Plan, draft: WindowDraft, by: Any) -> CommentWindow:
    """A time for comments on the plan or on one item and all below it. One that is open now for a
    whole plan brings a plan that waits for its answers back to open for comment. Raises
    MoveRefused for a superseded plan and before anything is published."""
    plan = Plan.objects.select_for_update().get(pk=plan.pk)
    _refuse_history(plan)
    window = CommentWindow(plan=plan)
    _put(window, draft)
    window.save()
    record(by=by, what="opened for comment", subject=window, after=_said(window))
    _follow(plan, window)
    return window


@transaction.atomic
def change_window(
    *, window: CommentWindow, draft: WindowDraft, by: Any, seen: str | None = None
) -> CommentWindow:
    """`seen` is `CommentWindow.seen` of the page that was read. Raises WindowChanged if it says
    something else now, MoveRefused as `open_window`."""
    plan = Plan.objects.select_for_update().get(pk=window.plan_id)
    _refuse_history(plan)
    window = CommentWindow.objects.select_for_update().get(pk=window.pk)
    if seen is not None and seen != window.seen:
        raise WindowChanged("Somebody changed this time for comments after you opened it.")
    before = _said(window)
    _put(window, draft)
    window.save()
    after = _said(window)
    changed = [key for key in after if before[key] != after[key]]
    record(
        by=by,
        what="changed the time for comments",
        subject=window,
        before={key: before[key] for key in changed},
        after={key: after[key] for key in changed},
    )
    _follow(plan, window)
    return window


@transaction.atomic
def close_window(*, window: CommentWindow, by: Any) -> CommentWindow:
    """Close it now, without a time for late ones. Raises MoveRefused where it is not open."""
    now = timezone.now()
    window = CommentWindow.objects.select_for_update().get(pk=window.pk)
    if not window.opens_at < now < window.kept_until:
        raise MoveRefused("This time for comments is not open.")
    before = _said(window)
    window.closes_at, window.grace = min(now, window.closes_at), 0
    window.save(update_fields=["closes_at", "grace"])
    record(
        by=by,
        what="closed the time for comments",
        subject=window,
        before={"closes_at": before["closes_at"], "grace": before["grace"]},
        after={"closes_at": window.closes_at.isoformat(), "grace": 0},
    )
    return window


def _refuse_history(plan: Plan) -> None:
    if plan.state == PlanState.SUPERSEDED:
        raise MoveRefused("This plan is history. Its time for comments is over.")
    if not plan.versions.exists():
        raise MoveRefused("Publish a version for comment first.")


def _put(window: CommentWindow, draft: WindowDraft) -> None:
    if draft.item and draft.item.plan_id != window.plan_id:
        raise MoveRefused("This item belongs to another plan.")
    window.item, window.title = draft.item, draft.title
    window.opens_at, window.closes_at, window.zone = draft.opens_at, draft.closes_at, draft.zone
    window.grace, window.moderation = draft.grace, draft.moderation


def _follow(plan: Plan, window: CommentWindow) -> None:
    """A plan that is open again no longer waits for its answers."""
    open_now = window.opens_at <= timezone.now() < window.closes_at
    if window.item_id or not open_now or plan.state == PlanState.OPEN:
        return
    if plan.state == PlanState.ANSWERING and PlanState.OPEN in PLAN_MOVES[plan.state]:
        plan.state = PlanState.OPEN
        plan.save(update_fields=["state"])


def _said(window: CommentWindow) -> dict[str, Any]:
    return {
        "item": str(window.item_id or ""),
        "title": window.title,
        "opens_at": window.opens_at.isoformat(),
        "closes_at": window.closes_at.isoformat(),
        "zone": window.zone,
        "grace": window.grace,
        "moderation": window.moderation,
    }
