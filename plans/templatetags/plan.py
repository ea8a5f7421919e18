"""The plan's words and pictures for templates."""

from datetime import date, datetime
from typing import Any

from django import template
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.safestring import SafeString, mark_safe

from plans.progress import charts
from plans.structure.references import within_version
from plans.structure.roles import meaning_of, shape_of

register = template.Library()


@register.filter
def of_version(html: str, suffix: str) -> SafeString:
    """Frozen HTML as it is; in an old version (`suffix` "?version=1") its references stay there."""
    if suffix:
        return within_version(html, suffix)
    return mark_safe(html)  # noqa: S308  sanitised when it was frozen


@register.filter
def since(action: dict[str, str]) -> str:
    """Day of the last change of an action's status, in words; empty if there was none."""
    return short_day(date.fromisoformat(action["since"])) if action["since"] else ""


@register.filter
def iso_day(value: str) -> str:
    """2026-05-14 → 14 May 2026"""
    return short_day(date.fromisoformat(value))


@register.filter
def short_day(value: date | datetime | None) -> str:
    """14 May 2026"""
    return date_format(value, "j M Y") if value else ""


@register.filter
def shape(role: dict[str, Any]) -> str:
    """Which circle stands for a role: "l" filled, "s" outlined, "a" dotted."""
    return shape_of(role)


@register.filter
def meaning(role: dict[str, Any]) -> str:
    """What who has it does: "is asked". Empty for a role of the region's own."""
    return meaning_of(role)


@register.filter
def figure(value: Any) -> str:
    """1,234 or 2.5; words stay words."""
    return value if isinstance(value, str) else charts.figure(value)


@register.filter
def at(numbers: Any, key: Any) -> Any:
    """What a mapping has under a key; "" without it."""
    return numbers.get(key, "") if numbers else ""


@register.filter
def age(value: datetime) -> str:
    """ "Today", "1 day", "6 days": how long something has waited, by the calendar."""
    days = (timezone.localdate() - timezone.localdate(value)).days
    return f"{days} day{'' if days == 1 else 's'}" if days > 0 else "Today"


@register.inclusion_tag("components/progress_bar.html")
def progress_bar(name: str, title: str, branch: Any, height: int = 12) -> dict[str, Any]:
    """One square for each action. `name` is the picture's id on its page."""
    return {
        "name": name,
        "title": title,
        "cells": branch.cells,
        "said": branch.said,
        "count": len(branch.statuses),
        "height": height,
        "inner": height - 2,
        "baseline": height / 2 + 4.7,
    }
