"""A saved search has a name, and nothing else to type."""

from django import forms

from accounts.forms import PortalForm
from vocabularies.text import plain_line


class SearchNameForm(PortalForm):
    """The name of a saved search."""

    name = forms.CharField(
        label="Name of this search",
        max_length=80,
        validators=[plain_line],
        error_messages={"required": "Give the search a name."},
    )
