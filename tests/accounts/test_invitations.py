"""Invitations: sent, used once, too old, withdrawn, for one mailbox alone."""

import re
import threading
from datetime import timedelta
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts.actions import (
    MoveRefused,
    NotAllowed,
    TooManyLetters,
    accept_invitation,
    close_organization,
    create_person,
    invite,
    send_invitation_again,
)
from accounts.choices import MembershipRole, MembershipState, OrganizationState
from accounts.models import Entry, Invitation, Membership, Organization, User
from accounts.views import invitations as views
from outreach.actions.letters import put
from tests.conftest import PASSWORD
from tests.factories import MembershipFactory, OrganizationFactory


def link_in(letter: mail.EmailMessage) -> str:
    return re.search(r"/invitations/[^/]+/", letter.body)[0]


def token_in(letter: mail.EmailMessage) -> str:
    return link_in(letter).split("/")[2]


@pytest.fixture
def paul(region: object) -> User:
    return create_person(email="Paul@granite.example.com", name="Paul", password=PASSWORD)


@pytest.fixture
def link(company: Organization, recruiter: User) -> str:
    """Rosa has invited Paul as a member."""
    invite(organization=company, email="paul@granite.example.com", role="member", by=recruiter)
    return link_in(mail.outbox[-1])


def age(days: int) -> None:
    back = timezone.now() - timedelta(days=days)
    Invitation.objects.update(invited_at=back, expires_at=back + timedelta(days=14))


def test_administrator_invites_and_the_invited_joins(
    signed_in: Any, recruiter: User, company: Organization, paul: User
) -> None:
    typed = {"email": "PAUL@granite.example.com", "role": "admin"}

    sent = signed_in(recruiter).post(f"/organizations/{company.slug}/people/invite/", typed)
    [letter] = mail.outbox
    client = signed_in(paul)
    page = client.get(link_in(letter)).content.decode()
    joined = client.post(link_in(letter))

    mine = Membership.objects.get(user=paul)
    assert sent.url == f"/organizations/{company.slug}/people/"
    assert letter.to == ["paul@granite.example.com"]
    assert letter.extra_headers["X-Letter-Secret"] == "1"
    assert "Rosa invites you, as an administrator" in page
    assert joined.url == company.get_absolute_url()
    assert (mine.state, mine.role) == (MembershipState.ACTIVE, MembershipRole.ADMIN)
    assert Entry.objects.filter(by=paul, what="accepted the invitation as administrator").exists()


def test_only_the_hash_of_the_link_is_kept(link: str) -> None:
    token = link.split("/")[2]

    assert token not in str(Invitation.objects.values().get())
    assert not Entry.objects.filter(after__icontains=token).exists()


def test_the_letter_with_the_link_is_emptied_once_it_has_left(link: str) -> None:
    letter = put(messages=mail.outbox[-1:])[0]

    assert link in letter.text
    assert letter.secret


def test_looking_at_the_link_changes_nothing(client: Client, link: str, paul: User) -> None:
    client.force_login(paul, backend="django.contrib.auth.backends.ModelBackend")

    client.get(link)
    client.head(link)

    assert not Membership.objects.filter(user=paul).exists()


def test_signed_out_person_signs_in_and_comes_back(client: Client, link: str, paul: User) -> None:
    page = client.get(link).content.decode()
    asked = client.post(link)
    signed = client.post(
        f"/accounts/login/?next={link}", {"login": paul.email, "password": PASSWORD, "next": link}
    )

    assert "p…@granite.example.com" in page
    assert "paul@" not in page.lower()
    assert f"/accounts/signup/?next={link.replace('/', '%2F')}" in page
    assert asked.url == f"/accounts/login/?next={link}"
    assert signed.url == link


def test_newcomer_signs_up_and_comes_back(client: Client, link: str) -> None:
    newcomer = {"name": "Paul", "email": "paul@granite.example.com", "password1": PASSWORD}

    sent = client.post(f"/accounts/signup/?next={link}", newcomer | {"next": link})
    code = re.search(r"^ {4}(\S+)$", mail.outbox[-1].body, re.MULTILINE).group(1)
    done = client.post(sent.url, {"code": code})
    joined = client.post(link)

    assert done.url == link
    assert joined.status_code == 302
    assert Membership.objects.get(user__name="Paul").state == MembershipState.ACTIVE


@pytest.mark.parametrize("verified", [None, False])
def test_whoever_does_not_own_the_mailbox_stays_out(
    signed_in: Any, link: str, outsider: User, verified: bool | None
) -> None:
    if verified is not None:
        EmailAddress.objects.create(
            user=outsider, email="paul@granite.example.com", verified=verified
        )
    client = signed_in(outsider)

    page = client.get(link).content.decode()
    refused = client.post(link)

    assert "This invitation was sent to p…@granite.example.com" in page
    assert "paul@granite" not in page
    assert refused.status_code == 403
    assert not Membership.objects.filter(user=outsider, organization__name__startswith="G").exists()


