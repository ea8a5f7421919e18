"""Figures for the plan's pictures: rows of squares, one for each action."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from plans.choices import Status

ORDER = [status.value for status in Status]


@dataclass
class Cell:
    """A square of a bar; x, width and middle in per cent of the picture."""

    x: str
    width: str
    middle: str
    status: str


def cells(statuses: Iterable[str], longest: int) -> list[Cell]:
    """Squares in the order of Status. Bars of one page share `longest` as their scale:
    x = index / longest · 100 + 0.25, width = 100 / longest − 0.5."""
    unit = 100 / max(longest, 1)
    return [
        Cell(
            x=f"{index * unit + 0.25:.2f}",
            width=f"{max(unit - 0.5, 0.2):.2f}",
            middle=f"{(index + 0.5) * unit:.2f}",
            status=status,
        )
        for index, status in enumerate(sorted(statuses, key=ORDER.index))
    ]


def tally(actions: Iterable[Mapping[str, str]]) -> list[tuple[str, str, int]]:
    """(tone, the plan's word, how many) for the statuses that occur, in the order of Status."""
    counts = Counter((action["tone"], action["word"].lower()) for action in actions)
    found = sorted(counts, key=lambda one: ORDER.index(one[0]))
    return [(tone, word, counts[tone, word]) for tone, word in found]


def in_words(actions: Iterable[Mapping[str, str]]) -> str:
    """ "2 done, 1 in progress"; empty without actions."""
    return ", ".join(f"{n} {word}" for _, word, n in tally(actions))
