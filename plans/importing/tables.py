"""Tables: our own export of a plan, a sheet with columns of other names, a matrix of letters."""

import re
from collections.abc import Iterable
from typing import Any

from plans.choices import Status
from plans.importing import tree
from plans.importing.cast import LETTERS, cast_of, role_called
from plans.importing.lines import Line, cleaned
from plans.importing.marks import LEVELS, handle_of, mark_of
from plans.importing.tree import Part
from plans.structure.numbers import MAX_DEPTH
from vocabularies.tables import as_typed

# What columns are called, tidied: lower case, letters and figures only.
NAMES: dict[str, str] = {
    "number": "number|no|nr|item number|item no|ref|reference|item",
    "level": "level|type|kind|item type",
    "handle": "handle|name|short name|title|short title|label",
    "statement": "statement|description|text of item|wording|item text|what",
    "action": "action|actions|action step|action steps|action item|activity|activities|step|task"
    "|tasks|tactic|tactics|key actions",
    "status": "status|state|progress",
    "text": "text|details|detail|body|notes|note|comments",
    "evidence": "evidence|rationale|why|background|data|source",
    "id": "id|uuid|item id",
    "parent": "parent|parent id|parent number|parent no|parent item|belongs to|part of|under",
    "skip": "url|link|since|permalink|address|updated|depth|order",
}
KNOWN = {said: name for name, said_all in NAMES.items() for said in said_all.split("|")}
LEVEL_NAME = re.compile(LEVELS, re.I)


def column_of(heading: str) -> str:
    """What a column holds: a name of NAMES, "level:goal", "role:Lead", or ""."""
    said = re.sub(r"[^a-z0-9]+", " ", heading.lower()).strip()
    if said in KNOWN:
        return KNOWN[said]
    plain = re.sub(r"\W*\bs\b$|s$", "", said)
    plain = re.sub(r"ies$", "y", said) if said.endswith("ies") else plain
    if LEVEL_NAME.fullmatch(plain) or LEVEL_NAME.fullmatch(said):
        return f"level:{plain}"
    several = re.split(r"\s*(?:/|,|\bor\b|\band\b)\s*", heading.strip(), flags=re.I)
    if len(several) > 1 and all(column_of(one).startswith("level:") for one in several):
        return "handle"
    if role := role_called(re.sub(r"\s*\(s\)", "", heading.strip())) or role_called(said):
        return "" if len(said) == 1 else f"role:{role}"
    return ""


def known_columns(header: list[str]) -> int:
    return sum(bool(column_of(cell)) for cell in header)


def status_key(said: str) -> str:
    """ "In progress" or "progress" → "progress"; any other word as it is."""
    for status in Status:
        if said.strip().casefold() in (status.value, str(status.label).casefold()):
            return str(status.value)
    return " ".join(said.split())[:60]


def parts_of_rows(
    header: list[str], rows: list[tuple[int, list[str]]], above: Iterable[Part] = ()
) -> list[Part]:
    """The parts of a sheet's rows: (number of the line, cells). What a column without a name of
    ours holds is not understood, and not dropped. `above`: what stands before it on a page."""
    sheet = _Sheet(header, [part for part in above if part.kind == tree.ITEM])
    tidy = [(number, [cleaned_cell(cell) for cell in cells]) for number, cells in rows]
    for number, cells, level in _by_parents(sheet.columns, tidy):
        sheet.row(number, cells, level)
    return sheet.parts


Rows = list[tuple[int, list[str]]]


def _by_parents(columns: list[str], rows: Rows) -> list[tuple[int, list[str], int]]:
    """Each row with its level, below its parent; 0 where no column names parents."""

    def cell(cells: list[str], name: str) -> str:
        at = columns.index(name) if name in columns else len(cells)
        return cells[at].strip(". ").casefold() if at < len(cells) else ""

    parents = [cell(cells, "parent") for _, cells in rows]
    if not any(parents):
        return [(number, cells, 0) for number, cells in rows]
    known = [{name: cell(cells, name) for name in NAMED_BY} for _, cells in rows]
    at, placed = columns.index("parent"), []
    for n, level, is_lost in in_tree_order(known, parents):
        number, cells = rows[n]
        # A parent that is nowhere is still to be read.
        kept = (
            [*cells[:at], cells[at] if is_lost else "", *cells[at + 1 :]] if parents[n] else cells
        )
        placed.append((number, kept, min(level, MAX_DEPTH)))
    return placed


