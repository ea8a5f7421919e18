"""An open page against what lies in the database: which answers others have changed since it was
opened, and which of them clash with what is typed.

A page carries `seen`: for each answer that was not empty, a short hash of what stood there
("title:1f0c… summary:9be2…"). Where an answer has another hash now, somebody changed it; where the
typed one still has the hash of then, the person did not touch it and the other's answer is taken.
"""

import hashlib
import re
from dataclasses import dataclass
from typing import Any

from django.forms import BoundField, CheckboxInput, MultiWidget, Widget
from django.http import QueryDict

from employers.forms.section import KEEP_USUAL, MORE, STANDARD, SectionForm
from employers.models import Opportunity

# What a browser sends of a field: {name: values}. Empty answers are left out.
Sent = dict[str, list[str]]
Marks = dict[str, str]

ROW = re.compile(r"_\d+$")
# What a post carries beside answers.
NOT_ANSWERS = {"csrfmiddlewaretoken", "revision", "seen", "page", "later", "drop"}
NOT_ANSWERS |= {MORE, STANDARD, KEEP_USUAL}
CHOICE = "choose-"


@dataclass(frozen=True)
class Clash:
    """An answer that two people changed, in words."""

    name: str
    label: str
    mine: str
    theirs: str

    @property
    def choice(self) -> str:
        return CHOICE + self.name


@dataclass(frozen=True)
class Merged:
    """`data` is what was typed, with others' answers where it was not touched (`taken`)."""

    data: QueryDict
    clashes: list[Clash]
    taken: set[str]
    is_changed: bool


def marks_of(form: SectionForm) -> Marks:
    """Hashes of what an unbound form shows."""
    return {name: _hash(sent) for name, sent in _shown(form).items() if sent}


def spelled(marks: Marks) -> str:
    return " ".join(f"{name}:{mark}" for name, mark in marks.items())


def read(seen: str) -> Marks:
    return dict(re.findall(r"(\w{1,60}):([0-9a-f]{12})", seen[:20_000]))


def merge(
    form_class: type[SectionForm], current: Opportunity, data: QueryDict, base: Marks | None
) -> Merged:
    """`base`: what the page stood on; None when nobody knows, so that each difference clashes."""
    theirs = form_class(instance=current)
    shown = _shown(theirs)
    mine = form_class(_plain(data), instance=current)
    fields = {field.name: field for field in (*theirs.visible_fields(), *mine.visible_fields())}
    typed = {name: _sent(field, data) for name, field in fields.items()}
    differing = {name for name in fields if typed[name] != shown.get(name, {})}
    others = _changed_by_others(fields, shown, base) & differing
    edited = {
        name for name in differing if base is not None and _mark(typed[name]) != base.get(name, "")
    }
    touched = others if base is None else others & edited
    rows = {name for name in differing if ROW.search(name)}
    if rows & others and rows & edited:
        # Rows belong together: a line of one person's and a line of the other's make no table.
        touched = touched | rows
    merged = _plain(data)
    taken = others - touched
    for name in taken:
        _put(merged, fields[name], shown.get(name, {}))
    clashes = [
        Clash(
            name,
            str(fields[name].label),
            _words(fields[name], typed[name]),
            _words(fields[name], shown.get(name, {})),
        )
        for name in fields
        if name in touched
    ]
    return Merged(merged, clashes, taken, bool(differing - taken))


def choose(form_class: type[SectionForm], current: Opportunity, data: QueryDict) -> QueryDict:
    """The typed answers with the other's wherever the person chose it (`choose-title=theirs`)."""
    chosen = {
        name.removeprefix(CHOICE)
        for name, value in data.items()
        if name.startswith(CHOICE) and value == "theirs"
    }
    if not chosen:
        return data
    return with_saved(form_class, current, data, chosen)


