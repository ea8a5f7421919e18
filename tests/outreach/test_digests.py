"""Planning: the right items with the right reasons, one digest a period, however often it runs."""

import threading
import uuid
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db import connection
from django.utils import timezone

from accounts.actions import MoveRefused
from accounts.models import Entry, User
from employers.choices import Kind
from employers.models import Opportunity
from outreach import digests
from outreach.actions.digests import counted_from, plan_due, preview, send_now
from outreach.actions.post import post_due
from outreach.actions.subscriptions import (
    change_subscription,
    pause_subscription,
    resume_subscription,
    stop_subscription,
)
from outreach.choices import DigestState, LetterState
from outreach.models import Digest, Letter, Subscription
from tests.employers.factories import OpportunityFactory
from tests.factories import PlaceFactory
from tests.outreach.conftest import Sink
from tests.outreach.factories import SubscriptionFactory
from vocabularies.models import Region

pytestmark = pytest.mark.django_db

DUE = datetime(2026, 6, 2, 12, tzinfo=UTC)  # a Tuesday, 7:00 am in Chicago
WEEK = timedelta(days=7)
CHICAGO = "America/Chicago"


@pytest.fixture(autouse=True)
def ready(region: Region, outbox: Any) -> None:
    """The region, and the outbox as the default mailer."""


@pytest.fixture
def subscription() -> Subscription:
    return SubscriptionFactory(
        email="colin@example.edu",
        name="Colin",
        next_due_at=DUE,
        covered_until=DUE - WEEK,
    )


def opportunity(title: str, *, days: float, closes: float = 60, **fields: Any) -> Opportunity:
    """One that became public so many days before DUE and closes so many after."""
    since = DUE - timedelta(days=days)
    fields.setdefault("kind", Kind.INTERNSHIP)
    return OpportunityFactory(
        title=title,
        opens_at=since,
        public_since=since,
        closes_at=DUE + timedelta(days=closes),
        **fields,
    )


def plan(at: datetime = DUE) -> tuple[int, int]:
    with time_machine.travel(at, tick=False):
        tally = plan_due()
    return tally.planned, tally.empty


def titles_in(letter: Letter, *titles: str) -> list[str]:
    return [title for title in titles if title in letter.text]


def test_digest_tells_what_became_public_since_the_last_one(subscription: Subscription) -> None:
    opportunity("New Intern", days=1)
    opportunity("Just Now Intern", days=0)
    opportunity("Told Intern", days=8)
    opportunity("Scheduled Intern", days=-2)
    opportunity("Expired Intern", days=3, closes=-1)
    opportunity("Filled Intern", days=3, filled_up=True)
    opportunity("Paused Intern", days=3, paused=True)
    opportunity("Draft Intern", days=3, state="draft")
    opportunity("Pending Intern", days=3, state="in-review")

    assert plan() == (1, 0)

    letter = Letter.objects.get()
    words = "New Just-Now Told Scheduled Expired Filled Paused Draft Pending".split()
    titles = [f"{word.replace('-', ' ')} Intern" for word in words]
    assert titles_in(letter, *titles) == ["New Intern", "Just Now Intern"]
    assert letter.subject == "2 new: All opportunities"
    assert letter.recipient == "colin@example.edu"
    digest = Digest.objects.get()
    assert (digest.period, digest.since, digest.until) == ("2026-06-02", DUE - WEEK, DUE)
    assert digest.letter == letter
    subscription.refresh_from_db()
    assert (subscription.covered_until, subscription.next_due_at) == (DUE, DUE + WEEK)


def test_planning_again_and_again_makes_one(subscription: Subscription) -> None:
    opportunity("New Intern", days=1)

    assert [plan(), plan(), plan(DUE + timedelta(minutes=5))] == [(1, 0), (0, 0), (0, 0)]

    assert (Digest.objects.count(), Letter.objects.count()) == (1, 1)


def test_same_period_due_once_more_makes_one(subscription: Subscription) -> None:
    """As after a change of the rhythm, or of the machine's clock."""
    opportunity("New Intern", days=1)
    plan()
    Subscription.objects.update(next_due_at=DUE, covered_until=DUE - WEEK)

    assert plan() == (0, 1)

    assert (Digest.objects.count(), Letter.objects.count()) == (1, 1)


@pytest.fixture
def daily() -> Subscription:
    return SubscriptionFactory(
        rhythm="daily", next_due_at=DUE, covered_until=DUE - timedelta(days=1)
    )


def change_hour(subscription: Subscription, at: datetime, hour: int) -> None:
    with time_machine.travel(at, tick=False):
        change_subscription(
            subscription=subscription, rhythm="daily", weekday=1, at=time(hour), zone=CHICAGO
        )


