"""The editor's side: a form over the working copy, two editors at once, publishing."""

import re
from collections import Counter
from datetime import date, timedelta
from uuid import UUID

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import Entry, User
from partnerships.demo import plan as demo
from plans import search, sitemap
from plans.actions import (
    ItemDraft,
    add_item,
    edit_item,
    move_item,
    publish_version,
    retire_item,
    tell_news,
)
from plans.choices import PlanState, Status
from plans.models import Action, Comment, Item, Plan, PlanVersion, VersionItem
from tests.factories import UserFactory
from tests.plans.factories import adopt, item_called, make_comment
from vocabularies.models import Region


def form_of(client, item: Item) -> dict[str, str]:
    """What a browser would send back unchanged."""
    html = client.get(reverse("plans:item_edit", args=[item.pk])).content.decode()
    form = html[html.index('<form class="form"') :].partition("</form>")[0]
    data = dict(re.findall(r'<input[^>]*name="([^"]+)"[^>]*value="([^"]*)"', form))
    for name, words in re.findall(
        r'<textarea[^>]*name="([^"]+)"[^>]*>\n?(.*?)</textarea>', form, re.S
    ):
        data[name] = words
    for name, options in re.findall(r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', form, re.S):
        chosen = re.search(r'value="([^"]*)" selected', options)
        data[name] = chosen.group(1) if chosen else ""
    for name, value in re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form):
        data[name] = value
    return data | {"do": "save"}


def seen_in(page: str) -> dict[str, str]:
    return {"seen": re.search(r'name="seen" value="(\w+)"', page).group(1)}


def test_an_editor_changes_an_item_and_publishes_it(plan: Plan, version, signed_in, editor: User):
    client, item = signed_in(editor), item_called("Strategy 1")
    path = reverse("plans:item_edit", args=[item.pk])

    saved = client.post(path, form_of(client, item) | {"statement": "Do the first thing"})
    assert saved.url == path
    beside = client.get(path).content.decode()
    assert "<del>1.</del> <ins>first</ins>" in beside
    assert "Do the first thing" not in client.get("/plan/").content.decode()

    closes = timezone.localtime() + timedelta(days=20)
    answers = {"stage": "comment", "closes_at": f"{closes:%Y-%m-%dT17:00}", "changelog": "Why."}
    before = client.get("/plan/publish/").content.decode()
    assert "<ins>first</ins>" in before
    assert client.post("/plan/publish/", answers | seen_in(before)).url == "/plan/"

    assert "Do the first thing" in client.get("/plan/1.1/").content.decode()
    assert "Do the 1. thing" in client.get("/plan/1.1/?version=1").content.decode()
    assert "<ins>first</ins>" in client.get("/plan/versions/compare/").content.decode()


@pytest.mark.parametrize("change", ["words", "action", "role", "order", "version"])
def test_what_an_editor_did_not_read_is_not_published(plan, version, signed_in, editor, change):
    client, one, two = signed_in(editor), item_called("Strategy 1"), item_called("Strategy 2")
    edit_item(item=one, draft=ItemDraft("Strategy 1", "Read"), revision=1, by=editor)
    closes = timezone.localtime() + timedelta(days=20)
    answers = {"stage": "comment", "closes_at": f"{closes:%Y-%m-%dT17:00}", "changelog": "Why."}
    answers |= seen_in(client.get("/plan/publish/").content.decode())
    {
        "words": lambda: edit_item(
            item=two, draft=ItemDraft("Strategy 2", "Half writ"), revision=1, by=editor
        ),
        "action": lambda: Action.objects.update(text="Call all"),
        "role": lambda: two.roles.update(role="support"),
        "order": lambda: move_item(item=two, to="up", by=editor),
        "version": lambda: [
            publish_version(plan=plan, stage="comment", changelog="Theirs", by=editor),
            edit_item(item=two, draft=ItemDraft("Strategy 2", "Next"), revision=1, by=editor),
        ],
    }[change]()
    published = PlanVersion.objects.count()

    response = client.post("/plan/publish/", answers)

    page = response.content.decode()
    assert response.status_code == 409
    assert "Somebody changed the plan after you opened this page" in page and ">\nWhy." in page
    assert PlanVersion.objects.count() == published
    assert client.post("/plan/publish/", answers | seen_in(page)).url == "/plan/"


