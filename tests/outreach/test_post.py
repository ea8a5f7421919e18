"""Out of the outbox: nothing lost, nothing twice, whatever dies."""

import errno
import socket
import threading
import uuid
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.utils import timezone

from outreach import carriers, journal
from outreach.actions import post
from outreach.actions.post import BACK_OFF, claim, post_due, recover_expired
from outreach.choices import LetterState, SubscriptionState
from outreach.health import report
from outreach.models import Digest, Letter
from tests.outreach.conftest import Sink
from tests.outreach.factories import LetterFactory, SubscriptionFactory

pytestmark = pytest.mark.django_db


def test_due_letters_leave_oldest_first(outbox: Any, sink: Sink) -> None:
    outbox(sink.port)
    now = timezone.now()
    LetterFactory(recipient="second@example.org", not_before=now - timedelta(minutes=1))
    LetterFactory(recipient="first@example.org", not_before=now - timedelta(minutes=2))
    LetterFactory(recipient="later@example.org", not_before=now + timedelta(minutes=2))

    assert post_due().sent == 2

    assert sink.recipients == ["first@example.org", "second@example.org"]
    assert Letter.objects.due(now).count() == 0
    first = Letter.objects.get(recipient="first@example.org")
    assert (first.state, first.attempts, first.token) == (LetterState.SENT, 1, None)
    assert first.sent_at is not None


def test_lines_that_begin_with_a_dot_arrive_whole(outbox: Any, sink: Sink) -> None:
    outbox(sink.port)
    LetterFactory(text="one\n.\n..three\n.four\n")

    post_due()

    arrived = sink.messages[0].get_content().replace("\r\n", "\n")
    assert arrived == "one\n.\n..three\n.four\n"


@pytest.mark.parametrize("html", ["", "<p>Your code is 123 456"])
@pytest.mark.parametrize("text", ["Your code is 123 456", "Ihr Schlüssel ist 123 456", ""])
def test_letter_whose_last_line_is_not_ended_leaves(
    outbox: Any, sink: Sink, text: str, html: str
) -> None:
    outbox(sink.port)
    LetterFactory(text=text, html=html)

    assert post_due().sent == 1

    plain: Any = sink.messages[0].get_body(("plain",))
    assert plain.get_content().strip() == text


def test_second_round_sends_nothing_again(outbox: Any, sink: Sink) -> None:
    outbox(sink.port)
    LetterFactory.create_batch(3)

    post_due()
    post_due()

    assert len(sink.raw) == 3


def test_letter_with_a_code_is_emptied_once_it_has_left(outbox: Any, sink: Sink) -> None:
    outbox(sink.port)
    secret = LetterFactory(secret=True, text="Your code is 123 456", html="<p>123 456")
    plain = LetterFactory(text="Verified.")

    post_due()

    secret.refresh_from_db()
    plain.refresh_from_db()
    assert (secret.text, secret.html) == ("", "")
    assert plain.text == "Verified."
    assert any(b"123 456" in raw for raw in sink.raw)


# What the mail server says --------------------------------------------------------------


def test_refusal_for_now_waits_longer_each_time_and_fails_after_three_days(
    outbox: Any, sink: Sink
) -> None:
    outbox(sink.port)
    letter = LetterFactory(recipient="full@example.org")
    sink.answers["full@example.org"] = "452 Mailbox full"
    began = timezone.now()
    waits = []

    with time_machine.travel(began, tick=False) as clock:
        while Letter.objects.get().state == LetterState.PENDING:
            now = timezone.now()
            post_due()
            letter.refresh_from_db()
            if letter.state == LetterState.PENDING:
                waits.append(letter.not_before - now)
                clock.move_to(letter.not_before)
        whole = timezone.now() - began

    assert waits == BACK_OFF
    assert letter.state == LetterState.FAILED
    assert letter.attempts == len(BACK_OFF) + 1
    assert "452 Mailbox full" in letter.last_error
    assert timedelta(days=2, hours=12) < whole <= timedelta(days=3)
    assert sink.raw == []


def test_refusal_for_good_fails_at_once_and_stops_nobody_else(outbox: Any, sink: Sink) -> None:
    outbox(sink.port)
    sink.answers["gone@example.org"] = "550 No such mailbox"
    gone = LetterFactory(recipient="gone@example.org")
    LetterFactory(recipient="here@example.org")

    tally = post_due()

    gone.refresh_from_db()
    assert (tally.sent, tally.failed) == (1, 1)
    assert (gone.state, gone.last_error) == (LetterState.FAILED, "550 No such mailbox")
    assert gone.failed_at is not None
    assert report()["failed_24h"] == 1


