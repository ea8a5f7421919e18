"""Counts beside the filters of the browse page."""

from datetime import datetime

from django.db.models import Count

from employers.browsing.counting import Counts
from employers.browsing.listed import listings
from employers.browsing.names import names
from employers.browsing.search import OpportunityQuery

# Keys that have a number for "any" too.
WITH_ANY = ("pay", "hours", "start")
SKILLS = 8


def facets(query: OpportunityQuery, counts: Counts) -> dict[str, dict[str, int]]:
    """Counts beside each filter, each with every other filter applied and its own left out.

    {"kind": {value: n}, "sector": {slug: n}, "county": {fips: n}, "mode": {value: n},
    "education": {value: n}, "supports": {value: n}, "under18": {"1": n}, and with "" for any:
    "pay", "hours", "start": {value: n, "": n}, "within": {miles: n, "": n}}.
    """
    found = {key: dict(group) for key, group in counts.groups.items()}
    for key in WITH_ANY:
        found[key][""] = counts.left_out[key]
    return found | {"within": counts.rings}


def common_skills(counts: Counts) -> list[tuple[str, str, int]]:
    """(slug, name, n) of the skills that most of the matching postings speak of, whatever skill
    was asked for."""
    known = names().skills
    found = [(slug, known[slug], n) for slug, n in counts.groups["skill"].items() if n]
    return sorted(found, key=lambda one: (-one[2], one[1]))[:SKILLS]


def by_occupation(query: OpportunityQuery, at: datetime) -> dict[str, int]:
    """{code: n} of the occupations that typed words may mean."""
    rows = listings(query, at, leave_out="occupation").order_by()
    meant = rows.filter(occupation__in=[row.code for row in query.meant])
    return dict(meant.values_list("occupation").annotate(n=Count("pk")))
