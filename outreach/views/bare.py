"""A letter's own HTML, shown as a page that can do nothing."""

from django.http import HttpResponse

# Its own styles and nothing else: no scripts, no requests, no forms, no shared origin.
POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox allow-popups"


def bare_html(html: str) -> HttpResponse:
    response = HttpResponse(html)
    response["Content-Security-Policy"] = POLICY
    response["X-Robots-Tag"] = "noindex"
    return response
