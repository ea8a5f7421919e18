"""Answers as people write them: numbers, whole numbers, days."""

import re
from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from vocabularies.models import Region
from vocabularies.templatetags.words import day as in_words


class PlainDecimalField(forms.DecimalField):
    """Numbers as people write them: 18, 18.50, $1,150. No exponents, no other scripts' digits."""

    widget = forms.TextInput

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.widget.attrs |= {"inputmode": "decimal", "autocomplete": "off"}

    def to_python(self, value: Any) -> Any:
        text = str(value or "").strip().removeprefix("$").strip()
        if text and not re.fullmatch(r"-?\d{1,3}(,\d{3})+(\.\d+)?|-?\d+(\.\d+)?", text, re.ASCII):
            raise ValidationError("Write a number, such as 18 or 18.50.", code="invalid")
        return super().to_python(text.replace(",", ""))


class PlainIntegerField(forms.IntegerField):
    """Whole numbers in plain digits."""

    widget = forms.TextInput

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.widget.attrs |= {"inputmode": "numeric", "autocomplete": "off"}

    def to_python(self, value: Any) -> Any:
        text = str(value if value is not None else "").strip()
        if text and not re.fullmatch(r"-?\d{1,3}(,\d{3})+|-?\d{1,9}", text, re.ASCII):
            raise ValidationError("Write a whole number, such as 12.", code="invalid")
        return super().to_python(text.replace(",", ""))


SPAN = 3652  # days, either way


class DayField(forms.DateField):
    """A day within ten years of today, either way. A form whose days are held to less says so by
    the error message "far"."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
        super().__init__(**kwargs)
        self.error_messages["invalid"] = "Write a date, such as 2026-08-31."

    def clean(self, value: Any) -> date | None:
        day = super().clean(value)
        first, last = (timezone.localdate() + timedelta(days=days) for days in (-SPAN, SPAN))
        if day and not first <= day <= last:
            which = f"{last:%Y} at the latest" if day > last else f"{first:%Y} at the earliest"
            plain = f"That year is too far off. Give a date in {which}."
            raise ValidationError(self.error_messages.get("far", plain), code="far")
        return day


def open_until(last: date) -> str:
    return f"A posting may stay open until {in_words(last)} at most."


def end_of(day: date) -> datetime:
    """The last minute of a day in the region's zone: a deadline is a moment."""
    return datetime.combine(day, time(23, 59), tzinfo=Region.current().zone)


def start_of(day: date) -> datetime:
    return datetime.combine(day, time(0, 0), tzinfo=Region.current().zone)
