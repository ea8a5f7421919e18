"""What was recognised, kept as JSON until it is saved.

`{"title", "levels": {"2": "strategy", …}, "notices": […], "parts": [part, …]}`. A part is what
one line (of a table: one cell) became: see `Part`. The tree of nodes is always built anew from the
parts, so each line stands in it exactly once and a correction of one line is all there is to keep.
"""

import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from plans.importing.mentions import mentions
from plans.structure.numbers import MAX_DEPTH

TITLE, ITEM, STATEMENT, ROLES, ACTION, TEXT, EVIDENCE = (
    "title",
    "item",
    "statement",
    "roles",
    "action",
    "text",
    "evidence",
)
MORE, LABEL, OUT, UNKNOWN = "more", "label", "out", "unknown"
KINDS = {
    ITEM: "Item",
    ACTION: "Action",
    ROLES: "Work groups and roles",
    TEXT: "Text",
    EVIDENCE: "Evidence",
    STATEMENT: "Statement of the item above",
    MORE: "Goes on with the line above",
    TITLE: "Title of the plan",
    LABEL: "Heading of a list",
    OUT: "Left out",
    UNKNOWN: "Not understood yet",
}
MOST_STATEMENT, MOST_HANDLE, MOST_ACTION = 300, 60, 300
MOST_TEXT, MOST_EVIDENCE = 20_000, 5_000


@dataclass
class Part:
    """`words` are what is kept of `said`, without number, handle and bullet; `why` it became what
    it is, where that is not plain; `of` the number of the item a row of a table speaks of."""

    line: int
    said: str
    kind: str
    words: str = ""
    level: int = 0
    number: str = ""
    handle: str = ""
    roles: list[list[str]] = field(default_factory=list)
    why: str = ""
    of: str = ""
    id: str = ""
    status: str = ""


@dataclass
class Node:
    """An item of the tree. `lines` are indices of its parts; `depth` counts from 1 at its root."""

    level: int
    depth: int
    number: str
    handle: str
    statement: str
    at: int
    id: str = ""
    text: str = ""
    evidence: str = ""
    roles: list[dict[str, str]] = field(default_factory=list)
    actions: list[dict[str, str]] = field(default_factory=list)
    references: list[dict[str, str]] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    children: list["Node"] = field(default_factory=list)

    @property
    def title(self) -> str:
        return self.handle or self.statement


def part_of(held: dict[str, Any]) -> Part:
    """A part as the JSON holds it: what is empty is not written."""
    known = {one.name for one in fields(Part)}
    return Part(**{name: value for name, value in held.items() if name in known})


def held_of(part: Part) -> dict[str, Any]:
    return {
        name: value for name, value in asdict(part).items() if value or name in ("line", "said")
    }


def parts_of(tree: dict[str, Any]) -> list[Part]:
    return [part_of(held) for held in tree.get("parts", [])]


def base_of(parts: Iterable[Part]) -> int:
    """The level at which the tree begins: 2 where only "3.2" and what is below it came."""
    return min((part.level for part in parts if part.kind == ITEM), default=1)


def roots_of(parts: list[Part]) -> list[Node]:
    """The tree. A level that was jumped over is closed: nothing hangs in the air."""
    roots: list[Node] = []
    above: list[Node] = []
    by_number: dict[str, Node] = {}
    last: tuple[Node, str] | None = None
    for at, part in enumerate(parts):
        if part.kind == ITEM:
            while above and above[-1].level >= part.level:
                above.pop()
            if len(above) >= MAX_DEPTH:
                above.pop()
            node = Node(part.level, len(above) + 1, part.number, part.handle, part.words, at)
            node.id = part.id
            node.lines.append(at)
            (above[-1].children if above else roots).append(node)
            above.append(node)
            if part.number:
                by_number.setdefault(part.number, node)
            last = node, STATEMENT
            continue
        node_of = by_number.get(part.of) if part.of else None
        holder = node_of or (above[-1] if above else None)
        if holder is None or part.kind in (OUT, UNKNOWN, TITLE):
            last = None
            continue
        if part.of and node_of is None:
            continue
        holder.lines.append(at)
        if part.kind == MORE and last:
            _go_on(last, part)
            continue
        last = holder, part.kind
        _put(holder, part)
    for node in walk(roots):
        _fit(node)
        texts = [node.text, node.evidence, *(a["text"] for a in node.actions)]
        node.references = [m.as_json() for text in texts for m in mentions(text)]
    return roots


