"""What was said stays with its item, wherever that goes, and says what it was said about."""

import re
from datetime import timedelta
from types import SimpleNamespace

import pytest
import time_machine
from django.core.signing import TimestampSigner
from django.test import Client
from django.utils import timezone

from accounts.strangers import OPENED
from plans.actions import (
    ItemDraft,
    add_item,
    decline_comment,
    edit_item,
    merge_items,
    publish_comment,
    retire_item,
    withdraw_comment,
)
from plans.actions.erasing import erase_addresses, forget_unconfirmed
from plans.comments.flood import BITS, has_worked
from plans.letters.links import private_token
from plans.models import Comment, Follow, Item, Plan, PlanVersion, Reply, Response
from tests.plans.factories import item_called, make_comment, open_for_comment
from tests.plans.test_comments import GIVEN, give, link_in

DAY = timedelta(days=1)


def comments_of(page: str) -> str:
    return page[page.index('id="comments"') : page.index('id="say"')]


def change(handle: str, statement: str, by) -> Item:
    item = item_called(handle)
    draft = ItemDraft(item.handle, statement, roles={"ET": "lead"})
    return edit_item(item=item, draft=draft, revision=item.revision, by=by)


# Where it is now --------------------------------------------------------------------------


def test_words_that_changed_since_are_shown_word_by_word_once_a_page(
    plan: Plan, version, client, editor
):
    for _ in range(2):
        make_comment(version, "1.1")
    make_comment(version, "1.2")
    change("Strategy 1", "Do the first thing well", editor)
    new = open_for_comment(plan)
    make_comment(new, "1.1")

    page = comments_of(client.get("/plan/1.1/").content.decode())

    assert page.count("said about version 1") == 2
    assert page.count("These words changed since version 1</summary>") == 1
    assert page.count('<a href="#since-1-i1-1">changed since</a>') == 1
    assert "<ins>" in page and "well" in page
    assert "changed since" not in comments_of(client.get("/plan/1.2/").content.decode())


def test_a_merged_item_brings_its_comments_and_they_are_counted_once(
    plan: Plan, version, client, editor
):
    make_comment(version, "1.1", text="Said to the first.")
    make_comment(version, "1.2", text="Said to the second.")
    first, second = item_called("Strategy 1"), item_called("Strategy 2")
    retire_item(item=second.children.get(), by=editor)
    merge_items(
        item=second,
        into=first,
        draft=ItemDraft("Both", "Do both things"),
        revisions=(Item.objects.get(pk=second.pk).revision, first.revision),
        reason="They were one.",
        by=editor,
    )
    assert "Said to the second." not in client.get("/plan/1.1/").content.decode()

    open_for_comment(plan)

    page = comments_of(client.get("/plan/1.1/").content.decode())
    assert "Said to the first." in page and "Said to the second." in page
    assert "on 1.2, which was merged into 1.1" in page
    whole = comments_of(client.get("/plan/1/").content.decode())
    assert "2 comments, in the order in which they came" in whole
    old = client.get("/plan/1.2/?version=1").content.decode()
    assert "Said to the second." in old


def test_a_retired_item_keeps_its_comments_on_its_last_page(plan: Plan, version, client, editor):
    comment = make_comment(version, "1.2.1", text="Keep this one.")
    retire_item(item=item_called("Strategy 2").children.get(), by=editor)
    open_for_comment(plan)

    page = client.get(f"/plan/items/{comment.item_id}/", follow=True).content.decode()

    assert "Keep this one." in page
    assert "Keep this one." not in client.get("/plan/1.2/").content.decode()


def test_a_form_filled_in_before_a_new_version_speaks_of_the_item_that_was_read(
    plan: Plan, version, client, editor
):
    read = version.items.get(number="1.2").item_id
    add_item(plan=plan, parent=item_called("Placement"), statement="New", by=editor)
    Item.objects.filter(handle="Strategy 1").update(position=2)
    Item.objects.filter(handle="Strategy 2").update(position=1)
    open_for_comment(plan)

    assert give(client, "1.2", version="1").status_code == 302

    assert Comment.objects.get().item_id == read


def test_the_places_of_declined_and_withdrawn_comments_say_so_without_their_words(
    version: PlanVersion, client, moderator
):
    declined, waiting, withdrawn = (
        make_comment(version, "1.1", text=f"Secret {n}", name=f"Hidden {n}") for n in range(3)
    )
    decline_comment(comment=declined, reason="abuse", words="No.", by=moderator)
    Comment.objects.filter(pk=waiting.pk).update(state="waiting", decided_at=None)
    withdraw_comment(comment=waiting)
    withdraw_comment(comment=withdrawn)
    make_comment(version, "1.1", text="Shown.")

    page = comments_of(client.get("/plan/1.1/").content.decode())

    assert "not shown: it insults or threatens somebody. Its author was told." in page
    assert page.count("withdrawn by its author.") == 1
    assert "Secret" not in page and "Hidden" not in page and "Shown." in page


