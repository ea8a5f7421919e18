"""What everybody can find, count and take along; what nobody may."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from employers.actions import keep_search_words
from employers.browsing.search import OpportunityQuery
from employers.choices import Kind, Mode
from employers.models import Opportunity
from tests.employers.factories import EmployerFactory, OpportunityFactory
from tests.factories import OrganizationFactory, PlaceFactory

pytestmark = pytest.mark.django_db
LISTS = ["/opportunities/", *(f"/opportunities.{form}" for form in ("json", "csv", "atom", "ics"))]


def titles(client: Client, query: str = "") -> list[str]:
    answer = client.get(f"/opportunities.json{query}")
    assert answer.status_code == 200, answer.content
    assert answer.json()["count"] == len(answer.json()["results"])
    return [row["title"] for row in answer.json()["results"]]


@pytest.mark.parametrize(
    "trait", ["draft", "in_review", "returned", "scheduled", "expired", "filled_up", "paused"]
)
def test_what_is_not_open_is_in_no_list(client, region, trait):
    hidden = OpportunityFactory(title="Hidden weldery", **{trait: True})
    OpportunityFactory(title="Shown")

    for path in [*LISTS, "/", "/sitemap.xml", "/search/?q=weldery"]:
        body = client.get(path).getvalue().decode()
        assert f"/opportunities/{hidden.pk}/" not in body, path
        assert "Hidden" not in body, path


def test_a_suspended_organization_takes_its_postings_along(client, region):
    OpportunityFactory(
        employer=EmployerFactory(organization=OrganizationFactory(state="suspended"))
    )

    assert titles(client) == []


@pytest.mark.parametrize("trait", ["expired", "filled_up", "paused"])
def test_what_was_public_answers_as_closed_without_job_markup(client, region, trait):
    row = OpportunityFactory(**{trait: True})

    answer = client.get(row.get_absolute_url())

    assert answer.status_code == 200
    assert b"ld+json" not in answer.content
    assert b"noindex" in answer.content
    assert b"How to apply</a>" not in answer.content


@pytest.mark.parametrize("trait", ["draft", "in_review", "returned", "scheduled"])
def test_strangers_never_learn_of_what_is_not_public_yet(
    client, signed_in, region, outsider, trait
):
    row = OpportunityFactory(**{trait: True})

    assert client.get(row.get_absolute_url()).status_code == 404
    assert signed_in(outsider).get(row.get_absolute_url()).status_code == 404


def test_an_open_job_carries_markup_and_a_visit_none(client, region):
    job = OpportunityFactory(title="Job </script><b>")
    visit = OpportunityFactory(kind=Kind.JOB_SHADOW, paid="unpaid", pay_min=None, pay_max=None)

    page = client.get(job.get_absolute_url()).content.decode()
    script = page.split('<script type="application/ld+json">')[1].split("</script>")[0]
    markup = json.loads(script)

    assert markup["title"] == job.title
    assert markup["validThrough"].endswith(("-05:00", "-06:00"))
    assert markup["baseSalary"]["value"]["unitText"] == "HOUR"
    assert "ld+json" not in client.get(visit.get_absolute_url()).content.decode()


def test_each_filter_narrows(client, region):
    far = PlaceFactory(zip="78602", city="Bastrop", latitude=30.11, longitude=-97.31)
    OpportunityFactory(title="Near", kind=Kind.APPRENTICESHIP, pay_min=16, supports=["class"])
    OpportunityFactory(title="Far", kind=Kind.INTERNSHIP, places=[far], pay_min=21)
    remote = OpportunityFactory(title="Remote", mode=Mode.REMOTE, paid="unpaid", pay_min=None)
    remote.locations.all().delete()

    assert set(titles(client)) == {"Near", "Far", "Remote"}
    assert titles(client, "?kind=internship") == ["Far"]
    assert set(titles(client, "?kind=internship&kind=apprenticeship")) == {"Near", "Far"}
    assert titles(client, "?near=78701&within=25") == ["Near"]
    assert titles(client, "?near=78701&within=50&sort=distance") == ["Near", "Far"]
    assert titles(client, "?pay=20") == ["Far"]
    assert set(titles(client, "?pay=paid")) == {"Near", "Far"}
    assert titles(client, "?supports=class") == ["Near"]
    assert titles(client, "?mode=remote") == ["Remote"]
    assert titles(client, "?county=48453&kind=apprenticeship") == ["Near"]
    assert titles(client, "?nonsense=1&kind=internship") == ["Far"]


def test_words_find_titles_employers_and_accents(client, region):
    row = OpportunityFactory(title="Practicante de posproducción")
    keep_search_words(row)

    for words in ("posproduccion", "POSPRODUCCIÓN", row.employer_name):
        assert titles(client, f"?q={words}") == [row.title], words
    assert titles(client, "?q=carpenter") == []


def test_counts_stand_beside_each_filter(client, region):
    OpportunityFactory.create_batch(2, kind=Kind.APPRENTICESHIP)
    OpportunityFactory(kind=Kind.INTERNSHIP)

    context = client.get("/opportunities/?kind=internship").context

    counts = {value: n for value, _, n, _ in context["panel"]["kind"]}
    assert (counts["apprenticeship"], counts["internship"]) == (2, 1)
    assert context["total"] == 1


@pytest.mark.parametrize("order", ["closing", "newest", "pay", "distance"])
def test_pages_follow_one_another_without_gap_or_double(client, region, order):
    made = OpportunityFactory.create_batch(7)
    Opportunity.objects.filter(pk__in=[row.pk for row in made[:3]]).update(closes_at=None)
    Opportunity.objects.filter(pk=made[4].pk).update(pay_min=None, pay_max=None, paid="unpaid")
    query = OpportunityQuery.from_querystring(f"sort={order}&near=78701")
    everything = [row.pk for row in query.sorted(query.filter(Opportunity.objects.public()))]

    seen: list[int] = []
    while True:
        rows, after, _ = query.page(query.filter(Opportunity.objects.public()), 2)
        seen += [row.pk for row in rows]
        if not after:
            break
        query = OpportunityQuery.from_querystring(
            f"sort={order}&near=78701&after={after}".replace("+", "%2B")
        )
        assert not query.errors

    assert seen == everything
    assert len(seen) == 7


@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize(
    ("path", "queries"),
    [
        ("/opportunities/", 3),
        ("/opportunities.json", 6),
        ("/opportunities.csv", 5),
        ("/opportunities.xlsx", 5),
        ("/opportunities.atom", 5),
        ("/opportunities.ics", 5),
        ("/employers/", 5),
    ],
)
def test_a_lists_queries_do_not_grow_with_its_rows(
    client, region, django_assert_num_queries, path, queries, rows
):
    OpportunityFactory.create_batch(rows)
    client.get(path)

    with django_assert_num_queries(queries):
        client.get(path).getvalue()


def test_wrong_values_get_a_sentence_and_keep_the_rest(client, region):
    OpportunityFactory(kind=Kind.INTERNSHIP, title="Kept")

    answer = client.get("/opportunities/?kind=internship&near=99999&sort=price")

    assert answer.status_code == 400
    body = answer.content.decode()
    assert "no ZIP code that we know" in body
    assert "Kept" in body
    assert client.get("/opportunities.json?within=7").json()["errors"]


KEYS = (
    "q kind sector county mode supports near within pay occupation program sort after before hours "
    "start start_by under18 education skill show"
).split()


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    query=st.dictionaries(
        st.sampled_from(KEYS),
        st.one_of(
            st.text(max_size=40),
            st.sampled_from(
                ["9" * 30, "-1", "nan", "inf~1", "~1", "2026-01-01~1", "9999-12-31T23:59~1", "\0"]
            ),
        ),
        max_size=6,
    ),
    path=st.sampled_from(LISTS),
)
def test_no_query_breaks_a_list(client, region, query: dict[str, Any], path: str):
    query = {key: value.encode("utf-8", "replace").decode() for key, value in query.items()}

    assert client.get(path, query).status_code in (200, 400)


@pytest.mark.parametrize("raw", ["q=%00", "q=%ff%fe", "q=" + "x" * 9000, "q=%ed%a0%80"])
@pytest.mark.parametrize("path", ["/", "/search/", *LISTS])
def test_undecodable_queries_are_refused_with_a_page(client, region, raw, path):
    answer = client.get(path, QUERY_STRING=raw)

    assert answer.status_code in (200, 400)
    assert b"Traceback" not in answer.getvalue()


@pytest.mark.parametrize(
    "path",
    [
        "/opportunities/0/x/",
        "/opportunities/999999999999999999/x/",
        "/opportunities/9999999999999999999999/x/",
        "/opportunities/abc/x/",
        "/opportunities/-1/x/",
        "/employers/nobody/",
        "/opportunities/1/%00/",
    ],
)
def test_wrong_ids_are_not_here(client, region, path):
    assert client.get(path).status_code in (400, 404)


def test_csv_cells_cannot_be_formulas(client, region):
    OpportunityFactory(title="=1+1 weld")

    assert "'=1+1 weld" in client.get("/opportunities.csv").getvalue().decode()


def test_a_wrong_slug_leads_to_the_right_address(client, region):
    row = OpportunityFactory()

    answer = client.get(reverse("employers:opportunity_show", args=[row.pk, "other"]))

    assert (answer.status_code, answer["Location"]) == (301, row.get_absolute_url())


def test_a_first_view_is_light(client, region):
    OpportunityFactory.create_batch(25)

    assert len(client.get("/opportunities/").content) < 60_000


def test_it_is_gone_the_minute_after_it_closes(client, region, time_machine):
    row = OpportunityFactory()

    time_machine.move_to(row.closes_at - timedelta(seconds=1))
    assert titles(client) == [row.title]
    time_machine.move_to(row.closes_at)
    assert titles(client) == []
