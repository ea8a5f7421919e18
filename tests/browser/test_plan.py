"""The plan in a real browser: reading and commenting, then editing and publishing."""

import re

import pytest
from playwright.sync_api import Page, expect

from accounts.choices import StaffRole
from plans.models import Comment
from tests.factories import DutyFactory, UserFactory
from tests.plans.factories import item_called, make_comment, make_plan, open_for_comment

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def staff(name: str, role: str):
    user = UserFactory(name=name)
    DutyFactory(user=user, role=role)
    return user


def test_a_resident_reads_comments_and_sees_it_published(
    page: Page, region, sign_in, looks_right, mailoutbox
):
    version = open_for_comment(make_plan(strategies=2))
    make_comment(version, "1.1.1", organization_name="Lost Pines", relation="works")
    page.goto("/plan/")
    looks_right()
    page.get_by_role("link", name="Strategy 1").click()
    expect(page).to_have_title(re.compile("^1.1 Strategy 1"))
    looks_right()
    page.get_by_role("link", name="Give your input").click()

    page.get_by_role("button", name="Send my comment").click()
    expect(page).to_have_title(re.compile("^Error:"))
    looks_right()
    page.get_by_label("What would you keep").fill("Name the night classes too.")
    page.get_by_label("Organization you represent").fill("Two Forks Plumbing & Air")
    page.get_by_label("How you belong to it").select_option(label="I work there")
    page.get_by_label("Your name").fill("Sam")
    page.get_by_label("E-mail").fill("sam@example.org")
    page.get_by_role("button", name="Send my comment").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Check your e-mail")
    looks_right()

    page.goto(re.search(r"https?://\S+/comments/confirm/\S+", mailoutbox[0].body).group())
    looks_right()
    page.get_by_role("button", name="Yes, send it in").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Receipt")
    looks_right()
    page.get_by_role("link", name="Change it").click()
    expect(page).to_have_title(re.compile("^Change"))
    looks_right()

    sign_in(staff("Moira", StaffRole.MODERATOR))
    page.goto("/moderation/")
    looks_right()
    page.get_by_role("link", name=re.compile("Name the night")).click()
    expect(page).to_have_title(re.compile(r"^Comment \d{4}"))
    looks_right()
    page.get_by_role("button", name="Publish it").click()
    expect(page.get_by_role("status")).to_contain_text("is published")

    page.goto("/plan/1.1/#comments")
    expect(page.get_by_text("Two Forks Plumbing & Air")).to_be_visible()
    assert Comment.objects.filter(state="published").count() == 2


def test_an_editor_publishes_a_second_version(page: Page, region, sign_in, looks_right):
    version = open_for_comment(make_plan(strategies=2))
    make_comment(version, "1.1", text="About the first words.")
    sign_in(staff("Edda", StaffRole.PLAN_EDITOR))
    page.goto("/plan/edit/")
    looks_right()
    page.get_by_role("link", name="Strategy 1").click()
    page.get_by_label("Statement").fill("Do the first thing well")
    page.get_by_role("button", name="Add an action").click()
    page.get_by_label("Action 1", exact=True).fill("Begin with [[1.2]]")
    looks_right()
    page.get_by_role("button", name="Save in the working copy").click()
    expect(page.get_by_role("complementary", name="As the public reads it")).to_contain_text("well")
    looks_right()

    page.goto("/plan/publish/")
    looks_right()
    page.get_by_role("link", name="Close for comment now").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Close for comment now?")
    looks_right()
    page.get_by_role("link", name="Leave it open").click()
    page.get_by_label("What changed and why").fill("Said with more care.")
    page.get_by_role("button", name="Publish version 2").click()
    page.goto(f"/plan/items/{item_called('Strategy 1').pk}/")
    expect(page.get_by_role("heading", name="What we heard")).to_be_visible()
    expect(page.get_by_role("link", name="1.2 Strategy 2").first).to_be_visible()
    looks_right()
    page.get_by_role("link", name="said about version 1").click()
    expect(page.get_by_text("This is version 1")).to_be_visible()
    looks_right()

    for path in ("/plan/versions/", "/plan/versions/compare/", "/plan/1.1/print/", "/plan/1/"):
        page.goto(path)
        looks_right()
