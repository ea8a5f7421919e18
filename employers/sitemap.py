"""What of this room search engines may know."""

from collections.abc import Iterator
from datetime import datetime

from django.db.models import Max
from django.urls import reverse

from employers.models import Opportunity

Address = tuple[str, datetime | None]
# A file of a sitemap holds no more (sitemaps.org). Files of postings are cut by their ids, so
# that none is longer and none has to be counted out.
MOST_IN_A_FILE = 50_000


def list_urls() -> Iterator[Address]:
    """The room's lists."""
    yield reverse("employers:opportunity_list"), None
    yield reverse("employers:employer_list"), None


def posting_urls(part: int | None = None) -> Iterator[Address]:
    """(path, last change) of each open posting, or of those of one file, counted from 1."""
    rows = Opportunity.objects.public()
    if part is not None:
        rows = rows.filter(pk__range=_ids_of(part))
    for row in rows.only("pk", "slug", "changed_at").order_by("pk").iterator():
        yield row.get_absolute_url(), row.changed_at


def is_short(room: int) -> bool:
    """No more than `room` postings are open."""
    return Opportunity.objects.public().order_by()[: room + 1].count() <= room


def parts() -> list[int]:
    """Numbers of the files that hold an open posting."""
    last = Opportunity.objects.aggregate(last=Max("pk"))["last"] or 0
    numbers = range(1, last // MOST_IN_A_FILE + 2)
    public = Opportunity.objects.public().order_by()
    return [number for number in numbers if public.filter(pk__range=_ids_of(number)).exists()]


def _ids_of(part: int) -> tuple[int, int]:
    return (part - 1) * MOST_IN_A_FILE, part * MOST_IN_A_FILE - 1
