"""The page of a posting is kept for a minute, and nobody notices."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Organization
from employers.choices import Kind
from employers.models import Opportunity
from tests.employers.factories import EmployerFactory, OpportunityFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def posting(company):
    return OpportunityFactory(
        title="Welder trainee", employer=EmployerFactory(organization=company)
    )


def page(client, posting):
    return client.get(posting.get_absolute_url()).content.decode()


def test_the_second_reader_costs_one_query(client, region, posting, django_assert_num_queries):
    page(client, posting)

    with django_assert_num_queries(1):
        body = page(client, posting)

    assert "Welder trainee" in body


def test_a_change_shows_at_once(client, region, posting):
    assert "Welder trainee" in page(client, posting)

    posting.title, posting.changed_at = "Welder helper", timezone.now()
    posting.save()

    assert "Welder helper" in page(client, posting)


def test_a_suspended_organization_hides_it_at_once(client, region, posting, company):
    page(client, posting)

    Organization.objects.filter(pk=company.pk).update(state="suspended")

    assert client.get(posting.get_absolute_url()).status_code == 404


def test_what_closes_is_closed_at_once(client, region, posting, time_machine):
    assert "How to apply</a>" in page(client, posting)

    time_machine.move_to(posting.closes_at)

    assert "How to apply</a>" not in page(client, posting)


def test_what_is_like_it_goes_and_comes_at_once(client, region, posting):
    like = OpportunityFactory(title="Pipe welder", kind=Kind.ON_THE_JOB)
    assert "Pipe welder" in page(client, posting)

    Opportunity.objects.filter(pk=like.pk).update(state="paused")
    assert "Pipe welder" not in page(client, posting)

    OpportunityFactory(title="Boiler welder", kind=Kind.ON_THE_JOB)
    assert "Boiler welder" in page(client, posting)


def test_what_is_like_it_closes_at_once(client, region, posting, time_machine):
    like = OpportunityFactory(title="Pipe welder", closes_at=timezone.now() + timedelta(seconds=20))
    assert "Pipe welder" in page(client, posting)

    time_machine.move_to(like.closes_at)

    assert "Pipe welder" not in page(client, posting)


def test_a_posting_is_not_like_itself(client, region, posting):
    like = OpportunityFactory(title="Pipe welder")

    for one, other in ((posting, like), (like, posting)):
        like_it = page(client, one).partition("Like this one</h2>")[2]
        assert other.title in like_it
        assert one.title not in like_it


def test_its_own_people_see_their_links_and_leave_none_behind(
    client, signed_in, region, posting, recruiter
):
    page(client, posting)

    own = page(signed_in(recruiter), posting)
    client.logout()
    strange = page(client, posting)

    assert "State, changes and history" in own
    assert "State, changes and history" not in strange
    assert "Sign in" in strange
