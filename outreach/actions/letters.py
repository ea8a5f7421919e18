"""Into the outbox, and what staff may do about a letter in it."""

import uuid
from collections.abc import Iterable
from datetime import datetime
from email.utils import parseaddr
from typing import Any

from django.core.mail import EmailMessage
from django.db import transaction
from django.utils import timezone
from django.utils.html import strip_tags

from accounts.actions import check_move, record
from outreach import nudges
from outreach.choices import LETTER_MOVES, LetterState
from outreach.models import Letter
from outreach.models.letters import message_id_domain

# Rooms say what their letter is; one that does not is taken for a message with a code in it
# (sign-in, confirmation, password), because those come from a library.
UNNAMED = "account"
SECRET_KINDS = {UNNAMED, "subscription-confirm"}
OURS = {"x-letter-kind", "x-letter-key", "x-letter-secret", "message-id", "date", "from"}


class NotALetter(ValueError):
    """The outbox keeps text and HTML. Files are linked to, not attached."""


class SecretGone(Exception):
    """The body was emptied, so it cannot be sent again. Its text is for the person."""


def put(*, messages: Iterable[EmailMessage]) -> list[Letter]:
    """Write each message as one letter a recipient, in the caller's transaction.

    Reads and strips X-Letter-Kind, X-Letter-Key (a second letter with the same key is
    none) and X-Letter-Secret ("1": empty the body once it has left; "0": keep it).
    Raises NotALetter for attachments.
    """
    now = timezone.now()
    written = [letter for message in messages for letter in _letters_of(message, now)]
    return put_letters(letters=written)


def put_letters(*, letters: list[Letter]) -> list[Letter]:
    """Store letters that are ready, and wake a sender when the transaction is committed."""
    if letters:
        Letter.objects.bulk_create(letters, ignore_conflicts=True, batch_size=500)
        transaction.on_commit(nudges.wake_senders, robust=True)
    return letters


def new_message_id() -> str:
    return f"<{uuid.uuid4().hex}@{message_id_domain()}>"


def one_line(value: Any) -> str:
    """What may stand in a header: no line breaks, no runs of blanks, valid Unicode."""
    return " ".join(clean(str(value)).split())


def clean(text: str) -> str:
    """Without what PostgreSQL and UTF-8 cannot hold: NUL and lone surrogates."""
    return text.replace("\0", "").encode("utf-8", "replace").decode()


def _letters_of(message: EmailMessage, now: datetime) -> list[Letter]:
    text, html = _bodies(message)
    given = {name.lower(): one_line(value) for name, value in message.extra_headers.items()}
    kind = given.get("x-letter-kind", "")[:40] or UNNAMED
    key = given.get("x-letter-key") or uuid.uuid4().hex
    # Whatever somebody writes for yes: a secret that is kept by a slip of the pen is worse.
    secret = given.get("x-letter-secret", "1" if kind in SECRET_KINDS else "0") not in ("0", "")
    headers = {
        name: one_line(value)
        for name, value in message.extra_headers.items()
        if name.lower() not in OURS
    }
    if message.reply_to:
        headers["Reply-To"] = one_line(message.reply_to[0])
    recipients = message.recipients()
    return [
        Letter(
            kind=kind,
            key=(key if len(recipients) == 1 else f"{key}:{recipient}")[:400],
            sender=one_line(given.get("from") or message.from_email)[:320],
            recipient=(parseaddr(recipient)[1] or one_line(recipient))[:320],
            subject=one_line(message.subject)[:400],
            text=text,
            html=html,
            headers=headers,
            message_id=new_message_id(),
            secret=secret,
            not_before=now,
            created_at=now,
        )
        for recipient in recipients
    ]


def _bodies(message: EmailMessage) -> tuple[str, str]:
    """(text, HTML)"""
    if message.attachments:
        raise NotALetter("A letter carries no files: link to them.")
    body = clean(str(message.body))
    if message.content_subtype == "html":
        return strip_tags(body), body
    html = ""
    for content, mimetype in getattr(message, "alternatives", []):
        if mimetype != "text/html":
            raise NotALetter(f"A letter is text and HTML, not {mimetype}.")
        html = clean(str(content))
    return body, html


@transaction.atomic
def retry_letter(*, letter: Letter, by: Any) -> Letter:
    """Try a failed letter again now, with all its attempts before it.

    Raises MoveRefused if it is not failed, SecretGone if nothing is left to send.
    """
    letter = Letter.objects.select_for_update().get(pk=letter.pk)
    check_move(moves=LETTER_MOVES, now=letter.state, to=LetterState.PENDING, what="letter")
    if letter.secret:
        raise SecretGone("Its code has run out. They can ask for a new one.")
    letter.state, letter.failed_at, letter.attempts = LetterState.PENDING, None, 0
    letter.not_before = timezone.now()
    letter.save(update_fields=["state", "failed_at", "attempts", "not_before"])
    record(by=by, what="tried again", subject=letter, before={"error": letter.last_error})
    transaction.on_commit(nudges.wake_senders, robust=True)
    return letter


@transaction.atomic
def set_letter_aside(*, letter: Letter, by: Any) -> Letter:
    """Stop trying. Raises MoveRefused for one that has left or is on its way."""
    letter = Letter.objects.select_for_update().get(pk=letter.pk)
    moves = LETTER_MOVES | {LetterState.SENDING: set[str]()}
    check_move(moves=moves, now=letter.state, to=LetterState.CANCELLED, what="letter")
    before = letter.state
    letter.state, letter.failed_at = LetterState.CANCELLED, None
    if letter.secret:
        letter.text = letter.html = ""
    letter.save(update_fields=["state", "failed_at", "text", "html"])
    record(by=by, what="set aside", subject=letter, before={"state": before})
    return letter
