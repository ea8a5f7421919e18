"""An organization's usual answers: what each new posting of its begins with."""

from typing import Any

from django import forms

from employers.choices import Shift, Support
from employers.forms.apply import APPLYING_HINTS, APPLYING_LABELS, ApplyingForm
from employers.forms.place import PlacesForm
from employers.forms.section import FIRST_BUTTON, SectionForm
from employers.models import Employer, Opportunity
from employers.postings.usual import USUAL


class UsualForm(PlacesForm, ApplyingForm):
    """Written over a posting that is never saved: the same columns, the same checks."""

    shifts = forms.MultipleChoiceField(
        choices=Shift.choices, widget=forms.CheckboxSelectMultiple, label="When"
    )
    supports = forms.MultipleChoiceField(
        choices=[choice for choice in Support.choices if choice[0] != Support.CLASS],
        widget=forms.CheckboxSelectMultiple,
        label="What else do you give?",
    )

    class Meta(SectionForm.Meta):
        fields = USUAL
        labels = APPLYING_LABELS | {
            "mode": "Where is the work done?",
            "place_note": "About the place",
            "schedule_note": "About the hours",
            "class_payer": "Who pays for the class?",
            "class_hours_paid": "The hours in class are paid as work",
        }
        help_texts = APPLYING_HINTS | {
            "place_note": "Such as “bus 7 stops at the gate”",
            "schedule_note": "Such as “Monday to Friday, 6:30 am”",
        }
        widgets = {
            "mode": forms.RadioSelect,
            "class_payer": forms.RadioSelect,
            "apply_by": forms.RadioSelect,
            "apply_steps": forms.Textarea(attrs={"rows": 4}),
        }

    def __init__(self, data: Any = None, *, employer: Employer, **kwargs: Any) -> None:
        self.usual = employer.usual
        known = {name: self.usual[name] for name in USUAL if name in self.usual}
        instance = Opportunity(employer=employer, **known)
        super().__init__(data, instance=instance, finish=False, **kwargs)

    def held(self) -> list[tuple[str, str]]:
        return [(code, street) for code, street in self.usual.get("locations", [])]

    def layout(self) -> list[Any]:
        return [
            FIRST_BUTTON,
            "mode",
            self.places(),
            "place_note",
            "shifts",
            "schedule_note",
            "class_payer",
            "class_hours_paid",
            "supports",
            "accommodations",
            "apply_by",
            "apply_to",
            "apply_steps",
        ]

    def answers(self) -> dict[str, Any]:
        """What to keep: what was left empty is not an answer."""
        pairs = [[place.pk, street] for place, street in self.locations]
        said = self.values() | {"locations": pairs}
        return {name: value for name, value in said.items() if value not in ("", [], None, False)}
