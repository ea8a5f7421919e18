"""Who does what: the matrix as readers see it, as editors set it, and what is still open."""

import re

import pytest
from django.urls import reverse

from accounts.actions import MoveRefused
from accounts.models import Entry
from plans import desk
from plans.actions import CellDraft, edit_item, merge_items, set_roles
from plans.actions.editing import EditedMeanwhile, ItemDraft
from plans.choices import ROLE_PRESETS
from plans.forms import ItemForm
from plans.models import Action, GroupMember, Item, Plan, RoleAssignment, WorkGroup
from plans.structure.lint import findings, musts
from plans.structure.roles import roles_changed
from tests.plans.factories import adopt, item_called, make_plan, open_for_comment

pytestmark = pytest.mark.django_db


@pytest.fixture
def industry(plan: Plan) -> WorkGroup:
    return WorkGroup.objects.create(code="IP", name="Industry Partnerships", position=1)


def raci(plan: Plan) -> Plan:
    RoleAssignment.objects.all().delete()
    plan.roles = ROLE_PRESETS["raci"]
    plan.save()
    return plan


def cell(item: Item, group: WorkGroup, was: str, role: str, *take_from: WorkGroup):
    return CellDraft(item.pk, group.pk, was, role, frozenset(g.pk for g in take_from))


def held(item: Item) -> dict[str, str]:
    return dict(item.roles.values_list("group__code", "role"))


def name_of(item: Item, group: WorkGroup, was: str = "") -> str:
    return f"cell.{item.pk.hex}.{group.pk}.{was}"


def test_readers_see_the_roles_of_the_version_not_of_the_working_copy(client, version, industry):
    item = item_called("Strategy 1")
    RoleAssignment.objects.create(item=item, group=industry, role="support")

    page = client.get("/plan/roles/").content.decode()

    assert "Education &amp; Training leads 2 of the 2 items that have a lead." in page
    assert '<td data-says="Education &amp; Training"><span class="role role-l"' in page
    assert "Industry" not in page


def test_a_matrix_costs_the_same_for_any_number_of_items(client, region, django_assert_num_queries):
    open_for_comment(make_plan(strategies=1))
    client.get("/plan/roles/")  # the region is kept from now on
    with django_assert_num_queries(2):
        client.get("/plan/roles/")
    Plan.objects.update(state="superseded")
    open_for_comment(make_plan(strategies=3))

    with django_assert_num_queries(2):
        client.get("/plan/roles/")


def test_a_cell_saves_itself_and_says_so(signed_in, editor, plan, industry):
    item = item_called("Strategy 1")

    answer = signed_in(editor).post(
        "/plan/roles/edit/", {name_of(item, industry): "support"}, headers={"HX-Request": "true"}
    )

    body = answer.content.decode()
    assert held(item) == {"ET": "lead", "IP": "support"}
    assert "1.1, Industry Partnerships: Support, saved." in body
    assert name_of(item, industry, "support") in body
    assert body.count("<select") == 1
    entry = Entry.objects.get(what="set roles")
    assert (entry.before, entry.after) == (
        {"Industry Partnerships": ""},
        {"Industry Partnerships": "Support"},
    )


def test_two_editors_do_not_overwrite_each_others_cell(signed_in, editor, plan, industry):
    item = item_called("Strategy 1")
    set_roles(plan=plan, cells=[cell(item, industry, "", "advisory")], by=editor)

    for headers in ({"HX-Request": "true"}, {}):
        data = {name_of(item, industry): "support"}
        answer = signed_in(editor).post("/plan/roles/edit/", data, headers=headers)

        assert answer.status_code == 409
        said = "Was no role; somebody made it Advisory. Not saved: Support."
        assert said in answer.content.decode()
    assert held(item)["IP"] == "advisory"
    assert re.search(r'value="support" selected', answer.content.decode())


