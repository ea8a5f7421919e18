"""What came on paper, by e-mail or at a meeting: entered as it came, then split into comments."""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.actions import MoveRefused, record
from accounts.models import Organization
from plans.actions.doubles import hand_over
from plans.choices import CommentState, Relation
from plans.comments.held import what_to_tell
from plans.comments.pieces import place_of
from plans.models import Comment, CommentWindow, Plan, PlanVersion, Submission, VersionItem
from plans.rules import is_answered
from plans.structure.numbers import ancestors_of
from vocabularies.models import Region

# Fields of a submission that each of its comments has too.
SHARED = ("source", "name", "email", "organization_name", "kind", "relation", "shown")
ANSWERED = "A part of it is answered in public, so it stays as it is."


class SubmissionChanged(Exception):
    """A colleague changed it after this page was opened. Its text is for the person."""


class NotInText(Exception):
    """Words of a comment are not in the text as it came. Its text is for the person."""


@dataclass
class Piece:
    """Words of a submission about one item. `token` stands for the comment that they are or
    become; sending the form twice makes one."""

    token: uuid.UUID
    node: VersionItem
    text: str
    stance: str = ""


def day_of(version: PlanVersion) -> date:
    """On which it was published, in the region."""
    return timezone.localdate(version.published_at, Region.current().zone)


def version_on(plan: Plan, day: date) -> PlanVersion | None:
    """The version that people read on a day; the first one for a day before it."""
    versions = list(plan.versions.order_by("-number"))
    read = (v for v in versions if day_of(v) <= day)
    return next(read, versions[-1] if versions else None)


@transaction.atomic
def enter_submission(*, submission: Submission, by: Any) -> Submission:
    """Keep what came, as it came. The same form sent twice makes one."""
    if twin := Submission.objects.filter(form_token=submission.form_token).first():
        return twin
    submission.entered_by = by
    submission.save(force_insert=True)
    record(by=by, what="entered", subject=submission)
    return submission


@transaction.atomic
def change_submission(*, submission: Submission, seen: str, by: Any) -> Submission:
    """Save what `submission` holds now, in its comments too; those that were shown and say or
    show something else are read again. Raises SubmissionChanged, NotInText, MoveRefused once a
    part of it is answered."""
    kept = _locked(submission, seen)
    for comment in _standing(kept):
        if place_of(submission.text, comment.text) is None:
            raise NotInText(
                f"Comment {comment.receipt} has words that are no longer in the text. Change the "
                "comment first."
            )
    submission.save()
    version = version_on(submission.plan, submission.said_on)
    for comment in _standing(submission):
        before = comment.seen, comment.number, comment.source
        node = _same_item(version, comment)
        _dress(comment, submission, node)
        if (comment.seen, comment.number, comment.source) != before:
            _read_again(comment)
        comment.save()
    record(by=by, what="changed", subject=submission)
    return submission


@transaction.atomic
def split_submission(
    *, submission: Submission, pieces: Sequence[Piece], seen: str, by: Any
) -> list[Comment]:
    """Make its comments what the pieces say: new ones wait to be read, changed ones are read
    again, missing ones are taken out. Returns those that stand. Raises SubmissionChanged,
    NotInText, MoveRefused once a part of it is answered."""
    known = Comment.objects.filter(
        submission=submission, form_token__in=[piece.token for piece in pieces]
    )
    if pieces and submission.seen != seen and known.count() == len(pieces):
        return list(known)  # sent twice
    submission = _locked(submission, seen)
    for piece in pieces:
        if place_of(submission.text, piece.text) is None:
            raise NotInText(f"“{piece.text[:60]}” is not in the text as it came.")
    before = {comment.form_token: comment for comment in _standing(submission)}
    kept = [_put(submission, piece, before.pop(piece.token, None), by) for piece in pieces]
    for comment in before.values():
        _take_out(comment, by)
    return kept


