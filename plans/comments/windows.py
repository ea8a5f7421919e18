"""When the public may comment on an item: decided by the clock, at each request."""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import F
from django.utils import timezone

from plans.choices import Moderation, PlanState
from plans.models import CommentWindow, PlanVersion, VersionItem
from plans.structure.numbers import ancestors_of

Numbers = Mapping[uuid.UUID | None, str]


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
        elif seen.next is None or window.opens_at < seen.next.opens_at:
            seen.next = window
    return seen


def ruling(one: CommentWindow, other: CommentWindow) -> CommentWindow:
    """Where both are open: the one that closes last, of two such the one that was set last."""
    return max(one, other, key=lambda window: (window.closes_at, window.pk))


def overlapping(
    window: CommentWindow, others: Iterable[CommentWindow], numbers: Numbers, now: datetime
) -> list[CommentWindow]:
    """Windows of the plan, `numbers` of whose items are given, that hold for some of the same
    items at some of the same time, from now on."""
    return [
        other
        for other in others
        if other.pk != window.pk
        and max(window.opens_at, other.opens_at, now) < min(window.closes_at, other.closes_at)
        and _share_items(window, other, numbers)
    ]


def _share_items(one: CommentWindow, other: CommentWindow, numbers: Numbers) -> bool:
    if None in (one.item_id, other.item_id) or one.item_id == other.item_id:
        return True
    a, b = numbers.get(one.item_id), numbers.get(other.item_id)
    return bool(a and b) and (f"{a}.".startswith(f"{b}.") or f"{b}.".startswith(f"{a}."))


def overlaps_in_words(
    window: CommentWindow, others: Iterable[CommentWindow], numbers: Numbers, now: datetime
) -> list[str]:
    """A sentence or two for each: which other window it meets, and which of the two rules."""
    return [_overlap(window, other, numbers) for other in overlapping(window, others, numbers, now)]


def _overlap(window: CommentWindow, other: CommentWindow, numbers: Numbers) -> str:
    rules = ruling(window, other)
    which = "this one" if rules == window else "that one"
    because = "was set" if window.closes_at == other.closes_at else "closes"
    shown = str(Moderation(rules.moderation).label)
    return (
        f"It overlaps {_called(other, numbers)}, open from {other.opens} to {other.closes}. Where "
        f"both are open, {which} rules, because it {because} last: comments close {rules.closes}, "
        f"and each is {shown[0].lower()}{shown[1:]}."
    )


def _called(window: CommentWindow, numbers: Numbers) -> str:
    if window.title:
        return f"“{window.title}”"
    if window.item_id is None:
        return "the time for the whole plan"
    number = numbers.get(window.item_id)
    return f"the time for {number} and all below it" if number else "the time for a dropped item"
