"""Two organizations that are one: everything of the first becomes the other's."""

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts.actions import (
    MoveRefused,
    NotAllowed,
    ReasonMissing,
    close_organization,
    merge_organizations,
    record,
    reopen_organization,
    send_to_review,
)
from accounts.choices import MembershipRole, MembershipState, OrganizationState
from accounts.models import Entry, Invitation, Logo, Membership, Organization, User
from employers.models import ColumnMatch, Employer, Import, Opportunity
from programs.models import CareerCenter, Program, Provider
from tests.employers.factories import EmployerFactory, OpportunityFactory
from tests.factories import DutyFactory, MembershipFactory, OrganizationFactory, UserFactory
from tests.plans.factories import make_comment, make_plan, open_for_comment
from tests.programs.factories import CareerCenterFactory, ProgramFactory, ProviderFactory


@pytest.fixture
def twin(region: object) -> Organization:
    return OrganizationFactory(name="Granite Rdge Electric", slug="granite-rdge", verified=True)


def merge(twin: Organization, into: Organization, by: User) -> Organization:
    return merge_organizations(organization=twin, into=into, reason="Typed twice", by=by)


def fill(organization: Organization) -> None:
    """A row in every table that points to an organization, an employer or a provider."""
    user = MembershipFactory(organization=organization, administrator=True).user
    Invitation.objects.create(
        organization=organization,
        email="x@y.example.com",
        token_hash=f"hash-{organization.pk}",
        expires_at=timezone.now() + timedelta(days=3),
    )
    Logo.objects.create(organization=organization, png=b"png", digest="0", width=1, height=1)
    record(by=user, what="changed", subject=organization, organization=organization)
    employer = EmployerFactory(organization=organization)
    posting = OpportunityFactory(employer=employer)
    send_to_review(subject=posting, organization=organization, by=user)
    Import.objects.create(employer=employer, file_name="jobs.csv")
    ColumnMatch.objects.create(employer=employer, heading="Job", field="title")
    provider = ProviderFactory(organization=organization)
    CareerCenterFactory(provider=provider)
    ProgramFactory(provider=provider)
    comment = make_comment(open_for_comment(make_plan()), "1.1")
    type(comment).objects.update(organization=organization)
    OrganizationFactory(state=OrganizationState.CLOSED, merged_into=organization)


def pointing_to(thing: Any) -> dict[str, int]:
    """How many rows of each table point to it, by the name of the foreign key."""
    return {
        f"{relation.related_model.__name__}.{relation.field.name}": (
            relation.related_model._base_manager.filter(**{relation.field.name: thing.pk}).count()
        )
        for relation in thing._meta.related_objects
    }


@pytest.mark.parametrize("has_both", [True, False])
def test_nothing_points_to_the_merged_one_any_more(
    coordinator: User, company: Organization, twin: Organization, has_both: bool
) -> None:
    """Walks every foreign key: one that nobody moves fails here, so does one without a row."""
    fill(twin)
    if has_both:
        ProviderFactory(organization=company)
        EmployerFactory(organization=company)
    employer, provider = (
        Employer.objects.get(organization=twin),
        Provider.objects.get(organization=twin),
    )
    was = [pointing_to(thing) for thing in (twin, employer, provider)]
    for rows in was:
        assert {name for name, number in rows.items() if not number} == set()

    merge(twin, company, coordinator)

    assert {name: n for name, n in pointing_to(twin).items() if n} == {}
    there = company.employer, company.provider
    for old, now in zip(was[1:], there, strict=True):
        assert pointing_to(now) == old
    assert Employer.objects.filter(organization=company).count() == 1


def test_old_address_leads_to_the_new_one(
    client: Client, coordinator: User, company: Organization, twin: Organization
) -> None:
    merge(twin, company, coordinator)

    answer = client.get(twin.get_absolute_url())

    assert (answer.status_code, answer.url) == (301, company.get_absolute_url())
    assert client.get(f"/employers/{twin.slug}/").url == twin.get_absolute_url()


def test_chain_of_mergers_leads_to_the_last(
    client: Client, coordinator: User, company: Organization, twin: Organization
) -> None:
    third = OrganizationFactory(verified=True)
    merge(third, twin, coordinator)
    merge(twin, company, coordinator)

    assert client.get(third.get_absolute_url()).url == company.get_absolute_url()


def test_higher_role_wins_and_nobody_is_there_twice(
    coordinator: User, recruiter: User, company: Organization, twin: Organization
) -> None:
    raised = MembershipFactory(organization=company).user
    MembershipFactory(organization=twin, user=raised, administrator=True)
    MembershipFactory(organization=twin, user=recruiter)
    back = MembershipFactory(organization=company, state=MembershipState.LEFT).user
    MembershipFactory(organization=twin, user=back)
    asks = MembershipFactory(organization=twin, state=MembershipState.REQUESTED).user

    merge(twin, company, coordinator)

    people = {m.user: (m.state, m.role) for m in company.memberships.all()}
    assert people == {
        recruiter: ("active", "admin"),
        raised: ("active", "admin"),
        back: ("active", "member"),
        asks: ("requested", "member"),
    }
    assert not twin.memberships.exists()


