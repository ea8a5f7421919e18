"""What stands beside a posting: its skills, and what its kind alone says (wage steps, learning
objectives, a visit). A row is held to the page of its kind, as a person is."""

import re
from copy import copy
from typing import Any

from django.db import models

from employers.choices import Kind, Level
from employers.forms.imports import rebound
from employers.forms.kinds import MOST_LINES, LeadsForm, LearningForm, TrainingForm, VisitForm
from employers.forms.section import DetailForm
from employers.forms.terms import MOST_STEPS, TermsForm
from employers.forms.work import MOST_SKILLS
from employers.importing import cells, days
from employers.importing.cells import CellError, Given, Notices, short
from employers.importing.columns import COLUMNS, heading_key
from employers.models import Opportunity
from employers.postings.words import detail_of
from vocabularies.models import Skill

FORMS: dict[str, type[DetailForm]] = {
    Kind.APPRENTICESHIP: TermsForm,
    Kind.PRE_APPRENTICESHIP: LeadsForm,
    Kind.INTERNSHIP: LearningForm,
    Kind.CO_OP: LearningForm,
    Kind.ON_THE_JOB: TrainingForm,
    Kind.JOB_SHADOW: VisitForm,
    Kind.MENTORING: VisitForm,
}
COMMON = {"The work", "Place and hours", "Pay and cost", "Who may apply, and how", "Learning"}
COMMON |= {"Dates and openings"}
# Columns that only some kinds have.
NAMES = {column.name for column in COLUMNS.values() if column.group not in COMMON}
# Fields of the page that one cell fills together.
PARTS = {
    "ratio_apprentices": "ratio",
    "ratio_journeyworkers": "ratio",
    "after": "wage_steps",
    "rate": "wage_steps",
    "step_skill": "outline",
    "step_hours": "outline",
    "step_measured": "outline",
}
Lines = list[tuple[str, Any]]


def column_of(name: str) -> str:
    """The column that fills a field of the page: "after_3" is filled by "wage_steps"."""
    return PARTS.get(re.sub(r"_\d+$", "", name), name)


# Cells


def ratio(text: str) -> Given:
    """ "1:3", "1 to 3": apprentices to journeyworkers."""
    found = re.fullmatch(r"(\d{1,3})\s*(?::|to|/)\s*(\d{1,3})", text, re.ASCII | re.I)
    if not found:
        raise CellError(f"We cannot read “{short(text)}” as a ratio. Write it like 1:3.")
    return {"ratio_apprentices": found[1], "ratio_journeyworkers": found[2]}


STEP = re.compile(
    r"(\d[\d,]*)\s*(?:h|hrs?|hours?|mo|months?)?\s*[:=]\s*\$?\s*(\d[\d,]*(?:\.\d+)?)(?:\s*/\s*h\w*)?",
    re.ASCII | re.I,
)


def wage_steps(text: str) -> Given:
    """ "0: 18.00; 1000: 19.50": from so many hours or months on, so much an hour."""
    parts = [part.strip() for part in re.split(r"[;\n|]", text) if part.strip()]
    if len(parts) > MOST_STEPS:
        raise CellError(f"Give at most {MOST_STEPS} steps; these are {len(parts)}.")
    given: Given = {f"{kind}_{n}": "" for n in range(MOST_STEPS) for kind in ("after", "rate")}
    for number, part in enumerate(parts):
        found = STEP.fullmatch(part)
        if not found:
            raise CellError(
                f"We cannot read “{short(part)}” as a step. Write them like 0: 18.00; 1000: 19.50."
            )
        given[f"after_{number}"], given[f"rate_{number}"] = found.groups()
    return given


def outline(text: str) -> Given:
    """A line each: "Reading drawings | 40 | a test"; the hours and the last may be left out."""
    lines = [line for line in text.split("\n") if line.strip()]
    if len(lines) > MOST_LINES:
        raise CellError(f"Give at most {MOST_LINES} lines; these are {len(lines)}.")
    parts = ("step_skill", "step_hours", "step_measured")
    given: Given = {f"{part}_{n}": "" for n in range(MOST_LINES) for part in parts}
    for number, line in enumerate(lines):
        said = [part.strip() for part in line.split("|")]
        for part, words in zip(parts, said, strict=False):
            given[f"{part}_{number}"] = words
    return given


SEVERAL = {"ratio": ratio, "wage_steps": wage_steps, "outline": outline}


