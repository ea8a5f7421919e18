"""What a person pasted or uploaded, as a tree: its content says what it is, never its name."""

import csv
import json
import re
import warnings
from io import BytesIO, StringIO
from typing import Any

import mammoth

from plans.importing import tree
from plans.importing.lines import Line, lines_of_html, lines_of_text
from plans.importing.objects import parts_of_json, plan_in
from plans.importing.recognising import recognise, tree_of
from plans.importing.tables import known_columns, parts_of_rows
from plans.importing.tree import Part
from vocabularies.files import Unreadable, check_package, decoded

MOST_BYTES = 5 * 1024 * 1024
MOST_LINES = 20_000
MOST_ITEMS = 3_000
OTHERWISE = (
    "This is no text that we can read. Save the plan as a Word document (.docx), as text or as "
    "CSV, or paste it."
)
HTML = re.compile(
    r"<(?:!doctype|html|head|body|main|article|section|div|p|h[1-6]|ul|ol|li|table|span|nav)\b",
    re.I,
)


def read_plan(data: bytes) -> dict[str, Any]:
    """The tree in a file. Raises Unreadable with a sentence."""
    if not data.strip():
        raise Unreadable("This file is empty.")
    if len(data) > MOST_BYTES:
        raise Unreadable("This is larger than 5 MB. Take out pictures, or split it.")
    if data.startswith(b"PK\x03\x04"):
        return _checked(_read_word(data))
    _refuse_others(data)
    return read_text(decoded(data, OTHERWISE))


def read_text(text: str) -> dict[str, Any]:
    """The tree in a text that was pasted or decoded. Raises Unreadable with a sentence."""
    if not text.strip():
        raise Unreadable("There is nothing in it. Paste the words of the plan.")
    if len(text) > MOST_BYTES:
        raise Unreadable("This is larger than 5 MB. Take out pictures, or split it.")
    start = text.lstrip("\ufeff \t\r\n")
    if start[:1] in "{[" and (found := _read_json(start)):
        return _checked(found)
    if start[:1] == "<" and HTML.match(start) and "</" in start:
        return _checked(_of_lines(lines_of_html(start)))
    if sheet := _read_csv(text):
        return _checked(sheet)
    return _checked(_of_lines(lines_of_text(text.removeprefix("\ufeff"))))


def _of_lines(lines: list[Line], notices: list[str] | None = None) -> dict[str, Any]:
    if not lines:
        raise Unreadable("There are no words in it. Paste the words of the plan.")
    if len(lines) > MOST_LINES:
        raise Unreadable(f"This has more than {MOST_LINES:,} lines. Split it into parts.")
    return recognise(lines, notices)


def _checked(found: dict[str, Any]) -> dict[str, Any]:
    items = sum(part.get("kind") == tree.ITEM for part in found["parts"])
    if items > MOST_ITEMS:
        raise Unreadable(f"This has more than {MOST_ITEMS:,} items. Split it into parts.")
    return found


def _refuse_others(data: bytes) -> None:
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        raise Unreadable(
            "This is an old Word file (.doc), or one with a password. Save it as a Word document "
            "(.docx) without a password."
        )
    if data.startswith(b"%PDF"):
        raise Unreadable(
            "This is a PDF. Open it, select all, copy, and paste the words; or take the Word "
            "document that it was made from."
        )
    if data.startswith(b"{\\rtf"):
        raise Unreadable("This is rich text (.rtf). Save it as a Word document (.docx).")


def _read_word(data: bytes) -> dict[str, Any]:
    check_package(
        data,
        part="word/document.xml",
        what="document",
        instead="text",
        otherwise="This is no Word document. Save the plan as .docx, as text or as CSV.",
    )
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            # Pictures are not unpacked: they say nothing here.
            said = mammoth.convert_to_html(
                BytesIO(data), convert_image=mammoth.images.img_element(lambda image: {"src": ""})
            )
    except Exception as error:
        # A damaged document raises whatever the part of the library that meets it raises.
        raise Unreadable(
            "This document is damaged. Open it, save it anew and try again."
        ) from error
    return _of_lines(lines_of_html(said.value))


def _read_json(text: str) -> dict[str, Any] | None:
    """None for a text that only begins like JSON."""
    try:
        held = json.loads(text)
    except (ValueError, RecursionError) as error:
        if text[0] == "{" and '"' in text[:20]:
            raise Unreadable(
                "This JSON is damaged: it ends too early or a sign is wrong."
            ) from error
        return None
    results, word, title = plan_in(held)
    if not results:
        raise Unreadable(
            "This JSON holds no plan: it has no list of “results”, of “items” or of goals."
        )
    notices = []
    if isinstance(held, dict) and held.get("next"):
        notices.append("This file is one page of several: its “next” names the following one.")
    try:
        parts = parts_of_json(results, word)
    except ValueError as error:
        raise Unreadable(str(error)) from error
    return tree_of(parts, notices, title)


def _read_csv(text: str) -> dict[str, Any] | None:
    """None for what is no table with at least two columns that we know by name."""
    filled = [line for line in text.splitlines()[:12] if line.strip()]
    if len(filled) < 2:
        return None
    for separator in (",", ";", "\t"):
        try:
            header = next(csv.reader([filled[0].removeprefix("\ufeff")], delimiter=separator))
        except (csv.Error, StopIteration):
            continue
        if len(header) >= 2 and known_columns(header) >= max(2, len(header) // 3):
            break
    else:
        return None
    csv.field_size_limit(MOST_BYTES)
    reader = csv.reader(StringIO(text.removeprefix("\ufeff"), newline=""), delimiter=separator)
    rows: list[tuple[int, list[str]]] = []
    names: list[str] | None = None
    at = 1
    try:
        for record in reader:
            if any(cell.strip() for cell in record):
                if names is None:
                    names = [cell.strip() for cell in record]
                else:
                    rows.append((at, record))
            at = reader.line_num + 1
            if len(rows) > MOST_LINES:
                raise Unreadable(f"This has more than {MOST_LINES:,} rows. Split it into parts.")
    except csv.Error as error:
        raise Unreadable(f"Line {reader.line_num} cannot be read: is a quote missing?") from error
    if not rows or names is None:
        return None
    said = " | ".join(names)
    head = Part(1, said, tree.OUT, said, why="names of the columns")
    return tree_of([head, *parts_of_rows(names, rows)])
