"""An author asks that somebody else looks again at a comment that is not shown."""

from django.db import transaction
from django.utils import timezone

from accounts.actions import MoveRefused, record
from plans.models import Comment
from plans.rules import author_may_appeal


@transaction.atomic
def appeal_comment(*, comment: Comment, words: str) -> Comment:
    """Once for each comment, within rules.APPEAL_WITHIN of the decision. Raises MoveRefused."""
    now = timezone.now()
    comment = Comment.objects.select_for_update().get(pk=comment.pk)
    if not author_may_appeal(comment, now):
        raise MoveRefused("The time to ask for another look is over, or you have asked already.")
    comment.appealed_at, comment.appeal_words = now, words
    comment.save(update_fields=["appealed_at", "appeal_words"])
    record(by=None, what="appealed by its author", subject=comment)
    return comment
