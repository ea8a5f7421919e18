"""What is sent to the coalition's staff, and their decision."""

from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import IntegrityError, models, transaction
from django.utils import timezone

from accounts.actions.history import MoveRefused, NotAllowed, ReasonMissing, check_move, record
from accounts.choices import REVIEW_MOVES, OrganizationState, ReviewState
from accounts.models import Organization, Review, User
from accounts.rules import may_decide_review, may_take


class TakenMeanwhile(Exception):
    """Another reader has it since this page was opened. Its text is for the person."""


@transaction.atomic
def send_to_review(
    *,
    subject: models.Model,
    organization: Organization,
    by: Any,
    note: str = "",
    words: dict[str, list[str]] | None = None,
) -> Review:
    """Put a thing before the coalition's staff. Sending twice at once makes one review.

    `words` is what it says now, {field: [label, words]}; the next review is compared with it.
    """
    try:
        with transaction.atomic():
            review = Review.objects.create(
                subject_type=ContentType.objects.get_for_model(subject),
                subject_id=str(subject.pk),
                organization=organization,
                note=note,
                sent_by=by,
                words=words or {},
            )
    except IntegrityError as error:
        raise MoveRefused("This is in review already.") from error
    _hand_on(review)
    record(by=by, what="sent to review", subject=subject, organization=organization, why=note)
    return review


def _hand_on(review: Review) -> None:
    """Who returned the thing, or had taken it when it was taken back, has it before them again."""
    before = (
        Review.objects.filter(subject_type=review.subject_type, subject_id=review.subject_id)
        .exclude(pk=review.pk)
        .select_related("decided_by", "assigned_to")
        .order_by("-sent_at", "-pk")
        .first()
    )
    if before is None or before.state == ReviewState.APPROVED:
        return
    returned = before.state == ReviewState.RETURNED
    reader = before.decided_by if returned else before.assigned_to
    if reader is not None and reader.is_active and may_take(reader, review):
        review.assigned_to, review.assigned_at = reader, review.sent_at
        review.save(update_fields=["assigned_to", "assigned_at"])


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


@transaction.atomic
def assign_reader(
    *, thing: Review | Organization, to: User | None, by: Any, seen: int
) -> Review | Organization:
    """Take a waiting thing to read, give it to a colleague, or put it back (`to=None`).

    `seen` is the id of the reader that the page showed, 0 for nobody. Raises TakenMeanwhile if
    it is another now, NotAllowed where one of the two may not decide it, MoveRefused if nothing
    is left to decide. Giving it to who has it already changes nothing.
    """
    stored = type(thing)._default_manager.select_for_update(of=("self",)).get(pk=thing.pk)
    if not may_take(by, stored):
        raise NotAllowed("You sent this in or belong to its organization: a colleague decides.")
    if to is not None and not may_take(to, stored):
        raise NotAllowed(f"{to} may not decide this. Choose somebody else.")
    if stored.state not in (ReviewState.OPEN, OrganizationState.PENDING):
        raise MoveRefused("Somebody has decided this already.")
    holder = stored.reader
    if holder == to:
        return stored
    if (holder.pk if holder else 0) != seen:
        raise TakenMeanwhile(
            f"{holder} has taken this meanwhile." if holder else "It has been put back meanwhile."
        )
    stored.assigned_to, stored.assigned_at = to, timezone.now() if to else None
    stored.save(update_fields=["assigned_to", "assigned_at"])
    if to is None:
        what = "put it back for a colleague"
    else:
        what = "took it to read" if to == by else f"gave it to {to}"[:60]
    # Of the review, not of its subject, whose people read that history.
    record(by=by, what=what, subject=stored)
    return stored
