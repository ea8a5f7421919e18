"""Tables as people keep them: each ends in sensible drafts, or in a clear sentence."""

import io
from datetime import date
from uuid import uuid4

import pytest
from openpyxl import Workbook

from employers.actions import imports as actions
from employers.importing import cells, days
from employers.importing.cells import CellError
from employers.importing.reading import Unreadable, read_table
from employers.models import Employer, Opportunity
from tests.factories import PlaceFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def saved(company, recruiter, django_capture_on_commit_callbacks):
    """`saved(file, columns)` → (its rows, the drafts that came of it)."""

    def save(data, columns=None, **choices):
        with django_capture_on_commit_callbacks(execute=True):
            batch = actions.begin_import(
                organization=company,
                file_name="list.csv",
                table=read_table(data if isinstance(data, bytes) else data.encode()),
                token=uuid4(),
                by=recruiter,
            )
            choices = {"kind": "internship"} | choices
            columns = batch.columns | (columns or {})
            actions.match_import(batch=batch, columns=columns, choices=choices, by=recruiter)
        with django_capture_on_commit_callbacks(execute=True):
            if batch.rows.filter(outcome="new").exists():
                actions.run_import(batch=batch, by=recruiter)
        return list(batch.rows.all()), list(Opportunity.objects.order_by("pk"))

    return save


def test_a_list_from_a_German_spreadsheet_with_a_title_above(saved):
    text = (
        "Offene Stellen;;\r\nStand 4.3.2027;;\r\n"
        'Position Title;Wage;Closing Date\r\n"Señor Cook; night";"$18.50/hr";4 Mar 2027\r\n'
    )

    _, (draft,) = saved(text.encode("cp1252"))

    assert (draft.title, str(draft.pay_min)) == ("Señor Cook; night", "18.50")
    assert draft.closes_at.date().isoformat() in ("2027-03-04", "2027-03-05")


def test_a_quote_that_is_never_closed_swallows_no_rows_in_silence():
    text = b'Title,Place\nWelder,"Austin 78701\nFitter,Austin 78701\nCook,Austin 78701\n'

    with pytest.raises(Unreadable) as refused:
        read_table(text)

    assert "A quote that opens in line 2 is never closed." in str(refused.value)


def test_names_of_columns_that_come_again_are_no_posting():
    table = read_table(b"Title,Place\nWelder,Austin\nTitle,Place\nFitter,Austin\n")

    assert [cells[0] for _, cells in table.rows] == ["Welder", "Fitter"]
    assert table.notices == ["Left out, since it says the column names again: Row 3."]


def test_a_web_page_in_a_cell_becomes_plain_words(saved):
    text = (
        'Title,Description\nR&amp;D Helper,"<p>You <b>weld</b>.</p><ul><li>Cut &lt; 5'
        '</li><li>Grind</li></ul><script>alert(1)</script>"\n'
    )

    _, (draft,) = saved(text)

    assert draft.title == "R&D Helper"
    assert draft.tasks == "You weld.\n\n- Cut < 5\n- Grind"
    assert "script" not in draft.tasks_html


def test_what_is_said_in_words_is_kept_as_words(saved):
    text = "Title,Pay,Hours,Closing date,Start\nWelder,DOE,Mon-Fri 8 to 5,until filled,TBD\n"

    (row,), (draft,) = saved(text)

    assert (draft.pay_note, draft.paid, draft.pay_min) == ("DOE", "", None)
    assert (draft.schedule_note, draft.starts_note) == ("Mon-Fri 8 to 5", "TBD")
    assert draft.closes_at is None
    assert len(row.notices) == 4


def test_a_workbook_with_numbers_as_text_and_a_hidden_sheet(saved, region):
    book = Workbook()
    book.active.append(["Read me first"])
    sheet = book.create_sheet("Open now")
    sheet.append(["Title", "Closing date", "ZIP code", "Pay", "Slots"])
    sheet.append(["Welder", date(2027, 3, 4), "78701", "18.5", 3.0])
    sheet.append(["=1+1", 46450, 78701, 20, "2"])
    old = book.create_sheet("Old")
    old.append(["Title", "Place", "Pay", "Slots", "Summary", "Kind"])
    old.append(["Gone", "Austin 78701", "$1/h", 1, "x", "internship"])
    old.sheet_state = "hidden"
    out = io.BytesIO()
    book.save(out)

    (first, second), drafts = saved(out.getvalue())

    assert (first.outcome, first.errors) == ("new", [])
    assert [name for name, _ in second.errors] == ["Title"]
    assert [draft.title for draft in drafts] == ["Welder"]
    assert (str(drafts[0].pay_min), drafts[0].openings) == ("18.50", 3)
    assert drafts[0].locations.get().place_id == "78701"


