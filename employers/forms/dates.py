"""Dates and openings."""

from datetime import timedelta
from typing import Any

from django import forms
from django.utils import timezone

from employers.choices import StartKind
from employers.forms.fields import DayField, PlainIntegerField, end_of, open_until, start_of
from employers.forms.section import SectionForm, mid, pair, short
from employers.models import Policy
from employers.postings import sections
from vocabularies.models import Region


class DatesForm(SectionForm):
    section = sections.DATES
    openings = PlainIntegerField(label="For how many people", min_value=1, max_value=5000)
    opens_on = DayField(
        label="Show it from", help_text="Leave it empty to show it as soon as it is approved"
    )
    closes_on = DayField(label="People can apply until")
    starts_on = DayField(label="It starts on", help_text="The day, or the first of several")
    starts_until = DayField(label="Or until", help_text="The last day, if between two days")

    class Meta(SectionForm.Meta):
        fields = ["openings", "start_kind", "starts_on", "starts_until", "starts_note"]
        labels = {"start_kind": "When does it start?", "starts_note": "About the start"}
        help_texts = {"starts_note": "Such as “any Monday” or “by agreement”"}
        widgets = {"start_kind": forms.RadioSelect}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.most_days = Policy.current().most_days_open
        span = "a year" if self.most_days == 365 else f"{self.most_days} days"
        self.fields[
            "closes_on"
        ].help_text = (
            f"The end of that day. It may stay open for {span} at most; you can extend it."
        )
        today = timezone.localdate(timezone=Region.current().zone)
        for name, far in (
            ("opens_on", "Give a day within a year from now."),
            ("closes_on", open_until(today + timedelta(days=self.most_days))),
        ):
            self.fields[name].error_messages["far"] = far
        for name, moment in (
            ("opens_on", self.instance.opens_at),
            ("closes_on", self.instance.closes_at),
        ):
            if moment:
                self.initial[name] = moment.astimezone(Region.current().zone).date()

    def layout(self) -> list[Any]:
        return [
            short("openings"),
            pair(mid("opens_on"), mid("closes_on")),
            "start_kind",
            pair(mid("starts_on"), mid("starts_until")),
            mid("starts_note"),
        ]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        today = timezone.localdate(timezone=Region.current().zone)
        opens, closes = cleaned.get("opens_on"), cleaned.get("closes_on")
        if opens and opens > today + timedelta(days=366):
            self.add_error("opens_on", self.fields["opens_on"].error_messages["far"])
        last = max(opens or today, today) + timedelta(days=self.most_days + 1)
        if closes and closes < today:
            self.add_error("closes_on", "That day is over. Give a day to come.")
        elif closes and closes > last:
            self.add_error("closes_on", open_until(last - timedelta(days=1)))
        if opens and closes and closes < opens:
            self.add_error("closes_on", "It closes before it opens.")
        self._clean_start(cleaned, today)
        self.instance.opens_at = start_of(opens) if opens else None
        self.instance.closes_at = end_of(closes) if closes else None
        return cleaned

    def _clean_start(self, cleaned: dict[str, Any], today: Any) -> None:
        """What the kind of start does not ask for is not kept; a lone day says its kind."""
        kind, starts, until = (cleaned.get(n) for n in ("start_kind", "starts_on", "starts_until"))
        if not kind and starts:
            kind = cleaned["start_kind"] = StartKind.BETWEEN if until else StartKind.DAY
        if kind in (StartKind.ROLLING, StartKind.AT_ONCE):
            cleaned["starts_on"] = cleaned["starts_until"] = None
            return
        if kind == StartKind.DAY:
            until = cleaned["starts_until"] = None
        if starts and starts < today and "starts_on" in self.changed_data:
            self.add_error("starts_on", "That day is over. Give a day to come.")
        if starts and until and until < starts:
            self.add_error("starts_until", "The last day to start is before the first.")

    def open_questions(self) -> sections.Needs:
        needs = super().open_questions()
        if "closes_at" in needs:
            needs["closes_on"] = needs.pop("closes_at")
        return needs

    def values(self) -> dict[str, Any]:
        return super().values() | {
            "opens_at": self.instance.opens_at,
            "closes_at": self.instance.closes_at,
        }
