"""A tree that was read in becomes the working copy; a second time it updates what it finds."""

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.urls import reverse

from accounts.actions import MoveRefused
from accounts.models import Entry
from plans.actions import PlanChanged
from plans.actions.importing import (
    ImportChanged,
    ImportSaved,
    Outcome,
    Place,
    begin_import,
    correct_import,
    save_import,
)
from plans.importing.matching import propose
from plans.importing.reading import read_text
from plans.models import Action, Item, Plan, PlanImport, RoleAssignment, WorkGroup
from plans.structure.freezing import freeze, working_items
from plans.structure.references import pending

HERE = Path(__file__).parent / "imported"
PAGE = (HERE / "shape_of_a_page.txt").read_text(encoding="utf-8")


def take(text: str, plan: Plan | None = None, **place) -> Outcome:
    brought = begin_import(tree=read_text(text), name="a text", plan=plan, by=None)
    return save_import(brought=brought, revision=1, place=Place(plan=plan, **place), by=None)


def outline(plan: Plan) -> list[str]:
    return [f"{number} {item.title[:24]}" for number, item in working_items(plan)]


def test_a_first_plan_is_begun_with_its_levels_groups_and_pending_references(region):
    outcome = take(PAGE, title="Lower Valley plan", above="Learners meet employers")

    plan = outcome.plan
    assert [pair[0] for pair in plan.level_names] == ["goal", "strategy", "sub-strategy"]
    assert outline(plan) == [
        "1 Learners meet employers",
        "1.1 BRIDGES",
        "1.1.1 Open workshops to visiti",
        "1.1.2 Invite owners into class",
        "1.1.3 Share equipment between ",
    ]
    assert sorted(WorkGroup.objects.values_list("code", flat=True)) == ["BA", "RS", "TC", "TL"]
    assert RoleAssignment.objects.filter(role="lead").count() == 2
    assert Action.objects.count() == 7
    assert [loose.words for loose in pending(plan)] == [
        "Strategy 2: Awareness and Welcome",
        "Strategy 3.2",
    ]
    assert Entry.objects.filter(what="added from a file").count() == 4


def test_the_same_text_again_changes_nothing(region):
    plan = take(PAGE).plan
    before = [(row.number, row.statement, row.roles, row.actions) for row in freeze(plan)]

    outcome = take(PAGE, plan)

    assert (outcome.added, outcome.changed, outcome.groups) == (0, 0, [])
    assert [(row.number, row.statement, row.roles, row.actions) for row in freeze(plan)] == before


def test_an_update_finds_items_again_and_keeps_what_is_missing(region):
    plan = take(PAGE).plan
    newer = PAGE.replace("visiting classes", "visiting classes and parents")
    newer = newer.replace("one open morning", "two open mornings").split("4.1.3")[0]
    newer += "4.1.3. Lend tools over the summer\n\n  • Write a list\n"

    proposal = propose(read_text(newer), plan)

    states = [(draft.state, draft.how, draft.figure) for draft in proposal.drafts]
    assert states[0] == ("same", "handle", 100)
    assert states[1][:2] == ("change", "likeness") and states[1][2] >= 82
    assert states[2][:2] == ("same", "likeness")
    assert states[3] == ("new", "", 0)
    assert [change.kind for change in proposal.drafts[1].changes] == ["Statement", "Action"]
    assert "<ins> and parents</ins>" in str(proposal.drafts[1].changes[0].html)
    assert [row.number for row in proposal.missing] == ["1.3"]

    outcome = take(newer, plan)

    assert (outcome.added, outcome.changed, outcome.retired) == (1, 1, 0)
    assert outline(plan)[-2:] == ["1.3 Share equipment between ", "1.4 Lend tools over the summ"]
    assert Action.objects.filter(text__startswith="Ask each shop for two").exists()
    assert Action.objects.count() == 8


def test_leaving_and_retiring_are_choices(region):
    plan = take(PAGE).plan
    newer = PAGE.replace("visiting classes", "visiting pupils").split("4.1.3")[0]
    proposal = propose(read_text(newer), plan)
    changed = next(draft for draft in proposal.drafts if draft.state == "change")
    gone = proposal.missing[0].item_id

    outcome = take(newer, plan, leave={changed.node.at}, retire={gone})

    assert (outcome.added, outcome.changed, outcome.retired) == (0, 0, 1)
    assert Item.objects.get(pk=gone).retired_at
    assert Item.objects.get(pk=changed.pk).statement.startswith(
        "Open workshops to visiting classes"
    )


def test_what_is_worded_anew_keeps_its_place_unless_a_person_says_otherwise(region):
    plan = take("1. WATER. Clean all rivers\n1.1 Ask the towns along the river to measure\n").plan
    newer = (
        "1. WATER. Clean all rivers\n1.1 Let the towns take samples from the river each spring\n"
    )
    proposal = propose(read_text(newer), plan)
    low = proposal.drafts[1]
    assert (low.state, low.how, low.is_sure) == ("change", "number", False)
    assert 30 <= low.figure < 82

    outcome = take(newer, plan, apart=frozenset([low.node.at]))

    assert (outcome.added, outcome.changed) == (1, 0)
    assert [number for number, _ in working_items(plan)] == ["1", "1.1", "1.2"]