# What a row may be called by where another one names it as its parent; the last says it best.
NAMED_BY = ("handle", "statement", "number", "id")


def in_tree_order(known: list[dict[str, str]], parents: list[str]) -> list[tuple[int, int, bool]]:
    """(index, level, whether its parent is nowhere) of each row, every one below its parent."""
    found: dict[str, int] = {}
    for name in NAMED_BY:
        # The first row of a number is the item; others are what is to be done for it.
        several = reversed(list(enumerate(known)))
        found |= {said: n for n, row in several if (said := row.get(name, "").casefold())}
    above = [found.get(parent.casefold(), -1) if parent else -1 for parent in parents]
    below: dict[int, list[int]] = {}
    for n, parent in enumerate(_without_rounds(above)):
        below.setdefault(parent, []).append(n)
    placed: list[tuple[int, int, bool]] = []
    waiting = [(n, 1) for n in reversed(below.get(-1, []))]
    while waiting:
        n, level = waiting.pop()
        placed.append((n, level, bool(parents[n]) and above[n] < 0))
        waiting += [(child, level + 1) for child in reversed(below.get(n, []))]
    return placed


def _without_rounds(above: list[int]) -> list[int]:
    """Rows that would stand under themselves, or under such, stand at the top."""
    leads_up = {-1: True}
    for n in range(len(above)):
        path, at = [], n
        while at not in leads_up:
            leads_up[at] = False  # as long as nobody knows: coming by again is a round
            path.append(at)
            at = above[at]
        for one in path:
            leads_up[one] = leads_up[at]
    return [parent if leads_up[n] else -1 for n, parent in enumerate(above)]


def cleaned_cell(cell: str) -> str:
    """Lines stay; an apostrophe set before a formula goes."""
    said = "\n".join(cleaned(line) for line in cell.strip().splitlines())
    return as_typed(said)


