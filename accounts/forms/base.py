"""The shape of what a person types. Every room's forms stand on the two bases here."""

from copy import copy
from typing import Any

from crispy_forms.helper import FormHelper
from django import forms
from django.core import validators

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
            dress(field)


EMPTY = "Choose one"
# How Django spells an empty choice that nobody gave words to.
BARE = {"---------", "- Select an option -"}


def dress(field: forms.Field) -> None:
    """Tidy what is typed into a field, and put its refusals into our words."""
    field.widget.attrs.pop("autofocus", None)
    # A browser would cut a pasted text without a word; the form refuses it with a sentence.
    field.widget.attrs.pop("maxlength", None)
    # An unstripped field holds a password, which must stay as it was typed.
    if isinstance(field, forms.CharField) and field.strip and not _is_email(field):
        field.to_python = _tidied(field)  # type: ignore[method-assign]
    if isinstance(field, forms.ModelChoiceField):
        # Its choices stay a query: a form may say later which rows there are.
        if str(field.empty_label) in BARE:
            field.empty_label = EMPTY
    elif isinstance(field, forms.ChoiceField) and isinstance(field.widget, forms.Select):
        given: Any = field.choices
        field.choices = [(k, EMPTY if k == "" and str(w) in BARE else w) for k, w in given]
    if field.error_messages.get("required") == forms.Field.default_error_messages["required"]:
        field.error_messages["required"] = asked_for(field)
    # Copies: the originals serve models and other forms too.
    field.validators = [copy(validator) for validator in field.validators]
    for validator in field.validators:
        for kind, sentence in SENTENCES.items():
            if type(validator) is kind:
                validator.message = sentence  # type: ignore[attr-defined]
        if isinstance(validator, validators.DecimalValidator):
            validator.messages = DECIMAL_SENTENCES


def asked_for(field: forms.Field) -> str:
    """The sentence for a field that was left empty."""
    label = str(field.label or "this").rstrip("?")
    if isinstance(field, forms.ChoiceField | forms.ModelChoiceField):
        return f"Choose an answer: {label}."
    if isinstance(field, forms.BooleanField):
        return f"Tick this to go on: {label}."
    return f"Fill this in: {label}."


SENTENCES: dict[type, str] = {
    validators.MinValueValidator: "Give %(limit_value)s or more.",
    validators.MaxValueValidator: "Give %(limit_value)s or less.",
    validators.MaxLengthValidator: "Use at most %(limit_value)d characters; "
    "this has %(show_value)d.",
    validators.MinLengthValidator: "Use at least %(limit_value)d characters.",
    validators.EmailValidator: "Write an e-mail address, such as name@example.org.",
    validators.URLValidator: "Write a web address, such as https://example.org.",
}
DECIMAL_SENTENCES = {
    "invalid": "Write a number, such as 18 or 18.50.",
    "max_digits": "That number is too long.",
    "max_decimal_places": "Use at most two places after the point, such as 18.50.",
    "max_whole_digits": "That number is too large.",
}


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
