"""A time for comments, as an editor sets it."""

from datetime import datetime
from typing import Any

from crispy_forms.layout import Div, Field, Layout
from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from accounts.forms import PortalForm
from plans.actions.windows import WindowDraft
from plans.choices import Moderation
from plans.comments.clocks import ZONES, zone_called
from plans.forms.fields import ClockField, on_clock, trouble_with_closing
from plans.models import EARLIEST, CommentWindow, Item, PlanVersion
from vocabularies.text import plain_line

WEEK = 7 * 24 * 60  # minutes


class CommentWindowForm(PortalForm):
    """`version`: the one that the public reads; its items can be chosen. `seen` stands for the
    window on the page; the template writes it."""

    seen = forms.CharField(required=False, widget=forms.HiddenInput)
    title = forms.CharField(
        label="Title",
        max_length=120,
        required=False,
        validators=[plain_line],
        help_text="If it has one, such as “Second reading”. Readers see it.",
    )
    item = forms.ChoiceField(
        label="What can be commented on", required=False, help_text="An item and all below it."
    )
    opens_at = ClockField(
        label="Opens",
        error_messages={"required": "Choose the day and time at which comments open."},
    )
    closes_at = ClockField(
        label="Closes",
        error_messages={"required": "Choose the day and time at which comments close."},
    )
    zone = forms.ChoiceField(
        label="On the clock of", help_text="Readers see both times on this clock, with its name."
    )
    grace = forms.IntegerField(
        label="Late ones are kept for",
        min_value=0,
        max_value=WEEK,
        initial=0,
        help_text="Minutes after closing, 0 to 10,080 (a week). They are marked as late.",
        error_messages={
            "max_value": "Late comments are kept for a week at most: 10,080 minutes.",
            "min_value": "Write 0 or a number of minutes.",
            "invalid": "Write a number of minutes, such as 30.",
        },
    )
    moderation = forms.ChoiceField(
        label="When a comment is shown",
        choices=Moderation.choices,
        initial=Moderation.BEFORE,
        widget=forms.RadioSelect,
        help_text="Comments with links, the same words again, or sent in haste are always read "
        "first.",
    )

    def __init__(
        self, *args: Any, version: PlanVersion, window: CommentWindow | None = None, **kwargs: Any
    ) -> None:
        self.version, self.window = version, window
        here = timezone.get_current_timezone_name()
        initial = {"zone": here} | (_as_typed(window) if window else {})
        super().__init__(*args, initial=initial | (kwargs.pop("initial", None) or {}), **kwargs)
        nodes = version.items.only("item_id", "number", "handle", "statement")
        self.fields["item"].choices = [  # type: ignore[attr-defined]
            ("", "The whole plan"),
            *((str(n.item_id), f"{n.number} {n.title[:70]}") for n in nodes),
            *self._gone({str(n.item_id) for n in nodes}),
        ]
        named = dict.fromkeys([here, *([window.zone] if window and window.zone else []), *ZONES])
        self.fields["zone"].choices = [(z, z.replace("_", " ")) for z in named]  # type: ignore[attr-defined]
        self.helper.layout = Layout(
            "title",
            Field("item", css_class="mid"),
            Div(
                Field("opens_at", wrapper_class="flex-fill"),
                Field("closes_at", wrapper_class="flex-fill"),
                css_class="pair",
            ),
            Field("zone", css_class="mid"),
            Field("grace", css_class="mid"),
            "moderation",
        )

    def _gone(self, shown: set[str]) -> list[tuple[str, str]]:
        """Its item, where the version that is read no longer has it."""
        item = self.window.item if self.window else None
        if item is None or str(item.pk) in shown:
            return []
        return [(str(item.pk), f"{item.title[:70]} (no longer in the plan)")]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        zone = zone_called(cleaned.get("zone", ""), timezone.get_current_timezone())
        for name in ("opens_at", "closes_at"):
            if cleaned.get(name):
                try:
                    cleaned[name] = on_clock(cleaned[name], zone)
                except ValidationError as error:
                    self.add_error(name, error)
        opens, closes = cleaned.get("opens_at"), cleaned.get("closes_at")
        if closes and (trouble := self._trouble(closes)):
            self.add_error("closes_at", trouble)
        elif opens and closes and closes <= opens:
            self.add_error("closes_at", "Choose a closing time after the opening time.")
        if opens and opens < EARLIEST:
            self.add_error("opens_at", "Choose an opening time within the last years.")
        return cleaned

    def _trouble(self, closes: datetime) -> str:
        """A window that is over may keep its end, for what else there is to change."""
        if self.window and closes == self.window.closes_at.replace(second=0, microsecond=0):
            return ""
        return trouble_with_closing(closes)

    def draft(self) -> WindowDraft:
        data = self.cleaned_data
        item = Item.objects.get(pk=data["item"]) if data["item"] else None
        return WindowDraft(
            opens_at=data["opens_at"],
            closes_at=data["closes_at"],
            item=item,
            title=data["title"],
            zone=data["zone"],
            grace=data["grace"],
            moderation=data["moderation"],
        )


def _as_typed(window: CommentWindow) -> dict[str, Any]:
    """What the fields show: both times on the window's own clock."""
    return {
        "title": window.title,
        "item": str(window.item_id or ""),
        "opens_at": window.opens_at.astimezone(window.clock).replace(tzinfo=None),
        "closes_at": window.closes_at.astimezone(window.clock).replace(tzinfo=None),
        "zone": window.zone or timezone.get_current_timezone_name(),
        "grace": window.grace,
        "moderation": window.moderation,
    }
