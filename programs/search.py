"""This room's part of the search over everything."""

from typing import TypedDict

from django.contrib.postgres.search import SearchRank
from django.db.models import F

from programs.models import Program
from vocabularies.search import to_query


class Found(TypedDict):
    title: str
    url: str
    note: str


def search(words: str, limit: int) -> list[Found]:
    """Public programs that hold every word, the title's words counting most."""
    query = to_query(words)
    if query is None:
        return []
    programs = Program.objects.public().filter(search=query).with_parts()
    ranked = programs.annotate(rank=SearchRank(F("search"), query)).order_by("-rank", "pk")
    return [
        {
            "title": program.title,
            "url": program.get_absolute_url(),
            "note": f"{program.provider}, {program.length}",
        }
        for program in ranked[:limit]
    ]
