"""Enumerations of this room and, for every state, its moves."""

from django.db import models


class LetterState(models.TextChoices):
    PENDING = "pending", "Waiting"
    SENDING = "sending", "On its way"
    SENT = "sent", "Sent"
    FAILED = "failed", "Failed"
    CANCELLED = "cancelled", "Set aside"


LETTER_MOVES: dict[str, set[str]] = {
    LetterState.PENDING: {LetterState.SENDING, LetterState.CANCELLED},
    LetterState.SENDING: {
        LetterState.PENDING,
        LetterState.SENT,
        LetterState.FAILED,
        LetterState.CANCELLED,
    },
    LetterState.SENT: set(),
    LetterState.FAILED: {LetterState.PENDING, LetterState.CANCELLED},
    LetterState.CANCELLED: set(),
}


class SubscriptionState(models.TextChoices):
    UNCONFIRMED = "unconfirmed", "Not confirmed"
    ACTIVE = "active", "Active"
    PAUSED = "paused", "Paused"
    STOPPED = "stopped", "Stopped"


SUBSCRIPTION_MOVES: dict[str, set[str]] = {
    SubscriptionState.UNCONFIRMED: {SubscriptionState.ACTIVE, SubscriptionState.STOPPED},
    SubscriptionState.ACTIVE: {SubscriptionState.PAUSED, SubscriptionState.STOPPED},
    SubscriptionState.PAUSED: {SubscriptionState.ACTIVE, SubscriptionState.STOPPED},
    SubscriptionState.STOPPED: {SubscriptionState.ACTIVE, SubscriptionState.UNCONFIRMED},
}


class StopReason(models.TextChoices):
    READER = "reader", "The reader stopped it"
    BOUNCED = "bounced", "The address refused several letters"
    CLOSED = "closed", "Its career center’s organization was closed"


class Rhythm(models.TextChoices):
    WEEKLY = "weekly", "Once a week"
    DAILY = "daily", "Every day"


class Weekday(models.IntegerChoices):
    """Numbered as Python's date.weekday()."""

    MONDAY = 0, "Monday"
    TUESDAY = 1, "Tuesday"
    WEDNESDAY = 2, "Wednesday"
    THURSDAY = 3, "Thursday"
    FRIDAY = 4, "Friday"
    SATURDAY = 5, "Saturday"
    SUNDAY = 6, "Sunday"


class DigestState(models.TextChoices):
    PLANNED = "planned", "A letter was written"
    EMPTY = "empty", "Nothing was new"


# What a letter is about, in the words of the staff's pages; its code is made by its own room.
KINDS = {
    "account": "About an account",
    "comment-confirm": "Confirm a comment",
    "comment-receipt": "Receipt of a comment",
    "comment-published": "Comment published",
    "comment-declined": "Comment not shown",
    "comment-appeal": "Comment looked at again",
    "comment-replied": "Reply to a comment",
    "digest": "Digest",
    "invitation": "Invitation to an organization",
    "membership": "About a membership",
    "comment-answered": "Comment answered",
    "plan-follow-confirm": "Confirm following the plan",
    "plan-follow-news": "New in the plan",
    "plan-follow-stands": "Link to what somebody follows",
    "plan-news-due": "News of the plan, please",
    "opportunity-published": "Posting published",
    "opportunity-returned": "Posting returned",
    "organization": "About an organization",
    "subscription-ended": "A career center’s letters stop",
    "subscription-confirm": "Confirm a subscription",
    "subscription-stands": "Link to a subscription",
}


def kind_in_words(kind: str) -> str:
    """ "Confirm a comment"; a code that has no words yet is read as its own, so that
    "plan-opened" is "Plan opened"."""
    return KINDS.get(kind, kind.replace("-", " ").replace("_", " ").capitalize())
