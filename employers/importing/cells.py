"""What a cell says, in the words of people: "$16.00-26.25/h", "8 wk", "Nov 30, 2026".

Each reader takes the text of a cell and gives what the posting's form would have been given:
{field of the form: text}. What cannot be read raises CellError with a sentence; what was
understood and should be looked at goes to `notices`.
"""

import re
import tomllib
from collections.abc import Callable
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

from django.utils import timezone

from employers import choices
from employers.importing.columns import heading_key

Given = dict[str, Any]
Notices = list[str]

ENUMERATIONS: dict[str, Any] = {
    "kind": choices.Kind,
    "mode": choices.Mode,
    "paid": choices.Paid,
    "pay_unit": choices.PayUnit,
    "hours_per": choices.HoursPer,
    "length_unit": choices.LengthUnit,
    "shifts": choices.Shift,
    "class_payer": choices.ClassPayer,
    "supports": choices.Support,
    "education": choices.Education,
    "asks": choices.Ask,
    "apply_by": choices.ApplyBy,
    "term": choices.Term,
    "credit": choices.Credit,
    "start_kind": choices.StartKind,
    "prefers": choices.Ask,
    "learned_here": choices.Ask,
}
# Fields that are said in the words of another.
SAID_AS = {"prefers": "asks", "learned_here": "asks"}


class CellError(Exception):
    """A cell that says nothing we understand. Its text is for the person; `column` names where,
    if the reader of the row does not know it better."""

    def __init__(self, sentence: str, column: str = "") -> None:
        super().__init__(sentence)
        self.column = column


def _read_words() -> dict[str, dict[str, str]]:
    """{field: {what files say: value}}: values, labels and the words of words.toml."""
    text = Path(__file__).with_name("words.toml").read_text(encoding="utf-8")
    extra = tomllib.loads(text)
    found = {}
    for field, enumeration in ENUMERATIONS.items():
        known: dict[str, str] = {}
        for value, said in extra[SAID_AS.get(field, field)].items():
            known |= {heading_key(words): value for words in said}
        for value, label in enumeration.choices:
            known |= {heading_key(str(label)): value, heading_key(value): value}
        found[field] = known
    return found


WORDS = _read_words()


def short(text: str, most: int = 40) -> str:
    """A cell as a sentence may quote it."""
    line = " ".join(text.split())
    return line if len(line) <= most else f"{line[: most - 1]}…"


def choice(field: str, text: str) -> str:
    """The value that the text names, also where more is said in brackets: "remote (TX)"."""
    known = WORDS[field]
    for said in (text, re.sub(r"\(.*?\)", "", text)):
        if value := known.get(heading_key(said)):
            return value
    names = [str(label) for _, label in ENUMERATIONS[field].choices]
    raise CellError(f"“{short(text)}” is none of: {'; '.join(names)}.")


def _one(field: str) -> Callable[[str, Notices], Given]:
    return lambda text, notices: {field: choice(field, text)}


def _several(field: str) -> Callable[[str, Notices], Given]:
    def read(text: str, notices: Notices) -> Given:
        parts = [part for part in re.split(r"[;,\n|]", text) if part.strip()]
        try:
            return {field: [choice(field, text)]}
        except CellError:
            return {field: list(dict.fromkeys(choice(field, part) for part in parts))}

    return read


def _as_it_is(field: str) -> Callable[[str, Notices], Given]:
    return lambda text, notices: {field: text}


# Numbers

NUMBER = r"\$?\s*((?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?)(\s*[kK](?![a-z]))?"
RANGE = re.compile(
    rf"{NUMBER}\s*(?:(?:-|–|—|to|bis|\bup to\b)\s*{NUMBER})?\s*(?:/|per|an?|each)?\s*"
    r"([a-zA-Z][a-zA-Z. ]*)?",
    re.ASCII,
)
NOT_PAID = {"unpaid", "volunteer", "none", "no pay", "not paid", "no"}
# What no hour earns, and no year falls below: between them the unit must be said.
MOST_AN_HOUR, LEAST_A_YEAR = 200, 10_000


def amount(text: str, thousands: str | None = None) -> str:
    number = Decimal(text.replace(",", ""))
    return f"{number * 1000 if thousands else number:f}"


