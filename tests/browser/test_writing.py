"""Writing a posting in a real browser: it saves itself, says when it cannot, and loses nothing."""

import re
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from employers.models import Opportunity, Typed
from tests.employers.factories import EmployerFactory, OpportunityFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SAVED = re.compile(r"^\s*Saved \d{1,2}:\d\d [ap]m\s*$")


@pytest.fixture
def draft(company: Any) -> Opportunity:
    return OpportunityFactory(employer=EmployerFactory(organization=company), draft=True)


def test_a_page_saves_itself_and_two_tabs_do_not_overwrite_each_other(
    page: Page, recruiter, draft, sign_in, looks_right
):
    sign_in(recruiter)
    page.goto(f"/opportunities/{draft.pk}/edit/work/")
    page.locator("[name=summary]").fill("A young team welds gates.")
    expect(page.locator("#autosave")).to_have_text(SAVED)
    expect(page.locator("#coach")).to_contain_text("Age wording")
    looks_right()

    other = page.context.new_page()
    other.goto(page.url)
    other.locator("[name=summary]").fill("Weld gates in the shop.")
    expect(other.locator("#autosave")).to_have_text(SAVED)
    with page.expect_response("**/autosave/"):
        page.locator("[name=tasks]").fill("Weld, grind and paint.")
    draft.refresh_from_db()
    assert draft.summary == "Weld gates in the shop."
    assert draft.tasks == "Weld, grind and paint."

    page.locator("[name=summary]").fill("Weld gates outside.")
    expect(page.locator("#autosave")).to_contain_text("You saved this section in another tab at")
    looks_right()
    page.get_by_role("link", name="See both and choose").click()
    expect(page.get_by_role("alert")).to_contain_text("in another tab while you wrote")
    looks_right()
    page.get_by_label("Saved: Weld gates in the shop.").check()
    page.get_by_role("button", name="Save for later").click()
    draft.refresh_from_db()
    assert draft.summary == "Weld gates in the shop."

    page.get_by_role("link", name=re.compile("^It does not hold here.*Very short")).click()
    looks_right()
    page.get_by_role("button", name="Keep this answer").click()
    expect(page.get_by_role("alert")).to_contain_text("Say why it does not hold here.")
    page.get_by_label("This does not hold here, because").fill("The plan follows.")
    page.get_by_role("button", name="Keep this answer").click()
    expect(page.locator("#coach")).to_contain_text("“The plan follows.”")
    looks_right()


def test_a_page_that_is_being_sent_does_not_save_itself_meanwhile(
    page: Page, recruiter, draft, sign_in
):
    sign_in(recruiter)
    page.goto(f"/opportunities/{draft.pk}/edit/work/")
    saved: list[str] = []
    sent: list[Route] = []
    page.on("request", lambda r: saved.append(r.url) if r.url.endswith("/autosave/") else None)
    page.route("**/edit/work/", lambda route: sent.append(route), times=1)
    page.locator("[name=summary]").fill("Weld gates outside.")
    page.locator("#autosave").evaluate("box => box.closest('form').requestSubmit()")
    page.wait_for_timeout(3_000)  # it would save itself after two seconds

    assert sent and not saved
    with page.expect_navigation():
        sent[0].continue_()
    draft.refresh_from_db()
    assert draft.summary == "Weld gates outside."


def test_what_cannot_be_saved_stands_there_again(
    page: Page, recruiter, draft, sign_in, looks_right
):
    sign_in(recruiter)
    page.goto(f"/opportunities/{draft.pk}/edit/place/")
    page.locator("[name=hours_min]").fill("many")
    expect(page.locator("#autosave")).to_contain_text("one answer needs mending")
    expect(page.locator("[name=hours_min]")).to_be_focused()
    looks_right()

    page.goto(f"/opportunities/{draft.pk}/edit/place/")
    expect(page.locator("[name=hours_min]")).to_have_value("many")
    looks_right()
    page.locator("[name=hours_min]").fill("30")
    expect(page.locator("#autosave")).to_have_text(SAVED)
    assert not Typed.objects.exists()


def test_a_lost_connection_and_a_lost_session_lose_no_words(
    browser, live_server, recruiter, client, draft
):
    """In a context of its own: a browser without a line writes errors to its console."""

    def sign_in_again() -> None:
        client.force_login(recruiter, backend="django.contrib.auth.backends.ModelBackend")
        cookie = client.cookies["sessionid"].value
        context.add_cookies([{"name": "sessionid", "value": cookie, "url": live_server.url}])

    context = browser.new_context(base_url=live_server.url)
    sign_in_again()
    page = context.new_page()
    page.goto(f"/opportunities/{draft.pk}/edit/work/")
    line = page.locator("#autosave")

    context.set_offline(True)
    page.locator("[name=summary]").fill("Written on a train.")
    expect(line).to_contain_text("Not saved: no connection.")
    context.set_offline(False)
    expect(line).to_have_text(SAVED)

    context.clear_cookies(name="sessionid")
    page.locator("[name=summary]").fill("Written signed out.")
    expect(line).to_contain_text("Not saved: you are signed out.")
    context.clear_cookies()
    sign_in_again()
    page.locator("[name=tasks]").fill("Weld.")
    expect(line).to_have_text(SAVED)
    draft.refresh_from_db()
    assert (draft.summary, draft.tasks) == ("Written signed out.", "Weld.")
    context.close()
