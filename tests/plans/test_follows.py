"""Following the plan: confirmed by a link, told once, one letter a day, ended by one click."""

import re
import threading
from contextlib import closing
from datetime import datetime, timedelta
from xml.etree import ElementTree

import pytest
import time_machine
from django.core import mail
from django.db import connection
from django.test import Client
from django.utils import timezone

from plans.actions import (
    AnswerDraft,
    ItemDraft,
    begin_response,
    close_for_comment,
    edit_item,
    forget_follows,
    publish_responses,
    retire_item,
    save_response,
    tell_news,
    write_to_followers,
)
from plans.choices import Passing
from plans.comments.answers import prepared, seen_of
from plans.letters.links import FOLLOW_END, FOLLOW_MANAGE, follow_token
from plans.models import Comment, CommentWindow, Descent, Follow, Item, Plan
from plans.progress.cycles import today_here
from tests.factories import UserFactory
from tests.plans.factories import adopt, item_called, make_comment, make_plan, open_for_comment

NOON = datetime.fromisoformat("2026-03-03T12:00:00-06:00")
ATOM = "{http://www.w3.org/2005/Atom}"


def link_in(letter, part: str = "plan/follow") -> str:
    return re.search(rf"https?://[^/]+(/{part}\S+)", letter.body).group(1)


def parsed(answer):
    return ElementTree.fromstring(answer.content)  # noqa: S314  our own


def follow(plan: Plan, item: Item | None = None, email: str = "ana@example.org") -> Follow:
    now = timezone.now()
    return Follow.objects.create(
        plan=plan, item=item, email=email, confirmed_at=now, told_until=now
    )


def test_a_stranger_follows_by_a_link_that_only_a_post_confirms(version, client, mailoutbox):
    item = item_called("Strategy 1")
    page = client.get("/plan/1.1/").content.decode()
    assert f'href="/plan/follow/?item={item.pk}"' in page
    form = client.get(f"/plan/follow/?item={item.pk}").content.decode()
    assert "1 Placement, and all below it" in form

    data = {"what": str(item.pk), "email": "Ana@Example.org"}
    sent = client.post(f"/plan/follow/?item={item.pk}", data)
    assert sent.url == "/plan/follow/sent/"
    link = link_in(mailoutbox[0])
    assert link.split("/")[-2] not in str(Follow.objects.values_list().get())
    client.get(link)
    assert Follow.objects.standing().count() == 0

    mine = client.post(link).url
    kept = Follow.objects.standing().get()
    assert (kept.email, kept.item) == ("ana@example.org", item)
    assert "1.1 Strategy 1" in client.get(mine).content.decode()
    client.post(mine, {"end": str(kept.pk)})
    assert Follow.objects.standing().count() == 0


def test_asking_again_makes_neither_a_second_one_nor_a_flood(version, client, mailoutbox):
    data = {"what": "plan", "email": "ana@example.org"}
    for _ in range(3):
        client.post("/plan/follow/", data)
    assert (Follow.objects.count(), len(mailoutbox)) == (1, 1)

    client.post(link_in(mailoutbox[0]))
    client.post("/plan/follow/", data)
    assert Follow.objects.count() == 1
    assert mailoutbox[-1].subject == "You follow this already"

    codes = [
        client.post(f"/plan/follow/?item={one.pk}", data | {"what": str(one.pk)}).status_code
        for one in Item.objects.all()
    ]
    assert codes == [302, 302, 302, 302, 429]
    trap = client.post("/plan/follow/", {"what": "plan", "email": "b@example.org", "website": "x"})
    assert trap.status_code == 302
    assert not Follow.objects.filter(email="b@example.org").exists()


@pytest.mark.parametrize("data", [{}, {"what": "x", "email": "a@b"}, {"what": "plan", "email": ""}])
def test_what_is_wrong_comes_back_in_words(version, client, data):
    answer = client.post("/plan/follow/", data)

    assert answer.status_code == 422
    assert "<title>Error:" in answer.content.decode()


def test_whoever_is_signed_in_follows_with_one_click(version, client, mailoutbox):
    user = UserFactory(email="Tam@example.org")
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")

    for _ in range(2):
        client.post("/plan/follow/", {"what": "plan"})

    kept = Follow.objects.standing().get()
    assert (kept.email, kept.user, len(mailoutbox)) == ("tam@example.org", user, 0)


