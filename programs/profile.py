"""What this room shows on an organization's page."""

from typing import Any

from accounts.models import Organization
from programs.models import CareerCenter, Program

# An organization's page shows the first of them; the list has all.
SHOWN = 50


def of_organization(organization: Organization, user: Any) -> dict[str, Any] | None:
    """Its programs and career centers; None for one that does not teach."""
    programs = Program.objects.filter(provider__organization=organization, active=True)
    centers = CareerCenter.objects.filter(provider__organization=organization, active=True)
    here = {
        "programs": list(programs.with_parts()[:SHOWN]),
        "centers": list(centers.select_related("place")[:SHOWN]),
    }
    return here if any(here.values()) else None
