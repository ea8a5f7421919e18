"""Asking for a digest, saying yes to it, changing it, stopping it.

The person here is whoever holds the link: `by` is the signed-in user, if there is one.
"""

from collections.abc import Iterable
from datetime import datetime, time, timedelta
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.db.models import F
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from accounts.actions import check_move, record
from employers.browsing.search import OpportunityQuery
from outreach import tokens
from outreach.choices import SUBSCRIPTION_MOVES, LetterState, StopReason, SubscriptionState
from outreach.letterhead import letterhead
from outreach.models import Digest, Letter, Subscription
from plans.actions import end_all_follows, of_address
from plans.letters.follows import NEWS
from programs.models import CareerCenter

CONFIRM_FOR = timedelta(days=7)
BOUNCES = 3  # refusals in a row before an address is left in peace
# What strangers can have us write to one address: so many searches an hour, each again after this.
ASKS_AN_HOUR = 5
AGAIN_AFTER = timedelta(minutes=15)


class TooOften(Exception):
    """Somebody has asked for this address again and again. Its text is for the person."""


class DeadLink(Exception):
    """The confirmation link has run out, was replaced or never was."""


@transaction.atomic
def ask_for_subscription(
    *,
    email: str,
    query: str,
    rhythm: str,
    weekday: int,
    at: time,
    zone: str,
    name: str = "",
    label: str = "",
    career_center: CareerCenter | None = None,
    by: Any = None,
) -> Subscription:
    """Keep the wish and send the link that confirms it.

    Asking again for the same search and address makes no second one: the letter goes once
    more, a quarter of an hour after the last, and what is active stays as it is.
    Raises TooOften.
    """
    now, email = timezone.now(), email.lower()
    recent = Subscription.objects.filter(email__iexact=email, asked_at__gt=now - timedelta(hours=1))
    if recent.exclude(query=query).count() >= ASKS_AN_HOUR:
        raise TooOften(
            "We have written to this address several times in the last hour. "
            "Look among its unwanted mail, or try again in an hour."
        )
    wishes: dict[str, Any] = {
        "name": name,
        "label": label,
        "career_center": career_center,
        "rhythm": rhythm,
        "weekday": weekday,
        "at": at,
        "zone": zone,
    }
    wishes["words"] = OpportunityQuery.from_querystring(query).describe()[:600]
    subscription, new = Subscription.objects.get_or_create(
        email=email, query=query, defaults=wishes | {"asked_at": now}
    )
    subscription = Subscription.objects.select_for_update().get(pk=subscription.pk)
    if subscription.state in (SubscriptionState.ACTIVE, SubscriptionState.PAUSED):
        _tell_it_stands(subscription, now)
        return subscription
    if subscription.state == SubscriptionState.STOPPED:
        subscription.state, subscription.stopped_at = SubscriptionState.UNCONFIRMED, None
        subscription.stop_reason, subscription.bounces = "", 0
    for field, value in wishes.items():
        setattr(subscription, field, value)
    if new or subscription.asked_at < now - AGAIN_AFTER or not subscription.confirm_hash:
        subscription.asked_at = now
        _send_confirmation(subscription, now)
        record(by=by, what="asked for" if new else "asked again for", subject=subscription)
    subscription.save()
    return subscription


@transaction.atomic
def send_fresh_links(*, email: str) -> int:
    """A new confirmation link for everything that this address has not confirmed yet, and the
    link to change or stop for what it gets. Returns how many subscriptions were written of."""
    now = timezone.now()
    standing = Subscription.objects.filter(
        email__iexact=email, state__in=[SubscriptionState.ACTIVE, SubscriptionState.PAUSED]
    )
    told = list(standing.order_by("-asked_at")[:ASKS_AN_HOUR])
    for subscription in told:
        _tell_it_stands(subscription, now)
    waiting = Subscription.objects.filter(
        email__iexact=email,
        state=SubscriptionState.UNCONFIRMED,
        asked_at__lt=now - AGAIN_AFTER,
    )
    found = list(waiting.select_for_update().order_by("-asked_at")[:ASKS_AN_HOUR])
    for subscription in found:
        subscription.asked_at = now
        _send_confirmation(subscription, now)
        subscription.save()
    return len(found) + len(told)


