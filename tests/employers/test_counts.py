"""Lists and counts are what a look at every posting would find, whatever was done to it and
whatever the time: the database keeps them, so every way of writing is tried."""

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.utils import timezone

from accounts.models import Organization
from employers.actions import keep_search_words
from employers.browsing import counting, looking
from employers.browsing.counting import AtLeast, counts_of, total_of
from employers.browsing.facets import facets
from employers.browsing.filters import HOURS, PAY, START, meaning
from employers.browsing.listed import listed_page, listings
from employers.browsing.search import OpportunityQuery
from employers.choices import Education, Kind, Mode, Paid, State, Support
from employers.models import (
    Listing,
    ListingEvent,
    Location,
    OpenCount,
    Opportunity,
    SkillWanted,
)
from employers.models.listing import count_in, list_again
from employers.tasks import count_openings
from tests.employers.factories import EmployerFactory, OpportunityFactory
from tests.factories import PlaceFactory, SectorFactory
from vocabularies.models import County, Skill

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
QUERIES = [
    "",
    "kind=internship",
    "kind=internship&kind=co-op&pay=15",
    "sector=health&mode=on-site",
    "county=48453&county=48021",
    "supports=class&supports=tools",
    "pay=paid&hours=20&start=3",
    "skill=welding&kind=internship",
    "under18=1&education=none&start=1&kind=apprenticeship",
    "q=welder",
    "q=welder&kind=internship&sector=health",
    "near=78701&within=25",
    "near=78701&within=10&q=trainee&pay=18",
    "start_by=2027-03-01&hours=full",
    "occupation=51&q=welder",
    "q=trainee&sort=newest&near=78701&within=25&supports=class",
    "q=pre-apprenticeship trainee or welder&sector=health&sort=pay",
]


@pytest.fixture
def region_of_two(region):
    """Two counties of the region, two towns thirty miles apart, two sectors, two skills."""
    bastrop = County.objects.create(fips="48021", state="TX", name="Bastrop County")
    region.counties.add(bastrop)
    PlaceFactory(zip="78602", city="Bastrop", county=bastrop, latitude=30.11, longitude=-97.31)
    PlaceFactory(zip="78702", city="Austin", latitude=30.2638, longitude=-97.7166)
    SectorFactory()
    SectorFactory(slug="health", name="Health")
    for slug in ("welding", "drawing"):
        Skill.objects.create(slug=slug, name=slug.title())
    return region


class Lives:
    """Postings to which anything may happen, drawn by a dice."""

    def __init__(self, seed):
        self.dice = random.Random(seed)
        self.now = timezone.now()
        self.employers = EmployerFactory.create_batch(3)
        self.places = [PlaceFactory(zip=code) for code in ("78701", "78702", "78602")]
        self.sectors = [SectorFactory(slug=slug) for slug in ("construction", "health")]

    def moment(self, before, after):
        return self.now + DAY * self.dice.uniform(-before, after)

    def words(self):
        dice = self.dice
        wage = dice.random() < 0.7
        starts = dice.choice([None, self.now.date() + timedelta(days=dice.randint(-30, 150))])
        return {
            "title": dice.choice(["Welder trainee", "Nurse aide", "Welder helper"]),
            "kind": dice.choice([Kind.INTERNSHIP, Kind.CO_OP, Kind.APPRENTICESHIP]),
            "sector": dice.choice([*self.sectors, None]),
            "mode": dice.choice([*Mode.values, ""]),
            "education": dice.choice([Education.NONE, Education.ENROLLED, ""]),
            "supports": dice.sample(Support.values, dice.randint(0, 3)),
            "paid": Paid.WAGE if wage else dice.choice([Paid.STIPEND, Paid.UNPAID, ""]),
            "pay_min": dice.choice([14, 15, 17.99, 18, 22, 30]) if wage else None,
            "pay_max": None,
            "hours_min": dice.choice([None, 8, 10, 20, 34, 40]),
            "hours_max": dice.choice([None, 40]),
            "hours_per": dice.choice(["week", "month", "visit"]),
            "minimum_age": dice.choice([None, 16, 18]),
            "start_kind": dice.choice(["", "day", "rolling", "at-once"]),
            "starts_on": starts,
        }

    def life(self):
        state = self.dice.choice([State.PUBLISHED, State.PUBLISHED, State.PAUSED, State.DRAFT])
        opens = self.moment(20, 5)
        closes = self.dice.choice([None, opens + DAY * self.dice.uniform(0.1, 30)])
        return {"state": state, "opens_at": opens, "public_since": opens, "closes_at": closes}

    def begin(self):
        row = OpportunityFactory(
            employer=self.dice.choice(self.employers),
            places=self.dice.sample(self.places, self.dice.randint(1, 2)),
            **self.words() | self.life(),
        )
        keep_search_words(row)
        for skill in Skill.objects.all():
            if self.dice.random() < 0.4:
                SkillWanted.objects.create(opportunity=row, skill=skill)

    def happen(self):
        """One thing, by one of the ways in which the portal writes."""
        row = self.dice.choice([*Opportunity.objects.all()])
        employer = self.dice.choice(self.employers)
        organization = Organization.objects.filter(pk=employer.organization_id)
        match self.dice.randrange(9):
            case 0:
                self.begin()
            case 1:
                Opportunity.objects.filter(pk=row.pk).update(**self.life())
            case 2:
                for name, value in self.words().items():
                    setattr(row, name, value)
                row.save()
                keep_search_words(row)
            case 3:
                organization.update(state=self.dice.choice(["suspended", "returned", "verified"]))
            case 4:
                organization.update(verified_at=self.dice.choice([None, self.now, self.now]))
            case 5:
                row.locations.all().delete()
            case 6:
                Location.objects.get_or_create(
                    opportunity=row, place=self.dice.choice(self.places), street=""
                )
            case 7:
                SkillWanted.objects.filter(opportunity=row).delete()
            case 8:
                row.delete()


