"""Letters of this room, text and HTML. The default mailer is the outbox: they leave with the
transaction that wrote them."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse

from plans.letters.links import private_token
from plans.models import Comment
from vocabularies.models import Region


def send(
    comment: Comment, *, kind: str, key: str, subject: str, secret: bool = False, **words: Any
) -> None:
    """`secret` letters hold a one-time link: the outbox empties them once they have left. Nothing
    goes to who gave no address, or whose address is erased."""
    if not comment.email:
        return
    context = {
        "region": Region.current(),
        "site_url": settings.SITE_URL,
        "comment": comment,
        "subject": subject,
        # A double is shown with the one that stands for all.
        "item_url": f"{settings.SITE_URL}{reverse('plans:item_permalink', args=[comment.item_id])}"
        f"#c-{comment.same_as_id or comment.pk:04}",
        "url": settings.SITE_URL + reverse("plans:comment_follow", args=[private_token(comment)]),
    } | words
    template = kind.replace("-", "_")
    letter = EmailMultiAlternatives(
        subject,
        render_to_string(f"plans/letters/{template}.txt", context).strip() + "\n",
        to=[comment.email],
        headers={
            "X-Letter-Kind": kind,
            "X-Letter-Key": f"{kind}:{comment.pk}:{key}",
            **({"X-Letter-Secret": "1"} if secret else {}),
        },
    )
    letter.attach_alternative(
        render_to_string(f"plans/letters/{template}.html", context), "text/html"
    )
    letter.send()


def confirm(comment: Comment, token: str) -> None:
    """The one-time link. Nothing is read or shown before it is followed."""
    send(
        comment,
        kind="comment-confirm",
        key=str(comment.confirm_hash)[:16],
        secret=True,
        subject=f"Confirm your comment on {comment.number}",
        confirm_url=settings.SITE_URL + reverse("plans:comment_confirm", args=[token]),
    )


def receipt(comment: Comment, again: datetime | None = None) -> None:
    """The receipt number and the private link; `again` when it is asked for anew."""
    send(
        comment,
        kind="comment-receipt",
        key=again.isoformat() if again else "first",
        subject=f"Your receipt: comment {comment.receipt} on {comment.number}",
    )


def decision(comment: Comment) -> None:
    """Published, or not shown and why."""
    published = comment.state == "published"
    send(
        comment,
        kind="comment-published" if published else "comment-declined",
        key=comment.decided_at.isoformat() if comment.decided_at else "",
        subject=f"Your comment {comment.receipt} is published"
        if published
        else f"Your comment {comment.receipt} is not shown",
    )
