"""What a plan is called, and what of the plan before goes on in it."""

import json
import uuid
from collections.abc import Iterable, Mapping
from typing import Any

from crispy_forms.layout import Div, Field, Layout
from django import forms
from django.core.exceptions import ValidationError

from accounts.forms import PortalForm
from plans.actions import Beginning, Fate
from plans.choices import PRESET_WORDS, Passing
from plans.models import Item, Plan
from plans.structure.numbers import MAX_DEPTH, NUMBER
from vocabularies.text import plain_line

ORDINALS = ["first", "second", "third", "fourth", "fifth"]
KEEP = "keep"


class FrameForm(PortalForm):
    """Title, years, purpose, one to five levels, and a preset of roles."""

    title = forms.CharField(
        max_length=120,
        validators=[plain_line],
        help_text="Such as “Regional partnerships plan”.",
        error_messages={"required": "Give the plan a title."},
    )
    period = forms.CharField(
        label="Years",
        max_length=40,
        required=False,
        validators=[plain_line],
        help_text="Such as 2026–2028.",
    )
    purpose = forms.CharField(
        max_length=200,
        required=False,
        validators=[plain_line],
        help_text="Ends the first sentence: “so that learners meet employers before they finish”.",
    )
    preset = forms.ChoiceField(label="Roles of work groups", widget=forms.RadioSelect, choices=[])

    def __init__(
        self, *args: Any, plan: Plan | None = None, brief: bool = False, **kwargs: Any
    ) -> None:
        """`brief`: without levels and roles, which the next plan takes over."""
        initial = kwargs.pop("initial", None) or {}
        names = (plan or Plan()).level_names
        for at in range(MAX_DEPTH):
            one, many = names[at] if at < len(names) else ("", "")
            initial = {f"one-{at}": one, f"many-{at}": many} | initial
        if plan:
            initial = {
                "title": plan.title,
                "period": plan.period,
                "purpose": plan.purpose,
                "preset": KEEP,
            } | initial
        super().__init__(*args, initial=initial, **kwargs)
        self.is_brief = brief
        if brief:
            del self.fields["preset"]
            self.helper.layout = Layout("title", Field("period", css_class="mid"), "purpose")
            return
        presets = list(PRESET_WORDS.items())
        held = ", ".join(role["label"] for role in plan.roles) if plan else ""
        if plan:
            presets.insert(0, (KEEP, f"As they are: {held}"))
        self.fields["preset"].choices = presets  # type: ignore[attr-defined]
        self.fields["preset"].initial = initial.get("preset", "lead-support-advisory")
        for at in range(MAX_DEPTH):
            for key, word in (("one", "one of them"), ("many", "many of them")):
                self.fields[f"{key}-{at}"] = forms.CharField(
                    label=f"{ORDINALS[at].capitalize()} level, {word}",
                    max_length=30,
                    required=at == 0,
                    validators=[plain_line],
                    error_messages={"required": "Name the first level."},
                )
        self.helper.layout = Layout(
            "title",
            Field("period", css_class="mid"),
            "purpose",
            *[Div(f"one-{at}", f"many-{at}", css_class="who-does") for at in range(MAX_DEPTH)],
            "preset",
        )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        pairs = [
            (cleaned.get(f"one-{at}", ""), cleaned.get(f"many-{at}", "")) for at in range(MAX_DEPTH)
        ]
        for at, (one, many) in enumerate(pairs):
            if one and not many:
                self.add_error(f"many-{at}", f"What are many of them called? One is a {one}.")
            elif many and not one:
                self.add_error(f"one-{at}", f"What is one of the {many} called?")
            elif one and at and not pairs[at - 1][0]:
                self.add_error(f"one-{at}", "Name the level above it first.")
        return cleaned

    def typed(self) -> dict[str, str]:
        """As it was typed, right or wrong, to be shown again without looking at it."""
        return {name: str(self.data.get(name, "")) for name in self.fields}

    def beginning(self) -> Beginning:
        data = self.cleaned_data
        if self.is_brief:
            return Beginning(data["title"], data["period"], data["purpose"])
        pairs = [[data[f"one-{at}"], data[f"many-{at}"]] for at in range(MAX_DEPTH)]
        return Beginning(
            title=data["title"],
            period=data["period"],
            purpose=data["purpose"],
            levels=[pair for pair in pairs if pair[0]],
            preset="" if data["preset"] == KEEP else data["preset"],
        )


FATES = [
    (Passing.CARRIED, "Carry on"),
    (Passing.MERGED, "Merge into …"),
    (Passing.SPLIT, "Split in two"),
    (Passing.DROPPED, "Drop"),
]


class FateForm(PortalForm):
    """What becomes of one item in the next plan."""

    kind = forms.ChoiceField(choices=FATES, initial=Passing.CARRIED)
    into = forms.CharField(required=False, max_length=19)
    reason = forms.CharField(required=False, max_length=500, validators=[plain_line])

    def __init__(self, *args: Any, numbers: dict[str, Item], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.numbers = numbers

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        kind, into = cleaned.get("kind"), cleaned.get("into", "").strip()
        if kind and kind != Passing.CARRIED and not cleaned.get("reason") and not self.errors:
            self.add_error("reason", "Say why, in a sentence.")
        if kind == Passing.MERGED and (not NUMBER.fullmatch(into) or into not in self.numbers):
            raise ValidationError({"into": "Write the number of the item that it goes into."})
        return cleaned

    def fate(self) -> Fate:
        data = self.cleaned_data
        into: uuid.UUID | None = None
        if data["kind"] == Passing.MERGED:
            into = self.numbers[data["into"].strip()].pk
        return Fate(data["kind"], into, data["reason"])


def as_decided(fates: Mapping[uuid.UUID, Fate]) -> str:
    """What is not simply carried, as one field of a form holds it."""
    told = {
        pk.hex: [fate.kind, fate.into.hex if fate.into else "", fate.reason]
        for pk, fate in fates.items()
        if fate.kind != Passing.CARRIED
    }
    return json.dumps(told)


def decided_in(text: str, numbers: Iterable[tuple[str, Item]]) -> dict[uuid.UUID, Fate]:
    """The same read back: what is wrong, or of an item that is gone, is left out."""
    try:
        held = json.loads(text or "{}")
    except ValueError:
        return {}
    by_hex = {item.pk.hex: (number, item) for number, item in numbers}
    by_number = dict(by_hex.values())
    found: dict[uuid.UUID, Fate] = {}
    for pk, said in held.items() if isinstance(held, dict) else ():
        if pk not in by_hex or not isinstance(said, list) or len(said) != 3:
            continue
        kind, into, reason = (str(one) for one in said)
        number = by_hex[into][0] if into in by_hex else ""
        form = FateForm({"kind": kind, "into": number, "reason": reason}, numbers=by_number)
        if form.is_valid():
            found[by_hex[pk][1].pk] = form.fate()
    return found
