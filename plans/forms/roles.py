"""The words of a plan's roles."""

import json
from typing import Any

from crispy_forms.layout import Div, Field, Layout
from django import forms
from django.core.exceptions import ValidationError

from accounts.forms import PortalForm
from plans.models.plan import validate_roles
from vocabularies.text import plain_line


class RoleWordsForm(PortalForm):
    """Word and letter of each role; one that nobody has may go. `seen`: the roles as they were
    when the page was opened."""

    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, roles: list[dict[str, Any]], used: set[str], **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.roles = roles
        self.fields["seen"].initial = json.dumps(roles)
        parts: list[Any] = []
        for n, role in enumerate(roles):
            self._ask(n, role)
            row = [Field(f"label-{n}"), Field(f"letter-{n}", css_class="short")]
            parts.append(Div(*row, css_class="pair"))
            if role["key"] not in used and len(roles) > 1:
                self.fields[f"gone-{n}"] = forms.BooleanField(
                    label=f"Take {role['label']} out: nobody has it", required=False
                )
                parts.append(f"gone-{n}")
        self.helper.layout = Layout(*parts, "seen")

    def _ask(self, n: int, role: dict[str, Any]) -> None:
        said = {"required": "Write the word that readers see."}
        self.fields[f"label-{n}"] = forms.CharField(
            label=f"Role {n + 1}",
            max_length=30,
            validators=[plain_line],
            initial=role["label"],
            error_messages=said,
        )
        self.fields[f"letter-{n}"] = forms.CharField(
            label=f"Letter of role {n + 1}",
            max_length=2,
            validators=[plain_line],
            initial=role["letter"],
            error_messages={"required": "Write the letter that stands in the circle."},
        )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.errors:
            validate_roles(self.wanted())
            words = {role["label"].casefold() for role in self.wanted()}
            if len(words) < len(self.wanted()):
                raise ValidationError("Two roles have the same word.")
        return cleaned

    def wanted(self) -> list[dict[str, Any]]:
        """The roles as they shall be."""
        data = self.cleaned_data
        return [
            role | {"label": data[f"label-{n}"], "letter": data[f"letter-{n}"]}
            for n, role in enumerate(self.roles)
            if not data.get(f"gone-{n}")
        ]

    def seen_roles(self) -> Any:
        try:
            return json.loads(self.cleaned_data["seen"])
        except ValueError:
            return None
