"""What every page's frame needs."""

from functools import cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse

from vocabularies.models import Region

# A door appears when its room has a page.
DOORS = [
    ("Opportunities", "employers:opportunity_list"),
    ("Programs", "programs:program_list"),
    ("Plan", "plans:plan_show"),
    ("Events", "events:event_list"),
]
FOOT = {
    "Take part": [
        ("Post an opportunity", "employers:opportunity_post"),
        ("Find an opportunity", "employers:opportunity_list"),
        ("Comment on the plan", "plans:plan_show"),
    ],
    "Who is here": [
        ("Employers", "employers:employer_list"),
        ("Programs", "programs:program_list"),
        ("Career centers", "programs:center_list"),
    ],
    "Use our data": [
        ("Open data: CSV, JSON, feeds", "open_data"),
    ],
    "This service": [
        ("Accessibility", "accessibility"),
        ("Privacy", "privacy"),
    ],
}


def _existing(links: list[tuple[str, str]]) -> list[tuple[str, str]]:
    found = []
    for title, name in links:
        try:
            found.append((title, reverse(name)))
        except NoReverseMatch:
            continue
    return found


@cache
def _frame() -> tuple[list[tuple[str, str]], list[tuple[str, list[tuple[str, str]]]]]:
    return _existing(DOORS), [(head, _existing(links)) for head, links in FOOT.items()]


def portal(request: HttpRequest) -> dict[str, Any]:
    """The region, the doors (with the one that is open), the foot, and whether this is a
    development machine."""
    doors, foot = _frame()
    return {
        "region": Region.current(),
        "doors": [(title, url, request.path.startswith(url)) for title, url in doors],
        "foot": foot,
        "site_url": settings.SITE_URL,
        "is_local": settings.LOCAL,
    }
