"""An organization ends: what follows is said, then done; and it can be opened again."""

from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core import mail
from django.test import Client

from accounts.actions import (
    MoveRefused,
    NotAllowed,
    ReasonMissing,
    ask_to_join,
    change_organization,
    close_organization,
    decide_organization,
    end_membership,
    invite,
    reopen_organization,
    send_to_review,
)
from accounts.choices import MembershipState, OrganizationState, ReviewState
from accounts.following import Happening, Happens, what_would_follow
from accounts.models import Entry, Organization, Review, User
from accounts.rules import may_close_organization
from employers.actions import NotReady, send_opportunity
from employers.choices import State
from employers.models import Opportunity
from outreach.choices import SubscriptionState
from programs.models import Program
from tests.employers.factories import EmployerFactory, OpportunityFactory
from tests.factories import MembershipFactory, OrganizationFactory, UserFactory
from tests.outreach.factories import SubscriptionFactory
from tests.programs.factories import CareerCenterFactory, ProgramFactory, ProviderFactory


@pytest.fixture
def postings(company: Organization, recruiter: User) -> dict[str, Opportunity]:
    """One of each state, and a change of the open one that is in review."""
    employer = EmployerFactory(organization=company)
    rows = {
        name: OpportunityFactory(employer=employer, title=name, **{trait: True} if trait else {})
        for name, trait in {
            "open": "",
            "paused": "paused",
            "scheduled": "scheduled",
            "draft": "draft",
            "returned": "returned",
            "sent": "in_review",
            "filled": "filled_up",
        }.items()
    }
    rows["change"] = OpportunityFactory(
        employer=employer, title="change", in_review=True, replaces=rows["open"]
    )
    for name in ("sent", "change"):
        send_to_review(subject=rows[name], organization=company, by=recruiter)
    mail.outbox.clear()
    return rows


def states(organization: Organization) -> dict[str, str]:
    rows = Opportunity.objects.filter(employer__organization=organization)
    return {row.title: row.state for row in rows}


def test_suspension_hides_what_is_open_and_gives_back_what_is_in_review(
    coordinator: User, company: Organization, postings: dict
) -> None:
    said = what_would_follow(Happening(Happens.SUSPENDED, company))

    decide_organization(organization=company, to="suspended", by=coordinator, reason="Fraud?")

    assert said == [
        "1 open opportunity is hidden until it is verified again.",
        "2 postings in review go back to its drafts.",
    ]
    assert not Opportunity.objects.public().exists()
    assert (states(company)["sent"], states(company)["change"]) == ("draft", "draft")
    assert states(company)["open"] == "published"
    assert not Review.objects.open().exists()


def test_verified_again_shows_what_was_hidden(
    coordinator: User, company: Organization, postings: dict
) -> None:
    decide_organization(organization=company, to="suspended", by=coordinator, reason="Fraud?")
    said = what_would_follow(Happening(Happens.VERIFIED, company))

    decide_organization(organization=company, to="verified", by=coordinator)

    assert said == ["1 opportunity is shown again."]
    assert [row.title for row in Opportunity.objects.public()] == ["open"]


def test_review_page_says_what_hangs_on_the_decision(
    signed_in: Any, coordinator: User, company: Organization, postings: dict
) -> None:
    page = signed_in(coordinator).get(company.get_review_url()).content.decode()

    assert "1 open opportunity is hidden until it is verified again." in page


def test_closing_ends_every_posting_with_its_history(
    recruiter: User, company: Organization, postings: dict
) -> None:
    close_organization(organization=company, reason="We retire", by=recruiter)

    assert states(company) == {
        "open": "closed",
        "paused": "closed",
        "scheduled": "closed",
        "draft": "archived",
        "returned": "archived",
        "sent": "archived",
        "filled": "closed",
    }
    postings["open"].refresh_from_db()
    postings["filled"].refresh_from_db()
    postings["scheduled"].refresh_from_db()
    entry = Entry.objects.get(subject_id=str(postings["open"].pk), what="closed")
    assert (postings["open"].outcome, postings["filled"].outcome) == ("not-filled", "filled-here")
    assert postings["scheduled"].public_since is None
    assert (entry.by, entry.before, entry.after) == (
        recruiter,
        {"state": "published"},
        {"state": "closed"},
    )
    assert set(Review.objects.values_list("state", flat=True)) == {ReviewState.WITHDRAWN}


def test_what_follows_is_said_before_and_is_what_happens(
    signed_in: Any, recruiter: User, company: Organization, postings: dict
) -> None:
    provider = ProviderFactory(organization=company)
    ProgramFactory(provider=provider)
    center = CareerCenterFactory(provider=provider)
    followed = SubscriptionFactory(career_center=center)
    elsewhere = SubscriptionFactory(email="other@example.org")
    asks = ask_to_join(organization=company, by=UserFactory())
    invite(organization=company, email="x@y.example.com", role="member", by=recruiter)
    mail.outbox.clear()
    client = signed_in(recruiter)

    page = client.get(f"/organizations/{company.slug}/close/").content.decode()
    before = Organization.objects.get(pk=company.pk).state
    done = client.post(f"/organizations/{company.slug}/close/", {"reason": "We retire"})

    for words in (
        "3 published or paused postings are closed as not filled.",
        "3 drafts and postings in review are put away.",
        "1 change of a published posting that is not approved yet is dropped.",
        "1 program is hidden.",
        "1 career center is hidden.",
        "1 digest for its career centers stops; its reader gets a letter.",
        "1 person who asks to join gets a letter that says no.",
        "1 invitation is withdrawn.",
    ):
        assert words in page, words
    assert (before, done.status_code) == ("verified", 302)
    for thing in (followed, elsewhere, asks):
        thing.refresh_from_db()
    assert not Program.objects.public().exists()
    assert followed.state == SubscriptionState.STOPPED
    assert elsewhere.state == SubscriptionState.ACTIVE
    assert asks.state == MembershipState.DECLINED
    assert company.invitations.get().standing == "withdrawn"
    assert {letter.subject for letter in mail.outbox} == {
        "Granite Ridge Electric is closed",
        "Your request to join Granite Ridge Electric",
        "These letters stop: All opportunities",
    }


