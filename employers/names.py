"""Names of what the filters offer, kept in a process as long as it keeps the region."""

from dataclasses import dataclass
from functools import cached_property

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


_kept: Names | None = None


def names() -> Names:
    """Those of the region that this process has read, so at most some seconds old."""
    global _kept
    region = Region.current()
    if _kept is None or _kept.region is not region:
        _kept = Names(region)
    return _kept
