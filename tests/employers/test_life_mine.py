"""All postings of my organizations, one act for many of them, and the desk."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from employers.choices import State
from employers.models import Opportunity, ViewCount
from tests.employers.factories import EmployerFactory, OpportunityFactory
from vocabularies.models import Region

pytestmark = pytest.mark.django_db


@pytest.fixture
def make(company):
    def posting(**fields):
        return OpportunityFactory(employer=EmployerFactory(organization=company), **fields)

    return posting


@pytest.fixture
def rosa(recruiter, signed_in):
    return signed_in(recruiter)


def page(client, query=""):
    return client.get(f"/opportunities/mine/{query}").content.decode()


@pytest.mark.parametrize("number", [1, 3])
def test_the_list_asks_the_same_for_one_and_three(number, make, rosa, django_assert_num_queries):
    for _ in range(number):
        ViewCount.objects.create(opportunity=make(), day=timezone.localdate(), views=2)
    page(rosa)

    with django_assert_num_queries(8):
        assert page(rosa).count('name="row"') == number


def test_the_desk_asks_the_same_for_one_and_three(make, rosa):
    make()
    rosa.get("/desk/")
    with CaptureQueriesContext(connection) as one:
        rosa.get("/desk/")
    make()
    make()

    with CaptureQueriesContext(connection) as three:
        rosa.get("/desk/")

    assert len(three) == len(one)


def test_only_mine_are_listed_and_what_needs_me_comes_first(make, rosa):
    make(title="Quiet One")
    make(title="Mend Me", returned=True)
    make(title="Begun", draft=True)
    OpportunityFactory(title="Of Others")
    make(title="Old", state=State.ARCHIVED)

    listed = page(rosa)

    assert "Of Others" not in listed
    assert "Old" not in listed
    places = [listed.index(f">{title}<") for title in ("Mend Me", "Begun", "Quiet One")]
    assert places == sorted(places)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?standing=expired", "Over"),
        ("?standing=scheduled", "Later"),
        ("?standing=paused", "Resting"),
        ("?standing=open", "Now"),
        ("?standing=archived", "Old"),
        ("?q=night", "Now"),
        ("?kind=internship", "Later"),
    ],
)
def test_the_list_is_asked_by_state_kind_and_words(make, rosa, query, found):
    make(title="Over", expired=True)
    make(title="Later", scheduled=True, kind="internship")
    make(title="Resting", opens_at=timezone.now() + timedelta(days=2))
    make(title="Now", search_title="now, a night shift")
    make(title="Old", state=State.ARCHIVED)

    listed = page(rosa, query)

    shown = {t for t in ("Over", "Later", "Resting", "Now", "Old") if f">{t}</a>" in listed}
    assert shown == {found}


@pytest.mark.parametrize(
    "query", ["?standing=x&kind=y&sort=z&page=9", "?page=-1", "?page=x", "?page=²", "?q=%00"]
)
def test_a_wrong_query_is_no_filter(make, rosa, query):
    make(title="Now")

    assert rosa.get(f"/opportunities/mine/{query}").status_code in (200, 400)


def test_many_are_acted_on_after_a_page_that_says_what_happens(make, rosa):
    opened, draft, expired = make(title="Now"), make(title="Begun", draft=True), make(expired=True)
    others = OpportunityFactory(title="Of Others")
    ticked = {"act": "pause", "row": [opened.pk, draft.pk, expired.pk, others.pk]}

    asked = rosa.get("/opportunities/mine/several/", ticked).content.decode()

    assert "Pause 1 posting?" in asked
    assert "this one is a draft" in asked
    assert "this one is expired" in asked
    assert "Of Others" not in asked
    opened.refresh_from_db()
    assert opened.state == State.PUBLISHED
    answer = rosa.post("/opportunities/mine/several/", ticked, follow=True)
    assert "1 posting paused." in answer.content.decode()
    opened.refresh_from_db()
    others.refresh_from_db()
    assert (opened.state, others.state) == (State.PAUSED, State.PUBLISHED)


def test_what_is_closed_already_says_so_and_no_more(make, rosa):
    closed = make(filled_up=True)
    ticked = {"act": "close", "row": [closed.pk]}

    asked = rosa.get("/opportunities/mine/several/", ticked).content.decode()

    assert "It is closed already." in asked
    assert "this one is closed" not in asked


def test_an_extension_of_many_leaves_alone_what_it_does_not_fit(make, rosa):
    day = timezone.localdate() + timedelta(days=30)
    soon, late = make(), make(title="Late", closes_at=timezone.now() + timedelta(days=90))
    given = {"act": "extend", "row": [soon.pk, late.pk]}

    wrong = rosa.post("/opportunities/mine/several/", given | {"closes_on": "soon"})
    assert wrong.status_code == 422
    assert 'value="soon"' in wrong.content.decode()
    done = rosa.post(
        "/opportunities/mine/several/",
        given | {"closes_on": day.isoformat(), "reason": "A second crew"},
        follow=True,
    ).content.decode()

    assert "1 posting extended." in done
    assert "Late stays as it is." in done
    soon.refresh_from_db()
    assert soon.closes_at.astimezone(Region.current().zone).date() == day


@pytest.mark.parametrize(
    ("act", "trait", "given", "state"),
    [
        ("resume", "paused", {}, State.PUBLISHED),
        ("close", None, {"outcome": "filled-elsewhere"}, State.CLOSED),
        ("archive", "filled_up", {}, State.ARCHIVED),
    ],
)
def test_each_act_for_many(make, rosa, act, trait, given, state):
    rows = [make(**({trait: True} if trait else {})) for _ in range(2)]
    ids = [row.pk for row in rows]

    rosa.post("/opportunities/mine/several/", {"act": act, "row": ids, **given})

    assert set(Opportunity.objects.filter(pk__in=ids).values_list("state", flat=True)) == {state}


def test_duplicating_many_twice_by_one_form_makes_one_draft_of_each(make, rosa):
    rows = [make(), make()]
    given = {
        "act": "duplicate",
        "row": [row.pk for row in rows],
        "token": "8f1f5a34-35f0-4a5f-9a7b-2f7a3fb8c6d1",
    }

    for _ in range(2):
        rosa.post("/opportunities/mine/several/", given)

    copies = Opportunity.objects.exclude(copied_from=None)
    assert {copy.copied_from_id for copy in copies} == {row.pk for row in rows}
    assert {copy.state for copy in copies} == {State.DRAFT}
    assert copies.count() == 2


@pytest.mark.parametrize(
    "given",
    [{}, {"act": "pause"}, {"act": "burn", "row": ["1"]}, {"act": "pause", "row": ["x", "9" * 30]}],
)
def test_nothing_ticked_or_asked_changes_nothing(make, rosa, given):
    make()

    for send in (rosa.get, rosa.post):
        assert send("/opportunities/mine/several/", given).status_code == 302
    assert Opportunity.objects.public().count() == 1


def test_all_that_are_found_can_be_chosen(make, rosa):
    for _ in range(3):
        make()
    make(kind="internship")

    asked = rosa.get(
        "/opportunities/mine/several/", {"act": "pause", "all": "1", "kind": "internship"}
    )

    assert "Pause 1 posting?" in asked.content.decode()


def test_the_desk_says_why_nobody_sees_it_and_what_to_do(make, rosa):
    make(title="Over", expired=True)
    make(title="Mend Me", returned=True)

    desk = rosa.get("/desk/").content.decode()

    assert "It closed" in desk
    assert "Extend it<" in desk
    assert desk.index("Mend Me") < desk.index("Over")
    assert "All 2 of yours" in desk
