"""The plan on paper: what is set, that nothing is lost, and that no words break the press."""

import json
import re
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest
import typst
from django.test import Client
from hypothesis import given, settings
from hypothesis import strategies as st

from plans.models import Action, Item, Measure, Plan, PlanVersion
from plans.paper.ahead import print_ahead
from plans.paper.blocks import to_blocks
from plans.paper.codes import code_svg
from plans.paper.press import TEMPLATE, printed
from plans.paper.sheets import one_item, whole_plan
from tests.plans.factories import adopt, item_called, open_for_comment
from vocabularies.text import to_html

EVERYTHING = """# Heading

First **bold *both*** and `code`, [a link](https://example.org/?a=1&b=2).
Next line

- one
- two

  with a second paragraph
  1. inner

> quoted

[[2.2]] and #eval("x") $math$ _under_ \\\\ @ref <label> "quotes" 😀 日本
"""

SHEET = {
    "kind": "group",
    "lang": "en",
    "paper": "a4",
    "by": "Hill & River",
    "head": "Head",
    "foot": "Version 1",
    "qr": code_svg("https://example.org/"),
    "qr_alt": "QR code",
    "url": "https://example.org/",
    "live": [],
    "about": [],
    "parts": [{"word": "Lead", "said": "None.", "leads": True, "items": []}],
}


def leads(href: str, ours: bool) -> dict[str, str]:
    return {"to": href} if ours else {"url": href}


def words_of(value: object) -> str:
    """Everything that is said in blocks, in order."""
    if isinstance(value, list):
        return " ".join(words_of(one) for one in value)
    if isinstance(value, dict):
        return " ".join(words_of(one) for key, one in value.items() if key not in ("kind", "url"))
    return value if isinstance(value, str) else ""


def running_heads(data: dict) -> list[str]:
    """What stands at the right above each page, from the second on."""
    told = typst.query(
        TEMPLATE,
        "<running-head>",
        sys_inputs={"data": json.dumps(data)},
        ignore_system_fonts=True,
    )
    return [written(one["body"]["children"][1]) for one in json.loads(told)]


def written(element: dict) -> str:
    parts = element.get("children") or [element["body"]] if "body" in element else []
    if element["func"] == "sequence":
        parts = element["children"]
    return "".join([element.get("text", " " * (element["func"] == "space")), *map(written, parts)])


def test_blocks_lose_no_word_and_keep_lists_in_lists():
    html = to_html(EVERYTHING)

    blocks = to_blocks(html, leads)

    bare = re.sub(r"<[^>]+>", " ", html).replace("&lt;", "<").replace("&gt;", ">")
    bare = bare.replace("&quot;", '"').replace("&amp;", "&")
    assert words_of(blocks).split() == bare.split()
    assert [block["kind"] for block in blocks] == ["h", "p", "ul", "quote", "p"]
    assert [one["kind"] for one in blocks[2]["items"][1]] == ["p", "p", "ol"]
    link = next(run for run in blocks[1]["runs"] if "a" in run)
    assert link["url"] == "https://example.org/?a=1&b=2"


