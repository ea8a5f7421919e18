"""An editor brings a plan in, corrects it and saves it, without JavaScript."""

import re
import uuid
from html import unescape
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from plans.actions import begin_import
from plans.importing.reading import read_text
from plans.importing.tree import parts_of, roots_of, walk
from plans.models import Item, Plan, PlanImport, WorkGroup

PAGE = (Path(__file__).parent / "imported" / "shape_of_a_page.txt").read_text(encoding="utf-8")


@pytest.fixture
def desk(client: Client, editor) -> Client:
    client.force_login(editor)
    return client


def begin(desk: Client, text: str = PAGE) -> PlanImport:
    desk.post(reverse("plans:import_begin"), {"text": text, "token": uuid.uuid4()})
    return PlanImport.objects.latest("made_at")


def url_of(brought: PlanImport, page: str = "show", *more: int) -> str:
    return reverse(f"plans:import_{page}", args=[brought.pk, *more])


def line_of(brought: PlanImport, words: str) -> int:
    return next(n for n, p in enumerate(parts_of(brought.tree)) if words in p.said)


def titles(brought: PlanImport) -> list[str]:
    brought.refresh_from_db()
    return [f"{node.depth} {node.title[:20]}" for node in walk(roots_of(parts_of(brought.tree)))]


def test_from_a_pasted_page_to_a_plan(desk, region):
    brought = begin(desk)
    shown = desk.get(url_of(brought)).content.decode()
    assert "one strategy and three sub-strategies; 7 actions, 4 roles and 2 mentions" in shown
    assert "3 lines left out" in shown and "Print Friendly" in shown
    before = desk.get(url_of(brought, "save")).content.decode()
    assert "Goal that it stands under" in before and "Strategy 3.2" in before
    assert not Plan.objects.exists()

    assert "Teaching &amp; Learning, Trades Council, Rules" in before
    said = {"revision": 1, "seen": "", "do": "save", "title": "Valley plan"}
    answer = desk.post(url_of(brought, "save"), said)

    assert answer.url == reverse("plans:plan_edit")
    assert Item.objects.count() == 4 and WorkGroup.objects.count() == 4
    assert desk.get(url_of(brought)).url == reverse("plans:plan_edit")


def test_sent_twice_it_is_read_in_once_and_files_count_by_their_content(desk, region):
    token = uuid.uuid4()
    for _ in range(2):
        file = SimpleUploadedFile("notes.pdf", PAGE.encode("utf-16"))
        desk.post(reverse("plans:import_begin"), {"file": file, "token": token})

    assert PlanImport.objects.get().name == "notes.pdf"
    assert len(titles(PlanImport.objects.get())) == 4


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({}, "Paste the plan, or choose a file."),
        ({"text": "  \n "}, "Paste the plan, or choose a file."),
        ({"text": "x", "file": SimpleUploadedFile("a.txt", b"x")}, "not both"),
        ({"file": SimpleUploadedFile("a.docx", b"%PDF-1.7")}, "This is a PDF."),
        ({"file": SimpleUploadedFile("a.txt", b"")}, "This file is empty."),
    ],
)
def test_what_cannot_be_read_is_told(desk, region, said, words):
    answer = desk.post(reverse("plans:import_begin"), said)

    assert answer.status_code == 422
    assert words in answer.content.decode()


def test_lines_are_corrected_and_two_people_are_told(desk, region):
    brought = begin(desk, "1. ROADS. Mend all roads\nA stray line\n- Ask the county\n2. Water\n")
    stray, water = line_of(brought, "stray"), line_of(brought, "Water")
    assert titles(brought) == ["1 ROADS", "1 Water"]

    desk.post(url_of(brought), {"revision": 1, "do": f"text-{stray}"})
    desk.post(url_of(brought), {"revision": 2, "do": f"in-{water}"})
    assert titles(brought) == ["1 ROADS", "2 Water"]
    late = desk.post(url_of(brought), {"revision": 2, "do": f"out-{water}"})
    assert late.status_code == 409 and "You wanted to move a level out" in late.content.decode()
    fresh = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', late.content.decode()))
    desk.post(url_of(brought), fresh)
    assert titles(brought) == ["1 ROADS", "1 Water"]
    refused = desk.post(url_of(brought), {"revision": 4, "do": f"out-{water}"})
    assert refused.status_code == 422 and "first level already" in refused.content.decode()
    desk.post(url_of(brought), {"revision": 4, "do": "mark", "kind": "item-2", "at": [stray]})
    assert titles(brought) == ["1 ROADS", "2 A stray line", "1 Water"]


def test_one_line_is_written_anew(desk, region):
    brought = begin(desk, "1. ROADS. Mend all roads\n- Ask the county\n")
    at = line_of(brought, "county")
    form = desk.get(url_of(brought, "line", at)).content.decode()
    assert "Ask the county" in form

    said = {"kind": "roles", "words": "the county", "revision": 1}
    refused = desk.post(url_of(brought, "line", at), said)
    assert refused.status_code == 422 and "Write it like" in refused.content.decode()
    desk.post(url_of(brought, "line", at), said | {"words": "Lead: County; Support: Cities"})

    brought.refresh_from_db()
    (node,) = roots_of(parts_of(brought.tree))
    assert [held["group"] for held in node.roles] == ["County", "Cities"]
    assert desk.get(url_of(brought, "line", 99)).status_code == 302


