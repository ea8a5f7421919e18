"""The demo region's plan: 25 items, two versions, five comments. Every person is invented."""

import json
import uuid
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import connections, models, router, transaction
from django.utils import timezone

from accounts.models import Entry, Organization, User
from partnerships.demo import answers, moderation, progress
from partnerships.demo.files import table
from plans.actions import publish_version
from plans.choices import CommentState, PlanState, Shown, Stage, Status
from plans.models import (
    Action,
    Comment,
    CommentWindow,
    Descent,
    GroupMember,
    Item,
    Plan,
    PlanImport,
    PlanVersion,
    RoleAssignment,
    VersionItem,
    WorkGroup,
)
from plans.structure.frozen import thawed
from plans.structure.references import to_stored
from vocabularies.models import Region

DATA = Path(__file__).parent / "data"
NAMESPACE = uuid.UUID("7d6a2c0e-9a44-4f0c-8f55-2b1f6f0d3c21")
ROLES = {"L": "lead", "S": "support", "A": "advisory"}
STATUSES = {
    "N": Status.NOT_STARTED,
    "P": Status.PROGRESS,
    "D": Status.DONE,
    "R": Status.RISK,
}
GROUPS = [
    ("ET", "Education & Training", "Omar Whitfield"),
    ("IP", "Industry Partnerships", "Priya Lindqvist"),
    ("PS", "Policy & Systems Change", "Renata Soule"),
    ("BB", "Backbone", "Ines Calloway"),
    ("CO", "Communications", "Wendell Oduya"),
    ("DE", "Data & Evaluation", "Noor Ellis"),
]
# code: what it is for, when it meets, its members with their organizations ("": the coalition).
MEETINGS: dict[str, tuple[str, str, dict[str, str]]] = {
    "ET": (
        "Colleges, schools and training providers agree what is taught, where and for whom.",
        "first Tuesdays, 9 am, by video",
        {
            "Omar Whitfield": "",
            "Mei Harlow": "Rio Claro Community College",
            "Ruth Abara": "Capital Plains State University",
        },
    ),
    "IP": (
        "Employers say what they need, open places, and bring other employers in.",
        "second Thursdays, 8 am, at a member’s workplace",
        {
            "Priya Lindqvist": "",
            "Dana Okafor": "Caliche Semiconductor Works",
            "Luis Brandt": "Firefly Sound & Stage",
        },
    ),
    "PS": (
        "Takes up what stands in people’s way: cost, schedules, rules.",
        "third Wednesdays, 2 pm, by video",
        {"Theo Ramsey": "Capital Plains State University"},
    ),
    "BB": (
        "Keeps the groups together and the plan up to date.",
        "Mondays, 10 am, at the coalition’s office",
        {"Ines Calloway": "", "Adele Morrow": ""},
    ),
    "CO": (
        "Tells residents what there is, in words they use.",
        "last Fridays, 11 am, by video",
        {},
    ),
    "DE": (
        "Counts what comes of it, and says how sure the figures are.",
        "in the second week of each quarter",
        {"Noor Ellis": ""},
    ),
}
ADOPTED, OPENED, CLOSES = -262, -32, 15  # days from the day of loading
FAIR = "annual-skills-fair"
# What version 1 said where version 2 says something else.
FIRST_STATEMENT = (
    "Create ways for employers and students in middle-skill programs to meet before completion"
)
FIRST_ACTION = "Keep career centers briefed on openings as they arise and what employers look for"
NEW_ACTION = "Brief instructors of related programs each term"


def _id(what: str) -> uuid.UUID:
    """The same at every loading, so that a link to an item lasts."""
    return uuid.uuid5(NAMESPACE, what)


