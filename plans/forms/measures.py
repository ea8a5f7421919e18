"""Measures of the plan and their values."""

import re
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from crispy_forms.layout import Div, Field, Layout
from django import forms
from django.core.exceptions import ValidationError

from accounts.forms import PortalForm, PortalModelForm
from plans.forms.fields import ProseField
from plans.forms.progress import DayField
from plans.models import Item, Measure, Plan
from plans.progress import live
from plans.progress.cycles import today_here
from vocabularies.text import plain_line

MOST_LINES = 500
LARGEST = Decimal(10) ** 14
DAYS = ("%Y-%m-%d", "%m/%d/%Y", "%Y/%m/%d")
THOUSANDS = re.compile(r"-?\d{1,3}(,\d{3})+(\.\d+)?")
# A day, then a comma, semicolon or blank, then the rest; each may stand in quotes.
ROW = re.compile(r'"?([^\s,;"]+)"?\s*[,;\s]\s*"?([^"]*)"?')
NUMBER = re.compile(r"-?\d{1,14}(\.\d{1,2})?")


class MeasureForm(PortalModelForm):
    baseline_on = DayField(label="Day of the baseline", required=False)
    target_on = DayField(label="By which day", required=False)
    live = forms.ChoiceField(
        label="Where its values come from",
        required=False,
        help_text="A live figure is counted by the portal and kept once a day.",
    )

    class Meta:
        model = Measure
        fields = (
            "name kind item live unit direction baseline baseline_on target target_on source "
            "source_url lag"
        ).split()
        error_messages = {
            "source_url": {"invalid": "Write a web address, such as https://example.org."}
        }
        help_texts = {"lag": "Such as “nine months after the year ends”."}
        labels = {
            "kind": "What it shows",
            "item": "Part of the plan that it measures",
            "direction": "Which way is good",
            "source_url": "Link to the source",
            "lag": "How late it is known",
        }

    def __init__(
        self, *args: Any, items: list[tuple[str, Item]], plan: Plan, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.instance.plan = plan
        # The template writes it, anew each time.
        self.seen = self.instance.seen
        self.saved = {name: self.initial.get(name) for name in self.Meta.fields}
        titles = [(str(item.pk), f"{number} {item.title}"[:90]) for number, item in items]
        self.fields["item"].choices = [("", "The plan as a whole"), *titles]  # type: ignore[attr-defined]
        found = [(figure.key, f"Live: {figure.title}") for figure in live.figures()]
        if self.instance.live and self.instance.live not in dict(found):
            found.append((self.instance.live, "Live: a figure that is no longer counted"))
        self.fields["live"].choices = [("", "Typed by hand"), *found]  # type: ignore[attr-defined]
        self.helper.layout = Layout(
            "name",
            "kind",
            "item",
            "live",
            Field("unit", css_class="mid"),
            Field("direction", css_class="mid"),
            Div(Field("baseline", css_class="short"), "baseline_on", css_class="pair"),
            Div(Field("target", css_class="short"), "target_on", css_class="pair"),
            "source",
            "source_url",
            "lag",
        )

    def saved_now(self) -> str:
        """In words, what is saved where something else was typed."""
        return "; ".join(
            f"{self.fields[name].label} is {self.saved[name] or 'empty'}"
            for name in self.changed_data
            if name in self.saved
        )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        key = cleaned.get("live", "")
        if key and not cleaned.get("unit") and (figure := live.figure(key)):
            cleaned["unit"] = figure.unit
        if not key and not cleaned.get("source") and "source" not in self.errors:
            self.add_error("source", "Say where the figure is from.")
        pairs = (("baseline", "baseline_on"), ("target", "target_on"))
        for figure_of, day in pairs:
            if self.errors.keys() & {figure_of, day}:
                continue
            given = cleaned.get(figure_of) is not None, cleaned.get(day) is not None
            if given == (True, False):
                self.add_error(
                    day,
                    "Say of which day it is."
                    if day == "baseline_on"
                    else "Say by when the target shall be reached.",
                )
            elif given == (False, True):
                self.add_error(figure_of, "Give the figure, or no day.")
        return cleaned


class ValueForm(PortalForm):
    """The value of a day, or its correction."""

    on = DayField(label="Day", help_text="The last day of the period that it speaks of.")
    value = forms.DecimalField(label="Value", max_digits=16, decimal_places=2)
    note = forms.CharField(
        label="Note",
        max_length=200,
        required=False,
        validators=[plain_line],
        help_text="Such as “first count, without summer classes”. A correction needs one.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        pair = Div(Field("on"), Field("value", css_class="short"), css_class="pair")
        self.helper.layout = Layout(pair, "note")

    def clean_on(self) -> date:
        on: date = self.cleaned_data["on"]
        if on > today_here():
            raise ValidationError("Choose today or an earlier day.")
        return on


class PasteForm(PortalForm):
    """Lines of "date, value" as a spreadsheet or a CSV file has them."""

    lines = ProseField(
        label="Values",
        max_length=40_000,
        help_text="One a line: a day, a comma (or tab) and the value, such as 2026-03-31, 92.",
        error_messages={"required": "Paste at least one line."},
    )

    def clean_lines(self) -> list[tuple[date, Decimal]]:
        """Every wrong line is told by its number."""
        text: str = self.cleaned_data["lines"]
        rows: list[tuple[date, Decimal]] = []
        wrong: list[str] = []
        seen: dict[date, int] = {}
        given = [(n, line) for n, line in enumerate(text.split("\n"), start=1) if line.strip()]
        if len(given) > MOST_LINES:
            raise ValidationError(f"Paste at most {MOST_LINES} lines at once.")
        for place, (number, line) in enumerate(given):
            try:
                day, value = _row(line)
            except ValidationError as error:
                if place or any(sign.isdigit() for sign in line):
                    wrong.append(f"Line {number}: {error.message}")
                continue
            if day in seen:
                wrong.append(f"Line {number}: this day is on line {seen[day]} already.")
            seen.setdefault(day, number)
            rows.append((day, value))
        if not rows and not wrong:
            wrong = ["No line has a day and a value."]
        if wrong:
            more = len(wrong) - 20
            raise ValidationError(wrong[:20] + ([f"And {more} more lines."] if more > 0 else []))
        return rows


def _row(line: str) -> tuple[date, Decimal]:
    found = ROW.fullmatch(line.strip())
    if not found:
        raise ValidationError(f"“{line.strip()[:30]}” is no day and value such as 2026-03-31, 92.")
    day, value_words = _day(found.group(1)), found.group(2)
    figure = value_words.replace(" ", "")
    if THOUSANDS.fullmatch(figure):
        figure = figure.replace(",", "")
    try:
        value = Decimal(figure) if NUMBER.fullmatch(figure) else None
    except InvalidOperation:
        value = None
    if value is None or abs(value) >= LARGEST:
        raise ValidationError(f"“{value_words[:30]}” is no number such as 92 or 92.5.")
    return day, value


def _day(words: str) -> date:
    for pattern in DAYS:
        try:
            day = datetime.strptime(words, pattern).date()  # noqa: DTZ007  a day has no zone
        except ValueError:
            continue
        if not 2000 <= day.year < 2100:
            break
        if day > today_here():
            raise ValidationError(f"{words[:30]} is still to come.")
        return day
    raise ValidationError(f"“{words[:30]}” is no day such as 2026-03-31.")
