"""The sections of a posting, and what each still needs before a reviewer can read it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from employers.choices import (
    ApplyBy,
    ClassPayer,
    Credit,
    Kind,
    Mode,
    Paid,
    Registration,
    SafetyCheck,
    StartKind,
)
from employers.models import (
    ApprenticeshipTerms,
    Opportunity,
    Placement,
    PreApprenticeship,
    TrainingPlan,
    Visit,
)
from employers.postings import seven
from employers.postings.words import detail_of

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


def asks_lessons(opportunity: Opportunity) -> bool:
    """Internships and co-ops name learning objectives on a page of their own."""
    return not opportunity.is_visit and opportunity.kind not in (Kind.INTERNSHIP, Kind.CO_OP)


def work_needs(opportunity: Opportunity) -> Needs:
    sentences = {
        "title": "Give it a title, such as Electrician Apprentice.",
        "summary": "Say in one sentence what this is.",
        "sector": "Choose the sector.",
        "tasks": "Say what they will do.",
    }
    if asks_lessons(opportunity):
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


def leads_needs(opportunity: Opportunity, row: PreApprenticeship | None = None) -> Needs:
    """`row`, here and below: the one about to be saved; None reads the one in the database."""
    row = row or detail_of(opportunity, "pre_apprenticeship") or PreApprenticeship()
    needs = _missing(row, {"entry": "Say what finishers get of it, such as a sure interview."})
    if not row.leads_into and row.posting_id is None:
        needs["leads_into"] = "Say which apprenticeship it leads into."
    return needs


def learning_needs(opportunity: Opportunity, row: Placement | None = None) -> Needs:
    row = row or detail_of(opportunity, "placement") or Placement()
    needs = _missing(
        opportunity,
        {
            "term": "Choose the season.",
            "supervisor_role": "Say who guides them, by role: “lab manager”.",
            "credit": "Say whether it earns college credit.",
        },
    )
    if len(objectives_of(row)) < 3:
        needs["objectives"] = "Give three to five things they will be able to do, a line each."
    needs |= _missing(row, {"may_lead": "Say whether it may lead to a job."})
    if opportunity.credit == Credit.REQUIRED:
        needs |= _missing(row, {"credit_note": "Name the college and the course it counts for."})
    if opportunity.kind == Kind.CO_OP:
        needs |= _missing(
            row,
            {
                "pattern": "Say how work and class take turns.",
                "terms_count": "Say how many terms they work.",
            },
        )
    return needs


def objectives_of(row: Placement) -> list[str]:
    """A line each, without the dash that people put before it."""
    lines = (line.strip().lstrip("-*•").strip() for line in (row.objectives or "").splitlines())
    return [line for line in lines if line]


def seven_needs(opportunity: Opportunity, answers: dict[int, bool] | None = None) -> Needs:
    if answers is None:
        answers = seven.answers_of(opportunity)
    return {
        f"seven_{number}": f"Answer question {number}."
        for number in seven.QUESTIONS
        if number not in answers
    }


def training_needs(
    opportunity: Opportunity, row: TrainingPlan | None = None, outline: list[Any] | None = None
) -> Needs:
    row = row or detail_of(opportunity, "training") or TrainingPlan()
    if outline is None:
        outline = list(row.steps.all()) if row.pk else []
    needs = _missing(
        row,
        {
            "trainer_role": "Say who trains them, by role: “line lead”.",
            "stays": "Say what follows for who succeeds.",
        },
    )
    if not outline:
        needs["outline"] = "Give at least one line of the training outline."
    if row.is_funded:
        needs |= _missing(row, {"board": "Name the workforce board."})
    return needs


def visit_needs(opportunity: Opportunity, row: Visit | None = None) -> Needs:
    row = row or detail_of(opportunity, "visit") or Visit()
    needs = _missing(row, {"group_most": "Say how many can come at once."})
    if not row.takes_minors:
        if opportunity.minimum_age and opportunity.minimum_age < 18:
            needs["takes_minors"] = (
                f"You take learners from age {opportunity.minimum_age}. "
                "Tick this, and answer what keeps them safe."
            )
        return needs
    needs |= _missing(row, {"background": "Say who has checked the adults."})
    if row.background == SafetyCheck.HELD and row.background_on is None:
        needs["background_on"] = "Give the day of the check."
    promised = {
        "two_adults": "Under 18 needs this promise: two adults, or an open door.",
        "no_private_messages": "Under 18 needs this promise: no private messages.",
        "photo_consent": "Under 18 needs this promise: no photo without a parent’s consent.",
        "parent_form": "Under 18 needs a parent’s signed form.",
    }
    if opportunity.kind == Kind.JOB_SHADOW:
        promised["looks_only"] = "Under 18 may watch, not work: tick this."
    needs |= {name: text for name, text in promised.items() if not getattr(row, name)}
    needs |= _missing(
        row, {"insured_by": "Say who insures it; “the school’s policy” is an answer."}
    )
    return needs


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
    return needs | _start_needs(opportunity)


def _start_needs(opportunity: Opportunity) -> Needs:
    """Postings without a kind of start say it by a day or in words."""
    if opportunity.start_kind in (StartKind.ROLLING, StartKind.AT_ONCE):
        return {}
    needs: Needs = {}
    if opportunity.starts_on is None and not (
        opportunity.starts_note and not opportunity.start_kind
    ):
        needs["starts_on"] = "Give the day it starts, or choose another kind of start."
    if opportunity.start_kind == StartKind.BETWEEN and opportunity.starts_until is None:
        needs["starts_until"] = "Give the last day to start."
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
LEADS = Section(
    "leads", "Where it leads", "The apprenticeship, and what finishers get of it", leads_needs
)
LEARNING = Section(
    "learning",
    "Learning and guidance",
    "Objectives, who guides them, season, credit",
    learning_needs,
)
SEVEN = Section(
    "seven",
    "Seven questions",
    "Asked of businesses whose interns are not paid",
    seven_needs,
)
TRAINING = Section(
    "training", "The training", "Who trains, the outline, what follows", training_needs
)
VISIT = Section(
    "visit", "Who comes, and how they are kept safe", "Group, grades, what to wear", visit_needs
)
APPLY = Section("apply", "Who may apply, and how", "What they need, where to apply", apply_needs)
DATES = Section(
    "dates",
    "Dates and openings",
    "When it opens, closes and starts; how many people",
    dates_needs,
)
ALL = {
    s.slug: s
    for s in (WORK, PLACE, PAY, TERMS, LEADS, LEARNING, SEVEN, TRAINING, VISIT, APPLY, DATES)
}
SPECIAL = {
    Kind.APPRENTICESHIP: [TERMS],
    Kind.PRE_APPRENTICESHIP: [LEADS],
    Kind.INTERNSHIP: [LEARNING],
    Kind.CO_OP: [LEARNING],
    Kind.ON_THE_JOB: [TRAINING],
    Kind.JOB_SHADOW: [VISIT],
    Kind.MENTORING: [VISIT],
}


def sections_of(opportunity: Opportunity) -> list[Section]:
    """The sections that its kind has, in order."""
    special = [*SPECIAL[Kind(opportunity.kind)]]
    if seven.are_asked(opportunity):
        special.append(SEVEN)
    return [WORK, PLACE, PAY, *special, APPLY, DATES]


def unsaved_sections(opportunity: Opportunity, user: Any) -> list[Section]:
    """Those on which the person typed what is not saved."""
    typed = set(opportunity.typed.filter(user=user.pk).values_list("section", flat=True))
    return [section for section in sections_of(opportunity) if section.slug in typed]


def needs_of(opportunity: Opportunity) -> dict[str, Needs]:
    """Open questions by section slug; empty dictionaries where all is answered."""
    return {section.slug: section.needs(opportunity) for section in sections_of(opportunity)}
