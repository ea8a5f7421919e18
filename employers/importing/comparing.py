"""A row that is about a posting that is there: what it changes of it."""

from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.forms.models import model_to_dict

from employers.choices import RowOutcome, State, Support
from employers.forms.imports import rebound
from employers.importing import beside
from employers.importing.columns import COLUMNS
from employers.models import Opportunity
from vocabularies.models import Region

Given = dict[str, Any]


class Comparing:
    """Only what the file says and the posting does not is a change. `checker` and `checked` are
    those of the row (see `checking`)."""

    def __init__(self, checker: Any, target: Opportunity, checked: Any) -> None:
        self.checker, self.target, self.checked = checker, target, checked
        self.reader = checker.reader

    def compare(self, given: Given, of_kind: Given) -> None:
        checked, target = self.checked, self.target
        fields = self.checker.form(target.kind).fields
        held = held_by(target, fields)
        differ = {
            name: value
            for name, value in given.items()
            if name in fields and not same(fields[name], value, held.get(name))
        }
        if any(name.startswith("cost_") for name in differ) and "learner_cost" not in differ:
            held["learner_cost"] = None
        checked.changed = [str(fields[name].label or name) for name in differ]
        self._compare_named()
        self._compare_places()
        self._compare_skills()
        kept, theirs = self._compare_kind(of_kind)
        if not checked.changed and not checked.errors:
            checked.outcome = RowOutcome.SAME
            return
        self._refuse_fixed()
        form = rebound(self.checker.form(target.kind), held | differ, target)
        self.checker.validate(form, differ, checked)
        if theirs:
            page, wrong = self.reader.beside.check(target, kept | theirs)
            checked.errors += [[self.reader.name_of(name), str(said)] for name, said in wrong]
            checked.rows = {} if wrong else page.extras()
        if checked.errors:
            return
        checked.values |= self.checker.values(form, differ)
        checked.outcome = RowOutcome.CHANGE
        self.checker.notice_pay(checked)

    def _refuse_fixed(self) -> None:
        target, name = self.target, self.reader.name_of("external_id")
        if target.state in (State.CLOSED, State.ARCHIVED) or target.standing() == "expired":
            said = "This posting is over. Relist it, then change it."
        elif target.state == State.IN_REVIEW:
            said = "This posting is in review. Take it back to change it."
        else:
            return
        self.checked.errors.append([name, said])

    def _compare_named(self) -> None:
        """What is found by its name and is no field of the form."""
        for name in ("sector", "occupation", "program"):
            found = self.checked.values.pop(name, None)
            if found and found.pk != getattr(self.target, f"{name}_id"):
                self.checked.values[name] = found
                self.checked.changed.append(COLUMNS[name].label)

    def _compare_places(self) -> None:
        checked = self.checked
        if checked.locations is None:
            return
        theirs = [(location.place, location.street) for location in self.target.locations.all()]
        if not any(street for _, street in checked.locations):
            # A file without streets says nothing of them.
            known = {place: street for place, street in reversed(theirs)}
            given = [(place, known.get(place, "")) for place, _ in checked.locations]
            if {place for place, _ in theirs} == {place for place, _ in given}:
                given = theirs
        else:
            given = checked.locations
        if set(theirs) == set(given):
            checked.locations = None
        else:
            checked.locations = given
            checked.changed.append("Places")

    def _compare_skills(self) -> None:
        checked = self.checked
        if checked.skills is None:
            return
        theirs = {wanted.skill_id: wanted.level for wanted in self.target.skills.all()}
        if theirs == {skill.pk: level for skill, level in checked.skills}:
            checked.skills = None
        else:
            checked.changed.append(COLUMNS["skills"].label)

    def _compare_kind(self, given: Given) -> tuple[Given, Given]:
        """(what the page of its kind shows now, what the row changes of it)."""
        if not given:
            return {}, {}
        fields = self.reader.beside.page(self.target.kind).fields
        held = beside.held_by(self.target)
        differ = {
            name: value
            for name, value in given.items()
            if name in fields and not same(fields[name], value, held.get(name))
        }
        names = dict.fromkeys(beside.column_of(name) for name in differ)
        self.checked.changed += [COLUMNS[name].label.partition(",")[0] for name in names]
        return held, differ


def held_by(target: Opportunity, fields: Given) -> Given:
    """{field of the row's form: what it shows of the posting}."""
    zone = Region.current().zone
    held: Given = model_to_dict(target, list(fields))
    for name, moment in (("opens_on", target.opens_at), ("closes_on", target.closes_at)):
        held[name] = moment.astimezone(zone).date() if moment else None
    held |= {f"cost_{item}": amount for item, amount in target.costs.items()}
    return {name: _typed(value) for name, value in held.items()}


def _typed(value: Any) -> Any:
    """What the form is given of a value that it shows."""
    if isinstance(value, Decimal):
        return str(value)
    return [v for v in value if v != Support.CLASS] if isinstance(value, list) else value


def same(form_field: Any, one: Any, other: Any) -> bool:
    """The two answers clean to the same; what does not clean is a difference."""
    try:
        first, second = form_field.clean(one), form_field.clean(other)
    except ValidationError:
        return False
    if isinstance(first, list):
        return sorted(first) == sorted(second)
    if isinstance(first, str):
        return first.split() == str(second or "").split()
    return bool(first == second)
