"""The roof's own pages, and what every public address must bear."""

from datetime import timedelta

import pytest
import redis.exceptions
from django.core.cache import cache
from django.db import OperationalError
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from partnerships import views
from tests.employers.factories import OpportunityFactory

pytestmark = pytest.mark.django_db

PUBLIC = [
    "/",
    "/search/",
    "/open-data/",
    "/accessibility/",
    "/privacy/",
    "/region.css",
    "/healthz",
    "/readyz",
    "/robots.txt",
    "/sitemap.xml",
    "/sitemap-0.xml",
    "/lookups/occupations.json",
    "/lookups/places.json",
    "/opportunities/",
    "/opportunities.json",
    "/opportunities.csv",
    "/opportunities.xlsx",
    "/opportunities.atom",
    "/opportunities.ics",
    "/opportunities/occupations/",
    "/opportunities/1/x/",
    "/opportunities/1/report/",
    "/reports/sent/",
    "/opportunities/answer/x/",
    "/employers/",
    "/employers/x/",
    "/organizations/x/",
    "/invitations/x/",
    "/invitations/x/again/",
    "/programs/",
    "/programs.json",
    "/programs.csv",
    "/programs/1/x/",
    "/career-centers/",
    "/plan/",
    "/plan.json",
    "/plan.csv",
    "/plan.md",
    "/plan.pdf",
    "/plan/print/",
    "/plan/data/",
    "/plan/data.json",
    "/plan/comments.csv",
    "/plan/comments.json",
    "/plan/roles.json",
    "/plan/3.2.pdf",
    "/plan/3.2/",
    "/plan/roles/",
    "/plan/groups/",
    "/plan/groups/ET/",
    "/plan/progress/",
    "/plan/responses/",
    "/plan.atom",
    "/plan/follow/",
    "/plan/follow/sent/",
    "/plan/follow/confirm/x/",
    "/plan/follows/x/",
    "/plan/follows/x/end/",
    "/plan/spoken/",
    "/plan/versions/",
    "/plan/versions/compare/",
    "/plan/comments/transparency/",
    "/plan/comments/transparency.csv",
    "/comments/sent/",
    "/comments/x/",
    "/comments/confirm/x/",
    "/subscribe/",
    "/subscribe/sent/",
    "/subscriptions/x/",
    "/unsubscribe/x/",
    "/accounts/login/",
    "/accounts/signup/",
    "/accounts/password/reset/",
]
KEYS = (
    "q kind sector county mode supports near within pay occupation program sort after tier page "
    "version from to token next was state format unknown before hours start start_by under18 "
    "education skill show"
).split()
ODD = ["9" * 30, "-1", "nan", "~1", "2026-01-01~1", "\0", "1e400", "../..", "<script>", "%", "[]"]


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    path=st.sampled_from(PUBLIC),
    query=st.dictionaries(
        st.sampled_from(KEYS),
        st.one_of(st.text(max_size=30), st.sampled_from(ODD)),
        max_size=5,
    ),
)
def test_no_query_breaks_a_public_page(client, region, path, query):
    query = {key: value.encode("utf-8", "replace").decode() for key, value in query.items()}

    assert client.get(path, query).status_code < 500


@pytest.mark.parametrize(
    "raw",
    [b"q=%00", b"q=%ff%fe", b"q=%ed%a0%80", b"q=" + b"x" * 50_000, b"q=1&" * 2_000, b"%", b"=&=&"],
)
@pytest.mark.parametrize("path", PUBLIC)
def test_no_raw_query_breaks_a_public_page(client, region, path, raw):
    assert client.get(path, QUERY_STRING=raw.decode()).status_code < 500


@pytest.mark.parametrize(
    "path", ["/%00/", "/plan/%ff/", "/opportunities/%ed%a0%80/x/", "/" + "x" * 3000]
)
def test_broken_paths_get_a_page_of_ours(client, region, path):
    answer = client.get(path)

    assert answer.status_code in (400, 404)
    assert b"Hill &amp; River" in answer.content


