"""Who read a posting last has it before them when it comes again."""

import pytest

from accounts.actions import assign_reader
from accounts.models import Review
from employers import actions
from employers.models import Opportunity
from tests.employers.factories import EmployerFactory, OpportunityFactory
from tests.factories import MembershipFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def row(company, recruiter):
    row = OpportunityFactory(employer=EmployerFactory(organization=company), draft=True)
    send(row, recruiter)
    return row


def send(row: Opportunity, by) -> None:
    actions.send_opportunity(opportunity=Opportunity.objects.get(pk=row.pk), by=by)


def reader_of(row: Opportunity):
    return Review.objects.of(row).open().get().reader


def test_who_returned_it_has_it_again(row, recruiter, coordinator, signed_in):
    first = reader_of(row)
    actions.return_opportunity(opportunity=row, reason="Say more.", by=coordinator)

    send(row, recruiter)

    assert first is None
    assert reader_of(row) == coordinator
    assert row.title in signed_in(coordinator).get("/review/?who=mine").content.decode()


def test_who_had_taken_it_has_it_again_after_its_people_took_it_back(row, recruiter, coordinator):
    review = Review.objects.of(row).open().get()
    assign_reader(thing=review, to=coordinator, by=coordinator, seen=0)
    actions.take_back_opportunity(opportunity=Opportunity.objects.get(pk=row.pk), by=recruiter)

    send(row, recruiter)

    assert reader_of(row) == coordinator


def test_who_may_not_decide_it_any_more_does_not_have_it(row, recruiter, coordinator, company):
    actions.return_opportunity(opportunity=row, reason="Say more.", by=coordinator)
    MembershipFactory(organization=company, user=coordinator)

    send(row, recruiter)

    assert reader_of(row) is None
