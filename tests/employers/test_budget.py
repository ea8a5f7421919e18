"""What a page may cost, in numbers that no busy machine changes: queries and bytes. Times are
measured by `./dev bench`."""

import gzip

import pytest

from employers.actions import keep_search_words
from employers.models import Opportunity
from tests.employers.factories import OpportunityFactory

pytestmark = pytest.mark.django_db
KB = 1024


@pytest.fixture
def full_page(region):
    """More than a page of postings, with words to find them by."""
    rows = OpportunityFactory.create_batch(27, summary="Learn to weld. " * 12, supports=["class"])
    for row in rows:
        keep_search_words(row)
    return rows


@pytest.mark.parametrize(
    ("query", "queries"),
    [("", 4), ("?kind=internship&pay=18", 6), ("?q=welder", 8), ("?q=welder&near=78701", 9)],
)
def test_a_list_stays_within_its_budget(
    client, full_page, django_assert_max_num_queries, query, queries
):
    client.get(f"/opportunities/{query}")

    with django_assert_max_num_queries(queries):
        body = client.get(f"/opportunities/{query}").content

    assert len(body) < 44 * KB
    assert len(gzip.compress(body)) < 9 * KB


def test_a_list_reads_no_long_words(client, full_page, django_assert_max_num_queries):
    with django_assert_max_num_queries(20) as asked:
        client.get("/opportunities/?q=welder")

    rows = [query["sql"] for query in asked.captured_queries if '"title"' in query["sql"]]
    assert rows
    assert not [sql for sql in rows if '"tasks"' in sql or '"search_body"' in sql]


def test_a_posting_stays_within_its_budget(client, full_page, django_assert_max_num_queries):
    posting = Opportunity.objects.latest("pk")

    with django_assert_max_num_queries(11):
        body = client.get(posting.get_absolute_url()).content

    assert len(body) < 24 * KB
    assert len(gzip.compress(body)) < 7 * KB