def test_news_in_the_meantime_do_not_hold_up_publishing(plan, version, signed_in, editor):
    client = signed_in(editor)
    item = item_called("Strategy 1")
    edit_item(item=item, draft=ItemDraft("Strategy 1", "Read"), revision=1, by=editor)
    closes = timezone.localtime() + timedelta(days=20)
    answers = {"stage": "comment", "closes_at": f"{closes:%Y-%m-%dT17:00}", "changelog": "Why."}
    answers |= seen_in(client.get("/plan/publish/").content.decode())
    action = Action.objects.filter(item__parent=item).get()
    today = timezone.localdate()
    tell_news(
        item=action.item, action=action, status="done", text="All called.", on=today, by=editor
    )

    assert client.post("/plan/publish/", answers).url == "/plan/"

    assert (
        version.plan.versions.get(number=2).items.get(number="1.1.1").actions[0]["word"] == "Done"
    )


def test_the_second_editor_gets_both_texts_and_loses_nothing(plan, version, signed_in, editor):
    client, item = signed_in(editor), item_called("Strategy 1")
    path = reverse("plans:item_edit", args=[item.pk])
    mine = form_of(client, item) | {"statement": "My words"}
    other = UserFactory(name="Priya")
    edit_item(item=item, draft=ItemDraft(item.handle, "Their words"), revision=1, by=other)

    conflict = client.post(path, mine)

    page = conflict.content.decode()
    assert conflict.status_code == 409
    assert "Priya saved this item" in page
    assert "Their words" in page and ">My words</textarea>" in page.replace("\n", "")
    assert Item.objects.get(pk=item.pk).statement == "Their words"

    again = re.search(r'name="revision" value="(\d+)"', page).group(1)
    client.post(path, mine | {"revision": again})
    assert Item.objects.get(pk=item.pk).statement == "My words"


def test_actions_are_added_moved_and_removed_without_saving(plan, version, signed_in, editor):
    client, item = signed_in(editor), Item.objects.get(statement="Begin the 1. thing")
    path = reverse("plans:item_edit", args=[item.pk])
    data = form_of(client, item)

    html = client.post(path, data | {"do": "add"}).content.decode()
    assert html.count('name="action-') > 3 and 'name="action-TOTAL_FORMS" value="2"' in html
    data |= {"action-TOTAL_FORMS": "2", "action-1-text": "Visit two", "action-1-status": "done"}
    html = client.post(path, data | {"do": "up-1"}).content.decode()
    first = re.search(r'name="action-0-text"[^>]*>([^<]*)<', html).group(1)
    assert first == "Visit two"
    assert Action.objects.filter(item=item).count() == 1

    client.post(path, data)
    added = Action.objects.get(text="Visit two")
    assert (added.position, added.status, added.status_on) == (2, Status.NOT_STARTED, None)


def test_a_removed_action_retires_and_stays_in_old_versions(plan, version, signed_in, editor):
    client, item = signed_in(editor), Item.objects.get(statement="Begin the 1. thing")
    data = form_of(client, item) | {"action-TOTAL_FORMS": "0"}

    client.post(reverse("plans:item_edit", args=[item.pk]), data)

    action = Action.objects.get(item=item)
    assert action.retired_at and action.position is None
    assert version.items.get(item=item).actions[0]["text"] == "Call 1 employers"


@pytest.mark.parametrize(
    "change",
    [
        {"statement": ""},
        {"text": "See [[7.7]]."},
        {"action-0-text": ""},
        {"action-TOTAL_FORMS": "x"},
        {"role-ET": "boss"},
        {"revision": "99999999999999999999"},
    ],
)
def test_wrong_words_come_back_with_an_error(plan, version, signed_in, editor, change):
    client, item = signed_in(editor), Item.objects.get(statement="Begin the 1. thing")

    data = form_of(client, item) | {"handle": "A new name"} | change
    response = client.post(reverse("plans:item_edit", args=[item.pk]), data)

    page = response.content.decode()
    assert response.status_code == 422
    assert "<title>Error:" in page and "A new name" in page


@pytest.mark.parametrize("do", ["up-0", "down-0", "remove-99999", "up-x", "nothing", "-", "up-²"])
def test_odd_buttons_change_nothing(plan, version, signed_in, editor, do):
    client, item = signed_in(editor), Item.objects.get(statement="Begin the 1. thing")

    response = client.post(
        reverse("plans:item_edit", args=[item.pk]), form_of(client, item) | {"do": do}
    )

    assert response.status_code == 200
    assert "Call 1 employers" in response.content.decode()


