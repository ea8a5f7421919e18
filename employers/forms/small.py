"""The small forms around a posting: begin, decide, close."""

from typing import Any

from django import forms

from accounts.forms import PortalForm
from accounts.models import Organization
from employers.choices import (
    Kind,
    Outcome,
)
from employers.forms.fields import PlainIntegerField
from vocabularies.text import plain_line


class StartForm(PortalForm):
    """The first page: for whom, which kind, what it is called."""

    organization = forms.ModelChoiceField(
        Organization.objects.none(), label="For", empty_label=None
    )
    kind = forms.ChoiceField(widget=forms.RadioSelect, choices=Kind.choices, label="What is it?")
    title = forms.CharField(
        max_length=80,
        label="What do you call it?",
        help_text="Up to 80 characters, such as “Electrician Apprentice”",
        validators=[plain_line],
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


class ReviewForm(PortalForm):
    """Staff's decision on what they have seen. The buttons say which; a return needs its reason."""

    seen = forms.CharField(max_length=40, widget=forms.HiddenInput)

    reason = forms.CharField(
        label="What should they mend?",
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="They get these words by e-mail and see them beside the posting.",
    )


class CloseForm(PortalForm):
    outcome = forms.ChoiceField(
        widget=forms.RadioSelect, choices=Outcome.choices, label="How did it end?"
    )
    filled = PlainIntegerField(
        label="How many people did you take on?", min_value=0, max_value=5000, required=False
    )
