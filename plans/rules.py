"""Who may do what: one yes/no question each."""

from datetime import datetime
from typing import Any

from accounts.choices import StaffRole
from accounts.rules import has_duty
from plans.choices import COMMENT_MOVES, CommentState, PlanState
from plans.models import Comment, CommentWindow, Plan


def may_edit_plan(user: Any, plan: Plan) -> bool:
    """A superseded plan is history."""
    return has_duty(user, StaffRole.PLAN_EDITOR) and plan.state != PlanState.SUPERSEDED


def may_moderate(user: Any) -> bool:
    return has_duty(user, StaffRole.MODERATOR)


def may_decide(user: Any, comment: Comment) -> bool:
    """Only what its author confirmed can be decided, and what was declined can be published."""
    return may_moderate(user) and CommentState.PUBLISHED in (
        COMMENT_MOVES[comment.state] | {comment.state}
    )


def is_open(window: CommentWindow | None, now: datetime) -> bool:
    """The moment of opening is in, the moment of closing is out."""
    return window is not None and window.opens_at <= now < window.closes_at


def author_may_change(comment: Comment, window: CommentWindow | None, now: datetime) -> bool:
    """Until the window closes, while it waits or is shown."""
    may_move = CommentState.WAITING in COMMENT_MOVES[comment.state]
    return may_move and comment.confirmed_at is not None and is_open(window, now)


def author_may_withdraw(comment: Comment) -> bool:
    """At any time, once it is confirmed."""
    return CommentState.WITHDRAWN in COMMENT_MOVES[comment.state]
