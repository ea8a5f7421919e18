"""Organizations: put forward, found again, changed by two, decided by staff."""

import threading
from typing import Any

import pytest
from django.core import mail
from django.db import connection
from django.test import Client

from accounts.actions import (
    MoveRefused,
    NameTaken,
    NotAllowed,
    ReasonMissing,
    SavedInBetween,
    change_organization,
    close_organization,
    create_organization,
    decide_organization,
    reopen_organization,
    resubmit_organization,
)
from accounts.choices import ORGANIZATION_MOVES, OrganizationState
from accounts.models import Entry, Membership, Organization, User, name_key
from accounts.profile import Sections, sections
from tests.factories import (
    MembershipFactory,
    OrganizationFactory,
    PlaceFactory,
    SectorFactory,
    UserFactory,
)

TYPED = {
    "name": "Estudio Mariposa",
    "does": ["employs"],
    "zip": "78701",
    "size_band": "5-9",
    "website": "mariposa.example.org",
    "about": "A studio of five.",
}


@pytest.fixture
def typed(region: object) -> dict[str, Any]:
    return TYPED | {"sector": SectorFactory().pk}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Granite Ridge Electric", "granite ridge electric, LLC"),
        ("Estudio Mariposa", "Estúdio  Mariposa Inc."),
        ("The Hill Company", "HILL Co"),
    ],
)
def test_names_that_mean_the_same_have_one_key(one: str, other: str) -> None:
    assert name_key(one) == name_key(other)


def test_name_of_legal_words_alone_keeps_them() -> None:
    assert name_key("The Company") == "the company"


def test_newcomer_puts_an_organization_forward_and_administers_it(
    signed_in: Any, typed: dict
) -> None:
    rosa = UserFactory(name="Rosa")

    response = signed_in(rosa).post("/organizations/new/", typed)

    made = Organization.objects.get()
    assert response.url == made.get_absolute_url()
    assert (made.state, made.employs, made.teaches) == ("pending", True, False)
    assert (made.place_id, made.website) == ("78701", "https://mariposa.example.org")
    assert rosa.administers == {made.pk}
    assert Entry.objects.get().by == rosa


def test_form_refuses_with_a_sentence_and_keeps_what_was_typed(signed_in: Any, typed: dict) -> None:
    wrong = typed | {"zip": "00000", "does": [], "website": "http://127.0.0.1/", "name": "\u202e"}

    response = signed_in(UserFactory()).post("/organizations/new/", wrong)

    page = response.content.decode()
    assert "<title>Error:" in page
    assert "We do not know this ZIP code" in page
    assert "Tick at least one" in page
    assert "Give a public web address" in page
    assert "A studio of five." in page
    assert not Organization.objects.exists()


@pytest.mark.parametrize(
    "website",
    [
        "https://[jobs",
        "https://ex／ample.org",
        "https://exam℀ple.org",
        "http://a.b/[",
        "//[::",
        "http://[v1.x]/",
    ],
)
def test_odd_websites_are_refused_with_a_sentence(
    signed_in: Any, typed: dict, website: str
) -> None:
    response = signed_in(UserFactory()).post("/organizations/new/", typed | {"website": website})

    assert response.status_code == 422
    assert list(response.context["form"].errors) == ["website"]


@pytest.mark.parametrize("zip_code", ["١٢٣٤٥", "78701-1234", "7" * 10, "-1", "🙂"])
def test_odd_zip_codes_never_break_the_form(signed_in: Any, typed: dict, zip_code: str) -> None:
    response = signed_in(UserFactory()).post("/organizations/new/", typed | {"zip": zip_code})

    assert response.status_code in (302, 422)


def test_like_names_are_offered_before_one_is_made(
    signed_in: Any, typed: dict, company: Organization
) -> None:
    client = signed_in(UserFactory())
    near = typed | {"name": "Granite Rdge Electric LLC"}

    asked = client.post("/organizations/new/", near)
    made = client.post("/organizations/new/", near | {"not_listed": "1"})

    assert "Is it one of these?" in asked.content.decode()
    assert f"/organizations/{company.slug}/join/" in asked.content.decode()
    assert made.status_code == 302
    assert Organization.objects.filter(name="Granite Rdge Electric LLC").exists()


