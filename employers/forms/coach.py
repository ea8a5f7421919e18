"""What its people answer to the coach."""

from django import forms

from accounts.forms import PortalForm
from vocabularies.text import plain_text


class AnswerForm(PortalForm):
    """Why an advice does not hold here."""

    why = forms.CharField(
        label="This does not hold here, because",
        max_length=300,
        validators=[plain_text],
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="One or two sentences. Your name and the day stand beside them.",
        error_messages={"required": "Say why it does not hold here."},
    )
