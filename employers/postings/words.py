"""What a posting says, field by field in plain words, for reviewers and for history."""

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.db import models
from django.utils.formats import date_format

from employers.models import Opportunity
from vocabularies.models import Region

# The columns that its people write, in the order of the form.
WORD_FIELDS = (
    "title summary host sector occupation program tasks lessons mode place_note hours_min "
    "hours_max hours_per shifts schedule_note length length_unit length_note paid pay_min pay_max "
    "pay_unit pay_note class_payer learner_cost costs class_hours_paid supports term "
    "supervisor_role credit education minimum_age asks prefers learned_here needs_note "
    "accommodations apply_by apply_to apply_steps openings opens_at closes_at start_kind "
    "starts_on starts_until starts_note external_id"
).split()
# What a field is called beside its words, where the name of its column says too little.
LABELS = {
    "mode": "Where the work is done",
    "place_note": "About the place",
    "hours_min": "Hours, from",
    "hours_max": "Hours, up to",
    "hours_per": "Hours are counted",
    "shifts": "When",
    "schedule_note": "About the hours",
    "length": "How long",
    "length_unit": "Length is counted in",
    "length_note": "About the length",
    "paid": "Paid or not",
    "pay_unit": "Pay is for each",
    "pay_note": "Anything else about pay",
    "class_payer": "Who pays for the class",
    "costs": "What the learner pays for",
    "supports": "What else you give",
    "term": "Season",
    "supervisor_role": "Who guides them",
    "credit": "College credit",
    "education": "Schooling",
    "minimum_age": "Lowest age",
    "asks": "Asked of them",
    "prefers": "Good to have",
    "learned_here": "Learned here",
    "needs_note": "Anything else they need",
    "apply_by": "How people apply",
    "apply_to": "Where to apply",
    "apply_steps": "What happens then",
    "opens_at": "Shown from",
    "closes_at": "People can apply until",
    "start_kind": "When it starts",
    "starts_on": "Starts on",
    "starts_until": "Starts until",
    "starts_note": "About the start",
    "places": "Places",
    "skills": "Skills",
    "beneficiary_answers": "Seven questions",
    "terms.registration": "Registered or not",
    "terms.agency": "Registered with",
    "terms.approach": "How steps are earned",
    "terms.months": "Months in all",
    "terms.instruction_when": "When the class is",
    "terms.instruction_note": "About the class",
    "terms.ratio_apprentices": "Ratio: apprentices",
    "terms.ratio_journeyworkers": "Ratio: to journeyworkers",
    "terms.probation_months": "Trial period in months",
    "terms.credential": "They leave with",
    "terms.steps": "Wage steps",
    "pre_apprenticeship.posting": "The posting it leads into",
    "pre_apprenticeship.credential": "They leave with",
    "placement.project": "A project of their own",
    "placement.pattern": "How work and class take turns",
    "training.trainer_role": "Who trains them",
    "training.steps": "Training outline",
}
# Rows beside it that hold more of its words: (accessor, what their lines hang on).
DETAILS = ("terms", "pre_apprenticeship", "placement", "training", "visit")
NOT_WORDS = {"id", "opportunity", "plan", "terms"}


def snapshot(opportunity: Opportunity) -> dict[str, list[str]]:
    """{field: [label, words]} of all that is said; what is empty is left out.

    A field of a detail is named with its table: `terms.sponsor`, `visit.wear`.
    """
    found: dict[str, list[str]] = {}
    for name in WORD_FIELDS:
        _put(found, name, opportunity, name)
    _lines(found, "places", "Places", _places(opportunity))
    _lines(found, "skills", "Skills", _skills(opportunity))
    for accessor in DETAILS:
        detail = detail_of(opportunity, accessor)
        if detail is None:
            continue
        for field in word_columns(detail):
            _put(found, f"{accessor}.{field.name}", detail, field.name)
        if accessor == "terms":
            steps = [f"{step.after:,}: {step.rate}" for step in detail.steps.all()]
            _lines(found, "terms.steps", "Wage steps", steps)
        if accessor == "training":
            outline = [
                ", ".join(str(part) for part in (s.skill, s.hours, s.measured) if part)
                for s in detail.steps.all()
            ]
            _lines(found, "training.steps", "Training outline", outline)
    answers = opportunity.beneficiary_answers.all()
    _lines(
        found,
        "beneficiary_answers",
        "Seven questions",
        [f"{answer.number}: {'yes' if answer.yes else 'no'}" for answer in answers],
    )
    return found


def detail_of(opportunity: Opportunity, accessor: str) -> Any:
    """The row of a kind's own words, or None."""
    try:
        return getattr(opportunity, accessor)
    except ObjectDoesNotExist:
        return None


def word_columns(detail: models.Model) -> list[Any]:
    """The columns of a detail that its people write."""
    return [field for field in detail._meta.concrete_fields if field.name not in NOT_WORDS]


def changes(
    before: dict[str, list[str]], after: dict[str, list[str]]
) -> list[tuple[str, str, str, str]]:
    """(field, label, words before, words now) of what differs, in the order of the form."""
    names = [*after, *(name for name in before if name not in after)]
    found = []
    for name in names:
        old, new = before.get(name), after.get(name)
        if old and new and old[1] == new[1]:
            continue
        label = (new or old or ["", ""])[0]
        found.append((name, label, old[1] if old else "", new[1] if new else ""))
    return found


def _put(found: dict[str, list[str]], key: str, thing: models.Model, name: str) -> None:
    column: Any = thing._meta.get_field(name)
    words = _in_words(thing, column)
    if words:
        found[key] = [LABELS.get(key) or upper(str(column.verbose_name)), words]


def upper(words: str) -> str:
    return words[:1].upper() + words[1:]


def _lines(found: dict[str, list[str]], key: str, label: str, lines: Iterable[str]) -> None:
    if text := "\n".join(lines):
        found[key] = [label, text]


def _in_words(thing: models.Model, column: Any) -> str:
    value = getattr(thing, column.name)
    if value in (None, "", [], {}) or value is False:
        return ""
    if value is True:
        return "yes"
    if isinstance(value, dict):
        return "\n".join(f"{key}: {words}" for key, words in sorted(value.items()))
    if isinstance(value, list):
        names = dict(column.base_field.flatchoices)
        return ", ".join(str(names.get(part, part)) for part in value)
    if column.choices:
        return str(dict(column.flatchoices).get(value, value))
    if isinstance(value, datetime):
        local = value.astimezone(Region.current().zone)
        clock = f"{local.hour % 12 or 12}:{local.minute:02} {'am' if local.hour < 12 else 'pm'}"
        return f"{_day(local)}, {clock} {local.tzname()}"
    if isinstance(value, date):
        return _day(value)
    if isinstance(value, Decimal):
        return f"{value:,f}".removesuffix(".0")
    return str(value)


def _day(value: date) -> str:
    """Always with its year: the words are kept, and compared with those of another year."""
    return date_format(value, "D j F Y")


def _places(opportunity: Opportunity) -> list[str]:
    return [
        f"{location.street}, {location.place}" if location.street else str(location.place)
        for location in opportunity.locations.select_related("place")
    ]


def _skills(opportunity: Opportunity) -> list[str]:
    return [str(wanted) for wanted in opportunity.skills.select_related("skill")]
