"""What this room sends to the review queue of the coalition's staff."""

from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import CharField, Q, Subquery
from django.db.models.functions import Cast

from accounts.models import ReviewQuerySet
from accounts.queue import ReviewKind, ReviewKinds
from employers.models import Opportunity, Report


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


def _of_postings(reviews: ReviewQuerySet) -> ReviewQuerySet:
    return reviews.filter(subject_type=ContentType.objects.get_for_model(Opportunity))


def _copies() -> Subquery:
    copies = Opportunity.objects.filter(~Q(replaces=None)).order_by()
    return Subquery(copies.annotate(as_text=Cast("pk", CharField())).values("as_text"))
