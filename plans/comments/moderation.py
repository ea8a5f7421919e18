"""What waits for a moderator: three lists, filtered, in pages that cost the same at any length."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import Count, Q

from plans.choices import CommentState
from plans.comments.heard import merged_into
from plans.models import Comment, PlanVersion, VersionItem
from plans.models.comments import APPEALED, UNREAD

A_PAGE = 50
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

LISTS = {"waiting": Q(state=CommentState.WAITING), "shown": UNREAD, "appeals": APPEALED}
SINCE = {"waiting": "confirmed_at", "shown": "confirmed_at", "appeals": "appealed_at"}


@dataclass
class Queue:
    """One page of one list. `counts`: of all three, as filtered; `next`: the keyset of the page
    after this one, "" without one; `trouble`: what could not be asked for."""

    what: str
    rows: list[Comment] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    next: str = ""
    trouble: list[str] = field(default_factory=list)

    @property
    def total(self) -> int:
        return self.counts[self.what]


def queue(asked: dict[str, Any], version: PlanVersion | None) -> Queue:
    """`asked`: what plans.forms.QueueQuery understood. `version`: the one in which an item's
    number is looked up. Two queries, two more for an item."""
    found = Queue(asked.get("what", "waiting"))
    about = _filtered(asked, version, found)
    anything = about.filter(LISTS["waiting"] | UNREAD | APPEALED).order_by()
    found.counts = anything.aggregate(
        **{name: Count("pk", filter=which) for name, which in LISTS.items()}
    )
    since = SINCE[found.what]
    rows = about.filter(LISTS[found.what])
    if after := asked.get("after"):
        at, pk = _from_key(after)
        rows = rows.filter(Q(**{f"{since}__gt": at}) | Q(**{since: at}, pk__gt=pk))
    rows = rows.select_related("organization", "version", "window", "submission")
    page = list(rows.order_by(since, "pk")[: A_PAGE + 1])
    found.rows = page[:A_PAGE]
    if len(page) > A_PAGE:
        last = found.rows[-1]
        found.next = _to_key(getattr(last, since), last.pk)
    for row in found.rows:
        row.since = getattr(row, since)  # type: ignore[attr-defined]
    return found


def _filtered(asked: dict[str, Any], version: PlanVersion | None, found: Queue) -> Any:
    about = Comment.objects.all()
    if number := asked.get("item"):
        about = about.filter(item_id__in=_below(number, version, found))
    if window := asked.get("window"):
        about = about.filter(window_id=window)
    if stance := asked.get("stance"):
        about = about.filter(stance="" if stance == "none" else stance)
    if source := asked.get("source"):
        about = about.filter(source=source)
    if asked.get("noticed"):
        about = about.exclude(held_for=[])
    return about


def _below(number: str, version: PlanVersion | None, found: Queue) -> list[Any]:
    """The item of that number, all below it, and what was merged into them."""
    if version is None:
        return []
    nodes = VersionItem.objects.filter(version=version)
    here = Q(number=number) | Q(number__startswith=f"{number}.")
    ids = set(nodes.filter(here).values_list("item_id", flat=True))
    if not ids:
        found.trouble.append(f"Version {version.number} has no item {number}.")
    return [*ids, *(source for source, into in merged_into(version).items() if into in ids)]


def _to_key(at: datetime, pk: int) -> str:
    """Microseconds since 1970 and the key of the last row."""
    return f"{(at - EPOCH) // timedelta(microseconds=1)}~{pk}"


def _from_key(key: str) -> tuple[datetime, int]:
    micro, pk = key.split("~")
    return EPOCH + timedelta(microseconds=min(int(micro), 10**16)), min(int(pk), 2**62)
