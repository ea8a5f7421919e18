"""The first half of an employer's path, and every page that leads into the portal."""

import re
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.core import mail
from playwright.sync_api import Page, expect

from accounts.actions import create_person
from accounts.choices import MembershipState
from accounts.models import Organization, User
from tests.conftest import PASSWORD
from tests.factories import MembershipFactory, OrganizationFactory, SectorFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def code_from_letter() -> str:
    return re.search(r"^ {4}(\S+)$", mail.outbox[-1].body, re.MULTILINE).group(1)


def confirm_it_is_me(page: Page) -> None:
    expect(page.get_by_role("heading", name="Is it you?")).to_be_visible()
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Continue").click()


def test_employer_signs_up_and_staff_verify_the_organization(
    page: Page, looks_right: Any, sign_in: Any, coordinator: User
) -> None:
    SectorFactory()
    OrganizationFactory(name="Granite Ridge Electric", verified=True)

    page.goto("/accounts/signup/")
    looks_right()
    page.get_by_role("button", name="Create my account").click()
    expect(page).to_have_title(re.compile("^Error: Create an account"))
    looks_right()
    page.get_by_label("Your name").fill("Nadia")
    page.get_by_label("E-mail").fill("nadia@example.org")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Create my account").click()
    expect(page.get_by_role("heading", name="Enter the code")).to_be_visible()
    looks_right()
    page.get_by_label("Code from our letter").fill("000000")
    page.get_by_role("button", name="Continue").click()
    expect(page).to_have_title(re.compile("^Error:"))
    page.get_by_label("Code from our letter").fill(code_from_letter())
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("heading", name="Welcome, Nadia")).to_be_visible()
    looks_right()

    page.get_by_role("link", name="Find or add an employer").click()
    looks_right()
    page.get_by_label("Name").fill("Granite Ridge Electrics")
    page.get_by_label("Sector").select_option(label="Construction & Skilled Trades")
    page.get_by_label("ZIP code").fill("78701")
    page.get_by_role("button", name="Send it to staff").click()
    expect(page.get_by_role("heading", name="Is it one of these?")).to_be_visible()
    looks_right()
    page.get_by_label("Name").fill("Cedar Fork Millwork")
    page.get_by_role("button", name="It is another one").click()
    expect(page.get_by_role("heading", name="Cedar Fork Millwork")).to_be_visible()
    expect(page.get_by_text("Waiting to be verified")).to_be_visible()
    looks_right()
    page.get_by_role("link", name="Edit this page").click()
    looks_right()

    page.context.clear_cookies()
    sign_in(coordinator)
    page.goto("/review/")
    looks_right()
    page.get_by_role("link", name=re.compile("Look at it.*Cedar Fork Millwork")).click()
    looks_right()
    page.get_by_role("button", name="Return it with this reason").click()
    expect(page).to_have_title(re.compile("^Error:"))
    looks_right()
    page.get_by_role("button", name="Verify it").click()
    expect(page.get_by_role("heading", name="Nothing to review")).to_be_visible()
    looks_right()
    assert Organization.objects.get(name="Cedar Fork Millwork").may_post
    assert "is verified" in mail.outbox[-1].subject


def test_colleague_asks_to_join_and_is_let_in(
    page: Page, looks_right: Any, sign_in: Any, recruiter: User, company: Organization
) -> None:
    paul = create_person(email="paul@example.org", name="Paul", password=PASSWORD)
    sign_in(paul)
    page.goto(company.get_absolute_url())
    looks_right()
    page.get_by_role("link", name="Ask to join").click()
    looks_right()
    page.get_by_label("A word to its administrators").fill("I run the Kyle office")
    page.get_by_role("button", name="Ask to join").click()
    expect(page.get_by_text("has your request")).to_be_visible()
    looks_right()

    sign_in(recruiter)
    page.goto(f"/organizations/{company.slug}/people/")
    looks_right()
    page.get_by_role("button", name="Let in Paul").click()
    expect(page.get_by_text("Paul is a member now.")).to_be_visible()
    page.get_by_role("button", name=re.compile("Make administrator.*Paul")).click()
    expect(page.get_by_text("Paul is an administrator now.")).to_be_visible()
    looks_right()
    page.get_by_role("link", name="Leave").click()
    looks_right()
    page.get_by_role("button", name="Leave").click()
    expect(page.get_by_role("heading", name="Your account")).to_be_visible()
    assert recruiter.memberships.get().state == MembershipState.LEFT


