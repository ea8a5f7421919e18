"""What staff type of a comment that came on paper, by e-mail or at a meeting."""

import uuid
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Any

from crispy_forms.layout import Div, Field, Layout
from django import forms
from django.utils import timezone

from accounts.forms import PortalForm, PortalModelForm
from accounts.forms.address import AddressField
from plans.actions.submissions import Piece
from plans.choices import Relation, Shown, Source, Stance
from plans.comments.pieces import left_over, number_in, paragraphs, place_of
from plans.forms.fields import ProseField
from plans.models import COMMENT_LIMIT, Comment, Plan, Submission, VersionItem
from vocabularies.models import Region
from vocabularies.text import without_accents

MOST_PIECES = 60
OLDEST = timedelta(days=3650)
RELATIONS = {
    Relation.WORKS: "Works there",
    Relation.LEADS: "Owns or leads it",
    Relation.STUDIES: "Studies or trains there",
    Relation.MEMBER: "Is a member or volunteer",
    Relation.SELF: "Speaks for themselves",
}
SHOWN = {
    Shown.ALL: "Name and organization",
    Shown.ORGANIZATION: "The organization only",
    Shown.WORDS: "Only the words",
}


class SubmissionForm(PortalModelForm):
    """How it came, from whom, and all that it says."""

    source = forms.ChoiceField(
        label="How it came",
        choices=[one for one in Source.choices if one[0] != Source.WEB],
        widget=forms.RadioSelect,
        error_messages={"required": "Choose how it came."},
    )
    said_on = forms.DateField(
        label="Day",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text="On which it was written, received or said. Readers see it.",
        error_messages={
            "required": "Choose the day on which it was written, received or said.",
            "invalid": "Write a day, such as 2026-05-14.",
        },
    )
    text = ProseField(
        label="All that it says",
        max_length=50_000,
        rows=14,
        help_text="As it came, to the last word. You split it into comments on the next page.",
        error_messages={"required": "Type what it says."},
    )
    email = AddressField(
        label="E-mail",
        required=False,
        help_text="If they gave one. Never shown; decisions and answers go there.",
    )
    relation = forms.ChoiceField(
        label="How they belong to it", choices=list(RELATIONS.items()), initial=Relation.SELF
    )
    shown = forms.ChoiceField(
        label="What may be shown",
        choices=list(SHOWN.items()),
        initial=Shown.WORDS,
        widget=forms.RadioSelect,
        help_text="Show a name only where the person agreed to it.",
    )
    token = forms.UUIDField(widget=forms.HiddenInput, required=False)

    class Meta:
        model = Submission
        fields = ["source", "said_on", "note", "text", "name", "email"]
        fields += ["organization_name", "kind", "relation", "shown"]

    def __init__(self, *args: Any, plans: Sequence[Plan] = (), **kwargs: Any) -> None:
        """`plans`: which it may be about, the likeliest first; one is no choice."""
        initial = {"token": uuid.uuid4()} | (kwargs.pop("initial", None) or {})
        super().__init__(*args, initial=initial, **kwargs)
        self.plans = {str(plan.pk): plan for plan in plans}
        if len(self.plans) > 1:
            self.fields["plan"] = forms.ChoiceField(
                label="About which plan",
                choices=[(pk, str(plan)) for pk, plan in self.plans.items()],
            )
        self.fields["note"].label = "Where, in a few words"
        self.fields["name"].label = "Name"
        self.fields["name"].help_text = "If it is known."
        self.fields["organization_name"].label = "Organization they spoke for"
        self.fields["organization_name"].widget.attrs["list"] = "known-organizations"
        self.fields["kind"].label = "Kind of organization"
        self.fields["kind"].choices = [  # type: ignore[attr-defined]
            ("", "Not said"),
            *[one for one in self.fields["kind"].choices if one[0]],  # type: ignore[attr-defined]
        ]
        self.helper.layout = Layout(
            Field("source"),
            Field("said_on", css_class="mid"),
            Field("note"),
            Field("text"),
            Div(
                Field("name", wrapper_class="flex-fill"),
                Field("email", wrapper_class="flex-fill"),
                css_class="pair",
            ),
            Field("organization_name"),
            Field("kind", css_class="mid"),
            Field("relation", css_class="mid"),
            Field("shown"),
            Field("token"),
        )
        if "plan" in self.fields:
            self.helper.layout.insert(0, Field("plan", css_class="mid"))

    def plan_chosen(self) -> Plan:
        return self.plans.get(self.cleaned_data.get("plan", "")) or next(iter(self.plans.values()))

    def clean_said_on(self) -> date:
        day = self.cleaned_data["said_on"]
        today = timezone.localdate(timezone=Region.current().zone)
        if day > today:
            raise forms.ValidationError("Choose a day that is over, or today.")
        if day < today - OLDEST:
            raise forms.ValidationError("Choose a day within the last ten years.")
        return day

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        belongs = cleaned.get("relation", Relation.SELF) != Relation.SELF
        if "organization_name" in cleaned:
            if cleaned["organization_name"] and not belongs and "relation" in cleaned:
                self.add_error("relation", "Choose how they belong to this organization.")
            elif not cleaned["organization_name"] and (belongs or cleaned.get("kind")):
                self.add_error("organization_name", "Name the organization, or choose none of it.")
        return cleaned


