"""What a query finds among the listings, in their order."""

from collections import namedtuple
from collections.abc import Iterable
from datetime import datetime
from functools import cache, lru_cache
from math import prod
from typing import Any

from django.db import connection
from django.db.models import BooleanField, Func, Q, Value

from employers.browsing.filters import HOURS, PAY, WITHIN, meaning
from employers.browsing.names import names
from employers.browsing.paging import Page, as_it_is
from employers.browsing.search import OpportunityQuery, words_of_query
from employers.models import Listing, Opportunity
from vocabularies.lookups import box_around, miles_between
from vocabularies.models import Place

# Values of a key of which a posting can have one only, so that their counts add up.
EXCLUSIVE = ("kind", "sector", "mode", "education", "pay", "hours", "start", "under18")
ORDERED_BY = ("pk", "ends_at", "public_since", "hourly_pay")
PAGE = 25  # postings
TABLE = Listing._meta.db_table
MARKED = (*EXCLUSIVE, "county", "skill", "supports")


def marks_of(query: OpportunityQuery, key: str) -> list[str]:
    """The marks of which the query wants one (of supports: all), [] where it says nothing."""
    given = getattr(query, key)
    values = given if isinstance(given, list) else [given] if given else []
    if key == "sector":
        values = [str(row.pk) for row in query.named.rows("sector", values).values()]
    return [mark for value in values for mark in marks_of_value(key, value)]


def marks_of_value(key: str, value: str) -> list[str]:
    """A posting stands in one step of pay, hours and start; a value means several of them."""
    steps = [value]
    if key == "pay":
        steps = list(PAY)[list(PAY).index(value) :]
    elif key == "hours" and value != "full":
        steps = list(HOURS)[: list(HOURS).index(value) + 1]
    elif key == "start":
        steps = ["1"] if value == "1" else ["1", "3"]
    return [f"{key}={step}" for step in steps]


# To go to a row and look is some 12 times the work of finding it in an index of places.
LOOKING = 12


def listings(
    query: OpportunityQuery, at: datetime, leave_out: str = "", up_to: int | None = None
) -> Any:
    """The listings that are open and match; see `wanted`."""
    return Listing.objects.filter(*wanted(query, at, leave_out, up_to).values())


def wanted(
    query: OpportunityQuery, at: datetime, leave_out: str = "", up_to: int | None = None
) -> dict[str, Q]:
    """{name: condition} on a listing that is open and matches; `leave_out` names one key to
    ignore. `up_to`: with words, no more than so many will be asked for."""
    found = {"open": Q(ends_at__gt=at, opens_at__lte=at)}
    if query.order == "newest":
        # What is open follows from the other moments; this spares a walk past all that is not yet.
        found["since"] = Q(public_since__lte=at)
    found |= {key: one for key, one in _conditions(query).items() if key != leave_out}
    if query.q and up_to and "near" in found and _is_looked_at(query, found, up_to):
        del found["near"]
        found["near, row by row"] = near(query, WITHIN[query.within], looked_up=False)
    return found


def _is_looked_at(query: OpportunityQuery, conditions: dict[str, Q], up_to: int) -> bool:
    """Whether it is less work to see of each row that matches otherwise whether it is near.
    PostgreSQL would find half of all rows by their place, whatever the limit."""
    asked = {key: one for key, one in conditions.items() if key not in ("open", "since")}
    shares = _shares({key: (_said(query, key), one) for key, one in asked.items()})
    close, listed = shares.pop("near"), names().listings
    return min(prod(shares.values()) * listed, up_to / max(close, 0.001)) * LOOKING < close * listed


def _conditions(query: OpportunityQuery) -> dict[str, Q]:
    found: dict[str, Q] = {}
    for key in MARKED:
        if key == "supports" and query.supports:
            found[key] = Q(marks__contains=marks_of(query, key))
        elif key == "start" and query.start:
            found[key] = meaning(key, query.start)
        elif marks := marks_of(query, key):
            found[key] = Q(marks__overlap=marks) if len(marks) > 1 else Q(marks__contains=marks)
    if query.near:
        found["near"] = near(query, WITHIN[query.within])
    found |= query.links()
    if query.q:
        # The last: of a row on the way along the list, the words lie apart.
        found["q"] = Q(search=words_of_query(query.q))
    return found


