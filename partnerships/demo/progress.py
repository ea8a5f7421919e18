"""What the demo's partners tell of their plan: news, milestones, and measures, two of them live."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

from django.contrib.contenttypes.models import ContentType

from accounts.models import Entry, User
from plans.choices import Direction, MeasureKind
from plans.models import Action, Item, Measure, MeasureValue, Milestone, Plan, StatusUpdate

# item, place of the action (0: the item as a whole), day, its status from then on, words, by whom
NEWS: list[tuple[str, int, int, str, str, str]] = [
    (
        "1.1.1",
        3,
        -48,
        "",
        "Seven of twelve videos are cut. The next three are filmed on one day at Bluestem.",
        "mei.harlow",
    ),
    (
        "1.2.2",
        2,
        -24,
        "",
        "Two of the six programs have evening sections for spring. Two colleges still look for "
        "instructors who can teach at night.",
        "theo.ramsey",
    ),
    (
        "2.1.1",
        1,
        -20,
        "done",
        "All twelve sectors have answered. What they name most often goes into the lists of gaps.",
        "priya.lindqvist",
    ),
    (
        "1.1.2",
        1,
        -15,
        "",
        "Thirty-one volunteers so far; most are from health care and construction.",
        "priya.lindqvist",
    ),
    (
        "3.2.1",
        3,
        -12,
        "progress",
        "Instructors of four programs were briefed at Lost Pines Technical College. The next "
        "briefing is by video.",
        "omar.whitfield",
    ),
    (
        "3.1.1",
        1,
        -9,
        "",
        "Employers register themselves now. It takes a quarter of an hour.",
        "priya.lindqvist",
    ),
    (
        "3.2",
        0,
        -6,
        "",
        "The two leading groups met. Sector nights come first this winter; the inventory’s open "
        "roles follow in spring.",
        "omar.whitfield",
    ),
]
# item, what, due, done
MILESTONES: list[tuple[str, str, int, int | None]] = [
    ("2.2.1", "Twenty programs are listed", -60, -66),
    ("1.2.1", "The referral form is in use at all ten career centers", -8, None),
    ("3.2.2", "First sector night after the winter break", 40, None),
    ("2.1.2", "Standards of both new apprenticeships are sent to the state", 75, None),
]
# item, the measure, values of the last quarters, oldest first
MEASURES: list[tuple[str, dict[str, Any], list[str]]] = [
    (
        "3.1.1",
        {
            "name": "Work-based places offered now",
            "live": "places-by-kind",
            "unit": "places",
            "target": 300,
        },
        ["92", "134", "187", "231"],
    ),
    (
        "3.1.1",
        {
            "name": "Employers with an open posting",
            "live": "employers-active",
            "unit": "employers",
            "target": 30,
        },
        ["9", "12", "14", "17"],
    ),
    (
        "3.2",
        {
            "name": "Students placed before completion, in four quarters",
            "kind": MeasureKind.REGIONAL,
            "unit": "students",
            "target": 180,
            "source": "Career centers’ term reports",
            "lag": "90 days after the quarter ends",
        },
        ["96", "118", "139", "154"],
    ),
    (
        "1.2.1",
        {
            "name": "Days from referral to first contact",
            "unit": "days",
            "direction": Direction.DOWN,
            "target": 2,
            "source": "Median of logged introductions",
        },
        ["6", "4", "3", "2.5"],
    ),
]


def load(
    plan: Plan,
    *,
    today: date,
    people: dict[str, User],
    id_of: Callable[[str], Any],
    at: Callable[[date, int, int], datetime],
) -> None:
    """After the last version, so that what stands now differs from what was frozen."""
    for number, place, day, status, words, who in NEWS:
        _tell(
            number,
            place,
            today + timedelta(days=day),
            status,
            words,
            people.get(who),
            id_of=id_of,
            when=at(today, day, 15),
        )
    for number, text, due, done in MILESTONES:
        Milestone.objects.create(
            item_id=id_of(number),
            text=text,
            due_on=today + timedelta(days=due),
            done_on=today + timedelta(days=done) if done else None,
        )
    for position, (number, words_of, values) in enumerate(MEASURES, start=1):
        _measure(plan, id_of(number), position, words_of, values, today)


def _tell(
    number: str,
    place: int,
    on: date,
    status: str,
    words: str,
    by: User | None,
    *,
    id_of: Callable[[str], Any],
    when: datetime,
) -> None:
    action = Action.objects.get(pk=id_of(f"{number}/{place}")) if place else None
    StatusUpdate.objects.create(
        item=Item.objects.get(pk=id_of(number)),
        action=action,
        status=status,
        before=action.status if action and status else "",
        text=words,
        on=on,
        at=when,
        by=by,
        by_name=str(by) if by else "",
    )
    if action and status:
        action.status, action.status_on = status, on
        action.save(update_fields=["status", "status_on"])


def _measure(
    plan: Plan, item: Any, position: int, words: dict[str, Any], values: list[str], today: date
) -> None:
    """Values at the ends of the last quarters; the first one is the baseline."""
    days = _quarter_ends(today, len(values))
    measure = Measure.objects.create(
        plan=plan,
        item_id=item,
        position=position,
        baseline=values[0],
        baseline_on=days[0],
        target_on=date(today.year + 1, 12, 31),
        **words,
    )
    for on, value in zip(days, values, strict=True):
        MeasureValue.objects.create(measure=measure, on=on, value=value)


def _quarter_ends(today: date, count: int) -> list[date]:
    """The last `count` ends of quarters before today, oldest first."""
    begin = date(today.year, (today.month - 1) // 3 * 3 + 1, 1)
    ends = []
    for _ in range(count):
        end = begin - timedelta(days=1)
        ends.append(end)
        begin = date(end.year, end.month - 2, 1)
    return ends[::-1]


def remove(plans: list[int], items: list[Any], delete: Callable[..., None]) -> None:
    """Inside of `thawed`: news never changes otherwise."""
    measures = list(Measure.objects.filter(plan_id__in=plans).values_list("pk", flat=True))
    Entry.objects.filter(
        subject_type=ContentType.objects.get_for_model(Measure),
        subject_id__in=[str(pk) for pk in measures],
    ).delete()
    delete(MeasureValue, measure_id__in=measures)
    delete(Measure, pk__in=measures)
    delete(Milestone, item_id__in=items)
    delete(StatusUpdate, item_id__in=items)