def test_third_refusal_in_a_row_stops_the_subscription(outbox: Any, sink: Sink) -> None:
    outbox(sink.port)
    subscription = SubscriptionFactory(email="gone@example.org", bounces=1)
    sink.answers["gone@example.org"] = "550 No such mailbox"

    for count in (2, 3):
        LetterFactory(recipient="gone@example.org")
        post_due()
        subscription.refresh_from_db()
        assert subscription.bounces == count

    assert subscription.state == SubscriptionState.STOPPED
    assert subscription.stop_reason == "bounced"


@pytest.mark.parametrize(
    "broken",
    [
        {"headers": {"List-Id": "a\nb"}},
        {"recipient": "a@example.org,b@example.org"},
        {"recipient": "josé@example.org"},
        {"sender": "nobody"},
        {"headers": ["not", "a", "mapping"]},
    ],
)
def test_letter_that_cannot_be_built_fails_alone(
    outbox: Any, sink: Sink, broken: dict[str, Any]
) -> None:
    outbox(sink.port)
    LetterFactory(recipient="before@example.org")
    bad = LetterFactory(**broken)
    LetterFactory(recipient="after@example.org")

    assert post_due().failed == 1

    bad.refresh_from_db()
    assert bad.state == LetterState.FAILED
    assert bad.last_error
    assert sink.recipients == ["before@example.org", "after@example.org"]


def test_mail_server_away_loses_nothing_and_costs_no_try(outbox: Any, sink: Sink) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        outbox(taken.getsockname()[1])
        LetterFactory.create_batch(3)

        tally = post_due()

    assert "does not answer" in tally.server_away
    for letter in Letter.objects.all():
        assert (letter.state, letter.attempts) == (LetterState.PENDING, 0)
        assert "does not answer" in letter.last_error
    outbox(sink.port)
    assert post_due().sent == 3


