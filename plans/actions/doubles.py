"""Comments that say the same are shown once, with their number, under one of them."""

from collections.abc import Iterable
from typing import Any

from django.db import transaction

from accounts.actions import MoveRefused, record
from plans.choices import CommentState
from plans.models import Comment

STANDING = (CommentState.WAITING, CommentState.PUBLISHED)


@transaction.atomic
def group_doubles(*, head: Comment, doubles: Iterable[int], by: Any) -> list[Comment]:
    """Hang comments (by key) on the one that is shown for all; those that hang on one of them
    come along. Each stays its author's own: its page, its letters, its answer. Raises MoveRefused
    if one is on another item, or neither waits nor is shown."""
    keys = set(doubles) | {head.pk}
    found = Comment.objects.filter(pk__in=keys) | Comment.objects.filter(same_as__in=keys)
    rows = {one.pk: one for one in found.select_for_update().order_by("pk")}
    head = rows[head.pk]
    if head.same_as_id:
        raise MoveRefused("This comment is grouped under another one. Group them under that.")
    joined = [one for one in rows.values() if one.pk != head.pk and one.same_as_id != head.pk]
    for one in [head, *joined]:
        if one.item_id != head.item_id:
            raise MoveRefused(f"Comment {one.receipt} is on another item.")
        if one.state not in STANDING:
            raise MoveRefused(f"Comment {one.receipt} is {one.get_state_display().lower()}.")
    for one in joined:
        Comment.objects.filter(same_as=one.pk).update(same_as=head.pk)
        Comment.objects.filter(pk=one.pk).update(same_as=head.pk)
        record(by=by, what=f"grouped under {head.receipt}", subject=one)
    # What answers one answers all; those who were not told yet get a letter.
    answer = next((one.response_id for one in [head, *joined] if one.response_id), None)
    if answer:
        all_of_them = Comment.objects.filter(pk=head.pk) | Comment.objects.filter(same_as=head.pk)
        all_of_them.filter(response__isnull=True).update(response=answer)
    return joined


@transaction.atomic
def ungroup(*, comment: Comment, by: Any) -> list[Comment]:
    """Take a double out of its group; of the comment that is shown for all, all of them."""
    rows = Comment.objects.select_for_update().filter(pk=comment.pk, same_as__isnull=False)
    freed = list(rows or Comment.objects.select_for_update().filter(same_as=comment.pk))
    for one in freed:
        Comment.objects.filter(pk=one.pk).update(same_as=None)
        record(by=by, what="taken out of its group", subject=one)
    return freed


def hand_over(comment: Comment) -> None:
    """A comment that stood for others is shown no more, or says something else: the first of them
    that is shown takes its place, with its answer."""
    alike = list(Comment.objects.select_for_update().filter(same_as=comment.pk).order_by("pk"))
    if not alike:
        return
    heir = next((one for one in alike if one.state == CommentState.PUBLISHED), alike[0])
    Comment.objects.filter(pk=heir.pk).update(
        same_as=None, response=heir.response_id or comment.response_id
    )
    Comment.objects.filter(same_as=comment.pk).update(same_as=heir.pk)
