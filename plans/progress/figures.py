"""Figures of the rooms to the left of the plan, and of its own comments."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q, Sum

from accounts.choices import OrganizationState
from accounts.models import Organization
from employers.browsing.counting import open_now, total_of
from employers.browsing.search import OpportunityQuery
from employers.choices import Kind, State
from employers.models import Listing, Opportunity
from plans.choices import CommentState
from plans.models import Comment
from plans.progress.live import Parts, register
from programs.models import CareerCenter
from vocabularies.models import Sector

# Whatever was public once: closed and archived ones have been.
ONCE_PUBLISHED = (State.PUBLISHED, State.PAUSED, State.CLOSED, State.ARCHIVED)


def connect() -> None:
    register(
        "opportunities-published", "Opportunities published so far", "opportunities", published
    )
    register("opportunities-open", "Opportunities open now", "opportunities", opportunities_open)
    register("places-by-kind", "Places offered now, by kind", "places", places_by_kind)
    register("places-by-sector", "Places offered now, by sector", "places", places_by_sector)
    register("employers-active", "Employers with an open posting", "employers", employers_active)
    register("organizations-verified", "Organizations verified", "organizations", verified)
    register("comments-received", "Comments received on plans", "comments", comments_received)
    register("comments-answered", "Comments answered", "comments", comments_answered)
    register("career-centers", "Career centers in the portal", "career centers", career_centers)


def published(at: datetime) -> tuple[Decimal, Parts]:
    """All time. A working copy of changes is in none of these states."""
    rows = Opportunity.objects.filter(state__in=ONCE_PUBLISHED, public_since__lte=at)
    return Decimal(rows.count()), {}


def opportunities_open(at: datetime) -> tuple[Decimal, Parts]:
    return Decimal(total_of(OpportunityQuery(), at)), {}


def _places(at: datetime, by: str) -> dict[Any, int]:
    """Openings of what is open, by a column of the posting; one opening where none is told."""
    rows = Listing.objects.open(at).order_by().values(f"opportunity__{by}")
    sums = rows.annotate(told=Sum("opportunity__openings"), silent=Count("pk", filter=_silent()))
    return {row[f"opportunity__{by}"]: (row["told"] or 0) + row["silent"] for row in sums}


def _silent() -> Q:
    return Q(opportunity__openings__isnull=True)


def places_by_kind(at: datetime) -> tuple[Decimal, Parts]:
    found = _places(at, "kind")
    parts: Parts = {str(kind.label): found[kind.value] for kind in Kind if found.get(kind.value)}
    return Decimal(sum(found.values())), parts


def places_by_sector(at: datetime) -> tuple[Decimal, Parts]:
    found = _places(at, "sector")
    names = dict(Sector.objects.filter(pk__in=[pk for pk in found if pk]).values_list("pk", "name"))
    parts: Parts = {names.get(pk, "No sector"): n for pk, n in found.items()}
    return Decimal(sum(found.values())), dict(sorted(parts.items()))


def employers_active(at: datetime) -> tuple[Decimal, Parts]:
    return Decimal(open_now(at)[1]), {}


def verified(at: datetime) -> tuple[Decimal, Parts]:
    return Decimal(Organization.objects.filter(state=OrganizationState.VERIFIED).count()), {}


def comments_received(at: datetime) -> tuple[Decimal, Parts]:
    """Whatever its author has confirmed, also what is not shown."""
    rows = Comment.objects.filter(confirmed_at__lte=at).exclude(state=CommentState.UNCONFIRMED)
    return Decimal(rows.count()), {}


def comments_answered(at: datetime) -> tuple[Decimal, Parts]:
    rows = Comment.objects.published().filter(response__published_at__lte=at)
    return Decimal(rows.count()), {}


def career_centers(at: datetime) -> tuple[Decimal, Parts]:
    return Decimal(CareerCenter.objects.public().count()), {}
