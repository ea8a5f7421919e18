"""Counts beside the filters of the browse page."""

from datetime import datetime
from typing import Any

from django.db.models import Count

from employers.choices import Support
from employers.filters import HOURS, PAY, START, UNDER_18, WITHIN, meaning
from employers.models import Opportunity, SkillWanted
from employers.search import OpportunityQuery

# Keys whose values are conditions of their own; supports are asked for together.
MEANT = {
    "supports": list(Support.values),
    "pay": list(PAY),
    "hours": list(HOURS),
    "start": list(START),
    "under18": list(UNDER_18),
}
GROUPED = {
    "kind": "kind",
    "sector": "sector__slug",
    "county": "locations__county",
    "mode": "mode",
    "education": "education",
}
SKILLS = 8


def facets(query: OpportunityQuery, at: datetime) -> dict[str, dict[str, int]]:
    """Counts beside each filter, each with every other filter applied and its own left out.

    {"kind": {value: n}, "sector": {slug: n}, "county": {fips: n}, "mode": {value: n},
    "education": {value: n}, "supports": {value: n}, "under18": {"1": n}, and with "" for any:
    "pay", "hours", "start": {value: n, "": n}, "within": {miles: n, "": n}; "total": {"": n}}.
    A query a grouped key, one for all others that are not in use, one for each that is.
    """
    public = Opportunity.objects.public(at).order_by()
    found: dict[str, dict[str, int]] = {}
    for key, column in GROUPED.items():
        rows = query.filter(public, leave_out=key).values_list(column)
        counted = rows.annotate(n=Count("pk", distinct=True))
        found[key] = {value: n for value, n in counted if value}
    used = [key for key in MEANT if key != "supports" and getattr(query, key)]
    free = [key for key in MEANT if key not in used]
    total, counts = _counted(query.filter(public), free)
    found |= counts | {"total": {"": total}}
    for key in free:
        found[key][""] = total
    for key in used:
        every, counts = _counted(query.filter(public, leave_out=key), [key])
        found[key] = counts[key] | {"": every}
    found["within"] = _rings(query, public) if query.near else {}
    return found


def _counted(rows: Any, keys: list[str]) -> tuple[int, dict[str, dict[str, int]]]:
    """How many rows there are, and of them how many each value of the keys means."""
    asked = {f"{key}_{i}": (key, v) for key in keys for i, v in enumerate(MEANT[key])}
    counts = rows.aggregate(
        total=Count("pk"),
        **{name: Count("pk", filter=meaning(key, v)) for name, (key, v) in asked.items()},
    )
    found: dict[str, dict[str, int]] = {key: {} for key in keys}
    for name, (key, value) in asked.items():
        found[key][value] = counts[name]
    return counts["total"], found


def _rings(query: OpportunityQuery, public: Any) -> dict[str, int]:
    """How many there are within each distance."""
    counts = query.filter(public, leave_out="near").aggregate(
        total=Count("pk"),
        **{f"within_{m}": Count("pk", filter=query.within_miles(n)) for m, n in WITHIN.items()},
    )
    return {m: counts[f"within_{m}"] for m in WITHIN} | {"": counts["total"]}


def common_skills(query: OpportunityQuery, at: datetime) -> list[tuple[str, str, int]]:
    """(slug, name, n) of the skills that most of the matching postings speak of, whatever skill
    was asked for."""
    public = query.filter(Opportunity.objects.public(at), leave_out="skill").order_by()
    wanted = SkillWanted.objects.filter(opportunity__in=public.values("pk")).order_by()
    counted = wanted.values_list("skill__slug", "skill__name").annotate(n=Count("pk"))
    return list(counted.order_by("-n", "skill__name")[:SKILLS])


def by_occupation(query: OpportunityQuery, at: datetime) -> dict[str, int]:
    """{code: n} of the occupations that typed words may mean."""
    rows = query.filter(Opportunity.objects.public(at), leave_out="occupation").order_by()
    meant = rows.filter(occupation__in=[row.code for row in query.meant])
    return dict(meant.values_list("occupation").annotate(n=Count("pk")))
