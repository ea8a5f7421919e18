"""Search words, the same on both sides: what is stored and what is asked.

PostgreSQL's own accent folding is not immutable, so it cannot stand in a stored column. Words are
folded here instead, and compared under the configuration "simple".
"""

import re

from django.contrib.postgres.search import SearchQuery

from vocabularies.text import without_accents

# PostgreSQL refuses longer words in a query; nobody types as many.
LONGEST_WORD = 60
MOST_WORDS = 12
WORD = re.compile(r"[^\W_]+")


def to_words(*texts: str) -> str:
    """Words of all texts, folded, parted by single spaces: ("HVAC-R", "46.0302") →
    "hvac r 46 0302"."""
    return " ".join(
        word[:LONGEST_WORD] for text in texts for word in WORD.findall(without_accents(text))
    )


def to_query(text: str) -> SearchQuery | None:
    """A query that holds where every word of `text` begins a stored word; None for no words.

    Words of one or two letters must match whole. Safe for any input.
    """
    words = to_words(text[:500]).split()[:MOST_WORDS]
    if not words:
        return None
    terms = [f"'{word}':*" if len(word) > 2 else f"'{word}'" for word in words]
    return SearchQuery(" & ".join(terms), config="simple", search_type="raw")
