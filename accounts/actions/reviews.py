"""What is sent to the coalition's staff, and their decision."""

from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import IntegrityError, models, transaction
from django.utils import timezone

from accounts.actions.history import MoveRefused, NotAllowed, ReasonMissing, check_move, record
from accounts.choices import REVIEW_MOVES, ReviewState
from accounts.models import Organization, Review
from accounts.rules import may_decide_review


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
    Raises NotAllowed for who sent it in or belongs to the organization, MoveRefused if
    somebody decided it first, ReasonMissing for a bare return.
    """
    review = Review.objects.select_for_update().get(pk=review.pk)
    takes_back = to == ReviewState.WITHDRAWN
    if by is not None and not takes_back and not may_decide_review(by, review):
        raise NotAllowed("You sent this in or belong to its organization: a colleague decides.")
    check_move(moves=REVIEW_MOVES, now=review.state, to=to, what="review")
    if to == ReviewState.RETURNED and not reason.strip():
        raise ReasonMissing("Say why, so that they can mend it.")
    review.state, review.reason = to, reason.strip()
    review.decided_by, review.decided_at = by, timezone.now()
    review.save(update_fields=["state", "reason", "decided_by", "decided_at"])
    return review
