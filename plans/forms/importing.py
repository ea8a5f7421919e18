"""What a person brings to be read in, how they correct a line of it, and where it goes."""

import json
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from crispy_forms.layout import Layout
from django import forms
from django.core.exceptions import ValidationError

from accounts.forms import PortalForm
from plans.actions import Place
from plans.forms.fields import ProseField
from plans.importing import tree
from plans.importing.matching import Draft, Proposal
from plans.importing.reading import MOST_BYTES, read_plan, read_text
from plans.models import Plan, VersionItem, WorkGroup
from vocabularies.files import Unreadable
from vocabularies.text import plain_line

MOST_PASTED = 1_000_000


class ImportBeginForm(PortalForm):
    """Words that were pasted, or a file. `tree` is what was read of it."""

    text = ProseField(
        label="Paste the plan",
        required=False,
        rows=12,
        max_length=MOST_PASTED,
        help_text="The words of a web page or of a document, as they are.",
        error_messages={"max_length": "This is too long to paste. Bring it as a file."},
    )
    file = forms.FileField(
        label="Or choose a file",
        required=False,
        allow_empty_file=True,
        help_text="Word (.docx), text, Markdown, a saved web page, or a CSV or JSON that was taken "
        "along from here; up to 5 MB.",
        widget=forms.FileInput(
            attrs={"accept": ".docx,.txt,.md,.html,.htm,.csv,.tsv,.json,text/plain"}
        ),
    )
    plan = forms.ModelChoiceField(
        Plan.objects.none(), label="For", empty_label=None, required=False
    )
    token = forms.UUIDField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, plans: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["plan"].queryset = plans  # type: ignore[attr-defined]
        if len(plans) < 2:
            del self.fields["plan"]
        self.helper.layout = Layout("text", "file", *(["plan"] if len(plans) > 1 else []), "token")

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file and file.size > MOST_BYTES:
            raise ValidationError("This file is larger than 5 MB. Take out pictures, or split it.")
        return file

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        text, file = data.get("text"), data.get("file")
        if self.errors:
            return data
        if bool(text and text.strip()) == bool(file):
            both = "Paste the plan or choose a file, not both."
            self.add_error("text", both if file else "Paste the plan, or choose a file.")
            return data
        try:
            self.tree = read_plan(file.read()) if file else read_text(text or "")
        except Unreadable as unreadable:
            self.add_error("file" if file else "text", str(unreadable))
        return data


def kind_choices(levels: list[str]) -> list[tuple[str, str]]:
    """("item-2", "Item: strategy"), …, then the other kinds."""
    items = [(f"item-{n}", f"Item, level {n}: {word}") for n, word in enumerate(levels, start=1)]
    others = [(k, word) for k, word in tree.KINDS.items() if k not in (tree.ITEM, tree.UNKNOWN)]
    return [*items, *others]


