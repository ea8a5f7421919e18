"""Addresses of this room for the sitemap: the current version's pages."""

from collections.abc import Iterable
from datetime import datetime

from django.urls import reverse

from plans.models import PlanVersion

ABOUT_IT = [
    "matrix_show",
    "group_list",
    "plan_progress",
    "response_list",
    "spoken_show",
    "transparency_show",
    "data_show",
]


def public_urls() -> Iterable[tuple[str, datetime | None]]:
    """(path, last change). Two queries."""
    version = PlanVersion.objects.current()
    yield reverse("plans:plan_show"), version.published_at if version else None
    if version is None:
        return
    yield reverse("plans:version_list"), version.published_at
    for name in ABOUT_IT:
        yield reverse(f"plans:{name}"), None
    for number in version.items.values_list("number", flat=True):
        yield reverse("plans:item_show", args=[number]), version.published_at
