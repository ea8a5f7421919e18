"""What changed between two texts, word by word."""

import re
from collections.abc import Iterable
from difflib import SequenceMatcher

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

# "middle-wage", "region’s", "1,200.50" and "11:59" are one word each.
TOKEN = re.compile(r"\s+|\d+(?:[.,:]\d+)+|\w+(?:[-’']\w+)*|[^\w\s]")


def marked(old: str, new: str) -> SafeString:
    """The text of both, with struck and added words marked as <del> and <ins>."""
    before, after = TOKEN.findall(old), TOKEN.findall(new)
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    parts: list[tuple[str, str]] = []
    for what, a, b, c, d in matcher.get_opcodes():
        if what == "equal":
            parts.append(("", "".join(after[c:d])))
            continue
        parts += [("del", "".join(before[a:b])), ("ins", "".join(after[c:d]))]
    html = "".join(
        f"<{tag}>{escape(text)}</{tag}>" if tag and text.strip() else escape(text)
        for tag, text in _joined(parts)
    )
    return mark_safe(html)  # noqa: S308  every piece is escaped


def _joined(parts: list[tuple[str, str]]) -> Iterable[tuple[str, str]]:
    """A lone blank between two changes joins them: one struck phrase, not five struck words."""
    struck, added = "", ""
    for index, (tag, text) in enumerate(parts):
        if tag == "del":
            struck += text
        elif tag == "ins":
            added += text
        elif text.isspace() and (struck or added) and index < len(parts) - 1:
            struck += text
            added += text
        else:
            yield from _settled(struck, added)
            struck, added = "", ""
            yield "", text
    yield from _settled(struck, added)


def _settled(struck: str, added: str) -> Iterable[tuple[str, str]]:
    if struck.strip():
        yield "del", struck.rstrip() if added.strip() else struck
        if added.strip():
            yield "", " "
    if added.strip():
        yield "ins", added
    elif added and not struck.strip():
        yield "", added
