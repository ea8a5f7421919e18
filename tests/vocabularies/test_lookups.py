"""How far it is, and what is found by the words that people use."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.factories import PlaceFactory
from vocabularies.loading import DATA, read
from vocabularies.lookups import (
    box_around,
    find_occupations,
    find_skills,
    miles_between,
    refresh_words,
    standards_for,
    words_of,
)
from vocabularies.models import AlternateTitle, ApprenticeshipStandard, Occupation, Skill


@pytest.fixture(scope="module")
def centroids() -> dict[str, tuple[float, float]]:
    """Position of every ZIP code, from the file itself."""
    return {
        row["zip"]: (float(row["latitude"]), float(row["longitude"]))
        for row in read(DATA, "places")
    }


@pytest.mark.parametrize(
    ("zip_code", "miles"),
    [
        ("78723", 4.1),
        ("78744", 6.5),
        ("78759", 9.2),
        ("78664", 17.2),
        ("78640", 19.6),
        ("78621", 23.3),
        ("78602", 26.4),
    ],
)
def test_miles_from_the_centre_of_austin(zip_code, miles, centroids):
    measured = miles_between(*centroids["78701"], *centroids[zip_code])

    assert round(measured, 1) == miles


@pytest.mark.parametrize(("lat", "lon"), [(30.27, -97.74), (61.2, -149.9), (0.0, 0.0)])
@pytest.mark.parametrize("miles", [1, 25, 100])
def test_box_holds_the_circle_and_little_more(lat, lon, miles):
    south, north, west, east = box_around(lat, lon, miles)

    assert miles_between(lat, lon, south, lon) == pytest.approx(miles)
    assert miles_between(lat, lon, north, lon) == pytest.approx(miles)
    assert miles_between(lat, lon, lat, west) >= miles * 0.999
    assert miles_between(lat, lon, lat, east) <= miles * 1.2


def test_box_at_a_pole_spans_all_longitudes():
    assert box_around(89.9, 10, 25)[2:] == (-180.0, 180.0)


@pytest.fixture
def occupations(db) -> None:
    titles = {
        "31-1131.00": ("Nursing Assistants", ["Certified Nurse Aide (CNA)", "Hospice CNA"]),
        "31-1121.00": ("Home Health Aides", ["Certified Nurses Aide (CNA)"]),
        "27-4032.00": ("Film and Video Editors", ["Editor de posproducción", "Film Editor"]),
        "47-2111.00": ("Electricians", []),
        "47-3013.00": ("Helpers--Electricians", ["Electrician Helper"]),
    }
    for code, (title, also) in titles.items():
        occupation = Occupation.objects.create(code=code, title=title)
        for one in also:
            AlternateTitle.objects.create(occupation=occupation, title=one)
        refresh_words(occupation=occupation)


@pytest.mark.parametrize(
    ("words", "codes"),
    [
        ("cna", ["31-1131.00", "31-1121.00"]),
        ("CERTIFIED NURSES", ["31-1121.00"]),
        ("electrician", ["47-2111.00", "47-3013.00"]),
        ("posproduccion", ["27-4032.00"]),
        ("pos pro", []),
        ("47-2", ["47-2111.00"]),
        ("", []),
        ("!!!", []),
    ],
)
def test_occupations_are_found_by_what_people_call_them(words, codes, occupations):
    assert [occupation.code for occupation in find_occupations(words)] == codes


def test_found_occupation_says_which_title_was_meant(client, region, occupations):
    answer = client.get("/lookups/occupations.json?q=cna").json()

    assert answer["results"][0] == {
        "code": "31-1131.00",
        "title": "Nursing Assistants",
        "matched": "Certified Nurse Aide (CNA)",
    }
    assert answer["count"] == 2


def test_words_of_an_occupation_are_folded(db):
    occupation = Occupation.objects.create(code="27-4032.00", title="Film Editors")
    AlternateTitle.objects.create(occupation=occupation, title="Editor de posproducción")

    assert words_of(occupation) == "film editors editor de posproduccion"


def test_places_of_the_region_come_first(client, region):
    PlaceFactory(zip="24855", city="Kyle", county__fips="54047", county__name="McDowell County")
    PlaceFactory(zip="78640", city="Kyle")

    found = client.get("/lookups/places.json?q=kyle")

    assert [row["zip"] for row in found.json()["results"]] == ["78640", "24855"]
    assert "max-age=3600" in found["Cache-Control"]
    assert client.get("/lookups/places.json?q=787").json()["results"][0]["city"] == "Austin"


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    path=st.sampled_from(["/lookups/occupations.json", "/lookups/places.json"]),
    words=st.text(st.characters(codec="utf-8"), max_size=300),
)
def test_lookups_take_any_words(path, words, client, occupations):
    assert client.get(path, {"q": words}).status_code in (200, 400)


def test_standards_of_an_occupation_start_with_those_by_hours(db):
    electricians = Occupation.objects.create(code="47-2111.00", title="Electricians")
    for code, approach in (("2020HY", "hybrid"), ("0159", "time")):
        ApprenticeshipStandard.objects.create(
            rapids_code=code, title="Electrician", approach=approach, occupation=electricians
        )

    assert [s.rapids_code for s in standards_for(electricians)] == ["0159", "2020HY"]
    assert standards_for(None) == []


def test_a_skill_is_found_by_its_name_or_a_part_of_it(db):
    for name in ("Mathematics", "Mathematics (knowledge)", "Repairing"):
        Skill.objects.create(slug=name.lower()[:13] + str(len(name)), name=name)

    assert [s.name for s in find_skills("mathematics")] == ["Mathematics"]
    assert [s.name for s in find_skills("pair")] == ["Repairing"]
    assert find_skills("  ") == []
