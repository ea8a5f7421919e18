"""The small forms around a posting: begin, decide, close."""

from decimal import Decimal
from typing import Any

from crispy_forms.layout import Layout
from django import forms
from django.utils.html import format_html
from django.utils.text import capfirst

from accounts.forms import PortalForm
from accounts.models import Organization
from employers.choices import KIND_MEANS, Outcome
from employers.forms.fields import PlainDecimalField, PlainIntegerField
from employers.forms.section import short
from vocabularies.templatetags.words import counted
from vocabularies.text import has_letters, plain_line


class StartForm(PortalForm):
    """The first page: for whom, which kind, what it is called."""

    organization = forms.ModelChoiceField(
        Organization.objects.none(), label="For", empty_label=None
    )
    kind = forms.ChoiceField(
        widget=forms.RadioSelect,
        choices=[
            (
                kind,
                format_html(
                    '{}<small class="d-block soft">{}.</small>', kind.label, capfirst(means)
                ),
            )
            for kind, means in KIND_MEANS.items()
        ],
        label="What is it?",
    )
    title = forms.CharField(
        max_length=80,
        label="What do you call it?",
        help_text="Up to 80 characters, such as “Electrician Apprentice”",
        validators=[plain_line, has_letters],
    )
    token = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, organizations: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["organization"].queryset = organizations  # type: ignore[attr-defined]
        for name, field in self.fields.items():
            field.error_messages["required"] = {
                "kind": "Choose what it is.",
                "title": "Give it a title; you can change it later.",
                "organization": "Choose the organization you post for.",
            }.get(name, "This is needed.")
        if len(organizations) == 1:
            self.fields["organization"].widget = forms.HiddenInput()
            self.initial.setdefault("organization", organizations[0].pk)


class CloseForm(PortalForm):
    """How it ended. How many and what they earn is asked only where somebody was found."""

    outcome = forms.ChoiceField(
        widget=forms.RadioSelect,
        choices=Outcome.choices,
        label="How did it end?",
        error_messages={"required": "Say how it ended."},
    )
    filled = PlainIntegerField(
        label="How many people did you take on?",
        min_value=1,
        max_value=5000,
        required=False,
        help_text="Empty if nobody. The region counts places filled, never people’s names.",
    )
    starting_pay = PlainDecimalField(
        label="What do they earn an hour at the start?",
        max_digits=9,
        decimal_places=2,
        min_value=Decimal("0.01"),
        max_value=Decimal(500),
        required=False,
        help_text="In dollars, if it is paid. Shown only as a figure for the whole region.",
    )

    # The number that was asked about once, because it is more than were offered.
    asked = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, openings: int | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.openings = openings
        if openings:
            self.fields["filled"].help_text += f" You offered {counted(openings, 'place')}."
        self.helper.layout = Layout("outcome", short("filled"), short("starting_pay"), "asked")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("outcome") == Outcome.NOT_FILLED:
            for name in ("filled", "starting_pay"):
                if cleaned.get(name) is not None:
                    self.add_error(name, "You say that it was not filled: leave this empty.")
        self._ask_once(cleaned.get("filled"), cleaned.pop("asked", None))
        return cleaned

    def _ask_once(self, filled: int | None, asked: int | None) -> None:
        if "filled" in self.errors or not filled or not self.openings:
            return
        if filled > self.openings and filled != asked:
            typed = {name: self.data.get(name) for name in self.data}
            self.data = typed | {"asked": str(filled)}
            self.add_error(
                "filled",
                f"You offered {counted(self.openings, 'place')}. If you took on {filled}, "
                "send it once more; else mend the number.",
            )
