"""What moderators do with comments: many at once, appeals, replies, doubles; nothing is lost."""

import csv
import re
from datetime import timedelta

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.db.models.deletion import RestrictedError
from django.test import Client
from django.utils import timezone

from accounts.actions import MoveRefused, NotAllowed
from accounts.choices import MembershipState, StaffRole
from accounts.models import Entry
from outreach.models import Letter
from plans import desk
from plans.actions import (
    Voice,
    appeal_comment,
    change_comment,
    decline_comment,
    end_appeal,
    group_doubles,
    publish_comment,
    reply_to,
    ungroup,
    withdraw_comment,
    withdraw_reply,
)
from plans.actions.answering import tell_answered
from plans.letters.links import private_token
from plans.models import Comment, Reply, Response
from tests.factories import DutyFactory, MembershipFactory, UserFactory
from tests.plans.factories import make_comment


@pytest.fixture
def colleague(region):
    """Another moderator."""
    user = UserFactory(name="Cleo", email="cleo@example.org")
    DutyFactory(user=user, role=StaffRole.MODERATOR)
    return user


def declined(version, by, **more) -> Comment:
    comment = make_comment(version, "1.1", state="waiting", **more)
    return decline_comment(comment=comment, reason="off-topic", by=by)


def picks(*comments: Comment) -> list[str]:
    return [f"{one.pk}~{one.seen}" for one in comments]


# Many at once ----------------------------------------------------------------------------


def test_many_are_read_on_one_page_and_published_together(
    version, signed_in, moderator, mailoutbox
):
    rows = [
        make_comment(version, "1.1", state="waiting", text=f"Word {n} of it.") for n in range(3)
    ]
    client = signed_in(moderator)

    shown = client.get("/moderation/together/", {"act": "publish", "pick": [r.pk for r in rows]})
    page = shown.content.decode()
    assert all(row.text in page and row.seen in page for row in rows)
    assert not Comment.objects.published().exists()

    client.post("/moderation/together/", {"act": "publish", "pick": picks(*rows)})
    assert Comment.objects.published().count() == 3
    assert len(mailoutbox) == 3


def test_one_that_cannot_be_decided_says_why_and_hinders_no_other(version, signed_in, moderator):
    fine, changed, gone = (make_comment(version, "1.1", state="waiting") for _ in range(3))
    seen = picks(fine, changed, gone)
    change_comment(comment=changed, voice=Voice(text="Quite new.", name="", email=""))
    withdraw_comment(comment=gone)

    sent = {"act": "decline", "reason": "off-topic", "words": "", "pick": seen}
    answer = signed_in(moderator).post("/moderation/together/", sent)

    page = answer.content.decode()
    assert answer.status_code == 409
    assert "changed this comment after you opened it" in page and "has moved on" in page
    states = dict(Comment.objects.values_list("pk", "state"))
    assert states == {fine.pk: "declined", changed.pk: "waiting", gone.pk: "withdrawn"}


def test_many_are_not_declined_without_a_reason(version, signed_in, moderator):
    comment = make_comment(version, "1.1", state="waiting")
    sent = {"act": "decline", "reason": "", "pick": picks(comment)}

    answer = signed_in(moderator).post("/moderation/together/", sent)

    assert answer.status_code == 422 and "Choose the reason" in answer.content.decode()
    assert Comment.objects.get().state == "waiting"


@pytest.mark.parametrize("query", ["", "act=publish", "act=burn&pick=1", "act=publish&pick=x~y"])
def test_nothing_chosen_leads_back(version, signed_in, moderator, query):
    assert signed_in(moderator).get(f"/moderation/together/?{query}").url == "/moderation/"


# The queue -------------------------------------------------------------------------------


def test_the_queue_shows_what_is_asked_for(version, signed_in, moderator):
    window = version.plan.windows.get()
    make_comment(version, "1.1", state="waiting", text="On one.", stance="idea")
    make_comment(version, "1.2.1", state="waiting", text="Below two.", held_for=["It has a link."])
    make_comment(version, "1.1", text="Shown at once.", window=window)
    client = signed_in(moderator)

    def found(query: str) -> list[str]:
        page = client.get(f"/moderation/?{query}").content.decode()
        words = ["On one.", "Below two.", "Shown at once."]
        return [word for word in words if f"“{word}”" in page.partition("Decided lately")[0]]

    assert found("") == ["On one.", "Below two."]
    assert found("item=1.2") == ["Below two."]
    assert found("stance=idea") == found("stance=idea&source=web&window=") == ["On one."]
    assert found("noticed=1") == ["Below two."]
    assert found("what=shown") == ["Shown at once."]
    assert found(f"window={window.pk}") == found("item=9.9") == []
    assert "has no item 9.9" in client.get("/moderation/?item=9.9").content.decode()