def with_saved(
    form_class: type[SectionForm], current: Opportunity, data: QueryDict, names: set[str]
) -> QueryDict:
    """The typed answers, with those of `names` as they lie in the database."""
    theirs = form_class(instance=current)
    shown, mixed = _shown(theirs), data.copy()
    bound = form_class(_plain(data), instance=current)
    fields = {field.name: field for field in (*theirs.visible_fields(), *bound.visible_fields())}
    for name in names & fields.keys():
        _put(mixed, fields[name], shown.get(name, {}))
    return mixed


def answers(data: QueryDict) -> dict[str, list[str]]:
    """What is worth keeping of a post."""
    return {
        name: [str(value) for value in values]
        for name, values in data.lists()
        if name not in NOT_ANSWERS and not name.startswith(CHOICE)
    }


def _plain(data: QueryDict) -> QueryDict:
    """A copy without choices between versions and buttons that reshape the page."""
    copied = data.copy()
    for name in [name for name in copied if name.startswith(CHOICE)]:
        del copied[name]
    return copied


def _changed_by_others(fields: Any, shown: dict[str, Sent], base: Marks | None) -> set[str]:
    if base is None:
        return set(fields)
    return {name for name in fields if _mark(shown.get(name, {})) != base.get(name, "")}


def _shown(form: SectionForm) -> dict[str, Sent]:
    """What a browser would send back of an unbound form that nobody touched."""
    found = {}
    for field in form.visible_fields():
        sent: Sent = {}
        for widget, name, value in _parts(field):
            values = _values(widget, value)
            if values:
                sent[name] = values
        found[field.name] = sent
    return found


def _parts(field: BoundField) -> list[tuple[Widget, str, Any]]:
    """A field's boxes: (widget, html name, value)."""
    widget, value = field.field.widget, field.value()
    if not isinstance(widget, MultiWidget):
        return [(widget, field.html_name, value)]
    values: Any = value if isinstance(value, list | tuple) else widget.decompress(value)
    names = [field.html_name + suffix for suffix in widget.widgets_names]  # type: ignore[attr-defined]
    return list(zip(widget.widgets, names, values, strict=False))


def _values(widget: Any, value: Any) -> list[str]:
    if isinstance(widget, CheckboxInput):
        return ["on"] if widget.check_test(value) else []
    given = widget.format_value(value)
    return _tidy(given if isinstance(given, list | tuple) else [given])


def _sent(field: BoundField, data: QueryDict) -> Sent:
    """What was sent of this field, in the same shape."""
    sent: Sent = {}
    for widget, name, _ in _parts(field):
        if isinstance(widget, CheckboxInput):
            values = ["on"] if widget.value_from_datadict(data, {}, name) else []  # type: ignore[arg-type]
        else:
            values = _tidy(data.getlist(name))
        if values:
            sent[name] = values
    return sent


def _put(data: QueryDict, field: BoundField, sent: Sent) -> None:
    for widget, name, _ in _parts(field):
        if name in sent:
            data.setlist(name, sent[name])
        elif isinstance(widget, CheckboxInput) or getattr(widget, "allow_multiple_selected", False):
            data.pop(name, None)
        else:
            data[name] = ""


def _tidy(values: Any) -> list[str]:
    """Line ends as the database has them, no empty answers; ticked boxes in any order are one."""
    tidied = [str(value).replace("\r\n", "\n").strip() for value in values if value is not None]
    return sorted(value for value in tidied if value)


def _mark(sent: Sent) -> str:
    return _hash(sent) if sent else ""


def _hash(sent: Sent) -> str:
    text = "\x1e".join(f"{name}\x1f" + "\x1f".join(values) for name, values in sent.items())
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _words(field: BoundField, sent: Sent) -> str:
    """An answer as people read it: the words of a choice, a dash for none."""
    choices = {str(key): str(words) for key, words in getattr(field.field, "choices", None) or []}
    values = [value for values in sent.values() for value in values]
    if isinstance(field.field.widget, CheckboxInput):
        return "Yes" if values else "No"
    return ", ".join(choices.get(value, value) for value in values) or "–"