def test_later_hour_on_a_day_already_told_loses_nothing(daily: Subscription) -> None:
    opportunity("Early Intern", days=0.5)
    plan()
    opportunity("Later Intern", days=-0.1)
    change_hour(daily, DUE + timedelta(hours=3), 15)

    assert plan(DUE + timedelta(hours=8)) == (1, 0)

    last = Letter.objects.order_by("-pk")[0]
    assert titles_in(last, "Early Intern", "Later Intern") == ["Later Intern"]


def test_span_stored_already_counts_as_told_up_to_its_own_end(daily: Subscription) -> None:
    """Were it counted up to the later hour, what became public between would be lost."""
    opportunity("Early Intern", days=0.5)
    plan()
    opportunity("Between Intern", days=-0.1)
    Subscription.objects.update(
        at=time(15), next_due_at=DUE + timedelta(hours=8), covered_until=DUE - timedelta(days=1)
    )

    assert plan(DUE + timedelta(hours=8)) == (0, 1)
    assert plan(DUE + timedelta(hours=32)) == (1, 0)

    last = Letter.objects.order_by("-pk")[0]
    assert titles_in(last, "Early Intern", "Between Intern") == ["Between Intern"]


@pytest.mark.parametrize("hour", [7, 15])
def test_what_stood_in_a_letter_called_back_by_a_pause_comes_after_it(
    daily: Subscription, hour: int
) -> None:
    opportunity("Early Intern", days=0.5)
    plan()
    with time_machine.travel(DUE + timedelta(hours=1), tick=False):
        paused = pause_subscription(subscription=daily)
        assert paused.covered_until == DUE - timedelta(days=1)
        resume_subscription(subscription=paused)
    opportunity("Later Intern", days=-0.1)
    change_hour(daily, DUE + timedelta(hours=3), hour)

    assert plan(DUE + timedelta(days=1, hours=hour - 7)) == (1, 0)

    first, last = Letter.objects.order_by("pk")
    assert first.state == LetterState.CANCELLED
    assert titles_in(last, "Early Intern", "Later Intern") == ["Early Intern", "Later Intern"]


def test_hour_after_a_pause_on_the_same_day_is_a_digest_of_its_own(daily: Subscription) -> None:
    opportunity("Early Intern", days=0.5)
    plan()
    with time_machine.travel(DUE + timedelta(hours=1), tick=False):
        resume_subscription(subscription=pause_subscription(subscription=daily))
    change_hour(daily, DUE + timedelta(hours=3), 15)

    assert plan(DUE + timedelta(hours=8)) == (1, 0)
    assert titles_in(Letter.objects.order_by("-pk")[0], "Early Intern") == ["Early Intern"]


def test_letter_called_back_on_its_way_gives_its_time_back(
    daily: Subscription, outbox: Any, sink: Sink
) -> None:
    outbox(sink.port)
    opportunity("Early Intern", days=0.5)
    plan()
    Letter.objects.update(
        state=LetterState.SENDING, token=uuid.uuid4(), lease_until=timezone.now() - WEEK
    )
    pause_subscription(subscription=daily)

    assert post_due().cancelled == 1

    daily.refresh_from_db()
    assert daily.covered_until == DUE - timedelta(days=1)
    assert sink.raw == []


def test_nothing_new_makes_an_empty_digest_and_no_letter(subscription: Subscription) -> None:
    opportunity("Told Intern", days=8, closes=3)

    assert plan() == (0, 1)

    assert Digest.objects.get().state == DigestState.EMPTY
    assert not Letter.objects.exists()


def test_not_due_is_not_planned(subscription: Subscription) -> None:
    opportunity("New Intern", days=1)

    assert plan(DUE - timedelta(seconds=1)) == (0, 0)


@pytest.mark.parametrize("state", ["unconfirmed", "paused", "stopped"])
def test_only_active_subscriptions_get_letters(state: str) -> None:
    SubscriptionFactory(**{state: True})
    opportunity("New Intern", days=1)

    assert plan() == (0, 0)


def test_first_digest_looks_back_seven_days(subscription: Subscription) -> None:
    Subscription.objects.update(covered_until=None)
    opportunity("Six Days Intern", days=6.9)
    opportunity("Eight Days Intern", days=7.1)

    plan()

    assert titles_in(Letter.objects.get(), "Six Days Intern", "Eight Days Intern") == [
        "Six Days Intern"
    ]


def test_after_an_outage_one_letter_tells_of_the_whole_time(subscription: Subscription) -> None:
    opportunity("Three Weeks Intern", days=-1)
    opportunity("Late Intern", days=-15)

    assert plan(DUE + timedelta(days=16)) == (1, 0)

    letter, digest = Letter.objects.get(), Digest.objects.get()
    assert titles_in(letter, "Three Weeks Intern", "Late Intern") == ["Three Weeks Intern"]
    assert (digest.period, digest.since) == ("2026-06-16", DUE - WEEK)
    subscription.refresh_from_db()
    assert subscription.next_due_at == DUE + 3 * WEEK


