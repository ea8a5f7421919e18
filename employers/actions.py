"""What people do with opportunities. Keyword-only, atomic, the person is `by`; each writes its
Entry and tells those it concerns."""

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts.actions import MoveRefused, check_move, decide_review, record, send_to_review
from accounts.choices import OrganizationState, ReviewState
from accounts.models import Organization, Review
from accounts.rules import may_decide_review
from employers import letters
from employers.choices import MOVES, Kind, Outcome, State
from employers.models import (
    ApprenticeshipTerms,
    Employer,
    Location,
    Opportunity,
    WageStep,
)
from employers.sections import needs_of
from vocabularies.lookups import words_of
from vocabularies.models import Place
from vocabularies.text import steps_to_html, to_html, without_accents


class Conflict(Exception):
    """Somebody saved the same opportunity since the form was opened."""


class NotReady(Exception):
    """A posting with open questions was to be sent. Its text is for the person."""


def employer_of(organization: Organization) -> Employer:
    """The organization as an employer; made the first time it is asked for."""
    return Employer.objects.get_or_create(organization=organization)[0]


@transaction.atomic
def start_opportunity(
    *, organization: Organization, kind: str, title: str, token: UUID, by: Any
) -> Opportunity:
    """A new draft. The same token (the same form sent twice) gives the same draft."""
    opportunity, made = Opportunity.objects.get_or_create(
        form_token=token,
        defaults={
            "employer": employer_of(organization),
            "kind": kind,
            "title": title,
            "sector": organization.sector,
            "created_by": by,
        },
    )
    if made:
        if kind == Kind.APPRENTICESHIP:
            ApprenticeshipTerms.objects.create(opportunity=opportunity, sponsor=organization.name)
        keep_search_words(opportunity)
        record(by=by, what="began a draft", subject=opportunity, organization=organization)
    return opportunity


def locked(opportunity: Opportunity) -> Opportunity:
    """The row as it is now, held until the transaction ends."""
    return (
        Opportunity.objects.select_for_update(of=("self",))
        .select_related("employer__organization", "occupation", "program", "sector")
        .get(pk=opportunity.pk)
    )


@transaction.atomic
def save_words(
    *,
    opportunity: Opportunity,
    revision: int,
    values: dict[str, Any],
    places: list[Place] | None = None,
    street: str = "",
    terms: dict[str, Any] | None = None,
    steps: list[tuple[int, Decimal]] | None = None,
    by: Any,
) -> Opportunity:
    """Write some fields of a draft; `None` leaves places, terms or steps as they are.

    Raises Conflict unless `revision` is the one that lies in the database, MoveRefused if the
    posting is no longer a draft.
    """
    current = locked(opportunity)
    if current.revision != revision:
        raise Conflict
    if not current.is_writable:
        raise MoveRefused("This posting is not a draft any more, so its words are fixed.")
    for name, value in values.items():
        setattr(current, name, value)
    current.revision += 1
    current.changed_at = timezone.now()
    current.tasks_html = to_html(current.tasks)
    current.lessons_html = to_html(current.lessons)
    current.apply_steps_html = steps_to_html(current.apply_steps)
    current.save()
    if places is not None:
        _keep_places(current, places, street)
    if terms is not None:
        ApprenticeshipTerms.objects.update_or_create(opportunity=current, defaults=terms)
    if steps is not None:
        _keep_steps(current, steps)
    keep_search_words(current)
    return current


def _keep_places(opportunity: Opportunity, places: list[Place], street: str) -> None:
    opportunity.locations.exclude(place__in=places).delete()
    known = {location.place_id: location for location in opportunity.locations.all()}
    for number, place in enumerate(places):
        location = known.get(place.pk) or Location(opportunity=opportunity, place=place)
        location.street = street if number == 0 else ""
        location.save()


def _keep_steps(opportunity: Opportunity, steps: list[tuple[int, Decimal]]) -> None:
    terms = ApprenticeshipTerms.objects.get(opportunity=opportunity)
    terms.steps.all().delete()
    WageStep.objects.bulk_create(
        WageStep(terms=terms, after=after, rate=rate) for after, rate in steps
    )


def keep_search_words(opportunity: Opportunity) -> None:
    """Bring the words that search reads up to date; accents are dropped on both sides."""
    words = [opportunity.employer.organization.name, opportunity.get_kind_display()]
    if opportunity.sector:
        words.append(opportunity.sector.name)
    if opportunity.occupation:
        words.append(words_of(opportunity.occupation))
    if opportunity.program:
        words.append(opportunity.program.title)
    words += [str(location.place) for location in opportunity.locations.select_related("place")]
    body = [opportunity.summary, opportunity.tasks, opportunity.lessons, opportunity.needs_note]
    Opportunity.objects.filter(pk=opportunity.pk).update(
        search_title=without_accents(opportunity.title),
        search_words=without_accents(" ".join(words)),
        search_body=without_accents(" ".join(body)),
    )


@transaction.atomic
def rename_employer(organization: Organization) -> int:
    """An organization has another name: its postings must be found by it. How many there are."""
    rows = Opportunity.objects.filter(employer__organization=organization).select_related(
        "employer__organization", "occupation", "program", "sector"
    )
    for row in rows:
        keep_search_words(row)
    return len(rows)


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
