"""What happens to digests when the organization of their career center is closed."""

from typing import Any

from accounts.following import Happening, Happens, are, register
from outreach.actions.subscriptions import end_with_center
from outreach.choices import SubscriptionState
from outreach.models import Subscription


def connect() -> None:
    register(Happens.CLOSED, would=would_on_closing, does=on_closing)


def _running(happening: Happening) -> Any:
    return Subscription.objects.filter(
        career_center__provider__organization=happening.organization
    ).exclude(state=SubscriptionState.STOPPED)


def would_on_closing(happening: Happening) -> list[str]:
    return are(
        _running(happening).count(),
        "1 digest for its career centers stops; its reader gets a letter.",
        "{n} digests for its career centers stop; their readers get a letter.",
    )


def on_closing(happening: Happening) -> None:
    for subscription in _running(happening):
        end_with_center(
            subscription=subscription, organization=happening.organization, by=happening.by
        )
