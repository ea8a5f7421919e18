"""Each filter finds exactly what it says, wherever the query is asked."""

from datetime import date, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from employers.actions import keep_search_words
from employers.browsing.search import OpportunityQuery
from employers.models import Opportunity, SkillWanted
from tests.employers.factories import OpportunityFactory
from tests.programs.factories import ProgramFactory
from vocabularies.lookups import refresh_words
from vocabularies.models import Occupation, Skill

pytestmark = pytest.mark.django_db


def titles(query: str) -> set[str]:
    parsed = OpportunityQuery.from_querystring(query)
    return {row.title for row in parsed.filter(Opportunity.objects.public())}


def occupation(code: str, title: str, *others: str) -> Occupation:
    row = Occupation.objects.create(code=code, title=title)
    for other in others:
        row.alternate_titles.create(title=other)
    refresh_words(occupation=row)
    return row


@pytest.fixture
def aides(region):
    """Two occupations that are both called CNA, one that is not."""
    return [
        occupation("31-1131.00", "Nursing Assistants", "Certified Nursing Assistant (CNA)"),
        occupation("31-1121.00", "Home Health Aides", "Certified Nurses Aide (CNA)"),
        occupation("47-2111.00", "Electricians", "Wireman"),
    ]


@pytest.fixture
def postings(aides, client):
    """A handful that differ in one thing each, and two that would fit and are not open."""
    today = timezone.localdate()
    nurse, home, electric = aides
    reading = Skill.objects.create(slug="blueprint-reading", name="Blueprint reading")
    writing = Skill.objects.create(slug="writing", name="Writing")
    plain = {"minimum_age": 18, "education": "high-school", "hours_min": 40, "hours_max": 40}
    rows = {
        "Ward": {"occupation": nurse, "hours_min": 8, "hours_max": None},
        "Home": {"occupation": home, "hours_min": 15, "hours_max": 20},
        "Wires": {"occupation": electric, "minimum_age": 16, "start_kind": "at-once"},
        "Month": {"hours_min": 40, "hours_max": 43, "hours_per": "month", "education": "none"},
        "Visit": {"hours_min": 6, "hours_max": 6, "hours_per": "visit", "minimum_age": None},
        "Soon": {"start_kind": "day", "starts_on": today + timedelta(days=20)},
        "Later": {"start_kind": "between", "starts_on": today + timedelta(days=70)},
        "Hidden": {
            "draft": True,
            "occupation": nurse,
            "minimum_age": 16,
            "hours_min": 8,
            "hours_max": 8,
            "education": "none",
            "start_kind": "at-once",
        },
        "Gone": {"expired": True, "occupation": nurse, "minimum_age": 16, "education": "none"},
    }
    made = {}
    for title, fields in rows.items():
        made[title] = OpportunityFactory(title=title, **{**plain, **fields})
        keep_search_words(made[title])
    for title in ("Wires", "Hidden", "Gone"):
        SkillWanted.objects.create(opportunity=made[title], skill=reading)
    SkillWanted.objects.create(opportunity=made["Soon"], skill=writing, level="required")
    return made


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=cna", "Ward Home"),
        ("occupation=cna", "Ward Home"),
        ("occupation=nursing+assistants", "Ward"),
        ("occupation=31-1131.00", "Ward"),
        ("occupation=31-11", "Ward Home"),
        ("occupation=wireman", "Wires"),
        ("skill=blueprint-reading", "Wires"),
        ("skill=writing&skill=blueprint-reading", "Wires Soon"),
        ("hours=10", "Ward Month Visit"),
        ("hours=20", "Ward Home Month Visit"),
        ("hours=full", "Wires Soon Later"),
        ("under18=1", "Wires Visit"),
        ("education=none", "Month"),
        ("education=none&education=high-school&hours=10", "Ward Month Visit"),
        ("start=1", "Wires Soon"),
        ("start=3", "Wires Soon Later"),
        ("start=3&skill=writing", "Soon"),
        ("under18=1&hours=full", "Wires"),
    ],
)
def test_a_query_finds_exactly(postings, client, query, found):
    assert titles(query) == set(found.split())
    answer = client.get(f"/opportunities.json?{query}").json()
    assert {row["title"] for row in answer["results"]} == set(found.split())
    assert client.get(f"/opportunities/?{query}").context["total"] == len(found.split())


def test_start_by_a_day(postings):
    day = timezone.localdate() + timedelta(days=30)

    assert titles(f"start_by={day}") == {"Wires", "Soon"}


def test_a_program_finds_what_goes_with_it_and_is_named(region, client):
    program = ProgramFactory(title="Line Worker Certificate")
    OpportunityFactory(title="Fits", program=program)
    OpportunityFactory(title="Other")

    assert titles(f"program={program.pk}") == {"Fits"}
    page = client.get(f"/opportunities/?program={program.pk}").content.decode()
    assert "that go with Line Worker Certificate" in page
    assert client.get("/opportunities/?program=999999").status_code == 400


def test_a_program_that_is_not_public_is_not_named(region, client):
    program = ProgramFactory(title="Secret Certificate", active=False)
    OpportunityFactory(title="Fits", program=program)

    page = client.get(f"/opportunities/?program={program.pk}").content.decode()

    assert "Fits" in page
    assert "Goes with one program" in page
    assert "Secret" not in page


