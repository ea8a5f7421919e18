"""What can be taken along: what is in it, what never is, and how it goes on for long lists."""

import csv
import hashlib
import io
import json
import uuid
import zipfile
from datetime import date
from decimal import Decimal

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from plans.actions import retire_item
from plans.choices import (
    CommentState,
    Disposition,
    MeasureKind,
    Passing,
    Relation,
    Shown,
    Stance,
)
from plans.exporting.tables import TABLES, dictionary
from plans.models import (
    Comment,
    Descent,
    Item,
    Measure,
    MeasureValue,
    Milestone,
    Plan,
    PlanVersion,
    Response,
    StatusUpdate,
)
from plans.views import exports, packs
from tests.plans.factories import adopt, item_called, make_comment, open_for_comment


def table(client: Client, name: str, **query: object) -> list[dict[str, str]]:
    text = b"".join(client.get(f"/plan/{name}.csv", query)).decode()
    return list(csv.DictReader(io.StringIO(text)))


def answered(version: PlanVersion, comment: Comment, *, published: bool = True) -> Response:
    response = Response.objects.create(
        plan=version.plan,
        title="Plainer words",
        disposition=Disposition.NOT,
        text="We **keep** them.",
        no_change_because="the words are those of the law",
        published_at=timezone.now() if published else None,
    )
    Comment.objects.filter(pk=comment.pk).update(response=response)
    return response


def everything(version: PlanVersion) -> None:
    """A row in each table."""
    comment = make_comment(version, "1.1", stance=Stance.CONCERN, relation=Relation.WORKS)
    answered(version, comment)
    item = item_called("Strategy 1")
    StatusUpdate.objects.create(item=item, text="It has begun.", on=date(2026, 5, 14))
    Milestone.objects.create(item=item, text="Half of them", due_on=date(2026, 9, 1))
    measure = Measure.objects.create(
        plan=version.plan, name="People placed", kind=MeasureKind.REGIONAL, source="State data"
    )
    MeasureValue.objects.create(measure=measure, on=date(2026, 3, 31), value=Decimal(57))


@pytest.mark.parametrize("name", TABLES)
def test_csv_json_and_dictionary_have_the_same_columns(
    client: Client, version: PlanVersion, name: str
):
    everything(version)

    rows = table(client, name)
    body = client.get(f"/plan/{name}.json").json()

    meanings = next(one for one in dictionary(version.plan) if one["table"] == name)["columns"]
    columns = [column["name"] for column in meanings]
    assert list(rows[0]) == list(body["results"][0]) == columns
    assert len(rows) == body["count"] == len(body["results"])
    assert body["next"] is None


def test_the_dictionary_tells_every_column_of_the_plan(client: Client, version: PlanVersion):
    told = {one["table"]: one["columns"] for one in client.get("/plan/data.json").json()["results"]}
    page = client.get("/plan/data/").content.decode()

    header = b"".join(client.get("/plan.csv")).decode().partition("\r\n")[0]
    assert [column["name"] for column in told["plan"]] == header.split(",")
    first = client.get("/plan.json").json()["results"][0]
    assert [column["name"] for column in told["plan.json"]] == list(first)
    header = client.get("/plan/comments/transparency.csv").content.decode().partition("\r\n")[0]
    assert [column["name"] for column in told["transparency"]] == header.lstrip("\ufeff").split(",")
    assert all(column["name"] in page for columns in told.values() for column in columns)


def test_comments_say_what_was_said_and_never_by_which_person(client: Client, version: PlanVersion):
    shown = make_comment(version, "1.1", organization_name="Lost Pines", kind="provider")
    make_comment(version, "1.1", organization_name="Hidden Hands", shown=Shown.WORDS, kind="other")
    make_comment(version, "1.1", text="Waits", state=CommentState.WAITING)
    make_comment(version, "1.1", text="Nonsense", state=CommentState.DECLINED, reason="abuse")
    answered(version, shown)

    rows = table(client, "comments")
    raw = b"".join(client.get("/plan/comments.csv")) + client.get("/plan/comments.json").content

    assert [(row["organization"], row["organization_kind"]) for row in rows] == [
        ("Lost Pines", "provider"),
        ("", ""),
    ]
    assert rows[0]["disposition"] == "not" and rows[1]["disposition"] == ""
    for secret in (b"marisol", b"Marisol", b"Hidden Hands", b"Waits", b"Nonsense"):
        assert secret not in raw


def test_an_answer_that_is_not_published_is_nowhere(client: Client, version: PlanVersion):
    answered(version, make_comment(version, "1.1"), published=False)

    assert table(client, "comments")[0]["answer"] == ""
    assert table(client, "responses") == []


def test_a_comment_tells_its_number_then_and_now(
    client: Client, version: PlanVersion, plan: Plan, editor: User
):
    make_comment(version, "1.2")
    make_comment(version, "1.1.1")
    gone, target = Item.objects.get(statement="Begin the 1. thing"), item_called("Strategy 2")
    retire_item(item=gone, by=editor)
    Descent.objects.create(
        plan=plan, source=gone, target=target, kind=Passing.MERGED, reason="The same"
    )
    Item.objects.filter(handle="Strategy 1").update(position=9)
    adopt(plan)

    rows = table(client, "comments")

    assert [(row["number_then"], row["number_now"]) for row in rows] == [
        ("1.2", "1.1"),
        ("1.1.1", "1.1"),
    ]


def test_a_spreadsheet_runs_nothing(client: Client, version: PlanVersion):
    make_comment(version, "1.1", text="=HYPERLINK(1)", organization_name="+1 Partners")

    row = table(client, "comments")[0]

    assert (row["text"], row["organization"]) == ("'=HYPERLINK(1)", "'+1 Partners")


