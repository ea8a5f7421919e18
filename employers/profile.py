"""What this room adds to the page of an organization."""

from typing import Any

from django.db.models import Q
from django.utils import timezone

from accounts.models import Organization
from employers.choices import State
from employers.models import Employer, Location, Opportunity

SHOWN = 25
PAST = 10


def of_organization(organization: Organization, user: Any) -> dict[str, Any] | None:
    """{"offers": words, "open": rows, "count": n, "past": rows, "cities": names}; None for what
    is no employer. Past ones are those that everybody could see, newest first."""
    employer = Employer.objects.filter(organization=organization).first()
    if employer is None:
        return None
    now = timezone.now()
    public = Opportunity.objects.public(now).filter(employer=employer)
    ended = Q(state=State.CLOSED) | Q(state=State.PUBLISHED, closes_at__lte=now)
    past = Opportunity.objects.filter(ended, employer=employer, public_since__lte=now)
    cities = (
        Location.objects.filter(opportunity__in=public.values("pk"))
        .order_by("place__city")
        .values_list("place__city", flat=True)
        .distinct()
    )
    return {
        "offers": employer.offers,
        "open": list(public.with_everything().order_by("closes_at", "pk")[:SHOWN]),
        "count": public.count(),
        "past": list(past.order_by("-closes_at", "-pk")[:PAST]),
        "cities": list(cities[:12]),
    }
