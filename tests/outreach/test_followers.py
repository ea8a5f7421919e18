"""Followers of the plan whose mail server refuses letters are left in peace."""

import pytest
from django.utils import timezone

from outreach.actions.subscriptions import count_bounces
from plans.models import Follow
from tests.outreach.factories import LetterFactory
from tests.plans.factories import make_plan


@pytest.mark.parametrize(("states", "standing"), [("sff", 1), ("fff", 0), ("fsff", 1), ("sfff", 0)])
def test_letters_end_after_the_third_refusal_in_a_row(region, states, standing):
    now = timezone.now()
    Follow.objects.create(plan=make_plan(), email="gone@example.org", confirmed_at=now)
    for state in states:
        trait = {"sent" if state == "s" else "failed": True}
        LetterFactory(kind="plan-follow-news", recipient="gone@example.org", **trait)

    count_bounces(addresses=["gone@example.org"])

    assert Follow.objects.standing().count() == standing
