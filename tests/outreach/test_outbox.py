"""Into the outbox: a letter is a row of the transaction that it speaks of."""

import time
from email import message_from_bytes
from email.policy import default
from typing import Any

import pytest
from celery import current_app
from django.core.mail import EmailMessage, EmailMultiAlternatives, mail_admins, send_mail
from django.db import transaction

from accounts.actions import MoveRefused
from accounts.models import Entry, User
from outreach import nudges
from outreach.actions.letters import NotALetter, SecretGone, retry_letter, set_letter_aside
from outreach.actions.post import post_due
from outreach.choices import LetterState
from outreach.models import Letter
from tests.outreach.conftest import Sink
from tests.outreach.factories import LetterFactory

pytestmark = pytest.mark.django_db


def test_message_becomes_one_letter_a_recipient(outbox: Any) -> None:
    message = EmailMultiAlternatives(
        "You are now a member",
        "You are now a member.",
        to=["Rosa <rosa@example.org>", "colin@example.edu"],
        bcc=["clara@example.org"],
        reply_to=["help@example.org"],
        headers={"X-Letter-Kind": "membership", "X-Letter-Key": "membership:7"},
    )
    message.attach_alternative("<p>You are now a member.</p>", "text/html")

    assert message.send() == 1

    letters = Letter.objects.order_by("pk")
    assert [letter.recipient for letter in letters] == [
        "rosa@example.org",
        "colin@example.edu",
        "clara@example.org",
    ]
    assert {letter.kind for letter in letters} == {"membership"}
    assert letters[0].headers == {"Reply-To": "help@example.org"}
    assert letters[0].html == "<p>You are now a member.</p>"
    assert letters[0].state == LetterState.PENDING
    assert not letters[0].secret
    assert letters[0].message_id.endswith("@portal.example.org>")


def test_letter_of_an_unnamed_kind_is_taken_for_a_secret(outbox: Any) -> None:
    send_mail("Sign-in code", "Your code is 123 456", None, ["rosa@example.org"])
    EmailMessage(
        "A link", "Once", to=["rosa@example.org"],
        headers={"X-Letter-Kind": "comment-confirm", "X-Letter-Secret": "1"},
    ).send()  # fmt: skip

    assert [(letter.kind, letter.secret) for letter in Letter.objects.order_by("pk")] == [
        ("account", True),
        ("comment-confirm", True),
    ]


def test_same_key_makes_one_letter(outbox: Any) -> None:
    for _ in range(2):
        EmailMessage(
            "Verified", "Yes.", to=["rosa@example.org"], headers={"X-Letter-Key": "verified:1"}
        ).send()

    assert Letter.objects.count() == 1


def test_letter_disappears_with_its_transaction(outbox: Any) -> None:
    with pytest.raises(RuntimeError), transaction.atomic():
        send_mail("Verified", "Yes.", None, ["rosa@example.org"])
        raise RuntimeError

    assert not Letter.objects.exists()


def test_line_breaks_and_nul_in_what_people_typed_do_no_harm(outbox: Any) -> None:
    send_mail("About\r\nBcc: all@example.org", "a\0b\ud800c", None, ["rosa@example.org"])

    letter = Letter.objects.get()
    assert letter.subject == "About Bcc: all@example.org"
    assert letter.text == "ab?c"


def test_files_are_refused(outbox: Any) -> None:
    message = EmailMessage("A flyer", "Here", to=["rosa@example.org"])
    message.attach("flyer.pdf", b"%PDF", "application/pdf")

    with pytest.raises(NotALetter):
        message.send()


def test_letters_without_a_recipient_are_none(outbox: Any, settings: Any) -> None:
    settings.ADMINS = []

    mail_admins("Nobody", "reads this")

    assert not Letter.objects.exists()


def test_folder_gets_one_file_a_letter(outbox: Any, settings: Any) -> None:
    send_mail("Grüße", "Your code is 123 456", None, ["rosa@example.org"], html_message="<p>Hi")

    assert post_due().sent == 1

    (file,) = settings.MAIL_DIR.iterdir()
    message: Any = message_from_bytes(file.read_bytes(), policy=default)
    assert (message["Subject"], message["To"]) == ("Grüße", "rosa@example.org")
    assert message.get_body(("plain",)).get_content().strip() == "Your code is 123 456"
    assert message["Message-ID"] == Letter.objects.get().message_id


# Waking the senders -----------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_commit_wakes_a_sender(outbox: Any, db: None) -> None:
    with current_app.connection_for_read() as connection:
        client = connection.default_channel.client
        client.delete("celery")
        with transaction.atomic():
            send_mail("Verified", "Yes.", None, ["rosa@example.org"])
            assert client.llen("celery") == 0

        assert client.llen("celery") == 1
        client.delete("celery")


@pytest.mark.django_db(transaction=True)
def test_dead_broker_costs_a_request_next_to_nothing(
    outbox: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(current_app.conf, "broker_write_url", "redis+socket:///nowhere/valkey.sock")
    began = time.monotonic()

    for _ in range(20):
        send_mail("Verified", "Yes.", None, ["rosa@example.org"])

    assert Letter.objects.count() == 20
    assert time.monotonic() - began < 3
    assert nudges._quiet_until > time.monotonic()


# What staff may do --------------------------------------------------------------------


def test_failed_letter_is_tried_again(coordinator: User, outbox: Any, sink: Sink) -> None:
    outbox(sink.port)
    letter = LetterFactory(failed=True)

    retry_letter(letter=letter, by=coordinator)

    assert post_due().sent == 1
    assert sink.messages[0]["Message-ID"] == letter.message_id
    assert Entry.objects.get().what == "tried again"


def test_failed_letter_with_a_code_is_not_tried_again(coordinator: User) -> None:
    with pytest.raises(SecretGone):
        retry_letter(letter=LetterFactory(failed=True, secret=True), by=coordinator)


@pytest.mark.parametrize("state", ["sent", "forsaken"])
def test_letter_that_left_is_not_set_aside(coordinator: User, state: str) -> None:
    with pytest.raises(MoveRefused):
        set_letter_aside(letter=LetterFactory(**{state: True}), by=coordinator)


def test_letter_set_aside_is_not_sent(coordinator: User, outbox: Any, sink: Sink) -> None:
    outbox(sink.port)

    set_letter_aside(letter=LetterFactory(), by=coordinator)

    assert post_due().sent == 0
    assert sink.raw == []
