"""A picture of where the results are: dots by latitude and longitude, without anybody's map.

Positions are per cent of a frame that is half as wide again as it is high; sizes are pixels.
"""

from collections import defaultdict
from dataclasses import dataclass
from math import cos, radians, sqrt
from typing import Any

from django.db.models import Count, Exists, OuterRef

from employers.browsing.filters import WITHIN
from employers.browsing.search import OpportunityQuery
from employers.models import Location
from vocabularies.lookups import box_around
from vocabularies.models import Place, Region

MOST_DOTS = 200
SHAPE = 1.5  # width of the frame by its height
MARGIN = 0.1  # of the span, kept free on each side
LEAST_SPAN = 0.06  # degrees of latitude, so that one town is no lone dot blown up
NARROW, WIDE = 288, 700  # pixels of the frame on a phone and on a desk; labels must fit
MOST_LABELS = 12
LINE = 17  # pixels of a line of type
LETTER = 7.2  # pixels of a letter


@dataclass
class Dot:
    """One ZIP code. x, y: per cent; r: pixels; link: what lies around it."""

    zip: str
    city: str
    county: str
    n: int
    latitude: float
    longitude: float
    link: str = ""
    x: float = 0
    y: float = 0
    r: float = 0


@dataclass
class Label:
    """Words on the picture. `wide`: only where there is room."""

    words: str
    x: float
    y: float
    dy: float
    wide: bool


@dataclass
class Picture:
    """What the template draws. `ring`: {x, y, rx, ry} of the distance, in per cent."""

    dots: list[Dot]
    labels: list[Label]
    counties: list[Label]
    ring: dict[str, float] | None
    cut: bool
    placeless: int


def map_of(query: OpportunityQuery, matching: Any) -> Picture:
    """The places of the matching postings (or listings), 200 ZIP codes at most; four queries,
    whatever is found. A posting with several places is counted at each."""
    dots, cut = _dots(query, matching)
    somewhere = Location.objects.filter(opportunity=OuterRef("pk"))
    placeless = matching.filter(~Exists(somewhere)).order_by().count()
    if not dots:
        return Picture([], [], [], None, cut, placeless)
    box = _box(query)
    corners = [(box[0], box[2]), (box[1], box[3])] if box else []
    frame = _Frame([(dot.latitude, dot.longitude) for dot in dots] + corners)
    most = dots[0].n
    for dot in dots:
        dot.x, dot.y = frame.at(dot.latitude, dot.longitude)
        dot.link = query.link(near=dot.zip, within="5", show="")
        dot.r = round(4 + 11 * sqrt(dot.n / most), 1) if most > 1 else 6
    room = _Room(dots)
    labels = _town_labels(dots, query.centre if query.near else None, frame, room)
    return Picture(
        dots=dots,
        labels=labels,
        counties=_county_labels(frame, room),
        ring=frame.ring(*box) if box else None,
        cut=cut,
        placeless=placeless,
    )


def _dots(query: OpportunityQuery, matching: Any) -> tuple[list[Dot], bool]:
    """Largest first."""
    miles = WITHIN[query.within] if query.near else 0
    rows = (
        query.near_locations(miles)
        .filter(opportunity__in=matching.order_by().values("pk"))
        .order_by()
        .values("place", "place__city", "county__name", "latitude", "longitude")
        .annotate(n=Count("opportunity", distinct=True))
        .order_by("-n", "place")[: MOST_DOTS + 1]
    )
    dots = [
        Dot(
            row["place"],
            row["place__city"],
            row["county__name"],
            row["n"],
            row["latitude"],
            row["longitude"],
        )
        for row in rows
    ]
    return dots[:MOST_DOTS], len(dots) > MOST_DOTS


def _box(query: OpportunityQuery) -> tuple[float, float, float, float] | None:
    """(south, north, west, east) of the distance that was asked for."""
    if not query.near or query.centre is None:
        return None
    miles = WITHIN[query.within]
    return box_around(query.centre.latitude, query.centre.longitude, miles)


