"""The page of an apprenticeship's terms, with its wage steps."""

from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise
from typing import Any

from crispy_forms.layout import HTML, Fieldset
from django import forms

from accounts.forms.base import dress
from employers import sections
from employers.choices import HOURS_IN, Paid
from employers.forms.fields import PlainDecimalField, PlainIntegerField
from employers.forms.section import SectionForm, mid, pair, short
from employers.models import ApprenticeshipTerms
from programs.models import Program
from vocabularies.templatetags.words import money

MOST_STEPS = 12
MOST_AN_HOUR = 1000


class TermsForm(SectionForm):
    section = sections.TERMS
    TERM_FIELDS = [
        "registration",
        "agency",
        "sponsor",
        "program_number",
        "rapids_code",
        "approach",
        "job_hours",
        "months",
        "instruction_hours",
        "instruction_when",
        "instruction_note",
        "journey_rate",
        "ratio_apprentices",
        "ratio_journeyworkers",
        "probation_months",
        "credential",
    ]
    LABELS = {
        "registration": ("Is it registered?", "Only then may it be called Registered"),
        "agency": ("Registered with", ""),
        "sponsor": ("Sponsor", "Who holds the program: you, an association, a college"),
        "program_number": ("Program number", "On your registration papers"),
        "rapids_code": ("RAPIDS code", "Optional; such as 0159 for electricians"),
        "approach": ("How are steps earned?", ""),
        "job_hours": ("Hours on the job", "In all, such as 8,000"),
        "months": ("Months in all", ""),
        "instruction_hours": ("Class hours a year", "Usually 144 or more"),
        "instruction_when": ("When is the class?", ""),
        "instruction_note": ("About the class", "Such as “Tuesday and Thursday, 6 to 9 pm”"),
        "journey_rate": ("Journeyworker pay an hour", "What a finished worker earns with you"),
        "ratio_apprentices": ("Apprentices", ""),
        "ratio_journeyworkers": ("to journeyworkers", ""),
        "probation_months": ("Trial period in months", ""),
        "credential": ("They leave with", "Such as Certificate of Completion"),
    }
    NUMBERS = {
        "job_hours",
        "months",
        "instruction_hours",
        "ratio_apprentices",
        "ratio_journeyworkers",
        "probation_months",
    }
    even_steps = PlainIntegerField(
        label="Or let us fill them evenly: how many steps?",
        min_value=2,
        max_value=MOST_STEPS,
        help_text="From the starting pay to the highest pay that you gave under Pay",
    )

    class Meta(SectionForm.Meta):
        fields = ["program"]
        labels = {"program": "Class beside the job"}
        help_texts = {"program": "The program in the region that teaches it"}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        instance = kwargs["instance"]
        self.terms = getattr(instance, "terms", None) or ApprenticeshipTerms(opportunity=instance)
        self.old_steps = list(self.terms.steps.all()) if self.terms.pk else []
        super().__init__(*args, **kwargs)
        self.fields["program"].queryset = Program.objects.public().order_by("title")  # type: ignore[attr-defined]

    def _add_fields(self) -> None:
        model_fields = forms.fields_for_model(ApprenticeshipTerms, fields=self.TERM_FIELDS)
        for name in self.TERM_FIELDS:
            field = model_fields[name]
            label, hint = self.LABELS[name]
            if name in self.NUMBERS:
                model: Any = ApprenticeshipTerms._meta.get_field(name)
                field = PlainIntegerField(validators=list(model.validators), min_value=0)
            elif name == "journey_rate":
                field = PlainDecimalField(max_digits=6, decimal_places=2, min_value=Decimal("0.01"))
            if isinstance(field, forms.CharField):
                column: Any = ApprenticeshipTerms._meta.get_field(name)
                field.validators += column.validators
            field.label, field.help_text, field.required = label, hint, False
            self.fields[name] = field
            self.initial.setdefault(name, getattr(self.terms, name))
        for number in range(MOST_STEPS):
            step = self.old_steps[number] if number < len(self.old_steps) else None
            self.fields[f"after_{number}"] = PlainIntegerField(
                label=f"Step {number + 1}: from hour", min_value=0, max_value=20000, required=False
            )
            self.fields[f"rate_{number}"] = PlainDecimalField(
                label=f"Step {number + 1}: pay an hour",
                max_digits=6,
                decimal_places=2,
                min_value=Decimal("0.01"),
                required=False,
            )
            self.initial[f"after_{number}"] = step.after if step else None
            self.initial[f"rate_{number}"] = step.rate if step else None

    def layout(self) -> list[Any]:
        self._add_fields()
        for field in self.fields.values():
            dress(field)
        shown = max(4, min(MOST_STEPS, len(self.old_steps) + 2))
        if self.is_bound:
            shown = MOST_STEPS
        rows = [pair(short(f"after_{number}"), short(f"rate_{number}")) for number in range(shown)]
        for number in range(shown, MOST_STEPS):
            del self.fields[f"after_{number}"], self.fields[f"rate_{number}"]
        return [
            mid("registration"),
            "agency",
            "sponsor",
            pair(mid("program_number"), short("rapids_code")),
            mid("approach"),
            pair(short("job_hours"), short("months")),
            "program",
            pair(short("instruction_hours"), mid("instruction_when")),
            "instruction_note",
            Fieldset(
                "Wage steps",
                HTML(
                    '<p class="form-text">From how many hours on the job on, how much an hour. '
                    "The first step starts at 0. By skills shown, count months instead of "
                    "hours.</p>"
                ),
                *rows,
                short("even_steps"),
                css_class="steps-of-pay",
            ),
            short("journey_rate"),
            pair(short("ratio_apprentices"), short("ratio_journeyworkers")),
            short("probation_months"),
            "credential",
        ]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        rungs: list[tuple[int, Decimal, int]] = []
        for number in range(MOST_STEPS):
            after, rate = cleaned.get(f"after_{number}"), cleaned.get(f"rate_{number}")
            if (after is None) != (rate is None) and not self._has_error(number):
                empty = f"after_{number}" if after is None else f"rate_{number}"
                self.add_error(empty, f"Step {number + 1} needs both: from when, and how much.")
            if after is None or rate is None:
                continue
            if any(after == other for other, _, _ in rungs):
                self.add_error(f"after_{number}", "Two steps begin at the same hours.")
            else:
                rungs.append((after, rate, number))
        rungs.sort()
        if rungs and rungs[0][0] != 0:
            self.add_error(f"after_{rungs[0][2]}", "The first step starts at 0.")
        for (_, low, _), (after, high, number) in pairwise(rungs):
            if high < low:
                self.add_error(f"rate_{number}", f"Pay falls at {after:,}. Steps go up.")
        ladder = [(after, rate) for after, rate, _ in rungs]
        if cleaned.get("even_steps"):
            ladder = self._even_ladder(cleaned)
        self.steps = ladder
        return cleaned

    def _has_error(self, number: int) -> bool:
        return bool({f"after_{number}", f"rate_{number}"} & self.errors.keys())

    def _even_ladder(self, cleaned: dict[str, Any]) -> list[tuple[int, Decimal]]:
        count, low, high = cleaned["even_steps"], self.instance.pay_min, self.instance.pay_max
        by_months = cleaned.get("approach") == "competency"
        length = cleaned.get("months") if by_months else cleaned.get("job_hours")
        if low is None or high is None or self.instance.paid != Paid.WAGE:
            self.add_error("even_steps", "Give starting and highest wage under Pay first.")
            return []
        if not length:
            self.add_error("even_steps", "Say first how long it takes, above.")
            return []
        if length < count:
            self.add_error("even_steps", f"That is more steps than its {length} months or hours.")
            return []
        hours = HOURS_IN[self.instance.pay_unit]
        low, high = (round(pay / hours, 2) for pay in (low, high))
        if high > MOST_AN_HOUR:
            self.add_error("even_steps", f"{money(high)} an hour? Check the pay under Pay.")
            return []
        return even_ladder(low=low, high=high, length=length, count=count)

    def open_questions(self) -> sections.Needs:
        terms = ApprenticeshipTerms(
            **{name: self.cleaned_data.get(name) or None for name in self.TERM_FIELDS}
            | {
                name: self.cleaned_data.get(name, "")
                for name in ("registration", "agency", "sponsor", "program_number", "approach")
            }
        )
        needs = sections.terms_needs(self.instance, terms, getattr(self, "steps", []))
        if "steps" in needs:
            needs["after_0"] = needs.pop("steps")
        return needs

    def extras(self) -> dict[str, Any]:
        terms = {name: self.cleaned_data[name] for name in self.TERM_FIELDS}
        return {"terms": terms, "steps": self.steps}


def even_ladder(
    *, low: Decimal, high: Decimal, length: int, count: int
) -> list[tuple[int, Decimal]]:
    """`count` steps from `low` (at 0) to `high`, over `length` hours (to the hundred) or months;
    cents to 25."""
    quarter = Decimal("0.25")
    steps = []
    for number in range(count):
        raw = low + (high - low) * number / Decimal(max(1, count - 1))
        rate = (raw / quarter).quantize(Decimal(1), ROUND_HALF_UP) * quarter
        after = length * number / count
        if length >= 1000:
            after = round(after, -2)
        steps.append((round(after), min(max(rate, low), high)))
    return steps
