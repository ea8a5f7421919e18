"""The order of a list and its pages. Keyset: no page costs more than the first."""

import math
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from django.db.models import F, FloatField, Min, OuterRef, Q, Subquery, Value
from django.db.models.functions import ACos, Coalesce, Cos, Greatest, Least, Radians, Sin

from employers.browsing.named import Naming
from employers.models import Listing, Location, Opportunity
from employers.models.listing import NEVER
from vocabularies.lookups import EARTH
from vocabularies.models import Place


class Page(NamedTuple):
    """Some rows (postings, or their listings), with the cursors of the pages around them (""
    where there is none)."""

    rows: list[Any]
    after: str
    before: str


class Ordered(Naming):
    """What OpportunityQuery knows of order and pages. A cursor is `value~id` of a row."""

    sort: str
    after: str
    before: str

    @property
    def order(self) -> str:
        return self.sort or "closing"

    def sorted(self, queryset: Any, few: bool = False) -> Any:
        """In the order asked for, always ending in the id; of postings or of listings. `few` has
        PostgreSQL find all rows and sort them, instead of walking an index in that order."""
        if self.order == "distance":
            return self._with_miles(queryset).order_by("miles", "pk")
        if self.order == "newest":
            return queryset.order_by(as_it_is("public_since", few).desc(), "-pk")
        if self.order == "pay":
            return queryset.order_by(as_it_is("hourly_pay", few).desc(nulls_last=True), "-pk")
        closing = "ends_at" if queryset.model is Listing else "closes_at"
        return queryset.order_by(as_it_is(closing, few).asc(nulls_last=True), "pk")

    def page(
        self,
        queryset: Any,
        size: int,
        few: bool = False,
        read: Callable[[Any], list[Any]] = list,
    ) -> Page:
        """The rows after the cursor `after`, or before the cursor `before`. `read` turns a
        queryset into rows that have the columns of the order."""
        rows = self.sorted(queryset, few)
        if self.before:
            rows = rows.filter(self._earlier(queryset, *self.cursor(self.before))).reverse()
        elif self.after:
            rows = rows.filter(self._beyond(queryset, *self.cursor(self.after)))
        found = read(rows[: size + 1])
        more, found = len(found) > size, found[:size]
        if self.before:
            found.reverse()
        if not found:
            return Page([], "", "")
        first, last = self.cursor_of(found[0]), self.cursor_of(found[-1])
        if self.before:
            return Page(found, last, first if more else "")
        return Page(found, last if more else "", first if self.after else "")

    def cursor(self, text: str) -> tuple[Any, int]:
        """(value or None, id). Raises ValueError for what is no cursor of this order."""
        value, _, pk = text.rpartition("~")
        if not (pk.isascii() and pk.isdigit()) or len(pk) > 18 or len(value) > 40:
            raise ValueError("not a cursor")
        if not value:
            if self.order in ("newest", "distance"):
                raise ValueError("every row of this list has a value")
            return None, int(pk)
        if self.order in ("distance", "pay"):
            number = float(value)
            if not math.isfinite(number) or abs(number) > 1e9:
                raise ValueError("not a number of this list")
            return (Decimal(value) if self.order == "pay" else number), int(pk)
        moment = datetime.fromisoformat(value)
        if moment.tzinfo is None:
            raise ValueError("a moment without a zone")
        # PostgreSQL refuses some offsets that Python takes.
        moment = moment.astimezone(UTC)
        if not 2000 <= moment.year <= 2100:
            raise ValueError("not a moment of this list")
        return moment, int(pk)

    def cursor_of(self, row: Any) -> str:
        if self.order == "closing":
            closes_at = row.closes_at if isinstance(row, Opportunity) else row.ends_at
            value = closes_at.isoformat() if closes_at and closes_at < NEVER else ""
        elif self.order == "newest":
            value = row.public_since.isoformat()
        elif self.order == "pay":
            value = str(row.hourly_pay) if row.hourly_pay is not None else ""
        else:
            value = repr(row.miles)
        return f"{value}~{row.pk}"

    def _beyond(self, queryset: Any, value: Any, pk: int) -> Q:
        """What stands later in the list than that row."""
        if self.order == "closing" and queryset.model is Listing:
            at = value or NEVER
            # The first half lets an index begin there.
            return Q(ends_at__gte=at) & (Q(ends_at__gt=at) | Q(pk__gt=pk))
        if self.order == "closing":
            if value is None:
                return Q(closes_at__isnull=True, pk__gt=pk)
            later = Q(closes_at__gt=value) | Q(closes_at=value, pk__gt=pk)
            return later | Q(closes_at__isnull=True)
        if self.order == "newest":
            return Q(public_since__lte=value) & (Q(public_since__lt=value) | Q(pk__lt=pk))
        if self.order == "pay":
            if value is None:
                return Q(hourly_pay__isnull=True, pk__lt=pk)
            less = Q(hourly_pay__lt=value) | Q(hourly_pay=value, pk__lt=pk)
            return less | Q(hourly_pay__isnull=True)
        return Q(miles__gt=value) | Q(miles=value, pk__gt=pk)

    def _earlier(self, queryset: Any, value: Any, pk: int) -> Q:
        """What stands before that row."""
        if self.order == "closing" and queryset.model is Listing:
            at = value or NEVER
            return Q(ends_at__lte=at) & (Q(ends_at__lt=at) | Q(pk__lt=pk))
        if self.order == "closing":
            if value is None:
                return Q(closes_at__isnull=False) | Q(closes_at__isnull=True, pk__lt=pk)
            return Q(closes_at__lt=value) | Q(closes_at=value, pk__lt=pk)
        if self.order == "newest":
            return Q(public_since__gte=value) & (Q(public_since__gt=value) | Q(pk__gt=pk))
        if self.order == "pay":
            if value is None:
                return Q(hourly_pay__isnull=False) | Q(hourly_pay__isnull=True, pk__gt=pk)
            return Q(hourly_pay__gt=value) | Q(hourly_pay=value, pk__gt=pk)
        return Q(miles__lt=value) | Q(miles=value, pk__lt=pk)

    def _with_miles(self, queryset: Any) -> Any:
        nearest = (
            Location.objects.filter(opportunity=OuterRef("pk"))
            .values("opportunity")
            .annotate(nearest=Min(miles_from(self.centre)))  # type: ignore[arg-type]
            .values("nearest")
        )
        return queryset.annotate(miles=Subquery(nearest, output_field=FloatField()))


def as_it_is(column: str, few: bool) -> Any:
    """The column, or the same values as an expression that no index stands for."""
    return Coalesce(column, column) if few else F(column)


def miles_from(centre: Place) -> Any:
    """Great-circle distance in miles as an expression over a Location's position."""
    here, there = Radians(Value(centre.latitude)), Radians(F("latitude"))
    cosine = Sin(here) * Sin(there) + Cos(here) * Cos(there) * Cos(
        Radians(F("longitude")) - Radians(Value(centre.longitude))
    )
    # Rounding may leave the cosine a hair outside of [-1, 1], where ACOS fails.
    return ACos(Least(Value(1.0), Greatest(Value(-1.0), cosine))) * Value(EARTH)
