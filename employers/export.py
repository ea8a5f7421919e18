"""The list of opportunities as a table that can be read in again: columns bear the names of the
fields, several values in a cell are parted by "; ", places read "Kyle 78640"."""

import csv
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from io import StringIO
from typing import Any

import tablib
from django.conf import settings
from django.utils import timezone

from employers.choices import Level
from employers.models import Opportunity, SkillWanted
from employers.postings.words import detail_of
from vocabularies.models import Region
from vocabularies.tables import Cell, safe_cell

COLUMNS = (
    "id external_id kind title employer summary tasks lessons host sector occupation program "
    "places street mode place_note hours_min hours_max hours_per shifts schedule_note length "
    "length_unit length_note paid pay_min pay_max pay_unit pay_note class_payer class_hours_paid "
    "learner_cost costs supports skills term supervisor_role credit education minimum_age asks "
    "prefers learned_here needs_note accommodations apply_by apply_to apply_steps openings opens "
    "closes start_kind starts_on starts_until starts_note"
).split()
# What one kind alone says: {column: (tables that may hold it, field)}.
OF_A_KIND: dict[str, tuple[tuple[str, ...], str]] = {
    "registration": (("terms",), "registration"),
    "registered_with": (("terms",), "agency"),
    "sponsor": (("terms",), "sponsor"),
    "program_number": (("terms", "pre_apprenticeship"), "program_number"),
    "rapids_code": (("terms",), "rapids_code"),
    "approach": (("terms",), "approach"),
    "job_hours": (("terms",), "job_hours"),
    "months_in_all": (("terms",), "months"),
    "class_hours_a_year": (("terms",), "instruction_hours"),
    "class_when": (("terms",), "instruction_when"),
    "class_note": (("terms",), "instruction_note"),
    "wage_steps": (("terms",), "steps"),
    "journey_rate": (("terms",), "journey_rate"),
    "ratio": (("terms",), "ratio"),
    "probation_months": (("terms",), "probation_months"),
    "credential": (("terms", "pre_apprenticeship"), "credential"),
    "leads_into": (("pre_apprenticeship",), "leads_into"),
    "finishers_get": (("pre_apprenticeship",), "entry"),
    "objectives": (("placement",), "objectives"),
    "usual_week": (("placement",), "week"),
    "own_project": (("placement",), "project"),
    "meetings": (("placement",), "meetings"),
    "evaluated": (("placement",), "evaluated"),
    "may_lead_to_a_job": (("placement",), "may_lead"),
    "credit_note": (("placement",), "credit_note"),
    "work_and_class": (("placement",), "pattern"),
    "terms_at_work": (("placement",), "terms_count"),
    "skills_to_close": (("training",), "gap"),
    "trainer_role": (("training",), "trainer_role"),
    "training_outline": (("training",), "steps"),
    "wage_after": (("training",), "wage_after"),
    "what_follows": (("training",), "stays"),
    "board_pays_part": (("training",), "is_funded"),
    "workforce_board": (("training",), "board"),
    "reimbursed_percent": (("training",), "reimbursed_percent"),
    "most_at_once": (("visit",), "group_most"),
    "grades": (("visit",), "grades"),
    "topics": (("visit",), "topics"),
    "wear": (("visit",), "wear"),
    "gear": (("visit",), "gear"),
    "arrive": (("visit",), "arrive"),
    "meals": (("visit",), "meals"),
    "languages": (("visit",), "languages"),
    "takes_minors": (("visit",), "takes_minors"),
    "background_check": (("visit",), "background"),
    "background_checked_on": (("visit",), "background_on"),
    "two_adults": (("visit",), "two_adults"),
    "no_private_messages": (("visit",), "no_private_messages"),
    "looks_only": (("visit",), "looks_only"),
    "photo_consent": (("visit",), "photo_consent"),
    "parent_form": (("visit",), "parent_form"),
    "insured_by": (("visit",), "insured_by"),
}
# What keeps minors safe is said of a visit only where they may come.
OF_MINORS = set(
    "background background_on two_adults no_private_messages looks_only photo_consent parent_form "
    "insured_by".split()
)
COLUMNS += [*OF_A_KIND, "published", "url"]
BETWEEN = "; "
CHUNK = 500