def find_by_confirmation(*, token: str) -> Subscription:
    """The subscription that a one-time link is for. Raises DeadLink."""
    found = Subscription.objects.filter(confirm_hash=tokens.hashed(token)).first()
    if found is None or found.confirm_until is None or found.confirm_until < timezone.now():
        raise DeadLink
    return found


@transaction.atomic
def confirm_subscription(*, token: str, by: Any = None) -> Subscription:
    """Begin: the first letter comes at the next slot. Saying yes twice changes nothing.
    Raises DeadLink."""
    subscription = find_by_confirmation(token=token)
    subscription = Subscription.objects.select_for_update().get(pk=subscription.pk)
    if subscription.state == SubscriptionState.UNCONFIRMED:
        subscription.confirmed_at = timezone.now()
        _start(subscription)
        record(by=by, what="confirmed", subject=subscription)
    return subscription


@transaction.atomic
def change_subscription(
    *, subscription: Subscription, by: Any = None, **wishes: Any
) -> Subscription:
    """Another rhythm, hour, zone, name or label; what is due is worked out anew."""
    subscription = Subscription.objects.select_for_update().get(pk=subscription.pk)
    before = {key: str(getattr(subscription, key)) for key in wishes}
    for field, value in wishes.items():
        setattr(subscription, field, value)
    if subscription.state == SubscriptionState.ACTIVE:
        subscription.next_due_at = subscription.next_slot(timezone.now())
    subscription.save()
    after = {key: str(getattr(subscription, key)) for key in wishes}
    record(by=by, what="changed", subject=subscription, before=before, after=after)
    return subscription


@transaction.atomic
def pause_subscription(*, subscription: Subscription, by: Any = None) -> Subscription:
    """No letters until resumed; then one tells of the whole time between, and of what stood in
    letters that had not left."""
    subscription = _locked(subscription, SubscriptionState.PAUSED)
    subscription.state, subscription.next_due_at = SubscriptionState.PAUSED, None
    subscription.save()
    _call_back_letters(subscription)
    subscription.refresh_from_db(fields=["covered_until"])
    record(by=by, what="paused", subject=subscription)
    return subscription


@transaction.atomic
def resume_subscription(*, subscription: Subscription, by: Any = None) -> Subscription:
    """Letters again, after a pause or a stop: the signed link shows that the mailbox is theirs."""
    subscription = _locked(subscription, SubscriptionState.ACTIVE)
    if subscription.state == SubscriptionState.STOPPED:
        # Nobody wants to be told of half a year at once.
        subscription.covered_until = None
    subscription.confirmed_at = subscription.confirmed_at or timezone.now()
    _start(subscription)
    record(by=by, what="resumed", subject=subscription)
    return subscription


@transaction.atomic
def stop_subscription(
    *, subscription: Subscription, reason: str = StopReason.READER, by: Any = None
) -> Subscription:
    """No more letters, those not yet on the wire included. Stopping twice is stopping once."""
    subscription = Subscription.objects.select_for_update().get(pk=subscription.pk)
    if subscription.state == SubscriptionState.STOPPED:
        return subscription
    subscription.state, subscription.next_due_at = SubscriptionState.STOPPED, None
    subscription.stopped_at, subscription.stop_reason = timezone.now(), reason
    subscription.confirm_hash = ""
    subscription.save()
    _call_back_letters(subscription)
    record(by=by, what="stopped", subject=subscription, why=StopReason(reason).label)
    return subscription


@transaction.atomic
def end_with_center(*, subscription: Subscription, organization: Any, by: Any = None) -> None:
    """Its career center's organization is closed: the letters stop, and who got them reads why
    and how to go on without it. Who never said yes reads nothing."""
    got_letters = subscription.state in (SubscriptionState.ACTIVE, SubscriptionState.PAUSED)
    stopped = stop_subscription(subscription=subscription, reason=StopReason.CLOSED, by=by)
    if got_letters and stopped.stop_reason == StopReason.CLOSED and stopped.stopped_at:
        _send(
            stopped,
            "ended",
            f"These letters stop: {stopped.words}",
            key=f"subscription-ended:{stopped.pk}:{stopped.stopped_at:%Y%m%d%H%M%S}",
            organization=organization,
            link=settings.SITE_URL + stopped.manage_url,
        )


