"""How the plan goes: what is late, what has no news, what was told, what stands behind an item."""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from plans.choices import Status
from plans.comments.answers import answered_on
from plans.models import (
    Measure,
    Milestone,
    Plan,
    PlanVersion,
    StatusUpdate,
    VersionItem,
)
from plans.progress.cycles import Cycle, adopted_on, months_after, quiet_before, today_here
from plans.progress.measuring import Measured, measured, measures_of
from plans.reading import Branch, branches, whole_of, with_live
from plans.structure.references import to_plain

NEWS_MONTHS = 3  # of the dashboard
MOST_NEWS = 40
OF_AN_ITEM = 50


@dataclass
class Quiet:
    """An item of which nothing was heard for longer than the plan allows."""

    branch: Branch
    since: date | None
    days: int

    @property
    def node(self) -> VersionItem:
        return self.branch.node

    @property
    def tone(self) -> str:
        tones = [action["tone"] for action in self.node.actions]
        return next((tone for tone in (Status.RISK, Status.PROGRESS) if tone in tones), tones[0])


@dataclass
class News:
    """An update with where it belongs now: `number` of its item, or "" if it is gone."""

    update: StatusUpdate
    number: str
    about: SafeString
    was: str
    word: str
    tone: str


def every_branch(roots: Iterable[Branch]) -> Iterable[Branch]:
    for root in roots:
        yield root
        yield from every_branch(root.children)


def own_news(branch: Branch) -> date | None:
    """The last day on which something was told of this item itself."""
    return Branch(branch.node).news


def led_by(roots: list[Branch], codes: set[str]) -> list[Branch]:
    """What one of these groups leads, in reading order."""
    return [
        branch
        for branch in every_branch(roots)
        if any(role["leads"] and role["code"] in codes for role in branch.node.roles)
    ]


def waits_for_news(branch: Branch, cycle: Cycle | None) -> bool:
    """Its own actions are not all done, and nothing was told in this cycle (without one: ever)."""
    news = own_news(branch)
    return branch.asks_for_news and (not news or (cycle is not None and news <= cycle.begins))


def quiet(roots: list[Branch], plan: Plan, adopted: date | None, today: date) -> list[Quiet]:
    """Items with actions of their own that are not all done, without news for more months than
    the plan allows; the longest silence first."""
    limit = quiet_before(plan, today)
    if adopted is None or limit is None:
        return []
    found = []
    for branch in every_branch(roots):
        since = own_news(branch)
        if branch.asks_for_news and (since or adopted) <= limit:
            found.append(Quiet(branch, since, (today - (since or adopted)).days))
    return sorted(found, key=lambda one: -one.days)


def status_in_words(plan: Plan, key: str) -> tuple[str, str]:
    """(word, tone) of a status that the plan has or had."""
    for status in plan.statuses:
        if status["key"] == key:
            return status["label"], status["tone"]
    return key.replace("-", " ").capitalize(), key if key in Status.values else ""


def as_news(
    updates: Iterable[StatusUpdate],
    plan: Plan,
    nodes: list[VersionItem],
    numbers: Mapping[uuid.UUID, str],
) -> list[News]:
    """With the actions' words of these nodes, and the numbers of their items."""
    words = {action["id"]: action["html"] for node in nodes for action in node.actions}
    found = []
    for update in updates:
        word, tone = status_in_words(plan, update.status) if update.status else ("", "")
        was, _ = status_in_words(plan, update.before) if update.before else ("", "")
        found.append(
            News(
                update,
                numbers.get(update.item_id, ""),
                _about(update, words),
                was if was != word else "",
                word,
                tone,
            )
        )
    return found


def _about(update: StatusUpdate, words: dict[str, str]) -> SafeString:
    """The action's words as the version has them, else as they were when it was taken out."""
    if update.action is None:
        return SafeString("")
    found = words.get(str(update.action_id))
    return mark_safe(found) if found else escape(to_plain(update.action.text, {}))  # noqa: S308  frozen


def updates_of(item_ids: Iterable[uuid.UUID], limit: int = OF_AN_ITEM) -> list[StatusUpdate]:
    found = StatusUpdate.objects.filter(item_id__in=list(item_ids)).select_related("action")
    return list(found.order_by("-on", "-pk")[:limit])


def milestones_of(item_ids: Iterable[uuid.UUID]) -> list[Milestone]:
    """Those that stand, the nearest first, done ones last. Each with `.days_late`."""
    found = Milestone.objects.filter(item_id__in=list(item_ids), retired_at__isnull=True)
    today = today_here()
    rows = sorted(found, key=lambda one: (one.done_on is not None, one.due_on, one.pk))
    for one in rows:
        one.days_late = 0 if one.done_on else max(0, (today - one.due_on).days)  # type: ignore[attr-defined]
    return rows


