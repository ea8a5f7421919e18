"""What this room adds to the page of an organization."""

from typing import Any

from accounts.models import Organization
from employers.models import Employer, Opportunity


def of_organization(organization: Organization, user: Any) -> dict[str, Any] | None:
    """{"offers": words, "open": rows}; None for what is no employer."""
    employer = Employer.objects.filter(organization=organization).first()
    if employer is None:
        return None
    rows = Opportunity.objects.public().filter(employer=employer).with_everything()
    return {"offers": employer.offers, "open": rows.order_by("closes_at", "pk")}