def test_mentions_lead_to_the_item_wherever_it_stands_now(region):
    text = "Goal 1: Roads\n- See Goal 2: Water first\nGoal 2: Water\n- As in Goal 1\n- See Goal 7\n"

    plan = take(text).plan

    roads, water = (item for _, item in working_items(plan))
    held = list(
        Action.objects.order_by("item__position", "position").values_list("text", flat=True)
    )
    assert held == [f"See [[{water.pk}]] first", f"As in [[{roads.pk}]]", "See [[? Goal 7]]"]
    again = propose(read_text(text), plan)
    assert [draft.changes for draft in again.drafts] == [[], []]


def test_a_branch_goes_under_the_item_with_its_number_or_where_it_is_told(plan):
    goal, strategy = (item for _, item in working_items(plan)[:2])

    take("1.9. NIGHTS. Teach after work\n- Ask who would come\n", plan)
    take("7.1. DAYS. Teach at noon as well, for those who can\n", plan, under=strategy.pk)

    assert Item.objects.get(handle="NIGHTS").parent == goal
    assert Item.objects.get(handle="DAYS").parent == strategy
    with pytest.raises(MoveRefused, match="The plan ends with sub-strategies"):
        take("1.1.1.1. Too deep to stand anywhere in this plan\n", plan)


def test_signs_that_no_page_can_hold_do_no_harm(region):
    text = (
        '{"results": [{"statement": "Ro\\ud800ads\\u0000", "roles": {"lead": [{"name": 1}, []]}, '
    )
    text += '"id": "x", "number": 7, "actions": ["<script>alert(1)</script> [[2]]", null]}]}'

    plan = take(text).plan

    assert [item.statement for _, item in working_items(plan)] == ["Roads"]
    assert Action.objects.get().text == "<script>alert(1)</script> [2]"


def test_our_own_exports_come_in_again_without_a_difference(client, version, plan):
    for url in ("plan_json", "plan_csv", "plan_md"):
        text = b"".join(client.get(reverse(f"plans:{url}"))).decode()

        proposal = propose(read_text(text), plan)

        changed = [(d.title, d.changes) for d in proposal.drafts if d.state != "same"]
        assert (url, changed, proposal.missing) == (url, [], [])
        assert len(proposal.drafts) == Item.objects.count()


def test_two_people_and_a_plan_that_moves_on_are_told(plan, editor):
    brought = begin_import(tree=read_text(PAGE), name="", plan=plan, by=editor)
    correct_import(brought=brought, tree=brought.tree, revision=1, what="nothing", by=editor)
    with pytest.raises(ImportChanged):
        correct_import(brought=brought, tree=brought.tree, revision=1, what="late", by=editor)
    with pytest.raises(PlanChanged):
        save_import(brought=brought, revision=2, place=Place(plan=plan, seen="old"), by=editor)
    save_import(brought=brought, revision=2, place=Place(plan=plan), by=editor)
    with pytest.raises(ImportSaved):
        save_import(brought=brought, revision=2, place=Place(plan=plan), by=editor)


def test_hundreds_of_items_take_few_statements(region, django_assert_max_num_queries):
    text = "".join(
        f"Goal {g}: Part {g} of the work\n"
        + "".join(
            f"{g}.{s} Do thing {s} of part {g} well\n- Begin {g} {s}\n" for s in range(1, 100)
        )
        for g in range(1, 6)
    )
    brought = begin_import(tree=read_text(text), name="", plan=None, by=None)

    with django_assert_max_num_queries(35):
        outcome = save_import(brought=brought, revision=1, place=Place(), by=None)

    assert outcome.added == 500


def test_the_command_says_what_it_did(region, tmp_path):
    file = tmp_path / "plan.txt"
    file.write_text(PAGE, encoding="utf-8")
    out = StringIO()

    call_command("import_plan", file, "--title", "Valley", stdout=out)

    assert "Saved into “Valley”: 4 added, 0 changed." in out.getvalue()
    assert "Waits for its target: Strategy 3.2" in out.getvalue()
    assert PlanImport.objects.get().saved_at
    again = StringIO()
    call_command("import_plan", file, "--dry-run", "--json", stdout=again)
    assert json.loads(again.getvalue())["plan"] == "Valley"


def test_the_command_shows_a_difference_as_plain_words(region, tmp_path):
    file = tmp_path / "plan.md"
    file.write_text("# 1 Grow\n- Train", encoding="utf-8")
    call_command("import_plan", file, "--title", "Valley", stdout=StringIO())
    file.write_text("# 1 Grow\n- Train\n- Hire & keep", encoding="utf-8")
    out = StringIO()

    call_command("import_plan", file, "--dry-run", stdout=out)

    assert "New action: {+Hire & keep+}" in out.getvalue()


# What stands elsewhere, and how actions stand ------------------------------------------------