def test_items_are_added_moved_retired_and_brought_back(plan, version, signed_in, editor):
    client = signed_in(editor)
    goal, one = item_called("Placement"), item_called("Strategy 1")
    client.post(reverse("plans:item_add", args=[goal.pk]), {"handle": "", "statement": "A third"})
    third = Item.objects.get(statement="A third")

    client.post(reverse("plans:item_move", args=[third.pk]), {"to": "up"})
    refused = client.post(reverse("plans:item_retire", args=[one.pk]), {"reason": "It is over."})
    assert refused.status_code == 409
    asks = refused.content.decode()
    assert "1 item stands under “Strategy 1”. Retire all together, or first move" in asks
    assert f'href="/plan/edit/?under={one.pk}"' in asks and 'value="It is over."' in asks
    page = client.get("/plan/edit/").content.decode()

    assert "A third" in page
    titles = re.findall(r'<span class="n">([\d.]+)</span> <a[^>]*>([^<]+)</a>', page)
    assert ("1.2", "A third") in titles and ("1.3", "Strategy 2") in titles

    client.post(reverse("plans:item_retire", args=[third.pk]))
    assert "A third" in client.get("/plan/edit/").content.decode()
    client.post(reverse("plans:item_retire", args=[third.pk]), {"do": "restore"})
    third.refresh_from_db()
    assert third.retired_at is None
    assert third.position > item_called("Strategy 2").position


def test_an_item_sent_twice_is_one_and_another_one_is_another(plan, signed_in, editor):
    client, path = signed_in(editor), reverse("plans:item_add_root")
    token = re.search(r'name="token" value="([^"]+)"', client.get(path).content.decode()).group(1)
    data = {"handle": "Housing", "statement": "People live near.", "token": token}

    first, second = client.post(path, data), client.post(path, data)
    third = client.post(path, data | {"handle": "Transport"})

    assert first.url == second.url != third.url
    assert Item.objects.filter(handle="Housing").count() == 1
    assert Item.objects.filter(handle="Transport").count() == 1


@pytest.mark.parametrize("person", ["coordinator", "editor", "moderator", "recruiter"])
def test_who_opens_the_working_copy(version, request, signed_in, person):
    client = signed_in(request.getfixturevalue(person))
    paths = [
        "/plan/edit/",
        "/plan/publish/",
        reverse("plans:item_edit", args=[item_called("Strategy 1").pk]),
    ]

    expected = 200 if person in ("coordinator", "editor") else 403
    assert [client.get(path).status_code for path in paths] == [expected] * 3


@pytest.mark.parametrize("count", [1, 3])
def test_the_working_copy_costs_the_same_with_one_item_and_with_three(
    plan, version, signed_in, editor, django_assert_num_queries, count
):
    for n in range(count):
        add_item(plan=plan, parent=item_called("Placement"), statement=f"More {n}", by=editor)
    client = signed_in(editor)
    client.get("/plan/edit/")

    with django_assert_num_queries(13):
        client.get("/plan/edit/")


# Search, sitemap, demo ------------------------------------------------------------------


def test_search_finds_words_of_the_current_version_without_accents(plan, signed_in, editor):
    item = item_called("Strategy 1")
    edit_item(item=item, draft=ItemDraft("Résumés", "Write them"), revision=1, by=editor)
    publish_version(plan=plan, stage="comment", changelog="W", by=editor)
    edit_item(item=item, draft=ItemDraft("Hidden", "In a draft"), revision=2, by=editor)

    assert [hit["title"] for hit in search.search("resumes", 5)] == ["1.1 Résumés"]
    assert search.search("hidden", 5) == [] and search.search("  ", 5) == []


def test_the_item_with_the_number_comes_first(plan, signed_in, editor):
    item = item_called("Placement")
    edit_item(item=item, draft=ItemDraft("See 1.2 now", "It is 1.2"), revision=1, by=editor)
    publish_version(plan=plan, stage="comment", changelog="W", by=editor)

    assert search.search("1.2", 9)[0]["title"] == "1.2 Strategy 2"