class OneAnswer(threading.Thread):
    """A mail server that hangs up after a whole letter, before it says 250."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        self.taken = 0

    def run(self) -> None:
        while True:
            try:
                line, _ = self.socket.accept()
            except OSError:
                return
            with line, line.makefile("rb") as lines:
                line.sendall(b"220 here\r\n")
                for command in lines:
                    if command == b".\r\n":
                        self.taken += 1
                        break
                    if command.startswith(b"DATA"):
                        line.sendall(b"354 go on\r\n")
                    elif command[:4] in (b"ehlo", b"EHLO", b"mail", b"MAIL", b"rcpt", b"RCPT"):
                        line.sendall(b"250 fine\r\n")


def test_connection_that_breaks_before_the_answer_marks_that_letter_alone(outbox: Any) -> None:
    server = OneAnswer()
    server.start()
    outbox(server.port)
    LetterFactory.create_batch(2)

    tally = post_due()
    server.socket.close()

    assert (tally.sent, tally.later, server.taken) == (0, 2, 2)
    for letter in Letter.objects.all():
        assert (letter.state, letter.attempts, letter.maybe_twice) == ("pending", 1, True)


class Pipelined(threading.Thread):
    """A mail server that takes MAIL, RCPT and DATA in one go (RFC 2920). It knows nobody but
    the people at example.org; `eager` says 354 even to a letter for nobody."""

    def __init__(self, *, eager: bool) -> None:
        super().__init__(daemon=True)
        self.socket, self.eager = socket.create_server(("127.0.0.1", 0)), eager
        self.port = self.socket.getsockname()[1]
        self.taken: list[str] = []

    def run(self) -> None:
        line, _ = self.socket.accept()
        with line, line.makefile("rb") as lines:
            line.sendall(b"220 here\r\n")
            recipient = ""
            for command in lines:
                verb = command[:4].upper()
                if verb == b"EHLO":
                    line.sendall(b"250-here\r\n250 PIPELINING\r\n")
                elif verb == b"RCPT":
                    good = b"@example.org>" in command
                    recipient = command.decode() if good else ""
                    line.sendall(b"250 fine\r\n" if good else b"550 Nobody here\r\n")
                elif verb == b"DATA" and (recipient or self.eager):
                    line.sendall(b"354 go on\r\n")
                    while lines.readline() != b".\r\n":
                        pass
                    self.taken += [recipient] if recipient else []
                    line.sendall(b"250 taken\r\n" if recipient else b"554 For whom?\r\n")
                else:
                    line.sendall(b"503 Recipient first\r\n" if verb == b"DATA" else b"250 ok\r\n")


@pytest.mark.parametrize("eager", [True, False])
def test_server_that_takes_commands_in_one_go_refuses_one_and_takes_the_others(
    outbox: Any, eager: bool
) -> None:
    server = Pipelined(eager=eager)
    server.start()
    outbox(server.port)
    LetterFactory(recipient="first@example.org")
    gone = LetterFactory(recipient="gone@example.net")
    LetterFactory(recipient="last@example.org")

    tally = post_due()
    server.socket.close()

    gone.refresh_from_db()
    assert (tally.sent, tally.failed) == (2, 1)
    assert gone.last_error == "550 Nobody here"
    assert [taken.strip() for taken in server.taken] == [
        "RCPT TO:<first@example.org>",
        "RCPT TO:<last@example.org>",
    ]


def test_answer_with_control_characters_is_recorded_readably(
    outbox: Any, sink: Sink, monkeypatch: pytest.MonkeyPatch
) -> None:
    outbox(sink.port)
    letter = LetterFactory()
    LetterFactory(recipient="here@example.org")
    real = carriers.SmtpCarrier.send

    def send(self: Any, wanted: Letter) -> None:
        if wanted == letter:
            raise carriers.Refused(451, "a\0b\x1b[2Jc\nd")
        real(self, wanted)

    monkeypatch.setattr(carriers.SmtpCarrier, "send", send)
    tally = post_due()

    letter.refresh_from_db()
    assert (tally.sent, tally.later) == (1, 1)
    assert letter.last_error == "451 a b [2Jc d"


# Senders that die -----------------------------------------------------------------------


def test_forsaken_letter_goes_again_with_its_message_id(outbox: Any, sink: Sink) -> None:
    outbox(sink.port)
    letter = LetterFactory(forsaken=True)
    assert report()["past_lease"] == 1

    post_due()

    message_id = letter.message_id
    letter.refresh_from_db()
    assert (letter.state, letter.maybe_twice) == (LetterState.SENT, True)
    assert letter.message_id == message_id == sink.messages[0]["Message-ID"]


def test_forsaken_letter_that_a_journal_knows_is_not_sent_again(outbox: Any, sink: Sink) -> None:
    outbox(sink.port)
    letter = LetterFactory(forsaken=True)
    at = timezone.now() - timedelta(minutes=2)
    dead = journal.Journal()
    dead.claim(letter.token)
    dead.trying(letter.token, letter.message_id)
    dead.sent(letter.token, letter.message_id, at)

    post_due()

    letter.refresh_from_db()
    assert (letter.state, letter.sent_at, letter.maybe_twice) == (LetterState.SENT, at, False)
    assert sink.raw == []


def test_forsaken_letter_that_was_never_begun_goes_without_a_mark(outbox: Any) -> None:
    letter = LetterFactory(forsaken=True)
    begun = LetterFactory(forsaken=True, token=letter.token)
    dead = journal.Journal()
    dead.claim(letter.token)
    dead.trying(letter.token, begun.message_id)

    assert recover_expired(now=timezone.now()) == 2

    letter.refresh_from_db()
    begun.refresh_from_db()
    assert (letter.state, letter.maybe_twice) == (LetterState.PENDING, False)
    assert (begun.state, begun.maybe_twice) == (LetterState.PENDING, True)


def test_letter_that_was_taken_is_sent_though_the_journal_is_full(
    outbox: Any, sink: Sink, monkeypatch: pytest.MonkeyPatch
) -> None:
    outbox(sink.port)
    letter = LetterFactory()

    def full(*args: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(journal.Journal, "sent", full)
    monkeypatch.setattr(journal.Journal, "sync", full)
    with pytest.raises(OSError, match="No space"):
        post_due()

    letter.refresh_from_db()
    assert (letter.state, len(sink.raw)) == (LetterState.SENT, 1)


def test_letter_whose_sender_is_stopped_in_the_middle_is_marked(
    outbox: Any, sink: Sink, monkeypatch: pytest.MonkeyPatch
) -> None:
    outbox(sink.port)
    letter, untouched = LetterFactory(), LetterFactory()
    real = carriers.SmtpCarrier.send

    def send(self: Any, wanted: Letter) -> None:
        real(self, wanted)
        raise KeyboardInterrupt

    monkeypatch.setattr(carriers.SmtpCarrier, "send", send)
    with pytest.raises(KeyboardInterrupt):
        post_due()

    letter.refresh_from_db()
    untouched.refresh_from_db()
    assert (letter.state, letter.maybe_twice) == (LetterState.PENDING, True)
    assert (untouched.state, untouched.maybe_twice) == (LetterState.PENDING, False)


def test_torn_line_at_the_end_of_a_journal_is_no_record(outbox: Any, settings: Any) -> None:
    letter = LetterFactory(forsaken=True)
    settings.JOURNAL_DIR.mkdir()
    torn = f"sent {letter.token} {letter.message_id} 2026-"
    (settings.JOURNAL_DIR / "2026-06-02-web-1-abc.journal").write_text(torn)

    recover_expired(now=timezone.now())

    letter.refresh_from_db()
    assert (letter.state, letter.maybe_twice) == (LetterState.PENDING, True)


def test_letter_within_its_lease_is_left_to_its_sender(outbox: Any, sink: Sink) -> None:
    outbox(sink.port)
    LetterFactory(forsaken=True, lease_until=timezone.now() + timedelta(seconds=30))

    post_due()

    assert sink.raw == []
    assert Letter.objects.get().state == LetterState.SENDING


def test_sender_that_is_stopped_gives_back_what_it_has_not_begun(outbox: Any, sink: Sink) -> None:
    outbox(sink.port)
    LetterFactory.create_batch(5)

    post_due(stop=lambda: len(sink.raw) >= 2)

    assert len(sink.raw) == 2
    assert Letter.objects.filter(state=LetterState.PENDING, token=None).count() == 3


def test_letter_is_not_begun_near_the_end_of_its_lease(
    outbox: Any, sink: Sink, monkeypatch: pytest.MonkeyPatch
) -> None:
    outbox(sink.port)
    monkeypatch.setattr(post, "LEASE", post.MARGIN)
    LetterFactory()

    post_due(seconds=0.2)

    assert sink.raw == []
    assert Letter.objects.get().state == LetterState.PENDING


def test_reader_who_unsubscribed_meanwhile_gets_nothing(outbox: Any, sink: Sink) -> None:
    outbox(sink.port)
    subscription = SubscriptionFactory(stopped=True)
    digest = Digest.objects.create(
        subscription=subscription,
        period="2026-06-02",
        since=timezone.now(),
        until=timezone.now(),
        state="planned",
    )
    letter = LetterFactory(kind="digest", digest=digest, recipient=subscription.email)

    post_due()

    letter.refresh_from_db()
    assert letter.state == LetterState.CANCELLED
    assert sink.raw == []


# Many senders ------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_two_claimers_never_take_the_same_letter(outbox: Any) -> None:
    LetterFactory.create_batch(60)
    start, taken = threading.Barrier(4), []

    def take() -> None:
        start.wait()
        while batch := claim(token=uuid.uuid4(), now=timezone.now(), size=7):
            taken.extend(letter.pk for letter in batch)
        connection.close()

    threads = [threading.Thread(target=take) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(taken) == 60
    assert set(Counter(taken).values()) == {1}


@pytest.mark.django_db(transaction=True)
def test_many_senders_at_once_send_each_letter_once(
    outbox: Any, sink: Sink, monkeypatch: pytest.MonkeyPatch
) -> None:
    outbox(sink.port)
    monkeypatch.setattr(post, "BATCH", 10)
    monkeypatch.setattr(post.claim, "__kwdefaults__", {"size": 10})
    LetterFactory.create_batch(80)

    def send() -> None:
        post_due()
        connection.close()

    threads = [threading.Thread(target=send) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(sink.raw) == 80
    assert len({message["Message-ID"] for message in sink.messages}) == 80
    assert Letter.objects.filter(state=LetterState.SENT).count() == 80


@pytest.mark.django_db(transaction=True)
def test_safety_loop_sends_without_any_broker(outbox: Any, sink: Sink) -> None:
    outbox(sink.port)
    LetterFactory.create_batch(2)
    rounds = []

    def wait(seconds: float) -> bool:
        if seconds:
            rounds.append(seconds)
        return bool(rounds)

    post.post_forever(wait=wait, every=30)

    assert len(sink.raw) == 2
    assert rounds == [30]


@pytest.mark.django_db(transaction=True)
def test_safety_loop_survives_whatever_breaks(outbox: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    LetterFactory()
    rounds = []

    def broken() -> None:
        raise ZeroDivisionError

    def wait(seconds: float) -> bool:
        rounds.append(seconds)
        return rounds.count(30) == 2

    monkeypatch.setattr(post, "open_carrier", broken)
    post.post_forever(wait=wait, every=30)

    assert Letter.objects.get().state == LetterState.PENDING
    monkeypatch.setattr(post, "open_carrier", carriers.open_carrier)
    assert post_due().sent == 1


def test_old_journals_go_when_no_letter_is_held(outbox: Any, settings: Any) -> None:
    settings.JOURNAL_DIR.mkdir()
    old = settings.JOURNAL_DIR / "2026-01-01-web-1-abc.journal"
    old.write_text("claim x\n")
    LetterFactory(forsaken=True)

    later = timezone.now() + timedelta(days=8)
    post.tidy_journals(now=later)
    assert old.exists()
    Letter.objects.all().delete()
    post.tidy_journals(now=later)
    assert not old.exists()
