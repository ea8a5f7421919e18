"""How the outbox is doing, for /readyz and for staff."""

from datetime import timedelta
from typing import Any

from django.db.models import Count, Min, Q
from django.utils import timezone

from outreach.choices import LetterState
from outreach.models import Letter, Subscription


def report() -> dict[str, Any]:
    """{"oldest_due_seconds": how long the oldest due letter waits, 0 when none does;
    "past_lease": letters whose sender has not come back; "failed_24h": failed since yesterday;
    "oldest_unplanned_seconds": how long the oldest due digest waits to be planned}.

    Four small looks at partial indexes, whatever the size of the outbox.
    """
    now = timezone.now()
    oldest = Letter.objects.due(now).aggregate(at=Min("not_before"))["at"]
    unplanned = Subscription.objects.due(now).aggregate(at=Min("next_due_at"))["at"]
    return {
        "oldest_due_seconds": int((now - oldest).total_seconds()) if oldest else 0,
        "past_lease": Letter.objects.past_lease(now).count(),
        "failed_24h": Letter.objects.failed().filter(failed_at__gt=now - timedelta(days=1)).count(),
        "oldest_unplanned_seconds": int((now - unplanned).total_seconds()) if unplanned else 0,
    }


def counts() -> dict[str, int]:
    """Letters waiting, on their way and failed, those sent in the last 24 hours, and the active
    subscriptions (`readers`)."""
    now = timezone.now()
    open_states = [LetterState.PENDING, LetterState.SENDING, LetterState.FAILED]
    found = Letter.objects.filter(state__in=open_states).aggregate(
        **{state.value: Count("pk", filter=Q(state=state)) for state in open_states}
    )
    yesterday = now - timedelta(days=1)
    sent = Letter.objects.filter(state=LetterState.SENT, sent_at__gt=yesterday).count()
    return found | {"sent_24h": sent, "readers": Subscription.objects.active().count()}
