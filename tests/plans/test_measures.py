"""Measures: how editors keep them, what the portal counts itself, what readers see."""

import re
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.cache import cache
from django.utils import timezone

from employers.choices import Kind
from plans.actions import (
    MeasureChanged,
    add_values,
    keep_live_values,
    retire_measure,
    save_measure,
    set_value,
)
from plans.choices import Direction
from plans.models import Measure, MeasureValue, Plan
from plans.progress import live
from plans.progress.charts import chart_of, thinned
from plans.progress.cycles import today_here
from plans.progress.measuring import Measured
from tests.employers.factories import OpportunityFactory
from tests.outreach.factories import SubscriptionFactory
from tests.plans.factories import item_called, make_comment
from tests.programs.factories import CareerCenterFactory


@pytest.fixture
def measure(version, plan: Plan) -> Measure:
    """People placed: 20 at first, 60 wanted."""
    return plan.measures.create(
        name="People placed",
        item=item_called("Strategy 1"),
        unit="people",
        source="Term reports",
        baseline=20,
        baseline_on=date(2025, 1, 1),
        target=60,
        target_on=today_here() + timedelta(days=400),
        position=1,
    )


def fields(**changes: str) -> dict[str, str]:
    return {
        "name": "Places",
        "kind": "program",
        "item": "",
        "live": "",
        "unit": "places",
        "direction": "up",
        "baseline": "",
        "baseline_on": "",
        "target": "250",
        "target_on": "2027-12-31",
        "source": "Counted by hand",
        "source_url": "",
        "lag": "",
    } | changes


def test_an_editor_adds_a_measure_gives_values_and_readers_see_them(
    plan, version, editor, signed_in, client
):
    staff, item = signed_in(editor), item_called("Strategy 1")

    added = staff.post("/plan/measures/add/", fields(item=str(item.pk)))
    staff.post(added.url, {"do": "one", "on": "2026-03-31", "value": "92.5", "note": "First count"})

    board = client.get("/plan/progress/").content.decode()
    assert "92.5 places: 157.5 short of the target of 250." in board
    assert "First count" in board and "<desc" in board and "92.5 on 31 Mar 2026" in board
    assert 'href="/plan/1.1/"' in board
    for number in ("1", "1.1", "1.1.1"):  # its own, those under it, those above it
        page = client.get(f"/plan/{number}/").content.decode()
        assert "Places</a>: 92.5 places, target 250" in page
    assert "Places</a>" not in client.get("/plan/1.2/").content.decode()


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"name": ""}, "Fill this in: Name."),
        ({"source": ""}, "Say where the figure is from."),
        ({"target_on": ""}, "Say by when the target shall be reached."),
        ({"target": ""}, "Give the figure, or no day."),
        ({"target": "NaN"}, "Enter a number"),
        ({"target": "9" * 20}, "That number is too"),
        ({"target_on": "0001-01-01"}, "between 2000 and 2099"),
        ({"item": "x"}, "x"),
        ({"live": "moon"}, "moon is not one of"),
        ({"source_url": "javascript:alert(1)"}, "Write a web address"),
        ({"name": "A\u202eB"}, "direction marks"),
    ],
)
def test_a_measure_that_cannot_be_comes_back(plan, editor, signed_in, change, sentence):
    response = signed_in(editor).post("/plan/measures/add/", fields(lag="Kept") | change)

    page = response.content.decode()
    assert response.status_code == 422 and "<title>Error:" in page
    assert sentence in page and 'value="Kept"' in page
    assert not Measure.objects.exists()


def test_the_second_editor_of_a_measure_is_told_what_the_first_one_saved(
    measure, editor, signed_in
):
    client, path = signed_in(editor), f"/plan/measures/{measure.pk}/"

    def seen() -> str:
        page = client.get(path).content.decode()
        return re.search(r'name="seen" value="(\w+)"', page).group(1)

    mine = fields(seen=seen(), name="Mine")
    client.post(path, fields(seen=seen(), name="Theirs"))

    refused = client.post(path, mine)

    page = refused.content.decode()
    assert refused.status_code == 409
    assert "Name is Theirs" in page and 'value="Mine"' in page
    assert Measure.objects.get().name == "Theirs"
    assert client.post(path, mine | {"seen": seen()}).status_code == 302


def test_of_two_saves_in_one_moment_the_second_is_refused(measure, editor):
    first, second = (Measure.objects.get(pk=measure.pk) for _ in range(2))
    seen = first.seen
    first.name, second.name = "Theirs", "Mine"
    save_measure(measure=first, seen=seen, by=editor)

    with pytest.raises(MeasureChanged):
        save_measure(measure=second, seen=seen, by=editor)

    retire_measure(measure=first, at=timezone.now(), by=editor)
    save_measure(measure=second, seen=Measure.objects.get().seen, by=editor)
    now = Measure.objects.get()
    assert (now.name, now.retired_at is None) == ("Mine", False)


