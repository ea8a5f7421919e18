"""What moderators do beside deciding on one comment: many at once, appeals, replies."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.actions import MoveRefused, NotAllowed, record
from plans.actions.comments import ChangedMeanwhile, decline_comment, publish_comment
from plans.choices import CommentState
from plans.letters import moderation as letters
from plans.models import Comment, Reply
from plans.rules import why_not_decide, why_not_end_appeal

CHANGED = "Its author changed this comment after you opened it. Read the new words, then decide."


@dataclass
class Together:
    """What became of many: those that were done, and why the others were not."""

    done: list[Comment] = field(default_factory=list)
    refused: list[tuple[Comment, str]] = field(default_factory=list)


def decide_together(
    *, picks: Iterable[tuple[int, str]], act: str, by: Any, reason: str = "", words: str = ""
) -> Together:
    """Publish, decline or mark as read several comments: (key, `seen` of the page). Each stands
    for itself: one that is refused hinders no other."""
    outcome = Together()
    known = Comment.objects.exclude(state=CommentState.UNCONFIRMED)
    picks = list(picks)
    rows = known.in_bulk([pk for pk, _ in picks])
    for pk, seen in picks:
        if not (comment := rows.get(pk)):
            continue
        try:
            if act == "publish":
                publish_comment(comment=comment, by=by, seen=seen)
            elif act == "decline":
                decline_comment(comment=comment, by=by, seen=seen, reason=reason, words=words)
            else:
                mark_read(comment=comment, by=by, seen=seen)
        except (MoveRefused, NotAllowed, ChangedMeanwhile) as refusal:
            outcome.refused.append((comment, str(refusal)))
        else:
            outcome.done.append(comment)
    return outcome


@transaction.atomic
def mark_read(*, comment: Comment, by: Any, seen: str | None = None) -> Comment:
    """A comment that was shown at once may stay. Raises MoveRefused if it was read already,
    ChangedMeanwhile, NotAllowed."""
    comment = Comment.objects.select_for_update().get(pk=comment.pk)
    if not comment.is_unread:
        raise MoveRefused("Somebody has read this comment already.")
    if seen is not None and seen != comment.seen:
        raise ChangedMeanwhile(CHANGED)
    if why := why_not_decide(by, comment):
        raise NotAllowed(why)
    comment.read_at = timezone.now()
    comment.save(update_fields=["read_at"])
    record(by=by, what="read, may stay", subject=comment)
    return comment


@transaction.atomic
def end_appeal(*, comment: Comment, publish: bool, words: str, by: Any) -> Comment:
    """Somebody else than who declined it looked again: it is shown now, or stays as it is; its
    author is told why. Raises MoveRefused without an open appeal, NotAllowed."""
    now = timezone.now()
    comment = Comment.objects.select_for_update().get(pk=comment.pk)
    if not comment.has_open_appeal:
        raise MoveRefused("This appeal has ended.")
    if why := why_not_end_appeal(by, comment):
        raise NotAllowed(why)
    was = comment.state
    comment.appeal_ended_at, comment.appeal_ended_by, comment.appeal_answer = now, by, words
    if publish:
        comment.state, comment.reason, comment.reason_words = CommentState.PUBLISHED, "", ""
        comment.decided_at, comment.decided_by, comment.read_at = now, by, now
    comment.save()
    record(
        by=by,
        what="published after an appeal" if publish else "not shown after an appeal either",
        subject=comment,
        organization=comment.organization if publish else None,
        why=words,
        before={"state": was},
        after={"state": comment.state},
    )
    letters.appeal_ended(comment)
    return comment


@transaction.atomic
def reply_to(*, comment: Comment, text: str, by: Any, form_token: uuid.UUID) -> Reply:
    """Words of the partnership under a comment that is shown; its author is told. The same form
    sent twice makes one. Raises MoveRefused."""
    comment = Comment.objects.select_for_update().get(pk=comment.pk)
    if twin := Reply.objects.filter(form_token=form_token).first():
        return twin
    if comment.state != CommentState.PUBLISHED:
        raise MoveRefused("Only a comment that is shown can be replied to.")
    # Never an address, which a person without a name is called by elsewhere.
    name = by.name or "a moderator"
    reply = Reply.objects.create(
        comment=comment, text=text, by=by, by_name=name[:80], form_token=form_token
    )
    record(by=by, what="replied", subject=comment)
    letters.replied(reply)
    return reply


@transaction.atomic
def withdraw_reply(*, reply: Reply, by: Any) -> Reply:
    """Readers see that there was one. Raises MoveRefused if it is withdrawn already."""
    reply = Reply.objects.select_for_update().select_related("comment").get(pk=reply.pk)
    if reply.withdrawn_at:
        raise MoveRefused("This reply is withdrawn already.")
    reply.withdrawn_at, reply.withdrawn_by = timezone.now(), by
    reply.save(update_fields=["withdrawn_at", "withdrawn_by"])
    record(by=by, what="withdrew a reply", subject=reply.comment)
    return reply
