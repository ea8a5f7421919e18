"""Letters about the plan that their reader no longer wants (see plans.letters.calling_back)."""

from collections.abc import Collection

from django.db.models.functions import Lower

from outreach.choices import LetterState
from outreach.models import Letter
from plans.letters.calling_back import register


def connect() -> None:
    register(call_back)


def call_back(email: str, kinds: Collection[str]) -> list[str]:
    """Set aside what waits in the outbox. What a sender holds is its own to ask about."""
    waiting = Letter.objects.filter(kind__in=kinds, state=LetterState.PENDING)
    theirs = waiting.alias(to=Lower("recipient")).filter(to=email.lower())
    found = dict(theirs.select_for_update(of=("self",)).values_list("pk", "key"))
    letters = Letter.objects.filter(pk__in=found)
    letters.filter(secret=True).update(text="", html="")
    letters.update(state=LetterState.CANCELLED)
    return list(found.values())