@pytest.mark.parametrize(
    "address", ["/plan.pdf", "/plan/1.1.pdf", "/plan/1.1.1.pdf", "/plan/groups/ET.pdf"]
)
def test_every_paper_is_a_tagged_pdf(client: Client, version: PlanVersion, address: str):
    answer = client.get(address, {"paper": "a4"})

    assert answer["Content-Type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF-")
    for mark in (b"/StructTreeRoot", b"/Lang", b"pdfuaid:part", b"/DisplayDocTitle true"):
        assert mark in answer.content
    again = client.get(address, {"paper": "a4"}, headers={"If-None-Match": answer["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_no_words_break_the_press_or_run_in_it(plan: Plan):
    Item.objects.filter(handle="Strategy 1").update(handle='#panic("x") 😀', statement="日本語")
    strategy = Item.objects.get(statement="日本語")
    strategy.text = strategy.evidence = EVERYTHING
    strategy.save()
    version = open_for_comment(plan)

    pdf, _ = printed(whole_plan(version, is_current=True))

    assert pdf.startswith(b"%PDF-")


@settings(max_examples=25, deadline=None)
@given(words=st.text(st.characters(min_codepoint=32, exclude_categories=["Cs", "Co"]), max_size=40))
def test_no_script_of_the_world_stops_the_press(words: str):
    pdf, _ = printed(SHEET | {"title": f"Plan {words}", "plan": words, "above": words})

    assert pdf.startswith(b"%PDF-")


def test_the_same_version_gives_the_same_bytes_until_an_action_moves(
    version: PlanVersion, plan: Plan
):
    first = printed(whole_plan(version, is_current=True))
    second = printed(whole_plan(version, is_current=True))
    Action.objects.filter(text="Call 1 employers").update(status="done")

    third = printed(whole_plan(version, is_current=True))

    assert first == second
    assert first[1] != third[1]


def test_an_older_version_keeps_its_numbers_words_and_statuses(
    client: Client, version: PlanVersion, plan: Plan
):
    item = item_called("Strategy 1")
    Item.objects.filter(pk=item.pk).update(handle="Renamed")
    adopt(plan)
    Action.objects.filter(text="Call 1 employers").update(status="done")
    Measure.objects.create(plan=plan, name="Placed", source="State data")

    data = whole_plan(version, is_current=False)

    titles = [one["handle"] for one in data["items"]]
    assert "Strategy 1" in titles and "Renamed" not in titles
    stands = [action["word"] for one in data["items"] for action in one["actions"]]
    assert stands == ["Not started", "Not started"]
    assert data["measures"]["rows"] == []
    assert client.get("/plan/print/?version=1").content.count(b"Strategy 1") > 0


def test_a_letter_of_the_readers_own_has_the_words_and_the_lasting_address(
    client: Client, plan: Plan, settings
):
    item = item_called("Strategy 1")
    Item.objects.filter(pk=item.pk).update(handle="Pay & keep?", statement='Say "yes"=1%')
    open_for_comment(plan)

    page = client.get("/plan/1.1/").content.decode()

    address = unescape(re.search(r'href="(mailto:[^"]*)"', page)[1])
    letter = parse_qs(urlsplit(address).query, strict_parsing=True)
    assert letter["subject"] == ["1.1 Pay & keep?"]
    assert letter["body"][0].split("\r\n\r\n") == [
        "1.1 Pay & keep?",
        'Say "yes"=1%',
        "Lead: Education & Training",
        "River plan, 2026–2028, version 1:",
        f"{settings.SITE_URL}/plan/i/{item.code}/",
    ]


def test_the_whole_plan_is_printed_ahead_once_and_when_an_action_moves(version: PlanVersion):
    assert print_ahead() == 1

    assert print_ahead() == 0
    Action.objects.filter(text="Call 1 employers").update(status="done")
    assert print_ahead() == 1


def test_the_next_plan_is_printed_ahead_as_its_readers_ask_for_it(
    client: Client, version: PlanVersion, plan: Plan
):
    adopt(plan)
    coming = Plan.objects.create(title="Next plan", previous=plan)
    Item.objects.create(plan=coming, position=1, handle="Onwards", statement="Go on.")
    open_for_comment(coming)
    client.get(f"/plan.pdf?plan={coming.pk}")

    assert print_ahead() == 1  # the one that is read now

    assert print_ahead() == 0


def test_a_paper_that_nobody_printed_ahead_is_kept_for_the_next_reader(
    client: Client, version: PlanVersion
):
    client.get("/plan.pdf")

    assert print_ahead() == 0


def test_papers_are_printed_while_the_cache_is_away(client: Client, version: PlanVersion, settings):
    settings.CACHES = {
        "default": {**settings.CACHES["default"], "LOCATION": "redis://127.0.0.1:1/1"}
    }

    assert client.get("/plan.pdf").content.startswith(b"%PDF-")
    assert print_ahead() == 0


def test_a_groups_sheet_is_found_however_its_code_is_written(client: Client, version: PlanVersion):
    answer = client.get("/plan/groups/et.pdf?paper=a4")

    assert (answer.status_code, answer.url) == (301, "/plan/groups/ET.pdf?paper=a4")


def test_an_item_of_the_top_level_names_its_level_once(plan: Plan, version: PlanVersion):
    goal, strategy = (version.items.get(number=number) for number in ("1", "1.1"))

    assert one_item(version, [], [goal], is_current=True)["above"] == ""
    assert one_item(version, [goal], [strategy], is_current=True)["above"] == "1 Placement"


def test_the_running_head_names_the_part_that_a_page_begins_in(version: PlanVersion):
    data = whole_plan(version, is_current=True)
    goal = next(one for one in data["items"] if one["level"] == 1) | {"roles": [], "actions": []}
    half, page = ([{"kind": "p", "runs": [{"t": "Words. " * 90}]}] * times for times in (3, 6))

    heads = running_heads(
        data
        | {
            "items": [
                goal | {"number": number, "handle": f"Goal {number}", "text": text}
                for number, text in (("1", half), ("2", page), ("3", half))
            ]
        }
    )

    assert heads == ["Contents", "1 Goal 1", "2 Goal 2", "3 Goal 3", "Who does what"]


def test_what_is_not_there_has_no_paper(client: Client, version: PlanVersion):
    for address in ("/plan/9.9.pdf", "/plan/groups/XX.pdf", "/plan.pdf?version=7"):
        assert client.get(address).status_code == 404
