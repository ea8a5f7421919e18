"""Tables as people keep them: each ends in sensible drafts, or in a clear sentence."""

import io
from datetime import date
from uuid import uuid4

import pytest
from openpyxl import Workbook

from employers.actions import imports as actions
from employers.importing import cells
from employers.importing.cells import CellError
from employers.importing.reading import Unreadable, read_table
from employers.models import Opportunity
from tests.factories import PlaceFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def saved(company, recruiter, django_capture_on_commit_callbacks):
    """`saved(file)` → (its rows, the drafts that came of it)."""

    def save(data, **choices):
        with django_capture_on_commit_callbacks(execute=True):
            batch = actions.begin_import(
                organization=company,
                file_name="list.csv",
                table=read_table(data if isinstance(data, bytes) else data.encode()),
                token=uuid4(),
                by=recruiter,
            )
            choices = {"kind": "internship"} | choices
            actions.match_import(batch=batch, columns=batch.columns, choices=choices, by=recruiter)
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


@pytest.mark.parametrize("cell", ["3/4/27", "4 Mar 2027", "20270304", "46450", "Mar. 4th, 2027"])
def test_a_day_in_many_ways(cell):
    assert cells.day(cell) == date(2027, 3, 4)


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
