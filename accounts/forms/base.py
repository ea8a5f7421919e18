"""The shape of what a person types. Every room's forms stand on the two bases here."""

from typing import Any

from crispy_forms.helper import FormHelper
from django import forms

from vocabularies.text import plain_line, plain_text, tidy


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
            # An unstripped field holds a password, which must stay as it was typed.
            if isinstance(field, forms.CharField) and field.strip and not _is_email(field):
                field.to_python = _tidied(field)  # type: ignore[method-assign]


def _is_email(field: forms.Field) -> bool:
    return isinstance(field, forms.EmailField)


def _tidied(field: forms.CharField) -> Any:
    clean = field.to_python

    def to_python(value: Any) -> Any:
        cleaned = clean(value)
        if isinstance(cleaned, str):
            plain_text(cleaned)
            return tidy(cleaned)
        return cleaned

    return to_python


class PortalForm(TidyMixin, forms.Form):
    pass


class PortalModelForm(TidyMixin, forms.ModelForm):
    pass


class SignupForm(PortalForm):
    """What sign-up asks beside e-mail and password."""

    name = forms.CharField(
        label="Your name",
        max_length=80,
        validators=[plain_line],
        help_text="As colleagues know you",
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )

    def signup(self, request: Any, user: Any) -> None:
        user.name = self.cleaned_data["name"]
        user.save(update_fields=["name"])
