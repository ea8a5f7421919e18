"""Who may claim an organization by their mailbox, and what staff look at twice."""

from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.core import mail

from accounts.actions import NotAllowed, claim_organization, create_person, end_membership
from accounts.choices import MembershipState
from accounts.claims import claimable_by
from accounts.flags import flags_of
from accounts.hosts import belongs_to_one, host_of
from accounts.models import Entry, Membership, Organization, User, name_key
from accounts.names import mixes_scripts, skeleton
from tests.factories import MembershipFactory, OrganizationFactory


@pytest.fixture
def works(region: object) -> Organization:
    return OrganizationFactory(
        name="Granite Works", website="https://www.granite.example.com/jobs", verified=True
    )


@pytest.fixture
def paul(region: object) -> User:
    return create_person(email="paul@granite.example.com", name="Paul")


@pytest.mark.parametrize(
    ("website", "host"),
    [
        ("https://www.Example.org/jobs?x=1", "example.org"),
        ("http://jobs.example.org:8080", "jobs.example.org"),
        ("https://example.org.", "example.org"),
        ("", ""),
        ("https://localhost/", ""),
        ("https://[jobs", ""),
        (f"https://{'x' * 130}.org", ""),
    ],
)
def test_host_of_a_website(website: str, host: str) -> None:
    assert host_of(website) == host


@pytest.mark.parametrize(
    ("host", "yes"),
    [
        ("granite.example.com", True),
        ("gmail.com", False),
        ("smith.wixsite.com", False),
        ("sites.google.com", False),
        ("facebook.com", False),
        ("localhost", False),
        ("", False),
        ("notgmail.com", True),
    ],
)
def test_host_that_belongs_to_one(host: str, yes: bool) -> None:
    assert belongs_to_one(host) is yes


def test_mail_domain_follows_the_website(works: Organization) -> None:
    first = works.mail_domain
    works.website = "https://new.example.com"
    works.save(update_fields=["website"])

    works.refresh_from_db()
    assert (first, works.mail_domain) == ("granite.example.com", "new.example.com")


def test_mailbox_of_the_host_lets_in_at_once(
    signed_in: Any, works: Organization, paul: User
) -> None:
    rosa = MembershipFactory(
        organization=works, administrator=True, user__email="rosa@example.org"
    ).user
    client = signed_in(paul)

    offers = [
        client.get(page).content.decode()
        for page in (works.get_absolute_url(), f"/organizations/{works.slug}/join/", "/welcome/")
    ]
    done = client.post(f"/organizations/{works.slug}/claim/")

    mine = Membership.objects.get(user=paul)
    assert all(f"/organizations/{works.slug}/claim/" in page for page in offers)
    assert done.url == works.get_absolute_url()
    assert (mine.state, mine.role) == ("active", "member")
    assert [letter.to for letter in mail.outbox] == [[rosa.email]]
    entry = Entry.objects.get(by=paul)
    assert entry.what == "joined by an address at granite.example.com"


def test_first_one_in_becomes_administrator(works: Organization, paul: User) -> None:
    MembershipFactory(organization=works, administrator=True, user__is_active=False)

    assert claim_organization(organization=works, by=paul).role == "admin"


def test_request_that_waits_is_answered_by_it(works: Organization, paul: User) -> None:
    MembershipFactory(organization=works, user=paul, state=MembershipState.REQUESTED)

    claimed = claim_organization(organization=works, by=paul)

    assert claimed.state == MembershipState.ACTIVE
    assert Membership.objects.count() == 1


