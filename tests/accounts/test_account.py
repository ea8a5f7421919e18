"""Sign-up, sign-in and what protects them, walked through allauth's pages."""

import re
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, hotp_value
from django.core import mail
from django.core.management import CommandError, call_command
from django.test import Client

from accounts.actions import create_person, give_duty
from accounts.choices import StaffRole
from accounts.models import Duty, User
from tests.conftest import PASSWORD
from tests.factories import UserFactory

NEWCOMER = {"name": "Nadia", "email": "nadia@example.org", "password1": PASSWORD}


def code_in(letter: mail.EmailMessage) -> str:
    return re.search(r"^ {4}(\S+)$", letter.body, re.MULTILINE).group(1)


@pytest.fixture
def rosa(region: object) -> User:
    return create_person(email="rosa@example.org", name="Rosa", password=PASSWORD)


def test_newcomer_signs_up_with_the_code_from_the_letter(client: Client, region: object) -> None:
    sent = client.post("/accounts/signup/", NEWCOMER)
    [letter] = mail.outbox
    done = client.post(sent.url, {"code": code_in(letter)})

    user = User.objects.get()
    assert (user.name, user.email) == ("Nadia", "nadia@example.org")
    assert done.url == "/welcome/"
    assert client.get("/welcome/").status_code == 200
    assert EmailAddress.objects.get().verified


def test_letter_with_a_code_is_marked_secret(client: Client, region: object) -> None:
    client.post("/accounts/signup/", NEWCOMER)

    [letter] = mail.outbox
    assert letter.extra_headers["X-Letter-Kind"] == "account"
    assert letter.extra_headers["X-Letter-Secret"] == "1"
    assert letter.extra_headers["X-Letter-Key"]
    assert "Hill & River" in letter.subject
    assert "Hill & River" in letter.body


def test_letter_that_only_tells_is_not_secret(client: Client, rosa: User) -> None:
    client.force_login(rosa, backend="django.contrib.auth.backends.ModelBackend")
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})

    client.post(
        "/accounts/password/change/",
        {"oldpassword": PASSWORD, "password1": "another long password"},
    )

    [letter] = mail.outbox
    assert letter.subject == "Your password has changed"
    assert "X-Letter-Secret" not in letter.extra_headers


def test_two_letters_of_one_kind_have_two_keys(client: Client, rosa: User) -> None:
    for _ in range(2):
        client.post("/accounts/password/reset/", {"email": rosa.email})

    keys = {m.extra_headers["X-Letter-Key"] for m in mail.outbox}
    assert len(keys) == 2


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("password1", "short", "at least 12 characters"),
        ("password1", "password1234", "too common"),
        ("name", "Nadia\u202e", "invisible direction marks"),
        ("email", "nadia", "an e-mail address"),
    ],
)
def test_sign_up_refuses_in_a_sentence(
    client: Client, region: object, field: str, value: str, sentence: str
) -> None:
    response = client.post("/accounts/signup/", NEWCOMER | {field: value})

    page = response.content.decode()
    assert "<title>Error: Create an account" in page
    assert sentence in page
    assert not User.objects.exists()


# Nobody learns who has an account -------------------------------------------------


def answer_of(client: Client, path: str, typed: dict[str, str]) -> tuple[int, str, str]:
    """Status, where it leads and what it says, with what differs by nature taken out."""
    response = client.post(path, typed)
    led = response.get("Location", "")
    page = client.get(led).content.decode() if led else response.content.decode()
    page = re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", page)
    return response.status_code, led, page.replace(typed.get("email", "-"), "ADDRESS")


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("/accounts/signup/", {"name": "Nadia", "password1": PASSWORD}),
        ("/accounts/password/reset/", {}),
        ("/accounts/login/code/", {}),
    ],
)
def test_known_and_unknown_address_get_the_same_answer(rosa: User, path: str, fields: dict) -> None:
    known = answer_of(Client(), path, {"email": "rosa@example.org"} | fields)
    unknown = answer_of(Client(), path, {"email": "nobody@example.org"} | fields)

    assert known == unknown
    assert {m.to[0] for m in mail.outbox} >= {"rosa@example.org"}


