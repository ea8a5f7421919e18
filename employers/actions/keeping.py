"""Keep a posting, save a search. What a person keeps is their own: no Entry tells of it."""

from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.actions import NotAllowed
from employers.browsing.search import OpportunityQuery
from employers.models import Kept, Opportunity, SavedSearch
from employers.rules import may_see_opportunity

MOST_KEPT = 500
MOST_SEARCHES = 30
LONGEST_QUERY = 1000


class ListFull(Exception):
    """There is no room for more. Its text is for the person."""


class SavedAlready(Exception):
    """The person has saved this search. `search` is the one."""

    def __init__(self, search: SavedSearch) -> None:
        super().__init__(f"You saved this search already, as “{search.name}”.")
        self.search = search


@transaction.atomic
def keep_opportunity(*, opportunity: Opportunity, by: Any) -> bool:
    """True when it was not kept before. Raises NotAllowed for what not everybody may read: staff
    and its own people see more, but a list of what one keeps is for what is public."""
    if not may_see_opportunity(AnonymousUser(), opportunity):
        raise NotAllowed("This posting is not public.")
    if Kept.objects.filter(user=by).count() >= MOST_KEPT:
        raise ListFull(f"You have saved {MOST_KEPT} postings already. Remove some first.")
    return Kept.objects.get_or_create(user=by, opportunity=opportunity)[1]


@transaction.atomic
def unkeep_opportunity(*, opportunity: Opportunity, by: Any) -> bool:
    """True when it had been kept. Raises NotAllowed where the person never kept it and may not
    know of it."""
    had = bool(Kept.objects.filter(user=by, opportunity=opportunity).delete()[0])
    if not had and not may_see_opportunity(AnonymousUser(), opportunity):
        raise NotAllowed("This posting is not public.")
    return had


@transaction.atomic
def save_search(*, query: OpportunityQuery, name: str, by: Any) -> SavedSearch:
    """Raises SavedAlready or ListFull."""
    text = query.to_querystring()
    if len(text) > LONGEST_QUERY:
        raise ListFull("This search is too long to be saved. Take some filters off.")
    if SavedSearch.objects.filter(user=by).count() >= MOST_SEARCHES:
        raise ListFull(f"You have {MOST_SEARCHES} searches already. Take some off first.")
    try:
        with transaction.atomic():
            return SavedSearch.objects.create(user=by, query=text, name=name)
    except IntegrityError:
        raise SavedAlready(SavedSearch.objects.get(user=by, query=text)) from None


@transaction.atomic
def rename_search(*, search: SavedSearch, name: str) -> SavedSearch:
    search.name = name
    search.save(update_fields=["name"])
    return search


@transaction.atomic
def look_at_search(*, search: SavedSearch) -> SavedSearch:
    """What is public now is not new to the person any more."""
    search.looked_at = timezone.now()
    search.save(update_fields=["looked_at"])
    return search


@transaction.atomic
def delete_search(*, search: SavedSearch) -> None:
    search.delete()