class Beside:
    """Reads and checks what stands beside the rows of one import; its pages are made once."""

    def __init__(self) -> None:
        self.pages: dict[tuple[str, str], DetailForm] = {}
        self.known: dict[str, Skill] | None = None

    def page(self, kind: str, approach: str = "") -> DetailForm:
        key = kind, approach if kind == Kind.APPRENTICESHIP else ""
        if key not in self.pages:
            all_rows = {"approach": approach, f"step_skill_{MOST_LINES - 1}": ""}
            blank = Opportunity(kind=kind)
            self.pages[key] = FORMS[kind](all_rows, instance=blank, finish=False)
        return self.pages[key]

    def read(self, kind: str, texts: dict[str, str], notices: Notices) -> tuple[Given, Lines]:
        """What the cells give to the page of the kind, and [(column, what is wrong), …]."""
        given: Given = {}
        wrong: Lines = []
        elsewhere = []
        fields = self.page(kind).fields
        own = {column_of(name) for name in fields}
        for name in (name for name in texts if name in NAMES):
            if name not in own:
                elsewhere.append(COLUMNS[name].label.partition(",")[0])
                continue
            try:
                given |= _read(self.page(kind), name, texts[name])
            except CellError as error:
                wrong.append((name, str(error)))
        if elsewhere:
            label = str(Kind(kind).label).lower()
            notices.append(f"Left out, since this is for no {label}: {'; '.join(elsewhere)}.")
        return given, wrong

    def check(self, posting: Opportunity, given: Given) -> tuple[DetailForm, Lines]:
        """The page of its kind, filled in, and [(field, what is wrong), …]."""
        approach = str(given.get("approach") or "")
        page = rebound(self.page(posting.kind, approach), given, copy(posting))
        wrong = [(name, said) for name, found in page.errors.items() for said in found]
        return page, wrong

    def skills(self, text: str, notices: Notices) -> list[tuple[Skill, str]]:
        """ "Welding; safety (required)"; what we do not know is left out with a notice."""
        if self.known is None:
            rows = list(Skill.objects.all())
            self.known = {heading_key(s.slug): s for s in rows}
            self.known |= {heading_key(s.name): s for s in rows}
        found: dict[Skill, str] = {}
        unknown = []
        for part in re.split(r"[;\n|]" if re.search(r"[;\n|]", text) else ",", text):
            words, level = _with_level(part.strip())
            if skill := self.known.get(heading_key(words)):
                found.setdefault(skill, level)
            elif words:
                unknown.append(short(words))
        if unknown:
            names = "; ".join(unknown[:5])
            notices.append(f"We know no such skill, so it is left out: {names}.")
        if len(found) > MOST_SKILLS:
            notices.append(f"Only the first {MOST_SKILLS} skills are kept.")
        return list(found.items())[:MOST_SKILLS]


def _with_level(part: str) -> tuple[str, str]:
    matched = re.fullmatch(r"(.*?)\s*\(([^()]+)\)", part, re.S)
    if matched:
        for level in Level:
            if heading_key(matched[2]) in (level.value, heading_key(str(level.label))):
                return matched[1], level.value
    return part, Level.LEARNED


def _read(page: DetailForm, name: str, text: str) -> Given:
    if name in SEVERAL:
        return SEVERAL[name](text)
    column = page.detail._meta.get_field(name)
    if name in cells.ENUMERATIONS:
        return {name: cells.choice(name, text)}
    if isinstance(column, models.BooleanField):
        return {name: cells.yes_or_no(text)}
    if isinstance(column, models.DateField):
        return {name: days.day(text).isoformat()}
    return {name: text}


def held_by(posting: Opportunity) -> Given:
    """What the page of its kind shows of a posting that is there."""
    detail = detail_of(posting, FORMS[posting.kind].accessor)
    if detail is None:
        return {}
    said = FORMS[posting.kind].said
    held: Given = {name: detail._meta.get_field(name).value_from_object(detail) for name in said}
    if posting.kind == Kind.APPRENTICESHIP:
        for number, step in enumerate(detail.steps.all()):
            held[f"after_{number}"], held[f"rate_{number}"] = step.after, str(step.rate)
    if posting.kind == Kind.ON_THE_JOB:
        for number, step in enumerate(detail.steps.all()):
            held[f"step_skill_{number}"] = step.skill
            held[f"step_hours_{number}"] = step.hours
            held[f"step_measured_{number}"] = step.measured
    return held
