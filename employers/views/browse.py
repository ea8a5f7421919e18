"""Opportunities for everybody: the list, its exports, one posting."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe
from icalendar import Calendar, Event

from accounts.doors import public
from accounts.history import entries_of
from employers import rules, structured
from employers.choices import SUPPORT_SHORT, Kind, Mode
from employers.facets import facets
from employers.models import Opportunity
from employers.search import PAY, SORTS, WITHIN, OpportunityQuery, round_miles
from employers.wider import wider_searches
from vocabularies.lookups import find_occupations
from vocabularies.models import Region, Sector
from vocabularies.tables import csv_response

PAGE = 25
JSON_PAGE = 100
FEED = 50
MOST_IN_A_FILE = 5000


def _asked(request: HttpRequest) -> OpportunityQuery:
    return OpportunityQuery.from_get(request.GET)


@public
@require_safe
def opportunity_list(request: HttpRequest) -> HttpResponse:
    """Browse. A wrong value gets a sentence and status 400; the rest of the query still works."""
    query, now = _asked(request), timezone.now()
    matching = query.filter(Opportunity.objects.public(now))
    rows, after = query.page(matching.with_everything(), PAGE)
    counts = facets(query, now)
    total = counts["pay"][query.pay]
    for row in rows:
        row.away = round_miles(miles) if (miles := query.distance_from(row)) is not None else ""
    context = {
        "query": query,
        "rows": rows,
        "total": total,
        "employers": matching.order_by().values("employer").distinct().count() if total else 0,
        "next_url": query.link(after=after) if after else "",
        "panel": _panel(query, counts),
        "sorts": [(v, n) for v, n in SORTS.items() if v != "distance" or query.near],
        "wider": wider_searches(query, now) if not total else [],
        "querystring": query.to_querystring(),
    }
    template, status = "employers/opportunity_list.html", 400 if query.errors else 200
    if request.htmx and not request.htmx.history_restore_request:  # type: ignore[attr-defined]
        # htmx shows only what succeeded; the sentences about wrong values stand in the answer.
        response = render(request, f"{template}#answer", context)
        response["HX-Push-Url"] = f"{request.path}{query.link()}".removesuffix("?")
    else:
        response = render(request, template, context, status=status)
    patch_vary_headers(response, ["HX-Request"])
    return response


def _panel(query: OpportunityQuery, counts: dict[str, dict[str, int]]) -> dict[str, Any]:
    """The filters with their counts: {key: [(value, words, n, chosen)]}."""

    def group(key: str, words: dict[str, str]) -> list[tuple[str, str, int, bool]]:
        chosen = getattr(query, key)
        return [(v, w, counts[key].get(v, 0), v in chosen) for v, w in words.items()]

    counties = Region.current().counties.all() if Region.current().pk else []
    pays = {"": "Any", **PAY}
    return {
        "kind": group("kind", dict(Kind.choices)),
        "mode": group("mode", dict(Mode.choices)),
        "supports": group("supports", {s.value: words for s, words in SUPPORT_SHORT.items()}),
        "sector": group("sector", dict(Sector.objects.values_list("slug", "name"))),
        "county": group("county", {county.fips: county.name for county in counties}),
        "pay": [(v, w, counts["pay"].get(v, 0), query.pay == v) for v, w in pays.items()],
        "within": [
            (v, f"{v} miles" + (f" ({counts['within'][v]})" if counts["within"] else ""))
            for v in WITHIN
        ],
    }


@public
@require_safe
def opportunity_json(request: HttpRequest) -> HttpResponse:
    """{"count", "results": […], "next"}: the same query as the page, 100 a time."""
    query, now = _asked(request), timezone.now()
    if query.errors:
        return JsonResponse({"errors": query.errors}, status=400)
    matching = query.filter(Opportunity.objects.public(now))
    rows, after = query.page(matching.with_everything(), JSON_PAGE)
    link = f"{settings.SITE_URL}/opportunities.json{query.link(after=after)}" if after else None
    return JsonResponse(
        {"count": matching.count(), "results": [_as_json(row) for row in rows], "next": link}
    )


def _as_json(row: Opportunity) -> dict[str, Any]:
    return {
        "id": row.pk,
        "title": row.title,
        "kind": row.kind,
        "employer": row.employer_name,
        "url": f"{settings.SITE_URL}{row.get_absolute_url()}",
        "summary": row.summary,
        "sector": row.sector.slug if row.sector else None,
        "occupation": row.occupation_id,
        "mode": row.mode,
        "places": [
            {
                "city": location.place.city,
                "zip": location.place_id,
                "county": location.county_id,
                "latitude": location.latitude,
                "longitude": location.longitude,
            }
            for location in row.locations.all()
        ],
        "pay": {
            "paid": row.paid,
            "min": str(row.pay_min) if row.pay_min is not None else None,
            "max": str(row.pay_max) if row.pay_max is not None else None,
            "unit": row.pay_unit if row.pay_min is not None else None,
        },
        "hours": row.hours_line(),
        "length": row.length_line(),
        "supports": row.supports,
        "openings": row.openings,
        "starts_on": row.starts_on,
        "published": row.public_since,
        "closes": row.closes_at,
    }


def _refusal(query: OpportunityQuery) -> HttpResponse:
    """A list to take along never widens in silence: wrong values get their sentences."""
    text = "\n".join(f"{key}: {sentence}" for key, sentence in query.errors.items())
    return HttpResponse(f"{text}\n", status=400, content_type="text/plain; charset=utf-8")


@public
@require_safe
def opportunity_csv(request: HttpRequest) -> HttpResponse:
    """Exactly the filtered list, up to 5,000 rows."""
    query = _asked(request)
    if query.errors:
        return _refusal(query)
    rows = query.sorted(query.filter(Opportunity.objects.public()).with_everything())
    header = (
        "id title kind employer sector occupation place zip mode pay_min pay_max pay_unit hours "
        "length supports openings starts_on closes url"
    ).split()
    return csv_response(
        "opportunities",
        header,
        (
            [
                row.pk,
                row.title,
                row.kind,
                row.employer_name,
                row.sector.name if row.sector else "",
                row.occupation_id or "",
                ", ".join(row.cities()),
                ", ".join(location.place_id for location in row.locations.all()),
                row.mode,
                row.pay_min,
                row.pay_max,
                row.pay_unit if row.pay_min is not None else "",
                row.hours_line(),
                row.length_line(),
                ", ".join(row.supports),
                row.openings,
                row.starts_on,
                timezone.localtime(row.closes_at) if row.closes_at else None,
                f"{settings.SITE_URL}{row.get_absolute_url()}",
            ]
            for row in rows[:MOST_IN_A_FILE]
        ),
    )


@public
@require_safe
def opportunity_atom(request: HttpRequest) -> HttpResponse:
    """The newest 50 of the query as an Atom feed (RFC 4287)."""
    query = _asked(request)
    if query.errors:
        return _refusal(query)
    query.sort = "newest"
    rows = query.sorted(query.filter(Opportunity.objects.public()).with_everything())[:FEED]
    body = render_to_string(
        "employers/opportunity_atom.xml",
        {
            "rows": rows,
            "query": query,
            "querystring": query.to_querystring(),
            "region": Region.current(),
            "site_url": settings.SITE_URL,
            "updated": max((row.public_since for row in rows), default=timezone.now()),
        },
    )
    return HttpResponse(body, content_type="application/atom+xml; charset=utf-8")


@public
@require_safe
def opportunity_ics(request: HttpRequest) -> HttpResponse:
    """The deadlines of the query as a calendar (RFC 5545), 500 at most."""
    query = _asked(request)
    if query.errors:
        return _refusal(query)
    calendar = Calendar()
    calendar.add("prodid", "-//Partnerships portal//opportunities//EN")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", f"Deadlines: {query.describe()}")
    host = settings.SITE_URL.split("://")[-1]
    for row in query.sorted(query.filter(Opportunity.objects.public()).with_everything())[:500]:
        if row.closes_at is None:
            continue
        event = Event()
        event.add("uid", f"opportunity-{row.pk}@{host}")
        event.add("dtstamp", row.changed_at)
        event.add("dtstart", row.closes_at - timedelta(minutes=30))
        event.add("dtend", row.closes_at)
        event.add("summary", f"Closes: {row.title}, {row.employer_name}")
        event.add("url", f"{settings.SITE_URL}{row.get_absolute_url()}")
        calendar.add_component(event)
    return HttpResponse(
        calendar.to_ical(),
        content_type="text/calendar; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="deadlines.ics"'},
    )


@public
@require_safe
def opportunity_show(request: HttpRequest, pk: int, slug: str = "") -> HttpResponse:
    """One posting. Strangers get 404 for what is not public yet; what was public and is not any
    more stays readable, as closed, without job markup."""
    opportunity = get_object_or_404(Opportunity.objects.with_everything(), pk=pk)
    if not rules.may_see_opportunity(request.user, opportunity):
        raise Http404
    if slug != opportunity.slug:
        return redirect(opportunity, permanent=True)
    return render(request, "employers/opportunity_show.html", page_of(opportunity, request))


def page_of(opportunity: Opportunity, request: HttpRequest) -> dict[str, Any]:
    """What the public page of a posting shows; preview and review show the same."""
    standing = opportunity.standing()
    is_mine = rules.may_move_opportunity(request.user, opportunity)
    near = OpportunityQuery.from_querystring(f"near={request.GET.get('near', '')[:5]}")
    miles = near.distance_from(opportunity) if near.near else None
    markup = structured.job_posting(opportunity) if standing == "open" else None
    return {
        "opportunity": opportunity,
        "standing": standing,
        "is_mine": is_mine,
        "is_closed": standing in ("expired", "closed", "paused"),
        "markup": structured.as_script(markup) if markup else "",
        "away": f"{round_miles(miles)} from {near.near}" if miles is not None else "",
        "ladder": structured.ladder_of(opportunity),
        "similar": _similar(opportunity),
        "history": entries_of(opportunity) if is_mine else [],
    }


def _similar(opportunity: Opportunity) -> list[Opportunity]:
    """Three open ones of the same sector, the same kind first."""
    others = (
        Opportunity.objects.public()
        .filter(sector=opportunity.sector_id)
        .exclude(pk=opportunity.pk)
        .with_everything()
        .order_by("closes_at", "pk")[:12]
    )
    return sorted(others, key=lambda row: row.kind != opportunity.kind)[:3]


@public
@require_safe
def opportunity_occupations(request: HttpRequest) -> HttpResponse:
    """Occupations for the words typed so far, as options of a datalist."""
    words = request.GET.get("occupation_words", "")[:100]
    found = find_occupations(words, limit=8) if len(words) > 1 else []
    return render(request, "employers/_occupation_options.html", {"occupations": found})
