"""Where a text mentions another item: "see Strategy 2.2", "Strategy 1: Awareness and Welcome"."""

import re
from dataclasses import dataclass

LEVEL_WORDS = (
    "goal|strategy|sub-?strategy|objective|priority|pillar|theme|focus area|initiative|"
    "outcome|direction|imperative|recommendation"
)
# "Awareness and Enrollment": words with capitals, small ones only between them.
TITLE = (
    r"[A-Z][\w’'&/-]*(?:(?:,? (?:and|of|for|the|to|in|with|&|or) )(?=[A-Z])[A-Z][\w’'&/-]*"
    r"| [A-Z&][\w’'&/-]*)*"
)
MENTION = re.compile(
    rf"\b(?P<word>(?i:{LEVEL_WORDS})) (?P<number>\d{{1,3}}(?:\.(?:\d{{1,3}}|[A-Za-z]\b)){{0,4}}|"
    rf"(?:[IVX]{{1,5}}|[A-Z])(?:\.(?:\d{{1,3}}|[A-Z])){{0,4}}(?!\w|\.\w))(?:: (?P<title>{TITLE}))?"
)


@dataclass
class Mention:
    """`said` stands in the text from `start` to `end`."""

    said: str
    word: str
    number: str
    title: str
    start: int
    end: int

    def as_json(self) -> dict[str, str]:
        return {"said": self.said, "number": self.number, "title": self.title}


def mentions(text: str) -> list[Mention]:
    """Those outside of double square brackets, in their order."""
    taken = [found.span() for found in re.finditer(r"\[\[[^\[\]]*\]\]", text)]
    return [
        Mention(
            found.group(),
            found["word"].lower(),
            found["number"],
            found["title"] or "",
            found.start(),
            found.end(),
        )
        for found in MENTION.finditer(text)
        if not any(a <= found.start() < b for a, b in taken)
    ]
