"""The small forms of the review queue."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from accounts import queue
from accounts.forms.base import PortalForm
from accounts.models import User


class QueueQuery(forms.Form):
    """`?kind=`, `?who=`, `?after=`: what of the queue is shown."""

    kind = forms.CharField(required=False, max_length=40)
    who = forms.ChoiceField(required=False, choices=[("mine", ""), ("nobody", "")])
    after = forms.CharField(required=False, max_length=80)

    def clean_kind(self) -> str:
        kind: str = self.cleaned_data["kind"]
        if kind not in {"", queue.ORGANIZATIONS, *(known.slug for known in queue.kinds.registered)}:
            raise ValidationError("No such kind.")
        return kind

    def clean_after(self) -> queue.Mark | None:
        if not (text := self.cleaned_data["after"]):
            return None
        try:
            return queue.Mark.read(text)
        except (ValueError, OverflowError) as error:
            raise ValidationError("No such page.") from error


class AssignForm(PortalForm):
    """Who reads it. `seen` is the id of the reader that the page showed, 0 for nobody."""

    to = forms.TypedChoiceField(
        label="Who reads it?", required=False, widget=forms.RadioSelect, empty_value=None
    )
    seen = forms.IntegerField(min_value=0, max_value=2**53, widget=forms.HiddenInput)

    def __init__(self, *args: Any, readers: list[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = {str(reader.pk): reader for reader in readers}
        field: Any = self.fields["to"]
        field.coerce = people.get
        field.choices = [*people.items(), ("", "Nobody: it waits for whoever comes first")]
