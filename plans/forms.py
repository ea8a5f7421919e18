"""The shape of what people type about the plan."""

import re
import uuid
from datetime import datetime, timedelta
from typing import Any

from crispy_forms.layout import Div, Field, Layout
from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from accounts.forms import PortalForm, PortalModelForm
from accounts.forms.address import AddressField
from accounts.strangers import is_quick, opened_at, stamp
from plans.actions import ActionDraft, ItemDraft, Voice
from plans.choices import DeclineReason, Involvement, Kind, Relation, Shown, Stage, Status
from plans.models import COMMENT_LIMIT, Comment, Item, WorkGroup
from vocabularies.text import CONTROLS, DIRECTION_MARKS, plain_line

ORGANIZATIONS_ID = "known-organizations"


class ProseField(forms.CharField):
    """Lines as they were meant: a browser counts a line break once and sends it as two."""

    def __init__(self, **kwargs: Any) -> None:
        rows = kwargs.pop("rows", 6)
        super().__init__(widget=forms.Textarea(attrs={"rows": rows}), **kwargs)

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        text = re.sub(r"\r\n?", "\n", text or "")
        return DIRECTION_MARKS.sub("", CONTROLS.sub("", text))


class AddressForm(PortalForm):
    """The right address, where the first was mistyped."""

    email = AddressField(label="The right address", help_text="Your comment is kept as it is.")


class VersionQuery(forms.Form):
    """`?version=`, `?after=`: whole numbers that the database can hold."""

    version = forms.IntegerField(min_value=1, max_value=9_999, required=False)
    after = forms.IntegerField(min_value=0, max_value=2**53, required=False)


class CompareQuery(forms.Form):
    """Which two versions, oldest first; none given means the last two."""

    older = forms.IntegerField(min_value=1, max_value=9_999, required=False)
    newer = forms.IntegerField(min_value=1, max_value=9_999, required=False)


