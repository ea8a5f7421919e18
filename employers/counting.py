"""How many postings are open, by marks: from the count table where it knows, else by looking at
as many matches as one may look at.

The table holds a number for every set of up to three marks (decision 25). What opened, closed or
changed since it was last counted in lies beside it as events and is added, so the numbers are
exact at the moment of asking. For words, distances, occupations and more filters than the table
knows, up to MOST matches are counted; where there are more, the numbers are "at least".
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import product
from math import prod
from typing import Any

from django.core.cache import cache
from django.db import connection
from django.db.models import Case, Q, TextField, Value, When
from django.utils import timezone

from employers.choices import Education, Kind, Mode, StartKind, Support
from employers.filters import HOURS, PAY, START, START_DAYS, UNDER_18, WITHIN
from employers.listed import (
    EXCLUSIVE,
    MARKED,
    MOST,
    ask,
    by_words,
    listings,
    marks_of,
    marks_of_value,
    nearest,
)
from employers.models import Listing
from employers.names import Names, names
from employers.search import OpportunityQuery
from vocabularies.models import Region

LARGEST = 3  # marks in a key of the count table
WAITING = 1000  # events that are added when reading; with more, the table is not asked
MOST_VALUES = 300  # of a key; the numbers of more are not looked up one by one
MOST_SETS = 40
# What the table knows nothing of.
FIXED = ("q", "near", "occupation", "program", "start_by")

Terms = list[tuple[int, frozenset[str]]]


class AtLeast(int):
    """A count that was stopped: there are at least so many. Shown as "2,000+"."""

    def __str__(self) -> str:
        return f"{int(self):,}+" if self else "few"

    def __format__(self, spec: str) -> str:
        return str(self)

    __html__ = __str__


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

    @property
    def few(self) -> bool:
        return is_few(self.total)


def is_few(total: int) -> bool:
    """So few that all of them may be looked at."""
    return total <= MOST and not isinstance(total, AtLeast)


def total_of(query: OpportunityQuery, at: datetime) -> int:
    """How many there are; `AtLeast` where they are too many to count."""
    known = _from_table(query, at, []) if _is_marked(query) else None
    if known:
        return known.total
    with by_words(query.q):
        return _capped(listings(query, at).order_by()[: MOST + 1].count())


def open_now(at: datetime) -> tuple[int, int]:
    """How many are open, and with how many employers. Where there are very many, the number of
    employers is at most ten minutes old."""
    total = total_of(OpportunityQuery(), at)
    rows = Listing.objects.open(at).order_by().values("employer").distinct()
    if total <= MOST:
        return total, rows.count()
    return total, cache.get_or_set("employers-with-openings", rows.count, 600) or 0


def counts_of(query: OpportunityQuery, at: datetime) -> Counts:
    """The total and the number beside each value of each filter; three queries at most."""
    values = _values(names())
    found = _from_table(query, at, list(values)) if _is_marked(query) else None
    missing = [key for key in values if found is None or key not in found.groups]
    if found is None or missing or found.few:
        looked = _Look(query, at, missing, values).counts()
        if found is None:
            return looked
        found.groups |= looked.groups
        found.left_out |= looked.left_out
        found.employers = looked.employers
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


def _capped(n: int) -> int:
    return n if n <= MOST else AtLeast(MOST)


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


# Looking at matches ---------------------------------------------------------------


@dataclass
class _Part:
    """What one look found: how many rows, and of them how many have each mark."""

    rows: int
    employers: int
    tally: str
    bands: dict[str, int]

    def count(self, mark: str) -> int:
        if mark.startswith("start="):
            return self.bands[mark]
        place = names().places.get(mark)
        if place is None:
            return 0
        end = len(self.tally) - 4 * place
        return int(self.tally[max(end - 4, 0) : end] or 0) if end > 0 else 0


class _Look:
    """One statement over up to MOST matches: of the whole query, of the query without each key
    that is in use, and without the distance."""

    def __init__(
        self,
        query: OpportunityQuery,
        at: datetime,
        keys: list[str],
        values: dict[str, dict[str, list[str]]],
    ) -> None:
        self.query, self.at, self.keys, self.values = query, at, keys, values
        self.used = [key for key in keys if key != "supports" and getattr(query, key)]
        self.params: list[Any] = []

    def counts(self) -> Counts:
        parts, spots = self._ask()
        found = Counts(_capped(parts[""].rows))
        if found.few:
            found.employers = parts[""].employers
        for key in self.keys:
            part = parts[key if key in self.used else ""]
            every = _capped(part.rows)
            found.left_out[key] = every
            found.groups[key] = {
                value: _like(every, sum(part.count(mark) for mark in marks))
                for value, marks in self.values[key].items()
            }
        found.rings = self._rings(spots)
        return found

    def _rings(self, spots: dict[str, int]) -> dict[str, int]:
        """{miles: n, "": n of all}; {} where there are too many to look at."""
        every = sum(spots.values())
        if not self.query.near or every > MOST:
            return {}
        away = [(nearest(self.query, zips.split()), found) for zips, found in spots.items()]
        rings = {
            miles: sum(found for near, found in away if near is not None and near <= number)
            for miles, number in WITHIN.items()
        }
        return rings | {"": every}

    def _ask(self) -> tuple[dict[str, _Part], dict[str, int]]:
        """The parts, by the key that is left out, and {ZIP codes: n} without the distance."""
        asked = [
            f"SELECT '{key}', count(*), {'0' if key else 'count(DISTINCT employer)'}, "  # noqa: S608
            "sum(tally)::text, "
            "count(*) FILTER (WHERE band = '1'), count(*) FILTER (WHERE band = '3') "
            f"FROM ({self._rows(key, 'employer', 'tally', 'band')}) AS one (employer, tally, band)"
            for key in ("", *self.used)
        ]
        if self.query.near and not self._is_everywhere():
            rows = self._rows("near", "place", "more_places")
            asked.append(
                "SELECT 'near', n, 0, concat_ws(' ', place, array_to_string(more, ' ')), 0, 0 "  # noqa: S608
                "FROM (SELECT place, more, count(*) AS n "
                f"FROM ({rows}) AS one (place, more) GROUP BY 1, 2) AS spots"
            )
        answers = ask(self.query.q, " UNION ALL ".join(asked), self.params)
        parts = {
            key: _Part(n, employers, tally or "", {"start=1": soon, "start=3": later})
            for key, n, employers, tally, soon, later in answers
            if key != "near"
        }
        # A tally that is longer than the known marks reach has a mark that is new.
        if max(len(part.tally) for part in parts.values()) > 4 * len(names().places):
            names().read_places_again()
        return parts, {zips: n for key, n, _, zips, _, _ in answers if key == "near"}

    def _is_everywhere(self) -> bool:
        """Without the distance there would be more than one may look at."""
        anywhere = replace(self.query, near="", within="", sort="")
        return _is_marked(anywhere) and total_of(anywhere, self.at) > MOST

    def _rows(self, leave_out: str, *columns: str) -> str:
        rows = listings(self.query, self.at, leave_out).order_by()
        rows = rows.annotate(band=_start_band()).values_list(*columns)
        sql, params = rows[: MOST + 1].query.sql_with_params()
        self.params += params
        return sql


def _like(every: int, n: int) -> int:
    """A part of what was not counted to its end was not either."""
    return AtLeast(n) if isinstance(every, AtLeast) else n


def _start_band() -> Case:
    """The step of start that a listing stands in today; the table has it as events."""
    today = timezone.localdate(timezone=Region.current().zone)
    soon = Q(start_kind__in=[StartKind.AT_ONCE, StartKind.ROLLING])
    return Case(
        When(soon | Q(starts_on__lte=today + timedelta(days=START_DAYS["1"])), then=Value("1")),
        When(starts_on__lte=today + timedelta(days=START_DAYS["3"]), then=Value("3")),
        default=Value(""),
        output_field=TextField(),
    )
