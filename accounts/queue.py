"""What waits for the coalition's staff: reviews of every kind, and organizations to verify."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.contrib.contenttypes.prefetch import GenericPrefetch
from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from accounts.choices import OrganizationState, StaffRole
from accounts.models import Organization, Review, ReviewQuerySet, User
from accounts.rules import may_take

ORGANIZATIONS = "organization"


@dataclass(frozen=True)
class ReviewKind:
    """A kind of thing in review, as the filter of the queue names it."""

    slug: str
    words: str
    narrow: Callable[[ReviewQuerySet], ReviewQuerySet]


@dataclass
class ReviewKinds:
    """What other rooms send in, in the order of INSTALLED_APPS.

    In `AppConfig.ready`: `kinds.register(ReviewKind(…))`, and `kinds.rows_of(lambda: queryset)`
    for things whose name reads more than their own row.
    """

    registered: list[ReviewKind] = field(default_factory=list)
    rows: list[Callable[[], models.QuerySet[Any]]] = field(default_factory=list)

    def register(self, kind: ReviewKind) -> None:
        if kind.slug not in {known.slug for known in self.registered}:
            self.registered.append(kind)

    def rows_of(self, queryset: Callable[[], models.QuerySet[Any]]) -> None:
        if queryset not in self.rows:
            self.rows.append(queryset)


kinds = ReviewKinds()


@dataclass(frozen=True)
class Mark:
    """Where a page of the queue ended: moment, source (0 reviews, 1 organizations), id."""

    at: datetime
    source: int
    pk: int

    @classmethod
    def read(cls, text: str) -> "Mark":
        """Raises ValueError for what is no mark of ours."""
        at, source, pk = text.split("~")
        moment = datetime.fromisoformat(at)
        if moment.tzinfo is None or source not in "01" or not 0 < int(pk) < 2**63:
            raise ValueError(text)
        return cls(moment, int(source), int(pk))

    def __str__(self) -> str:
        return f"{self.at.isoformat()}~{self.source}~{self.pk}"

    def later(self, source: int) -> Q:
        """The rows of a source that come after this mark."""
        if source == self.source:
            at_once = Q(sent_at=self.at, pk__gt=self.pk)
        else:
            at_once = Q(sent_at=self.at) if source > self.source else Q(pk__in=[])
        return Q(sent_at__gt=self.at) | at_once


def reviews(kind: str = "", who: str = "", user: Any = None) -> ReviewQuerySet:
    """Open ones; `who` is "", "mine" or "nobody"."""
    rows = Review.objects.open()
    for known in kinds.registered:
        if known.slug == kind:
            rows = known.narrow(rows)
    if kind == ORGANIZATIONS:
        return rows.none()
    if who:
        rows = rows.filter(assigned_to=user if who == "mine" else None)
    return rows


def organizations(kind: str = "", who: str = "", user: Any = None) -> models.QuerySet[Organization]:
    """Those that wait to be verified. Who took one before it was sent in again has not taken it."""
    rows = Organization.objects.filter(state=OrganizationState.PENDING)
    taken = Q(assigned_to__isnull=False, assigned_at__gte=F("sent_at"))
    if kind not in ("", ORGANIZATIONS):
        return rows.none()
    if who == "mine":
        return rows.filter(taken, assigned_to=user)
    return rows.exclude(taken) if who else rows


def page_of(
    *, kind: str, who: str, user: Any, after: Mark | None, size: int
) -> tuple[list[Review | Organization], Mark | None]:
    """The oldest first, and where the next page begins."""
    own_rows = GenericPrefetch("subject", [rows() for rows in kinds.rows])
    sent_in = reviews(kind, who, user).select_related("organization", "sent_by", "assigned_to")
    put_forward = organizations(kind, who, user).select_related(
        "place", "created_by", "assigned_to"
    )
    found: list[tuple[Mark, Review | Organization]] = []
    sources: list[Any] = [sent_in.prefetch_related(own_rows), put_forward]
    for source, rows in enumerate(sources):
        if after is not None:
            rows = rows.filter(after.later(source))
        rows = rows.order_by("sent_at", "pk")[: size + 1]
        found += [(Mark(row.sent_at, source, row.pk), row) for row in rows]
    found.sort(key=lambda pair: (pair[0].at, pair[0].source, pair[0].pk))
    end = found[size - 1][0] if len(found) > size else None
    return [row for _, row in found[:size]], end


def readers_of(thing: Review | Organization) -> list[User]:
    """The administrators of the coalition who may decide it, by name."""
    found = User.objects.filter(is_active=True, duties__role=StaffRole.ADMINISTRATOR)
    people = found.distinct().prefetch_related("duties").order_by("name", "pk")
    return [person for person in people if may_take(person, thing)]


def assign_url(thing: Review | Organization) -> str:
    """Where it is taken, given on or put back."""
    kind = "item" if isinstance(thing, Review) else "organization"
    return reverse("accounts:review_assign", args=[kind, thing.pk])