TREE = """1. WATER. Keep every river clean
1.1 Measure the rivers in each county every spring
- Buy kits (Done)
1.2 Mend the sewers of the old towns
2. ROADS. Mend all the county roads
2.1 Count the holes after each winter
"""


def test_what_stands_elsewhere_in_the_file_moves_with_what_stands_under_it(region):
    plan = take(TREE).plan
    newer = TREE.replace("1.1 Measure", "9.9 Measure").split("2. ROADS")[0].splitlines()
    roads = TREE.splitlines()[-2:]
    moved = "\n".join([newer[0], newer[3], *roads, *newer[1:3]])

    proposal = propose(read_text(moved.replace("9.9", "2.2")), plan)

    moves = [(d.title[:14], d.move.was, d.move.now) for d in proposal.drafts if d.move]
    assert moves == [("Measure the ri", "1 WATER", "2 ROADS")]
    outcome = take(moved.replace("9.9", "2.2"), plan)
    assert (outcome.moved, outcome.added, outcome.changed) == (1, 0, 0)
    assert [line[:14] for line in outline(plan)] == [
        "1 WATER",
        "1.1 Mend the s",
        "2 ROADS",
        "2.1 Count the ",
        "2.2 Measure th",
    ]
    assert Entry.objects.get(what="moved by a file").after == {"under": "2 ROADS"}
    assert take(moved.replace("9.9", "2.2"), plan).moved == 0


def test_a_move_can_be_left_and_goes_with_what_it_went_under(region):
    plan = take(TREE).plan
    moved = "2. ROADS. Mend all the county roads\n2.1 Count the holes after each winter\n"
    moved += (
        "3. COUNTS. What we count from now on\n3.1 Measure the rivers in each county every spring"
    )
    drafts = propose(read_text(moved), plan).drafts
    new, measure = (d for d in drafts if d.state == "new" or d.move)
    assert measure.move.now == "COUNTS"
    before = outline(plan)

    for place in ({"stay": {measure.node.at}}, {"leave": {measure.node.at}}):
        assert take(moved, plan, **place, apart=frozenset()).moved == 0
        plan.items.filter(handle="COUNTS").update(retired_at="2026-01-01T00:00Z", position=None)
    assert take(moved, plan, leave={new.node.at}).moved == 0
    assert outline(plan) == before
    assert take(moved, plan).moved == 1
    assert outline(plan)[-1][:12] == "3.1 Measure "


def test_a_branch_turned_round_keeps_every_item_in_the_tree(region):
    plan = take(TREE).plan
    plan.level_names = [*plan.level_names, ["step", "steps"]]
    plan.save()
    turned = "1. ROADS. Mend all the county roads\n1.1 WATER. Keep every river clean\n"

    outcome = take(turned, plan)

    assert outcome.moved == 1
    assert outline(plan) == [
        "1 ROADS",
        "1.1 Count the holes after ea",
        "1.2 WATER",
        "1.2.1 Measure the rivers in ea",
        "1.2.2 Mend the sewers of the o",
    ]
    under = "1. Measure the rivers in each county every spring\n1.1 WATER. Keep every river clean\n"
    (measure, water) = propose(read_text(under), plan).drafts
    assert (measure.move, water.move) == (None, None)
    assert water.stays.startswith("It stands under 1.2.1 Measure the rivers")
    assert take(under, plan).moved == 0


def test_a_move_below_the_last_level_is_refused(region):
    plan = take(
        "1. A first goal of ours\n1.1 A way there\n1.1.1 A step on it\n2. Another goal\n"
    ).plan
    deep = "1. A first goal of ours\n1.1 A way there\n1.1.1 A step on it\n1.1.1.1 Another goal\n"

    with pytest.raises(MoveRefused, match="The plan ends with"):
        take(deep, plan)


def test_statuses_of_a_file_are_told_and_do_not_come_in(region):
    plan = take(TREE).plan
    assert {action.status for action in Action.objects.all()} == {"not-started"}
    first = propose(read_text(TREE), None).statuses
    assert [(one.action, one.said, one.now) for _, one in first] == [
        ("Buy kits", "Done", "Not started")
    ]
    sheet = "Number,Statement,Action,Status\n1.1,Measure the rivers in each county every spring,"
    said = {}
    for status in ("Not started", "not-started", "done", "On hold"):
        (found,) = [propose(read_text(f"{sheet}Buy kits,{status}\n"), plan).statuses]
        said[status] = [one.said for _, one in found]

    assert said == {
        "Not started": [],
        "not-started": [],
        "done": ["Done"],
        "On hold": ["On hold"],
    }
    outcome = take(f"{sheet}Buy kits,done\n", plan)
    assert (outcome.statuses, Action.objects.get().status) == (1, "not-started")


def test_the_name_that_the_plan_has_for_an_item_is_no_part_of_its_statement(plan):
    text = "1. Placement. People meet at work.\n1.1 Strategy 1. Do the 1. thing\n"

    first, second = propose(read_text(text), plan).drafts

    assert (first.handle, first.statement) == ("Placement", "People meet at work.")
    assert (second.state, second.statement) == ("same", "Do the 1. thing")
