"""The senders' round: take what is due, send it, write down what came of it.

Any number of processes may do this at the same time, and any of them may die at any point:
a letter belongs to whom its token names, until its lease ends.
"""

import time
import uuid
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.db import (
    DatabaseError,
    InterfaceError,
    OperationalError,
    close_old_connections,
    connection,
    transaction,
)
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Lower
from django.utils import timezone

from outreach import journal
from outreach.actions.subscriptions import count_bounces, forgive_bounces, give_back_time
from outreach.carriers import Away, Broken, MailerCarrier, Refused, SmtpCarrier, open_carrier
from outreach.choices import LetterState, SubscriptionState
from outreach.models import Letter
from outreach.wire import Unbuildable
from plans.letters.follows import NEWS
from plans.models import Follow

log = structlog.get_logger("portal.outbox")

BATCH = 200
LEASE = timedelta(seconds=120)
# A letter is begun only with this much of the lease left: four answers of the mail server at
# ten seconds each.
MARGIN = timedelta(seconds=45)
# Whether a reader has unsubscribed meanwhile is asked again when this old.
FRESH = 1.0  # seconds
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
# Waits after the first, second, … refusal "for now": three days in all, then it has failed.
BACK_OFF = [MINUTE, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 6 * HOUR, 12 * HOUR, 24 * HOUR, 24 * HOUR]
RECORD_FOR = 60.0  # seconds of trying to reach PostgreSQL before the journal has to do

Guard = AbstractContextManager[Any]

_journal = journal.Journal()


@dataclass
class Tally:
    """What one round did."""

    sent: int = 0
    failed: int = 0
    later: int = 0
    cancelled: int = 0
    server_away: str = ""


@dataclass
class Outcomes:
    """What came of the letters of one batch; `begun` is on the wire, `left` were not begun."""

    begun: Letter | None = None
    sent: list[Letter] = field(default_factory=list)
    later: list[tuple[Letter, str, bool]] = field(default_factory=list)
    failed: list[tuple[Letter, str]] = field(default_factory=list)
    bounced: list[str] = field(default_factory=list)
    cancelled: list[Letter] = field(default_factory=list)
    left: list[Letter] = field(default_factory=list)

    def put_off(self, letter: Letter, error: str, *, perhaps_taken: bool = False) -> None:
        if letter.attempts < len(BACK_OFF):
            self.later.append((letter, error, perhaps_taken))
        else:
            self.failed.append((letter, f"Given up after three days. {error}"))


def post_due(*, seconds: float = 240.0, stop: Callable[[], bool] = lambda: False) -> Tally:
    """Send everything that is due, for at most so many seconds. Safe to run anywhere, any time."""
    tally, ends = Tally(), time.monotonic() + seconds
    recover_expired(now=timezone.now())
    carrier: SmtpCarrier | MailerCarrier | None = None
    try:
        while time.monotonic() < ends and not stop():
            token = uuid.uuid4()
            batch = claim(token=token, now=timezone.now())
            if not batch:
                break
            outcomes = Outcomes()
            try:
                carrier = carrier or open_carrier()
                _send_batch(batch, token, carrier, outcomes, stop)
            except Away as error:
                tally.server_away = str(error)
                log.warning("mail server away", error=str(error))
            finally:
                _left_over(batch, outcomes)
                _record_surely(token, outcomes, tally)
            if tally.server_away:
                break
    finally:
        if carrier:
            carrier.close()
    if tally.sent or tally.failed or tally.later:
        log.info("letters", sent=tally.sent, failed=tally.failed, later=tally.later)
    return tally


def claim(*, token: uuid.UUID, now: datetime, size: int = BATCH) -> list[Letter]:
    """Take up to `size` due letters, oldest first, and commit before anything is sent."""
    with transaction.atomic(durable=True):
        due = Letter.objects.due(now).order_by("not_before", "pk")
        taken = list(due.select_for_update(skip_locked=True).values_list("pk", flat=True)[:size])
        if taken:
            Letter.objects.filter(pk__in=taken).update(
                state=LetterState.SENDING, token=token, lease_until=now + LEASE
            )
    if not taken:
        return []
    _journal.claim(token)
    return list(Letter.objects.filter(pk__in=taken, token=token).order_by("not_before", "pk"))


