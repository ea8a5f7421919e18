"""What people type about themselves."""

from django import forms

from accounts.forms.base import PortalForm
from vocabularies.text import plain_line


class NameForm(PortalForm):
    name = forms.CharField(
        label="Your name",
        max_length=80,
        validators=[plain_line],
        help_text="Colleagues see it beside what you did",
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
