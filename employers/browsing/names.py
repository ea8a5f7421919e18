"""What lists need each time and what hardly changes, kept in a process as long as the region."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db import connection

from employers.models import Listing, Mark
from vocabularies.models import Region, Sector, Skill


@dataclass(eq=False)
class Names:
    """Each list is read when it is first asked for."""

    region: Region

    @cached_property
    def sectors(self) -> dict[str, tuple[int, str]]:
        """{slug: (id, name)} in the region's order."""
        rows = Sector.objects.values_list("slug", "pk", "name")
        return {slug: (pk, name) for slug, pk, name in rows}

    @cached_property
    def counties(self) -> dict[str, str]:
        """{FIPS: name} of the region's counties."""
        if not self.region.pk:
            return {}
        return dict(self.region.counties.values_list("fips", "name"))

    @cached_property
    def skills(self) -> dict[str, str]:
        """{slug: name}"""
        return dict(Skill.objects.values_list("slug", "name"))

    @cached_property
    def places(self) -> dict[str, int]:
        """{mark: its place in a tally}"""
        return dict(Mark.objects.values_list("name", "place"))

    def read_places_again(self) -> None:
        self.__dict__.pop("places", None)

    @cached_property
    def lasting(self) -> dict[str, dict[str, Any]]:
        """{key of a query: {value: the row it names}}, filled by whoever asks."""
        return {}

    @cached_property
    def shares(self) -> dict[tuple[str, str], float]:
        """{(key of a query, value): about which share of all listings fits}, filled by whoever
        asks."""
        return {}

    @cached_property
    def listings(self) -> int:
        """About how many there are."""
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT reltuples FROM pg_class WHERE oid = %s::regclass", [Listing._meta.db_table]
            )
            return max(int(cursor.fetchone()[0]), 1)


_kept: Names | None = None


def names() -> Names:
    """Those of the region that this process has read, so at most some seconds old."""
    global _kept
    region = Region.current()
    if _kept is None or _kept.region is not region:
        _kept = Names(region)
    return _kept
