"""Lists as CSV, for every room."""

import csv
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from io import StringIO

from django.http import HttpResponse

Cell = str | int | float | Decimal | date | datetime | None
# A spreadsheet would run such a cell as a formula (OWASP, "CSV Injection"); the last four are the
# wide forms of the first.
LEADERS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def safe_cell(value: Cell) -> str | int | float | Decimal:
    """Text that a spreadsheet shows and never runs; numbers stay numbers, times are ISO 8601."""
    if value is None:
        return ""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, str):
        return f"'{value}" if value.startswith(LEADERS) else value
    return value


def as_typed(cell: str) -> str:
    """What safe_cell made of a text, as it was."""
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(LEADERS) else cell


def csv_text(header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> str:
    """RFC 4180: commas, CRLF, quotes where needed."""
    out = StringIO()
    writer = csv.writer(out)
    writer.writerow([safe_cell(name) for name in header])
    writer.writerows([safe_cell(cell) for cell in row] for row in rows)
    return out.getvalue()


def csv_response(
    filename: str, header: Sequence[str], rows: Iterable[Sequence[Cell]]
) -> HttpResponse:
    """A table to take along, in UTF-8. `filename` without its ending."""
    return HttpResponse(
        csv_text(header, rows),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{filename}.csv"'},
    )