def recover_expired(*, now: datetime) -> int:
    """Letters whose sender has not come back: sent if a journal says so, else due again.

    Those that may have been sent keep their Message-ID and are marked `maybe_twice`.
    """
    with transaction.atomic():
        expired = list(
            Letter.objects.past_lease(now).select_for_update(skip_locked=True).order_by("pk")[:2000]
        )
        if not expired:
            return 0
        began = min(letter.lease_until for letter in expired if letter.lease_until) - LEASE
        memory = journal.read(since=began - timedelta(minutes=5))
        for letter in expired:
            taken_at = memory.sent.get(letter.message_id)
            if taken_at:
                _mark_sent(Q(pk=letter.pk), at=taken_at)
            else:
                touched = not memory.untouched(letter.token, letter.message_id)
                Letter.objects.filter(pk=letter.pk).update(
                    state=LetterState.PENDING,
                    token=None,
                    lease_until=None,
                    not_before=now,
                    maybe_twice=letter.maybe_twice or touched,
                )
    log.warning("letters past their lease", found=len(expired))
    return len(expired)


def _send_batch(
    batch: list[Letter],
    token: uuid.UUID,
    carrier: SmtpCarrier | MailerCarrier,
    outcomes: Outcomes,
    stop: Callable[[], bool],
) -> None:
    """Raises Away, or whatever broke the round; what was not begun is in no list then."""
    wanted, asked = _still_wanted(batch, token), time.monotonic()
    for letter in batch:
        if time.monotonic() - asked > FRESH:
            wanted, asked = _still_wanted(batch, token), time.monotonic()
        if stop() or timezone.now() + MARGIN > letter.lease_until:  # type: ignore[operator]
            return
        if letter.pk not in wanted:
            outcomes.cancelled.append(letter)
            continue
        _send_one(letter, token, carrier, outcomes)


def _send_one(
    letter: Letter, token: uuid.UUID, carrier: SmtpCarrier | MailerCarrier, outcomes: Outcomes
) -> None:
    _journal.trying(token, letter.message_id)
    outcomes.begun = letter
    try:
        carrier.send(letter)
    except Refused as error:
        if error.for_good:
            outcomes.failed.append((letter, str(error)))
            if error.of_recipient:
                outcomes.bounced.append(letter.recipient)
        else:
            outcomes.put_off(letter, str(error))
    except Away:
        outcomes.begun = None
        raise
    except Broken as error:
        # The next letter opens a new connection, and finds out whether the server is away.
        outcomes.put_off(letter, str(error), perhaps_taken=error.perhaps_taken)
    except Unbuildable as error:
        outcomes.failed.append((letter, str(error)))
    except Exception as error:
        log.exception("a letter could not be built", letter=letter.pk)
        outcomes.failed.append((letter, f"{type(error).__name__}: {error}"))
    else:
        # First what cannot fail: the journal may lie on a full disk.
        outcomes.sent.append(letter)
        _journal.sent(token, letter.message_id, timezone.now())
    outcomes.begun = None


def _still_wanted(batch: list[Letter], token: uuid.UUID) -> set[int]:
    """Those still ours, and whose reader has not stopped the subscription, or following the plan,
    meanwhile."""
    ours = Letter.objects.filter(
        pk__in=[letter.pk for letter in batch], token=token, state=LetterState.SENDING
    )
    wanted = Q(digest=None) | Q(digest__subscription__state=SubscriptionState.ACTIVE)
    followed = Follow.objects.standing().alias(mail=Lower("email"))
    unwanted = Q(kind=NEWS) & ~Exists(followed.filter(mail=Lower(OuterRef("recipient"))))
    return set(ours.filter(wanted).exclude(unwanted).values_list("pk", flat=True))


def _left_over(batch: list[Letter], outcomes: Outcomes) -> None:
    begun = {letter.pk for letter in outcomes.sent + outcomes.cancelled}
    begun |= {letter.pk for letter, *_ in outcomes.later}
    begun |= {letter.pk for letter, _ in outcomes.failed}
    lost = outcomes.begun
    if lost and lost.pk not in begun:
        outcomes.put_off(lost, "The sender was stopped in the middle of it.", perhaps_taken=True)
        begun.add(lost.pk)
    outcomes.left = [letter for letter in batch if letter.pk not in begun]


