"""Writing a posting: begin it, save its words, keep what search reads. Keyword-only, atomic, the
person is `by`."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import connection, models, transaction
from django.utils import timezone

from accounts.actions import MoveRefused, record
from accounts.models import Organization
from employers.actions.usual import keep_usual
from employers.choices import Kind
from employers.models import (
    ApprenticeshipTerms,
    BeneficiaryAnswer,
    Employer,
    Import,
    Location,
    Opportunity,
    Placement,
    PreApprenticeship,
    SkillWanted,
    TrainingPlan,
    TrainingStep,
    Visit,
    WageStep,
)
from employers.postings.usual import beginning_of
from vocabularies.lookups import words_of
from vocabularies.models import Place, Skill
from vocabularies.text import steps_to_html, to_html, without_accents

# The rows that hold a kind's own words, by their accessor.
DETAIL_MODELS: dict[str, type[models.Model]] = {
    "terms": ApprenticeshipTerms,
    "pre_apprenticeship": PreApprenticeship,
    "placement": Placement,
    "training": TrainingPlan,
    "visit": Visit,
}


class Conflict(Exception):
    """Somebody saved the same opportunity since the form was opened."""


class Gone(MoveRefused):
    """The posting was there when the page was opened, and is not any more."""

    def __init__(self) -> None:
        super().__init__(
            "This posting is gone: a change was approved or dropped, or a file was undone."
        )


def employer_of(organization: Organization) -> Employer:
    """The organization as an employer; made the first time it is asked for."""
    return Employer.objects.get_or_create(organization=organization)[0]


@transaction.atomic
def start_opportunity(
    *, organization: Organization, kind: str, title: str, token: UUID, by: Any
) -> Opportunity:
    """A new draft, with its organization's usual answers in it. The same token (the same form
    sent twice) gives the same draft."""
    employer = employer_of(organization)
    opportunity, made = Opportunity.objects.get_or_create(
        form_token=token,
        defaults={
            "employer": employer,
            "kind": kind,
            "title": title,
            "sector": organization.sector,
            "created_by": by,
        },
    )
    if made:
        _begin_with(opportunity, *beginning_of(employer, kind))
        if kind == Kind.APPRENTICESHIP:
            ApprenticeshipTerms.objects.create(opportunity=opportunity, sponsor=organization.name)
        keep_search_words(opportunity)
        record(by=by, what="began a draft", subject=opportunity, organization=organization)
    return opportunity


def _begin_with(
    opportunity: Opportunity, said: dict[str, Any], pairs: list[tuple[Place, str]]
) -> None:
    for name, value in said.items():
        setattr(opportunity, name, value)
    opportunity.apply_steps_html = steps_to_html(opportunity.apply_steps)
    opportunity.save()
    _keep_locations(opportunity, pairs)


def hold_organization(thing: Opportunity | Import) -> None:
    """Its organization stays as it is until the transaction ends.

    Before the posting or the file, everywhere: who renames, suspends, closes or merges an
    organization holds it first and what is its then, and the listing of a posting reads it. In
    one order nobody waits in a circle.
    """
    with connection.cursor() as cursor:
        cursor.execute(HELD.format(thing._meta.db_table), [thing.pk])


HELD = """
SELECT id FROM accounts_organization WHERE id = (
    SELECT organization_id FROM employers_employer e JOIN {} t ON t.employer_id = e.id
    WHERE t.id = %s
) FOR SHARE
"""


def locked(opportunity: Opportunity) -> Opportunity:
    """The row as it is now, held until the transaction ends. Raises Gone."""
    hold_organization(opportunity)
    rows = Opportunity.objects.select_for_update(of=("self",)).select_related(
        "employer__organization", "occupation", "program", "sector"
    )
    row = rows.filter(pk=opportunity.pk).first()
    if row is None:
        raise Gone
    return row


@transaction.atomic
def save_words(
    *,
    opportunity: Opportunity,
    revision: int,
    values: dict[str, Any],
    places: list[Place] | None = None,
    street: str = "",
    locations: list[tuple[Place, str]] | None = None,
    skills: list[tuple[Skill, str]] | None = None,
    terms: dict[str, Any] | None = None,
    steps: list[tuple[int, Decimal]] | None = None,
    details: dict[str, dict[str, Any]] | None = None,
    outline: list[tuple[str, int | None, str]] | None = None,
    answers: dict[int, bool] | None = None,
    usual: dict[str, Any] | None = None,
    by: Any,
) -> Opportunity:
    """Write some fields of a draft; `None` leaves what lies beside it as it is.

    `locations` are (place, street) pairs; `places` with the `street` of the first are taken too.
    `details` are {accessor: values} of the rows of its kind (DETAIL_MODELS), `outline` the
    (skill, hours, how measured) lines of a training plan, `answers` {1 to 7: yes?} to the seven
    questions, `usual` what the organization's next postings begin with.

    Raises Conflict unless `revision` is the one that lies in the database, MoveRefused if the
    posting is no longer a draft or another one has its number.
    """
    current = locked(opportunity)
    if current.revision != revision:
        raise Conflict
    if not current.is_writable:
        raise MoveRefused("This posting is not a draft any more, so its words are fixed.")
    number = values.get("external_id")
    if number and number != current.external_id:
        _check_number(current, number)
    for name, value in values.items():
        setattr(current, name, value)
    current.revision += 1
    current.changed_at = timezone.now()
    current.tasks_html = to_html(current.tasks)
    current.lessons_html = to_html(current.lessons)
    current.apply_steps_html = steps_to_html(current.apply_steps)
    if places is not None:
        locations = [(place, street if n == 0 else "") for n, place in enumerate(places)]
    if locations is not None:
        _keep_locations(current, locations)
    if skills is not None:
        _keep_skills(current, skills)
    rows = (details or {}) | ({} if terms is None else {"terms": terms})
    for accessor, said in rows.items():
        DETAIL_MODELS[accessor]._default_manager.update_or_create(
            opportunity=current, defaults=said
        )
    if steps is not None:
        _keep_steps(current, steps)
    if outline is not None:
        _keep_outline(current, outline)
    if answers is not None:
        _keep_answers(current, answers, by)
    if usual is not None:
        keep_usual(employer=current.employer, answers=current.employer.usual | usual, by=by)
    for name, words in _words_to_search_now(current).items():
        setattr(current, name, words)
    current.save()
    return current


def _check_number(opportunity: Opportunity, number: str) -> None:
    """Two postings of an employer never have one number; those who ask at once wait in line."""
    if opportunity.replaces_id:
        return
    Employer.objects.select_for_update().get(pk=opportunity.employer_id)
    others = Opportunity.objects.filter(
        employer=opportunity.employer_id, external_id=number, replaces__isnull=True
    )
    if others.exclude(pk=opportunity.pk).exists():
        raise MoveRefused("Another posting of yours has this number already.")


def _keep_locations(opportunity: Opportunity, pairs: list[tuple[Place, str]]) -> None:
    """These places, in this order; an unchanged list is left alone."""
    held = [(location.place_id, location.street) for location in opportunity.locations.all()]
    if held == [(place.pk, street) for place, street in pairs]:
        return
    opportunity.locations.all().delete()
    for place, street in pairs:
        Location.objects.create(opportunity=opportunity, place=place, street=street)


def _keep_skills(opportunity: Opportunity, skills: list[tuple[Skill, str]]) -> None:
    opportunity.skills.all().delete()
    SkillWanted.objects.bulk_create(
        SkillWanted(opportunity=opportunity, skill=skill, level=level) for skill, level in skills
    )


def _keep_outline(opportunity: Opportunity, outline: list[tuple[str, int | None, str]]) -> None:
    plan, _ = TrainingPlan.objects.get_or_create(opportunity=opportunity)
    plan.steps.all().delete()
    TrainingStep.objects.bulk_create(
        TrainingStep(plan=plan, skill=skill, hours=hours, measured=measured)
        for skill, hours, measured in outline
    )


def _keep_answers(opportunity: Opportunity, answers: dict[int, bool], by: Any) -> None:
    """An answer that stays keeps who gave it and when; a changed one is somebody's new answer."""
    rows = BeneficiaryAnswer.objects.filter(opportunity=opportunity)
    rows.exclude(number__in=answers).delete()
    held = dict(rows.values_list("number", "yes"))
    for number, yes in answers.items():
        if held.get(number) is not yes:
            BeneficiaryAnswer.objects.update_or_create(
                opportunity=opportunity,
                number=number,
                defaults={"yes": yes, "answered_by": by, "answered_at": timezone.now()},
            )


