"""What happens around every request, in the order of settings.MIDDLEWARE."""

import re
import time
import uuid
from collections.abc import Callable
from datetime import UTC, tzinfo
from urllib.parse import unquote_to_bytes

import structlog
from django.db import DatabaseError, InterfaceError
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, QueryDict
from django.utils import timezone

from partnerships import views
from vocabularies.models import Region

Answer = Callable[[HttpRequest], HttpResponse]
log = structlog.get_logger("portal.request")
UNSTORABLE = re.compile("[\0\ud800-\udfff]")
REQUEST_ID = re.compile(r"[A-Za-z0-9-]{8,64}")


def request_id(get_response: Answer) -> Answer:
    """Every request has an id: in its log lines, in its answer, on its error page."""

    def middleware(request: HttpRequest) -> HttpResponse:
        given = request.headers.get("X-Request-ID", "")
        request.id = given if REQUEST_ID.fullmatch(given) else uuid.uuid4().hex[:16]  # type: ignore[attr-defined]
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=request.id)  # type: ignore[attr-defined]
        began = time.perf_counter()
        response = get_response(request)
        response["X-Request-ID"] = request.id  # type: ignore[attr-defined]
        match = request.resolver_match
        log.info(
            "answered",
            method=request.method,
            view=match.view_name if match else None,
            status=response.status_code,
            ms=round((time.perf_counter() - began) * 1000, 1),
        )
        return response

    return middleware


def headers(get_response: Answer) -> Answer:
    """The security headers that Django has no setting for."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
        response.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        return response

    return middleware


def refuse_undecodable(get_response: Answer) -> Answer:
    """NUL bytes and broken UTF-8 in an address are a 400 of ours; in a form they are taken out,
    since nobody sees them and what was typed beside them stays.

    PostgreSQL has no NUL in text and no lone surrogate, so either would end as a 500 in any view.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        raw = request.META.get("QUERY_STRING", "")
        try:
            query = unquote_to_bytes(raw.replace("+", " ")).decode()
        except UnicodeError:
            return views.bad_request(request)
        if "\0" in query or "\0" in request.path or "\ufffd" in request.path or len(raw) > 8000:
            return views.bad_request(request)
        if request.method == "POST" and request.content_type in (
            "application/x-www-form-urlencoded",
            "multipart/form-data",
        ):
            if any(
                UNSTORABLE.search(value) for _, values in request.POST.lists() for value in values
            ):
                request.POST = _storable(request.POST)  # type: ignore[assignment]
        return get_response(request)

    return middleware


def _storable(posted: QueryDict) -> QueryDict:
    clean = posted.copy()
    for name, values in posted.lists():
        clean.setlist(name, [UNSTORABLE.sub("", value) for value in values])
    clean._mutable = False
    return clean


def region_time_zone(get_response: Answer) -> Answer:
    """Times are shown in the region's zone."""

    def middleware(request: HttpRequest) -> HttpResponse:
        try:
            zone: tzinfo = Region.current().zone
        except (DatabaseError, InterfaceError):
            zone = UTC  # health checks must answer while PostgreSQL is away
        with timezone.override(zone):
            return get_response(request)

    return middleware


def say_what_takes_a_form(get_response: Answer) -> Answer:
    """A page of ours where somebody opens the address of a button; Django's answer is empty."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if isinstance(response, HttpResponseNotAllowed) and request.method in ("GET", "HEAD"):
            answer = views.only_a_form(request)
            answer["Allow"] = response["Allow"]
            return answer
        return response

    return middleware
