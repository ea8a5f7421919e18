"""Versions: numbers, references, and that published words never change."""

from urllib.parse import urlencode

import pytest
from django.conf import settings as django_settings
from django.db import IntegrityError, transaction
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.actions import MoveRefused
from accounts.models import Entry, User
from plans.actions import (
    ActionDraft,
    DanglingReferences,
    ItemDraft,
    NothingToPublish,
    add_item,
    edit_item,
    move_item,
    publish_version,
    restore_item,
    retire_item,
)
from plans.choices import PLAN_MOVES, PlanState, Stage
from plans.models import Item, Plan, PlanVersion, VersionItem
from plans.structure.differences import compare, words
from plans.structure.frozen import Frozen
from plans.structure.references import UnknownReference
from tests.plans.factories import adopt, item_called, make_plan, open_for_comment


def numbers(version: PlanVersion) -> list[str]:
    return list(version.items.values_list("number", flat=True))


def test_publishing_counts_numbers_in_reading_order(version: PlanVersion):
    assert numbers(version) == ["1", "1.1", "1.1.1", "1.2", "1.2.1"]


def test_moving_an_item_renumbers_the_next_version_and_not_the_last(
    plan: Plan, version: PlanVersion, editor: User
):
    move_item(item=item_called("Strategy 2"), to="up", by=editor)

    second = open_for_comment(plan)

    assert second.items.get(number="1.1").handle == "Strategy 2"
    assert version.items.get(number="1.1").handle == "Strategy 1"


def test_retiring_closes_the_gap_in_the_numbers(plan: Plan, editor: User):
    retire_item(item=Item.objects.get(statement="Begin the 1. thing"), by=editor)
    retire_item(item=item_called("Strategy 1"), by=editor)

    assert numbers(open_for_comment(plan)) == ["1", "1.1", "1.1.1"]


def test_an_item_with_something_under_it_does_not_retire(plan: Plan, editor: User):
    with pytest.raises(MoveRefused):
        retire_item(item=item_called("Strategy 1"), by=editor)


def test_two_items_never_share_a_place(plan: Plan):
    one, two = item_called("Strategy 1"), item_called("Strategy 2")

    with pytest.raises(IntegrityError, match="one_item_a_place"), transaction.atomic():
        two.position = one.position
        two.save()
        transaction.get_connection().check_constraints()


def test_two_roots_never_share_a_place(plan: Plan):
    with pytest.raises(IntegrityError, match="one_item_a_place"), transaction.atomic():
        Item.objects.create(plan=plan, position=1, statement="Another goal")
        transaction.get_connection().check_constraints()


def test_a_plan_ends_with_its_last_level(plan: Plan, editor: User):
    deepest = Item.objects.get(statement="Begin the 1. thing")

    with pytest.raises(MoveRefused, match="sub-strategies"):
        add_item(plan=plan, parent=deepest, statement="Too deep", by=editor)


def test_published_rows_refuse_every_change(version: PlanVersion):
    node = version.items.get(number="1.1")
    node.statement = "Something else"

    with pytest.raises(Frozen):
        node.save()
    with pytest.raises(Frozen):
        VersionItem.objects.update(statement="Something else")
    with pytest.raises(Frozen):
        version.delete()


@pytest.mark.parametrize(
    "sql",
    [
        "update plans_versionitem set statement = 'Something else'",
        "update plans_planversion set changelog = 'Something else'",
        "delete from plans_versionitem",
    ],
)
def test_the_database_refuses_what_goes_past_the_models(version: PlanVersion, sql: str):
    with (
        pytest.raises(IntegrityError, match="never changes"),
        transaction.atomic(),
        transaction.get_connection().cursor() as cursor,
    ):
        cursor.execute(sql)


def test_a_person_who_leaves_is_taken_out_of_the_versions_they_published(plan: Plan, editor: User):
    version = publish_version(plan=plan, stage=Stage.COMMENT, changelog="Words.", by=editor)

    editor.delete()

    version = PlanVersion.objects.get(pk=version.pk)
    assert (version.published_by, version.published_by_name) == (None, "Edda")


def test_a_reference_has_the_right_number_in_every_version(
    plan: Plan, version: PlanVersion, editor: User
):
    citing = item_called("Strategy 1")
    draft = ItemDraft(citing.handle, citing.statement, text="Builds on [[1.2]].")
    edit_item(item=citing, draft=draft, revision=1, by=editor)
    second = open_for_comment(plan)
    move_item(item=item_called("Strategy 2"), to="up", by=editor)
    third = open_for_comment(plan)

    texts = [v.items.get(item=citing).text_html for v in (second, third)]

    assert 'href="/plan/1.2/">1.2 Strategy 2</a>' in texts[0]
    assert 'href="/plan/1.1/">1.1 Strategy 2</a>' in texts[1]


