"""What a commenter and a moderator do. A comment's e-mail is written to, never shown."""

import hashlib
import secrets
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.utils import timezone

from accounts.actions import MoveRefused, NotAllowed, check_move, record
from accounts.models import Entry, Organization
from accounts.strangers import one_after_the_other
from plans import letters
from plans.actions.doubles import hand_over
from plans.actions.forgetting import erase_words
from plans.choices import COMMENT_MOVES, CommentState, DeclineReason, Moderation, Relation
from plans.comments.flood import is_flood
from plans.comments.held import what_to_tell
from plans.comments.windows import window_over
from plans.models import Comment, Follow, VersionItem
from plans.rules import author_may_change, why_not_decide

STORED_PER_HOUR = 10
LETTERS_PER_HOUR = 5
CONFIRM_WITHIN = timedelta(days=7)
CORRECT_WITHIN = timedelta(hours=1)
CORRECTIONS = 3
CORRECTED = "address corrected by its author"
MANY = "That is many comments in one hour. Wait a while, then send this one again."


class TooMany(Exception):
    """More comments from one address in an hour than a person writes."""


class CommentsClosed(Exception):
    """Nobody can comment on this item now, or change what they said."""


class Flooded(Exception):
    """Very many comments come in, and this one shows neither work nor patience (see flood)."""


class LinkExpired(Exception):
    """The link in the letter is older than CONFIRM_WITHIN."""


class ChangedMeanwhile(Exception):
    """Its author wrote it anew after this moderator opened it. Its text is for the person."""


class AlreadyConfirmed(Exception):
    """The link in the letter did its work before."""


@dataclass
class Voice:
    """What the comment form holds."""

    text: str
    name: str
    email: str
    organization_name: str = ""
    kind: str = ""
    relation: str = Relation.SELF
    shown: str = "all"
    stance: str = ""
    follows: bool = False
    quick: bool = False
    worked: bool = True


