"""A code or link that has run out says so and leads to a fresh one."""

import re
import time
from typing import Any

import pytest
from django.core import mail
from django.test import Client

from accounts.actions import create_person
from accounts.models import User
from tests.conftest import PASSWORD

NEWCOMER = {"name": "Nadia", "email": "nadia@example.org", "password1": PASSWORD}


def code_in(letter: mail.EmailMessage) -> str:
    return re.search(r"^ {4}(\S+)$", letter.body, re.MULTILINE).group(1)


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Any:
    def wait(minutes: int) -> None:
        then = time.time() + 60 * minutes
        monkeypatch.setattr(time, "time", lambda: then)

    return wait


def test_code_of_sign_up_that_ran_out_leads_to_a_fresh_one(
    client: Client, region: object, later: Any
) -> None:
    sent = client.post("/accounts/signup/", NEWCOMER)
    dead = code_in(mail.outbox[-1])
    later(20)

    led = client.post(sent.url, {"code": dead}, follow=True)
    again = client.post("/accounts/login/", {"login": NEWCOMER["email"], "password": PASSWORD})
    done = client.post(again.url, {"code": code_in(mail.outbox[-1])})

    assert led.redirect_chain[-1][0].startswith("/accounts/login/")
    assert "That code has run out" in led.content.decode()
    assert len(mail.outbox) == 2
    assert done.status_code == 302
    assert User.objects.get().emailaddress_set.get().verified


def test_code_of_sign_in_that_ran_out_says_so(client: Client, region: object, later: Any) -> None:
    create_person(email="rosa@example.org", name="Rosa", password=PASSWORD)
    asked = client.post("/accounts/login/code/", {"email": "rosa@example.org"})
    dead = code_in(mail.outbox[-1])
    later(10)

    led = client.post(asked.url, {"code": dead}, follow=True)

    assert "That code has run out" in led.content.decode()


def test_stranger_on_the_code_page_learns_the_way(client: Client, region: object) -> None:
    page = client.get("/accounts/confirm-email/", follow=True).content.decode()

    assert "Sign in here and you get a fresh one." in page


def test_cut_link_of_a_new_password_offers_a_fresh_one(client: Client, region: object) -> None:
    page = client.get("/accounts/password/reset/key/1-nonsense/", follow=True).content.decode()

    assert "/accounts/password/reset/" in page
    assert "Send me a new link" in page