def test_wrong_password_and_unknown_address_get_the_same_answer(rosa: User) -> None:
    typed = {"login": "rosa@example.org", "password": "wrong"}

    known = Client().post("/accounts/login/", typed).content.decode()
    unknown = Client().post("/accounts/login/", typed | {"login": "x@example.org"})

    sentence = "E-mail and password do not go together"
    assert sentence in known
    assert sentence in unknown.content.decode()


def test_too_many_tries_are_stopped(client: Client, rosa: User) -> None:
    for _ in range(10):
        response = client.post("/accounts/login/", {"login": rosa.email, "password": "wrong"})

    right = client.post("/accounts/login/", {"login": rosa.email, "password": PASSWORD})

    assert "Too many tries" in response.content.decode()
    assert right.status_code == 200


def test_limit_by_address_answers_with_our_page(client: Client, region: object) -> None:
    codes = [
        client.post("/accounts/password/reset/", {"email": f"a{n}@example.org"}).status_code
        for n in range(21)
    ]
    page = client.post("/accounts/password/reset/", {"email": "z@example.org"})

    assert 429 in codes
    assert page.status_code == 429
    assert "Hill &amp; River" in page.content.decode()


# Passwords and sessions -----------------------------------------------------------


def test_person_without_a_password_chooses_one_by_the_link(client: Client, region: object) -> None:
    user = create_person(email="paul@example.org", name="Paul")
    client.post("/accounts/password/reset/", {"email": user.email})
    link = re.search(r"http://testserver(\S+)", mail.outbox[0].body).group(1)

    form = client.get(link, follow=True)
    client.post(form.request["PATH_INFO"], {"password1": PASSWORD})

    user.refresh_from_db()
    assert user.check_password(PASSWORD)
    assert client.get(link, follow=True).context["token_fail"]


def test_dead_link_offers_a_fresh_one(client: Client, region: object) -> None:
    page = client.get("/accounts/password/reset/key/1-dead/").content.decode()

    assert "This link has been used or is too old" in page
    assert "/accounts/password/reset/" in page


def test_other_sessions_end_when_the_password_changes(rosa: User) -> None:
    here, elsewhere = Client(), Client()
    for browser in (here, elsewhere):
        browser.post("/accounts/login/", {"login": rosa.email, "password": PASSWORD})

    changed = here.post(
        "/accounts/password/change/",
        {"oldpassword": PASSWORD, "password1": "another long password"},
    )

    assert changed.url == "/account/"
    assert here.get("/account/").status_code == 200
    assert elsewhere.get("/account/").status_code == 302


def test_password_keeps_its_blanks(client: Client, rosa: User) -> None:
    rosa.set_password("two  blanks at the end  ")
    rosa.save()

    response = client.post(
        "/accounts/login/", {"login": rosa.email, "password": "two  blanks at the end  "}
    )

    assert response.url == "/desk/"


def test_leaving_by_get_changes_nothing(client: Client, rosa: User) -> None:
    client.force_login(rosa, backend="django.contrib.auth.backends.ModelBackend")

    client.get("/accounts/logout/")

    assert client.get("/account/").status_code == 200


# The second factor of staff -------------------------------------------------------


@pytest.fixture
def demanded(settings: Any) -> None:
    settings.STAFF_NEED_SECOND_FACTOR = True


CLOSED = ["/", "/desk/", "/review/", "/admin/", "/account/", "/accounts/email/", "/no-such-page/"]


@pytest.mark.parametrize("path", CLOSED)
@pytest.mark.parametrize("kind", ["duty", "is_staff", "is_superuser"])
def test_staff_without_a_second_factor_get_no_further(
    signed_in: Any, demanded: None, region: object, path: str, kind: str
) -> None:
    user = UserFactory()
    if kind == "duty":
        give_duty(user=user, role=StaffRole.EVALUATOR)
    else:
        User.objects.filter(pk=user.pk).update(**{kind: True})
    client = signed_in(user)

    answers = [client.get(path), client.post(path)]

    assert [(a.status_code, a.get("Location")) for a in answers] == [(302, "/accounts/2fa/")] * 2


