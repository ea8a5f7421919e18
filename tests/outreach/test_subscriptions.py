"""Subscribe, say yes, change, stop: without an account, and never by opening a link."""

import re
from datetime import time, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Entry, User
from outreach import tokens
from outreach.actions.post import post_due
from outreach.choices import SubscriptionState
from outreach.models import Letter, Subscription
from programs.models import CareerCenter
from tests.factories import PlaceFactory
from tests.outreach.factories import SubscriptionFactory
from tests.programs.factories import CareerCenterFactory
from vocabularies.models import Region

pytestmark = pytest.mark.django_db

ANSWERS = {
    "email": "Mei@example.edu",
    "rhythm": "weekly",
    "weekday": "1",
    "hour": "7",
    "zone": "America/Chicago",
    "label": "Nursing, second year",
}


@pytest.fixture(autouse=True)
def ready(region: Region, outbox: Any) -> None:
    """The region, and the outbox as the default mailer."""


def link_in(letter: Letter) -> str:
    found = re.search(r"https://portal\.example\.org(/subscriptions/\S+)", letter.text)
    assert found
    return found[1]


def ask(client: Client, query: str = "kind=apprenticeship", **answers: str) -> Any:
    return client.post(f"/subscribe/?{query}", ANSWERS | answers)


def test_form_says_the_search_in_words(client: Client) -> None:
    PlaceFactory()

    answer = client.get("/subscribe/?within=25&kind=apprenticeship&near=78701")

    assert "Apprenticeships within 25 miles of 78701" in answer.content.decode()


def test_asking_keeps_the_wish_and_sends_a_link(client: Client) -> None:
    center = CareerCenterFactory(name="Main Career Services")

    answer = ask(client, "b=1&kind=internship&kind=apprenticeship", career_center=str(center.pk))

    assert answer.url == reverse("outreach:subscribe_sent")
    subscription = Subscription.objects.get()
    assert subscription.email == "mei@example.edu"
    assert subscription.query == "kind=apprenticeship&kind=internship"
    assert subscription.words == "Apprenticeships and internships"
    assert subscription.state == SubscriptionState.UNCONFIRMED
    assert (subscription.at, subscription.weekday) == (time(7), 1)
    assert subscription.career_center == center
    letter = Letter.objects.get()
    assert (letter.kind, letter.secret) == ("subscription-confirm", True)
    token = link_in(letter).rstrip("/").rpartition("/")[2]
    assert subscription.confirm_hash == tokens.hashed(token)
    assert token not in subscription.confirm_hash


def test_letter_to_an_address_that_has_not_said_yes_carries_no_words_of_a_stranger(
    client: Client,
) -> None:
    ask(
        client,
        "kind=internship&q=You+won+%241000+at+https://evil.example",
        name="evil.example",
        label="evil.example",
    )

    letter = Letter.objects.get()
    assert letter.subject == "Confirm: Internships for the words of your search"
    for part in (letter.subject, letter.text, letter.html):
        assert "evil" not in part
        assert "won" not in part


def test_opening_the_link_asks_and_the_button_confirms(client: Client) -> None:
    ask(client)
    link = link_in(Letter.objects.get())

    assert "Yes, send them" in client.get(link).content.decode()
    assert Subscription.objects.get().state == SubscriptionState.UNCONFIRMED

    answer = client.post(link)

    subscription = Subscription.objects.get()
    assert answer.url == subscription.manage_url
    assert subscription.state == SubscriptionState.ACTIVE
    assert subscription.next_due_at == subscription.next_slot(timezone.now())
    assert [entry.what for entry in Entry.objects.order_by("pk")] == ["asked for", "confirmed"]
    assert "This is confirmed already" in client.get(link).content.decode()
    assert client.post(link).status_code == 302
    assert Entry.objects.count() == 2


@pytest.mark.parametrize("token", ["nothing", "a" * 500, "%C3%A9", "12.abc"])
def test_dead_link_offers_a_fresh_one(client: Client, token: str) -> None:
    for ask_for in (client.get, client.post):
        answer = ask_for(f"/subscriptions/confirm/{token}/")

        assert answer.status_code == 404
        assert "Send a fresh link" in answer.content.decode()


def test_link_dies_after_a_week_and_a_fresh_one_works(client: Client) -> None:
    ask(client)
    old = link_in(Letter.objects.get())

    with time_machine.travel(timezone.now() + timedelta(days=8)):
        assert client.post(old).status_code == 404
        client.post("/subscriptions/again/", {"email": "mei@example.edu"})
        fresh = link_in(Letter.objects.order_by("-pk")[0])
        assert client.post(fresh).status_code == 302
        assert client.post(old).status_code == 404

    assert Subscription.objects.get().state == SubscriptionState.ACTIVE


def test_fresh_link_for_a_stranger_says_the_same_and_sends_nothing(client: Client) -> None:
    answer = client.post("/subscriptions/again/", {"email": "nobody@example.edu"})

    assert answer.url == reverse("outreach:subscribe_sent")
    assert not Letter.objects.exists()


