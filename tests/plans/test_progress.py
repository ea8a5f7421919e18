"""News, milestones, statuses and the dashboard: what was told is shown, and by whom it may be."""

import re
from datetime import date, datetime, timedelta
from unittest.mock import ANY
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.actions import MoveRefused
from accounts.models import Entry, User
from partnerships import glance
from plans.actions import seen_statuses, tell_news
from plans.actions.reminding import remind_of_news
from plans.models import (
    Action,
    GroupMember,
    Item,
    Milestone,
    Plan,
    Response,
    StatusUpdate,
    WorkGroup,
)
from plans.progress.cycles import cycle_of, months_after, today_here
from tests.factories import UserFactory
from tests.plans.factories import adopt, item_called, make_comment, make_plan, open_for_comment

SUB = "Begin the 1. thing"


@pytest.fixture
def sub(version) -> Item:
    """1.1.1, with one action; it has no role, so the lead of 1.1 leads it."""
    return Item.objects.get(statement=SUB)


@pytest.fixture
def member(version) -> User:
    """Mia, of the group that leads both strategies."""
    user = UserFactory(name="Mia", email="mia@example.org")
    GroupMember.objects.create(group=WorkGroup.objects.get(code="ET"), name="Mia", user=user)
    return user


def news_form(client, item: Item, **changes: str) -> dict[str, str]:
    page = client.get(reverse("plans:item_news", args=[item.pk])).content.decode()
    token = re.search(r'name="token" value="([^"]+)"', page).group(1)
    about = str(item.actions.get().pk)
    day = today_here().isoformat()
    return {"about": about, "status": "risk", "text": "No room.", "on": day, "token": token} | (
        changes
    )


def test_a_member_of_the_leading_group_tells_news_and_readers_see_it_at_once(
    plan, version, sub, member, signed_in, client
):
    path = reverse("plans:item_news", args=[sub.pk])
    staff = signed_in(member)
    form = news_form(staff, sub)

    assert staff.post(path, form).url == path
    assert staff.post(path, form).url == path  # sent twice, told once

    update = StatusUpdate.objects.get()
    assert (update.before, update.status, update.by) == ("not-started", "risk", member)
    client.logout()
    item = client.get("/plan/1.1.1/").content.decode()
    assert "No room." in item and "At risk since" in item and "1 at risk" in item
    assert "Mia" not in item
    assert "1 at risk" in client.get("/plan/").content.decode()
    assert (ANY, "1 at risk", False) in glance.plan_glance()["rows"]
    board = client.get("/plan/progress/").content.decode()
    assert "No room." in board and "One action is at risk" in board


def test_an_older_version_keeps_the_status_it_was_published_with(plan, version, sub, client):
    Item.objects.filter(handle="Placement").update(statement="People meet early.")
    open_for_comment(plan)
    tell_news(
        item=sub, action=sub.actions.get(), status="done", text="Done.", on=today_here(), by=None
    )

    old, new = (client.get(f"/plan/1.1.1/{v}").content.decode() for v in ("?version=1", ""))

    assert "1 not started" in old and "Done." not in old
    assert "1 done" in new and "Done." in new


def test_only_editors_and_the_leading_group_tell_news(plan, version, sub, signed_in, editor):
    helper = UserFactory(name="Hal")
    other = WorkGroup.objects.create(code="CO", name="Communications")
    GroupMember.objects.create(group=other, name="Hal", user=helper)
    item_called("Strategy 1").roles.create(group=other, role="support")
    path = reverse("plans:item_news", args=[sub.pk])

    assert signed_in(editor).get(path).status_code == 200
    client = signed_in(helper)
    assert client.get(path).status_code == 403
    assert client.post(path, {"about": "whole", "text": "x", "on": "2026-01-01"}).status_code == 403
    assert not StatusUpdate.objects.exists()


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"text": ""}, "Say in a sentence what is new."),
        ({"text": "x" * 2001}, "Use at most 2000 characters"),
        ({"on": "2100-01-01"}, "Choose a day between 2000 and 2099."),
        ({"on": "2099-01-01"}, "Choose today or an earlier day"),
        ({"on": "soon"}, "Write a day such as 2026-03-31."),
        ({"about": "whole"}, "Choose the action whose status changes"),
        ({"about": "0"}, "0 is not one of"),
        ({"status": "finished"}, "finished is not one of"),
        ({"token": "x"}, "Enter a valid UUID"),
    ],
)
def test_news_that_cannot_be_comes_back_with_a_sentence(
    plan, version, sub, member, signed_in, change, sentence
):
    client = signed_in(member)
    form = news_form(client, sub) | {"text": "Kept words"} | change

    response = client.post(reverse("plans:item_news", args=[sub.pk]), form)

    page = response.content.decode()
    assert response.status_code == 422 and "<title>Error:" in page
    assert sentence in page.replace("&#x27;", "'")
    assert not StatusUpdate.objects.exists()


