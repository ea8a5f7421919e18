"""What every page of the posting form does.

Each page saves a draft: what is missing is asked for only by “Save and continue”; what is wrong
is refused by both buttons.
"""

from typing import Any

from crispy_forms.layout import Div, Field, Layout
from django import forms

from accounts.forms import PortalModelForm
from employers import sections
from employers.models import Opportunity


class SectionForm(PortalModelForm):
    """One page. `finish=True` (Save and continue) asks for all that a reviewer needs."""

    revision = forms.IntegerField(widget=forms.HiddenInput, required=False)
    section: sections.Section

    class Meta:
        model = Opportunity
        fields: list[str] = []

    def __init__(self, *args: Any, finish: bool = True, **kwargs: Any) -> None:
        self.finish = finish
        super().__init__(*args, **kwargs)
        self.initial["revision"] = self.instance.revision
        for name, field in self.fields.items():
            field.required = name == "title"
            if isinstance(field, forms.ChoiceField) and isinstance(field.widget, forms.RadioSelect):
                field.choices = [choice for choice in list(field.choices) if choice[0] != ""]  # type: ignore[arg-type]
        self.helper.layout = Layout(*self.layout(), "revision")

    def layout(self) -> list[Any]:
        return [name for name in self.fields if name != "revision"]

    def open_questions(self) -> sections.Needs:
        return self.section.needs(self.instance)

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]
        if self.finish:
            for name, sentence in self.open_questions().items():
                if name in self.fields and name not in self.errors:
                    self.add_error(name, sentence)

    def values(self) -> dict[str, Any]:
        """What to save of the opportunity itself."""
        own = set(self._meta.fields or ())
        return {name: value for name, value in self.cleaned_data.items() if name in own}

    def extras(self) -> dict[str, Any]:
        """What to save beside it: places, terms, steps."""
        return {}


def short(name: str) -> Field:
    return Field(name, css_class="short")


def mid(name: str) -> Field:
    return Field(name, css_class="mid")


def pair(*names: Any) -> Div:
    return Div(*names, css_class="pair")
