"""What a reviewer may remark on, the usual reasons, and what became of earlier remarks."""

from copy import copy
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.urls import reverse
from django.utils.safestring import SafeString

from accounts.choices import RemarkState, ReviewState
from accounts.models import Remark, Review
from employers.forms import FORMS
from employers.models import Opportunity
from employers.postings.sections import Section, sections_of
from employers.postings.words import DETAILS, LABELS, WORD_FIELDS, detail_of, snapshot, word_columns
from vocabularies.differences import marked

# The usual reasons: (words, the fields they are offered at). Those without fields fit anywhere.
REASONS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("Say what it pays.", ("paid", "pay_min", "pay_max", "pay_unit", "pay_note")),
    ("Say what it costs the learner.", ("class_payer", "learner_cost", "costs")),
    ("This reads as a limit by age.", ("title", "summary", "tasks", "needs_note", "minimum_age")),
    ("Move links and numbers to How to apply.", ("summary", "tasks", "lessons", "pay_note")),
    ("Say it in plain words that a learner knows.", ("title", "summary", "tasks", "lessons")),
    ("Say what they will be able to do at the end.", ("lessons", "placement.objectives")),
    ("This can be learned here, so do not ask for it.", ("asks", "education", "needs_note")),
    ("Give the sponsor’s number, or do not call it registered.", ("terms.registration",)),
    ("Give an address that belongs to your organization.", ("apply_to",)),
    ("Something is missing here.", ()),
    ("This is not clear.", ()),
    ("This does not fit what you say elsewhere.", ()),
    ("This is against our rules for postings.", ()),
)
# What is said where words are proposed and no reason is given.
BETTER = "We propose other words."
# Labels that say too little away from their form.
# Where a page of the form calls the same thing otherwise.
ASKED_AS = {
    "occupation": "occupation_words",
    "places": "zip_0",
    "opens_at": "opens_on",
    "closes_at": "closes_on",
    "terms.steps": "after_0",
    "training.steps": "step_skill_0",
    "skills": "skill_0",
    "costs": "cost_tuition",
    "asks": "ask_driver_license",
    "prefers": "ask_driver_license",
    "learned_here": "ask_driver_license",
    "beneficiary_answers": "seven_1",
}
LINES = {"places", "skills", "beneficiary_answers", "terms.steps", "training.steps"}


@dataclass(frozen=True)
class FieldSeen:
    """A field of a posting as a reviewer sees it. `words` is "" where nothing is said; `asked_as`
    is its name on the page of the form; `is_text`: other words can be proposed."""

    name: str
    label: str
    words: str
    section: Section
    asked_as: str
    is_text: bool

    @property
    def reasons(self) -> list[str]:
        """The usual reasons that fit it, the closest first."""
        close = [words for words, names in REASONS if self.name in names]
        return close + [words for words, names in REASONS if not names]


def fields_of(opportunity: Opportunity) -> list[FieldSeen]:
    """Every field that its people can write, in the order of the form's pages."""
    said = snapshot(opportunity)
    # A form gives the posting rows that are not saved; this page must not see them.
    theirs = copy(opportunity)
    pages = [
        (section, set(FORMS[section.slug](instance=theirs).fields))
        for section in sections_of(opportunity)
        if section.slug in FORMS
    ]
    found = []
    for name in _all_names(opportunity):
        place = _place(name, pages)
        if place is None:
            continue
        section, asked_as = place
        words = said.get(name, ["", ""])[1]
        label = label_of(name)
        found.append(FieldSeen(name, label, words, section, asked_as, _is_text(name)))
    order = [section.slug for section, _ in pages]
    return sorted(found, key=lambda seen: order.index(seen.section.slug))


def _all_names(opportunity: Opportunity) -> list[str]:
    names = [*WORD_FIELDS, "places", "skills", "beneficiary_answers"]
    for accessor in DETAILS:
        model: Any = Opportunity._meta.get_field(accessor).related_model
        names += [f"{accessor}.{column.name}" for column in word_columns(model)]
    return [*names, "terms.steps", "training.steps"]


def _place(name: str, pages: list[tuple[Section, set[str]]]) -> tuple[Section, str] | None:
    accessor, _, column = name.rpartition(".")
    for section, asked in pages:
        if accessor and getattr(FORMS[section.slug], "accessor", accessor) != accessor:
            continue
        for candidate in (name, ASKED_AS.get(name, ""), column):
            if candidate in asked:
                return section, candidate
    return None


