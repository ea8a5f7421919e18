"""Public comments: given, confirmed, read by a person, shown; nothing lost and nothing leaked."""

import re
import threading
from contextlib import closing, suppress
from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from django.core.signing import TimestampSigner
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.actions import MoveRefused
from accounts.models import Entry, Organization, User
from accounts.strangers import OPENED
from plans import desk
from plans.actions import (
    ItemDraft,
    TooMany,
    Voice,
    close_for_comment,
    decline_comment,
    edit_item,
    give_comment,
    move_item,
    publish_comment,
    withdraw_comment,
)
from plans.choices import COMMENT_MOVES, CommentState
from plans.letters.links import private_token
from plans.models import Comment, CommentWindow, Plan, PlanVersion
from plans.rules import author_may_withdraw, may_decide, may_edit_plan
from tests.plans.factories import item_called, make_comment, make_plan, open_for_comment

GIVEN = {
    "text": "Name the night classes too.",
    "name": "Marisol Venn",
    "email": "marisol@example.org",
    "organization_name": "",
    "kind": "",
    "relation": "self",
    "shown": "all",
    "website": "",
}


def give(client, number: str = "1.1", **fields: str):
    """Post the form as a person does, a minute after opening it."""
    with time_machine.travel(timezone.now() - timedelta(minutes=1), tick=False):
        opened = TimestampSigner(salt=OPENED, sep="~").sign("comment")
    return client.post(f"/plan/{number}/comment/", GIVEN | {"opened": opened} | fields)


def link_in(letter) -> str:
    return re.search(r"https?://[^/]+(/comments/\S+)", letter.body).group(1)


def test_a_comment_is_confirmed_by_post_and_not_by_opening_the_link(
    version: PlanVersion, client, mailoutbox
):
    response = give(client)
    assert response.url == "/comments/sent/?item=1.1"
    comment = Comment.objects.get()
    link = link_in(mailoutbox[0])

    client.get(link)
    client.head(link)
    comment.refresh_from_db()
    assert comment.state == CommentState.UNCONFIRMED

    follow = client.post(link)
    comment.refresh_from_db()
    assert comment.state == CommentState.WAITING
    assert f"Receipt {comment.receipt}" in client.get(follow.url).content.decode()
    assert link_in(mailoutbox[1]) == reverse("plans:comment_follow", args=[private_token(comment)])


def test_a_mistyped_address_is_named_and_corrected(version, client, mailoutbox):
    sent = give(client, email="marisl@example.org").url
    assert "marisl" not in sent
    assert "We wrote to <strong>marisl@example.org</strong>" in client.get(sent).content.decode()
    assert "marisl" not in Client().get(sent).content.decode()

    wrong = client.post(sent, {"email": "nobody"})
    assert (wrong.status_code, "<title>Error:" in wrong.content.decode()) == (422, True)
    page = client.post(sent, {"email": "marisol@example.org"}, follow=True).content.decode()

    assert "We wrote to <strong>marisol@example.org</strong>" in page
    first, second = mailoutbox
    assert second.to == ["marisol@example.org"]
    assert client.get(link_in(first)).status_code == 404
    client.post(link_in(second))
    comment = Comment.objects.get()
    assert (comment.state, comment.text) == (CommentState.WAITING, GIVEN["text"])
    client.post(sent, {"email": "late@example.org"})
    assert Comment.objects.get().email == "marisol@example.org"
    assert "marisol" not in str(list(Entry.objects.values()))


def test_the_address_is_corrected_three_times_and_within_the_hour(version, client, mailoutbox):
    sent = give(client).url
    codes = [client.post(sent, {"email": f"m{n}@example.org"}).status_code for n in range(4)]
    assert (codes, len(mailoutbox)) == ([302, 302, 302, 429], 4)

    give(client, email="other@example.org")
    with time_machine.travel(timezone.now() + timedelta(minutes=61), tick=False):
        assert "other@" not in client.get(sent).content.decode()
        client.post(sent, {"email": "late@example.org"})
    assert len(mailoutbox) == 5


def test_letters_have_a_kind_and_a_key_of_their_own(version, client, mailoutbox):
    give(client)
    client.post(link_in(mailoutbox[0]))

    kinds = [letter.extra_headers["X-Letter-Kind"] for letter in mailoutbox]
    keys = {letter.extra_headers["X-Letter-Key"] for letter in mailoutbox}
    assert kinds == ["comment-confirm", "comment-receipt"]
    assert len(keys) == 2


