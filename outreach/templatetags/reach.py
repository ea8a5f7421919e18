"""How far a posting got by letter, for pages of the rooms to the left."""

from collections.abc import Iterable
from typing import Any

from django import template
from django.db import connection

register = template.Library()


def readers_told(ids: Iterable[int]) -> dict[int, int]:
    """{id of an opportunity: how many subscriptions a digest told of it}, in one query."""
    asked = list(ids)
    if not asked:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT told.id, count(DISTINCT d.subscription_id) FROM outreach_digest d "
            "CROSS JOIN LATERAL unnest(d.told) AS told (id) "
            "WHERE d.told && %s::bigint[] AND told.id = ANY(%s) GROUP BY told.id",
            [asked, asked],
        )
        return dict(cursor.fetchall())


@register.simple_tag
def with_readers(rows: Iterable[Any]) -> list[Any]:
    """The same postings, each with `.told`: how many readers a digest told of it."""
    found = [row for row in rows if row]
    told = readers_told(row.pk for row in found)
    for row in found:
        row.told = told.get(row.pk, 0)
    return found