def test_others_things_stay(recruiter: User, company: Organization, postings: dict) -> None:
    theirs = OpportunityFactory(title="theirs")

    close_organization(organization=company, reason="We retire", by=recruiter)

    assert list(Opportunity.objects.public()) == [theirs]


def test_closed_one_is_read_by_its_people_alone(
    signed_in: Any, recruiter: User, outsider: User, company: Organization, postings: dict
) -> None:
    close_organization(organization=company, reason="We retire", by=recruiter)
    page = company.get_absolute_url()

    mine = signed_in(recruiter).get(page).content.decode()

    assert "Why it was closed" in mine and "We retire" in mine
    assert f"/organizations/{company.slug}/edit/" not in mine
    assert Client().get(page).status_code == 404
    assert signed_in(outsider).get(page).status_code == 404
    assert Client().get(postings["open"].get_absolute_url()).status_code == 404


def test_nothing_is_done_in_a_closed_organization(recruiter: User, company: Organization) -> None:
    close_organization(organization=company, reason="We retire", by=recruiter)
    late = OpportunityFactory(employer=EmployerFactory(organization=company), draft=True)

    with pytest.raises(MoveRefused):
        change_organization(organization=company, version=1, by=recruiter, about="x")
    with pytest.raises(MoveRefused):
        ask_to_join(organization=company, by=UserFactory())
    with pytest.raises(NotReady):
        send_opportunity(opportunity=late, by=recruiter)


def test_last_administrator_may_leave_what_is_closed(
    recruiter: User, company: Organization
) -> None:
    close_organization(organization=company, reason="We retire", by=recruiter)

    left = end_membership(membership=company.memberships.get(), by=recruiter)

    assert left.state == MembershipState.LEFT


@pytest.mark.parametrize("reason", ["", "  ", "x" * 501])
def test_closing_asks_for_a_reason(
    signed_in: Any, recruiter: User, company: Organization, reason: str
) -> None:
    answer = signed_in(recruiter).post(f"/organizations/{company.slug}/close/", {"reason": reason})

    company.refresh_from_db()
    assert answer.status_code == 422
    assert "<title>Error:" in answer.content.decode()
    assert company.state == OrganizationState.VERIFIED


def test_close_action_needs_words(recruiter: User, company: Organization) -> None:
    with pytest.raises(ReasonMissing):
        close_organization(organization=company, reason=" ", by=recruiter)


@pytest.mark.parametrize(
    ("state", "yes"),
    [
        ("pending", "administrator staff staff_member"),
        ("verified", "administrator staff staff_member"),
        ("returned", "administrator staff staff_member"),
        ("suspended", "staff"),
    ],
)
def test_who_may_close(region: object, coordinator: User, state: str, yes: str) -> None:
    organization = OrganizationFactory(state=state)
    own = MembershipFactory(organization=organization, administrator=True).user
    own.duties.create(role="administrator")
    people = {
        "public": AnonymousUser(),
        "stranger": UserFactory(),
        "member": MembershipFactory(organization=organization).user,
        "administrator": MembershipFactory(organization=organization, administrator=True).user,
        "staff": coordinator,
        "staff_member": own,
    }

    may = [name for name, user in people.items() if may_close_organization(user, organization)]

    assert " ".join(may) == yes


def test_strangers_and_members_do_not_close(company: Organization, outsider: User) -> None:
    member = MembershipFactory(organization=company).user

    for person in (outsider, member):
        with pytest.raises(NotAllowed):
            close_organization(organization=company, reason="x", by=person)


def test_staff_open_it_again_and_it_waits_out_of_sight(
    signed_in: Any, coordinator: User, recruiter: User, company: Organization, postings: dict
) -> None:
    close_organization(organization=company, reason="We retire", by=recruiter)
    mail.outbox.clear()
    client = signed_in(coordinator)

    page = client.get(company.get_review_url()).content.decode()
    client.post(f"/organizations/{company.slug}/reopen/")

    company.refresh_from_db()
    assert "Open it again" in page
    assert (company.state, company.is_public) == ("pending", False)
    assert [letter.to for letter in mail.outbox] == [["rosa@example.org"]]
    assert set(states(company).values()) == {State.CLOSED, State.ARCHIVED}
    assert not Opportunity.objects.public().exists()


def test_its_own_people_do_not_open_it_again(recruiter: User, company: Organization) -> None:
    close_organization(organization=company, reason="We retire", by=recruiter)

    with pytest.raises(NotAllowed):
        reopen_organization(organization=company, by=recruiter)


@pytest.mark.parametrize("rows", [1, 3])
def test_closing_costs_the_same_with_more_postings(
    recruiter: User, company: Organization, django_assert_num_queries: Any, rows: int
) -> None:
    employer = EmployerFactory(organization=company)
    OpportunityFactory.create_batch(rows, employer=employer)
    OpportunityFactory.create_batch(rows, employer=employer, draft=True)
    recruiter.administers  # noqa: B018  read once a request

    with django_assert_num_queries(17):
        close_organization(organization=company, reason="We retire", by=recruiter)
