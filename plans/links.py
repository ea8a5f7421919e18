"""Signed things: the private link of a comment, the moment a form was opened, an address's hash."""

from datetime import datetime, timedelta

from django.core.signing import BadSignature, Signer, TimestampSigner, b62_decode
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import salted_hmac

from accounts.doors import address_of
from plans.models import Comment

PRIVATE = "plans.comment.private"
OPENED = "plans.comment.form"
QUICKEST = timedelta(seconds=2)


def private_token(comment: Comment) -> str:
    """For the page on which its author follows a comment. It lasts as long as the comment."""
    return Signer(salt=PRIVATE, sep="~").sign(str(comment.pk))


def comment_of(token: str) -> Comment | None:
    try:
        pk = int(Signer(salt=PRIVATE, sep="~").unsign(token))
    except (BadSignature, ValueError):
        return None
    return (
        Comment.objects.select_related("item", "version__plan", "organization")
        .filter(pk=pk)
        .first()
    )


def stamp() -> str:
    """Goes into the form when it is shown."""
    return TimestampSigner(salt=OPENED, sep="~").sign("comment")


def opened_at(stamped: str) -> datetime | None:
    """When the form was shown, or None if we did not write this stamp."""
    signer = TimestampSigner(salt=OPENED, sep="~")
    try:
        signer.unsign(stamped)
    except BadSignature:
        return None
    seconds = b62_decode(stamped.split("~")[1])
    return datetime.fromtimestamp(seconds, tz=timezone.get_default_timezone())


def sender_of(request: HttpRequest) -> str:
    """A keyed hash of the address: enough to count by, not enough to find a person."""
    return salted_hmac("plans.sender", address_of(request), algorithm="sha256").hexdigest()