def test_the_token_is_not_kept(version, client, mailoutbox):
    give(client)

    token = link_in(mailoutbox[0]).split("/")[-2]

    assert token not in str(Comment.objects.values_list().get())


def test_only_published_comments_are_shown(version: PlanVersion, client):
    for state in CommentState:
        more = {"reason": "advertising"} if state == CommentState.DECLINED else {}
        make_comment(version, "1.1", state=state, text=f"The {state} one.", **more)

    page = client.get("/plan/1.1/").content.decode()

    assert [state for state in CommentState if f"The {state} one." in page] == ["published"]
    assert "marisol@example.org" not in page
    assert "1 is not shown (it advertises something)" in page


@pytest.mark.parametrize(
    ("shown", "seen", "hidden"),
    [
        ("all", ["Marisol Venn", "Lost Pines"], []),
        ("organization", ["Lost Pines", "name not shown"], ["Marisol Venn"]),
        ("words", ["Somebody"], ["Marisol Venn", "Lost Pines"]),
    ],
)
def test_only_what_the_author_allows_is_shown(version, client, shown, seen, hidden):
    make_comment(version, "1.1", shown=shown, organization_name="Lost Pines", relation="works")

    for path in ("/plan/1.1/", "/plan/1/", "/plan/1.1/print/"):
        page = client.get(path).content.decode()
        heard = page[page.index("What we heard") :]
        assert not [word for word in hidden if word in page]
        assert path.endswith("print/") or not [word for word in seen if word not in heard]


def test_a_known_organization_is_linked_by_its_name(version, client, college: Organization):
    give(client, organization_name="lost pines technical college", relation="works")

    assert Comment.objects.get().organization == college


def test_a_suspended_organization_is_named_as_its_author_typed_it(
    version, client, signed_in, moderator, college: Organization
):
    comment = make_comment(
        version, "1.1", organization=college, organization_name="lost pines tech", relation="works"
    )
    assert college.name in client.get("/plan/1.1/").content.decode()
    Organization.objects.update(state="suspended")

    for path in ("/plan/1.1/", "/plan/1.1/print/", f"/moderation/{comment.pk}/"):
        page = signed_in(moderator).get(path).content.decode()
        assert college.name not in page and "lost pines tech" in page
    Comment.objects.update(state="waiting")
    assert desk.waiting_for(moderator)[0]["note"].startswith("From somebody at lost pines tech.")


def test_a_comment_on_version_1_says_so_after_version_2(plan: Plan, version, client, editor):
    comment = make_comment(version, "1.2", text="Before the change.")
    item = item_called("Strategy 2")
    edit_item(item=item, draft=ItemDraft(item.handle, "New words"), revision=1, by=editor)
    move_item(item=item, to="up", by=editor)
    open_for_comment(plan)

    page = client.get("/plan/1.1/").content.decode()

    assert "Before the change." in page
    assert "said about version 1" in page and "/plan/1.2/?version=1" in page
    assert comment.version == version


def test_a_comment_belongs_to_the_version_that_was_read(plan: Plan, version, client, editor):
    edit_item(
        item=item_called("Strategy 1"), draft=ItemDraft("S", "New words"), revision=1, by=editor
    )
    open_for_comment(plan)

    give(client, version="1")

    assert Comment.objects.get().version == version


def test_errors_keep_what_was_typed(version, client):
    response = give(client, email="nobody", name="")

    page = response.content.decode()
    assert response.status_code == 422
    assert "<title>Error:" in page
    assert "Name the night classes too." in page and 'value="nobody"' in page
    assert not Comment.objects.exists()


@pytest.mark.parametrize(
    "fields",
    [
        {"text": ""},
        {"text": "\u200b\n\u2060"},
        {"text": "x" * 5_001},
        {"email": "a@localhost"},
        {"email": "a@[127.0.0.1]"},
        {"email": '"a b"@example.org'},
        {"name": "two\nlines"},
        {"name": "\u200b\u2060"},
        {"name": "\u3164 \uffa0"},
        {"name": "\u061c"},
        {"organization_name": "\u200b", "relation": "works"},
        {"organization_name": "Some Company"},
        {"relation": "works"},
        {"kind": "employer"},
        {"relation": "owner of it all"},
        {"opened": ""},
        {"opened": "comment~1abc~forged"},
        {"version": "99999999999999999999"},
    ],
)
def test_wrong_answers_are_refused_with_a_sentence(version, client, fields):
    response = give(client, **fields)

    assert response.status_code == 422
    assert "needs another look" in response.content.decode()
    assert not Comment.objects.exists()


