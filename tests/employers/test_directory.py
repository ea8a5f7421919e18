"""The directory of employers, and what an employer says of itself."""

import pytest
from django.urls import reverse

from accounts.history import entries_of
from employers.models import Employer, Opportunity
from tests.employers.factories import EmployerFactory, OpportunityFactory
from tests.factories import CountyFactory, OrganizationFactory, PlaceFactory, SectorFactory

pytestmark = pytest.mark.django_db
LIST = reverse("employers:employer_list")


def names(client, query=""):
    answer = client.get(reverse("employers:employer_json") + query)
    return [row["name"] for row in answer.json()["results"]]


@pytest.fixture
def employers(region):
    """Four that differ in one thing each, and two that nobody may see."""
    bastrop = PlaceFactory(
        zip="78602", city="Bastrop", county=CountyFactory(fips="48021", name="Bastrop County")
    )
    health = SectorFactory(slug="health", name="Health Care")

    def employer(name, **organization):
        return EmployerFactory(
            organization=OrganizationFactory(name=name, verified=True, **organization)
        )

    ash, elm = employer("Ash Works"), employer("Elm Clinic", sector=health)
    oak, yew = employer("Oak Yard", place=bastrop), employer("Yew & Sons")
    Employer.objects.filter(pk=yew.pk).update(mentoring=True)
    OpportunityFactory(employer=ash)
    OpportunityFactory(employer=elm, draft=True)
    OpportunityFactory(employer=elm, expired=True)
    EmployerFactory(organization=OrganizationFactory(name="Pending Pines"))
    EmployerFactory(
        organization=OrganizationFactory(name="Held Hickory", verified=True, state="suspended")
    )
    return {"ash": ash, "elm": elm, "oak": oak, "yew": yew}


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["Ash Works", "Elm Clinic", "Oak Yard", "Yew & Sons"]),
        ("?q=yew+and", []),
        ("?q=ELM", ["Elm Clinic"]),
        ("?sector=health", ["Elm Clinic"]),
        ("?county=48021", ["Oak Yard"]),
        ("?offer=mentoring", ["Yew & Sons"]),
        ("?offer=mentoring&offer=tuition", []),
        ("?open=1", ["Ash Works"]),
    ],
)
def test_query_finds_exactly(query, found, client, employers):
    assert names(client, query) == found


def test_wrong_values_get_a_sentence_and_the_rest_of_the_list(client, employers):
    answer = client.get(LIST + "?sector=nope&county=99999&offer=gold&open=yes")

    assert answer.status_code == 400
    assert "There is no such sector." in answer.content.decode()
    assert "Ash Works" in answer.content.decode()


def test_pages_follow_each_other_without_gap(client, employers, monkeypatch):
    monkeypatch.setattr("employers.views.employers.JSON_PAGE", 3)

    first = client.get(reverse("employers:employer_json")).json()
    second = client.get(first["next"].partition("example.org")[2] or first["next"]).json()

    assert first["count"] == 4
    assert [r["name"] for r in first["results"] + second["results"]] == names(client) + [
        "Yew & Sons"
    ]
    assert second["next"] is None


@pytest.mark.parametrize("more", [0, 2])
def test_list_asks_the_same_queries_however_many_rows(
    more, client, region, django_assert_num_queries
):
    for _ in range(1 + more):
        OpportunityFactory(
            employer=EmployerFactory(organization=OrganizationFactory(verified=True))
        )
    client.get(LIST)

    with django_assert_num_queries(5):
        client.get(LIST)


def test_profile_shows_what_is_open_and_what_was(client, company):
    employer = EmployerFactory(organization=company)
    OpportunityFactory(employer=employer, title="Open place")
    OpportunityFactory(employer=employer, title="Expired place", expired=True)
    OpportunityFactory(employer=employer, title="Filled place", filled_up=True)
    OpportunityFactory(employer=employer, title="Draft place", draft=True)
    OpportunityFactory(employer=employer, title="Coming place", scheduled=True)

    page = client.get(company.get_absolute_url()).content.decode()

    opened, past = page.split('id="past"')
    assert "Open place" in opened
    assert "Expired place" in past and "Filled place" in past
    assert "Draft place" not in page and "Coming place" not in page


def test_offers_are_saved_with_history_and_shown(signed_in, recruiter, company):
    client = signed_in(recruiter)

    client.post(reverse("employers:employer_offers", args=[company.slug]), {"mentoring": "on"})

    assert Employer.objects.get(organization=company).offers == ["mentoring"]
    assert "Mentoring" in client.get(company.get_absolute_url()).content.decode()
    entry = entries_of(company).first()
    assert (entry.what, entry.after) == ("changed what it offers", {"mentoring": True})


def test_outsider_changes_no_offers(signed_in, outsider, company):
    answer = signed_in(outsider).post(
        reverse("employers:employer_offers", args=[company.slug]), {"mentoring": "on"}
    )

    assert answer.status_code == 403
    assert not Employer.objects.filter(organization=company, mentoring=True).exists()
    assert Opportunity.objects.count() == 0
