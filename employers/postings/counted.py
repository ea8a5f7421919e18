"""How often a posting's page is opened: counted in Valkey, kept by day in PostgreSQL. No cookie,
no address, nothing of the reader is looked at but what tells a robot."""

import re
from datetime import date
from functools import cache
from typing import Any

import redis
import structlog
from django.conf import settings
from django.db import connection, transaction
from django.http import HttpRequest
from django.utils import timezone

from accounts.rules import is_coalition_staff, is_member
from employers.models import Opportunity
from vocabularies.models import Region

log = structlog.get_logger("portal")

COUNTING, BEING_KEPT = "opportunity-views", "opportunity-views:being-kept"
LOCK = 7_340_113  # of PostgreSQL's advisory locks: one flush at a time
ROBOTS = re.compile(
    r"bot\b|bot[/;_-]|crawl|spider|slurp|scan|monitor|preview|fetch|archiver|validator|lighthouse|"
    r"headless|curl|wget|python|httpx|aiohttp|okhttp|java/|go-http|libwww|perl|ruby|scrapy|axios|"
    r"facebookexternalhit|embedly|pinterest|whatsapp|telegram|skype|slack|outlook|safelinks",
    re.IGNORECASE,
)


@cache
def _valkey() -> Any:
    return redis.Redis.from_url(
        settings.CACHES["default"]["LOCATION"], socket_timeout=0.5, socket_connect_timeout=0.5
    )


def is_person(request: HttpRequest) -> bool:
    """Somebody opened the page, as far as can be told: no robot, no browser that only looks ahead
    (Sec-Purpose, and its older names)."""
    agent = request.headers.get("User-Agent", "")
    ahead = " ".join(
        request.headers.get(name, "") for name in ("Sec-Purpose", "Purpose", "X-Moz", "X-Purpose")
    ).lower()
    return (
        request.method == "GET"
        and bool(agent)
        and not ROBOTS.search(agent)
        and "prefetch" not in ahead
        and "preview" not in ahead
    )


def count_view(request: HttpRequest, opportunity: Opportunity) -> None:
    """Count one view of what is open, unless its own people or staff look. Never raises."""
    user = request.user
    if is_member(user, opportunity.employer.organization) or is_coalition_staff(user):
        return
    if opportunity.standing() != "open" or not is_person(request):
        return
    today = timezone.localdate(timezone=Region.current().zone)
    try:
        _valkey().hincrby(COUNTING, f"{today.isoformat()}:{opportunity.pk}", 1)
    except redis.exceptions.RedisError:
        log.warning("a view was not counted: the cache is away")


def keep_views() -> int:
    """Move what was counted into ViewCount; how many rows. What a run that died left behind is
    kept first. Safe to run at once: the second one does nothing."""
    try:
        return _keep()
    except redis.exceptions.RedisError:
        log.warning("views were not kept: the cache is away")
        return 0


def _keep() -> int:
    valkey = _valkey()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCK])
        if not cursor.fetchone()[0]:
            return 0
        if not valkey.exists(BEING_KEPT):
            if not valkey.exists(COUNTING):
                return 0
            valkey.rename(COUNTING, BEING_KEPT)
        counted = _read(valkey.hgetall(BEING_KEPT))
        _add(cursor, counted)
    valkey.delete(BEING_KEPT)
    return len(counted)


def _read(fields: dict[bytes, bytes]) -> list[tuple[date, int, int]]:
    """[(day, id of the opportunity, views)]"""
    found = []
    for field, views in fields.items():
        day, _, pk = field.decode().partition(":")
        found.append((date.fromisoformat(day), int(pk), int(views)))
    return found


def _add(cursor: Any, counted: list[tuple[date, int, int]]) -> None:
    """Add to what is there; what was deleted meanwhile is passed over."""
    cursor.execute(
        "INSERT INTO employers_viewcount (opportunity_id, day, views) "
        "SELECT o.id, new.day, new.views "
        "FROM unnest(%s::date[], %s::bigint[], %s::int[]) AS new (day, id, views) "
        "JOIN employers_opportunity o ON o.id = new.id ORDER BY o.id, new.day "
        "ON CONFLICT (opportunity_id, day) "
        "DO UPDATE SET views = employers_viewcount.views + excluded.views",
        [list(column) for column in zip(*counted, strict=True)] or [[], [], []],
    )