def test_an_organization_without_a_name_is_asked_for_and_nothing_is_lost(version, client):
    page = give(client, kind="employer", relation="works").content.decode()

    assert "Name the organization, or choose “I speak for myself”." in page
    assert "Name the night classes too." in page and 'value="marisol@example.org"' in page
    assert '<option value="employer" selected>' in page
    assert '<option value="works" selected>' in page


@pytest.mark.parametrize(
    "fields",
    [{"name": "李"}, {"name": "Þ. O’Neil-Żak"}, {"name": "🌊"}, {"email": "a@bücher.example"}],
)
def test_names_and_addresses_of_all_the_world_are_taken(version, client, fields):
    assert give(client, **fields).status_code == 302


def test_five_thousand_characters_fit_whatever_their_line_ends(version, client):
    give(client, text="a\r\n" * 2_500)

    assert len(Comment.objects.get().text) < 5_000


def test_markup_in_a_comment_is_text(version, client):
    make_comment(version, "1.1", text="<script>alert(1)</script>\n\n<b>bold</b>")

    page = client.get("/plan/1.1/").content.decode()

    assert "<script>alert" not in page and "&lt;b&gt;bold" in page


def test_the_trap_looks_like_success_and_keeps_nothing(version, client, mailoutbox):
    response = give(client, website="https://spam.example.org")

    assert response.status_code == 302
    assert not Comment.objects.exists() and not mailoutbox


def test_one_address_stores_ten_in_an_hour_and_others_are_not_hurt(version, client, mailoutbox):
    answers = [give(client, email=f"p{n}@example.org").status_code for n in range(12)]
    other = client.post(
        "/plan/1.1/comment/",
        GIVEN | {"opened": TimestampSigner(salt=OPENED, sep="~").sign("comment")},
        REMOTE_ADDR="203.0.113.9",
    )

    assert answers == [302] * 10 + [429] * 2
    assert other.status_code == 302
    assert Comment.objects.count() == 11


def test_one_mailbox_gets_five_letters_in_an_hour(version, client, mailoutbox):
    for n in range(7):
        give(client, text=f"Comment {n}")

    assert len(mailoutbox) == 5


def test_a_comment_sent_twice_is_one_with_one_letter(version, client, mailoutbox):
    page = client.get("/plan/1.1/comment/").content.decode()
    token = re.search(r'name="token" value="([^"]+)"', page).group(1)

    first, second = give(client, token=token), give(client, token=token)

    assert (first.status_code, first.url) == (second.status_code, second.url)
    assert Comment.objects.count() == len(mailoutbox) == 1