class _Sheet:
    def __init__(self, header: list[str], above: list[Part]) -> None:
        self.header, self.above = header, above
        self.columns = [column_of(cell) for cell in header]
        self.levels = [c for c in self.columns if c.startswith("level:")]
        self.parts: list[Part] = []
        self.now: dict[str, str] = {}

    def row(self, number: int, cells: list[str], level: int = 0) -> None:
        """`level`: where a column of parents puts it."""
        held: dict[str, str] = {}
        others = []
        for name, heading, cell in zip(self.columns, self.header, cells, strict=False):
            if not cell or name == "skip":
                continue
            if not name or name in held or name == "parent":
                others.append(f"{heading}: {cell}" if heading else cell)
            else:
                held[name] = cell
        others += [cell for cell in cells[len(self.columns) :] if cell]
        before = len(self.parts)
        said = " | ".join(cell.replace("\n", " ") for cell in cells if cell)
        if self.levels and any(name in held for name in self.levels):
            self._by_level_columns(number, said, held)
        elif held.get("level", "").lower() == "action" or (
            held.get("action") and not (held.get("statement") or held.get("handle"))
        ):
            self._numbered_action(number, said, held)
        elif held.get("statement") or held.get("handle"):
            self._item(number, said, held, level)
        self._below(number, said, held)
        for words in others:
            self._add(number, words, tree.UNKNOWN, words, why="a column without a name of ours")
        if len(self.parts) == before and said:
            self._add(number, said, tree.UNKNOWN, said, why="a row without an item or an action")

    def _heading(self, name: str) -> str:
        return self.header[self.columns.index(name)]

    def _add(self, line: int, said: str, kind: str, words: str, **more: Any) -> None:
        self.parts.append(Part(line, said, kind, words, **more))

    def _item(self, line: int, said: str, held: dict[str, str], level: int = 0) -> None:
        handle = held.get("handle", "")
        words = held.get("statement", "")
        if not words:
            handle, words = "", handle
        mark = mark_of(f"{held.get('number', '')} {words}".strip(), heading=True)
        number = held.get("number", "").strip(". ") or (mark.number if mark else "")
        if mark and not held.get("number"):
            words = mark.rest or words
        by_number = min(len(re.split(r"[.-]", number)), MAX_DEPTH) if number else 1
        level = level or by_number
        why = held.get("level", "").lower()
        one = words.replace("\n", " ")
        more = {"level": level, "number": number[:19], "handle": handle.replace("\n", " ")}
        self._add(line, said, tree.ITEM, one, id=held.get("id", ""), why=why, **more)

    def _numbered_action(self, line: int, said: str, held: dict[str, str]) -> None:
        """An action with a number of its own and groups of its own is an item."""
        mark = mark_of(held.get("action", ""), heading=True)
        if mark and mark.parts > 1 and any(name.startswith("role:") for name in held):
            del held["action"]
            handle, words = handle_of(mark.rest)
            more = {"level": min(mark.parts, MAX_DEPTH), "number": mark.number, "handle": handle}
            self._add(line, said, tree.ITEM, words, **more)

    def _level(self, depth: int, number: str) -> int:
        """Of an item of the column `depth`: as its number says, else as on the page above."""
        if number.count("."):
            return min(number.count(".") + 1, MAX_DEPTH)
        word = self.levels[0].removeprefix("level:")
        same = [part.level for part in self.above if part.why == word]
        base = same[-1] - 1 if same else self.above[-1].level if self.above else 0
        return min(base + depth, MAX_DEPTH)

    def _by_level_columns(self, line: int, said: str, held: dict[str, str]) -> None:
        """Goal | Strategy | …: a cell that differs from the one above begins another item."""
        before = len(self.parts)
        for depth, name in enumerate(self.levels, start=1):
            cell = held.get(name, "")
            if not cell or self.now.get(name) == cell:
                continue
            for deeper in self.levels[depth - 1 :]:
                self.now.pop(deeper, None)
            self.now[name] = cell
            text = cell.replace("\n", " ")
            mark = mark_of(text, heading=True)
            handle, words = handle_of(mark.rest or text if mark else text)
            number = mark.number if mark else ""
            more = {"level": self._level(depth, number), "number": number, "handle": handle}
            self._add(line, said, tree.ITEM, words, why=name.removeprefix("level:"), **more)
        self._told_beside(line, self.parts[before:], held)

    def _told_beside(self, line: int, made: list[Part], held: dict[str, str]) -> None:
        """What a column of descriptions says of the deepest item of the row."""
        words = held.get("statement", "").replace("\n", " ")
        last = made[-1] if made else None
        if words and last and not last.handle and len(last.words) <= tree.MOST_HANDLE:
            last.handle, last.words = last.words, words
        elif words:
            in_item = any(part.kind == tree.ITEM for part in self.parts)
            self._add(line, words, tree.TEXT if in_item else tree.UNKNOWN, words)
        if handle := held.get("handle"):
            said = f"{self._heading('handle')}: {handle}"
            self._add(line, said, tree.UNKNOWN, said, why="a name beside the columns of levels")

    def _below(self, line: int, said: str, held: dict[str, str]) -> None:
        roles: list[list[str]] = []
        for name, cell in held.items():
            if name.startswith("role:"):
                groups = re.split(r"[;\n]", cell) if re.search(r"[;\n]", cell) else cell.split(",")
                role = name.removeprefix("role:")
                roles += [[group.strip(), role] for group in groups if group.strip()]
        if roles:
            self._add(line, said, tree.ROLES, "; ".join(g for g, _ in roles), roles=roles)
        in_item = any(part.kind == tree.ITEM for part in self.parts)
        for name in (tree.TEXT, tree.EVIDENCE):
            if held.get(name):
                self._add(line, said, name if in_item else tree.UNKNOWN, held[name])
        doing = held.get("action", "")
        if held.get("level", "").lower() == "action":
            doing = doing or held.get("statement", "") or held.get("handle", "")
        if held.get("status") and not doing:
            why = "how an item stands; the plan counts it from its actions"
            self._add(line, f"{self._heading('status')}: {held['status']}", tree.OUT, "", why=why)
        several = [one for one in doing.split("\n") if one]
        for one in several:
            words = re.sub(r"^(?:[•*–-]|\d{1,2}[.)])\s+", "", one)
            more = {"status": status_key(held.get("status", ""))}
            if len(several) == 1 and held.get("level", "").lower() == "action":
                more["id"] = held.get("id", "")
            self._add(line, said, tree.ACTION, words, **more)


