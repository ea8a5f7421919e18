"""The private link of a comment: signed, lasting."""

from django.core.signing import BadSignature, Signer

from plans.models import Comment

PRIVATE = "plans.comment.private"


def private_token(comment: Comment) -> str:
    """For the page on which its author follows a comment. It lasts as long as the comment."""
    return Signer(salt=PRIVATE, sep="~").sign(str(comment.pk))


def comment_of(token: str) -> Comment | None:
    try:
        pk = int(Signer(salt=PRIVATE, sep="~").unsign(token))
    except (BadSignature, ValueError):
        return None
    return (
        Comment.objects.select_related("item", "version__plan", "organization")
        .filter(pk=pk)
        .first()
    )