class _Frame:
    """Equirectangular, true to scale at its middle latitude."""

    def __init__(self, positions: list[tuple[float, float]]) -> None:
        latitudes, longitudes = zip(*positions, strict=True)
        self.middle = (min(latitudes) + max(latitudes)) / 2, (min(longitudes) + max(longitudes)) / 2
        self.squeeze = max(cos(radians(self.middle[0])), 0.05)
        high = max(max(latitudes) - min(latitudes), LEAST_SPAN)
        across = (max(longitudes) - min(longitudes)) * self.squeeze
        self.high = max(high, across / SHAPE) / (1 - 2 * MARGIN)

    def at(self, latitude: float, longitude: float) -> tuple[float, float]:
        """Per cent from the left and from the top."""
        across = (longitude - self.middle[1]) * self.squeeze / (self.high * SHAPE)
        down = (self.middle[0] - latitude) / self.high
        return round(50 + 100 * across, 2), round(50 + 100 * down, 2)

    def ring(self, south: float, north: float, west: float, east: float) -> dict[str, float]:
        left, bottom = self.at(south, west)
        right, top = self.at(north, east)
        return {
            "x": round((left + right) / 2, 2),
            "y": round((top + bottom) / 2, 2),
            "rx": round((right - left) / 2, 2),
            "ry": round((bottom - top) / 2, 2),
        }


class _Room:
    """Where words and the larger dots stand already, on a narrow and on a wide picture."""

    def __init__(self, dots: list[Dot]) -> None:
        self._taken: dict[int, list[tuple[float, float, float, float]]] = {}
        for width in (WIDE, NARROW):
            self._taken[width] = [
                (x - dot.r, y - dot.r, x + dot.r, y + dot.r)
                for dot in dots[:MOST_LABELS]
                for x, y in [(dot.x / 100 * width, dot.y / 100 * width / SHAPE)]
            ]

    def fits(self, words: str, x: float, y: float, dy: float) -> tuple[bool, bool]:
        """(on the wide one, on the narrow one too). What fits is taken."""
        on_wide = self._take(WIDE, words, x, y, dy)
        on_narrow = self._take(NARROW, words, x, y, dy) if on_wide else False
        return on_wide, on_narrow

    def _take(self, width: int, words: str, x: float, y: float, dy: float) -> bool:
        height, half = width / SHAPE, len(words) * LETTER / 2
        middle, line = x / 100 * width, y / 100 * height + dy
        box = (middle - half, line - LINE + 4, middle + half, line + 4)
        if box[0] < 0 or box[2] > width or box[1] < 0 or box[3] > height:
            return False
        for other in self._taken[width]:
            if box[0] < other[2] and other[0] < box[2] and box[1] < other[3] and other[1] < box[3]:
                return False
        self._taken[width].append(box)
        return True


def _town_labels(dots: list[Dot], centre: Place | None, frame: _Frame, room: _Room) -> list[Label]:
    """The ZIP code that was asked for, then the towns with most, each at its largest dot."""
    largest: dict[str, Dot] = {}
    for dot in dots:
        largest.setdefault(dot.city, dot)
    asked = []
    if centre is not None:
        x, y = frame.at(centre.latitude, centre.longitude)
        here = max((dot.r for dot in dots if dot.zip == centre.zip), default=3)
        asked.append((centre.zip, x, y, -here - 5))
    wanted = asked + [(dot.city, dot.x, dot.y, -dot.r - 5) for dot in largest.values()]
    labels: list[Label] = []
    for words, x, y, dy in wanted:
        # Above the dot, or below it where something stands there already.
        for offset in (dy, -dy + LINE - 5):
            wide, narrow = room.fits(words, x, y, offset)
            if wide:
                labels.append(Label(words, x, y, offset, not narrow))
                break
        if len(labels) == MOST_LABELS:
            break
    return labels


def _county_labels(frame: _Frame, room: _Room) -> list[Label]:
    """Counties of the region at the mean of their places; there are no outlines."""
    if not Region.current().pk:
        return []
    names = dict(Region.current().counties.values_list("fips", "name"))
    spots: dict[str, list[tuple[float, float]]] = defaultdict(list)
    places = Place.objects.filter(county__in=names).values_list("county", "latitude", "longitude")
    for fips, latitude, longitude in places:
        spots[fips].append((latitude, longitude))
    labels = []
    for fips, found in sorted(spots.items()):
        latitude = sum(spot[0] for spot in found) / len(found)
        longitude = sum(spot[1] for spot in found) / len(found)
        x, y = frame.at(latitude, longitude)
        wide, narrow = room.fits(names[fips], x, y, 0)
        if wide:
            labels.append(Label(names[fips], x, y, 0, not narrow))
    return labels