@pytest.mark.parametrize(
    ("cell", "low", "high", "unit"),
    [
        ("$18.50/hr DOE", "18.50", None, "hour"),
        ("Starting at $18/hr", "18", None, "hour"),
        ("up to $25 an hour", None, "25", "hour"),
        ("$20+/hr", "20", None, "hour"),
        ("$18.00 - $20.00/hr, based on experience", "18.00", "20.00", "hour"),
        ("$52,000.00 annually", "52000.00", None, "year"),
    ],
)
def test_pay_with_words_about_it_is_read(cell, low, high, unit):
    given = cells.pay(cell, [])

    assert (given.get("pay_min"), given.get("pay_max"), given["pay_unit"]) == (low, high, unit)


@pytest.mark.parametrize("cell", ["18,50", "€18", "$20/fortnight", "1e5", "-5", "$20 (was $18)"])
def test_pay_that_may_be_misread_is_refused(cell):
    with pytest.raises(CellError):
        cells.pay(cell, [])


@pytest.mark.parametrize(
    "cell",
    ["3/4/27", "4 Mar 2027", "20270304", "46450", "Mar. 4th, 2027", "4th of March 2027"],
)
def test_a_day_in_many_ways(cell):
    assert days.day(cell) == date(2027, 3, 4)


@pytest.fixture
def towns(region):
    county = region.counties.get()
    for code, city in [("76574", "Taylor"), ("78634", "Hutto"), ("78664", "Round Rock")]:
        PlaceFactory(zip=code, city=city, county=county)


@pytest.mark.parametrize(
    "cell",
    [
        "Taylor 76574; Hutto 78634; Round Rock 78664",
        "Taylor 76574, Hutto 78634, Round Rock 78664",
        "Taylor, TX 76574, Hutto, TX 78634 and Round Rock, TX 78664",
        "76574, 78634 and 78664",
        "76574/78634/78664",
        "Taylor, Hutto and Round Rock",
        "Taylor, TX / Hutto, TX / Round Rock, Texas",
        "Taylor & Hutto & Round Rock",
    ],
)
def test_no_place_of_several_in_one_cell_is_lost(saved, towns, cell):
    (row,), (draft,) = saved(f'Title,Location\nWelder,"{cell}"\n')

    assert (row.outcome, row.errors) == ("new", [])
    codes = draft.locations.order_by("place").values_list("place", flat=True)
    assert list(codes) == ["76574", "78634", "78664"]


@pytest.mark.parametrize(
    ("cell", "sentence"),
    [
        ("Taylor, Huto and Round Rock", "We know no place “Huto” in the region."),
        ("Taylor 76574 Hutto 78634", "This names several ZIP codes. Put a semicolon between them."),
    ],
)
def test_a_list_of_places_that_is_half_understood_is_refused(saved, towns, cell, sentence):
    (row,), drafts = saved(f'Title,Location\nWelder,"{cell}"\n')

    assert drafts == []
    assert row.errors[0][0] == "Location"
    assert row.errors[0][1].startswith(sentence)


@pytest.mark.parametrize(
    ("cell", "street"),
    [
        ("Taylor TX", ""),
        ("Taylor, TX 76574-1234, USA", ""),
        ("100 Main St, Taylor, TX 76574", "100 Main St"),
        ("12345 Main St Taylor TX 76574-1234", "12345 Main St"),
        ("Hybrid - Taylor 76574", ""),
    ],
)
def test_the_street_before_a_place_is_kept(saved, towns, cell, street):
    _, (draft,) = saved(f'Title,Location\nWelder,"{cell}"\n')

    location = draft.locations.get()
    assert (location.place_id, location.street) == ("76574", street)


def test_sums_and_notes_below_a_table_are_no_postings():
    text = (
        "Title,Place,Kind,Slots\nWelder,Austin 78701,Internship,2\nSubtotal,,,2\n"
        "Total Quality helper,Austin 78701,Internship,3\nFitter,Austin 78701,Internship,\n"
        "Total: 5\nGrand total,,,5\nPrinted 11/22/2026 - page 1 of 1\n"
    )

    table = read_table(text.encode())

    assert [cells[0] for _, cells in table.rows] == ["Welder", "Total Quality helper", "Fitter"]
    assert table.notices == [
        "Left out, since it is a sum or a note below the table: Rows 3, 6, 7 and 8."
    ]


def test_a_list_of_titles_alone_has_no_notes_below_it():
    table = read_table(b"Title,Place\nWelder,\nFitter,\nCook,\n")

    assert len(table.rows) == 3


@pytest.mark.parametrize("heading", ["Pay", "Start"])
def test_a_fault_of_a_formula_is_named_and_taken_for_no_words(saved, heading):
    (row,), drafts = saved(f"Title,{heading}\nWelder,#REF!\n")

    assert drafts == []
    assert row.errors == [[heading, "#REF! is a fault of a formula. Mend it in your file."]]


