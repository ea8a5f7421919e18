"""Which column holds what: by the names that files use, and by what an employer said before."""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from vocabularies.text import without_accents


@dataclass(frozen=True)
class Column:
    """What a column of a file may hold. `group` is the page of the form it belongs to."""

    name: str
    label: str
    group: str
    names: tuple[str, ...]


def _read() -> dict[str, Column]:
    text = Path(__file__).with_name("fields.toml").read_text(encoding="utf-8")
    return {
        name: Column(name, row["label"], row["group"], tuple(row["names"]))
        for name, row in tomllib.loads(text).items()
    }


COLUMNS = _read()
# A list that was exported here names these; its "id" is the number in this portal.
OUR_OWN = {"id", "title", "kind", "employer", "url"}


def heading_key(heading: str) -> str:
    """What a heading is compared by: "Job-Title *" → "job title"."""
    return " ".join(re.findall(r"[^\W_]+", without_accents(heading)))[:120]


_BY_NAME = {name: column.name for column in COLUMNS.values() for name in column.names}


# What a form puts around a name to make it a question.
AROUND = set(
    "what which who when how many much is are was the a an of to for be please your their "
    "this it its they you we will would should can does did student students learner learners "
    "intern interns participant participants optional required".split()
)


def _asked_key(heading: str) -> str:
    """A heading without the question around its name: "What is the title of the position?" and
    "Start date (MM/DD/YYYY)" → "title position", "start date"."""
    words = heading_key(re.sub(r"[(\[].*?[)\]]", " ", heading)).split()
    return " ".join(word for word in words if word not in AROUND)


def _by_question() -> dict[str, str]:
    """{what is left of a name: column}, where it is one column's alone."""
    found: dict[str, str] = {}
    for name, column in _BY_NAME.items():
        key = _asked_key(name)
        found[key] = column if found.get(key, column) == column else ""
    return found | {"": ""}


_BY_QUESTION = _by_question()


def _named(heading: str) -> str:
    return _BY_NAME.get(heading_key(heading), "")


def _asked(heading: str) -> str:
    """The column that a question is about, or a name with brackets."""
    return _BY_QUESTION.get(_asked_key(heading), "") if re.search(r"[?(\[]", heading) else ""


def known_headings(record: Sequence[str]) -> int:
    """How many cells of a row are names of columns that we know."""
    return len({column for cell in record if (column := _named(cell) or _asked(cell))})


def match_columns(header: Sequence[str], remembered: Mapping[str, str]) -> dict[str, int]:
    """{field: number of its column, from 0}. What the employer said before goes first; the first
    column of a name wins."""
    keys = [heading_key(heading) for heading in header]
    found: dict[str, int] = {}
    for number, key in enumerate(keys):
        field = remembered.get(key, "")
        if field in COLUMNS:
            found.setdefault(field, number)
    if OUR_OWN <= set(keys):
        found.setdefault("portal_id", keys.index("id"))
    elif "id" in keys and "id" not in remembered and keys.index("id") not in found.values():
        found.setdefault("external_id", keys.index("id"))
    for field_of in (_named, _asked):
        for number, (heading, key) in enumerate(zip(header, keys, strict=True)):
            field = field_of(heading)
            if field and key not in remembered and number not in found.values():
                found.setdefault(field, number)
    return found


def is_offset(heading: str) -> bool:
    """Its cells count days from today: "closes_offset_d"."""
    key = heading_key(heading)
    return key.endswith(" offset d") or " offset" in key or key.endswith(" in days")
