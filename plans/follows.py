"""What a person follows already, as the pages of the plan show it."""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.db.models.functions import Lower
from django.urls import reverse

from plans.links import FOLLOW_MANAGE, follow_token
from plans.models import Follow, Plan


@dataclass(frozen=True)
class Followed:
    """`own`: the item itself (the plan itself, where that was asked for); None where letters come
    because something above it is followed."""

    own: Follow | None
    ids: frozenset[uuid.UUID | None]
    manage_url: str


def followed_by(user: Any, plan: Plan, items: Sequence[uuid.UUID]) -> Followed | None:
    """What sends a person letters about an item: it, what it stands under, the plan. `items`: the
    item first; none for the plan. One query for who is signed in."""
    if not user.is_authenticated:
        return None
    standing = Follow.objects.standing().alias(mail=Lower("email")).filter(mail=user.email.lower())
    rows = list(standing.filter(Q(item=None) | Q(item__in=items), plan=plan).order_by("pk"))
    if not rows:
        return None
    wanted = items[0] if items else None
    return Followed(
        next((one for one in rows if one.item_id == wanted), None),
        frozenset(one.item_id for one in rows),
        reverse("plans:follow_manage", args=[follow_token(rows[0], FOLLOW_MANAGE)]),
    )


def not_yet(followed: Followed | None, above: Iterable[uuid.UUID]) -> list[uuid.UUID]:
    """Of an item and what it stands under, the nearest first: those that a wider one of what is
    followed does not bring letters about already."""
    if followed is None:
        return list(above)
    left: list[uuid.UUID] = []
    for item in reversed([] if None in followed.ids else list(above)):
        if item in followed.ids:
            break
        left.insert(0, item)
    return left
