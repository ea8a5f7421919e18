"""Corrections by hand: what a line is, its words, its level. Parts never change their places, so
two corrections of different lines never meet."""

from dataclasses import replace
from typing import Any

from plans.importing import tree
from plans.importing.cast import cast_of
from plans.importing.marks import handle_of, mark_of
from plans.importing.recognising import STATUS_AT_END
from plans.importing.tree import ITEM, ROLES, Part, held_of, parts_of
from plans.structure.numbers import MAX_DEPTH

HOW_ROLES = "Write it like “Lead: Education & Training; Support: Backbone, Communications”."


class Unclear(Exception):
    """A correction that cannot be. Its text is for the person."""


def with_parts(held: dict[str, Any], parts: list[Part]) -> dict[str, Any]:
    titles = [part.words for part in parts if part.kind == tree.TITLE]
    title = titles[0][:120] if titles else held.get("title", "")
    return held | {"parts": [held_of(part) for part in parts], "title": title}


def level_beside(parts: list[Part], at: int) -> int:
    """Of the item above a line, so that the line can become its sibling."""
    above = [part.level for part in parts[:at] if part.kind == ITEM]
    below = [part.level for part in parts[at + 1 :] if part.kind == ITEM]
    return above[-1] if above else below[0] if below else 1


def become(held: dict[str, Any], at: int, kind: str, level: int = 0) -> dict[str, Any]:
    """A line as another kind; its words are taken anew from what was said. Raises Unclear."""
    parts = parts_of(held)
    part = _part(parts, at)
    said = part.words if part.kind == ITEM or not part.said else part.said
    mark = mark_of(part.said, heading=True)
    made = Part(part.line, part.said, kind, mark.rest if mark and mark.rest else said)
    if kind == ITEM:
        made.level = level or level_beside(parts, at)
        made.number = mark.number if mark else ""
        made.handle, made.words = handle_of(made.words)
        made.id = part.id if part.kind == ITEM else ""
    elif kind == ROLES:
        made.roles = cast_of(part.said) or _guess(part.said)
    elif kind == tree.ACTION:
        found = STATUS_AT_END.fullmatch(made.words)
        made.words = found[1] if found else made.words
    elif kind in (tree.TEXT, tree.EVIDENCE, tree.MORE, tree.TITLE, tree.LABEL):
        made.words = part.said
    elif kind == tree.OUT:
        made.words, made.why = part.said, "left out by hand"
    parts[at] = made
    return with_parts(held, parts)


def _guess(text: str) -> list[list[str]]:
    roles = cast_of(text, "Lead")
    if not roles:
        raise Unclear(f"We find no work group in “{text[:60]}”. {HOW_ROLES}")
    return roles


def rewrite(
    held: dict[str, Any],
    at: int,
    *,
    kind: str,
    words: str,
    level: int = 0,
    number: str = "",
    handle: str = "",
) -> dict[str, Any]:
    """A line as a person wrote it. Raises Unclear."""
    parts = parts_of(held)
    part = _part(parts, at)
    made = replace(part, kind=kind, words=words, level=0, number="", handle="", roles=[], why="")
    if part.kind != kind:
        made.id, made.status, made.of = "", "", ""
    if kind == ITEM:
        made.level = level or part.level or level_beside(parts, at)
        made.number, made.handle = number, handle
    elif kind == ROLES:
        made.roles = cast_of(words)
        if not made.roles:
            raise Unclear(HOW_ROLES)
    elif kind == tree.OUT:
        made.why = "left out by hand"
    parts[at] = made
    return with_parts(held, parts)


def shift(held: dict[str, Any], at: int, by: int) -> dict[str, Any]:
    """An item and what stands under it one level in or out. Raises Unclear at the edges."""
    parts = parts_of(held)
    part = _part(parts, at)
    if part.kind != ITEM:
        raise Unclear("Only an item has a level.")
    family = [at]
    for below in range(at + 1, len(parts)):
        if parts[below].kind == ITEM:
            if parts[below].level <= part.level:
                break
            family.append(below)
    above = [one.level for one in parts[:at] if one.kind == ITEM]
    if by < 0 and part.level <= 1:
        raise Unclear("It stands at the first level already.")
    if by > 0 and (not above or part.level > above[-1]):
        raise Unclear("There is no item above that it could stand under.")
    if by > 0 and max(parts[n].level for n in family) >= MAX_DEPTH:
        raise Unclear("A plan has at most five levels.")
    for n in family:
        parts[n] = replace(parts[n], level=max(1, parts[n].level + by))
    return with_parts(held, parts)


def _part(parts: list[Part], at: int) -> Part:
    if not 0 <= at < len(parts):
        raise Unclear("There is no such line.")
    return parts[at]
