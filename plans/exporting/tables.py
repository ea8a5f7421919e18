"""Every table of the plan that can be taken along. The dictionary at /plan/data/ is made of it.

The names and addresses of people who commented are in none, and neither is what is not public.
"""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import Exists, F, OuterRef, Prefetch, Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from plans.comments import transparency
from plans.exporting.columns import Column, Table, Taken
from plans.models import (
    Comment,
    Item,
    Measure,
    MeasureValue,
    Milestone,
    Plan,
    Response,
    StatusUpdate,
    VersionItem,
)
from plans.structure.references import to_plain

Row = tuple[VersionItem, dict[str, Any] | None]


def _day(moment: Any) -> Any:
    return timezone.localdate(moment) if moment else None


def _number(value: Decimal | None) -> int | float | None:
    """134 and 92.5, in JSON too; never "134.00"."""
    if value is None:
        return None
    return int(value) if value == value.to_integral_value() else float(value)


def _level(node: VersionItem, taken: Taken) -> str:
    return taken.version.plan.level_name(node.depth)


def _permalink(node: VersionItem, _: Taken) -> str:
    return settings.SITE_URL + reverse("plans:item_permalink", args=[node.item_id])


def _url(node: VersionItem, taken: Taken) -> str:
    return settings.SITE_URL + node.get_absolute_url() + taken.suffix


# The plan


def plan_as_json(node: VersionItem, taken: Taken) -> dict[str, Any]:
    return {column.name: column.of(node, taken) for column in PLAN_JSON}


PLAN_JSON = (
    Column("id", "The item, whatever its number; never changes", lambda n, t: str(n.item_id)),
    Column("code", "The same in seven letters, as in the other tables", lambda n, t: n.item.code),
    Column("number", "Its number in this version", lambda n, t: n.number),
    Column("level", "What an item of its level is called", _level),
    Column(
        "parent",
        "Number of the item that it stands under",
        lambda n, t: n.parent.number if n.parent else None,
    ),
    Column("handle", "The word or two that people call it by", lambda n, t: n.handle),
    Column("statement", "What shall be, in one sentence", lambda n, t: n.statement),
    Column("url", "Its page in this version", _url),
    Column("permalink", "Its lasting address, which leads to where it is now", _permalink),
    Column(
        "roles",
        "For each role of the plan, the names of the groups that have it",
        lambda n, t: {
            role["key"]: [held["name"] for held in n.roles if held["role"] == role["key"]]
            for role in t.version.plan.roles
        },
    ),
    Column("text", "Its text, as Markdown", lambda n, t: to_plain(n.text, t.labels)),
    Column(
        "evidence", "What speaks for it, as Markdown", lambda n, t: to_plain(n.evidence, t.labels)
    ),
    Column(
        "actions",
        "What is to be done: id, text, status and the day since when; as it stands today in the "
        "current version, as it stood then in an earlier one",
        lambda n, t: [
            {
                "id": action["id"],
                "text": to_plain(action["text"], t.labels),
                "status": action["status"],
                "since": action["since"] or None,
            }
            for action in n.actions
        ],
    ),
    Column(
        "cites",
        "Numbers of the items that it mentions",
        lambda n, t: [t.labels[pk][0] for pk in map(UUID, n.cites) if pk in t.labels],
    ),
)


def plan_rows(node: VersionItem) -> Iterator[Row]:
    """The item, then each of its actions."""
    yield node, None
    for action in node.actions:
        yield node, action


