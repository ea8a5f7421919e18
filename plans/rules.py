"""Who may do what: one yes/no question each."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q

from accounts.choices import StaffRole
from accounts.models import Duty
from accounts.rules import has_duty
from plans.choices import COMMENT_MOVES, CommentState, DeclineReason, PlanState
from plans.models import (
    Comment,
    CommentWindow,
    GroupMember,
    Item,
    Plan,
    RoleAssignment,
    Submission,
)

APPEAL_WITHIN = timedelta(days=30)


def may_edit_plan(user: Any, plan: Plan) -> bool:
    """A superseded plan is history."""
    return has_duty(user, StaffRole.PLAN_EDITOR) and plan.state != PlanState.SUPERSEDED


def may_answer(user: Any, plan: Plan) -> bool:
    """Also in a superseded plan: whoever spoke gets an answer."""
    return has_duty(user, StaffRole.PLAN_EDITOR) and plan.state != PlanState.DRAFT


def groups_of(user: Any) -> set[int]:
    """Ids of the work groups that this person is in."""
    if not user.is_authenticated:
        return set()
    return set(GroupMember.objects.filter(user=user).values_list("group_id", flat=True))


def may_tell_news(user: Any, item: Item) -> bool:
    """Plan editors, and members of the groups that lead the item; of one without any role, of
    those that lead what it stands under."""
    if may_edit_plan(user, item.plan):
        return True
    if item.plan.state == PlanState.SUPERSEDED or not (groups := groups_of(user)):
        return False
    here: Item | None = item
    while here:
        roles = list(RoleAssignment.objects.filter(item=here).values_list("group_id", "role"))
        if roles:
            return any(group in groups and role in item.plan.leading for group, role in roles)
        here = here.parent
    return False


def may_moderate(user: Any) -> bool:
    return has_duty(user, StaffRole.MODERATOR)


def others_moderate(user: Any) -> bool:
    """Somebody else of the staff may decide on comments too."""
    roles = (StaffRole.MODERATOR, StaffRole.ADMINISTRATOR)
    others = Duty.objects.filter(role__in=roles, user__is_active=True)
    return others.exclude(user_id=user.pk).exists()


def own_part_in(user: Any, comment: Comment) -> str:
    """What binds this person to a comment, so that a colleague decides on it; "" for nothing.
    No query for most comments."""
    source = comment.submission if comment.submission_id else None
    if source and source.entered_by_id == user.pk:
        return "You entered this comment, so a colleague decides on it."
    if comment.organization_id and comment.organization_id in user.belongs_to:
        return "It speaks for an organization of yours, so a colleague decides on it."
    return ""


def why_not_decide(user: Any, comment: Comment) -> str:
    """Why a colleague decides on this comment; "" where nothing hinders, or there is nobody
    else."""
    why = own_part_in(user, comment) if user else ""
    return why if why and others_moderate(user) else ""


def why_not_end_appeal(user: Any, comment: Comment) -> str:
    """An appeal is ended by somebody else than who declined, where there is somebody else."""
    if comment.decided_by_id == user.pk and others_moderate(user):
        return "You decided that it is not shown, so a colleague looks at it again."
    return why_not_decide(user, comment)


def is_answered(submission: Submission) -> bool:
    """An answer to a part of it is public: it stays as it is from then on."""
    published = Q(response__published_at__isnull=False)
    return submission.comments.filter(
        published | Q(same_as__response__published_at__isnull=False)
    ).exists()


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


def author_may_appeal(comment: Comment, now: datetime) -> bool:
    """Once, for a month after it was declined. Words that were erased cannot be shown again."""
    return (
        comment.state == CommentState.DECLINED
        and comment.reason != DeclineReason.STUDENT
        and comment.appealed_at is None
        and comment.decided_at is not None
        and now < comment.decided_at + APPEAL_WITHIN
    )