@transaction.atomic
def load(today: date, people: dict[str, User]) -> None:
    """Load the plan anew with dates counted from `today` in the region's zone."""
    remove()
    editor = people.get("omar.whitfield")
    rows = table("plan")
    plan = _working_copy(rows, today)
    _as_version_1(plan, today)
    _publish(plan, Stage.ADOPTED, "The plan as the partners adopted it.", ADOPTED, today, editor)
    CommentWindow.objects.create(
        plan=plan, opens_at=_at(today, -110, 9), closes_at=_at(today, -60, 17)
    )
    _as_version_2(plan, rows, today)
    _publish(
        plan,
        Stage.COMMENT,
        "Instructors are now briefed as well as career centers, private centers are named, and "
        "bringing employers inside programs has moved from Alignment to Connections. The annual "
        "skills fair is dropped: two sector nights a semester take its place.",
        OPENED,
        today,
        editor,
    )
    CommentWindow.objects.create(
        plan=plan,
        opens_at=_at(today, OPENED, 9),
        closes_at=_at(today, CLOSES, 17),
        zone=Region.current().time_zone,
        grace=30,
    )
    # In the order in which they came.
    _comments(plan, today, people, about=1)
    answers.hear(plan, today=today, people=people, id_of=_id, at=_at)
    moderation.load(plan, today=today, people=people, id_of=_id, at=_at)
    _comments(plan, today, people, about=2)
    moderation.appeal(plan, today=today, at=_at)
    answers.load(plan, today=today, people=people, id_of=_id, at=_at)
    for window in plan.windows.all():
        Comment.objects.filter(
            item__plan=plan,
            submission__isnull=True,
            created_at__range=(window.opens_at, window.closes_at),
        ).update(window=window)
    progress.load(plan, today=today, people=people, id_of=_id, at=_at)


def _at(today: date, days: int, hour: int, minute: int = 0) -> datetime:
    zone = Region.current().zone
    return datetime.combine(today + timedelta(days=days), time(hour, minute), tzinfo=zone)


def _working_copy(rows: list[dict[str, str]], today: date) -> Plan:
    year = (today + timedelta(days=ADOPTED)).year
    plan = Plan.objects.create(
        title=f"{Region.current().name} plan",
        period=f"{year}–{year + 2}",
        purpose="so that learners meet employers before they finish",
    )
    groups = {
        code: WorkGroup.objects.update_or_create(
            code=code,
            defaults={
                "name": name,
                "contact_name": contact,
                "contact_email": f"{contact.lower().replace(' ', '.')}@example.org",
                "position": position,
                "purpose": MEETINGS[code][0],
                "meets": MEETINGS[code][1],
            },
        )[0]
        for position, (code, name, contact) in enumerate(GROUPS)
    }
    for code, group in groups.items():
        for name, place in MEETINGS[code][2].items():
            place = place or f"{Region.current().name} partnership"
            known = Organization.objects.filter(name=place).first()
            GroupMember.objects.update_or_create(
                group=group, name=name, organization_name=place, defaults={"organization": known}
            )
    ids = {row["number"]: _id(row["number"]) for row in rows}
    words = json.loads((DATA / "plan_words.json").read_text(encoding="utf-8"))
    for row in rows:
        number = row["number"]
        parent, _, place = number.rpartition(".")
        more = words.get(number, {})
        item = Item.objects.create(
            id=ids[number],
            plan=plan,
            parent_id=ids.get(parent),
            position=int(place or number),
            handle=row["name"],
            statement=row["aim"],
            text=to_stored(more.get("text", ""), ids),
            evidence=to_stored(more.get("evidence", ""), ids),
        )
        for part in filter(None, row["teams"].split(", ")):
            code, role = part.split()
            RoleAssignment.objects.create(item=item, group=groups[code], role=ROLES[role])
        for position, (text, _) in enumerate(_actions(row), start=1):
            stored = text.replace("inventory (2.2)", f"inventory (see [[{ids['2.2']}]])")
            stored = stored.replace("Goal 1 events", f"the events of [[{ids['1']}]]")
            Action.objects.create(
                id=_id(f"{number}/{position}"), item=item, position=position, text=stored
            )
    return plan


def _actions(row: dict[str, str]) -> list[tuple[str, str]]:
    """ "Do this (D); Do that (N)" → [("Do this", "D"), ("Do that", "N")]"""
    parts = filter(None, row["actions"].split("; "))
    return [(part[:-4], part[-2]) for part in parts]