@pytest.mark.parametrize(
    "path", ["/accounts/2fa/", "/accounts/2fa/totp/activate/", "/accounts/logout/", "/healthz"]
)
def test_pages_that_lead_to_a_second_factor_stay_open(
    signed_in: Any, demanded: None, coordinator: User, path: str
) -> None:
    response = signed_in(coordinator).get(path)

    assert response.get("Location", "") != "/accounts/2fa/"
    assert response.status_code in (200, 302)


@pytest.mark.parametrize(
    ("kind", "is_enough"), [("totp", True), ("webauthn", True), ("recovery_codes", False)]
)
def test_factor_opens_the_door_and_recovery_codes_alone_do_not(
    signed_in: Any, demanded: None, coordinator: User, kind: str, is_enough: bool
) -> None:
    Authenticator.objects.create(user=coordinator, type=kind, data={})

    response = signed_in(coordinator).get("/account/")

    assert response.status_code == (200 if is_enough else 302)


def test_people_without_a_duty_are_left_alone(
    signed_in: Any, demanded: None, recruiter: User
) -> None:
    assert signed_in(recruiter).get("/account/").status_code == 200


def test_demand_costs_the_public_nothing_and_others_one_query(
    client: Client, demanded: None, recruiter: User, django_assert_num_queries: Any
) -> None:
    client.get("/accessibility/")
    with django_assert_num_queries(0):
        client.get("/accessibility/")
    client.force_login(recruiter, backend="django.contrib.auth.backends.ModelBackend")

    # session, person, duties
    with django_assert_num_queries(3):
        client.get("/accessibility/")


def test_authenticator_app_is_asked_for_at_sign_in(client: Client, rosa: User) -> None:
    secret = "JBSWY3DPEHPK3PXP"
    TOTP.activate(rosa, secret)
    first = client.post("/accounts/login/", {"login": rosa.email, "password": PASSWORD})
    wrong = client.post(first.url, {"code": "000000"})

    assert first.url == "/accounts/2fa/authenticate/"
    assert "This code is not right" in wrong.content.decode()
    assert client.get("/account/").status_code == 302
    assert hotp_value(secret, 1) is not None


def test_repair_desk_is_closed_to_people_without_the_right(
    client: Client, signed_in: Any, recruiter: User
) -> None:
    stranger = client.get("/admin/", follow=True)
    member = signed_in(recruiter).get("/admin/", follow=True)

    assert stranger.request["PATH_INFO"] == "/accounts/login/"
    assert member.status_code == 403


# make_administrator ---------------------------------------------------------------


def test_command_makes_the_first_administrator(region: object, capsys: Any) -> None:
    for _ in range(2):
        call_command("make_administrator", "ines@example.org", "--name", "Ines Calloway")

    user = User.objects.get()
    assert (user.name, user.has_usable_password(), user.is_staff) == ("Ines Calloway", False, True)
    assert [d.role for d in Duty.objects.all()] == [StaffRole.ADMINISTRATOR]
    assert "I forgot my password" in capsys.readouterr().out


def test_command_refuses_what_is_no_address(db: None) -> None:
    with pytest.raises(CommandError):
        call_command("make_administrator", "ines")


# One's own pages ------------------------------------------------------------------


def test_person_changes_their_name(client: Client, rosa: User) -> None:
    client.force_login(rosa, backend="django.contrib.auth.backends.ModelBackend")

    wrong = client.post("/account/name/", {"name": ""})
    client.post("/account/name/", {"name": " Rosa  Núñez "})

    rosa.refresh_from_db()
    assert "<title>Error: Your name" in wrong.content.decode()
    assert rosa.name == "Rosa Núñez"


@pytest.mark.parametrize("path", ["/welcome/", "/account/", "/organizations/new/", "/review/"])
def test_own_pages_ask_to_sign_in(client: Client, region: object, path: str) -> None:
    response = client.get(path)

    assert response.status_code == 302
    assert response.url.startswith("/accounts/login/?next=")
