"""An employer looks after what is public: pauses, extends, changes, relists, acts on many."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from employers.actions.reminders import link_of
from employers.choices import State
from employers.models import Opportunity, ViewCount
from tests.employers.factories import EmployerFactory, OpportunityFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def in_days(days: int) -> str:
    return (timezone.localdate() + timedelta(days=days)).isoformat()


def test_an_employer_looks_after_what_is_public(
    page: Page, company, recruiter, coordinator, sign_in, looks_right, settings
):
    employer = EmployerFactory(organization=company)
    row = OpportunityFactory(employer=employer, title="Line Helper")
    OpportunityFactory(employer=employer, title="Estimator Intern", expired=True)
    OpportunityFactory(employer=employer, title="Shop Visit", returned=True)
    ViewCount.objects.create(opportunity=row, day=timezone.localdate(), views=41)
    sign_in(recruiter)

    page.goto("/desk/")
    looks_right()
    page.get_by_role("link", name="All 3 of yours").click()
    looks_right()
    page.get_by_label("Line Helper").check()
    page.get_by_label("Estimator Intern").check()
    page.get_by_label("With the ticked ones").select_option("pause")
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_role("heading", name="Pause 1 posting?")).to_be_visible()
    looks_right()
    page.get_by_label("Open it again on").fill(in_days(5))
    page.get_by_role("button", name="Pause 1 posting").click()
    expect(page.get_by_text("1 posting paused.")).to_be_visible()

    page.get_by_role("link", name="Line Helper").click()
    expect(page.get_by_role("heading", name="Why can nobody see this?")).to_be_visible()
    looks_right()
    page.get_by_role("button", name="Open it again now").click()
    expect(page.get_by_role("heading", name="Who can see it")).to_be_visible()
    looks_right()
    page.get_by_role("link", name="Extend it").click()
    looks_right()
    page.get_by_label("People can apply until").fill(in_days(60))
    page.get_by_role("button", name="Extend it").click()
    expect(page.get_by_role("alert")).to_contain_text("Say why it stays open")
    page.get_by_label("Why does it stay open?").fill("Two of four are filled")
    page.get_by_role("button", name="Extend it").click()
    expect(page.get_by_text("It stays open until")).to_be_visible()

    page.get_by_role("button", name="Change it").click()
    expect(page.get_by_text("You are changing a published posting.").first).to_be_visible()
    looks_right()
    copy = Opportunity.objects.get(replaces=row)
    Opportunity.objects.filter(pk=copy.pk).update(pay_min=20)
    page.get_by_role("link", name="See what it changes").click()
    looks_right()
    page.goto(f"/opportunities/{copy.pk}/preview/")
    page.get_by_role("button", name="Send to review").click()
    expect(page.get_by_text("A person reads it within five days").first).to_be_visible()
    looks_right()
    sign_in(coordinator)
    page.goto(f"/opportunities/{copy.pk}/review/")
    page.get_by_role("button", name="Publish").click()
    row.refresh_from_db()
    assert row.pay_min == 20

    sign_in(recruiter)
    page.goto(f"/opportunities/{row.pk}/pause/")
    looks_right()
    page.goto(f"/opportunities/{row.pk}/close/")
    looks_right()
    page.get_by_label("Filled through the portal").check()
    page.get_by_label("How many people did you take on?").fill("2")
    page.get_by_role("button", name="Close it").click()
    expect(page.get_by_text("Closed. Thank you for saying how it ended.")).to_be_visible()
    looks_right()
    page.get_by_role("link", name="Relist it").first.click()
    looks_right()
    page.get_by_label("People can apply until").fill(in_days(40))
    page.get_by_role("button", name="Send to review").click()
    expect(page.get_by_text("It has been in review since")).to_be_visible()
    assert Opportunity.objects.get(copied_from=row).state == State.IN_REVIEW


def test_a_reminder_is_answered_without_signing_in(page: Page, company, recruiter, looks_right):
    row = OpportunityFactory(
        employer=EmployerFactory(organization=company),
        title="Line Helper",
        closes_at=timezone.now() + timedelta(days=6),
    )
    now = timezone.now()

    page.goto(link_of("extend", row, recruiter, now))
    looks_right()
    page.get_by_role("button", name="Yes, extend it").click()
    expect(page.get_by_role("heading", name="Extended.")).to_be_visible()
    looks_right()
    page.goto(link_of("filled", row, recruiter, now))
    expect(page.get_by_role("heading", name="This question has been answered")).to_be_visible()
    looks_right()
    row.refresh_from_db()
    page.goto(link_of("filled", row, recruiter, now))
    looks_right()