def hash_of(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


@transaction.atomic
def give_comment(
    *,
    node: VersionItem,
    voice: Voice,
    sender: str,
    form_token: uuid.UUID | None = None,
    now: datetime | None = None,
) -> Comment:
    """Keep a comment on an item as `node`'s version says it, and send the link that confirms it.

    The same form sent twice gives the same comment and one letter. One that comes within the
    grace of a closed window is kept as late. Raises CommentsClosed outside of every window over
    the item, TooMany past the hourly number, Flooded.
    """
    now = now or timezone.now()
    window = window_over(node, now)
    if not window.taking:
        raise CommentsClosed("Comments on this item are closed.")
    form_token = form_token or uuid.uuid4()
    one_after_the_other(sender, voice.email.casefold(), form_token.hex)
    if twin := Comment.objects.filter(form_token=form_token).first():
        same = (twin.item_id, twin.text, twin.email) == (node.item_id, voice.text, voice.email)
        if same:
            return twin
        # Gone back to the form and written another one: nobody's words are dropped.
        form_token, voice.worked = uuid.uuid4(), False
    _refuse_floods(sender, voice.email, now)
    if not voice.worked and is_flood(now):
        raise Flooded("Very many comments are coming in.")
    token = secrets.token_urlsafe(24)
    comment = Comment(
        window=window.taking,
        late=window.open is None,
        follows=voice.follows,
        item_id=node.item_id,
        version_id=node.version_id,
        number=node.number,
        name=voice.name,
        email=voice.email,
        sender=sender,
        created_at=now,
        confirm_hash=hash_of(token),
        confirm_sent_at=now,
        form_token=form_token,
    )
    _put(comment, voice)
    comment.held_for = what_to_tell(comment, quick=voice.quick)
    comment.save()
    letters.confirm(comment, token)
    return comment


def _put(comment: Comment, voice: Voice) -> None:
    comment.text, comment.stance = voice.text, voice.stance
    comment.organization_name = voice.organization_name
    comment.organization = (
        Organization.objects.public().filter(name__iexact=voice.organization_name).first()
        if voice.organization_name
        else None
    )
    comment.kind = voice.kind if voice.organization_name else ""
    comment.relation = voice.relation if voice.organization_name else Relation.SELF
    comment.shown = voice.shown


def _refuse_floods(sender: str, email: str, now: datetime) -> None:
    since = now - timedelta(hours=1)
    stored = Comment.objects.filter(sender=sender, created_at__gt=since).count()
    if stored >= STORED_PER_HOUR:
        raise TooMany(MANY)
    _refuse_letters(email, now)


def _refuse_letters(email: str, now: datetime) -> None:
    since = now - timedelta(hours=1)
    written = Comment.objects.filter(email__iexact=email, confirm_sent_at__gt=since).count()
    if written >= LETTERS_PER_HOUR:
        raise TooMany(MANY)


@transaction.atomic
def confirm_comment(*, token: str) -> Comment:
    """The author followed the link and said yes. Raises Comment.DoesNotExist, AlreadyConfirmed,
    LinkExpired. A comment given in time may be confirmed after its window closed."""
    now = timezone.now()
    comment = Comment.objects.select_for_update().get(confirm_hash=hash_of(token))
    if comment.state != CommentState.UNCONFIRMED:
        raise AlreadyConfirmed("This comment is confirmed.")
    if comment.confirm_sent_at + CONFIRM_WITHIN < now:
        raise LinkExpired("This link has expired.")
    comment.state, comment.confirmed_at = CommentState.WAITING, now
    if is_shown_at_once(comment):
        comment.state, comment.decided_at = CommentState.PUBLISHED, now
    comment.save(update_fields=["state", "confirmed_at", "decided_at"])
    record(by=None, what="confirmed by its author", subject=comment)
    if comment.follows:
        _follow(comment, now)
    letters.receipt(comment)
    return comment


def is_shown_at_once(comment: Comment) -> bool:
    """Where comments are read afterwards; what a moderator should look at twice is read first."""
    window = comment.window
    return bool(window and window.moderation == Moderation.AFTER and not comment.held_for)


def _follow(comment: Comment, now: datetime) -> None:
    """The link that confirmed the comment proved the address."""
    follow, new = Follow.objects.get_or_create(
        plan_id=comment.version.plan_id,
        item_id=comment.item_id,
        email=comment.email.lower(),
        ended_at=None,
        defaults={"from_comment": True, "confirmed_at": now, "told_until": now},
    )
    if not new and follow.confirmed_at is None:
        follow.confirmed_at, follow.confirm_hash, follow.told_until = now, None, now
        follow.save(update_fields=["confirmed_at", "confirm_hash", "told_until"])


@transaction.atomic
def send_fresh_link(*, token: str) -> bool:
    """Write again to the address that the comment came with: a new link to confirm, or the
    private link once it is confirmed. False when nothing was sent (unknown, or too often)."""
    now = timezone.now()
    comment = Comment.objects.select_for_update().filter(confirm_hash=hash_of(token)).first()
    if comment is None or not comment.email:
        return False
    if comment.confirm_sent_at > now - timedelta(minutes=5):
        return False
    comment.confirm_sent_at = now
    if comment.state != CommentState.UNCONFIRMED:
        comment.save(update_fields=["confirm_sent_at"])
        letters.receipt(comment, again=now)
        return True
    fresh = secrets.token_urlsafe(24)
    comment.confirm_hash = hash_of(fresh)
    comment.save(update_fields=["confirm_sent_at", "confirm_hash"])
    letters.confirm(comment, fresh)
    return True


@transaction.atomic
def correct_address(*, comment: Comment, email: str) -> Comment:
    """Its author mistyped the address: the link goes to another one, and the first dies. Raises
    MoveRefused once it is confirmed or the hour is over, TooMany past the number of letters."""
    now = timezone.now()
    one_after_the_other(email.casefold())
    comment = Comment.objects.select_for_update().get(pk=comment.pk)
    if comment.state != CommentState.UNCONFIRMED or comment.created_at + CORRECT_WITHIN < now:
        raise MoveRefused("This address can no longer be corrected.")
    if comment.email == email:
        return comment
    corrected = Entry.objects.filter(
        subject_type=ContentType.objects.get_for_model(comment),
        subject_id=str(comment.pk),
        what=CORRECTED,
    )
    if corrected.count() >= CORRECTIONS:
        raise TooMany("The address was corrected several times. Give the comment again.")
    _refuse_letters(email, now)
    token = secrets.token_urlsafe(24)
    comment.email, comment.confirm_hash, comment.confirm_sent_at = email, hash_of(token), now
    comment.save(update_fields=["email", "confirm_hash", "confirm_sent_at"])
    record(by=None, what=CORRECTED, subject=comment)
    letters.confirm(comment, token)
    return comment


@transaction.atomic
def change_comment(*, comment: Comment, voice: Voice) -> Comment:
    """Its author writes it anew; it is read again before it is shown, unless its window shows
    comments at once. Raises CommentsClosed after the window, MoveRefused for a comment that was
    declined or withdrawn."""
    now = timezone.now()
    comment = Comment.objects.select_for_update().get(pk=comment.pk)
    check_move(moves=COMMENT_MOVES, now=comment.state, to=CommentState.WAITING, what="comment")
    node = VersionItem.objects.get(version_id=comment.version_id, item_id=comment.item_id)
    window = window_over(node, now)
    if not author_may_change(comment, window.open, now):
        raise CommentsClosed("The time for comments is over, so it can no longer be changed.")
    was, words = comment.state, comment.text
    _put(comment, voice)
    if comment.text != words:
        comment.same_as = None
    comment.held_for = what_to_tell(comment)
    comment.state, comment.changed_at, comment.read_at = CommentState.WAITING, now, None
    if is_shown_at_once(comment):
        comment.state, comment.decided_at, comment.decided_by = CommentState.PUBLISHED, now, None
    if comment.text != words or comment.state != CommentState.PUBLISHED:
        hand_over(comment)
    comment.save()
    record(
        by=None,
        what="changed by its author",
        subject=comment,
        before={"state": was},
        after={"state": comment.state},
    )
    return comment


@transaction.atomic
def withdraw_comment(*, comment: Comment) -> Comment:
    """Its author takes it back: no longer shown, kept with its item. Raises MoveRefused."""
    comment = Comment.objects.select_for_update().get(pk=comment.pk)
    check_move(moves=COMMENT_MOVES, now=comment.state, to=CommentState.WITHDRAWN, what="comment")
    was, comment.state = comment.state, CommentState.WITHDRAWN
    comment.save(update_fields=["state"])
    hand_over(comment)
    record(
        by=None,
        what="withdrawn by its author",
        subject=comment,
        before={"state": was},
        after={"state": comment.state},
    )
    return comment


@transaction.atomic
def publish_comment(
    *, comment: Comment, by: Any, seen: str | None = None, at: datetime | None = None
) -> Comment:
    """Show it with its item, and tell its author. `seen` is `Comment.seen` of the page that was
    read. Raises MoveRefused if it moved on, ChangedMeanwhile if it says something else now,
    NotAllowed where a colleague should decide."""
    return _decide(comment, CommentState.PUBLISHED, by, "published", seen=seen, at=at)


@transaction.atomic
def decline_comment(
    *,
    comment: Comment,
    reason: str,
    by: Any,
    words: str = "",
    seen: str | None = None,
    at: datetime | None = None,
) -> Comment:
    """Do not show it; tell its author why. The words are kept, but for those that tell who a
    student is: those are erased. `seen` and what is raised as in `publish_comment`."""
    return _decide(comment, CommentState.DECLINED, by, "declined", reason, words, seen, at)


def _decide(
    comment: Comment,
    to: str,
    by: Any,
    what: str,
    reason: str = "",
    words: str = "",
    seen: str | None = None,
    at: datetime | None = None,
) -> Comment:
    now = at or timezone.now()
    comment = Comment.objects.select_for_update().get(pk=comment.pk)
    check_move(moves=COMMENT_MOVES, now=comment.state, to=to, what="comment")
    if seen is not None and seen != comment.seen:
        raise ChangedMeanwhile(
            "Its author changed this comment after you opened it. Read the new words, then decide."
        )
    if comment.has_open_appeal:
        raise MoveRefused("Its author asked for another look. Answer that first.")
    if why := why_not_decide(by, comment):
        raise NotAllowed(why)
    was, comment.state = comment.state, to
    comment.reason, comment.reason_words = reason, words
    comment.decided_by, comment.decided_at, comment.read_at = by, now, now
    if reason == DeclineReason.STUDENT:
        erase_words(comment)
    if to == CommentState.DECLINED:
        hand_over(comment)
    comment.save()
    record(
        by=by,
        what=what,
        subject=comment,
        organization=comment.organization if to == CommentState.PUBLISHED else None,
        why=". ".join(filter(None, [comment.get_reason_display(), words])),
        before={"state": was},
        after={"state": to},
    )
    letters.decision(comment)
    return comment
