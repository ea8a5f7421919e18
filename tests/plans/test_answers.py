"""Answers to comments: prepared in private, published together, each commenter told once."""

import re
from urllib.parse import unquote

import pytest
from django.test import Client
from django.utils import timezone

from accounts.actions import MoveRefused
from accounts.models import Entry
from plans.actions import (
    AnswerDraft,
    AnswersChanged,
    Beginning,
    ItemDraft,
    TakenMeanwhile,
    begin_next_plan,
    begin_response,
    close_for_comment,
    edit_item,
    leave_comments,
    publish_responses,
    save_response,
    take_comments,
    tell_answered,
)
from plans.choices import Disposition, Shown
from plans.comments.answers import Here, answered_on, deeds, prepared, seen_of, step_of, who_spoke
from plans.desk.answers import answers_waiting_for
from plans.models import Comment, Descent, Item, Plan, Response, ResponseTemplate
from plans.views import responses
from tests.plans.factories import adopt, item_called, make_comment, open_for_comment

SIGNED_IN = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture
def desk(editor) -> Client:
    client = Client()
    client.force_login(editor, backend=SIGNED_IN)
    return client


def begin(plan: Plan, *comments: Comment, by=None, **draft: object) -> Response:
    """An answer to these; complete where `text` is given."""
    response = begin_response(
        plan=plan,
        title="Later meetings",
        disposition=Disposition.NOT,
        comments=[one.pk for one in comments],
        by=by,
    )
    if draft:
        words = {"no_change_because": "The rooms close at six."} | draft
        save_response(
            response=response,
            draft=AnswerDraft(title="Later meetings", disposition=Disposition.NOT, **words),
            revision=1,
            by=by,
        )
    return Response.objects.get(pk=response.pk)


def publish(plan: Plan, by=None) -> int:
    if Plan.objects.get(pk=plan.pk).state == "open":
        close_for_comment(plan=plan, by=by)
    return publish_responses(plan=plan, seen=seen_of(prepared(plan)), by=by)


def test_ticked_comments_get_one_answer_in_private_then_in_public(
    version, desk, client, mailoutbox
):
    first, second = (make_comment(version, "1.1", text=f"Meet later, {n}.") for n in (1, 2))
    left = make_comment(version, "1.2", text="Left for now.")

    ticks = {"comment": [first.pk, second.pk], "title": "Later meetings", "disposition": "not"}
    to = desk.post("/plan/answering/", ticks).url
    words = {
        "title": "Later meetings",
        "disposition": "not",
        "text": "The **rooms** close at six.",
        "no_change_because": "No room is open later.",
    }
    assert desk.post(to, words | {"revision": 1}).status_code == 302
    for path in ("/plan/1.1/", "/plan/responses/"):
        assert "rooms" not in client.get(path).content.decode()
    page = desk.get("/plan/answering/publish/").content.decode()
    assert "still open for comment" in page
    assert "1 comment</a> without an answer" in page

    close_for_comment(plan=version.plan, by=None)
    page = desk.get("/plan/answering/publish/").content.decode()
    seen = re.search(r'name="seen" value="(\w+)"', page).group(1)
    assert desk.post("/plan/answering/publish/", {"seen": seen}).url == "/plan/responses/"

    shown = client.get("/plan/responses/").content.decode()
    assert "2 of 3" not in shown
    assert "2 comments of 3 have an answer" in shown
    assert "The <strong>rooms</strong> close at six." in shown
    assert "No change, because: No room is open later." in shown
    assert "<strong>rooms</strong>" in client.get("/plan/1.1/").content.decode()
    assert answered_on([first.item_id, left.item_id]) == 2


