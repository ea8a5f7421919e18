"""What editors type when they answer comments, and what readers ask of the answers."""

from collections.abc import Iterable
from typing import Any

from crispy_forms.layout import Field, Layout
from django import forms
from django.core.exceptions import ValidationError

from accounts.forms import PortalForm, PortalModelForm
from plans.actions.answering import AnswerDraft
from plans.choices import Disposition, Kind, PlanState, Stance
from plans.comments.answers import RESIDENT, SPEAKERS, STANDINGS, Asked, Here, Sought
from plans.forms.fields import ProseField
from plans.models import Item, Plan, PlanVersion, Response, ResponseTemplate
from plans.structure.numbers import NUMBER
from vocabularies.text import plain_line

DISPOSITIONS = [("", "Choose one"), *Disposition.choices]


def as_filters(form: forms.Form) -> None:
    """Fields that stand side by side, written out without crispy."""
    for field in form.fields.values():
        chosen = isinstance(field.widget, forms.Select)
        field.widget.attrs["class"] = "form-select" if chosen else "form-control"


def ticked_in(values: Iterable[str]) -> list[int]:
    """Ids of ticked boxes, wrong values left out."""
    return [int(one) for one in values if one.isascii() and one.isdigit() and len(one) < 16]


class AskedQuery(PortalForm):
    """The filters of the comments to answer."""

    number = forms.CharField(
        label="Item and all below it",
        required=False,
        max_length=19,
        widget=forms.TextInput(attrs={"inputmode": "decimal"}),
    )
    stance = forms.ChoiceField(
        label="Stance",
        required=False,
        choices=[("", "Any"), *Stance.choices, ("none", "None given")],
    )
    kind = forms.ChoiceField(
        label="Kind of organization",
        required=False,
        choices=[("", "Any"), *Kind.choices, (RESIDENT, SPEAKERS[RESIDENT])],
    )
    standing = forms.ChoiceField(
        label="Answer",
        required=False,
        choices=[*STANDINGS.items(), ("all", "All comments")],
    )
    after = forms.IntegerField(
        required=False, min_value=0, max_value=2**53, widget=forms.HiddenInput
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        as_filters(self)

    def asked(self) -> Asked:
        """What is wrong with a filter leaves that filter out."""
        self.is_valid()
        data = self.cleaned_data
        number = data.get("number", "").strip(". ")
        return Asked(
            number=number if NUMBER.fullmatch(number) else "",
            stance=data.get("stance", ""),
            kind=data.get("kind", ""),
            standing=data.get("standing") or "open",
            after=data.get("after") or 0,
        )


class SoughtQuery(PortalForm):
    """The filters of the public answers."""

    # Any number: that of an item without an answer is no mistake.
    item = forms.CharField(label="Item", required=False, max_length=19, widget=forms.Select)
    kind = forms.ChoiceField(
        label="Said by", required=False, choices=[("", "Anybody"), *SPEAKERS.items()]
    )
    disposition = forms.ChoiceField(
        label="What came of it", required=False, choices=[("", "Anything"), *Disposition.choices]
    )

    def __init__(self, *args: Any, places: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        asked = str(self.data.get("item") or "")
        if asked and NUMBER.fullmatch(asked) and asked not in dict(places):
            places = [*places, (asked, asked)]
        self.fields["item"].widget.choices = [("", "The whole plan"), *places]
        as_filters(self)

    def sought(self) -> Sought:
        """What no answer can be asked by leaves that filter out."""
        self.is_valid()
        data = self.cleaned_data
        return Sought(data.get("item", ""), data.get("kind", ""), data.get("disposition", ""))


class TickedForm(PortalForm):
    """Ticked comments: under a new answer, or under one that stands."""

    under = forms.ChoiceField(label="Put them under", required=False)
    title = forms.CharField(
        label="What they ask for, in a few words",
        max_length=120,
        required=False,
        validators=[plain_line],
        help_text="For a new answer. Readers see it, such as “Meetings after work”.",
    )
    disposition = forms.ChoiceField(
        label="What comes of it",
        required=False,
        choices=DISPOSITIONS,
        help_text="For a new answer. You can still change it.",
    )

    def __init__(self, *args: Any, plan: Plan, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # In private first; those that are public take late comments.
        responses = plan.responses.order_by("published_at", "pk")
        private = [one for one in responses if one.published_at is None]
        public = [one for one in responses if one.published_at]
        self.fields["under"].choices = [  # type: ignore[attr-defined]
            ("", "A new answer"),
            *(
                (str(one.pk), f"{one.title} ({one.get_disposition_display().lower()})")
                for one in private
            ),
            *((str(one.pk), f"{one.title} (published)") for one in public),
        ]
        self.helper.layout = Layout(
            Field("under", css_class="mid"), "title", Field("disposition", css_class="mid")
        )

    @property
    def ticked(self) -> list[int]:
        """What was ticked, wrong values left out."""
        if not self.is_bound:
            return []
        return ticked_in(self.data.getlist("comment"))  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.ticked:
            self.add_error(None, "Tick the comments that it answers.")
        if not cleaned.get("under") and "under" not in self.errors:
            if not cleaned.get("title") and "title" not in self.errors:
                self.add_error("title", "Say in a few words what they ask for.")
            if not cleaned.get("disposition") and "disposition" not in self.errors:
                self.add_error("disposition", "Choose what comes of it.")
        return cleaned


class AnswerForm(PortalForm):
    """The words of an answer. `revision` is the one that the editor read."""

    revision = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=2**31 - 1)
    title = forms.CharField(
        label="What was asked for, in a few words",
        max_length=120,
        validators=[plain_line],
        error_messages={"required": "Say in a few words what was asked for."},
    )
    disposition = forms.ChoiceField(
        label="What comes of it",
        choices=Disposition.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose what comes of it."},
    )
    text = ProseField(
        label="The answer",
        required=False,
        max_length=5_000,
        rows=8,
        help_text="To all of them, in plain words. Markdown for lists and links. You can save it "
        "unfinished; it is published once it says something.",
    )
    number = forms.CharField(
        label="Item whose words changed because of it",
        required=False,
        max_length=19,
        help_text="Its number in the newest version, such as 3.2.1. Leave it empty if nothing "
        "changed.",
        widget=forms.TextInput(attrs={"inputmode": "decimal"}),
    )
    changed_in = forms.ModelChoiceField(
        label="Version that has the new words",
        queryset=PlanVersion.objects.none(),
        required=False,
        empty_label="The next one to be published",
    )
    no_change_because = forms.CharField(
        label="No change, because",
        required=False,
        max_length=500,
        validators=[plain_line],
        help_text="Where nothing changed. One sentence; readers see it.",
    )

    def __init__(self, *args: Any, here: Here, response: Response, **kwargs: Any) -> None:
        self.here = here
        node = here.node(response.changed_item_id)
        initial = {
            "revision": response.revision,
            "title": response.title,
            "disposition": response.disposition,
            "text": response.text,
            "number": node.number if node else "",
            "changed_in": response.changed_in_id,
            "no_change_because": response.no_change_because,
        } | kwargs.pop("initial", {})
        super().__init__(*args, initial=initial, **kwargs)
        versions = PlanVersion.objects.filter(plan_id=here.version.plan_id).order_by("-number")
        field: Any = self.fields["changed_in"]
        field.queryset = versions
        field.label_from_instance = lambda one: f"Version {one.number}"
        if here.version.plan.state == PlanState.SUPERSEDED:
            field.empty_label = "The plan that followed"
            self.fields["number"].help_text = (
                "Its number in the last version of this plan, such as 3.2.1. Readers are led to "
                "where it went on. Leave it empty if nothing changed."
            )
        self.helper.layout = Layout(
            "revision",
            "title",
            "disposition",
            "text",
            Field("number", css_class="mid"),
            Field("changed_in", css_class="mid"),
            "no_change_because",
        )

    def clean_number(self) -> Item | None:
        number = self.cleaned_data["number"].strip(". ")
        if not number:
            return None
        node = self.here.numbered(number) if NUMBER.fullmatch(number) else None
        if node is None:
            raise ValidationError(
                "The newest version has no such number. Write it as the plan shows it, such as "
                "3.2.1."
            )
        return node.item

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("changed_in") and not cleaned.get("number") and "number" not in self.errors:
            self.add_error("number", "Name the item whose words changed, or choose no version.")
        return cleaned

    def draft(self) -> AnswerDraft:
        data = self.cleaned_data
        return AnswerDraft(
            title=data["title"],
            disposition=data["disposition"],
            text=data["text"],
            changed_item=data["number"],
            changed_in=data["changed_in"],
            no_change_because=data["no_change_because"],
        )


class TemplateForm(PortalModelForm):
    """Words that answers often begin with."""

    text = ProseField(
        label="Words that the answer begins with",
        max_length=5_000,
        rows=6,
        error_messages={"required": "Write the words that the answer begins with."},
    )

    class Meta:
        model = ResponseTemplate
        fields = ["name", "disposition", "text", "no_change_because"]
        labels = {
            "name": "Name",
            "disposition": "What comes of it",
            "no_change_because": "No change, because",
        }
        help_texts = {
            "name": "Editors choose it by this, such as “Outside of this plan”.",
            "no_change_because": "If the answers that begin with it change nothing.",
        }