def test_whoever_edits_the_item_learns_that_its_roles_were_set(plan, industry, editor):
    item = item_called("Strategy 1")
    set_roles(plan=plan, cells=[cell(item, industry, "", "support")], by=editor)

    with pytest.raises(EditedMeanwhile):
        edit_item(item=item, draft=ItemDraft("A", "B"), revision=item.revision, by=editor)


def test_both_roles_stand_side_by_side_where_two_editors_met(signed_in, editor, plan, industry):
    client, item = signed_in(editor), item_called("Strategy 1")
    form = {"statement": "Do it", "revision": item.revision, "role-ET": "lead", "role-IP": ""}
    form |= {"action-TOTAL_FORMS": 0, "action-INITIAL_FORMS": 0, "do": "save"}
    set_roles(plan=plan, cells=[cell(item, industry, "", "support")], by=editor)

    answer = client.post(reverse("plans:item_edit", args=[item.pk]), form)

    assert answer.status_code == 409
    assert "Role of Industry Partnerships" in answer.content.decode()
    assert "Role of Education" not in answer.content.decode()


def test_one_button_saves_the_whole_page(signed_in, editor, plan, industry):
    client, item = signed_in(editor), item_called("Strategy 2")
    page = client.get("/plan/roles/edit/").content.decode()
    names = re.findall(r'<select[^>]* name="(cell[^"]+)"', page)
    data = {name: name.rpartition(".")[2] for name in names}

    data[name_of(item, industry)] = "lead"
    answer = client.post("/plan/roles/edit/", data, follow=True)

    assert "1 role saved in the working copy." in answer.content.decode()
    assert len(names) == 10
    assert held(item) == {"ET": "lead", "IP": "lead"}
    assert Entry.objects.filter(what="set roles").count() == 1


def test_a_role_that_only_one_may_have_moves_only_after_asking(signed_in, editor, plan, industry):
    client, item = signed_in(editor), item_called("Strategy 1")
    education = WorkGroup.objects.get(code="ET")
    set_roles(plan=raci(plan), cells=[cell(item, education, "", "accountable")], by=editor)
    data = {name_of(item, industry): "accountable"}

    asked = client.post("/plan/roles/edit/", data, headers={"HX-Request": "true"})
    assert asked.status_code == 409
    assert "Move it here from Education &amp; Training" in asked.content.decode()
    assert held(item) == {"ET": "accountable"}

    take = f"take.{item.pk.hex}.{industry.pk}"
    moved = client.post(
        "/plan/roles/edit/", data | {take: education.pk}, headers={"HX-Request": "true"}
    )
    assert held(item) == {"IP": "accountable"}
    assert moved.content.decode().count("<select") == 2


def test_of_two_who_have_such_a_role_neither_loses_it_unasked(plan, industry, editor):
    item, education = item_called("Strategy 1"), WorkGroup.objects.get(code="ET")
    third = WorkGroup.objects.create(code="TH", name="Third")
    raci(plan)
    for group in (education, industry):
        RoleAssignment.objects.create(item=item, group=group, role="accountable")

    half = [cell(item, third, "", "accountable", education)]
    assert set_roles(plan=plan, cells=half, by=editor)[0].holders == [education, industry]
    assert held(item) == {"ET": "accountable", "IP": "accountable"}

    both = [cell(item, third, "", "accountable", education, industry)]
    assert set_roles(plan=plan, cells=both, by=editor)[0].what == "saved"
    assert held(item) == {"TH": "accountable"}


def test_a_page_hands_such_a_role_over_without_asking(plan, industry, editor):
    item, education = item_called("Strategy 1"), WorkGroup.objects.get(code="ET")
    set_roles(plan=raci(plan), cells=[cell(item, education, "", "accountable")], by=editor)

    both = [
        cell(item, industry, "", "accountable"),
        cell(item, education, "accountable", "informed"),
    ]
    outcomes = set_roles(plan=plan, cells=both, by=editor)

    assert [one.what for one in outcomes] == ["saved", "saved"]
    assert held(item) == {"IP": "accountable", "ET": "informed"}