@pytest.mark.parametrize("email", ["a@[127.0.0.1]", '"a b"@example.org', "a@localhost"])
def test_fresh_link_for_an_address_that_no_letter_reaches_is_refused(
    client: Client, email: str
) -> None:
    answer = client.post("/subscriptions/again/", {"email": email})

    assert answer.status_code == 422
    assert "Enter an e-mail address like name@example.org." in answer.content.decode()


def test_asking_twice_makes_one_and_one_letter(client: Client) -> None:
    ask(client)
    ask(client, email="MEI@EXAMPLE.EDU", label="Another class")

    assert Subscription.objects.get().label == "Another class"
    assert Letter.objects.count() == 1


def test_asking_again_later_sends_a_fresh_link(client: Client) -> None:
    ask(client)
    with time_machine.travel(timezone.now() + timedelta(minutes=16)):
        ask(client)

    assert Subscription.objects.count() == 1
    first, second = Letter.objects.order_by("pk")
    assert link_in(first) != link_in(second)


def test_asking_for_what_is_active_changes_nothing_and_tells_the_reader(client: Client) -> None:
    subscription = SubscriptionFactory(
        email="mei@example.edu", query="kind=apprenticeship", label="Nursing"
    )

    ask(client)
    ask(client)

    subscription.refresh_from_db()
    assert (subscription.label, subscription.state) == ("Nursing", SubscriptionState.ACTIVE)
    assert link_in(Letter.objects.get()) == subscription.manage_url


def test_asking_for_what_was_stopped_needs_a_new_yes(client: Client) -> None:
    subscription = SubscriptionFactory(
        email="mei@example.edu", query="kind=apprenticeship", stopped=True
    )

    ask(client)

    subscription.refresh_from_db()
    assert subscription.state == SubscriptionState.UNCONFIRMED
    assert client.post(link_in(Letter.objects.get())).status_code == 302


def test_strangers_cannot_flood_an_address(client: Client) -> None:
    for kind in "apprenticeship internship co-op job-shadow mentoring".split():
        ask(client, f"kind={kind}")

    answer = ask(client, "kind=on-the-job-training")

    assert answer.status_code == 422
    assert "several times in the last hour" in answer.content.decode()
    assert Letter.objects.count() == 5


def test_program_that_fills_the_hidden_field_gets_nothing(client: Client) -> None:
    answer = ask(client, website="https://spam.example.org")

    assert answer.url == reverse("outreach:subscribe_sent")
    assert not Subscription.objects.exists()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("email", ""),
        ("email", "a@localhost"),
        ("email", "josé@example.org"),
        ("email", "a@[127.0.0.1]"),
        ("email", '"a b"@example.org'),
        ("email", "a@example.org\nBcc: b@example.org"),
        ("rhythm", "hourly"),
        ("weekday", "7"),
        ("hour", "24"),
        ("zone", "Mars/Base"),
        ("label", "x" * 81),
        ("label", "left\u202eright"),
        ("career_center", "999999"),
        ("career_center", "9" * 40),
    ],
)
def test_wrong_answer_comes_back_with_its_error(client: Client, field: str, value: str) -> None:
    answer = ask(client, **{field: value})

    page = answer.content.decode()
    assert answer.status_code == 422
    assert "<title>Error: " in page
    assert f'href="#id_{field}' in page
    assert not Subscription.objects.exists()


def test_counselor_finds_the_form_filled_in(counselor: User, signed_in: Any) -> None:
    answer = signed_in(counselor).get("/subscribe/")

    assert 'value="colin@example.edu"' in answer.content.decode()


# The reader's own page -----------------------------------------------------------------------


def manage(client: Client, subscription: Subscription, do: str, **answers: str) -> Subscription:
    answer = client.post(subscription.manage_url, {"do": do} | answers)
    assert answer.status_code == 302
    subscription.refresh_from_db()
    return subscription


def test_reader_changes_the_rhythm(client: Client) -> None:
    subscription = SubscriptionFactory()

    manage(client, subscription, "save", **(ANSWERS | {"rhythm": "daily", "hour": "18"}))

    assert (subscription.rhythm, subscription.at) == ("daily", time(18))
    assert subscription.next_due_at == subscription.next_slot(timezone.now())
    assert Entry.objects.get().before["rhythm"] == "weekly"


def test_reader_pauses_goes_on_stops_and_starts_again(client: Client) -> None:
    covered = timezone.now() - timedelta(days=3)
    subscription = SubscriptionFactory(covered_until=covered)

    assert manage(client, subscription, "pause").state == SubscriptionState.PAUSED
    assert subscription.next_due_at is None
    assert manage(client, subscription, "resume").state == SubscriptionState.ACTIVE
    assert subscription.covered_until == covered
    assert manage(client, subscription, "stop").state == SubscriptionState.STOPPED
    assert manage(client, subscription, "pause").state == SubscriptionState.STOPPED
    assert manage(client, subscription, "resume").state == SubscriptionState.ACTIVE
    assert subscription.covered_until is None


