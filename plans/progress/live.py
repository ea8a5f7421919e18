"""Figures that the portal counts itself. Rooms register them when the portal starts: those to
the left are counted here (plans.progress.figures), those to the right register their own."""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

import structlog
from django.core.cache import cache
from django.utils import timezone
from redis.exceptions import RedisError

log = structlog.get_logger("portal")

Parts = dict[str, int | str]
Count = Callable[[datetime], tuple[Decimal, Parts]]

FRESH = timedelta(minutes=1)
# What takes long to count is counted so much more seldom: two seconds every ten minutes.
REST = 300
SLOW = timedelta(seconds=0.2)
KEPT = 86_400  # seconds; what is no longer fresh is shown while one request counts anew
COUNTING = 30  # seconds that one request has for it
FEWEST = 5
FEW, NOT_SHOWN = "fewer than 5", "not shown"


@dataclass(frozen=True)
class Figure:
    """`count(at)` gives the figure and its parts by label."""

    key: str
    title: str
    unit: str
    count: Count


@dataclass(frozen=True)
class Reading:
    value: Decimal
    parts: Parts
    at: datetime
    cost: timedelta = timedelta(0)

    @property
    def fresh_until(self) -> datetime:
        return self.at + max(FRESH, self.cost * REST)


_figures: dict[str, Figure] = {}


def register(key: str, title: str, unit: str, count: Count) -> None:
    """Registering a key again replaces its figure. A key has at most 60 characters."""
    _figures[key] = Figure(key, title, unit, count)


def figures() -> list[Figure]:
    return sorted(_figures.values(), key=lambda figure: figure.title)


def figure(key: str) -> Figure | None:
    return _figures.get(key)


def read(key: str, at: datetime) -> Reading | None:
    """Counted at this moment; None for a figure that nobody counts any more."""
    known = _figures.get(key)
    if known is None:
        return None
    begun = time.perf_counter()
    value, parts = known.count(at)
    return Reading(value, parts, at, timedelta(seconds=time.perf_counter() - begun))


def now(key: str) -> Reading | None:
    """The figure as of a minute ago at most; of one that takes long to count, some minutes. While
    one request counts anew, the others are shown the last one; without the cache everybody
    counts."""
    at = timezone.now()
    if key not in _figures:
        return None
    try:
        kept: Reading | None = cache.get(f"live:{key}")
        if kept and (at < kept.fresh_until or not cache.add(f"live:{key}:counting", 1, COUNTING)):
            return kept
    except RedisError:
        return read(key, at)
    return _counted(key, at)


def _counted(key: str, at: datetime) -> Reading | None:
    reading = read(key, at)
    try:
        cache.set(f"live:{key}", reading, KEPT)
        cache.delete(f"live:{key}:counting")
    except RedisError:
        log.warning("a live figure was not kept: the cache is away")
    return reading


def count_ahead(keys: Iterable[str]) -> int:
    """Count what took long and is half as old as it may become, so that no reader waits for it;
    how many."""
    at, done = timezone.now(), 0
    for key in keys:
        try:
            kept: Reading | None = cache.get(f"live:{key}")
        except RedisError:
            return done
        if kept and kept.cost < SLOW:
            continue
        if kept is None or at - kept.at > (kept.fresh_until - kept.at) / 2:
            done += _counted(key, at) is not None
    return done


def without_small(parts: dict[str, int]) -> Parts:
    """Counts of people by label without those that could tell of one person: what is under five
    is hidden, and so much more that the hidden ones cannot be had by taking the others away."""
    hidden = {label for label, n in parts.items() if n < FEWEST}
    for label, _ in sorted(parts.items(), key=lambda part: part[1]):
        if not hidden or (len(hidden) > 1 and sum(parts[one] for one in hidden) >= FEWEST):
            break
        hidden.add(label)
    return {
        label: n if label not in hidden else FEW if n < FEWEST else NOT_SHOWN
        for label, n in parts.items()
    }