def test_days_of_a_column_that_puts_the_day_first_are_read_alike(saved):
    text = "Title,Closing date,Start\nWelder,3/4/2027,5/6/2027\nFitter,13/4/2027,6/13/2027\n"

    (first, second), drafts = saved(text)

    assert [d.closes_at.date().isoformat() for d in drafts] == ["2027-04-04", "2027-04-14"]
    assert [d.starts_on.isoformat() for d in drafts] == ["2027-05-06", "2027-06-13"]
    assert first.notices == [
        "3/4/2027 is read as 3 April 2027, since other days under Closing date put the day first."
    ]
    assert second.notices == []


def test_a_column_with_both_orders_of_day_and_month_says_how_each_is_read(saved):
    text = "Title,Closing date\nWelder,13/4/2027\nFitter,4/13/2027\nCook,3/4/2027\n"

    rows, _ = saved(text)

    assert [row.notices for row in rows] == [["13/4/2027 is read as 13 April 2027."], [], []]


@pytest.mark.parametrize("cell", ["Spring 2027", "June 2027", "mid-March", "March 4th"])
def test_a_start_without_a_day_is_kept_as_words(saved, cell):
    (row,), (draft,) = saved(f"Title,Start\nWelder,{cell}\n")

    assert (draft.starts_on, draft.starts_note) == (None, cell)
    assert row.notices == [f"“{cell}” is kept as words about the start."]


@pytest.mark.parametrize("cell", ["Feb 30, 2027", "2027", "3/4/2027 - 5/4/2027"])
def test_a_start_that_is_a_mistaken_day_is_refused(saved, cell):
    (row,), _ = saved(f'Title,Start\nWelder,"{cell}"\n')

    assert [name for name, _ in row.errors] == ["Start"]


@pytest.mark.parametrize(
    ("cell", "paid", "low"),
    [
        ("$3,000 stipend + housing", "stipend", "3000.00"),
        ("Stipend of $150, lunch included", "stipend", "150.00"),
        ("Volunteer (unpaid)", "unpaid", None),
    ],
)
def test_a_stipend_with_words_is_no_wage(saved, cell, paid, low):
    (row,), (draft,) = saved(f'Title,Pay\nWelder,"{cell}"\n')

    assert (draft.paid, draft.pay_min and str(draft.pay_min), draft.pay_note) == (paid, low, cell)


def test_pay_that_is_refused_is_said_to_be_refused_once(saved):
    text = 'Title,Pay\nWelder,"$18,50"\nFitter,"$2,500 for the summer"\n'

    (first, second), _ = saved(text)

    assert (len(first.errors), first.notices) == (1, [])
    assert [said for _, said in second.errors] == [
        "Is $2,500.00 for an hour, a week, a month or a year? Say it."
    ]


def test_a_kind_in_other_words_says_what_it_is_taken_for(saved):
    text = "Title,Type\nClerk,Job\nHelper,Summer internship\nGuest,Externship\n"

    rows, _ = saved(text)

    assert [row.notices for row in rows] == [
        ["“Job” is read as On-the-job training."],
        [],
        ["“Externship” is read as Job shadow."],
    ]


@pytest.fixture
def with_usual_way(company):
    Employer.objects.update_or_create(
        organization=company,
        defaults={"usual": {"apply_by": "web", "apply_to": "https://granite.example.org/jobs"}},
    )


@pytest.mark.parametrize(
    ("heading", "cell", "by", "to"),
    [
        ("Where to apply", "javascript:alert(1)", "", "javascript:alert(1)"),
        ("Where to apply", "At the gate", "", "At the gate"),
        ("Where to apply", "jobs.example.org/welder", "web", "https://jobs.example.org/welder"),
        ("How to apply", "in person", "person", ""),
        ("How to apply", "online", "web", "https://granite.example.org/jobs"),
        ("Summary", "Learn to weld.", "web", "https://granite.example.org/jobs"),
    ],
)
def test_the_usual_way_to_apply_is_not_mixed_with_that_of_a_row(
    saved, with_usual_way, heading, cell, by, to
):
    _, (draft,) = saved(f"Title,{heading}\nWelder,{cell}\n")

    assert (draft.apply_by, draft.apply_to) == (by, to)


@pytest.mark.parametrize("heading", ["How to apply", "Where to apply"])
@pytest.mark.parametrize(
    ("cell", "by", "to"),
    [
        ("Apply at https://x.example.org/jobs.", "web", "https://x.example.org/jobs"),
        ("Email resume to jobs@x.example.org", "email", "jobs@x.example.org"),
        ("mailto:jobs@x.example.org", "email", "jobs@x.example.org"),
        ("512.555.0100 ext. 4", "phone", "512.555.0100 x4"),
    ],
)
def test_the_address_in_words_about_applying_is_found(saved, heading, cell, by, to):
    (row,), (draft,) = saved(f"Title,{heading}\nWelder,{cell}\n")

    assert (draft.apply_by, draft.apply_to) == (by, to)
    assert (cell in draft.apply_steps) == (" to " in cell or " at " in cell)


