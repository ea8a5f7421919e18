"""What of this room search engines may know."""

from collections.abc import Iterable
from datetime import datetime

from django.urls import reverse

from employers.models import Opportunity


def public_urls() -> Iterable[tuple[str, datetime | None]]:
    """(path, last change) of each open posting and the room's lists."""
    yield reverse("employers:opportunity_list"), None
    yield reverse("employers:employer_list"), None
    for row in Opportunity.objects.public().only("pk", "slug", "changed_at").order_by("pk"):
        yield row.get_absolute_url(), row.changed_at
