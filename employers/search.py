"""The one typed query of opportunities: what a browse address, a feed and a subscription ask."""

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from functools import cached_property
from typing import Any
from urllib.parse import parse_qsl, urlencode

from django.contrib.postgres.search import SearchQuery, SearchRank
from django.db.models import (
    Exists,
    F,
    FloatField,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
)
from django.db.models.functions import ACos, Cos, Greatest, Least, Radians, Sin
from django.http import QueryDict

from employers.choices import SUPPORT_SHORT, Kind, Mode, Paid, Support
from employers.models import Location, Opportunity
from vocabularies.lookups import box_around, miles_between
from vocabularies.models import County, Occupation, Place, Sector
from vocabularies.templatetags.words import listed
from vocabularies.text import CONTROLS, without_accents

EARTH_RADIUS_MILES = 3958.76
WITHIN = {"5": 5, "10": 10, "25": 25, "50": 50, "100": 100}
PAY = {
    "paid": "Paid",
    "15": "$15 an hour or more",
    "18": "$18 an hour or more",
    "20": "$20 an hour or more",
    "25": "$25 an hour or more",
}
SORTS = {
    "closing": "closing soonest",
    "newest": "newest",
    "pay": "highest starting pay",
    "distance": "nearest",
}
MANY = ("kind", "sector", "county", "mode", "supports")
ONE = ("q", "near", "within", "pay", "occupation", "program", "sort", "after")
FEW = 30  # values of one key that are read; the rest is noise


class WrongQuery(Exception):
    """A value that the query cannot mean. `errors` is {key: sentence}."""

    def __init__(self, errors: dict[str, str]) -> None:
        super().__init__("; ".join(errors.values()))
        self.errors = errors


