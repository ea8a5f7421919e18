"""What waits for a person in this room."""

from typing import Any

from django.db.models import Max
from django.urls import reverse
from django.utils.text import Truncator

from plans.desk.answers import answers_waiting_for
from plans.desk.news import news_waiting_for
from plans.desk.own import own_of
from plans.models import Comment, Plan
from plans.rules import may_edit_plan, may_moderate, others_moderate, own_part_in
from plans.structure.lint import musts
from vocabularies.templatetags.words import counted

__all__ = ["comments_waiting_for", "own_of", "waiting_for"]

SHOWN = 50


def waiting_for(user: Any) -> list[dict[str, Any]]:
    """Comments for a moderator, answers for an editor, and what waits for news of the person's
    work groups."""
    return [
        *comments_waiting_for(user),
        *answers_waiting_for(user),
        *news_waiting_for(user),
    ]


def comments_waiting_for(user: Any) -> list[dict[str, Any]]:
    """Confirmed comments for a moderator, oldest first; for an editor what keeps the plan from
    being adopted; nothing for anybody else."""
    return [*_to_read(user), *_to_mend(user)]


def _to_mend(user: Any) -> list[dict[str, Any]]:
    plan = Plan.objects.at_work().first()
    if plan is None or not may_edit_plan(user, plan):
        return []
    found = musts(plan)
    if not found:
        return []
    newest = plan.items.standing().aggregate(at=Max("changed_at"))["at"]
    return [
        {
            "since": newest,
            "kind": "Plan",
            "title": f"{counted(len(found), 'thing')} must be mended before the plan is adopted",
            "note": f"{found[0].place}: {found[0].words}.",
            "url": f"{reverse('plans:lint_show')}?plan={plan.pk}",
            "act": "See what is open",
        }
    ]


def _to_read(user: Any) -> list[dict[str, Any]]:
    if not may_moderate(user):
        return []
    rows = Comment.objects.to_moderate().select_related("organization", "submission")
    found = [(comment, own_part_in(user, comment)) for comment in rows[:SHOWN]]
    if any(own for _, own in found) and others_moderate(user):
        found = [pair for pair in found if not pair[1]]
    return [_read_or_look(comment) for comment, _ in found]


def _read_or_look(comment: Comment) -> dict[str, Any]:
    """A comment that waits, one that was shown at once, or one whose author asks again."""
    whose = (
        f"From somebody at {comment.organization_called}."
        if comment.organization_name
        else "From a resident."
    )
    kind, act, first = "Comment on plan item", "Read the comment", ""
    if comment.has_open_appeal:
        kind, act = "Another look at a comment on", "Look at it again"
        first = f"Not shown, because: {comment.get_reason_display().lower()}."
    elif comment.is_unread:
        first = "Shown at once, not read yet."
    return {
        "since": comment.appealed_at if comment.has_open_appeal else comment.confirmed_at,
        "kind": f"{kind} {comment.number}",
        "title": f"“{Truncator(comment.text).words(9)}”",
        "note": " ".join(filter(None, [first, whose, *comment.held_for])),
        "url": reverse("plans:comment_decide", args=[comment.pk]),
        "act": act,
    }
