"""What the text parts of letters need: lines of 72 characters that never break a link."""

import re
import textwrap

from django import template
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe

from vocabularies.templatetags.words import counted

register = template.Library()

WIDTH = 72
LINK = re.compile(r"https?://[^\s<>\"]+")


@register.filter
def wrapped(text: str, indent: str = "") -> str:
    """One paragraph, wrapped; every line begins with `indent`. Links stay whole."""
    return textwrap.fill(
        " ".join(str(text).split()),
        WIDTH,
        initial_indent=indent,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )


@register.filter
def lasting(seconds: int) -> str:
    """ "40 seconds", "3 minutes", "5 hours", "2 days"."""
    for size, noun in ((86400, "day"), (3600, "hour"), (60, "minute")):
        if seconds >= size:
            return counted(seconds // size, noun)
    return counted(seconds, "second")


@register.filter
def links_in(text: str) -> SafeString:
    """Plain text with its http(s) links as links; everything else escaped."""
    parts, end = [], 0
    text = str(text)
    for found in LINK.finditer(text):
        url = found[0].rstrip(".,;:!?)”")
        parts.append(conditional_escape(text[end : found.start()]))
        parts.append(format_html('<a href="{}" rel="noreferrer">{}</a>', url, url))
        end = found.start() + len(url)
    parts.append(conditional_escape(text[end:]))
    return mark_safe("".join(parts))  # noqa: S308  each part is escaped above