@pytest.mark.parametrize(
    ("heading", "cell", "fields"),
    [
        ("Minimum age", "16+", {"minimum_age": 16}),
        ("Minimum age", "18 or older", {"minimum_age": 18}),
        ("Minimum age", "Must be 18 years old", {"minimum_age": 18}),
        ("Minimum age", "none", {"minimum_age": None}),
        ("Education", "HS diploma/GED", {"education": "high-school"}),
        ("Education", "High school or equivalent", {"education": "high-school"}),
        ("Education", "Associate's degree", {"education": "associate"}),
        ("Education", "Currently enrolled", {"education": "enrolled"}),
        ("Shift", "1st shift / Weekends", {"shifts": ["day", "weekend"]}),
        ("Shift", "Night shift", {"shifts": ["night"]}),
        ("Supports", "none", {"supports": []}),
        ("Season", "Summer 2027", {"term": "summer"}),
        ("Paid?", "Yes - $15/hr", {"paid": "wage", "pay_unit": "hour"}),
        ("Pay", "Yes, $18 to start", {"paid": "wage", "pay_unit": "hour"}),
        ("# of openings", "2", {"openings": 2}),
    ],
)
def test_short_answers_in_the_words_of_people(saved, heading, cell, fields):
    (row,), drafts = saved(f'Title,{heading}\nWelder,"{cell}"\n')

    assert row.errors == []
    assert {name: getattr(drafts[0], name) for name in fields} == fields


def test_a_row_without_a_place_says_which_one_it_begins_with(saved, with_usual_way, company):
    company.employer.usual |= {"locations": [["78701", ""]], "supports": ["travel"]}
    company.employer.save()

    (first, second), (welder, _) = saved("Title,Place\nWelder,\nFitter,Austin 78701\n")

    assert welder.locations.get().place_id == "78701"
    assert first.notices == ["No place is said, so your usual one is taken: Austin 78701."]
    assert second.notices == []


@pytest.mark.parametrize(
    ("heading", "cell", "unit"),
    [
        ("Annual salary", "9500", "year"),
        ("Wage ($/hr)", "18", "hour"),
        ("Pay rate (monthly)", "$1,800", "month"),
        ("Hourly wage", "$100/day", "day"),
        ("Hourly or annual pay", "18", "hour"),
    ],
)
def test_the_name_of_the_column_says_what_pay_is_for(saved, heading, cell, unit):
    (row,), (draft,) = saved(f'Title,{heading}\nWelder,"{cell}"\n', {"pay": 1})

    assert draft.pay_unit == unit


def test_pay_that_contradicts_the_name_of_its_column_is_refused(saved):
    (row,), drafts = saved('Title,Hourly wage\nWelder,"52,000"\n')

    assert drafts == []
    assert row.errors == [["Hourly wage", "$52,000.00 for each hour? Check the unit."]]


@pytest.mark.parametrize(
    ("cell", "mode", "note"),
    [("Taylor 76574", "", ""), ("", "remote", "Bus 7 stops at the gate")],
)
def test_the_usual_words_about_a_place_are_not_said_of_another(
    saved, with_usual_way, company, towns, cell, mode, note
):
    company.employer.usual = {"mode": "remote", "place_note": "Bus 7 stops at the gate"}
    company.employer.save()

    _, (draft,) = saved(f"Title,Place\nWelder,{cell}\n")

    assert (draft.mode, draft.place_note) == (mode, note)


@pytest.mark.parametrize(
    ("cell", "openings", "notices"),
    [
        ("2.0", 2, []),
        ("two", 2, ["“two” is read as 2."]),
        ("2 to 3", 2, ["“2 to 3” is read as 2."]),
        ("10+", 10, ["“10+” is read as 10."]),
        ("up to 5 students", 5, ["“up to 5 students” is read as 5."]),
        ("several", None, ["“several” is no number, so none is given."]),
    ],
)
def test_for_how_many_people_in_words(saved, cell, openings, notices):
    (row,), (draft,) = saved(f"Title,# of openings\nWelder,{cell}\n")

    assert (draft.openings, row.notices) == (openings, notices)


@pytest.mark.parametrize("cell", ["-3", "0", "1e5", "2.5", "١٢", "99999"])
def test_for_how_many_people_is_one_or_more(saved, cell):
    (row,), drafts = saved(f"Title,# of openings\nWelder,{cell}\n")

    assert drafts == []
    assert [name for name, _ in row.errors] == ["# of openings"]