def test_second_editor_sees_the_other_words(
    page: Page, looks_right: Any, sign_in: Any, recruiter: User, company: Organization
) -> None:
    sign_in(recruiter)
    page.goto(f"/organizations/{company.slug}/edit/")
    Organization.objects.filter(pk=company.pk).update(version=2, about="Saved by a colleague")
    page.get_by_label("What does it do?").or_(page.get_by_label("It hires")).first.check()
    page.get_by_label("About it").fill("My own words")
    page.get_by_role("button", name="Save").click()

    expect(page.get_by_role("heading", name="Somebody saved this while you wrote")).to_be_visible()
    expect(page.get_by_role("cell", name="Saved by a colleague")).to_be_visible()
    looks_right()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("My own words")).to_be_visible()


@pytest.mark.parametrize(
    "path",
    [
        "/accounts/login/",
        "/accounts/login/code/",
        "/accounts/password/reset/",
        "/accounts/password/reset/done/",
        "/accounts/password/reset/key/1-dead/",
        "/accounts/password/reset/key/done/",
        "/accounts/inactive/",
    ],
)
def test_entrance_looks_right(page: Page, looks_right: Any, region: object, path: str) -> None:
    page.goto(path)
    expect(page).to_have_title(re.compile(r"\S.* · Hill & River"))
    looks_right()


def test_own_account_looks_right(page: Page, looks_right: Any, region: object) -> None:
    """Signed in by the form, so that nothing has to be confirmed again."""
    rosa = create_person(email="rosa@example.org", name="Rosa", password=PASSWORD)
    MembershipFactory(user=rosa, administrator=True)
    page.goto("/accounts/login/")
    page.get_by_label("E-mail").fill(rosa.email)
    page.get_by_label("Password").fill("wrong")
    page.get_by_role("button", name="Sign in").click()
    expect(page).to_have_title(re.compile("^Error: Sign in"))
    looks_right()
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/desk/")

    page.goto("/accounts/2fa/totp/activate/")
    looks_right()
    confirm_it_is_me(page)
    page.wait_for_url("**/2fa/totp/activate/")
    for path in (
        "/account/",
        "/account/name/",
        "/accounts/email/",
        "/accounts/password/change/",
        "/accounts/sessions/",
        "/accounts/2fa/",
        "/accounts/2fa/totp/activate/",
        "/accounts/2fa/webauthn/",
        "/accounts/logout/",
    ):
        page.goto(path)
        assert page.url.endswith(path)
        expect(page).to_have_title(re.compile(r"\S.* · Hill & River"))
        looks_right()


def test_passkey_is_added_and_signs_in(page: Page, looks_right: Any, region: object) -> None:
    """A virtual authenticator answers in place of a finger."""
    rosa = create_person(email="rosa@example.org", name="Rosa", password=PASSWORD)
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
    }
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    page.goto("/accounts/login/")
    page.get_by_label("E-mail").fill(rosa.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/desk/")

    page.goto("/accounts/2fa/webauthn/add/")
    confirm_it_is_me(page)
    looks_right()
    page.get_by_role("button", name="Add this passkey").click()
    expect(page.get_by_text("Your passkey is added.")).to_be_visible()
    looks_right()
    assert Authenticator.objects.filter(user=rosa, type="webauthn").count() == 1
    page.goto("/accounts/2fa/webauthn/")
    looks_right()

    page.goto("/accounts/logout/")
    page.get_by_role("main").get_by_role("button", name="Sign out").click()
    page.goto("/accounts/login/")
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url("**/desk/")
