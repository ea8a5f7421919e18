"""Following the plan by e-mail: asked for, confirmed, ended, and one letter a day at most.

The person here is whoever holds the link: no account is needed.
"""

import secrets
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.db import InterfaceError, OperationalError, transaction
from django.db.models import Min, Q, QuerySet, Value
from django.db.models.functions import Greatest, Lower
from django.utils import timezone

from accounts.strangers import one_after_the_other
from plans.actions.comments import TooMany, hash_of
from plans.happenings import Happening, Run
from plans.letters import follows as letters_of_follows
from plans.letters.calling_back import call_back
from plans.models import Comment, Follow, Item, Plan
from vocabularies.models import Region

log = structlog.get_logger("portal.plans")

CONFIRM_FOLLOW_WITHIN = timedelta(days=7)
ASKS_PER_HOUR = 5  # letters that strangers can have us send to one address
AGAIN_AFTER = timedelta(minutes=15)
KEPT_FOR = timedelta(days=30)
WRITTEN_FROM = 7  # o'clock, by the region's clock
# What was begun before a round and commits after it is told in the next one.
MARGIN = timedelta(minutes=5)


class DeadFollowLink(Exception):
    """The link to confirm has run out, was replaced or never was."""


def of_address(email: str) -> QuerySet[Follow]:
    return Follow.objects.alias(mail=Lower("email")).filter(mail=email.lower())


@transaction.atomic
def ask_to_follow(*, plan: Plan, item: Item | None, email: str) -> Follow:
    """Keep the wish and send the link that confirms it; asked again, the letter goes once more, a
    quarter of an hour after the last. Who follows it already is sent the link to their letters.
    Raises TooMany."""
    now, email = timezone.now(), email.lower()
    one_after_the_other(f"follow.{email}")
    mine = of_address(email)
    follow = mine.filter(plan=plan, item=item, ended_at__isnull=True).first()
    if follow and follow.confirmed_at:
        letters_of_follows.stands(follow, now)
        return follow
    if follow and follow.confirm_sent_at and follow.confirm_sent_at > now - AGAIN_AFTER:
        return follow
    if mine.filter(confirm_sent_at__gt=now - timedelta(hours=1)).count() >= ASKS_PER_HOUR:
        raise TooMany(
            "We have written to this address several times in the last hour. Look among its "
            "unwanted mail, or try again in an hour."
        )
    token = secrets.token_urlsafe(24)
    follow = follow or Follow(plan=plan, item=item, email=email)
    follow.confirm_hash, follow.confirm_sent_at = hash_of(token), now
    follow.save()
    letters_of_follows.confirm(follow, token)
    return follow


def find_follow(*, token: str) -> Follow:
    """What a link to confirm is for. Raises DeadFollowLink."""
    follow = Follow.objects.select_related("plan", "item").filter(confirm_hash=hash_of(token))
    found = follow.first()
    now = timezone.now()
    if found is None or not found.confirm_sent_at or found.ended_at:
        raise DeadFollowLink
    if found.confirm_sent_at + CONFIRM_FOLLOW_WITHIN < now:
        raise DeadFollowLink
    return found


@transaction.atomic
def confirm_follow(*, token: str) -> Follow:
    """What happens from now on is told. Saying yes twice changes nothing. Raises
    DeadFollowLink."""
    follow = Follow.objects.select_for_update().get(pk=find_follow(token=token).pk)
    if follow.confirmed_at is None:
        follow.confirmed_at = follow.told_until = timezone.now()
        follow.save(update_fields=["confirmed_at", "told_until"])
    return follow


@transaction.atomic
def follow_at_once(*, plan: Plan, item: Item | None, by: Any) -> Follow:
    """A signed-in person follows: their address is proved. Twice is once."""
    now, email = timezone.now(), by.email.lower()
    one_after_the_other(f"follow.{email}")
    found = of_address(email).filter(plan=plan, item=item, ended_at__isnull=True)
    follow = found.first() or Follow(plan=plan, item=item, email=email)
    if follow.confirmed_at is None:
        follow.user, follow.confirmed_at, follow.told_until = by, now, now
        follow.save()
    return follow


