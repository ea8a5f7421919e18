"""Fields that several forms have."""

import re
from datetime import datetime, timedelta, tzinfo
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from plans.comments.clocks import NoSuchMoment, moment_on
from vocabularies.text import CONTROLS, DIRECTION_MARKS, can_be_seen


class ProseField(forms.CharField):
    """Lines as they were meant: a browser counts a line break once and sends it as two. What
    nobody can see is nothing."""

    def __init__(self, **kwargs: Any) -> None:
        rows = kwargs.pop("rows", 6)
        super().__init__(widget=forms.Textarea(attrs={"rows": rows}), **kwargs)

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        text = re.sub(r"\r\n?", "\n", text or "")
        text = DIRECTION_MARKS.sub("", CONTROLS.sub("", text))
        return text if can_be_seen(text) else ""


class ClockField(forms.DateTimeField):
    """A day and time as a clock shows it; its zone is the form's to say."""

    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")

    def __init__(self, **kwargs: Any) -> None:
        formats = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"]
        super().__init__(input_formats=formats, **kwargs)

    def to_python(self, value: Any) -> Any:
        if value in self.empty_values:
            return None
        # Past DateTimeField: it would take the time for one of the page's zone.
        return super(forms.DateTimeField, self).to_python(value)


class ClosingField(ClockField):
    """A day and time on the clock of the page."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(label="Comments close", **kwargs)

    def to_python(self, value: Any) -> Any:
        naive = super().to_python(value)
        return on_clock(naive, timezone.get_current_timezone()) if naive else None


def on_clock(naive: datetime, zone: tzinfo) -> datetime:
    """Raises ValidationError for a time that the clock of the zone skips or shows twice."""
    try:
        return moment_on(naive, zone)
    except NoSuchMoment as trouble:
        raise ValidationError(str(trouble)) from trouble


def zone_in_words() -> str:
    """The clock of the page: "America/Chicago time (now CDT)"."""
    zone = timezone.get_current_timezone_name().replace("_", " ")
    return f"{zone} time (now {timezone.localtime():%Z})"


def trouble_with_closing(closes_at: datetime | None) -> str:
    """Why comments cannot close then; "" if they can."""
    now = timezone.now()
    if not closes_at or closes_at <= now:
        return "Choose a time in the future."
    return "Choose a time within a year." if closes_at > now + timedelta(days=366) else ""