def test_another_comment_from_the_same_page_is_kept(version, client, mailoutbox):
    for text in ("One thought.", "Another thought."):
        give(client, text=text, token="7f8be0f1-0d3a-4e7a-9a52-d3d4a6f0a001")

    assert Comment.objects.count() == len(mailoutbox) == 2


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("limit", "same"), [(5, {"email": "m@example.org"}), (10, {"sender": "s"}), (1, {"token": "t"})]
)
def test_posts_at_the_same_moment_are_counted_one_by_one(transactional_db, region, limit, same):
    node = open_for_comment(make_plan()).items.select_related("version__plan").get(number="1.1")
    start, token = threading.Barrier(12), uuid4()

    def send(n: int) -> None:
        email = same.get("email") or ("t@example.org" if "token" in same else f"p{n}@example.org")
        start.wait()
        with closing(connection), suppress(TooMany):
            give_comment(
                node=node,
                voice=Voice(text="Same" if "token" in same else f"No. {n}", name="M", email=email),
                sender=same.get("sender", f"s{n}"),
                form_token=token if "token" in same else None,
            )

    threads = [threading.Thread(target=send, args=[n]) for n in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert Comment.objects.count() == limit


def test_links_twins_and_haste_are_told_to_the_moderator(version, client):
    text = "See https://example.org/offer"
    give(client, text=text)
    client.post(
        "/plan/1.2/comment/",
        GIVEN | {"text": text, "opened": TimestampSigner(salt=OPENED, sep="~").sign("comment")},
    )

    first, second = Comment.objects.order_by("pk")
    assert first.held_for == ["It has a link."]
    assert second.held_for == [
        "It has a link.",
        f"The same words came as comment {first.receipt} on 1.1.",
        "It was sent within two seconds of opening the page.",
    ]


def test_a_closed_window_refuses_and_gives_the_words_back(plan, version, client, coordinator):
    close_for_comment(plan=plan, by=coordinator)

    response = give(client)

    page = response.content.decode()
    assert response.status_code == 409
    assert "Comments on 1.1 are closed" in page and "Name the night classes too." in page
    assert not Comment.objects.exists()


def test_a_window_opens_in_its_first_moment_and_is_closed_in_its_last(plan, version, client):
    window = CommentWindow.objects.get()

    def status_at(moment) -> int:
        with time_machine.travel(moment, tick=False):
            opened = TimestampSigner(salt=OPENED, sep="~").sign("comment")
            return client.post("/plan/1.1/comment/", GIVEN | {"opened": opened}).status_code

    assert status_at(window.opens_at - timedelta(microseconds=1)) == 409
    assert status_at(window.opens_at) == 302
    assert status_at(window.closes_at - timedelta(microseconds=1)) == 302
    assert status_at(window.closes_at) == 409


def test_a_window_of_one_item_holds_for_all_below_it_alone(plan, version, client):
    CommentWindow.objects.update(item=item_called("Strategy 1"))

    assert give(client, "1.1.1").status_code == 302
    assert give(client, "1.2").status_code == 409


def test_an_expired_link_offers_a_fresh_one(version, client, mailoutbox):
    give(client)
    link = link_in(mailoutbox[0])

    with time_machine.travel(timezone.now() + timedelta(days=8), tick=False):
        page = client.get(link)
        assert (page.status_code, client.post(link).status_code) == (410, 410)
        assert "Send me a fresh link" in page.content.decode()
        client.post(f"{link}fresh/")
        client.post(link_in(mailoutbox[1]))

    assert Comment.objects.get().state == CommentState.WAITING


def test_a_used_link_says_so_and_sends_the_private_link_again(version, client, mailoutbox):
    give(client)
    link = link_in(mailoutbox[0])
    client.post(link)

    assert "You have confirmed this comment" in client.get(link).content.decode()
    with time_machine.travel(timezone.now() + timedelta(minutes=10), tick=False):
        client.post(f"{link}fresh/")
        client.post(f"{link}fresh/")

    assert [m.extra_headers["X-Letter-Kind"] for m in mailoutbox][2:] == ["comment-receipt"]


# The author's page ------------------------------------------------------------------


def test_its_author_changes_a_published_comment_and_it_is_read_again(version, client):
    comment = make_comment(version, "1.1")
    mine = reverse("plans:comment_change", args=[private_token(comment)])

    client.get(mine)
    client.post(mine, GIVEN | {"text": "Other words"})

    comment.refresh_from_db()
    assert (comment.state, comment.text) == (CommentState.WAITING, "Other words")
    assert "Other words" not in client.get("/plan/1.1/").content.decode()
    entry = Entry.objects.get(what="changed by its author")
    assert (entry.before, entry.after) == ({"state": "published"}, {"state": "waiting"})


def test_after_the_window_a_comment_is_only_withdrawn(plan, version, client, coordinator):
    comment = make_comment(version, "1.1")
    token = private_token(comment)
    close_for_comment(plan=plan, by=coordinator)

    late = client.post(reverse("plans:comment_change", args=[token]), GIVEN | {"text": "Late"})
    assert late.status_code == 409 and "Late" in late.content.decode()
    asked = client.get(reverse("plans:comment_withdraw", args=[token]))
    assert "Withdraw this comment?" in asked.content.decode()
    client.post(reverse("plans:comment_withdraw", args=[token]))

    comment.refresh_from_db()
    assert (comment.state, comment.text) == (CommentState.WITHDRAWN, "Say it more plainly.")


def test_a_forged_private_link_is_a_404(version, client):
    one, two = make_comment(version, "1.1"), make_comment(version, "1.2")

    forged = private_token(one).replace(str(one.pk), str(two.pk), 1)

    for name in ("comment_follow", "comment_change", "comment_withdraw"):
        answer = client.get(reverse(f"plans:{name}", args=[forged]))
        assert answer.status_code == 404
        assert "copy the whole link" in answer.content.decode()


def test_the_working_copy_does_not_leak_to_commenters(plan, version, client, mailoutbox, editor):
    give(client)
    link = link_in(mailoutbox[0])
    draft = ItemDraft("Draft words", "Not to be read yet")
    edit_item(item=item_called("Strategy 1"), draft=draft, revision=1, by=editor)

    asked = client.get(link).content.decode()
    private = client.post(link, follow=True).content.decode()

    assert "1.1 Strategy 1" in asked and "1.1 Strategy 1" in private
    comment = Comment.objects.get()
    publish_comment(comment=comment, by=editor)
    mine = private_token(comment)
    pages = [asked, private, *(m.body for m in mailoutbox)]
    for path in (f"/comments/{mine}/", f"/comments/{mine}/change/", f"/comments/{mine}/withdraw/"):
        pages.append(client.get(path).content.decode())
    assert not any("Draft words" in page or "Not to be read" in page for page in pages)
    assert f"/plan/items/{comment.item_id}/#c-{comment.receipt}" in mailoutbox[-1].body


def test_what_was_never_shown_is_not_said_to_vanish(version, client, moderator, signed_in):
    waiting = make_comment(version, "1.1", state=CommentState.WAITING)
    path = reverse("plans:comment_withdraw", args=[private_token(waiting)])

    assert "no longer" not in client.get(path).content.decode()
    assert "no longer" not in client.post(path, follow=True).content.decode()
    assert "Decided lately" not in signed_in(moderator).get("/moderation/").content.decode()


def test_the_history_of_a_comment_reads_in_order(version, client, mailoutbox, moderator, signed_in):
    give(client)
    client.post(link_in(mailoutbox[0]))
    comment = Comment.objects.get()
    decline_comment(comment=comment, reason="off-topic", words="Please write to us.", by=moderator)

    page = signed_in(moderator).get(f"/moderation/{comment.pk}/").content.decode()

    assert page.index("Confirmed by its author") < page.index("Moira declined")
    assert "It is not about this plan. Please write to us." in page


# Moderation ---------------------------------------------------------------------------


def test_a_moderator_publishes_and_the_author_is_told(version, signed_in, moderator, mailoutbox):
    comment = make_comment(version, "1.1", state="waiting")
    client = signed_in(moderator)

    client.get(f"/moderation/{comment.pk}/")
    assert "Say it more" not in client.get("/plan/1.1/").content.decode()
    client.post(f"/moderation/{comment.pk}/", {"do": "publish", "seen": comment.seen})

    assert "Say it more plainly." in client.get("/plan/1.1/").content.decode()
    assert mailoutbox[0].to == ["marisol@example.org"]
    assert Entry.objects.get(what="published").by == moderator


def test_declining_needs_a_reason_from_the_list(version, signed_in, moderator, mailoutbox):
    comment = make_comment(version, "1.1", state="waiting")
    client = signed_in(moderator)

    bare = client.post(f"/moderation/{comment.pk}/", {"do": "decline", "words": "Because."})
    assert bare.status_code == 422 and "Because." in bare.content.decode()
    answers = {"do": "decline", "reason": "off-topic", "words": "Because.", "seen": comment.seen}
    client.post(f"/moderation/{comment.pk}/", answers)

    comment.refresh_from_db()
    assert (comment.state, comment.text) == (CommentState.DECLINED, "Say it more plainly.")
    assert "It is not about this plan" in mailoutbox[0].body and "Because." in mailoutbox[0].body


def test_words_that_tell_who_a_student_is_are_erased(version, moderator):
    comment = make_comment(version, "1.1", state="waiting", text="Ana of class 10b failed.")

    decline_comment(comment=comment, reason="student", by=moderator)

    comment.refresh_from_db()
    assert "Ana" not in comment.text + comment.text_html


def test_replaced_words_that_tell_who_a_student_is_are_erased_too(version, moderator, client):
    comment = make_comment(version, "1.1", state="waiting", text="Ana of class 10b failed.")
    mine = reverse("plans:comment_change", args=[private_token(comment)])
    client.post(mine, GIVEN | {"text": "Ben of class 9a failed."})
    older = {"text": "Ana of class 10b failed."}
    Entry.objects.filter(what="changed by its author").update(before=older)

    decline_comment(comment=comment, reason="student", by=moderator)

    kept = str([(e.before, e.after, e.why) for e in Entry.objects.all()])
    assert "Ana" not in kept and "Ben" not in kept


@pytest.mark.parametrize("do", ["publish", "decline"])
@pytest.mark.parametrize(
    "change", [{"text": "Buy pills"}, {"organization_name": "Pills Inc", "relation": "works"}]
)
def test_words_that_no_moderator_read_are_not_decided(
    version, signed_in, moderator, do, change, mailoutbox
):
    comment = make_comment(version, "1.1", state="waiting")
    staff, path = signed_in(moderator), f"/moderation/{comment.pk}/"
    seen = re.search(r'name="seen" value="(\w+)"', staff.get(path).content.decode()).group(1)
    mine = reverse("plans:comment_change", args=[private_token(comment)])
    Client().post(mine, GIVEN | {"text": comment.text} | change)
    answers = {"do": do, "reason": "off-topic"}

    response = staff.post(path, answers | {"seen": seen})

    page = response.content.decode()
    assert response.status_code == 409
    assert "Its author changed this comment" in page and list(change.values())[0] in page
    comment.refresh_from_db()
    assert comment.state == CommentState.WAITING and not mailoutbox
    again = re.search(r'name="seen" value="(\w+)"', page).group(1)
    assert staff.post(path, answers | {"seen": again}).url == "/moderation/"


def test_the_second_moderator_learns_that_it_is_decided(version, moderator):
    comment = make_comment(version, "1.1", state="waiting")
    publish_comment(comment=comment, by=moderator)

    with pytest.raises(MoveRefused):
        publish_comment(comment=comment, by=moderator)


@pytest.mark.parametrize("person", ["coordinator", "moderator", "editor", "recruiter"])
def test_who_opens_the_queue(version, request, signed_in, person):
    client = signed_in(request.getfixturevalue(person))

    status = client.get("/moderation/").status_code

    assert status == {"coordinator": 200, "moderator": 200, "editor": 403, "recruiter": 403}[person]


@pytest.mark.parametrize("state", ["waiting", "published", "declined"])
def test_no_page_of_staff_shows_a_commenters_address_or_private_link(
    version, signed_in, coordinator, state
):
    comment = make_comment(version, "1.1", state=state, reason="abuse", confirm_hash="c" * 64)
    client = signed_in(coordinator)

    paths = ["/moderation/", f"/moderation/{comment.pk}/", "/desk/", "/plan/1.1/", "/plan/edit/"]
    pages = [client.get(path) for path in paths]

    assert [page.status_code for page in pages] == [200] * len(paths)
    kept = "".join(page.content.decode() for page in pages)
    assert "marisol@example.org" not in kept and comment.confirm_hash not in kept
    assert private_token(comment).split("~")[1] not in kept


def test_a_stranger_is_asked_to_sign_in(version, client):
    for path in ("/moderation/", "/moderation/1/", "/plan/edit/", "/plan/publish/"):
        assert client.get(path).url.startswith("/accounts/login/")


@pytest.mark.parametrize("pk", ["0", "9" * 30])
def test_a_comment_that_is_not_there_is_a_404(version, signed_in, moderator, pk):
    assert signed_in(moderator).get(f"/moderation/{pk}/").status_code == 404


def test_the_desk_of_a_moderator_names_what_waits_oldest_first(version, moderator, editor):
    old, new = timezone.now() - timedelta(days=4), timezone.now()
    make_comment(version, "1.2", state="waiting", confirmed_at=new)
    make_comment(version, "1.1", state="waiting", confirmed_at=old, held_for=["It has a link."])
    make_comment(version, "1.1", state="unconfirmed")

    waiting = desk.waiting_for(moderator)

    assert [(w["since"], w["kind"]) for w in waiting] == [
        (old, "Comment on plan item 1.1"),
        (new, "Comment on plan item 1.2"),
    ]
    assert waiting[0]["note"] == "From a resident. It has a link."
    assert desk.waiting_for(editor) == []


@pytest.mark.parametrize("rows", [1, 3])
def test_the_queue_costs_the_same_with_one_comment_and_with_three(
    version, signed_in, moderator, django_assert_num_queries, rows
):
    for _ in range(rows):
        make_comment(version, "1.1", state="waiting")
        make_comment(version, "1.2")
    client = signed_in(moderator)
    client.get("/moderation/")

    with django_assert_num_queries(8):
        client.get("/moderation/")


@pytest.mark.parametrize("rows", [1, 3])
def test_an_item_costs_the_same_with_one_comment_and_with_three(
    version, client, django_assert_num_queries, rows
):
    for _ in range(rows):
        make_comment(version, "1.1.1", organization_name="Somebody else's")
    client.get("/plan/1.1/")

    with django_assert_num_queries(16):
        client.get("/plan/1.1/")


def test_three_hundred_comments_come_in_pages(version, client):
    node = version.items.get(number="1.1")
    Comment.objects.bulk_create(
        Comment(
            item_id=node.item_id,
            version=version,
            number="1.1",
            text=f"Comment {n}",
            text_html=f"<p>Comment {n}</p>",
            name="Marisol Venn",
            email="marisol@example.org",
            state="published",
            confirm_hash=str(n),
            confirmed_at=timezone.now(),
            decided_at=timezone.now(),
        )
        for n in range(300)
    )

    url, seen = "/plan/1.1/", []
    while url:
        page = client.get(url).content.decode()
        assert len(page) < 90_000
        seen += re.findall(r"<p>Comment (\d+)</p>", page)
        more = re.search(r'rel="next" href="(\?after=\d+)#comments"', page)
        url = f"/plan/1.1/{more.group(1)}" if more else ""

    assert seen == [str(n) for n in range(300)]


# Rules and constraints ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("state", "moderator_may", "author_may"),
    [
        ("unconfirmed", False, False),
        ("waiting", True, True),
        ("published", True, True),
        ("declined", True, True),
        ("withdrawn", False, False),
    ],
)
def test_who_may_move_a_comment(version, moderator, state, moderator_may, author_may):
    comment = make_comment(version, "1.1", state=state, reason="off-topic")

    assert may_decide(moderator, comment) is moderator_may
    assert author_may_withdraw(comment) is author_may


