"""A file as a table of texts, whatever made it: CSV of any separator and encoding, or XLSX.

What a file is, its content says and never its name. Nothing here touches the disk.
"""

import csv
import re
import warnings
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime, time
from io import BytesIO, StringIO
from typing import Any

from openpyxl import load_workbook
from openpyxl.utils import column_index_from_string

from employers.importing.columns import known_headings
from vocabularies.files import CONTROLS, Unreadable, check_package, decoded
from vocabularies.tables import as_typed
from vocabularies.templatetags.words import counted, listed

MOST_BYTES = 5 * 1024 * 1024
MOST_ROWS = 5000
MOST_COLUMNS = 200
# Headings stand within this many filled rows; titles and notes may stand above them.
HEADER_WITHIN = 12
SEPARATORS = ",;\t|"
TOTAL = re.compile(r"(?:(?:grand|sub)[ -]?)?totals?\b[\s:=]*[$\d.,]*", re.ASCII | re.I)
NOTE = re.compile(
    r"(?:printed|generated|exported|downloaded|last updated|as of|source:|notes?:|end of (?:list|"
    r"report|file|table)|page \d+|[*©†])",
    re.ASCII | re.I,
)
NUMBER = re.compile(r"[$\d.,\s]+", re.ASCII)


@dataclass
class Table:
    """`rows` are (number as a spreadsheet counts, cells); `notices` what a person should know."""

    header: list[str]
    rows: list[tuple[int, list[str]]]
    notices: list[str] = field(default_factory=list)


def read_table(data: bytes) -> Table:
    """The table in a file. Raises Unreadable with a sentence."""
    if not data.strip():
        raise Unreadable("This file is empty.")
    if len(data) > MOST_BYTES:
        raise Unreadable("This file is larger than 5 MB. Split it into smaller ones.")
    if data.startswith(b"PK\x03\x04"):
        records, notices = _read_workbook(data)
    else:
        records, notices = _read_text(_decoded(data)), []
    return _with_header(records, notices)


# Text


def _decoded(data: bytes) -> str:
    _refuse_other_formats(data)
    return decoded(data, NO_TABLE)


NO_TABLE = "This is no table that we can read. Save it as CSV or as an Excel workbook (.xlsx)."


def _refuse_other_formats(data: bytes) -> None:
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        raise Unreadable(
            "This is an old Excel file (.xls), or one with a password. Save it as an Excel "
            "workbook (.xlsx) without a password, or as CSV."
        )
    if data.startswith(b"%PDF"):
        raise Unreadable("This is a PDF. Export the list as CSV or as an Excel workbook (.xlsx).")
    head = data[:400].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if head.startswith((b"<!doctype", b"<html", b"<?xml")):
        raise Unreadable(
            "This is a web page. Save the list as CSV or as an Excel workbook (.xlsx)."
        )
    if head.startswith((b"{", b"[{")):
        raise Unreadable("This is JSON. Save the list as CSV or as an Excel workbook (.xlsx).")


def _read_text(text: str) -> list[list[str]]:
    text = text.removeprefix("\ufeff")
    declared = re.match(r"sep=(.)\r?\n", text)
    if declared:
        text = text[declared.end() :]
    separator = declared.group(1) if declared else _separator_of(text)
    csv.field_size_limit(MOST_BYTES)
    reader = csv.reader(StringIO(text, newline=""), delimiter=separator)
    records: list[list[str]] = []
    begins = 1
    try:
        for record in reader:
            if reader.line_num - begins > 1 and _is_unclosed(text, separator):
                raise Unreadable(
                    f"A quote that opens in line {begins} is never closed. Close it or take it "
                    "out, and try again."
                )
            begins = reader.line_num + 1
            records.append(record)
            if len(records) > 2 * MOST_ROWS + HEADER_WITHIN:
                break
    except csv.Error as error:
        raise Unreadable(f"Line {reader.line_num} cannot be read: is a quote missing?") from error
    return records


