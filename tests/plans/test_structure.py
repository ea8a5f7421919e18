"""The tree of the working copy: nothing that editors do leaves a gap, a double or an orphan."""

import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.actions import MoveRefused, ReasonMissing
from plans.actions import (
    ActionDraft,
    EditedMeanwhile,
    ItemDraft,
    MovedMeanwhile,
    Part,
    Words,
    add_item,
    edit_item,
    link_reference,
    merge_items,
    move_item,
    restore_item,
    retire_item,
    split_item,
)
from plans.actions.structure import place_of, tree_of
from plans.models import Action, Descent, Item, Plan
from plans.structure.freezing import working_items
from plans.structure.references import dangling, pending
from tests.plans.factories import item_called, make_comment, make_plan, open_for_comment
from tests.plans.test_editing import form_of


def outline_of(plan: Plan) -> list[str]:
    return [f"{number} {item.title}" for number, item in working_items(plan)]


def whole(plan: Plan) -> None:
    """Siblings stand at 1, 2, 3 …; what stands, stands under something that stands."""
    standing = {item.pk: item for item in Item.objects.standing().filter(plan=plan)}
    below: dict = {}
    for item in standing.values():
        assert item.parent_id is None or item.parent_id in standing
        below.setdefault(item.parent_id, []).append(item.position)
    for places in below.values():
        assert sorted(places) == list(range(1, len(places) + 1))
    numbers = [number for number, _ in working_items(plan)]
    assert len(numbers) == len(standing) == len(set(numbers))
    assert all(number.count(".") < len(plan.level_names) for number in numbers)
    with transaction.atomic():
        connection.check_constraints()


ACTS = ["add", "up", "down", "indent", "outdent", "before", "after", "under"]
ACTS += ["retire", "restore", "split", "merge"]


@settings(
    max_examples=7, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    steps=st.lists(
        st.tuples(st.sampled_from(ACTS), st.integers(0, 40), st.integers(0, 40), st.booleans()),
        min_size=4,
        max_size=14,
    )
)
def test_no_row_of_acts_breaks_the_tree(region, editor, steps):
    """Some acts come from a page that was read before the others."""
    with transaction.atomic():
        plan = make_plan(strategies=2)
        stale = tree_of(plan)
        read = {item.pk: item.revision for item in plan.items.all()}
        for what, n, m, from_an_old_page in steps:
            items = list(plan.items.order_by("pk"))
            item, other = items[n % len(items)], items[m % len(items)]
            below = stale if from_an_old_page and item.pk in read else tree_of(plan)
            try:
                with transaction.atomic():
                    _do(what, item, other, plan, below, read, from_an_old_page, editor)
            except (MoveRefused, EditedMeanwhile):
                pass
            whole(plan)
        transaction.set_rollback(True)


def _do(what, item, other, plan, below, read, old, by):
    revision = read.get(item.pk, 1) if old else item.revision
    if what == "add":
        add_item(plan=plan, parent=item, statement="More", by=by)
    elif what == "retire":
        retire_item(item=item, by=by, whole=old)
    elif what == "restore":
        restore_item(item=item, by=by, at=1 if old else None)
    elif what == "split":
        children = [child.pk for child in item.children.all()[:1]]
        stays = Words(revision=revision, part=Part(children=children))
        split_item(item=item, stays=stays, new=ItemDraft("", "Half"), reason="Two.", by=by)
    elif what == "merge":
        revisions = (revision, other.revision)
        draft = ItemDraft(other.handle, other.statement)
        merge_items(item=item, into=other, draft=draft, revisions=revisions, reason="One.", by=by)
    else:
        target = other if what in ("before", "after", "under") else None
        move_item(item=item, to=what, target=target, seen=place_of(below, item), by=by)


def test_an_item_moves_in_and_out_with_what_stands_under_it(plan, editor):
    two, goal = item_called("Strategy 2"), item_called("Placement")

    move_item(item=two, to="outdent", by=editor)

    assert outline_of(plan)[-2:] == ["2 Strategy 2", "2.1 Begin the 2. thing"]
    move_item(item=two, to="indent", by=editor)
    assert "1.2 Strategy 2" in outline_of(plan)
    with pytest.raises(MoveRefused, match="under itself"):
        move_item(item=goal, to="under", target=two, by=editor)
    with pytest.raises(MoveRefused, match="ends with sub-strategies"):
        move_item(item=two, to="indent", by=editor)


