"""What this room sends to the review queue of the coalition's staff."""

from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.contrib.contenttypes.prefetch import GenericPrefetch
from django.db.models import CharField, Q, Subquery
from django.db.models.functions import Cast

from accounts.models import Review, ReviewQuerySet
from accounts.queue import ReviewKind, ReviewKinds
from accounts.rules import may_administer
from employers.models import Opportunity, Report

# A desk shows the oldest; the queue shows all.
SHOWN = 50


def register(kinds: ReviewKinds) -> None:
    kinds.register(ReviewKind("posting", "Postings", postings))
    kinds.register(ReviewKind("change", "Changes of postings", changes))
    kinds.register(ReviewKind("report", "Reports", reports))
    kinds.rows_of(posting_rows)
    kinds.rows_of(report_rows)


def postings(reviews: ReviewQuerySet) -> ReviewQuerySet:
    return _of_postings(reviews).exclude(subject_id__in=_copies())


def changes(reviews: ReviewQuerySet) -> ReviewQuerySet:
    return _of_postings(reviews).filter(subject_id__in=_copies())


def reports(reviews: ReviewQuerySet) -> ReviewQuerySet:
    return reviews.filter(subject_type=ContentType.objects.get_for_model(Report))


def posting_rows() -> Any:
    return Opportunity.objects.select_related("replaces")


def report_rows() -> Any:
    return Report.objects.select_related("opportunity")


def reports_waiting(user: Any) -> list[dict[str, Any]]:
    """For the desk of staff: one line for all open reports of a posting."""
    if not may_administer(user):
        return []
    waiting = reports(Review.objects.open()).exclude(organization__in=user.belongs_to)
    rows = waiting.select_related("organization").prefetch_related(
        GenericPrefetch("subject", [report_rows()])
    )
    return [
        {
            "since": review.sent_at,
            "kind": "Report about a posting",
            "title": review.subject.opportunity.title,
            "note": f"{review.subject.get_reason_display()}. {review.organization}.",
            "url": review.subject.get_review_url(),
            "act": "Look at it",
        }
        for review in rows[:SHOWN]
        if isinstance(review.subject, Report)
    ]


def _of_postings(reviews: ReviewQuerySet) -> ReviewQuerySet:
    return reviews.filter(subject_type=ContentType.objects.get_for_model(Opportunity))


def _copies() -> Subquery:
    copies = Opportunity.objects.filter(~Q(replaces=None)).order_by()
    return Subquery(copies.annotate(as_text=Cast("pk", CharField())).values("as_text"))
