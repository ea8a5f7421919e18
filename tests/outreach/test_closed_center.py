"""The letters of a career center whose organization is closed."""

import pytest
from django.core import mail
from django.test import Client

from accounts.actions import close_organization
from outreach.choices import SubscriptionState
from tests.outreach.factories import SubscriptionFactory
from tests.programs.factories import CareerCenterFactory, ProviderFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def center(company):
    return CareerCenterFactory(provider=ProviderFactory(organization=company))


def test_who_got_letters_reads_why_they_stop_and_how_to_go_on(center, company, recruiter, region):
    reader = SubscriptionFactory(career_center=center, email="reader@example.edu")
    resting = SubscriptionFactory(career_center=center, email="resting@example.edu", paused=True)
    SubscriptionFactory(career_center=center, email="asked@example.edu", unconfirmed=True)
    SubscriptionFactory(career_center=center, email="left@example.edu", stopped=True)
    SubscriptionFactory(email="elsewhere@example.edu")

    close_organization(organization=company, reason="We retire", by=recruiter)

    letters = {to: letter for letter in mail.outbox for to in letter.to}
    assert {to for to in letters if to.endswith(".edu")} == {reader.email, resting.email}
    letter = letters[reader.email]
    assert "Granite Ridge Electric is closed" in " ".join(letter.body.split())
    assert reader.manage_url in letter.body
    page = Client().post(reader.manage_url, {"do": "resume"}, follow=True).content.decode()
    reader.refresh_from_db()
    assert reader.state == SubscriptionState.ACTIVE
    assert "The letters go on." in page