# Tables within a page ----------------------------------------------------------


def parts_of_table(lines: list[Line], above: list[Part]) -> list[Part]:
    """The parts of a table that stands on a page, after the parts `above`."""
    rows = [line for line in lines if line.cells]
    rules = [Part(x.number, x.text, tree.OUT, x.text, why="no words") for x in lines if not x.cells]
    if not rows:
        return rules
    header, body = rows[0], rows[1:]
    head = Part(header.number, header.text, tree.LABEL, header.text)
    if body and (found := _matrix(header.cells, body, above)):
        return sorted([head, *found, *rules], key=lambda part: part.line)
    if body and known_columns(header.cells) >= 2:
        numbered = [(line.number, line.cells) for line in body]
        found = parts_of_rows(header.cells, numbered, above)
        return sorted([head, *found, *rules], key=lambda part: part.line)
    return sorted([_alone(line, above) for line in rows] + rules, key=lambda part: part.line)


def _alone(line: Line, above: list[Part]) -> Part:
    said = " ".join(cell for cell in line.cells if cell)
    roles = cast_of(said)
    if roles and any(part.kind == tree.ITEM for part in above):
        return Part(line.number, line.text, tree.ROLES, said, roles=roles)
    why = "a row of a table without names that we know"
    return Part(line.number, line.text, tree.UNKNOWN, said, why=why)


def _matrix(header: list[str], body: list[Line], above: list[Part]) -> list[Part]:
    """Items down, work groups across, a letter or a word where they meet; [] for another table."""
    cells = [cell for line in body for cell in line.cells[1:] if re.search(r"\w", cell)]
    known = [cell for cell in cells if cell in LETTERS or role_called(cell)]
    if not cells or len(known) < 0.8 * len(cells) or len(header) < 3:
        return []
    numbers = {part.number for part in above if part.kind == tree.ITEM and part.number}
    titles = {(part.handle or part.words).casefold(): part.number for part in above if part.number}
    found: list[Part] = []
    for line in body:
        first = line.cells[0] if line.cells else ""
        pairs = list(zip(header[1:], line.cells[1:], strict=False))
        roles = [[group, role_called(cell)] for group, cell in pairs if role_called(cell)]
        mark = mark_of(first, heading=True)
        number = mark.number if mark else first.strip(". ")
        of = number if number in numbers else titles.get(first.casefold(), "")
        if of:
            found.append(Part(line.number, line.text, tree.ROLES, first, roles=roles, of=of))
            continue
        if not first:
            found.append(Part(line.number, line.text, tree.UNKNOWN, line.text))
            continue
        handle, words = handle_of(mark.rest or first if mark else first)
        level = mark.parts if mark else 1
        item = Part(line.number, line.text, tree.ITEM, words, level, mark.number if mark else "")
        item.handle = handle
        found.append(item)
        if roles:
            found.append(Part(line.number, line.text, tree.ROLES, first, roles=roles))
        unread = [f"{group}: {cell}" for group, cell in pairs if cell and not role_called(cell)]
        for words in (u for u in unread if re.search(r"\w", u.rpartition(":")[2])):
            found.append(Part(line.number, line.text, tree.UNKNOWN, words))
    return found
