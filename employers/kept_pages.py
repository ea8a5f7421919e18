"""The page of an open posting as strangers see it: made once a minute, however often it is read.

What stands in it follows from rows that bear a version or a moment of change; those are part of the
key, so a change shows at once. What changes without one (the name of a sector, a program's title)
shows within the minute.
"""

from collections.abc import Callable
from hashlib import sha256

from django.contrib.messages import get_messages
from django.core.cache import cache
from django.http import HttpRequest
from django.utils import timezone
from redis.exceptions import RedisError

from employers.models import Opportunity
from vocabularies.models import Region

KEPT_FOR = 60  # seconds
# Where the postings like it are put in: those are looked for each time.
LIKE = "<!-- like this one -->"


def is_for_anybody(request: HttpRequest, opportunity: Opportunity) -> bool:
    """Whether the page says nothing that is meant for one reader or one visit."""
    plain = not request.user.is_authenticated and not request.GET
    return plain and not len(get_messages(request)) and opportunity.standing() == "open"


def kept_page(opportunity: Opportunity, make: Callable[[], str]) -> str:
    """The page, made anew where none is kept; also while the cache is away."""
    key = _key(opportunity)
    try:
        if page := cache.get(key):
            return page
    except RedisError:
        return make()
    page = make()
    try:
        cache.set(key, page, KEPT_FOR)
    except RedisError:
        pass
    return page


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
