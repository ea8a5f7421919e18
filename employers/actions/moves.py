"""The life of a posting: each move along its table, with its Entry and who is told of it."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.actions import (
    MoveRefused,
    NotAllowed,
    ReasonMissing,
    check_move,
    decide_review,
    record,
    send_to_review,
)
from accounts.choices import OrganizationState, ReviewState
from accounts.models import Review
from accounts.rules import may_decide_review, may_review
from employers import letters
from employers.actions.copies import (
    apply_change,
    carry_dates,
    fold_in,
    forget_changes,
    held,
    settle_dates,
    why_not_applied,
)
from employers.actions.remarks import keep_remarks, settle_remarks
from employers.actions.trust import why_at_once
from employers.actions.writing import Conflict, locked
from employers.choices import MOVES, Outcome, State
from employers.coach import blocking
from employers.forms.review import RemarkDraft
from employers.models import Opportunity
from employers.postings.remarks import told
from employers.postings.sections import needs_of, unsaved_sections
from employers.postings.standing import latest_closing, refusal
from employers.postings.words import snapshot
from vocabularies.templatetags.words import day, listed, moment


class NotReady(Exception):
    """A posting with open questions was to be sent. Its text is for the person."""


def _move(
    current: Opportunity, to: str, what: str, *, by: Any, why: str = "", **fields: Any
) -> Opportunity:
    """One step along the table of moves, with its Entry. The caller holds the row."""
    check_move(moves=MOVES, now=current.state, to=to, what="posting")
    before, now = current.state, timezone.now()
    current.state = to
    # What was only scheduled has not been public: it is no stranger's to read.
    current.public_since = _still_past(current.public_since, now)
    for name, value in fields.items():
        setattr(current, name, value)
    current.changed_at = now
    current.save()
    _record(current, what, by=by, why=why, before={"state": before}, after={"state": to})
    return current


def _record(current: Opportunity, what: str, *, by: Any, **details: Any) -> None:
    """A change is part of the history of the posting that it would change."""
    subject = current
    if current.replaces is not None:
        subject, what = current.replaces, f"{what} the change"
    record(
        by=by,
        what=what,
        subject=subject,
        organization=current.employer.organization,
        **details,
    )


def _check(act: str, current: Opportunity, at: datetime) -> None:
    if why := refusal(act, current, at):
        raise MoveRefused(why)


def _still_past(moment: datetime | None, now: datetime) -> datetime | None:
    return moment if moment and moment <= now else None


# Before it is public


@transaction.atomic
def send_opportunity(*, opportunity: Opportunity, by: Any, note: str = "") -> Review:
    """Draft or returned → in review; straight on to published where policy trusts it (see
    `why_at_once`), with an approved review.

    Raises NotReady while a section has an open question, its days do not fit, its organization
    may not post, or the person has typed what is not saved.
    """
    now = timezone.now()
    current = held(opportunity)
    check_move(moves=MOVES, now=current.state, to=State.IN_REVIEW, what="posting")
    _check_saved(current, by)
    _check_ready(current, now)
    organization = current.employer.organization
    words = snapshot(current)
    settle_remarks(opportunity=current, now=words, by=by)
    review = send_to_review(
        subject=current, organization=organization, by=by, note=note, words=words
    )
    if current.replaces is not None:
        _record(current, "sent", by=by, why=note)
    current.state, current.changed_at = State.IN_REVIEW, now
    current.save(update_fields=["state", "changed_at"])
    if why := why_at_once(current):
        _approve(current, review, now, by=by, decided_by=None, why=why)
        review.refresh_from_db()
    return review


def _check_saved(current: Opportunity, by: Any) -> None:
    """What is wrong, or clashes with what somebody else saved, waits as it was typed."""
    if sections := unsaved_sections(current, by):
        titles = listed(f"“{section.title}”" for section in sections)
        raise NotReady(
            f"What you typed on {titles} is not saved yet. Open it, mend it and save it, then send "
            "the posting."
        )


def _check_ready(current: Opportunity, now: datetime) -> None:
    organization = current.employer.organization
    held_back = (
        OrganizationState.RETURNED,
        OrganizationState.SUSPENDED,
        OrganizationState.CLOSED,
    )
    if organization.state in held_back:
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
    if musts := blocking(current):
        raise NotReady(
            "This region asks it of every posting: "
            + " ".join(f"{remark.title}. {remark.sentence}" for remark in musts)
        )
    if current.replaces is not None:
        settle_dates(current, current.replaces)
        if why := why_not_applied(current, current.replaces, now):
            raise NotReady(why)
    elif current.closes_at and current.closes_at <= max(current.opens_at or now, now):
        raise NotReady("It would close before it opens. Give a later closing day.")
    _check_length(current, now)


def _check_length(current: Opportunity, now: datetime) -> None:
    """Policy may have changed since its days were written. What is public keeps its day."""
    if current.closes_at is None:
        return
    if current.replaces is not None and current.closes_at == current.replaces.closes_at:
        return
    # The day more is the form's: it counts from the day on which it opens.
    latest = latest_closing(max(current.opens_at or now, now) + timedelta(days=1))
    if current.closes_at > latest:
        raise NotReady(
            f"A posting may stay open until {day(latest)} at most. Give an earlier closing day."
        )


@transaction.atomic
def take_back_opportunity(*, opportunity: Opportunity, by: Any) -> Opportunity:
    """In review or published → draft: it leaves the lists until it has been read again. Words
    that were to change it are taken over."""
    current = held(opportunity)
    _check("take-back", current, timezone.now())
    if current.state == State.PUBLISHED:
        fold_in(current, by)
        current = locked(current)
    current = _move(current, State.DRAFT, "took back", by=by)
    if review := Review.objects.of(current).open().first():
        decide_review(review=review, to=ReviewState.WITHDRAWN, by=by)
    return current


@transaction.atomic
def return_opportunity(
    *,
    opportunity: Opportunity,
    reason: str,
    by: Any,
    seen: str = "",
    remarks: Sequence[RemarkDraft] = (),
) -> Opportunity:
    """In review → returned, with a reason and remarks that its people get by letter. `seen` as
    in publishing. Raises WordsRefused where proposed words could not be saved."""
    current = held(opportunity)
    review = _open_review(current, seen, by)
    if remarks and not reason.strip():
        reason = "Please see our remarks."
    keep_remarks(opportunity=current, review=review, remarks=remarks, by=by)
    decide_review(review=review, to=ReviewState.RETURNED, by=by, reason=reason)
    current = _move(current, State.RETURNED, "returned", by=by, why=reason)
    letters.tell_people(
        current,
        "opportunity-returned",
        review=review,
        reason=reason.strip(),
        remarks=told(review),
    )
    return current


@transaction.atomic
def publish_opportunity(*, opportunity: Opportunity, by: Any, seen: str = "") -> Opportunity:
    """In review → published: public at once, or from the moment its people chose. A working copy
    is shown on its posting, which is returned, and is gone.

    `seen` is the mark (`seen_mark`) of what the reviewer read; Conflict when the words or the
    review have changed since. Raises MoveRefused when its organization is not verified or it
    would close before it opens.
    """
    current = held(opportunity)
    review = _open_review(current, seen, by)
    if not current.employer.organization.may_post:
        raise MoveRefused("Verify the organization first; then publish its posting.")
    return _approve(current, review, timezone.now(), by=by, decided_by=by)


def _approve(
    current: Opportunity, review: Review, now: datetime, *, by: Any, decided_by: Any, why: str = ""
) -> Opportunity:
    """`why`: it is shown without a reviewer, and this is the reason."""
    if current.is_copy:
        return apply_change(current, review=review, by=by, decided_by=decided_by, why=why)
    opens_at = max(current.opens_at or now, now)
    if current.closes_at and current.closes_at <= opens_at:
        raise MoveRefused("It would close before it opens. Return it and ask for a new date.")
    decide_review(review=review, to=ReviewState.APPROVED, by=decided_by)
    current = _move(
        current,
        State.PUBLISHED,
        "published at once" if why else "published",
        by=decided_by,
        why=why,
        opens_at=opens_at,
        public_since=_still_past(current.public_since, now) or opens_at,
    )
    letters.tell_people(current, "opportunity-published", review=review, at_once=bool(why))
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


# While it is public


@transaction.atomic
def take_down_opportunity(*, opportunity: Opportunity, reason: str, by: Any) -> Opportunity:
    """Published or paused → returned, by staff, with a reason its people get by letter. Raises
    NotAllowed for who belongs to its organization."""
    current = locked(opportunity)
    organization = current.employer.organization
    if by is not None and not may_review(by, organization):
        raise NotAllowed("You belong to its organization: a colleague decides.")
    if not reason.strip():
        raise ReasonMissing("Say why, so that they can mend it.")
    _check("take-down", current, timezone.now())
    fold_in(current, by)
    current = _move(locked(current), State.RETURNED, "took down", by=by, why=reason)
    review = Review.objects.create(
        subject=current,
        organization=organization,
        state=ReviewState.RETURNED,
        reason=reason.strip()[:1000],
        decided_by=by,
        decided_at=current.changed_at,
        words=snapshot(current),
    )
    letters.tell_people(current, "opportunity-taken-down", review=review, reason=reason.strip())
    return current


@transaction.atomic
def close_opportunity(
    *,
    opportunity: Opportunity,
    outcome: str,
    filled: int | None = None,
    starting_pay: Decimal | None = None,
    by: Any,
) -> Opportunity:
    """Published or paused → closed, with how it ended. Its page stays, as closed. How many and
    what they earn an hour is kept only where somebody was found."""
    current = locked(opportunity)
    _check("close", current, timezone.now())
    found = outcome != Outcome.NOT_FILLED
    return _move(
        current,
        State.CLOSED,
        "closed",
        by=by,
        why=Outcome(outcome).label,
        outcome=outcome,
        filled=filled if found else None,
        starting_pay=starting_pay if found else None,
    )


@transaction.atomic
def pause_opportunity(
    *, opportunity: Opportunity, until: datetime | None = None, by: Any
) -> Opportunity:
    """Out of the lists until somebody opens it again, or until a moment: then it stays published
    and opens by the clock. Raises MoveRefused for a moment that does not fit."""
    now = timezone.now()
    current = locked(opportunity)
    _check("pause", current, now)
    if until is None:
        if current.state == State.PAUSED:
            raise MoveRefused("It is paused already.")
        return _move(current, State.PAUSED, "paused", by=by)
    if not current.was_public:
        raise MoveRefused("Nobody has seen it yet. Change the day it opens instead.")
    _check_opening(current, until, now)
    before = current.opens_at
    if current.state == State.PAUSED:
        fields = {"opens_at": until, "public_since": current.public_since}
        why = f"until {day(until)}"
        return _move(current, State.PUBLISHED, "paused", by=by, why=why, **fields)
    current = _set_dates(
        current, "paused", by=by, why=f"until {day(until)}", now=now, opens_at=until
    )
    carry_dates(current, before, current.closes_at)
    return current


@transaction.atomic
def resume_opportunity(*, opportunity: Opportunity, by: Any) -> Opportunity:
    """Paused, with or without end → open now. What had not opened yet keeps its moment."""
    now = timezone.now()
    current = locked(opportunity)
    _check("resume", current, now)
    if current.state == State.PUBLISHED:
        return _set_dates(current, "opened again", by=by, now=now, opens_at=now)
    public_since = _still_past(current.public_since, now) or max(current.opens_at or now, now)
    return _move(
        current,
        State.PUBLISHED,
        "opened again",
        by=by,
        public_since=public_since,
        opens_at=current.opens_at or now,
    )


@transaction.atomic
def schedule_opportunity(
    *, opportunity: Opportunity, opens_at: datetime | None, by: Any
) -> Opportunity:
    """Scheduled → it opens at another moment, or now (None)."""
    now = timezone.now()
    current = locked(opportunity)
    _check("schedule", current, now)
    before = current.opens_at
    if opens_at is not None:
        _check_opening(current, opens_at, now)
    at = opens_at or now
    why = f"to {day(at)}" if opens_at else "to now"
    current = _set_dates(
        current, "moved the opening", by=by, why=why, now=now, opens_at=at, public_since=at
    )
    carry_dates(current, before, current.closes_at)
    return current


def _check_opening(current: Opportunity, opens_at: datetime, now: datetime) -> None:
    if opens_at <= now:
        raise MoveRefused("Give a day to come.")
    if current.closes_at and opens_at >= current.closes_at:
        raise MoveRefused(f"It closes {moment(current.closes_at)}, before that.")
    if opens_at > latest_closing(now):
        raise MoveRefused(f"Give a day until {day(latest_closing(now))}.")


@transaction.atomic
def extend_opportunity(
    *, opportunity: Opportunity, closes_at: datetime, reason: str, by: Any
) -> Opportunity:
    """A later closing moment, without a new review: while it is published or paused, and until 60
    days after it closed. Raises ReasonMissing; MoveRefused for a moment that does not fit."""
    now = timezone.now()
    current = locked(opportunity)
    _check("extend", current, now)
    if not reason.strip():
        raise ReasonMissing("Say why it stays open longer.")
    before = current.closes_at
    if closes_at <= now:
        raise MoveRefused("That day is over. Give a day to come.")
    if before and closes_at <= before:
        raise MoveRefused(f"It closes {moment(before)} already. Give a later day.")
    if current.opens_at and closes_at <= current.opens_at:
        raise MoveRefused("It would close before it opens. Give a later day.")
    if closes_at > latest_closing(now):
        raise MoveRefused(f"A posting may stay open until {day(latest_closing(now))} at most.")
    current = _set_dates(
        current,
        f"extended to {day(closes_at)}",
        by=by,
        why=reason.strip(),
        now=now,
        closes_at=closes_at,
        confirmed_at=now,
    )
    carry_dates(current, current.opens_at, before)
    return current


@transaction.atomic
def confirm_opportunity(*, opportunity: Opportunity, by: Any) -> Opportunity:
    """Its people say that it is still open."""
    now = timezone.now()
    current = locked(opportunity)
    if current.is_copy or current.standing(now) not in ("open", "paused", "scheduled"):
        raise MoveRefused("It is not open any more.")
    return _set_dates(current, "said that it is still open", by=by, now=now, confirmed_at=now)


def _set_dates(
    current: Opportunity, what: str, *, by: Any, now: datetime, why: str = "", **fields: Any
) -> Opportunity:
    """Other moments in the same state, with their Entry."""
    before = {name: _iso(getattr(current, name)) for name in fields}
    for name, value in fields.items():
        setattr(current, name, value)
    current.changed_at = now
    current.save(update_fields=[*fields, "changed_at"])
    after = {name: _iso(value) for name, value in fields.items()}
    _record(current, what, by=by, why=why, before=before, after=after)
    return current


def _iso(value: datetime | None) -> str | None:
    return value.isoformat() if value else None


@transaction.atomic
def archive_opportunity(*, opportunity: Opportunity, by: Any) -> Opportunity:
    """Put away: out of its people's lists too."""
    current = locked(opportunity)
    _check("archive", current, timezone.now())
    forget_changes(current, by)
    return _move(current, State.ARCHIVED, "put away", by=by)
