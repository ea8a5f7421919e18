"""Somebody looks for a place: filters that answer at once, a map, what one keeps."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from employers.actions import keep_search_words, refresh_search_words
from employers.models import SkillWanted
from tests.employers.factories import EmployerFactory, OpportunityFactory
from tests.factories import CountyFactory, OrganizationFactory, PlaceFactory, SectorFactory
from vocabularies.lookups import refresh_words
from vocabularies.models import Occupation, Skill

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

TOWNS = [
    ("78701", "Austin", "48453", "Travis County", 30.2706, -97.7426, 6),
    ("78744", "Austin", "48453", "Travis County", 30.18, -97.73, 3),
    ("78664", "Round Rock", "48491", "Williamson County", 30.51, -97.66, 4),
    ("78626", "Georgetown", "48491", "Williamson County", 30.66, -97.6, 1),
    ("78640", "Kyle", "48209", "Hays County", 29.99, -97.88, 3),
    ("78666", "San Marcos", "48209", "Hays County", 29.87, -97.94, 2),
    ("78602", "Bastrop", "48021", "Bastrop County", 30.11, -97.31, 1),
    ("78644", "Lockhart", "48055", "Caldwell County", 29.88, -97.67, 1),
]
TITLES = "Electrician Apprentice;Nursing Assistant Trainee;Line Worker;CNC Operator".split(";")


@pytest.fixture
def fair(region):
    """Twenty-one postings in eight towns, with skills and occupations."""
    skill = Skill.objects.create(slug="blueprint-reading", name="Blueprint reading")
    trades = []
    for code, title in (("31-1131.00", "Nursing Assistants"), ("31-1121.00", "Home Health Aides")):
        row = Occupation.objects.create(code=code, title=title)
        row.alternate_titles.create(title="Certified Nurses Aide (CNA)")
        refresh_words(occupation=row)
        trades.append(row)
    employer = EmployerFactory(
        organization=OrganizationFactory(name="Granite Ridge Electric", verified=True)
    )
    SectorFactory(slug="health", name="Health Care")
    number = 0
    for zip_code, city, fips, county_name, latitude, longitude, many in TOWNS:
        county = CountyFactory(fips=fips, name=county_name)
        region.counties.add(county)
        place = PlaceFactory(
            zip=zip_code, city=city, county=county, latitude=latitude, longitude=longitude
        )
        for _ in range(many):
            row = OpportunityFactory(
                title=TITLES[number % 4],
                kind=["apprenticeship", "internship", "on-the-job-training"][number % 3],
                employer=employer,
                places=[place],
                occupation=trades[number % 2] if number % 4 == 1 else trades[0],
                hours_min=[40, 20, 15][number % 3],
                hours_max=[40, 25, 20][number % 3],
                minimum_age=[16, 18][number % 2],
                supports=["class", "tools"][: number % 3],
                start_kind="day",
                starts_on=timezone.localdate() + timedelta(days=10 * number),
                closes_at=timezone.now() + timedelta(days=2 + number),
            )
            SkillWanted.objects.create(opportunity=row, skill=skill)
            keep_search_words(row)
            number += 1
    refresh_search_words()


def test_filters_answer_at_once_and_back_works(page, fair, looks_right):
    page.goto("/opportunities/")
    looks_right()
    expect(page.get_by_role("heading", name="21 opportunities")).to_be_visible()

    page.get_by_label(re.compile("Up to 20")).check()
    expect(page).to_have_url(re.compile("hours=20"))
    expect(page.locator("#results h2")).to_have_text(re.compile("^7 opportunities"))
    page.get_by_text("More: education").click()
    page.get_by_label(re.compile("Open to under-18s")).check()
    expect(page).to_have_url(re.compile("under18=1"))
    expect(page.locator("#results h2")).to_have_text(re.compile("^4 opportunities"))
    looks_right()

    page.go_back()
    expect(page).not_to_have_url(re.compile("under18"))
    expect(page.locator("#results h2")).to_have_text(re.compile("^7 opportunities"))


def test_occupation_words_lead_to_a_choice(page, fair, looks_right):
    page.goto("/opportunities/")
    page.get_by_label("Occupation").fill("cna")
    page.get_by_label("Occupation").press("Enter")

    expect(page.get_by_text("may mean more than one occupation")).to_be_visible()
    looks_right()
    page.get_by_role("link", name="Home Health Aides").click()
    expect(page).to_have_url(re.compile("31-1121"))


def test_a_misspelled_word_and_the_map(page, fair, looks_right):
    page.goto("/opportunities/?q=electrican")
    looks_right()
    page.get_by_role("link", name="electrician", exact=True).click()
    expect(page.locator("#results h2")).to_have_text(re.compile("^6 opportunities"))

    page.goto("/opportunities/?near=78701&within=25")
    page.get_by_role("link", name="Show on a map").click()
    expect(page.locator("figure.map svg")).to_be_visible()
    expect(page).to_have_url(re.compile("show=map"))
    looks_right()
    page.get_by_role("link", name="Put the map away").click()
    expect(page.locator("figure.map")).to_have_count(0)


def test_what_one_finds_is_saved(page, fair, counselor, sign_in, looks_right):
    sign_in(counselor)
    page.goto("/opportunities/?kind=internship")
    page.get_by_role("button", name=re.compile("Save.*Nursing Assistant Trainee")).first.click()
    expect(
        page.get_by_role("button", name=re.compile("Saved.*Nursing Assistant Trainee"))
    ).to_be_visible()
    looks_right()
    page.get_by_role("link", name="Save this search").click()
    looks_right()
    page.get_by_role("button", name="Save this search").click()

    expect(page.get_by_role("heading", name="What you saved")).to_be_visible()
    expect(page.get_by_role("link", name="Nursing Assistant Trainee").first).to_be_visible()
    looks_right()
    page.get_by_role("button", name="Remove Nursing Assistant Trainee").click()
    expect(page.get_by_text("None yet. In the list")).to_be_visible()
