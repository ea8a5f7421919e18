"""Writing a posting: begin it, save its words, keep what search reads. Keyword-only, atomic, the
person is `by`."""

from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts.actions import MoveRefused, record
from accounts.models import Organization
from employers.choices import Kind
from employers.models import (
    ApprenticeshipTerms,
    Employer,
    Location,
    Opportunity,
    WageStep,
)
from vocabularies.lookups import words_of
from vocabularies.models import Place
from vocabularies.text import steps_to_html, to_html, without_accents


class Conflict(Exception):
    """Somebody saved the same opportunity since the form was opened."""


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
