"""What a person follows already, as the pages of the plan show it."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models.functions import Lower
from django.urls import reverse

from plans.choices import PlanState
from plans.letters.links import FOLLOW_MANAGE, follow_token
from plans.models import Follow, PlanVersion
from plans.structure.lineage import goes_on_as, merged_into

Place = uuid.UUID | None  # an item of the version; None for the whole plan
MOST = 100


@dataclass(frozen=True)
class Followed:
    """What sends a person letters about an item: it, what it stands under, the plan.

    `own`: the item (the plan, where that was asked for) is among them.
    """

    places: frozenset[Place]
    own: bool
    manage_url: str

    @property
    def whole(self) -> bool:
        return None in self.places


def followed_by(
    user: Any, version: PlanVersion, items: Sequence[uuid.UUID] = ()
) -> Followed | None:
    """`items`: the item first, then what it stands under; none for the plan. One query for who is
    signed in, one more where they follow something else."""
    if not user.is_authenticated:
        return None
    standing = Follow.objects.standing().alias(mail=Lower("email")).filter(mail=user.email.lower())
    rows = list(standing.select_related("plan").order_by("pk")[:MOST])
    elsewhere = any(one.item_id and one.item_id not in items for one in rows)
    merged = merged_into(version) if elsewhere else {}
    here = {place for one in rows for place in _places(one, version, merged)}
    places = here & {None, *items}
    if not places:
        return None
    own = items[0] if items else None
    manage = reverse("plans:follow_manage", args=[follow_token(rows[0], FOLLOW_MANAGE)])
    return Followed(frozenset(places), own in places, manage)


def _places(
    follow: Follow, version: PlanVersion, merged: Mapping[uuid.UUID, uuid.UUID]
) -> list[Place]:
    """Where its letters find it in this version, as plans.happenings.Run does; [] for nowhere."""
    if follow.plan_id == version.plan_id:
        return [merged.get(follow.item_id, follow.item_id) if follow.item_id else None]
    is_history = follow.plan.state == PlanState.SUPERSEDED and not version.aside
    if follow.item_id is None:
        return [None] if is_history or version.plan.previous_id == follow.plan_id else []
    node = goes_on_as(follow.item_id, version)[0] if is_history else None
    return [node.item_id] if node else []


def not_yet(followed: Followed | None, items: Sequence[uuid.UUID]) -> list[uuid.UUID]:
    """Of an item and what it stands under, the nearest first: those about which no letters come
    yet."""
    if followed is None:
        return list(items)
    if followed.whole:
        return []
    nearest_above = [place for place, item in enumerate(items) if item in followed.places]
    return list(items[nearest_above[-1] + 1 :]) if nearest_above else list(items)
