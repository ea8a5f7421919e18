"""The page of an open posting as strangers see it: made once a minute, however often it is read.

What stands in it follows from rows that bear a version or a moment of change; those are part of the
key, so a change shows at once. What changes without one (the name of a sector, a program's title)
shows within the minute. The rows of postings like it are kept for all of their sector and kind,
until one of them closes or lists change in any way, and for a minute at most.
"""

from collections.abc import Callable
from datetime import datetime
from hashlib import sha256

from django.contrib.messages import get_messages
from django.core.cache import cache
from django.http import HttpRequest
from django.utils import timezone
from redis.exceptions import RedisError

from employers.models import Opportunity
from vocabularies.models import Region

KEPT_FOR = 60  # seconds
# Where the postings like it are put in.
LIKE = "<!-- like this one -->"

# {id: a row of a list, as HTML}, and the moment until which they are right.
Rows = tuple[dict[int, str], datetime]


def is_for_anybody(request: HttpRequest) -> bool:
    """Whether the page says nothing that is meant for one reader or one visit."""
    plain = not request.user.is_authenticated and not request.GET
    return plain and not len(get_messages(request))


def kept(key: str, make: Callable[[], str]) -> str:
    """What was made under that key in the last minute; made anew while the cache is away."""
    try:
        found = cache.get(key)
    except RedisError:
        return make()
    if found is None:
        found = make()
        _keep(key, found, KEPT_FOR)
    return found


def kept_page(
    opportunity: Opportunity, make: Callable[[], str], make_rows: Callable[[], Rows]
) -> tuple[str, dict[int, str]]:
    """(the page, {id: row} of postings like it); made anew where none is kept, and while the cache
    is away."""
    page_key, rows_key = _key(opportunity), _rows_key(opportunity)
    try:
        kept = cache.get_many([page_key, rows_key])
    except RedisError:
        return make(), make_rows()[0]
    page, rows = kept.get(page_key), kept.get(rows_key)
    if page is None:
        page = make()
        _keep(page_key, page, KEPT_FOR)
    if rows is None or rows[1] <= timezone.now():
        rows = make_rows()
        _keep(rows_key, rows, KEPT_FOR)
    return page, rows[0]


def _keep(key: str, value: object, seconds: int) -> None:
    try:
        cache.set(key, value, seconds)
    except RedisError:
        pass


def _rows_key(opportunity: Opportunity) -> str:
    day = timezone.localdate(timezone=Region.current().zone)
    of = f"{opportunity.sector_id}:{opportunity.kind}"
    return f"like:{of}:{day}:{opportunity.listings_changed}"  # type: ignore[attr-defined]


def _key(opportunity: Opportunity) -> str:
    organization, region = opportunity.employer.organization, Region.current()
    what = (
        opportunity.revision,
        opportunity.changed_at,
        opportunity.closes_at,
        organization.pk,
        organization.version,
        organization.name,
        timezone.localdate(timezone=region.zone),
        region.name,
    )
    return f"posting:{opportunity.pk}:{sha256(repr(what).encode()).hexdigest()[:24]}"