def test_what_was_committed_late_is_told_next_time_and_nothing_twice(
    subscription: Subscription,
) -> None:
    opportunity("Told Intern", days=0.002)
    plan()
    opportunity("Late Intern", days=0.001)

    assert plan(DUE + WEEK) == (1, 0)

    last = Letter.objects.order_by("-pk")[0]
    assert titles_in(last, "Told Intern", "Late Intern") == ["Late Intern"]


def test_search_decides_and_each_line_says_why(subscription: Subscription) -> None:
    near = PlaceFactory(zip="78640", city="Kyle", latitude=30.0006, longitude=-97.8341)
    Subscription.objects.update(query="kind=apprenticeship&near=78701&within=25")
    opportunity("Plumber Apprentice", days=1, kind=Kind.APPRENTICESHIP, places=[near])
    opportunity("Office Intern", days=1)

    plan()

    letter = Letter.objects.get()
    assert titles_in(letter, "Plumber Apprentice", "Office Intern") == ["Plumber Apprentice"]
    assert "Here because it is an apprenticeship and Kyle is 19 miles from 78701." in " ".join(
        letter.text.split()
    )


def test_what_closes_this_week_comes_first_beside_what_was_told(
    subscription: Subscription,
) -> None:
    Subscription.objects.update(label="Nursing, second year")
    opportunity("Fresh Intern", days=1)
    opportunity("Closing Intern", days=1, closes=3.4)
    opportunity("Told Closing Intern", days=20, closes=2)
    opportunity("Told Intern", days=20)

    plan()

    letter = Letter.objects.get()
    assert letter.subject == "2 new for Nursing, second year; 2 close this week"
    closing, _, fresh = letter.text.partition("NEW SINCE")
    assert closing.index("Told Closing Intern") < closing.index("\nClosing Intern")
    assert "  New. Closes Fri 5 Jun, 4:36 pm CDT" in closing
    assert "Fresh Intern" in fresh
    assert "Told Intern" not in letter.text


def test_text_part_holds_every_link_and_both_parts_stay_small(subscription: Subscription) -> None:
    made = [opportunity(f"Intern {n}", days=1) for n in range(40)]

    plan()

    letter = Letter.objects.get()
    named = [
        o for o in made if f"https://portal.example.org{o.get_absolute_url()}\n" in letter.text
    ]
    assert len(named) == digests.MOST_NEW
    assert "And 20 more new ones" in letter.text
    for part in (letter.text, letter.html):
        assert "https://portal.example.org/unsubscribe/" in part
        assert "https://portal.example.org/subscriptions/" in part
    assert '<html lang="en">' in letter.html
    assert len(letter.text) + len(letter.html) < 100_000
    assert max(len(line) for line in letter.text.splitlines() if "https://" not in line) <= 72


def test_headers_of_one_click_unsubscription(subscription: Subscription) -> None:
    opportunity("New Intern", days=1)

    plan()

    headers = Letter.objects.get().headers
    assert headers["List-Id"] == "<digests.portal.example.org>"
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert headers["List-Unsubscribe"] == (
        f"<https://portal.example.org{subscription.unsubscribe_url}>"
    )


def test_words_of_employers_are_escaped_in_html(subscription: Subscription) -> None:
    opportunity("R&D <script>alert(1)</script>", days=1)

    plan()

    letter = Letter.objects.get()
    assert "R&amp;D &lt;script&gt;" in letter.html
    assert "<script" not in letter.html
    assert "R&D <script>" in letter.text


@pytest.mark.parametrize("readers", [1, 10])
def test_each_distinct_search_is_asked_once_a_run(
    django_assert_num_queries: Any, readers: int
) -> None:
    opportunity("New Intern", days=1)
    SubscriptionFactory.create_batch(
        readers, query="kind=internship", next_due_at=DUE, covered_until=DUE - WEEK
    )

    with time_machine.travel(DUE, tick=False), django_assert_num_queries(18):
        assert plan_due().planned == readers


def test_digest_that_cannot_be_written_stops_no_other(
    subscription: Subscription, monkeypatch: pytest.MonkeyPatch
) -> None:
    opportunity("New Intern", days=1)
    SubscriptionFactory(next_due_at=DUE, covered_until=DUE - WEEK, zone="America/Denver")
    render = digests.Run.render

    def broken(self: Any, subscription: Subscription, *args: Any, **kwargs: Any) -> Any:
        if subscription.zone == "America/Denver":
            raise ZeroDivisionError
        return render(self, subscription, *args, **kwargs)

    monkeypatch.setattr(digests.Run, "render", broken)
    with time_machine.travel(DUE, tick=False):
        tally = plan_due()

    assert (tally.planned, tally.failed) == (1, 1)
    assert Letter.objects.get().recipient == subscription.email
    monkeypatch.setattr(digests.Run, "render", render)
    assert plan() == (1, 0)


