"""When very many comments come in, each must show a little work of its sender's browser, or,
where scripts do not run, a minute's patience. Otherwise nobody is asked for anything."""

import hashlib
import uuid
from datetime import UTC, datetime, timedelta

from django.core.signing import BadSignature, TimestampSigner, b62_decode
from django.utils import timezone

from accounts.strangers import opened_at
from plans.models import Comment

MANY, WITHIN = 60, timedelta(minutes=5)
PATIENCE = timedelta(minutes=1)
# A ticket or a form older than this proves nothing.
FRESH = timedelta(hours=2)
BITS = 14  # of zeros: some 16,000 tries, about a second on an old phone
_TICKET = "plans.comments.flood.ticket"


def is_flood(now: datetime | None = None) -> bool:
    """More than MANY comments of the whole site within the last minutes. One short query."""
    since = (now or timezone.now()) - WITHIN
    recent = Comment.objects.filter(created_at__gt=since).order_by()
    return len(recent.values_list("pk")[:MANY]) >= MANY


def task_of(opened: str, token: uuid.UUID | str) -> str:
    """What the browser works on: of one form and one comment, so that work is done once."""
    return f"{opened}:{token}"


def has_worked(opened: str, token: uuid.UUID | None, nonce: str) -> bool:
    """SHA-256 of task and nonce begins with BITS zeros."""
    shown = opened_at(opened)
    if token is None or shown is None or timezone.now() - shown > FRESH or len(nonce) > 12:
        return False
    digest = hashlib.sha256(f"{task_of(opened, token)}:{nonce}".encode()).digest()
    return int.from_bytes(digest[:4]) >> (32 - BITS) == 0


def ticket_for(token: uuid.UUID | str) -> str:
    """Goes into the form of who has to wait; it is for one comment."""
    return TimestampSigner(salt=_TICKET, sep="~").sign(str(token))


def has_waited(ticket: str, token: uuid.UUID | None) -> bool:
    """The ticket is ours, for this comment, and neither too new nor too old."""
    try:
        named = TimestampSigner(salt=_TICKET, sep="~").unsign(ticket)
    except BadSignature:
        return False
    given = datetime.fromtimestamp(b62_decode(ticket.split("~")[1]), tz=UTC)
    is_for_it = token is not None and named == str(token)
    return is_for_it and PATIENCE <= timezone.now() - given <= FRESH