def count_bounces(*, addresses: Iterable[str]) -> None:
    """The mail server refused these addresses for good; after the third time in a row their
    subscriptions stop."""
    for address in addresses:
        theirs = Subscription.objects.active().filter(email__iexact=address)
        theirs.update(bounces=F("bounces") + 1)
        for subscription in theirs.filter(bounces__gte=BOUNCES):
            stop_subscription(subscription=subscription, reason=StopReason.BOUNCED)
        _end_follows(address)


def _end_follows(address: str) -> None:
    """The same for letters to followers of the plan: their last ones count."""
    if not of_address(address).filter(ended_at__isnull=True).exists():
        return
    last = Letter.objects.filter(kind=NEWS, recipient=address.lower()).exclude(
        state__in=[LetterState.PENDING, LetterState.SENDING, LetterState.CANCELLED]
    )
    states = list(last.order_by("-pk").values_list("state", flat=True)[:BOUNCES])
    if states == [LetterState.FAILED] * BOUNCES:
        end_all_follows(email=address)


def forgive_bounces(*, letters: list[int]) -> None:
    """A letter arrived: refusals are counted anew."""
    Subscription.objects.filter(bounces__gt=0, digests__letter__in=letters).update(bounces=0)


def give_back_time(*, letters: list[int]) -> None:
    """Digests whose letters were called back told nobody: their time is open again, from the
    earliest on, for a digest of the same name too."""
    for digest in Digest.objects.filter(letter__in=letters):
        Subscription.objects.filter(
            pk=digest.subscription_id, covered_until__gt=digest.since
        ).update(covered_until=digest.since)
        digest.period, digest.told = f"back-{digest.pk.hex}", []
        digest.save(update_fields=["period", "told"])


def _start(subscription: Subscription) -> None:
    subscription.state, subscription.stopped_at, subscription.stop_reason = (
        SubscriptionState.ACTIVE,
        None,
        "",
    )
    subscription.bounces = 0
    subscription.next_due_at = subscription.next_slot(timezone.now())
    subscription.save()


def _locked(subscription: Subscription, to: str) -> Subscription:
    """The row, locked, if the table of moves lets it. Raises MoveRefused."""
    subscription = Subscription.objects.select_for_update().get(pk=subscription.pk)
    check_move(moves=SUBSCRIPTION_MOVES, now=subscription.state, to=to, what="subscription")
    return subscription


def _call_back_letters(subscription: Subscription) -> None:
    waiting = Letter.objects.filter(digest__subscription=subscription, state=LetterState.PENDING)
    letters = list(waiting.select_for_update(of=("self",)).values_list("pk", flat=True))
    Letter.objects.filter(pk__in=letters).update(state=LetterState.CANCELLED)
    give_back_time(letters=letters)


def _send_confirmation(subscription: Subscription, now: datetime) -> None:
    token = tokens.one_time()
    subscription.confirm_hash, subscription.confirm_until = tokens.hashed(token), now + CONFIRM_FOR
    link = settings.SITE_URL + reverse("outreach:subscription_confirm", args=[token])
    search = _without_own_words(subscription.query)
    _send(subscription, "confirm", f"Confirm: {search}", search=search, link=link, days=7)


def _without_own_words(query: str) -> str:
    """The search in our words alone: who has not said yes may have been named by a stranger,
    and gets no message of theirs."""
    parsed = OpportunityQuery.from_querystring(query)
    return parsed.describe().replace(f" for “{parsed.q}”", " for the words of your search", 1)


def _tell_it_stands(subscription: Subscription, now: datetime) -> None:
    """At most one a quarter of an hour: the form is open to strangers."""
    quarter = int(now.timestamp()) // 900
    _send(
        subscription,
        "stands",
        f"You follow this already: {subscription.words}",
        key=f"subscription-stands:{subscription.pk}:{quarter}",
        link=settings.SITE_URL + subscription.manage_url,
    )


def _send(
    subscription: Subscription, name: str, subject: str, *, key: str = "", **words: Any
) -> None:
    context = {"subscription": subscription, "subject": subject} | letterhead() | words
    message = EmailMultiAlternatives(
        subject,
        render_to_string(f"outreach/letters/{name}.txt", context),
        to=[subscription.email],
        headers={"X-Letter-Kind": f"subscription-{name}"} | ({"X-Letter-Key": key} if key else {}),
    )
    message.attach_alternative(
        render_to_string(f"outreach/letters/{name}.html", context), "text/html"
    )
    message.send()
