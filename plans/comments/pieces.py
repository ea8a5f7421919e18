"""Pieces of a text that came on paper: where each stands in it, and what stands in none."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field


@dataclass
class Stretch:
    """A run of the text. `of`: the numbers of the pieces, from 1, that hold it."""

    text: str
    of: list[int] = field(default_factory=list)


def place_of(text: str, piece: str) -> tuple[int, int] | None:
    """Where the piece's words stand in the text, whatever their blanks and line breaks."""
    words = piece.split()
    if not words:
        return None
    found = re.search(r"\s+".join(map(re.escape, words)), text)
    return found.span() if found else None


def stretches(text: str, pieces: Sequence[str]) -> list[Stretch]:
    """The whole text in its order, cut where a piece begins or ends."""
    spans = [place_of(text, piece) for piece in pieces]
    cuts = sorted({0, len(text), *(end for span in spans if span for end in span)})
    return [
        Stretch(
            text[start:end],
            [n for n, span in enumerate(spans, 1) if span and span[0] <= start < span[1]],
        )
        for start, end in zip(cuts, cuts[1:], strict=False)
    ]


def left_over(text: str, pieces: Sequence[str]) -> list[str]:
    """Runs of words that no piece holds; punctuation alone is nothing."""
    free = (run.text.strip() for run in stretches(text, pieces) if not run.of)
    return [words for words in free if re.search(r"\w", words)]


def without(text: str, words: str, instead: str) -> str:
    """The text with the words replaced wherever they stand; all of it where they are not found,
    since they are in it somehow."""
    if place_of(text, words) is None:
        return instead
    return re.sub(r"\s+".join(map(re.escape, words.split())), lambda _: instead, text)


def paragraphs(text: str) -> list[str]:
    return [part.strip() for part in re.split(r"\n\s*\n", text) if part.strip()]


NUMBER_IN_TEXT = re.compile(r"(?<![\w.])\d{1,2}(?:\.\d{1,2}){0,4}(?![\w]|\.\d)")


def number_in(words: str, known: Iterable[str]) -> str:
    """The longest number of an item that the words name; "" without one. A bare "3" names none:
    it may be three of anything."""
    named = {n for n in NUMBER_IN_TEXT.findall(words) if "." in n} & set(known)
    return max(named, key=lambda n: (n.count("."), n), default="")
