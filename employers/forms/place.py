"""Place and hours: where, in how many places, how many hours, how long."""

from decimal import Decimal
from typing import Any

from crispy_forms.layout import HTML, Fieldset
from django import forms

from employers.choices import Mode, Shift
from employers.forms.fields import PlainDecimalField, PlainIntegerField
from employers.forms.section import (
    FIRST_BUTTON,
    KEEP_BUTTON,
    SectionForm,
    mid,
    more_button,
    pair,
    short,
)
from employers.postings import sections
from vocabularies.models import Place
from vocabularies.text import plain_line

MOST_PLACES = 20


class PlacesForm(SectionForm):
    """Rows of a ZIP code and a street; `self.locations` holds the (place, street) pairs."""

    def held(self) -> list[tuple[str, str]]:
        """(ZIP code, street) of the places so far."""
        if not self.instance.pk:
            return []
        return [(row.place_id, row.street) for row in self.instance.locations.all()]

    def add_fields(self) -> None:
        held = self.held()
        self.place_rows = self.rows("zip", held=len(held), least=3, most=MOST_PLACES)
        for number in range(self.place_rows):
            self.fields[f"zip_{number}"] = forms.CharField(
                label="ZIP code" if number == 0 else f"ZIP code, place {number + 1}",
                max_length=10,
                widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
            )
            self.fields[f"street_{number}"] = forms.CharField(
                label="Street" if number == 0 else f"Street, place {number + 1}",
                max_length=120,
                validators=[plain_line],
            )
            if number < len(held):
                self.initial[f"zip_{number}"], self.initial[f"street_{number}"] = held[number]

    def places(self) -> Fieldset:
        rows = [pair(short(f"zip_{n}"), f"street_{n}") for n in range(self.place_rows)]
        shown = self.place_rows
        adding = [more_button("Add another place", "zip", shown)] if shown < MOST_PLACES else []
        return Fieldset(
            "Places",
            HTML(
                '<p class="form-text">A row for each place. The street is shown on the page; '
                "leave it empty if you would rather tell people later.</p>"
            ),
            *rows,
            *adding,
            css_class="steps-of-pay",
        )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        typed = [
            (number, (cleaned.get(f"zip_{number}") or "")[:5], cleaned.get(f"street_{number}", ""))
            for number in range(self.place_rows)
        ]
        known = Place.objects.in_bulk([code for _, code, _ in typed if code])
        self.locations: list[tuple[Place, str]] = []
        for number, code, street in typed:
            if f"zip_{number}" in self.errors or not (code or street):
                continue
            if not code:
                self.add_error(f"zip_{number}", "Give the ZIP code of this place.")
            elif code not in known:
                sentence = f"We know no ZIP code {cleaned[f'zip_{number}']}."
                self.add_error(f"zip_{number}", f"{sentence} Five digits, like 78701.")
            elif (known[code], street) in self.locations:
                self.add_error(f"zip_{number}", "This place is listed twice.")
            else:
                self.locations.append((known[code], street))
        return cleaned

    def extras(self) -> dict[str, Any]:
        remote = self.cleaned_data.get("mode") == Mode.REMOTE
        locations = [] if remote else self.locations
        extras = super().extras() | {"locations": locations}
        if "usual" in extras:
            extras["usual"]["locations"] = [[place.pk, street] for place, street in locations]
        return extras


class PlaceForm(PlacesForm):
    section = sections.PLACE
    shifts = forms.MultipleChoiceField(
        choices=Shift.choices,
        widget=forms.CheckboxSelectMultiple,
        label="When",
        help_text="Tick all that apply",
    )
    hours_min = PlainDecimalField(
        label="Hours, from",
        max_digits=5,
        decimal_places=1,
        min_value=Decimal("0.5"),
        max_value=168,
    )
    hours_max = PlainDecimalField(
        label="Up to",
        max_digits=5,
        decimal_places=1,
        min_value=Decimal("0.5"),
        max_value=744,
        help_text="The same number if it is fixed",
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

    def layout(self) -> list[Any]:
        return [
            FIRST_BUTTON,
            "mode",
            self.places(),
            "place_note",
            pair(short("hours_min"), short("hours_max"), short("hours_per")),
            "shifts",
            "schedule_note",
            pair(short("length"), mid("length_unit")),
            "length_note",
            KEEP_BUTTON,
        ]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        low, high = cleaned.get("hours_min"), cleaned.get("hours_max")
        if low is not None and high is not None and high < low:
            self.add_error("hours_max", "The most hours are fewer than the fewest.")
        if cleaned.get("hours_per") == "week" and max(low or 0, high or 0) > 60:
            self.add_error("hours_min", "More than 60 hours a week cannot be posted here.")
        return cleaned

    def open_questions(self) -> sections.Needs:
        needs = sections.place_needs(self.instance, self.locations)
        if "zips" in needs:
            needs["zip_0"] = needs.pop("zips")
        return needs