def test_postings_keep_their_numbers_unless_both_use_one(
    coordinator: User, company: Organization, twin: Organization
) -> None:
    mine, theirs = EmployerFactory(organization=company), EmployerFactory(organization=twin)
    OpportunityFactory(employer=mine, external_id="A-1", title="mine")
    twice = OpportunityFactory(employer=theirs, external_id="A-1", title="theirs")
    OpportunityFactory(employer=theirs, external_id="A-2", title="other")

    merge(twin, company, coordinator)

    rows = Opportunity.objects.filter(employer__organization=company)
    assert dict(rows.values_list("title", "external_id")) == {
        "mine": "A-1",
        "theirs": "",
        "other": "A-2",
    }
    lost = Entry.objects.get(subject_id=str(twice.pk), what__startswith="lost its own number")
    assert lost.before == {"external_id": "A-1"}


def test_search_finds_postings_and_programs_by_the_name_that_stays(
    client: Client, coordinator: User, company: Organization, twin: Organization
) -> None:
    twin.name = "Zanzibar Works"
    twin.save()
    OpportunityFactory(employer=EmployerFactory(organization=twin), title="Wire puller")
    ProgramFactory(provider=ProviderFactory(organization=twin), title="Wiring")

    merge(twin, company, coordinator)

    assert "Wire puller" in client.get("/opportunities/?q=granite+ridge").content.decode()
    assert "Wire puller" not in client.get("/opportunities/?q=zanzibar").content.decode()
    assert "Wiring" in client.get("/programs/?q=granite").content.decode()


def test_offers_and_usual_answers_are_joined_and_trust_is_not(
    coordinator: User, company: Organization, twin: Organization
) -> None:
    EmployerFactory(organization=company, mentoring=True, usual={"mode": "remote"})
    EmployerFactory(
        organization=twin,
        tuition_assistance=True,
        usual={"mode": "on-site", "apply_by": "email"},
        trusted_at=timezone.now(),
    )

    merge(twin, company, coordinator)

    joined = Employer.objects.get()
    assert (joined.mentoring, joined.tuition_assistance) == (True, True)
    assert joined.usual == {"mode": "remote", "apply_by": "email"}
    assert joined.trusted_at is None


def test_trust_does_not_pass_to_an_organization_without_postings(
    coordinator: User, company: Organization, twin: Organization
) -> None:
    EmployerFactory(organization=twin, trusted_at=timezone.now())

    merge(twin, company, coordinator)

    assert Employer.objects.get(organization=company).trusted_at is None


def test_programs_and_centers_of_one_name_are_named_apart(
    coordinator: User, company: Organization, twin: Organization
) -> None:
    mine, theirs = ProviderFactory(organization=company), ProviderFactory(organization=twin)
    for provider in (mine, theirs):
        ProgramFactory(provider=provider, title="Welding" if provider == mine else "WELDING")
        CareerCenterFactory(provider=provider, name="Main office")

    merge(twin, company, coordinator)

    assert set(Program.objects.values_list("title", flat=True)) == {
        "Welding",
        "WELDING (Granite Rdge Electric)",
    }
    assert set(CareerCenter.objects.values_list("name", flat=True)) == {
        "Main office",
        "Main office (Granite Rdge Electric)",
    }


def test_of_two_invitations_to_one_address_one_stays_open(
    coordinator: User, company: Organization, twin: Organization
) -> None:
    for number, (organization, email) in enumerate(
        [(company, "a@b.example.com"), (twin, "A@b.example.com"), (twin, "c@b.example.com")]
    ):
        Invitation.objects.create(
            organization=organization,
            email=email,
            token_hash=str(number),
            expires_at=timezone.now() + timedelta(days=1),
        )

    merge(twin, company, coordinator)

    assert [i.standing for i in company.invitations.order_by("token_hash")] == [
        "open",
        "withdrawn",
        "open",
    ]


def test_staff_choose_compare_read_what_follows_and_merge(
    signed_in: Any, coordinator: User, recruiter: User, company: Organization, twin: Organization
) -> None:
    paul = MembershipFactory(
        organization=twin, administrator=True, user__name="Paul", user__email="paul@example.org"
    ).user
    OpportunityFactory(employer=EmployerFactory(organization=twin))
    client = signed_in(coordinator)
    address = f"/organizations/{twin.slug}/merge/"

    offered = client.get(address).content.decode()
    compared = client.get(address, {"into": company.slug}).content.decode()
    bare = client.post(address, {"into": company.slug, "reason": ""})
    done = client.post(address, {"into": company.slug, "reason": "Typed twice"})

    assert f"?into={company.slug}" in offered
    for words in (
        "1 posting goes to Granite Ridge Electric, with its history.",
        "Paul becomes an administrator of Granite Ridge Electric.",
        "The address of Granite Rdge Electric leads to the page of Granite Ridge Electric.",
    ):
        assert words in compared, words
    assert bare.status_code == 422
    assert done.url == company.get_review_url()
    assert {tuple(letter.to) for letter in mail.outbox} == {
        (recruiter.email,),
        (paul.email,),
    }
    assert all("Typed twice" in letter.body for letter in mail.outbox)