def _is_unclosed(text: str, separator: str) -> bool:
    """A quote runs on to the end of the file, and swallows the rows on its way."""
    try:
        for _ in csv.reader(StringIO(text, newline=""), delimiter=separator, strict=True):
            pass
    except csv.Error as error:
        return "end of data" in str(error)
    return False


def _separator_of(text: str) -> str:
    """The one that parts most of the first rows into the same number of cells."""
    sample = text[:100_000]

    def evenness(separator: str) -> tuple[float, int]:
        try:
            records = csv.reader(StringIO(sample, newline=""), delimiter=separator)
            widths = [len(r) for r, _ in zip(records, range(60), strict=False) if any(r)]
        except csv.Error:
            return 0, 0
        parted = Counter(width for width in widths if width > 1).most_common(1)
        usual, times = parted[0] if parted else (1, 0)
        return times / max(len(widths), 1), usual

    return max(SEPARATORS, key=evenness)


# Workbooks


def _read_workbook(data: bytes) -> tuple[list[list[str]], list[str]]:
    check_package(data, part="xl/workbook.xml", what="workbook", instead="CSV", otherwise=NO_TABLE)
    # A damaged workbook raises whatever the part of the library that meets it raises.
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of styles and validations that we have no use for
            book = load_workbook(BytesIO(data), read_only=True, data_only=True, keep_links=False)
            sheets = [s for s in book.worksheets if s.sheet_state == "visible"]
            tables = [(sheet.title, _cells_of(sheet)) for sheet in sheets]
    except Unreadable:
        raise
    except Exception as error:
        raise Unreadable(
            "This workbook is damaged. Open it, save it anew and try again."
        ) from error
    filled = [(title, records) for title, records in tables if any(any(r) for r in records)]
    if not filled:
        raise Unreadable("This workbook is empty.")
    title, records = max(filled, key=lambda found: _headings_in(found[1]))
    notices = []
    sheet = next(one for one in sheets if one.title == title)
    if unsolved := len(UNSOLVED.findall(_source_of(sheet))):
        notices.append(
            f"No value is stored for {counted(unsolved, 'formula')}, so nothing was read there. "
            "Open the file in your spreadsheet program, save it and bring it again."
        )
    if len(filled) > 1:
        notices.append(f"Only the sheet “{title[:40]}” was read; the others were left out.")
    return records, notices


def _cells_of(sheet: Any) -> list[list[str]]:
    records = []
    for number, row in enumerate(sheet.iter_rows(max_col=MOST_COLUMNS + 1, values_only=True)):
        if number > 2 * MOST_ROWS + HEADER_WITHIN:
            break
        records.append([_as_text(value) for value in row])
    for column, first, last in _merged_down(sheet):
        for record in records[first:last]:
            if len(record) > column and not record[column]:
                record[column] = records[first - 1][column]
    while records and not any(records[-1]):
        records.pop()
    return records


MERGED = re.compile(
    rb'<(?:\w+:)?mergeCell\b[^>]*?\bref="([A-Z]{1,3})(\d{1,7}):[A-Z]{1,3}(\d{1,7})"'
)


# A formula that whatever wrote the file has not reckoned out.
UNSOLVED = re.compile(rb"</(?:\w+:)?f>\s*(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v></(?:\w+:)?v>)?\s*</")


def _source_of(sheet: Any) -> bytes:
    with sheet._get_source() as source:
        return bytes(source.read())


def _merged_down(sheet: Any) -> list[tuple[int, int, int]]:
    """(column from 0, first row, last row) of cells that are one over several rows; only the first
    of them holds what all of them say. A sheet that is read row by row does not tell."""
    merged = [found.groups() for found in MERGED.finditer(_source_of(sheet))]
    return [
        (column_index_from_string(column.decode()) - 1, int(first), int(last))
        for column, first, last in merged
        if int(last) > int(first)
    ]


