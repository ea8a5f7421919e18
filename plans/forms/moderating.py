"""What a moderator decides."""

import uuid
from typing import Any

from crispy_forms.layout import Field, Layout
from django import forms

from accounts.forms import PortalForm
from plans.choices import DeclineReason, Source, Stance
from plans.forms.fields import ProseField
from plans.structure.numbers import PATTERN

# What a moderator's queue may show.
WHAT = ("waiting", "shown", "appeals")


class DecideForm(PortalForm):
    """A moderator's decision. The reason is asked only for a refusal. `seen` stands for the
    words on the page; the template writes it, also where no reason is asked."""

    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    reason = forms.ChoiceField(
        label="Reason, if it is not shown",
        required=False,
        choices=[("", "Choose one"), *DeclineReason.choices],
        help_text="The author reads it. “It tells who a student is” also erases the words.",
    )
    words = ProseField(
        label="Words to the author",
        required=False,
        max_length=500,
        rows=3,
        help_text="If you wish. They are sent with the reason.",
    )

    def __init__(self, *args: Any, declining: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.declining = declining
        self.helper.layout = Layout(Field("reason", css_class="mid"), Field("words"))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if self.declining and not cleaned.get("reason") and "reason" not in self.errors:
            self.add_error("reason", "Choose the reason, so that the author can be told.")
        return cleaned


class QueueQuery(forms.Form):
    """What a moderator asks the queue for; what makes no sense is left out and said."""

    what = forms.ChoiceField(required=False, choices=[(k, k) for k in WHAT])
    item = forms.RegexField(
        rf"^{PATTERN}$",
        required=False,
        strip=True,
        error_messages={"invalid": "An item has a number such as 3.2.1."},
    )
    window = forms.IntegerField(required=False, min_value=1, max_value=2**31 - 1)
    stance = forms.ChoiceField(
        required=False, choices=[*Stance.choices, ("none", "None was chosen")]
    )
    source = forms.ChoiceField(required=False, choices=Source.choices)
    noticed = forms.BooleanField(required=False)
    after = forms.RegexField(r"^\d{1,17}~\d{1,18}$", required=False)

    def asked(self) -> dict[str, Any]:
        """Only what was understood, and is not empty."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}


class BulkForm(PortalForm):
    """One decision on many comments. The reason is asked only where they are not shown."""

    reason = forms.ChoiceField(
        label="Reason",
        choices=[("", "Choose one"), *DeclineReason.choices],
        help_text="Each author reads it. “It tells who a student is” also erases the words.",
        error_messages={"required": "Choose the reason, so that the authors can be told."},
    )
    words = ProseField(
        label="Words to the authors",
        required=False,
        max_length=500,
        rows=3,
        help_text="If you wish. They are sent with the reason, the same to each.",
    )

    def __init__(self, *args: Any, declining: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not declining:
            self.fields.clear()
        self.helper.layout = Layout(*self.fields)


class EndAppealForm(PortalForm):
    """The end of an appeal, in words that its author reads."""

    words = ProseField(
        label="Words to the author",
        max_length=1_000,
        rows=4,
        help_text="Say what you looked at and why you decide so. They are sent by e-mail.",
        error_messages={"required": "Say why, so that the author can be told."},
    )


class ReplyForm(PortalForm):
    """The partnership's words under a comment."""

    text = ProseField(
        label="Reply in public",
        max_length=2_000,
        rows=4,
        help_text="Stands under the comment as the partnership’s, with your name. It cannot be "
        "changed later, only withdrawn.",
        error_messages={"required": "Write the reply."},
    )
    token = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, initial={"token": uuid.uuid4()}, **kwargs)
