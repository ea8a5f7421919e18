"""The one typed query of opportunities: what a browse address, a feed and a subscription ask."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from urllib.parse import parse_qsl, urlencode

from django.contrib.postgres.search import SearchQuery
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import QueryDict

from employers.browsing.filters import (
    HOURS,
    MANY,
    ONE,
    PAY,
    SORTS,
    START,
    UNDER_18,
    VIEW,
    WITHIN,
    meaning,
    starts_by,
)
from employers.browsing.named import CODE, Named
from employers.browsing.paging import Ordered, miles_from
from employers.browsing.query_words import InWords, round_miles
from employers.choices import Education, Kind, Mode, Support
from employers.models import Location, Opportunity, SkillWanted
from vocabularies.lookups import box_around
from vocabularies.models import Occupation
from vocabularies.search import to_query
from vocabularies.text import CONTROLS, without_accents

__all__ = ["OpportunityQuery", "round_miles", "words_of_query"]

LANGUAGE = "english"  # as `Opportunity.search` is kept
FEW = 30  # values of one key that are read; the rest is noise
CLOSED = {
    "kind": Kind.values,
    "mode": Mode.values,
    "supports": Support.values,
    "education": Education.values,
}
ONE_OF = {
    "within": ["", *WITHIN],
    "pay": ["", *PAY],
    "hours": ["", *HOURS],
    "start": ["", *START],
    "under18": ["", *UNDER_18],
}
SENTENCES = {
    "supports": "There is no such support.",
    "education": "There is no such level of education.",
    "within": "Choose one of the distances.",
    "pay": "Choose one of the amounts.",
    "hours": "Choose one of the numbers of hours.",
    "start": "Choose one of the times to start.",
    "under18": "Say under18=1, or leave it out.",
    "start_by": "Give a date such as 2027-01-15.",
}


@dataclass
class OpportunityQuery(InWords, Ordered):
    """Words, kinds, sectors, counties (FIPS), skills (slugs), a ZIP with miles around it, pay,
    hours, start, education, an occupation (code or words) and a program (id).

    Build it with `from_querystring` (forgiving) or `from_get` (says what is wrong).
    """

    q: str = ""
    kind: list[str] = field(default_factory=list)
    sector: list[str] = field(default_factory=list)
    county: list[str] = field(default_factory=list)
    mode: list[str] = field(default_factory=list)
    supports: list[str] = field(default_factory=list)
    skill: list[str] = field(default_factory=list)
    education: list[str] = field(default_factory=list)
    near: str = ""
    within: str = ""
    pay: str = ""
    hours: str = ""
    start: str = ""
    start_by: str = ""
    under18: str = ""
    occupation: str = ""
    program: str = ""
    sort: str = ""
    show: str = ""
    after: str = ""
    before: str = ""
    errors: dict[str, str] = field(default_factory=dict)
    # What was typed and is not used, so that the form can show it again.
    typed: dict[str, str] = field(default_factory=dict)
    named: Named = field(default_factory=Named, repr=False, compare=False)

    # In and out -------------------------------------------------------------------

    @classmethod
    def from_querystring(cls, qs: str, named: Named | None = None) -> "OpportunityQuery":
        """Wrong values and unknown keys are left out. Queries that are read together share
        `named`."""
        try:
            pairs = parse_qsl(qs.lstrip("?")[:4000], max_num_fields=200)
        except ValueError:
            pairs = []
        data = QueryDict(mutable=True)
        for key, value in pairs:
            data.appendlist(key, value)
        return cls.from_get(data, named)

    @classmethod
    def from_get(cls, data: QueryDict, named: Named | None = None) -> "OpportunityQuery":
        """Unknown keys are left out; wrong values too, with a sentence in `.errors`."""
        query = cls(named=named or Named())
        for key in MANY:
            values = (CONTROLS.sub("", value) for value in data.getlist(key)[:FEW])
            setattr(query, key, list(dict.fromkeys(value for value in values if value)))
        for key in ONE:
            setattr(query, key, CONTROLS.sub(" ", data.get(key, "")).strip())
        query._check()
        return query

    def _check(self) -> None:
        for key in MANY:
            self._check_many(key)
        for key, known in ONE_OF.items():
            if getattr(self, key) not in known:
                self._refuse(key, SENTENCES[key])
        if len(self.q) > 200:
            self._wrong("q", "Use fewer than 200 characters.")
            self.q = self.q[:200]
        if self.near and not self.centre:
            self._refuse("near", f"“{self.near[:20]}” is no ZIP code that we know.")
        if self.near and not self.within:
            self.within = "25"
        if self.start_by and not _is_day(self.start_by):
            self._refuse("start_by", SENTENCES["start_by"])
        self._check_occupation()
        if self.program and not self.program_row:
            self._refuse("program", "There is no such program.")
        if self.sort and (self.sort not in SORTS or (self.sort == "distance" and not self.near)):
            self._refuse("sort", "Choose one of the orders; “nearest” needs a ZIP code.")
        if self.show != "map":
            self.show = ""
        self._check_cursors()

    def _check_many(self, key: str) -> None:
        given = getattr(self, key)
        known: Iterable[str] = CLOSED[key] if key in CLOSED else self.named.rows(key, given)
        right = [value for value in given if value in known]
        if len(right) < len(given):
            self._wrong(key, SENTENCES.get(key, f"There is no such {key}."))
        setattr(self, key, right)

    def _check_occupation(self) -> None:
        """A code stands as it is; words become a code where they can mean one only."""
        words = self.occupation
        if not words or self.occupation_row:
            return
        found = [] if CODE.fullmatch(words) else self.meant
        if not found:
            self._refuse("occupation", f"We know no occupation like “{words[:60]}”.")
        exact = [row for row in found if without_accents(row.title) == without_accents(words)]
        if len(found) == 1 or exact:
            self.occupation = (exact or found)[0].code
            self.__dict__.pop("occupation_row", None)

    def _check_cursors(self) -> None:
        for key in ("after", "before"):
            try:
                if text := getattr(self, key):
                    self.cursor(text)
            except (ValueError, OverflowError):
                self._wrong(key, "This link to another page is broken; start again.")
                setattr(self, key, "")

    def _wrong(self, key: str, sentence: str) -> None:
        self.errors[key] = sentence

    def _refuse(self, key: str, sentence: str) -> None:
        """Say what is wrong, keep what was typed for the form, and leave it out."""
        self._wrong(key, sentence)
        self.typed[key] = getattr(self, key)[:60]
        setattr(self, key, "")

    def pairs(self, **changes: Any) -> list[tuple[str, str]]:
        """Key–value pairs in one order, without a page unless it is given in `changes`."""
        values: dict[str, Any] = {key: getattr(self, key) for key in (*ONE, *MANY)}
        values |= {"after": "", "before": ""}
        if not values["near"]:
            values["within"] = ""
        values |= changes
        found: list[tuple[str, str]] = []
        for key in sorted(values):
            value = values[key]
            found += [
                (key, v) for v in (sorted(value) if isinstance(value, list) else [value]) if v
            ]
        return found

    def to_querystring(self, **changes: Any) -> str:
        """The canonical spelling: sorted, without empty values, the sort, the map or the page."""
        return urlencode(self.pairs(**(dict.fromkeys(VIEW, "") if not changes else {}) | changes))

    def link(self, **changes: Any) -> str:
        """`?…` of this query with some values changed; keeps the sort."""
        return "?" + urlencode(self.pairs(**changes))

    def without(self, key: str, value: str) -> str:
        """`?…` of this query less one value."""
        if key in MANY:
            return self.link(**{key: [v for v in getattr(self, key) if v != value]})
        if key == "near":
            sort = "" if self.sort == "distance" else self.sort
            return self.link(near="", within="", sort=sort)
        return self.link(**{key: ""})

    # Filter ---------------------------------------------------------------------------

    def conditions(self) -> dict[str, Q]:
        """One condition a key, so that the counts beside a filter can leave that one out."""
        found: dict[str, Q] = {}
        if self.q:
            found["q"] = Q(search=words_of_query(self.q))
        for key, column in (
            ("kind", "kind"),
            ("sector", "sector__slug"),
            ("mode", "mode"),
            ("education", "education"),
        ):
            if values := getattr(self, key):
                found[key] = Q(**{f"{column}__in": values})
        if self.county:
            here = Location.objects.filter(opportunity=OuterRef("pk"), county__in=self.county)
            found["county"] = Q(Exists(here))
        if self.skill:
            wanted = SkillWanted.objects.filter(
                opportunity=OuterRef("pk"), skill__slug__in=self.skill
            )
            found["skill"] = Q(Exists(wanted))
        if self.supports:
            found["supports"] = Q(supports__contains=self.supports)
        if self.near:
            found["near"] = self.within_miles(WITHIN[self.within])
        for key in ("pay", "hours", "start", "under18"):
            if value := getattr(self, key):
                found[key] = meaning(key, value)
        return found | self.links()

    def links(self) -> dict[str, Q]:
        """The conditions that are the same for a posting and for its listing."""
        found: dict[str, Q] = {}
        if self.start_by:
            found["start_by"] = starts_by(date.fromisoformat(self.start_by))
        if self.occupation:
            found["occupation"] = self._as_occupation()
        if self.program:
            found["program"] = Q(program=int(self.program))
        return found

    def _as_occupation(self) -> Q:
        """The occupation, or every one that the words may mean until one is chosen."""
        if self.occupation_row:
            return Q(occupation=self.occupation)
        if self.occupation[:2].isdigit():
            meant = Occupation.objects.filter(code__startswith=self.occupation[:10])
        else:
            meant = Occupation.objects.filter(search=to_query(self.occupation))
        return Q(occupation__in=meant.values("pk"))

    def within_miles(self, miles: int) -> Q:
        """Has a place in the box around the ZIP code and, exactly, within the distance."""
        near = self.near_locations(miles)
        return Q(Exists(near.filter(opportunity=OuterRef("pk")))) if self.centre else Q()

    def near_locations(self, miles: int) -> QuerySet[Location]:
        """The places within so many miles of the ZIP code; all places without one."""
        if self.centre is None:
            return Location.objects.all()
        south, north, west, east = box_around(self.centre.latitude, self.centre.longitude, miles)
        box = Location.objects.filter(
            latitude__range=(south, north), longitude__range=(west, east)
        ).annotate(miles=miles_from(self.centre))
        return box.filter(miles__lte=miles)

    def filter(self, queryset: QuerySet[Opportunity], leave_out: str = "") -> Any:
        """The rows that match; `leave_out` names one key to ignore."""
        for key, condition in self.conditions().items():
            if key != leave_out:
                queryset = queryset.filter(condition)
        return queryset


def words_of_query(words: str) -> SearchQuery:
    """What a person typed, as PostgreSQL asks for it; no input breaks it."""
    words = without_accents(words)
    query = _Compounds if "-" in words and PLAIN.fullmatch(words) else SearchQuery
    return query(words, config=LANGUAGE, search_type="websearch")


# Words with no marks but hyphens between letters.
PLAIN = re.compile(r"[^\W\d_]+(?:(?:-| +)[^\W\d_]+)*")


class _Compounds(SearchQuery):
    """PostgreSQL stores a word with hyphens whole, then its parts, and asks for all of them as a
    phrase, for which it reads the text of each row. The whole is enough."""

    def as_sql(self, *args: Any, **kwargs: Any) -> tuple[str, Any]:
        sql, params = super().as_sql(*args, **kwargs)
        return f"regexp_replace({sql}::text, {PARTS}, '', 'g')::tsquery", params


PARTS = "' <[-0-9]+> ''[^'']+'''"  # an SQL string: <-> 'part'


def _is_day(text: str) -> bool:
    try:
        return len(text) == 10 and 2016 <= date.fromisoformat(text).year < 2099
    except ValueError:
        return False
