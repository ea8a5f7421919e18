"""Where the results are, as a picture that nobody else draws."""

import re

import pytest

from employers.browsing.mapping import map_of
from employers.browsing.search import OpportunityQuery
from employers.models import Opportunity
from tests.employers.factories import OpportunityFactory
from tests.factories import CountyFactory, PlaceFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def spread(region):
    hays = CountyFactory(fips="48209", name="Hays County")
    region.counties.add(hays)
    kyle = PlaceFactory(zip="78640", city="Kyle", county=hays, latitude=29.99, longitude=-97.88)
    OpportunityFactory.create_batch(4)
    OpportunityFactory(places=[kyle])
    OpportunityFactory(title="Both", places=[PlaceFactory(), kyle], mode="hybrid")
    remote = OpportunityFactory(mode="remote")
    remote.locations.all().delete()
    OpportunityFactory(places=[PlaceFactory(zip="79901", city="El Paso")], draft=True)


def picture(query=""):
    parsed = OpportunityQuery.from_querystring(query)
    return map_of(parsed, parsed.filter(Opportunity.objects.public()))


def test_a_dot_a_zip_code_with_its_number(spread):
    drawn = picture()

    assert [(dot.zip, dot.n) for dot in drawn.dots] == [("78701", 5), ("78640", 2)]
    assert drawn.placeless == 1
    assert drawn.dots[0].r > drawn.dots[1].r
    north, south = drawn.dots
    assert north.y < south.y
    assert north.x > south.x


def test_the_ring_is_round_and_holds_what_is_near(spread):
    drawn = picture("near=78701&within=10")

    assert [dot.zip for dot in drawn.dots] == ["78701"]
    assert drawn.ring["rx"] * 1.5 == pytest.approx(drawn.ring["ry"], rel=0.02)
    assert drawn.labels[0].words == "78701"


def test_all_stays_within_the_frame(spread):
    drawn = picture("near=78701&within=50")

    for dot in drawn.dots:
        assert 0 < dot.x < 100
        assert 0 < dot.y < 100
    assert drawn.ring["x"] - drawn.ring["rx"] >= 0
    assert drawn.ring["y"] - drawn.ring["ry"] >= 0


def test_a_list_costs_nothing_more_while_the_map_is_away(spread, client):
    page = client.get("/opportunities/").content.decode()

    assert "<figure" not in page
    assert 'href="?show=map"' in page


def test_the_picture_comes_with_its_numbers(spread, client):
    page = client.get("/opportunities/?show=map&near=78701").content.decode()

    figure = re.search(r"<figure class=\"map\".*?</figure>", page, re.S)[0]
    assert "<title" in figure
    assert "<desc" in figure
    assert "Kyle 78640" in figure
    assert "El Paso" not in figure
    assert '<td class="num">5</td>' in figure
    assert "src=" not in figure
    assert "show=map" not in client.get("/opportunities/?show=map").context["querystring"]


def test_nothing_with_a_place_is_said(region, client):
    remote = OpportunityFactory(mode="remote")
    remote.locations.all().delete()

    assert (
        "None of these has a place to draw."
        in client.get("/opportunities/?show=map").content.decode()
    )