def test_a_plan_that_mentions_a_retired_item_is_not_published(plan: Plan, editor: User):
    citing, cited = item_called("Strategy 1"), Item.objects.get(statement="Begin the 2. thing")
    draft = ItemDraft(citing.handle, citing.statement, text="Builds on [[1.2.1]].")
    edit_item(item=citing, draft=draft, revision=1, by=editor)
    retire_item(item=cited, by=editor)

    with pytest.raises(DanglingReferences, match="Look at 1.1 before you publish"):
        open_for_comment(plan)
    restore_item(item=cited, by=editor)

    html = open_for_comment(plan).items.get(item=citing).text_html
    assert ">1.2.1 Begin the 2. thing</a>" in html


def test_a_reference_to_nothing_is_refused_while_it_can_be_mended(plan: Plan, editor: User):
    item = item_called("Strategy 1")
    draft = ItemDraft(item.handle, item.statement, text="See [[9.9]].")

    with pytest.raises(UnknownReference, match=r"\[\[9.9\]\]"):
        edit_item(item=item, draft=draft, revision=1, by=editor)


def test_markup_in_the_text_of_an_item_is_made_harmless(plan: Plan, editor: User):
    item = item_called("Strategy 1")
    text = '<script>alert(1)</script> <a class="ref" href="/plan/1/">x</a> [y](javascript:z)'
    draft = ItemDraft(item.handle, item.statement, text=text)

    edit_item(item=item, draft=draft, revision=1, by=editor)

    html = open_for_comment(plan).items.get(item=item).text_html
    assert "<script" not in html and "<a " not in html


def test_comparing_says_each_change_in_words(plan: Plan, version: PlanVersion, editor: User):
    item = item_called("Strategy 1")
    draft = ItemDraft(
        item.handle,
        "Do the first thing",
        roles={"ET": "support"},
        actions=[ActionDraft("Write to nobody")],
    )
    edit_item(item=item, draft=draft, revision=1, by=editor)
    retire_item(item=Item.objects.get(statement="Begin the 2. thing"), by=editor)
    second = open_for_comment(plan)

    changes = compare(list(version.items.all()), list(second.items.all()))

    assert [(c.number, c.kind, c.html, c.was, c.now) for c in changes] == [
        ("1.1", "Statement", "Do the <del>1.</del> <ins>first</ins> thing", "", ""),
        ("1.1", "New action", "<ins>Write to nobody</ins>", "", ""),
        ("1.1", "Role of Education & Training", "", "lead", "support"),
        ("1.2.1", "Dropped", "<del>Begin the 2. thing</del>", "", ""),
    ]


def test_what_goes_along_with_a_moved_item_has_not_moved(plan: Plan, version, editor: User):
    move_item(item=item_called("Strategy 2"), to="up", by=editor)

    changes = compare(list(version.items.all()), list(open_for_comment(plan).items.all()))

    assert [(c.kind, c.was, c.now) for c in changes] == [
        ("Order and number", "1.2", "1.1"),
        ("Order and number", "1.1", "1.2"),
    ]


@pytest.mark.parametrize(
    ("old", "new", "shown"),
    [
        ("a b c", "a b c", "a b c"),
        (
            "middle-skill jobs",
            "middle-wage jobs",
            "<del>middle-skill</del> <ins>middle-wage</ins> jobs",
        ),
        ("one", "", "<del>one</del>"),
        ("", "<b>", "<ins>&lt;b&gt;</ins>"),
        ("a, b", "a, new, b", "a, <ins>new, </ins>b"),
    ],
)
def test_words_marks_what_is_struck_and_what_is_new(old: str, new: str, shown: str):
    assert words(old, new) == shown


def test_publishing_twice_without_a_change_is_refused(plan: Plan, version: PlanVersion):
    with pytest.raises(NothingToPublish):
        open_for_comment(plan)


@pytest.mark.parametrize("state", PlanState.values)
@pytest.mark.parametrize("stage", Stage.values)
def test_a_version_is_published_along_the_table_of_moves(region, state: str, stage: str):
    plan = make_plan()
    Plan.objects.filter(pk=plan.pk).update(state=state)
    to = {"comment": PlanState.OPEN, "adopted": PlanState.ADOPTED}[stage]

    def act() -> PlanVersion:
        return publish_version(plan=plan, stage=stage, changelog="Words.", by=None)

    if to in PLAN_MOVES[state]:
        act()
        plan.refresh_from_db()
        assert plan.state == to
    else:
        with pytest.raises(MoveRefused):
            act()


def test_every_state_of_a_plan_is_reachable():
    reached, heads = {PlanState.DRAFT}, [PlanState.DRAFT]
    while heads:
        new = PLAN_MOVES[heads.pop()] - reached
        reached |= new
        heads += new
    assert reached == set(PlanState)


def test_publishing_writes_who_did_it(plan: Plan, editor: User):
    publish_version(plan=plan, stage=Stage.COMMENT, changelog="Why.", by=editor)

    entry = Entry.objects.get(what="published version 1")
    assert (entry.by, entry.why, entry.after["state"]) == (editor, "Why.", "open")


# Pages ----------------------------------------------------------------------------


@pytest.mark.parametrize("strategies", [1, 3])
def test_the_overview_costs_the_same_with_one_strategy_and_with_three(
    region, client, django_assert_num_queries, strategies: int
):
    open_for_comment(make_plan(strategies))
    client.get("/plan/")

    with django_assert_num_queries(7):
        response = client.get("/plan/")

    assert response.content.decode().count('class="strategy"') == strategies


