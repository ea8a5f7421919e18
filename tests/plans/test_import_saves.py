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
from plans.freezing import freeze, working_items
from plans.importing.matching import propose
from plans.importing.reading import read_text
from plans.models import Action, Item, Plan, PlanImport, RoleAssignment, WorkGroup
from plans.references import pending

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
