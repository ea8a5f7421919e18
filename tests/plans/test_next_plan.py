"""A plan begins, and goes on in the next one."""

import re
from datetime import date
from html import unescape

import pytest
from django.urls import reverse

from accounts.actions import MoveRefused
from accounts.models import Entry
from plans.actions import (
    Beginning,
    Fate,
    ItemDraft,
    PlanBegun,
    begin_next_plan,
    change_plan,
    edit_item,
    merge_items,
    publish_version,
    retire_item,
)
from plans.choices import Passing, PlanState
from plans.models import Item, Measure, Milestone, Plan, RoleAssignment
from plans.structure.freezing import working_items
from plans.structure.references import dangling
from tests.plans.factories import adopt, item_called, make_comment, open_for_comment

LEVELS = {"one-0": "aim", "many-0": "aims"}


def of(plan: Plan, handle: str) -> Item:
    return plan.items.get(handle=handle)


@pytest.fixture
def adopted(plan, editor) -> Plan:
    """Adopted as version 2; 1.1 mentions 1.2."""
    open_for_comment(plan)
    one = item_called("Strategy 1")
    draft = ItemDraft(
        "Strategy 1", "Do the first thing", "Builds on [[1.2]].", roles={"ET": "lead"}
    )
    edit_item(item=one, draft=draft, revision=1, by=editor)
    adopt(plan)
    plan.refresh_from_db()
    return plan


def test_a_plan_is_begun_and_its_frame_changed_by_pages(region, signed_in, editor):
    client = signed_in(editor)
    assert "Begin a plan" in client.get("/plan/edit/").content.decode()
    wrong = client.post("/plan/begin/", {"title": "", "one-0": "aim", "preset": "raci"})
    assert wrong.status_code == 422 and "What are many of them called?" in wrong.content.decode()

    client.post("/plan/begin/", {"title": "Our plan", "period": "2027", "preset": "raci"} | LEVELS)

    plan = Plan.objects.get()
    assert (str(plan), plan.level_names) == ("Our plan, 2027", [["aim", "aims"]])
    assert [role["letter"] for role in plan.roles] == ["A", "R", "C", "I"]
    more = {"one-1": "step", "many-1": "steps", "preset": "keep"}
    client.post("/plan/frame/", {"title": "Our plan", "period": "2028"} | LEVELS | more)
    plan.refresh_from_db()
    assert (plan.period, plan.level_names[1]) == ("2028", ["step", "steps"])
    assert client.get("/plan/begin/").url == "/plan/edit/"


def test_levels_in_use_stay_and_roles_change_over(plan, editor):
    with pytest.raises(MoveRefused, match="Items stand on 3 levels"):
        change_plan(plan=plan, beginning=Beginning("T", levels=[["goal", "goals"]]), by=editor)

    change_plan(plan=plan, beginning=Beginning("T", preset="raci"), by=editor)

    plan.refresh_from_db()
    assert set(RoleAssignment.objects.values_list("role", flat=True)) == {"accountable"}
    assert len(plan.roles) == 4


def test_the_next_plan_is_begun_item_by_item_on_its_page(adopted, signed_in, editor):
    client = signed_in(editor)
    page = client.get("/plan/next/").content.decode()
    data = {"title": "River plan", "period": "2029"}
    for name in re.findall(r'name="(i\w+-kind)"', page):
        data[name] = "carried"
    two = f"i{item_called('Strategy 2').pk.hex}"

    wrong = client.post("/plan/next/", data | {f"{two}-kind": "merged", f"{two}-into": "9.9"})
    assert wrong.status_code == 422 and Plan.objects.count() == 1
    said = {f"{two}-kind": "merged", f"{two}-into": "1.1", f"{two}-reason": "They were one."}
    client.post("/plan/next/", data | said)

    new = Plan.objects.get(period="2029")
    assert (new.previous, new.state) == (adopted, PlanState.DRAFT)
    assert [number for number, _ in working_items(new)] == ["1", "1.1", "1.1.1", "1.1.2"]
    assert "Do the first thing" in client.get("/plan/").content.decode()
    with pytest.raises(PlanBegun):
        begin_next_plan(plan=adopted, beginning=Beginning("T"), fates={}, by=editor)


