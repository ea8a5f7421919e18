"""Planning: who is due, what is new for them, the digest row and its letter in one transaction."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.conf import settings
from django.db import InterfaceError, OperationalError, transaction
from django.utils import timezone

from accounts.actions import MoveRefused, record
from outreach.actions.letters import new_message_id, put_letters
from outreach.choices import DigestState, SubscriptionState
from outreach.digests import FIRST_SPAN, LATE, Choice, Rendered, Run, headers_of
from outreach.models import Digest, Letter, Subscription
from outreach.periods import Slot

log = structlog.get_logger("portal.outbox")

BATCH = 500
KIND = "digest"
# The oldest that a first digest may look back: a week of slot and a week before it.
FIRST_FLOOR = 2 * FIRST_SPAN + timedelta(days=1)


@dataclass
class PlanTally:
    """What one run did."""

    planned: int = 0
    empty: int = 0
    failed: int = 0


@dataclass
class Draft:
    """One digest before it is stored."""

    subscription: Subscription
    period: str
    since: datetime
    until: datetime
    choice: Choice
    next_due_at: datetime | None
    by: Any = None

    @property
    def state(self) -> str:
        return DigestState.PLANNED if self.choice.new else DigestState.EMPTY


def plan_due(*, now: datetime | None = None) -> PlanTally:
    """Plan the latest period of every subscription that is due. Safe to run anywhere, any time,
    any number of times: a period is planned once.

    After an outage one digest tells of the whole time since the last one.
    """
    now = now or timezone.now()
    run, tally, broken = Run(now, floors=_floors(now)), PlanTally(), set[int]()
    while True:
        due = Subscription.objects.due(now).exclude(pk__in=broken)
        pks = list(due.order_by("next_due_at", "pk").values_list("pk", flat=True)[:BATCH])
        if not pks:
            break
        before = (tally.planned, tally.empty, len(broken))
        _plan_batch(pks, run, tally, broken)
        if before == (tally.planned, tally.empty, len(broken)):
            break  # another planner holds the rest
    if tally.planned or tally.failed:
        log.info("digests", planned=tally.planned, empty=tally.empty, failed=tally.failed)
    return tally


def _floors(now: datetime) -> dict[str, datetime]:
    """How far back each due search must look, so that it is asked once for all its readers."""
    floors: dict[str, datetime] = {}
    for query, covered in Subscription.objects.due(now).values_list("query", "covered_until"):
        since = covered or now - FIRST_FLOOR
        floors[query] = min(since, floors.get(query, since))
    return floors


def _plan_batch(pks: list[int], run: Run, tally: PlanTally, broken: set[int]) -> None:
    with transaction.atomic():
        due = Subscription.objects.due(run.now).filter(pk__in=pks).order_by("pk")
        # Whoever plans holds the row: two planners never plan the same period.
        subscriptions = list(due.select_for_update(skip_locked=True, of=("self",)).with_center())
        told = _told_lately(subscriptions)
        drafts: list[Draft] = []
        for subscription in subscriptions:
            try:
                drafts.append(_draft_due(subscription, run, told[subscription.pk]))
            except Exception as error:
                _note_broken(error, subscription, tally, broken)
        run.load(draft.choice for draft in drafts)
        rendered: list[tuple[Draft, Rendered | None]] = []
        for draft in drafts:
            try:
                rendered.append((draft, _render(run, draft)))
            except Exception as error:
                _note_broken(error, draft.subscription, tally, broken)
        stored = _store(rendered)
        planned = sum(digest.state == DigestState.PLANNED for digest in stored)
        tally.planned += planned
        tally.empty += len(rendered) - planned


def _note_broken(
    error: Exception, subscription: Subscription, tally: PlanTally, broken: set[int]
) -> None:
    """One that cannot be written stops no other; it stays due and is tried in the next run."""
    if isinstance(error, OperationalError | InterfaceError):
        raise error
    log.exception("a digest could not be written", subscription=subscription.pk)
    broken.add(subscription.pk)
    tally.failed += 1


def _told_lately(subscriptions: list[Subscription]) -> dict[int, list[int]]:
    """Per subscription the ids named by digests that ended just before the next one begins."""
    told: dict[int, list[int]] = defaultdict(list)
    ends = [s.covered_until for s in subscriptions if s.covered_until]
    if ends:
        lately = Digest.objects.filter(subscription__in=subscriptions, until__gt=min(ends) - LATE)
        for pk, ids in lately.values_list("subscription_id", "told"):
            told[pk] += ids
    return told


def _draft_due(subscription: Subscription, run: Run, told: list[int]) -> Draft:
    slot = subscription.latest_slot(run.now)
    promised = subscription.next_due_at or slot.due
    if slot.due < promised:  # the zone's own rules were changed meanwhile
        slot = Slot(promised.astimezone(subscription.time_zone).date(), promised)
    since = subscription.covered_until or slot.due - FIRST_SPAN
    until = max(slot.due, since)
    return Draft(
        subscription=subscription,
        period=slot.day.isoformat(),
        since=since,
        until=until,
        choice=run.choose(
            subscription.query,
            since=since,
            until=until,
            told=told if subscription.covered_until else None,
        ),
        next_due_at=subscription.next_slot(run.now),
    )


def _render(run: Run, draft: Draft) -> Rendered | None:
    if not draft.choice.new:
        return None
    return run.render(draft.subscription, draft.choice, since=draft.since, until=draft.until)


def _store(rendered: Iterable[tuple[Draft, Rendered | None]]) -> list[Digest]:
    """Digest rows, their letters, and what is due next; in the caller's transaction.

    A span that is stored already gets neither row nor letter, and counts as told of up to where
    the stored one ends. Returns what was stored.
    """
    rows = [(draft, letter, _digest_of(draft)) for draft, letter in rendered]
    Digest.objects.bulk_create([digest for *_, digest in rows], ignore_conflicts=True)
    wanted = Digest.objects.filter(pk__in=[digest.pk for *_, digest in rows])
    mine = set(wanted.values_list("pk", flat=True))
    put_letters(
        letters=[
            _letter_of(draft, letter, digest)
            for draft, letter, digest in rows
            if letter and digest.pk in mine
        ]
    )
    groups: dict[tuple[datetime | None, datetime], list[int]] = defaultdict(list)
    for draft, _, digest in rows:
        until = draft.until if digest.pk in mine else _stored_until(digest)
        groups[(draft.next_due_at, until)].append(draft.subscription.pk)
    for (next_due_at, until), pks in groups.items():
        Subscription.objects.filter(pk__in=pks).update(next_due_at=next_due_at, covered_until=until)
    return [digest for *_, digest in rows if digest.pk in mine]


def _stored_until(digest: Digest) -> datetime:
    """The end of the digest that was stored already in the place of this one."""
    return Digest.objects.get(
        subscription=digest.subscription_id, period=digest.period, since=digest.since
    ).until


def _digest_of(draft: Draft) -> Digest:
    return Digest(
        subscription=draft.subscription,
        period=draft.period,
        since=draft.since,
        until=draft.until,
        state=draft.state,
        told=draft.choice.told,
        by=draft.by,
    )


def _letter_of(draft: Draft, rendered: Rendered, digest: Digest) -> Letter:
    now = timezone.now()
    return Letter(
        kind=KIND,
        key=f"{KIND}:{digest.pk}",
        sender=settings.DEFAULT_FROM_EMAIL,
        recipient=draft.subscription.email,
        subject=rendered.subject[:400],
        text=rendered.text,
        html=rendered.html,
        headers=headers_of(draft.subscription),
        message_id=new_message_id(),
        digest=digest,
        created_at=now,
        not_before=now,
    )


# Now, by hand ---------------------------------------------------------------------


def counted_from(subscription: Subscription) -> str:
    """Names the time that a digest sent at once would tell of; pressing twice names it twice."""
    covered = subscription.covered_until
    return f"{covered:%Y%m%dT%H%M%S.%f}" if covered else "first"


def preview(
    *, subscription: Subscription, now: datetime | None = None
) -> tuple[Choice, Rendered | None]:
    """What would be sent now; None when nothing is new. Changes nothing."""
    now = now or timezone.now()
    draft, run = _draft_now(subscription, now, None)
    return draft.choice, _render(run, draft)


@transaction.atomic
def send_now(*, subscription: Subscription, counted: str, by: Any) -> Digest:
    """Plan the time up to now as a period of its own; the next due one begins after it.

    `counted` is `counted_from` as the person saw it. Raises MoveRefused if it is not active,
    if that time has been told of meanwhile, or if nothing was stored.
    """
    subscription = (
        Subscription.objects.select_for_update(of=("self",)).with_center().get(pk=subscription.pk)
    )
    if subscription.state != SubscriptionState.ACTIVE:
        raise MoveRefused("Only an active subscription gets letters.")
    if counted != counted_from(subscription):
        raise MoveRefused("That digest has gone already.")
    draft, run = _draft_now(subscription, timezone.now(), by)
    stored = _store([(draft, _render(run, draft))])
    if not stored:
        raise MoveRefused("A digest of that time is stored already, so nothing was sent.")
    record(by=by, what="sent a digest of", subject=subscription, after={"new": draft.choice.new})
    return stored[0]


def _draft_now(subscription: Subscription, now: datetime, by: Any) -> tuple[Draft, Run]:
    since = subscription.covered_until or now - FIRST_SPAN
    run = Run(now, floors={subscription.query: since})
    told = _told_lately([subscription])[subscription.pk] if subscription.covered_until else None
    choice = run.choose(subscription.query, since=since, until=now, told=told)
    run.load([choice])
    draft = Draft(
        subscription=subscription,
        period=f"now-{counted_from(subscription)}",
        since=since,
        until=now,
        choice=choice,
        next_due_at=subscription.next_due_at,
        by=by,
    )
    return draft, run
