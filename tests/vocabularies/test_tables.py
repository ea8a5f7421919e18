"""Cells that a spreadsheet would run, and the words of a search."""

from datetime import date
from decimal import Decimal

import pytest

from vocabularies.search import to_query, to_words
from vocabularies.tables import as_typed, csv_response, safe_cell


@pytest.mark.parametrize(
    ("cell", "safe"),
    [
        ("=1+1", "'=1+1"),
        ("+1", "'+1"),
        ("-1", "'-1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t=1"),
        ("\r=1", "'\r=1"),
        ("\n=1", "'\n=1"),
        ("\uff1d1", "'\uff1d1"),
        ("plain = text", "plain = text"),
        ("", ""),
        (None, ""),
        (-1, -1),
        (Decimal("-1.50"), Decimal("-1.50")),
        (date(2026, 6, 2), "2026-06-02"),
    ],
)
def test_cell_is_never_run(cell, safe):
    assert safe_cell(cell) == safe


@pytest.mark.parametrize("text", ["=1+1", "\uff0b1", "plain", "'quoted'", ""])
def test_a_safe_cell_is_read_as_it_was_typed(text):
    assert as_typed(str(safe_cell(text))) == text


def test_csv_is_quoted_and_named():
    answer = csv_response("list", ["a", "b"], [["x, y", "Café"], [1, None]])

    assert answer.content.decode() == 'a,b\r\n"x, y",Café\r\n1,\r\n'
    assert answer["Content-Type"] == "text/csv; charset=utf-8"


@pytest.mark.parametrize(
    ("texts", "words"),
    [
        (["HVAC-R", "46.0302"], "hvac r 46 0302"),
        (["Posproducción"], "posproduccion"),
        (["a_b  c"], "a b c"),
        (["🙂", ""], ""),
        (["x" * 100], "x" * 60),
    ],
)
def test_words_are_folded(texts, words):
    assert to_words(*texts) == words


def test_no_words_make_no_query():
    assert to_query("?!") is None