@pytest.mark.parametrize(
    ("person", "state", "may"),
    [
        ("editor", "draft", True),
        ("editor", "adopted", True),
        ("editor", "superseded", False),
        ("coordinator", "open", True),
        ("moderator", "open", False),
        ("counselor", "open", False),
    ],
)
def test_who_may_edit_the_plan(plan, request, person, state, may):
    plan.state = state

    assert may_edit_plan(request.getfixturevalue(person), plan) is may


@pytest.mark.parametrize("now", CommentState.values)
@pytest.mark.parametrize("to", ["published", "declined", "withdrawn"])
def test_a_comment_moves_along_its_table_alone(version, moderator: User, now, to):
    comment = make_comment(version, "1.1", state=now, reason="off-topic")
    act = {
        "published": lambda: publish_comment(comment=comment, by=moderator),
        "declined": lambda: decline_comment(comment=comment, reason="abuse", by=moderator),
        "withdrawn": lambda: withdraw_comment(comment=comment),
    }[to]

    if to in COMMENT_MOVES[now]:
        assert act().state == to
    else:
        with pytest.raises(MoveRefused):
            act()


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ({"state": "declined", "reason": ""}, "a_declined_comment_has_a_reason"),
        ({"confirmed_at": None}, "comment_confirmed_before_read"),
        ({"decided_at": None}, "a_decision_has_a_day"),
        ({"state": "gone"}, "comment_state_known"),
    ],
)
def test_the_database_keeps_a_comment_true(version, change, constraint):
    comment = make_comment(version, "1.1")

    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Comment.objects.filter(pk=comment.pk).update(**change)


def test_an_item_with_comments_cannot_be_deleted(version):
    comment = make_comment(version, "1.1")

    with pytest.raises(IntegrityError), transaction.atomic():
        type(comment.item).objects.filter(pk=comment.item_id)._raw_delete("default")
        transaction.get_connection().check_constraints()


def test_who_is_signed_in_need_not_type_name_and_address(client, signed_in, version, recruiter):
    page = signed_in(recruiter).get("/plan/1.1/").content.decode()
    alone = client.get("/plan/1.1/comment/").content.decode()
    client.logout()
    strange = client.get("/plan/1.1/").content.decode()

    for own in (page, alone):
        assert f'value="{recruiter.email}"' in own
        assert f'value="{recruiter.name}"' in own
    assert recruiter.email not in strange