@pytest.mark.parametrize("method", ["options", "put", "delete", "patch"])
def test_other_methods_change_and_break_nothing(client, region, method):
    for path in PUBLIC:
        assert getattr(client, method)(path).status_code < 500, path


def test_home_tells_what_is_open_and_what_closes(client, region):
    OpportunityFactory(title="Soonest", closes_at=timezone.now() + timedelta(days=1))
    OpportunityFactory(title="Draft of mine", draft=True)

    body = client.get("/").content.decode()

    assert "1 opportunity is open today with 1 employer" in body
    assert "Soonest" in body
    assert "Draft of mine" not in body


def test_home_stands_before_anything_is_loaded(client, db):
    assert client.get("/").status_code == 200


def test_every_answer_carries_its_id_and_the_security_headers(client, region):
    answer = client.get("/", headers={"X-Request-ID": "abcdef-12345"})

    assert answer["X-Request-ID"] == "abcdef-12345"
    assert answer["Content-Security-Policy"].startswith("default-src 'none'")
    assert "unsafe" not in answer["Content-Security-Policy"]
    for header in (
        "X-Frame-Options",
        "X-Content-Type-Options",
        "Referrer-Policy",
        "Cross-Origin-Opener-Policy",
        "Permissions-Policy",
    ):
        assert answer[header]


def test_readyz_says_what_is_away(client, region, monkeypatch):
    assert client.get("/readyz").json()["ready"] is True

    def away(*args: object) -> None:
        raise redis.exceptions.ConnectionError

    monkeypatch.setattr(cache, "get", away)
    answer = client.get("/readyz")

    assert (answer.status_code, answer.json()["cache"]) == (503, False)
    assert client.get("/").status_code == 200


def test_robots_and_sitemap_agree_on_what_is_public(client, region):
    row = OpportunityFactory()

    assert "Sitemap: " in client.get("/robots.txt").content.decode()
    assert row.get_absolute_url() in client.get("/sitemap.xml").content.decode()


@pytest.mark.parametrize("person", ["coordinator", "recruiter", "counselor", "outsider"])
def test_a_desk_asks_as_much_with_three_things_as_with_one(
    request, signed_in, region, company, person, django_assert_max_num_queries
):
    client: Client = signed_in(request.getfixturevalue(person))
    OpportunityFactory.create_batch(3, in_review=True)
    client.get("/desk/")

    with django_assert_max_num_queries(26):
        assert client.get("/desk/").status_code == 200


def test_the_address_of_a_button_says_that_it_is_no_page(signed_in, recruiter, region):
    opportunity = OpportunityFactory()

    answer = signed_in(recruiter).get(f"/opportunities/{opportunity.pk}/send/")

    assert (answer.status_code, answer["Allow"]) == (405, "POST")
    assert "There is nothing to read here" in answer.content.decode()


def test_the_repair_desk_has_no_door_of_its_own(client, region):
    answer = client.get("/admin/login/?next=/admin/")

    assert answer.status_code == 302
    assert answer["Location"].startswith("/accounts/login/")


@pytest.mark.parametrize(
    ("fault", "status", "words"),
    [
        (ValueError, 500, b"Something broke on our side"),
        (OperationalError, 503, b"We are away for a moment"),
        (redis.exceptions.ConnectionError, 503, b"We are away for a moment"),
    ],
)
def test_a_fault_gets_a_page_of_ours_with_its_number(region, monkeypatch, fault, status, words):
    def fail() -> None:
        raise fault

    monkeypatch.setattr(views, "plan_glance", fail)
    client = Client(raise_request_exception=False)

    answer = client.get("/", headers={"X-Request-ID": "abcdef-12345"})

    assert answer.status_code == status
    assert words in answer.content
    assert b"abcdef-12345" in answer.content
    assert b"Hill &amp; River" in answer.content


def test_every_shape_stands_on_the_components_page(client, region):
    OpportunityFactory()

    body = client.get("/dev/components/").content.decode()

    for shape in "facts ledger error-summary timeline filters empty role-l st-done".split():
        assert shape in body, shape