def in_sql(condition: Q) -> tuple[str, list[Any]]:
    """A condition on columns of a listing alone."""
    query = Listing.objects.filter(condition).query
    sql, params = query.where.as_sql(query.get_compiler("default"), connection)
    return sql, list(params)


def near(query: OpportunityQuery, miles: int, looked_up: bool = True) -> Q:
    """Has a place within so many miles. Positions are those of ZIP codes, so the distance of a
    posting is that of its ZIP codes. `looked_up`: by an index, else row by row."""
    centre = query.centre
    assert centre is not None
    zips = Value(_literal(centre.latitude, centre.longitude, miles))
    place, more = as_it_is("place", not looked_up), as_it_is("more_places", not looked_up)
    return Q(_IsOneOf(place, zips)) | Q(_HasOneOf(more, zips))


class _IsOneOf(Func):
    """A column against a list that is one parameter, written out already: several statements of
    one page ask for the same hundreds of ZIP codes."""

    template, arg_joiner = "%(expressions)s::varchar[])", " = ANY("
    output_field = BooleanField()


class _HasOneOf(Func):
    template, arg_joiner = "%(expressions)s::varchar[]", " && "
    output_field = BooleanField()


def _around(query: OpportunityQuery, miles: int) -> dict[str, float]:
    centre = query.centre
    assert centre is not None
    return around(centre.latitude, centre.longitude, miles)


@lru_cache(maxsize=500)
def around(latitude: float, longitude: float, within: int) -> dict[str, float]:
    """{ZIP code: miles} of all within so many miles. They change with the reference lists alone,
    and so with a new version of the portal."""
    south, north, west, east = box_around(latitude, longitude, within)
    places = Place.objects.filter(latitude__range=(south, north), longitude__range=(west, east))
    found = (
        (zip_code, miles_between(latitude, longitude, *position))
        for zip_code, *position in places.values_list("zip", "latitude", "longitude")
    )
    return {zip_code: away for zip_code, away in found if away <= within}


def _literal(latitude: float, longitude: float, within: int) -> str:
    """Those ZIP codes as PostgreSQL writes an array."""
    return f"{{{','.join(around(latitude, longitude, within))}}}"


def nearest(query: OpportunityQuery, zips: Iterable[str], reach: int = 0) -> float | None:
    """Miles to the nearest of some ZIP codes; None without any in reach, which is the distance
    that was asked for unless it is given."""
    miles = _around(query, reach or WITHIN[query.within])
    return min((miles[zip_code] for zip_code in zips if zip_code in miles), default=None)


def listed_page(
    query: OpportunityQuery,
    at: datetime,
    size: int,
    few: bool,
    rows: Any = None,
    first: list[Any] | None = None,
) -> Page:
    """A page of the list; `rows` is how its postings are read (a queryset of Opportunity; without
    it, as rows of a list), `first` what the list begins with, where a look has found it already.

    Few matches are found by what is asked and sorted; where there are many, the list is walked in
    its order until the page is full. The other way round, each would read most of the table.
    """

    def read(found: Any) -> list[Any]:
        if first is not None:
            return first[: size + 1]
        columns = [*ORDERED_BY, *(["miles"] if query.order == "distance" else [])]
        sql, params = found.values_list(*columns).query.sql_with_params()
        row = namedtuple("row", columns)  # type: ignore[misc]
        return [row(*one) for one in ask(query.q if few else "", sql, params)]

    page = query.page(listings(query, at), size, few, read)
    ids = [row.pk for row in page.rows]
    read_rows = rows_with(ids) if rows is None else rows.filter(pk__in=ids)
    return page._replace(rows=in_order(read_rows, ids))