def test_times_are_the_readers(subscription: Subscription) -> None:
    Subscription.objects.update(zone="America/New_York")
    opportunity("Closing Intern", days=1, closes=3)

    plan()

    assert "Closes Fri 5 Jun, 8:00 am EDT" in Letter.objects.get().text


@pytest.mark.django_db(transaction=True)
def test_planners_at_once_make_one_digest_each(region: Region) -> None:
    now = timezone.now()
    SubscriptionFactory.create_batch(
        20, next_due_at=now - timedelta(minutes=1), covered_until=now - WEEK
    )
    OpportunityFactory(
        public_since=now - timedelta(days=8), opens_at=now - timedelta(days=9), title="Old"
    )
    slot = SubscriptionFactory.build().latest_slot(now).due
    OpportunityFactory(public_since=slot - timedelta(minutes=1), title="New Trainee")
    Subscription.objects.update(covered_until=slot - timedelta(days=1))
    start = threading.Barrier(4)

    def run() -> None:
        start.wait()
        plan_due()
        connection.close()

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    plan_due()

    assert Digest.objects.count() == 20
    assert Letter.objects.count() == 20


# Now, by hand ----------------------------------------------------------------------------


def test_send_now_tells_up_to_now_and_the_next_goes_on_from_there(
    subscription: Subscription, coordinator: User
) -> None:
    opportunity("Early Intern", days=3)
    early = DUE - timedelta(days=2)
    with time_machine.travel(early, tick=False):
        counted = counted_from(subscription)
        digest = send_now(subscription=subscription, counted=counted, by=coordinator)
        with pytest.raises(MoveRefused):
            send_now(subscription=subscription, counted=counted, by=coordinator)
    opportunity("Later Intern", days=1)

    assert plan() == (1, 0)

    assert (digest.until, digest.by) == (early, coordinator)
    first, second = Letter.objects.order_by("pk")
    assert titles_in(first, "Early Intern", "Later Intern") == ["Early Intern"]
    assert titles_in(second, "Early Intern", "Later Intern") == ["Later Intern"]
    assert Entry.objects.get().what == "sent a digest of"


def test_send_now_after_a_stop_and_a_new_start_sends_again(
    subscription: Subscription, coordinator: User
) -> None:
    Subscription.objects.update(covered_until=None)
    for title in ("Early Intern", "Later Intern"):
        opportunity(title, days=1)
        with time_machine.travel(DUE, tick=True):
            subscription.refresh_from_db()
            counted = counted_from(subscription)
            send_now(subscription=subscription, counted=counted, by=coordinator)
            stop_subscription(subscription=subscription)
            resume_subscription(subscription=subscription)

    assert titles_in(Letter.objects.order_by("-pk")[0], "Later Intern") == ["Later Intern"]


def test_send_now_says_so_when_nothing_was_stored(
    subscription: Subscription, coordinator: User
) -> None:
    """As after somebody has set the subscription's clock back by hand."""
    opportunity("New Intern", days=1)
    with time_machine.travel(DUE - timedelta(hours=1), tick=False):
        counted = counted_from(subscription)
        send_now(subscription=subscription, counted=counted, by=coordinator)
        Subscription.objects.update(covered_until=DUE - WEEK)
        with pytest.raises(MoveRefused, match="nothing was sent"):
            send_now(subscription=subscription, counted=counted, by=coordinator)


def test_preview_changes_nothing(subscription: Subscription) -> None:
    opportunity("New Intern", days=1)

    with time_machine.travel(DUE - timedelta(hours=1), tick=False):
        _, rendered = preview(subscription=subscription)

    assert rendered is not None
    assert "New Intern" in rendered.text
    assert not Digest.objects.exists()
    assert not Letter.objects.exists()


def test_send_now_needs_an_active_subscription(coordinator: User) -> None:
    paused = SubscriptionFactory(paused=True)

    with pytest.raises(MoveRefused):
        send_now(subscription=paused, counted=counted_from(paused), by=coordinator)


def test_first_period_after_confirming_is_the_next_slot() -> None:
    with time_machine.travel(DUE, tick=False):
        subscription = SubscriptionFactory()

    assert subscription.next_due_at == DUE + WEEK
    assert subscription.latest_slot(DUE).day == date(2026, 6, 2)
    assert subscription.time_zone == ZoneInfo("America/Chicago")