def column_of(name: str) -> "models.Field[Any, Any] | None":
    """The column that a field is; None for lines that are rows of their own."""
    accessor, _, column = name.rpartition(".")
    model: Any = Opportunity
    try:
        if accessor:
            model = Opportunity._meta.get_field(accessor).related_model
        found: Any = model._meta.get_field(column)
    except (FieldDoesNotExist, AttributeError):
        return None
    return found if isinstance(found, models.Field) else None


def label_of(name: str) -> str:
    if name in LABELS:
        return LABELS[name]
    column = column_of(name)
    words = str(column.verbose_name) if column is not None else name
    return words[:1].upper() + words[1:]


def _is_text(name: str) -> bool:
    column = column_of(name)
    is_prose = isinstance(column, models.CharField | models.TextField)
    return is_prose and not getattr(column, "choices", None) and name not in LINES


def present_words(opportunity: Opportunity, name: str) -> str:
    """What a text field says now."""
    accessor, _, column = name.rpartition(".")
    row: Any = detail_of(opportunity, accessor) if accessor else opportunity
    return str(getattr(row, column, "") or "") if row is not None else ""


@dataclass(frozen=True)
class RemarkSeen:
    """A remark, beside what the field says now. `change` marks the proposed words against it."""

    remark: Remark
    label: str
    now: str
    change: SafeString
    url: str
    section: str

    @property
    def is_open(self) -> bool:
        return self.remark.state == RemarkState.OPEN


def asked_of(opportunity: Opportunity) -> Review | None:
    """The return that its people have to answer; None while it is not theirs to write."""
    if not opportunity.is_writable:
        return None
    sent_in = Review.objects.of(opportunity).exclude(state=ReviewState.WITHDRAWN)
    last = sent_in.order_by("-sent_at", "-pk").first()
    return last if last is not None and last.state == ReviewState.RETURNED else None


def remarks_for(opportunity: Opportunity, section: str = "") -> list[RemarkSeen]:
    """The remarks of the last return, open ones first; of one page of the form if asked."""
    review = asked_of(opportunity)
    if review is None:
        return []
    seen = remarks_seen(review, opportunity)
    return [one for one in seen if not section or one.section == section]


def remarks_seen(review: Review, opportunity: Opportunity) -> list[RemarkSeen]:
    """The remarks of a review against what the posting says now."""
    remarks = list(review.remarks.select_related("made_by", "settled_by"))
    if not remarks:
        return []
    fields = {seen.name: seen for seen in fields_of(opportunity)}
    said = snapshot(opportunity)
    found = []
    for remark in remarks:
        field = fields.get(remark.field)
        now = present_words(opportunity, remark.field) if remark.proposed else ""
        found.append(
            RemarkSeen(
                remark,
                label_of(remark.field),
                said.get(remark.field, ["", ""])[1],
                marked(now, remark.proposed) if remark.proposed else SafeString(""),
                _url(opportunity, field),
                field.section.slug if field else "",
            )
        )
    return sorted(found, key=lambda one: not one.is_open)


def is_met(remark: Remark, then: dict[str, list[str]], now: dict[str, list[str]]) -> bool:
    """Its field says something else than when it was made; `then`, `now`: snapshots."""
    return (then.get(remark.field) or ["", ""])[1] != (now.get(remark.field) or ["", ""])[1]


def unanswered(opportunity: Opportunity) -> list[RemarkSeen]:
    """Remarks of the last return that have neither an answer nor other words."""
    review = asked_of(opportunity)
    if review is None:
        return []
    said = snapshot(opportunity)
    seen = remarks_seen(review, opportunity)
    return [one for one in seen if one.is_open and not is_met(one.remark, review.words, said)]


def _url(opportunity: Opportunity, field: FieldSeen | None) -> str:
    if field is None:
        return opportunity.edit_url
    page = reverse("employers:opportunity_section", args=[opportunity.pk, field.section.slug])
    return f"{page}#div_id_{field.asked_as}"


def told(review: Review) -> list[tuple[str, str, str]]:
    """(label, reason, proposed words) of each remark, for a letter."""
    return [(label_of(r.field), r.reason, r.proposed) for r in review.remarks.all()]


def last_decided(opportunity: Opportunity) -> Review | None:
    """The review that came before the open one, with the words that were read then."""
    decided = Review.objects.of(opportunity).filter(
        state__in=[ReviewState.RETURNED, ReviewState.APPROVED]
    )
    return decided.exclude(words={}).order_by("-decided_at", "-pk").first()