def test_a_status_changes_by_later_news_only(plan, version, sub):
    action, today = sub.actions.get(), today_here()
    tell_news(item=sub, action=action, status="progress", text="Begun.", on=today, by=None)

    with pytest.raises(MoveRefused, match="last changed on"):
        tell_news(
            item=sub,
            action=action,
            status="done",
            text="Late.",
            by=None,
            on=today - timedelta(days=1),
        )

    tell_news(
        item=sub, action=action, text="Seen from then.", on=today - timedelta(days=9), by=None
    )
    assert Action.objects.get(pk=action.pk).status == "progress"


def test_words_alone_are_news_of_an_action_too(version, sub, client):
    assert "Not started. No news yet." in client.get("/plan/1.1.1/").content.decode()

    day = date(2026, 3, 8)
    tell_news(item=sub, action=sub.actions.get(), text="We look for a room.", on=day, by=None)

    assert "Not started. News 8 Mar 2026" in client.get("/plan/1.1.1/").content.decode()


def test_news_never_changes_whatever_asks_for_it(plan, version, sub, member):
    tell_news(item=sub, text="As it was.", on=today_here(), by=member)

    for act in (
        lambda: StatusUpdate.objects.update(text="Better."),
        lambda: StatusUpdate.objects.all().delete(),
    ):
        with pytest.raises(IntegrityError, match="News never changes"), transaction.atomic():
            act()

    Entry.objects.all().delete()
    member.delete()
    assert StatusUpdate.objects.get().by is None


# Cycles and reminders ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2028, 1, 31), 1, date(2028, 2, 29)),
        (date(2026, 5, 31), -3, date(2026, 2, 28)),
        (date(2026, 11, 30), 2, date(2027, 1, 30)),
    ],
)
def test_months_end_where_the_month_does(day, months, later):
    assert months_after(day, months) == later


def test_every_day_is_in_one_cycle():
    plan = Plan(news_every=3)
    adopted = date(2026, 1, 31)

    for n in range(900):
        today = adopted + timedelta(days=n)
        cycle = cycle_of(plan, adopted, today)
        assert cycle and cycle.begins <= today < cycle.ends
    assert cycle_of(plan, adopted, adopted - timedelta(days=1)) is None
    assert cycle_of(Plan(news_every=0), adopted, adopted) is None


def test_each_leading_group_is_asked_once_a_cycle_for_what_has_no_news(plan, region, mailoutbox):
    lead = WorkGroup.objects.get(code="ET")
    lead.contact_email = "omar@example.org"
    lead.save()
    helper = WorkGroup.objects.create(code="CO", name="Communications", contact_email="w@x.org")
    subs = list(Item.objects.filter(statement__startswith="Begin").order_by("statement"))
    for sub in subs:
        sub.roles.create(group=lead, role="lead")
        sub.roles.create(group=helper, role="support")
    # Noon of 8 December 2025: the cycle ends on 8 March 2026, when clocks go forward.
    begun = datetime(2025, 12, 8, 12, tzinfo=ZoneInfo("America/Chicago"))
    with time_machine.travel(begun, tick=False):
        adopt(plan)

    with time_machine.travel(begun + timedelta(days=75), tick=False):
        tell_news(item=subs[0], text="We meet.", on=today_here(), by=None)
        assert remind_of_news(now=timezone.now()) == 0  # 21 February is too early
    with time_machine.travel(datetime(2026, 2, 22, 0, 30, tzinfo=begun.tzinfo), tick=False):
        remind_of_news(now=timezone.now())
        remind_of_news(now=timezone.now())

    with time_machine.travel(begun + timedelta(days=170), tick=False):
        remind_of_news(now=timezone.now())

    letter, again, later = mailoutbox
    keys = [one.extra_headers["X-Letter-Key"] for one in mailoutbox]
    assert keys[0] == keys[1] != keys[2]  # the outbox writes one letter a key
    assert letter.to == ["omar@example.org"]
    assert "1.2.1 Begin the 2. thing" in letter.body and "1.1.1" not in letter.body
    assert "before 8 Mar 2026" in letter.body
    assert max(len(line) for line in letter.body.splitlines() if "://" not in line) <= 76
    assert reverse("plans:item_news", args=[subs[1].pk]) in letter.alternatives[0].content