def test_replies_answers_and_doubles_stand_under_a_comment(version, client, moderator):
    one, two = (make_comment(version, "1.1", text=f"Say {n}.") for n in range(2))
    make_comment(version, "1.1", text="Say 0 again.", same_as=one)
    Reply.objects.create(comment=one, text="We <see>.", by=moderator, by_name="Moira")
    response = Response.objects.create(
        plan=version.plan, title="Said", disposition="not", text="No, thank you.",
        no_change_because="It costs <too> much", published_at=timezone.now(),
    )  # fmt: skip
    private = Response.objects.create(
        plan=version.plan, title="P", disposition="accepted", text="Not yet public."
    )
    Comment.objects.filter(pk__in=[one.pk, two.pk]).update(response=response)
    third = make_comment(version, "1.1", response=private)

    page = comments_of(client.get("/plan/1.1/").content.decode())

    assert "Say 0 again." not in page and "1 more comment said the same." in page
    assert "4 comments, in the order in which they came" in page
    assert "We &lt;see&gt;." in page and "Moira" in page
    assert page.count("No, thank you.") == 1 and "not taken up, as above" in page
    assert "It costs &lt;too&gt; much" in page
    assert "Not yet public." not in page
    mine = client.get(f"/comments/{private_token(two)}/").content.decode()
    assert "No, thank you." in mine
    assert (
        "Not yet public." not in client.get(f"/comments/{private_token(third)}/").content.decode()
    )


def test_all_comments_come_on_one_page_and_on_paper(version, client):
    for n in range(53):
        make_comment(version, "1.1", text=f"No. {n}.")

    page = client.get("/plan/1.1/").content.decode()
    assert "all=1#comments" in page and "No. 52." not in page
    for path in ("/plan/1.1/?all=1", "/plan/1.1/print/"):
        assert "No. 52." in client.get(path).content.decode()
    assert client.get("/plan/1.1/?all=1&after=x").status_code == 404


# The author's page -----------------------------------------------------------------------------


def test_a_comment_follows_its_item_once_confirmed(version, client, mailoutbox):
    give(client, follows="on", email="Marisol@example.org", stance="idea")
    give(client, text="Without letters.", email="other@example.org")
    assert not Follow.objects.exists()

    for letter in list(mailoutbox):
        client.post(link_in(letter))

    follow = Follow.objects.get()
    assert follow.email.lower() == "marisol@example.org" and follow.from_comment
    assert follow.item == item_called("Strategy 1") and follow.confirmed_at
    assert Comment.objects.get(follows=True).stance == "idea"


def test_the_author_asks_for_another_look_once(version, client, moderator):
    comment = make_comment(version, "1.1", state="waiting")
    mine = f"/comments/{private_token(comment)}/"
    assert "another look" not in client.get(mine).content.decode()
    decline_comment(comment=comment, reason="off-topic", by=moderator)

    assert client.get(f"{mine}appeal/").url == mine
    empty = client.post(f"{mine}appeal/", {"words": " "})
    assert (empty.status_code, "Say why it should be shown." in empty.content.decode()) == (
        422,
        True,
    )
    page = client.post(f"{mine}appeal/", {"words": "It names 1.1."}, follow=True).content.decode()

    comment.refresh_from_db()
    assert comment.appeal_words == "It names 1.1." and comment.appealed_at
    assert "You wrote: It names 1.1." in page and "Ask for another look" not in page
    client.post(f"{mine}appeal/", {"words": "Again."})
    assert Comment.objects.get().appeal_words == "It names 1.1."


# Addresses go -----------------------------------------------------------------------------------