def as_tam(client: Client) -> Client:
    user = UserFactory(email="Tam@example.org")
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_whoever_follows_an_item_is_shown_so_and_how_to_stop(version, client):
    tam, item = as_tam(client), item_called("Strategy 1")
    assert "Follow it by e-mail" in tam.get("/plan/1.1/").content.decode()
    kept = follow(version.plan, item, "tam@example.org")

    page = tam.get("/plan/1.1/").content.decode()

    assert "You follow it by e-mail" in page and "Follow it by e-mail" not in page
    assert "/plan/follow/?item=" not in page
    mine = f"/plan/follows/{follow_token(kept, FOLLOW_MANAGE)}/"
    assert f'href="{mine}"' in page
    assert "you follow what it is part of" in tam.get("/plan/1.1.1/").content.decode()
    for other in ("/plan/1.2/", "/plan/1/"):
        assert "Follow it by e-mail" in tam.get(other).content.decode()
    tam.post(mine, {"end": str(kept.pk)})
    assert "Follow it by e-mail" in tam.get("/plan/1.1/").content.decode()


def test_whoever_follows_the_plan_is_offered_no_part_of_it(version, client):
    tam = as_tam(client)
    assert ">Follow</a>" in tam.get("/plan/").content.decode()
    follow(version.plan, email="tam@example.org")

    assert ">You follow the plan</a>" in tam.get("/plan/").content.decode()
    assert "you follow what it is part of" in tam.get("/plan/1.1.1/").content.decode()
    form = tam.get(f"/plan/follow/?item={item_called('Strategy 1').pk}").content.decode()
    assert "You follow the whole plan already" in form and 'name="what"' not in form


def test_what_is_followed_already_is_not_among_the_choices(version, client):
    goal, strategy = item_called("Placement"), item_called("Strategy 1")
    sub = Item.objects.get(statement="Begin the 1. thing")
    follow(version.plan, strategy, "tam@example.org")

    form = as_tam(client).get(f"/plan/follow/?item={sub.pk}").content.decode()

    offered = re.findall(r'name="what"[^>]*value="([^"]+)"|value="([^"]+)"[^>]*name="what"', form)
    assert {one or other for one, other in offered} == {str(goal.pk), "plan"}
    assert "You follow what it is part of already" in form


def test_a_follow_goes_along_with_its_item_into_another_one_and_into_the_next_plan(
    plan, version, client, editor
):
    tam, second = as_tam(client), item_called("Strategy 2")
    first = Item.objects.get(statement="Begin the 1. thing")
    follow(plan, first, "tam@example.org")
    retire_item(item=first, by=editor)
    Descent.objects.create(
        plan=plan, source=first, target=second, kind=Passing.MERGED, reason="The same"
    )
    adopt(plan)
    assert "You follow it by e-mail" in tam.get("/plan/1.2/").content.decode()

    new = Plan.objects.create(title="Next plan", previous=plan)
    heir = Item.objects.create(plan=new, position=1, handle="Anew", statement="Begin.")
    Descent.objects.create(plan=new, source=second, target=heir, kind=Passing.CARRIED)
    adopt(new)
    assert "You follow it by e-mail" in tam.get("/plan/1/").content.decode()
    assert ">Follow</a>" in tam.get("/plan/").content.decode()


def test_what_somebody_else_follows_is_nobodys_business(version, client):
    follow(version.plan, item_called("Strategy 1"), "ana@example.org")

    assert "You follow" not in client.get("/plan/1.1/").content.decode()
    assert "You follow" not in as_tam(client).get("/plan/1.1/").content.decode()


@pytest.fixture
def told(region) -> Plan:
    """A plan with everything that followers hear of, between Monday and Tuesday noon."""
    with time_machine.travel(NOON - timedelta(days=1), tick=False):
        plan = make_plan(strategies=2)
        version = open_for_comment(plan)
        follow(plan)
        follow(plan, item_called("Strategy 1"), "bo@example.org")
        follow(plan, item_called("Strategy 2"), "cy@example.org")
    with time_machine.travel(NOON - timedelta(hours=2), tick=False):
        comment = make_comment(version, "1.1.1")
        close_for_comment(plan=plan, by=None)
        response = begin_response(
            plan=plan, title="Later", disposition="not", comments=[comment.pk], by=None
        )
        draft = AnswerDraft("Later meetings", "not", "We *cannot*.", no_change_because="So.")
        save_response(response=response, draft=draft, revision=1, by=None)
        publish_responses(plan=plan, seen=seen_of(prepared(plan)), by=None)
        item = item_called("Strategy 1")
        words = ItemDraft(handle=item.handle, statement="Another word", text="", evidence="")
        edit_item(item=item, draft=words, revision=1, by=None)
        adopt(plan)
        tell_news(item=item_called("Strategy 2"), text="Begun.", on=today_here(), by=None)
    return plan


