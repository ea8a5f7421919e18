"""Views are counted without knowing who looked, kept by day, and claims say what the data say."""

from datetime import timedelta

import pytest
from django.conf import settings as django_settings
from django.utils import timezone

from employers.models import Kept, Opportunity, ViewCount
from employers.postings import counted
from employers.postings.counted import keep_views
from employers.postings.numbers import claims_for, with_numbers
from employers.tasks import keep_view_counts
from outreach.templatetags.reach import readers_told
from tests.employers.factories import EmployerFactory, OpportunityFactory
from tests.factories import PlaceFactory

pytestmark = pytest.mark.django_db

PERSON = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


@pytest.fixture
def posting(company):
    return OpportunityFactory(employer=EmployerFactory(organization=company))


def look(client, posting, agent=PERSON, **headers):
    return client.get(posting.get_absolute_url(), headers={"User-Agent": agent, **headers})


def seen(posting):
    return sum(ViewCount.objects.filter(opportunity=posting).values_list("views", flat=True))


def test_views_of_the_public_are_added_up_by_day(client, posting, counselor, signed_in):
    look(client, posting)
    look(client, posting)
    assert keep_view_counts() == 1
    look(signed_in(counselor), posting)

    keep_views()

    today = ViewCount.objects.get(opportunity=posting)
    assert today.views == 3
    assert keep_views() == 0


@pytest.mark.parametrize(
    ("agent", "headers"),
    [
        ("", {}),
        ("Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", {}),
        ("Mozilla/5.0 (compatible; bingbot/2.0)", {}),
        ("facebookexternalhit/1.1", {}),
        ("python-requests/2.32", {}),
        ("curl/8.5.0", {}),
        (PERSON, {"Sec-Purpose": "prefetch;prerender"}),
        (PERSON, {"Purpose": "prefetch"}),
    ],
)
def test_robots_and_what_only_looks_ahead_are_left_out(client, posting, agent, headers):
    look(client, posting, agent, **headers)

    keep_views()

    assert seen(posting) == 0


def test_its_own_people_staff_and_heads_are_left_out(
    client, posting, recruiter, coordinator, signed_in
):
    for person in (recruiter, coordinator):
        look(signed_in(person), posting)
    client.logout()
    client.head(posting.get_absolute_url(), headers={"User-Agent": PERSON})

    keep_views()

    assert seen(posting) == 0


def test_what_is_not_open_is_not_counted(client, company):
    closed = OpportunityFactory(employer=EmployerFactory(organization=company), expired=True)

    look(client, closed)

    assert keep_views() == 0


def test_pages_are_served_while_the_counter_is_away(client, posting, settings):
    settings.CACHES = {
        **django_settings.CACHES,
        "default": {**django_settings.CACHES["default"], "LOCATION": "redis://127.0.0.1:1/1"},
    }
    counted._valkey.cache_clear()
    try:
        assert look(client, posting).status_code == 200
        assert keep_views() == 0
    finally:
        counted._valkey.cache_clear()


def test_what_a_flush_that_died_left_behind_is_kept_first(client, posting):
    look(client, posting)
    counted._valkey().rename(counted.COUNTING, counted.BEING_KEPT)
    look(client, posting)

    keep_views()
    assert seen(posting) == 1
    keep_views()

    assert seen(posting) == 2


def test_a_posting_that_is_gone_does_not_hold_up_the_rest(client, posting):
    counted._valkey().hincrby(counted.COUNTING, f"{timezone.localdate()}:999999", 3)
    look(client, posting)

    keep_views()

    assert seen(posting) == 1


def test_numbers_beside_a_row(posting, recruiter, counselor):
    today = timezone.localdate()
    ViewCount.objects.create(opportunity=posting, day=today, views=3)
    ViewCount.objects.create(opportunity=posting, day=today - timedelta(days=40), views=8)
    Kept.objects.create(opportunity=posting, user=counselor)

    row = with_numbers(Opportunity.objects.all()).get()

    assert (row.views_lately, row.views_in_all, row.keeps) == (3, 11, 1)
    assert readers_told([posting.pk]) == {}


def crowd(number, views, **fields):
    for _ in range(number):
        row = OpportunityFactory(**fields)
        ViewCount.objects.create(opportunity=row, day=timezone.localdate(), views=views)


def test_a_claim_is_made_from_five_on_each_side(posting):
    Opportunity.objects.filter(pk=posting.pk).update(pay_min=None, pay_max=None)
    posting.refresh_from_db()
    crowd(5, 20)
    crowd(4, 4, pay_min=None, pay_max=None)
    assert claims_for([posting]) == {}
    crowd(1, 4, pay_min=None, pay_max=None)

    claim = claims_for([posting])[posting.pk]

    assert (claim.having, claim.without) == (20, 4)
    assert "where they show their pay: 20 views in 30 days, 4 where they do not" in str(claim)


def test_no_claim_where_it_makes_no_difference_or_is_there_already(posting):
    crowd(6, 10)
    crowd(6, 10, pay_min=None, pay_max=None)
    crowd(
        6, 90, places=[PlaceFactory(), PlaceFactory(zip="78664", city="Round Rock")], kind="co-op"
    )

    assert claims_for([posting]) == {}


def test_several_kinds_are_compared_in_a_fixed_number_of_queries(
    posting, company, django_assert_num_queries
):
    other = OpportunityFactory(employer=EmployerFactory(organization=company), kind="co-op")
    crowd(6, 20, kind="co-op", starts_on=timezone.localdate() + timedelta(days=30))
    crowd(6, 4, kind="co-op")

    with django_assert_num_queries(3):
        claims = claims_for([posting, other])

    assert set(claims) == {other.pk}
    assert claims[other.pk].what == "name the day they start"
