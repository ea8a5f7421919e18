"""A letter's own HTML, shown as a page that can do nothing."""

import re

from django.http import HttpResponse

# A reader's own links: who opens one can change or stop the letters of that reader.
OWN_LINK = re.compile(r"https?://[^\s\"'<>]*?/(?:subscriptions|unsubscribe)/[^\s\"'<>]*")

# Its own styles and nothing else: no scripts, no requests, no forms, no shared origin.
POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox allow-popups"


def without_own_links(text: str, instead: str = "(the reader’s own link)") -> str:
    """A letter as staff may read it: the links that only its reader may open do nothing."""
    return OWN_LINK.sub(instead, text)


def bare_html(html: str) -> HttpResponse:
    response = HttpResponse(html)
    response["Content-Security-Policy"] = POLICY
    response["X-Robots-Tag"] = "noindex"
    return response