def test_each_hears_of_what_they_follow_once(told, mailoutbox):
    with time_machine.travel(NOON, tick=False):
        assert [write_to_followers(), write_to_followers()] == [3, 0]

    by = {letter.to[0]: letter.body for letter in mailoutbox}
    assert all(words in by["ana@example.org"] for words in ("Version 2", "Later", "Begun."))
    assert "Version 2" in by["bo@example.org"]
    assert "Begun." not in by["bo@example.org"]
    assert "Begun." in by["cy@example.org"]
    assert "Version 2" not in by["cy@example.org"]
    assert "Later meetings" not in by["cy@example.org"]
    assert "1.1 Strategy 1: 1 change" in " ".join(by["bo@example.org"].split())
    with time_machine.travel(NOON + timedelta(days=1), tick=False):
        assert write_to_followers() == 0


def test_an_answer_to_my_own_comment_comes_in_one_letter(told, mailoutbox):
    Comment.objects.update(email="Bo@example.org")

    with time_machine.travel(NOON, tick=False):
        write_to_followers()

    by = {letter.to[0]: letter.body for letter in mailoutbox}
    assert "Later meetings" in by["ana@example.org"]
    assert "Later meetings" not in by["bo@example.org"] and "Version 2" in by["bo@example.org"]


def test_one_letter_a_day_and_none_at_night(told, mailoutbox):
    with time_machine.travel(NOON.replace(hour=6), tick=False):
        assert write_to_followers() == 0
    with time_machine.travel(NOON, tick=False):
        write_to_followers()
        tell_news(item=item_called("Strategy 2"), text="Once more.", on=today_here(), by=None)
    with time_machine.travel(NOON + timedelta(hours=9), tick=False):
        assert write_to_followers() == 0
    with time_machine.travel(NOON + timedelta(days=1), tick=False):
        assert write_to_followers() == 2
    assert "Begun." not in mailoutbox[-1].body


