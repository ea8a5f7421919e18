"""A reviewer's forms: the decision with remarks field by field, trust, policy, reports."""

import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from crispy_forms.layout import Div, Layout
from django import forms
from django.core.exceptions import ValidationError

from accounts.forms import PortalForm
from accounts.forms.address import AddressField
from accounts.forms.base import dress
from accounts.strangers import is_quick, opened_at, stamp
from employers.choices import LiveEdits, ReportReason
from employers.coach.facts import FEDERAL_MINIMUM
from employers.forms.fields import PlainDecimalField, PlainIntegerField

if TYPE_CHECKING:
    from employers.postings.remarks import FieldSeen

# Room for a usual reason before it, within the column.
OWN_WORDS = 400


@dataclass(frozen=True)
class RemarkDraft:
    """A remark as it is about to be made."""

    field: str
    reason: str
    proposed: str = ""


@dataclass(frozen=True)
class FieldRow:
    """One field on the review page with its three answers."""

    seen: Any
    pick: Any
    own: Any
    propose: Any
    was: Any
    is_open: bool


class ReviewForm(PortalForm):
    """Staff's decision on what they have seen, with remarks on single fields.

    For each field: `pick-` a usual reason, `own-` words of one's own, `propose-` other words for
    it, prefilled with the present ones that `was-` repeats: what is left alone proposes nothing.
    """

    seen = forms.CharField(max_length=40, widget=forms.HiddenInput)
    reason = forms.CharField(
        label="What should they mend, in all?",
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="They get these words and your remarks by e-mail and see them beside the "
        "posting. With remarks you can leave this empty.",
    )

    def __init__(self, *args: Any, seen_fields: "list[FieldSeen]", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.seen_fields = seen_fields
        self.helper.layout = Layout("reason", "seen")
        known = set(self.fields)
        for seen in seen_fields:
            self._ask_about(seen)
        for name in self.fields.keys() - known:
            dress(self.fields[name])

    def _ask_about(self, seen: "FieldSeen") -> None:
        self.fields[f"pick-{seen.name}"] = forms.ChoiceField(
            label="Why",
            required=False,
            choices=[("", "Choose one"), *((words, words) for words in seen.reasons)],
        )
        self.fields[f"own-{seen.name}"] = forms.CharField(
            label="In your own words",
            required=False,
            max_length=OWN_WORDS,
            widget=forms.Textarea(attrs={"rows": 2}),
        )
        if not seen.is_text:
            return
        rows = 6 if len(seen.words) > 200 else 2
        self.fields[f"propose-{seen.name}"] = forms.CharField(
            label="Words you propose",
            required=False,
            max_length=5000,
            initial=seen.words,
            widget=forms.Textarea(attrs={"rows": rows}),
            help_text="They can take them with one click. Left alone, nothing is proposed.",
        )
        self.fields[f"was-{seen.name}"] = forms.CharField(
            required=False, max_length=6000, initial=seen.words, widget=forms.HiddenInput
        )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        self.remarks = [draft for seen in self.seen_fields if (draft := self._draft(seen))]
        return cleaned

    def _draft(self, seen: "FieldSeen") -> RemarkDraft | None:
        said = [self.cleaned_data.get(f"{part}-{seen.name}") or "" for part in ("pick", "own")]
        reason = " ".join(filter(None, said))
        proposed = _lines(self.cleaned_data.get(f"propose-{seen.name}"))
        if proposed in (_lines(self.cleaned_data.get(f"was-{seen.name}")), _lines(seen.words)):
            proposed = ""
        if not reason and not proposed:
            return None
        return RemarkDraft(seen.name, reason, proposed)

    def sections(self) -> list[tuple[Any, list[FieldRow], list[FieldRow], bool]]:
        """(section, rows of what is said, rows of what is not, whether one of these is open) in
        the order of the form."""
        found: dict[str, tuple[Any, list[FieldRow], list[FieldRow]]] = {}
        for seen in self.seen_fields:
            entry = found.setdefault(seen.section.slug, (seen.section, [], []))
            entry[1 if seen.words else 2].append(self._row(seen))
        return [
            (section, said, unsaid, any(row.is_open for row in unsaid))
            for section, said, unsaid in found.values()
        ]

    def _row(self, seen: "FieldSeen") -> FieldRow:
        parts = {
            part: self[f"{part}-{seen.name}"] if f"{part}-{seen.name}" in self.fields else None
            for part in ("pick", "own", "propose", "was")
        }
        typed = parts["pick"].value() or parts["own"].value()  # type: ignore[union-attr]
        if parts["propose"] is not None and parts["was"] is not None:
            typed = typed or _lines(parts["propose"].value()) != _lines(parts["was"].value())
        is_wrong = any(part is not None and part.errors for part in parts.values())
        return FieldRow(seen, is_open=bool(typed or is_wrong), **parts)


def kept_for(data: Any, fields: "list[FieldSeen]", seen: str) -> Any:
    """What was typed, for the page as it is now: proposals that were left alone follow the words
    that changed meanwhile."""
    kept = data.copy()
    kept["seen"] = seen
    for field in fields:
        propose, was = f"propose-{field.name}", f"was-{field.name}"
        if field.is_text and _lines(kept.get(propose)) == _lines(kept.get(was)):
            kept[propose] = field.words
        kept[was] = field.words
    return kept


def _lines(text: str | None) -> str:
    """A browser sends a line break as two characters."""
    return (text or "").replace("\r\n", "\n").replace("\r", "\n").strip()


class RemarkAnswerForm(PortalForm):
    """An employer's answer to a remark. `revision` is that of the words on the page."""

    revision = forms.IntegerField(min_value=0, max_value=2**31 - 1, widget=forms.HiddenInput)
    answer = forms.CharField(
        label="Your answer",
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Why it should stay as it is. The reviewer reads it.",
    )

    def __init__(self, *args: Any, answering: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.answering = answering

    def clean_answer(self) -> str:
        answer: str = self.cleaned_data["answer"]
        if self.answering and not answer:
            raise ValidationError("Write your answer.")
        return answer


class ReportForm(PortalForm):
    """The public form. `website` is a trap that no person sees; `opened` says when it was shown,
    `token` that it was sent before."""

    reason = forms.ChoiceField(
        label="What is wrong?",
        choices=ReportReason.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose what is wrong."},
    )
    text = forms.CharField(
        label="What did you see?",
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text="Up to 1,000 characters. Leave out names of learners.",
    )
    email = AddressField(
        label="Your e-mail, if you want an answer",
        required=False,
        help_text="The employer never sees it. We erase it once we have answered, after three "
        "months at the latest.",
    )
    website = forms.CharField(
        label="Leave this empty",
        required=False,
        widget=forms.TextInput(attrs={"tabindex": "-1", "autocomplete": "off"}),
    )
    opened = forms.CharField(widget=forms.HiddenInput, required=False)
    token = forms.UUIDField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, initial={"opened": stamp(), "token": uuid.uuid4()}, **kwargs)
        self.is_stamped = True
        if self.is_bound and opened_at(str(self.data.get("opened", ""))) is None:
            self.data = {**self.data.dict(), "opened": stamp()}  # type: ignore[attr-defined]
            self.is_stamped = False
        self.helper.layout = Layout(
            "reason", "text", "email", Div("website", hidden=True), "opened", "token"
        )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if not self.is_stamped:
            raise ValidationError("This page was open too long. Look it over and send it again.")
        if cleaned.get("reason") == ReportReason.OTHER and not cleaned.get("text"):
            if "text" not in self.errors:
                self.add_error("text", "Say in a few words what is wrong.")
        return cleaned

    @property
    def is_trap(self) -> bool:
        return bool(self.data.get("website"))

    def given(self) -> dict[str, Any]:
        """What `give_report` takes."""
        data = self.cleaned_data
        given = {name: data[name] for name in ("reason", "text", "email")}
        return given | {
            "form_token": data["token"] or uuid.uuid4(),
            "is_quick": is_quick(data["opened"]),
        }


class VerdictForm(PortalForm):
    """What staff found about a posting that was reported. The buttons say what follows."""

    seen = forms.CharField(max_length=40, widget=forms.HiddenInput)
    found = forms.CharField(
        label="What did you find?",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Kept in the history; whoever left an address reads it.",
        error_messages={"required": "Say what you found."},
    )
    tell = forms.CharField(
        label="What should the employer mend?",
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Only if you take the posting down. They get these words; they are not told "
        "that or by whom it was reported.",
    )

    def __init__(self, *args: Any, take_down: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.take_down = take_down

    def clean_tell(self) -> str:
        tell: str = self.cleaned_data["tell"]
        if self.take_down and not tell:
            raise ValidationError("Say what they should mend. They read it.")
        return tell


class TrustForm(PortalForm):
    reason = forms.CharField(
        label="Why?",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Its administrators get these words by e-mail; they stand in its history.",
        error_messages={"required": "Say why. Its people read it."},
    )


LEVELS = {"off": "Off", "advise": "Advise", "must": "Must"}


class PolicyForm(PortalForm):
    """The region's choices. `rules` are those of the coach: (slug, title, default level)."""

    seen = forms.CharField(max_length=60, required=False, widget=forms.HiddenInput)
    trusted_at_once = forms.BooleanField(
        label="Postings of trusted employers are published at once", required=False
    )
    live_edits = forms.ChoiceField(
        label="When a published posting is changed",
        choices=LiveEdits.choices,
        widget=forms.RadioSelect,
    )
    most_days_open = PlainIntegerField(
        label="Days that a posting may stay open",
        min_value=7,
        max_value=365,
        help_text="From 7 to 365; after that its people are asked to extend it",
        widget=forms.TextInput(attrs={"class": "short"}),
    )
    minimum_wage = PlainDecimalField(
        label="Least pay an hour by state or local law, in dollars",
        required=False,
        min_value=FEDERAL_MINIMUM,
        max_digits=6,
        decimal_places=2,
        help_text=f"Only where it is above the federal ${FEDERAL_MINIMUM}. Empty: the federal one",
        widget=forms.TextInput(attrs={"class": "short"}),
    )

    def __init__(self, *args: Any, rules: list[tuple[str, str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.rules = rules
        given = (self.initial or {}).get("rules") or {}
        for slug, title, default in rules:
            select = forms.Select(attrs={"class": "form-select"})
            field = forms.ChoiceField(label=title, choices=list(LEVELS.items()), widget=select)
            self.fields[f"rule-{slug}"] = dressed(field)
            self.initial[f"rule-{slug}"] = given.get(slug, default)

    def values(self) -> dict[str, Any]:
        """What `change_policy` takes; a rule at its default is left out."""
        data = self.cleaned_data
        chosen = {slug: data[f"rule-{slug}"] for slug, _, _ in self.rules}
        rules = {slug: chosen[slug] for slug, _, default in self.rules if chosen[slug] != default}
        return {
            "trusted_at_once": data["trusted_at_once"],
            "live_edits": data["live_edits"],
            "most_days_open": data["most_days_open"],
            "minimum_wage": data["minimum_wage"],
            "rules": rules,
        }


def dressed(field: forms.Field) -> forms.Field:
    dress(field)
    return field
