"""A new name of an organization is found everywhere at once."""

import pytest

from accounts.actions import change_organization
from employers.actions import keep_search_words
from tests.employers.factories import EmployerFactory, OpportunityFactory

pytestmark = pytest.mark.django_db


def test_postings_are_found_by_the_new_name_of_their_employer(client, company, recruiter):
    row = OpportunityFactory(employer=EmployerFactory(organization=company))
    keep_search_words(row)

    change_organization(
        organization=company, version=company.version, by=recruiter, name="Heron Electric"
    )

    assert client.get("/opportunities.json?q=heron").json()["count"] == 1
    assert client.get("/opportunities.json?q=granite").json()["count"] == 0
