"""Figures for the chart of a measure: a line through its values, its baseline, its target."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from django.utils.formats import date_format

from plans.models import Measure, MeasureValue

TOP, FLOOR = 22, 102  # of the drawing, in pixels
WIDE = 80  # per cent of its width; words stand beside it
APART = 14  # pixels between two lines of words
MOST = 12

PERIODS: list[tuple[str, Callable[[date], object]]] = [
    ("", lambda day: day),
    ("the last of each week", lambda day: day.isocalendar()[:2]),
    ("the last of each month", lambda day: (day.year, day.month)),
    ("the last of each quarter", lambda day: (day.year, (day.month - 1) // 3)),
    ("the last of each year", lambda day: day.year),
]


def thinned(values: Iterable[MeasureValue]) -> tuple[list[MeasureValue], str]:
    """At most a dozen values, oldest first, and which they are: ("", all of them) or the last of
    each week, month, quarter or year."""
    ordered = sorted(values, key=lambda value: value.on)
    for which, period in PERIODS:
        last = {period(value.on): value for value in ordered}
        if len(last) <= MOST:
            return list(last.values()), which
    return list(last.values())[-MOST:], which


@dataclass
class Dot:
    """x in per cent, y in pixels; `label_y` of its figure, "" where it would stand in the way."""

    x: str
    y: str
    label_y: str
    figure: str
    day: str


@dataclass
class Chart:
    dots: list[Dot] = field(default_factory=list)
    lines: list[tuple[Dot, Dot]] = field(default_factory=list)
    target_y: str = ""
    target_words_y: str = ""
    baseline_y: str = ""
    baseline_words_y: str = ""


def figure(value: Decimal | int | None) -> str:
    """1,234 or 2.5: no zeros behind the point."""
    if value is None:
        return ""
    text = f"{Decimal(value):,.2f}"
    return text.rstrip("0").rstrip(".")


def short(day: date, years: bool) -> str:
    return date_format(day, "M Y" if years else "j M")


def chart_of(measure: Measure, values: list[MeasureValue]) -> Chart | None:
    """None without a value. Zero is the floor unless something is below it."""
    if not values:
        return None
    shown = [value.value for value in values]
    known = [*shown, *(v for v in (measure.baseline, measure.target) if v is not None)]
    low, high = min(Decimal(0), *known), max(Decimal(0), *known)
    span = (high - low) or Decimal(1)

    def height(value: Decimal) -> float:
        return float(FLOOR - (value - low) / span * (FLOOR - TOP))

    chart = Chart(dots=_dots(values, height))
    chart.lines = list(zip(chart.dots, chart.dots[1:], strict=False))
    words: list[float] = []
    if measure.target is not None:
        y = height(measure.target)
        words.append(max(y, TOP))
        chart.target_y, chart.target_words_y = f"{y:.1f}", f"{words[0] - 2:.1f}"
        for dot in chart.dots:
            _step_aside(dot, y)
    if measure.baseline is not None:
        y = height(measure.baseline)
        chart.baseline_y = f"{y:.1f}"
        if all(abs(y - other) > 2 * APART + 4 for other in words):
            chart.baseline_words_y = f"{y - 2:.1f}"
    return chart


def _step_aside(dot: Dot, line: float) -> None:
    """The figure goes under its dot where the line of the target would strike it out."""
    if dot.label_y and float(dot.label_y) - 11 < line < float(dot.label_y) + 2:
        below = float(dot.y) + 16
        dot.label_y = f"{below:.1f}" if below < FLOOR else dot.label_y


def _dots(values: list[MeasureValue], height: Callable[[Decimal], float]) -> list[Dot]:
    """The last one has its figure and day, and so many before it that the words do not touch."""
    first, last = values[0].on.toordinal(), values[-1].on.toordinal()
    years = (last - first) > 300
    dots: list[Dot] = []
    free = 100.0
    for value in reversed(values):
        share = (value.on.toordinal() - first) / (last - first) if last > first else 0.5
        x, y = 6 + share * (WIDE - 12), height(value.value)
        told = x <= free
        if told:
            free = x - (21 if years else 17)
        dots.append(
            Dot(
                x=f"{x:.2f}",
                y=f"{y:.1f}",
                label_y=f"{y - 9:.1f}" if told else "",
                figure=figure(value.value),
                day=short(value.on, years) if told else "",
            )
        )
    return dots[::-1]