def test_pending_organization_is_not_offered(signed_in: Any, typed: dict) -> None:
    OrganizationFactory(name="Estudio Mariposas")

    response = signed_in(UserFactory()).post("/organizations/new/", typed)

    assert response.status_code == 302


def test_same_name_of_somebody_else_is_refused(region: object) -> None:
    OrganizationFactory(name="Estudio Mariposa")

    with pytest.raises(NameTaken):
        create_organization(by=UserFactory(), name="ESTUDIO MARIPOSA")


@pytest.mark.parametrize("state", ["pending", "returned", "suspended"])
def test_name_of_a_hidden_organization_is_refused_with_a_way_on(
    signed_in: Any, typed: dict, state: str
) -> None:
    hidden = OrganizationFactory(name="Estudio Mariposa", state=state)

    page = signed_in(UserFactory()).post("/organizations/new/", typed).content.decode()

    assert "If it is yours, ask the colleague who put it forward or write to help@" in page
    assert hidden.slug not in page


def test_name_of_a_public_organization_is_offered_to_join(
    signed_in: Any, typed: dict, company: Organization
) -> None:
    client = signed_in(UserFactory())
    same = typed | {"name": "granite ridge electric"}

    asked = client.post("/organizations/new/", same).content.decode()
    insisted = client.post("/organizations/new/", same | {"not_listed": "1"}).content.decode()

    assert "Is it one of these?" in asked
    assert "is here already" not in asked
    assert "is here already" in insisted


@pytest.mark.parametrize("name", ["日本語学校", "new", "🙂 a"])
def test_slug_is_never_empty_nor_taken_by_a_page(region: object, name: str) -> None:
    made = create_organization(by=UserFactory(), name=name)

    assert made.slug not in ("", "new")