@dataclass
class OpportunityQuery:
    """Words, kinds, sectors, counties (FIPS), a ZIP with miles around it, pay, mode, supports.

    Build it with `from_querystring` (forgiving) or `from_get` (says what is wrong).
    """

    q: str = ""
    kind: list[str] = field(default_factory=list)
    sector: list[str] = field(default_factory=list)
    county: list[str] = field(default_factory=list)
    mode: list[str] = field(default_factory=list)
    supports: list[str] = field(default_factory=list)
    near: str = ""
    within: str = ""
    pay: str = ""
    occupation: str = ""
    program: str = ""
    sort: str = ""
    after: str = ""
    errors: dict[str, str] = field(default_factory=dict)
    typed_near: str = ""

    # In and out -------------------------------------------------------------------

    @classmethod
    def from_querystring(cls, qs: str) -> "OpportunityQuery":
        """Wrong values and unknown keys are left out."""
        try:
            pairs = parse_qsl(qs.lstrip("?")[:4000], max_num_fields=200)
        except ValueError:
            pairs = []
        data = QueryDict(mutable=True)
        for key, value in pairs:
            data.appendlist(key, value)
        return cls.from_get(data)

    @classmethod
    def from_get(cls, data: QueryDict) -> "OpportunityQuery":
        """Unknown keys are left out; wrong values too, with a sentence in `.errors`."""
        query = cls()
        for key in MANY:
            setattr(query, key, list(dict.fromkeys(v for v in data.getlist(key)[:FEW] if v)))
        for key in ONE:
            setattr(query, key, CONTROLS.sub(" ", data.get(key, "")).strip())
        query._check()
        return query

    def _check(self) -> None:
        known: dict[str, Iterable[str]] = {
            "kind": Kind.values,
            "mode": Mode.values,
            "supports": Support.values,
        }
        if self.sector:
            known["sector"] = set(
                Sector.objects.filter(slug__in=self.sector).values_list("slug", flat=True)
            )
        if self.county:
            known["county"] = set(
                County.objects.filter(fips__in=self.county).values_list("fips", flat=True)
            )
        for key in MANY:
            given = getattr(self, key)
            right = [value for value in given if value in known.get(key, ())]
            if len(right) < len(given):
                self._wrong(key, f"There is no such {'support' if key == 'supports' else key}.")
            setattr(self, key, right)
        if len(self.q) > 200:
            self._wrong("q", "Use fewer than 200 characters.")
            self.q = self.q[:200]
        self.typed_near = self.near[:20]
        if self.near and not self.centre:
            self._wrong("near", f"“{self.near[:20]}” is no ZIP code that we know.")
            self.near = ""
        if self.within and self.within not in WITHIN:
            self._wrong("within", "Choose one of the distances.")
            self.within = ""
        if self.near and not self.within:
            self.within = "25"
        if self.pay and self.pay not in PAY:
            self._wrong("pay", "Choose one of the amounts.")
            self.pay = ""
        if self.sort and (self.sort not in SORTS or (self.sort == "distance" and not self.near)):
            self._wrong("sort", "Choose one of the orders; “nearest” needs a ZIP code.")
            self.sort = ""
        if self.occupation and not self.occupation_row:
            self._wrong("occupation", "There is no such occupation.")
            self.occupation = ""
        if self.program and not (self.program.isascii() and self.program.isdigit()):
            self._wrong("program", "There is no such program.")
            self.program = ""
        if len(self.program) > 12:
            self.program = ""
        if self.after:
            try:
                self._cursor()
            except (ValueError, OverflowError):
                self._wrong("after", "This link to the next page is broken; start again.")
                self.after = ""

    def _wrong(self, key: str, sentence: str) -> None:
        self.errors[key] = sentence

    def pairs(self, **changes: Any) -> list[tuple[str, str]]:
        """Key–value pairs in one order, without `after` unless it is given in `changes`."""
        values: dict[str, Any] = {key: getattr(self, key) for key in (*ONE, *MANY)}
        values["after"] = ""
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
        """The canonical spelling: sorted, without empty values, the sort or the page."""
        return urlencode(self.pairs(**({"sort": ""} if not changes else {}) | changes))

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

    # What it means ------------------------------------------------------------------

    @cached_property
    def centre(self) -> Place | None:
        if len(self.near) != 5 or not self.near.isdigit() or not self.near.isascii():
            return None
        return Place.objects.filter(zip=self.near).first()

    @cached_property
    def occupation_row(self) -> Occupation | None:
        if len(self.occupation) > 10:
            return None
        return Occupation.objects.filter(code=self.occupation).first()

    @cached_property
    def _names(self) -> dict[str, dict[str, str]]:
        """Words for the values of each key."""
        return {
            "kind": dict(Kind.choices),
            "mode": dict(Mode.choices),
            "supports": {s.value: word for s, word in SUPPORT_SHORT.items()},
            "sector": dict(Sector.objects.filter(slug__in=self.sector).values_list("slug", "name"))
            if self.sector
            else {},
            "county": dict(County.objects.filter(fips__in=self.county).values_list("fips", "name"))
            if self.county
            else {},
        }

    def chips(self) -> list[tuple[str, str]]:
        """The filters in use: (words, link without it)."""
        found: list[tuple[str, str]] = []
        if self.q:
            found.append((f"“{self.q}”", self.without("q", self.q)))
        for key in MANY:
            for value in getattr(self, key):
                found.append((self._names[key][value], self.without(key, value)))
        if self.near:
            words = f"Within {self.within} miles of {self.near}"
            found.append((words, self.without("near", self.near)))
        if self.pay:
            found.append((PAY[self.pay], self.without("pay", self.pay)))
        if self.occupation_row:
            found.append((self.occupation_row.title, self.without("occupation", self.occupation)))
        if self.program:
            found.append(("Goes with one program", self.without("program", self.program)))
        return found

    @property
    def in_use(self) -> int:
        return len(self.chips())

    def describe(self) -> str:
        """“Apprenticeships within 25 miles of 78701”; “All opportunities”."""
        plurals = {
            Kind.ON_THE_JOB: "on-the-job training",
            Kind.MENTORING: "mentoring",
        }
        if self.kind:
            words = [plurals.get(Kind(k), f"{Kind(k).label.lower()}s") for k in self.kind]
            text = listed(words)
        else:
            text = "opportunities" if self.chips() else "all opportunities"
        if self.q:
            text += f" for “{self.q}”"
        if self.occupation_row:
            text += f" as {self.occupation_row.title}"
        if self.sector:
            text += f" in {listed([self._names['sector'][s] for s in self.sector], 'or')}"
        if self.near:
            text += f" within {self.within} miles of {self.near}"
        if self.county:
            text += f" in {listed([self._names['county'][c] for c in self.county], 'or')}"
        if self.mode:
            text += f", {listed([Mode(m).label.lower() for m in self.mode], 'or')}"
        if self.pay:
            text += f", {PAY[self.pay] if self.pay != 'paid' else 'paid'}"
        if self.supports:
            text += f", with {listed([self._names['supports'][s].lower() for s in self.supports])}"
        if self.program:
            text += ", that go with one program"
        return text[0].upper() + text[1:]

    # Filter ---------------------------------------------------------------------------

    def conditions(self) -> dict[str, Q]:
        """One condition a key, so that the counts beside a filter can leave that one out."""
        found: dict[str, Q] = {}
        if self.q:
            words = SearchQuery(without_accents(self.q), config="english", search_type="websearch")
            found["q"] = Q(search=words)
        if self.kind:
            found["kind"] = Q(kind__in=self.kind)
        if self.sector:
            found["sector"] = Q(sector__slug__in=self.sector)
        if self.county:
            here = Location.objects.filter(opportunity=OuterRef("pk"), county__in=self.county)
            found["county"] = Q(Exists(here))
        if self.mode:
            found["mode"] = Q(mode__in=self.mode)
        if self.supports:
            found["supports"] = Q(supports__contains=self.supports)
        if self.near:
            found["near"] = self.within_miles(WITHIN[self.within])
        if self.pay == "paid":
            found["pay"] = Q(paid__in=[Paid.WAGE, Paid.STIPEND])
        elif self.pay:
            found["pay"] = Q(hourly_pay__gte=Decimal(self.pay))
        if self.occupation:
            found["occupation"] = Q(occupation=self.occupation)
        if self.program:
            found["program"] = Q(program=int(self.program))
        return found

    def within_miles(self, miles: int) -> Q:
        """Has a place in the box around the ZIP code and, exactly, within the distance."""
        if self.centre is None:
            return Q()
        south, north, west, east = box_around(self.centre.latitude, self.centre.longitude, miles)
        near = Location.objects.filter(
            opportunity=OuterRef("pk"),
            latitude__range=(south, north),
            longitude__range=(west, east),
        ).annotate(miles=_miles_from(self.centre))
        return Q(Exists(near.filter(miles__lte=miles)))

    def filter(self, queryset: QuerySet[Opportunity], leave_out: str = "") -> Any:
        """The rows that match; `leave_out` names one key to ignore."""
        for key, condition in self.conditions().items():
            if key != leave_out:
                queryset = queryset.filter(condition)
        return queryset

    # Order and pages --------------------------------------------------------------------

    @property
    def order(self) -> str:
        return self.sort or "closing"

    def sorted(self, queryset: Any) -> Any:
        """In the order asked for, always ending in the id."""
        if self.order == "distance":
            return self._with_miles(queryset).order_by("miles", "pk")
        if self.order == "newest":
            return queryset.order_by("-public_since", "-pk")
        if self.order == "pay":
            return queryset.order_by(F("hourly_pay").desc(nulls_last=True), "-pk")
        return queryset.order_by(F("closes_at").asc(nulls_last=True), "pk")

    def _with_miles(self, queryset: Any) -> Any:
        nearest = (
            Location.objects.filter(opportunity=OuterRef("pk"))
            .values("opportunity")
            .annotate(nearest=Min(_miles_from(self.centre)))  # type: ignore[arg-type]
            .values("nearest")
        )
        return queryset.annotate(miles=Subquery(nearest, output_field=FloatField()))

    def _cursor(self) -> tuple[str, int]:
        value, _, pk = self.after.rpartition("~")
        if not (pk.isascii() and pk.isdigit()) or len(pk) > 18 or len(value) > 40:
            raise ValueError("not a cursor")
        if value:
            if self.order in ("distance", "pay"):
                number = float(value)
                if not math.isfinite(number) or abs(number) > 1e9:
                    raise ValueError("not a number of this list")
            else:
                moment = datetime.fromisoformat(value)
                if moment.tzinfo is None:
                    raise ValueError("a moment without a zone")
                # PostgreSQL refuses some offsets that Python takes.
                moment = moment.astimezone(UTC)
                if not 2000 <= moment.year <= 2100:
                    raise ValueError("not a moment of this list")
                value = moment.isoformat()
        return value, int(pk)

    def page(self, queryset: Any, size: int) -> tuple[list[Opportunity], str]:
        """The rows after the cursor, and the cursor of the next page ("" at the end)."""
        rows = self.sorted(queryset)
        if self.after:
            rows = rows.filter(self._beyond(*self._cursor()))
        found = list(rows[: size + 1])
        if len(found) <= size:
            return found, ""
        return found[:size], self._cursor_of(found[size - 1])

    def _beyond(self, value: str, pk: int) -> Q:
        if self.order == "closing":
            if not value:
                return Q(closes_at__isnull=True, pk__gt=pk)
            at = datetime.fromisoformat(value)
            return Q(closes_at__gt=at) | Q(closes_at=at, pk__gt=pk) | Q(closes_at__isnull=True)
        if self.order == "newest":
            at = datetime.fromisoformat(value or "2100-01-01T00:00:00+00:00")
            return Q(public_since__lt=at) | Q(public_since=at, pk__lt=pk)
        if self.order == "pay":
            if not value:
                return Q(hourly_pay__isnull=True, pk__lt=pk)
            pay = Decimal(value)
            return Q(hourly_pay__lt=pay) | Q(hourly_pay=pay, pk__lt=pk) | Q(hourly_pay__isnull=True)
        miles = float(value or 0)
        return Q(miles__gt=miles) | Q(miles=miles, pk__gt=pk)

    def _cursor_of(self, row: Any) -> str:
        if self.order == "closing":
            value = row.closes_at.isoformat() if row.closes_at else ""
        elif self.order == "newest":
            value = row.public_since.isoformat()
        elif self.order == "pay":
            value = str(row.hourly_pay) if row.hourly_pay is not None else ""
        else:
            value = repr(row.miles)
        return f"{value}~{row.pk}"

    # For rows and letters -----------------------------------------------------------------

    def distance_from(self, opportunity: Opportunity) -> float | None:
        """Miles from the ZIP code to the nearest of its places; None without either."""
        if self.centre is None:
            return None
        here = (self.centre.latitude, self.centre.longitude)
        miles = [miles_between(*here, p.latitude, p.longitude) for p in opportunity.locations.all()]
        return min(miles, default=None)

    def reasons_for(self, opportunity: Opportunity) -> list[str]:
        """Plain phrases why it matches: "it is an internship", "Kyle is 20 miles from 78701"."""
        reasons = []
        if self.kind:
            label = opportunity.get_kind_display().lower()
            article = "an" if label[0] in "aio" else "a"
            mass = opportunity.kind in (Kind.MENTORING, Kind.ON_THE_JOB)
            reasons.append(f"it is {label}" if mass else f"it is {article} {label}")
        if self.q:
            reasons.append(f"it speaks of “{self.q}”")
        if self.occupation_row:
            reasons.append(f"it is work as {self.occupation_row.title}")
        if self.sector and opportunity.sector:
            reasons.append(f"it is in {opportunity.sector.name}")
        miles = self.distance_from(opportunity) if self.near else None
        if miles is not None:
            reasons.append(f"{opportunity.where()} is {round_miles(miles)} from {self.near}")
        if self.county:
            reasons.append(
                f"it is in {listed([self._names['county'][c] for c in self.county], 'or')}"
            )
        if self.mode:
            reasons.append(f"it is {opportunity.get_mode_display().lower()}")
        if self.pay:
            reasons.append("it is paid" if self.pay == "paid" else f"it pays {PAY[self.pay]}")
        if self.supports:
            words = [self._names["supports"][s].lower() for s in self.supports]
            reasons.append(f"it gives {listed(words)}")
        if self.program:
            reasons.append("it goes with your program")
        return reasons or ["you asked for every new opportunity"]


