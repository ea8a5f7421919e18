"""Lasting links that recur in letters: signed id and purpose."""

from django.core.signing import BadSignature, Signer

from plans.models import Comment, Follow

PRIVATE = "plans.comment.private"
FOLLOW_MANAGE, FOLLOW_END = "plans.follow.manage", "plans.follow.end"


def private_token(comment: Comment) -> str:
    """For the page on which its author follows a comment. It lasts as long as the comment."""
    return Signer(salt=PRIVATE, sep="~").sign(str(comment.pk))


def comment_of(token: str) -> Comment | None:
    try:
        pk = int(Signer(salt=PRIVATE, sep="~").unsign(token))
    except (BadSignature, ValueError):
        return None
    return (
        Comment.objects.select_related(
            "item", "version__plan", "organization", "window", "response", "same_as__response"
        )
        .filter(pk=pk)
        .first()
    )


def follow_token(follow: Follow, purpose: str) -> str:
    """A link of one purpose is nothing to another."""
    return Signer(salt=purpose, sep="~").sign(str(follow.pk))


def follow_of(token: str, purpose: str) -> tuple[Follow | None, bool]:
    """(the follow, whether the link is one of ours): one that is forgotten has a good link too."""
    try:
        pk = int(Signer(salt=purpose, sep="~").unsign(token))
    except (BadSignature, ValueError):
        return None, False
    return Follow.objects.select_related("plan", "item").filter(pk=pk).first(), True