def test_page_of_the_reader_shows_no_whole_address(client: Client) -> None:
    subscription = SubscriptionFactory(email="mei.harlow@example.edu")

    page = client.get(subscription.manage_url).content.decode()

    assert "m…@example.edu" in page
    assert "mei.harlow" not in page


@pytest.mark.parametrize("state", ["unconfirmed", "paused", "stopped"])
def test_page_of_the_reader_stands_in_every_state(client: Client, state: str) -> None:
    assert client.get(SubscriptionFactory(**{state: True}).manage_url).status_code == 200


# Stopping with one click ------------------------------------------------------------------------


def test_unsubscribing_needs_no_cookie_and_no_form_token() -> None:
    subscription = SubscriptionFactory()
    strict = Client(enforce_csrf_checks=True)

    answer = strict.post(subscription.unsubscribe_url, {"List-Unsubscribe": "One-Click"})

    subscription.refresh_from_db()
    assert answer.status_code == 200
    assert subscription.state == SubscriptionState.STOPPED
    assert strict.post(subscription.unsubscribe_url).status_code == 200
    assert Entry.objects.count() == 1


@pytest.mark.parametrize("method", ["get", "head", "options"])
def test_opening_the_unsubscribe_link_changes_nothing(client: Client, method: str) -> None:
    subscription = SubscriptionFactory()

    getattr(client, method)(subscription.unsubscribe_url)

    subscription.refresh_from_db()
    assert subscription.state == SubscriptionState.ACTIVE


def test_link_of_one_purpose_is_nothing_to_another(client: Client) -> None:
    subscription = SubscriptionFactory()
    manage, stop = tokens.manage.of(subscription.pk), tokens.unsubscribe.of(subscription.pk)

    assert client.post(f"/unsubscribe/{manage}/").status_code == 404
    assert client.get(f"/subscriptions/{stop}/").status_code == 404


@pytest.mark.parametrize(
    "token", ["1", "1.", "é", "9" * 30, "99999999999999999999.abc", "a b", ".", "x" * 2000]
)
def test_broken_links_are_not_found(client: Client, token: str) -> None:
    SubscriptionFactory()

    for path in (f"/unsubscribe/{token}/", f"/subscriptions/{token}/"):
        for answer in (client.get(path), client.post(path)):
            assert answer.status_code == 404
            assert "Send a fresh link" in answer.content.decode()


def test_fresh_link_leads_to_what_is_active(client: Client) -> None:
    active = SubscriptionFactory(email="mei@example.edu")
    SubscriptionFactory(email="mei@example.edu", query="kind=co-op", stopped=True)

    answer = client.post("/subscriptions/again/", {"email": "Mei@example.edu"}, follow=True)
    client.post("/subscriptions/again/", {"email": "mei@example.edu"})

    letter = Letter.objects.get()
    assert (letter.recipient, link_in(letter)) == ("mei@example.edu", active.manage_url)
    assert "We wrote to <strong>mei@example.edu</strong>" in answer.content.decode()


def test_page_after_asking_names_the_address_and_leads_back(client: Client) -> None:
    assert "We wrote to you" in client.get("/subscribe/sent/").content.decode()

    answer = ask(client, email="mai@example.edu")
    page = client.get(answer.url).content.decode()

    assert "mai" not in answer.url
    assert "We wrote to <strong>mai@example.edu</strong>" in page
    assert 'href="/subscribe/?kind=apprenticeship">Enter it again' in page
    assert "mai@" not in Client().get(answer.url).content.decode()


def test_who_confirmed_already_can_ask_for_a_link(client: Client) -> None:
    ask(client)
    link = link_in(Letter.objects.get())
    client.post(link)

    assert reverse("outreach:subscription_again") in client.get(link).content.decode()


def test_signed_id_of_nobody_is_not_found(client: Client) -> None:
    for pk in (404, 10**30):
        assert client.get(f"/unsubscribe/{tokens.unsubscribe.of(pk)}/").status_code == 404


def test_stopping_calls_back_what_has_not_left(client: Client, sink: Any, outbox: Any) -> None:
    outbox(sink.port)
    subscription = SubscriptionFactory()
    digest = subscription.digests.create(
        period="2026-06-02", since=timezone.now(), until=timezone.now(), state="planned"
    )
    Letter.objects.create(
        kind="digest",
        key="digest:1",
        sender="portal@example.org",
        recipient=subscription.email,
        subject="4 new",
        message_id="<1@portal.example.org>",
        digest=digest,
    )

    client.post(subscription.unsubscribe_url)

    assert post_due().sent == 0
    assert Letter.objects.get(kind="digest").state == "cancelled"


def test_deleted_career_center_leaves_the_subscription(region: Region) -> None:
    center = CareerCenterFactory()
    subscription = SubscriptionFactory(career_center=center)

    CareerCenter.objects.all().delete()

    subscription.refresh_from_db()
    assert subscription.career_center is None
