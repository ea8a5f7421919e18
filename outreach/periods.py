"""When a digest is due, by the reader's own calendar. Pure functions of time."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from outreach.choices import Rhythm


@dataclass(frozen=True)
class Slot:
    """The end of a period: the reader's local date and the moment (UTC)."""

    day: date
    due: datetime


def moment(day: date, at: time, zone: ZoneInfo) -> datetime:
    """That hour of that day, in UTC.

    An hour that the clocks skip is as much later as they skip (02:30 → 03:30); one that
    they repeat is the first of the two. Both are what `fold=0` means (PEP 495).
    """
    return datetime.combine(day, at, tzinfo=zone).replace(fold=0).astimezone(UTC)


def latest_slot(*, now: datetime, rhythm: str, weekday: int, at: time, zone: ZoneInfo) -> Slot:
    """The last slot at or before `now`."""
    return max(
        (s for s in _around(now, rhythm, weekday, at, zone) if s.due <= now), key=lambda s: s.due
    )


def next_slot(*, after: datetime, rhythm: str, weekday: int, at: time, zone: ZoneInfo) -> Slot:
    """The first slot strictly after that moment."""
    return min(
        (s for s in _around(after, rhythm, weekday, at, zone) if s.due > after),
        key=lambda s: s.due,
    )


def _around(now: datetime, rhythm: str, weekday: int, at: time, zone: ZoneInfo) -> list[Slot]:
    """Every slot of the eight days before and after: at least one on each side."""
    today = now.astimezone(zone).date()
    days = [today + timedelta(days=n) for n in range(-8, 9)]
    return [
        Slot(day, moment(day, at, zone))
        for day in days
        if rhythm == Rhythm.DAILY or day.weekday() == weekday
    ]
