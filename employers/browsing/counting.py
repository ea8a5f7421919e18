"""How many postings are open, by marks: from the count table where it knows, else by looking at
as many matches as one may look at.

The table holds a number for every set of up to three marks (decision 25). What opened, closed or
changed since it was last counted in lies beside it as events and is added, so the numbers are
exact at the moment of asking. For words, distances, occupations and more filters than the table
knows, up to MOST matches are counted; where there are more, the numbers are "at least".
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from itertools import product
from math import prod
from typing import Any

from django.core.cache import cache
from django.db import connection
from redis.exceptions import RedisError

from employers.browsing.filters import HOURS, PAY, START, UNDER_18
from employers.browsing.listed import (
    EXCLUSIVE,
    MARKED,
    ask,
    listings,
    marks_of,
    marks_of_value,
)
from employers.browsing.looking import MOST, AtLeast, Look, capped, is_few
from employers.browsing.names import Names, names
from employers.browsing.search import OpportunityQuery
from employers.choices import Education, Kind, Mode, Support
from employers.models import Listing

__all__ = ["AtLeast", "Counts", "counts_of", "is_few", "open_now", "total_of", "totals_of"]

LARGEST = 3  # marks in a key of the count table
WAITING = 1000  # events that are added when reading; with more, the table is not asked
MOST_VALUES = 300  # of a key; the numbers of more are not looked up one by one
MOST_SETS = 40
# What the table knows nothing of.
FIXED = ("q", "near", "occupation", "program", "start_by")

Terms = list[tuple[int, frozenset[str]]]


@dataclass
class Counts:
    """`groups`: {key: {value: n}}, each with every other filter applied and its own left out
    (supports are asked for together, so theirs is applied). `left_out`: {key: n} of all without
    that key's filter. `employers`: 0 where there are too many postings to look at."""

    total: int
    employers: int = 0
    groups: dict[str, dict[str, int]] = field(default_factory=dict)
    left_out: dict[str, int] = field(default_factory=dict)
    rings: dict[str, int] = field(default_factory=dict)
    # The listings that a page begins with, where they were seen while counting.
    first: list[Any] | None = None
    # Words that are better found and sorted than looked for along the list.
    to_sort: bool = False

    @property
    def few(self) -> bool:
        return is_few(self.total)


def total_of(query: OpportunityQuery, at: datetime) -> int:
    """How many there are; `AtLeast` where they are too many to count."""
    return totals_of([query], at)[0]


def totals_of(queries: list[OpportunityQuery], at: datetime, most: int | None = None) -> list[int]:
    """How many each finds; what the count table does not know is counted in one statement, up to
    `most` (MOST without it)."""
    found = [_from_table(query, at, []) if _is_marked(query) else None for query in queries]
    totals = {number: known.total for number, known in enumerate(found) if known}
    for words in {query.q for query in queries}:
        asked = [n for n, q in enumerate(queries) if n not in totals and q.q == words]
        rows = {n: listings(queries[n], at, up_to=most or MOST) for n in asked}
        totals |= _counted(rows, words, most)
    return [totals[number] for number in range(len(queries))]


def _counted(rows: dict[int, Any], words: str, most: int | None) -> dict[int, int]:
    if not rows:
        return {}
    params: list[Any] = []
    parts = []
    for number, queryset in rows.items():
        up_to = queryset.order_by().values("pk")[: (MOST if most is None else most) + 1]
        sql, own = up_to.query.sql_with_params()
        parts.append(f"SELECT {number}, count(*) FROM ({sql}) AS found")  # noqa: S608
        params += own
    return {n: capped(count, most) for n, count in ask(words, " UNION ALL ".join(parts), params)}


def open_now(at: datetime) -> tuple[int, int]:
    """How many are open, and with how many employers. Where there are very many, the number of
    employers is at most ten minutes old."""
    total = total_of(OpportunityQuery(), at)
    rows = Listing.objects.open(at).order_by().values("employer").distinct()
    if total <= MOST:
        return total, rows.count()
    try:
        return total, cache.get_or_set("employers-with-openings", rows.count, 600) or 0
    except RedisError:
        return total, rows.count()


def counts_of(query: OpportunityQuery, at: datetime) -> Counts:
    """The total and the number beside each value of each filter; four queries at most."""
    values = _values(names())
    found = _from_table(query, at, list(values)) if _is_marked(query) else None
    missing = [key for key in values if found is None or key not in found.groups]
    if found is not None and not missing and not found.few:
        return found
    return _by_looking(query, at, {key: values[key] for key in missing}, found)


def _by_looking(
    query: OpportunityQuery,
    at: datetime,
    values: dict[str, dict[str, list[str]]],
    known: Counts | None,
) -> Counts:
    """What the table does not know, added to what it does."""
    look = Look(query, at, [key for key in values if key != "supports" and getattr(query, key)])
    look.look()
    found = known or Counts(look.total, to_sort=look.is_short)
    for key, group in values.items():
        part = look.parts.get(key, look.parts[""])
        found.left_out[key] = part.total
        found.groups[key] = {v: part.of_any(marks) for v, marks in group.items()}
        # What is chosen alone is what was found; another look may have stopped before.
        chosen = getattr(query, key)
        chosen = [chosen] if isinstance(chosen, str) else chosen
        if key != "supports" and len(chosen) == 1 and chosen[0] in group:
            found.groups[key][chosen[0]] = found.total
    found.rings = look.rings()
    if not isinstance(look.total, AtLeast):
        found.first = look.first
    if found.few:
        found.employers = look.parts[""].employers
    return found


