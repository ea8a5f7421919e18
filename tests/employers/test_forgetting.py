"""What is erased by the clock, as the privacy page promises."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from employers.models import Report, Typed
from employers.tasks import forget_people
from tests.employers.factories import OpportunityFactory

pytestmark = pytest.mark.django_db


def test_who_sent_an_old_report_is_erased_decided_or_not(region):
    now, row = timezone.now(), OpportunityFactory()
    sent = {"opportunity": row, "reason": "other", "text": "Gone.", "sender": "hash"}
    old, recent = (
        Report.objects.create(
            **sent, email="kim@example.net", form_token=uuid4(), sent_at=now - timedelta(days=days)
        )
        for days in (91, 89)
    )

    forget_people()
    forget_people()

    old.refresh_from_db()
    recent.refresh_from_db()
    assert (old.email, old.sender, old.text) == ("", "", "Gone.")
    assert (recent.email, recent.sender) == ("kim@example.net", "hash")


def test_what_was_typed_and_left_is_deleted(region, recruiter):
    now, row = timezone.now(), OpportunityFactory(draft=True)
    for section, days in (("work", 91), ("pay", 89)):
        Typed.objects.create(
            opportunity=row, section=section, user=recruiter, data="{}", at=now - timedelta(days)
        )

    forget_people()

    assert [typed.section for typed in Typed.objects.all()] == ["pay"]