def _item(number: str) -> Item:
    return Item.objects.get(pk=_id(number))


def _as_version_1(plan: Plan, today: date) -> None:
    """Before the comments: another wording, an action less, one item elsewhere, a fair."""
    connections, inside = _item("3.2"), _item("3.2.3")
    connections.statement = FIRST_STATEMENT
    connections.save()
    inside.parent, inside.position = _item("2.1"), 3
    inside.save()
    Item.objects.create(
        id=_id(FAIR),
        plan=plan,
        parent=_item("2.1"),
        position=4,
        statement="Hold one skills fair for all sectors each year",
    )
    RoleAssignment.objects.filter(item=connections, group__code="PS").update(role="advisory")
    Action.objects.filter(pk=_id("3.2.1/2")).update(text=FIRST_ACTION)
    Action.objects.filter(item_id=_id("3.2.1"), text=NEW_ACTION).update(
        retired_at=timezone.now(), position=None
    )
    begun = today + timedelta(days=ADOPTED)
    for number in ("1.1.1", "2.2.1", "3.1.1"):
        Action.objects.filter(pk=_id(f"{number}/1")).update(status=Status.PROGRESS, status_on=begun)


def _as_version_2(plan: Plan, rows: list[dict[str, str]], today: date) -> None:
    aims = {row["number"]: row["aim"] for row in rows}
    connections, inside, fair = _item("3.2"), _item("3.2.3"), Item.objects.get(pk=_id(FAIR))
    connections.statement = aims["3.2"]
    connections.save()
    inside.parent, inside.position = connections, 3
    inside.save()
    fair.retired_at, fair.position = _at(today, OPENED, 9), None
    fair.save()
    RoleAssignment.objects.filter(item=connections, group__code="PS").update(role="support")
    for number, row in ((row["number"], row) for row in rows):
        for position, (text, letter) in enumerate(_actions(row), start=1):
            action = Action.objects.get(pk=_id(f"{number}/{position}"))
            if action.text in (FIRST_ACTION, NEW_ACTION):
                action.text, action.position, action.retired_at = text, position, None
            action.status = STATUSES[letter]
            if letter != "N":
                # Spread over the eleven weeks before the opening; the same at every loading.
                days = OPENED - 2 - (sum(map(ord, text)) % 77)
                action.status_on = today + timedelta(days=days)
            action.save()


def _publish(
    plan: Plan, stage: str, changelog: str, day: int, today: date, by: User | None
) -> None:
    # The demo skips the months of comment and answer before the first adoption.
    Plan.objects.filter(pk=plan.pk).update(
        state=PlanState.ANSWERING if stage == Stage.ADOPTED else PlanState.ADOPTED
    )
    publish_version(plan=plan, stage=stage, changelog=changelog, by=by, at=_at(today, day, 9))


def _comments(plan: Plan, today: date, people: dict[str, User], *, about: int) -> None:
    """Those said about the version with this number."""
    moderator = people.get("lena.marsh")
    for row in (row for row in COMMENTS if row["version"] == about):
        row = dict(row)
        version = PlanVersion.objects.get(plan=plan, number=row.pop("version"))
        day, state = row.pop("day"), row["state"]
        number = row["number"]
        decided = state in (CommentState.PUBLISHED, CommentState.DECLINED)
        name = row.get("organization_name", "")
        sent = _at(today, day, 16, 40)
        Comment.objects.create(
            item_id=_id(number),
            version=version,
            organization=Organization.objects.filter(name__iexact=name).first() if name else None,
            email=f"{row['name'].lower().replace(' ', '.')}@example.org",
            created_at=sent,
            confirm_sent_at=sent,
            confirm_hash=uuid.uuid4().hex,
            confirmed_at=sent + timedelta(minutes=12),
            decided_at=sent + timedelta(days=1, hours=-5) if decided else None,
            decided_by=moderator if decided else None,
            **row,
        )


