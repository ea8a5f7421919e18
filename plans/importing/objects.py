"""JSON: our own plan.json, and plans of others that hold items within items."""

import re
from collections.abc import Iterator
from typing import Any

from plans.importing import tree
from plans.importing.cast import role_called
from plans.importing.lines import cleaned
from plans.importing.tables import cleaned_cell, column_of, in_tree_order, status_key
from plans.importing.tree import Part
from plans.structure.numbers import MAX_DEPTH

LISTS = {"results", "items", "children", "sub items"}
# What our own files and many others say beside the words of an item.
BESIDE = set(
    "id code number level parent order position depth url permalink cites since slug type created "
    "updated created at updated at status sort".split()
) | {"created at", "updated at", "sort order"}
MOST_DEPTH = 12


def plan_in(held: Any, depth: int = 0) -> tuple[list[Any], str, str]:
    """(its items, the word for one of them, the plan's title); no items where it holds no plan."""
    if isinstance(held, list):
        return held, "", ""
    if not isinstance(held, dict) or depth > 3:
        return [], "", ""
    title = next((said for key in ("plan", "title", "name") if (said := _text(held, key))), "")
    for items, word in _lists(held):
        return items, word, title[:120]
    for inner in held.values():
        items, word, own = plan_in(inner, depth + 1) if isinstance(inner, dict) else ([], "", "")
        if items:
            return items, word, (own or title)[:120]
    return [], "", ""


def _lists(held: dict[str, Any]) -> Iterator[tuple[list[Any], str]]:
    """Items within, and the word for them: "objectives": […] → "objective"."""
    for key, value in held.items():
        if not isinstance(value, list) or not any(isinstance(one, dict) for one in value):
            continue
        column = column_of(_said(key))
        if column.startswith("level:"):
            yield value, column.removeprefix("level:").replace("sub s", "sub-s")
        elif _said(key) in LISTS:
            yield value, ""


def _said(key: str) -> str:
    """ "subStrategies" and "sub_strategies" → "sub strategies"."""
    return re.sub(r"[\W_]+", " ", re.sub(r"(?<=[a-z])(?=[A-Z])", " ", key)).lower().strip()


def parts_of_json(results: list[Any], word: str = "") -> list[Part]:
    """The parts of items and of those within them. Raises ValueError with a sentence."""
    reader = _Reader()
    for held, level in _by_parents(results):
        reader.item(held, level, word)
    return reader.parts


def _by_parents(results: list[Any]) -> list[tuple[Any, int]]:
    """Items in one long list, each with its level: as they come where they have numbers, below
    the parents that they name where they have none."""
    items = [held if isinstance(held, dict) else {} for held in results]
    named = [{column_of(_said(key)): _text(held, key) for key in held} for held in items]
    parents = [one.get("parent", "") for one in named]
    if not any(parents) or all(one.get("number") for one in named):
        return [(held, 1) for held in results]
    return [(results[n], level) for n, level, _ in in_tree_order(named, parents)]


