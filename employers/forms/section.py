"""What every page of the posting form does.

Each page saves a draft: what is missing is asked for only by “Save and continue”; what is wrong
is refused by both buttons. A button that only reshapes the page (“Add another place”) saves
nothing and keeps all that was typed.
"""

from typing import Any

from crispy_forms.layout import HTML, Div, Field, Layout
from django import forms
from django.db import models

from accounts.forms import PortalModelForm
from accounts.forms.base import dress
from employers.forms.fields import DayField, PlainDecimalField, PlainIntegerField
from employers.models import Opportunity
from employers.postings import sections
from employers.postings.usual import USUAL
from employers.postings.words import detail_of

# The names of buttons that reshape a page, and of the one that keeps the usual answers.
MORE, STANDARD, KEEP_USUAL = "more", "standard", "keep_usual"
# What nobody asks for before a posting is sent, so that whoever is in a hurry can pass it by.
OPTIONAL = frozenset(
    "host program external_id place_note shifts hours_max schedule_note length_note pay_max "
    "supports pay_note needs_note accommodations apply_steps starts_note week project meetings "
    "evaluated gap wage_after grades topics wear gear arrive meals languages rapids_code "
    "instruction_note journey_rate probation_months".split()
)
# What Enter presses: the first submit button of a form, though others stand above the last row.
FIRST_BUTTON = HTML('<button type="submit" hidden>Save and continue</button>')


class SectionForm(PortalModelForm):
    """One page. `finish=True` (Save and continue) asks for all that a reviewer needs."""

    revision = forms.IntegerField(widget=forms.HiddenInput, required=False)
    section: sections.Section

    class Meta:
        model = Opportunity
        fields: list[str] = []

    def __init__(self, data: Any = None, *args: Any, finish: bool = True, **kwargs: Any) -> None:
        self.finish = finish
        super().__init__(self.take(data), *args, **kwargs)
        self.initial["revision"] = self.instance.revision
        known = set(self.fields)
        self.add_fields()
        for name, field in self.fields.items():
            if name not in known:
                dress(field)
            field.required = name == "title"
            if isinstance(field, forms.ChoiceField) and isinstance(field.widget, forms.RadioSelect):
                field.choices = [choice for choice in list(field.choices) if choice[0] != ""]  # type: ignore[arg-type]
        self.helper.layout = Layout(*self.layout(), "revision")

    def take(self, data: Any) -> Any:
        """What was posted, as this page reads it."""
        return data

    def add_fields(self) -> None:
        """Fields that depend on the posting."""

    def layout(self) -> list[Any]:
        return [name for name in self.fields if name != "revision"]

    def mark_optional(self) -> None:
        """For whoever fills the page in; a list of what differs names the fields bare."""
        optional = OPTIONAL if sections.asks_lessons(self.instance) else OPTIONAL | {"lessons"}
        for name in optional & set(self.fields):
            self[name].label = f"{self[name].label} (optional)"

    @property
    def only_reshapes(self) -> bool:
        """The person asked for another row or for a standard's answers: nothing is saved."""
        return bool(self.data) and (MORE in self.data or STANDARD in self.data)

    def full_clean(self) -> None:
        super().full_clean()
        if self.only_reshapes:
            self._errors = forms.utils.ErrorDict()

    def is_valid(self) -> bool:
        return super().is_valid() and not self.only_reshapes

    def open_questions(self) -> sections.Needs:
        return self.section.needs(self.instance)

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]
        if self.finish:
            for name, sentence in self.open_questions().items():
                if name in self.fields and name not in self.errors:
                    self.add_error(name, sentence)

    def values(self) -> dict[str, Any]:
        """What to save of the opportunity itself."""
        own = set(self._meta.fields or ())
        return {name: value for name, value in self.cleaned_data.items() if name in own}

    def extras(self) -> dict[str, Any]:
        """What to save beside it: places, skills, terms, steps."""
        if KEEP_USUAL not in self.data:
            return {}
        values = self.values()
        return {"usual": {name: values[name] for name in USUAL if name in values}}

    def rows(self, name: str, *, held: int, least: int, most: int) -> int:
        """How many rows of `name_0`, `name_1` … to show: those held or posted and, when asked
        for, three more."""
        if not self.data:
            return min(most, max(least, held + 1))
        posted = [n for n in range(most) if f"{name}_{n}" in self.data]
        shown = max([least, *(number + 1 for number in posted)])
        if self.data.get(MORE) == name:
            shown += 3
        return min(most, shown)


class DetailForm(SectionForm):
    """A page that also writes a row beside the posting: `accessor` names it, `said` gives the
    {column: (label, hint)} that the page asks for."""

    accessor: str
    detail: type[models.Model]
    said: dict[str, tuple[str, str]]
    radios: tuple[str, ...] = ()

    def add_fields(self) -> None:
        held = detail_of(self.instance, self.accessor)
        self.row: Any = held or self.detail(opportunity=self.instance)
        for name, (label, hint) in self.said.items():
            column = self.detail._meta.get_field(name)
            field = answer_field(column, radio=name in self.radios)
            field.label, field.help_text = label, hint
            self.fields[name] = field
            self.initial.setdefault(name, getattr(self.row, name))

    def about_to_be(self) -> Any:
        """The row as it would be saved; unsaved."""
        values = {name: self.cleaned_data.get(name) for name in self.said if name in self.fields}
        return self.detail(**{name: value for name, value in values.items() if value is not None})

    def open_questions(self) -> sections.Needs:
        return self.section.needs(self.instance, self.about_to_be())  # type: ignore[call-arg]

    def extras(self) -> dict[str, Any]:
        values = {name: self.cleaned_data[name] for name in self.said if name in self.fields}
        return super().extras() | {"details": {self.accessor: values}}


def answer_field(column: Any, *, radio: bool = False) -> forms.Field:
    """A field for a column of a row beside the posting, with the column's own limits."""
    if isinstance(column, models.DecimalField):
        return PlainDecimalField(
            max_digits=column.max_digits,
            decimal_places=column.decimal_places,
            validators=list(column.validators),
        )
    if isinstance(column, models.IntegerField):
        return PlainIntegerField(validators=list(column.validators))
    if isinstance(column, models.DateField):
        return DayField()
    if radio:
        return column.formfield(widget=forms.RadioSelect)
    field = column.formfield()
    field.validators += column.validators
    return field


def short(name: str) -> Field:
    return Field(name, css_class="short")


def mid(name: str) -> Field:
    return Field(name, css_class="mid")


def pair(*names: Any) -> Div:
    return Div(*names, css_class="pair")


def more_button(words: str, name: str, shown: int) -> HTML:
    """Adds rows to this page without a script and without saving it, and goes to the first."""
    return HTML(
        f'<p><button class="btn btn-secondary btn-sm" type="submit" name="{MORE}" value="{name}" '
        f'formaction="#div_id_{name}_{shown}">{words}</button></p>'
    )


KEEP_BUTTON = HTML(
    '<p><button class="btn btn-secondary btn-sm" type="submit" '
    f'name="{KEEP_USUAL}" value="1">Save, and begin new postings with these answers</button><br>'
    '<a class="small" href="{% url "employers:employer_usual" '
    'form.instance.employer.organization.slug %}">See your usual answers</a></p>'
)