def by_looking(query, at):
    """Total and numbers beside filters, by the definition: one look at all rows for each."""
    public = Opportunity.objects.public(at).order_by()

    def count(key, **changes):
        rows = query.filter(public, leave_out=key)
        return rows.filter(**changes).distinct().count()

    def meant(key, values):
        left_out = "" if key == "supports" else key
        return {
            v: query.filter(public, leave_out=left_out).filter(meaning(key, v)).count()
            for v in values
        }

    return {
        "total": query.filter(public).count(),
        "kind": {v: count("kind", kind=v) for v in Kind.values},
        "sector": {v: count("sector", sector__slug=v) for v in ("construction", "health")},
        "county": {v: count("county", locations__county=v) for v in ("48453", "48021")},
        "mode": {v: count("mode", mode=v) for v in Mode.values},
        "education": {v: count("education", education=v) for v in Education.values},
        "skill": {v: count("skill", skills__skill__slug=v) for v in ("welding", "drawing")},
        "supports": meant("supports", Support.values),
        "pay": meant("pay", PAY) | {"": count("pay")},
        "hours": meant("hours", HOURS) | {"": count("hours")},
        "start": meant("start", START) | {"": count("start")},
        "under18": meant("under18", ["1"]),
    }


def as_counted(query, at):
    counts = counts_of(query, at)
    return {"total": counts.total} | {
        key: group for key, group in facets(query, counts).items() if key != "within"
    }


def check(at, queries=QUERIES):
    for text in queries:
        query = OpportunityQuery.from_querystring(text)
        matching = query.filter(Opportunity.objects.public(at))
        assert set(listings(query, at).values_list("pk", flat=True)) == {row.pk for row in matching}
        assert as_counted(query, at) == by_looking(query, at), text
        assert total_of(query, at) == matching.count()
        rows = listed_page(query, at, 5, True).rows
        assert [row.pk for row in rows] == [row.pk for row in query.sorted(matching)[:5]]


@pytest.mark.parametrize("seed", range(2))
def test_counts_are_those_of_a_look_at_every_posting(region_of_two, seed):
    lives = Lives(seed)
    for _ in range(12):
        lives.begin()

    for number in range(16):
        lives.happen()
        if number % 6 == 2:
            count_in(lives.now)
    check(lives.now)


def test_counts_follow_the_clock_without_any_task(region_of_two, time_machine):
    lives = Lives(9)
    for _ in range(14):
        lives.begin()
    count_in(lives.now)

    for days in (1, 25, 100):
        at = lives.now + days * DAY
        time_machine.move_to(at, tick=False)
        check(at, QUERIES[::3])
    count_in(at)
    check(at, QUERIES[::3])


def test_few_matches_and_many_are_found_alike(region_of_two):
    """What is too much to look at is walked in its order, and gives the same rows; so does what
    was seen while counting."""
    lives = Lives(5)
    for _ in range(15):
        lives.begin()
    for sort in ("", "newest", "pay", "distance&near=78701&within=100"):
        query = OpportunityQuery.from_querystring(f"sort={sort}")

        few = listed_page(query, lives.now, 4, True)
        many = listed_page(query, lives.now, 4, False)
        first = counts_of(query, lives.now).first
        seen = listed_page(query, lives.now, 4, True, first=first)
        beyond = counts_of(replace(query, after=few.after), lives.now)

        assert few == many == seen
        assert few.rows
        assert (first is None) == (query.sort == "distance")
        assert beyond.first is None


