"""What a signed-in person keeps: postings and searches."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db.models import Count, Q
from django.utils import timezone

from employers import rules
from employers.browsing.named import Named
from employers.browsing.search import OpportunityQuery
from employers.models import Kept, Opportunity, SavedSearch

NEWEST = 5000  # postings among which new ones are counted


def kept_among(user: Any, rows: Iterable[Opportunity]) -> set[int]:
    """Ids of those that the person keeps; one query, none for strangers."""
    ids = [row.pk for row in rows]
    if not user.is_authenticated or not ids:
        return set()
    kept = Kept.objects.filter(user=user, opportunity__in=ids)
    return set(kept.values_list("opportunity", flat=True))


def kept_by(user: Any) -> list[Opportunity]:
    """The postings a person keeps, latest first, each with `.kept_at` and `.readable`: whether
    its page still answers to everybody."""
    kept = dict(Kept.objects.filter(user=user).values_list("opportunity", "at"))
    rows = Opportunity.objects.filter(pk__in=kept).with_everything()
    for row in rows:
        row.kept_at = kept[row.pk]  # type: ignore[attr-defined]
        row.readable = rules.may_see_opportunity(AnonymousUser(), row)  # type: ignore[attr-defined]
    return sorted(rows, key=lambda row: (kept[row.pk], row.pk), reverse=True)


@dataclass(frozen=True)
class Search:
    """A saved search with what it asks and how many new postings it has."""

    saved: SavedSearch
    query: OpportunityQuery
    new: int


def searches_of(user: Any) -> list[Search]:
    """The saved searches of a person; new ones are counted among the newest 5,000 postings."""
    saved = list(SavedSearch.objects.filter(user=user))
    if not saved:
        return []
    named = Named()
    queries = [OpportunityQuery.from_querystring(row.query, named) for row in saved]
    since = min(row.looked_at for row in saved)
    public = Opportunity.objects.public(timezone.now())
    newest = public.filter(public_since__gt=since).order_by("-public_since", "-pk")[:NEWEST]
    counts = Opportunity.objects.filter(pk__in=newest.values("pk")).aggregate(
        **{
            f"s{row.pk}": Count("pk", filter=Q(public_since__gt=row.looked_at) & _all(query))
            for row, query in zip(saved, queries, strict=True)
        }
    )
    return [
        Search(row, query, counts[f"s{row.pk}"]) for row, query in zip(saved, queries, strict=True)
    ]


def _all(query: OpportunityQuery) -> Q:
    found = Q()
    for condition in query.conditions().values():
        found &= condition
    return found