def test_each_commenter_is_told_once_in_one_letter(plan, version, mailoutbox):
    mine = [make_comment(version, "1.1", email="Ana@example.org") for _ in range(2)]
    mine.append(make_comment(version, "1.2", email="ana@example.org"))
    gone = make_comment(version, "1.1", email="", email_erased_at=timezone.now())
    begin(plan, *mine, gone, text="We thought about it.")
    late = make_comment(version, "1.2", email="bo@example.org")
    publish(plan)

    assert [tell_answered(), tell_answered()] == [1, 0]
    letter = mailoutbox[-1]
    assert letter.to == ["ana@example.org"]
    assert "Your 3 comments on the plan are answered" in letter.subject
    assert letter.body.count("We thought about it.") == 1
    assert len(re.findall(r"/comments/\S+~\S+", letter.body)) == 3
    assert Comment.objects.filter(told_at__isnull=False).count() == 3

    take_comments(response=Response.objects.get(), comments=[late.pk], by=None)
    assert tell_answered() == 1
    assert mailoutbox[-1].to == ["bo@example.org"]


@pytest.mark.parametrize("email", ["", "ana@example.org"])
def test_letters_are_promised_only_where_somebody_gets_one(plan, version, desk, email):
    erased = None if email else timezone.now()
    said = make_comment(version, "1.1", email=email, email_erased_at=erased)
    begin(plan, said, text="We thought about it.")
    close_for_comment(plan=plan, by=None)

    seen = seen_of(prepared(plan))
    page = desk.post("/plan/answering/publish/", {"seen": seen}, follow=True).content.decode()

    assert "1 answer published." in page
    assert ("Those who asked get a letter" in page) is bool(email)


def test_opening_the_links_of_the_letter_changes_nothing(plan, version, client, mailoutbox):
    begin(plan, make_comment(version, "1.1"), text="We thought about it.")
    publish(plan)
    tell_answered()
    before = list(Comment.objects.values()), Entry.objects.count()

    for link in re.findall(r"https?://[^/]+(/\S+)", mailoutbox[-1].body):
        assert client.get(link).status_code < 400

    assert (list(Comment.objects.values()), Entry.objects.count()) == before


def test_a_comment_stands_under_one_answer_at_most(plan, version, desk):
    comment = make_comment(version, "1.1")
    begin(plan, comment)

    with pytest.raises(TakenMeanwhile, match=comment.receipt):
        begin(plan, comment)
    ticks = {"comment": [comment.pk], "title": "Again", "disposition": "not"}
    assert desk.post("/plan/answering/", ticks).status_code == 409
    assert Response.objects.count() == 1
    for state in ("waiting", "withdrawn", "unconfirmed"):
        hidden = make_comment(version, "1.1", state=state)
        with pytest.raises(TakenMeanwhile):
            begin(plan, hidden)


def test_doubles_are_answered_with_what_they_are_a_double_of(plan, version, mailoutbox):
    head = make_comment(version, "1.1", email="ana@example.org")
    double = make_comment(version, "1.1", email="bo@example.org", same_as=head)

    begin(plan, head, text="Yes.")
    publish(plan)

    assert Comment.objects.get(pk=double.pk).response
    assert tell_answered() == 2
    assert {letter.to[0] for letter in mailoutbox} == {"ana@example.org", "bo@example.org"}


def test_only_what_is_complete_and_was_read_is_published(plan, version):
    whole = begin(plan, make_comment(version, "1.1"), text="Yes.")
    begin(plan, make_comment(version, "1.2"))
    with pytest.raises(MoveRefused, match="still open"):
        publish_responses(plan=plan, seen=seen_of(prepared(plan)), by=None)
    close_for_comment(plan=plan, by=None)
    old = seen_of(prepared(plan))
    draft = AnswerDraft("Later", Disposition.NOT, "No.", no_change_because="So.")
    save_response(response=whole, draft=draft, revision=2, by=None)

    with pytest.raises(AnswersChanged):
        publish_responses(plan=plan, seen=old, by=None)
    assert publish(plan) == 1

    assert [one.text for one in Response.objects.published()] == ["No."]
    with pytest.raises(MoveRefused):
        leave_comments(response=whole, comments=[whole.comments.get().pk], by=None)
    with pytest.raises(MoveRefused, match="would lack its words"):
        empty = AnswerDraft("Later", Disposition.NOT, "", no_change_because="So.")
        save_response(response=whole, draft=empty, revision=3, by=None)


