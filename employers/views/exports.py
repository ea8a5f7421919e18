"""The filtered list to take along: JSON, CSV, XLSX, an Atom feed, a calendar of deadlines."""

from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.template.loader import render_to_string
from django.utils import timezone
from django.views.decorators.http import require_safe
from icalendar import Calendar, Event

from accounts.doors import public
from employers.browsing.counting import AtLeast, is_few, total_of
from employers.browsing.first import first_of
from employers.browsing.listed import listed_page, listings
from employers.browsing.search import OpportunityQuery
from employers.export import CHUNK, csv_chunks, for_export, workbook
from employers.models import Opportunity
from vocabularies.models import Region
from vocabularies.templatetags.words import moment

JSON_PAGE = 100
FEED = 50
DEADLINES = 500
MOST_IN_A_WORKBOOK = 5000
CUT = "There are more. Narrow the search, or take the CSV file, which holds them all."
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def _asked(request: HttpRequest) -> OpportunityQuery:
    return OpportunityQuery.from_get(request.GET)


@public
@require_safe
def opportunity_json(request: HttpRequest) -> HttpResponse:
    """{"count", "results": […], "next"}: the same query as the page, 100 a time."""
    query, now = _asked(request), timezone.now()
    if query.errors:
        return JsonResponse({"errors": query.errors}, status=400)
    count = total_of(query, now)
    rows = Opportunity.objects.with_everything().prefetch_related("skills__skill")
    page = listed_page(query, now, JSON_PAGE, is_few(count), rows)
    if isinstance(count, AtLeast):
        count = listings(query, now).order_by().count()
    here = f"{settings.SITE_URL}/opportunities.json"
    return JsonResponse(
        {
            "count": count,
            "results": [_as_json(row) for row in page.rows],
            "next": here + query.link(after=page.after) if page.after else None,
            "previous": here + query.link(before=page.before) if page.before else None,
        }
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
        "program": row.program_id,
        "skills": [wanted.skill.slug for wanted in row.skills.all()],
        "hours": row.hours_line(),
        "length": row.length_line(),
        "supports": row.supports,
        "openings": row.openings,
        "education": row.education or None,
        "minimum_age": row.minimum_age,
        "start": row.start_kind or None,
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
def opportunity_csv(request: HttpRequest) -> HttpResponse | StreamingHttpResponse:
    """Exactly the filtered list, whole, sent as it is read; it can be imported again."""
    query = _asked(request)
    if query.errors:
        return _refusal(query)
    rows = for_export(query.sorted(query.filter(Opportunity.objects.public())))
    return StreamingHttpResponse(
        csv_chunks(rows.iterator(chunk_size=CHUNK)),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="opportunities.csv"'},
    )


@public
@require_safe
def opportunity_xlsx(request: HttpRequest) -> HttpResponse:
    """The same table as a workbook of up to 5,000 rows; its second sheet says where it ends."""
    query, now = _asked(request), timezone.now()
    if query.errors:
        return _refusal(query)
    matching = query.filter(Opportunity.objects.public(now))
    rows = list(for_export(query.sorted(matching))[:MOST_IN_A_WORKBOOK])
    total = len(rows) if len(rows) < MOST_IN_A_WORKBOOK else matching.order_by().count()
    about = [
        ("Search", query.describe()),
        ("Address", f"{settings.SITE_URL}/opportunities/?{query.to_querystring()}"),
        ("Made", moment(now)),
        ("Opportunities found", f"{total:,}"),
        ("Rows in this file", f"{len(rows):,}"),
        ("End", "That is all." if total == len(rows) else CUT),
    ]
    return HttpResponse(
        workbook(rows, about),
        content_type=XLSX,
        headers={"Content-Disposition": 'attachment; filename="opportunities.xlsx"'},
    )


@public
@require_safe
def opportunity_atom(request: HttpRequest) -> HttpResponse:
    """The newest 50 of the query as an Atom feed (RFC 4287)."""
    query = _asked(request)
    if query.errors:
        return _refusal(query)
    query.sort = "newest"
    rows = first_of(query, timezone.now(), FEED, Opportunity.objects.with_everything())
    body = render_to_string(
        "employers/opportunity_atom.xml",
        {
            "rows": rows,
            "query": query,
            "querystring": query.to_querystring(),
            "region": Region.current(),
            "site_url": settings.SITE_URL,
            "updated": max((_changed(row) for row in rows), default=timezone.now()),
        },
    )
    return HttpResponse(body, content_type="application/atom+xml; charset=utf-8")


def _changed(row: Opportunity) -> datetime:
    """An entry is never older than its publication."""
    return max(row.changed_at, row.public_since or row.changed_at)


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
    calendar.add("x-wr-timezone", Region.current().time_zone)
    query.sort = "closing"
    rows = first_of(query, timezone.now(), DEADLINES, Opportunity.objects.with_everything())
    for row in rows:
        if row.closes_at is not None:
            calendar.add_component(_deadline(row))
    return HttpResponse(
        calendar.to_ical(),
        content_type="text/calendar; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="deadlines.ics"'},
    )


def _deadline(row: Opportunity) -> Event:
    """The half hour before it closes. Moments are in UTC, which every calendar turns into the
    reader's zone; the words name the region's."""
    closes_at, url = row.closes_at, f"{settings.SITE_URL}{row.get_absolute_url()}"
    assert closes_at is not None
    event = Event()
    event.add("uid", f"opportunity-{row.pk}@{settings.SITE_URL.split('://')[-1]}")
    event.add("dtstamp", row.changed_at.astimezone(UTC))
    event.add("last-modified", row.changed_at.astimezone(UTC))
    event.add("dtstart", (closes_at - timedelta(minutes=30)).astimezone(UTC))
    event.add("dtend", closes_at.astimezone(UTC))
    event.add("summary", f"Closes: {row.title}, {row.employer_name}")
    event.add("description", f"Closes {moment(closes_at)}. {row.pay_line()}\n{url}")
    event.add("location", row.where())
    event.add("url", url)
    event.add("transp", "TRANSPARENT")
    return event