def _keep_steps(opportunity: Opportunity, steps: list[tuple[int, Decimal]]) -> None:
    terms = ApprenticeshipTerms.objects.get(opportunity=opportunity)
    terms.steps.all().delete()
    WageStep.objects.bulk_create(
        WageStep(terms=terms, after=after, rate=rate) for after, rate in steps
    )


def keep_search_words(opportunity: Opportunity) -> None:
    """Bring the words that search reads up to date."""
    Opportunity.objects.filter(pk=opportunity.pk).update(**_words_to_search_now(opportunity))


def _words_to_search_now(opportunity: Opportunity) -> dict[str, str]:
    skills = opportunity.skills.values_list("skill__name", flat=True)
    places = [str(location.place) for location in opportunity.locations.select_related("place")]
    return words_to_search(opportunity, skills, places)


def words_to_search(
    opportunity: Opportunity, skills: Iterable[str], places: Iterable[str]
) -> dict[str, str]:
    """{column that search reads: its words}; accents are dropped on both sides."""
    words = [opportunity.employer.organization.name, opportunity.get_kind_display()]
    if opportunity.sector:
        words.append(opportunity.sector.name)
    if opportunity.occupation:
        words.append(words_of(opportunity.occupation))
    if opportunity.program:
        words.append(opportunity.program.title)
    words += [opportunity.host, *skills, *places]
    body = [opportunity.summary, opportunity.tasks, opportunity.lessons, opportunity.needs_note]
    return {
        "search_title": without_accents(opportunity.title),
        "search_words": without_accents(" ".join(words)),
        "search_body": without_accents(" ".join(body)),
    }


@transaction.atomic
def rename_employer(organization: Organization) -> int:
    """An organization has another name: its postings must be found by it. How many there are."""
    rows = Opportunity.objects.filter(employer__organization=organization).select_related(
        "employer__organization", "occupation", "program", "sector"
    )
    for row in rows:
        keep_search_words(row)
    return len(rows)
