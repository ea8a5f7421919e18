"""The record that every action writes, and what actions refuse."""

from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import models

from accounts.models import Entry, Organization


class MoveRefused(Exception):
    """A change of state that the table of moves does not have. Its text is for the person."""


class ReasonMissing(Exception):
    """A refusal without a reason. Its text is for the person."""


class NotAllowed(Exception):
    """An act that this person may not do. Its text is for the person."""


def record(
    *,
    by: Any,
    what: str,
    subject: models.Model,
    organization: Organization | None = None,
    why: str = "",
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> Entry:
    """Write who did what. `by=None` is the portal itself. Values must be JSON-ready."""
    entry = entry_of(
        by=by,
        what=what,
        subject=subject,
        organization=organization,
        why=why,
        before=before,
        after=after,
    )
    entry.save(force_insert=True)
    return entry


def entry_of(
    *,
    by: Any,
    what: str,
    subject: models.Model,
    organization: Organization | None = None,
    why: str = "",
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> Entry:
    """The same, not yet written: for whoever writes many at once."""
    return Entry(
        by=by if getattr(by, "pk", None) else None,
        by_name=str(by)[:80] if by else "",
        what=what,
        subject_type=ContentType.objects.get_for_model(subject),
        subject_id=str(subject.pk),
        subject_name=str(subject)[:200],
        organization=organization,
        why=why[:1000],
        before=before or {},
        after=after or {},
    )


def check_move(*, moves: dict[str, set[str]], now: str, to: str, what: str) -> None:
    """Raise MoveRefused unless `now → to` stands in the table."""
    if to not in moves.get(now, set()):
        raise MoveRefused(f"This {what} has moved on since you opened it. Look at its state again.")
