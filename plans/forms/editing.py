"""The shape of an item of the working copy."""

from typing import Any

from crispy_forms.layout import Layout
from django import forms

from accounts.forms import PortalForm, PortalModelForm
from plans.actions import ActionDraft, ItemDraft
from plans.forms.fields import ProseField
from plans.models import Item, Plan, WorkGroup
from vocabularies.text import plain_line


class ActionForm(PortalForm):
    """One action of an item; `id` is empty for a new one."""

    id = forms.UUIDField(widget=forms.HiddenInput, required=False)
    text = forms.CharField(
        label="Action",
        max_length=300,
        validators=[plain_line],
        error_messages={"required": "Write what is to be done, or remove the action."},
    )


ActionFormSet = forms.formset_factory(ActionForm, extra=0, max_num=60, validate_max=True)


class ItemForm(PortalForm):
    """An item of the working copy: its words and each work group's role."""

    handle = forms.CharField(
        label="Name",
        max_length=60,
        required=False,
        validators=[plain_line],
        help_text="A word or two that people call it by, such as Connections. May be empty.",
    )
    statement = forms.CharField(
        label="Statement",
        max_length=300,
        validators=[plain_line],
        help_text="What shall be, in one sentence.",
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "Write what shall be, in one sentence."},
    )
    text = ProseField(
        label="Text",
        required=False,
        max_length=20_000,
        rows=8,
        help_text="A blank line starts a paragraph, a dash a list. Name another item as [[2.2]]: "
        "its number stays right when it moves.",
    )
    evidence = ProseField(
        label="Evidence",
        required=False,
        max_length=5_000,
        rows=4,
        help_text="Why this, with its source.",
    )
    revision = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=2**31 - 1)

    def __init__(self, *args: Any, plan: Plan, groups: list[WorkGroup], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.groups = groups
        self.alone = {role["key"]: role["label"] for role in plan.roles if role["only_one"]}
        for group in groups:
            self.fields[f"role-{group.code}"] = forms.ChoiceField(
                label=group.name,
                required=False,
                choices=[("", "No role"), *((r["key"], r["label"]) for r in plan.roles)],
            )
        self.helper.layout = Layout("handle", "statement", "text", "evidence", "revision")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for key, word in self.alone.items():
            having = [g for g in self.groups if cleaned.get(f"role-{g.code}") == key]
            for group in having[1:]:
                words = f"Only one group can be {word}, and {having[0]} is."
                self.add_error(f"role-{group.code}", words)
        return cleaned

    @property
    def role_fields(self) -> list[forms.BoundField]:
        return [self[f"role-{group.code}"] for group in self.groups]

    def draft(self, actions: list[dict[str, Any]]) -> ItemDraft:
        data = self.cleaned_data
        return ItemDraft(
            handle=data["handle"],
            statement=data["statement"],
            text=data["text"],
            evidence=data["evidence"],
            roles={group.code: data[f"role-{group.code}"] for group in self.groups},
            actions=[ActionDraft(a["text"], a["id"]) for a in actions],
        )


class AddItemForm(PortalModelForm):
    """A new item: enough to stand in the tree; the rest is written on its own page. The same
    `token` (the same form sent twice) makes one."""

    token = forms.UUIDField(widget=forms.HiddenInput, required=False)

    class Meta:
        model = Item
        fields = ("handle", "statement")
        labels = {"handle": "Name"}
        widgets = {"statement": forms.Textarea(attrs={"rows": 3})}