def test_a_correction_needs_a_word_and_is_remembered(measure, editor, signed_in):
    client, path = signed_in(editor), f"/plan/measures/{measure.pk}/values/"
    given = {"do": "one", "on": "2026-03-31", "value": "92", "note": ""}
    client.post(path, given)

    refused = client.post(path, given | {"value": "94"})
    client.post(path, given | {"value": "94", "note": "Two came late"})

    assert refused.status_code == 422
    assert "There is 92 for this day. Say why" in refused.content.decode()
    value = MeasureValue.objects.get()
    assert (value.value, value.note) == (94, "Two came late")
    assert "Two came late" in client.get(path).content.decode()


def test_pasted_lines_are_read_as_people_write_them(measure, editor, signed_in):
    lines = 'Date,Value\r\n2026-01-31, 12\n2/28/2026\t1,250.5\n"2026-03-31";"14"\n\n2026-04-30,-3'

    signed_in(editor).post(f"/plan/measures/{measure.pk}/values/", {"do": "paste", "lines": lines})

    assert list(measure.values.values_list("on", "value")) == [
        (date(2026, 1, 31), 12),
        (date(2026, 2, 28), Decimal("1250.50")),
        (date(2026, 3, 31), 14),
        (date(2026, 4, 30), -3),
    ]


@pytest.mark.parametrize(
    ("lines", "sentence"),
    [
        ("2026-01-31, 12\n2026-02-30, 9", "Line 2: “2026-02-30” is no day"),
        ("2026-01-31, twelve", "Line 1: “twelve” is no number"),
        ("2026-01-31, 1e9", "is no number"),
        ("2026-01-31, Infinity", "is no number"),
        ("2026-01-31, =1+1", "is no number"),
        ("2026-01-31, 1\n01/31/2026, 2", "Line 2: this day is on line 1 already."),
        ("2098-01-31, 1", "is still to come"),
        ("Date,Value", "No line has a day and a value."),
        ("2025-12-31, 8\n2026-01-01, 9", "another value for 2025-12-31 already"),
        ("\n".join(["2026-01-31, 1"] * 501), "at most 500 lines"),
        ("", "Paste at least one line."),
    ],
)
def test_one_wrong_line_saves_none_and_is_named(measure, editor, signed_in, lines, sentence):
    measure.values.create(on=date(2025, 12, 31), value=7)

    response = signed_in(editor).post(
        f"/plan/measures/{measure.pk}/values/", {"do": "paste", "lines": lines}
    )

    assert response.status_code == 422 and sentence in response.content.decode()
    assert measure.values.count() == 1


def test_measures_are_ordered_retired_and_brought_back(plan, measure, editor, signed_in, client):
    second = plan.measures.create(name="Second", source="Hand", position=2)
    staff = signed_in(editor)

    def shown() -> list[str]:
        board = client.get("/plan/progress/").content.decode()
        return re.findall(r"<h4>([^<]+)</h4>", board)

    staff.post(f"/plan/measures/{second.pk}/move/", {"do": "up"})
    assert shown() == ["Second", "People placed"]
    staff.post(f"/plan/measures/{second.pk}/move/", {"do": "retire"})
    assert shown() == ["People placed"]
    staff.post(f"/plan/measures/{second.pk}/move/", {"do": "restore"})
    assert shown() == ["Second", "People placed"]


@pytest.mark.parametrize(
    ("direction", "latest", "words", "met"),
    [
        (Direction.UP, 60, "60 people: the target of 60 is met.", True),
        (Direction.UP, 46, "46 people: 14 short of the target of 60.", False),
        (Direction.DOWN, 62, "62 people: 2 above the target of 60.", False),
        (Direction.DOWN, 59, "59 people: the target of 60 is met.", True),
    ],
)
def test_a_measure_says_in_a_sentence_how_it_stands(direction, latest, words, met):
    measure = Measure(unit="people", direction=direction, target=Decimal(60))
    value = MeasureValue(on=date(2026, 1, 1), value=Decimal(latest))

    found = Measured(measure, [value])

    assert (found.say, found.is_met) == (words, met)


def test_a_year_of_days_is_drawn_by_month():
    days = [date(2026, 1, 1) + timedelta(days=n) for n in range(330)]
    values = [MeasureValue(on=on, value=Decimal(n)) for n, on in enumerate(days)]

    shown, which = thinned(values)
    chart = chart_of(Measure(target=Decimal(400), baseline=Decimal(-5)), shown)

    assert which == "the last of each month" and len(shown) == 11
    assert shown[0].on == date(2026, 1, 31) and shown[-1].on == days[-1]
    assert all(22 <= float(dot.y) <= 102 for dot in chart.dots)
    assert chart.dots[-1].label_y
    told = [float(dot.x) for dot in chart.dots if dot.day]
    assert min(b - a for a, b in zip(told, told[1:], strict=False)) >= 17  # "31 Oct" has room
    assert chart_of(Measure(), []) is None
    assert chart_of(Measure(), [MeasureValue(on=days[0], value=Decimal(0))]).dots[0].x == "40.00"