def test_json_goes_on_by_its_next(client: Client, version: PlanVersion, monkeypatch, settings):
    monkeypatch.setattr(exports, "A_PAGE", 2)
    for n in range(5):
        make_comment(version, "1.1", text=f"Comment {n}")
    address, texts = "/plan/comments.json?version=1", []

    while address:
        body = client.get(address).json()
        texts += [row["text"] for row in body["results"]]
        address = (body["next"] or "").removeprefix(settings.SITE_URL)

    assert texts == [f"Comment {n}" for n in range(5)]
    assert body["count"] == 5


@pytest.mark.parametrize("rows", [1, 3])
def test_comments_cost_the_same_however_many(
    client: Client, version: PlanVersion, rows: int, django_assert_num_queries
):
    for _ in range(rows):
        answered(version, make_comment(version, "1.1"))

    with django_assert_num_queries(9):
        b"".join(client.get("/plan/comments.csv"))


def test_what_is_not_public_yet_is_in_no_table(client: Client, version: PlanVersion, plan: Plan):
    draft = Item.objects.create(plan=plan, position=2, handle="Secret", statement="A draft.")
    StatusUpdate.objects.create(item=draft, text="Hush", on=date(2026, 5, 14))
    Milestone.objects.create(item=draft, text="Hush", due_on=date(2026, 9, 1))
    Measure.objects.create(plan=plan, item=draft, name="Hush", source="State data")

    for name in ("updates", "milestones", "measures", "values"):
        assert table(client, name) == []


def test_markdown_keeps_quotations_and_headings_in_their_place(client: Client, plan: Plan):
    item = item_called("Strategy 1")
    item.text, item.evidence = "# Loud\n\nText", "First.\n\nSecond."
    item.save()
    open_for_comment(plan)

    text = client.get("/plan.md").content.decode()

    assert "\n\n###### Loud\n\nText\n\n> First." in text
    assert "\n> First.\n>\n> Second.\n" in text


def test_markdown_has_one_blank_line_between_blocks(client: Client, plan: Plan):
    item = Item.objects.get(statement="Begin the 1. thing")
    item.text, item.evidence = "First.\n\n\n\nSecond.\n", "Seen.\n \n\nHeard."
    item.save()
    open_for_comment(plan)

    text = client.get("/plan.md").content.decode()

    assert "\n\n\n" not in text and not text.endswith("\n\n") and text.endswith("\n")
    assert (
        "\n\nFirst.\n\nSecond.\n\n* Call 1 employers (not started)\n\n> Seen.\n>\n> Heard.\n\n"
        in text
    )


def test_figures_are_numbers_and_what_is_not_there_is_null(client: Client, version: PlanVersion):
    make_comment(version, "1.1")
    measure = Measure.objects.create(
        plan=version.plan, name="Placed", source="X", baseline=Decimal("92.50")
    )
    MeasureValue.objects.create(measure=measure, on=date(2026, 3, 31), value=Decimal("134.00"))

    told = client.get("/plan/measures.json").json()["results"][0]
    value = client.get("/plan/values.json").json()["results"][0]["value"]

    assert (told["baseline"], told["target"], value) == (92.5, None, 134)
    assert client.get("/plan/comments.json").json()["results"][0]["response"] is None
    assert table(client, "measures")[0]["baseline"] == "92.5"
    assert table(client, "values")[0]["value"] == "134"


def test_the_pack_holds_all_and_its_sums_are_right(client: Client, version: PlanVersion, editor):
    everything(version)
    make_comment(version, "1.1", text="All is well", stance=Stance.SUPPORT)
    client.force_login(editor)

    first = client.post(f"/plan/versions/{version.pk}/pack/").content
    second = client.post(f"/plan/versions/{version.pk}/pack/").content

    assert first == second
    pack = zipfile.ZipFile(io.BytesIO(first))
    sums = dict(
        reversed(line.split("  ")) for line in pack.read("SHA256SUMS").decode().splitlines()
    )
    assert set(sums) == set(pack.namelist()) - {"SHA256SUMS"}
    for name, found in sums.items():
        assert hashlib.sha256(pack.read(name)).hexdigest() == found
    assert pack.read("plan.pdf").startswith(b"%PDF-")
    assert len(json.loads(pack.read("comments.json"))) == 2
    said, dissent = pack.read("comments.html").decode(), pack.read("dissent.html").decode()
    assert "All is well" in said and "All is well" not in dissent
    assert "Say it more plainly." in dissent and "the words are those of the law" in dissent
    assert b"marisol@example.org" not in b"".join(pack.read(name) for name in pack.namelist())


def test_a_pack_of_many_comments_is_made_by_a_worker(
    client: Client, version: PlanVersion, editor: User, monkeypatch
):
    monkeypatch.setattr(packs, "FEW", 1)
    monkeypatch.setattr(packs.make_pack, "delay", lambda job: None)
    for _ in range(3):
        make_comment(version, "1.1")
    client.force_login(editor)

    page = client.post(f"/plan/versions/{version.pk}/pack/")["Location"]
    again = client.post(f"/plan/versions/{version.pk}/pack/")["Location"]
    before = client.get(page).content.decode()
    packs.make_pack(page.split("/")[-2])
    after = client.get(page).content.decode()

    assert page == again
    assert "0 of 3 comments written" in before
    assert "The pack is ready" in after
    assert zipfile.is_zipfile(io.BytesIO(client.get(f"{page}pack.zip").content))


def test_a_pack_that_is_not_kept_says_so(client: Client, version: PlanVersion, editor: User):
    client.force_login(editor)
    page = f"/plan/packs/{uuid.uuid4()}/"

    assert "not kept any more" in client.get(page).content.decode()
    assert client.get(f"{page}pack.zip").status_code == 404
