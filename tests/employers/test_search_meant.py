"""A misspelled word finds its neighbors among what is really there."""

import pytest

from employers.actions import keep_search_words, refresh_search_words
from employers.models import SearchWord
from tests.employers.factories import OpportunityFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def words(region):
    for title in ("Electrician Apprentice", "Electrician Helper", "Practicante de posproducción"):
        keep_search_words(OpportunityFactory(title=title))
    keep_search_words(OpportunityFactory(title="Elektronaut", draft=True))
    keep_search_words(OpportunityFactory(title="Electricienne", expired=True))
    refresh_search_words()


def offered(client, query):
    found = client.get(f"/opportunities/?{query}").context["near_words"]
    return [(text, n) for text, _, n in found]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("electrican", [("electrician", 2)]),
        ("elecrtician", [("electrician", 2)]),
        ("Electrican apprentise", [("electrician apprentice", 1)]),
        ("posprodución", [("posproducción", 1)]),
        ("welding", []),
        ("zzzzzz", []),
        ("elektronaut", []),
        ("electrician", []),
    ],
)
def test_near_words_are_offered_with_their_number(words, client, typed, meant):
    assert offered(client, f"q={typed}") == meant


def test_the_link_keeps_the_other_filters(words, client):
    page = client.get("/opportunities/?q=electrican&kind=on-the-job-training").content.decode()

    assert 'Did you mean <a href="?kind=on-the-job-training&amp;q=electrician">' in page
    assert offered(client, "q=electrican&kind=mentoring") == []


def test_the_search_over_everything_offers_it_too(words, client):
    page = client.get("/search/?q=electrican").content.decode()

    assert 'Did you mean <a href="/search/?q=electrician">electrician</a>' in page
    assert "Did you mean" not in client.get("/search/?q=zzzzzz").content.decode()
    assert "Did you mean" not in client.get("/search/?q=electrician").content.decode()


def test_a_rare_misspelling_of_somebody_else_does_not_hide_the_many(words, client):
    keep_search_words(OpportunityFactory(title="Electrican wanted"))
    for _ in range(5):
        keep_search_words(OpportunityFactory(title="Electrician Apprentice"))
    refresh_search_words()

    assert offered(client, "q=electrican") == [("electrician", 7)]


def test_accents_do_not_matter(words, client):
    for typed in ("posproduccion", "POSPRODUCCIÓN"):
        assert client.get(f"/opportunities/?q={typed}").context["total"] == 1


PRE, DRIVE = "Pre-Apprenticeship in Carpentry", "Drive-Through Cashier"
APART, YEAR = "Apprenticeship for Whom Carpentry Comes Pre", "A 4-Year Term for Plumbers"


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("pre-apprenticeship", [PRE]),
        ("PRE-APPRENTICESHIPS", [PRE]),
        ("carpentry pre-apprenticeship", [PRE]),
        ("drive-through", [DRIVE]),
        ("pre-apprenticeship or drive-through", [PRE, DRIVE]),
        ("pre apprenticeship", [PRE, APART]),
        ("pre-carpentry", []),
        ("apprenticeship-pre", []),
        ('"pre-apprenticeship"', [PRE]),
        ("carpentry -pre-apprenticeship", [APART]),
        ("4-year", [YEAR]),
    ],
)
def test_words_with_hyphens_are_found_as_they_stand(region, client, typed, found):
    for title in (PRE, DRIVE, APART, YEAR, "The Year of Plumber 4"):
        keep_search_words(OpportunityFactory(title=title))

    answer = client.get("/opportunities/", {"q": typed})

    assert {row.title for row in answer.context["rows"]} == set(found)
    assert answer.context["total"] == len(found)


@pytest.mark.parametrize(("typed", "told"), [("the", 1), ("!!", 1), ("to be", 1), ("zebra", 0)])
def test_words_that_find_nothing_by_themselves_are_told(words, client, typed, told):
    page = client.get("/opportunities/", {"q": typed}).content.decode()

    assert "Nothing like this just now" in page
    assert page.count("stands in every text or in none") == told


def test_words_of_what_is_not_open_are_not_learned(words):
    assert not SearchWord.objects.filter(word__in=["elektronaut", "electricienne"]).exists()


def test_refreshing_twice_changes_nothing(words):
    before = list(SearchWord.objects.values_list())

    refresh_search_words()

    assert list(SearchWord.objects.values_list()) == before


def test_odd_words_break_nothing(words, client):
    for typed in ("(((", "a" * 200, "-electrican", '"electrican', "ele\\ctrican", "日本語日本"):
        assert client.get("/opportunities/", {"q": typed}).status_code == 200