def pay(text: str, notices: Notices) -> Given:
    """ "$18/h", "$52,000/yr", "$16.00-26.25/h", "unpaid", "$1,500 stipend"."""
    key = heading_key(text)
    if key in NOT_PAID or key in ("a visit unpaid", "0"):
        return {"paid": choices.Paid.UNPAID}
    stipend = "stipend" in key or key.endswith("in all")
    cleaned = re.sub(r"(?i)\bstipend\b|\bin all\b|\busd\b|dollars?", "", text).strip()
    found = RANGE.fullmatch(cleaned)
    if not found:
        raise CellError(
            f"We cannot read “{short(text)}” as pay. Write it like $18/h, $16.00-26.25/h, "
            "$52,000/yr or unpaid."
        )
    low, low_k, high, high_k, unit = found.groups()
    given: Given = {"paid": choices.Paid.STIPEND if stipend else choices.Paid.WAGE}
    given["pay_min"] = amount(low, low_k or (high_k if high else None))
    if high:
        given["pay_max"] = amount(high, high_k)
    if unit and unit.strip(" .") and not stipend:
        given["pay_unit"] = choice("pay_unit", unit.strip(" ."))
    return given


def pay_number(field: str) -> Callable[[str, Notices], Given]:
    """One amount, perhaps with its unit."""

    def read(text: str, notices: Notices) -> Given:
        if re.fullmatch(r"\$?\s*\d[\d,.]*\s*(?:/|per|an?)\s*[a-z. ]+", text, re.A | re.I):
            given = pay(text, notices)
            return {field: given["pay_min"], "pay_unit": given.get("pay_unit", "")}
        return {field: _in_cents(text, notices)}

    return read


def _in_cents(text: str, notices: Notices) -> str:
    """Pay that a system reckoned in parts of a cent, as people are paid."""
    if not re.fullmatch(r"\$?\s*\d[\d,]*\.\d{3,6}", text, re.ASCII):
        return text
    exact = Decimal(text.strip("$ ").replace(",", ""))
    cents = exact.quantize(Decimal("0.01"), ROUND_HALF_UP)
    if cents != exact:
        notices.append(f"{text} is kept in whole cents, as ${cents:,.2f}.")
    return f"{cents:f}"


def guess_unit(given: Given, notices: Notices) -> None:
    """Where no unit is said, the size says it, or nothing does."""
    if given.get("pay_unit") or not given.get("pay_min") or given.get("paid") == "stipend":
        return
    try:
        low = Decimal(str(given["pay_min"]).strip("$ ").replace(",", ""))
    except ArithmeticError:
        return
    if low <= MOST_AN_HOUR:
        given["pay_unit"] = choices.PayUnit.HOUR
    elif low >= LEAST_A_YEAR:
        given["pay_unit"] = choices.PayUnit.YEAR
    else:
        raise CellError(f"Is ${low:,.2f} for an hour, a week, a month or a year? Say it.")


def hours(text: str, notices: Notices) -> Given:
    """ "20 h", "40", "20-25 h/wk", "2 h/mo", "1 day", "4 h x 5", "full time"."""
    key = heading_key(text)
    if key in ("full time", "f", "ft", "fulltime"):
        notices.append("“Full time” is read as 40 hours a week.")
        return {"hours_min": "40", "hours_max": "40", "hours_per": choices.HoursPer.WEEK}
    if found := re.fullmatch(r"(\d+) days?", text.strip(), re.A | re.I):
        number = 8 * int(found[1])
        return _hours(str(number), None, choices.HoursPer.VISIT)
    if found := re.fullmatch(r"(\d+) ?h(?:rs?|ours?)? x (\d+)", text.strip(), re.A | re.I):
        return _hours(str(int(found[1]) * int(found[2])), None, choices.HoursPer.VISIT)
    found = re.fullmatch(
        r"(\d+(?:\.\d)?)(?:\s*(?:-|–|to)\s*(\d+(?:\.\d)?))?\s*(?:h|hrs?|hours?)?\.?\s*"
        r"(?:/|per|an?|each|in)?\s*([a-z]+)?",
        text.strip(),
        re.A | re.I,
    )
    if not found:
        raise CellError(f"We cannot read “{short(text)}” as hours. Write it like 20 h or 20-25.")
    low, high, per = found.groups()
    return _hours(low, high, choice("hours_per", "in all" if per == "all" else per) if per else "")


def _hours(low: str, high: str | None, per: str) -> Given:
    given = {"hours_min": low, "hours_max": high or low}
    return given | ({"hours_per": per} if per else {})


def length(text: str, notices: Notices) -> Given:
    """ "8 wk", "4 yr", "8,000 h", "2 x 6 mo" (twelve months), "12 mo (competency)"; other words
    are kept as words."""
    found = re.fullmatch(
        r"(?:(\d+) ?x ?)?(\d[\d,]*) ?([a-z][a-z ]*?)\.?\s*(?:\((.*)\))?", text.strip(), re.A | re.I
    )
    unit = WORDS["length_unit"].get(heading_key(found[3])) if found else None
    if found and unit:
        number = int(found[1] or 1) * int(found[2].replace(",", ""))
        return {"length": str(number), "length_unit": unit}
    if re.fullmatch(r"[\d,.]+", text, re.ASCII):
        return {"length": text}
    notices.append(f"“{short(text)}” is kept as words about the length.")
    return {"length_note": text}