def plan_csv_columns(plan: Plan) -> tuple[Column, ...]:
    """The columns of a plan's CSV: one for each of its roles among them."""

    def of_item(tell: Any) -> Any:
        return lambda row, t: "" if row[1] else tell(row[0], t)

    def of_action(tell: Any) -> Any:
        return lambda row, t: tell(row[1], t) if row[1] else ""

    def teams(key: str) -> Any:
        return of_item(
            lambda n, t: "; ".join(held["name"] for held in n.roles if held["role"] == key)
        )

    return (
        Column("number", "Number of the item in this version", lambda row, t: row[0].number),
        Column(
            "level",
            "What an item of its level is called, or “action”",
            lambda row, t: "action" if row[1] else _level(row[0], t),
        ),
        Column("handle", "The word or two that people call it by", of_item(lambda n, t: n.handle)),
        Column("statement", "What shall be, in one sentence", of_item(lambda n, t: n.statement)),
        *(
            Column(
                role["key"],
                f"Groups with the role “{role['label']}”, parted by semicolons",
                teams(role["key"]),
            )
            for role in plan.roles
        ),
        Column(
            "action",
            "In a row of its own: what is to be done under the item",
            of_action(lambda a, t: to_plain(a["text"], t.labels)),
        ),
        Column(
            "status",
            "How the action stands: today in the current version, then in an earlier one",
            of_action(lambda a, t: a["status"]),
        ),
        Column("since", "The day of its last change", of_action(lambda a, t: a["since"])),
        Column("text", "Text, as Markdown", of_item(lambda n, t: to_plain(n.text, t.labels))),
        Column(
            "evidence",
            "What speaks for it, as Markdown",
            of_item(lambda n, t: to_plain(n.evidence, t.labels)),
        ),
        Column(
            "id",
            "The item or the action, whatever its number; never changes",
            lambda row, t: row[1]["id"] if row[1] else str(row[0].item_id),
        ),
        Column("url", "The item’s page in this version", of_item(_url)),
        Column(
            "code",
            "The item, in seven letters, as in the other tables",
            of_item(lambda n, t: n.item.code),
        ),
    )


# What was said and answered


def _comments(taken: Taken) -> QuerySet[Comment]:
    found = Comment.objects.published().filter(item__plan_id=taken.version.plan_id)
    if taken.only_version:
        found = found.filter(version_id=taken.version.pk)
    # Many comments share an item, a version, an answer: each is read once in a thousand rows.
    shared = ["version", "organization", "submission", "response"]
    items = Prefetch("item", Item.objects.only("code", "handle", "statement", "plan_id"))
    return (
        found.prefetch_related(items, *shared)
        .annotate(same_state=F("same_as__state"))
        .defer("email", "sender", "held_for", "reason_words", "appeal_words")
    )


def _answer(comment: Comment) -> Response | None:
    """Its published answer; what is prepared stays private."""
    response = comment.response
    return response if response and response.published_at else None


def _of_answer(tell: Any) -> Any:
    return lambda comment, taken: tell(answer, taken) if (answer := _answer(comment)) else ""


COMMENTS = Table(
    "comments",
    "Comments",
    "One row for each published comment. Names and addresses of people are never in it; give "
    "?version=2 for those about one version.",
    (
        Column("comment", "Its receipt number", lambda c, t: c.receipt),
        Column(
            "number_then", "The item’s number in the version it is about", lambda c, t: c.number
        ),
        Column("version", "The version that it is about", lambda c, t: c.version.number),
        Column(
            "number_now",
            "The item’s number in the current version; of a merged or split item, the numbers of "
            "what it went into; empty if it was dropped",
            lambda c, t: t.now.get(c.item_id, ""),
        ),
        Column("item", "Code of the item, whatever its number", lambda c, t: c.item.code),
        Column("date", "The day on which it was sent, written or said", lambda c, t: _said_on(c)),
        Column("late", "It came after the time for comments had ended", lambda c, t: c.late),
        Column(
            "source",
            "How it came: web, email, paper or meeting",
            lambda c, t: c.source,
        ),
        Column(
            "organization",
            "The organization it speaks for, where its author lets it be shown",
            lambda c, t: c.organization_shown,
        ),
        Column(
            "organization_kind",
            "What kind of organization, where it is shown",
            lambda c, t: c.kind if c.organization_shown else "",
        ),
        Column(
            "relation",
            "How its author belongs to the organization, where it is shown",
            lambda c, t: c.relation_shown,
        ),
        Column("stance", "support, concern, question, idea, or empty", lambda c, t: c.stance),
        Column("text", "What was said, as it was written", lambda c, t: c.text),
        Column(
            "same_as",
            "Receipt number of the comment that says the same and stands for both",
            lambda c, t: f"{c.same_as_id:04}" if c.same_state == c.state else "",
        ),
        Column(
            "disposition",
            "What came of it: accepted, in-part, already, not, out-of-scope, answered; empty "
            "until the answer is published",
            _of_answer(lambda r, t: r.disposition),
        ),
        Column(
            "answer",
            "The partners’ answer, as Markdown",
            _of_answer(lambda r, t: to_plain(r.text, t.labels)),
        ),
        Column(
            "no_change_because",
            "Why nothing changed",
            _of_answer(lambda r, t: r.no_change_because),
        ),
        Column(
            "changed_item",
            "Number now of the item whose words changed because of it",
            _of_answer(lambda r, t: t.now.get(r.changed_item_id, "")),
        ),
        Column(
            "response",
            "The answer’s number in the table of answers; nothing until it is published",
            lambda c, t: answer.pk if (answer := _answer(c)) else None,
        ),
    ),
    _comments,
)


