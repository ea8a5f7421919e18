"""The pages of the posting form that most kinds share."""

import re
from datetime import timedelta
from decimal import Decimal
from typing import Any

from crispy_forms.layout import HTML
from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator, validate_email
from django.utils import timezone

from employers import sections
from employers.choices import (
    HOURS_IN,
    ApplyBy,
    Ask,
    ClassPayer,
    Mode,
    Paid,
    Shift,
    Support,
)
from employers.forms.fields import DayField, PlainDecimalField, PlainIntegerField, end_of, start_of
from employers.forms.section import SectionForm, mid, pair, short
from programs.models import Program
from vocabularies.lookups import find_occupations
from vocabularies.models import Occupation, Place, Region
from vocabularies.text import plain_line

MOST_PLACES = 20
web_address = URLValidator(schemes=["http", "https"])


class WorkForm(SectionForm):
    section = sections.WORK
    occupation_words = forms.CharField(
        label="Occupation",
        max_length=160,
        help_text="Start to type, then choose: electrician, cna, welder. Search finds you by it.",
        widget=forms.TextInput(
            attrs={
                "list": "occupations",
                "autocomplete": "off",
                "data-hx-get": "/opportunities/occupations/",
                "data-hx-trigger": "input changed delay:250ms",
                "data-hx-target": "#occupations",
            }
        ),
    )

    class Meta(SectionForm.Meta):
        fields = ["title", "summary", "sector", "tasks", "lessons", "program"]
        labels = {"program": "Program it goes with"}
        help_texts = {
            "title": "Up to 80 characters. Learners search for this: “Electrician Apprentice”.",
            "summary": "One sentence, up to 200 characters. It stands under the title.",
            "tasks": "A few short paragraphs or a list. Start lines of a list with a dash.",
            "lessons": "What can they do at the end that they could not before?",
            "program": "A program in the region that this place is part of, if there is one",
        }
        widgets = {
            "summary": forms.Textarea(attrs={"rows": 2}),
            "tasks": forms.Textarea(attrs={"rows": 6}),
            "lessons": forms.Textarea(attrs={"rows": 6}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["program"].queryset = Program.objects.public().order_by("title")  # type: ignore[attr-defined]
        if self.instance.occupation:
            self.initial["occupation_words"] = self.instance.occupation.title
        if self.instance.is_visit:
            self.fields["lessons"].help_text = "Leave it empty if it says itself."

    def layout(self) -> list[Any]:
        return [
            "title",
            "summary",
            mid("sector"),
            mid("occupation_words"),
            HTML('<datalist id="occupations"></datalist>'),
            "tasks",
            "lessons",
            "program",
        ]

    def clean_occupation_words(self) -> str:
        words = self.cleaned_data["occupation_words"]
        self.instance.occupation = None
        if words:
            self.instance.occupation = self._find(words)
        return words

    def _find(self, words: str) -> Occupation:
        exact = Occupation.objects.filter(title__iexact=words).first()
        exact = exact or Occupation.objects.filter(code=words[:10]).first()
        if exact:
            return exact
        found = find_occupations(words, limit=4)
        if not found:
            raise ValidationError("We know no such occupation. Try another word for it.")
        if len(found) == 1:
            return found[0]
        names = "; ".join(occupation.title for occupation in found)
        raise ValidationError(f"Which one is it? {names}.")

    def open_questions(self) -> sections.Needs:
        needs = super().open_questions()
        if "occupation" in needs:
            needs["occupation_words"] = needs.pop("occupation")
        return needs

    def values(self) -> dict[str, Any]:
        return super().values() | {"occupation": self.instance.occupation}


class PlaceForm(SectionForm):
    section = sections.PLACE
    zips = forms.CharField(
        label="ZIP code",
        max_length=160,
        help_text="Several places? Part their ZIP codes with commas.",
        widget=forms.TextInput(attrs={"autocomplete": "postal-code"}),
    )
    street = forms.CharField(
        label="Street",
        max_length=120,
        help_text="Shown on the page; leave it empty if you would rather tell people later",
        validators=[plain_line],
    )
    shifts = forms.MultipleChoiceField(
        choices=Shift.choices,
        widget=forms.CheckboxSelectMultiple,
        label="When",
        help_text="Tick all that apply",
    )
    hours_min = PlainDecimalField(label="Hours, from", max_digits=5, decimal_places=1)
    hours_max = PlainDecimalField(
        label="Up to", max_digits=5, decimal_places=1, help_text="The same number if it is fixed"
    )
    length = PlainIntegerField(label="How long", min_value=1, max_value=20000)

    class Meta(SectionForm.Meta):
        fields = [
            "mode",
            "place_note",
            "hours_min",
            "hours_max",
            "hours_per",
            "shifts",
            "schedule_note",
            "length",
            "length_unit",
            "length_note",
        ]
        labels = {
            "mode": "Where is the work done?",
            "place_note": "About the place",
            "schedule_note": "About the hours",
            "length_unit": "Counted in",
            "length_note": "About the length",
            "hours_per": "Each",
        }
        help_texts = {
            "place_note": "Such as “bus 7 stops at the gate” or “anywhere in Texas”",
            "schedule_note": "Such as “Monday to Friday, 6:30 am”",
            "length_note": "Such as “two terms of six months”",
        }
        widgets = {"mode": forms.RadioSelect}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            found = list(self.instance.locations.all())
            self.initial["zips"] = ", ".join(location.place_id for location in found)
            self.initial["street"] = found[0].street if found else ""

    def layout(self) -> list[Any]:
        return [
            "mode",
            mid("zips"),
            "street",
            "place_note",
            pair(short("hours_min"), short("hours_max"), short("hours_per")),
            "shifts",
            "schedule_note",
            pair(short("length"), mid("length_unit")),
            "length_note",
        ]

    def clean_zips(self) -> str:
        text = self.cleaned_data["zips"]
        codes = list(dict.fromkeys(re.findall(r"[^\s,;]+", text)))
        if len(codes) > MOST_PLACES:
            raise ValidationError(f"Give at most {MOST_PLACES} places.")
        known = {place.zip: place for place in Place.objects.filter(zip__in=codes)}
        if unknown := [code for code in codes if code not in known]:
            raise ValidationError(
                f"We know no ZIP code {unknown[0][:12]}. Five digits, like 78701."
            )
        self.places = [known[code] for code in codes]
        return text

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        low, high = cleaned.get("hours_min"), cleaned.get("hours_max")
        if low is not None and high is not None and high < low:
            self.add_error("hours_max", "The most hours are fewer than the fewest.")
        if cleaned.get("hours_per") == "week" and max(low or 0, high or 0) > 60:
            self.add_error("hours_min", "More than 60 hours a week cannot be posted here.")
        return cleaned

    def open_questions(self) -> sections.Needs:
        return sections.place_needs(self.instance, getattr(self, "places", []))

    def extras(self) -> dict[str, Any]:
        places = [] if self.cleaned_data.get("mode") == Mode.REMOTE else self.places
        return {"places": places, "street": self.cleaned_data["street"]}


class PayForm(SectionForm):
    section = sections.PAY
    supports = forms.MultipleChoiceField(
        choices=[choice for choice in Support.choices if choice[0] != Support.CLASS],
        widget=forms.CheckboxSelectMultiple,
        label="What else do you give?",
        help_text="Tick all that apply. Each one is a filter that learners use.",
    )
    pay_min = PlainDecimalField(
        label="Starting pay",
        max_digits=9,
        decimal_places=2,
        min_value=Decimal("0.01"),
        help_text="In dollars, like 18.00",
    )
    pay_max = PlainDecimalField(
        label="Highest pay during training",
        max_digits=9,
        decimal_places=2,
        min_value=Decimal("0.01"),
        help_text="The same number if it does not rise",
    )
    learner_cost = PlainDecimalField(
        label="What it costs the learner in all",
        max_digits=8,
        decimal_places=2,
        min_value=Decimal(0),
        help_text="Tuition, books, tools and exams, in dollars; 0 if nothing",
    )

    class Meta(SectionForm.Meta):
        fields = [
            "paid",
            "pay_min",
            "pay_max",
            "pay_unit",
            "class_payer",
            "learner_cost",
            "class_hours_paid",
            "supports",
            "pay_note",
        ]
        labels = {
            "paid": "Is this place paid?",
            "pay_unit": "For each",
            "class_payer": "Who pays for the class?",
            "class_hours_paid": "The hours in class are paid as work",
            "pay_note": "Anything else about pay",
        }
        help_texts = {
            "pay_note": "Up to 200 characters. No phone numbers or links, please.",
            "pay_unit": "Most choose an hour",
        }
        widgets = {
            "paid": forms.RadioSelect,
            "class_payer": forms.RadioSelect,
            "pay_note": forms.Textarea(attrs={"rows": 2}),
        }

    def layout(self) -> list[Any]:
        parts: list[Any] = [
            "paid",
            pair(short("pay_min"), short("pay_max"), short("pay_unit")),
        ]
        if not self.instance.is_visit:
            parts += ["class_payer", short("learner_cost"), "class_hours_paid"]
        return [*parts, "supports", "pay_note"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.is_visit:
            for name in ("class_payer", "learner_cost", "class_hours_paid"):
                del self.fields[name]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        low, high = cleaned.get("pay_min"), cleaned.get("pay_max")
        if low is not None and high is not None and high < low:
            self.add_error("pay_max", f"${high:,.2f} is less than the starting pay of ${low:,.2f}.")
        if cleaned.get("paid") == Paid.WAGE and low is not None:
            hourly = low / HOURS_IN.get(cleaned.get("pay_unit") or "", 1)
            if hourly > 500:
                self.add_error(
                    "pay_min", f"${low:,.2f} for each {cleaned.get('pay_unit')}? Check the unit."
                )
        if cleaned.get("paid") == Paid.UNPAID and (low or high):
            self.add_error("paid", "You gave an amount; is it paid after all?")
        return cleaned

    def values(self) -> dict[str, Any]:
        values = super().values()
        supports = [s for s in values["supports"] if s != Support.CLASS]
        if values.get("class_payer") == ClassPayer.EMPLOYER:
            supports.insert(0, Support.CLASS)
        if values.get("paid") == Paid.UNPAID:
            values["pay_min"] = values["pay_max"] = None
        return values | {"supports": supports}


class LearningForm(SectionForm):
    section = sections.LEARNING

    class Meta(SectionForm.Meta):
        fields = ["term", "supervisor_role", "credit"]
        labels = {
            "term": "Season",
            "supervisor_role": "Who guides them",
            "credit": "College credit",
        }
        help_texts = {"supervisor_role": "The role, never a name: “lab manager”"}
        widgets = {"credit": forms.RadioSelect}

    def layout(self) -> list[Any]:
        return [mid("term"), mid("supervisor_role"), "credit"]


class ApplyForm(SectionForm):
    section = sections.APPLY
    asks = forms.MultipleChoiceField(
        choices=Ask.choices,
        widget=forms.CheckboxSelectMultiple,
        label="What else is asked of them?",
        help_text="Tick all that apply",
    )
    minimum_age = PlainIntegerField(
        label="Lowest age",
        min_value=14,
        max_value=30,
        help_text="Leave it empty if there is none",
    )

    class Meta(SectionForm.Meta):
        fields = [
            "education",
            "minimum_age",
            "asks",
            "needs_note",
            "apply_by",
            "apply_to",
            "apply_steps",
        ]
        labels = {
            "education": "Schooling",
            "needs_note": "Anything else they need",
            "apply_by": "How do people apply?",
            "apply_to": "Where to",
            "apply_steps": "What happens then",
        }
        help_texts = {
            "needs_note": "Up to 200 characters; what can be learned here is not a need",
            "apply_to": "The address, link, number or place. It is shown on the page.",
            "apply_steps": "Each step on its own line: form, test, interview, answer by when",
        }
        widgets = {
            "apply_by": forms.RadioSelect,
            "apply_steps": forms.Textarea(attrs={"rows": 4}),
        }

    def layout(self) -> list[Any]:
        return [
            mid("education"),
            short("minimum_age"),
            "asks",
            "needs_note",
            "apply_by",
            "apply_to",
            "apply_steps",
        ]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        by, to = cleaned.get("apply_by"), cleaned.get("apply_to", "")
        if not to:
            return cleaned
        if by == ApplyBy.EMAIL:
            try:
                validate_email(to)
            except ValidationError:
                self.add_error("apply_to", "Write an e-mail address, such as jobs@example.org.")
            else:
                # What a mail link would read as more than an address.
                if set("?&%[") & set(to):
                    self.add_error("apply_to", "Write a plain e-mail address: jobs@example.org.")
        elif by == ApplyBy.WEB:
            address = to if "://" in to else f"https://{to}"
            try:
                web_address(address)
            except (ValidationError, ValueError):
                self.add_error("apply_to", "Write a web address, such as https://example.org/jobs.")
            else:
                cleaned["apply_to"] = address
        elif by == ApplyBy.PHONE and not re.fullmatch(r"[+()\d\s.-]{7,20}(x\d+)?", to, re.ASCII):
            self.add_error("apply_to", "Write a phone number, such as 512-555-0100.")
        return cleaned


class DatesForm(SectionForm):
    section = sections.DATES
    openings = PlainIntegerField(label="For how many people", min_value=1, max_value=5000)
    opens_on = DayField(
        label="Show it from", help_text="Leave it empty to show it as soon as it is approved"
    )
    closes_on = DayField(
        label="People can apply until",
        help_text="The end of that day. At most a year from now; you can extend it.",
    )
    starts_on = DayField(label="It starts on", help_text="The first day, if there is one for all")

    class Meta(SectionForm.Meta):
        fields = ["openings", "starts_on", "starts_note"]
        labels = {"starts_note": "Or in words"}
        help_texts = {"starts_note": "Such as “any Monday” or “by agreement”"}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, moment in (
            ("opens_on", self.instance.opens_at),
            ("closes_on", self.instance.closes_at),
        ):
            if moment:
                self.initial[name] = moment.astimezone(Region.current().zone).date()

    def layout(self) -> list[Any]:
        return [
            short("openings"),
            mid("opens_on"),
            mid("closes_on"),
            mid("starts_on"),
            mid("starts_note"),
        ]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        today = timezone.localdate(timezone=Region.current().zone)
        opens, closes = cleaned.get("opens_on"), cleaned.get("closes_on")
        starts = cleaned.get("starts_on")
        if starts and starts < today and "starts_on" in self.changed_data:
            self.add_error("starts_on", "That day is over. Give a day to come.")
        if closes and closes < today:
            self.add_error("closes_on", "That day is over. Give a day to come.")
        elif closes and closes > today + timedelta(days=366):
            self.add_error("closes_on", "Give a day within a year from now.")
        if opens and closes and closes < opens:
            self.add_error("closes_on", "It closes before it opens.")
        self.instance.opens_at = start_of(opens) if opens else None
        self.instance.closes_at = end_of(closes) if closes else None
        return cleaned

    def open_questions(self) -> sections.Needs:
        needs = super().open_questions()
        if "closes_at" in needs:
            needs["closes_on"] = needs.pop("closes_at")
        return needs

    def values(self) -> dict[str, Any]:
        return super().values() | {
            "opens_at": self.instance.opens_at,
            "closes_at": self.instance.closes_at,
        }
