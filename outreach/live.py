"""Figures of this room for the measures of the plan."""

from datetime import datetime
from decimal import Decimal

from django.db.models import Count

from outreach.choices import DigestState
from outreach.models import Digest, Subscription
from plans.progress.live import Parts, register, without_small


def connect() -> None:
    register("digests-sent", "Digests sent", "digests", digests_sent)
    register(
        "subscriptions-by-center",
        "Subscriptions to digests, by career center",
        "subscriptions",
        subscriptions_by_center,
    )


def digests_sent(at: datetime) -> tuple[Decimal, Parts]:
    """Those with something new in them."""
    rows = Digest.objects.filter(state=DigestState.PLANNED, created_at__lte=at)
    return Decimal(rows.count()), {}


def subscriptions_by_center(at: datetime) -> tuple[Decimal, Parts]:
    """Of all that run, those of a career center by its name; small counts are hidden."""
    running = Subscription.objects.active()
    of_centers = running.filter(career_center__isnull=False).order_by()
    counts = of_centers.values_list("career_center__name").annotate(n=Count("pk"))
    return Decimal(running.count()), dict(sorted(without_small(dict(counts)).items()))
