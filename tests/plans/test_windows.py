"""The times for comments: set on their own clock, told in words, late ones kept as late."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.utils import timezone

from plans.actions import (
    Beginning,
    WindowDraft,
    begin_next_plan,
    change_window,
    close_window,
    open_window,
)
from plans.choices import CommentState, PlanState
from plans.comments.windows import window_among
from plans.models import Comment, CommentWindow, Plan, PlanVersion
from tests.plans.factories import item_called, make_comment, open_for_comment
from tests.plans.test_comments import give, link_in

FORM = {
    "title": "",
    "item": "",
    "opens_at": "2026-05-04T09:00",
    "closes_at": "2026-06-05T17:00",
    "zone": "America/Chicago",
    "grace": "0",
    "moderation": "before",
}


@pytest.fixture
def may():
    """A morning in May, on no side of a change of clocks."""
    with time_machine.travel(datetime(2026, 5, 2, 15, tzinfo=UTC), tick=False):
        yield


def test_an_editor_sets_a_window_on_another_clock_and_readers_see_that_clock(
    may, version: PlanVersion, signed_in, editor, client
):
    CommentWindow.objects.update(closes_at=timezone.now(), opens_at=timezone.now() - timedelta(1))
    item = item_called("Strategy 1")

    answer = signed_in(editor).post(
        "/plan/windows/add/", FORM | {"zone": "America/Denver", "item": str(item.pk)}
    )

    assert answer.status_code == 302
    page = client.get("/plan/1.1/").content.decode()
    assert "Comments open <time" in page and "Mon 4 May, 9:00 am MDT" in page
    with time_machine.travel(datetime(2026, 5, 20, tzinfo=UTC), tick=False):
        assert "Fri 5 Jun, 5:00 pm MDT" in client.get("/plan/1.1.1/").content.decode()
        assert "Fri 5 Jun" not in client.get("/plan/1.2/").content.decode()


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        (
            {"opens_at": "2027-03-14T02:30", "closes_at": "2027-04-01T17:00"},
            "The clock goes forward that night, so 2:30 am on Sun 14 March does not exist. "
            "Choose 3:30 am or another time.",
        ),
        (
            {"closes_at": "2026-11-01T01:30"},
            "The clock goes back that night, so 1:30 am on Sun 1 November comes twice. Choose a "
            "time that comes once, such as 12:30 am or 2:30 am.",
        ),
        ({"closes_at": "2026-05-04T08:59"}, "Choose a closing time after the opening time."),
        ({"closes_at": "2026-05-01T08:59"}, "Choose a time in the future."),
        ({"closes_at": "5/6/26"}, "valid date"),
        ({"grace": "10081"}, "Late comments are kept for a week at most"),
        ({"zone": "Mars/Olympus"}, "Mars/Olympus is not one of the"),
        ({"item": "1"}, "1 is not one of the"),
    ],
)
def test_a_wrong_time_is_refused_with_a_sentence(may, version, signed_in, editor, fields, sentence):
    answer = signed_in(editor).post("/plan/windows/add/", FORM | {"title": "Mine"} | fields)

    page = answer.content.decode()
    assert (answer.status_code, 'value="Mine"' in page) == (422, True)
    assert sentence in page
    assert CommentWindow.objects.count() == 1


def test_the_hour_that_comes_twice_does_in_its_own_zone_alone(may, version, signed_in, editor):
    night = FORM | {"closes_at": "2026-11-01T01:30", "zone": "America/Phoenix"}

    assert signed_in(editor).post("/plan/windows/add/", night).status_code == 302

    window = CommentWindow.objects.latest("pk")
    assert window.closes_at == datetime(2026, 11, 1, 8, 30, tzinfo=UTC)
    assert window.closes == "Sun 1 Nov, 1:30 am MST"


def test_days_left_are_counted_over_a_change_of_clocks(version, client):
    closes = datetime(2026, 11, 2, 5, 30, tzinfo=UTC)
    CommentWindow.objects.update(opens_at=closes - timedelta(days=9), closes_at=closes)

    with time_machine.travel(datetime(2026, 11, 1, 5, 30, tzinfo=UTC), tick=False):
        page = client.get("/plan/1.1/").content.decode()

    assert "Sun 1 Nov, 11:30 pm CST" in page and "(today)" in page


def test_two_editors_do_not_overwrite_each_other(may, plan: Plan, version, signed_in, editor):
    window = CommentWindow.objects.get()
    path, client = f"/plan/windows/{window.pk}/", signed_in(editor)
    form = FORM | {"seen": window.seen}
    assert client.post(path, form | {"title": "First"}).status_code == 302

    second = client.post(path, form | {"title": "Second"})

    assert second.status_code == 409
    assert 'value="Second"' in second.content.decode()
    window.refresh_from_db()
    assert window.title == "First" and window.seen in second.content.decode()


def test_an_editor_closes_a_window_at_once(version, signed_in, editor, client):
    window = CommentWindow.objects.get()
    CommentWindow.objects.update(grace=60)
    path = f"/plan/windows/{window.pk}/close/"
    assert signed_in(editor).get(path).status_code == 405

    signed_in(editor).post(path)

    assert give(client).status_code == 409
    assert "Was open from" in signed_in(editor).get("/plan/windows/").content.decode()
    again = signed_in(editor).post(path, follow=True).content.decode()
    assert "This time for comments is not open." in again


def test_opening_the_whole_plan_again_ends_the_time_of_answering(plan: Plan, version, editor):
    Plan.objects.update(state=PlanState.ANSWERING)
    now = timezone.now()
    draft = WindowDraft(opens_at=now, closes_at=now + timedelta(days=3))

    close_window(window=CommentWindow.objects.get(), by=editor)
    window = open_window(plan=plan, draft=draft, by=editor)

    assert Plan.objects.get().state == PlanState.OPEN
    draft.title = "Longer"
    assert change_window(window=window, draft=draft, by=editor).title == "Longer"


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_costs_the_same_with_one_window_and_with_three(
    version, signed_in, editor, django_assert_num_queries, rows
):
    window = CommentWindow.objects.get()
    for _ in range(rows - 1):
        window.pk = None
        window.save()
    make_comment(version, "1.1", window=window)
    client = signed_in(editor)
    client.get("/plan/windows/")

    with django_assert_num_queries(6):
        page = client.get("/plan/windows/").content.decode()

    assert "1 comment." in page


def test_the_next_plan_has_its_own_times_before_it_is_adopted(may, version, signed_in, editor):
    new = begin_next_plan(plan=version.plan, beginning=Beginning("River"), fates={}, by=editor)
    open_for_comment(new)
    client = signed_in(editor)
    wanted = f"?plan={new.pk}"

    answer = client.post(f"/plan/windows/add/{wanted}", FORM | {"title": "Second reading"})

    assert answer.url == f"/plan/windows/{wanted}"
    assert new.windows.filter(title="Second reading").count() == 1
    page = client.get(answer.url).content.decode()
    assert "Second reading" in page and "River" in page
    assert "Second reading" not in client.get("/plan/windows/").content.decode()


# Two at once ------------------------------------------------------------------------------


def test_an_editor_is_told_of_a_window_that_overlaps_and_which_one_rules(
    may, version, signed_in, editor, client
):
    CommentWindow.objects.update(title="Town halls")
    item, other = item_called("Strategy 1"), item_called("Strategy 2")
    desk = signed_in(editor)
    longer = FORM | {"item": str(item.pk), "moderation": "after"}

    page = desk.post("/plan/windows/add/", longer, follow=True).content.decode()

    assert "It overlaps “Town halls”, open from Sat 2 May, 10:00 am CDT to " in page
    rules = "because it closes last: comments close Fri 5 Jun, 5:00 pm CDT"
    assert f"this one rules, {rules}, and each is shown at once, read afterwards." in page
    assert "It overlaps the time for 1.1 and all below it, open from Mon 4 May" in page
    assert f"that one rules, {rules}" in page
    with time_machine.travel(datetime(2026, 5, 5, 15, tzinfo=UTC), tick=False):
        assert "Closes <time" in client.get("/plan/1.1/").content.decode()
        assert "Fri 5 Jun, 5:00 pm CDT" in client.get("/plan/1.1.1/").content.decode()
        assert "Fri 5 Jun" not in client.get("/plan/1.2/").content.decode()
    mine = CommentWindow.objects.latest("pk")
    change = f"/plan/windows/{mine.pk}/"
    assert "It overlaps “Town halls”" in desk.get(change).content.decode()
    beside = longer | {"item": str(other.pk), "seen": mine.seen, "opens_at": "2026-05-20T09:00"}
    page = desk.post(change, beside, follow=True).content.decode()
    assert "The time for comments is changed." in page and "It overlaps" not in page
    keep = {"do": "keep-open", "closes_at": "2026-07-01T17:00"}
    page = desk.post("/plan/close/", keep, follow=True).content.decode()
    assert (
        "Where both are open, this one rules, because it closes last: comments close Wed 1 Jul"
        in page
    )


def test_what_opens_first_is_named_of_two_that_are_to_come(may, version):
    now = timezone.now()
    first, second = now + timedelta(days=20), now + timedelta(days=30)
    CommentWindow.objects.update(opens_at=first, closes_at=now + timedelta(days=90))
    later = {"opens_at": second, "closes_at": now + timedelta(days=40)}
    CommentWindow.objects.create(plan=version.plan, **later)

    assert window_among(version, [], now).next.opens_at == first


@pytest.mark.parametrize(
    ("opens", "closes", "shown", "judged"),
    [
        (
            "2026-10-31T09:00",
            "2026-11-01T17:00",
            ("Sat 31 Oct, 9:00 am CDT", "Sun 1 Nov, 5:00 pm CST"),
            (datetime(2026, 10, 31, 14, tzinfo=UTC), datetime(2026, 11, 1, 23, tzinfo=UTC)),
        ),
        (
            "2027-03-13T17:00",
            "2027-03-14T17:00",
            ("Sat 13 Mar, 5:00 pm CST", "Sun 14 Mar, 5:00 pm CDT"),
            (datetime(2027, 3, 13, 23, tzinfo=UTC), datetime(2027, 3, 14, 22, tzinfo=UTC)),
        ),
    ],
)
def test_a_window_over_a_change_of_clocks_is_shown_and_judged_by_its_own(
    version, signed_in, editor, client, opens, closes, shown, judged
):
    second = timedelta(seconds=1)
    opening, closing = judged
    with time_machine.travel(opening - timedelta(hours=6), tick=False):
        CommentWindow.objects.update(
            closes_at=opening - timedelta(hours=7), opens_at=opening - timedelta(days=9)
        )
        fields = FORM | {"opens_at": opens, "closes_at": closes, "grace": "120"}
        assert signed_in(editor).post("/plan/windows/add/", fields).status_code == 302
        assert "Comments open" in client.get("/plan/1.1/").content.decode()
    window = CommentWindow.objects.latest("pk")
    assert (window.opens_at, window.closes_at) == judged
    for moment, is_open, is_late in (
        (opening - second, False, False),
        (opening, True, False),
        (closing - second, True, False),
        (closing, False, True),
        (closing + timedelta(hours=2) - second, False, True),
        (closing + timedelta(hours=2), False, False),
    ):
        seen = window_among(version, [], moment)
        assert (seen.open is not None, seen.late is not None) == (is_open, is_late), moment
    with time_machine.travel(closing - timedelta(hours=18), tick=False):
        assert (window.opens, window.closes) == shown
        assert f"{shown[1]}</time>" in client.get("/plan/1.1/").content.decode()


# Late ones ------------------------------------------------------------------------------


def test_what_comes_within_the_grace_is_kept_and_marked_late(version, client, mailoutbox):
    window = CommentWindow.objects.get()
    CommentWindow.objects.update(grace=30, moderation="after")

    with time_machine.travel(window.closes_at + timedelta(minutes=29), tick=False):
        page = client.get("/plan/1.1/comment/").content.decode()
        assert "is still kept, and marked as late" in page
        assert give(client).status_code == 302
        mine = client.post(link_in(mailoutbox[0])).url
        comment = Comment.objects.get()
        assert (comment.late, comment.state) == (True, CommentState.PUBLISHED)
        assert "It came after comments had closed" in client.get(mine).content.decode()
        assert "came late" in client.get("/plan/1.1/").content.decode()
        assert "after comments had closed" in mailoutbox[1].body
    with time_machine.travel(window.closes_at + timedelta(minutes=30), tick=False):
        refused = give(client, text="A minute too late.")

    assert refused.status_code == 409
    assert "A minute too late." in refused.content.decode()


# Shown at once ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "state"),
    [
        ({}, CommentState.PUBLISHED),
        ({"text": "See https://example.org/offer"}, CommentState.WAITING),
        ({"text": "SAY IT MORE plainly."}, CommentState.WAITING),
    ],
)
def test_where_comments_are_read_afterwards_only_odd_ones_wait(
    version, client, mailoutbox, fields, state
):
    CommentWindow.objects.update(moderation="after")
    make_comment(version, "1.2")
    give(client, **fields)
    comment = Comment.objects.latest("pk")
    assert comment.state == CommentState.UNCONFIRMED

    client.post(link_in(mailoutbox[0]))

    comment.refresh_from_db()
    assert (comment.state, comment.read_at) == (state, None)
    words = "It is shown with the plan" if state == "published" else "a person will read it"
    assert words in mailoutbox[1].body