def test_without_a_version_the_overview_says_what_will_be_here(plan: Plan, client):
    response = client.get("/plan/")

    assert response.status_code == 200
    assert "No plan is published yet" in response.content.decode()


def test_the_working_copy_is_not_public(plan: Plan, version: PlanVersion, client, editor: User):
    item = item_called("Strategy 1")
    draft = ItemDraft(item.handle, "Secret words of a draft")
    edit_item(item=item, draft=draft, revision=1, by=editor)

    for path in ("/plan/", "/plan/1.1/", "/plan.json", "/plan.csv", "/plan.md", "/plan/1/print/"):
        assert "Secret words" not in client.get(path).content.decode()


def test_an_old_version_stays_readable_and_says_so(
    plan: Plan, version: PlanVersion, client, editor
):
    item = item_called("Strategy 1")
    edit_item(item=item, draft=ItemDraft(item.handle, "New words"), revision=1, by=editor)
    open_for_comment(plan)

    page = client.get("/plan/1.1/?version=1").content.decode()

    assert "Do the 1. thing" in page and "New words" not in page
    assert "This is version 1, for comment" in page
    assert reverse("plans:item_short", args=[item.code]) in page
    assert "Give your input" not in page


def test_a_number_of_an_old_version_leads_to_where_the_item_is_now(
    plan: Plan, version: PlanVersion, client, editor
):
    retire_item(item=Item.objects.get(statement="Begin the 1. thing"), by=editor)
    retire_item(item=item_called("Strategy 1"), by=editor)
    open_for_comment(plan)

    moved = client.get("/plan/1.2.1/")
    assert (moved.status_code, moved.url) == (302, "/plan/1.1.1/?was=1.2.1")
    assert "You came by 1.2.1" in client.get(moved.url).content.decode()


def test_a_number_of_a_retired_item_leads_to_its_last_version(
    plan: Plan, version: PlanVersion, client, editor
):
    item = Item.objects.get(statement="Begin the 2. thing")
    retire_item(item=item, by=editor)
    open_for_comment(plan)

    assert client.get("/plan/1.2.1/").url == "/plan/1.2.1/?version=1"
    permalink = client.get(f"/plan/items/{item.pk}/")
    assert (permalink.status_code, permalink.url) == (301, "/plan/1.2.1/?version=1")
    assert permalink["Cache-Control"] == "no-cache"
    page = client.get("/plan/1.2.1/?version=1").content.decode()
    assert "dropped after version 1" in page
    assert "/plan/versions/compare/?from=1&amp;to=2" in page
    assert "Read this item as it is now" not in page


@pytest.mark.parametrize(
    "path",
    [
        "/plan/9/",
        "/plan/0/",
        "/plan/1.1.1.1.1.1/",
        "/plan/1234/",
        "/plan/1.1/?version=2",
        "/plan/1.1/?version=x",
        "/plan/1.1/?version=99999999999999999999",
        "/plan/1.1/?after=-1",
        "/plan/?version=-1",
        "/plan.json?after=1e9",
        "/plan/versions/compare/?from=1&to=7",
        "/plan/versions/compare/?from=%C2%B2",
        "/plan/items/00000000-0000-0000-0000-000000000000/",
        "/comments/1~x/",
        "/comments/1~x/change/",
        "/comments/1~x/withdraw/",
        "/comments/confirm/x/",
        "/plan/9/comment/",
    ],
)
def test_an_address_of_nothing_is_a_404_of_ours(version: PlanVersion, client, path: str):
    assert client.get(path).status_code == 404


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    path=st.sampled_from(
        ["/plan/", "/plan/1.1/", "/plan.json", "/plan.csv", "/plan/versions/compare/"]
    ),
    name=st.sampled_from(["version", "after", "from", "to", "was", "item"]),
    value=st.text(max_size=30),
)
def test_no_query_breaks_a_page(version: PlanVersion, client, path: str, name: str, value: str):
    query = urlencode({name: value}, errors="surrogatepass")

    assert client.get(f"{path}?{query}").status_code in (200, 302, 400, 404)


def test_json_answers_like_every_public_list(version: PlanVersion, client):
    body = client.get("/plan.json").json()

    assert (body["count"], body["next"], body["version"]) == (5, None, 1)
    strategy = body["results"][1]
    assert strategy["number"] == "1.1"
    assert strategy["url"] == f"{django_settings.SITE_URL}/plan/1.1/"
    assert strategy["roles"] == {"lead": ["Education & Training"], "support": [], "advisory": []}


def test_csv_cells_are_never_formulas(plan: Plan, client, editor):
    item = item_called("Strategy 1")
    edit_item(item=item, draft=ItemDraft(item.handle, "=1+1"), revision=1, by=editor)
    open_for_comment(plan)

    assert ",'=1+1," in client.get("/plan.csv").content.decode()


def test_an_adopted_plan_shows_no_form_for_comments(plan: Plan, client):
    adopt(plan)

    page = client.get("/plan/1.1/").content.decode()

    assert "Send my comment" not in page
