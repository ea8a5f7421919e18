"""Work groups and their members."""

import json
from typing import Any

from crispy_forms.layout import Div, Field, Layout
from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator

from accounts.forms import PortalModelForm
from accounts.forms.address import AddressField
from plans.models import GroupMember, WorkGroup

ORGANIZATIONS_ID = "known-organizations"


class GroupForm(PortalModelForm):
    """What readers learn of a group. `seen`: what it said when the page was opened."""

    contact_email = AddressField(
        label="Contact’s e-mail",
        required=False,
        help_text="Shown on the group’s page, so that anybody can reach the group.",
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    class Meta:
        model = WorkGroup
        fields = ["name", "purpose", "meets", "contact_name", "contact_email"]
        labels = {"purpose": "What it is for", "meets": "When it meets", "contact_name": "Contact"}
        help_texts = {"purpose": "In one sentence.", "contact_name": "Shown on the group’s page."}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["seen"].initial = json.dumps(self.saved())
        self.helper.layout = Layout(*self.parts())

    def parts(self) -> list[Any]:
        who = Div(
            Field("contact_name", wrapper_class="flex-fill"),
            Field("contact_email", wrapper_class="flex-fill"),
            css_class="pair",
        )
        return ["name", "purpose", "meets", who, "seen"]

    def saved(self) -> dict[str, str]:
        return {name: self.initial.get(name) or "" for name in GroupForm.Meta.fields}

    def seen_words(self) -> dict[str, str]:
        """Empty if somebody tampered with it: then nothing was seen."""
        try:
            seen = json.loads(self.cleaned_data["seen"])
        except ValueError:
            return {}
        return seen if isinstance(seen, dict) else {}


class AddGroupForm(GroupForm):
    """A new group. Its code is its address, and stays."""

    code = forms.CharField(
        label="Code",
        max_length=6,
        validators=[RegexValidator(r"\A[A-Z0-9]+\Z", "Use letters and figures only.")],
        help_text="Two or three letters, such as ET. It stands in tables and in the group’s "
        "address, and stays.",
    )

    class Meta(GroupForm.Meta):
        fields = ["code", *GroupForm.Meta.fields]

    def parts(self) -> list[Any]:
        return [Field("code", css_class="short"), *super().parts()]

    def clean_code(self) -> str:
        code: str = self.cleaned_data["code"]
        if taken := WorkGroup.objects.filter(code__iexact=code).first():
            raise ValidationError(f"{taken} has this code.")
        return code


class MemberForm(PortalModelForm):
    """Somebody of a group, `instance.group`. The address is never shown."""

    email = AddressField(
        label="E-mail",
        required=False,
        help_text="Never shown. Only editors of the plan see it.",
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )

    class Meta:
        model = GroupMember
        fields = ("name", "organization_name", "email", "is_shown")
        labels = {
            "organization_name": "Organization",
            "is_shown": "Name this person on the group’s page",
        }
        help_texts = {"is_shown": "Only if they agree."}
        widgets = {"organization_name": forms.TextInput(attrs={"list": ORGANIZATIONS_ID})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper.layout = Layout("name", "organization_name", "email", "is_shown")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        twins = GroupMember.objects.filter(
            group=self.instance.group,
            name=cleaned.get("name"),
            organization_name=cleaned.get("organization_name", ""),
        )
        if twins.exclude(pk=self.instance.pk).exists():
            self.add_error("name", "This person is in the group already.")
        return cleaned
