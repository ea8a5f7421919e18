"""The press: data in, a tagged PDF/UA-1 out. The same data gives the same bytes."""

import hashlib
import json
import re
import unicodedata
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import Any

import typst
from django.core.cache import cache
from redis.exceptions import RedisError

TEMPLATE = (Path(__file__).parent / "plan.typ").read_bytes()
KEPT_FOR = 7 * 24 * 3600
# Scripts and pictures that none of the press's own fonts can draw.
FAR = re.compile(
    "[\u1100-\u11ff\u2e80-\ua4cf\uac00-\ud7ff\uf900-\ufaff\ufe0e\ufe0f\uff00-\uffef"
    "\U0001f000-\U0003ffff\U000e0000-\U0010ffff]+"
)
# Not of the Latin alphabets, nor their usual signs.
SELDOM = re.compile("[^\x00-\x7e\xa0-\u024f\u2010-\u201f\u2022\u2026\u2192]")
SLIP = b"""#set document(title: "Signs")
#set text(font: ("Libertinus Serif", "DejaVu Sans Mono"), lang: "en")
#json(bytes(sys.inputs.data))
"""
REFUSED = re.compile(r'the text `(".*")` could not be displayed', re.DOTALL)
# How the press tells of a mark that cannot be seen by itself: "\u{301}".
UNSEEN = re.compile(r"\\u\{([0-9a-f]+)\}")
TRIES = 5


def printed(data: dict[str, Any]) -> tuple[bytes, str]:
    """The PDF of plan.typ's data and its mark. Kept, since a version never changes: only news
    of its actions and measures makes another. Without the cache it is set anew."""
    words, mark = _marked(data)
    try:
        pdf = cache.get(_key(mark))
    except RedisError:
        return _press(_drawable(words)), mark
    return pdf or _kept(words, mark), mark


def keep(data: dict[str, Any]) -> bool:
    """Print it before a reader asks. Returns whether it was not kept yet."""
    words, mark = _marked(data)
    try:
        if is_new := not cache.has_key(_key(mark)):
            _kept(words, mark)
    except RedisError:
        return False
    return is_new


def _marked(data: dict[str, Any]) -> tuple[str, str]:
    words = json.dumps(data, sort_keys=True, ensure_ascii=False)
    return words, hashlib.sha256(TEMPLATE + words.encode()).hexdigest()[:32]


def _key(mark: str) -> str:
    return f"plan-paper:{mark}"


def _kept(words: str, mark: str) -> bytes:
    pdf = _press(_drawable(words))
    with suppress(RedisError):
        cache.set(_key(mark), pdf, KEPT_FOR)
    return pdf


def _press(words: str) -> bytes:
    """Set it; a sign that no font has is written out by its name."""
    for _ in range(TRIES):
        try:
            return _compiled(TEMPLATE, words)
        except typst.TypstError as error:
            missing = REFUSED.search(str(error))
            if not missing:
                raise
            told = UNSEEN.sub(lambda code: chr(int(code[1], 16)), missing[1])
            signs = set(SELDOM.findall(told))
            if not signs:
                break
            words = words.translate({ord(sign): _named(sign) for sign in signs})
    return _compiled(TEMPLATE, SELDOM.sub(lambda sign: _named(sign.group()), words))


def _compiled(template: bytes, words: str) -> bytes:
    return typst.compile(
        template,
        sys_inputs={"data": words},
        pdf_standards=["ua-1"],
        ignore_system_fonts=True,
        timestamp=0,
    )


def _drawable(words: str) -> str:
    """Signs that cannot be drawn are found on a slip of paper, before the whole plan is set."""
    words = FAR.sub(lambda found: _named(found.group()), words)
    seldom = "".join(sorted(set(SELDOM.findall(words))))
    if not seldom or _is_drawn(seldom):
        return words
    return words.translate({ord(s): _named(s) for s in seldom if not _is_drawn(s)})


@lru_cache(maxsize=4000)
def _is_drawn(signs: str) -> bool:
    try:
        _compiled(SLIP, json.dumps(signs))
    except typst.TypstError:
        return False
    return True


@lru_cache(maxsize=2000)
def _named(signs: str) -> str:
    """ "😀" → "[grinning face]"; letters of far scripts by their code points."""
    names = []
    for sign in signs:
        name = unicodedata.name(sign, "").lower()
        if "variation selector" in name or sign == "\u200d":
            continue
        plain = not name or "ideograph" in name or unicodedata.category(sign).startswith("L")
        names.append(f"U+{ord(sign):04X}" if plain else name)
    return f"[{', '.join(names)}]" if names else ""