def test_a_template_keeps_what_was_typed(plan, version, desk):
    response = begin(plan, make_comment(version, "1.1"))
    address = f"/plan/answering/{response.pk}/"
    template = ResponseTemplate.objects.create(
        name="Elsewhere", disposition="out-of-scope", text="It is decided elsewhere."
    )
    typed = {"do": "template", "template": template.pk, "revision": 1, "disposition": "not"}
    typed |= {"title": "Even later", "text": "Thank you.", "no_change_because": "Not ours."}

    page = desk.post(address, typed)
    again = desk.post(address, typed | {"text": page.context["form"].initial["text"]})
    nonsense = desk.post(address, typed | {"template": "x"})

    assert page.status_code == 200
    initial = page.context["form"].initial
    assert initial["text"] == "Thank you.\n\nIt is decided elsewhere."
    assert again.context["form"].initial["text"] == initial["text"]
    assert initial["title"] == "Even later"
    assert initial["disposition"] == "out-of-scope"
    assert initial["no_change_because"] == "Not ours."
    assert nonsense.context["form"].initial["text"] == "Thank you."
    response.refresh_from_db()
    assert response.text == ""


def test_of_two_editors_the_second_sees_both_texts(plan, version, desk):
    response = begin(plan, make_comment(version, "1.1"))
    words = {"title": "Later meetings", "disposition": "not", "text": "Mine.", "revision": 1}
    draft = AnswerDraft("Later meetings", Disposition.NOT, "Theirs.")
    save_response(response=response, draft=draft, revision=1, by=None)

    conflict = desk.post(f"/plan/answering/{response.pk}/", words)
    page = conflict.content.decode()
    assert conflict.status_code == 409
    assert "Theirs." in page
    assert "Mine." in page
    assert 'name="revision" value="2"' in page

    assert desk.post(f"/plan/answering/{response.pk}/", words | {"revision": 2}).status_code == 302
    assert Response.objects.get().text == "Mine."


def test_an_answer_leads_to_the_words_that_changed(plan, version, client, editor):
    comment = make_comment(version, "1.1", shown=Shown.ORGANIZATION, organization_name="Oak Works")
    Comment.objects.filter(pk=comment.pk).update(kind="employer", relation="works")
    item = item_called("Strategy 1")
    begin(plan, comment, text="We now say so.", changed_item=item, no_change_because="")
    close_for_comment(plan=plan, by=None)
    words = ItemDraft(handle=item.handle, statement="Do it after work", text="", evidence="")
    edit_item(item=item, draft=words, revision=item.revision, by=editor)
    adopt(plan)
    publish(plan)

    page = client.get("/plan/responses/").content.decode()
    link = f"/plan/versions/compare/?plan={plan.pk}&amp;from=1&amp;to=2#i-{item.pk}"
    assert link in page
    assert "1 comment from an employer" in page
    compared = client.get(link.replace("&amp;", "&").partition("#")[0]).content.decode()
    assert f'id="i-{item.pk}"' in compared
    assert link in client.get("/plan/1.1/").content.decode()


def test_filters_are_in_the_address(plan, version, client):
    for number, title in (("1.1", "Later"), ("1.2", "Nearer")):
        response = begin(plan, make_comment(version, number), text="Yes.")
        Response.objects.filter(pk=response.pk).update(title=f"{title} meetings")
    publish(plan)

    for query, there, away in (
        ("item=1.1", "Later", "Nearer"),
        ("item=1.2.1", "No answer is like this", "Later"),
        ("kind=resident&disposition=not", "Nearer", "No answer"),
        ("disposition=accepted", "No answer is like this", "Nearer"),
    ):
        page = client.get(f"/plan/responses/?{query}").content.decode().partition("</form>")[2]
        assert there in page, query
        assert f"{away} meetings" not in page, query