def for_export(rows: Any) -> Any:
    """The queryset with all that a row of the table says, a fixed number of queries a chunk."""
    return (
        rows.with_everything()
        .select_related("pre_apprenticeship", "placement", "training", "visit")
        .prefetch_related("skills__skill", "terms__steps", "training__steps")
    )


def cells_of(row: Opportunity) -> list[Cell]:
    """One posting in the order of COLUMNS."""
    return [SPECIAL[name](row) if name in SPECIAL else _cell(row, name) for name in COLUMNS]


def _cell(row: Opportunity, name: str) -> Cell:
    if name in OF_A_KIND:
        return _of_its_kind(row, *OF_A_KIND[name])
    return _plain(getattr(row, name))


def _plain(value: Any) -> Cell:
    if isinstance(value, bool):
        return "yes" if value else ""
    return BETWEEN.join(value) if isinstance(value, list) else value


def _of_its_kind(row: Opportunity, accessors: tuple[str, ...], name: str) -> Cell:
    detail = next((d for a in accessors if (d := detail_of(row, a))), None)
    if detail is None or (name in OF_MINORS and not detail.takes_minors):
        return ""
    if name == "ratio":
        pair = detail.ratio_apprentices, detail.ratio_journeyworkers
        return ":".join(map(str, pair)) if all(pair) else ""
    if name == "steps":
        lines = STEPS[accessors[0]]
        return "\n".join(lines(step) for step in detail.steps.all())
    return _plain(getattr(detail, name))


STEPS: dict[str, Callable[[Any], str]] = {
    "terms": lambda step: f"{step.after}: {step.rate}",
    "training": lambda step: f"{step.skill} | {step.hours or ''} | {step.measured}".rstrip(" |"),
}


def _skill(wanted: SkillWanted) -> str:
    """What is learned here goes without saying: "welding; safety (required)"."""
    level = "" if wanted.level == Level.LEARNED else f" ({wanted.level})"
    return f"{wanted.skill.slug}{level}"


def _streets(row: Opportunity) -> str:
    """A street for each place, in their order: "1 Main St; ; 4 Oak St"."""
    streets = [location.street.replace(";", ",") for location in row.locations.all()]
    while streets and not streets[-1]:
        streets.pop()
    return BETWEEN.join(streets)


def _local(moment: datetime | None) -> datetime | None:
    return timezone.localtime(moment, Region.current().zone) if moment else None


# What is not simply the field of its name.
SPECIAL: dict[str, Callable[[Any], Cell]] = {
    "employer": lambda row: row.employer_name,
    "sector": lambda row: row.sector.slug if row.sector else "",
    "occupation": lambda row: row.occupation_id,
    "program": lambda row: row.program_id,
    "places": lambda row: BETWEEN.join(str(location.place) for location in row.locations.all()),
    "street": _streets,
    "skills": lambda row: BETWEEN.join(_skill(wanted) for wanted in row.skills.all()),
    "costs": lambda row: BETWEEN.join(f"{item} {sum_}" for item, sum_ in row.costs.items()),
    "hours_per": lambda row: row.hours_per if row.hours_min or row.hours_max else "",
    "pay_unit": lambda row: row.pay_unit if row.pay_min is not None else "",
    "opens": lambda row: _local(row.opens_at),
    "closes": lambda row: _local(row.closes_at),
    "published": lambda row: _local(row.public_since),
    "url": lambda row: f"{settings.SITE_URL}{row.get_absolute_url()}",
}


def csv_chunks(rows: Iterable[Opportunity]) -> Iterator[str]:
    """RFC 4180, a few hundred rows at a time: a list of any length is never held whole."""
    out = StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for number, row in enumerate(rows, 1):
        writer.writerow([safe_cell(cell) for cell in cells_of(row)])
        if number % CHUNK == 0:
            yield out.getvalue()
            out.seek(0)
            out.truncate()
    yield out.getvalue()


def workbook(rows: Iterable[Opportunity], about: list[tuple[str, str]]) -> bytes:
    """XLSX with two sheets: the rows, and what the file is and where it ends."""
    table = tablib.Dataset(headers=COLUMNS, title="Opportunities")
    for row in rows:
        table.append([safe_cell(cell) for cell in cells_of(row)])
    notes = tablib.Dataset(*about, headers=["What", "Which"], title="About")
    return tablib.Databook([table, notes]).export("xlsx")
