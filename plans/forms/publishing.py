"""Versions and the time for comments."""

from datetime import datetime
from typing import Any

from crispy_forms.layout import Field, Layout
from django import forms
from django.core.exceptions import ValidationError

from accounts.forms import PortalForm
from plans.choices import Stage
from plans.forms.fields import ClosingField, ProseField, trouble_with_closing, zone_in_words


class WindowForm(PortalForm):
    """Until when the version that is read takes comments."""

    closes_at = ClosingField(error_messages={"required": "Choose a day and a time."})

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["closes_at"].help_text = f"In {zone_in_words()}."
        self.helper.layout = Layout(Field("closes_at", css_class="mid"))

    def clean_closes_at(self) -> datetime:
        closes_at: datetime = self.cleaned_data["closes_at"]
        if trouble := trouble_with_closing(closes_at):
            raise ValidationError(trouble)
        return closes_at


class PublishForm(PortalForm):
    """What a new version is, until when it takes comments, and why it is made. `seen` stands
    for the working copy on the page; the template writes it, anew each time."""

    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    stage = forms.ChoiceField(label="What this version is", widget=forms.RadioSelect, choices=[])
    closes_at = ClosingField(required=False)
    changelog = ProseField(
        label="What changed and why",
        max_length=5_000,
        help_text="For readers of the plan, in a few sentences. A blank line starts a "
        "paragraph, a dash a list.",
        error_messages={"required": "Say in a few sentences what changed and why."},
    )

    def __init__(self, *args: Any, stages: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        words = {Stage.COMMENT: "For comment", Stage.ADOPTED: "As adopted"}
        self.fields["stage"].choices = [(s, words[Stage(s)]) for s in stages]  # type: ignore[attr-defined]
        self.fields["stage"].initial = stages[0] if stages else None
        self.fields["closes_at"].help_text = f"For comment only. In {zone_in_words()}."
        self.helper.layout = Layout("stage", Field("closes_at", css_class="mid"), "changelog")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("stage") == Stage.COMMENT and "closes_at" not in self.errors:
            trouble = trouble_with_closing(cleaned.get("closes_at"))
            if trouble:
                self.add_error("closes_at", trouble)
        return cleaned
