"""The roof's own pages: home, search, desk, the plain pages, health and errors."""

import sys
from typing import Any

import redis.exceptions
import structlog
from django.core.cache import cache
from django.db import DatabaseError, InterfaceError, OperationalError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from accounts.doors import public
from vocabularies.models import Region

log = structlog.get_logger("portal")


@public
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    return render(request, "partnerships/home.html", {})


@public
@require_safe
def search(request: HttpRequest) -> HttpResponse:
    return render(request, "partnerships/search.html", {})


@require_safe
def desk(request: HttpRequest) -> HttpResponse:
    return render(request, "partnerships/desk.html", {})


@public
@require_safe
def open_data(request: HttpRequest) -> HttpResponse:
    return render(request, "partnerships/open_data.html")


@public
@require_safe
def accessibility(request: HttpRequest) -> HttpResponse:
    return render(request, "partnerships/accessibility.html")


@public
@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    return render(request, "partnerships/privacy.html")


@public
@require_safe
@cache_control(max_age=300, public=True)
def region_css(request: HttpRequest) -> HttpResponse:
    """The region's own two colors, as tokens over ours."""
    region = Region.current()
    tokens = [f"--{name}:{value}" for name in ("river", "sun") if (value := getattr(region, name))]
    return HttpResponse(f":root{{{';'.join(tokens)}}}", content_type="text/css")


@public
@require_safe
def components(request: HttpRequest) -> HttpResponse:
    """Every shape of the site on one page; on development machines only."""
    return render(request, "partnerships/components.html")


@public
@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    lines = ["User-agent: *", "Disallow: /accounts/", "Disallow: /admin/", "Disallow: /desk/"]
    lines += ["Disallow: /comments/", "Disallow: /subscriptions/", "Disallow: /unsubscribe/"]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain")


def admin_login(request: HttpRequest) -> HttpResponse:
    """The repair desk is entered by the same door as the portal, with its limits."""
    return redirect(f"{reverse('account_login')}?next={reverse('admin:index')}")


# Health -----------------------------------------------------------------------


@public
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """This process answers."""
    return HttpResponse("ok\n", content_type="text/plain")


@public
@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """PostgreSQL and Valkey answer."""
    report: dict[str, Any] = {"database": False, "cache": False}
    try:
        with connection.cursor() as cursor:
            cursor.execute("select 1")
        report["database"] = True
    except (DatabaseError, InterfaceError):
        log.warning("database away")
    try:
        cache.get("readyz")
        report["cache"] = True
    except redis.exceptions.RedisError:
        log.warning("cache away")
    ready = report["database"] and report["cache"]
    return JsonResponse({"ready": ready, **report}, status=200 if ready else 503)


# Errors -----------------------------------------------------------------------


def _error(request: HttpRequest, status: int) -> HttpResponse:
    """One of our error pages. Where even the frame cannot be had, the bare page."""
    context = {"request_id": getattr(request, "id", "")}
    template = f"{status}.html"
    try:
        return render(request, template, context, status=status)
    except Exception:
        log.exception("error page without its frame")
        return render(None, "bare_error.html", context | {"status": status}, status=status)


@public
def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _error(request, 400)


@public
def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _error(request, 403)


@public
def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _error(request, 404)


@public
def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return render(request, "403_csrf.html", status=403)


@public
def unavailable(request: HttpRequest) -> HttpResponse:
    return _error(request, 503)


@public
def broken(request: HttpRequest) -> HttpResponse:
    """A 500; or a 503 when PostgreSQL or Valkey is away, which is not the code's fault."""
    cause = sys.exception()
    if isinstance(cause, OperationalError | InterfaceError | redis.exceptions.ConnectionError):
        log.error("a server is away", error=type(cause).__name__)
        return unavailable(request)
    return _error(request, 500)
