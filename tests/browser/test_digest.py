"""A counselor follows a search, says yes, gets the digest and stops it, in a real browser."""

import re
from datetime import timedelta
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts.models import User
from outreach.actions.digests import plan_due, preview
from outreach.actions.post import post_due
from outreach.choices import SubscriptionState
from outreach.models import Letter, Subscription
from tests.employers.factories import OpportunityFactory
from tests.outreach.factories import LetterFactory, SubscriptionFactory
from tests.programs.factories import CareerCenterFactory
from vocabularies.models import Region

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def mail(settings: Any, tmp_path: Path) -> Path:
    """The outbox as it runs on a development machine: letters as files in this folder."""
    settings.JOURNAL_DIR, settings.MAIL_DIR = tmp_path / "journals", tmp_path / "mail"
    settings.MAILERS = {
        "default": {"BACKEND": "outreach.mailers.OutboxBackend"},
        "postman": {"BACKEND": "outreach.mailers.FolderBackend"},
    }
    return settings.MAIL_DIR


def newest(mail: Path) -> tuple[Any, str, str]:
    """(message, text, HTML) of the letter sent last."""
    message: Any = message_from_bytes(max(mail.glob("*.eml")).read_bytes(), policy=default)
    parts = [message.get_body((kind,)) for kind in ("plain", "html")]
    return message, *[part.get_content() for part in parts]


def test_subscribe_confirm_digest_unsubscribe(
    page: Page, looks_right: Any, mail: Path, region: Region
) -> None:
    CareerCenterFactory(name="Main Career Services")
    opportunity = OpportunityFactory(
        kind="apprenticeship",
        title="Electrician Apprentice",
        public_since=timezone.now() - timedelta(days=1),
        closes_at=timezone.now() + timedelta(days=30),
    )

    page.goto("/subscribe/?kind=apprenticeship&near=78701&within=25")
    expect(page.get_by_role("heading", level=1)).to_have_text(
        "Apprenticeships within 25 miles of 78701"
    )
    looks_right()
    page.get_by_label("E-mail").fill("colin")
    page.get_by_role("button", name="Send me the link").click()
    expect(page).to_have_title(re.compile("^Error: "))
    looks_right()
    page.get_by_label("E-mail").fill("colin@example.edu")
    page.get_by_label("Class or group").fill("Trades, last term")
    page.get_by_role("button", name="Send me the link").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Look in your mail")
    looks_right()

    post_due()
    _, text, _ = newest(mail)
    page.goto(re.findall(r"http\S+/confirm/\S+", text)[0])
    looks_right()
    assert Subscription.objects.get().state == SubscriptionState.UNCONFIRMED
    page.get_by_role("button", name="Yes, send them").click()
    expect(page.get_by_text("Thank you. The letters begin.")).to_be_visible()
    looks_right()

    subscription = Subscription.objects.get()
    slot = subscription.latest_slot(timezone.now()).due
    Subscription.objects.update(next_due_at=slot)
    type(opportunity).objects.update(public_since=slot - timedelta(hours=1))
    plan_due()
    post_due()
    message, text, html = newest(mail)
    assert message["Subject"] == "1 new for Trades, last term"
    assert "Electrician Apprentice" in text
    assert "Here because it is an apprenticeship" in text

    page.goto("/dev/mail/")
    looks_right()
    page.get_by_role("link", name="1 new for Trades, last term").click()
    looks_right()

    stop = str(message["List-Unsubscribe"]).strip("<>")
    page.goto(stop)
    looks_right()
    assert Subscription.objects.get().state == SubscriptionState.ACTIVE
    page.get_by_role("button", name="Stop the letters").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Stopped. No more letters come")
    looks_right()
    assert Subscription.objects.get().state == SubscriptionState.STOPPED
    page.get_by_role("link", name="Start them again").click()
    looks_right()
    page.goto("/subscriptions/confirm/nothing/")
    looks_right()


def test_digest_reads_well_in_a_mail_program(
    page: Page, looks_right: Any, mail: Path, region: Region
) -> None:
    """The HTML part is a page of its own: the same checks hold for it."""
    now = timezone.now()
    OpportunityFactory(
        title="Electrician Apprentice",
        public_since=now - timedelta(days=1),
        closes_at=now + timedelta(days=3),
    )
    OpportunityFactory(title="Welder Trainee", public_since=now - timedelta(days=1))
    _, rendered = preview(subscription=SubscriptionFactory(label="Trades"))
    assert rendered is not None

    page.set_content(rendered.html)

    looks_right()


def test_staff_look_at_letters_and_send_now(
    page: Page, looks_right: Any, mail: Path, coordinator: User, sign_in: Any
) -> None:
    OpportunityFactory(title="Welder Trainee", public_since=timezone.now() - timedelta(days=1))
    LetterFactory(failed=True)
    SubscriptionFactory(label="Trades, last term")
    sign_in(coordinator)

    page.goto("/letters/")
    looks_right()
    page.get_by_role("link", name="You are now a member").click()
    looks_right()
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_text("It goes out again now.")).to_be_visible()

    page.goto("/digests/")
    looks_right()
    page.get_by_role("link", name="Trades, last term").click()
    looks_right()
    page.get_by_role("button", name="Send now").click()
    expect(page.get_by_text("The digest is on its way.")).to_be_visible()
    looks_right()
    assert Letter.objects.filter(kind="digest").count() == 1
    page.goto("/letters/?state=cancelled")
    looks_right()
