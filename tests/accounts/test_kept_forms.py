"""What somebody sends after their session has run out comes back after sign-in."""

import time
from typing import Any
from urllib.parse import urlencode

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.actions import create_person
from accounts.kept import KEPT_FOR, KEY
from accounts.models import Organization, User
from tests.conftest import PASSWORD
from tests.factories import SectorFactory

NEW = "/organizations/new/"
STUDIO = {
    "name": "Estudio Mariposa",
    "does": ["employs", "teaches"],
    "zip": "78701",
    "about": "A studio of five.\nWe <b>draw</b> & film.",
}


@pytest.fixture
def rosa(region: object) -> User:
    return create_person(email="rosa@example.org", name="Rosa", password=PASSWORD)


def send(client: Client, path: str, typed: dict, **how: Any) -> Any:
    """As a browser sends a form without files."""
    form = "application/x-www-form-urlencoded"
    return client.post(path, urlencode(typed, doseq=True), content_type=form, **how)


def sign_in(client: Client, to: str) -> Any:
    typed = {"login": "rosa@example.org", "password": PASSWORD, "next": to}
    return client.post(f"/accounts/login/?next={to}", typed)


def test_form_sent_while_signed_out_is_sent_again(client: Client, rosa: User) -> None:
    typed = STUDIO | {"sector": SectorFactory().pk}

    sent = send(client, NEW, typed)
    asked = client.get(sent.url).content.decode()
    back = sign_in(client, NEW)
    page = client.get(NEW)
    values = page.context["values"]
    data: dict[str, list[str]] = {}
    for name, value in values:
        data.setdefault(name, []).append(value)
    send(client, NEW, data)

    made = Organization.objects.get()
    body = page.content.decode()
    assert sent.url == f"/accounts/login/?next={NEW}"
    assert "Nothing is lost: sign in" in asked
    assert "Nothing is lost" not in Client().get(sent.url).content.decode()
    assert back.url == NEW
    assert "You were signed out while you wrote" in body
    assert "We &lt;b&gt;draw&lt;/b&gt; &amp; film." in body
    assert (made.name, made.employs, made.teaches) == ("Estudio Mariposa", True, True)
    assert made.about == STUDIO["about"]
    assert "csrfmiddlewaretoken" not in dict(values)
    assert "You were signed out" not in client.get(NEW).content.decode()


def test_thrown_away_is_gone(client: Client, rosa: User) -> None:
    send(client, NEW, STUDIO)
    sign_in(client, NEW)

    thrown = client.post("/account/kept-form/")

    assert thrown.url == "/desk/"
    assert "Estudio" not in client.get(NEW).content.decode()
    assert not Organization.objects.exists()


def test_other_pages_do_not_show_it(client: Client, rosa: User) -> None:
    send(client, NEW, STUDIO)
    sign_in(client, NEW)

    assert "Estudio" not in client.get("/account/").content.decode()
    assert "Estudio" not in client.get(f"{NEW}?does=employs").content.decode()
    assert "Estudio" in client.get(NEW).content.decode()


def test_it_is_kept_for_two_hours(client: Client, rosa: User, monkeypatch: Any) -> None:
    send(client, NEW, STUDIO)
    sign_in(client, NEW)
    later = time.time() + KEPT_FOR + 1
    monkeypatch.setattr(time, "time", lambda: later)

    assert "Estudio" not in client.get(NEW).content.decode()
    assert KEY not in client.session


@pytest.mark.parametrize(
    ("path", "typed", "how"),
    [
        ("/accounts/password/change/", {"oldpassword": "secret words"}, {}),
        (NEW, {"name": "x", "new_password": "secret words"}, {}),
        (NEW, {"name": "x" * 70_000}, {}),
        (NEW, {"name": "x"}, {"headers": {"HX-Request": "true"}}),
        ("/subscribe/", {"name": "x"}, {}),
    ],
)
def test_what_is_never_kept(client: Client, rosa: User, path: str, typed: dict, how: dict) -> None:
    send(client, path, typed, **how)

    assert KEY not in client.session


def test_forms_with_files_are_never_kept(client: Client, rosa: User) -> None:
    client.post(NEW, STUDIO | {"logo": SimpleUploadedFile("a.png", b"png")})

    assert KEY not in client.session


def test_forged_form_is_not_kept(rosa: User) -> None:
    client = Client(enforce_csrf_checks=True)

    answer = send(client, NEW, {"name": "x"})

    assert answer.status_code == 403
    assert KEY not in client.session


def test_flood_from_one_address_is_not_kept(client: Client, rosa: User) -> None:
    cache.clear()
    for _ in range(20):
        send(client, NEW, {"name": "x"})
    last = Client()

    send(last, NEW, {"name": "x"})

    assert KEY in client.session
    assert KEY not in last.session


def test_form_of_a_page_that_only_takes_posts_comes_back(client: Client, rosa: User) -> None:
    path = "/account/acting-for/"
    send(client, path, {"organization": "all of them"})
    sign_in(client, path)

    assert "all of them" in client.get(path).content.decode()