def test_second_confirmed_address_counts(signed_in: Any, link: str, outsider: User) -> None:
    EmailAddress.objects.create(user=outsider, email="Paul@Granite.example.com", verified=True)

    assert signed_in(outsider).post(link).status_code == 302


@pytest.mark.parametrize(
    ("state", "status", "words"),
    [
        ("used", 410, "This invitation has been used"),
        ("withdrawn", 410, "This invitation was withdrawn"),
        ("expired", 410, "This invitation is too old"),
        ("shut", 410, "takes nobody in now"),
        ("unknown", 404, "This link does not work"),
    ],
)
def test_dead_link_says_what_happened(
    client: Client, link: str, company: Organization, state: str, status: int, words: str
) -> None:
    now = timezone.now()
    if state == "used":
        Invitation.objects.update(used_at=now)
    elif state == "withdrawn":
        Invitation.objects.update(withdrawn_at=now)
    elif state == "expired":
        age(days=15)
    elif state == "shut":
        Organization.objects.filter(pk=company.pk).update(state=OrganizationState.SUSPENDED)
    else:
        link = "/invitations/nothing-of-ours/"

    answer = client.get(link)

    assert answer.status_code == status
    assert words in answer.content.decode()
    assert ("Send a fresh link" in answer.content.decode()) is (state == "expired")


def test_link_that_ran_out_offers_a_fresh_one_to_the_same_address(
    client: Client, link: str, paul: User
) -> None:
    age(days=15)

    sent = client.post(f"{link}again/", {"email": "thief@example.com"})
    again = client.post(f"{link}again/")
    fresh = link_in(mail.outbox[-1])
    client.force_login(paul, backend="django.contrib.auth.backends.ModelBackend")
    joined = client.post(fresh)

    assert "p…@granite.example.com" in sent.content.decode()
    assert [letter.to for letter in mail.outbox] == [["paul@granite.example.com"]] * 2
    assert again.status_code == 404
    assert fresh != link
    assert joined.status_code == 302


@pytest.mark.parametrize("standing", ["open", "used", "withdrawn"])
def test_nothing_but_a_link_that_ran_out_is_sent_again_by_strangers(
    client: Client, link: str, standing: str
) -> None:
    if standing != "open":
        Invitation.objects.update(**{f"{standing}_at": timezone.now()})

    client.post(f"{link}again/")

    assert len(mail.outbox) == 1


def test_used_link_of_a_person_who_left_does_not_let_them_in_again(
    signed_in: Any, link: str, paul: User
) -> None:
    client = signed_in(paul)
    client.post(link)
    Membership.objects.filter(user=paul).update(state=MembershipState.LEFT)

    client.post(link)

    assert Membership.objects.get(user=paul).state == MembershipState.LEFT


def test_link_that_a_fresh_letter_replaces_at_this_moment_is_unknown(
    signed_in: Any, link: str, recruiter: User, paul: User, monkeypatch: Any
) -> None:
    """The letter is sent again between our looking and our accepting."""
    looking = views.find_invitation
    age(1)

    def and_it_is_sent_again(*, token: str) -> Invitation:
        found = looking(token=token)
        send_invitation_again(invitation=found, by=recruiter)
        return found

    monkeypatch.setattr(views, "find_invitation", and_it_is_sent_again)

    assert signed_in(paul).post(link).status_code == 404
    assert not Membership.objects.filter(user=paul).exists()


def test_used_link_does_not_call_a_person_who_left_a_member(
    signed_in: Any, link: str, paul: User, company: Organization
) -> None:
    client = signed_in(paul)
    client.post(link, follow=True)
    Membership.objects.filter(user=paul).update(state=MembershipState.LEFT)

    answer = client.post(link, follow=True)

    assert "member now" not in answer.content.decode()


def test_people_page_sends_again_and_withdraws(
    signed_in: Any, recruiter: User, company: Organization, link: str
) -> None:
    client = signed_in(recruiter)
    one = Invitation.objects.get()
    address = f"/organizations/{company.slug}/people/invitations/{one.pk}/"

    too_soon = client.post(address, {"do": "again"}, follow=True).content.decode()
    age(days=1)
    client.post(address, {"do": "again"})
    fresh = link_in(mail.outbox[-1])
    old_link = Client().get(link).status_code
    client.post(address, {"do": "withdraw"})

    assert "quarter of an hour" in too_soon
    assert old_link == 404
    assert Client().get(fresh).status_code == 410
    page = client.get(f"/organizations/{company.slug}/people/").content.decode()
    assert "without an answer" not in page