@pytest.mark.parametrize(
    "query",
    ["what=x", "item=<b>", "window=9999999999999999", "after=1", "after=" + "9" * 17 + "~1"],
)
def test_no_query_breaks_the_queue(version, signed_in, moderator, query):
    assert signed_in(moderator).get(f"/moderation/?{query}").status_code == 200


def test_the_queue_is_walked_to_its_end(version, signed_in, moderator):
    node = version.items.get(number="1.1")
    now = timezone.now()
    Comment.objects.bulk_create(
        Comment(
            item_id=node.item_id,
            version=version,
            number="1.1",
            text=f"Number {n}.",
            text_html="",
            email="a@example.org",
            state="waiting",
            confirm_hash=str(n),
            confirmed_at=now - timedelta(seconds=n % 7),
        )
        for n in range(120)
    )
    client, url, seen = signed_in(moderator), "/moderation/", []

    while url:
        page = client.get(url).content.decode()
        seen += re.findall(r"“Number (\d+)\.”", page)
        more = re.search(r'href="([^"]+)" rel="next"', page)
        url = more[1].replace("&amp;", "&") if more else ""

    assert len(seen) == 120 and len(set(seen)) == 120
    ages = [int(n) % 7 for n in seen]
    assert ages == sorted(ages, reverse=True)


def test_what_was_shown_at_once_waits_until_it_is_read(version, signed_in, moderator):
    comment = make_comment(version, "1.1", window=version.plan.windows.get())
    assert desk.comments_waiting_for(moderator)[0]["note"].startswith("Shown at once")

    client = signed_in(moderator)
    client.post(f"/moderation/{comment.pk}/", {"do": "read", "seen": comment.seen})

    comment.refresh_from_db()
    assert (comment.state, comment.is_unread) == ("published", False)
    assert not desk.comments_waiting_for(moderator)


# Who decides -----------------------------------------------------------------------------


def test_nobody_decides_on_what_speaks_for_their_own_organization(
    version, college, moderator, colleague, signed_in
):
    MembershipFactory(user=moderator, organization=college, state=MembershipState.ACTIVE)
    comment = make_comment(version, "1.1", state="waiting", organization=college)

    with pytest.raises(NotAllowed, match="an organization of yours"):
        publish_comment(comment=comment, by=moderator)
    page = signed_in(moderator).get("/moderation/").content.decode()
    assert "so a colleague decides" in page and 'name="pick"' not in page
    assert not desk.comments_waiting_for(moderator) and desk.comments_waiting_for(colleague)

    assert publish_comment(comment=comment, by=colleague).state == "published"


def test_the_only_moderator_decides_on_everything(version, college, moderator):
    MembershipFactory(user=moderator, organization=college, state=MembershipState.ACTIVE)
    comment = make_comment(version, "1.1", state="waiting", organization=college)

    assert publish_comment(comment=comment, by=moderator).state == "published"


# Appeals ---------------------------------------------------------------------------------


def test_an_appeal_is_ended_by_somebody_else_with_words(version, moderator, colleague, mailoutbox):
    comment = declined(version, moderator)
    appeal_comment(comment=comment, words="It is about 1.1.")
    comment.refresh_from_db()
    assert "Another look" in desk.comments_waiting_for(colleague)[0]["kind"]

    with pytest.raises(NotAllowed, match="a colleague looks"):
        end_appeal(comment=comment, publish=True, words="Fine.", by=moderator)
    with pytest.raises(MoveRefused, match="another look"):
        publish_comment(comment=comment, by=colleague)
    end_appeal(comment=comment, publish=True, words="You are right.", by=colleague)

    comment.refresh_from_db()
    assert (comment.state, comment.reason) == ("published", "")
    letter = mailoutbox[-1]
    assert "You are right." in letter.body and private_token(comment) in letter.body
    with pytest.raises(MoveRefused):
        end_appeal(comment=comment, publish=False, words="No.", by=colleague)