class ImportLineForm(PortalForm):
    """One line, as it should have been understood."""

    kind = forms.ChoiceField(label="This line is")
    number = forms.CharField(
        required=False,
        max_length=19,
        validators=[plain_line],
        help_text="Of an item, as in the file. Mentions find it by this.",
    )
    handle = forms.CharField(
        label="Name",
        required=False,
        max_length=tree.MOST_HANDLE,
        validators=[plain_line],
        help_text="Of an item: a word or two that people call it by. May be empty.",
    )
    words = ProseField(
        label="Words",
        rows=4,
        max_length=tree.MOST_TEXT,
        error_messages={"required": "Write its words, or leave the line out."},
    )
    revision = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=2**31 - 1)

    def __init__(self, *args: Any, levels: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = kind_choices(levels)  # type: ignore[attr-defined]
        self.helper.layout = Layout("kind", "number", "handle", "words", "revision")

    def clean_words(self) -> str:
        words: str = self.cleaned_data["words"]
        kind = self.cleaned_data.get("kind", "")
        one_line = kind.startswith("item") or kind in (tree.ACTION, tree.ROLES, tree.TITLE)
        words = " ".join(words.split()) if one_line else words
        if kind == tree.ACTION and len(words) > tree.MOST_ACTION:
            raise ValidationError(f"An action has at most {tree.MOST_ACTION} characters.")
        if kind.startswith("item") and len(words) > tree.MOST_STATEMENT:
            raise ValidationError(f"A statement has at most {tree.MOST_STATEMENT} characters.")
        return words


@dataclass
class Choices:
    """What is ticked for single items on the page before saving, whichever part of a long list
    they are shown in: `leave` as they are, `apart` as new ones, `stay` where they stand; `retire`
    items of the plan."""

    leave: set[int] = field(default_factory=set)
    apart: set[int] = field(default_factory=set)
    stay: set[int] = field(default_factory=set)
    retire: set[uuid.UUID] = field(default_factory=set)

    @classmethod
    def of(cls, posted: Any) -> "Choices":
        """Ticked boxes, and what `kept` holds of the other parts. Wrong values are left out."""
        try:
            kept = json.loads(posted.get("kept", "") or "{}")
        except ValueError:
            kept = {}
        found = cls()
        for name in vars(found):
            more = kept.get(name) if isinstance(kept, dict) else []
            values = [*posted.getlist(name), *(more if isinstance(more, list) else [])]
            read = _pk if name == "retire" else _at
            getattr(found, name).update(one for value in values if (one := read(value)) is not None)
        return found

    def without(self, drafts: Iterable[Draft], rows: Iterable[VersionItem]) -> "Choices":
        """Those of the other parts."""
        ats = {draft.node.at for draft in drafts}
        retire = self.retire - {row.item_id for row in rows}
        return Choices(self.leave - ats, self.apart - ats, self.stay - ats, retire)

    def held(self) -> str:
        return json.dumps({name: sorted(map(str, ones)) for name, ones in vars(self).items()})


def _at(value: Any) -> int | None:
    text = str(value)
    return int(text) if text.isascii() and text.isdigit() and len(text) < 8 else None


def _pk(value: Any) -> uuid.UUID | None:
    try:
        return uuid.UUID(str(value))
    except ValueError:
        return None


class ImportPlaceForm(PortalForm):
    """Where it goes: a new plan with its name, or under an item; and which group is which.
    `is_old`: the plan or the lines are no longer as this page showed them."""

    is_old = False

    title = forms.CharField(
        label="Title of the plan",
        max_length=120,
        validators=[plain_line],
        error_messages={"required": "Give the plan a title."},
    )
    period = forms.CharField(
        required=False, max_length=40, validators=[plain_line], help_text="Such as 2026–2028"
    )
    above = forms.CharField(
        required=False,
        max_length=300,
        validators=[plain_line],
    )
    under = forms.ChoiceField(label="What is new goes", required=False)
    revision = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=2**31 - 1)
    seen = forms.CharField(widget=forms.HiddenInput, required=False, max_length=64)

    def __init__(
        self,
        *args: Any,
        plan: Plan | None,
        proposal: Proposal,
        items: list[tuple[str, Any]],
        base: int,
        above: str,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.plan = plan
        shown = ["under"] if plan else ["title", "period", "above"]
        for name in {"title", "period", "above", "under"} - set(shown):
            del self.fields[name]
        if not plan:
            self.fields["above"].label = f"{above.capitalize()} that it stands under"
            self.fields["above"].help_text = (
                f"The text begins below a {above} and does not say which. Without one, what is "
                "highest in the text becomes the first level."
            )
            if base < 2:
                del self.fields["above"]
                shown.remove("above")
        else:
            room = [(n, item) for n, item in items if n.count(".") + 1 < len(plan.level_names)]
            choices = [(str(item.pk), f"under {n} {item.title[:70]}") for n, item in room]
            by_itself = "where its number says, or at the first level"
            self.fields["under"].choices = [("", by_itself), *choices]  # type: ignore[attr-defined]
        self.unsure = [match for match in proposal.groups if not match.exact]
        known = [(group.code, group.name) for group in WorkGroup.objects.all()]
        # Where there is no group to choose, there is no question.
        self.all_new = [match.name for match in self.unsure] if not known else []
        self.unsure = self.unsure if known else []
        for n, match in enumerate(self.unsure):
            figure = f"{match.figure} % alike" if match.figure else "We have no group of this name"
            self.fields[f"group-{n}"] = forms.ChoiceField(
                label=f"Work group “{match.name}” is",
                choices=[("new", "a new work group"), *known],
                initial=match.group.code if match.group else "new",
                help_text=f"{figure}." if match.figure else figure + ".",
            )
        groups = [f"group-{n}" for n in range(len(self.unsure))]
        self.helper.layout = Layout(*shown, *groups, "revision", "seen")

    def chosen(self) -> dict[str, str]:
        return {
            match.name: self.cleaned_data[f"group-{n}"]
            for n, match in enumerate(self.unsure)
            if f"group-{n}" in self.cleaned_data
        }

    def place(self, chosen: Choices) -> Place:
        data = self.cleaned_data
        return Place(
            plan=self.plan,
            title=data.get("title", ""),
            period=data.get("period", ""),
            under=uuid.UUID(data["under"]) if data.get("under") else None,
            above=data.get("above", ""),
            groups=self.chosen(),
            leave=chosen.leave,
            apart=frozenset(chosen.apart),
            stay=chosen.stay,
            retire=chosen.retire,
            seen=data.get("seen", ""),
        )
