"""Words that templates need in every room: counts, lists, dates, distances, money."""

from collections.abc import Iterable
from datetime import date, datetime, tzinfo
from decimal import Decimal

from django import template
from django.utils import timezone
from django.utils.formats import date_format

register = template.Library()

SPELLED = "no one two three four five six seven eight nine ten".split()


@register.filter
def spelled(number: int) -> str:
    """Small numbers in words ("seven"), others in figures with commas."""
    return SPELLED[number] if 0 < number < len(SPELLED) else f"{number:,}"


@register.filter
def counted(number: int, noun: str) -> str:
    """`3|counted:"program"` → "3 programs"; give "entry,entries" where an s is not enough."""
    one, _, many = noun.partition(",")
    return f"{number:,} {one if number == 1 else many or one + 's'}"


@register.filter
def listed(items: Iterable[object], word: str = "and") -> str:
    """["a", "b", "c"] → "a, b and c"."""
    texts = [str(item) for item in items]
    if len(texts) < 2:
        return "".join(texts)
    return f"{', '.join(texts[:-1])} {word} {texts[-1]}"


@register.filter
def money(amount: Decimal | float | None) -> str:
    """$1,150 or $16.25: cents only where there are any, or always below $100 with cents kept."""
    if amount is None:
        return ""
    amount = Decimal(amount)
    return f"${amount:,.2f}" if amount < 1000 or amount % 1 else f"${amount:,.0f}"


@register.filter
def day(value: date | datetime | None) -> str:
    """Tue 7 July; with the year when it is not this one."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        value = timezone.localtime(value).date()
    pattern = "D j F" if value.year == timezone.localdate().year else "D j F Y"
    return date_format(value, pattern)


@register.filter
def clock(value: datetime | None) -> str:
    """10:42 am: what happened today; with its day when it was another."""
    if value is None:
        return ""
    local = timezone.localtime(value)
    if local.date() != timezone.localdate():
        return moment(value)
    return f"{local.hour % 12 or 12}:{local.minute:02} {'am' if local.hour < 12 else 'pm'}"


@register.filter
def moment(value: datetime | None) -> str:
    """Fri 5 Jun, 5:00 pm CDT: a moment that binds, with its zone; the year when not this one."""
    return moment_in(value) if value else ""


def moment_in(value: datetime, zone: tzinfo | None = None) -> str:
    """The same on the clock of a zone; without one, of the page."""
    local = timezone.localtime(value, zone)
    year = "" if local.year == timezone.localdate().year else f" {local.year}"
    clock = f"{local.hour % 12 or 12}:{local.minute:02} {'am' if local.hour < 12 else 'pm'}"
    name = local.tzname() or ""
    return f"{date_format(local, 'D j M')}{year}, {clock} {'UTC' if name[:1] in '+-' else ''}{name}"
