"""Places as files write them: "Taylor 76574", "76574", "Austin, TX 78753", a city alone."""

import re
from dataclasses import dataclass, field

from employers.importing.cells import WORDS, CellError, short
from employers.importing.columns import heading_key
from vocabularies.models import County, Place, Region
from vocabularies.states import STATES as STATE_NAMES

CODE = r"(\d{5})(?:-\d{4})?"
BETWEEN = r"\s*(?:,|/|&|\band\b|\bor\b)\s*"
NEXT = re.compile(
    rf"(?:(?<=\b\d{{5}})|(?<=\b\d{{5}}-\d{{4}})){BETWEEN}(?!(?:USA?|United States)\b)(?=\S)",
    re.ASCII | re.I,
)
# What stands beside a city and is no place of its own.
STATES = {heading_key(words) for state in STATE_NAMES.items() for words in state}
STATES |= {"us", "usa", "united states"}


@dataclass
class Gazetteer:
    """Places by what people call them; each is asked of the database once a batch of rows."""

    known: dict[str, list[Place]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        region = Region.current()
        self.counties = {c.pk for c in region.counties.all()} if region.pk else set()
        self.names: dict[str, str] = {}

    def find(self, text: str) -> list[Place]:
        """The places that a cell names, in order; [] for a remote one. Raises CellError."""
        if WORDS["mode"].get(heading_key(text)) == "remote":
            return []
        if re.fullmatch(rf"{CODE}(?:[\s,;|]+{CODE})*", text.strip(), re.ASCII):
            return [self._by_code(code) for code in re.findall(r"(?<!-)\b\d{5}\b", text)]
        return [self._one(part) for part in self._parts(text)]

    def streets(self, text: str, places: list[Place]) -> list[str]:
        """What stands before each city and begins with a number: "100 Main St, Taylor 76574"."""
        parts = self._parts(text)
        if len(parts) != len(places):
            return []
        return [_before(part, place.city) for part, place in zip(parts, places, strict=True)]

    def _parts(self, text: str) -> list[str]:
        """The places of a cell, each as it stands: parted by lines and semicolons, behind a ZIP
        code by anything, and cities by commas where more than one of them is known."""
        parts = []
        for line in re.split(r"[;|\n]", text):
            for part in NEXT.split(line):
                names = [name for name in re.split(BETWEEN, part) if heading_key(name)]
                cities = [name for name in names if heading_key(name) not in STATES]
                several = not re.search(r"\d", part) and sum(map(bool, map(self._near, cities))) > 1
                parts += cities if several else [part.strip()]
        return [part for part in parts if part]

    def codes(self, text: str) -> list[Place]:
        """The places of a column of ZIP codes; a spreadsheet drops their leading noughts."""
        parts = [p for p in re.split(r"[\s,;|]+", text) if p]
        return [self._by_code(p.zfill(5) if p.isdigit() and len(p) > 2 else p) for p in parts]

    def outside(self, places: list[Place]) -> list[str]:
        """Sentences about the places that lie outside of the region."""
        if not self.counties:
            return []
        far = [place for place in places if place.county_id not in self.counties]
        return [f"{place} lies outside of the region, in {self._county(place)}." for place in far]

    def _county(self, place: Place) -> str:
        if place.county_id not in self.names:
            self.names[place.county_id] = County.objects.get(pk=place.county_id).name
        return self.names[place.county_id]

    def _by_code(self, code: str) -> Place:
        found = self._ask(code[:5], zip=code[:5]) if re.match(r"\d{5}", code, re.A) else []
        if not found:
            raise CellError(f"We know no ZIP code {short(code, 12)}. Five digits, like 78701.")
        return found[0]

    def _one(self, text: str) -> Place:
        if found := re.search(rf"(?:^|[\s,]){CODE},?\s*(?:USA?|United States)?$", text, re.A):
            others = re.findall(r"\D(\d{5})\b", text[: found.start(1)], re.A)
            if any(self._ask(code, zip=code) for code in others):
                raise CellError("This names several ZIP codes. Put a semicolon between them.")
            return self._by_code(found[1])
        near = self._near(text)
        if len(near) == 1:
            return near[0]
        if near:
            raise CellError(
                f"{near[0].city} has {len(near)} ZIP codes in the region. Give one, such as "
                f"{near[0]}."
            )
        raise CellError(f"We know no place “{short(text)}” in the region. Give its ZIP code.")

    def _near(self, text: str) -> list[Place]:
        """The places in the region of a city: "Taylor", "Taylor, Texas", "Taylor TX"."""
        city = " ".join(text.partition(",")[0].split())
        known = self._in_region(city)
        name, _, state = city.rpartition(" ")
        return known or (self._in_region(name) if heading_key(state) in STATES else [])

    def _in_region(self, city: str) -> list[Place]:
        found = self._ask(heading_key(city), city__iexact=city[:80])
        return [place for place in found if place.county_id in self.counties]

    def _ask(self, key: str, **condition: str) -> list[Place]:
        if key not in self.known:
            self.known[key] = list(Place.objects.filter(**condition).order_by("zip"))
        return self.known[key]


def _before(text: str, city: str) -> str:
    at = text.casefold().rfind(city.casefold())
    street = text[: max(at, 0)].strip(" ,-–")
    return street if re.match(r"\d", street, re.A) else ""
