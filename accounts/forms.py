"""The shape of what a person types. Every room's forms stand on the two bases here."""

from typing import Any

from crispy_forms.helper import FormHelper
from django import forms

from vocabularies.text import tidy


class TidyMixin:
    """Text is NFC without stray blanks; crispy renders fields alone (the template owns <form>).

    Errors stand beside their field and, once more, in the summary at the top of the page.
    """

    fields: dict[str, forms.Field]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True
        for field in self.fields.values():
            field.widget.attrs.pop("autofocus", None)
            if isinstance(field, forms.CharField) and not isinstance(field, forms.EmailField):
                field.to_python = _tidied(field)  # type: ignore[method-assign]


def _tidied(field: forms.CharField) -> Any:
    clean = field.to_python

    def to_python(value: Any) -> Any:
        cleaned = clean(value)
        return tidy(cleaned) if isinstance(cleaned, str) else cleaned

    return to_python


class PortalForm(TidyMixin, forms.Form):
    pass


class PortalModelForm(TidyMixin, forms.ModelForm):
    pass


class SignupForm(PortalForm):
    """What sign-up asks beside e-mail and password."""

    name = forms.CharField(max_length=80)

    def signup(self, request: Any, user: Any) -> None:
        user.name = self.cleaned_data["name"]
        user.save(update_fields=["name"])
