"""Nothing found: which filter, taken away or loosened, would find something."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from employers.browsing.counting import Counts, totals_of
from employers.browsing.search import OpportunityQuery

MOST = 5
MANY = 100  # whoever is offered more need not know how many


def wider_searches(
    query: OpportunityQuery, at: datetime, counts: Counts
) -> list[tuple[str, str, int]]:
    """(words, link, count) of up to five searches one step wider that find something. Most of
    their counts stand in `counts`, those of the query, already."""
    steps = _one_step(query)
    totals = {words: _known(changes, counts) for words, changes in steps}
    unknown = {
        words: replace(query, after="", before="", errors={}, typed={}, **changes)
        for words, changes in steps
        if totals[words] is None
    }
    totals |= dict(zip(unknown, totals_of(list(unknown.values()), at, MANY), strict=True))
    found = [(words, query.link(**changes), n) for words, changes in steps if (n := totals[words])]
    return found[:MOST]


def _known(changes: dict[str, Any], counts: Counts) -> int | None:
    """What the counts of a query say of it with one key loosened; None where they say nothing."""
    if counts.rings and "near" in changes:
        return counts.rings[""]
    if counts.rings and "within" in changes:
        return counts.rings[changes["within"]]
    key, *more = changes
    return None if more else counts.left_out.get(key)


def _one_step(query: OpportunityQuery) -> list[tuple[str, dict[str, Any]]]:
    """(words, changes): the most likely first, everything without the words last."""
    anywhere = {"near": "", "within": ""} | ({"sort": ""} if query.sort == "distance" else {})
    steps: list[tuple[bool, str, dict[str, Any]]] = [
        (bool(query.kind), "Any kind of opportunity", {"kind": []}),
        (
            query.within in ("5", "10", "25"),
            f"Within 50 miles of {query.near}",
            {"within": "50"},
        ),
        (bool(query.near), "At any distance", anywhere),
        (bool(query.pay), "Any pay", {"pay": ""}),
        (bool(query.hours), "Any number of hours", {"hours": ""}),
        (bool(query.start or query.start_by), "Whenever it starts", {"start": "", "start_by": ""}),
        (bool(query.county), "In every county", {"county": []}),
        (bool(query.sector), "In every sector", {"sector": []}),
        (bool(query.occupation), "Any occupation", {"occupation": ""}),
        (bool(query.skill), "Any skill", {"skill": []}),
        (bool(query.program), "Whatever program it goes with", {"program": ""}),
        (bool(query.education), "Any education", {"education": []}),
        (bool(query.under18), "Whatever age it asks for", {"under18": ""}),
        (
            bool(query.supports or query.mode),
            "With any support, at any place",
            {"supports": [], "mode": []},
        ),
        (
            bool(query.q),
            f"All {'of this kind' if query.kind else 'opportunities'}, whatever the words",
            {"q": ""},
        ),
    ]
    return [(words, changes) for used, words, changes in steps if used]
