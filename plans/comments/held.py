"""What a moderator should know before reading a comment. Nothing is refused for it."""

import re

from django.db.models import Value
from django.db.models.functions import MD5, Lower

from plans.models import Comment

LINK = re.compile(r"https?://|www\.|\b[\w-]+\.(?:com|net|biz|shop|info|ru|xyz|top)\b", re.I)


def what_to_tell(comment: Comment, *, quick: bool = False) -> list[str]:
    """Sentences for the moderator, in the order of their weight."""
    notes = []
    if LINK.search(comment.text):
        notes.append("It has a link.")
    twin = (
        Comment.objects.alias(said=MD5(Lower("text")))
        .filter(said=MD5(Lower(Value(comment.text))))
        .exclude(pk=comment.pk)
        .only("pk", "number")
        .order_by("pk")
        .first()
    )
    if twin:
        notes.append(f"The same words came as comment {twin.receipt} on {twin.number}.")
    if quick:
        notes.append("It was sent within two seconds of opening the page.")
    return notes
