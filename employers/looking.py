"""Counting by looking at matches, as many as one may look at: words, distances, occupations, and
more filters than the count table knows.

All marks of the matches are counted by one sum: each has four decimal digits of a listing's tally.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Case, F, Q, TextField, Value, When
from django.db.models.functions import Mod
from django.db.models.lookups import Exact
from django.utils import timezone

from employers.choices import StartKind
from employers.filters import START_DAYS, WITHIN
from employers.listed import (
    ask,
    expected_of,
    expected_of_words,
    is_short,
    listings,
    nearest,
)
from employers.names import names
from employers.search import OpportunityQuery
from vocabularies.models import Region

# No more matches than this are looked at.
MOST = 2000
# One listing of so many stands in the index `listing_sample`.
SAMPLE = 8
# So many are expected to fill a look at every eighth.
COMMON = int(1.3 * SAMPLE * MOST)


class AtLeast(int):
    """A count that was stopped: there are at least so many. Shown as "2,000+"."""

    def __str__(self) -> str:
        return f"{int(self):,}+" if self else "few"

    def __format__(self, spec: str) -> str:
        return str(self)

    __html__ = __str__


def capped(n: int) -> int:
    return n if n <= MOST else AtLeast(MOST)


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

    @property
    def total(self) -> int:
        return capped(self.rows)

    def of_any(self, marks: list[str]) -> int:
        """How many have one of the marks, of which a posting has one at most."""
        n = sum(self._count(mark) for mark in marks)
        return AtLeast(n) if self.rows > MOST else n

    def _count(self, mark: str) -> int:
        if mark.startswith("start="):
            return self.bands[mark]
        place = names().places.get(mark)
        end = len(self.tally) - 4 * place if place is not None else 0
        return int(self.tally[max(end - 4, 0) : end]) if end > 0 else 0


@dataclass
class Look:
    """Looks at up to MOST matches of the whole query (part ""), of the query without each key that
    is in use, and without the distance."""

    query: OpportunityQuery
    at: datetime
    used: list[str]
    parts: dict[str, Part] = field(default_factory=dict)
    spots: dict[str, int] | None = None
    is_short: bool = False
    found: dict[str, Any] = field(default_factory=dict)

    @property
    def total(self) -> int:
        return self.parts[""].total

    def look(self) -> None:
        """Common words are told by every eighth listing, if those are more than one may look at."""
        keys = ["", *self.used, *(["near"] if self.query.near else [])]
        expected = self._expected(keys)
        # Rings are shown where all can be looked at.
        asked = [key for key in keys if key != "near" or expected["near"] <= 2 * MOST]
        common = {key for key in keys if self.query.q and expected[key] > COMMON}
        self._ask(asked, common)
        if again := [key for key in common if key in asked and self._rows_of(key) <= MOST]:
            self._ask(again, set())
        if self.query.q and self._rows_of("") > MOST:
            self.is_short = is_short(expected_of([self._listings("")])[0])
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

    def _expected(self, keys: list[str]) -> dict[str, int]:
        """About how many rows each part has; asked only where it decides something. No part has
        more than the words alone find, and those are seldom too many."""
        enough = 2 * MOST if "near" in keys else COMMON
        if self.query.q and (most := expected_of_words(self.query.q)) <= enough:
            return dict.fromkeys(keys, most)
        asked = keys if self.query.q else [key for key in keys if key == "near"]
        if not asked:
            return dict.fromkeys(keys, 0)
        rows = [self._listings(key) for key in asked]
        return dict.fromkeys(keys, 0) | dict(zip(asked, expected_of(rows), strict=True))

    def _listings(self, leave_out: str) -> Any:
        if leave_out not in self.found:
            self.found[leave_out] = listings(self.query, self.at, leave_out).order_by()
        return self.found[leave_out]

    def _rows_of(self, key: str) -> int:
        return sum((self.spots or {}).values()) if key == "near" else self.parts[key].rows

    def _ask(self, keys: list[str], common: set[str]) -> None:
        params: list[Any] = []
        asked = [self._sql(key, key in common, params) for key in keys]
        answers = ask(self.query.q, " UNION ALL ".join(asked), params)
        if "near" in keys:
            self.spots = {zips: n for key, n, _, zips, _, _ in answers if key == "near"}
        for key, n, employers, tally, soon, later in answers:
            if key != "near":
                bands = {"start=1": soon, "start=3": later}
                self.parts[key] = Part(n, employers, tally or "", bands)

    def _sql(self, key: str, is_common: bool, params: list[Any]) -> str:
        """(key, rows, employers, tally or ZIP codes, rows that start within a month, within three)
        of one part."""
        columns = ["place", "more_places"] if key == "near" else ["employer", "tally", "band"]
        rows = self._listings(key)
        if key != "near":
            rows = rows.annotate(band=_start_band())
        if is_common:
            rows = rows.filter(Exact(Mod(F("pk"), SAMPLE), 0))
        inner, own = rows.values_list(*columns)[: MOST + 1].query.sql_with_params()
        params += own
        if key == "near":
            return (
                "SELECT 'near', n, 0, concat_ws(' ', place, array_to_string(more, ' ')), 0, 0 "  # noqa: S608
                "FROM (SELECT place, more, count(*) AS n "
                f"FROM ({inner}) AS one (place, more) GROUP BY 1, 2) AS spots"
            )
        employers = "0" if key else "count(DISTINCT employer)"
        return (
            f"SELECT '{key}', count(*), {employers}, sum(tally)::text, "  # noqa: S608
            "count(*) FILTER (WHERE band = '1'), count(*) FILTER (WHERE band = '3') "
            f"FROM ({inner}) AS one (employer, tally, band)"
        )


def _start_band() -> Case:
    """The step of start that a listing stands in today; the count table has it as events."""
    today = timezone.localdate(timezone=Region.current().zone)
    soon = Q(start_kind__in=[StartKind.AT_ONCE, StartKind.ROLLING])
    return Case(
        When(soon | Q(starts_on__lte=today + timedelta(days=START_DAYS["1"])), then=Value("1")),
        When(starts_on__lte=today + timedelta(days=START_DAYS["3"]), then=Value("3")),
        default=Value(""),
        output_field=TextField(),
    )
