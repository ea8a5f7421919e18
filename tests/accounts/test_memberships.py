"""Who speaks for an organization."""

import html
import threading
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts.actions import (
    LastAdministrator,
    MoveRefused,
    NotAllowed,
    ask_to_join,
    change_role,
    decide_membership,
    end_membership,
)
from accounts.choices import MEMBERSHIP_MOVES, MembershipRole, MembershipState, OrganizationState
from accounts.models import Entry, Membership, Organization, User
from tests.factories import MembershipFactory, OrganizationFactory, UserFactory


def test_request_reaches_the_administrators_once(recruiter: User, company: Organization) -> None:
    paul = UserFactory(name="Paul")

    first = ask_to_join(organization=company, by=paul, message="I run the Kyle office")
    second = ask_to_join(organization=company, by=paul, message="Hello?")

    [letter] = mail.outbox
    assert first.pk == second.pk
    assert letter.to == ["rosa@example.org"]
    assert "I run the Kyle office" in letter.body
    assert f"/organizations/{company.slug}/people/" in letter.body


def test_asking_and_taking_back_writes_one_letter_a_day(
    signed_in: Any, recruiter: User, company: Organization, outsider: User
) -> None:
    client = signed_in(outsider)

    for _ in range(3):
        again = client.post(f"/organizations/{company.slug}/join/", {"message": "Pills"})
        mine = Membership.objects.get(user=outsider, organization=company)
        client.post(f"/organizations/{company.slug}/people/{mine.pk}/end/", {"reason": ""})
    on_the_day = len(mail.outbox)
    Membership.objects.filter(pk=mine.pk).update(asked_at=timezone.now() - timedelta(hours=25))
    client.post(f"/organizations/{company.slug}/join/", {"message": "Hello"})

    assert "within the last day. Ask again tomorrow." in again.content.decode()
    assert (on_the_day, len(mail.outbox)) == (1, 2)


