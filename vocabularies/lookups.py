"""Find an occupation or a place by what people type; how far it is from here to there."""

from math import asin, cos, degrees, radians, sin, sqrt

from django.contrib.postgres.search import SearchRank, SearchVector
from django.db.models import BooleanField, Case, F, Value, When

from vocabularies.models import (
    AlternateTitle,
    ApprenticeshipStandard,
    Occupation,
    Place,
    Region,
    Skill,
)
from vocabularies.search import to_query, to_words

# Mean radius of the earth (IUGG), in miles.
EARTH = 3958.76


def miles_between(lat1: float, lon1: float, lat2: float, lon2: float) -> float:
    """Great-circle distance in miles between two positions in degrees (haversine)."""
    north, east = radians(lat2 - lat1) / 2, radians(lon2 - lon1) / 2
    chord = sin(north) ** 2 + cos(radians(lat1)) * cos(radians(lat2)) * sin(east) ** 2
    return 2 * EARTH * asin(min(1.0, sqrt(chord)))


def box_around(lat: float, lon: float, miles: float) -> tuple[float, float, float, float]:
    """(south, north, west, east) in degrees: the smallest box that holds the circle. An index
    can use it; what lies in its corners is then measured one by one."""
    angle = miles / EARTH
    south, north = lat - degrees(angle), lat + degrees(angle)
    if south <= -90 or north >= 90:
        return max(south, -90.0), min(north, 90.0), -180.0, 180.0
    across = degrees(asin(sin(angle) / cos(radians(lat))))
    return south, north, lon - across, lon + across


def words_of(occupation: Occupation) -> str:
    """Its title and all alternate titles, folded for search."""
    if occupation.search_words:
        return occupation.search_words
    return to_words(occupation.title, *_also(occupation))


def _also(occupation: Occupation) -> list[str]:
    return list(occupation.alternate_titles.values_list("title", flat=True))


def refresh_words(*, occupation: Occupation) -> None:
    """Make its search columns anew, after a title was mended by hand."""
    occupation.search_title = to_words(occupation.title)[:200]
    occupation.search_words = to_words(occupation.title, *_also(occupation))
    occupation.save(update_fields=["search_title", "search_words"])


def find_occupations(words: str, limit: int = 10) -> list[Occupation]:
    """Occupations whose titles or alternate titles hold the words, or a code that begins so.

    First those whose own title begins with them, then those whose own title holds them, then
    those whose alternate titles say them most often: "cna" finds Nursing Assistants first. Each
    carries `matched`: the alternate title that was meant, or "" where its own title holds them.
    """
    folded, query = to_words(words[:200]), to_query(words)
    if query is None:
        return []
    if words.strip()[:2].isdigit() and (
        by_code := list(Occupation.objects.filter(code__startswith=words.strip()[:10])[:limit])
    ):
        return _with_matched(by_code, folded)
    begins = _where(search_title__startswith=folded)
    found = (
        Occupation.objects.filter(search=query)
        .annotate(
            begins=begins,
            named=SearchRank(SearchVector("search_title", config="simple"), query),
            rank=SearchRank(F("search"), query),
        )
        .order_by("-begins", "-named", "-rank", "title")
        .defer("search_words", "search", "description")
    )
    return _with_matched(list(found[:limit]), folded)


def _with_matched(occupations: list[Occupation], folded: str) -> list[Occupation]:
    words = folded.split()
    elsewhere = [o for o in occupations if not _holds(o.search_title, words)]
    meant: dict[str, str] = {}
    also = AlternateTitle.objects.filter(occupation__in=elsewhere).order_by("title")
    for row in also:
        if row.occupation_id not in meant and _holds(to_words(row.title), words):
            meant[row.occupation_id] = row.title
    for occupation in occupations:
        occupation.matched = meant.get(occupation.code, "")  # type: ignore[attr-defined]
    return occupations


def _holds(text: str, words: list[str]) -> bool:
    have = text.split()
    return all(any(known.startswith(word) for known in have) for word in words)


def standards_for(occupation: Occupation | None) -> list[ApprenticeshipStandard]:
    """The registered standards of an occupation, those by hours worked first."""
    if occupation is None:
        return []
    found = ApprenticeshipStandard.objects.filter(occupation=occupation)
    return sorted(found, key=lambda s: (s.approach != "time", s.title, s.rapids_code))


def find_skills(words: str, limit: int = 10) -> list[Skill]:
    """The skill of that very name alone, else skills whose names hold the words."""
    typed = " ".join(words[:80].split())
    if not typed:
        return []
    exact = Skill.objects.filter(name__iexact=typed).first()
    if exact:
        return [exact]
    found = Skill.objects.filter(name__icontains=typed)
    return list(
        found.annotate(begins=_where(name__istartswith=typed)).order_by("-begins", "name")[:limit]
    )


def find_places(words: str, limit: int = 10) -> list[Place]:
    """ZIP codes that begin with the digits, or cities that begin with the words; those of the
    region's counties first."""
    typed = " ".join(words[:80].split())
    if not typed:
        return []
    if typed.isascii() and typed.isdigit():
        places = Place.objects.filter(zip__startswith=typed)
    else:
        places = Place.objects.filter(city__istartswith=typed)
    region = Region.current()
    ours = [county.fips for county in region.counties.all()] if region.pk else []
    found = places.select_related("county").annotate(
        here=_where(county_id__in=ours), exact=_where(city__iexact=typed)
    )
    return list(found.order_by("-here", "-exact", "zip")[:limit])


def _where(**condition: object) -> Case:
    """True in the rows that meet the condition; to order by."""
    return Case(
        When(**condition, then=Value(True)), default=Value(False), output_field=BooleanField()
    )
