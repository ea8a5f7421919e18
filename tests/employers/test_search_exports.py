"""The list to take along: what each file holds, and that nothing in it does harm."""

import csv
import io
import re
from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree

import openpyxl
import pytest
from django.utils import timezone
from icalendar import Calendar

from employers.export import COLUMNS
from employers.importing.columns import match_columns
from employers.models import SkillWanted
from employers.views import exports
from tests.employers.factories import OpportunityFactory
from tests.factories import PlaceFactory
from vocabularies.models import Skill

pytestmark = pytest.mark.django_db
ATOM = "{http://www.w3.org/2005/Atom}"


def table(client, query=""):
    text = client.get(f"/opportunities.csv{query}").getvalue().decode()
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_the_lists_to_take_along_keep_the_order_of_the_page(client, region):
    for pay in ("18.00", "25.00", "21.00"):
        OpportunityFactory(title=f"At {pay}", pay_min=pay, pay_max=None)

    page = client.get("/opportunities/?sort=pay&show=map").content.decode()

    links = re.findall(r'href="(/opportunities\.(?:csv|xlsx|json)[^"]*)"', page)
    assert [link.partition("?")[2] for link in links] == ["sort=pay"] * 3
    text = client.get(links[0]).getvalue().decode()
    assert re.findall(r"At ([\d.]+)", text) == ["25.00", "21.00", "18.00"]


def test_csv_holds_the_fields_of_exactly_the_filtered_list(client, region):
    kyle = PlaceFactory(zip="78640", city="Kyle", latitude=29.99, longitude=-97.88)
    row = OpportunityFactory(
        title="Fits",
        kind="internship",
        summary="=HYPERLINK(1)",
        tasks="Two\nlines, and a comma",
        places=[PlaceFactory(), kyle],
        supports=["class", "tools"],
        minimum_age=16,
    )
    SkillWanted.objects.create(
        opportunity=row, skill=Skill.objects.create(slug="writing", name="Writing")
    )
    OpportunityFactory(title="Other kind")
    OpportunityFactory(title="Draft", kind="internship", draft=True)

    found = table(client, "?kind=internship")

    assert [cells["title"] for cells in found] == ["Fits"]
    cells = found[0]
    assert list(cells) == COLUMNS
    assert cells["summary"] == "'=HYPERLINK(1)"
    assert cells["tasks"] == "Two\nlines, and a comma"
    assert cells["places"] == "Austin 78701; Kyle 78640"
    assert cells["supports"] == "class; tools"
    assert cells["skills"] == "writing"
    assert (cells["pay_min"], cells["pay_unit"], cells["minimum_age"]) == ("19.00", "hour", "16")
    assert datetime.fromisoformat(cells["closes"]) == row.closes_at


def test_our_own_columns_are_recognised_on_import():
    matched = match_columns(COLUMNS, {})

    missing = set(COLUMNS) - {COLUMNS[number] for number in matched.values()}
    for name in "kind title tasks places street hours_min pay_min closes opens starts_on".split():
        assert name not in missing
    assert matched["portal_id"] == 0


def test_csv_comes_in_pieces_and_ends_whole(client, region, monkeypatch):
    monkeypatch.setattr("employers.export.CHUNK", 2)
    OpportunityFactory.create_batch(5)

    pieces = list(client.get("/opportunities.csv").streaming_content)

    assert len(pieces) == 3
    assert len(list(csv.reader(io.StringIO(b"".join(pieces).decode(), newline="")))) == 6


def test_a_workbook_says_what_it_is_and_where_it_ends(client, region, monkeypatch):
    monkeypatch.setattr(exports, "MOST_IN_A_WORKBOOK", 2)
    OpportunityFactory(title="=1+1")
    OpportunityFactory.create_batch(2)
    OpportunityFactory(title="Hidden", draft=True)

    book = openpyxl.load_workbook(io.BytesIO(client.get("/opportunities.xlsx").content))

    rows = list(book["Opportunities"].values)
    assert list(rows[0]) == COLUMNS
    assert len(rows) == 3
    assert rows[1][COLUMNS.index("title")] == "'=1+1"
    about = dict(book["About"].values)
    assert (about["Opportunities found"], about["Rows in this file"]) == ("3", "2")
    assert about["End"].startswith("There are more.")


def test_deadlines_are_moments_with_a_zone(client, region):
    closes = datetime(2027, 1, 15, 23, 0, tzinfo=UTC)
    row = OpportunityFactory(title="Line; worker, trainee", closes_at=closes)
    OpportunityFactory(closes_at=None)
    OpportunityFactory(title="Hidden", draft=True)

    calendar = Calendar.from_ical(client.get("/opportunities.ics").content)

    events = calendar.walk("VEVENT")
    assert len(events) == 1
    assert events[0].decoded("dtend") == closes
    assert events[0].decoded("dtend").utcoffset() == timedelta(0)
    assert events[0]["summary"] == f"Closes: Line; worker, trainee, {row.employer_name}"
    assert "5:00 pm CST" in events[0]["description"]


def test_a_feed_is_well_formed_and_newest_first(client, region):
    now = timezone.now()
    OpportunityFactory(title="Older & <b>wiser</b>", public_since=now - timedelta(days=3))
    OpportunityFactory(title="Newest", public_since=now - timedelta(hours=1))
    OpportunityFactory(title="Hidden", draft=True)

    feed = ElementTree.fromstring(client.get("/opportunities.atom").content)  # noqa: S314

    entries = feed.findall(f"{ATOM}entry")
    assert [entry.find(f"{ATOM}title").text.split(",")[0] for entry in entries] == [
        "Newest",
        "Older & <b>wiser</b>",
    ]
    for stamp in feed.iter(f"{ATOM}updated"):
        assert datetime.fromisoformat(stamp.text).tzinfo
    assert len({entry.find(f"{ATOM}id").text for entry in entries}) == 2


@pytest.mark.parametrize("form", ["json", "csv", "xlsx", "atom", "ics"])
def test_a_wrong_value_never_widens_a_file(client, region, form):
    OpportunityFactory()

    answer = client.get(f"/opportunities.{form}?hours=7")

    assert answer.status_code == 400
    assert b"Choose one of the numbers of hours." in answer.getvalue()


def test_a_long_sitemap_is_an_index(client, region, monkeypatch):
    row = OpportunityFactory()
    hidden = OpportunityFactory(draft=True)
    assert row.get_absolute_url() in client.get("/sitemap.xml").content.decode()
    monkeypatch.setattr("employers.sitemap.is_short", lambda room: False)

    index = client.get("/sitemap.xml").content.decode()

    assert "<sitemapindex" in index
    assert "/sitemap-0.xml" in index
    assert "/sitemap-1.xml" in index
    part = client.get("/sitemap-1.xml").content.decode()
    assert row.get_absolute_url() in part
    assert f"/opportunities/{hidden.pk}/" not in part
    assert "/plan/" in client.get("/sitemap-0.xml").content.decode()
    for number in ("2", "99999999999999999999"):
        assert client.get(f"/sitemap-{number}.xml").status_code == 404