# Days

MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
SAY_A_DAY = "Write a date such as 2026-11-30 or 11/30/2026."


def day(text: str) -> date:
    """A day as people in the United States write it; the time of day is left out."""
    text = re.sub(r"(?i)^(mon|tue|wed|thu|fri|sat|sun)[a-z]*[, ]+", "", text.strip())
    text = re.sub(r"[T ]\d{1,2}:\d\d.*$", "", text)
    if found := re.fullmatch(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})", text, re.A):
        return _day(found[1], found[2], found[3], text)
    if found := re.fullmatch(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4}|\d\d)", text, re.A):
        month, number = found[1], found[2]
        if int(month) > 12:
            month, number = number, month
        return _day(found[3], month, number, text)
    if found := re.fullmatch(r"([A-Za-z]{3,9})\.? (\d{1,2})(?:st|nd|rd|th)?,? (\d{4})", text, re.A):
        return _day(found[3], _month(found[1], text), found[2], text)
    if found := re.fullmatch(
        r"(\d{1,2})(?:st|nd|rd|th)?[ -]([A-Za-z]{3,9})\.?,?[ -](\d{4}|\d\d)", text, re.A
    ):
        return _day(found[3], _month(found[2], text), found[1], text)
    raise CellError(f"We cannot read “{short(text)}” as a day. {SAY_A_DAY}")


def _month(word: str, text: str) -> str:
    try:
        return str(MONTHS.index(word[:3].lower()) + 1)
    except ValueError:
        raise CellError(f"We cannot read “{short(text)}” as a day. {SAY_A_DAY}") from None


def _day(year: str, month: str, number: str, text: str) -> date:
    try:
        return date(int(year) + (2000 if len(year) == 2 else 0), int(month), int(number))
    except ValueError:
        raise CellError(f"There is no day “{short(text)}”. {SAY_A_DAY}") from None


def day_or_offset(text: str, *, offset: bool) -> date:
    """`offset`: whole days from today, such as -1 or +30."""
    if not offset:
        return day(text)
    if not re.fullmatch(r"[+-]?\d{1,4}", text, re.ASCII):
        raise CellError(f"“{short(text)}” is no number of days from today.")
    return timezone.localdate() + timedelta(days=int(text))


START_WORDS = WORDS["start_kind"]


# People


def requirements(text: str, notices: Notices) -> Given:
    """ "HS/GED", "enrolled AAS+", "age 16+", "none; 21+", "portfolio"; the rest stays words."""
    given: Given = {}
    left = []
    for part in re.split(r"[;\n]", text) if len(text) < 120 else [text]:
        key = heading_key(part)
        if not key:
            continue
        if found := re.fullmatch(r"(?:age )?(\d\d)(?: or older| and older)?", key):
            given["minimum_age"] = found[1]
        elif found := re.fullmatch(r"grade (\d\d?)", key):
            given["minimum_age"] = str(int(found[1]) + 5)
        elif value := WORDS["education"].get(key):
            given["education"] = value
        elif key.startswith("enrolled"):
            given["education"] = choices.Education.ENROLLED
            left.append(part.strip())
        elif value := WORDS["asks"].get(key):
            given.setdefault("asks", []).append(value)
        else:
            left.append(part.strip())
    if left:
        given["needs_note"] = "; ".join(left)
    return given


def apply_to(text: str, notices: Notices) -> Given:
    """The place to apply, and by it the way."""
    given = {"apply_to": text}
    if re.fullmatch(r"[^@\s]+@[^@\s]+", text):
        given["apply_by"] = choices.ApplyBy.EMAIL
    elif re.match(r"(?i)https?://|www\.", text):
        given["apply_by"] = choices.ApplyBy.WEB
    elif re.fullmatch(r"[+()\d\s.-]{7,20}(x\d+)?", text, re.ASCII):
        given["apply_by"] = choices.ApplyBy.PHONE
    return given


# By the field of the column. Later ones know better: an exact column stands over a mixed one.
READERS: dict[str, Callable[[str, Notices], Given]] = {
    "hours": hours,
    "length": length,
    "pay": pay,
    "pay_min": pay_number("pay_min"),
    "pay_max": pay_number("pay_max"),
    "requirements": requirements,
    "apply_to": apply_to,
    **{
        field: _one(field)
        for field in (
            "mode paid pay_unit hours_per length_unit class_payer education apply_by term credit "
            "start_kind"
        ).split()
    },
    **{field: _several(field) for field in "shifts supports asks prefers learned_here".split()},
    **{
        field: _as_it_is(field)
        for field in (
            "title summary tasks lessons host place_note schedule_note length_note pay_note "
            "hours_min hours_max learner_cost minimum_age needs_note apply_steps supervisor_role "
            "openings starts_note accommodations"
        ).split()
    },
}
