"""Work groups: their pages for a meeting, and their care by editors."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.following import Happening, Happens, follow, what_would_follow
from plans.actions import Beginning, change_plan
from plans.models import GroupMember, Milestone, RoleAssignment, WorkGroup
from tests.factories import OrganizationFactory
from tests.plans.factories import adopt, item_called

pytestmark = pytest.mark.django_db


@pytest.fixture
def group(version) -> WorkGroup:
    group = WorkGroup.objects.get(code="ET")
    group.contact_name, group.contact_email = "Omar", "omar@example.org"
    group.meets = "first Tuesdays, 9 am"
    group.save()
    return group


def words(**more: str) -> dict[str, str]:
    return {
        "name": "Education & Training",
        "purpose": "",
        "meets": "first Tuesdays, 9 am",
        "contact_name": "Omar",
        "contact_email": "omar@example.org",
    } | more


def words_of(answer) -> str:
    return re.sub(r"<[^>]+>", "", answer.content.decode())


def seen_in(page: str) -> dict[str, str]:
    value = re.search(r'name="seen" value="([^"]*)"', page).group(1)
    return {"seen": value.replace("&quot;", '"').replace("&amp;", "&")}


def test_a_group_page_is_ready_for_its_meeting(client, group):
    GroupMember.objects.create(group=group, name="Tam Rivas", email="tam@example.org")
    GroupMember.objects.create(group=group, name="Quiet Person", is_shown=False)
    soon = timezone.localdate() + timedelta(days=9)
    late = {"due_on": soon - timedelta(days=30)}
    Milestone.objects.create(item=item_called("Strategy 1"), text="Ten calls made", due_on=soon)
    Milestone.objects.create(item=item_called("Strategy 2"), text="List printed", **late)
    Milestone.objects.create(item=item_called("Strategy 2"), text="Past", done_on=soon, **late)

    page = client.get("/plan/groups/ET/").content.decode()

    assert "Lead in 2 items" in page
    assert page.index("List printed") < page.index("Ten calls made") < page.index("Strategy 1")
    assert page.count("Overdue") == 1
    assert 'href="mailto:omar@example.org"' in page
    assert "Tam Rivas" in page
    for hidden in ("tam@example.org", "Quiet Person", "Past"):
        assert hidden not in page


def test_leads_come_before_what_a_group_only_supports(client, plan, group):
    goal = item_called("Placement")
    RoleAssignment.objects.create(item=goal, group=group, role="support")
    adopt(plan)

    page = client.get("/plan/groups/ET/").content.decode()

    assert page.index(">1.1<") < page.index("Support <")
    assert client.get("/plan/groups/XX/").status_code == 404
    assert client.get("/plan/groups/et/").url == "/plan/groups/ET/"


def test_a_group_page_keeps_the_roles_of_its_version_when_the_plan_gets_others(
    client, plan, group, editor
):
    change_plan(plan=plan, beginning=Beginning("T", preset="raci"), by=editor)

    assert "Lead" in words_of(client.get("/plan/groups/ET/"))


def test_a_group_list_costs_the_same_with_one_and_three_rows(
    client, group, django_assert_num_queries
):
    client.get("/plan/groups/")  # the region is kept from now on
    for number in range(2):
        with django_assert_num_queries(3):
            client.get("/plan/groups/")
        for code in ("A", "B"):
            WorkGroup.objects.create(code=f"{code}{number}", name=code)


def test_an_editor_adds_orders_and_removes_a_group(signed_in, editor, group):
    client = signed_in(editor)

    answer = client.post("/plan/groups/add/", {"code": "ip", "name": "Industry"})
    assert answer.url == "/plan/groups/IP/edit/"
    client.post("/plan/groups/IP/move/", {"to": "up"})
    assert list(WorkGroup.objects.values_list("code", flat=True)) == ["IP", "ET"]

    kept = client.post("/plan/groups/ET/remove/", follow=True)
    assert "has roles in the plan" in kept.content.decode()
    client.post("/plan/groups/IP/remove/")
    RoleAssignment.objects.all().delete()
    named = client.post("/plan/groups/ET/remove/", follow=True)
    assert "A published version names" in named.content.decode()
    assert list(WorkGroup.objects.values_list("code", flat=True)) == ["ET"]


@pytest.mark.parametrize("code", ["et", "a b", "<b>", "", "TOOLONG", "Ä"])
def test_a_code_is_short_plain_and_new(signed_in, editor, group, code):
    answer = signed_in(editor).post("/plan/groups/add/", {"code": code, "name": "Kept words"})

    assert answer.status_code == 422
    assert "Kept words" in answer.content.decode()


def test_the_second_editor_of_a_group_sees_what_the_first_saved(signed_in, editor, group):
    client = signed_in(editor)
    seen = seen_in(client.get("/plan/groups/ET/edit/").content.decode())
    assert client.post("/plan/groups/ET/edit/", words(meets="Mondays") | seen).status_code == 302

    clash = client.post("/plan/groups/ET/edit/", words(meets="Fridays") | seen)

    body = clash.content.decode()
    assert clash.status_code == 409
    assert "When it meets: “Mondays”" in body
    assert 'value="Fridays"' in body
    assert client.post("/plan/groups/ET/edit/", words(meets="Fridays") | seen_in(body)).url
    assert WorkGroup.objects.get(code="ET").meets == "Fridays"


def test_a_member_is_tied_to_an_organization_that_is_known(signed_in, editor, group):
    client, college = signed_in(editor), OrganizationFactory(name="Lost Pines", verified=True)
    path = "/plan/groups/ET/members/add/"
    assert '<option value="Lost Pines">' in client.get(path).content.decode()
    data = {"name": "Tam Rivas", "organization_name": "lost pines", "is_shown": "on"}

    client.post(path, data)
    member = GroupMember.objects.get()
    assert member.organization == college
    assert client.post(path, data).status_code == 422

    into = OrganizationFactory(name="Two Forks College", verified=True)
    happening = Happening(Happens.MERGED, college, into=into)
    assert "1 member of a work group belongs to Two Forks College." in what_would_follow(happening)
    follow(happening)
    assert "Tam Rivas, Two Forks College" in words_of(client.get("/plan/groups/ET/"))

    client.post(f"/plan/groups/ET/members/{member.pk}/", {"do": "remove"})
    assert not GroupMember.objects.exists()