def round_miles(miles: float) -> str:
    """ "17 miles", "1 mile", "less than a mile"."""
    whole = round(miles)
    if whole < 1:
        return "less than a mile"
    return "1 mile" if whole == 1 else f"{whole:,} miles"


def _miles_from(centre: Place) -> Any:
    """Great-circle distance in miles as an expression over a Location's position."""
    here, there = Radians(Value(centre.latitude)), Radians(F("latitude"))
    cosine = Sin(here) * Sin(there) + Cos(here) * Cos(there) * Cos(
        Radians(F("longitude")) - Radians(Value(centre.longitude))
    )
    # Rounding may leave the cosine a hair outside of [-1, 1], where ACOS fails.
    return ACos(Least(Value(1.0), Greatest(Value(-1.0), cosine))) * Value(EARTH_RADIUS_MILES)


def best_matches(query: OpportunityQuery, matching: Any, limit: int = 10) -> list[Opportunity]:
    """The rows that fit the words best: title before employer and trade before prose.

    Only the newest few hundred are ranked; ranking every match of a common word would read
    the whole table.
    """
    newest = matching.order_by("-public_since", "-pk").values("pk")[:300]
    words = SearchQuery(without_accents(query.q), config="english", search_type="websearch")
    ranked: Any = Opportunity.objects.filter(pk__in=newest)
    ranked = ranked.annotate(rank=SearchRank(F("search"), words))
    return list(ranked.with_everything().order_by("-rank", "closes_at", "pk")[:limit])