def test_answers_come_in_pages_and_a_link_to_one_finds_its_page(plan, version, client, monkeypatch):
    monkeypatch.setattr(responses, "A_PAGE", 2)
    answers = [begin(plan, make_comment(version, "1.1"), text=f"Answer {n}.") for n in range(5)]
    publish(plan)
    last = answers[-1]

    def shown(query: str) -> list[int]:
        page = client.get(f"/plan/responses/?{query}").content.decode()
        return [n for n in range(5) if f"Answer {n}." in page]

    assert [shown(f"page={n}") for n in (1, 2, 3)] == [[0, 1], [2, 3], [4]]
    assert shown(f"plan={plan.pk}&answer={last.pk}") == [4]
    assert [shown(odd) for odd in ("page=9", "page=x", "page=-1", "answer=x")] == [
        [4],
        [0, 1],
        [4],
        [0, 1],
    ]
    page = client.get("/plan/responses/?item=1&page=2").content.decode()
    assert 'href="?item=1&amp;page=3" rel="next"' in page
    assert 'href="?item=1&amp;page=1" rel="prev"' in page
    feed = client.get("/plan.atom").content.decode()
    assert f"/plan/responses/?plan={plan.pk}&amp;answer={last.pk}#answer-{last.pk}" in feed


def test_the_page_of_answers_asks_the_same_with_one_and_three(
    plan, version, client, desk, django_assert_num_queries
):
    begin(plan, make_comment(version, "1.1"), text="Yes.")
    publish(plan)
    client.get("/plan/responses/")
    with django_assert_num_queries(7):
        client.get("/plan/responses/")

    for _ in range(2):
        begin(plan, make_comment(version, "1.2"), text="Yes.")
    publish(plan)
    with django_assert_num_queries(7):
        client.get("/plan/responses/")


def test_the_editors_pages_ask_the_same_with_one_and_three(
    plan, version, desk, django_assert_max_num_queries, django_assert_num_queries
):
    counts = {
        "/plan/answering/answers/": 8,
        "/plan/answering/templates/": 4,
        "/plan/answering/": 10,
    }
    desk.get("/plan/answering/answers/")
    for n in range(1, 4):
        begin(plan, make_comment(version, "1.1"))
        make_comment(version, "1.2")
        ResponseTemplate.objects.create(name=f"T{n}", disposition="not", text="No.")
        if n != 2:
            for path, queries in counts.items():
                with django_assert_num_queries(queries):
                    assert desk.get(path).status_code == 200


def test_who_shows_only_the_words_is_of_no_kind(plan, version, client):
    fields = {"organization_name": "Oak Works", "kind": "employer", "relation": "works"}
    make_comment(version, "1.1", shown=Shown.WORDS, **fields)
    for _ in range(4):
        make_comment(version, "1.2.1", shown=Shown.ALL, **fields)

    rows = {
        row.node.number: dict((k, s) for k, _, s in row.cells)
        for row in who_spoke(Here.of(version))
    }

    assert rows["1.1"]["employer"] == "none"
    assert rows["1.1"]["hidden"] == "fewer than 5"
    assert rows["1.2"]["employer"] == "fewer than 5"
    page = client.get("/plan/spoken/").content.decode()
    assert "Colleges, schools or training providers</dt><dd>on any part" in page
    assert not re.search(r"<td>\d+</td>", page)


