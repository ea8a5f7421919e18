"""Addresses of commenters go once nobody needs to write to them any more."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from plans.choices import CommentState
from plans.models import Comment, Submission
from plans.rules import APPEAL_WITHIN

KEPT_AFTER_ANSWER = timedelta(days=30)
KEPT_UNCONFIRMED = timedelta(days=30)
AT_ONCE = 500


def erase_addresses(*, now: datetime) -> int:
    """Of comments whose answer has been public for 30 days, of declined ones whose appeal has
    ended or can no longer be made, of withdrawn ones after 30 days. The comment, its private page
    and its receipt stay. Returns how many it were."""
    due = Comment.objects.exclude(email="").filter(_due(now)).order_by("pk")
    ids = list(due.values_list("pk", flat=True))
    for start in range(0, len(ids), AT_ONCE):
        some = Comment.objects.filter(pk__in=ids[start : start + AT_ONCE])
        some.update(email="", sender="", email_erased_at=now)
    return len(ids) + _erase_sources()


def _erase_sources() -> int:
    """Of what came on paper, once each comment in it has none any more."""
    parts = Comment.objects.filter(submission=OuterRef("pk"))
    gone = Submission.objects.exclude(email="").filter(
        ~Exists(parts.exclude(email="")), Exists(parts.filter(email_erased_at__isnull=False))
    )
    return gone.update(email="")


def _due(now: datetime) -> Q:
    answered = now - KEPT_AFTER_ANSWER
    return (
        Q(response__published_at__lte=answered)
        | Q(same_as__response__published_at__lte=answered)
        | Q(state=CommentState.DECLINED, appeal_ended_at__lte=now)
        | Q(
            state=CommentState.DECLINED,
            appealed_at__isnull=True,
            decided_at__lte=now - APPEAL_WITHIN,
        )
        | Q(state=CommentState.WITHDRAWN, created_at__lte=answered)
    )


@transaction.atomic
def forget_unconfirmed(*, now: datetime) -> int:
    """Delete comments that nobody confirmed within 30 days: nobody said them. Returns how many."""
    old = Comment.objects.filter(
        state=CommentState.UNCONFIRMED, confirm_sent_at__lte=now - KEPT_UNCONFIRMED
    )
    return old.delete()[0]