class PieceForm(PortalForm):
    """Words of the text, and the item that they are about."""

    token = forms.UUIDField(widget=forms.HiddenInput)
    text = ProseField(
        label="Words",
        required=False,
        max_length=COMMENT_LIMIT,
        rows=4,
    )
    item = forms.CharField(
        label="About",
        required=False,
        max_length=120,
        widget=forms.TextInput(attrs={"list": "items-of-plan", "autocomplete": "off"}),
    )
    stance = forms.ChoiceField(
        label="In a word", required=False, choices=[("", "Left open"), *Stance.choices]
    )

    def __init__(
        self, *args: Any, source: str, nodes: Sequence[VersionItem], is_kept: bool, **kwargs: Any
    ) -> None:
        """`source`: the whole text; `is_kept`: the words are a comment already."""
        super().__init__(*args, **kwargs)
        self.source, self.nodes, self.is_kept = source, nodes, is_kept
        self.node: VersionItem | None = None
        self.helper.layout = Layout(
            Field("token"),
            Field("text"),
            Div(
                Field("item", wrapper_class="flex-fill"),
                Field("stance", wrapper_class="flex-fill"),
                css_class="pair",
            ),
        )

    def clean_item(self) -> str:
        typed = self.cleaned_data["item"]
        if not typed:
            return ""
        found = find_node(self.nodes, typed)
        if len(found) == 1:
            self.node = found[0]
            return typed
        if not found:
            raise forms.ValidationError("No item of that version has this number or these words.")
        named = "; ".join(f"{node.number} {node.title[:50]}" for node in found[:4])
        more = " and more" if len(found) > 4 else ""
        raise forms.ValidationError(f"Several items fit: {named}{more}. Write the number.")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        text = cleaned.get("text", "")
        if text and place_of(self.source, text) is None:
            self.add_error(
                "text", "These words are not in the text as it came. Copy them from it unchanged."
            )
        if not text and cleaned.get("item") and "text" not in self.errors:
            self.add_error("text", "Copy the words that are about this item.")
        if text and self.is_kept and not self.data.get(self.add_prefix("item")):
            self.add_error("item", "Choose the item, or empty the words to take the comment out.")
        return cleaned

    @property
    def piece(self) -> Piece | None:
        """What is to be kept; None for a row that is left out."""
        data = self.cleaned_data
        if not data["text"] or self.node is None:
            return None
        return Piece(data["token"], self.node, data["text"], data["stance"])


class PieceForms:
    """The rows of the page that splits a text. `more`: how many empty ones to add."""

    def __init__(
        self,
        data: Any,
        *,
        submission: Submission,
        comments: Sequence[Comment],
        nodes: Sequence[VersionItem],
    ) -> None:
        self.submission, self.nodes = submission, nodes
        self.kept = {str(one.form_token): one for one in comments}
        rows = [*self._posted(data)] if data is not None else [*self._stored(comments)]
        if data is not None and data.get("do") == "more":
            rows += [{"token": str(uuid.uuid4())} for _ in range(min(3, MOST_PIECES - len(rows)))]
        self.forms = [self._row(n, row, data is not None) for n, row in enumerate(rows)]

    def _posted(self, data: Any) -> Iterator[dict[str, str]]:
        for n in range(MOST_PIECES):
            if f"{n}-token" in data:
                yield {name: data.get(f"{n}-{name}", "") for name in PieceForm.base_fields}

    def _stored(self, comments: Sequence[Comment]) -> Iterator[dict[str, str]]:
        """Its comments; at first a row a paragraph, with the item that it names."""
        for one in comments:
            yield {
                "token": str(one.form_token),
                "text": one.text,
                "item": one.number,
                "stance": one.stance,
            }
        free = left_over(self.submission.text, [one.text for one in comments])
        numbers = [node.number for node in self.nodes]
        if not comments:
            free = [part for run in free for part in paragraphs(run)]
        for words in free[: 20 if not comments else 3]:
            yield {
                "token": str(uuid.uuid4()),
                "text": words if len(words) <= COMMENT_LIMIT else "",
                "item": "" if comments else number_in(words, numbers),
            }

    def _row(self, n: int, row: dict[str, str], is_bound: bool) -> PieceForm:
        values = {f"{n}-{name}": value for name, value in row.items()} if is_bound else None
        return PieceForm(
            values,
            prefix=str(n),
            initial=row,
            source=self.submission.text,
            nodes=self.nodes,
            is_kept=row["token"] in self.kept,
        )

    def is_valid(self) -> bool:
        return all([form.is_valid() for form in self.forms])

    @property
    def wrong(self) -> list[tuple[str, str]]:
        """(sentence, anchor of its field) for the top of the page."""
        return [
            (f"Piece {n}: {sentence}", f"id_{form.prefix}-{name}")
            for n, form in enumerate(self.forms, 1)
            for name, sentences in form.errors.items()
            for sentence in sentences
        ]

    @property
    def pieces(self) -> list[Piece]:
        return [piece for form in self.forms if (piece := form.piece)]

    @property
    def taken_out(self) -> list[Comment]:
        """Comments that stand now and would not any more."""
        stay = {str(piece.token) for piece in self.pieces}
        return [one for token, one in self.kept.items() if token not in stay]


def find_node(nodes: Sequence[VersionItem], typed: str) -> list[VersionItem]:
    """The item whose number the words begin with, else those that hold them all."""
    words = without_accents(typed).split()
    by_number = {node.number: node for node in nodes}
    if words and (node := by_number.get(words[0].rstrip("."))):
        return [node]
    return [
        node
        for node in nodes
        if words
        and all(word in without_accents(f"{node.title} {node.statement}") for word in words)
    ]
