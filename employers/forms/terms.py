"""The page of an apprenticeship's terms, with its wage steps."""

from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise
from typing import Any

from crispy_forms.layout import HTML, Fieldset

from employers.choices import HOURS_IN, Approach, Paid
from employers.forms.fields import PlainDecimalField, PlainIntegerField
from employers.forms.section import (
    FIRST_BUTTON,
    STANDARD,
    DetailForm,
    SectionForm,
    mid,
    pair,
    short,
)
from employers.models import ApprenticeshipTerms
from employers.postings import sections
from programs.models import Program
from vocabularies.lookups import standards_for
from vocabularies.models import ApprenticeshipStandard
from vocabularies.templatetags.words import money

MOST_STEPS = 12
MOST_AN_HOUR = 1000


class TermsForm(DetailForm):
    section = sections.TERMS
    accessor, detail = "terms", ApprenticeshipTerms
    said = {
        "registration": ("Is it registered?", "Only then may it be called Registered"),
        "agency": ("Registered with", ""),
        "sponsor": ("Sponsor", "Who holds the program: you, an association, a college"),
        "program_number": ("Program number", "On your registration papers"),
        "rapids_code": ("RAPIDS code", "Such as 0159"),
        "approach": ("How are steps earned?", ""),
        "job_hours": ("Hours on the job", "In all, such as 8,000"),
        "months": ("Months in all", "Such as 48"),
        "instruction_hours": ("Class hours a year", "Usually 144 or more"),
        "instruction_when": ("When is the class?", "Choose the nearest"),
        "instruction_note": ("About the class", "Such as “Tuesday and Thursday, 6 to 9 pm”"),
        "journey_rate": ("Journeyworker pay an hour", "What a finished worker earns with you"),
        "ratio_apprentices": ("Ratio: apprentices", ""),
        "ratio_journeyworkers": ("to journeyworkers", ""),
        "probation_months": (
            "Trial period in months",
            "At most 12, and at most a quarter of the whole",
        ),
        "credential": ("They leave with", "Such as Certificate of Completion"),
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

    def take(self, data: Any) -> Any:
        """A press of “Use these” fills in what the standard says; all else stays as typed."""
        chosen = data.get(STANDARD) if data else None
        standard = ApprenticeshipStandard.objects.filter(pk=(chosen or "")[:8]).first()
        if standard is None:
            return data
        taken = data.copy()
        taken["rapids_code"], taken["approach"] = standard.rapids_code, standard.approach
        if standard.hours_min:
            taken["job_hours"] = f"{standard.hours_min:,}"
        return taken

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["program"].queryset = Program.objects.public().order_by("title")  # type: ignore[attr-defined]

    def add_fields(self) -> None:
        super().add_fields()
        held = list(self.row.steps.all()) if self.row.pk else []
        approach = self.data.get("approach") if self.data else self.row.approach
        self.unit = unit_of(approach or "")
        self.step_rows = MOST_STEPS if self.is_bound else max(4, min(MOST_STEPS, len(held) + 2))
        for number in range(self.step_rows):
            self.fields[f"after_{number}"] = PlainIntegerField(
                label=f"Step {number + 1}: from {self.unit}", min_value=0, max_value=20000
            )
            self.fields[f"rate_{number}"] = PlainDecimalField(
                label=f"Step {number + 1}: pay an hour",
                max_digits=6,
                decimal_places=2,
                min_value=Decimal("0.01"),
            )
            if number < len(held):
                self.initial[f"after_{number}"] = held[number].after
                self.initial[f"rate_{number}"] = held[number].rate

    def _standards(self) -> HTML:
        """The registered standards of the occupation, each with its button."""
        self.helper.standards = [
            (standard, standard_line(standard))
            for standard in standards_for(self.instance.occupation)
        ]
        self.helper.occupation = self.instance.occupation
        return HTML(STANDARDS)

    def layout(self) -> list[Any]:
        rows = [pair(short(f"after_{n}"), short(f"rate_{n}")) for n in range(self.step_rows)]
        counted = "months" if self.unit == "month" else "hours on the job"
        return [
            FIRST_BUTTON,
            self._standards(),
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
                    f'<p class="form-text">From how many {counted} on, how much an hour. '
                    "The first step starts at 0. By skills shown, count in months; otherwise "
                    "in hours on the job.</p>"
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
                self.add_error(f"after_{number}", f"Two steps begin at the same {self.unit}.")
            else:
                rungs.append((after, rate, number))
        rungs.sort()
        if rungs and rungs[0][0] != 0:
            self.add_error(f"after_{rungs[0][2]}", "The first step starts at 0.")
        for (_, low, _), (after, high, number) in pairwise(rungs):
            if high < low:
                at = f"month {after}" if self.unit == "month" else f"{after:,}"
                self.add_error(f"rate_{number}", f"Pay falls at {at}. Steps go up.")
        self._check_trial(cleaned)
        ladder = [(after, rate) for after, rate, _ in rungs]
        if cleaned.get("even_steps"):
            ladder = self._even_ladder(cleaned)
        self.steps = ladder
        return cleaned

    def _check_trial(self, cleaned: dict[str, Any]) -> None:
        """29 CFR 29.5(b)(8): a quarter of the term or a year, whichever is shorter."""
        trial, months = cleaned.get("probation_months"), cleaned.get("months")
        if trial and months and trial * 4 > months:
            self.add_error(
                "probation_months",
                f"A trial takes at most a quarter of the whole: {months / 4:g} of {months} months.",
            )

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
        needs = sections.terms_needs(self.instance, self.about_to_be(), self.steps)
        if "steps" in needs:
            needs["after_0"] = needs.pop("steps")
        return needs

    def extras(self) -> dict[str, Any]:
        details = super().extras()["details"]
        return {"terms": details["terms"], "steps": self.steps}


def unit_of(approach: str) -> str:
    """What the steps of pay are counted in: months where skills count, else hours."""
    return "month" if approach == Approach.COMPETENCY else "hour"


def standard_line(standard: ApprenticeshipStandard) -> str:
    """ "by hours worked, 8,000 hours"."""
    line = Approach(standard.approach).label.lower()
    if not standard.hours_min:
        return line
    most = f" to {standard.hours_max:,}" if standard.hours_max != standard.hours_min else ""
    return f"{line}, {standard.hours_min:,}{most} hours"


STANDARDS = """
{% if form.helper.standards %}<section class="note" aria-labelledby="standards">
<h2 class="h3" id="standards">What is registered for {{ form.helper.occupation.title }}</h2>
<p class="form-text">“Use these” fills in the code, how steps are earned, and the hours. Nothing is
saved until you save.</p>
{% for standard, line in form.helper.standards %}<p><strong>{{ standard.title }}</strong>, RAPIDS
{{ standard.rapids_code }}, {{ line }}<br><button class="btn btn-secondary btn-sm mt-1"
type="submit" name="standard" value="{{ standard.rapids_code }}"
formaction="#div_id_rapids_code">Use these<span class="visually-hidden"> of RAPIDS
{{ standard.rapids_code }}</span></button></p>
{% endfor %}</section>{% elif not form.helper.occupation %}<div class="note"><p>Name the
occupation under “The work”, and we offer here what is registered for it.</p></div>{% endif %}
"""


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
