"""Cells are understood as people write them, or refused with a sentence."""

from datetime import date

import pytest

from employers.importing import cells, days
from employers.importing.cells import CellError


@pytest.mark.parametrize(
    ("text", "given"),
    [
        ("$18/h", {"paid": "wage", "pay_min": "18", "pay_unit": "hour"}),
        ("$52,000/yr", {"paid": "wage", "pay_min": "52000", "pay_unit": "year"}),
        (
            "$16.00-26.25/h",
            {"paid": "wage", "pay_min": "16.00", "pay_max": "26.25", "pay_unit": "hour"},
        ),
        (
            "$45k - $60k per year",
            {"paid": "wage", "pay_min": "45000", "pay_max": "60000", "pay_unit": "year"},
        ),
        (
            "18 to 20 an hour",
            {"paid": "wage", "pay_min": "18", "pay_max": "20", "pay_unit": "hour"},
        ),
        ("$1,500 stipend", {"paid": "stipend", "pay_min": "1500"}),
        ("Unpaid", {"paid": "unpaid"}),
    ],
)
def test_pay(text, given):
    assert cells.pay(text, []) == given


@pytest.mark.parametrize("text", ["-5", "1e5", "١٢", "$18/fortnight", "18,5.2.1", "$18,50", "€18"])
def test_pay_that_says_nothing_is_refused(text):
    with pytest.raises(CellError):
        cells.pay(text, [])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-11-30", date(2026, 11, 30)),
        ("2026-11-30T00:00:00.000", date(2026, 11, 30)),
        ("11/30/2026", date(2026, 11, 30)),
        ("30/11/2026", date(2026, 11, 30)),
        ("1/2/27", date(2027, 1, 2)),
        ("Nov 30, 2026", date(2026, 11, 30)),
        ("Monday, November 30th, 2026", date(2026, 11, 30)),
        ("30 Nov 2026", date(2026, 11, 30)),
    ],
)
def test_days(text, expected):
    assert days.day(text) == expected


@pytest.mark.parametrize("text", ["2026-02-30", "13/13/2026", "soon", "٢٠٢٦-١١-٣٠", "0000-01-01"])
def test_days_that_are_none_are_refused(text):
    with pytest.raises(CellError):
        days.day(text)


@pytest.mark.parametrize(
    ("text", "given"),
    [
        ("20 h", {"hours_min": "20", "hours_max": "20"}),
        ("40", {"hours_min": "40", "hours_max": "40"}),
        ("20-25 h/wk", {"hours_min": "20", "hours_max": "25", "hours_per": "week"}),
        ("2 h/mo", {"hours_min": "2", "hours_max": "2", "hours_per": "month"}),
        ("1 day", {"hours_min": "8", "hours_max": "8", "hours_per": "visit"}),
        ("4 h x 5", {"hours_min": "20", "hours_max": "20", "hours_per": "visit"}),
        ("20 to 25 hours a month", {"hours_min": "20", "hours_max": "25", "hours_per": "month"}),
    ],
)
def test_hours(text, given):
    assert cells.hours(text, []) == given


@pytest.mark.parametrize(
    ("text", "given"),
    [
        ("8 wk", {"length": "8", "length_unit": "weeks"}),
        ("4 yr", {"length": "4", "length_unit": "years"}),
        ("8,000 h", {"length": "8000", "length_unit": "hours"}),
        ("2 x 6 mo", {"length": "12", "length_unit": "months"}),
        ("12 mo (competency)", {"length": "12", "length_unit": "months"}),
        ("1 semester", {"length": "1", "length_unit": "semesters"}),
        ("by agreement", {"length_note": "by agreement"}),
    ],
)
def test_lengths(text, given):
    assert cells.length(text, []) == given


@pytest.mark.parametrize(
    ("text", "given"),
    [
        ("HS/GED", {"education": "high-school"}),
        ("none; 21+", {"education": "none", "minimum_age": "21"}),
        ("grade 10+", {"minimum_age": "15"}),
        ("enrolled BS/AAS", {"education": "enrolled", "needs_note": "enrolled BS/AAS"}),
        ("portfolio", {"asks": ["portfolio"]}),
    ],
)
def test_requirements(text, given):
    assert cells.requirements(text, []) == given


@pytest.mark.parametrize(
    ("field", "text", "value"),
    [
        ("kind", "OJT", "on-the-job-training"),
        ("kind", "Co-op", "co-op"),
        ("kind", "Site visit", "job-shadow"),
        ("mode", "remote (TX)", "remote"),
        ("mode", "virtual", "remote"),
        ("pay_unit", "Annual", "year"),
        ("supports", "Tools or uniform", "tools"),
    ],
)
def test_choices_by_name(field, text, value):
    assert cells.choice(field, text) == value


def test_a_choice_that_is_none_names_those_there_are():
    with pytest.raises(CellError, match="“Gig” is none of: Apprenticeship; Pre-apprenticeship"):
        cells.choice("kind", "Gig")
