"""What people do here. Keyword-only, atomic, the person is `by`; each writes its Entry."""

from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import IntegrityError, models, transaction
from django.utils import timezone

from accounts.choices import REVIEW_MOVES, ReviewState
from accounts.models import Entry, Organization, Review


class MoveRefused(Exception):
    """A change of state that the table of moves does not have. Its text is for the person."""


class ReasonMissing(Exception):
    """A refusal without a reason. Its text is for the person."""


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
    return Entry.objects.create(
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


@transaction.atomic
def send_to_review(
    *, subject: models.Model, organization: Organization, by: Any, note: str = ""
) -> Review:
    """Put a thing before the coalition's staff. Sending twice at once makes one review."""
    try:
        with transaction.atomic():
            review = Review.objects.create(
                subject_type=ContentType.objects.get_for_model(subject),
                subject_id=str(subject.pk),
                organization=organization,
                note=note,
                sent_by=by,
            )
    except IntegrityError as error:
        raise MoveRefused("This is in review already.") from error
    record(by=by, what="sent to review", subject=subject, organization=organization, why=note)
    return review


@transaction.atomic
def decide_review(*, review: Review, to: str, by: Any, reason: str = "") -> Review:
    """Close an open review: approved, returned (with a reason) or taken back.

    The thing itself is changed by its own room's action, which calls this one.
    Raises MoveRefused if somebody decided it first, ReasonMissing for a bare return.
    """
    review = Review.objects.select_for_update().get(pk=review.pk)
    check_move(moves=REVIEW_MOVES, now=review.state, to=to, what="review")
    if to == ReviewState.RETURNED and not reason.strip():
        raise ReasonMissing("Say why, so that they can mend it.")
    review.state, review.reason = to, reason.strip()
    review.decided_by, review.decided_at = by, timezone.now()
    review.save(update_fields=["state", "reason", "decided_by", "decided_at"])
    return review
