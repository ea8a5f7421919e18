"""The first few postings of a list: for the home page, feeds, the search over everything."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from django.contrib.postgres.search import SearchRank
from django.db.models import F
from django.utils import timezone

from employers.browsing.counting import is_few, total_of
from employers.browsing.listed import expected_of, is_short, listed_page
from employers.browsing.search import OpportunityQuery, words_of_query
from employers.models import Opportunity

RANKED = 300  # ranking every match of a common word would read the whole table


def first_of(
    query: OpportunityQuery, at: datetime, size: int, rows: Any = None
) -> list[Opportunity]:
    """The first postings in the order of the query, whatever page it is at; `rows` as in
    `listed_page`."""
    few = is_few(total_of(query, at))
    if query.q and not few:
        few = is_short(expected_of(query, at, ("", "q")))
    return listed_page(replace(query, after="", before=""), at, size, few, rows).rows


def best_matches(query: OpportunityQuery, at: datetime, limit: int = 10) -> list[Opportunity]:
    """Of the newest few hundred those that fit the words best: title before employer and trade
    before prose."""
    newest = first_of(replace(query, sort="newest"), at, RANKED, Opportunity.objects.only("pk"))
    ranked = Opportunity.objects.for_rows().filter(pk__in=[row.pk for row in newest])
    ranked = ranked.annotate(rank=SearchRank(F("search"), words_of_query(query.q)))
    return list(ranked.order_by("-rank", "closes_at", "pk")[:limit])


def first_like(opportunity: Opportunity, size: int, same_kind: bool) -> list[Opportunity]:
    """Open ones of the sector that close first, of the same kind or of others; itself too."""
    now = timezone.now()
    kind, sector = f"kind={opportunity.kind}", f"sector={opportunity.sector_id}"
    rows = Opportunity.objects.for_rows().filter(
        listing__ends_at__gt=now, listing__opens_at__lte=now
    )
    if same_kind:
        rows = rows.filter(listing__marks__contains=[kind, sector])
    else:
        rows = rows.filter(listing__marks__contains=[sector]).exclude(kind=opportunity.kind)
    return list(rows.order_by("listing__ends_at", "listing")[:size])