def told_of_older(
    node: VersionItem, below: list[VersionItem], merged: Mapping[uuid.UUID, uuid.UUID]
) -> dict[str, Any]:
    """What the page of an item of an older version shows of all that: what was answered."""
    here = {one.item_id for one in [node, *below]}
    ids = [*here, *(source for source, target in merged.items() if target in here)]
    return {
        "answered": answered_on(ids),
        "news": [],
        "milestones": [],
        "numbers": {},
        "measures": [],
    }


def progress_of(
    version: PlanVersion,
    node: VersionItem,
    above: list[VersionItem],
    below: list[VersionItem],
    merged: Mapping[uuid.UUID, uuid.UUID],
) -> dict[str, Any]:
    """What the page of an item of the current version shows of its progress, with what was told
    of items that were `merged` into it. Four queries, one more where it has a measure."""
    plan = version.plan
    numbers = {one.item_id: one.number for one in [*above, node, *below]}
    here = {one.item_id for one in [node, *below]}
    ids = [*here, *(source for source, target in merged.items() if target in here)]
    numbers |= {one: numbers[merged[one]] for one in ids if one not in numbers}
    behind = Measure.objects.standing().filter(
        plan=plan, item_id__in=[*ids, *(one.item_id for one in above)]
    )
    return {
        "answered": answered_on(ids),
        "news": as_news(updates_of(ids), plan, [node, *below], numbers),
        "milestones": milestones_of(ids),
        "numbers": numbers,
        "measures": measured(behind, numbers),
    }


@dataclass
class Dashboard:
    """All that /plan/progress/ shows."""

    version: PlanVersion
    roots: list[Branch]
    whole: Branch
    adopted: date | None
    today: date
    quiet: list[Quiet]
    risks: list[tuple[VersionItem, dict[str, str], StatusUpdate | None]]
    late: list[tuple[str, Milestone]]
    coming: list[tuple[str, Milestone]]
    news: list[News]
    measures: list[Measured]

    @property
    def regional(self) -> list[Measured]:
        return [one for one in self.measures if one.measure.kind == "regional"]

    @property
    def program(self) -> list[Measured]:
        return [one for one in self.measures if one.measure.kind == "program"]

    @property
    def targets(self) -> int:
        return sum(one.has_target for one in self.measures)

    @property
    def met(self) -> int:
        return sum(one.is_met for one in self.measures)

    @property
    def overdue(self) -> list[Measured]:
        return [one for one in self.measures if one.is_overdue(self.today)]

    @property
    def is_calm(self) -> bool:
        return not (self.quiet or self.risks or self.late or self.overdue)


def dashboard(version: PlanVersion) -> Dashboard:
    """A fixed number of queries, and what live figures cost."""
    plan, today = version.plan, today_here()
    nodes = list(version.items.defer("text", "text_html", "evidence", "evidence_html"))
    roots = branches(with_live(plan, nodes), {})
    numbers = {node.item_id: node.number for node in nodes}
    adopted = adopted_on(plan)
    since = months_after(today, -NEWS_MONTHS)
    recent = StatusUpdate.objects.filter(item_id__in=list(numbers), on__gt=since)
    news = list(recent.select_related("action").order_by("-on", "-pk")[:MOST_NEWS])
    milestones = [(numbers[one.item_id], one) for one in milestones_of(numbers) if not one.done_on]
    return Dashboard(
        version=version,
        roots=roots,
        whole=whole_of(roots),
        adopted=adopted,
        today=today,
        quiet=quiet(roots, plan, adopted, today),
        risks=_risks(nodes),
        late=[(number, one) for number, one in milestones if one.due_on < today],
        coming=[(number, one) for number, one in milestones if one.due_on >= today][:8],
        news=as_news(news, plan, nodes, numbers),
        measures=measures_of(plan, numbers),
    )


def _risks(
    nodes: list[VersionItem],
) -> list[tuple[VersionItem, dict[str, str], StatusUpdate | None]]:
    """Actions at risk with their last words. One query."""
    found = [
        (node, action) for node in nodes for action in node.actions if action["tone"] == Status.RISK
    ]
    ids = [action["id"] for _, action in found]
    told = StatusUpdate.objects.filter(action_id__in=ids).order_by("action_id", "-on", "-pk")
    words = {str(one.action_id): one for one in told.distinct("action_id")} if ids else {}
    return [(node, action, words.get(action["id"])) for node, action in found]
