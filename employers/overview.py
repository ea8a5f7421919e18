"""All postings of a person's organizations: asked for, sorted, with their numbers."""

from datetime import datetime
from typing import Any

from django.db.models import Case, IntegerField, Prefetch, Q, Value, When

from employers.choices import State
from employers.models import Opportunity
from employers.models.opportunities import UNSEEN, OpportunityQuerySet
from vocabularies.text import without_accents

# What needs its people first.
FIRST = [State.RETURNED, State.DRAFT, State.IN_REVIEW, State.PUBLISHED, State.PAUSED, State.CLOSED]


def stands(standing: str, at: datetime) -> Q:
    """`Opportunity.standing` as a condition on rows."""
    published = Q(state=State.PUBLISHED)
    later, over = Q(opens_at__gt=at), Q(closes_at__lte=at)
    if standing == "scheduled":
        return published & later & Q(public_since__gt=at)
    if standing == "paused":
        return Q(state=State.PAUSED) | published & later & Q(public_since__lte=at)
    if standing == "expired":
        return published & Q(opens_at__lte=at) & over
    if standing == "open":
        return published & Q(opens_at__lte=at) & (Q(closes_at=None) | Q(closes_at__gt=at))
    return Q(state=standing)


def postings_of(user: Any) -> OpportunityQuerySet:
    """Of the person's organizations, each with `.change`: the working copy, or None."""
    return (
        Opportunity.objects.of(user)
        .filter(replaces=None)
        .defer(*UNSEEN)
        .select_related("employer__organization")
        .prefetch_related(
            Prefetch("copies", Opportunity.objects.only("pk", "state", "replaces_id", "title"))
        )
    )


def in_order(rows: OpportunityQuerySet, sort: str = "") -> OpportunityQuerySet:
    if sort == "closing":
        return rows.order_by("closes_at", "pk")
    if sort == "newest":
        return rows.order_by("-changed_at", "-pk")
    if sort == "title":
        return rows.order_by("title", "pk")
    place = Case(
        *[When(state=state, then=Value(number)) for number, state in enumerate(FIRST)],
        default=Value(len(FIRST)),
        output_field=IntegerField(),
    )
    return rows.order_by(place, "closes_at", "pk")


def asked_for(user: Any, asked: dict[str, Any], now: datetime) -> OpportunityQuerySet:
    """`asked` as `MineForm.asked` gives it. What was put away is shown when it is asked for."""
    rows = postings_of(user)
    if standing := asked.get("standing"):
        rows = rows.filter(stands(standing, now))
    else:
        rows = rows.exclude(state=State.ARCHIVED)
    if kind := asked.get("kind"):
        rows = rows.filter(kind=kind)
    if organization := asked.get("organization"):
        rows = rows.filter(employer__organization=organization)
    for word in without_accents(asked.get("q", "")).split()[:8]:
        rows = rows.filter(Q(search_title__contains=word) | Q(search_words__contains=word))
    return in_order(rows, asked.get("sort", ""))


def change_of(row: Opportunity) -> Opportunity | None:
    return next(iter(row.copies.all()), None)