def test_addresses_are_erased_when_nobody_writes_to_them_any_more(
    version, client, moderator, mailoutbox
):
    now = timezone.now()
    response = Response.objects.create(
        plan=version.plan, title="Said", disposition="answered", text="Yes.",
        no_change_because="None was asked for", published_at=now,
    )  # fmt: skip
    make = SimpleNamespace(
        answered=make_comment(version, "1.1", response=response),
        double=make_comment(version, "1.1"),
        shown=make_comment(version, "1.1"),
        declined=make_comment(version, "1.1", state="waiting"),
        appealed=make_comment(version, "1.1", state="waiting"),
        ended=make_comment(version, "1.1", state="waiting"),
        withdrawn=make_comment(version, "1.1"),
    )
    Comment.objects.filter(pk=make.double.pk).update(same_as=make.answered)
    for comment in (make.declined, make.appealed, make.ended):
        decline_comment(comment=comment, reason="off-topic", by=moderator)
    asked = Comment.objects.filter(pk__in=[make.appealed.pk, make.ended.pk])
    asked.update(appealed_at=now, appeal_words="Look again.")
    Comment.objects.filter(pk=make.ended.pk).update(appeal_ended_at=now + 3 * DAY)
    withdraw_comment(comment=make.withdrawn)

    def kept() -> set[str]:
        left = set(Comment.objects.exclude(email="").values_list("pk", flat=True))
        return {name for name, comment in vars(make).items() if comment.pk in left}

    everybody = set(vars(make))
    erase_addresses(now=now + 2 * DAY)
    assert kept() == everybody
    erase_addresses(now=now + 4 * DAY)
    assert kept() == everybody - {"ended"}
    erase_addresses(now=now + 31 * DAY)
    assert kept() == {"shown", "appealed"}

    page = client.get(f"/comments/{private_token(make.answered)}/").content.decode()
    assert "We erased your e-mail address" in page and "Say it more plainly." in page
    sent = len(mailoutbox)
    publish_comment(comment=Comment.objects.get(pk=make.declined.pk), by=moderator)
    assert len(mailoutbox) == sent


def test_what_nobody_confirmed_is_forgotten_after_a_month(version):
    make_comment(version, "1.1", state="unconfirmed")
    make_comment(version, "1.1", state="waiting")

    assert forget_unconfirmed(now=timezone.now() + 29 * DAY) == 0
    assert forget_unconfirmed(now=timezone.now() + 31 * DAY) == 1
    assert Comment.objects.get().state == "waiting"


# Floods ---------------------------------------------------------------------------------------


@pytest.fixture
def flood(version):
    now = timezone.now()
    Comment.objects.bulk_create(
        Comment(
            item=item_called("Strategy 2"), version=version, number="1.2", text=f"Bot {n}",
            text_html="", email=f"b{n}@example.org", confirm_hash=f"{n}", created_at=now,
        )
        for n in range(60)
    )  # fmt: skip


def hidden(page: str, name: str) -> str:
    return re.search(rf'name="{name}"[^>]*? value="([^"]*)"', page).group(1)


def test_under_a_flood_a_person_without_scripts_waits_a_minute(flood, client):
    mine = Comment.objects.filter(text=GIVEN["text"])
    token = "7f8be0f1-0d3a-4e7a-9a52-d3d4a6f0a001"
    first = give(client, token=token)

    page = first.content.decode()
    assert first.status_code == 429 and "very many comments are coming in" in page
    assert GIVEN["text"] in page and not mine.exists()
    ticket = hidden(page, "ticket")
    assert give(client, token=token, ticket=ticket).status_code == 429
    with time_machine.travel(timezone.now() + timedelta(seconds=62), tick=False):
        assert give(client, token=token, ticket="x" + ticket).status_code == 429
        assert give(Client(), token=token, ticket=ticket).status_code == 302
        assert mine.count() == 1
        again = give(client, token=token, ticket=ticket, text="Another with the same ticket.")
        assert again.status_code == 429
        assert hidden(again.content.decode(), "token") != token


def test_under_a_flood_a_browser_works_instead(flood, client):
    page = client.get("/plan/1.1/comment/").content.decode()
    task = re.search(r'data-task="([^"]+)"', page).group(1)
    opened, token = task.rsplit(":", 1)
    assert (opened, token) == (hidden(page, "opened"), hidden(page, "token"))
    nonce = next(str(n) for n in range(1 << (BITS + 5)) if has_worked(opened, token, str(n)))

    fields = GIVEN | {"opened": opened, "token": token, "proof": nonce}
    assert client.post("/plan/1.2/comment/", fields | {"proof": "1"}).status_code == 429
    assert client.post("/plan/1.2/comment/", fields).status_code == 302
    assert client.post("/plan/1.2/comment/", fields | {"text": "More."}).status_code == 429


def test_bots_of_one_address_hurt_nobody_else(version, client, monkeypatch):
    """What is refused does not count towards a flood, which would ask everybody for work."""
    monkeypatch.setattr("plans.comments.flood.MANY", 12)
    stamped = TimestampSigner(salt=OPENED, sep="~").sign("form")
    with time_machine.travel(timezone.now() + timedelta(seconds=9), tick=False):
        codes = [
            client.post(
                "/plan/1.1/comment/",
                GIVEN | {"email": f"b{n}@example.org", "text": f"Buy {n}", "opened": stamped},
            ).status_code
            for n in range(20)
        ]
        person = client.post(
            "/plan/1.1/comment/", GIVEN | {"opened": stamped}, REMOTE_ADDR="203.0.113.9"
        )

    assert codes.count(302) == 10 and set(codes) == {302, 429}
    assert person.status_code == 302
    assert "Buy" not in client.get("/plan/1.1/").content.decode()