def _as_text(value: Any) -> str:
    """A cell as a person reads it: formulas stand as their last value."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time(0) else value.isoformat(" ")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float):
        # 0.1 + 0.2 is 0.3 to the person who typed it; no exponent, ever.
        return f"{value:.6f}".rstrip("0").rstrip(".")
    text = str(value)
    return "" if CONTROLS.search(text) else text


# Header and rows


def _with_header(records: list[list[str]], notices: list[str]) -> Table:
    at = _header_at(records)
    if at is None:
        raise Unreadable("This file holds no table: we found no row of column names.")
    header = _names(records[at])
    if len(header) > MOST_COLUMNS:
        raise Unreadable(f"This table has more than {MOST_COLUMNS} columns. Take some out.")
    rows = []
    repeated: list[int] = []
    for number, record in enumerate(records[at + 1 :], start=at + 2):
        cells = [_tidied(cell) for cell in record]
        while cells and not cells[-1]:
            cells.pop()
        if cells and _names(cells) == header:
            repeated.append(number)
        elif cells:
            rows.append((number, cells + [""] * (len(header) - len(cells))))
    below = _below(rows)
    rows = [row for row in rows if row[0] not in below]
    if not rows:
        raise Unreadable("This file has column names and no rows below them.")
    if len(rows) > MOST_ROWS:
        raise Unreadable(
            f"This table has more than {MOST_ROWS:,} rows. Split it into smaller ones."
        )
    if at:
        above = "The row above the column names was" if at == 1 else f"The first {at} rows were"
        notices = [*notices, f"{above} left out."]
    if not known_headings(header):
        said = "; ".join(name[:40] for name in header[:4])
        notices = [
            *notices,
            f"Row {at + 1} is taken for the names of the columns: {said}. Is it a posting? Put a "
            "row of names above it.",
        ]
    if repeated:
        said = f"since it says the column names again: {_named(repeated)}"
        notices = [*notices, f"Left out, {said}."]
    if below:
        said = f"since it is a sum or a note below the table: {_named(below)}"
        notices = [*notices, f"Left out, {said}."]
    return Table(header, rows, notices)


def _named(numbers: list[int]) -> str:
    shown = listed(numbers[:5]) if len(numbers) <= 5 else f"{', '.join(map(str, numbers[:5]))} …"
    return f"{'Row' if len(numbers) == 1 else 'Rows'} {shown}"


def _below(rows: list[tuple[int, list[str]]]) -> list[int]:
    """Rows that sum up, and notes that stand alone in their row."""
    found = []
    for number, cells in rows:
        first, *others = [cell for cell in cells if cell]
        is_sum = TOTAL.fullmatch(first) and all(map(NUMBER.fullmatch, others))
        if is_sum or len(cells) > 2 and not others and NOTE.match(first):
            found.append(number)
    return found


def _headings_in(records: list[list[str]]) -> int:
    return max((known_headings(r) for r in records[:HEADER_WITHIN]), default=0)


def _header_at(records: list[list[str]]) -> int | None:
    """The row with most names that we know; else the first that is about as wide as the rest."""
    filled = [n for n, record in enumerate(records) if any(cell.strip() for cell in record)]
    first = filled[:HEADER_WITHIN]
    if not first:
        return None
    best = max(first, key=lambda n: (known_headings(records[n]), -n))
    if known_headings(records[best]) >= 2:
        return best
    widths = [sum(bool(cell.strip()) for cell in records[n]) for n in filled[:200]]
    usual = sorted(widths)[len(widths) // 2]
    return next((n for n in first if sum(map(bool, records[n])) >= max(usual * 0.6, 1)), first[0])


def _names(record: list[str]) -> list[str]:
    """Each column has a name, and no two the same."""
    cells = [" ".join(cell.split())[:120] for cell in record]
    while cells and not cells[-1]:
        cells.pop()
    names: list[str] = []
    for number, cell in enumerate(cells, start=1):
        name = cell or f"Column {number}"
        again = 2
        while name in names:
            name, again = f"{cell or f'Column {number}'} ({again})", again + 1
        names.append(name)
    return names


def _tidied(cell: str) -> str:
    """One kind of line break, and no apostrophe that a spreadsheet-safe export has set before
    what would run as a formula."""
    return as_typed(cell.strip().replace("\r\n", "\n").replace("\r", "\n"))
