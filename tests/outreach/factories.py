"""Letters and subscriptions in every state."""

import uuid
from datetime import time, timedelta

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from outreach.choices import LetterState, SubscriptionState
from outreach.models import Letter, Subscription


class LetterFactory(DjangoModelFactory):
    class Meta:
        model = Letter

    class Params:
        failed = factory.Trait(
            state=LetterState.FAILED,
            failed_at=factory.LazyFunction(timezone.now),
            last_error="550 No such mailbox",
            attempts=1,
        )
        sent = factory.Trait(
            state=LetterState.SENT, sent_at=factory.LazyFunction(timezone.now), attempts=1
        )
        forsaken = factory.Trait(
            state=LetterState.SENDING,
            token=factory.LazyFunction(uuid.uuid4),
            lease_until=factory.LazyFunction(lambda: timezone.now() - timedelta(seconds=1)),
        )

    kind = "membership"
    key = factory.LazyFunction(lambda: uuid.uuid4().hex)
    sender = "Hill & River <portal@example.org>"
    recipient = factory.Sequence(lambda n: f"reader{n}@example.org")
    subject = "You are now a member"
    text = "You are now a member of Granite Ridge Electric.\n"
    message_id = factory.LazyFunction(lambda: f"<{uuid.uuid4().hex}@portal.example.org>")


class SubscriptionFactory(DjangoModelFactory):
    """Active, every Tuesday at seven in Chicago; due next Tuesday unless told otherwise."""

    class Meta:
        model = Subscription

    class Params:
        unconfirmed = factory.Trait(
            state=SubscriptionState.UNCONFIRMED, confirmed_at=None, next_due_at=None
        )
        paused = factory.Trait(state=SubscriptionState.PAUSED, next_due_at=None)
        stopped = factory.Trait(
            state=SubscriptionState.STOPPED,
            next_due_at=None,
            stopped_at=factory.LazyFunction(timezone.now),
        )

    email = factory.Sequence(lambda n: f"counselor{n}@example.edu")
    query = ""
    words = "All opportunities"
    at = time(7)
    zone = "America/Chicago"
    state = SubscriptionState.ACTIVE
    confirmed_at = factory.LazyFunction(timezone.now)
    next_due_at = factory.LazyAttribute(
        lambda s: Subscription(rhythm="weekly", weekday=1, at=s.at, zone=s.zone).next_slot(
            timezone.now()
        )
    )