@pytest.mark.django_db(transaction=True)
def test_sending_twice_at_once_makes_one(transactional_db: None) -> None:
    rosa = UserFactory()
    made: list[int] = []
    start = threading.Barrier(8)

    def send() -> None:
        start.wait()
        made.append(create_organization(by=rosa, name="Estudio Mariposa").pk)
        connection.close()

    threads = [threading.Thread(target=send) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(made) == 8
    assert len(set(made)) == 1
    assert Membership.objects.count() == 1


# Who sees it ---------------------------------------------------------------------


PAGES = ["", "edit/", "join/", "people/", "review/"]


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("state", ["pending", "suspended"])
def test_strangers_do_not_learn_of_a_hidden_organization(
    client: Client, outsider: User, page: str, state: str
) -> None:
    hidden = OrganizationFactory(name="Secret Steel", state=state, about="Not yet")
    address = f"/organizations/{hidden.slug}/{page}"

    anonymous = client.get(address)
    client.force_login(outsider, backend="django.contrib.auth.backends.ModelBackend")
    stranger = client.get(address)

    # Without an account every closed page answers alike: it asks to sign in.
    assert anonymous.status_code == (302 if page else 404)
    assert stranger.status_code == (403 if page == "review/" else 404)
    assert "Secret Steel" not in stranger.content.decode()


@pytest.mark.parametrize("slug", ["no-such", "-", "_", "a" * 300])
def test_odd_slugs_are_not_found(client: Client, region: object, slug: str) -> None:
    assert client.get(f"/organizations/{slug}/").status_code == 404


def test_public_page_shows_facts_without_history(client: Client, company: Organization) -> None:
    response = client.get(company.get_absolute_url())

    page = response.content.decode()
    assert "Austin" in page
    assert "History" not in page


def test_member_sees_why_nobody_else_sees_it(signed_in: Any, region: object) -> None:
    organization = OrganizationFactory()
    rosa = MembershipFactory(organization=organization).user

    response = signed_in(rosa).get(organization.get_absolute_url())

    assert "Our staff check this organization" in response.content.decode()


def test_rooms_to_the_right_add_what_they_know(company: Organization) -> None:
    page = Sections()
    page.register("a.html", lambda organization, user: {"name": organization.name})
    page.register("b.html", lambda organization, user: None)

    found = page.of(company, None)

    assert found == [{"template": "a.html", "here": {"name": company.name}}]


# Two editors ---------------------------------------------------------------------


def edit(client: Client, organization: Organization, **changes: Any) -> Any:
    typed = TYPED | {"name": organization.name, "sector": organization.sector_id, "version": "1"}
    return client.post(f"/organizations/{organization.slug}/edit/", typed | changes)


def test_administrator_edits_and_history_keeps_before_and_after(
    signed_in: Any, recruiter: User, company: Organization
) -> None:
    response = edit(signed_in(recruiter), company, about="New words", street="1 Main St")

    company.refresh_from_db()
    entry = Entry.objects.first()
    assert response.url == company.get_absolute_url()
    assert (company.about, company.version) == ("New words", 2)
    assert (entry.before["about"], entry.after["about"]) == ("", "New words")


@pytest.mark.parametrize(
    ("name", "state"),
    [("City of Austin", "pending"), ("GRANITE RIDGE ELECTRIC, LLC", "verified")],
)
def test_new_name_of_a_verified_organization_is_checked_again(
    signed_in: Any, recruiter: User, company: Organization, name: str, state: str
) -> None:
    client = signed_in(recruiter)
    form = client.get(f"/organizations/{company.slug}/edit/").content.decode()

    edit(client, company, name=name)

    company.refresh_from_db()
    assert "A new name is checked again before you can post." in form
    assert (company.name, company.state, company.is_public) == (name, state, True)
    renewed = Entry.objects.filter(what="sent it in under its new name", by=recruiter)
    assert renewed.exists() is (state == "pending")


def test_suspended_organization_cannot_be_changed(
    signed_in: Any, recruiter: User, company: Organization
) -> None:
    Organization.objects.filter(pk=company.pk).update(state=OrganizationState.SUSPENDED)
    client = signed_in(recruiter)

    refused = edit(client, company, name="City of Austin")
    page = client.get(refused.url).content.decode()
    with pytest.raises(MoveRefused):
        change_organization(organization=company, version=1, by=recruiter, name="City of Austin")

    company.refresh_from_db()
    assert company.name == "Granite Ridge Electric"
    assert "A suspended organization cannot be changed." in page
    assert f"/organizations/{company.slug}/edit/" not in page


def test_second_editor_sees_both_texts_and_saves_after_all(
    signed_in: Any, recruiter: User, company: Organization
) -> None:
    client = signed_in(recruiter)
    edit(client, company, about="First words")

    conflict = edit(client, company, about="Second words")
    saved = edit(client, company, about="Second words", version="2")

    page = conflict.content.decode()
    assert conflict.status_code == 409
    assert "<title>Error:" in page
    assert "First words" in page
    assert "Second words" in page
    assert 'name="version" value="2"' in page
    assert saved.status_code == 302
    company.refresh_from_db()
    assert company.about == "Second words"


def test_change_of_an_old_version_is_refused(company: Organization, recruiter: User) -> None:
    with pytest.raises(SavedInBetween):
        change_organization(organization=company, version=0, by=recruiter, about="x")


def test_only_administrators_edit(
    signed_in: Any, company: Organization, coordinator: User, outsider: User
) -> None:
    member = MembershipFactory(organization=company).user

    codes = [edit(signed_in(p), company).status_code for p in (member, outsider, coordinator)]

    assert codes == [403, 403, 403]


def test_forged_fields_are_not_taken(
    signed_in: Any, recruiter: User, company: Organization
) -> None:
    company.state = OrganizationState.PENDING
    company.save()

    edit(signed_in(recruiter), company, state="verified", slug="x", verified_at="2020-01-01")

    company.refresh_from_db()
    assert (company.state, company.slug != "x") == ("pending", True)


# Staff decide --------------------------------------------------------------------


@pytest.mark.parametrize("now", OrganizationState.values)
@pytest.mark.parametrize("to", OrganizationState.values)
def test_state_moves_only_along_its_table(coordinator: User, now: str, to: str) -> None:
    organization = OrganizationFactory(state=now)
    # A new name sends a verified one to staff again, and its people a returned one.
    by_others = to == OrganizationState.PENDING and now != OrganizationState.CLOSED
    allowed = to in ORGANIZATION_MOVES[now] and not by_others

    def move() -> None:
        if to == OrganizationState.CLOSED:
            close_organization(organization=organization, reason="Because", by=coordinator)
        elif to == OrganizationState.PENDING:
            reopen_organization(organization=organization, by=coordinator)
        else:
            decide_organization(organization=organization, to=to, by=coordinator, reason="x")

    if allowed:
        move()
    else:
        with pytest.raises(MoveRefused):
            move()

    organization.refresh_from_db()
    assert organization.state == (to if allowed else now)


def test_every_state_can_be_reached() -> None:
    reached = set().union(*ORGANIZATION_MOVES.values())

    assert reached == set(OrganizationState.values)


def test_staff_do_not_decide_about_their_own(coordinator: User) -> None:
    own = MembershipFactory(user=coordinator, administrator=True).organization

    with pytest.raises(NotAllowed):
        decide_organization(organization=own, to="verified", by=coordinator)


def test_staff_do_not_verify_what_they_put_forward_and_left(
    signed_in: Any, coordinator: User
) -> None:
    made = create_organization(by=coordinator, name="Cedar Fork Millwork")
    Membership.objects.filter(organization=made).delete()
    client = signed_in(User.objects.get(pk=coordinator.pk))

    page = client.get(made.get_review_url()).content.decode()
    client.post(made.get_review_url(), {"to": "verified"})
    queue = client.get("/review/").content.decode()
    desk = client.get("/desk/").content.decode()

    made.refresh_from_db()
    assert made.state == OrganizationState.PENDING
    assert "a colleague has to decide" in page
    assert "Yours: a colleague has to decide" in queue
    assert made.get_review_url() not in desk


def test_no_needs_a_reason(coordinator: User) -> None:
    with pytest.raises(ReasonMissing):
        decide_organization(organization=OrganizationFactory(), to="returned", by=coordinator)


def test_staff_verify_and_its_administrators_get_a_letter(
    signed_in: Any, coordinator: User
) -> None:
    rosa = MembershipFactory(administrator=True, user__email="rosa@example.org")
    organization = rosa.organization

    decision = {"to": "verified", "seen": organization.version}
    response = signed_in(coordinator).post(organization.get_review_url(), decision)

    organization.refresh_from_db()
    [letter] = mail.outbox
    assert response.url == "/review/"
    assert organization.state == OrganizationState.VERIFIED
    assert organization.verified_at == organization.decided_at
    assert letter.to == ["rosa@example.org"]
    assert organization.get_absolute_url() in letter.body
    assert letter.extra_headers["X-Letter-Kind"] == "organization"


def test_nothing_is_verified_that_was_not_read(signed_in: Any, coordinator: User) -> None:
    rosa = MembershipFactory(administrator=True, organization__name="Honest Bakery")
    bakery = rosa.organization
    change_organization(organization=bakery, version=1, by=rosa.user, name="City of Austin")
    staff = signed_in(coordinator)

    answers = [
        staff.post(bakery.get_review_url(), {"to": "verified", "reason": "Fine"} | seen)
        for seen in ({"seen": "1"}, {}, {"seen": "0"})
    ]
    with pytest.raises(SavedInBetween):
        decide_organization(organization=bakery, to="verified", by=coordinator, seen=1)

    bakery.refresh_from_db()
    page = answers[0].content.decode()
    assert [a.status_code for a in answers] == [409, 409, 409]
    assert "It has changed since you opened it" in page
    assert 'name="seen" value="2"' in page
    assert "City of Austin" in page and "Fine" in page
    assert bakery.state == OrganizationState.PENDING


def test_returned_one_is_mended_and_sent_again(
    signed_in: Any, coordinator: User, recruiter: User, company: Organization
) -> None:
    company.state, company.verified_at = OrganizationState.PENDING, None
    company.save()
    staff = signed_in(coordinator)
    seen = {"to": "returned", "seen": company.version}
    bare = staff.post(company.get_review_url(), seen | {"reason": " "})
    staff.post(company.get_review_url(), seen | {"reason": "Name your site."})
    company.refresh_from_db()
    reason = company.state_reason

    edit(signed_in(recruiter), company)

    company.refresh_from_db()
    assert "Say why" in bare.content.decode()
    assert reason == "Name your site."
    assert "Name your site." in mail.outbox[0].body
    assert (company.state, company.state_reason) == ("pending", "")


def test_page_stays_public_from_the_return_to_the_next_decision(
    signed_in: Any, coordinator: User, recruiter: User, company: Organization
) -> None:
    decide_organization(organization=company, to="returned", by=coordinator, reason="New site?")
    edit(signed_in(recruiter), company)

    mine = signed_in(recruiter).get(company.get_absolute_url()).content.decode()
    public = Client().get(company.get_absolute_url())

    company.refresh_from_db()
    assert (company.state, company.is_public) == ("pending", True)
    assert list(Organization.objects.public()) == [company]
    assert public.status_code == 200
    assert "Its page stays public meanwhile" in mine


@pytest.mark.parametrize("state", ["pending", "verified", "suspended"])
def test_only_a_returned_one_is_sent_again(recruiter: User, state: str) -> None:
    with pytest.raises(MoveRefused):
        resubmit_organization(organization=OrganizationFactory(state=state), by=recruiter)


def test_sending_again_is_a_post(signed_in: Any, recruiter: User, company: Organization) -> None:
    address = f"/organizations/{company.slug}/send/"
    company.state = OrganizationState.RETURNED
    company.save()
    client = signed_in(recruiter)

    asked, sent = client.get(address), client.post(address)

    company.refresh_from_db()
    assert (asked.status_code, sent.status_code) == (405, 302)
    assert company.state == OrganizationState.PENDING


def test_suspended_one_disappears(client: Client, coordinator: User, company: Organization) -> None:
    decide_organization(organization=company, to="suspended", by=coordinator, reason="Fraud")

    assert client.get(company.get_absolute_url()).status_code == 404


def test_nobody_but_administrators_of_the_coalition_opens_the_review(
    signed_in: Any, recruiter: User, company: Organization
) -> None:
    client = signed_in(recruiter)

    codes = [client.get(p).status_code for p in (company.get_review_url(), "/review/")]

    assert codes == [403, 403]


def test_staff_member_sees_that_a_colleague_decides(signed_in: Any, coordinator: User) -> None:
    own = MembershipFactory(user=coordinator, administrator=True).organization
    client = signed_in(coordinator)

    page = client.get(own.get_review_url()).content.decode()
    client.post(own.get_review_url(), {"to": "verified"})

    own.refresh_from_db()
    assert "a colleague has to decide" in page
    assert "Verify it" not in page
    assert own.state == OrganizationState.PENDING


@pytest.mark.parametrize("rows", [1, 3])
def test_profile_costs_the_same_with_more_history(
    signed_in: Any,
    django_assert_num_queries: Any,
    monkeypatch: pytest.MonkeyPatch,
    rows: int,
    recruiter: User,
    company: Any,
) -> None:
    """This room's part alone: what other rooms register costs what they say it costs."""
    monkeypatch.setattr(sections, "registered", [])
    client = signed_in(recruiter)
    for _ in range(rows):
        MembershipFactory(organization=company)
    for _ in range(rows):
        company.version = Organization.objects.get(pk=company.pk).version
        change_organization(
            organization=company, version=company.version, by=recruiter, about=str(company.version)
        )
    client.get(company.get_absolute_url())

    # session, person, duties, memberships, organization, history
    with django_assert_num_queries(6):
        client.get(company.get_absolute_url())


def test_place_outside_the_region_is_taken(signed_in: Any, typed: dict) -> None:
    PlaceFactory(zip="78205", city="San Antonio")

    signed_in(UserFactory()).post("/organizations/new/", typed | {"zip": "78205"})

    assert Organization.objects.get().place.city == "San Antonio"
