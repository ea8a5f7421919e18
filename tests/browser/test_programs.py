"""A learner looks for a program, narrows the list, opens one and finds whom to ask."""

import pytest
from playwright.sync_api import expect

from tests.programs.factories import CareerCenterFactory, ProgramFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_learner_finds_a_program_and_whom_to_ask(page, region, looks_right):
    center = CareerCenterFactory(name="Placement Office", email="placement@example.edu")
    ProgramFactory(
        title="Welding Level 1 & 2",
        provider=center.provider,
        career_center=center,
        credential="AWS D1.1",
    )
    ProgramFactory(title="Data Analytics", tier="middle-wage", online=True)

    page.goto("/programs/")
    expect(page.get_by_role("heading", name="2 programs with 2 providers")).to_be_visible()
    looks_right()
    page.get_by_label("Entry-level jobs").check()
    page.get_by_role("button", name="Show results").click()
    expect(page.get_by_role("heading", name="1 program with 1 provider")).to_be_visible()
    expect(page.get_by_role("link", name="Data Analytics")).to_have_count(0)
    page.get_by_role("link", name="Welding Level 1 & 2").click()
    expect(page.get_by_text("AWS D1.1")).to_be_visible()
    looks_right()
    page.get_by_role("link", name="Placement Office").click()
    expect(page.get_by_role("link", name="placement@example.edu")).to_be_visible()
    looks_right()


def test_nothing_found_and_wrong_address_keep_the_way_open(page, region, looks_right):
    ProgramFactory(title="Welding")

    page.goto("/programs/?q=welding&tier=middle-wage")
    looks_right()
    page.get_by_role("link", name="Without Middle-wage jobs").click()
    expect(page.get_by_role("link", name="Welding", exact=True)).to_be_visible()
    page.goto("/programs/?tier=rich")
    expect(page.get_by_role("alert")).to_contain_text("Choose entry-level or middle-wage jobs.")
    looks_right()