@lru_cache(maxsize=1)
def _values(named: Names) -> dict[str, dict[str, list[str]]]:
    """{key: {value: marks of which a posting has one}} of what the panel offers."""
    offered: dict[str, Iterable[str]] = {
        "kind": Kind.values,
        "mode": Mode.values,
        "education": Education.values,
        "supports": Support.values,
        "pay": PAY,
        "hours": HOURS,
        "start": START,
        "under18": UNDER_18,
        "county": named.counties,
        "skill": named.skills,
    }
    found = {key: {v: marks_of_value(key, v) for v in values} for key, values in offered.items()}
    found["sector"] = {slug: [f"sector={pk}"] for slug, (pk, _) in named.sectors.items()}
    return found


def _is_marked(query: OpportunityQuery) -> bool:
    return not any(getattr(query, key) for key in FIXED)


# The count table ------------------------------------------------------------------


def _from_table(query: OpportunityQuery, at: datetime, keys: list[str]) -> Counts | None:
    """The total, and those of the groups that the table knows; None where it does not know the
    total."""
    total = _terms(query)
    if total is None:
        return None
    values = _values(names())
    wanted: dict[str, tuple[Terms, dict[str, list[str]]]] = {}
    for key in keys:
        terms = _terms(query, "" if key == "supports" else key, beside=key)
        if terms is not None and len(values[key]) <= MOST_VALUES:
            wanted[key] = terms, values[key]
    sets = {marks for _, marks in total}
    for terms, group in wanted.values():
        sets |= {marks for _, marks in terms}
        every = {mark for marks in group.values() for mark in marks}
        sets |= {marks | {mark} for _, marks in terms for mark in every}
    n = _read(sets, at)
    if n is None:
        return None

    def count(terms: Terms, mark: str = "") -> int:
        more = {mark} if mark else set()
        return sum(sign * n[marks | more] for sign, marks in terms)

    found = Counts(count(total))
    for key, (terms, group) in wanted.items():
        found.left_out[key] = count(terms)
        found.groups[key] = {
            value: sum(count(terms, mark) for mark in marks) for value, marks in group.items()
        }
    return found


def _terms(query: OpportunityQuery, leave_out: str = "", beside: str = "") -> Terms | None:
    """Sets of marks whose numbers, each with its sign, add up to what the query finds without
    one key; None where the table does not hold such sets, with room `beside` them for a mark of
    another key."""
    factors: list[Terms] = []
    for key in MARKED:
        marks = marks_of(query, key) if key != leave_out else []
        if not marks:
            continue
        if key == "supports":
            factors.append([(1, frozenset(marks))])
        elif key in EXCLUSIVE or len(marks) == 1:
            factors.append([(1, frozenset([mark])) for mark in marks])
        elif len(marks) == 2:
            both = (-1, frozenset(marks))
            factors.append([(1, frozenset([mark])) for mark in marks] + [both])
        else:
            return None
    if prod(len(factor) for factor in factors) > MOST_SETS:
        return None
    terms: Terms = []
    for chosen in product(*factors):
        sign, union = (
            prod(one for one, _ in chosen),
            frozenset[str]().union(*(m for _, m in chosen)),
        )
        skills = sum(mark.startswith("skill=") for mark in union) + (beside == "skill")
        if skills > 1 or len(union) + bool(beside) > LARGEST - bool(skills):
            return None
        terms.append((sign, union))
    return terms


def _key(marks: frozenset[str]) -> str:
    return "|".join(sorted(marks))


def _read(sets: set[frozenset[str]], at: datetime) -> dict[frozenset[str], int] | None:
    """{set: n} in one statement, so that nothing is counted in meanwhile; None with too many
    events waiting."""
    with connection.cursor() as cursor:
        cursor.execute(READ, [at, WAITING + 1, [_key(marks) for marks in sets]])
        rows = cursor.fetchall()
    known = {keys[0]: n for what, keys, n in rows if what == "known"}
    waiting = [(frozenset(marks), int(n)) for what, marks, n in rows if what == "waiting"]
    if sum(n for what, _, n in rows if what == "in all") > WAITING:
        return None
    return {
        marks: known.get(_key(marks), 0) + sum(n for has, n in waiting if marks <= has)
        for marks in sets
    }


READ = """
WITH waiting AS MATERIALIZED (
    SELECT marks, n FROM employers_listingevent WHERE at <= %s LIMIT %s
)
SELECT 'known', ARRAY[key], n FROM employers_opencount WHERE key = ANY(%s)
UNION ALL SELECT 'waiting', marks, sum(n) FROM waiting GROUP BY marks HAVING sum(n) <> 0
UNION ALL SELECT 'in all', NULL, count(*) FROM waiting
"""
