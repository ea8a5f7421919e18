"""The order of a list and its pages. Keyset: no page costs more than the first."""

import math
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from django.db.models import F, FloatField, Min, OuterRef, Q, Subquery, Value
from django.db.models.functions import ACos, Cos, Greatest, Least, Radians, Sin

from employers.models import Location, Opportunity
from employers.named import Naming
from vocabularies.lookups import EARTH
from vocabularies.models import Place


class Page(NamedTuple):
    """Some rows, with the cursors of the pages around them ("" where there is none)."""

    rows: list[Opportunity]
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

    def sorted(self, queryset: Any) -> Any:
        """In the order asked for, always ending in the id."""
        if self.order == "distance":
            return self._with_miles(queryset).order_by("miles", "pk")
        if self.order == "newest":
            return queryset.order_by("-public_since", "-pk")
        if self.order == "pay":
            return queryset.order_by(F("hourly_pay").desc(nulls_last=True), "-pk")
        return queryset.order_by(F("closes_at").asc(nulls_last=True), "pk")

    def page(self, queryset: Any, size: int) -> Page:
        """The rows after the cursor `after`, or before the cursor `before`."""
        rows = self.sorted(queryset)
        if self.before:
            rows = rows.filter(self._earlier(*self.cursor(self.before))).reverse()
        elif self.after:
            rows = rows.filter(self._beyond(*self.cursor(self.after)))
        found = list(rows[: size + 1])
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
            value = row.closes_at.isoformat() if row.closes_at else ""
        elif self.order == "newest":
            value = row.public_since.isoformat()
        elif self.order == "pay":
            value = str(row.hourly_pay) if row.hourly_pay is not None else ""
        else:
            value = repr(row.miles)
        return f"{value}~{row.pk}"

    def _beyond(self, value: Any, pk: int) -> Q:
        """What stands later in the list than that row."""
        if self.order == "closing":
            if value is None:
                return Q(closes_at__isnull=True, pk__gt=pk)
            later = Q(closes_at__gt=value) | Q(closes_at=value, pk__gt=pk)
            return later | Q(closes_at__isnull=True)
        if self.order == "newest":
            return Q(public_since__lt=value) | Q(public_since=value, pk__lt=pk)
        if self.order == "pay":
            if value is None:
                return Q(hourly_pay__isnull=True, pk__lt=pk)
            less = Q(hourly_pay__lt=value) | Q(hourly_pay=value, pk__lt=pk)
            return less | Q(hourly_pay__isnull=True)
        return Q(miles__gt=value) | Q(miles=value, pk__gt=pk)

    def _earlier(self, value: Any, pk: int) -> Q:
        """What stands before that row."""
        if self.order == "closing":
            if value is None:
                return Q(closes_at__isnull=False) | Q(closes_at__isnull=True, pk__lt=pk)
            return Q(closes_at__lt=value) | Q(closes_at=value, pk__lt=pk)
        if self.order == "newest":
            return Q(public_since__gt=value) | Q(public_since=value, pk__gt=pk)
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


def miles_from(centre: Place) -> Any:
    """Great-circle distance in miles as an expression over a Location's position."""
    here, there = Radians(Value(centre.latitude)), Radians(F("latitude"))
    cosine = Sin(here) * Sin(there) + Cos(here) * Cos(there) * Cos(
        Radians(F("longitude")) - Radians(Value(centre.longitude))
    )
    # Rounding may leave the cosine a hair outside of [-1, 1], where ACOS fails.
    return ACos(Least(Value(1.0), Greatest(Value(-1.0), cosine))) * Value(EARTH)
