"""What reviewers and the public say about postings."""

from typing import Any
from uuid import uuid4

from django.utils import timezone

from accounts.choices import ReviewState
from accounts.models import Remark, Review
from employers.actions import give_report
from employers.models import Opportunity, Report
from employers.postings.words import snapshot


def make_remark(opportunity: Opportunity, field: str = "summary", proposed: str = "") -> Remark:
    """A reviewer returned the posting with one remark."""
    review = Review.objects.create(
        subject=opportunity,
        organization=opportunity.employer.organization,
        state=ReviewState.RETURNED,
        reason="Please see our remarks.",
        decided_at=timezone.now(),
        words=snapshot(opportunity),
    )
    return Remark.objects.create(
        review=review, field=field, reason="This is not clear.", proposed=proposed
    )


def make_report(opportunity: Opportunity, **given: Any) -> Report:
    """Somebody of the public reported an open posting."""
    said = {"reason": "scam", "text": "", "email": "", "sender": str(uuid4())} | given
    return give_report(opportunity=opportunity, form_token=uuid4(), **said)
