"""What the public types about the plan."""

import uuid
from typing import Any

from crispy_forms.layout import Div, Field, Layout
from django import forms
from django.core.exceptions import ValidationError

from accounts.forms import PortalForm, PortalModelForm
from accounts.forms.address import AddressField
from accounts.strangers import is_quick, opened_at, stamp
from plans.actions import Voice
from plans.choices import Kind, Relation, Shown, Stance
from plans.comments.flood import has_waited, has_worked, task_of, ticket_for
from plans.forms.fields import ProseField
from plans.models import COMMENT_LIMIT, Comment
from vocabularies.text import plain_line

ORGANIZATIONS_ID = "known-organizations"


class AddressForm(PortalForm):
    """The right address, where the first was mistyped."""

    email = AddressField(label="The right address", help_text="Your comment is kept as it is.")


class AppealForm(PortalForm):
    """Why a comment that is not shown should be."""

    words = ProseField(
        label="Why should it be shown?",
        max_length=1_000,
        rows=4,
        help_text="A person reads it once more and writes to you. Up to 1,000 characters.",
        error_messages={"required": "Say why it should be shown."},
    )


class VoiceForm(PortalModelForm):
    """What a commenter says and for whom; what its author may change later."""

    text = ProseField(
        label="What would you keep, change or add?",
        max_length=COMMENT_LIMIT,
        help_text=f"Name the number if you can, such as 3.2.2. Up to {COMMENT_LIMIT:,} characters.",
        error_messages={"required": "Write what you would keep, change or add."},
    )
    stance = forms.ChoiceField(
        label="What it is, in a word",
        required=False,
        choices=[*Stance.choices, ("", "I leave this open")],
        initial="",
        widget=forms.RadioSelect,
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
        choices=[("", "Choose one"), *Kind.choices],
    )
    relation = forms.ChoiceField(
        label="How you belong to that organization", choices=Relation.choices, initial=Relation.SELF
    )
    shown = forms.ChoiceField(
        label="What may be shown",
        choices=Shown.choices,
        initial=Shown.ALL,
        widget=forms.RadioSelect,
    )

    class Meta:
        model = Comment
        fields = ["text", "stance", "organization_name", "kind", "relation", "shown"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["text"].widget.attrs["data-counted"] = COMMENT_LIMIT
        self.helper.layout = Layout(*self.parts())

    def parts(self) -> list[Any]:
        return [
            Field("text"),
            Field("stance"),
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
            stance=data["stance"],
        )


def known_of(user: Any) -> dict[str, str]:
    """What somebody who is signed in need not type; nothing of anybody else."""
    known = user.is_authenticated
    return {"name": user.name if known else "", "email": user.email if known else ""}


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
    follows = forms.BooleanField(
        label="Write to me when something happens to this item", required=False, initial=True
    )
    # Of the time when very many comments come in, see plans.comments.flood.
    proof = forms.CharField(widget=forms.HiddenInput, required=False, max_length=12)
    ticket = forms.CharField(widget=forms.HiddenInput, required=False, max_length=200)

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
        text, stance, organization, kind, relation, shown = super().parts()
        return [
            text,
            stance,
            organization,
            kind,
            relation,
            Div(
                Field("name", wrapper_class="flex-fill"),
                Field("email", wrapper_class="flex-fill"),
                css_class="pair",
            ),
            shown,
            Field("follows"),
            Div(Field("website"), hidden=True),
            Field("opened"),
            Field("version"),
            Field("token"),
            Field("proof"),
            Field("ticket"),
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
        data = self.cleaned_data
        voice.quick, voice.follows = is_quick(data["opened"]), data["follows"]
        voice.worked = has_worked(data["opened"], data["token"], data["proof"]) or has_waited(
            data["ticket"], data["token"]
        )
        return voice

    def ask_for_work(self, *, spent: bool = False) -> None:
        """Very many comments come in: the browser is given a task, and a ticket to wait with.
        `spent`: what came was good for an earlier comment."""
        token, ticket = self["token"].value(), str(self["ticket"].value() or "")
        if spent or not token:
            token, ticket = uuid.uuid4(), ""
        if not ticket.startswith(f"{token}~"):
            ticket = ticket_for(token)
        given = {"token": token, "proof": "", "ticket": ticket}
        if self.is_bound:
            self.data = {**self.data.dict(), **given}  # type: ignore[attr-defined]
        else:
            self.initial = {**self.initial, **given}
        task = task_of(str(self["opened"].value()), token)
        self.fields["proof"].widget.attrs["data-task"] = task