def test_words_roles_actions_and_references_are_carried(adopted, editor):
    old_two = item_called("Strategy 2")
    new = begin_next_plan(plan=adopted, beginning=Beginning("Next"), fates={}, by=editor)

    one = of(new, "Strategy 1")

    assert (
        one.text == f"Builds on [[{of(new, 'Strategy 2').pk}]]." and str(old_two.pk) not in one.text
    )
    assert [(r.group.code, r.role) for r in one.roles.all()] == [("ET", "lead")]
    assert one.children.get().actions.get().text == "Call 1 employers"


def test_what_is_dropped_takes_along_what_stands_under_it_and_says_why(adopted, editor):
    fates = {item_called("Strategy 2").pk: Fate(Passing.DROPPED, reason="It is done.")}
    new = begin_next_plan(plan=adopted, beginning=Beginning("Next"), fates=fates, by=editor)

    assert [number for number, _ in working_items(new)] == ["1", "1.1", "1.1.1"]
    assert new.descents.filter(kind=Passing.DROPPED, reason="It is done.").count() == 2
    assert [loose.number for loose in dangling(new)] == ["1.1"]


def test_a_split_item_becomes_two(adopted, editor):
    fates = {item_called("Strategy 2").pk: Fate(Passing.SPLIT, reason="It was two.")}
    new = begin_next_plan(plan=adopted, beginning=Beginning("Next"), fates=fates, by=editor)

    titles = [item.title for number, item in working_items(new) if number.count(".") == 1]
    assert titles == ["Strategy 1", "Strategy 2", "Do the 2. thing"]


def test_every_item_of_a_large_plan_is_decided_part_by_part(
    adopted, editor, signed_in, monkeypatch
):
    monkeypatch.setattr("plans.views.beginning.A_PART", 2)
    client, two = signed_in(editor), item_called("Strategy 2")
    deep, last = item_called("Strategy 1").children.get(), two.children.get()
    page = client.get("/plan/next/").content.decode()
    assert "its 5 items come in three parts" in page
    assert 'formaction="#fates">1.1.1 to 1.2<' in page and f"i{deep.pk.hex}-kind" not in page
    frame = {"title": "River plan", "period": "2029"}

    second = client.post("/plan/next/", frame | {"part": "0", "do": "part-1"})

    page = second.content.decode()
    assert (second.status_code, 'value="2029"' in page) == (200, True)
    at = {"part": "1", "decided": "{}"}
    mine = {f"i{deep.pk.hex}-kind": "merged", f"i{two.pk.hex}-kind": "carried"}
    wrong = client.post("/plan/next/", frame | at | mine | {"do": "part-2"})
    assert wrong.status_code == 422 and "Say why, in a sentence." in wrong.content.decode()
    mine |= {f"i{deep.pk.hex}-into": "1.2", f"i{deep.pk.hex}-reason": "As “one”."}
    third = client.post("/plan/next/", frame | at | mine | {"do": "part-2"}).content.decode()
    assert "1 item in other parts is not simply carried on" in third
    assert "1.1.1</span> Begin the 1. thing: merged, because: As “one”." in third
    decided = unescape(re.search(r'name="decided" value="([^"]*)"', third).group(1))
    drop = {f"i{last.pk.hex}-kind": "dropped", f"i{last.pk.hex}-reason": "Done."}
    back = client.post(
        "/plan/next/", frame | drop | {"part": "2", "decided": decided, "do": "part-1"}
    ).content.decode()
    assert 'value="As “one”."' in back and "1.2.1</span> Begin the 2. thing: dropped" in back
    client.post("/plan/next/", frame | drop | {"part": "2", "decided": decided, "do": "begin"})

    new = Plan.objects.get(period="2029")
    assert [number for number, _ in working_items(new)] == ["1", "1.1", "1.2"]
    assert new.descents.get(source=deep).reason == "As “one”."


