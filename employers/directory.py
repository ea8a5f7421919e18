"""The directory of employers: its query, its pages."""

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, Q, QuerySet
from django.http import QueryDict

from accounts.models import Organization, name_key
from employers.models import Employer, Location, Opportunity
from vocabularies.models import County, Sector
from vocabularies.text import CONTROLS

OFFERS = {
    "tuition": ("tuition_assistance", "Tuition assistance"),
    "flexible": ("flexible_schedules", "Flexible schedules"),
    "on-the-job": ("on_the_job_training", "Paid on-the-job training"),
    "mentoring": ("mentoring", "Mentoring"),
}


@dataclass
class DirectoryQuery:
    """Words of the name, a sector (slug), a county (FIPS), offers, "open": has places now.

    `errors` is {key: sentence}; a wrong value is left out of the query.
    """

    q: str = ""
    sector: str = ""
    county: str = ""
    offer: list[str] = field(default_factory=list)
    open: str = ""
    after: str = ""
    errors: dict[str, str] = field(default_factory=dict)

    @classmethod
    def from_get(cls, data: QueryDict) -> "DirectoryQuery":
        query = cls()
        for key in ("q", "sector", "county", "open", "after"):
            setattr(query, key, CONTROLS.sub(" ", data.get(key, "")).strip()[:200])
        given = list(dict.fromkeys(data.getlist("offer")[:10]))
        query.offer = [offer for offer in given if offer in OFFERS]
        if len(query.offer) < len([offer for offer in given if offer]):
            query.errors["offer"] = "Choose one of the offers."
        if query.sector and not Sector.objects.filter(slug=query.sector[:50]).exists():
            query.errors["sector"], query.sector = "There is no such sector.", ""
        if query.county and not County.objects.filter(fips=query.county[:5]).exists():
            query.errors["county"], query.county = "There is no such county.", ""
        if query.open not in ("", "1"):
            query.errors["open"], query.open = "Choose yes or leave it out.", ""
        return query

    def pairs(self, **changes: Any) -> list[tuple[str, str]]:
        values = {
            "q": self.q,
            "sector": self.sector,
            "county": self.county,
            "offer": self.offer,
            "open": self.open,
        } | changes
        found = []
        for key, value in values.items():
            many = value if isinstance(value, list) else [value]
            found += [(key, one) for one in many if one]
        return found

    def link(self, **changes: Any) -> str:
        return "?" + urlencode(self.pairs(**changes))

    @property
    def in_use(self) -> int:
        return len(self.pairs())

    def filter(self) -> QuerySet[Employer]:
        """Employers that strangers may see, by name."""
        rows = Employer.objects.filter(organization__in=Organization.objects.public())
        if self.q:
            key = name_key(self.q)
            rows = rows.filter(
                Q(organization__name__icontains=self.q)
                | (Q(organization__name_key__icontains=key) if key else Q(pk__in=[]))
            )
        if self.sector:
            rows = rows.filter(organization__sector__slug=self.sector)
        if self.county:
            here = Location.objects.filter(
                county=self.county, opportunity__in=Opportunity.objects.public().values("pk")
            )
            rows = rows.filter(
                Q(organization__place__county=self.county)
                | Q(pk__in=here.values("opportunity__employer"))
            )
        for offer in self.offer:
            rows = rows.filter(**{OFFERS[offer][0]: True})
        if self.open:
            rows = rows.filter(pk__in=Opportunity.objects.public().values("employer"))
        return rows.select_related(
            "organization__sector", "organization__place", "organization__logo"
        ).order_by("organization__name", "pk")

    def page(self, size: int) -> tuple[list[Employer], str]:
        """The employers after the name `after`, each with `.open_now`; the next page's `after`."""
        rows = self.filter()
        if self.after:
            rows = rows.filter(organization__name__gt=self.after)
        found = list(rows[: size + 1])
        more = found[size - 1].organization.name if len(found) > size else ""
        with_counts(found[:size])
        return found[:size], more


def with_counts(employers: list[Employer]) -> None:
    """Write how many places each has open now, in one query."""
    counts = (
        Opportunity.objects.public()
        .filter(employer__in=employers)
        .order_by()
        .values_list("employer")
        .annotate(n=Count("pk"))
    )
    open_now = dict(counts)
    for employer in employers:
        employer.open_now = open_now.get(employer.pk, 0)