@pytest.mark.django_db(transaction=True)
def test_twenty_requests_at_once_make_one(transactional_db: None) -> None:
    company, paul = OrganizationFactory(), UserFactory()

    def ask() -> None:
        ask_to_join(organization=company, by=paul)
        connection.close()

    threads = [threading.Thread(target=ask) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert Membership.objects.count() == 1
    assert Entry.objects.count() == 1


def test_member_cannot_ask_again(recruiter: User, company: Organization) -> None:
    with pytest.raises(MoveRefused):
        ask_to_join(organization=company, by=recruiter)


def test_suspended_organization_takes_nobody(region: object) -> None:
    suspended = OrganizationFactory(state=OrganizationState.SUSPENDED)

    with pytest.raises(MoveRefused):
        ask_to_join(organization=suspended, by=UserFactory())


@pytest.mark.parametrize(("accept", "state"), [(True, "active"), (False, "declined")])
def test_administrator_decides_and_the_person_gets_a_letter(
    recruiter: User, company: Organization, accept: bool, state: str
) -> None:
    request = MembershipFactory(organization=company, state=MembershipState.REQUESTED)

    decided = decide_membership(membership=request, accept=accept, by=recruiter, reason="")

    assert (decided.state, decided.decided_by) == (state, recruiter)
    assert [m.to for m in mail.outbox] == [[request.user.email]]


def test_decision_taken_twice_is_refused(recruiter: User, company: Organization) -> None:
    request = MembershipFactory(organization=company, state=MembershipState.REQUESTED)
    decide_membership(membership=request, accept=True, by=recruiter)

    with pytest.raises(MoveRefused):
        decide_membership(membership=request, accept=False, by=recruiter)


def test_stranger_and_plain_member_decide_nothing(company: Organization, outsider: User) -> None:
    request = MembershipFactory(organization=company, state=MembershipState.REQUESTED)
    member = MembershipFactory(organization=company).user

    for person in (outsider, member, request.user):
        with pytest.raises(NotAllowed):
            decide_membership(membership=request, accept=True, by=person)


def test_staff_do_not_let_themselves_in(
    signed_in: Any, coordinator: User, company: Organization
) -> None:
    mine = ask_to_join(organization=company, by=coordinator)
    client = signed_in(coordinator)
    people = f"/organizations/{company.slug}/people/"

    page = client.get(people).content.decode()
    refused = client.post(f"{people}{mine.pk}/", {"do": "accept"})
    with pytest.raises(NotAllowed):
        decide_membership(membership=mine, accept=True, by=coordinator)

    mine.refresh_from_db()
    assert (refused.status_code, mine.state) == (403, "requested")
    assert "You: a colleague has to decide." in page
    assert 'value="accept"' not in page
    assert people not in client.get("/desk/").content.decode()


def test_administrator_may_step_down(
    signed_in: Any, recruiter: User, company: Organization
) -> None:
    MembershipFactory(organization=company, administrator=True)
    mine = company.memberships.get(user=recruiter)

    signed_in(recruiter).post(f"/organizations/{company.slug}/people/{mine.pk}/", {"do": "member"})

    mine.refresh_from_db()
    assert mine.role == MembershipRole.MEMBER


def test_staff_let_in_the_first_administrator(coordinator: User) -> None:
    request = MembershipFactory(state=MembershipState.REQUESTED)

    decided = decide_membership(membership=request, accept=True, by=coordinator)

    assert decided.role == MembershipRole.ADMIN


@pytest.mark.parametrize("now", MembershipState.values)
@pytest.mark.parametrize("to", [MembershipState.ACTIVE, MembershipState.LEFT])
def test_membership_moves_only_along_its_table(
    recruiter: User, company: Organization, now: str, to: str
) -> None:
    membership = MembershipFactory(organization=company, state=now)
    allowed = to in MEMBERSHIP_MOVES[now]

    def move() -> None:
        if to == MembershipState.ACTIVE:
            decide_membership(membership=membership, accept=True, by=recruiter)
        else:
            end_membership(membership=membership, by=recruiter)

    if allowed:
        move()
    else:
        with pytest.raises(MoveRefused):
            move()
    membership.refresh_from_db()
    assert membership.state == (to if allowed else now)


def test_last_administrator_neither_leaves_nor_is_removed(
    recruiter: User, company: Organization, coordinator: User
) -> None:
    last = company.memberships.get(user=recruiter)

    for act in (
        lambda: end_membership(membership=last, by=recruiter),
        lambda: end_membership(membership=last, by=coordinator),
        lambda: change_role(membership=last, role=MembershipRole.MEMBER, by=recruiter),
    ):
        with pytest.raises(LastAdministrator):
            act()


def test_administrator_leaves_once_there_is_another(recruiter: User, company: Organization) -> None:
    other = MembershipFactory(organization=company)
    change_role(membership=other, role=MembershipRole.ADMIN, by=recruiter)

    left = end_membership(membership=company.memberships.get(user=recruiter), by=recruiter)

    assert left.state == MembershipState.LEFT


@pytest.mark.django_db(transaction=True)
def test_two_administrators_leaving_at_once_leave_one(transactional_db: None) -> None:
    company = OrganizationFactory()
    pair = [MembershipFactory(organization=company, administrator=True) for _ in range(2)]
    refused: list[str] = []
    start = threading.Barrier(2)

    def leave(membership: Membership) -> None:
        start.wait()
        try:
            end_membership(membership=membership, by=membership.user)
        except LastAdministrator as error:
            refused.append(str(error))
        connection.close()

    threads = [threading.Thread(target=leave, args=[m]) for m in pair]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(refused) == 1
    assert company.memberships.filter(state=MembershipState.ACTIVE).count() == 1


def test_former_member_asks_again_as_a_plain_member(recruiter: User, company: Organization) -> None:
    long_ago = timezone.now() - timedelta(days=9)
    gone = MembershipFactory(organization=company, administrator=True, asked_at=long_ago)
    end_membership(membership=gone, by=recruiter)

    again = ask_to_join(organization=company, by=gone.user)

    assert (again.state, again.role) == (MembershipState.REQUESTED, MembershipRole.MEMBER)


# Pages ---------------------------------------------------------------------------


def test_person_asks_from_the_page_and_takes_it_back(
    signed_in: Any, company: Organization, recruiter: User
) -> None:
    client = signed_in(UserFactory())
    address = f"/organizations/{company.slug}/join/"

    client.post(address, {"message": "Hello"})
    asked = client.get(address).content.decode()
    membership = Membership.objects.get(state=MembershipState.REQUESTED)
    client.post(f"/organizations/{company.slug}/people/{membership.pk}/end/")

    membership.refresh_from_db()
    assert "You have asked to join" in asked
    assert membership.state == MembershipState.LEFT


@pytest.mark.parametrize(
    ("do", "field", "value"),
    [
        ("accept", "state", "active"),
        ("decline", "state", "declined"),
        ("nonsense", "state", "requested"),
    ],
)
def test_buttons_decide(
    signed_in: Any, recruiter: User, company: Organization, do: str, field: str, value: str
) -> None:
    request = MembershipFactory(organization=company, state=MembershipState.REQUESTED)

    signed_in(recruiter).post(f"/organizations/{company.slug}/people/{request.pk}/", {"do": do})

    request.refresh_from_db()
    assert getattr(request, field) == value


def test_foreign_ids_are_not_found(signed_in: Any, recruiter: User, company: Organization) -> None:
    foreign = MembershipFactory(state=MembershipState.REQUESTED)
    client = signed_in(recruiter)
    people = f"/organizations/{company.slug}/people"

    codes = [
        client.post(f"{people}/{foreign.pk}/", {"do": "accept"}).status_code,
        client.post(f"{people}/{foreign.pk}/end/").status_code,
        client.post(f"{people}/{10**30}/", {"do": "accept"}).status_code,
        client.get(f"{people}/{foreign.pk}/").status_code,
    ]

    foreign.refresh_from_db()
    assert codes == [404, 404, 404, 405]
    assert foreign.state == MembershipState.REQUESTED


def test_plain_member_cannot_press_the_buttons(signed_in: Any, company: Organization) -> None:
    member = MembershipFactory(organization=company)
    request = MembershipFactory(organization=company, state=MembershipState.REQUESTED)
    client = signed_in(member.user)
    people = f"/organizations/{company.slug}/people"

    page = client.get(f"{people}/").content.decode()
    codes = [
        client.post(f"{people}/{request.pk}/", {"do": "accept"}).status_code,
        client.post(f"{people}/{member.pk}/", {"do": "admin"}).status_code,
        client.post(f"{people}/{request.pk}/end/").status_code,
    ]

    assert request.user.email not in page
    assert codes == [403, 403, 403]


def test_removed_person_gets_a_letter_with_the_reason(
    signed_in: Any, recruiter: User, company: Organization
) -> None:
    paul = MembershipFactory(organization=company)
    address = f"/organizations/{company.slug}/people/{paul.pk}/end/"
    client = signed_in(recruiter)

    asked = client.get(address)
    client.post(address, {"reason": "You moved to another firm."})

    paul.refresh_from_db()
    assert asked.status_code == 200
    assert paul.state == MembershipState.LEFT
    assert "You moved to another firm." in mail.outbox[0].body


def test_what_was_ended_is_said(signed_in: Any, recruiter: User, company: Organization) -> None:
    paul = MembershipFactory(organization=company)
    asker = MembershipFactory(organization=company, state=MembershipState.REQUESTED)

    def end(client: Any, membership: Membership) -> str:
        path = f"/organizations/{company.slug}/people/{membership.pk}/end/"
        response = client.post(path, {"reason": "Moved."}, follow=True)
        return html.unescape(response.content.decode())

    assert f"{paul.user} is no longer a member." in end(signed_in(recruiter), paul)
    assert "is taken back." in end(signed_in(asker.user), asker)
    second = MembershipFactory(organization=company)
    assert f"You have left {company.name}." in end(signed_in(second.user), second)


def test_last_administrator_reads_why_they_cannot_leave(
    signed_in: Any, recruiter: User, company: Organization
) -> None:
    mine = company.memberships.get(user=recruiter)

    response = signed_in(recruiter).post(
        f"/organizations/{company.slug}/people/{mine.pk}/end/", follow=True
    )

    assert "needs an administrator" in response.content.decode()


@pytest.mark.parametrize("rows", [1, 3])
def test_people_page_costs_the_same_with_more_people(
    client: Client,
    recruiter: User,
    company: Organization,
    django_assert_num_queries: Any,
    rows: int,
) -> None:
    for _ in range(rows):
        MembershipFactory(organization=company)
        MembershipFactory(organization=company, state=MembershipState.REQUESTED)
    client.force_login(recruiter, backend="django.contrib.auth.backends.ModelBackend")
    address = f"/organizations/{company.slug}/people/"
    client.get(address)

    # session, person, duties, memberships, organization, members, requests, invitations
    with django_assert_num_queries(8):
        client.get(address)
