"""A day and time as a person writes it, on a clock that may be put forward or back."""

from datetime import UTC, datetime, tzinfo
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from django.utils.formats import date_format

# Where the regions of this country keep their clocks; a plan's own zone is offered beside them.
ZONES = [
    "America/New_York",
    "America/Chicago",
    "America/Denver",
    "America/Phoenix",
    "America/Los_Angeles",
    "America/Anchorage",
    "Pacific/Honolulu",
    "America/Puerto_Rico",
    "UTC",
]


class NoSuchMoment(ValueError):
    """The clock skips this time, or shows it twice. Its text is for the person."""


@cache
def _known() -> frozenset[str]:
    return frozenset(available_timezones())


def zone_called(name: str, otherwise: tzinfo) -> tzinfo:
    return ZoneInfo(name) if name in _known() else otherwise


def moment_on(naive: datetime, zone: tzinfo) -> datetime:
    """What a clock of the zone means by this day and time. Raises NoSuchMoment."""
    first, second = (naive.replace(tzinfo=zone, fold=fold) for fold in (0, 1))
    if first.utcoffset() == second.utcoffset():
        return first
    # Aware times of one zone are compared by what the clock shows, so through UTC.
    shift = abs(second.astimezone(UTC) - first.astimezone(UTC))
    shown = f"{_clock(naive)} on {date_format(naive, 'D j F')}"
    forward = first.astimezone(UTC).astimezone(zone).replace(tzinfo=None)
    if forward != naive:
        raise NoSuchMoment(
            f"The clock goes forward that night, so {shown} does not exist. "
            f"Choose {_clock(forward)} or another time."
        )
    raise NoSuchMoment(
        f"The clock goes back that night, so {shown} comes twice. Choose a time that comes once, "
        f"such as {_clock(naive - shift)} or {_clock(naive + shift)}."
    )


def _clock(naive: datetime) -> str:
    return f"{naive.hour % 12 or 12}:{naive.minute:02} {'am' if naive.hour < 12 else 'pm'}"
