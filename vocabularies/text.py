"""What people type: kept readable, single-line where it must be, and safe to show."""

import html
import re
import unicodedata
from functools import lru_cache

import nh3
from django.core.exceptions import ValidationError
from django.utils.text import slugify
from markdown_it import MarkdownIt

# Unicode's direction overrides and isolates: invisible, and able to reverse what is read.
DIRECTION_MARKS = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069]")
# Controls, and the two code points that XML has no place for.
CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff]")
# Characters without width; the joiners are letters' own in some scripts and in emoji, never beside
# Latin ones.
UNSEEN = re.compile(
    "[\u00ad\u180e\u200b\u2060-\u2064\ufeff]"
    "|(?<=[ -\u024f])[\u200c\u200d]|[\u200c\u200d](?=[ -\u024f])"
)
LINE_BREAKS = re.compile(r"[\r\n\u2028\u2029]")

_markdown = MarkdownIt("commonmark", {"html": False, "linkify": False, "breaks": True})
_TAGS = {"p", "br", "strong", "em", "ul", "ol", "li", "a", "blockquote", "h3", "h4", "code"}


def plain_text(value: str) -> None:
    """Validator of whatever people type: no control or direction characters."""
    if DIRECTION_MARKS.search(value):
        raise ValidationError("Take out the invisible direction marks.", code="direction")
    if CONTROLS.search(value):
        raise ValidationError("Take out the control characters.", code="control")


def plain_line(value: str) -> None:
    """Validator of names and titles: one line of plain text that can be seen."""
    plain_text(value)
    if LINE_BREAKS.search(value):
        raise ValidationError("Keep this on one line.", code="line")
    if UNSEEN.search(value):
        raise ValidationError("Take out the invisible characters.", code="unseen")
    if value and not can_be_seen(value):
        raise ValidationError("Write something that can be seen.", code="invisible")


def has_letters(value: str) -> None:
    """Validator of titles: signs and pictures alone name nothing."""
    if value and not any(letter.isalpha() for letter in value):
        raise ValidationError("Use words; signs or pictures alone are no title.", code="letters")


def can_be_seen(value: str) -> bool:
    """Whether it has a letter, a sign or a picture at all."""
    return any(_is_seen(letter) for letter in value)


def _is_seen(letter: str) -> bool:
    return unicodedata.category(letter)[0] not in "CZ" and letter not in "\u115f\u1160\u3164\uffa0"


def tidy(value: str) -> str:
    """NFC, no surrounding space; runs of blanks in a line become one."""
    return re.sub(r"[ \t]+", " ", unicodedata.normalize("NFC", value)).strip()


def without_accents(value: str) -> str:
    """Search form of words: lower case, marks dropped ("posproducción" → "posproduccion")."""
    if value.isascii():
        return value.lower()
    decomposed = unicodedata.normalize("NFKD", value)
    return "".join(c for c in decomposed if not unicodedata.combining(c)).lower()


def to_html(markdown: str) -> str:
    """Markdown as sanitised HTML; done once, on save. Headings start at the third level."""
    raw = _markdown.render(markdown)
    raw = re.sub(r"<(/?)h[1-3]>", r"<\1h3>", raw)
    raw = re.sub(r"<(/?)h[4-6]>", r"<\1h4>", raw)
    return nh3.clean(
        raw,
        tags=_TAGS,
        attributes={"a": {"href"}},
        url_schemes={"http", "https"},
        link_rel="nofollow ugc noopener",
    )


def steps_to_html(text: str) -> str:
    """Lines as numbered steps, unless they are a list already; sanitised as above."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if not any(re.match(r"[-*+] |\d+[.)] ", line) for line in lines):
        lines = [f"{number}. {line}" for number, line in enumerate(lines, 1)]
    return to_html("\n".join(lines))


def slug_for(title: str, fallback: str) -> str:
    """A slug that is never empty: Unicode titles without Latin letters take the fallback."""
    return slugify(without_accents(title))[:80].strip("-") or fallback


@lru_cache(maxsize=4096)
def escape(text: str) -> str:
    """For pages that Python writes out: words of filters, and of towns and firms, are the same on
    most of them."""
    return html.escape(text)
