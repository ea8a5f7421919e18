"""Days as people write them in a cell, and times that are none: "4 Mar 2027", "Spring 2027"."""

import re
from collections.abc import Iterable
from datetime import date, timedelta

from django.utils import timezone

from employers.importing.cells import WORDS, CellError, short

MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
SAY_A_DAY = "Write a date such as 2026-11-30 or 11/30/2026."


SIGNED = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](?:\d{4}|\d\d)\b", re.ASCII)


def orders(texts: Iterable[str]) -> set[str]:
    """How the days of a column must be read: "day first", "month first", both or, where every
    one of them could be either, neither."""
    found = set()
    for first, second in (m.groups() for text in texts if (m := SIGNED.match(text.strip()))):
        if int(first) > 12:
            found.add("day first")
        elif int(second) > 12:
            found.add("month first")
    return found


def day(text: str, *, day_first: bool = False) -> date:
    """A day as people in the United States write it; the time of day is left out. `day_first`: as
    the rest of the world does."""
    text = re.sub(r"(?i)^(mon|tue|wed|thu|fri|sat|sun)[a-z]*[, ]+", "", text.strip())
    text = re.sub(r"[T ]\d{1,2}:\d\d.*$", "", text)
    if found := re.fullmatch(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})", text, re.A):
        return _day(found[1], found[2], found[3], text)
    if found := re.fullmatch(r"(20\d\d)(\d\d)(\d\d)", text, re.A):
        return _day(found[1], found[2], found[3], text)
    if re.fullmatch(r"4\d{4}|5[0-4]\d{3}", text, re.ASCII):
        # The number by which a spreadsheet counts a day.
        return date(1899, 12, 30) + timedelta(days=int(text))
    if found := re.fullmatch(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4}|\d\d)", text, re.A):
        month, number = found[1], found[2]
        if int(month) > 12 or day_first and int(number) <= 12:
            month, number = number, month
        return _day(found[3], month, number, text)
    if found := re.fullmatch(r"([A-Za-z]{3,9})\.? (\d{1,2})(?:st|nd|rd|th)?,? (\d{4})", text, re.A):
        return _day(found[3], _month(found[1], text), found[2], text)
    if found := re.fullmatch(
        r"(\d{1,2})(?:st|nd|rd|th)?(?: of)?[ -]([A-Za-z]{3,9})\.?,?[ -](\d{4}|\d\d)", text, re.A
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


def day_or_offset(text: str, *, offset: bool, day_first: bool = False) -> date:
    """`offset`: whole days from today, such as -1 or +30."""
    if not offset:
        return day(text, day_first=day_first)
    if not re.fullmatch(r"[+-]?\d{1,4}", text, re.ASCII):
        raise CellError(f"“{short(text)}” is no number of days from today.")
    return timezone.localdate() + timedelta(days=int(text))


# What people write where no day is settled.
NO_DAY = set(
    "tbd|tba|n a|na|none|until filled|open until filled|till filled|ongoing|rolling|continuous|"
    "open|varies|flexible|negotiable|to be determined|to be announced".split("|")
)
START_WORDS = WORDS["start_kind"]
# A time that is no day: "Spring 2027", "mid-March", "March 4th".
NOT_A_DAY = re.compile(
    r"(?:(?:early|mid|late|end of|around|about|summer|spring|fall|autumn|winter|semester|term|"
    rf"next|week|month|year|(?:{'|'.join(MONTHS)})[a-z]*|\d{{1,2}}(?:st|nd|rd|th)?|20\d\d)"
    r"[ ,./-]*){1,5}",
    re.ASCII | re.I,
)


def is_time_in_words(text: str) -> bool:
    """It says when, and no day of a year: there is a word, and a year or a day but not both."""
    numbers = re.findall(r"\d+", text, re.ASCII)
    return (
        len(numbers) < 2
        and bool(re.search("[a-z]", text, re.I))
        and bool(NOT_A_DAY.fullmatch(text))
    )