def test_what_is_no_cell_changes_nothing(signed_in, editor, plan, industry):
    client, item = signed_in(editor), item_called("Strategy 1")
    gone = Item.objects.create(plan=plan, statement="Old", retired_at="2026-01-01T00:00Z")

    unknown = client.post("/plan/roles/edit/", {name_of(item, industry): "queen"})
    retired = client.post("/plan/roles/edit/", {name_of(gone, industry): "lead"})
    odd = client.post("/plan/roles/edit/", {"cell.x.1.": "lead", "cell.": "x", "cell.a.b.c.d": ""})

    assert unknown.status_code == 422
    assert "The plan has no such role." in unknown.content.decode()
    assert retired.status_code == 409
    assert odd.status_code == 302
    assert set(RoleAssignment.objects.values_list("role", flat=True)) == {"lead"}


def test_the_form_of_an_item_keeps_such_a_role_with_one_group_too(plan, industry):
    words = {"statement": "Do it", "revision": "1", "role-ET": "accountable"}
    groups = list(WorkGroup.objects.all())

    one = ItemForm(words | {"role-IP": "informed"}, plan=raci(plan), groups=groups)
    two = ItemForm(words | {"role-IP": "accountable"}, plan=plan, groups=groups)

    assert one.is_valid()
    said = ["Only one group can be Accountable, and Education & Training is."]
    assert two.errors == {"role-IP": said}


def test_a_merger_keeps_such_a_role_with_who_had_it(plan, industry, editor):
    one, two = item_called("Strategy 1"), item_called("Strategy 2")
    education, third = WorkGroup.objects.get(code="ET"), WorkGroup.objects.create(code="TH")
    cells = [
        cell(one, education, "", "accountable"),
        cell(two, industry, "", "accountable"),
        cell(two, third, "", "informed"),
    ]
    set_roles(plan=raci(plan), cells=cells, by=editor)

    words = {"draft": ItemDraft("Strategy 1", "Both"), "reason": "The same.", "by": editor}
    merge_items(item=two, into=one, revisions=(2, 2), **words)

    assert held(one) == {"ET": "accountable", "TH": "informed"}


def test_a_superseded_plan_keeps_its_roles(plan, industry, editor):
    Plan.objects.update(state="superseded")

    with pytest.raises(MoveRefused):
        set_roles(
            plan=plan, cells=[cell(item_called("Strategy 1"), industry, "", "lead")], by=editor
        )


# What is still open -------------------------------------------------------------------


def found(plan: Plan) -> set[tuple[str, str]]:
    return {(one.rule, one.place) for one in findings(plan)}


def test_the_lint_names_what_is_open_and_where_it_is_mended(signed_in, editor, plan, industry):
    first, second = item_called("Strategy 1"), item_called("Strategy 2")
    first.roles.all().delete()
    first.text = f"See [[{plan.pk:08}-0000-4000-8000-000000000000]]."
    first.save()
    Item.objects.filter(pk=second.pk).update(statement="w" * 201)
    Action.objects.filter(item__parent=second).delete()
    GroupMember.objects.create(group=industry, name="Tam Rivas")

    assert found(plan) == {
        ("dangling", "1.1 Strategy 1"),
        ("no-lead", "1.1 Strategy 1"),
        ("long-statement", "1.2 Strategy 2"),
        ("no-action", "1.2.1 Begin the 2. thing"),
        ("blank", "Industry Partnerships"),
        ("no-contact", "Education & Training"),
        ("no-contact", "Industry Partnerships"),
        ("no-members", "Education & Training"),
        ("no-organization", "Industry Partnerships"),
    }
    assert [one.rule for one in musts(plan)] == ["dangling"]
    client = signed_in(editor)
    assert "One thing must be mended" in client.get("/plan/lint/").content.decode()
    for one in findings(plan):
        assert client.get(one.url).status_code == 200


