"""The sections of a posting, and what each still needs before a reviewer can read it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from employers.choices import ApplyBy, ClassPayer, Kind, Mode, Paid, Registration
from employers.models import ApprenticeshipTerms, Opportunity

Needs = dict[str, str]


@dataclass(frozen=True)
class Section:
    """A short page of the posting form. `needs` gives {field: sentence} of open questions."""

    slug: str
    title: str
    note: str
    needs: Callable[[Opportunity], Needs]


def _missing(thing: Any, sentences: Needs) -> Needs:
    empty: tuple[Any, ...] = (None, "", [])
    return {name: text for name, text in sentences.items() if getattr(thing, name) in empty}


def work_needs(opportunity: Opportunity) -> Needs:
    sentences = {
        "title": "Give it a title, such as Electrician Apprentice.",
        "summary": "Say in one sentence what this is.",
        "sector": "Choose the sector.",
        "tasks": "Say what they will do.",
    }
    if not opportunity.is_visit:
        sentences["lessons"] = "Say what they will learn."
    if opportunity.kind == Kind.APPRENTICESHIP:
        sentences["occupation"] = "Name the occupation, such as Electricians."
    return _missing(opportunity, sentences)


def place_needs(opportunity: Opportunity, places: list[Any] | None = None) -> Needs:
    """`places`: the ones about to be saved; None reads those in the database."""
    needs = _missing(
        opportunity,
        {
            "mode": "Say where the work is done.",
            "hours_min": "Say how many hours.",
            "length": "Say how long it lasts.",
            "length_unit": "Choose days, weeks, months or years.",
        },
    )
    if opportunity.mode in (Mode.ON_SITE, Mode.HYBRID):
        given = opportunity.locations.exists() if places is None else bool(places)
        if not given:
            needs["zips"] = "Give the ZIP code of the place."
    return needs


def pay_needs(opportunity: Opportunity) -> Needs:
    needs = _missing(opportunity, {"paid": "Say whether this place is paid."})
    if opportunity.paid in (Paid.WAGE, Paid.STIPEND) and opportunity.pay_min is None:
        needs["pay_min"] = "Say the starting pay. Counselors filter by it."
    if not opportunity.is_visit:
        needs |= _missing(
            opportunity,
            {"class_payer": "Choose one. Learners ask this before anything else."},
        )
        if opportunity.class_payer in (ClassPayer.SHARED, ClassPayer.LEARNER):
            needs |= _missing(
                opportunity, {"learner_cost": "Say what it costs the learner in all."}
            )
    return needs


def terms_needs(
    opportunity: Opportunity,
    terms: ApprenticeshipTerms | None = None,
    steps: list[Any] | None = None,
) -> Needs:
    """`terms`, `steps`: those about to be saved; None reads the ones in the database."""
    if terms is None:
        terms = getattr(opportunity, "terms", None) or ApprenticeshipTerms(opportunity=opportunity)
    if steps is None:
        steps = list(terms.steps.all()) if terms.pk else []
    needs = _missing(
        terms,
        {
            "registration": "Say whether it is registered.",
            "approach": "Say how steps are earned.",
            "months": "Say how many months the apprenticeship takes.",
            "instruction_hours": "Say how many class hours there are a year.",
            "instruction_when": "Say when the class is held.",
            "credential": "Say what they leave with.",
        },
    )
    if terms.registration == Registration.REGISTERED:
        needs |= _missing(
            terms,
            {
                "agency": "Say who registered it.",
                "sponsor": "Name the sponsor.",
                "program_number": "“Registered” needs the sponsor’s program number.",
            },
        )
    if terms.approach in ("time", "hybrid"):
        if terms.job_hours is None:
            needs["job_hours"] = "Say how many hours on the job."
        elif terms.approach == "time" and terms.job_hours < 2000:
            # 29 CFR 29.5(b)(2)(i)
            needs["job_hours"] = "An apprenticeship by hours takes 2,000 hours or more."
    if len(steps) < 2:
        needs["steps"] = "Give the wage steps: at least two, the first from 0 hours."
    return needs


def learning_needs(opportunity: Opportunity) -> Needs:
    return _missing(
        opportunity,
        {
            "term": "Choose the season.",
            "supervisor_role": "Say who guides them, by role: “lab manager”.",
            "credit": "Say whether it earns college credit.",
        },
    )


def apply_needs(opportunity: Opportunity) -> Needs:
    needs = _missing(
        opportunity,
        {
            "education": "Say what schooling is needed.",
            "apply_by": "Say how to apply.",
        },
    )
    if opportunity.apply_by and opportunity.apply_by != ApplyBy.COUNSELOR:
        needs |= _missing(
            opportunity, {"apply_to": "Say where to: an address, a link or a number."}
        )
    return needs


def dates_needs(opportunity: Opportunity) -> Needs:
    needs = _missing(
        opportunity,
        {
            "openings": "Say for how many people.",
            "closes_at": "Say until when people can apply.",
        },
    )
    if opportunity.starts_on is None and not opportunity.starts_note:
        needs["starts_on"] = "Give the day it starts, or say it in words."
    return needs


WORK = Section("work", "The work", "Title, what they do, what they learn", work_needs)
PLACE = Section("place", "Place and hours", "Where, how many hours, how long", place_needs)
PAY = Section("pay", "Pay and what it costs", "Pay, who pays for a class, other help", pay_needs)
TERMS = Section(
    "terms",
    "Apprenticeship terms",
    "Registration, class beside the job, wage steps, credential",
    terms_needs,
)
LEARNING = Section(
    "learning", "Learning and guidance", "Season, who guides them, credit", learning_needs
)
APPLY = Section("apply", "Who may apply, and how", "What they need, where to apply", apply_needs)
DATES = Section(
    "dates",
    "Dates and openings",
    "When it opens, closes and starts; how many people",
    dates_needs,
)
ALL = {s.slug: s for s in (WORK, PLACE, PAY, TERMS, LEARNING, APPLY, DATES)}


def sections_of(opportunity: Opportunity) -> list[Section]:
    """The sections that its kind has, in order."""
    special = {
        Kind.APPRENTICESHIP: [TERMS],
        Kind.INTERNSHIP: [LEARNING],
        Kind.CO_OP: [LEARNING],
    }
    return [WORK, PLACE, PAY, *special.get(Kind(opportunity.kind), []), APPLY, DATES]


def needs_of(opportunity: Opportunity) -> dict[str, Needs]:
    """Open questions by section slug; empty dictionaries where all is answered."""
    return {section.slug: section.needs(opportunity) for section in sections_of(opportunity)}