class _Reader:
    def __init__(self) -> None:
        self.parts: list[Part] = []
        self.count = 0

    def item(self, held: Any, depth: int, word: str) -> None:
        self.count += 1
        n = self.count
        words = _words(held) if isinstance(held, dict) else {}
        if not (words.get("statement") or words.get("handle")):
            raise ValueError(f"Item {n} of this JSON says no “statement”.")
        number = _text(held, "number")[:19]
        handle, statement = words.get("handle", ""), words.get("statement", "")
        if not statement:
            handle, statement = "", handle
        level = depth if depth > 1 else number.count(".") + 1
        title = f"{number} {handle or statement}".strip()
        item = Part(n, title, tree.ITEM, statement, min(level, MAX_DEPTH), number)
        item.handle, item.id = handle, _text(held, "id")
        item.why = _text(held, "level").lower() or word
        self.parts.append(item)
        self._roles(held, n)
        for name in (tree.TEXT, tree.EVIDENCE):
            if said := words.get(name):
                self.parts.append(Part(n, said, name, said))
        below = list(_lists(held))
        self._actions(held, n)
        if said := _text(held, "status"):
            why = "how an item stands; the plan counts it from its actions"
            self.parts.append(Part(n, f"status: {said}", tree.OUT, why=why))
        self._others(held, n, [id(items) for items, _ in below])
        if below and depth >= MOST_DEPTH:
            raise ValueError(f"This JSON has items within items on more than {MOST_DEPTH} levels.")
        for items, one in below:
            for child in items:
                self.item(child, level + 1, one)

    def _roles(self, held: dict[str, Any], n: int) -> None:
        said = held.get("roles")
        named = dict(said) if isinstance(said, dict) else {}
        for key, value in held.items():
            if (role := column_of(_said(key))).startswith("role:"):
                named[role.removeprefix("role:")] = value
        cast = []
        for role, groups in named.items():
            several = groups if isinstance(groups, list) else re.split(r"[;\n]", _name(groups))
            cast += [[_name(group), role_called(str(role)) or str(role)] for group in several]
        if cast := [pair for pair in cast if pair[0]]:
            words = "; ".join(group for group, _ in cast)
            self.parts.append(Part(n, words, tree.ROLES, words, roles=cast))

    def _actions(self, held: dict[str, Any], n: int) -> None:
        for key, doing in held.items():
            if column_of(_said(key)) != "action":
                continue
            for action in doing if isinstance(doing, list) else [doing]:
                row = action if isinstance(action, dict) else {"text": action}
                said = _words(row)
                words = said.get("text") or said.get("statement") or said.get("handle", "")
                if words := " ".join((words or _text(row, "action")).split()):
                    part = Part(n, words, tree.ACTION, words, id=_text(row, "id"))
                    part.status = status_key(_text(row, "status"))
                    self.parts.append(part)

    def _others(self, held: dict[str, Any], n: int, below: list[int]) -> None:
        """What has no place of ours is not understood, and not dropped."""
        for key, value in held.items():
            said = _said(key)
            column = column_of(said)
            known = column in KNOWN or column.startswith("role:") or said in BESIDE | {"roles"}
            if known or id(value) in below:
                continue
            if words := _spelled(value):
                told = f"{key}: {words}"
                why = "a field without a name of ours"
                self.parts.append(Part(n, told, tree.UNKNOWN, told, why=why))


KNOWN = {"number", "level", "handle", "statement", "text", "evidence", "action", "id", "skip"}
KNOWN |= {"parent", "status"}


def _spelled(value: Any, depth: int = 0) -> str:
    """Any value in words, so that nothing of it is lost."""
    if value in (None, "", [], {}) or depth > 4:
        return ""
    if isinstance(value, dict):
        pairs = ((key, _spelled(one, depth + 1)) for key, one in value.items())
        return ", ".join(f"{key}: {said}" for key, said in pairs if said)
    if isinstance(value, list):
        return "; ".join(filter(None, (_spelled(one, depth + 1) for one in value)))
    return cleaned(str(value))


def _words(held: dict[str, Any]) -> dict[str, str]:
    """By what a column of this name would hold; our own names before others."""
    found: dict[str, str] = {}
    for key in sorted(held, key=lambda key: column_of(_said(key)) != key):
        name = column_of(_said(key))
        if name in ("handle", "statement", "text", "evidence") and name not in found:
            said = _text(held, key, lines=name in ("text", "evidence"))
            found |= {name: said} if said else {}
    return found


def _text(held: dict[str, Any], name: str, lines: bool = False) -> str:
    value = held.get(name)
    if not isinstance(value, str | int | float) or isinstance(value, bool):
        return ""
    return cleaned_cell(str(value)) if lines else cleaned(str(value))


def _name(group: Any) -> str:
    if isinstance(group, dict):
        return _text(group, "name")
    return cleaned(str(group)) if isinstance(group, str | int | float) else ""
