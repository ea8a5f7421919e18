"""What readers see of the answers: “you said, we did”, and who has not spoken."""

from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.doors import public
from plans.comments.answers import (
    A_PAGE,
    SPEAKERS,
    Deed,
    Here,
    by_kind,
    deeds,
    places_of,
    silent,
    sought_among,
    who_spoke,
    with_words,
)
from plans.comments.windows import window_among
from plans.forms import SoughtQuery
from plans.models import Comment
from plans.rules import may_answer
from plans.views.reading import current_asked, suffix_of


@public
@require_safe
def response_list(request: HttpRequest) -> HttpResponse:
    version = current_asked(request)
    if version is None:
        return render(request, "plans/response_list.html", {"version": None})
    here = Here.of(version)
    found = deeds(here)
    places = [(one.number, f"{one.number} {one.title[:60]}") for one in places_of(found, here)]
    query = SoughtQuery(request.GET or None, places=places)
    sought = query.sought() if query.is_bound else None
    shown = sought_among(found, here, sought) if sought else found
    said = Comment.objects.published().filter(item__plan_id=version.plan_id).count()
    pages = Paginator(shown, A_PAGE)
    page = pages.get_page(_page_of(request, shown) or request.GET.get("page"))
    asked = {"item": sought.number, **vars(sought)} if sought else {}
    asked = {key: value for key, value in asked.items() if value and key != "number"}
    whose = {"plan": version.plan_id} if version.aside else {}
    context = {
        "version": version,
        "plan": version.plan,
        "query": query,
        "asked": urlencode(whose | asked),
        "is_filtered": bool(asked),
        "page": page,
        "deeds": with_words(list(page)),
        "total": len(found),
        "kinds": by_kind(found),
        "said": said,
        "answered": sum(deed.comments for deed in found),
        "suffix": suffix_of(version, version),
        "may_answer": may_answer(request.user, version.plan),
    }
    return render(request, "plans/response_list.html", context)


def _page_of(request: HttpRequest, shown: list[Deed]) -> int | None:
    """`?answer=` names an answer: the page that it stands on."""
    wanted = request.GET.get("answer", "")
    place = next((n for n, deed in enumerate(shown) if str(deed.response.pk) == wanted), None)
    return None if place is None else place // A_PAGE + 1


@public
@require_safe
def spoken_show(request: HttpRequest) -> HttpResponse:
    version = current_asked(request)
    rows = who_spoke(Here.of(version)) if version else []
    ids = [row.node.item_id for row in rows]
    context = {
        "version": version,
        "window": window_among(version, ids, timezone.now()) if version else None,
        "suffix": suffix_of(version, version) if version else "",
        "rows": rows,
        "silent": silent(rows),
        "kinds": SPEAKERS.values(),
    }
    return render(request, "plans/spoken_show.html", context)
