"""What waits for a person in this room."""

from typing import Any

from django.urls import reverse
from django.utils.text import Truncator

from plans.models import Comment
from plans.rules import may_moderate

SHOWN = 50


def waiting_for(user: Any) -> list[dict[str, Any]]:
    """Confirmed comments for a moderator, oldest first; nothing for anybody else."""
    if not may_moderate(user):
        return []
    comments = Comment.objects.waiting().select_related("organization")[:SHOWN]
    return [
        {
            "since": comment.confirmed_at,
            "kind": f"Comment on plan item {comment.number}",
            "title": f"“{Truncator(comment.text).words(9)}”",
            "note": " ".join(
                [
                    f"From somebody at {comment.organization_called}."
                    if comment.organization_name
                    else "From a resident.",
                    *comment.held_for,
                ]
            ),
            "url": reverse("plans:comment_decide", args=[comment.pk]),
            "act": "Read the comment",
        }
        for comment in comments
    ]
