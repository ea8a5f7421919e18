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

from employers.models import Opportunity
from vocabularies.models import Region
from vocabularies.tables import Cell, safe_cell

COLUMNS = (
    "id external_id kind title employer summary tasks lessons host sector occupation program "
    "places street mode place_note hours_min hours_max hours_per shifts schedule_note length "
    "length_unit length_note paid pay_min pay_max pay_unit pay_note class_payer learner_cost "
    "supports skills term supervisor_role credit education minimum_age asks prefers learned_here "
    "needs_note accommodations apply_by apply_to apply_steps openings opens closes "
    "start_kind starts_on starts_until starts_note published url"
).split()
BETWEEN = "; "
CHUNK = 500


def for_export(rows: Any) -> Any:
    """The queryset with all that a row of the table says, a fixed number of queries a chunk."""
    return rows.with_everything().prefetch_related("skills__skill")


def cells_of(row: Opportunity) -> list[Cell]:
    """One posting in the order of COLUMNS."""
    return [SPECIAL[name](row) if name in SPECIAL else _cell(row, name) for name in COLUMNS]


def _cell(row: Opportunity, name: str) -> Cell:
    value = getattr(row, name)
    return BETWEEN.join(value) if isinstance(value, list) else value


def _local(moment: datetime | None) -> datetime | None:
    return timezone.localtime(moment, Region.current().zone) if moment else None


# What is not simply the field of its name.
SPECIAL: dict[str, Callable[[Any], Cell]] = {
    "employer": lambda row: row.employer_name,
    "sector": lambda row: row.sector.slug if row.sector else "",
    "occupation": lambda row: row.occupation_id,
    "program": lambda row: row.program_id,
    "places": lambda row: BETWEEN.join(str(location.place) for location in row.locations.all()),
    "street": lambda row: next((x.street for x in row.locations.all() if x.street), ""),
    "skills": lambda row: BETWEEN.join(wanted.skill.slug for wanted in row.skills.all()),
    "hours_per": lambda row: row.hours_per if row.hours_min is not None else "",
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
