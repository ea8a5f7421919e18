"""An item's number ("3.2.1"): how it reads in an address, and how it is counted."""

import re
from collections.abc import Iterable
from typing import Any

MAX_DEPTH = 5
PATTERN = r"[1-9][0-9]{0,2}(?:\.[1-9][0-9]{0,2}){0,4}"
NUMBER = re.compile(PATTERN)


class NumberConverter:
    """At most five parts of at most three digits; anything else is no address of ours."""

    regex = PATTERN

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


def ancestors_of(number: str) -> list[str]:
    """ "3.2.1" → ["3", "3.2"]."""
    parts = number.split(".")
    return [".".join(parts[:end]) for end in range(1, len(parts))]


def numbered(items: Iterable[Any]) -> list[tuple[str, Any]]:
    """The standing items of one plan in reading order, each with its number.

    `items` have `pk`, `parent_id` and `position`. Numbers count siblings from 1 whatever
    gaps the positions have. An item below a retired one is left out with it.
    """
    below: dict[Any, list[Any]] = {}
    for item in items:
        below.setdefault(item.parent_id, []).append(item)
    found: list[tuple[str, Any]] = []

    def walk(parent: Any, prefix: str) -> None:
        for place, item in enumerate(sorted(below.get(parent, []), key=_position), start=1):
            number = f"{prefix}{place}"
            found.append((number, item))
            walk(item.pk, f"{number}.")

    walk(None, "")
    return found


def _position(item: Any) -> int:
    return item.position