def test_every_link_of_the_letter_changes_nothing_and_one_click_ends(told, client, mailoutbox):
    with time_machine.travel(NOON, tick=False):
        write_to_followers()
    letter = next(one for one in mailoutbox if one.to == ["ana@example.org"])
    before = list(Follow.objects.order_by("pk").values())

    for link in re.findall(r"https?://[^/]+(/\S+)", letter.body):
        assert client.get(link, follow=True).status_code == 200, link
    assert list(Follow.objects.order_by("pk").values()) == before

    headers = letter.extra_headers
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    end = re.fullmatch(r"<https?://[^/]+(/\S+)>", headers["List-Unsubscribe"]).group(1)
    bare = Client(enforce_csrf_checks=True)
    assert bare.post(end, {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert set(Follow.objects.standing().values_list("email", flat=True)) == {
        "bo@example.org",
        "cy@example.org",
    }


def test_the_time_for_comments_is_told_as_it_opens_and_three_days_before_its_end(plan, mailoutbox):
    with time_machine.travel(NOON - timedelta(days=1), tick=False):
        open_for_comment(plan, days=1)
        follow(plan)
        CommentWindow.objects.all().delete()
        # Across the change to daylight-saving time on 8 March.
        CommentWindow.objects.create(
            plan=plan, opens_at=NOON - timedelta(hours=1), closes_at=NOON + timedelta(days=9)
        )
    days = []
    for day in range(12):
        with time_machine.travel(NOON + timedelta(days=day), tick=False):
            if write_to_followers():
                days.append((day, mailoutbox[-1].subject))

    assert days == [(0, "You can comment on the plan"), (7, "Comments on the plan close soon")]


def test_nobody_is_written_to_who_left_or_said_no(told, mailoutbox):
    user = UserFactory(email="bo@example.org", is_active=False)
    Follow.objects.filter(email="bo@example.org").update(user=user)
    Follow.objects.filter(email="cy@example.org").update(confirmed_at=None)
    Follow.objects.filter(email="ana@example.org").update(ended_at=timezone.now())

    with time_machine.travel(NOON, tick=False):
        assert write_to_followers() == 0


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_write_one_letter(told):
    sent = []

    def work() -> None:
        with closing(connection):
            sent.append(write_to_followers(now=NOON))

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sum(sent) == len(mail.outbox) == 3


def test_who_follows_a_plan_that_is_history_hears_of_the_next(told, mailoutbox):
    old = Plan.objects.get(pk=told.pk)
    Plan.objects.filter(pk=old.pk).update(state="superseded")
    Follow.objects.update(told_until=NOON)
    with time_machine.travel(NOON + timedelta(hours=20), tick=False):
        plan = Plan.objects.create(title="Next plan", previous=old)
        Item.objects.create(plan=plan, position=1, handle="Anew", statement="Begin.")
        open_for_comment(plan)

    with time_machine.travel(NOON + timedelta(days=1), tick=False):
        assert write_to_followers() == 1

    assert "Version 1 of Next plan" in mailoutbox[-1].body


def test_an_item_of_the_next_plan_is_followed_while_that_is_in_the_making(plan, client, mailoutbox):
    open_for_comment(plan)
    new = Plan.objects.create(title="Next plan", previous=plan)
    item = Item.objects.create(plan=new, position=1, handle="Anew", statement="Begin.")
    assert client.get(f"/plan/items/{item.pk}.atom").status_code == 404
    open_for_comment(new)

    form = client.get(f"/plan/follow/?item={item.pk}").content.decode()
    data = {"what": str(item.pk), "email": "ana@example.org"}
    client.post(f"/plan/follow/?item={item.pk}", data)
    client.post(link_in(mailoutbox[0]))

    assert "1 Anew, and all below it" in form and "The whole plan: Next plan" in form
    kept = Follow.objects.standing().get()
    assert (kept.plan, kept.item) == (new, item)
    assert client.get(f"/plan/items/{item.pk}.atom").status_code == 200


def test_ended_and_unconfirmed_ones_are_forgotten_in_time(plan):
    now = timezone.now()
    old = now - timedelta(days=31)
    Follow.objects.create(plan=plan, email="a@example.org", created_at=old, confirm_sent_at=old)
    kept = follow(plan, email="b@example.org")
    more = follow(plan, item_called("Strategy 1"), "b@example.org")
    gone = follow(plan, email="c@example.org")
    Follow.objects.filter(pk__in=[more.pk, gone.pk]).update(ended_at=old)

    assert forget_follows(now=now) == 2

    assert set(Follow.objects.values_list("pk", flat=True)) == {kept.pk, more.pk}


def test_links_of_one_purpose_are_nothing_to_another(plan, client):
    kept = follow(plan)
    for token in (follow_token(kept, FOLLOW_MANAGE), "x", f"{kept.pk}~abc", "~"):
        assert client.post(f"/plan/follows/{token}/end/").status_code == 404
    assert client.get(f"/plan/follows/{follow_token(kept, FOLLOW_END)}/").status_code == 404
    assert Follow.objects.standing().count() == 1
    forgotten = follow_token(kept, FOLLOW_END)
    kept.delete()
    assert "No more letters" in client.post(f"/plan/follows/{forgotten}/end/").content.decode()


def test_feeds_are_atom_with_lasting_ids(told, client):
    item = item_called("Strategy 2")

    feed = parsed(client.get("/plan.atom"))
    part = parsed(client.get(f"/plan/items/{item.pk}.atom"))

    ids = [entry.findtext(f"{ATOM}id") for entry in feed.iter(f"{ATOM}entry")]
    assert len(ids) == len(set(ids)) == 4
    for name in ("title", "id", "updated"):
        assert all(entry.findtext(f"{ATOM}{name}") for entry in [feed, *feed.iter(f"{ATOM}entry")])
    titles = [entry.findtext(f"{ATOM}title") for entry in part.iter(f"{ATOM}entry")]
    assert "News of 1.2 Strategy 2" in titles
    assert not any("Answered" in title for title in titles)
    assert "Not taken up. We cannot." in "".join(feed.itertext())
    assert client.get(f"/plan/items/{told.pk}.atom").status_code == 404


def test_the_desk_shows_a_resident_what_they_said_and_follow(version, signed_in, mailoutbox):
    """By the address of their account; of comments those alone that were confirmed by it."""
    ana = UserFactory(name="Ana", email="ana@example.org")
    make_comment(version, "1.1", email="ana@example.org", state="waiting", text="Say it twice.")
    answered = make_comment(version, "1", email="Ana@example.org")
    make_comment(version, "1", email="ana@example.org", state="unconfirmed")
    make_comment(version, "1", email="marisol@example.org")
    follow(version.plan)
    follow(version.plan, item_called("Strategy 1"))
    follow(version.plan, item_called("Strategy 1"), email="marisol@example.org")

    desk = signed_in(ana).get("/desk/").content.decode()

    assert desk.count("Your comment on ") == 2
    assert "Waits to be read by a person." in desk
    assert "Published with the plan. Not answered yet." in desk
    assert f"You follow {version.plan} and 1.1 Strategy 1." in desk
    manage = re.search(r'href="(/plan/follows/[^"]+)">Change what you follow', desk).group(1)
    own = re.search(r'href="(\S+)">“Say it more plainly.”', desk).group(1)
    assert "1.1 Strategy 1" in Client().get(manage).content.decode()
    assert answered.receipt in Client().get(own).content.decode()
    assert "You and the plan" not in signed_in(UserFactory()).get("/desk/").content.decode()