def test_a_plan_that_changed_meanwhile_is_looked_at_again(desk, plan):
    brought = begin(desk, "Goal 1: Placement\n1.1 Strategy 1: Do the first thing at once\n")
    shown = desk.get(url_of(brought, "save")).content.decode()
    seen = re.search(r'name="seen" value="(\w+)"', shown).group(1)
    Item.objects.filter(handle="Strategy 2").update(revision=9)

    said = {"revision": 1, "seen": seen, "do": "save", "under": ""}
    answer = desk.post(url_of(brought, "save"), said)

    assert answer.status_code == 409
    body = answer.content.decode()
    assert "Look at the differences again" in body
    assert re.search(r'name="seen" value="(\w+)"', body).group(1) != seen
    assert not Item.objects.filter(statement__contains="at once").exists()


def test_a_text_whose_parent_the_plan_does_not_have_asks_for_its_place(desk, plan):
    goal = Item.objects.get(handle="Placement")
    brought = begin(desk)
    assert "would come in at the first level" in desk.get(url_of(brought, "save")).content.decode()

    said = {"revision": 1, "do": "look", "under": str(goal.pk)}
    said |= {f"group-{n}": "new" for n in range(4)}
    looked = desk.post(url_of(brought, "save"), said).content.decode()
    assert "go under 1 Placement" in looked and "at the first level." not in looked
    seen = re.search(r'name="seen"[^>]*value="(\w+)"', looked)
    desk.post(url_of(brought, "save"), said | {"do": "save", "seen": seen[1] if seen else ""})

    assert Item.objects.get(handle="BRIDGES").parent == goal


def test_throwing_away_leaves_the_plan_alone(desk, plan):
    brought = begin(desk)
    assert desk.get(url_of(brought, "forget")).status_code == 405

    desk.post(url_of(brought, "forget"))

    assert not PlanImport.objects.exists()
    assert Item.objects.count() == 5


@pytest.mark.parametrize("lines", [20, 200])
def test_the_lines_cost_the_same_whatever_their_number(
    desk, editor, plan, lines, django_assert_num_queries
):
    text = "".join(f"{n}. Goal of the number {n}\n- Do it\n" for n in range(1, lines))
    brought = begin_import(tree=read_text(text), name="", plan=plan, by=editor)

    with django_assert_num_queries(5):
        desk.get(url_of(brought))


def test_a_long_list_is_chosen_from_part_by_part(desk, plan, monkeypatch):
    monkeypatch.setattr("plans.views.importing.SHOWN", 2)
    lines = ["1. Placement"]
    lines += [f"1.{n} Strategy {n}: Do the {n}. thing at once" for n in (1, 2)]
    lines += ["1.3 Help people find the way to work", "1.4 Run buses in the night"]
    brought = begin(desk, "\n".join(lines))
    shown = desk.get(url_of(brought, "save")).content.decode()
    assert 'formaction="#choose">3 to 4<' in shown and "Run buses" not in shown
    seen = re.search(r'name="seen"[^>]*value="(\w+)"', shown)[1]
    said = {"revision": 1, "seen": seen, "under": ""}
    one, night = line_of(brought, "Strategy 1"), line_of(brought, "night")

    second = desk.post(url_of(brought, "save"), said | {"do": "part-1", "part": 0, "leave": one})

    page = second.content.decode()
    assert second.status_code == 200 and "Run buses" in page and "1. thing" not in page
    kept = unescape(re.search(r'name="kept" value="([^"]*)"', page)[1])
    here = said | {"part": 1, "kept": kept, "leave": night}
    back = desk.post(url_of(brought, "save"), here | {"do": "part-0"}).content.decode()
    assert re.search(rf'name="leave" value="{one}" id="leave-{one}" checked', back)
    kept = unescape(re.search(r'name="kept" value="([^"]*)"', back)[1])
    gone = Item.objects.get(statement="Begin the 1. thing")
    third = said | {"part": 0, "kept": kept, "leave": one, "do": "part-2"}
    page = desk.post(url_of(brought, "save"), third).content.decode()
    assert f'id="retire-{gone.pk}"' in page
    kept = unescape(re.search(r'name="kept" value="([^"]*)"', page)[1])
    desk.post(
        url_of(brought, "save"),
        said | {"part": 2, "kept": kept, "retire": gone.pk, "do": "save"},
    )

    statements = set(Item.objects.standing().values_list("statement", flat=True))
    assert "Do the 1. thing" in statements and "Do the 2. thing at once" in statements
    assert "Help people find the way to work" in statements
    assert not statements & {"Run buses in the night", "Begin the 1. thing"}


@pytest.mark.parametrize("wrong", ["{", "[]", '{"leave": 1}', '{"retire": ["x"]}', "null"])
def test_what_nobody_chose_in_other_parts_is_left_out(desk, plan, wrong):
    brought = begin(desk, "1. Placement\n1.1 Strategy 1: Do the 1. thing at once\n")

    data = {"revision": 1, "do": "look", "under": "", "kept": wrong}

    assert desk.post(url_of(brought, "save"), data).status_code == 200


def test_moves_and_statuses_are_shown_before_saving(desk, plan):
    text = "1. Placement\n1.2 Strategy 2: Do the 2. thing\n1.2.1 Begin the 1. thing\n"
    brought = begin(desk, f"{text}- Call 1 employers (Done)\n- Call all (At risk)\n")

    page = desk.get(url_of(brought, "save")).content.decode()

    assert "from <del>1.1 Strategy 1</del> to <ins>1.2 Strategy 2</ins>, with what" in page
    assert "1 item that moves" in page
    assert "is <strong>Done</strong> in the text, not started in the plan" in page
    seen = re.search(r'name="seen"[^>]*value="(\w+)"', page)[1]
    said = {"revision": 1, "seen": seen, "do": "save", "under": ""}
    tree = desk.post(url_of(brought, "save"), said, follow=True).content.decode()
    assert "2 statuses of the text did not come in" in tree and "1 item moved" in tree