def _record_surely(token: uuid.UUID, outcomes: Outcomes, tally: Tally) -> None:
    """Into PostgreSQL; while that is away, again and again. After a minute the journal and the
    end of the lease tell the others what they must know."""
    try:
        _journal.sync()
    except OSError:
        log.exception("the journal cannot be written; the database has to do")
    ends, pause = time.monotonic() + RECORD_FOR, 0.2
    while True:
        try:
            with transaction.atomic():
                _record(token, outcomes, away=tally.server_away)
            break
        except (OperationalError, InterfaceError):
            if time.monotonic() > ends or connection.in_atomic_block:
                raise
            log.warning("database away; the letters are in the journal")
            close_old_connections()
            time.sleep(pause)
            pause = min(pause * 2, 5.0)
    tally.sent += len(outcomes.sent)
    tally.failed += len(outcomes.failed)
    tally.later += len(outcomes.later)
    tally.cancelled += len(outcomes.cancelled)


def _record(token: uuid.UUID, outcomes: Outcomes, *, away: str) -> None:
    now = timezone.now()
    ours = Letter.objects.filter(token=token)
    free = {"token": None, "lease_until": None}
    if outcomes.sent:
        pks = [letter.pk for letter in outcomes.sent]
        _mark_sent(Q(pk__in=pks, token=token), at=now)
        forgive_bounces(letters=pks)
    for letter, error, perhaps_taken in outcomes.later:
        ours.filter(pk=letter.pk).update(
            state=LetterState.PENDING,
            attempts=letter.attempts + 1,
            not_before=now + BACK_OFF[letter.attempts],
            last_error=_printable(error),
            maybe_twice=letter.maybe_twice or perhaps_taken,
            **free,
        )
    for letter, error in outcomes.failed:
        ours.filter(pk=letter.pk).update(
            state=LetterState.FAILED,
            attempts=letter.attempts + 1,
            failed_at=now,
            last_error=_printable(error),
            **free,
        )
        if letter.secret:
            Letter.objects.filter(pk=letter.pk).update(text="", html="")
    if outcomes.bounced:
        count_bounces(addresses=outcomes.bounced)
    if outcomes.cancelled:
        gone = ours.filter(pk__in=[letter.pk for letter in outcomes.cancelled])
        pks = list(gone.select_for_update().values_list("pk", flat=True))
        Letter.objects.filter(pk__in=pks).update(state=LetterState.CANCELLED, **free)
        give_back_time(letters=pks)
    if outcomes.left:
        back = ours.filter(pk__in=[letter.pk for letter in outcomes.left])
        back.update(
            state=LetterState.PENDING, **free, **({"last_error": _printable(away)} if away else {})
        )


def _printable(error: str) -> str:
    """A mail server may answer with anything; PostgreSQL takes no NUL, a page no controls."""
    return "".join(sign if sign.isprintable() else " " for sign in error)[:500].strip()


def _mark_sent(which: Q, *, at: datetime) -> None:
    sent = Letter.objects.filter(which, state=LetterState.SENDING)
    done = {
        "state": LetterState.SENT,
        "sent_at": at,
        "attempts": F("attempts") + 1,
        "token": None,
        "lease_until": None,
        "last_error": "",
    }
    sent.filter(secret=True).update(text="", html="", **done)
    sent.update(**done)


def post_forever(
    *, wait: Callable[[float], bool], every: float = 30.0, guard: Callable[[], Guard] = nullcontext
) -> None:
    """The round that needs no broker: `wait(seconds)` sleeps and says whether to stop.

    Whatever goes wrong is logged and tried again: this loop is the last that may give up.
    `guard` is held around each short stretch of work.
    """
    pause = 0.0
    while not wait(pause):
        pause = every
        try:
            with guard():
                close_old_connections()
                tally = post_due(seconds=5.0, stop=lambda: wait(0.0))
                tidy_journals(now=timezone.now())
            if tally.sent and not tally.server_away:
                pause = 0.0  # there may be more
        except DatabaseError as error:
            log.warning("database away", error=type(error).__name__)
        except Exception:
            log.exception("the senders' round broke")
        finally:
            close_old_connections()


def tidy_journals(*, now: datetime) -> None:
    """Old journals go when no letter is held that they might speak of."""
    if not Letter.objects.filter(state=LetterState.SENDING).exists():
        journal.tidy(now=now)