def test_a_move_from_an_old_page_is_refused_and_says_why(plan, signed_in, editor):
    client, two = signed_in(editor), item_called("Strategy 2")
    page = client.get("/plan/edit/").content.decode()
    row = page.partition(f'id="i-{two.pk}"')[2]
    seen = row.partition('name="seen" value="')[2].partition('"')[0]
    add_item(plan=plan, parent=None, before=None, after=None, statement="A goal", by=editor)
    retire_item(item=Item.objects.get(statement="Begin the 1. thing"), by=editor)
    retire_item(item=item_called("Strategy 1"), by=editor)

    url = reverse("plans:item_move", args=[two.pk])
    answer = client.post(url, {"to": "indent", "seen": seen}, follow=True).content.decode()

    assert "Somebody moved things around “Strategy 2”" in answer
    assert outline_of(plan)[1] == "1.1 Strategy 2"


def test_retiring_is_undone_at_its_place_by_one_click(plan, version, signed_in, editor):
    client, one = signed_in(editor), Item.objects.get(statement="Begin the 1. thing")
    add_item(plan=plan, parent=one.parent, statement="After it", by=editor)
    before = outline_of(plan)

    page = client.post(reverse("plans:item_retire", args=[one.pk]), follow=True).content.decode()
    form = page.partition('<form class="note')[2].partition("</form>")[0]
    place = form.partition('name="at" value="')[2].partition('"')[0]
    assert "“Begin the 1. thing” is retired." in form and outline_of(plan) != before
    client.post(reverse("plans:item_retire", args=[one.pk]), {"do": "restore", "at": place})

    assert outline_of(plan) == before


def test_an_item_is_added_above_and_below_another(plan, signed_in, editor):
    client, two = signed_in(editor), item_called("Strategy 2")
    url = reverse("plans:item_add", args=[two.pk])

    client.post(f"{url}?where=above", {"handle": "Above", "statement": "One."})
    client.post(f"{url}?where=below", {"handle": "Below", "statement": "One."})

    names = [row for row in outline_of(plan) if row.count(".") == 1]
    assert names == ["1.1 Strategy 1", "1.2 Above", "1.3 Strategy 2", "1.4 Below"]
    assert client.get(f"{url}?where=beside").status_code == 404


def test_a_split_item_gives_what_was_chosen_and_keeps_its_comments(
    plan, version, client, signed_in, editor
):
    item = Item.objects.get(statement="Begin the 1. thing")
    comment = make_comment(version, "1.1.1", text="Said before the split.")
    draft = ItemDraft("", item.statement, "Both.", actions=[ActionDraft("Stay"), ActionDraft("Go")])
    edit_item(item=item, draft=draft, revision=1, by=editor)
    going = Action.objects.get(text="Go")
    url = reverse("plans:item_split", args=[item.pk])
    data = {"handle": "Half", "statement": "The other half", "text": "Mine.", "new_text": "Yours."}
    data |= {"actions": [str(going.pk)], "reason": "", "revision": 2}
    begun = signed_in(editor).get(url).content.decode()
    assert re.search(r'name="statement"[^>]*>\s*Begin the 1. thing</textarea>', begun)

    refused = signed_in(editor).post(url, data)
    assert refused.status_code == 422 and "Say why, in a sentence." in refused.content.decode()
    client.post(url, data | {"reason": "It was two things."})
    open_for_comment(plan)

    assert "1.1.2 Half" in outline_of(plan)
    page = client.get("/plan/1.1.2/").content.decode()
    assert "Yours." in page and "Go" in page and "Said before" not in page
    assert "Split from" in page and "because: It was two things." in page
    assert "Said before the split." in client.get("/plan/1.1.1/").content.decode()
    comment.refresh_from_db()
    assert comment.item == item


def test_a_merged_item_leads_to_the_other_and_takes_its_comments_along(
    plan, version, client, signed_in, editor
):
    one, two = item_called("Strategy 1"), item_called("Strategy 2")
    make_comment(version, "1.2", text="Said about the second.")
    edit_item(item=two, draft=ItemDraft("Strategy 2", "Do", "Text two."), revision=1, by=editor)
    url = reverse("plans:item_merge", args=[two.pk])
    signed_in(editor)
    assert f"?into={one.pk}" in client.get(url, {"q": "strategy 1"}).content.decode()
    page = client.get(url, {"into": one.pk}).content.decode()
    assert "Text two." in page
    data = {"into": one.pk, "handle": "Strategy 1", "statement": "Do both", "text": "Text two."}
    data |= {"revision": 2, "into_revision": 1, "reason": "They were one."}

    client.post(url, data)
    assert outline_of(plan)[-3:] == [
        "1.1 Strategy 1",
        "1.1.1 Begin the 1. thing",
        "1.1.2 Begin the 2. thing",
    ]
    assert "They were one" not in client.get("/plan/1.1/").content.decode()
    open_for_comment(plan)

    assert client.get("/plan/1.2/").url == "/plan/1.1/?was=1.2"
    now = client.get("/plan/1.1/?was=1.2").content.decode()
    assert "That item was merged into this one, because: They were one." in now
    assert "Said about the second." in now
    assert client.get(f"/plan/i/{two.code}/").url == "/plan/1.1/?was=1.2"
    assert "It goes on in" in client.get("/plan/1.2/?version=1").content.decode()
    between = client.get("/plan/versions/compare/").content.decode()
    assert '<p class="kind">Merged</p>' in between and "<dt>items merged</dt><dd>1</dd>" in between