def test_measures_of_the_plan_that_is_read_stay_editable_beside_the_next_one(
    measure, editor, signed_in
):
    Plan.objects.create(title="The next plan")
    client = signed_in(editor)

    assert "People placed" not in client.get("/plan/measures/").content.decode()
    chosen = client.get(f"/plan/measures/?plan={measure.plan_id}").content.decode()
    moved = client.post(f"/plan/measures/{measure.pk}/move/", {"do": "retire"})

    assert "People placed" in chosen and moved.url.endswith(f"?plan={measure.plan_id}")
    measure.refresh_from_db()
    assert measure.retired_at


# Live figures -------------------------------------------------------------------------


def test_every_live_figure_is_counted(version, region):
    OpportunityFactory(openings=4, kind=Kind.INTERNSHIP)
    OpportunityFactory(openings=None, kind=Kind.INTERNSHIP)
    make_comment(version, "1.1")
    make_comment(version, "1.1", state="unconfirmed")

    found = {one.key: live.read(one.key, timezone.now()) for one in live.figures()}

    assert {key: int(one.value) for key, one in found.items()} == {
        "career-centers": 0,
        "comments-answered": 0,
        "comments-received": 1,
        "digests-sent": 0,
        "employers-active": found["employers-active"].value,
        "opportunities-open": 2,
        "opportunities-published": 2,
        "organizations-verified": found["organizations-verified"].value,
        "places-by-kind": 5,
        "places-by-sector": 5,
        "subscriptions-by-center": 0,
    }
    assert found["places-by-kind"].parts == {"Internship": 5}
    assert found["employers-active"].value > 0


def test_a_live_value_is_kept_once_a_day_and_read_anew_each_minute(plan, version, client):
    counted = []
    live.register("test", "Test", "things", lambda at: (Decimal(len(counted)), {"All": 1}))
    measure = plan.measures.create(name="Things", live="test")
    gone = plan.measures.create(name="Gone", live="nobody-counts-it")
    try:
        assert keep_live_values(now=timezone.now()) == 1
        counted.append(1)
        assert keep_live_values(now=timezone.now()) == 0
        assert "1 now." in client.get("/plan/progress/").content.decode()
        counted.append(1)
        assert "1 now." in client.get("/plan/progress/").content.decode()
        cache.clear()
        assert "2 now." in client.get("/plan/progress/").content.decode()
    finally:
        live._figures.pop("test")

    value = measure.values.get()
    assert (value.value, value.parts, value.on) == (0, {"All": 1}, today_here())
    assert not gone.values.exists()
    assert "0 last." in client.get("/plan/progress/").content.decode()


def test_nobody_types_a_value_of_a_live_measure(plan, version, editor, signed_in):
    measure = plan.measures.create(name="Open", live="opportunities-open")
    path = f"/plan/measures/{measure.pk}/values/"

    signed_in(editor).post(path, {"do": "one", "on": "2026-03-31", "value": "1000000"})

    assert not measure.values.exists()


@pytest.mark.parametrize(
    ("counts", "shown"),
    [
        ({"A": 9, "B": 7}, {"A": 9, "B": 7}),
        ({"A": 9, "B": 7, "C": 2}, {"A": 9, "B": "not shown", "C": "fewer than 5"}),
        ({"A": 9, "B": 3, "C": 2}, {"A": 9, "B": "fewer than 5", "C": "fewer than 5"}),
        ({"A": 9, "B": 1, "C": 1}, {"A": "not shown", "B": "fewer than 5", "C": "fewer than 5"}),
        ({"A": 4}, {"A": "fewer than 5"}),
        ({}, {}),
    ],
)
def test_small_counts_are_hidden_and_cannot_be_had_by_subtraction(counts, shown):
    assert live.without_small(counts) == shown


def test_no_center_with_few_readers_is_told(version, region):
    few, many = CareerCenterFactory(name="Small"), CareerCenterFactory(name="Large")
    SubscriptionFactory(career_center=few)
    SubscriptionFactory.create_batch(6, career_center=many)

    reading = live.read("subscriptions-by-center", timezone.now())

    assert reading.value == 7
    assert reading.parts == {"Large": "not shown", "Small": "fewer than 5"}


def test_two_editors_adding_the_same_values_make_one_of_each(measure):
    rows = [(date(2026, 1, 31), Decimal(5)), (date(2026, 2, 28), Decimal(6))]

    assert add_values(measure=measure, values=rows, by=None) == 2
    assert add_values(measure=measure, values=rows, by=None) == 0
    set_value(measure=measure, on=rows[0][0], value=Decimal(5), note="", by=None)
    assert measure.values.count() == 2