def _put(node: Node, part: Part) -> None:
    if part.kind == STATEMENT:
        if not node.handle and len(node.statement) <= MOST_HANDLE:
            node.handle, node.statement = node.statement, part.words
        else:
            node.statement = f"{node.statement} {part.words}".strip()
    elif part.kind == ROLES:
        for group, role in part.roles:
            if group not in [held["group"] for held in node.roles]:
                node.roles.append({"group": group, "role": role})
    elif part.kind == ACTION:
        node.actions.append({"text": part.words, "status": part.status, "id": part.id})
    elif part.kind in (TEXT, EVIDENCE, MORE):
        name = EVIDENCE if part.kind == EVIDENCE else TEXT
        held = getattr(node, name)
        both = "\n" if part.words.startswith("- ") and _last(held).startswith("- ") else "\n\n"
        setattr(node, name, f"{held}{both if held else ''}{part.words}")


def _fit(node: Node) -> None:
    """What is longer than a page of the plan can hold becomes text; nothing is cut away."""
    if len(node.handle) > MOST_HANDLE:
        node.handle, node.statement = "", f"{node.handle}: {node.statement}"
    if len(node.statement) > MOST_STATEMENT:
        head = node.statement[: MOST_STATEMENT - 1]
        ends = [found.end() for found in re.finditer(r"[.!?;](?=\s)", head)]
        at = ends[-1] if ends else head.rfind(" ")
        at = at if at > 0 else len(head)
        more = node.statement[at:].strip()
        node.statement = node.statement[:at].strip() + ("" if ends else "…")
        node.text = f"{more}\n\n{node.text}".strip()
    for action in [one for one in node.actions if len(one["text"]) > MOST_ACTION]:
        node.actions.remove(action)
        node.text = f"{node.text}\n\n- {action['text']}".strip()
    if len(node.evidence) > MOST_EVIDENCE:
        node.text, node.evidence = f"{node.text}\n\n{node.evidence}".strip(), ""


def _last(text: str) -> str:
    return text.rpartition("\n")[2]


def _go_on(last: tuple[Node, str], part: Part) -> None:
    """A line that was broken by the width of a page."""
    node, kind = last[0], TEXT if last[1] == MORE else last[1]
    if kind in (STATEMENT, TEXT, EVIDENCE):
        setattr(node, kind, _joined(getattr(node, kind), part.words))
    elif kind == ACTION:
        node.actions[-1]["text"] = _joined(node.actions[-1]["text"], part.words)
    elif kind == ROLES and node.roles:
        node.roles[-1]["group"] = _joined(node.roles[-1]["group"], part.words)


def _joined(text: str, more: str) -> str:
    return f"{text} {more}".strip()


def walk(roots: Iterable[Node]) -> Iterable[Node]:
    """Every node in reading order."""
    for node in roots:
        yield node
        yield from walk(node.children)


def as_json(node: Node) -> dict[str, Any]:
    """For `--json`: the node and what is below it."""
    shown = {name: getattr(node, name) for name in ("level", "number", "handle", "statement")}
    shown |= {"text": node.text, "evidence": node.evidence, "roles": node.roles}
    shown |= {"actions": [action["text"] for action in node.actions]}
    shown |= {"references": node.references, "lines": node.lines}
    return shown | {"children": [as_json(child) for child in node.children]}


def unplaced(parts: list[Part], roots: list[Node]) -> list[int]:
    """Indices of what stands in no item and was not left out: a person must look at them."""
    placed = {at for node in walk(roots) for at in node.lines}
    return [
        at
        for at, part in enumerate(parts)
        if at not in placed and part.kind not in (OUT, TITLE, LABEL)
    ]


def left_out(parts: list[Part], roots: list[Node]) -> list[int]:
    placed = {at for node in walk(roots) for at in node.lines}
    return [
        at
        for at, part in enumerate(parts)
        if part.kind == OUT or (part.kind == LABEL and at not in placed)
    ]