def test_the_reason_of_a_retired_item_is_told_where_it_was(plan, version, client, editor):
    item = Item.objects.get(statement="Begin the 2. thing")
    retire_item(item=item, by=editor, reason="Nobody asked for it.")
    open_for_comment(plan)

    page = client.get("/plan/1.2.1/", follow=True).content.decode()

    assert "was dropped after version 1" in page and "because: Nobody asked for it." in page


def test_splitting_and_merging_want_a_reason_and_the_newest_words(plan, editor):
    one, two = item_called("Strategy 1"), item_called("Strategy 2")
    edit_item(item=two, draft=ItemDraft("Strategy 2", "Newer"), revision=1, by=editor)
    draft = ItemDraft("Strategy 1", "Both")

    with pytest.raises(ReasonMissing):
        merge_items(item=one, into=two, draft=draft, revisions=(1, 2), reason="", by=editor)
    with pytest.raises(EditedMeanwhile):
        merge_items(item=one, into=two, draft=draft, revisions=(1, 1), reason="One.", by=editor)
    with pytest.raises(EditedMeanwhile):
        split_item(item=two, stays=Words(revision=1), new=draft, reason="Two.", by=editor)

    assert not Descent.objects.exists() and Item.objects.standing().count() == 5


# References -------------------------------------------------------------------------------


def test_an_item_is_mentioned_by_number_by_name_and_by_finding_it(plan, signed_in, editor):
    client, item, two = signed_in(editor), item_called("Strategy 1"), item_called("Strategy 2")
    url = reverse("plans:item_edit", args=[item.pk])
    data = form_of(client, item) | {"text": "See [[1.2]] and [[strategy 2]].", "find": "second"}
    data["find"] = "strategy 2"

    page = client.post(url, data | {"do": "enter"}).content.decode()
    assert "Mention 1.2" in page and Item.objects.get(pk=item.pk).revision == 1
    found = client.get(reverse("plans:item_find", args=[item.pk]), {"find": "1.2"}).content
    assert b'data-mention="1.2 Strategy 2"' in found
    page = client.post(url, data | {"do": f"mention-{two.pk}"}).content.decode()
    assert "and [[strategy 2]]. [[1.2 Strategy 2]]</textarea>" in page
    client.post(url, data)

    item.refresh_from_db()
    assert item.text == f"See [[{two.pk}]] and [[{two.pk}]]."


def test_what_waits_is_shown_plainly_and_linked_by_one_click(plan, client, signed_in, editor):
    item, two = item_called("Strategy 1"), item_called("Strategy 2")
    text = "Builds on [[? Strategy 1.2]] and [[? Strategy 7.7]]."
    edit_item(item=item, draft=ItemDraft("Strategy 1", "Do", text), revision=1, by=editor)
    open_for_comment(plan)

    assert "Builds on Strategy 1.2 and Strategy 7.7." in client.get("/plan/1.1/").content.decode()
    waits = pending(plan)
    assert [(one.words, one.target and one.target[0]) for one in waits] == [
        ("Strategy 1.2", "1.2"),
        ("Strategy 7.7", None),
    ]
    page = signed_in(editor).get("/plan/publish/").content.decode()
    assert "Link to 1.2 Strategy 2" in page and "No such item yet" in page
    data = {"token": waits[0].token, "target": two.pk}
    client.post(reverse("plans:item_link", args=[item.pk]), data)
    item.refresh_from_db()
    assert item.text.startswith(f"Builds on [[{two.pk}]]") and len(pending(plan)) == 1
    with pytest.raises(MoveRefused):
        link_reference(item=item, token="Builds", target=two, by=editor)


def test_what_leads_nowhere_is_listed_with_its_place(plan, signed_in, editor):
    item, gone = item_called("Strategy 1"), Item.objects.get(statement="Begin the 2. thing")
    draft = ItemDraft("Strategy 1", "Do", actions=[ActionDraft("After [[1.2.1]]")])
    edit_item(item=item, draft=draft, revision=1, by=editor)
    retire_item(item=gone, by=editor)

    [loose] = dangling(plan)

    assert (loose.number, loose.where, loose.words) == ("1.1", "action", "Begin the 2. thing")
    client = signed_in(editor)
    page = client.get("/plan/publish/").content.decode()
    assert "To mend first" in page and "“Begin the 2. thing”" in page
    again = form_of(client, item)
    assert client.post(reverse("plans:item_edit", args=[item.pk]), again).status_code == 302
    assert dangling(plan) == [loose]


