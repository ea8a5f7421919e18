"""A table to take along: its columns with their meanings, and where its rows come from."""

import csv
import json
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from io import StringIO
from typing import Any

from django.db.models import QuerySet

from plans.choices import Passing
from plans.models import Descent, PlanVersion, VersionItem
from plans.reading import with_live
from plans.structure.differences import labels_of
from plans.structure.references import Labels
from vocabularies.tables import safe_cell

CHUNK = 1_000


@dataclass
class Taken:
    """The version that is taken along, with what all tables need of it.

    `only_version`: it was asked for by its number. `suffix`: what addresses of its pages end with.
    """

    version: PlanVersion
    current: PlanVersion
    only_version: bool = False
    suffix: str = ""

    @property
    def is_current(self) -> bool:
        return self.version == self.current

    @cached_property
    def nodes(self) -> list[VersionItem]:
        """As the page shows them: actions of the current version stand as they do today."""
        nodes = list(self.version.items.select_related("parent", "item"))
        return with_live(self.version.plan, nodes) if self.is_current and nodes else nodes

    @cached_property
    def labels(self) -> Labels:
        if "nodes" in self.__dict__:
            return labels_of(self.nodes)
        return labels_of(self.version.items.only("item_id", "number", "handle", "statement"))

    @cached_property
    def now(self) -> dict[uuid.UUID, str]:
        """{item: its number in the current version}; of what was merged or split away, the
        numbers of what it went into ("3.1; 3.2")."""
        numbers = dict(self.current.items.values_list("item_id", "number"))
        into: dict[uuid.UUID, list[uuid.UUID]] = {}
        passed = Descent.objects.filter(plan_id=self.current.plan_id, target__isnull=False)
        passed = passed.exclude(kind=Passing.CARRIED)
        for source, target in passed.order_by("pk").values_list("source_id", "target_id"):
            into.setdefault(source, []).append(target)
        here = dict(numbers)
        for source in into:
            if source not in numbers:
                here[source] = "; ".join(_ends(source, into, numbers, set()))
        return here


def _ends(
    item: uuid.UUID,
    into: Mapping[uuid.UUID, list[uuid.UUID]],
    numbers: Mapping[uuid.UUID, str],
    seen: set[uuid.UUID],
) -> list[str]:
    if item in numbers:
        return [numbers[item]]
    if item in seen:
        return []
    seen.add(item)
    found = [
        number for target in into.get(item, []) for number in _ends(target, into, numbers, seen)
    ]
    return list(dict.fromkeys(found))


@dataclass(frozen=True)
class Column:
    """`of` tells a row's value; JSON has it as it is, CSV as a cell."""

    name: str
    meaning: str
    of: Callable[[Any, Taken], Any]


@dataclass(frozen=True)
class Table:
    """`found`: the objects, in the order of `key`; `rows`: what each of them comes to."""

    name: str
    title: str
    meaning: str
    columns: tuple[Column, ...]
    found: Callable[[Taken], QuerySet[Any]]
    key: str = "pk"
    rows: Callable[[Any], Iterable[Any]] = field(default=lambda one: (one,))
    count: Callable[[Taken], int] | None = None

    def header(self) -> list[str]:
        return [column.name for column in self.columns]

    def cells(self, row: Any, taken: Taken) -> list[Any]:
        return [safe_cell(as_cell(column.of(row, taken))) for column in self.columns]

    def as_json(self, row: Any, taken: Taken) -> dict[str, Any]:
        return {column.name: column.of(row, taken) for column in self.columns}

    def total(self, taken: Taken) -> int:
        return self.count(taken) if self.count else self.found(taken).order_by().count()

    def page(self, taken: Taken, after: int, size: int) -> tuple[list[dict[str, Any]], int | None]:
        """Rows behind the key `after`, and the key to go on from; None at the end."""
        found = self.found(taken).filter(**{f"{self.key}__gt": after}).order_by(self.key)
        page = list(found[: size + 1])
        results = [self.as_json(row, taken) for one in page[:size] for row in self.rows(one)]
        return results, getattr(page[size - 1], self.key) if len(page) > size else None

    def each(self, taken: Taken) -> Iterator[Any]:
        """Every row, read as it is sent."""
        for one in self.found(taken).order_by(self.key).iterator(chunk_size=CHUNK):
            yield from self.rows(one)

    def csv(self, taken: Taken) -> Iterator[str]:
        return csv_chunks(self.header(), (self.cells(row, taken) for row in self.each(taken)))


def as_cell(value: Any) -> Any:
    """Lists and objects as JSON, yes and no in words, moments to the second."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | dict):
        return json.dumps(value, ensure_ascii=False) if value else ""
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    return value


def csv_chunks(header: list[str], rows: Iterable[list[Any]]) -> Iterator[str]:
    """RFC 4180, some hundred rows at a time."""
    out = StringIO()
    writer = csv.writer(out)
    writer.writerow(header)
    for number, row in enumerate(rows, 1):
        writer.writerow(row)
        if number % CHUNK == 0:
            yield out.getvalue()
            out.seek(0)
            out.truncate()
    yield out.getvalue()