def is_short(expected: dict[str, int]) -> bool:
    """Whether what some words find, about `expected[""]`, is found and sorted sooner than a walk
    along the list fills a page with it. The walk passes all / expected × 25 rows, each for half
    the work of finding a row by its words; and looks for the words in those that fit otherwise,
    `expected["q"]` of all, each for three times that work (measured among a million)."""
    passed = 0.5 * names().listings + 3 * expected["q"]
    return expected[""] ** 2 <= PAGE * passed


def expected_of(
    query: OpportunityQuery, at: datetime, without: Iterable[str] = ("",)
) -> dict[str, int]:
    """{key left out: about how many rows there are}, by PostgreSQL's statistics of each condition
    alone."""
    found = {key: (_said(query, key), one) for key, one in _conditions(query).items()}
    found["open"] = "", Q(ends_at__gt=at, opens_at__lte=at)
    shares = _shares(found)
    return {
        left_out: int(
            prod(share for key, share in shares.items() if key != left_out) * names().listings
        )
        for left_out in without
    }


def _said(query: OpportunityQuery, key: str) -> str:
    return f"{query.near} {query.within}" if key == "near" else str(getattr(query, key))


def _shares(conditions: dict[str, tuple[str, Q]]) -> dict[str, float]:
    """{key: the share of all rows that PostgreSQL expects}; asked once, kept with the names."""
    kept = names().shares
    if missing := {k: c for k, c in conditions.items() if (k, c[0]) not in kept}:
        compiled = [in_sql(one) for _, one in missing.values()]
        sql = "; ".join(
            f"EXPLAIN (FORMAT JSON) SELECT FROM {TABLE} WHERE {one}" for one, _ in compiled
        )
        with connection.cursor() as cursor:
            cursor.execute(sql, [value for _, params in compiled for value in params])
            plans = [cursor.fetchone()[0]]
            while cursor.nextset():
                plans.append(cursor.fetchone()[0])
        for (key, (said, _)), plan in zip(missing.items(), plans, strict=True):
            kept[key, said] = min(plan[0]["Plan"]["Plan Rows"] / names().listings, 1.0)
    return {key: kept[key, said] for key, (said, _) in conditions.items()}


# PostgreSQL does not know that a row's words lie apart from it, so it would rather look into every
# row than into the index of words.
PLANS = {
    "enable_seqscan": "off",
    "enable_indexscan": "off",
    "max_parallel_workers_per_gather": "0",
    "random_page_cost": "1",
}
BY_WORDS = "; ".join(f"SET LOCAL {name} = {value}" for name, value in PLANS.items())
AS_EVER = "; ".join(f"SET LOCAL {name} TO DEFAULT" for name in PLANS)


def ask(words: str, sql: str, params: list[Any]) -> list[tuple[Any, ...]]:
    """The answer to one statement, in one turn; rows with these words are found by the index of
    words alone."""
    with connection.cursor() as cursor:
        if not words:
            cursor.execute(sql, params)
            return cursor.fetchall()
        # Statements that are sent together are one transaction.
        cursor.execute(f"{BY_WORDS}; {sql}; {AS_EVER}", params)
        while cursor.description is None:
            cursor.nextset()
        return cursor.fetchall()


def in_order(rows: Iterable[Opportunity], ids: list[int]) -> list[Opportunity]:
    """The postings with these ids, in the order of the ids."""
    found = {row.pk: row for row in rows} if ids else {}
    return [found[pk] for pk in ids if pk in found]


def rows_with(ids: list[int]) -> Iterable[Opportunity]:
    """The postings with these ids, as lists show them."""
    sql, params = _rows_sql()
    return Opportunity.objects.raw(f"{sql} = ANY(%s)", [*params, ids])


@cache
def _rows_sql() -> tuple[str, tuple[Any, ...]]:
    """Up to the ids. Put into SQL once: that takes as long as to read a page of rows."""
    rows = Opportunity.objects.for_rows().order_by().filter(pk=0)
    sql, params = rows.query.sql_with_params()
    return sql.removesuffix(" = %s"), params[:-1]