def test_an_appeal_that_fails_says_why_on_the_private_page(
    version, moderator, colleague, signed_in, mailoutbox
):
    comment = declined(version, moderator)
    appeal_comment(comment=comment, words="Look again.")
    client = signed_in(colleague)

    empty = client.post(f"/moderation/{comment.pk}/appeal/", {"do": "keep", "words": ""})
    assert empty.status_code == 422 and "Say why" in empty.content.decode()
    client.post(f"/moderation/{comment.pk}/appeal/", {"do": "keep", "words": "It sells a thing."})

    page = Client().get(f"/comments/{private_token(comment)}/").content.decode()
    assert "It sells a thing." in page and "not shown" in page
    assert "It sells a thing." in mailoutbox[-1].body


# Erased words ----------------------------------------------------------------------------


def test_words_that_tell_who_a_student_is_leave_the_letters_too(version, moderator):
    words = "Ana Ruiz of the night class failed twice."
    comment = make_comment(version, "1.1", state="waiting", text=words)
    other = make_comment(version, "1.1", state="waiting", text="Of another one.")
    for one in (comment, other):
        Letter.objects.create(
            kind="comment-receipt",
            key=f"comment-receipt:{one.pk}:first",
            sender="a@example.org",
            recipient="b@example.org",
            subject="Receipt",
            text=f"Thank you.\n\n{one.text}",
            html=one.text,
            message_id=f"<{one.pk}@x>",
        )

    decline_comment(comment=comment, reason="student", by=moderator)

    everywhere = [*Letter.objects.values_list("text", "html"), *Comment.objects.values_list("text")]
    assert "Ana" not in str(everywhere) and "Of another one." in str(everywhere)
    assert "Ana" not in str(list(Entry.objects.values()))
    assert Letter.objects.get(key=f"comment-receipt:{comment.pk}:first").state == "cancelled"


# Replies ---------------------------------------------------------------------------------


def test_a_reply_is_marked_in_words_and_withdrawn_with_a_trace(
    version, signed_in, moderator, client, mailoutbox
):
    comment = make_comment(version, "1.1")
    token = "5f0c7d62-7a0e-4d4c-9a38-2f6a4d0f7a11"
    staff = signed_in(moderator)
    for _ in range(2):
        staff.post(f"/moderation/{comment.pk}/reply/", {"text": "We <b>will</b>.", "token": token})

    reply = Reply.objects.get()
    page = Client().get("/plan/1.1/").content.decode()
    assert "The partnership replied" in page and "We &lt;b&gt;will&lt;/b&gt;." in page
    assert [letter.extra_headers["X-Letter-Kind"] for letter in mailoutbox] == ["comment-replied"]

    staff.post(f"/moderation/replies/{reply.pk}/")
    page = Client().get("/plan/1.1/").content.decode()
    assert "and withdrew it" in page and "We &lt;b&gt;will" not in page


def test_the_database_keeps_a_reply_as_it_was_written(version, moderator):
    comment = make_comment(version, "1.1")
    token = "5f0c7d62-7a0e-4d4c-9a38-2f6a4d0f7a12"
    reply = reply_to(comment=comment, text="So.", by=moderator, form_token=token)

    with pytest.raises((IntegrityError, RestrictedError)), transaction.atomic():
        Reply.objects.filter(pk=reply.pk).update(text="Not so.")
    withdraw_reply(reply=reply, by=moderator)
    with pytest.raises(MoveRefused):
        withdraw_reply(reply=reply, by=moderator)


# Doubles ---------------------------------------------------------------------------------


def heard(client) -> str:
    page = client.get("/plan/1.1/").content.decode()
    return page[page.index("What we heard") :]


def test_doubles_are_suggested_grouped_counted_and_taken_apart(
    version, signed_in, moderator, client
):
    text = "Please keep the evening classes in the plan, they are what we need."
    first, second, third = (
        make_comment(version, "1.1", text=text + more) for more in ("", "", " Thanks!")
    )
    other = make_comment(version, "1.2", text=text)
    staff = signed_in(moderator)
    page = staff.get(f"/moderation/{first.pk}/").content.decode()
    assert f'value="{second.pk}"' in page and f'value="{third.pk}"' in page
    assert f'value="{other.pk}"' not in page

    staff.post(f"/moderation/{first.pk}/group/", {"pick": [second.pk, third.pk]})
    once = heard(Client())
    assert "3 comments" in once and "2 more comments said the same" in once
    assert once.count("evening classes") == 1

    staff.post(f"/moderation/{first.pk}/ungroup/")
    assert heard(Client()).count("evening classes") == 3


