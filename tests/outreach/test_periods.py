"""When a digest is due. March 8 and November 1, 2026 are the days the clocks change in the US."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from outreach.choices import Rhythm
from outreach.periods import latest_slot, moment, next_slot

CHICAGO = ZoneInfo("America/Chicago")


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc, arg-type]


@pytest.mark.parametrize(
    ("zone", "day", "at", "due"),
    [
        ("America/Chicago", date(2026, 1, 6), time(7), utc(2026, 1, 6, 13)),
        ("America/Chicago", date(2026, 6, 2), time(7), utc(2026, 6, 2, 12)),
        # the hour from 2 to 3 is skipped: 02:30 is 03:30 of the new time
        ("America/Chicago", date(2026, 3, 8), time(1, 30), utc(2026, 3, 8, 7, 30)),
        ("America/Chicago", date(2026, 3, 8), time(2, 30), utc(2026, 3, 8, 8, 30)),
        ("America/Chicago", date(2026, 3, 8), time(3, 30), utc(2026, 3, 8, 8, 30)),
        # the hour from 1 to 2 comes twice: 01:30 is the first
        ("America/Chicago", date(2026, 11, 1), time(1, 30), utc(2026, 11, 1, 6, 30)),
        ("America/Chicago", date(2026, 11, 1), time(2, 30), utc(2026, 11, 1, 8, 30)),
        # no change of clocks at all
        ("America/Phoenix", date(2026, 3, 8), time(2, 30), utc(2026, 3, 8, 9, 30)),
        ("Pacific/Honolulu", date(2026, 11, 1), time(1, 30), utc(2026, 11, 1, 11, 30)),
        # half an hour only
        ("Australia/Lord_Howe", date(2026, 10, 4), time(2, 15), utc(2026, 10, 3, 15, 45)),
    ],
)
def test_moment_of_an_hour_of_a_day(zone: str, day: date, at: time, due: datetime) -> None:
    assert moment(day, at, ZoneInfo(zone)) == due


@pytest.mark.parametrize(
    ("rhythm", "now", "last", "following"),
    [
        # Tuesday, one second before and at seven in Chicago
        ("weekly", utc(2026, 6, 2, 11, 59, 59), date(2026, 5, 26), date(2026, 6, 2)),
        ("weekly", utc(2026, 6, 2, 12), date(2026, 6, 2), date(2026, 6, 9)),
        # Monday evening in Chicago is Tuesday in UTC
        ("weekly", utc(2026, 6, 2, 3), date(2026, 5, 26), date(2026, 6, 2)),
        ("daily", utc(2026, 6, 2, 11), date(2026, 6, 1), date(2026, 6, 2)),
        ("daily", utc(2026, 6, 2, 12), date(2026, 6, 2), date(2026, 6, 3)),
        # across each change of clocks and the turn of the year
        ("daily", utc(2026, 3, 8, 12), date(2026, 3, 8), date(2026, 3, 9)),
        ("weekly", utc(2026, 3, 9, 12), date(2026, 3, 3), date(2026, 3, 10)),
        ("daily", utc(2026, 11, 1, 12, 30), date(2026, 10, 31), date(2026, 11, 1)),
        ("weekly", utc(2027, 1, 1, 0), date(2026, 12, 29), date(2027, 1, 5)),
    ],
)
def test_slots_around_a_moment(rhythm: str, now: datetime, last: date, following: date) -> None:
    wish = {"rhythm": rhythm, "weekday": 1, "at": time(7), "zone": CHICAGO}

    assert latest_slot(now=now, **wish).day == last  # type: ignore[arg-type]
    assert next_slot(after=now, **wish).day == following  # type: ignore[arg-type]


def test_next_slot_is_strictly_after_and_daily_slots_never_repeat() -> None:
    slot, seen = utc(2026, 10, 30, 0), []
    for _ in range(5):
        slot = next_slot(
            after=slot, rhythm=Rhythm.DAILY, weekday=0, at=time(1, 30), zone=CHICAGO
        ).due
        seen.append(slot)

    assert [f"{s:%d %H:%M}" for s in seen] == [
        "30 06:30",
        "31 06:30",
        "01 06:30",
        "02 07:30",
        "03 07:30",
    ]