def _said_on(comment: Comment) -> Any:
    submission = comment.submission
    return submission.said_on if submission else _day(comment.created_at)


RESPONSES = Table(
    "responses",
    "Answers",
    "One row for each published answer; one answer may be to many comments.",
    (
        Column("response", "Its number", lambda r, t: r.pk),
        Column("title", "What was asked for, in a few words", lambda r, t: r.title),
        Column(
            "disposition",
            "accepted, in-part, already, not, out-of-scope or answered",
            lambda r, t: r.disposition,
        ),
        Column("text", "The answer, as Markdown", lambda r, t: to_plain(r.text, t.labels)),
        Column("no_change_because", "Why nothing changed", lambda r, t: r.no_change_because),
        Column(
            "changed_item",
            "Number now of the item whose words changed",
            lambda r, t: t.now.get(r.changed_item_id, ""),
        ),
        Column(
            "changed_in",
            "The version that has the new words",
            lambda r, t: r.changed_in.number if r.changed_in else None,
        ),
        Column("published", "The day on which it was published", lambda r, t: _day(r.published_at)),
    ),
    lambda t: (
        Response.objects.published().filter(plan_id=t.version.plan_id).select_related("changed_in")
    ),
)


# Who does what, and what comes of it

ROLES = Table(
    "roles",
    "Roles",
    "One row for each part that a work group has in an item, as the version says it.",
    (
        Column("number", "The item’s number in this version", lambda row, t: row[0].number),
        Column("item", "Code of the item, whatever its number", lambda row, t: row[0].item.code),
        Column("title", "Its handle, or its statement", lambda row, t: row[0].title),
        Column("group", "Code of the work group", lambda row, t: row[1]["code"]),
        Column("group_name", "Its name", lambda row, t: row[1]["name"]),
        Column("role", "Key of the role", lambda row, t: row[1]["role"]),
        Column("role_name", "The role in words", lambda row, t: row[1]["word"]),
        Column("leads", "The role is the leading one", lambda row, t: row[1]["leads"]),
    ),
    lambda t: t.version.items.exclude(roles=[]).select_related("item"),
    key="order",
    rows=lambda node: ((node, held) for held in node.roles),
    count=lambda t: sum(len(roles) for roles in t.version.items.values_list("roles", flat=True)),
)


def _published(taken: Taken, item: str = "item") -> Exists:
    """The item was in a version: working copies are not public."""
    places = VersionItem.objects.filter(
        item_id=OuterRef(f"{item}_id"), version__plan_id=taken.version.plan_id
    )
    return Exists(places)


UPDATES = Table(
    "updates",
    "News",
    "One row for each dated piece of news about an action or an item.",
    (
        Column("news", "Its number", lambda u, t: u.pk),
        Column("item", "Code of the item", lambda u, t: u.item.code),
        Column(
            "number_now",
            "The item’s number in the current version",
            lambda u, t: t.now.get(u.item_id, ""),
        ),
        Column(
            "action", "Id of the action, if it is about one", lambda u, t: str(u.action_id or "")
        ),
        Column("status_before", "The action’s status until then", lambda u, t: u.before),
        Column("status", "The action’s status since then", lambda u, t: u.status),
        Column("text", "The news, as Markdown", lambda u, t: to_plain(u.text, t.labels)),
        Column("date", "The day on which it was so", lambda u, t: u.on),
    ),
    lambda t: StatusUpdate.objects.filter(
        _published(t), item__plan_id=t.version.plan_id
    ).select_related("item"),
)

MILESTONES = Table(
    "milestones",
    "Milestones",
    "One row for each thing that shall be reached by a day.",
    (
        Column("milestone", "Its number", lambda m, t: m.pk),
        Column("item", "Code of the item", lambda m, t: m.item.code),
        Column(
            "number_now",
            "The item’s number in the current version",
            lambda m, t: t.now.get(m.item_id, ""),
        ),
        Column("text", "What shall be reached", lambda m, t: m.text),
        Column("due", "The day by which", lambda m, t: m.due_on),
        Column("done", "The day on which it was reached; empty until then", lambda m, t: m.done_on),
    ),
    lambda t: Milestone.objects.filter(
        _published(t), item__plan_id=t.version.plan_id, retired_at__isnull=True
    ).select_related("item"),
)


