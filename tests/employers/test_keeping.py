"""What a person keeps: postings and searches, theirs alone."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from employers.actions import keep_opportunity, save_search
from employers.browsing.search import OpportunityQuery
from employers.models import Kept, Opportunity, SavedSearch
from tests.employers.factories import EmployerFactory, OpportunityFactory
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


def save_url(row: Opportunity) -> str:
    return reverse("employers:opportunity_save", args=[row.pk])


def saved(user: Any, querystring: str, **fields: Any) -> SavedSearch:
    query = OpportunityQuery.from_querystring(querystring)
    search = save_search(query=query, name=query.describe()[:80], by=user)
    for name, value in fields.items():
        setattr(search, name, value)
    search.save()
    return search


def test_a_posting_is_kept_and_taken_off(signed_in, region, counselor):
    row = OpportunityFactory(title="Line worker")
    client = signed_in(counselor)

    answer = client.post(save_url(row), {"keep": "yes", "next": "/opportunities/?kind=co-op"})

    assert (answer.status_code, answer["Location"]) == (302, "/opportunities/?kind=co-op")
    assert "Line worker" in client.get("/saved/").content.decode()
    client.post(save_url(row), {"keep": "no"})
    assert "Line worker" not in client.get("/saved/").content.decode()


def test_the_way_back_leads_to_no_other_site(signed_in, region, counselor):
    row = OpportunityFactory()

    answer = signed_in(counselor).post(save_url(row), {"next": "https://elsewhere.example.org/"})

    assert answer["Location"] == row.get_absolute_url()


def test_htmx_gets_the_button_alone(signed_in, region, counselor):
    row = OpportunityFactory()

    answer = signed_in(counselor).post(
        save_url(row), {"keep": "yes"}, headers={"HX-Request": "true"}
    )

    assert answer.content.decode().strip().startswith("<button")
    assert "Saved" in answer.content.decode()


@pytest.mark.parametrize("trait", ["draft", "in_review", "returned", "scheduled"])
def test_nobody_keeps_what_is_not_public(signed_in, region, company, recruiter, counselor, trait):
    row = OpportunityFactory(employer=EmployerFactory(organization=company), **{trait: True})

    for user in (counselor, recruiter):
        for keep in ("yes", "no"):
            assert signed_in(user).post(save_url(row), {"keep": keep}).status_code == 404
    assert not Kept.objects.exists()


def test_what_closed_stays_and_is_marked(signed_in, region, counselor):
    row = OpportunityFactory(title="Was open")
    keep_opportunity(opportunity=row, by=counselor)
    Opportunity.objects.filter(pk=row.pk).update(closes_at=timezone.now() - timedelta(hours=1))

    body = signed_in(counselor).get("/saved/").content.decode()

    assert "Was open" in body
    assert ">Closed<" in body


def test_what_is_taken_from_the_public_can_still_be_taken_off(signed_in, region, counselor):
    row = OpportunityFactory(title="Withdrawn")
    keep_opportunity(opportunity=row, by=counselor)
    Opportunity.objects.filter(pk=row.pk).update(state="draft")
    client = signed_in(counselor)

    body = client.get("/saved/").content.decode()

    assert "Not public any more" in body
    assert row.get_absolute_url() not in body
    assert client.post(save_url(row), {"keep": "no"}).status_code == 302
    assert not Kept.objects.exists()


def test_nobody_sees_what_another_keeps(signed_in, region, counselor, outsider):
    row = OpportunityFactory(title="Colin’s find")
    keep_opportunity(opportunity=row, by=counselor)
    search = saved(counselor, "kind=internship", name="Colin’s search")
    client = signed_in(outsider)

    assert "Colin’s" not in client.get("/saved/").content.decode()
    assert client.get(f"/saved/searches/{search.pk}/rename/").status_code == 404
    for move in ("look", "delete", "rename"):
        assert client.post(f"/saved/searches/{search.pk}/{move}/", {"name": "x"}).status_code == 404
    assert SavedSearch.objects.get().name == "Colin’s search"


@pytest.mark.django_db(transaction=True)
def test_keeping_many_times_at_once_keeps_once(region, counselor):
    row = OpportunityFactory()

    def keep(_: int) -> None:
        try:
            keep_opportunity(opportunity=Opportunity.objects.get(pk=row.pk), by=counselor)
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(keep, range(16)))

    assert Kept.objects.filter(user=counselor, opportunity=row).count() == 1


def test_a_list_marks_what_is_kept_in_one_query(
    signed_in, region, counselor, django_assert_num_queries
):
    rows = OpportunityFactory.create_batch(3)
    keep_opportunity(opportunity=rows[1], by=counselor)
    client = signed_in(counselor)

    page = client.get("/opportunities/").content.decode()

    assert page.count(">Saved ") == 1
    assert page.count(">Save<") == 2
    assert ">Save<" not in Client().get("/opportunities/").content.decode()


def test_a_search_is_saved_once_and_counts_what_is_new(signed_in, region, counselor):
    client = signed_in(counselor)
    OpportunityFactory(kind="internship", public_since=timezone.now() - timedelta(days=9))
    page = client.get("/saved/searches/new/?kind=internship&sort=newest")
    assert "Internships" in page.content.decode()

    client.post("/saved/searches/new/?kind=internship", {"name": "My interns"})
    client.post("/saved/searches/new/?kind=internship&sort=pay", {"name": "Again"})

    search = SavedSearch.objects.get()
    assert (search.name, search.query) == ("My interns", "kind=internship")
    assert "Nothing new" in client.get("/saved/").content.decode()
    OpportunityFactory.create_batch(2, kind="internship", public_since=timezone.now())
    OpportunityFactory(kind="mentoring", public_since=timezone.now())
    OpportunityFactory(kind="internship", draft=True)
    body = client.get("/saved/").content.decode()
    assert "See 2 new" in body
    assert "/subscribe/?kind=internship" in body

    answer = client.post(f"/saved/searches/{search.pk}/look/")

    assert answer["Location"] == "/opportunities/?kind=internship&sort=newest"
    assert "Nothing new" in client.get("/saved/").content.decode()


def test_looking_at_the_page_changes_nothing(signed_in, region, counselor):
    search = saved(counselor, "kind=internship", looked_at=timezone.now() - timedelta(days=3))
    client = signed_in(counselor)

    client.get("/saved/")
    assert client.get(f"/saved/searches/{search.pk}/look/").status_code == 405

    assert SavedSearch.objects.get().looked_at == search.looked_at


def test_a_search_without_a_name_comes_back(signed_in, region, counselor):
    answer = signed_in(counselor).post("/saved/searches/new/?kind=internship", {"name": " "})

    assert answer.status_code == 422
    assert "Give the search a name." in answer.content.decode()


def test_a_search_is_renamed_and_deleted(signed_in, region, counselor):
    search = saved(counselor, "kind=internship")
    client = signed_in(counselor)

    client.post(f"/saved/searches/{search.pk}/rename/", {"name": "For Monday"})
    assert "For Monday" in client.get("/saved/").content.decode()

    client.post(f"/saved/searches/{search.pk}/delete/")
    assert not SavedSearch.objects.exists()


@pytest.mark.parametrize("rows", [1, 3])
def test_kept_list_asks_as_much_with_three_rows(
    signed_in, region, counselor, django_assert_num_queries, rows
):
    for number in range(rows):
        row = OpportunityFactory(kind="internship")
        keep_opportunity(opportunity=row, by=counselor)
        saved(counselor, f"near=78701&sector=construction&county=48453&q=word{number}")
    client = signed_in(counselor)
    client.get("/saved/")

    with django_assert_num_queries(8):
        client.get("/saved/")


def test_what_a_person_keeps_goes_with_them(region):
    user = UserFactory()
    keep_opportunity(opportunity=OpportunityFactory(), by=user)
    saved(user, "kind=internship")

    user.delete()

    assert not Kept.objects.exists()
    assert not SavedSearch.objects.exists()
