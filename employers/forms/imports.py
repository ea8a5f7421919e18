"""Forms of an import: the file, its columns, what holds for all rows; and one row of it."""

from typing import Any

from crispy_forms.layout import Layout
from django import forms
from django.core.exceptions import ValidationError

from accounts.forms import PortalForm
from accounts.models import Organization
from employers.choices import ApplyBy, Ask, ClassPayer, Education, Kind, Mode, Paid, PayUnit
from employers.forms.apply import ApplyingForm
from employers.forms.dates import DatesForm
from employers.forms.fields import DayField, PlainIntegerField
from employers.forms.pay import PayForm
from employers.forms.place import PlaceForm
from employers.forms.section import SectionForm, mid, pair, short
from employers.forms.work import WorkForm
from employers.importing.columns import COLUMNS
from employers.importing.reading import MOST_BYTES, Unreadable, read_table
from employers.models import Opportunity
from vocabularies.models import Place, Sector
from vocabularies.text import CONTROLS, DIRECTION_MARKS, plain_line


class ImportStartForm(PortalForm):
    """A file, for one of the person's organizations. `table` is what was read of it."""

    organization = forms.ModelChoiceField(
        Organization.objects.none(),
        label="For",
        empty_label=None,
        error_messages={"required": "Choose the organization you post for."},
    )
    file = forms.FileField(
        label="File",
        allow_empty_file=True,
        help_text="CSV or an Excel workbook (.xlsx), up to 5 MB and 5,000 rows. "
        "Its columns may have any names and any order.",
        error_messages={"required": "Choose a file."},
        widget=forms.FileInput(attrs={"accept": ".csv,.tsv,.txt,.xlsx"}),
    )
    token = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, organizations: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["organization"].queryset = organizations  # type: ignore[attr-defined]
        self.fields["token"].error_messages["required"] = "Open this page once more."
        self.fields["token"].error_messages["invalid"] = "Open this page once more."
        if len(organizations) == 1:
            self.fields["organization"].widget = forms.HiddenInput()
            self.initial.setdefault("organization", organizations[0].pk)

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > MOST_BYTES:
            raise ValidationError("This file is larger than 5 MB. Split it into smaller ones.")
        try:
            self.table = read_table(file.read())
        except Unreadable as unreadable:
            raise ValidationError(str(unreadable)) from unreadable
        return file

    @property
    def file_name(self) -> str:
        """Its name as the person knows it, on one plain line."""
        name = DIRECTION_MARKS.sub("", CONTROLS.sub("", str(self.cleaned_data["file"].name)))
        return " ".join(name.split())[:120] or "A file"


class MatchForm(PortalForm):
    """What each column holds: `column_0`, `column_1` …"""

    def __init__(self, *args: Any, header: list[str], columns: dict[str, int], **kwargs: Any):
        super().__init__(*args, **kwargs)
        holds = {number: field for field, number in columns.items()}
        for number, heading in enumerate(header):
            self.fields[f"column_{number}"] = forms.ChoiceField(
                label=heading, choices=_grouped(), required=False, initial=holds.get(number, "")
            )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        self.columns: dict[str, int] = {}
        for name in list(self.fields):
            field, number = cleaned.get(name), int(name.removeprefix("column_"))
            if not field:
                continue
            if field in self.columns:
                label = COLUMNS[field].label
                self.add_error(name, f"Two columns give “{label}”. Leave one of them out.")
            self.columns.setdefault(field, number)
        if "title" not in self.columns and not self.errors:
            self.add_error(None, "Say which column holds the title: no posting is without one.")
        return cleaned


