"""The rows that the values of a query name: a sector by its slug, a place by its ZIP code."""

import re
from collections.abc import Iterable
from functools import cached_property
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from employers.browsing.names import names
from programs.models import Program
from vocabularies.lookups import find_occupations
from vocabularies.models import County, Occupation, Place, Sector, Skill

MEANT = 8  # occupations that are offered where words fit several
# What changes with the reference lists alone.
LASTING = ("sector", "county", "skill", "near", "occupation")
CODE = re.compile(r"\d{2}-\d{4}(\.\d{2})?", re.ASCII)


class Named:
    """Each row is asked for once, also where many queries are read together."""

    def __init__(self) -> None:
        self._kept: dict[str, dict[str, Any]] = {}

    def rows(self, key: str, values: Iterable[str]) -> dict[str, Any]:
        """{value: row} of those that there are, in the order given; at most one query."""
        values = list(dict.fromkeys(values))
        kept = self._kept.setdefault(key, {})
        if missing := [value for value in values if value not in kept]:
            kept |= dict.fromkeys(missing) | _found(key, missing)
        return {value: kept[value] for value in values if kept[value] is not None}

    def row(self, key: str, value: str) -> Any:
        return self.rows(key, [value]).get(value) if value else None


class Naming:
    """What OpportunityQuery knows of the rows that it names."""

    near: str
    occupation: str
    program: str
    named: Named

    @cached_property
    def centre(self) -> Place | None:
        """The place that distances are counted from."""
        if len(self.near) != 5 or not self.near.isdigit() or not self.near.isascii():
            return None
        return self.named.row("near", self.near)

    @cached_property
    def occupation_row(self) -> Occupation | None:
        """The one occupation that is asked for; None also while words fit several."""
        if not CODE.fullmatch(self.occupation):
            return None
        return self.named.row("occupation", self.occupation)

    @cached_property
    def meant(self) -> list[Occupation]:
        """What the typed words of an occupation may mean, best first."""
        return find_occupations(self.occupation[:100], limit=MEANT) if self.occupation else []

    @cached_property
    def program_row(self) -> Any:
        """Program with `.is_shown`: whether its title is public."""
        if not (self.program.isascii() and self.program.isdigit()) or len(self.program) > 18:
            return None
        return self.named.row("program", str(int(self.program)))


def _found(key: str, values: list[str]) -> dict[str, Any]:
    lasting = names().lasting.setdefault(key, {}) if key in LASTING else {}
    if missing := [value for value in values if value not in lasting]:
        queryset, column = _table(key)
        rows = queryset.filter(**{f"{column}__in": missing})
        lasting |= {str(getattr(row, column)): row for row in rows}
    return {value: lasting[value] for value in values if value in lasting}


def _table(key: str) -> tuple[QuerySet[Any], str]:
    if key == "program":
        # A program that is not public is never named.
        shown = Exists(Program.objects.public().filter(pk=OuterRef("pk")))
        return Program.objects.only("pk", "title").annotate(is_shown=shown), "pk"
    if key == "occupation":
        return Occupation.objects.only("code", "title"), "code"
    return {
        "sector": (Sector.objects.all(), "slug"),
        "county": (County.objects.all(), "fips"),
        "skill": (Skill.objects.only("slug", "name"), "slug"),
        "near": (Place.objects.all(), "zip"),
    }[key]