COMMENTS: list[dict[str, Any]] = [
    {
        "number": "3.2.1",
        "version": 1,
        "day": -81,
        "name": "Marisol Venn",
        "stance": "concern",
        "organization_name": "Lost Pines Technical College",
        "kind": "provider",
        "relation": "works",
        "shown": Shown.ALL,
        "state": CommentState.PUBLISHED,
        "text": "Instructors hear about openings from their students, if they hear at all. Brief "
        "the people who teach as well as the career office, and do it every term; a list from "
        "last fall is no use in May.",
    },
    {
        "number": "3.2.2",
        "version": 2,
        "day": -10,
        "name": "Gus Hartnell",
        "stance": "idea",
        "organization_name": "Two Forks Plumbing & Air",
        "kind": "employer",
        "relation": "leads",
        "shown": Shown.ORGANIZATION,
        "state": CommentState.PUBLISHED,
        "text": "Our crews are on a roof until six. Start sector nights at seven, or hold one on "
        "a Saturday, and I will bring three people.",
    },
    {
        "number": "1.2.2",
        "version": 2,
        "day": -4,
        "name": "Tess Amadi",
        "stance": "concern",
        "shown": Shown.ALL,
        "state": CommentState.PUBLISHED,
        "text": "Evening sections only help if somebody minds the children. Please name child "
        "care here, even if the answer is a room and two students who earn credit for it.",
    },
    {
        "number": "3.2.1",
        "version": 2,
        "day": -3,
        "name": "Arturo Bell",
        "stance": "idea",
        "organization_name": "Rio Claro Community College",
        "kind": "provider",
        "relation": "works",
        "shown": Shown.ALL,
        "state": CommentState.WAITING,
        "held_for": ["It has a link."],
        "text": "Brief part-time instructors too. Most of us teach at night and never pass the "
        "career office. The faculty list is at https://rio-claro.example.edu/faculty and anyone "
        "may write to it.",
    },
    {
        "number": "2.1.2",
        "version": 2,
        "day": -6,
        "name": "Quick Hire Deals",
        "shown": Shown.ALL,
        "state": CommentState.DECLINED,
        "reason": "advertising",
        "reason_words": "Comments are for what the plan should say. Employers post openings under "
        "Opportunities.",
        "held_for": ["It has a link."],
        "text": "Hire faster with our staffing app! First month free at "
        "https://quick-hire.example.org",
    },
]


@transaction.atomic
def remove() -> None:
    """Take the demo plan out, with everything that hangs on it. Other plans stay."""
    plans = list(Plan.objects.filter(items__id=_id("1")).distinct().values_list("pk", flat=True))
    if not plans:
        return
    comments = list(Comment.objects.filter(item__plan_id__in=plans).values_list("pk", flat=True))
    items = list(Item.objects.filter(plan_id__in=plans).values_list("pk", flat=True))
    for model, ids in ((Plan, plans), (Comment, comments), (Item, items)):
        Entry.objects.filter(
            subject_type=ContentType.objects.get_for_model(model),
            subject_id__in=[str(pk) for pk in ids],
        ).delete()
    with thawed():
        progress.remove(plans, items, _delete)
        moderation.remove(plans, comments, _delete)
        answers.remove(plans, _delete)
        _delete(VersionItem, version__plan_id__in=plans)
        _delete(PlanVersion, plan_id__in=plans)
        _delete(CommentWindow, plan_id__in=plans)
        _delete(Action, item_id__in=items)
        _delete(RoleAssignment, item_id__in=items)
        _delete(Descent, plan_id__in=plans)
        _delete(Descent, source_id__in=items)
        _delete(PlanImport, plan_id__in=plans)
        Plan.objects.filter(previous_id__in=plans).exclude(pk__in=plans).update(previous=None)
        _delete(Item, pk__in=items)
        _delete(Plan, pk__in=plans)
        connections[router.db_for_write(Plan)].check_constraints()
    unused = WorkGroup.objects.filter(code__in=[code for code, _, _ in GROUPS], roles=None)
    unused.delete()


def _delete(model: type[models.Model], **which: Any) -> None:
    """Past PROTECT and the frozen querysets: here the whole plan goes at once."""
    found = model._base_manager.filter(pk__in=model._base_manager.filter(**which).values("pk"))
    found._raw_delete(found.db)
