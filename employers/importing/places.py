"""Places as files write them: "Taylor 76574", "76574", "Austin, TX 78753", a city alone."""

import re
from dataclasses import dataclass, field

from employers.importing.cells import WORDS, CellError, short
from employers.importing.columns import heading_key
from vocabularies.models import County, Place, Region

CODE = r"(\d{5})(?:-\d{4})?"


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
        parts = [part.strip() for part in re.split(r"[;|\n]", text) if part.strip()]
        return [self._one(part) for part in parts]

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
            return self._by_code(found[1])
        city, _, state = text.partition(",")
        near = [
            place
            for place in self._ask(heading_key(city), city__iexact=" ".join(city.split())[:80])
            if place.county_id in self.counties
        ]
        if len(near) == 1:
            return near[0]
        if near:
            raise CellError(
                f"{near[0].city} has {len(near)} ZIP codes in the region. Give one, such as "
                f"{near[0]}."
            )
        raise CellError(f"We know no place “{short(text)}” in the region. Give its ZIP code.")

    def _ask(self, key: str, **condition: str) -> list[Place]:
        if key not in self.known:
            self.known[key] = list(Place.objects.filter(**condition).order_by("zip"))
        return self.known[key]
