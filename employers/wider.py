"""Nothing found: which filter, taken away or loosened, would find something."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from employers.models import Opportunity
from employers.search import OpportunityQuery


def wider_searches(query: OpportunityQuery, at: datetime) -> list[tuple[str, str, int]]:
    """(words, link, count) of up to five searches one step wider that find something."""
    candidates: list[tuple[str, dict[str, Any]]] = []
    if query.kind:
        candidates.append(("Any kind of opportunity", {"kind": []}))
    if query.near and query.within != "50":
        candidates.append((f"Within 50 miles of {query.near}", {"within": "50"}))
    if query.near:
        candidates.append(("At any distance", {"near": "", "within": "", "sort": ""}))
    if query.pay:
        candidates.append(("Any pay", {"pay": ""}))
    if query.county:
        candidates.append(("In every county", {"county": []}))
    if query.sector:
        candidates.append(("In every sector", {"sector": []}))
    if query.supports or query.mode:
        candidates.append(("With any support, at any place", {"supports": [], "mode": []}))
    if query.q:
        label = f"All {'of this kind' if query.kind else 'opportunities'}, whatever the words"
        candidates.append((label, {"q": ""}))
    found = []
    for words, changes in candidates:
        wider = replace(query, after="", errors={}, **changes)
        count = wider.filter(Opportunity.objects.public(at)).count()
        if count:
            found.append((words, query.link(**changes), count))
    return found[:5]
