"""The two shapes that a list repeats most, written out in Python.

A page of 25 postings and 60 filters looks up some 1,500 variables when templates write it, which
costs more than everything else about the page together (see docs/benchmarks.md).
"""

from collections.abc import Collection
from functools import cache
from typing import Any

from django import template
from django.template.loader import render_to_string
from django.utils.dates import MONTHS_3
from django.utils.safestring import SafeString, mark_safe
from django.utils.timezone import localtime

from employers.choices import Kind, Mode
from employers.models import Opportunity
from vocabularies.text import escape

register = template.Library()
KINDS = {kind.value: str(kind.label) for kind in Kind}
SOON = 4  # days


@cache
def _months() -> list[str]:
    return [str(MONTHS_3[number]).capitalize() for number in range(1, 13)]


@register.simple_tag
def offer(
    row: Opportunity,
    kicker: bool = False,
    near: str = "",
    keep: bool = False,
    kept: Collection[int] = (),
    own_page: bool = False,
) -> SafeString:
    """A row of a list. kicker: show its kind; near: the ZIP code that was asked for; keep: with a
    button to keep it; kept: ids of those that are; own_page: the
    page is its employer's, so that the name is not said again."""
    kind = f'<p class="kicker">{escape(KINDS[row.kind])}</p>' if kicker else ""
    address = row.get_absolute_url() + (f"?near={near}" if near else "")
    left = row.days_left()
    soon = " soon" if left is not None and left < SOON else ""
    button = ""
    if keep:
        context = {"row": row, "is_kept": row.pk in kept}
        button = f'<div class="mt-2">{render_to_string("employers/_keep.html", context)}</div>'
    return mark_safe(  # noqa: S308
        f'<li class="entry offer"><div class="entry-main">{kind}<h3 class="entry-title">'
        f'<a href="{escape(address)}">{escape(row.title)}</a></h3>'
        f"<p>{_whose(row, own_page)}</p>{_note(row)}"
        f'</div><div class="entry-pay">{_pay(row)}</div>'
        f'<div class="entry-when{soon}">{_when(row, left)}{button}</div></li>'
    )


def _whose(row: Opportunity, own_page: bool) -> str:
    place = _place(row)
    if own_page:
        return f'<span class="soft">{place[:1].upper()}{place[1:]}</span>'
    return f'{escape(row.employer_name)} <span class="soft">{place}</span>'


def _place(row: Opportunity) -> str:
    where = escape(row.where())
    place = where if row.mode == Mode.REMOTE else f"in {where}"
    away = f", {escape(row.away)}" if row.away else ""
    return place + away + (", part at home" if row.mode == Mode.HYBRID else "")


def _note(row: Opportunity) -> str:
    said = ". ".join(part for part in (row.support_line(), row.needs_note) if part)
    return f'<p class="entry-note">{escape(said)}</p>' if said else ""


def _pay(row: Opportunity) -> str:
    pay = row.pay_range()
    rest = ", ".join(part for part in (row.pay_each(), row.hours_line()) if part)
    return (f"<strong>{escape(pay)}</strong>" if pay else "") + escape(rest)


def _when(row: Opportunity, left: int | None) -> str:
    if row.closes_at is None:
        return "<strong>Open</strong>no end set"
    words = "Today" if left == 0 else "1 day" if left == 1 else f"{left} days"
    day = localtime(row.closes_at)
    return f"<strong>{words}</strong>closes {day.day} {_months()[day.month - 1]}"


@register.simple_tag
def filter_options(
    name: str, group: list[tuple[str, str, Any, bool]], type: str = "checkbox"
) -> SafeString:
    """One group of filters: [(value, words, n, chosen)]; checkboxes or radio buttons."""
    return mark_safe("\n".join(_option(name, type, *one) for one in group))  # noqa: S308


def _option(name: str, type: str, value: str, words: str, n: Any, chosen: bool) -> str:
    own = f"{name}-{escape(value or 'any')}"
    return (
        f'<div class="form-check"><input class="form-check-input" type="{type}" id="f-{own}" '
        f'name="{name}" value="{escape(value)}"{" checked" if chosen else ""}>'
        f'<label class="form-check-label" for="f-{own}">{escape(words)} '
        f'<span class="n" id="n-{own}">{figure(n)}</span></label></div>'
    )


@register.filter
def figure(n: int) -> str:
    """1,240; "2,000+" for what was not counted to its end."""
    return f"{n:,}"