@pytest.mark.parametrize(
    "query", [{"q": "%"}, {"q": "x" * 300}, {"into": "no-such"}, {"into": "-"}]
)
def test_odd_choices_get_a_sentence(
    signed_in: Any, coordinator: User, twin: Organization, query: dict
) -> None:
    answer = signed_in(coordinator).get(f"/organizations/{twin.slug}/merge/", query)

    assert answer.status_code in (200, 422)
    assert "Choose the one that stays" in answer.content.decode()


@pytest.mark.parametrize("which", ["gone", "stays"])
@pytest.mark.parametrize("how", ["member", "maker"])
def test_staff_do_not_merge_their_own(
    signed_in: Any, company: Organization, twin: Organization, which: str, how: str
) -> None:
    staff = DutyFactory(user=UserFactory(), role="administrator").user
    own = {"gone": twin, "stays": company}[which]
    if how == "member":
        MembershipFactory(organization=own, user=staff)
    else:
        Organization.objects.filter(pk=own.pk).update(created_by=staff)

    answer = signed_in(staff).post(
        f"/organizations/{twin.slug}/merge/", {"into": company.slug, "reason": "x"}
    )

    assert answer.status_code == (403 if which == "gone" else 422)
    with pytest.raises(NotAllowed):
        merge(twin, company, staff)


@pytest.mark.parametrize(
    ("gone", "stays"),
    [("suspended", "verified"), ("verified", "suspended"), ("verified", "closed")],
)
def test_what_cannot_be_merged(
    signed_in: Any,
    coordinator: User,
    company: Organization,
    twin: Organization,
    gone: str,
    stays: str,
) -> None:
    Organization.objects.filter(pk=twin.pk).update(state=gone)
    Organization.objects.filter(pk=company.pk).update(state=stays)

    page = signed_in(coordinator).get(f"/organizations/{twin.slug}/merge/", {"into": company.slug})

    assert page.status_code == 422
    assert "These cannot be merged" in page.content.decode()
    with pytest.raises(MoveRefused):
        merge(twin, company, coordinator)


def test_neither_with_itself_nor_twice_nor_opened_again(
    coordinator: User, company: Organization, twin: Organization
) -> None:
    with pytest.raises(MoveRefused):
        merge(company, company, coordinator)
    with pytest.raises(ReasonMissing):
        merge_organizations(organization=twin, into=company, reason=" ", by=coordinator)
    merge(twin, company, coordinator)

    with pytest.raises(MoveRefused):
        merge(twin, OrganizationFactory(verified=True), coordinator)
    with pytest.raises(MoveRefused):
        reopen_organization(organization=twin, by=coordinator)


def test_closed_one_is_merged_with_its_past(
    coordinator: User, company: Organization, twin: Organization
) -> None:
    OpportunityFactory(employer=EmployerFactory(organization=twin))
    close_organization(organization=twin, reason="Twice here", by=coordinator)

    merge(twin, company, coordinator)

    assert Opportunity.objects.get().employer.organization == company
    assert not Opportunity.objects.public().exists()


@pytest.mark.django_db(transaction=True)
def test_two_merged_into_each_other_at_once_leave_one(transactional_db: None) -> None:
    pair = [OrganizationFactory(verified=True) for _ in range(2)]
    for organization in pair:
        MembershipFactory(organization=organization, administrator=True)
    staff = DutyFactory(user=UserFactory(), role="administrator").user
    refused: list[str] = []
    start = threading.Barrier(2)

    def act(one: Organization, other: Organization) -> None:
        start.wait()
        try:
            merge(one, other, User.objects.get(pk=staff.pk))
        except MoveRefused as error:
            refused.append(str(error))
        connection.close()

    threads = [
        threading.Thread(target=act, args=pair),
        threading.Thread(target=act, args=pair[::-1]),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(refused) == 1
    [left] = Organization.objects.standing()
    assert Membership.objects.filter(organization=left, role=MembershipRole.ADMIN).count() == 2


def test_name_of_a_merged_one_leads_to_the_other(
    signed_in: Any, coordinator: User, company: Organization, twin: Organization
) -> None:
    merge(twin, company, coordinator)

    page = signed_in(UserFactory()).post(
        "/organizations/new/", {"name": twin.name, "not_listed": "1"}
    )

    assert "is part of Granite Ridge Electric now" in page.content.decode()
