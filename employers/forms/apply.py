"""Who may apply, and how."""

import re
from typing import Any
from urllib.parse import urlsplit

from crispy_forms.layout import HTML, Fieldset
from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator, validate_email

from employers.choices import ApplyBy, Ask, Level
from employers.forms.fields import PlainIntegerField
from employers.forms.section import FIRST_BUTTON, KEEP_BUTTON, SectionForm, mid, short
from employers.postings import sections

web_address = URLValidator(schemes=["http", "https"])
# Where the answer about each thing is kept.
COLUMNS = {Level.REQUIRED: "asks", Level.PREFERRED: "prefers", Level.LEARNED: "learned_here"}


def _is_a_sites(address: str) -> bool:
    """It names a site, neither a machine nor somebody's password."""
    parts = urlsplit(address)
    named = re.search(r"\.([^\W\d_]{2,}|xn--[a-z0-9-]+)$", parts.hostname or "", re.I)
    return named is not None and "@" not in parts.netloc


class ApplyingForm(SectionForm):
    """How to apply; other pages build on it."""

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        by, to = cleaned.get("apply_by"), cleaned.get("apply_to", "")
        if not to:
            return cleaned
        if by == ApplyBy.EMAIL:
            try:
                validate_email(to)
            except ValidationError:
                self.add_error("apply_to", "Write an e-mail address, such as jobs@example.org.")
            else:
                # What a mail link would read as more than an address.
                if set("?&%[") & set(to):
                    self.add_error("apply_to", "Write a plain e-mail address: jobs@example.org.")
        elif by == ApplyBy.WEB:
            address = to if "://" in to else f"https://{to}"
            try:
                web_address(address)
                if not _is_a_sites(address):
                    raise ValidationError("no site")
            except (ValidationError, ValueError):
                self.add_error("apply_to", "Write a web address, such as https://example.org/jobs.")
            else:
                cleaned["apply_to"] = address
        elif by == ApplyBy.PHONE and not re.fullmatch(r"[+()\d\s.-]{7,20}(x\d+)?", to, re.ASCII):
            self.add_error("apply_to", "Write a phone number, such as 512-555-0100.")
        return cleaned


APPLYING_LABELS = {
    "apply_by": "How do people apply?",
    "apply_to": "Where to",
    "apply_steps": "What happens then",
    "accommodations": "Access and accommodations",
}
APPLYING_HINTS = {
    "apply_to": "The address, link, number or place. It is shown on the page.",
    "apply_steps": "Each step on its own line: form, test, interview, answer by when",
    "accommodations": "Such as “step-free entrance; ask us for an interpreter”",
}


class ApplyForm(ApplyingForm):
    section = sections.APPLY
    minimum_age = PlainIntegerField(
        label="Lowest age",
        min_value=14,
        max_value=30,
        help_text="Leave it empty if there is none",
    )

    class Meta(SectionForm.Meta):
        fields = [
            "education",
            "minimum_age",
            "needs_note",
            "accommodations",
            "apply_by",
            "apply_to",
            "apply_steps",
        ]
        labels = APPLYING_LABELS | {
            "education": "Schooling",
            "needs_note": "Anything else they need",
        }
        help_texts = APPLYING_HINTS | {
            "needs_note": "Up to 200 characters; what can be learned here is not a need",
        }
        widgets = {
            "apply_by": forms.RadioSelect,
            "apply_steps": forms.Textarea(attrs={"rows": 4}),
        }

    def add_fields(self) -> None:
        for ask in Ask:
            name = _name(ask)
            self.fields[name] = forms.ChoiceField(
                label=ask.label, choices=[("", "Not asked"), *Level.choices]
            )
            for level, column in COLUMNS.items():
                if ask in getattr(self.instance, column):
                    self.initial[name] = level

    def layout(self) -> list[Any]:
        return [
            FIRST_BUTTON,
            mid("education"),
            short("minimum_age"),
            Fieldset(
                "What else is asked of them?",
                HTML(
                    '<p class="form-text">What is required shuts people out: choose it only for '
                    "what the first day needs.</p>"
                ),
                *[mid(_name(ask)) for ask in Ask],
                css_class="steps-of-pay asked",
            ),
            "needs_note",
            "accommodations",
            "apply_by",
            "apply_to",
            "apply_steps",
            KEEP_BUTTON,
        ]

    def values(self) -> dict[str, Any]:
        levels = {ask: self.cleaned_data[_name(ask)] for ask in Ask}
        return super().values() | {
            column: [ask.value for ask, given in levels.items() if given == level]
            for level, column in COLUMNS.items()
        }


def _name(ask: Ask) -> str:
    return f"ask_{ask.value.replace('-', '_')}"
