"""When the public may comment on an item: decided by the clock, at each request."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import F
from django.utils import timezone

from plans.choices import PlanState
from plans.models import CommentWindow, PlanVersion, VersionItem
from plans.numbers import ancestors_of


@dataclass
class WindowSeen:
    """The window that is open now, else the one that closed last, else the next to open. `late`:
    one that has closed and still keeps what comes, as late."""

    open: CommentWindow | None = None
    late: CommentWindow | None = None
    closed: CommentWindow | None = None
    next: CommentWindow | None = None

    @property
    def taking(self) -> CommentWindow | None:
        """The window that a comment of this moment falls into."""
        return self.open or self.late

    @property
    def days_left(self) -> int:
        """Whole days from today to the day it closes, by its own clock."""
        if not self.open:
            return 0
        clock = self.open.clock
        return (
            timezone.localdate(self.open.closes_at, clock) - timezone.localdate(timezone=clock)
        ).days


def window_over(node: VersionItem, now: datetime) -> WindowSeen:
    """Windows of the plan, of the item, and of those it stands under in the node's version."""
    above = VersionItem.objects.filter(
        version_id=node.version_id, number__in=ancestors_of(node.number)
    )
    ids = [node.item_id, *above.values_list("item_id", flat=True)]
    return window_among(node.version, ids, now)


def window_among(version: PlanVersion, item_ids: list, now: datetime) -> WindowSeen:
    """The same for ids that the caller has at hand. A superseded plan takes no comments."""
    seen = WindowSeen()
    if version.plan.state == PlanState.SUPERSEDED:
        return seen
    windows = CommentWindow.objects.over(plan_id=version.plan_id, item_ids=item_ids)
    for window in windows.order_by(F("closes_at").desc(), "-pk"):
        if window.opens_at <= now < window.closes_at:
            seen.open = seen.open or window
        elif window.closes_at <= now:
            seen.closed = seen.closed or window
            if now < window.kept_until:
                seen.late = seen.late or window
        else:
            seen.next = window
    return seen