def test_what_is_silent_too_long_is_said_plainly(plan, sub, client, region):
    Plan.objects.update(news_every=3)
    with time_machine.travel(timezone.now() - timedelta(days=200), tick=False):
        adopt(plan)
        tell_news(item=sub, text="Long ago.", on=today_here(), by=None)

    board = client.get("/plan/progress/").content.decode()
    item = client.get("/plan/1.1.1/").content.decode()

    assert board.count("no news since") == 1 and "200 days without a word" in board
    assert board.count("no news yet") == 1 and "200 days since the plan was adopted" in board
    assert "no news since" in item


def test_the_desk_and_the_list_show_a_member_what_waits(plan, version, member, signed_in, sub):
    sub.roles.create(group=WorkGroup.objects.get(code="ET"), role="lead")
    open_for_comment(plan)
    client = signed_in(member)

    page = client.get("/plan/news/").content.decode()

    assert "One part waits for news" in page and SUB in page


@pytest.mark.parametrize("strategies", [1, 3])
def test_what_waits_costs_the_same_with_one_part_and_three(
    region, member_of, django_assert_num_queries, strategies
):
    client = member_of(strategies)
    client.get("/plan/news/")

    with django_assert_num_queries(9):
        client.get("/plan/news/")


@pytest.fixture
def member_of(signed_in):
    def sign_in(strategies: int):
        plan = make_plan(strategies)
        lead = WorkGroup.objects.get(code="ET")
        for sub in Item.objects.filter(statement__startswith="Begin"):
            sub.roles.create(group=lead, role="lead")
        adopt(plan)
        user = UserFactory(name="Mia")
        GroupMember.objects.create(group=lead, name="Mia", user=user)
        return signed_in(user)

    return sign_in


# Milestones ---------------------------------------------------------------------------


def test_a_milestone_is_added_late_and_done(plan, version, sub, member, signed_in, client):
    staff, today = signed_in(member), today_here()
    due = (today - timedelta(days=3)).isoformat()
    staff.post(
        reverse("plans:item_milestone", args=[sub.pk]),
        {"milestone-text": "Form in use", "milestone-due_on": due},
    )
    milestone = Milestone.objects.get()
    path = reverse("plans:milestone_mark", args=[milestone.pk])

    assert "3 days late" in client.get("/plan/1.1/").content.decode()
    assert "3 days late" in client.get("/plan/progress/").content.decode()
    staff.post(path, {"do": "done", "done_on": (today + timedelta(days=1)).isoformat()})
    assert Milestone.objects.get().done_on is None
    staff.post(path, {"do": "done", "done_on": today.isoformat()})
    assert "3 days late" not in client.get("/plan/progress/").content.decode()
    assert "Done " in client.get("/plan/1.1.1/").content.decode()
    staff.post(path, {"do": "retire"})
    assert "Form in use" not in client.get("/plan/1.1.1/").content.decode()


def test_a_stranger_to_the_item_marks_no_milestone(plan, version, sub, signed_in, outsider):
    milestone = Milestone.objects.create(item=sub, text="Form", due_on=today_here())
    path = reverse("plans:milestone_mark", args=[milestone.pk])

    assert signed_in(outsider).post(path, {"do": "retire"}).status_code == 404
    assert Milestone.objects.get().retired_at is None


# Statuses -----------------------------------------------------------------------------


def statuses(*rows: tuple[str, str, str]) -> dict[str, str]:
    seen = seen_statuses(Plan.objects.get())
    data = {
        "seen": seen,
        "news_every": "3",
        "status-TOTAL_FORMS": str(len(rows)),
        "status-INITIAL_FORMS": "0",
    }
    for n, (key, word, tone) in enumerate(rows):
        data |= {f"status-{n}-key": key, f"status-{n}-word": word, f"status-{n}-tone": tone}
    return data