def _measures(taken: Taken) -> QuerySet[Measure]:
    return Measure.objects.standing().filter(
        Q(item__isnull=True) | _published(taken), plan_id=taken.version.plan_id
    )


MEASURES = Table(
    "measures",
    "Measures",
    "One row for each figure by which the plan is judged.",
    (
        Column("measure", "Its number", lambda m, t: m.pk),
        Column("name", "What is measured", lambda m, t: m.name),
        Column(
            "kind",
            "regional: a result of the whole region; program: what the partners do",
            lambda m, t: m.kind,
        ),
        Column(
            "item",
            "Code of the item; empty for the plan as a whole",
            lambda m, t: m.item.code if m.item else "",
        ),
        Column(
            "number_now",
            "The item’s number in the current version",
            lambda m, t: t.now.get(m.item_id, ""),
        ),
        Column("unit", "What its values count", lambda m, t: m.unit),
        Column("direction", "up: more is better; down: less is better", lambda m, t: m.direction),
        Column("baseline", "Where it began", lambda m, t: _number(m.baseline)),
        Column("baseline_on", "The day of the baseline", lambda m, t: m.baseline_on),
        Column("target", "What shall be reached", lambda m, t: _number(m.target)),
        Column("target_on", "The day by which", lambda m, t: m.target_on),
        Column("source", "Where the figure is from", lambda m, t: m.source),
        Column("source_url", "Address of the source", lambda m, t: m.source_url),
        Column("lag", "How late it is known", lambda m, t: m.lag),
        Column(
            "live",
            "Key of the figure that this site counts itself; empty if entered by hand",
            lambda m, t: m.live,
        ),
    ),
    lambda t: _measures(t).select_related("item"),
)

VALUES = Table(
    "values",
    "Values of measures",
    "One row for each measure and day.",
    (
        Column("measure", "Number of the measure", lambda v, t: v.measure_id),
        Column("name", "What is measured", lambda v, t: v.name),
        Column("date", "The day that the value is of", lambda v, t: v.on),
        Column("value", "The value", lambda v, t: _number(v.value)),
        Column("parts", "Its parts by name, where there are any", lambda v, t: v.parts or {}),
        Column("note", "What else to know", lambda v, t: v.note),
    ),
    lambda t: MeasureValue.objects.filter(measure__in=_measures(t)).annotate(
        name=F("measure__name")
    ),
)

TABLES = {
    table.name: table
    for table in (COMMENTS, RESPONSES, ROLES, UPDATES, MILESTONES, MEASURES, VALUES)
}


def plan_table(plan: Plan) -> Table:
    return Table(
        "plan",
        "The plan",
        "One row for each item and, below it, one for each of its actions.",
        plan_csv_columns(plan),
        lambda t: t.version.items.all(),
        key="order",
        rows=plan_rows,
    )


def dictionary(plan: Plan) -> list[dict[str, Any]]:
    """Every table with the meaning of every column, as data."""
    site = settings.SITE_URL
    plan_csv = plan_table(plan)
    found = [
        {
            "table": "plan",
            "title": "The plan",
            "meaning": plan_csv.meaning,
            "files": [f"{site}{reverse('plans:plan_csv')}"],
            "columns": _meanings(plan_csv.columns),
        },
        {
            "table": "plan.json",
            "title": "The plan as JSON",
            "meaning": "One object for each item.",
            "files": [f"{site}{reverse('plans:plan_json')}"],
            "columns": _meanings(PLAN_JSON),
        },
    ]
    treated = {
        "table": "transparency",
        "title": "How comments are treated",
        "meaning": "Counts for the plan, for each version and for each time for comments.",
        "files": [site + reverse("plans:transparency_csv")],
        "columns": [{"name": name, "meaning": meaning} for name, meaning in transparency.FILE],
    }
    tables = [
        {
            "table": table.name,
            "title": table.title,
            "meaning": table.meaning,
            "files": [
                site + reverse(f"plans:table_{form}", args=[table.name]) for form in ("csv", "json")
            ],
            "columns": _meanings(table.columns),
        }
        for table in TABLES.values()
    ]
    return [*found, *tables, treated]


def _meanings(columns: tuple[Column, ...]) -> list[dict[str, str]]:
    return [{"name": column.name, "meaning": column.meaning} for column in columns]
