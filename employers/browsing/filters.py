"""The filters of the browse page: their keys, their closed lists, and what each value means."""

from datetime import date, timedelta
from decimal import Decimal

from django.db.models import Q
from django.utils import timezone

from employers.choices import HoursPer, Paid, StartKind
from vocabularies.models import Region

WITHIN = {"5": 5, "10": 10, "25": 25, "50": 50, "100": 100}
PAY = {
    "paid": "Paid",
    "15": "$15 an hour or more",
    "18": "$18 an hour or more",
    "20": "$20 an hour or more",
    "25": "$25 an hour or more",
}
HOURS = {
    "10": "At most 10 hours a week",
    "20": "At most 20 hours a week",
    "30": "At most 30 hours a week",
    "full": "Full-time",
}
# Under a heading that says "a week" already.
HOURS_SHORT = {"10": "Up to 10", "20": "Up to 20", "30": "Up to 30", "full": "Full-time"}
FULL_TIME = 35  # hours a week, as the Bureau of Labor Statistics counts
START = {"1": "Within a month", "3": "Within 3 months"}
START_DAYS = {"1": 31, "3": 92}
UNDER_18 = {"1": "Open to under-18s"}
SORTS = {
    "closing": "closing soonest",
    "newest": "newest",
    "pay": "highest starting pay",
    "distance": "nearest",
}
MANY = ("kind", "sector", "county", "mode", "supports", "skill", "education")
ONE = (
    "q near within pay hours start start_by under18 occupation program sort show after before"
).split()
# How a list is looked at, not what is on it.
VIEW = ("sort", "show", "after", "before")


def meaning(key: str, value: str) -> Q:
    """The condition of one value of a closed list (pay, hours, start, under18, supports)."""
    if key == "pay":
        if value == "paid":
            return Q(paid__in=[Paid.WAGE, Paid.STIPEND])
        return Q(hourly_pay__gte=Decimal(value))
    if key == "hours":
        return _full_time() if value == "full" else _at_most(int(value))
    if key == "start":
        today = timezone.localdate(timezone=Region.current().zone)
        return starts_by(today + timedelta(days=START_DAYS[value]))
    if key == "under18":
        return Q(minimum_age__isnull=True) | Q(minimum_age__lt=18)
    return Q(supports__contains=[value])


def starts_by(day: date) -> Q:
    """Somebody may begin by that day; "at once" and "at any time" count as soon."""
    return Q(start_kind__in=[StartKind.AT_ONCE, StartKind.ROLLING]) | Q(starts_on__lte=day)


def _at_most(hours: int) -> Q:
    """A visit of so many hours in all is no more in its week; a month has 52/12 weeks."""

    def up_to(most: Decimal) -> Q:
        return Q(hours_max__lte=most) | Q(hours_max__isnull=True, hours_min__lte=most)

    weekly = Q(hours_per__in=[HoursPer.WEEK, HoursPer.VISIT]) & up_to(Decimal(hours))
    return weekly | Q(hours_per=HoursPer.MONTH) & up_to(Decimal(hours) * 52 / 12)


def _full_time() -> Q:
    enough = Q(hours_max__gte=FULL_TIME) | Q(hours_max__isnull=True, hours_min__gte=FULL_TIME)
    return Q(hours_per=HoursPer.WEEK) & enough
