"""What came of a posting, in numbers: views, who keeps it, and why similar ones are seen more."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import median
from typing import Any

from django.db.models import Count, F, IntegerField, OuterRef, Subquery, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone

from employers.choices import Kind, Paid
from employers.models import Kept, Location, Opportunity, ViewCount
from employers.models.opportunities import OpportunityQuerySet
from vocabularies.models import Region

DAYS = 30
LOOKED_AT = 400  # of the newest open ones a kind and sector
MOST_KINDS = 3  # kinds and sectors of one desk that are compared
ENOUGH = 5  # on each side, before anything is claimed
CLEARLY = 1.25


def _today() -> date:
    return timezone.localdate(timezone=Region.current().zone)


def _summed(rows: Any, of: str, total: Any) -> Coalesce:
    """A number beside each row, by one indexed look at `rows`."""
    one = rows.filter(opportunity=OuterRef("pk")).order_by().values("opportunity")
    return Coalesce(
        Subquery(one.annotate(**{of: total}).values(of)), 0, output_field=IntegerField()
    )


def _views(days: int | None = None) -> Coalesce:
    rows = ViewCount.objects.all()
    if days:
        rows = rows.filter(day__gt=_today() - timedelta(days=days))
    return _summed(rows, "n", Sum("views"))


def with_numbers(rows: OpportunityQuerySet) -> OpportunityQuerySet:
    """Each with `.views_lately` (30 days), `.views_in_all` and `.keeps`."""
    return rows.annotate(
        views_lately=_views(DAYS),
        views_in_all=_views(),
        keeps=_summed(Kept.objects.all(), "n", Count("pk")),
    )


# Why similar ones are seen more ---------------------------------------------------


@dataclass(frozen=True)
class Claim:
    """One thing that similar postings have and this one has not, with what the data say."""

    what: str
    having: int
    without: int
    looked_at: int
    kind: str

    def __str__(self) -> str:
        return (
            f"Similar postings are seen more often where they {self.what}: "
            f"{self.having:,} views in {DAYS} days, {self.without:,} where they do not "
            f"(the middle of {self.looked_at:,} open ones)."
        )


# words, whether a posting has it
FEATURES: list[tuple[str, Any]] = [
    ("show their pay", lambda row: row.paid != Paid.UNPAID and row.pay_min is not None),
    ("name several places", lambda row: row.places > 1),
    ("name the day they start", lambda row: row.starts_on is not None),
    ("say what comes with it, such as tools or travel", lambda row: bool(row.supports)),
]


def claims_for(rows: Iterable[Opportunity]) -> dict[int, Claim]:
    """{id: the strongest claim} for open postings; nothing where the data do not say it: five
    postings on each side, and a quarter more views in the middle of them."""
    found: dict[int, Claim] = {}
    peers: dict[tuple[str, int | None], list[Any]] = {}
    mine = [row for row in rows if row.standing() == "open" and not row.is_copy]
    for row in _peers({(row.kind, row.sector_id) for row in mine}):
        peers.setdefault((row.kind, row.sector_id), []).append(row)
    own = {
        row.pk: row for row in _measured(Opportunity.objects.filter(pk__in=[r.pk for r in mine]))
    }
    for pk, row in own.items():
        others = [peer for peer in peers.get((row.kind, row.sector_id), []) if peer.pk != pk]
        claims = [claim for what, has in FEATURES if (claim := _claim(row, others, what, has))]
        if claims:
            found[pk] = max(claims, key=lambda claim: claim.having - claim.without)
    return found


def _peers(kinds: set[tuple[str, int | None]]) -> Iterable[Any]:
    """The newest open ones of these kinds and sectors, those that had time to be seen."""
    if not kinds:
        return []
    week_ago = timezone.now() - timedelta(days=7)
    rows = Opportunity.objects.public().filter(public_since__lte=week_ago)
    newest = [
        _measured(rows.filter(kind=kind, sector=sector).order_by("-public_since")[:LOOKED_AT])
        for kind, sector in sorted(kinds, key=str)[:MOST_KINDS]
    ]
    return newest[0].union(*newest[1:], all=True) if newest[1:] else newest[0]


def _measured(rows: OpportunityQuerySet) -> OpportunityQuerySet:
    return rows.annotate(
        views_lately=_views(DAYS),
        places=_summed(Location.objects.all(), "n", Count("pk")),
        since=F("public_since"),
    )


def _claim(row: Any, others: list[Any], what: str, has: Any) -> Claim | None:
    if has(row) or (what == FEATURES[0][0] and row.kind in (Kind.JOB_SHADOW, Kind.MENTORING)):
        return None
    having = [peer.views_lately for peer in others if has(peer)]
    without = [peer.views_lately for peer in others if not has(peer)]
    if min(len(having), len(without)) < ENOUGH:
        return None
    more, fewer = round(median(having)), round(median(without))
    if more <= fewer * CLEARLY or more - fewer < 2:
        return None
    return Claim(what, more, fewer, len(others), row.kind)
