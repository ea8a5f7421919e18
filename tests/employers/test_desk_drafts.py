"""Drafts do not crowd out what is open, on the desk of their people."""

import pytest

from employers.choices import State
from employers.desk import things_of
from tests.employers.factories import EmployerFactory, OpportunityFactory

pytestmark = pytest.mark.django_db


def test_a_file_of_drafts_leaves_room_for_what_is_open(company, recruiter, signed_in):
    employer = EmployerFactory(organization=company)
    live, back = (OpportunityFactory(employer=employer, **how) for how in ({}, {"returned": True}))
    drafts = OpportunityFactory.create_batch(12, employer=employer, draft=True)

    things = things_of(recruiter)
    page = signed_in(recruiter).get("/desk/").content.decode()

    assert [row.pk for row in things.rows[:1]] == [back.pk]
    shown = {row.pk for row in things.rows if row.state == State.DRAFT}
    assert shown == {row.pk for row in drafts[-3:]}
    assert live.title in page
    assert "9 more drafts" in page
    assert things.total == 14
