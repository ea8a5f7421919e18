"""Every public page, for search engines (sitemaps.org): one file, or an index of several."""

from collections.abc import Iterable

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from accounts.doors import public
from employers import sitemap as postings
from plans import sitemap as plan
from programs import sitemap as programs

XML = "application/xml; charset=utf-8"


@public
@require_safe
def sitemap(request: HttpRequest) -> HttpResponse:
    """All pages while one file holds them; else where its files are."""
    pages = _pages()
    if postings.is_short(postings.MOST_IN_A_FILE - len(pages)):
        return _answer(request, [*pages, *postings.posting_urls()])
    paths = [reverse("sitemap_part", args=[number]) for number in (0, *postings.parts())]
    context = {"paths": paths, "site_url": settings.SITE_URL}
    return render(request, "partnerships/sitemap_index.xml", context, content_type=XML)


@public
@require_safe
def sitemap_part(request: HttpRequest, number: int) -> HttpResponse:
    """File 0 holds the pages, the others postings."""
    urls = list(postings.posting_urls(number)) if 0 < number < 100_000 else []
    if number == 0:
        urls = _pages()
    if not urls:
        raise Http404
    return _answer(request, urls)


def _pages() -> list[postings.Address]:
    urls: list[postings.Address] = [
        (reverse(name), None) for name in ("home", "accessibility", "privacy", "open_data")
    ]
    for of_a_room in (programs.public_urls(), postings.list_urls(), plan.public_urls()):
        urls += list(of_a_room)
    return urls[: postings.MOST_IN_A_FILE]


def _answer(request: HttpRequest, urls: Iterable[postings.Address]) -> HttpResponse:
    context = {"urls": urls, "site_url": settings.SITE_URL}
    return render(request, "partnerships/sitemap.xml", context, content_type=XML)
