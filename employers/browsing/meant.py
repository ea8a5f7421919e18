"""Did you mean: the spelling nearest to a word that finds nothing, from what is really there."""

import re
from dataclasses import replace
from datetime import datetime
from difflib import SequenceMatcher

from django.contrib.postgres.search import TrigramDistance
from django.db import connection
from django.db.models import Q

from employers.browsing.counting import totals_of
from employers.browsing.search import LANGUAGE, OpportunityQuery
from employers.models import SearchWord
from vocabularies.search import WORD
from vocabularies.text import without_accents

MOST_WORDS = 6
CANDIDATES = 20  # neighbors of a word that are compared letter by letter
ALIKE = 0.77
COUNTED = 4  # spellings whose number is counted
OFFERED = 2
MANY_MORE = 5  # times as many, before a word that does find something is doubted


def says_nothing(words: str) -> bool:
    """Whether there is nothing in the words to look for: "the", "!!"."""
    with connection.cursor() as cursor:
        asked = "SELECT numnode(websearch_to_tsquery(%s, %s))"
        cursor.execute(asked, [LANGUAGE, without_accents(words)])
        return not cursor.fetchone()[0]


def near_words(query: OpportunityQuery, at: datetime, total: int) -> list[tuple[str, str, int]]:
    """(words, link, n) of up to two searches with a word spelled another way, the nearest first,
    each finding more.

    `total` is what the search finds as it stands. At most nine queries, none over all rows.
    """
    typed = list(dict.fromkeys(WORD.findall(query.q)))[:MOST_WORDS]
    known = dict(
        SearchWord.objects.filter(pk__in=map(without_accents, typed)).values_list(
            "word", "postings"
        )
    )
    found: list[tuple[str, str, int]] = []
    spellings = _spellings(query.q, typed, known, total)[:COUNTED]
    others = [
        replace(query, q=words, after="", before="", errors={}, typed={}) for words in spellings
    ]
    for words, count in zip(spellings, totals_of(others, at), strict=True):
        if count > total * MANY_MORE:
            found.append((words, query.link(q=words), count))
    return found[:OFFERED]


def _spellings(text: str, typed: list[str], known: dict[str, int], total: int) -> list[str]:
    """The text with one word replaced, or with every word nobody knows replaced at once; the
    nearest first."""
    nearest: dict[str, list[SearchWord]] = {}
    for word in typed:
        folded = without_accents(word)
        if len(folded) > 3 and (folded not in known or (total and known[folded] <= total)):
            nearest[word] = _neighbors(folded, more_than=known.get(folded, 0))
    nearest = {word: rows for word, rows in nearest.items() if rows}
    every = text
    for word, rows in nearest.items():
        every = _with(every, word, rows[0])
    single = [_with(text, word, row) for word, rows in nearest.items() for row in rows[:3]]
    return list(dict.fromkeys([*([every] if nearest else []), *single]))


def _with(text: str, word: str, instead: SearchWord) -> str:
    return re.sub(rf"\b{re.escape(word)}\b", instead.shown, text)


def _neighbors(word: str, more_than: int) -> list[SearchWord]:
    """Words that are spelled nearly so, or that go on another way ("welding", "welder")."""
    rows = (
        SearchWord.objects.filter(~Q(word=word), postings__gt=more_than)
        .annotate(distance=TrigramDistance("word", word))
        .order_by("distance")[:CANDIDATES]
    )
    stem = word[: max(4, len(word) - 3)]
    scored = [(SequenceMatcher(None, word, row.word).ratio(), row) for row in rows]
    alike = [pair for pair in scored if pair[0] >= ALIKE or pair[1].word.startswith(stem)]
    return [row for _, row in sorted(alike, key=lambda pair: (-pair[0], -pair[1].postings))]
