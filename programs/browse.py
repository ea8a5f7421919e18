"""The inventory as a list: what fits a query, how much of it, in which order, from where."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, DecimalField, F, Q, QuerySet, Value
from django.db.models.functions import Coalesce
from django.urls import reverse

from programs.choices import Format, Tier
from programs.forms import ProgramQuery
from programs.models import Program, ProgramQuerySet
from vocabularies.models import County, Sector
from vocabularies.search import to_query

# A cost that is not known comes after all that are.
NOT_KNOWN = Value(Decimal(10**9), output_field=DecimalField())
# Each way to sort: the expression, and whether the highest comes first.
ORDERS: dict[str, tuple[Any, bool]] = {
    "title": (F("search_title"), False),
    "cost": (Coalesce("cost_total", NOT_KNOWN), False),
    "checked": (F("checked_on"), True),
}
COLUMNS = {
    "sector": "sector__slug",
    "county": "place__county",
    "tier": "tier",
    "format": "format",
}


class PartGone(Exception):
    """The row after which the list should go on is no longer there."""


@dataclass
class Part:
    """Some rows of a list, and the id to go on after where there are more."""

    rows: list[Program]
    after: int | None


def matching(asked: dict[str, str]) -> ProgramQuerySet:
    """Public programs that meet every filter of `asked` (keys as in the address)."""
    found = Program.objects.public()
    for key, value in asked.items():
        if key == "q":
            query = to_query(value)
            found = found.filter(search=query) if query else found.none()
        else:
            found = found.filter(**{COLUMNS[key]: value})
    return found


def ordered(found: QuerySet[Program], sort: str) -> QuerySet[Program]:
    """In one of ORDERS; each row carries what it was sorted by as `key`."""
    key, falling = ORDERS[sort]
    return found.annotate(key=key).order_by(*(("-key", "-pk") if falling else ("key", "pk")))


def part_of(found: ProgramQuerySet, *, sort: str, after: int | None, size: int) -> Part:
    """The next `size` rows by keyset: what it costs does not grow with how far one has gone.

    Raises PartGone.
    """
    key, falling = ORDERS[sort]
    rest = ordered(found.with_parts(), sort)
    if after is not None:
        last = Program.objects.public().annotate(key=key).filter(pk=after).first()
        if last is None:
            raise PartGone
        beyond = Q(**{"key__lt" if falling else "key__gt": last.key})
        same = Q(key=last.key) & Q(**{"pk__lt" if falling else "pk__gt": last.pk})
        rest = rest.filter(beyond | same)
    rows = list(rest[: size + 1])
    return Part(rows[:size], rows[size - 1].pk if len(rows) > size else None)


def counts(found: ProgramQuerySet) -> dict[str, int]:
    return found.aggregate(programs=Count("pk"), providers=Count("provider", distinct=True))


def address(asked: dict[str, Any], name: str = "programs:program_list") -> str:
    """The list's address with these filters."""
    return f"{reverse(name)}?{urlencode(asked)}" if asked else reverse(name)


def chips(form: ProgramQuery) -> list[dict[str, str]]:
    """Each filter in use, in words, with the address of the list without it."""
    kept = form.in_use | _sort(form)
    return [
        {"word": form.labels[key], "url": address({k: v for k, v in kept.items() if k != key})}
        for key in form.in_use
    ]


def _sort(form: ProgramQuery) -> dict[str, str]:
    return {} if form.ordered_by == "title" else {"sort": form.ordered_by}


def here(form: ProgramQuery) -> dict[str, str]:
    """All that the address of this list says, but where one is in it."""
    return form.in_use | _sort(form)


def wider(form: ProgramQuery) -> list[dict[str, Any]]:
    """For an empty list: what is found without one of the filters, or, where that is nothing,
    with one of them alone."""
    asked = form.in_use
    without = [
        (f"Without {form.labels[key]}", {k: v for k, v in asked.items() if k != key})
        for key in asked
    ]
    alone = [(f"Only {form.labels[key]}", {key: asked[key]}) for key in asked]
    return _found(without) or (_found(alone) if len(asked) > 1 else [])


def _found(offers: list[tuple[str, dict[str, str]]]) -> list[dict[str, Any]]:
    counted = [(word, asked, matching(asked).count()) for word, asked in offers]
    return [{"word": word, "url": address(asked), "count": n} for word, asked, n in counted if n]


def options(form: ProgramQuery) -> dict[str, list[dict[str, Any]]]:
    """For each filter its values with how many programs each would leave."""
    asked = form.in_use if form.is_valid() else {}
    taught_in = County.objects.filter(places__programs__active=True)
    labels = {
        "sector": {s.slug: s.name for s in Sector.objects.all()},
        "county": {c.fips: c.name for c in taught_in.distinct()},
        "tier": dict(Tier.choices),
        "format": dict(Format.choices),
    }
    for key, value in asked.items():
        if key in labels:
            labels[key].setdefault(value, form.labels[key])
    return {key: _options(key, known, asked) for key, known in labels.items()}


def _options(key: str, known: dict[str, str], asked: dict[str, str]) -> list[dict[str, Any]]:
    others = matching({k: v for k, v in asked.items() if k != key})
    column = COLUMNS[key]
    found = dict(others.values_list(column).annotate(n=Count("pk")).order_by())
    return [
        {"value": value, "word": word, "count": found.get(value, 0), "on": asked.get(key) == value}
        for value, word in known.items()
        if found.get(value) or asked.get(key) == value
    ]