def test_statuses_get_other_words_and_used_ones_stay(plan, version, sub, signed_in, editor):
    client = signed_in(editor)
    tell_news(
        item=sub, action=sub.actions.get(), status="risk", text="Hm.", on=today_here(), by=None
    )
    kept = [("not-started", "Not begun", "not-started"), ("risk", "In danger", "risk")]

    saved = client.post("/plan/statuses/", statuses(*kept, ("", "Blocked", "risk")))
    refused = client.post("/plan/statuses/", statuses(kept[0], ("blocked", "Stuck", "risk")))

    assert saved.status_code == 302 and refused.status_code == 422
    assert "“In danger” must stay: 1 action has it." in refused.content.decode()
    assert [s["key"] for s in Plan.objects.get().statuses] == ["not-started", "risk", "blocked"]
    assert "1 in danger" in client.get("/plan/1.1.1/").content.decode()
    assert "1 not begun" in client.get("/plan/1.2.1/").content.decode()


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        ([("not-started", "Same", "done"), ("done", "same", "done")], "have the same word"),
        ([("not-started", "Only one", "done")], "two statuses at least"),
        ([("done", "Done", "done"), ("", "New", "risk")], "what new actions begin with"),
        ([("not-started", "A\u202eB", "done"), ("done", "Done", "done")], "direction marks"),
        ([("not-started", "A", "gold"), ("done", "Done", "done")], "gold is not one of"),
    ],
)
def test_statuses_that_cannot_be_come_back(plan, version, signed_in, editor, rows, sentence):
    response = signed_in(editor).post("/plan/statuses/", statuses(*rows))

    assert response.status_code == 422 and sentence in response.content.decode()
    assert len(Plan.objects.get().statuses) == 4


def test_the_second_editor_of_the_statuses_is_told_what_the_first_one_saved(
    plan, version, signed_in, editor
):
    client = signed_in(editor)
    mine = statuses(("not-started", "Waiting", "not-started"), ("done", "Over", "done"))
    theirs = statuses(("not-started", "Planned", "not-started"), ("done", "Done", "done"))
    client.post("/plan/statuses/", theirs)

    refused = client.post("/plan/statuses/", mine)

    page = refused.content.decode()
    assert refused.status_code == 409
    assert "“Planned”, “Done”" in page and 'value="Waiting"' in page
    again = re.search(r'name="seen" value="(\w+)"', page).group(1)
    assert client.post("/plan/statuses/", mine | {"seen": again}).status_code == 302


# The dashboard and the chain ----------------------------------------------------------


@pytest.mark.parametrize("strategies", [1, 3])
def test_the_dashboard_costs_the_same_with_one_strategy_and_three(
    region, client, django_assert_num_queries, strategies
):
    adopt(make_plan(strategies))
    for sub in Item.objects.filter(statement__startswith="Begin"):
        action = sub.actions.get()
        tell_news(item=sub, action=action, status="risk", text="Hm.", on=today_here(), by=None)
        Milestone.objects.create(item=sub, text="Form", due_on=today_here())
    client.get("/plan/progress/")

    with django_assert_num_queries(8):
        client.get("/plan/progress/")


def test_without_a_version_the_dashboard_says_what_will_be_here(plan, client):
    assert "No plan is published yet" in client.get("/plan/progress/").content.decode()


def test_the_chain_leads_from_comments_to_answers(plan, version, client):
    response = plan.responses.create(
        title="Plainer",
        disposition="accepted",
        text="Yes.",
        no_change_because="It stands.",
    )
    make_comment(version, "1.1", response=response)
    make_comment(version, "1.1.1")

    assert "None of 2 comments yet" in client.get("/plan/1.1/").content.decode()
    plan.responses.update(published_at=timezone.now())
    page = client.get("/plan/1.1/").content.decode()
    assert 'href="/plan/responses/?item=1.1">1 of 2 comments' in page


def test_what_was_answered_and_when_a_status_changed_is_not_denied(plan, version, sub, client):
    response = Response.objects.create(
        plan=plan, title="Said", disposition="answered", text="Yes.",
        no_change_because="None was asked for", published_at=timezone.now(),
    )  # fmt: skip
    make_comment(version, "1.1.1", response=response)
    sub.actions.update(status="progress", status_on=date(2026, 3, 4))
    adopt(plan)

    earlier = client.get("/plan/1.1.1/?version=1").content.decode()
    now = client.get("/plan/1.1.1/").content.decode()

    assert "1 of 1 comment</a>" in earlier and "No measure yet" not in earlier
    assert "Nothing was told in words yet. A status changed last on 4 Mar 2026." in now