@transaction.atomic
def end_follow(*, follow: Follow) -> Follow:
    """No more letters about it, nor one that has not left: it is written anew with what else its
    reader follows. Ending twice is ending once."""
    follow = Follow.objects.select_for_update().get(pk=follow.pk)
    if follow.ended_at is None:
        follow.ended_at = timezone.now()
        follow.save(update_fields=["ended_at"])
        keys = call_back(follow.email, [letters_of_follows.NEWS])
        if since := min(map(letters_of_follows.begins_at, keys), default=None):
            others = of_address(follow.email).filter(ended_at__isnull=True, told_until__gt=since)
            others.filter(confirmed_at__isnull=False).update(
                told_until=Greatest(Value(since), "confirmed_at")
            )
    return follow


@transaction.atomic
def end_all_follows(*, email: str) -> int:
    """Everything that this address follows, with the letters that have not left. Returns how many
    it was."""
    ended = of_address(email).filter(ended_at__isnull=True).update(ended_at=timezone.now())
    call_back(email, letters_of_follows.KINDS_OF_LETTERS)
    return ended


def forget_follows(*, now: datetime) -> int:
    """Delete what nobody confirmed within 30 days, and the ended ones of addresses that follow
    nothing else, after 30 days: their links no longer matter. Returns how many."""
    old = now - KEPT_FOR
    unconfirmed = Q(confirmed_at__isnull=True, ended_at__isnull=True, created_at__lte=old)
    unconfirmed &= Q(confirm_sent_at__isnull=True) | Q(confirm_sent_at__lte=old)
    others = Follow.objects.filter(ended_at__isnull=True).annotate(mail=Lower("email"))
    standing = others.values("mail")
    ended = Follow.objects.filter(ended_at__lte=old).alias(mail=Lower("email"))
    gone = Follow.objects.filter(unconfirmed).delete()[0]
    return gone + ended.exclude(mail__in=standing).delete()[0]


# Letters ------------------------------------------------------------------------------------


def _due(midnight: datetime) -> QuerySet[Follow]:
    """Standing ones that today's letter has not told of yet."""
    return Follow.objects.standing().filter(told_until__lt=midnight).exclude(user__is_active=False)


def write_to_followers(*, now: datetime | None = None) -> int:
    """One letter to each address for which something is new, once a day from the morning on; what
    it told of is marked in the letter's transaction. Safe to run twice or at once. Returns how
    many letters."""
    now = now or timezone.now()
    here = timezone.localtime(now, Region.current().zone)
    if here.hour < WRITTEN_FROM:
        return 0
    midnight = here.replace(hour=0, minute=0, second=0, microsecond=0)
    due = _due(midnight).order_by()
    since = due.aggregate(since=Min("told_until"))["since"]
    if since is None:
        return 0
    run, written = Run(now - MARGIN, since), 0
    for email in due.values_list(Lower("email"), flat=True).distinct():
        try:
            written += _write(email, run, midnight)
        except (OperationalError, InterfaceError):
            raise
        except Exception:
            # One that cannot be written stops no other; it stays due and is tried again.
            log.exception("a letter to a follower could not be written")
    return written


def _told_apart(email: str) -> set[str]:
    """Answers to what this address said itself: a letter of their own tells of those."""
    said = Comment.objects.published().filter(email__iexact=email, response__isnull=False)
    return {f"answer/{pk}" for pk in said.values_list("response_id", flat=True)}


@transaction.atomic
def _write(email: str, run: Run, midnight: datetime) -> bool:
    one_after_the_other(f"follow.{email}")
    due = _due(midnight).alias(mail=Lower("email")).filter(mail=email)
    follows = list(due.select_related("plan").select_for_update(of=("self",)).order_by("pk"))
    if not follows:
        return False  # another worker was first
    new: dict[str, tuple[Happening, list[tuple[str, str]]]] = {}
    for follow in follows:
        for one, lines in run.news_for(follow):
            known = new.get(one.key, (one, []))[1]
            new[one.key] = one, [*known, *(line for line in lines if line not in known)]
    if any(one.kind == "answer" for one, _ in new.values()):
        apart = _told_apart(email)
        new = {key: pair for key, pair in new.items() if key not in apart}
    if new:
        news = sorted(new.values(), key=lambda pair: (pair[0].at, pair[0].key))
        letters_of_follows.news(follows, news, run.until)
    Follow.objects.filter(pk__in=[one.pk for one in follows]).update(told_until=run.until)
    return bool(new)
