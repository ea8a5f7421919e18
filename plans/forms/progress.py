"""News of the plan, milestones, and how it is followed."""

import uuid
from datetime import date
from typing import Any

from crispy_forms.layout import Field, Layout
from django import forms
from django.core.exceptions import ValidationError

from accounts.forms import PortalForm
from plans.choices import Status
from plans.forms.fields import ProseField
from plans.models import Plan
from plans.progress.cycles import today_here
from vocabularies.text import plain_line

WHOLE = "whole"
AS_IT_IS = [("", "As it is")]
EVERY = [
    (1, "Every month"),
    (2, "Every two months"),
    (3, "Every three months"),
    (4, "Every four months"),
    (6, "Every six months"),
    (12, "Every year"),
    (0, "Never"),
]


class DayField(forms.DateField):
    """A day of our time, such as a browser's own field sends it."""

    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")

    def __init__(self, **kwargs: Any) -> None:
        wrong = {"invalid": "Write a day such as 2026-03-31."} | kwargs.pop("error_messages", {})
        formats = ["%Y-%m-%d", "%m/%d/%Y"]
        super().__init__(input_formats=formats, error_messages=wrong, **kwargs)

    def clean(self, value: Any) -> date | None:
        day: date | None = super().clean(value)
        if day and not 2000 <= day.year < 2100:
            raise ValidationError("Choose a day between 2000 and 2099.")
        return day


class NewsForm(PortalForm):
    """Dated words about an item or one of its actions, whose status they may change."""

    about = forms.ChoiceField(label="What is it about?", widget=forms.RadioSelect)
    status = forms.ChoiceField(
        label="How it stands now",
        required=False,
        help_text="Of one action. Leave it as it is if only words are new.",
    )
    text = ProseField(
        label="What is new?",
        max_length=2_000,
        rows=4,
        help_text="In a sentence or two, for readers who were not there. It stays as you write "
        "it; a mistake gets another update.",
        error_messages={"required": "Say in a sentence what is new."},
    )
    on = DayField(label="The day on which it was so", help_text="Today or earlier.")
    token = forms.UUIDField(widget=forms.HiddenInput, required=False)

    def __init__(
        self, *args: Any, plan: Plan, actions: list[tuple[str, str]], **kwargs: Any
    ) -> None:
        """`actions`: (id, its words and how it stands)."""
        initial = {"token": uuid.uuid4(), "on": today_here()} | kwargs.pop("initial", {})
        initial.setdefault("about", actions[0][0] if len(actions) == 1 else WHOLE)
        super().__init__(*args, initial=initial, **kwargs)
        choices = [*actions, (WHOLE, "The item as a whole")]
        self.fields["about"].choices = choices  # type: ignore[attr-defined]
        known = [(one["key"], one["label"]) for one in plan.statuses]
        self.fields["status"].choices = AS_IT_IS + known  # type: ignore[attr-defined]
        short = Field("status", css_class="mid"), Field("on", css_class="mid")
        self.helper.layout = Layout("about", short[0], "text", short[1], "token")

    def clean_on(self) -> date:
        on: date = self.cleaned_data["on"]
        if on > today_here():
            raise ValidationError("Choose today or an earlier day: news is of what was.")
        return on

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("about") == WHOLE and cleaned.get("status"):
            self.add_error(
                "about", "Choose the action whose status changes, or leave the status as it is."
            )
        return cleaned

    @property
    def action_id(self) -> uuid.UUID | None:
        about = self.cleaned_data["about"]
        return None if about == WHOLE else uuid.UUID(about)


class MilestoneForm(PortalForm):
    text = forms.CharField(
        label="What shall be reached",
        max_length=200,
        validators=[plain_line],
        help_text="Such as “the referral form is in use at all ten career centers”.",
    )
    due_on = DayField(label="By which day")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, prefix="milestone", **kwargs)
        self.helper.layout = Layout("text", Field("due_on", css_class="mid"))


class DoneForm(PortalForm):
    done_on = DayField(label="Done on", required=False)


class FollowingForm(PortalForm):
    """How often news is asked for."""

    news_every = forms.TypedChoiceField(
        label="Ask for news",
        choices=EVERY,
        coerce=int,
        help_text="Counted from the day of adoption. Two weeks before the time is over, the groups "
        "that lead something without news get a letter.",
    )

    def __init__(self, *args: Any, plan: Plan, **kwargs: Any) -> None:
        super().__init__(*args, initial={"news_every": plan.news_every}, **kwargs)
        if plan.news_every not in dict(EVERY):
            more = (plan.news_every, f"Every {plan.news_every} months")
            self.fields["news_every"].choices = [*EVERY, more]  # type: ignore[attr-defined]
        self.helper.layout = Layout(Field("news_every", css_class="mid"))


class StatusForm(PortalForm):
    """A status of the plan; without a word it goes."""

    key = forms.CharField(widget=forms.HiddenInput, required=False, max_length=12)
    word = forms.CharField(label="Word", max_length=30, required=False, validators=[plain_line])
    tone = forms.ChoiceField(
        label="Shown as", choices=[(one.value, str(one.label)) for one in Status]
    )


class StatusFormSet(forms.BaseFormSet):
    """Two to eight words, no two alike, and the one that actions begin with."""

    def clean(self) -> None:
        if any(self.errors):
            return
        given = self.given()
        words = [word.lower() for _, word, _ in given]
        if len(set(words)) < len(words):
            raise ValidationError("Two statuses have the same word.")
        if len(given) < 2:
            raise ValidationError("A plan needs two statuses at least.")
        if len(given) > 8:
            raise ValidationError("A plan has eight statuses at most.")

    def given(self) -> list[tuple[str, str, str]]:
        """(key, word, tone) of those that have a word."""
        rows = [row for row in self.cleaned_data if row.get("word")]
        return [(row["key"], row["word"], row["tone"]) for row in rows]


StatusRows = forms.formset_factory(StatusForm, formset=StatusFormSet, extra=0, max_num=10)
