"""Nothing found: which filter, taken away or loosened, would find something."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from employers.counting import total_of
from employers.search import OpportunityQuery

MOST = 5


def wider_searches(query: OpportunityQuery, at: datetime) -> list[tuple[str, str, int]]:
    """(words, link, count) of up to five searches one step wider that find something."""
    found = []
    for words, changes in _one_step(query):
        wider = replace(query, after="", before="", errors={}, typed={}, **changes)
        count = total_of(wider, at)
        if count:
            found.append((words, query.link(**changes), count))
        if len(found) == MOST:
            break
    return found


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