def test_closing_asks_first_and_can_be_undone(plan, version, signed_in, editor):
    client = signed_in(editor)
    asked = client.get("/plan/close/").content.decode()
    assert "Close for comment now?" in asked and "America/Chicago time" in asked
    assert b'name="text"' in client.get("/plan/1.1/comment/").content

    assert client.post("/plan/close/", {"do": "close"}).url.startswith("/plan/publish/")
    assert b'name="text"' not in client.get("/plan/1.1/comment/").content
    assert b"Open again for comment" in client.get("/plan/publish/").content

    past = client.post("/plan/close/", {"do": "keep-open", "closes_at": "2020-01-01T17:00"})
    assert (past.status_code, b"Choose a time in the future." in past.content) == (422, True)
    later = timezone.localtime() + timedelta(days=20)
    answer = {"do": "keep-open", "closes_at": f"{later:%Y-%m-%dT17:00}"}
    client.post("/plan/close/", answer)
    assert b'name="text"' in client.get("/plan/1.1/comment/").content
    client.post("/plan/close/", answer | {"closes_at": f"{later:%Y-%m-%dT18:00}"})

    plan.refresh_from_db()
    assert plan.state == PlanState.OPEN
    window = plan.windows.latest("pk")
    assert (plan.windows.count(), window.closes_at.astimezone(Region.current().zone).hour) == (
        2,
        18,
    )
    assert Entry.objects.filter(what="opened again for comment", by=editor).exists()


def test_an_adopted_plan_is_not_opened_without_a_version(plan, version, signed_in, editor):
    adopt(plan)
    later = timezone.localtime() + timedelta(days=20)

    client = signed_in(editor)
    assert b"Publish a version for comment first." in client.get("/plan/close/").content
    client.post("/plan/close/", {"do": "keep-open", "closes_at": f"{later:%Y-%m-%dT17:00}"})

    plan.refresh_from_db()
    assert plan.state == PlanState.ADOPTED


def test_the_sitemap_names_the_current_items(version):
    paths = [path for path, _ in sitemap.public_urls()]

    assert {"/plan/", "/plan/versions/", "/plan/roles/", "/plan/progress/"} < set(paths)
    assert paths[-5:] == [f"/plan/{n}/" for n in ("1", "1.1", "1.1.1", "1.2", "1.2.1")]


@pytest.fixture
def loaded(region) -> date:
    today = timezone.localdate()
    people = {name: UserFactory(name=name) for name in ("omar.whitfield", "lena.marsh")}
    demo.load(today, people)
    return today


def test_the_demo_plan_is_that_of_the_region(loaded, client):
    current = PlanVersion.objects.current()
    nodes = {node.number: node for node in current.items.all()}

    assert current.number == 2 and len(nodes) == 23
    cast = {role: [g["code"] for g in groups] for role, _, groups in nodes["3.2"].cast}
    assert cast == {"lead": ["ET", "IP"], "support": ["PS"], "advisory": ["BB", "CO", "DE"]}
    assert 'href="/plan/2.2/">2.2 Inventory</a>' in nodes["3.2.3"].actions[0]["html"]
    page = client.get("/plan/3.2/").content.decode()
    assert "said about version 1" in page and "Marisol Venn" in page
    assert "Gus Hartnell" not in page and "Arturo Bell" not in page
    assert client.get("/plan/2.1.3/").url == "/plan/3.2.3/?was=2.1.3"
    states = Counter(Comment.objects.values_list("state", flat=True))
    assert states == {"published": 7, "waiting": 1, "declined": 1}


def test_loading_again_keeps_links_and_doubles_nothing(loaded):
    before = {item.pk for item in Item.objects.all()}

    demo.load(loaded, {})

    assert {item.pk for item in Item.objects.all()} == before
    assert (Plan.objects.count(), PlanVersion.objects.count(), Comment.objects.count()) == (1, 2, 9)


def test_removing_the_demo_leaves_other_plans_alone(plan, version):
    make_comment(version, "1.1")
    demo.load(timezone.localdate(), {})

    demo.remove()

    assert list(Plan.objects.all()) == [plan]
    assert VersionItem.objects.count() == 5 and Comment.objects.count() == 1


def test_a_retired_item_is_not_edited(plan, signed_in, editor):
    item = Item.objects.get(statement="Begin the 1. thing")
    retire_item(item=item, by=editor)

    response = signed_in(editor).get(reverse("plans:item_edit", args=[item.pk]))

    assert response.url == "/plan/edit/"


def test_an_unknown_item_is_a_404(plan, signed_in, editor):
    client = signed_in(editor)

    for name in ("item_edit", "item_add"):
        assert client.get(reverse(f"plans:{name}", args=[UUID(int=7)])).status_code == 404
