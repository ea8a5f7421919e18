"""Followers of the plan whose mail server refuses letters are left in peace."""

from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from outreach.actions.post import post_due
from outreach.actions.subscriptions import count_bounces
from outreach.choices import LetterState
from outreach.models import Letter
from plans.actions import (
    ask_to_follow,
    end_all_follows,
    end_follow,
    tell_news,
    write_to_followers,
)
from plans.models import Follow, Item, Plan
from plans.progress.cycles import today_here
from tests.outreach.factories import LetterFactory
from tests.plans.factories import item_called, make_plan, open_for_comment

NOON = datetime.fromisoformat("2026-03-03T12:00:00-06:00")


def follow(plan: Plan, item: Item, email: str = "ana@example.org") -> Follow:
    now = timezone.now()
    return Follow.objects.create(
        plan=plan, item=item, email=email, confirmed_at=now, told_until=now
    )


@pytest.fixture
def written(region: Any, outbox: Any) -> list[Follow]:
    """Ana follows two strategies, Bo one; a letter to each waits in the outbox."""
    with time_machine.travel(NOON - timedelta(days=1), tick=False):
        plan = make_plan(strategies=2)
        open_for_comment(plan)
        one, two = item_called("Strategy 1"), item_called("Strategy 2")
        follows = [follow(plan, one), follow(plan, two), follow(plan, one, "bo@example.org")]
    with time_machine.travel(NOON - timedelta(hours=2), tick=False):
        tell_news(item=one, text="The first began.", on=today_here(), by=None)
        tell_news(item=two, text="The second began.", on=today_here(), by=None)
    with time_machine.travel(NOON, tick=False):
        assert write_to_followers() == 2
    return follows


def waiting(email: str) -> list[Letter]:
    return list(Letter.objects.filter(recipient=email, state=LetterState.PENDING))


def test_a_letter_that_has_not_left_is_called_back_when_its_follow_ends(written):
    *_, bo = written

    end_follow(follow=bo)

    assert waiting("bo@example.org") == []
    assert len(waiting("ana@example.org")) == 1


def test_what_else_somebody_follows_is_told_in_a_letter_of_its_own(written):
    first, second, _ = written
    assert "The first began." in waiting("ana@example.org")[0].text

    with time_machine.travel(NOON + timedelta(minutes=10), tick=False):
        end_follow(follow=first)
        assert waiting("ana@example.org") == []
        assert [write_to_followers(), write_to_followers()] == [1, 0]

    text = waiting("ana@example.org")[0].text
    assert "The second began." in text and "The first began." not in text


def test_a_letter_that_has_left_is_not_told_again(written):
    first, *_ = written
    Letter.objects.update(state=LetterState.SENT, sent_at=NOON)

    with time_machine.travel(NOON + timedelta(minutes=10), tick=False):
        end_follow(follow=first)
        assert write_to_followers() == 0


def test_ending_all_calls_back_every_letter_about_the_plan(written):
    plan = Plan.objects.get()
    ask_to_follow(plan=plan, item=item_called("Placement"), email="Ana@example.org")
    LetterFactory(kind="digest", recipient="ana@example.org")

    end_all_follows(email="ANA@example.org")

    assert [letter.kind for letter in waiting("ana@example.org")] == ["digest"]
    link = Letter.objects.get(kind="plan-follow-confirm")
    assert (link.state, link.text, link.html) == (LetterState.CANCELLED, "", "")
    assert len(waiting("bo@example.org")) == 1


def test_a_sender_that_holds_a_letter_asks_whether_it_is_still_wanted(written):
    letter = waiting("bo@example.org")[0]
    Follow.objects.filter(email="bo@example.org").update(ended_at=NOON)

    post_due()

    letter.refresh_from_db()
    assert letter.state == LetterState.CANCELLED
    assert Letter.objects.get(recipient="ana@example.org").state == LetterState.SENT


@pytest.mark.parametrize(("states", "standing"), [("sff", 1), ("fff", 0), ("fsff", 1), ("sfff", 0)])
def test_letters_end_after_the_third_refusal_in_a_row(region, states, standing):
    now = timezone.now()
    Follow.objects.create(plan=make_plan(), email="gone@example.org", confirmed_at=now)
    for state in states:
        trait = {"sent" if state == "s" else "failed": True}
        LetterFactory(kind="plan-follow-news", recipient="gone@example.org", **trait)

    count_bounces(addresses=["gone@example.org"])

    assert Follow.objects.standing().count() == standing
