"""What the home page and the search show of the rooms, in a few lines each."""

from typing import Any

from django.db import connection
from django.db.models import Exists, OuterRef
from django.utils import timezone

from accounts.models import Organization
from employers.models import Listing
from employers.models.opportunities import EVENTS_SO_FAR
from plans.choices import Status
from plans.models import PlanVersion
from plans.reading import Branch, branches, with_live
from programs.models import Program
from vocabularies.models import Region


def home_key() -> str:
    """Another one whenever lists of postings or the plan have changed, and each day."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"{EVENTS_SO_FAR} UNION ALL SELECT max(id) FROM plans_planversion "  # noqa: S608
            "UNION ALL SELECT max(id) FROM plans_statusupdate"
        )
        changes = [row[0] for row in cursor.fetchall()]
    region = Region.current()
    changes += [region.pk, timezone.localdate(timezone=region.zone)]
    return f"home:{':'.join(map(str, changes))}"


def plan_glance() -> dict[str, Any] | None:
    """{"version", "rows": [(number, title, url, words, is_part)]} of the current plan; words say
    what stands out. None before a first version."""
    version = PlanVersion.objects.current()
    if version is None:
        return None
    rows = []
    for part in branches(with_live(version.plan, list(version.items.all())), {}):
        rows.append((part.node, "", True))
        rows += [(child.node, _stands(child), False) for child in part.children]
    return {"version": version, "rows": rows}


def _stands(branch: Branch) -> str:
    statuses = branch.statuses
    if not statuses:
        return ""
    if at_risk := statuses.count(Status.RISK):
        return f"{at_risk} at risk"
    if all(status == Status.DONE for status in statuses):
        return "done"
    if all(status == Status.NOT_STARTED for status in statuses):
        return "not started"
    return "under way"


def programs_wanted() -> list[Program]:
    """Two programs that have no opportunity beside them: a class that looks for an employer."""
    beside = Listing.objects.open(timezone.now()).filter(program=OuterRef("pk"))
    return list(
        Program.objects.public()
        .filter(~Exists(beside))
        .select_related("provider__organization")
        .order_by("title")[:3]
    )


def organization_search(words: str, limit: int) -> list[dict[str, str]]:
    """Public organizations whose name holds every word."""
    found = Organization.objects.public().select_related("place", "sector")
    for word in words.split()[:8]:
        found = found.filter(name__icontains=word)
    return [
        {
            "title": organization.name,
            "url": organization.get_absolute_url(),
            "note": ", ".join(
                str(part) for part in (organization.sector, organization.place) if part
            ),
        }
        for organization in found[:limit]
    ]
