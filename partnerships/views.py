"""The roof's own pages: home, search, desk, the plain pages, health and errors."""

import re
import sys
import uuid
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

import redis.exceptions
import structlog
from django.conf import settings
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, InterfaceError, OperationalError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from accounts import desk as accounts_desk
from accounts.acting import chooser
from accounts.choices import StaffRole
from accounts.doors import public
from accounts.models import Entry, Organization
from accounts.rules import has_duty, is_coalition_staff, may_administer
from employers import desk as employers_desk
from employers.browsing.counting import open_now, total_of
from employers.browsing.first import best_matches, first_of
from employers.browsing.kept_pages import is_for_anybody, kept
from employers.browsing.meant import near_words
from employers.browsing.search import OpportunityQuery
from employers.forms import StartForm
from employers.models import Opportunity
from outreach import desk as outreach_desk
from outreach.health import report as letters_report
from partnerships.glance import home_key, organization_search, plan_glance, programs_wanted
from plans import desk as plans_desk
from plans.choices import ROLE_PRESETS, Status
from plans.comments.windows import window_among
from plans.progress.pictures import cells
from plans.search import search as plan_search
from programs import desk as programs_desk
from programs.search import search as program_search
from vocabularies.models import Region

log = structlog.get_logger("portal")
PLAN_NUMBER = re.compile(r"\d(\.\d{1,3}){0,4}")


@public
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Purpose, three doors, what closes next, the plan at a glance, what is new. Strangers get
    what was made in the last minute, or since a posting or the plan changed."""

    def make() -> str:
        return render_to_string("partnerships/home.html", _home(), request)

    return HttpResponse(kept(home_key(), make) if is_for_anybody(request) else make())


def _home() -> dict[str, Any]:
    now = timezone.now()
    glance = plan_glance()
    total, employers = open_now(now)
    return {
        "open_now": total,
        "employers": employers,
        "counties": Region.current().counties.count() if Region.current().pk else 0,
        "closing": [
            row for row in first_of(OpportunityQuery(), now, 4) if row.closes_at is not None
        ],
        "newest": first_of(OpportunityQuery(sort="newest"), now, 4),
        "glance": glance,
        "window": window_among(glance["version"], [], now).open if glance else None,
        "wanted": programs_wanted(),
    }


@public
@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """Search over everything: each room answers for itself, ten at most. Where nothing is found,
    the nearest spelling that opportunities have."""
    words = request.GET.get("q", "").strip()[:200]
    groups: list[dict[str, Any]] = []
    if words:
        query, now = OpportunityQuery(q=words), timezone.now()
        opportunities = [
            {
                "title": row.title,
                "url": row.get_absolute_url(),
                "note": f"{row.get_kind_display()}, {row.employer_name}, {row.where()}",
            }
            for row in best_matches(query, now)
        ]
        groups = [
            {
                "title": "Opportunities",
                "rows": opportunities,
                "total": total_of(query, now),
                "more": f"{reverse('employers:opportunity_list')}?{urlencode({'q': words})}",
            },
            {"title": "Programs", "rows": program_search(words, 10)},
            {"title": "The plan", "rows": plan_search(words, 10)},
            {"title": "Organizations", "rows": organization_search(words, 10)},
        ]
    found = [group for group in groups if group["rows"]]
    if PLAN_NUMBER.fullmatch(words):
        found.sort(key=lambda group: group["title"] != "The plan")
    near = near_words(OpportunityQuery(q=words), timezone.now(), 0) if words and not found else []
    context = {"words": words, "groups": found, "near": [other for other, _, _ in near]}
    return render(request, "partnerships/search.html", context)


ROOMS_WITH_A_DESK = [accounts_desk, programs_desk, employers_desk, plans_desk, outreach_desk]


@require_safe
def desk(request: HttpRequest) -> HttpResponse:
    """What waits for the person, oldest first, then what is theirs."""
    user = request.user
    waiting = [item for room in ROOMS_WITH_A_DESK for item in room.waiting_for(user)]
    waiting.sort(key=lambda item: item["since"])
    acting = chooser(request)
    chosen = acting["chosen"] if acting else None
    organizations = [chosen] if chosen else list(Organization.objects.standing().of(user))
    context = {
        "acting": acting,
        "waiting": [item | {"age": _age(item["since"])} for item in waiting],
        "postings": employers_desk.things_of(user, chosen),
        "organizations": organizations,
        "employs": any(organization.employs for organization in organizations),
        "subscriptions": outreach_desk.subscriptions_of(user),
        "own": plans_desk.own_of(user),
        "duties": [StaffRole(role).label for role in sorted(user.duty_roles)],  # type: ignore[union-attr]
        "staff": is_coalition_staff(user),
        "may_administer": may_administer(user),
        "may_edit_plan": has_duty(user, StaffRole.PLAN_EDITOR),
        "may_moderate": has_duty(user, StaffRole.MODERATOR),
        "may_send": has_duty(user, StaffRole.OUTREACH),
    }
    return render(request, "partnerships/desk.html", context)


def _age(since: datetime) -> dict[str, Any]:
    """{"words": "9 days", "late": waited more than five days}; in the future, what is left."""
    zone = Region.current().zone
    days = (timezone.localdate(timezone=zone) - since.astimezone(zone).date()).days
    if days < 0:
        return {
            "words": "1 day" if days == -1 else f"{-days} days",
            "left": True,
            "late": days > -3,
        }
    words = "Today" if days == 0 else "1 day" if days == 1 else f"{days} days"
    return {"words": words, "left": False, "late": days > 5}


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
    answers = {"title": "", "token": str(uuid.uuid4())}
    form = StartForm(answers, organizations=Organization.objects.none())
    form.is_valid()
    context = {
        "rows": Opportunity.objects.public().with_everything().order_by("pk")[:2],
        "options": [("a", "Apprenticeship", 7, True), ("b", "Internship", 5, False)],
        "form": form,
        "entries": Entry.objects.order_by("-pk")[:2],
        "statuses": Status.choices,
        "cast": [
            (role["key"], role["label"], [role | {"code": "ET", "name": "Education & Training"}])
            for role in ROLE_PRESETS["lead-support-advisory"]
        ],
        "cells": cells("done done progress progress risk not-started not-started".split(), 7),
    }
    return render(request, "partnerships/components.html", context)


@public
@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    lines = ["User-agent: *", "Disallow: /accounts/", "Disallow: /admin/", "Disallow: /desk/"]
    lines += [f"Sitemap: {settings.SITE_URL}/sitemap.xml"]
    lines += ["Disallow: /comments/", "Disallow: /subscriptions/", "Disallow: /unsubscribe/"]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain")


def admin_login(request: HttpRequest) -> HttpResponse:
    """The repair desk is entered by the same door as the portal, with its limits."""
    if request.user.is_authenticated:
        # Signing in would send them here again, and again.
        raise PermissionDenied
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
    if report["database"]:
        report["letters"] = letters_report()
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
def only_a_form(request: HttpRequest) -> HttpResponse:
    """The address of a button was opened as a page: by "reload", from the history, by hand."""
    return _error(request, 405)


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
    log.exception("broken")
    return _error(request, 500)
