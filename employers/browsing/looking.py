"""Counting by looking at matches, as many as one may look at: words, distances, occupations, and
more filters than the count table knows.

All marks of the matches are counted by one sum: each has four decimal digits of a listing's tally.
"""

import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from django.utils import timezone

from employers.browsing.filters import START_DAYS, WITHIN
from employers.browsing.listed import (
    PAGE,
    TABLE,
    ask,
    expected_of,
    in_sql,
    is_short,
    nearest,
    wanted,
)
from employers.browsing.names import names
from employers.browsing.search import OpportunityQuery
from employers.choices import StartKind
from vocabularies.models import Region

# No more matches than this are looked at.
MOST = 1000
# But for those that are found and sorted anyhow: as many as four digits of a tally can
# tell, with one to see that there are more.
ALL = 9_998
# One listing of so many stands in an index of its own.
SAMPLES = (64, 8)
# So many times as many as are looked for are expected to fill a look at a sample.
SURELY = 1.3


# What a look reads of the rows of a part.
READ = {
    False: "employer_id AS employer, tally, start_kind, starts_on, opportunity_id AS id, ends_at, "
    "public_since, hourly_pay",
    True: "place_id AS place, more_places AS more",
}
# And tells of them: (key, rows, employers, tally or ZIP codes, rows that start within a month,
# within three); of "near" a row for each set of ZIP codes.
TOLD = {
    False: "SELECT '{key}', count(*), {employers}, sum(tally)::text, "
    "count(*) FILTER (WHERE {soon}), count(*) FILTER (WHERE {later}) FROM {rows}",
    True: "SELECT '{key}', count(*), 0, concat_ws(' ', place, array_to_string(more, ' ')), 0, 0 "
    "FROM {rows} GROUP BY place, more",
}
EMPLOYERS = (
    "(SELECT count(DISTINCT employer) FROM {rows} WHERE (SELECT count(*) FROM {rows}) <= {most})"
)
# And the rows that the list begins with, a page and one more: (key, id, 0, columns of the order,
# which, 0).
ORDERS = {
    "closing": "ends_at, id",
    "newest": "public_since DESC, id DESC",
    "pay": "hourly_pay DESC NULLS LAST, id DESC",
}
BEGINS = (
    "SELECT 'begins', id, 0, json_build_array(ends_at, public_since, hourly_pay)::text, nth, 0 "
    "FROM (SELECT *, row_number() OVER (ORDER BY {order}) AS nth FROM {rows}) AS ordered "
    "WHERE nth <= {many}"
)


class Begun(NamedTuple):
    """The columns of ORDERED_BY."""

    pk: int
    ends_at: datetime
    public_since: datetime
    hourly_pay: Decimal | None


class AtLeast(int):
    """A count that was stopped: there are at least so many. Shown as "2,000+"."""

    def __str__(self) -> str:
        return f"{int(self):,}+" if self else "few"

    def __format__(self, spec: str) -> str:
        return str(self)

    __html__ = __str__


def capped(n: int, most: int | None = None) -> int:
    most = MOST if most is None else most
    return n if n <= most else AtLeast(most)


def is_few(total: int) -> bool:
    """So few that all of them may be looked at."""
    return total <= MOST and not isinstance(total, AtLeast)


@dataclass
class Part:
    """What one look found: how many rows, and of them how many have each mark."""

    rows: int
    employers: int
    tally: str
    bands: dict[str, int]
    most: int

    @property
    def total(self) -> int:
        return capped(self.rows, self.most)

    def of_any(self, marks: list[str]) -> int:
        """How many have one of the marks, of which a posting has one at most."""
        n = sum(self._count(mark) for mark in marks)
        return AtLeast(n) if self.rows > self.most else n

    def _count(self, mark: str) -> int:
        if mark.startswith("start="):
            return self.bands[mark]
        place = names().places.get(mark)
        end = len(self.tally) - 4 * place if place is not None else 0
        return int(self.tally[max(end - 4, 0) : end]) if end > 0 else 0