# What pages cost ---------------------------------------------------------------------------


@pytest.mark.parametrize("more", [1, 3])
@pytest.mark.parametrize(
    ("path", "queries"),
    [
        ("/plan/publish/", 22),
        ("/plan/next/", 6),
        ("item_edit", 15),
        ("item_split", 9),
        ("item_merge", 6),
        ("item_find", 5),
    ],
)
def test_a_page_of_the_editor_costs_the_same_however_large_the_plan(
    plan, version, signed_in, editor, django_assert_num_queries, more, path, queries
):
    goal = item_called("Placement")
    for n in range(more):
        add_item(plan=plan, parent=goal, statement=f"More {n}", by=editor)
    client = signed_in(editor)
    if not path.startswith("/"):
        path = reverse(f"plans:{path}", args=[item_called("Strategy 1").pk])
    client.get(path)

    with django_assert_num_queries(queries):
        client.get(path, {"find": "more"})


# At once ----------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_of_ten_editors_one_wins_and_nine_get_both_texts(plan, editor, signed_in):
    item = item_called("Strategy 1")
    client = signed_in(editor)
    url, mine = reverse("plans:item_edit", args=[item.pk]), form_of(client, item)

    def save(n):
        one = Client()
        one.cookies = client.cookies
        try:
            answer = one.post(url, mine | {"statement": f"Words of editor {n}"})
            return answer.status_code, f"Words of editor {n}" in answer.content.decode()
        finally:
            connection.close()

    with ThreadPoolExecutor(10) as threads:
        answers = sorted(threads.map(save, range(10)))

    assert [status for status, _ in answers] == [302] + [409] * 9
    assert all(kept for status, kept in answers if status == 409)
    item.refresh_from_db()
    assert item.revision == 2 and item.statement.startswith("Words of editor")


@pytest.mark.django_db(transaction=True)
def test_moving_adding_and_retiring_at_once_leave_a_whole_tree(plan, editor):
    one, two = item_called("Strategy 1"), item_called("Strategy 2")
    goal = item_called("Placement")
    leaf = Item.objects.get(statement="Begin the 2. thing")
    acts = [
        lambda: move_item(item=two, to="up", by=editor),
        lambda: move_item(item=leaf, to="after", target=one, by=editor),
        lambda: add_item(plan=plan, parent=goal, statement="New", by=editor),
        lambda: retire_item(item=leaf, by=editor),
        lambda: add_item(plan=plan, parent=leaf, statement="Under it", by=editor),
        lambda: move_item(item=one, to="outdent", by=editor),
    ]

    def act(n):
        try:
            acts[n % len(acts)]()
        except MoveRefused:
            pass
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as threads:
        list(threads.map(act, range(12)))

    whole(plan)


def test_an_old_sibling_is_no_place_any_more(plan, editor):
    gone = Item.objects.get(statement="Begin the 2. thing")
    retire_item(item=gone, by=editor)

    with pytest.raises(MovedMeanwhile):
        move_item(item=item_called("Strategy 1"), to="before", target=gone, by=editor)
    with pytest.raises(MovedMeanwhile):
        add_item(plan=plan, parent=None, after=gone, statement="Late", by=editor)


def test_a_branch_retires_and_comes_back_whole_and_in_its_order(plan, signed_in, editor):
    goal, one = item_called("Placement"), item_called("Strategy 1")
    for words in ("Call them", "Ask them", "Thank them"):
        add_item(plan=plan, parent=one, statement=words, by=editor)
    retire_item(item=Item.objects.get(statement="Ask them"), by=editor)
    move_item(item=Item.objects.get(statement="Thank them"), to="up", by=editor)
    before, client = outline_of(plan), signed_in(editor)
    path = reverse("plans:item_retire", args=[one.pk])

    tree = client.post(path, {"do": "all", "reason": "Done."}, follow=True).content.decode()

    assert outline_of(plan) == ["1 Placement", "1.1 Strategy 2", "1.1.1 Begin the 2. thing"]
    assert "“Strategy 1” is retired, with 3 items that stood under it." in tree
    assert plan.descents.filter(kind="dropped", reason="Done.").count() == 4
    retired = tree.partition('id="re"')[2]
    assert "with 3 items that stood under it" in retired and "Thank them" not in retired
    assert "Ask them" in retired
    client.post(path, {"do": "restore", "at": "1"})
    assert outline_of(plan) == before
    assert not plan.descents.exists()
    client.post(reverse("plans:item_retire", args=[goal.pk]), {"do": "all"})
    assert outline_of(plan) == []
    with pytest.raises(MoveRefused, match="Bring back what it stood under first"):
        restore_item(item=one, by=editor)
    restore_item(item=goal, by=editor)
    assert outline_of(plan) == before
