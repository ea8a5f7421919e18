"""Moving, splitting, merging and retiring items of the working copy."""

import uuid
from typing import Any

from crispy_forms.layout import Layout
from django import forms

from accounts.forms import PortalForm
from plans.actions import ItemDraft, Part, Words
from plans.forms.fields import ProseField
from plans.models import Action, Item, RoleAssignment
from vocabularies.text import plain_line

WAYS = "up down indent outdent before after under".split()


class MoveForm(PortalForm):
    """A button or a drop of the tree. `seen`: plans.actions.structure.place_of."""

    to = forms.ChoiceField(choices=[(to, to) for to in WAYS])
    target = forms.UUIDField(required=False)
    seen = forms.CharField(required=False, max_length=80)


class RetireForm(PortalForm):
    """Why an item leaves the plan; or, bringing it back, at which place."""

    reason = forms.CharField(required=False, max_length=500, validators=[plain_line])
    at = forms.IntegerField(required=False, min_value=1, max_value=999)


class TreeQuery(forms.Form):
    """What the tree editor's address may ask: which plan, which branch; what was just done."""

    plan = forms.IntegerField(required=False, min_value=1, max_value=2**53)
    under = forms.UUIDField(required=False)
    at = forms.UUIDField(required=False)
    to = forms.ChoiceField(required=False, choices=[(to, to) for to in WAYS])
    retired = forms.UUIDField(required=False)
    place = forms.IntegerField(required=False, min_value=1, max_value=999)


class FindForm(PortalForm):
    """What somebody looks for in the working copy."""

    q = forms.CharField(required=False, max_length=100, label="Number, name or words")


def _handle(label: str = "Name") -> forms.CharField:
    return forms.CharField(label=label, max_length=60, required=False, validators=[plain_line])


def _statement(label: str = "Statement") -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=300,
        validators=[plain_line],
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": "Write what shall be, in one sentence."},
    )


def _reason(help_text: str) -> forms.CharField:
    return forms.CharField(
        label="Why",
        max_length=500,
        validators=[plain_line],
        help_text=help_text,
        error_messages={"required": "Say why, in a sentence."},
    )


class SplitForm(PortalForm):
    """Two items out of one: what the new one says, what stays, and what goes along."""

    handle = _handle("Name of the new item")
    statement = _statement("Statement of the new item")
    new_text = ProseField(label="Text of the new item", required=False, max_length=20_000)
    new_evidence = ProseField(
        label="Evidence of the new item", required=False, max_length=5_000, rows=3
    )
    text = ProseField(label="Text that stays", required=False, max_length=20_000)
    evidence = ProseField(label="Evidence that stays", required=False, max_length=5_000, rows=3)
    actions = forms.MultipleChoiceField(
        label="Actions that go to the new item", required=False, widget=forms.CheckboxSelectMultiple
    )
    children = forms.MultipleChoiceField(
        label="What goes under the new item", required=False, widget=forms.CheckboxSelectMultiple
    )
    reason = _reason("Readers see it in the history of both items.")
    revision = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=2**31 - 1)

    def __init__(
        self,
        *args: Any,
        doing: list[Action],
        below: list[Item],
        held: list[RoleAssignment],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.codes = [one.group.code for one in held]
        self.fields["actions"].choices = [(str(a.pk), a.text) for a in doing]  # type: ignore[attr-defined]
        self.fields["children"].choices = [(str(i.pk), i.title) for i in below]  # type: ignore[attr-defined]
        for one in held:
            self.fields[f"role-{one.group.code}"] = forms.ChoiceField(
                label=f"{one.group.name} has its role in",
                choices=[("both", "Both items"), ("stays", "The old one"), ("goes", "The new one")],
            )
        names = ["handle", "statement", "new_text", "text", "new_evidence", "evidence"]
        if not self["evidence"].value():
            names = [name for name in names if not name.endswith("evidence")]
        names += ["actions"] if doing else []
        names += ["children"] if below else []
        names += [f"role-{code}" for code in self.codes]
        self.helper.layout = Layout(*names, "reason", "revision")

    def stays(self) -> Words:
        data = self.cleaned_data
        where = {code: data[f"role-{code}"] for code in self.codes}
        return Words(
            revision=data["revision"],
            text=data["text"],
            evidence=data["evidence"],
            part=Part(
                actions=[uuid.UUID(pk) for pk in data["actions"]],
                children=[uuid.UUID(pk) for pk in data["children"]],
                roles_away=[code for code, to in where.items() if to == "goes"],
                roles_both=[code for code, to in where.items() if to == "both"],
            ),
        )

    def new(self) -> ItemDraft:
        data = self.cleaned_data
        return ItemDraft(data["handle"], data["statement"], data["new_text"], data["new_evidence"])


class MergeForm(PortalForm):
    """One item out of two: the words of both, to be made one."""

    handle = _handle()
    statement = _statement()
    text = ProseField(label="Text", required=False, max_length=20_000, rows=10)
    evidence = ProseField(label="Evidence", required=False, max_length=5_000, rows=5)
    reason = _reason("Readers see it in the history of the item.")
    into = forms.UUIDField(widget=forms.HiddenInput)
    revision = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=2**31 - 1)
    into_revision = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=2**31 - 1)

    def draft(self) -> ItemDraft:
        data = self.cleaned_data
        return ItemDraft(data["handle"], data["statement"], data["text"], data["evidence"])


class LinkForm(PortalForm):
    """A waiting reference and the item that it means. `back`: to the page for publishing."""

    token = forms.CharField(max_length=400)
    target = forms.UUIDField()
    back = forms.BooleanField(required=False)