def test_doubles_of_another_item_are_not_grouped(version, moderator):
    here, there = make_comment(version, "1.1"), make_comment(version, "1.2")

    with pytest.raises(MoveRefused, match="another item"):
        group_doubles(head=here, doubles=[there.pk], by=moderator)
    with pytest.raises(IntegrityError), transaction.atomic():
        Comment.objects.filter(pk=there.pk).update(same_as=here)


@pytest.mark.parametrize("leaves", ["withdrawn", "declined", "changed"])
def test_others_stay_shown_when_the_one_that_stood_for_them_leaves(
    version, moderator, client, leaves
):
    head, *others = (make_comment(version, "1.1", text="Keep it.") for _ in range(3))
    group_doubles(head=head, doubles=[one.pk for one in others], by=moderator)
    head.refresh_from_db()

    if leaves == "withdrawn":
        withdraw_comment(comment=head)
    elif leaves == "declined":
        decline_comment(comment=head, reason="abuse", by=moderator)
    else:
        change_comment(comment=head, voice=Voice(text="Drop it.", name="", email=""))

    page = heard(client)
    assert "Keep it." in page and "1 more comment said the same" in page


def test_groups_are_joined_without_chains(version, moderator):
    a, b, c, d = (make_comment(version, "1.1", text="Keep it.") for _ in range(4))
    group_doubles(head=a, doubles=[b.pk], by=moderator)
    group_doubles(head=c, doubles=[d.pk], by=moderator)

    group_doubles(head=a, doubles=[c.pk], by=moderator)

    assert set(Comment.objects.filter(same_as=a)) == {b, c, d}
    with pytest.raises(MoveRefused, match="grouped under another"):
        group_doubles(head=b, doubles=[a.pk], by=moderator)
    assert ungroup(comment=b, by=moderator) == [b]


def test_the_answer_to_one_reaches_all_that_say_the_same(version, moderator, mailoutbox):
    head, double = (
        make_comment(version, "1.1", text="Keep it.", email=f"{n}@example.org") for n in "ab"
    )
    head.response = Response.objects.create(
        plan=version.plan,
        title="It stays",
        disposition="accepted",
        text="It stays.",
        no_change_because="It was there.",
        published_at=timezone.now(),
    )
    head.save()

    group_doubles(head=head, doubles=[double.pk], by=moderator)
    tell_answered()

    assert sorted(letter.to[0] for letter in mailoutbox) == ["a@example.org", "b@example.org"]


# In numbers ------------------------------------------------------------------------------


def test_the_public_reads_how_comments_are_treated(version, client, moderator, colleague):
    with time_machine.travel(timezone.now() - timedelta(hours=5)):
        rows = [
            make_comment(version, "1.1", state="waiting", text=f"Secret word {n}") for n in range(3)
        ]
        make_comment(version, "1.1", state="unconfirmed")
    publish_comment(comment=rows[0], by=moderator)
    for comment in rows[1:]:
        decline_comment(comment=comment, reason="advertising", by=moderator)
    appeal_comment(comment=rows[1], words="No.")
    end_appeal(comment=rows[1], publish=True, words="True.", by=colleague)

    page = client.get("/plan/comments/transparency/").content.decode()
    table = client.get("/plan/comments/transparency.csv").content.decode().splitlines()

    assert "3 comments on the" in page and "within 5 hours" in page
    assert "1 shown after it" in page and "Secret" not in page + str(table)
    assert "It tells who a student is" in page  # each reason, used or not
    names, sums_of_plan = list(csv.reader(table))[:2]
    sums = dict(zip(names, sums_of_plan, strict=True))
    wanted = ("received", "shown", "declined", "because_advertising", "appeals", "upheld")
    assert [sums[name] for name in wanted] == ["3", "2", "1", "1", "1", "1"]
    assert sums["median_hours_to_reading"] == "5.0"


def test_how_comments_are_treated_costs_the_same_for_many(
    version, client, django_assert_num_queries
):
    for n in range(3):
        make_comment(version, "1.1", window=version.plan.windows.get() if n else None)
    client.get("/plan/comments/transparency/")

    with django_assert_num_queries(6):
        client.get("/plan/comments/transparency/")