@pytest.mark.parametrize(
    "case",
    "unconfirmed other-host subdomain shared shared-with-pending hidden suspended closed "
    "free-mail site-builder declined removed member".split(),
)
def test_who_may_not_claim(
    signed_in: Any, works: Organization, paul: User, coordinator: User, case: str
) -> None:
    address = EmailAddress.objects.get(user=paul)
    if case == "unconfirmed":
        EmailAddress.objects.filter(pk=address.pk).update(verified=False)
    elif case in ("other-host", "subdomain", "free-mail", "site-builder"):
        email = {
            "other-host": "paul@example.org",
            "subdomain": "paul@mail.granite.example.com",
            "free-mail": "paul@gmail.com",
            "site-builder": "paul@granite.wixsite.com",
        }[case]
        EmailAddress.objects.filter(pk=address.pk).update(email=email)
        if case in ("free-mail", "site-builder"):
            works.website = f"https://{email.partition('@')[2]}"
            works.save()
    elif case.startswith("shared"):
        OrganizationFactory(website="https://granite.example.com", verified=case == "shared")
    elif case == "hidden":
        Organization.objects.filter(pk=works.pk).update(state="pending", verified_at=None)
    elif case in ("suspended", "closed"):
        Organization.objects.filter(pk=works.pk).update(state=case)
    elif case == "declined":
        MembershipFactory(organization=works, user=paul, state=MembershipState.DECLINED)
    elif case == "removed":
        mine = MembershipFactory(organization=works, user=paul)
        end_membership(membership=mine, by=coordinator)
    else:
        MembershipFactory(organization=works, user=paul)
    paul = User.objects.get(pk=paul.pk)
    before = list(Membership.objects.values_list("pk", "state"))

    answer = signed_in(paul).post(f"/organizations/{works.slug}/claim/")

    assert claimable_by(paul) == []
    assert answer.status_code in (403, 404)
    with pytest.raises(NotAllowed):
        claim_organization(organization=works, by=paul)
    assert list(Membership.objects.values_list("pk", "state")) == before


def test_whoever_left_by_themselves_may_come_back(works: Organization, paul: User) -> None:
    mine = MembershipFactory(organization=works, user=paul)
    end_membership(membership=mine, by=paul)

    assert claimable_by(paul) == [works]


def test_closed_twin_does_not_stand_in_the_way(works: Organization, paul: User) -> None:
    OrganizationFactory(website="https://granite.example.com", state="closed")

    assert claimable_by(paul) == [works]


# What staff look at twice -----------------------------------------------------------


@pytest.mark.parametrize(
    "imitation",
    [
        "Grаnite Works",
        "GRΑΝΙΤΕ WΟRΚЅ",
        "Gran1te Works",
        "Granite W0rks",
        "Granite VVorks",
        "Gṙanite Works",
    ],
)
def test_names_that_look_alike_have_one_skeleton(imitation: str) -> None:
    assert skeleton(imitation) == skeleton("Granite Works")


@pytest.mark.parametrize("other", ["Granite Words", "Granite Works 2", "Granita Works"])
def test_names_that_differ_to_the_eye_have_two(other: str) -> None:
    assert skeleton(other) != skeleton("Granite Works")


def test_cyrillic_imitation_has_the_key_of_the_real_name() -> None:
    assert name_key("Grаnitе Wоrks") == name_key("Granite Works, LLC")


@pytest.mark.parametrize(
    ("name", "yes"),
    [
        ("Grаnite Works", True),
        ("Granite Works", False),
        ("Завод Works", False),
        ("日本語School", False),
        ("Café 24", False),
    ],
)
def test_mixed_alphabets_in_one_word(name: str, yes: bool) -> None:
    assert mixes_scripts(name) is yes


@pytest.mark.parametrize(
    ("fields", "titles"),
    [
        ({"name": "Cedar Fork Millwork"}, []),
        ({"name": "Gran1te Works"}, ["Its name looks like another’s"]),
        (
            {"name": "Grаnite Wоrks"},
            ["Its name looks like another’s", "Its name mixes alphabets"],
        ),
        (
            {"name": "Cedar", "website": "https://granite.example.com"},
            ["Its website is another’s too"],
        ),
        (
            {"name": "Cedar", "website": "https://cedar.wixsite.com"},
            ["Its website is on a free host"],
        ),
    ],
)
def test_flags_stand_on_the_review_page(
    signed_in: Any, coordinator: User, works: Organization, fields: dict, titles: list[str]
) -> None:
    suspect = OrganizationFactory(**fields)

    page = signed_in(coordinator).get(suspect.get_review_url()).content.decode()

    assert [flag.title for flag in flags_of(suspect)] == titles
    assert all(title in page for title in titles)


def test_short_imitation_by_digits_is_found(region: object) -> None:
    OrganizationFactory(name="Google", verified=True)

    [flag] = flags_of(OrganizationFactory(name="G00gle"))

    assert [other.name for other in flag.others] == ["Google"]


def test_imitation_is_offered_the_real_one_before_it_is_made(
    signed_in: Any, paul: User, works: Organization
) -> None:
    page = signed_in(paul).post("/organizations/new/", {"name": "Grаnite Wоrks"})

    assert "Is it one of these?" in page.content.decode()