@dataclass
class Look:
    """Looks at up to `most` matches of the whole query (part ""), and up to MOST of the query
    without each key that is in use, and without the distance."""

    query: OpportunityQuery
    at: datetime
    used: list[str]
    parts: dict[str, Part] = field(default_factory=dict)
    spots: dict[str, int] | None = None
    # {name: (SQL, params)}: most are the same in every part.
    conditions: dict[str, tuple[str, list[Any]]] = field(default_factory=dict)
    is_short: bool = False
    most: int = MOST
    # The listings that the first page begins with, where all were looked at.
    first: list[Any] | None = None

    @property
    def total(self) -> int:
        return self.parts[""].total

    def look(self) -> None:
        """Common words are told by a sample of the listings, if its are more than one may look
        at."""
        keys = ["", *self.used, *(["near"] if self.query.near else [])]
        needed = self.query.q or self.query.near
        expected = expected_of(self.query, self.at, [*keys, "q"]) if needed else {}
        # Rings are shown where all can be looked at.
        asked = [key for key in keys if key != "near" or expected["near"] <= MOST]
        self.is_short = bool(self.query.q) and is_short(expected)
        self.most = ALL if self.is_short else MOST
        samples = {key: _sample_for(expected[key]) for key in asked} if self.query.q else {}
        if self.most == ALL:
            samples[""] = 1
        self._ask(asked, samples)
        if again := [k for k in asked if samples.get(k, 1) > 1 and self._rows_of(k) <= MOST]:
            self._ask(again, {})
        self.is_short &= self._rows_of("") <= ALL
        # A tally that is longer than the known marks reach has a mark that is new.
        if max(len(part.tally) for part in self.parts.values()) > 4 * len(names().places):
            names().read_places_again()

    def rings(self) -> dict[str, int]:
        """{miles: n, "": n of all}; {} where there are too many to look at."""
        if self.spots is None or self._rows_of("near") > MOST:
            return {}
        farthest = max(WITHIN.values())
        away = [(nearest(self.query, z.split(), farthest), n) for z, n in self.spots.items()]
        rings = {
            miles: sum(n for near, n in away if near is not None and near <= number)
            for miles, number in WITHIN.items()
        }
        return rings | {"": self._rows_of("near")}

    def _rows_of(self, key: str) -> int:
        return sum((self.spots or {}).values()) if key == "near" else self.parts[key].rows

    def _ask(self, keys: list[str], samples: dict[str, int]) -> None:
        """`samples`: {key: one of so many listings is looked at}, all where it says nothing."""
        within: list[str] = []
        asked: list[str] = []
        params: list[Any] = []
        told = {"employers": "0", **_start_bands()}
        for key in keys:
            rows = f"part_{len(within)}"
            sql, own = self._rows_sql(key, samples.get(key, 1))
            within.append(f"{rows} AS ({sql})")
            params += own
            more = {} if key else {"employers": EMPLOYERS.format(rows=rows, most=MOST)}
            asked.append(TOLD[key == "near"].format(**told | more, key=key, rows=rows))
        begins = "" in keys and samples.get("", 1) == 1 and self._begins()
        if begins:
            rows = f"part_{keys.index('')}"
            asked.append(BEGINS.format(rows=rows, order=ORDERS[self.query.order], many=PAGE + 1))
        sql = f"WITH {', '.join(within)} {' UNION ALL '.join(asked)}"
        answers = ask(self.query.q, sql, params)
        if "near" in keys:
            self.spots = {zips: n for key, n, _, zips, _, _ in answers if key == "near"}
        if begins:
            self._begin([answer for answer in answers if answer[0] == "begins"])
        for key, n, employers, tally, soon, later in answers:
            if key in keys and key != "near":
                bands = {"start=1": soon, "start=3": later}
                most = MOST if key else self.most
                self.parts[key] = Part(n, employers, tally or "", bands, most)

    def _rows_sql(self, key: str, sample: int) -> tuple[str, list[Any]]:
        """The rows that one part looks at."""
        most = MOST if key else self.most
        asked = wanted(self.query, self.at, key, most + 1)
        for name in asked.keys() - self.conditions.keys():
            self.conditions[name] = in_sql(asked[name])
        parts = [self.conditions[name] for name in asked]
        where = [sql for sql, _ in parts] + [f"mod(opportunity_id, {sample}) = 0"] * (sample > 1)
        sql = f"SELECT {READ[key == 'near']} FROM {TABLE} WHERE {' AND '.join(where)}"  # noqa: S608
        return f"{sql} LIMIT {most + 1}", [value for _, params in parts for value in params]

    # The beginning of the list

    def _begins(self) -> bool:
        query = self.query
        return query.order in ORDERS and not (query.after or query.before)

    def _begin(self, answers: list[tuple[Any, ...]]) -> None:
        self.first = []
        for _, pk, _, said, _, _ in sorted(answers, key=lambda answer: answer[4]):
            ends_at, public_since, hourly_pay = json.loads(said, parse_float=Decimal)
            moments = datetime.fromisoformat(ends_at), datetime.fromisoformat(public_since)
            self.first.append(Begun(pk, *moments, hourly_pay))


def _sample_for(expected: int) -> int:
    return next((one for one in SAMPLES if expected > SURELY * one * MOST), 1)


def _start_bands() -> dict[str, str]:
    """The step of start that a listing stands in today, as conditions; the count table has it as
    events."""
    today = timezone.localdate(timezone=Region.current().zone)
    at_any_time = f"start_kind IN ('{StartKind.AT_ONCE}', '{StartKind.ROLLING}')"
    soon, later = (f"starts_on <= '{today + timedelta(days=START_DAYS[n])}'" for n in "13")
    return {
        "soon": f"({at_any_time} OR {soon})",
        "later": f"({later} AND NOT {at_any_time} AND NOT {soon})",
    }
