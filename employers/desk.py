"""What of this room waits for a person, and what is theirs."""

from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.urls import reverse

from accounts.models import Review
from accounts.rules import may_administer
from employers.choices import State
from employers.models import Opportunity


def waiting_for(user: Any) -> list[dict[str, Any]]:
    """[{since, kind, title, note, url, act}]: postings in review for staff; for an employer's
    people the returned ones and those that close within a week."""
    return [*_in_review(user), *_returned(user), *_closing(user)]


def _in_review(user: Any) -> list[dict[str, Any]]:
    if not may_administer(user):
        return []
    rows = (
        Opportunity.objects.filter(state=State.IN_REVIEW)
        .exclude(employer__organization__in=user.belongs_to)
        .select_related("employer__organization")
    )
    sent = _sent_at(rows)
    return [
        {
            "since": sent.get(row.pk, row.changed_at),
            "kind": "Opportunity in review",
            "title": row.title,
            "note": f"{row.get_kind_display()}, {row.employer_name}",
            "url": row.get_review_url(),
            "act": "Review it",
        }
        for row in rows
    ]


def _sent_at(rows: Any) -> dict[int, Any]:
    """When each was sent in, by its id."""
    reviews = Review.objects.open().filter(
        subject_type=ContentType.objects.get_for_model(Opportunity),
        subject_id__in=[str(row.pk) for row in rows],
    )
    return {int(review.subject_id): review.sent_at for review in reviews}


def _returned(user: Any) -> list[dict[str, Any]]:
    rows = Opportunity.objects.of(user).filter(state=State.RETURNED)
    return [
        {
            "since": row.changed_at,
            "kind": "Returned to you",
            "title": row.title,
            "note": "A reviewer asks for a change. What you wrote is kept.",
            "url": reverse("employers:opportunity_edit", args=[row.pk]),
            "act": "Mend it",
        }
        for row in rows
    ]


def _closing(user: Any) -> list[dict[str, Any]]:
    rows = Opportunity.objects.of(user).closing_within(7).order_by("closes_at")
    return [
        {
            "since": row.closes_at,
            "due": True,
            "kind": "Closes soon",
            "title": f"Is {row.title} still open?",
            "note": "Close it and say how it ended, or leave it until its day.",
            "url": reverse("employers:opportunity_edit", args=[row.pk]),
            "act": "Answer",
        }
        for row in rows
    ]


def things_of(user: Any) -> list[Opportunity]:
    """The postings of the person's organizations, drafts and returned ones first."""
    rows = (
        Opportunity.objects.of(user)
        .exclude(state=State.ARCHIVED)
        .select_related("employer__organization")
        .order_by("closes_at", "pk")
    )
    first = {State.RETURNED: 0, State.DRAFT: 1, State.IN_REVIEW: 2, State.PUBLISHED: 3}
    return sorted(rows, key=lambda row: first.get(State(row.state), 4))
