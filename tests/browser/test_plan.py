"""The plan in a real browser: reading and commenting, then editing and publishing."""

import re

import pytest
from playwright.sync_api import Page, Route, expect

from accounts.choices import StaffRole
from plans.models import Comment, RoleAssignment, WorkGroup
from tests.factories import DutyFactory, UserFactory
from tests.plans.factories import item_called, make_comment, make_plan, open_for_comment

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def staff(name: str, role: str):
    user = UserFactory(name=name)
    DutyFactory(user=user, role=role)
    return user


def test_a_resident_reads_comments_and_sees_it_published(
    page: Page, region, sign_in, looks_right, mailoutbox, monkeypatch
):
    version = open_for_comment(make_plan(strategies=2))
    make_comment(version, "1.1.1", organization_name="Lost Pines", relation="works")
    for path in ("/plan/progress/", "/plan/responses/", "/plan/spoken/", "/plan/follow/"):
        page.goto(path)
        looks_right()
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
    expect(page.get_by_text("4,973 left of 5,000 characters").first).to_be_visible()
    page.get_by_label("Organization you represent").fill("Two Forks Plumbing & Air")
    page.get_by_label("How you belong to that organization").select_option(label="I work there")
    page.get_by_label("Your name").fill("Sam")
    page.get_by_label("E-mail").fill("sam@example.org")
    monkeypatch.setattr("plans.comments.flood.MANY", 1)
    page.get_by_role("button", name="Send my comment").click()
    expect(page.get_by_text("very many comments are coming in")).to_be_visible()
    looks_right()
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


def test_an_editor_sets_roles_by_keyboard(page: Page, region, sign_in, looks_right):
    plan = make_plan(strategies=2)
    backbone = WorkGroup.objects.create(code="ZZ", name="Backbone", position=2)
    sign_in(staff("Edda", StaffRole.PLAN_EDITOR))
    page.goto("/plan/roles/edit/")
    looks_right()
    page.get_by_label("1.1, Education & Training", exact=True).focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    expect(page.get_by_label("1.1.1, Backbone", exact=True)).to_be_focused()
    page.keyboard.press("s")
    expect(page.get_by_role("status")).to_have_text("1.1.1, Backbone: Support, saved.")
    expect(page.get_by_label("1.1.1, Backbone", exact=True)).to_be_focused()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("l")
    expect(page.get_by_role("status")).to_have_text("1.1.1, Education & Training: Lead, saved.")

    saving: list[Route] = []
    page.route("**/plan/roles/edit/**", lambda route: saving.append(route), times=1)
    with page.expect_request("**/plan/roles/edit/**"):
        page.keyboard.press("a")
    page.keyboard.press("Delete")  # while the first is still being saved
    saving[0].continue_()
    expect(page.get_by_role("status")).to_have_text("1.1.1, Education & Training: no role, saved.")
    expect(page.get_by_label("1.1.1, Education & Training", exact=True)).to_be_focused()

    item = item_called("Strategy 2")
    RoleAssignment.objects.create(item=item, group=backbone, role="advisory")
    page.get_by_label("1.2, Backbone", exact=True).select_option("lead")
    expect(page.get_by_label("1.2, Backbone", exact=True)).to_have_value("advisory")
    expect(page.get_by_role("status")).to_contain_text("somebody made it Advisory")
    looks_right()

    version = open_for_comment(plan)
    for path in ("/plan/roles/", "/plan/groups/ET/", "/plan/lint/", "/plan/roles/words/"):
        page.goto(path)
        looks_right()
    assert version.items.get(number="1.1.1").roles[0]["word"] == "Support"


def test_an_editor_drags_an_item_and_mentions_another(page: Page, region, sign_in, looks_right):
    make_plan(strategies=2)
    one, two = item_called("Strategy 1"), item_called("Strategy 2")
    sign_in(staff("Edda", StaffRole.PLAN_EDITOR))
    page.goto("/plan/edit/")
    row = page.locator(f"#i-{two.pk}")
    row.get_by_text("More").click()
    looks_right()
    row.locator(".grip").drag_to(page.locator(f"#i-{one.pk}"), target_position={"x": 300, "y": 3})
    expect(page.get_by_role("status")).to_contain_text("“Strategy 2” is moved")
    row.get_by_role("button", name="Move 1.1 down").press("Enter")
    expect(row.get_by_role("button", name="Move 1.2 down")).to_be_focused()

    page.goto(f"/plan/items/{one.pk}/edit/")
    page.get_by_label("Evidence").fill("As in ")
    page.get_by_text("Mention another item").click()
    page.get_by_label("Its number, name or words").fill("strategy 2")
    page.get_by_role("button", name="Mention 1.2").click()
    expect(page.get_by_label("Evidence")).to_have_value("As in [[1.2 Strategy 2]]")
    for name in ("split", "merge"):
        page.goto(f"/plan/items/{one.pk}/{name}/")
        looks_right()


def test_an_editor_brings_a_text_in(page: Page, region, sign_in, looks_right):
    make_plan(strategies=2)
    sign_in(staff("Edda", StaffRole.PLAN_EDITOR))
    page.goto("/plan/imports/")
    page.get_by_label("Paste the plan").fill(
        "Goal 1: Placement\n1.1 Strategy 1: Do the first thing well\nA stray line\n1.3 Do a third\n"
    )
    page.get_by_role("button", name="Read it").click()
    looks_right()
    page.get_by_role("button", name=re.compile("Text of 1.1")).press("Enter")
    expect(page.get_by_text("line not understood")).to_have_count(0)

    page.get_by_role("link", name="See what would change").first.click()
    looks_right()
    page.get_by_role("button", name="Save in the working copy").click()

    expect(page.get_by_role("status")).to_contain_text("1 item added, 1 item changed")
    assert item_called("Strategy 1").text == "A stray line"


def test_who_does_what_is_a_table_on_paper_and_a_list_on_a_phone(page: Page, region):
    open_for_comment(make_plan(strategies=2))
    page.set_viewport_size({"width": 320, "height": 700})
    page.goto("/plan/roles/")
    heads = page.get_by_role("columnheader", name="Education & Training")
    expect(heads).to_be_hidden()

    page.emulate_media(media="print")

    expect(heads).to_be_visible()
