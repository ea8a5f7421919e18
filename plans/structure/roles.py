"""Who does what, as a version or the working copy says it: the matrix, its legend, its changes."""

import uuid
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from plans.models import Plan, RoleAssignment, VersionItem, WorkGroup
from plans.structure.numbers import numbered

# Circles: filled for who leads, dotted for who is only asked or told, outlined for all others.
ONLY_ASKED = {"advisory", "consulted", "informed"}
# What the roles of the presets are, in words; a role of another key has none.
MEANINGS = {
    "lead": "does it and answers for it",
    "support": "does a part",
    "advisory": "is asked",
    "accountable": "answers for it",
    "responsible": "does it",
    "consulted": "is asked",
    "informed": "is told",
}
# The server takes 400 fields a form; each cell is one.
CELLS_A_PAGE = 360


def shape_of(role: Mapping[str, Any]) -> str:
    """The letter that plan.css knows a circle by. `role`: of a plan or of a frozen item."""
    if role["leads"]:
        return "l"
    return "a" if role.get("key", role.get("role")) in ONLY_ASKED else "s"


def meaning_of(role: Mapping[str, Any]) -> str:
    return MEANINGS.get(role.get("key", role.get("role", "")), "")


def legend_of(nodes: Iterable[VersionItem]) -> list[dict[str, Any]]:
    """The roles that somebody has, as the version worded them, leading ones first."""
    found = {held["role"]: held for node in nodes for held in node.roles}
    return sorted(found.values(), key=lambda held: (not held["leads"], shape_of(held) == "a"))


def groups_of(nodes: Iterable[VersionItem]) -> list[tuple[str, str]]:
    """Codes and names of the groups as the version knows them, in the groups' own order."""
    known = {(role["order"], role["code"], role["name"]) for node in nodes for role in node.roles}
    return [(code, name) for _, code, name in sorted(known)]


@dataclass
class Row:
    """An item with one cell for each group: its frozen role, or None."""

    node: VersionItem
    cells: list[tuple[str, dict[str, Any] | None]]


@dataclass
class Matrix:
    """Items × groups of one version, parted by the items at the root."""

    groups: list[tuple[str, str]]
    parts: list[list[Row]] = field(default_factory=list)
    led: Counter[str] = field(default_factory=Counter)
    with_lead: int = 0

    @property
    def totals(self) -> list[int]:
        """How many items each group leads, in the order of the groups."""
        return [self.led[code] for code, _ in self.groups]

    @property
    def leaders(self) -> list[tuple[str, int]]:
        """Names of the two groups that lead most, with how much."""
        names = dict(self.groups)
        return [(names[code], n) for code, n in self.led.most_common(2)]


def matrix_of(nodes: list[VersionItem]) -> Matrix:
    """Nodes in reading order. No query."""
    matrix = Matrix(groups_of(nodes))
    for node in nodes:
        held = {role["code"]: role for role in node.roles}
        row = Row(node, [(name, held.get(code)) for code, name in matrix.groups])
        if node.depth == 1:
            matrix.parts.append([])
        matrix.parts[-1].append(row)
        matrix.led.update(code for code, role in held.items() if role["leads"])
        matrix.with_lead += any(role["leads"] for role in held.values())
    return matrix


@dataclass
class Cell:
    """What an editor sees where an item and a group meet. `now`: the saved role's key or "";
    `chosen`: what the box shows; `trouble`: why it was not saved."""

    item_id: uuid.UUID
    number: str
    group: WorkGroup
    now: str
    chosen: str
    trouble: str = ""
    take_from: list[WorkGroup] = field(default_factory=list)

    @property
    def key(self) -> str:
        return f"{self.item_id.hex}.{self.group.pk}"

    @property
    def takes(self) -> str:
        """Keys of the groups that would give up the role, as the form sends them."""
        return "-".join(str(group.pk) for group in self.take_from)

    @property
    def anchor(self) -> str:
        return f"{self.item_id.hex}-{self.group.pk}"

    @property
    def name(self) -> str:
        """Tells the server which cell it is and what it was when the page was read."""
        return f"cell.{self.key}.{self.now}"


@dataclass
class EditRow:
    number: str
    depth: int
    item: Any
    cells: list[Cell]


def rows_a_page(groups: int) -> int:
    return max(1, CELLS_A_PAGE // max(groups, 1))


def edit_rows(plan: Plan, groups: list[WorkGroup], page: int) -> tuple[list[EditRow], int]:
    """One page (from 1) of the working copy's matrix, and how many pages there are. Two queries."""
    items = plan.items.standing().only("pk", "parent_id", "position", "handle", "statement")
    numbers = numbered(items)
    size = rows_a_page(len(groups))
    pages = max(1, -(-len(numbers) // size))
    shown = numbers[(page - 1) * size : page * size]
    held = {
        (one.item_id, one.group_id): one.role
        for one in RoleAssignment.objects.filter(item__in=[item.pk for _, item in shown])
    }
    rows = []
    for number, item in shown:
        roles = [held.get((item.pk, group.pk), "") for group in groups]
        cells = [
            Cell(item.pk, number, group, role, role)
            for group, role in zip(groups, roles, strict=True)
        ]
        rows.append(EditRow(number, number.count(".") + 1, item, cells))
    return rows, pages


@dataclass
class RoleChange:
    """A group's role in one item: what it was and is, in words; "" for none."""

    number: str
    title: str
    was: str
    now: str
    here: bool = True


def roles_changed(
    before: Iterable[VersionItem], after: Iterable[VersionItem]
) -> list[tuple[str, list[RoleChange]]]:
    """What changed for each group between two versions: (its name, the changes), in the groups'
    order. An item that is new or dropped counts with all its roles. No query."""
    old = {node.item_id: node for node in before}
    new = {node.item_id: node for node in after}
    found: dict[str, list[RoleChange]] = defaultdict(list)
    for pk in [*new, *(pk for pk in old if pk not in new)]:
        node = new.get(pk) or old[pk]
        was, now = (_words_by_code(nodes.get(pk)) for nodes in (old, new))
        for code in was.keys() | now.keys():
            if was.get(code) != now.get(code):
                change = RoleChange(
                    node.number, node.title, was.get(code, ""), now.get(code, ""), pk in new
                )
                found[code].append(change)
    names = dict([*groups_of(old.values()), *groups_of(new.values())])
    return [(name, found[code]) for code, name in names.items() if code in found]


def _words_by_code(node: VersionItem | None) -> dict[str, str]:
    return {role["code"]: role["word"] for role in node.roles} if node else {}
