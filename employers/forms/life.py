"""The small forms of a posting's life: pause, open later, extend, list once more, many at once."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from crispy_forms.layout import Layout
from django import forms
from django.utils import timezone

from accounts.forms import PortalForm
from accounts.models import Organization
from employers.choices import Kind, StartKind
from employers.forms.dates import DatesForm
from employers.forms.fields import DayField, open_until
from employers.forms.section import mid
from employers.forms.small import CloseForm
from employers.models import Opportunity, Policy
from vocabularies.models import Region
from vocabularies.text import plain_line


class DayForm(PortalForm):
    """A form whose days stand in fields of middling width."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper.layout = Layout(
            *(mid(n) if isinstance(f, DayField) else n for n, f in self.fields.items())
        )


class PauseForm(DayForm):
    until = DayField(
        label="Open it again on",
        required=False,
        help_text="At the start of that day. Leave it empty to pause until you open it yourself.",
    )


class ScheduleForm(DayForm):
    opens_on = DayField(
        label="Open it on",
        required=False,
        help_text="At the start of that day. Leave it empty to open it now.",
    )


class ExtendForm(DayForm):
    closes_on = DayField(label="People can apply until", help_text="The end of that day")
    reason = forms.CharField(
        label="Why does it stay open?",
        max_length=300,
        validators=[plain_line],
        help_text="Such as “two of four places are filled”. It is kept in the history.",
        error_messages={"required": "Say why it stays open."},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        last = timezone.localdate(timezone=Region.current().zone) + timedelta(
            days=Policy.current().most_days_open
        )
        self.fields["closes_on"].error_messages["far"] = open_until(last)


class RelistForm(DatesForm):
    """The dates of a posting that takes its words from another one."""

    token = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, source: Opportunity, token: UUID, **kwargs: Any) -> None:
        super().__init__(*args, instance=_dates_of(source), **kwargs)
        self.initial["token"] = token
        self.fields["token"].required = True

    def layout(self) -> list[Any]:
        return [*super().layout(), "token"]


def _dates_of(source: Opportunity) -> Opportunity:
    """What of its dates may still hold: those that are to come."""
    today = timezone.localdate(timezone=Region.current().zone)

    def to_come(day: date | None) -> date | None:
        return day if day and day >= today else None

    fresh = Opportunity(
        kind=source.kind,
        employer=source.employer,
        openings=source.openings,
        start_kind=source.start_kind,
        starts_note=source.starts_note,
        starts_on=to_come(source.starts_on),
        starts_until=to_come(source.starts_until),
    )
    if fresh.start_kind in (StartKind.DAY, StartKind.BETWEEN) and not fresh.starts_on:
        fresh.start_kind, fresh.starts_until = "", None
    return fresh


class MineForm(PortalForm):
    """Which of my postings. A wrong value is no filter."""

    STANDINGS = [
        ("", "Any state"),
        ("returned", "Returned"),
        ("draft", "Draft"),
        ("in-review", "In review"),
        ("scheduled", "Scheduled"),
        ("open", "Open"),
        ("paused", "Paused"),
        ("expired", "Expired"),
        ("closed", "Closed"),
        ("archived", "Put away"),
    ]
    SORTS = [
        ("", "What needs you first"),
        ("closing", "Closing soonest"),
        ("newest", "Changed last"),
        ("title", "Title"),
    ]
    q = forms.CharField(label="Words", max_length=100, required=False)
    standing = forms.ChoiceField(label="State", choices=STANDINGS, required=False)
    kind = forms.ChoiceField(
        label="Kind", choices=[("", "Any kind"), *Kind.choices], required=False
    )
    organization = forms.ModelChoiceField(
        Organization.objects.none(),
        label="Organization",
        required=False,
        empty_label="All of mine",
        to_field_name="slug",
    )
    sort = forms.ChoiceField(label="Sort by", choices=SORTS, required=False)

    def __init__(self, *args: Any, organizations: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["organization"].queryset = organizations  # type: ignore[attr-defined]
        for field in self.fields.values():
            chosen = isinstance(field.widget, forms.Select)
            field.widget.attrs["class"] = "form-select" if chosen else "form-control"
        if len(organizations) < 2:
            del self.fields["organization"]

    def asked(self) -> dict[str, Any]:
        """What is asked for, by name; only what makes sense."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}


class BareForm(PortalForm):
    pass


class BulkCloseForm(CloseForm):
    """How many and what they earn is asked posting by posting."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("filled", "starting_pay", "asked"):
            del self.fields[name]
        self.helper.layout = Layout("outcome")


# The form of what an act for many asks besides.
BULK_FORMS: dict[str, type[PortalForm]] = {
    "pause": PauseForm,
    "resume": BareForm,
    "extend": ExtendForm,
    "close": BulkCloseForm,
    "archive": BareForm,
    "duplicate": BareForm,
}
