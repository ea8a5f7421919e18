"""Names of organizations that the portal knows, offered while somebody types theirs."""

from accounts.models import Organization

OFFERED = 200


def known_names() -> list[str]:
    return list(
        Organization.objects.public().order_by("name").values_list("name", flat=True)[:OFFERED]
    )