def _grouped() -> list[Any]:
    """The choices of a column, in the groups of the posting form."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for column in COLUMNS.values():
        groups.setdefault(column.group, []).append((column.name, column.label))
    return [("", "Leave it out"), *groups.items()]


class ChoicesForm(PortalForm):
    """What holds for all rows, wherever a row does not say it itself."""

    kind = forms.ChoiceField(label="Kind", choices=[("", "Choose one"), *Kind.choices])
    mode = forms.ChoiceField(
        label="Where is the work done?", choices=[("", "Not for all"), *Mode.choices]
    )
    zip = forms.CharField(label="ZIP code", max_length=5, help_text="For rows that name no place")
    sector = forms.ModelChoiceField(
        Sector.objects.all(), label="Sector", empty_label="That of the organization"
    )
    paid = forms.ChoiceField(label="Paid?", choices=[("", "Not for all"), *Paid.choices])
    pay_unit = forms.ChoiceField(
        label="Pay is for each", choices=[("", "Not for all"), *PayUnit.choices]
    )
    class_payer = forms.ChoiceField(
        label="Who pays for the class?", choices=[("", "Not for all"), *ClassPayer.choices]
    )
    education = forms.ChoiceField(
        label="Schooling", choices=[("", "Not for all"), *Education.choices]
    )
    apply_by = forms.ChoiceField(
        label="How do people apply?", choices=[("", "Not for all"), *ApplyBy.choices]
    )
    apply_to = forms.CharField(
        label="Where to", max_length=200, help_text="The address, link or number"
    )
    openings = PlainIntegerField(label="For how many people", min_value=1, max_value=5000)
    closes_on = DayField(label="People can apply until")
    starts_note = forms.CharField(
        label="Start, in words", max_length=60, help_text="Such as “by agreement”"
    )

    def __init__(self, *args: Any, columns: dict[str, int] | None = None, **kwargs: Any) -> None:
        self.columns = columns or {}
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.required = False
        if "kind" in self.columns:
            self.fields["kind"].choices = [("", "As the column says"), *Kind.choices]  # type: ignore[attr-defined]
        self.helper.layout = Layout(
            mid("kind"),
            pair(mid("mode"), short("zip")),
            mid("sector"),
            pair(mid("paid"), mid("pay_unit")),
            pair(mid("class_payer"), mid("education")),
            pair(mid("apply_by"), mid("apply_to")),
            pair(short("openings"), mid("closes_on")),
            mid("starts_note"),
        )
        for name in ("apply_to", "starts_note"):
            self.fields[name].validators.append(plain_line)

    def clean_zip(self) -> str:
        code = self.cleaned_data["zip"]
        if code and not Place.objects.filter(zip=code).exists():
            raise ValidationError(f"We know no ZIP code {code}. Five digits, like 78701.")
        return code

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if not cleaned.get("kind") and "kind" not in self.columns and "kind" not in self.errors:
            self.add_error("kind", "No column says the kind, so choose one for all rows.")
        return cleaned

    def kept(self) -> dict[str, str]:
        """The answers that were given, as text."""
        kept = {}
        for name, value in self.cleaned_data.items():
            if value not in (None, ""):
                kept[name] = str(value.pk if isinstance(value, Sector) else value)
        return kept


class RowForm(WorkForm, PlaceForm, PayForm, ApplyingForm, DatesForm):
    """One row of a file: the pages of the posting form as one, so that a file is held to the same
    rules. Places and occupations are found by whoever reads the row."""

    minimum_age = PlainIntegerField(label="Lowest age", min_value=14, max_value=30)
    asks = forms.MultipleChoiceField(choices=Ask.choices, label="Licenses and checks")
    prefers = forms.MultipleChoiceField(choices=Ask.choices, label="Good to have")
    learned_here = forms.MultipleChoiceField(choices=Ask.choices, label="Learned here")

    class Meta:
        model = Opportunity
        fields = (
            "title summary host program tasks lessons external_id mode place_note hours_min "
            "hours_max hours_per shifts schedule_note length length_unit length_note paid pay_min "
            "pay_max pay_unit pay_note class_payer class_hours_paid learner_cost supports "
            "education minimum_age needs_note accommodations apply_by apply_to apply_steps term "
            "supervisor_role credit openings start_kind starts_on starts_until starts_note asks "
            "prefers learned_here"
        ).split()

    def __init__(self, data: Any = None, *args: Any, **kwargs: Any) -> None:
        super().__init__(data, *args, finish=False, **kwargs)
        # The pages show these otherwise, or find them by words; here the reader has found them.
        del self.fields["occupation_words"], self.fields["program"]
        self.fields["title"].error_messages["required"] = "A posting needs a title."

    def add_fields(self) -> None:
        """No rows to fill in."""
        self.skill_rows = self.place_rows = 0
        PayForm.add_fields(self)

    def layout(self) -> list[Any]:
        return []

    def clean_external_id(self) -> str:
        # Of a new row the reader knows already that nobody has its number.
        return super().clean_external_id() if self.instance.pk else self.cleaned_data["external_id"]

    def validate_constraints(self) -> None:
        """The pages ask all of it in better words, and the database holds it."""


def rebound[F: SectionForm](form: F, data: dict[str, Any], instance: Opportunity) -> F:
    """A form that was made once, filled in anew: making one takes longer than all its checks."""
    form.data, form.instance = data, instance
    form._errors = None  # type: ignore[assignment]
    form.__dict__.pop("changed_data", None)
    return form