def test_too_many_to_count_are_said_to_be_at_least_so_many(client, region, monkeypatch):
    OpportunityFactory.create_batch(4, kind=Kind.INTERNSHIP)
    for row in Opportunity.objects.all():
        keep_search_words(row)
    monkeypatch.setattr(looking, "MOST", 3)
    monkeypatch.setattr(looking, "ALL", 3)

    body = client.get("/opportunities/?q=welder").content.decode()
    chosen = client.get("/opportunities/?q=welder&kind=internship").content.decode()
    known = client.get("/opportunities/").content.decode()

    assert "3+ opportunities</h2>" in body
    assert 'id="n-kind-internship">4+</span>' in body
    assert 'id="n-kind-co-op">few</span>' in body
    assert 'id="n-kind-internship">3+</span>' in chosen
    assert "4 opportunities</h2>" in known
    assert f"{AtLeast(2000)}" == "2,000+"


def test_a_suspended_organization_is_out_of_the_lists_at_once(client, region):
    row = OpportunityFactory()
    assert Listing.objects.count() == 1

    Organization.objects.filter(pk=row.employer.organization_id).update(state="suspended")

    assert not Listing.objects.exists()
    assert client.get("/opportunities/").context["total"] == 0


def test_what_closed_long_ago_leaves_the_lists(region):
    now = timezone.now()
    OpportunityFactory(opens_at=now - 60 * DAY, closes_at=now - 20 * DAY)
    kept = OpportunityFactory()

    count_in(now)

    assert [row.pk for row in Listing.objects.all()] == [kept.pk]
    assert total_of(OpportunityQuery(), now) == 1
    count_in(now)
    assert total_of(OpportunityQuery(), now) == 1


def test_lists_can_be_made_anew(region):
    row, now = OpportunityFactory(), timezone.now()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("TRUNCATE employers_listing, employers_listingevent, employers_opencount")

    list_again()

    assert [listing.pk for listing in Listing.objects.all()] == [row.pk]
    assert total_of(OpportunityQuery(), now) == 1


def test_a_posting_without_an_end_stands_last(region):
    endless, soon = OpportunityFactory(closes_at=None), OpportunityFactory()
    query = OpportunityQuery()

    page = listed_page(query, timezone.now(), 1, True)
    query.after = page.after
    last = listed_page(query, timezone.now(), 1, True)
    query.after, query.before = "", last.before
    first = listed_page(query, timezone.now(), 1, True)

    assert [row.pk for row in (*page.rows, *last.rows, *first.rows)] == [
        soon.pk,
        endless.pk,
        soon.pk,
    ]
    assert Listing.objects.get(pk=endless.pk).ends_at == datetime(2100, 1, 1, tzinfo=UTC)


def test_a_task_counts_in_what_waits(region):
    OpportunityFactory()
    assert ListingEvent.objects.filter(at__lte=timezone.now()).exists()

    assert count_openings() > 0

    assert not ListingEvent.objects.filter(at__lte=timezone.now()).exists()
    assert OpenCount.objects.get(key="").n == 1


def test_with_too_many_waiting_events_matches_are_looked_at(region, monkeypatch):
    OpportunityFactory.create_batch(3)
    monkeypatch.setattr(counting, "WAITING", 2)

    assert total_of(OpportunityQuery(), timezone.now()) == 3
    assert counts_of(OpportunityQuery(), timezone.now()).total == 3


def test_every_page_of_a_search_says_the_same_number(client, region, monkeypatch):
    OpportunityFactory.create_batch(30)
    for row in Opportunity.objects.all():
        keep_search_words(row)
    monkeypatch.setattr(looking, "MOST", 10)

    first = client.get("/opportunities/?q=welder")
    second = client.get(f"/opportunities/{first.context['next_url']}")

    assert "30 opportunities</h2>" in first.content.decode()
    assert "30 opportunities</h2>" in second.content.decode()
    shown = [row.pk for page in (first, second) for row in page.context["rows"]]
    assert len(shown) == len(set(shown)) == 30


@pytest.mark.parametrize("sample", [8, 64])
def test_common_words_are_told_by_a_sample(region, sample):
    rows = OpportunityFactory.create_batch(sample + 8)
    for row in rows:
        keep_search_words(row)
    look = looking.Look(OpportunityQuery(q="welder"), timezone.now(), [])

    look._ask([""], {"": sample})

    assert look.parts[""].rows == len([row for row in rows if row.pk % sample == 0]) > 0


def test_a_sample_that_holds_too_few_is_not_taken_for_all(region, monkeypatch):
    """PostgreSQL's statistics are a guess."""
    for row in OpportunityFactory.create_batch(12):
        keep_search_words(row)
    monkeypatch.setattr(looking, "MOST", 5)
    monkeypatch.setattr(
        looking, "expected_of", lambda query, at, keys: dict.fromkeys(keys, 1_000_000)
    )

    counts = counts_of(OpportunityQuery(q="welder"), timezone.now())

    assert (int(counts.total), f"{counts.total}") == (5, "5+")