def test_words_that_fit_several_occupations_are_offered(postings, client):
    page = client.get("/opportunities/?occupation=cna").content.decode()

    assert "“cna” may mean more than one occupation" in page
    assert 'href="?occupation=31-1131.00"' in page
    assert "Electricians" not in page.split('id="results"')[1].split("<ol")[0]
    assert "may mean more" not in client.get("/opportunities/?occupation=wireman").content.decode()


def test_an_unknown_value_gets_a_sentence_and_keeps_what_was_typed(postings, client):
    query = (
        "occupation=zzzgobble&hours=11&start_by=tomorrow&skill=none-such&education=phd&under18=2"
    )

    answer = client.get(f"/opportunities/?{query}&kind=on-the-job-training")

    body = answer.content.decode()
    assert answer.status_code == 400
    assert "We know no occupation like “zzzgobble”." in body
    assert 'value="zzzgobble"' in body
    assert "Give a date such as 2027-01-15." in body
    assert set(answer.context["query"].errors) == {
        "occupation",
        "hours",
        "start_by",
        "skill",
        "education",
        "under18",
    }
    assert answer.context["total"] == 7


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("hours=20&kind=internship", "Internships, at most 20 hours a week"),
        ("start=1", "Opportunities, starting within a month"),
        ("start_by=2027-01-15", "Opportunities, starting by Fri 15 January 2027"),
        ("under18=1", "Opportunities, open to under-18s"),
        ("education=none", "Opportunities, no diploma needed"),
        ("education=high-school", "Opportunities, high school or GED"),
        ("skill=writing", "Opportunities, with the skill Writing"),
        ("occupation=31-1131.00", "Opportunities as Nursing Assistants"),
        ("occupation=cna", "Opportunities as “cna”"),
    ],
)
def test_a_query_says_what_it_asks_and_reads_itself_again(postings, query, words, time_machine):
    time_machine.move_to(date(2026, 11, 22))

    parsed = OpportunityQuery.from_querystring(query)

    assert parsed.describe() == words
    assert not parsed.errors
    assert len(parsed.chips) == len(query.split("&"))
    again = OpportunityQuery.from_querystring(parsed.to_querystring())
    assert again.pairs() == parsed.pairs()


def test_reasons_name_each_filter(postings):
    query = OpportunityQuery.from_querystring(
        "occupation=wireman&skill=blueprint-reading&hours=full&start=1&under18=1"
        "&education=high-school"
    )

    assert query.reasons_for(postings["Wires"]) == [
        "it is work as Electricians",
        "it is full-time",
        "it starts within a month",
        "it asks for high school or GED",
        "it is open to under-18s",
        "it has to do with Blueprint reading",
    ]


@pytest.mark.parametrize("key", ["hours", "start", "education", "under18", "skill"])
def test_counts_beside_a_filter_are_what_it_would_find(postings, client: Client, key):
    context = client.get("/opportunities/?occupation=cna").context
    groups = {**context["panel"], "skill": context["skills"]}

    assert groups[key] or key == "skill"
    for value, words, n, _ in groups[key]:
        query = f"occupation=cna&{key}={value}" if value else "occupation=cna"
        assert n == len(titles(query)), words


@pytest.mark.parametrize("order", ["closing", "newest", "pay", "distance"])
def test_pages_lead_back_the_way_they_came(client, region, order):
    made = OpportunityFactory.create_batch(7)
    Opportunity.objects.filter(pk__in=[row.pk for row in made[:3]]).update(closes_at=None)
    Opportunity.objects.filter(pk=made[4].pk).update(pay_min=None, pay_max=None, paid="unpaid")
    public = Opportunity.objects.public()

    def ask(**cursor: str) -> OpportunityQuery:
        text = OpportunityQuery(sort=order, near="78701").to_querystring(**cursor, sort=order)
        return OpportunityQuery.from_querystring(text)

    pages = [ask().page(public, 3)]
    while pages[-1].after:
        pages.append(ask(after=pages[-1].after).page(public, 3))
    back = [pages[-1]]
    while back[-1].before:
        back.append(ask(before=back[-1].before).page(public, 3))

    assert [len(page.rows) for page in pages] == [3, 3, 1]
    assert [page.rows for page in back] == [page.rows for page in reversed(pages)]
    assert (pages[0].before, back[-1].before) == ("", "")


def test_nothing_found_offers_only_what_finds_something(postings, client):
    answer = client.get("/opportunities/?occupation=wireman&hours=10&education=bachelor")

    links = {link: n for _, link, n in answer.context["wider"]}
    assert links == {}
    answer = client.get("/opportunities/?occupation=wireman&hours=10")
    found = {words: n for words, _, n in answer.context["wider"]}
    assert found == {"Any number of hours": 1, "Any occupation": 3}
    for _, link, n in answer.context["wider"]:
        assert len(titles(link)) == n


@pytest.mark.parametrize("rows", [1, 3])
def test_a_full_query_asks_as_much_with_three_rows(aides, client, django_assert_num_queries, rows):
    skill = Skill.objects.create(slug="blueprint-reading", name="Blueprint reading")
    for _ in range(rows):
        row = OpportunityFactory(occupation=aides[0], minimum_age=16, start_kind="at-once")
        SkillWanted.objects.create(opportunity=row, skill=skill)
    query = (
        "occupation=31-1131.00&skill=blueprint-reading&hours=full&start=1&under18=1"
        "&education=none&near=78701&sector=construction&county=48453&show=map"
    )
    for row in Opportunity.objects.all():
        keep_search_words(row)
    client.get(f"/opportunities/?{query}")

    with django_assert_num_queries(6):
        assert client.get(f"/opportunities/?{query}").context["total"] == rows
