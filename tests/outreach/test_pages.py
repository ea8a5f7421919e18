"""The staff's pages and the pages of a development machine."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.mail import EmailMultiAlternatives
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.choices import StaffRole
from accounts.models import User
from employers.models import Opportunity
from outreach import desk, rules
from outreach.actions import digests as actions
from outreach.actions.digests import counted_from
from outreach.actions.post import post_due
from outreach.choices import LetterState
from outreach.health import report
from outreach.models import Digest, Letter
from tests.employers.factories import OpportunityFactory
from tests.factories import DutyFactory, UserFactory
from tests.outreach.factories import LetterFactory, SubscriptionFactory
from vocabularies.models import Region

pytestmark = pytest.mark.django_db


@pytest.fixture
def new_opportunity(region: Region) -> Opportunity:
    return OpportunityFactory(
        title="Welder Trainee", public_since=timezone.now() - timedelta(days=1)
    )


def staff_pages() -> list[tuple[str, str]]:
    letter, subscription = LetterFactory(failed=True), SubscriptionFactory()
    return [
        ("get", reverse("outreach:letter_list")),
        ("get", reverse("outreach:letter_show", args=[letter.pk])),
        ("post", reverse("outreach:letter_retry", args=[letter.pk])),
        ("post", reverse("outreach:letter_set_aside", args=[letter.pk])),
        ("get", reverse("outreach:digest_list")),
        ("get", reverse("outreach:subscription_show", args=[subscription.pk])),
        ("get", reverse("outreach:subscription_preview", args=[subscription.pk])),
        ("post", reverse("outreach:subscription_send", args=[subscription.pk])),
    ]


def test_staff_pages_are_closed_to_the_public(client: Client, region: Region) -> None:
    for method, path in staff_pages():
        answer = getattr(client, method)(path)
        assert (answer.status_code, "/accounts/login/" in answer.url) == (302, True)


@pytest.mark.parametrize("person", ["recruiter", "counselor", "outsider"])
def test_staff_pages_are_forbidden_to_others(
    signed_in: Any, person: str, request: pytest.FixtureRequest
) -> None:
    client = signed_in(request.getfixturevalue(person))

    for method, path in staff_pages():
        assert getattr(client, method)(path).status_code == 403


@pytest.mark.parametrize(
    ("role", "may"),
    [
        (StaffRole.ADMINISTRATOR, True),
        (StaffRole.OUTREACH, True),
        (StaffRole.PLAN_EDITOR, False),
        (StaffRole.MODERATOR, False),
        (StaffRole.EVALUATOR, False),
    ],
)
def test_who_may_see_letters(role: str, may: bool) -> None:
    user = UserFactory()
    DutyFactory(user=user, role=role)

    assert rules.may_see_letters(user) is may
    assert rules.may_see_body(user, LetterFactory(kind="digest")) is may
    assert rules.may_see_body(user, LetterFactory(kind="digest", secret=True)) is False
    assert rules.may_see_letters(AnonymousUser()) is False


@pytest.mark.parametrize("method", ["get", "head"])
def test_pages_that_change_refuse_to_be_read(
    signed_in: Any, coordinator: User, method: str
) -> None:
    client = signed_in(coordinator)

    for wanted, path in staff_pages():
        if wanted == "post":
            assert getattr(client, method)(path).status_code == 405


@pytest.mark.parametrize("rows", [1, 3])
def test_list_of_letters_costs_the_same_for_any_number(
    signed_in: Any, coordinator: User, django_assert_num_queries: Any, rows: int
) -> None:
    LetterFactory.create_batch(rows, failed=True)
    client = signed_in(coordinator)

    with django_assert_num_queries(13):
        page = client.get(reverse("outreach:letter_list")).content.decode()

    assert page.count('<li class="entry">') == rows


@pytest.mark.parametrize("rows", [1, 3])
def test_list_of_digests_costs_the_same_for_any_number(
    signed_in: Any, coordinator: User, django_assert_num_queries: Any, rows: int
) -> None:
    for subscription in SubscriptionFactory.create_batch(rows, query="kind=internship"):
        Digest.objects.create(
            subscription=subscription,
            period="2026-06-02",
            since=timezone.now(),
            until=timezone.now(),
            state="empty",
        )
    client = signed_in(coordinator)

    with django_assert_num_queries(6):
        page = client.get(reverse("outreach:digest_list")).content.decode()

    assert page.count('<li class="entry">') == rows


def test_letters_are_filtered_by_state_and_kind(signed_in: Any, coordinator: User) -> None:
    LetterFactory(failed=True, subject="Came back")
    LetterFactory(kind="digest", subject="Four new")
    client = signed_in(coordinator)

    for query, shown, hidden in [
        ("state=failed", "Came back", "Four new"),
        ("kind=digest", "Four new", "Came back"),
    ]:
        page = client.get(f"/letters/?{query}").content.decode()
        assert shown in page
        assert hidden not in page


@pytest.mark.parametrize(
    "query",
    ["state=nothing", "kind=%27", "before=abc", "before=" + "9" * 40, "before=-1", "state=a&b=c"],
)
def test_odd_queries_are_answered(signed_in: Any, coordinator: User, query: str) -> None:
    client = signed_in(coordinator)

    assert client.get(f"/letters/?{query}").status_code == 200
    assert client.get(f"/digests/?{query}").status_code == 200


def test_wrong_ids_are_not_found(signed_in: Any, coordinator: User) -> None:
    client = signed_in(coordinator)

    for pk in ("404", "9" * 30):
        assert client.get(f"/letters/{pk}/").status_code == 404
        assert client.get(f"/digests/{pk}/").status_code == 404
        assert client.post(f"/letters/{pk}/retry/").status_code == 404


def test_nobody_reads_a_letter_with_a_code(signed_in: Any, coordinator: User) -> None:
    letter = LetterFactory(secret=True, text="Your code is 123 456", failed=True)

    page = signed_in(coordinator).get(letter.get_absolute_url()).content.decode()

    assert "123 456" not in page
    assert "Try again" not in page


@pytest.mark.parametrize(
    "kind", ["comment-receipt", "comment-published", "membership", "subscription-stands", "new"]
)
def test_nobody_reads_a_letter_that_is_for_its_reader_alone(
    signed_in: Any, coordinator: User, kind: str
) -> None:
    letter = LetterFactory(kind=kind, text="https://portal.example.org/comments/private/")

    page = signed_in(coordinator).get(letter.get_absolute_url()).content.decode()

    assert "comments/private" not in page
    assert "for its reader alone" in page


def test_staff_get_no_link_of_a_reader(
    signed_in: Any, coordinator: User, new_opportunity: Opportunity
) -> None:
    subscription = SubscriptionFactory()
    client = signed_in(coordinator)
    show = client.get(subscription.get_absolute_url()).content.decode()
    preview = client.get(reverse("outreach:subscription_preview", args=[subscription.pk]))
    actions.send_now(
        subscription=subscription, counted=actions.counted_from(subscription), by=coordinator
    )
    letter = Letter.objects.get()

    shown = client.get(letter.get_absolute_url()).content.decode()

    for page in (show, preview.content.decode(), shown):
        assert "Welder Trainee" in page
        assert subscription.manage_url not in page
        assert subscription.unsubscribe_url not in page
    assert "(the reader’s own link)" in shown
    assert subscription.manage_url in letter.text


def test_kinds_of_letters_are_words(signed_in: Any, coordinator: User) -> None:
    letter = LetterFactory(kind="comment-confirm")
    LetterFactory(kind="new-kind")
    client = signed_in(coordinator)

    page = client.get("/letters/").content.decode()

    assert "Confirm a comment to" in page and "New kind to" in page
    assert '<option value="comment-confirm">Confirm a comment</option>' in page
    assert "Confirm a comment to" in client.get(letter.get_absolute_url()).content.decode()


def test_failed_letter_is_tried_again_from_its_page(signed_in: Any, coordinator: User) -> None:
    letter = LetterFactory(failed=True)
    client = signed_in(coordinator)

    answer = client.post(reverse("outreach:letter_retry", args=[letter.pk]), follow=True)
    twice = client.post(reverse("outreach:letter_retry", args=[letter.pk]), follow=True)

    assert "It goes out again now." in answer.content.decode()
    assert "has moved on" in twice.content.decode()
    letter.refresh_from_db()
    assert letter.state == LetterState.PENDING


def test_preview_is_what_send_now_sends_and_a_double_click_sends_one(
    signed_in: Any, coordinator: User, new_opportunity: Opportunity, outbox: Any
) -> None:
    subscription = SubscriptionFactory(label="Nursing, second year")
    client = signed_in(coordinator)

    page = client.get(subscription.get_absolute_url()).content.decode()
    html = client.get(reverse("outreach:subscription_preview", args=[subscription.pk]))
    assert "1 new for Nursing, second year" in page
    assert "Welder Trainee" in html.content.decode()
    assert "default-src 'none'" in html["Content-Security-Policy"]
    assert "sandbox" in html["Content-Security-Policy"]

    send = reverse("outreach:subscription_send", args=[subscription.pk])
    counted = counted_from(subscription)
    first = client.post(send, {"counted": counted}, follow=True).content.decode()
    second = client.post(send, {"counted": counted}, follow=True).content.decode()

    assert "on its way" in first
    assert "has gone already" in second
    assert Letter.objects.get().subject == "1 new for Nursing, second year"
    assert "Nothing is new since the last one" in second


# Desk and health ---------------------------------------------------------------------------


def test_desk_of_staff_says_what_is_stuck(coordinator: User, counselor: User) -> None:
    assert desk.waiting_for(coordinator) == []

    LetterFactory.create_batch(2, failed=True)
    LetterFactory(not_before=timezone.now() - timedelta(hours=1))

    rows = desk.waiting_for(coordinator)
    assert [row["title"] for row in rows] == [
        "2 letters could not be delivered",
        "1 letter should have left by now",
    ]
    assert all(set(row) == {"since", "kind", "title", "note", "url", "act"} for row in rows)
    assert desk.waiting_for(counselor) == []


def test_desk_of_a_counselor_shows_their_own_subscriptions(counselor: User) -> None:
    due = datetime(2030, 6, 4, 12, tzinfo=UTC)
    mine = SubscriptionFactory(email="colin@example.edu", next_due_at=due)
    SubscriptionFactory(email="colin@example.edu", query="kind=co-op", stopped=True)
    SubscriptionFactory(email="ivan@example.edu")
    called = SubscriptionFactory(
        email="colin@example.edu", query="kind=internship", label="Nursing", paused=True
    )

    assert desk.subscriptions_of(counselor) == [
        {
            "title": "All opportunities",
            "note": "Every Tuesday at 7:00 am; active. Next: Tue 4 Jun 2030, 7:00 am CDT",
            "url": mine.manage_url,
        },
        {
            "title": "Nursing",
            "note": "All opportunities. Every Tuesday at 7:00 am; paused",
            "url": called.manage_url,
        },
    ]
    assert desk.subscriptions_of(AnonymousUser()) == []


def test_the_desk_links_to_what_the_person_follows(signed_in: Any, counselor: User) -> None:
    mine = SubscriptionFactory(email="colin@example.edu")

    assert f'href="{mine.manage_url}">All opportunities' in (
        signed_in(counselor).get("/desk/").content.decode()
    )


def test_health_counts_what_is_late() -> None:
    assert report() == {
        "oldest_due_seconds": 0,
        "past_lease": 0,
        "failed_24h": 0,
        "oldest_unplanned_seconds": 0,
    }

    LetterFactory(not_before=timezone.now() - timedelta(minutes=10))
    LetterFactory(failed=True, failed_at=timezone.now() - timedelta(days=2))
    LetterFactory(failed=True)
    LetterFactory(forsaken=True)
    SubscriptionFactory(next_due_at=timezone.now() - timedelta(hours=1))

    late = report()
    assert 600 <= late["oldest_due_seconds"] < 630
    assert (late["past_lease"], late["failed_24h"]) == (1, 1)
    assert 3600 <= late["oldest_unplanned_seconds"] < 3630


# Development machines --------------------------------------------------------------------


def test_letters_of_this_machine_can_be_read(
    client: Client, region: Region, outbox: Any, settings: Any
) -> None:
    message = EmailMultiAlternatives(
        "Grüße & more", "See https://portal.example.org/x/ <b>", to=["rosa@example.org"]
    )
    message.attach_alternative("<p>Hello<script>alert(1)</script></p>", "text/html")
    message.send()
    post_due()
    (file,) = settings.MAIL_DIR.iterdir()

    listed = client.get("/dev/mail/").content.decode()
    shown = client.get(f"/dev/mail/{file.name}/").content.decode()
    html = client.get(f"/dev/mail/{file.name}/html/")

    assert "Grüße &amp; more" in listed
    assert '<a href="https://portal.example.org/x/"' in shown
    assert "&lt;b&gt;" in shown
    assert "Message-ID" in shown
    assert html["Content-Security-Policy"].startswith("default-src 'none';")


@pytest.mark.parametrize(
    "name", ["x", "..%2f..%2fmanage.py", "20260602T120000.000000-0123abcd.eml", "x" * 300]
)
def test_letters_that_are_not_there(client: Client, region: Region, outbox: Any, name: str) -> None:
    assert client.get(f"/dev/mail/{name}/").status_code == 404
    assert client.get(f"/dev/mail/{name}/html/").status_code == 404


def test_no_letters_are_shown_on_a_server(
    client: Client, region: Region, outbox: Any, settings: Any
) -> None:
    settings.LOCAL = False

    assert client.get("/dev/mail/").status_code == 404
