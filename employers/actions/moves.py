"""The life of a posting: each move along its table, with its Entry and who is told of it."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.actions import MoveRefused, check_move, decide_review, record, send_to_review
from accounts.choices import OrganizationState, ReviewState
from accounts.models import Review
from accounts.rules import may_decide_review
from employers import letters
from employers.actions.writing import Conflict, locked
from employers.choices import MOVES, Outcome, State
from employers.models import Opportunity
from employers.sections import needs_of


class NotReady(Exception):
    """A posting with open questions was to be sent. Its text is for the person."""


def _move(
    opportunity: Opportunity, to: str, what: str, *, by: Any, why: str = "", **fields: Any
) -> Opportunity:
    """One step along the table of moves, with its Entry. The caller holds the transaction."""
    current = locked(opportunity)
    check_move(moves=MOVES, now=current.state, to=to, what="posting")
    before, now = current.state, timezone.now()
    current.state = to
    # What was only scheduled has not been public: it is no stranger's to read.
    current.public_since = _still_past(current.public_since, now)
    for name, value in fields.items():
        setattr(current, name, value)
    current.changed_at = now
    current.save()
    record(
        by=by,
        what=what,
        subject=current,
        organization=current.employer.organization,
        why=why,
        before={"state": before},
        after={"state": to},
    )
    return current


@transaction.atomic
def send_opportunity(*, opportunity: Opportunity, by: Any, note: str = "") -> Review:
    """Draft or returned → in review. Raises NotReady while a section has an open question, or
    while its organization may not post."""
    current = locked(opportunity)
    organization = current.employer.organization
    if organization.state in (OrganizationState.RETURNED, OrganizationState.SUSPENDED):
        raise NotReady(
            f"{organization} has to be verified again before it can post. "
            "Its page says what was asked."
        )
    if open_questions := sum(len(needs) for needs in needs_of(current).values()):
        raise NotReady(
            "One question is still open."
            if open_questions == 1
            else "Some questions are still open."
        )
    check_move(moves=MOVES, now=current.state, to=State.IN_REVIEW, what="posting")
    review = send_to_review(subject=current, organization=organization, by=by, note=note)
    Opportunity.objects.filter(pk=current.pk).update(
        state=State.IN_REVIEW, changed_at=timezone.now()
    )
    return review


@transaction.atomic
def take_back_opportunity(*, opportunity: Opportunity, by: Any) -> Opportunity:
    """In review or published → draft: it leaves the lists until it has been read again."""
    current = _move(opportunity, State.DRAFT, "took back", by=by)
    if review := Review.objects.of(current).open().first():
        decide_review(review=review, to=ReviewState.WITHDRAWN, by=by)
    return current


@transaction.atomic
def return_opportunity(
    *, opportunity: Opportunity, reason: str, by: Any, seen: str = ""
) -> Opportunity:
    """In review → returned, with a reason its people get by letter. `seen` as in publishing."""
    review = _open_review(locked(opportunity), seen, by)
    decide_review(review=review, to=ReviewState.RETURNED, by=by, reason=reason)
    current = _move(opportunity, State.RETURNED, "returned", by=by, why=reason)
    letters.tell_people(current, "opportunity-returned", review=review, reason=reason.strip())
    return current


@transaction.atomic
def publish_opportunity(*, opportunity: Opportunity, by: Any, seen: str = "") -> Opportunity:
    """In review → published: public at once, or from the moment its people chose.

    `seen` is the mark (`seen_mark`) of what the reviewer read; Conflict when the words or the
    review have changed since. Raises MoveRefused when its organization is not verified or it
    would close before it opens.
    """
    now = timezone.now()
    current = locked(opportunity)
    review = _open_review(current, seen, by)
    if not current.employer.organization.may_post:
        raise MoveRefused("Verify the organization first; then publish its posting.")
    opens_at = max(current.opens_at or now, now)
    if current.closes_at and current.closes_at <= opens_at:
        raise MoveRefused("It would close before it opens. Return it and ask for a new date.")
    decide_review(review=review, to=ReviewState.APPROVED, by=by)
    current = _move(
        opportunity,
        State.PUBLISHED,
        "published",
        by=by,
        opens_at=opens_at,
        public_since=_still_past(current.public_since, now) or opens_at,
    )
    letters.tell_people(current, "opportunity-published", review=review)
    return current


def seen_mark(opportunity: Opportunity, review: Review | None) -> str:
    """What a reviewer has before them: this sending, with these words."""
    return f"{review.pk if review else 0}-{opportunity.revision}"


def _open_review(current: Opportunity, seen: str, by: Any) -> Review:
    """The review that may be decided now. The posting is locked first, here and everywhere."""
    review = Review.objects.of(current).open().first()
    if review is None:
        raise MoveRefused("Somebody has decided this posting already.")
    if seen and seen != seen_mark(current, review):
        raise Conflict
    if by is not None and not may_decide_review(by, review):
        raise MoveRefused("You sent this in or belong to it, so a colleague has to decide.")
    return review


def _still_past(moment: datetime | None, now: datetime) -> datetime | None:
    return moment if moment and moment <= now else None


@transaction.atomic
def close_opportunity(
    *, opportunity: Opportunity, outcome: str, filled: int | None = None, by: Any
) -> Opportunity:
    """Published or paused → closed, with how it ended. Its page stays, as closed."""
    return _move(
        opportunity,
        State.CLOSED,
        "closed",
        by=by,
        why=Outcome(outcome).label,
        outcome=outcome,
        filled=filled,
    )


@transaction.atomic
def pause_opportunity(*, opportunity: Opportunity, by: Any) -> Opportunity:
    return _move(opportunity, State.PAUSED, "paused", by=by)


@transaction.atomic
def resume_opportunity(*, opportunity: Opportunity, by: Any) -> Opportunity:
    current, now = locked(opportunity), timezone.now()
    public_since = _still_past(current.public_since, now) or max(current.opens_at or now, now)
    return _move(opportunity, State.PUBLISHED, "opened again", by=by, public_since=public_since)


@transaction.atomic
def archive_opportunity(*, opportunity: Opportunity, by: Any) -> Opportunity:
    return _move(opportunity, State.ARCHIVED, "put away", by=by)
