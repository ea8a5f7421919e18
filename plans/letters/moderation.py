"""Letters to an author about what moderators did beside showing a comment or not."""

from plans.letters import send
from plans.models import Comment, Reply


def appeal_ended(comment: Comment) -> None:
    """Somebody else looked again: shown now, or not, and why."""
    published = comment.state == "published"
    send(
        comment,
        kind="comment-appeal",
        key=comment.appeal_ended_at.isoformat() if comment.appeal_ended_at else "",
        subject=f"Your comment {comment.receipt} is published after another look"
        if published
        else f"Your comment {comment.receipt} is still not shown",
    )


def replied(reply: Reply) -> None:
    """The partnership wrote something under the comment."""
    send(
        reply.comment,
        kind="comment-replied",
        key=str(reply.pk),
        subject=f"A reply to your comment {reply.comment.receipt}",
        reply=reply,
    )
