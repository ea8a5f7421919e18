"""When news is asked for: every so many months from the day on which the plan was adopted."""

import calendar
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils import timezone

from plans.choices import Stage
from plans.models import Plan
from vocabularies.models import Region

ASKED_BEFORE = timedelta(days=14)  # so long before a cycle ends, its letters go out


@dataclass(frozen=True)
class Cycle:
    """From its first day up to the first day of the next one."""

    number: int
    begins: date
    ends: date

    def is_asked(self, today: date) -> bool:
        return today >= self.ends - ASKED_BEFORE


def today_here() -> date:
    """By the region's calendar."""
    return timezone.localdate(timezone=Region.current().zone)


def months_after(day: date, months: int) -> date:
    """The same day of a later (or earlier) month, or that month's last: 31 Jan → 28 Feb."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def quiet_before(plan: Plan, today: date) -> date | None:
    """News of this day or earlier is too old; None where no news is asked for."""
    return months_after(today, -plan.news_every) if plan.news_every else None


def adopted_on(plan: Plan) -> date | None:
    """The day of its first adoption: before it nothing is to be done, so nothing is late."""
    adopted = plan.versions.filter(stage=Stage.ADOPTED).order_by("number")
    at = adopted.values_list("published_at", flat=True).first()
    return timezone.localdate(at, timezone=Region.current().zone) if at else None


def cycle_of(plan: Plan, adopted: date | None, today: date) -> Cycle | None:
    """The cycle that today is in; None where nobody is asked."""
    if adopted is None or not plan.news_every or today < adopted:
        return None
    months = (today.year - adopted.year) * 12 + today.month - adopted.month
    number = months // plan.news_every
    if months_after(adopted, number * plan.news_every) > today:
        number -= 1
    return Cycle(
        number,
        months_after(adopted, number * plan.news_every),
        months_after(adopted, (number + 1) * plan.news_every),
    )