@pytest.mark.parametrize("wrong", ["{", "[]", '{"x": []}', '{"x": 1}', "null", '"x"', "9" * 5000])
def test_what_nobody_chose_for_other_parts_is_left_out(adopted, editor, signed_in, wrong):
    answer = signed_in(editor).post("/plan/next/", {"title": "Next", "decided": wrong})

    assert answer.status_code == 302
    assert working_items(Plan.objects.get(title="Next"))


def test_three_hundred_items_fit_into_the_form(adopted, editor, signed_in):
    goal = item_called("Placement")
    Item.objects.bulk_create(
        Item(plan=adopted, parent=goal, position=n, statement=f"Thing {n}") for n in range(3, 299)
    )
    client = signed_in(editor)
    page = client.get("/plan/next/").content.decode()
    data = dict.fromkeys(re.findall(r'name="(i\w+-(?:into|reason))"', page), "")
    data |= dict.fromkeys(re.findall(r'name="(i\w+-kind)"', page), "carried")

    assert client.post("/plan/next/", data | {"title": "Large"}).status_code == 302
    assert len(working_items(Plan.objects.get(title="Large"))) == 301


def begun(adopted, editor):
    """The next plan: Strategy 2 goes into Strategy 1; the order of the new one is another."""
    one, two = item_called("Strategy 1"), item_called("Strategy 2")
    fates = {two.pk: Fate(Passing.MERGED, one.pk, "They were one.")}
    beginning = Beginning("Next plan", "2029")
    return begin_next_plan(plan=adopted, beginning=beginning, fates=fates, by=editor)


def test_the_old_plan_is_read_until_the_next_is_adopted_and_stays_readable(adopted, editor, client):
    two, version = item_called("Strategy 2"), adopted.versions.get(number=1)
    make_comment(version, "1.2", text="Said about the old one.")
    new = begun(adopted, editor)
    one = of(new, "Strategy 1")
    edit_item(item=one, draft=ItemDraft("Strategy 1", "Do both"), revision=1, by=editor)
    open_for_comment(new)

    home = client.get("/plan/").content.decode()
    assert "Do the first thing" in home and "Next plan" in home and "comment on it" in home
    coming = client.get(f"/plan/1.1/?plan={new.pk}").content.decode()
    assert "Do both" in coming and "This is the next plan" in coming
    assert f'href="/plan/1/?plan={new.pk}"' in coming
    assert f'action="/plan/1.1/comment/?plan={new.pk}"' in coming
    assert "Do both" in client.get(f"/plan/1.1/comment/?plan={new.pk}").content.decode()

    adopt(new)
    adopted.refresh_from_db()
    assert adopted.state == PlanState.SUPERSEDED
    assert Entry.objects.filter(what="superseded by the next plan").count() == 1
    now = client.get("/plan/1.1/").content.decode()
    assert "Do both" in now and "because: They were one." in now
    assert f"/plan/1.2/?plan={adopted.pk}&amp;version=2" in now
    old = client.get(f"/plan/1.2/?plan={adopted.pk}").content.decode()
    assert "This is an earlier plan: River plan, 2026–2028" in old and "It goes on in" in old
    assert "Said about the old one." in old
    assert client.get("/plan/1.2/").url == f"/plan/1.1/?was=1.2&of={adopted.pk}"
    arrived = client.get("/plan/1.2/", follow=True).content.decode()
    assert "a number of the plan before, River plan, 2026–2028" in arrived
    assert client.get(f"/plan/i/{two.code}/").url.startswith("/plan/1.1/?was=1.2&of=")
    assert "Other plans" in client.get("/plan/versions/").content.decode()
    compare = client.get(f"/plan/versions/compare/?plan={adopted.pk}")
    assert "<ins>first</ins>" in compare.content.decode()


def test_the_reason_comes_through_a_draft_that_nobody_saw(adopted, editor, client):
    """Carried first, merged in the new draft: the old item says where it went and why."""
    new = begin_next_plan(plan=adopted, beginning=Beginning("Next"), fates={}, by=editor)
    one, two = of(new, "Strategy 1"), of(new, "Strategy 2")
    draft = ItemDraft("Strategy 1", "Do both")
    merge_items(item=two, into=one, draft=draft, revisions=(1, 1), reason="As one.", by=editor)
    open_for_comment(new)
    adopt(new)

    page = client.get("/plan/1.1/").content.decode()

    assert "Took in" in page and "because: As one." in page
    assert "goes on in" in client.get(f"/plan/1.2/?plan={adopted.pk}").content.decode()