def test_who_has_not_spoken_is_asked_by_a_letter_while_comments_are_open(plan, version, client):
    fields = {"organization_name": "Oak Works", "kind": "employer", "relation": "works"}
    make_comment(version, "1.1", **fields)

    page = client.get("/plan/spoken/").content.decode()

    employers = page.partition("Employers</dt>")[2].partition("</dd>")[0]
    letter = unquote(re.search(r'href="mailto:\?([^"]+)"', employers).group(1))
    assert "What do you say to River plan, 2026–2028?" in letter
    assert "heard nothing from employers yet:\r\n\r\n1.2 Strategy 2\r\nhttp" in letter
    assert "1.1 Strategy 1" not in letter
    assert 'href="/employers/"' in employers
    close_for_comment(plan=plan, by=None)
    closed = client.get("/plan/spoken/").content.decode()
    assert "Comments are closed now." in closed and "mailto:?subject=What" not in closed


@pytest.mark.parametrize(
    ("number", "words"),
    [(0, "none"), (1, "fewer than 5"), (4, "fewer than 5"), (5, "5 to 9"), (25, "25 or more")],
)
def test_small_counts_are_given_in_steps(number, words):
    assert step_of(number) == words


def test_answers_follow_their_comments_to_what_an_item_was_merged_into(plan, version):
    comment = make_comment(version, "1.2")
    begin(plan, comment, text="Yes.")
    publish(plan)
    source, target = item_called("Strategy 2"), item_called("Strategy 1")
    source.children.update(retired_at=timezone.now(), position=None)
    type(source).objects.filter(pk=source.pk).update(retired_at=timezone.now(), position=None)
    Descent.objects.create(plan=plan, source=source, target=target, kind="merged", reason="One.")
    newer = adopt(plan)

    assert [deed.node.number for deed in deeds(Here.of(newer))] == ["1.1"]


@pytest.mark.parametrize("wrong", ["9" * 40, "x", "²", "-1", ""])
def test_what_no_one_can_tick_is_refused_in_words(version, desk, wrong):
    data = {"comment": [wrong], "title": "Later", "disposition": "not"}

    refused = desk.post("/plan/answering/", data)

    assert refused.status_code == 422
    assert "Tick the comments" in refused.content.decode()


def test_an_answer_takes_the_next_version_that_changes_its_item(plan, version, editor):
    item = item_called("Strategy 1")
    waits = begin(plan, make_comment(version, "1.1"), text="Soon.", changed_item=item)
    other = begin(
        plan, make_comment(version, "1.2"), text="So.", changed_item=item_called("Strategy 2")
    )
    publish(plan)
    assert waits.change_url().endswith(f"/plan/items/{item.pk}/")
    words = ItemDraft(handle=item.handle, statement="Do it after work", text="", evidence="")
    edit_item(item=item, draft=words, revision=item.revision, by=editor)

    newer = adopt(plan)

    waits.refresh_from_db()
    other.refresh_from_db()
    assert (waits.changed_in, other.changed_in) == (newer, None)


def test_the_desk_names_what_waits_for_an_answer(plan, version, editor, moderator):
    begin(plan, make_comment(version, "1.1"))
    make_comment(version, "1.2")
    assert answers_waiting_for(editor) == []
    close_for_comment(plan=plan, by=None)

    titles = [row["title"] for row in answers_waiting_for(editor)]

    assert titles == ["1 comment waits for an answer", "1 answer is not published yet"]
    assert answers_waiting_for(moderator) == []


def test_answers_of_both_plans_are_within_reach_while_the_next_is_open(plan, version, desk):
    old = begin(plan, make_comment(version, "1.1", text="Of the old plan."), text="Yes.")
    close_for_comment(plan=plan, by=None)
    adopt(plan)
    coming = Plan.objects.create(title="Next plan", previous=plan)
    Item.objects.create(plan=coming, position=1, handle="Anew", statement="Begin.")
    make_comment(open_for_comment(coming), "1", text="Of the next plan.")

    newest = desk.get("/plan/answering/").content.decode()
    assert "Of the next plan." in newest
    assert f"?plan={plan.pk}" in newest
    assert "Later meetings" in desk.get(f"/plan/answering/answers/?plan={plan.pk}").content.decode()
    assert desk.get(f"/plan/answering/{old.pk}/").status_code == 200
    page = desk.get(f"/plan/answering/publish/?plan={plan.pk}").content.decode()
    seen = re.search(r'name="seen" value="(\w+)"', page).group(1)
    desk.post(f"/plan/answering/publish/?plan={plan.pk}", {"seen": seen})
    assert Response.objects.published().get() == old


