"""What a person said to the plan and follows of it, for their own desk."""

from typing import Any

from django.db.models.functions import Lower
from django.urls import reverse
from django.utils.text import Truncator

from plans.choices import CommentState
from plans.happenings import name_of
from plans.letters.links import FOLLOW_MANAGE, follow_token, private_token
from plans.models import Comment, Follow
from vocabularies.templatetags.words import day

MOST_COMMENTS = 5
MOST_FOLLOWS = 3


def own_of(user: Any) -> dict[str, Any]:
    """{comments: [{title, note, url}], newest first; more_comments: whether there are others;
    follows: [names]; more_follows: how many others; follows_url}. By the address of the account,
    and of comments the confirmed ones alone: anybody can type an address."""
    address = user.email.lower()
    comments = list(
        Comment.objects.alias(mail=Lower("email"))
        .filter(mail=address, confirmed_at__isnull=False)
        .select_related("response", "same_as__response")
        .defer("text_html")
        .order_by("-confirmed_at", "-pk")[: MOST_COMMENTS + 1]
    )
    follows = list(
        Follow.objects.standing()
        .alias(mail=Lower("email"))
        .filter(mail=address)
        .select_related("plan", "item")
        .order_by("pk")[:100]
    )
    return {
        "comments": [_told(comment) for comment in comments[:MOST_COMMENTS]],
        "more_comments": len(comments) > MOST_COMMENTS,
        "follows": [name_of(follow) for follow in follows[:MOST_FOLLOWS]],
        "more_follows": max(len(follows) - MOST_FOLLOWS, 0),
        "follows_url": reverse(
            "plans:follow_manage", args=[follow_token(follows[0], FOLLOW_MANAGE)]
        )
        if follows
        else "",
    }


def _told(comment: Comment) -> dict[str, str]:
    return {
        "title": f"“{Truncator(comment.text).words(9)}”",
        "note": f"Your comment on {comment.number}, {day(comment.confirmed_at)}. {_fate(comment)}",
        "url": reverse("plans:comment_follow", args=[private_token(comment)]),
    }


def _fate(comment: Comment) -> str:
    if comment.state == CommentState.WAITING:
        return "Waits to be read by a person."
    if comment.state == CommentState.DECLINED:
        return f"Not shown, because: {comment.get_reason_display().lower()}."
    if comment.state == CommentState.WITHDRAWN:
        return "You withdrew it."
    answer = comment.response or (comment.same_as.response if comment.same_as else None)
    if answer is not None and answer.published_at:
        return f"Published, and answered {day(answer.published_at)}."
    return "Published with the plan. Not answered yet."
