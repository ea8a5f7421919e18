"""An employer posts, staff decide, everybody finds it: in a real browser."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from employers.models import Opportunity
from tests.employers.factories import OpportunityFactory
from tests.factories import PlaceFactory, SectorFactory
from vocabularies.models import Occupation

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def words(region: Any) -> None:
    SectorFactory()
    PlaceFactory(zip="78664", city="Round Rock", latitude=30.514, longitude=-97.668)
    Occupation.objects.create(code="47-2111.00", title="Electricians")


def fill(page: Page, **answers: str) -> None:
    for name, answer in answers.items():
        page.locator(f"[name={name}]").fill(answer)


def save(page: Page) -> None:
    page.get_by_role("button", name="Save and continue").click()


def test_an_employer_posts_an_apprenticeship_and_staff_publish_it(
    page: Page, words, recruiter, coordinator, sign_in, looks_right
):
    sign_in(recruiter)
    page.goto("/desk/")
    page.get_by_role("link", name="Post an opportunity").first.click()
    looks_right()
    page.get_by_role("button", name="Start").click()
    expect(page).to_have_title("Error: Post an opportunity · Hill & River")
    looks_right()
    page.get_by_role("radio", name=re.compile("^Apprenticeship")).check()
    fill(page, title="Electrician Apprentice")
    page.get_by_role("button", name="Start").click()
    expect(page.get_by_text("Section 1 of 6")).to_be_visible()
    page.get_by_role("link", name="Back to the six sections").click()
    expect(page.get_by_text("0 of 6 sections are done")).to_be_visible()
    looks_right()

    page.get_by_role("link", name="The work", exact=True).first.click()
    looks_right()
    fill(page, summary="Wire homes with a licensed crew by day.")
    page.get_by_role("button", name="Save for later").click()
    page.get_by_role("link", name="The work", exact=True).first.click()
    expect(page.locator("[name=summary]")).to_have_value("Wire homes with a licensed crew by day.")
    save(page)
    expect(page.get_by_role("alert")).to_contain_text("Say what they will do.")
    looks_right()
    page.locator("[name=sector]").select_option(label="Construction & Skilled Trades")
    fill(page, occupation_words="electricians", tasks="Pull cable.", lessons="- Bend conduit")
    save(page)

    expect(page.get_by_role("heading", name="Place and hours")).to_be_visible()
    page.get_by_label("On site").check()
    fill(page, zip_0="78664", hours_min="40", hours_max="30", length="4")
    page.locator("[name=length_unit]").select_option("years")
    save(page)
    expect(page.get_by_role("alert")).to_contain_text("fewer than the fewest")
    fill(page, hours_max="40")
    looks_right()
    save(page)

    page.get_by_label("Yes, a wage").check()
    fill(page, pay_min="18", pay_max="16.25")
    page.get_by_label("We pay all of it").check()
    save(page)
    expect(page.get_by_role("alert")).to_contain_text("less than the starting pay")
    looks_right()
    fill(page, pay_max="26.25")
    save(page)

    expect(page.get_by_role("heading", name="Apprenticeship terms")).to_be_visible()
    page.locator("[name=registration]").select_option("registered")
    page.locator("[name=approach]").select_option("time")
    page.locator("[name=agency]").select_option("oa")
    fill(page, program_number="2025-TX-1", job_hours="8,000", months="48")
    fill(page, instruction_hours="144", credential="Certificate of Completion", even_steps="4")
    page.locator("[name=instruction_when]").select_option("evening")
    fill(page, journey_rate="29.15")
    looks_right()
    save(page)

    page.locator("[name=education]").select_option("high-school")
    page.get_by_label("By e-mail").check()
    fill(page, apply_to="talent@granite-ridge.example.org", apply_steps="- Send the form")
    looks_right()
    save(page)

    closes = (timezone.localdate() + timedelta(days=30)).isoformat()
    fill(page, openings="12", closes_on=closes, starts_note="any Monday")
    looks_right()
    save(page)
    expect(page.get_by_text("This is your preview.")).to_be_visible()
    expect(page.get_by_role("img", name="Dollar ladder, Electrician Apprentice")).to_be_visible()
    looks_right()
    page.get_by_role("button", name="Send to review").click()
    expect(page.get_by_text("It has been in review since")).to_be_visible()
    looks_right()

    sign_in(coordinator)
    page.goto("/desk/")
    page.get_by_role("link", name=re.compile("^Review it")).click()
    looks_right()
    page.get_by_role("button", name="Return it with what you wrote").click()
    expect(page.get_by_role("alert")).to_contain_text("Say why")
    page.get_by_label("What should they mend, in all?").fill("Say which bus goes there.")
    page.get_by_role("button", name="Return it with what you wrote").click()

    sign_in(recruiter)
    page.goto("/desk/")
    expect(page.get_by_text("Returned to you")).to_be_visible()
    page.get_by_role("link", name=re.compile("^Mend it")).first.click()
    expect(page.get_by_text("Say which bus goes there.").first).to_be_visible()
    looks_right()
    page.get_by_role("link", name="Place and hours", exact=True).first.click()
    fill(page, place_note="Bus 50 stops at the gate")
    page.get_by_role("button", name="Save for later").click()
    page.get_by_role("link", name="See it as the public will").click()
    page.get_by_role("button", name="Send to review").click()

    sign_in(coordinator)
    page.goto(f"/opportunities/{Opportunity.objects.get().pk}/review/")
    page.get_by_role("button", name="Publish it").click()
    expect(page.get_by_text("Published: Electrician Apprentice.")).to_be_visible()

    page.context.clear_cookies()
    page.goto("/opportunities/?kind=apprenticeship")
    page.get_by_role("link", name="Electrician Apprentice").click()
    expect(page.get_by_text("Bus 50 stops at the gate")).to_be_visible()
    looks_right()


def test_two_colleagues_on_one_section_meet_on_a_conflict_page(
    page: Page, words, recruiter, company, sign_in, looks_right
):
    row = OpportunityFactory(employer__organization=company, draft=True)
    sign_in(recruiter)
    page.goto(f"/opportunities/{row.pk}/edit/dates/")
    Opportunity.objects.filter(pk=row.pk).update(revision=row.revision + 1, openings=9)

    fill(page, openings="4")
    save(page)

    expect(page.get_by_role("alert")).to_contain_text("Somebody saved this section")
    expect(page.get_by_role("alert")).to_contain_text("9")
    expect(page.locator("[name=openings]")).to_have_value("4")
    looks_right()
    save(page)
    row.refresh_from_db()
    assert row.openings == 4


def test_a_counselor_browses_with_scripts_and_back_works(page: Page, region, looks_right):
    OpportunityFactory(title="Plumber Apprentice", kind="apprenticeship")
    OpportunityFactory(title="Data Intern", kind="internship")
    page.goto("/opportunities/")
    looks_right()

    page.get_by_label("Internship").check()
    expect(page.get_by_role("link", name="Plumber Apprentice")).to_have_count(0)
    expect(page).to_have_url(re.compile(r"/opportunities/\?kind=internship$"))
    expect(page.get_by_role("link", name="Data Intern")).to_be_visible()

    page.go_back()
    expect(page.get_by_role("link", name="Plumber Apprentice")).to_be_visible()

    page.goto("/opportunities/?q=zeppelin&kind=internship")
    expect(page.get_by_text("One step wider there is more.")).to_be_visible()
    looks_right()
    page.goto("/opportunities/?near=99999")
    expect(page.get_by_text("is no ZIP code that we know").first).to_be_visible()
    looks_right()


def test_browsing_needs_no_script(browser, live_server, region):
    OpportunityFactory(title="Plumber Apprentice", kind="apprenticeship")
    OpportunityFactory(title="Data Intern", kind="internship")
    context = browser.new_context(base_url=live_server.url, java_script_enabled=False)
    page = context.new_page()
    page.goto("/opportunities/")

    page.get_by_label("Internship").check()
    page.get_by_role("button", name="Show results").click()

    expect(page.get_by_role("link", name="Data Intern")).to_be_visible()
    expect(page.get_by_role("link", name="Plumber Apprentice")).to_have_count(0)
    page.get_by_role("link", name="Data Intern").click()
    expect(page.get_by_role("heading", name="Data Intern")).to_be_visible()
    context.close()
