"""What of this room waits for a person, and what is theirs."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import Count, F, Q
from django.urls import reverse
from django.utils import timezone

from accounts.models import Review
from accounts.rules import may_administer
from employers.choices import State
from employers.models import Opportunity
from employers.overview import change_of, in_order, postings_of
from employers.postings.numbers import Claim, claims_for, with_numbers
from employers.postings.standing import Reason, refusal, why_hidden
from employers.queue import reports_waiting

SHOWN = 10
DRAFTS_SHOWN = 3
IN_REVIEW_SHOWN = 100


def waiting_for(user: Any) -> list[dict[str, Any]]:
    """[{since, kind, title, note, url, act}]: postings in review for staff; for an employer's
    people the returned ones and those that close within a week and nobody has spoken for."""
    return [*_in_review(user), *reports_waiting(user), *_returned(user), *_closing(user)]


def _in_review(user: Any) -> list[dict[str, Any]]:
    if not may_administer(user):
        return []
    rows = (
        Opportunity.objects.filter(state=State.IN_REVIEW)
        .exclude(employer__organization__in=user.belongs_to)
        .select_related("employer__organization")
        .order_by("changed_at", "pk")[:IN_REVIEW_SHOWN]
    )
    sent = _sent_at(rows)
    return [
        {
            "since": sent.get(row.pk, row.changed_at),
            "kind": "Change in review" if row.is_copy else "Opportunity in review",
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
            "kind": "Change returned to you" if row.is_copy else "Returned to you",
            "title": row.title,
            "note": "A reviewer asks for something else. The posting stays as it was meanwhile."
            if row.is_copy
            else "A reviewer asks for a change. What you wrote is kept.",
            "url": reverse("employers:opportunity_edit", args=[row.pk]),
            "act": "Mend it",
        }
        for row in rows
    ]


def _closing(user: Any) -> list[dict[str, Any]]:
    rows = (
        Opportunity.objects.of(user)
        .closing_within(7)
        .filter(
            Q(confirmed_at=None) | Q(confirmed_at__lt=F("closes_at") - timedelta(days=7)),
        )
        .order_by("closes_at")
    )
    return [
        {
            "since": row.closes_at,
            "due": True,
            "kind": "Closes soon",
            "title": f"Is {row.title} still open?",
            "note": "Extend it, close it and say how it ended, or leave it until its day.",
            "url": reverse("employers:opportunity_edit", args=[row.pk]),
            "act": "Answer",
        }
        for row in rows
    ]


@dataclass
class Line:
    """A posting on its people's desk: the row with its numbers, its change if one is written, why
    nobody sees it, the one thing to do next, and why similar ones are seen more often."""

    row: Any
    change: Opportunity | None
    why: list[Reason]
    act: tuple[str, str]
    claim: Claim | None = None


@dataclass
class Things:
    lines: list[Line] = field(default_factory=list)
    total: int = 0
    drafts: int = 0

    @property
    def more_drafts(self) -> int:
        """Those that are not among the lines."""
        return self.drafts - sum(line.row.state == State.DRAFT for line in self.lines)

    @property
    def rows(self) -> list[Any]:
        return [line.row for line in self.lines]


def things_of(user: Any, organization: Any = None) -> Things:
    """The first postings of the person's organizations (or of the one they act for), returned
    ones and the newest few drafts before what closes next, and how many there are. In a fixed
    number of queries."""
    now = timezone.now()
    theirs = postings_of(user)
    if organization is not None:
        theirs = theirs.filter(employer__organization=organization)
    drafts = theirs.filter(state=State.DRAFT).order_by("-changed_at", "-pk")
    shown = theirs.exclude(state__in=[State.ARCHIVED, State.CLOSED]).filter(
        ~Q(state=State.DRAFT) | Q(pk__in=drafts.values("pk")[:DRAFTS_SHOWN])
    )
    rows = list(with_numbers(in_order(shown)[:SHOWN]))
    counts = theirs.exclude(state=State.ARCHIVED).aggregate(
        total=Count("pk"), drafts=Count("pk", filter=Q(state=State.DRAFT))
    )
    claims = claims_for(rows)
    lines = [
        Line(row, change_of(row), why_hidden(row, now), _act(row, now), claims.get(row.pk))
        for row in rows
    ]
    return Things(lines, **counts)


def _act(row: Opportunity, now: datetime) -> tuple[str, str]:
    """(words, address) of the one thing to do next with a posting."""
    standing = row.standing(now)
    words, name = {
        "returned": ("Mend it", "edit"),
        "draft": ("Go on writing", "edit"),
        "in-review": ("Read it", "preview"),
        "scheduled": ("Change when it opens", "schedule"),
        "paused": ("Open it again", "edit"),
        "expired": ("Relist it", "relist"),
    }.get(standing, ("Look after it", "edit"))
    if standing in ("expired", "open") and not refusal("extend", row, now):
        soon = row.closes_at is not None and row.closes_at <= now + timedelta(days=14)
        if standing == "expired" or soon:
            words, name = "Extend it", "extend"
    return words, reverse(f"employers:opportunity_{name}", args=[row.pk])