# Once the plan is history -------------------------------------------------------------------


@pytest.fixture
def history(plan, version, editor) -> Plan:
    """The plan before, with an answer in private and two comments that have none."""
    begin(plan, make_comment(version, "1.1", text="Prepared."), text="Yes.")
    make_comment(version, "1.1.1", text="Open still.", email="ana@example.org")
    make_comment(version, "1.2", text="Another.")
    close_for_comment(plan=plan, by=editor)
    adopt(plan)
    new = begin_next_plan(plan=plan, beginning=Beginning("Next plan"), fates={}, by=editor)
    open_for_comment(new)
    adopt(new)
    plan.refresh_from_db()
    assert plan.state == "superseded"
    return plan


def test_comments_on_a_plan_that_is_history_are_still_answered(history, desk, client, mailoutbox):
    page = desk.get(f"/plan/answering/?plan={history.pk}").content.decode()
    assert "Open still." in page and "River plan, 2026–2028, superseded" in page
    open_one = Comment.objects.get(text="Open still.")
    ticks = {"comment": [open_one.pk], "title": "Say it", "disposition": "accepted"}
    edit = desk.post(f"/plan/answering/?plan={history.pk}", ticks).url
    assert "The plan that followed" in desk.get(edit).content.decode()
    words = {"title": "Say it", "disposition": "accepted", "text": "Said.", "revision": 1}
    assert desk.post(edit, words | {"number": "1.1"}).status_code == 302

    page = desk.get(f"/plan/answering/publish/?plan={history.pk}").content.decode()
    assert "2 answers" in page
    seen = re.search(r'name="seen" value="(\w+)"', page).group(1)
    public = desk.post(f"/plan/answering/publish/?plan={history.pk}", {"seen": seen}).url

    assert public == f"/plan/responses/?plan={history.pk}"
    shown = client.get(public).content.decode()
    assert "Said." in shown and f"/plan/1.1/?plan={history.pk}" in shown
    assert "Said." in client.get(f"/plan/1.1/?plan={history.pk}").content.decode()
    tell_answered()
    letter = next(one for one in mailoutbox if one.to == ["ana@example.org"])
    assert f"/plan/responses/?plan={history.pk}" in letter.body
    mine = client.get(re.search(r"/comments/\S+~\S+", letter.body).group()).content.decode()
    assert f"/plan/1.1.1/?plan={history.pk}&amp;version=1#c-{open_one.receipt}" in mine


def test_the_desk_names_what_a_plan_that_is_history_still_owes(history, editor):
    rows = answers_waiting_for(editor)

    assert [(row["title"], row["url"]) for row in rows] == [
        ("2 comments wait for an answer", f"/plan/answering/?plan={history.pk}"),
        ("1 answer is not published yet", f"/plan/answering/publish/?plan={history.pk}"),
    ]
    assert rows[0]["note"].startswith("On River plan, 2026–2028. ")


def test_the_next_plan_leads_to_what_was_heard_in_the_one_before(history, client):
    page = client.get("/plan/1.1/").content.decode()

    link = f"/plan/1.1/?plan={history.pk}&amp;version=2#comments"
    assert f'<a href="{link}">2 comments on 1.1 Strategy 1</a>' in page
    assert f'<a href="{link}">2 in the plan before</a>' in page
    assert "3 comments on 1 Placement" in client.get("/plan/1/").content.decode()
    assert "2 comments" in client.get(link.replace("&amp;", "&")).content.decode()
    assert "in the plan before" not in client.get("/plan/1.2.1/").content.decode()
