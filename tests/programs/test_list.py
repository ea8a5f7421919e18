"""The inventory as a list: what is in it, in which order, and what it refuses."""

import csv
import io
from decimal import Decimal

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.choices import OrganizationState
from programs.choices import Tier
from tests.factories import PlaceFactory
from tests.programs.factories import ProgramFactory, ProviderFactory
from vocabularies.models import AlternateTitle, Occupation

pytestmark = pytest.mark.django_db


def titles(client: Client, query: str = "") -> list[str]:
    return [row["title"] for row in client.get(f"/programs.json{query}").json()["results"]]


@pytest.mark.parametrize("rows", [1, 3])
def test_list_asks_the_same_queries_however_many_rows(
    rows, client, region, django_assert_num_queries
):
    ProgramFactory.create_batch(rows)

    # The region; counts, rows; sectors and counties; four counts at filters.
    with django_assert_num_queries(9):
        page = client.get("/programs/")

    assert page.content.count(b'class="entry offer"') == rows


@pytest.mark.parametrize("rows", [1, 3])
def test_data_asks_the_same_queries_however_many_rows(
    rows, client, region, django_assert_num_queries
):
    ProgramFactory.create_batch(rows)

    with django_assert_num_queries(4):
        assert client.get("/programs.json").json()["count"] == rows
    with django_assert_num_queries(2):
        client.get("/programs.csv")


def test_words_find_title_provider_and_occupation_without_accents(client, region):
    occupation = Occupation.objects.create(code="31-1131.00", title="Nursing Assistants")
    AlternateTitle.objects.create(occupation=occupation, title="Certified Nurse Aide (CNA)")
    provider = ProviderFactory(organization__name="Escuela Técnica")
    ProgramFactory(title="Patient Care", provider=provider, occupations=[occupation])
    ProgramFactory(title="Welding")

    assert titles(client, "?q=cna") == ["Patient Care"]
    assert titles(client, "?q=tecnica") == ["Patient Care"]
    assert titles(client, "?q=PATIÉNT") == ["Patient Care"]
    assert titles(client, "?q=weld") == ["Welding"]
    assert titles(client, "?q=***") == []


def test_filters_combine_and_unknown_keys_are_ignored(client, region):
    kyle = PlaceFactory(zip="78640", city="Kyle", county__fips="48209", county__name="Hays County")
    ProgramFactory(title="Plumbing", tier=Tier.MIDDLE_WAGE, place=kyle)
    ProgramFactory(title="Wiring", tier=Tier.MIDDLE_WAGE)
    ProgramFactory(title="Books", online=True)

    assert titles(client, "?tier=middle-wage&county=48209") == ["Plumbing"]
    assert titles(client, "?format=online&utm_source=x&tier=") == ["Books"]
    assert titles(client, "?sector=construction&sort=title") == ["Books", "Plumbing", "Wiring"]


def test_only_public_organizations_and_active_programs_are_shown(client, region):
    ProgramFactory(title="Shown")
    ProgramFactory(title="Ended", active=False)
    pending = ProviderFactory(
        organization__state=OrganizationState.PENDING, organization__verified_at=None
    )
    hidden = ProgramFactory(title="Not verified", provider=pending)

    assert titles(client) == ["Shown"]
    assert client.get(hidden.get_absolute_url()).status_code == 404
    assert b"Not verified" not in client.get("/programs.csv").content


def test_every_order_pages_through_all_rows_once(client, region, monkeypatch):
    monkeypatch.setattr("programs.views.ROWS_OF_DATA", 2)
    for title, cost in [("A", 5), ("B", None), ("C", 5), ("D", 0), ("E", 7)]:
        ProgramFactory(title=title, cost_total=cost if cost is None else Decimal(cost))

    found = {}
    for sort in ("title", "cost", "checked"):
        found[sort], url = "", f"/programs.json?sort={sort}"
        while url:
            page = client.get(url).json()
            found[sort] += "".join(row["title"] for row in page["results"])
            url = page["next"] and page["next"].split("8000", 1)[1]

    assert found == {"title": "ABCDE", "cost": "DACEB", "checked": "EDCBA"}


@pytest.mark.parametrize(
    "query",
    [
        "tier=rich",
        "format=x",
        "county=1",
        "county=99999",
        "sector=no-such",
        "sort=title;drop",
        "after=0",
        "after=abc",
        "after=99999999999999999999",
        "after=424242",
        "q=" + "x" * 201,
    ],
)
def test_wrong_value_is_refused_with_a_sentence(query, client, region):
    page = client.get(f"/programs/?{query}")

    assert page.status_code == 400
    assert b"This list cannot be shown" in page.content
    assert b"<title>Error: " in page.content
    assert client.get(f"/programs.json?{query}").status_code == 400


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    path=st.sampled_from(["/programs/", "/programs.json", "/programs.csv"]),
    query=st.dictionaries(
        st.sampled_from("q sector county tier format sort after x".split()),
        st.text(st.characters(codec="utf-8"), max_size=30),
        max_size=4,
    ),
)
def test_no_query_breaks_the_list(path, query, client, region):
    assert client.get(path, query).status_code in (200, 400)


def test_empty_list_offers_something_wider(client, region):
    ProgramFactory(title="Welding")

    page = client.get("/programs/?q=welding&tier=middle-wage").content.decode()

    assert "No program fits all of that just now" in page
    assert '<a href="/programs/?q=welding">Without Middle-wage jobs</a></p><p>1 found' in page


def test_csv_is_the_filtered_list_and_runs_nothing(client, region):
    ProgramFactory(title="=HYPERLINK(1)", credential="+1")
    ProgramFactory(title="Other", tier=Tier.MIDDLE_WAGE)

    answer = client.get("/programs.csv?tier=entry")
    rows = list(csv.DictReader(io.StringIO(answer.content.decode(), newline="")))

    assert answer["Content-Disposition"] == 'attachment; filename="programs.csv"'
    assert [(row["title"], row["credential"]) for row in rows] == [("'=HYPERLINK(1)", "'+1")]


def test_lists_answer_no_post(client, region):
    assert client.post("/programs/").status_code == 405
