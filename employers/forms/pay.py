"""Pay and what it costs."""

from decimal import Decimal
from typing import Any

from crispy_forms.layout import HTML, Fieldset
from django import forms

from employers.choices import HOURS_IN, ClassPayer, CostItem, Paid, Support
from employers.forms.fields import PlainDecimalField
from employers.forms.section import FIRST_BUTTON, KEEP_BUTTON, SectionForm, pair, short
from employers.postings import sections
from vocabularies.templatetags.words import money

MOST_AN_HOUR = 500
MOST_COST = Decimal("999999.99")


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
        label="Or all of it in one sum",
        max_digits=8,
        decimal_places=2,
        min_value=Decimal(0),
        help_text="In dollars; 0 if nothing",
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

    def add_fields(self) -> None:
        if self.instance.is_visit:
            for name in ("class_payer", "learner_cost", "class_hours_paid"):
                del self.fields[name]
            return
        for item in CostItem:
            self.fields[f"cost_{item}"] = PlainDecimalField(
                label=item.label, max_digits=8, decimal_places=2, min_value=Decimal(0)
            )
            self.initial[f"cost_{item}"] = self.instance.costs.get(item)
        if self.instance.costs:
            self.initial["learner_cost"] = None

    def layout(self) -> list[Any]:
        parts: list[Any] = [
            FIRST_BUTTON,
            "paid",
            pair(short("pay_min"), short("pay_max"), short("pay_unit")),
        ]
        if not self.instance.is_visit:
            parts += ["class_payer", self._costs(), "class_hours_paid"]
        return [*parts, "supports", "pay_note", KEEP_BUTTON]

    def _costs(self) -> Fieldset:
        names = [f"cost_{item}" for item in CostItem]
        return Fieldset(
            "What it costs the learner",
            HTML(
                '<p class="form-text">Only what the learner pays and does not get back. '
                "Give the parts, and we add them up.</p>"
            ),
            pair(*[short(name) for name in names[:3]]),
            pair(*[short(name) for name in names[3:]]),
            short("learner_cost"),
            css_class="steps-of-pay",
        )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        low, high = cleaned.get("pay_min"), cleaned.get("pay_max")
        if low is not None and high is not None and high < low:
            self.add_error("pay_max", f"${high:,.2f} is less than the starting pay of ${low:,.2f}.")
        if cleaned.get("paid") == Paid.WAGE:
            self._check_unit(cleaned)
        if cleaned.get("paid") == Paid.UNPAID and (low or high):
            self.add_error("paid", "You gave an amount; is it paid after all?")
        self._add_up(cleaned)
        return cleaned

    def _check_unit(self, cleaned: dict[str, Any]) -> None:
        unit = cleaned.get("pay_unit") or "hour"
        for name in ("pay_min", "pay_max"):
            pay = cleaned.get(name)
            if pay is not None and pay / HOURS_IN[unit] > MOST_AN_HOUR:
                self.add_error(name, f"${pay:,.2f} for each {unit}? Check the unit.")

    def _add_up(self, cleaned: dict[str, Any]) -> None:
        """The parts make the sum; a sum beside them must agree."""
        parts = {
            str(item): cleaned[f"cost_{item}"]
            for item in CostItem
            if cleaned.get(f"cost_{item}") is not None
        }
        self.costs = {item: f"{amount:.2f}" for item, amount in parts.items()}
        if not parts:
            return
        total, given = sum(parts.values(), Decimal(0)), cleaned.get("learner_cost")
        if total > MOST_COST:
            self.add_error("learner_cost", "That is too much to be right. Check the parts.")
        elif given is not None and given != total:
            sentence = f"The parts add up to {money(total)}, but this says {money(given)}."
            self.add_error("learner_cost", sentence)
        else:
            cleaned["learner_cost"] = total

    def values(self) -> dict[str, Any]:
        values = super().values()
        supports = [s for s in values["supports"] if s != Support.CLASS]
        if values.get("class_payer") == ClassPayer.EMPLOYER:
            supports.insert(0, Support.CLASS)
        if values.get("paid") == Paid.UNPAID:
            values["pay_min"] = values["pay_max"] = None
        if not self.instance.is_visit:
            values["costs"] = self.costs
        return values | {"supports": supports}