def _locked(submission: Submission, seen: str) -> Submission:
    now = Submission.objects.select_for_update().get(pk=submission.pk)
    if now.seen != seen:
        raise SubmissionChanged(
            "A colleague changed this after you opened it. What stands now is shown on this page."
        )
    if is_answered(now):
        raise MoveRefused(ANSWERED)
    return now


def _standing(submission: Submission) -> Iterable[Comment]:
    rows = Comment.objects.select_for_update().filter(submission_id=submission.pk)
    return list(rows.exclude(state=CommentState.WITHDRAWN).order_by("pk"))


def _put(submission: Submission, piece: Piece, comment: Comment | None, by: Any) -> Comment:
    is_new = comment is None
    if comment is None:
        taken = Comment.objects.filter(form_token=piece.token).exists()
        comment = Comment(
            submission=submission,
            state=CommentState.WAITING,
            confirmed_at=timezone.now(),
            confirm_hash=None,
            form_token=uuid.uuid4() if taken else piece.token,
        )
    before = comment.seen, comment.item_id
    comment.text, comment.stance = piece.text, piece.stance
    _dress(comment, submission, piece.node)
    if is_new or (comment.seen, comment.item_id) != before:
        _read_again(comment)
        comment.save()
        record(by=by, what="entered" if is_new else "changed by staff", subject=comment)
    return comment


def _dress(comment: Comment, submission: Submission, node: VersionItem | None) -> None:
    """What it has from the submission, and where it stands."""
    for name in SHARED:
        # An address that was erased stays so.
        if name != "email" or comment.email_erased_at is None:
            setattr(comment, name, getattr(submission, name))
    name = submission.organization_name
    comment.organization = (
        Organization.objects.public().filter(name__iexact=name).first() if name else None
    )
    if not name:
        comment.kind, comment.relation = "", Relation.SELF
    comment.created_at = said_at(submission.said_on)
    if node is None:
        return
    comment.item_id, comment.version_id, comment.number = (
        node.item_id,
        node.version_id,
        node.number,
    )
    comment.window, comment.late = _window(node, submission.said_on)


def _read_again(comment: Comment) -> None:
    """Other words, or about something else: nobody has read it, and it is no double any more."""
    if comment.pk:
        hand_over(comment)
    comment.same_as = None
    comment.held_for = what_to_tell(comment)
    if comment.state == CommentState.PUBLISHED:
        comment.state, comment.decided_at, comment.decided_by = CommentState.WAITING, None, None
    comment.read_at = None


def _take_out(comment: Comment, by: Any) -> None:
    was, comment.state = comment.state, CommentState.WITHDRAWN
    hand_over(comment)
    comment.save(update_fields=["state"])
    record(
        by=by,
        what="taken out by staff",
        subject=comment,
        before={"state": was},
        after={"state": comment.state},
    )


def _same_item(version: PlanVersion | None, comment: Comment) -> VersionItem | None:
    """The comment's item in the version that was read then, if it is in it."""
    return VersionItem.objects.filter(version=version, item_id=comment.item_id).first()


def said_at(day: date) -> datetime:
    """Noon of the day in the region: nobody knows the hour."""
    return datetime.combine(day, time(12), tzinfo=Region.current().zone)


def _window(node: VersionItem, day: date) -> tuple[CommentWindow | None, bool]:
    """The window over the item that the day lies in, whole days counted; whether it was late."""
    above = VersionItem.objects.filter(
        version_id=node.version_id, number__in=ancestors_of(node.number)
    )
    ids = [node.item_id, *above.values_list("item_id", flat=True)]
    plan_id = node.version.plan_id
    is_late = False
    for window in CommentWindow.objects.over(plan_id=plan_id, item_ids=ids):
        opens = timezone.localdate(window.opens_at, window.clock)
        # What closes at midnight closes with the day before.
        closes = timezone.localdate(window.closes_at - timedelta(seconds=1), window.clock)
        if opens <= day <= closes:
            return window, False
        if closes < day <= timezone.localdate(window.kept_until, window.clock):
            return window, True
        is_late = is_late or closes < day
    return None, is_late
