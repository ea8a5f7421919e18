"""The demo's table of edges: each row ends as its own last column says."""

from pathlib import Path
from uuid import uuid4

import pytest

from employers.actions import imports as actions
from employers.choices import ImportState, Kind, Paid, PayUnit, Source, State
from employers.importing.reading import read_table
from employers.models import Opportunity
from tests.factories import CountyFactory, PlaceFactory
from vocabularies.models import County, Occupation, Region

pytestmark = pytest.mark.django_db

FILE = Path(__file__).parent / "data" / "opportunities_edge.csv"
CODES = "51-4121.00 53-3032.00 17-3024.00 15-1252.00 47-2111.00 15-2051.01 53-7065.00".split()
CITIES = {
    "76574": "Taylor",
    "76541": "Killeen",
    "78753": "Austin",
    "78602": "Bastrop",
    "78664": "Round Rock",
    "78634": "Hutto",
}
# What the sentence of each expectation is, where it is refused: (column, part of our sentence).
REFUSED = {
    "on-site needs a place": ("place", "On site needs a place"),
    "highest pay below lowest": ("pay", "$20.00 is less than the starting pay of $30.00."),
    "closes before it opens": ("closes_offset_d", "It closes before it opens."),
    "reference X02 stands in this file already": (
        "ref",
        "Reference X02 stands in this file already",
    ),
    "unknown occupation code (or accepted without it by choice in the dry run)": (
        "onet_soc",
        "Unknown occupation code 99-9999.00.",
    ),
    "title too long": ("title", "Use at most 80 characters"),
    "openings must be 1 or more": ("slots", "Give 1 or more."),
    "invisible direction marks": ("title", "Take out the invisible direction marks."),
}


@pytest.fixture
def region_of_the_demo(region: Region) -> Region:
    for zip_code, city in CITIES.items():
        PlaceFactory(zip=zip_code, city=city)
    bexar = CountyFactory(fips="48029", name="Bexar County")
    PlaceFactory(zip="78205", city="San Antonio", county=bexar)
    for code in CODES:
        Occupation.objects.create(code=code, title=f"Occupation {code}")
    region.counties.set(County.objects.exclude(pk=bexar.pk))
    return region


@pytest.fixture
def checked(region_of_the_demo, company, recruiter, django_capture_on_commit_callbacks):
    """The table as a member of one employer brings it, with all columns matched by name."""

    def check(**allowed):
        with django_capture_on_commit_callbacks(execute=True):
            batch = actions.begin_import(
                organization=company,
                file_name=FILE.name,
                table=read_table(FILE.read_bytes()),
                token=uuid4(),
                by=recruiter,
            )
            actions.match_import(batch=batch, columns=batch.columns, choices=allowed, by=recruiter)
        batch.refresh_from_db()
        assert batch.state == ImportState.CHECKED
        return batch

    return check


def test_each_row_ends_as_the_table_says(checked):
    batch = checked()

    wrong = []
    for row in batch.rows.all():
        expected = row.cells[batch.header.index("expected")]
        if expected.startswith("refused: "):
            column, sentence = REFUSED[expected.removeprefix("refused: ")]
            as_said = [n for n, said in row.errors if n == column and sentence in said]
            if row.outcome != "refused" or not as_said:
                wrong.append((row.number, expected, row.outcome, row.errors))
        elif row.outcome != "new" or bool(row.notices) != ("notice" in expected):
            wrong.append((row.number, expected, row.outcome, row.errors, row.notices))
    assert wrong == []
    assert Opportunity.objects.count() == 0


def test_the_trainee_from_elsewhere_comes_with_two_notices(checked):
    row = checked().rows.get(number=3)

    assert row.notices == [
        "San Antonio 78205 lies outside of the region, in Bexar County.",
        "Yearly pay is kept as yearly: $52,000 a year.",
    ]


def test_an_unknown_code_passes_by_choice(checked):
    row = checked(without_codes=True).rows.get(number=7)

    assert row.outcome == "new"
    assert row.notices == ["Unknown occupation code 99-9999.00. It is taken without an occupation."]


def test_what_is_accepted_becomes_drafts(checked, recruiter, django_capture_on_commit_callbacks):
    batch = checked()

    with django_capture_on_commit_callbacks(execute=True):
        actions.run_import(batch=batch, by=recruiter)

    trainee, practicante = Opportunity.objects.order_by("external_id")
    assert (trainee.external_id, practicante.external_id) == ("X02", "X09")
    assert trainee.state == State.DRAFT
    assert trainee.source == Source.FILE
    assert trainee.batch == batch
    assert trainee.kind == Kind.ON_THE_JOB
    assert (trainee.paid, trainee.pay_min, trainee.pay_unit) == (Paid.WAGE, 52000, PayUnit.YEAR)
    assert str(trainee.locations.get()) == "San Antonio 78205"
    assert practicante.title == "Practicante de almacén"
    assert practicante.tasks == 'Two paragraphs.\n\n"Quotes", commas, ñ.'
    assert (practicante.hours_min, practicante.length, practicante.length_unit) == (20, 8, "weeks")
    assert practicante.openings == 2
    assert practicante.education == "none"
    assert practicante.closes_at is not None
    assert practicante.starts_on is not None
