"""Measures as pages and files show them."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.db.models import QuerySet

from plans.choices import Direction
from plans.models import Measure, MeasureValue, Plan
from plans.progress import live
from plans.progress.charts import Chart, chart_of, figure, thinned
from plans.progress.cycles import today_here
from plans.templatetags.plan import short_day


@dataclass
class Measured:
    """A measure with its values, oldest first; `number`: of its item in the version that is
    read; `reading`: a live one as it is now."""

    measure: Measure
    values: list[MeasureValue]
    number: str = ""
    reading: live.Reading | None = None

    @property
    def anchor(self) -> str:
        return f"m{self.measure.pk}"

    @cached_property
    def shown(self) -> tuple[list[MeasureValue], str]:
        """The values of the chart and of its table; a live one ends with what it is now."""
        values, which = thinned(self.values)
        today = today_here()
        if self.reading and not (values and values[-1].on >= today):
            values = [*values, MeasureValue(on=today, value=self.reading.value, note="Now")]
        return values, which

    @cached_property
    def chart(self) -> Chart | None:
        return chart_of(self.measure, self.shown[0])

    @property
    def latest(self) -> Decimal | None:
        if self.reading:
            return self.reading.value
        return self.values[-1].value if self.values else None

    @property
    def latest_words(self) -> str:
        return self.words_of(self.latest)

    @property
    def parts(self) -> dict[str, Any]:
        if self.reading:
            return self.reading.parts
        return self.values[-1].parts if self.values else {}

    @property
    def has_target(self) -> bool:
        return self.measure.target is not None

    @property
    def is_met(self) -> bool:
        target, latest = self.measure.target, self.latest
        if target is None or latest is None:
            return False
        return latest >= target if self.measure.direction == Direction.UP else latest <= target

    def is_overdue(self, today: date) -> bool:
        """The day has come and the target has not."""
        due = self.measure.target_on
        return bool(self.has_target and due and due < today and not self.is_met)

    def words_of(self, value: Decimal | None) -> str:
        if value is None:
            return ""
        unit = self.measure.unit
        return f"{figure(value)}{unit if unit == '%' else f' {unit}' if unit else ''}"

    @property
    def target_words(self) -> str:
        """ "250 places by 31 Dec 2027", "2 days or fewer by …"."""
        target, due = self.measure.target, self.measure.target_on
        if target is None:
            return ""
        least = " or less" if self.measure.direction == Direction.DOWN else ""
        return f"{self.words_of(target)}{least}{f' by {short_day(due)}' if due else ''}"

    @property
    def target_figure(self) -> str:
        return figure(self.measure.target)

    @property
    def baseline_figure(self) -> str:
        return figure(self.measure.baseline)

    @property
    def has_notes(self) -> bool:
        return any(value.note for value in self.shown[0])

    @property
    def baseline_words(self) -> str:
        baseline, on = self.measure.baseline, self.measure.baseline_on
        if baseline is None:
            return ""
        return f"{self.words_of(baseline)}{f' on {short_day(on)}' if on else ''}"

    @property
    def say(self) -> str:
        """The measure in one sentence."""
        if self.latest is None:
            return "No value yet."
        words = self.latest_words
        if not self.has_target or self.measure.target is None:
            return f"{words} now." if self.reading else f"{words} last."
        if self.is_met:
            return f"{words}: the target of {figure(self.measure.target)} is met."
        away = abs(self.measure.target - self.latest)
        more = "short of" if self.measure.direction == Direction.UP else "above"
        return f"{words}: {figure(away)} {more} the target of {figure(self.measure.target)}."

    @property
    def told(self) -> str:
        """The chart in words, for who does not see it."""
        values = ", ".join(f"{figure(v.value)} on {short_day(v.on)}" for v in self.shown[0])
        parts = [f"Values: {values}."]
        if self.baseline_words:
            parts.append(f"Baseline: {self.baseline_words}.")
        if self.target_words:
            parts.append(f"Target: {self.target_words}.")
        return " ".join(parts)


def measured(measures: QuerySet[Measure], numbers: dict[Any, str]) -> list[Measured]:
    """One or two queries, and what live figures cost. `numbers`: {item id: its number now}."""
    rows = list(measures)
    if not rows:
        return []
    values: dict[int, list[MeasureValue]] = defaultdict(list)
    for value in MeasureValue.objects.filter(measure__in=[m.pk for m in rows]).order_by("on"):
        values[value.measure_id].append(value)
    return [
        Measured(
            measure,
            values[measure.pk],
            numbers.get(measure.item_id, ""),
            live.now(measure.live) if measure.live else None,
        )
        for measure in rows
    ]


def measures_of(plan: Plan, numbers: dict[Any, str]) -> list[Measured]:
    """All that stand, in their order."""
    return measured(plan.measures.standing(), numbers)


def as_rows(found: list[Measured]) -> list[dict[str, Any]]:
    """For files: one row a value, with all that its measure says of itself."""
    return [
        {
            "id": one.measure.pk,
            "measure": one.measure.name,
            "kind": one.measure.kind,
            "item": one.number,
            "unit": one.measure.unit,
            "direction": one.measure.direction,
            "baseline": one.measure.baseline,
            "baseline_on": one.measure.baseline_on,
            "target": one.measure.target,
            "target_on": one.measure.target_on,
            "source": one.measure.source or "Counted by this portal",
            "source_url": one.measure.source_url,
            "lag": one.measure.lag,
            "live": one.measure.live,
            "on": value.on,
            "value": value.value,
            "parts": value.parts,
            "note": value.note,
        }
        for one in found
        for value in one.values
    ]
