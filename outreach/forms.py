"""The shape of what a person types here."""

from datetime import time
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from accounts.forms import PortalForm
from outreach.choices import Rhythm, Weekday
from outreach.models.subscriptions import region_zone
from outreach.wire import PLAIN_ADDRESS
from programs.models import CareerCenter
from vocabularies.text import plain_line

# The zones of the United States and its territories, by the names people use.
ZONES = {
    "America/New_York": "Eastern time",
    "America/Chicago": "Central time",
    "America/Denver": "Mountain time",
    "America/Phoenix": "Arizona time",
    "America/Los_Angeles": "Pacific time",
    "America/Anchorage": "Alaska time",
    "Pacific/Honolulu": "Hawaii time",
    "America/Puerto_Rico": "Atlantic time (Puerto Rico)",
    "Pacific/Guam": "Chamorro time (Guam)",
}


def clock(hour: int) -> str:
    """ "7:00 am", "12:00 pm"."""
    return f"{hour % 12 or 12}:00 {'am' if hour < 12 else 'pm'}"


def zone_choices(*more: str) -> list[tuple[str, str]]:
    """The region's zone first, then the others; `more` are zones that must be among them."""
    own = region_zone()
    names = {own: ZONES.get(own, own)} | ZONES
    for zone in more:
        names.setdefault(zone, zone.replace("_", " "))
    return list(names.items())


class AddressField(forms.EmailField):
    """An address that a letter can be sent to, in small letters: no quotes, no machine's number,
    a domain with a dot."""

    def clean(self, value: Any) -> str:
        email: str = super().clean(value).lower()
        if email and (not PLAIN_ADDRESS.fullmatch(email) or "." not in email.rpartition("@")[2]):
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return email


class RhythmForm(PortalForm):
    """How often, on which day, at what hour, on whose clock."""

    rhythm = forms.ChoiceField(
        label="How often",
        choices=[(Rhythm.WEEKLY, "Once a week, on the day below"), (Rhythm.DAILY, "Every day")],
        initial=Rhythm.WEEKLY,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose how often."},
    )
    weekday = forms.TypedChoiceField(
        label="Day of the week",
        choices=Weekday.choices,
        initial=Weekday.TUESDAY,
        coerce=int,
        error_messages={"required": "Choose a day of the week."},
    )
    hour = forms.TypedChoiceField(
        label="Hour",
        choices=[(hour, clock(hour)) for hour in range(24)],
        initial=7,
        coerce=int,
        error_messages={"required": "Choose an hour."},
    )
    zone = forms.ChoiceField(
        label="Time zone", error_messages={"required": "Choose your time zone."}
    )

    def __init__(self, *args: Any, zone: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = zone_choices(*([zone] if zone else []))
        self.fields["zone"].choices = choices  # type: ignore[attr-defined]
        self.fields["zone"].initial = zone or choices[0][0]
        for name in ("weekday", "hour"):
            self.fields[name].widget.attrs["class"] = "mid"
        self.fields["zone"].widget.attrs["class"] = "mid"

    def wishes(self) -> dict[str, Any]:
        """The answers as the actions take them."""
        answers = self.cleaned_data
        return {
            "rhythm": answers["rhythm"],
            "weekday": answers["weekday"],
            "at": time(answers["hour"]),
            "zone": answers["zone"],
        }


class CenterField(forms.ModelChoiceField):
    """Centers of different colleges may bear the same name."""

    def label_from_instance(self, obj: Any) -> str:
        return ", ".join(dict.fromkeys([str(obj.provider), str(obj)]))


class WhoMixin(forms.Form):
    """For whom the letters are written. All of it may stay empty."""

    name = forms.CharField(
        label="Your name (optional)", max_length=80, required=False, validators=[plain_line]
    )
    career_center = CenterField(
        label="Career center (optional)",
        queryset=CareerCenter.objects.none(),
        required=False,
        empty_label="None of these",
        help_text="If you read this for the learners of one",
    )
    label = forms.CharField(
        label="Class or group (optional)",
        max_length=80,
        required=False,
        validators=[plain_line],
        help_text="Such as “Nursing, second year”. It stands at the top of each letter. "
        "Never a learner’s name.",
    )


class SubscribeForm(WhoMixin, RhythmForm):
    email = AddressField(
        label="E-mail",
        max_length=254,
        help_text="We send a link there first. Nothing more comes until you open it.",
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        error_messages={
            "required": "Enter the e-mail address that we should write to.",
            "invalid": "Enter an e-mail address like name@example.org.",
        },
    )
    # People never see this field; programs fill it in.
    website = forms.CharField(required=False, widget=forms.HiddenInput)

    field_order = ["email", "rhythm", "weekday", "hour", "zone", "name", "career_center", "label"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        centers = CareerCenter.objects.public().select_related("provider__organization")
        self.fields["career_center"].queryset = centers.order_by(  # type: ignore[attr-defined]
            "provider__organization__name", "name"
        )
        self.fields["name"].widget.attrs["autocomplete"] = "name"

    def wishes(self) -> dict[str, Any]:
        who = {key: self.cleaned_data[key] for key in ("name", "career_center", "label")}
        return super().wishes() | who


class ManageForm(RhythmForm):
    label = WhoMixin.base_fields["label"]

    field_order = ["rhythm", "weekday", "hour", "zone", "label"]

    def wishes(self) -> dict[str, Any]:
        return super().wishes() | {"label": self.cleaned_data["label"]}


class AgainForm(PortalForm):
    """A fresh link, for somebody whose old one is dead."""

    email = AddressField(
        label="E-mail",
        max_length=254,
        help_text="The address that you asked with",
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        error_messages={
            "required": "Enter the e-mail address that you asked with.",
            "invalid": "Enter an e-mail address like name@example.org.",
        },
    )