def test_inviting_a_member_or_twice_says_so(
    signed_in: Any, recruiter: User, company: Organization, link: str, paul: User
) -> None:
    client = signed_in(recruiter)
    address = f"/organizations/{company.slug}/people/invite/"
    typed = {"email": "paul@granite.example.com", "role": "member"}

    twice = client.post(address, typed)
    accept_invitation(token=link.split("/")[2], by=paul)
    member = client.post(address, typed)

    assert (twice.status_code, member.status_code) == (422, 422)
    assert "is invited already" in twice.content.decode()
    assert "Paul is a member already." in member.content.decode()
    assert 'value="paul@granite.example.com"' in member.content.decode()


@pytest.mark.parametrize(
    "typed",
    [
        {"email": "", "role": "member"},
        {"email": "nobody", "role": "member"},
        {"email": "a@localhost", "role": "member"},
        {"email": "a@b.example\nBcc: x@y.example", "role": "member"},
        {"email": "a@b.example.com", "role": "owner"},
        {"email": "a@b.example.com"},
    ],
)
def test_odd_invitations_are_refused(
    signed_in: Any, recruiter: User, company: Organization, typed: dict
) -> None:
    answer = signed_in(recruiter).post(f"/organizations/{company.slug}/people/invite/", typed)

    assert answer.status_code == 422
    assert not Invitation.objects.exists()


def test_plain_members_and_strangers_invite_nobody(
    signed_in: Any, company: Organization, outsider: User, link: str
) -> None:
    member = MembershipFactory(organization=company).user
    one = Invitation.objects.get()
    people = f"/organizations/{company.slug}/people"

    for person in (member, outsider):
        client = signed_in(person)
        assert client.get(f"{people}/invite/").status_code == 403
        assert client.post(f"{people}/invitations/{one.pk}/", {"do": "again"}).status_code == 403
        with pytest.raises(NotAllowed):
            invite(organization=company, email="x@y.example.com", role="admin", by=person)
        with pytest.raises(NotAllowed):
            send_invitation_again(invitation=one, by=person)
    assert "paul@" not in signed_in(member).get(f"{people}/").content.decode()


def test_foreign_invitation_is_not_found(
    signed_in: Any, recruiter: User, company: Organization
) -> None:
    other = OrganizationFactory(verified=True)
    foreign = Invitation.objects.create(
        organization=other, email="a@b.example.com", token_hash="x", expires_at=timezone.now()
    )

    answer = signed_in(recruiter).post(
        f"/organizations/{company.slug}/people/invitations/{foreign.pk}/", {"do": "withdraw"}
    )

    foreign.refresh_from_db()
    assert (answer.status_code, foreign.withdrawn_at) == (404, None)


def test_unverified_organization_writes_five_letters_a_day(region: object) -> None:
    pending = OrganizationFactory()
    rosa = MembershipFactory(organization=pending, administrator=True).user
    for number in range(5):
        invite(organization=pending, email=f"p{number}@b.example.com", role="member", by=rosa)

    with pytest.raises(TooManyLetters):
        invite(organization=pending, email="p6@b.example.com", role="member", by=rosa)

    assert len(mail.outbox) == 5


def test_closed_organization_takes_nobody(
    recruiter: User, company: Organization, link: str, paul: User, signed_in: Any
) -> None:
    close_organization(organization=company, reason="We retire", by=recruiter)

    answer = signed_in(paul).post(link)

    assert answer.status_code == 410
    with pytest.raises(NotAllowed):
        invite(organization=company, email="x@y.example.com", role="member", by=recruiter)
    assert not Membership.objects.filter(user=paul).exists()


@pytest.mark.django_db(transaction=True)
def test_accepting_twice_at_once_makes_one_membership(transactional_db: None) -> None:
    company = OrganizationFactory(verified=True)
    rosa = MembershipFactory(organization=company, administrator=True).user
    paul = create_person(email="paul@granite.example.com", name="Paul")
    invite(organization=company, email=paul.email, role="member", by=rosa)
    token = token_in(mail.outbox[-1])
    start = threading.Barrier(8)
    done: list[int] = []

    def accept() -> None:
        start.wait()
        done.append(accept_invitation(token=token, by=paul).pk)
        connection.close()

    threads = [threading.Thread(target=accept) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(done) == 8
    assert len(set(done)) == 1
    assert Membership.objects.filter(user=paul).count() == 1
    assert Entry.objects.filter(by=paul).count() == 1


@pytest.mark.django_db(transaction=True)
def test_inviting_one_address_twenty_times_at_once_writes_one_letter(
    transactional_db: None,
) -> None:
    company = OrganizationFactory(verified=True)
    rosa = MembershipFactory(organization=company, administrator=True).user
    refused: list[str] = []

    def ask() -> None:
        try:
            invite(organization=company, email="paul@granite.example.com", role="member", by=rosa)
        except MoveRefused as error:
            refused.append(str(error))
        connection.close()

    threads = [threading.Thread(target=ask) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(refused) == 19
    assert Invitation.objects.count() == 1