class VoiceForm(PortalModelForm):
    """What a commenter says and for whom; what its author may change later."""

    text = ProseField(
        label="What would you keep, change or add?",
        max_length=COMMENT_LIMIT,
        help_text=f"Name the number if you can, such as 3.2.2. Up to {COMMENT_LIMIT:,} characters.",
        error_messages={"required": "Write what you would keep, change or add."},
    )
    organization_name = forms.CharField(
        label="Organization you represent",
        max_length=120,
        required=False,
        validators=[plain_line],
        help_text="Leave it empty if you speak for yourself.",
        widget=forms.TextInput(attrs={"autocomplete": "organization", "list": ORGANIZATIONS_ID}),
    )
    kind = forms.ChoiceField(
        label="Kind of organization",
        required=False,
        choices=[("", "Choose one, if you represent one"), *Kind.choices],
    )
    relation = forms.ChoiceField(
        label="How you belong to it", choices=Relation.choices, initial=Relation.SELF
    )
    shown = forms.ChoiceField(
        label="What may be shown",
        choices=Shown.choices,
        initial=Shown.ALL,
        widget=forms.RadioSelect,
    )

    class Meta:
        model = Comment
        fields = ["text", "organization_name", "kind", "relation", "shown"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper.layout = Layout(*self.parts())

    def parts(self) -> list[Any]:
        return [
            Field("text"),
            Field("organization_name"),
            Field("kind", css_class="mid"),
            Field("relation", css_class="mid"),
            Field("shown"),
        ]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("organization_name") and cleaned.get("relation") == Relation.SELF:
            self.add_error("relation", "Choose how you belong to this organization.")
        if "organization_name" in cleaned and not cleaned["organization_name"]:
            if cleaned.get("relation", Relation.SELF) != Relation.SELF:
                self.add_error(
                    "organization_name", "Name the organization, or choose “I speak for myself”."
                )
            elif cleaned.get("kind"):
                self.add_error(
                    "organization_name",
                    "Name the organization, or choose no kind if you speak for yourself.",
                )
        return cleaned

    def voice(self) -> Voice:
        data = self.cleaned_data
        return Voice(
            text=data["text"],
            name=data.get("name", self.instance.name),
            email=data.get("email", self.instance.email),
            organization_name=data["organization_name"],
            kind=data["kind"],
            relation=data["relation"],
            shown=data["shown"],
        )


class CommentForm(VoiceForm):
    """The public form. `website` is a trap that no person sees; `opened` says when it was shown,
    `version` which version was read, `token` that it was sent before."""

    name = forms.CharField(
        label="Your name",
        max_length=80,
        validators=[plain_line],
        help_text="You choose below whether it is shown.",
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        error_messages={"required": "Write your name. You choose below whether it is shown."},
    )
    email = AddressField(label="E-mail", help_text="Never shown. We send one link to confirm.")
    website = forms.CharField(
        label="Leave this empty",
        required=False,
        widget=forms.TextInput(attrs={"tabindex": "-1", "autocomplete": "off"}),
    )
    opened = forms.CharField(widget=forms.HiddenInput, required=False)
    version = forms.IntegerField(
        widget=forms.HiddenInput, required=False, min_value=1, max_value=9_999
    )
    token = forms.UUIDField(widget=forms.HiddenInput, required=False)

    class Meta(VoiceForm.Meta):
        fields = [*VoiceForm.Meta.fields, "name", "email"]

    def __init__(self, *args: Any, version: int | None = None, **kwargs: Any) -> None:
        shown = {"opened": stamp(), "version": version, "token": uuid.uuid4()}
        initial = shown | (kwargs.pop("initial", None) or {})
        super().__init__(*args, initial=initial, **kwargs)
        if self.is_bound and opened_at(str(self.data.get("opened", ""))) is None:
            self.data = {**self.data.dict(), "opened": stamp()}  # type: ignore[attr-defined]
            self.stamped = False
        else:
            self.stamped = True

    def parts(self) -> list[Any]:
        text, organization, kind, relation, shown = super().parts()
        return [
            text,
            organization,
            kind,
            relation,
            Div(
                Field("name", wrapper_class="flex-fill"),
                Field("email", wrapper_class="flex-fill"),
                css_class="pair",
            ),
            shown,
            Div(Field("website"), hidden=True),
            Field("opened"),
            Field("version"),
            Field("token"),
        ]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if not self.stamped:
            raise ValidationError("This page was open too long. Look it over and send it again.")
        return cleaned

    @property
    def is_trap(self) -> bool:
        return bool(self.data.get("website"))

    def voice(self) -> Voice:
        voice = super().voice()
        voice.quick = is_quick(self.cleaned_data["opened"])
        return voice


class DecideForm(PortalForm):
    """A moderator's decision. The reason is asked only for a refusal. `seen` stands for the
    words on the page; the template writes it, also where no reason is asked."""

    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    reason = forms.ChoiceField(
        label="Reason, if it is not shown",
        required=False,
        choices=[("", "Choose one"), *DeclineReason.choices],
        help_text="The author reads it. “It tells who a student is” also erases the words.",
    )
    words = ProseField(
        label="Words to the author",
        required=False,
        max_length=500,
        rows=3,
        help_text="If you wish. They are sent with the reason.",
    )

    def __init__(self, *args: Any, declining: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.declining = declining
        self.helper.layout = Layout(Field("reason", css_class="mid"), Field("words"))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if self.declining and not cleaned.get("reason") and "reason" not in self.errors:
            self.add_error("reason", "Choose the reason, so that the author can be told.")
        return cleaned


class ActionForm(PortalForm):
    """One action of an item; `id` is empty for a new one."""

    id = forms.UUIDField(widget=forms.HiddenInput, required=False)
    text = forms.CharField(
        label="Action",
        max_length=300,
        validators=[plain_line],
        error_messages={"required": "Write what is to be done, or remove the action."},
    )
    status = forms.ChoiceField(choices=Status.choices, initial=Status.NOT_STARTED)


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

    def __init__(self, *args: Any, groups: list[WorkGroup], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.groups = groups
        for group in groups:
            self.fields[f"role-{group.code}"] = forms.ChoiceField(
                label=group.name,
                required=False,
                choices=[("", "No role"), *Involvement.choices],
            )
        self.helper.layout = Layout("handle", "statement", "text", "evidence", "revision")

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
            actions=[ActionDraft(a["text"], a["status"], a["id"]) for a in actions],
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


class ClosingField(forms.DateTimeField):
    """A day and time on the clock of the page."""

    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")

    def __init__(self, **kwargs: Any) -> None:
        formats = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"]
        super().__init__(label="Comments close", input_formats=formats, **kwargs)


def zone_in_words() -> str:
    """The clock of the page: "America/Chicago time (now CDT)"."""
    zone = timezone.get_current_timezone_name().replace("_", " ")
    return f"{zone} time (now {timezone.localtime():%Z})"


def trouble_with_closing(closes_at: datetime | None) -> str:
    """Why comments cannot close then; "" if they can."""
    now = timezone.now()
    if not closes_at or closes_at <= now:
        return "Choose a time in the future."
    return "Choose a time within a year." if closes_at > now + timedelta(days=366) else ""


class WindowForm(PortalForm):
    """Until when the version that is read takes comments."""

    closes_at = ClosingField(error_messages={"required": "Choose a day and a time."})

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["closes_at"].help_text = f"In {zone_in_words()}."
        self.helper.layout = Layout(Field("closes_at", css_class="mid"))

    def clean_closes_at(self) -> datetime:
        closes_at: datetime = self.cleaned_data["closes_at"]
        if trouble := trouble_with_closing(closes_at):
            raise ValidationError(trouble)
        return closes_at


class PublishForm(PortalForm):
    """What a new version is, until when it takes comments, and why it is made. `seen` stands
    for the working copy on the page; the template writes it, anew each time."""

    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    stage = forms.ChoiceField(label="What this version is", widget=forms.RadioSelect, choices=[])
    closes_at = ClosingField(required=False)
    changelog = ProseField(
        label="What changed and why",
        max_length=5_000,
        help_text="For readers of the plan, in a few sentences. A blank line starts a "
        "paragraph, a dash a list.",
        error_messages={"required": "Say in a few sentences what changed and why."},
    )

    def __init__(self, *args: Any, stages: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        words = {Stage.COMMENT: "For comment", Stage.ADOPTED: "As adopted"}
        self.fields["stage"].choices = [(s, words[Stage(s)]) for s in stages]  # type: ignore[attr-defined]
        self.fields["stage"].initial = stages[0] if stages else None
        self.fields["closes_at"].help_text = f"For comment only. In {zone_in_words()}."
        self.helper.layout = Layout("stage", Field("closes_at", css_class="mid"), "changelog")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("stage") == Stage.COMMENT and "closes_at" not in self.errors:
            trouble = trouble_with_closing(cleaned.get("closes_at"))
            if trouble:
                self.add_error("closes_at", trouble)
        return cleaned
