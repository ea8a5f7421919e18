"""What of this room stands on a person's desk."""

from datetime import timedelta
from typing import Any

from django.db.models import Count, Min
from django.urls import reverse
from django.utils import timezone

from outreach.choices import SubscriptionState
from outreach.models import Letter, Subscription
from outreach.rules import may_see_letters
from vocabularies.templatetags.words import counted, moment

STUCK_AFTER = timedelta(minutes=15)
MOST_SUBSCRIPTIONS = 50


def waiting_for(user: Any) -> list[dict[str, Any]]:
    """For staff: letters that failed, and a queue that does not move. One row for each trouble:
    {since, kind, title, note, url, act}."""
    if not may_see_letters(user):
        return []
    rows = []
    letters = reverse("outreach:letter_list")
    failed = Letter.objects.failed().aggregate(n=Count("pk"), since=Min("failed_at"))
    if failed["n"]:
        rows.append(
            {
                "since": failed["since"],
                "kind": "Letters that came back",
                "title": f"{counted(failed['n'], 'letter')} could not be delivered",
                "note": "Try again, or set them aside.",
                "url": f"{letters}?state=failed",
                "act": "See the letters",
            }
        )
    stuck = Letter.objects.due(timezone.now() - STUCK_AFTER).aggregate(
        n=Count("pk"), since=Min("not_before")
    )
    if stuck["n"]:
        rows.append(
            {
                "since": stuck["since"],
                "kind": "Letters that wait",
                "title": f"{counted(stuck['n'], 'letter')} should have left by now",
                "note": "Nothing is lost. The mail server or the senders may be away.",
                "url": f"{letters}?state=pending",
                "act": "See the letters",
            }
        )
    return rows


def subscriptions_of(user: Any) -> list[dict[str, str]]:
    """The searches that the person follows, for their own desk: {title, note, url}. Stopped ones
    are left out."""
    found = Subscription.objects.of(user).exclude(state=SubscriptionState.STOPPED)
    return [
        {
            "title": str(subscription),
            "note": _standing(subscription),
            "url": subscription.manage_url,
        }
        for subscription in found.order_by("pk")[:MOST_SUBSCRIPTIONS]
    ]


def _standing(subscription: Subscription) -> str:
    """ "Every Tuesday at 7:00 am; active. Next: Tue 9 Jun, 7:00 am CDT"."""
    rhythm = subscription.rhythm_in_words
    note = f"{rhythm[:1].upper()}{rhythm[1:]}; {subscription.get_state_display().lower()}"
    if subscription.label:
        note = f"{subscription.words}. {note}"
    if subscription.next_due_at is None:
        return note
    with timezone.override(subscription.time_zone):
        return f"{note}. Next: {moment(subscription.next_due_at)}"
