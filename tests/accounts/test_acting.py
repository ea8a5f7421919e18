"""Somebody of several organizations chooses for which they act."""

from typing import Any

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.test import RequestFactory

from accounts.acting import KEY, acting_for
from accounts.models import Organization, User
from tests.employers.factories import EmployerFactory, OpportunityFactory
from tests.factories import MembershipFactory, OrganizationFactory


@pytest.fixture
def second(recruiter: User) -> Organization:
    organization = OrganizationFactory(name="Zilker Solar", verified=True, employs=True)
    MembershipFactory(user=recruiter, organization=organization)
    return organization


def choose(client: Any, slug: str, back: str = "/desk/") -> Any:
    return client.post("/account/acting-for/", {"organization": slug, "next": back})


def test_desk_shows_the_things_of_the_chosen_one(
    signed_in: Any, recruiter: User, company: Organization, second: Organization
) -> None:
    for organization in (company, second):
        employer = EmployerFactory(organization=organization)
        OpportunityFactory(employer=employer, title=f"Place at {organization.slug}")
    client = signed_in(recruiter)

    of_all = client.get("/desk/").content.decode()
    choose(client, second.slug)
    of_one = client.get("/desk/").content.decode()
    choose(client, "")
    of_all_again = client.get("/desk/").content.decode()

    for page in (of_all, of_all_again):
        assert f"Place at {company.slug}" in page and f"Place at {second.slug}" in page
    assert f"Place at {second.slug}" in of_one
    assert f"Place at {company.slug}" not in of_one
    assert f'<option value="{second.slug}" selected>' in of_one


def test_there_is_nothing_to_choose_with_one(signed_in: Any, recruiter: User) -> None:
    page = signed_in(recruiter).get("/desk/").content.decode()

    assert "You act for" not in page


@pytest.mark.parametrize("slug", ["two-forks", "no-such", "\u202e", "x" * 500])
def test_what_is_not_ones_own_cannot_be_chosen(
    signed_in: Any, recruiter: User, second: Organization, outsider: User, slug: str
) -> None:
    foreign = outsider.memberships.get().organization
    Organization.objects.filter(pk=foreign.pk).update(slug="two-forks")
    client = signed_in(recruiter)

    choose(client, slug)

    assert KEY not in client.session


@pytest.mark.parametrize("back", ["https://evil.example/", "//evil.example", "javascript:x", ""])
def test_it_leads_to_pages_of_ours_only(
    signed_in: Any, recruiter: User, second: Organization, back: str
) -> None:
    assert choose(signed_in(recruiter), second.slug, back).url == "/desk/"


def test_what_other_rooms_read(
    recruiter: User, company: Organization, second: Organization
) -> None:
    def request(**session: Any) -> Any:
        made = RequestFactory().get("/")
        made.user = User.objects.get(pk=recruiter.pk)
        made.session = SessionStore()
        made.session.update(session)
        return made

    assert acting_for(request()) is None
    assert acting_for(request(**{KEY: second.pk})) == second
    assert acting_for(request(**{KEY: "nonsense"})) is None
    MembershipFactory._meta.model.objects.filter(organization=second).delete()
    assert acting_for(request(**{KEY: second.pk})) == company