def test_leads_that_are_too_many_or_too_often_the_same(plan, industry):
    for code in ("AA", "BB"):
        group = WorkGroup.objects.create(code=code, name=code)
        RoleAssignment.objects.create(item=item_called("Strategy 1"), group=group, role="lead")
    for place in range(3, 6):
        item = Item.objects.create(
            plan=plan, parent=item_called("Placement"), position=place, statement=f"Item {place}"
        )
        RoleAssignment.objects.create(item=item, group=industry, role="lead")

    assert ("many-leads", "1.1 Strategy 1") in found(plan)
    assert ("large-share", "Industry Partnerships") in found(plan)
    assert ("large-share", "Education & Training") not in found(plan)  # 2 of 5


def test_exactly_one_is_accountable(plan, industry):
    first, second = item_called("Strategy 1"), item_called("Strategy 2")
    education = WorkGroup.objects.get(code="ET")
    raci(plan)
    RoleAssignment.objects.create(item=first, group=education, role="accountable")
    RoleAssignment.objects.create(item=first, group=industry, role="accountable")
    RoleAssignment.objects.create(item=second, group=industry, role="responsible")

    assert {(one.place, one.words) for one in musts(plan)} == {
        ("1.1 Strategy 1", "2 groups are Accountable; exactly one may be"),
        ("1.2 Strategy 2", "nobody is Accountable; exactly one must be"),
    }


def test_a_plan_is_not_adopted_before_somebody_is_accountable(signed_in, editor, plan, industry):
    Plan.objects.filter(pk=raci(plan).pk).update(state="answering")
    client = signed_in(editor)
    page = client.get("/plan/publish/").content.decode()
    seen = re.search(r'name="seen" value="(\w+)"', page).group(1)

    answer = client.post(
        "/plan/publish/", {"stage": "adopted", "changelog": "All agreed.", "seen": seen}
    )

    assert "1 Placement</a>: nobody is Accountable" in page
    assert answer.status_code == 422
    assert "The plan cannot be adopted yet. 1 Placement" in answer.content.decode()
    assert desk.waiting_for(editor)[0]["note"].startswith("1 Placement: nobody is Accountable")


def test_an_editor_words_the_roles_and_takes_out_what_nobody_has(signed_in, editor, version, plan):
    client = signed_in(editor)
    page = client.get("/plan/roles/words/").content.decode()
    seen = re.search(r'name="seen" value="([^"]*)"', page).group(1).replace("&quot;", '"')
    data = {"label-0": "Owner", "letter-0": "O", "label-1": "Helper", "letter-1": "H"}
    data |= {"label-2": "Advisory", "letter-2": "A", "gone-2": "on", "seen": seen}

    assert client.post("/plan/roles/words/", data | {"letter-1": "O"}).status_code == 422
    assert (
        client.post("/plan/roles/words/", data | {"gone-0": "on"}).url
        == f"/plan/roles/edit/?plan={plan.pk}"
    )

    plan.refresh_from_db()
    assert [role["label"] for role in plan.roles] == ["Owner", "Helper"]
    assert client.post("/plan/roles/words/", data).status_code == 409
    assert "Owner" not in client.get("/plan/roles/").content.decode()


def test_the_lint_costs_the_same_for_any_number_of_items(region, django_assert_num_queries):
    small, large = make_plan(strategies=1), make_plan(strategies=40)

    for plan in (small, large):
        with django_assert_num_queries(5):
            findings(plan)


def test_roles_that_changed_between_versions_are_told_by_group(client, plan, industry, editor):
    version = open_for_comment(plan)
    item = item_called("Strategy 1")
    education = WorkGroup.objects.get(code="ET")
    cells = [cell(item, education, "lead", ""), cell(item, industry, "", "lead")]
    set_roles(plan=plan, cells=cells, by=editor)
    adopted = adopt(plan)

    told = roles_changed(version.items.all(), adopted.items.all())

    assert [(name, [(c.number, c.was, c.now) for c in changes]) for name, changes in told] == [
        ("Education & Training", [("1.1", "Lead", "")]),
        ("Industry Partnerships", [("1.1", "", "Lead")]),
    ]
    page = client.get(reverse("plans:version_compare")).content.decode()
    assert "Who does what, by work group" in page