def test_a_plan_that_takes_comments_is_not_superseded(adopted, editor):
    new = begin_next_plan(plan=adopted, beginning=Beginning("Next"), fates={}, by=editor)
    open_for_comment(new)
    Plan.objects.filter(pk=adopted.pk).update(state=PlanState.OPEN)
    Plan.objects.filter(pk=new.pk).update(state=PlanState.ANSWERING)

    with pytest.raises(MoveRefused, match="still takes comments"):
        publish_version(plan=new, stage="adopted", changelog="W", by=editor)


def test_a_superseded_plan_is_not_edited(adopted, editor, signed_in):
    new = begun(adopted, editor)
    open_for_comment(new)
    adopt(new)
    item = adopted.items.get(handle="Strategy 1")

    with pytest.raises(MoveRefused, match="history"):
        retire_item(item=item, by=editor)
    client = signed_in(editor)
    for name in ("item_edit", "item_split", "item_merge", "item_add"):
        assert client.get(reverse(f"plans:{name}", args=[item.pk])).status_code == 403
    assert client.get(f"/plan/edit/?plan={adopted.pk}").status_code == 404


@pytest.mark.parametrize("query", ["?plan=0", "?plan=x", "?plan=99999999999999999999", "?plan=77"])
def test_an_unknown_plan_is_a_404(adopted, client, query):
    assert client.get(f"/plan/{query}").status_code == 404
    assert client.get("/plan/i/nothing/").status_code == 404


def test_comments_without_an_answer_are_named_before_the_next_plan_is_adopted(
    adopted, editor, signed_in
):
    make_comment(adopted.versions.first(), "1.1")
    new = begin_next_plan(plan=adopted, beginning=Beginning("Next"), fates={}, by=editor)
    open_for_comment(new)
    address = f"/plan/publish/?plan={new.pk}"
    client = signed_in(editor)
    assert "no public answer" not in client.get(address).content.decode()

    Plan.objects.filter(pk=new.pk).update(state=PlanState.ANSWERING)

    page = client.get(address).content.decode()
    assert f"1 comment on {adopted} has no public answer" in page


def test_measures_and_open_milestones_go_on_once_the_next_plan_is_adopted(adopted, editor):
    one, two = item_called("Strategy 1"), item_called("Strategy 2")
    day = date(2026, 6, 30)
    dated = {"target": 9, "target_on": day, "source": "Log"}
    for position, (item, name) in enumerate([(None, "Places"), (one, "Visits"), (two, "Buses")]):
        measure = Measure.objects.create(
            plan=adopted, item=item, name=name, position=position, **dated
        )
        measure.values.create(on=day, value=4)
    Milestone.objects.create(item=one, text="All are called", due_on=day)
    Milestone.objects.create(item=one, text="One is called", due_on=day, done_on=day)
    fates = {two.pk: Fate(Passing.DROPPED, reason="It is done.")}
    new = begin_next_plan(plan=adopted, beginning=Beginning("Next"), fates=fates, by=editor)
    one.refresh_from_db()
    heir = of(new, "Strategy 1")
    draft = ItemDraft("Strategy 1", "Do the first thing", "", roles={"ET": "lead"})
    edit_item(item=heir, draft=draft, revision=heir.revision, by=editor)
    places = Measure.objects.create(plan=new, name="places", **dated | {"target": 20})

    open_for_comment(new)
    adopt(new)

    kept = [(m.name, m.item, [v.value for v in m.values.all()]) for m in new.measures.all()]
    assert kept == [("places", None, [4]), ("Visits", heir, [4])]
    assert new.measures.get(pk=places.pk).target == 20
    assert [m.text for m in Milestone.objects.filter(item__plan=new)] == ["All are called"]
    assert adopted.measures.count() == 3
