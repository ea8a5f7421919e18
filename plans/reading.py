"""What the pages of the plan show, gathered in a fixed number of queries."""

import uuid
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from django.db.models import Count, Max, Q, Value

from plans.choices import Status
from plans.comments.heard import merged_into
from plans.models import Action, Comment, Plan, PlanVersion, StatusUpdate, VersionItem
from plans.progress.pictures import Cell, cells, in_words, tally
from plans.structure.numbers import ancestors_of

FEW_ITEMS = 60  # with more, all of the plan is read instead of naming them


@dataclass
class Branch:
    """An item of a version with what stands under it."""

    node: VersionItem
    own_comments: int = 0
    children: list["Branch"] = field(default_factory=list)
    longest: int = 0
    quiet_before: date | None = None

    @cached_property
    def comments(self) -> int:
        return self.own_comments + sum(child.comments for child in self.children)

    @cached_property
    def actions(self) -> list[dict[str, str]]:
        """Its own and those of all below it."""
        below = [action for child in self.children for action in child.actions]
        return [*self.node.actions, *below]

    @cached_property
    def statuses(self) -> list[str]:
        """Tones, for pictures."""
        return [action["tone"] for action in self.actions]

    @cached_property
    def tally(self) -> list[tuple[str, str, int]]:
        return tally(self.actions)

    @cached_property
    def said(self) -> str:
        return in_words(self.actions)

    @cached_property
    def news(self) -> date | None:
        """The day of the last news here or below, or of the last change of a status."""
        days = [date.fromisoformat(a["since"]) for a in self.node.actions if a["since"]]
        days += [day for day in (self.node.news_on, *(c.news for c in self.children)) if day]
        return max(days, default=None)

    @property
    def is_silent(self) -> bool:
        """It had news, but too long ago, and not all is done."""
        unfinished = any(action["tone"] != Status.DONE for action in self.actions)
        return bool(
            unfinished and self.quiet_before and self.news and self.news <= self.quiet_before
        )

    @property
    def asks_for_news(self) -> bool:
        """It has actions of its own, and not all are done."""
        return any(action["tone"] != Status.DONE for action in self.node.actions)

    @property
    def cells(self) -> list[Cell]:
        return cells(self.statuses, self.longest or len(self.statuses))

    @property
    def holds_strategies(self) -> bool:
        """Something below it has items of its own: it reads as a contents list, not as a page."""
        return any(child.children for child in self.children)


def branches(
    nodes: list[VersionItem],
    comments: Mapping[uuid.UUID, int],
    quiet_before: date | None = None,
) -> list[Branch]:
    """Nodes in reading order as trees. Bars of strategies (second level) share one scale. News
    of `quiet_before` or earlier is too old."""
    roots: list[Branch] = []
    trail: list[Branch] = []
    for node in nodes:
        branch = Branch(node, comments.get(node.item_id, 0), quiet_before=quiet_before)
        while trail and not trail[-1].node.has(node):
            trail.pop()
        (trail[-1].children if trail else roots).append(branch)
        trail.append(branch)
    inner = [child for root in roots for child in root.children] or roots
    longest = max((len(branch.statuses) for branch in inner), default=0)
    for branch in inner:
        branch.longest = longest
    return roots


def whole_of(roots: list[Branch]) -> Branch:
    """The plan as one branch, for the bar of all its actions."""
    return Branch(VersionItem(number=""), children=roots)


def with_live(plan: Plan, nodes: list[VersionItem]) -> list[VersionItem]:
    """Nodes of the version that is read now, with their actions as they stand today and the day
    of their last news. One query. Older versions show what was frozen: leave them as they are."""
    items = [node.item_id for node in nodes]
    actions = Action.objects.filter(item__plan_id=plan.pk).order_by()
    told = StatusUpdate.objects.filter(item__plan_id=plan.pk).order_by()
    if len(items) < FEW_ITEMS:
        pks = [uuid.UUID(action["id"]) for node in nodes for action in node.actions]
        actions, told = actions.filter(pk__in=pks), told.filter(item_id__in=items)
    last = {"none": Value(""), "last": Max("on")}
    of_items = told.values("item_id").annotate(**last)
    of_actions = told.filter(action__isnull=False).values("action_id").annotate(**last)
    rows = actions.values_list("pk", "status", "status_on").union(of_items, of_actions, all=True)
    live: dict[uuid.UUID, tuple[str, date | None]] = {}
    news: dict[uuid.UUID, date | None] = {}
    for pk, status, day in rows.order_by("status"):
        if status:
            live[pk] = status, day
        else:
            news[pk] = day
    for node in nodes:
        node.news_on = news.get(node.item_id)
        node.actions = [_as_it_stands(action, plan, live, news) for action in node.actions]
    return nodes


def _as_it_stands(
    action: dict[str, str],
    plan: Plan,
    live: Mapping[uuid.UUID, tuple[str, date | None]],
    news: Mapping[uuid.UUID, date | None],
) -> dict[str, str]:
    if (pk := uuid.UUID(action["id"])) not in live:
        return action
    key, day = live[pk]
    status = plan.status(key)
    return action | {
        "status": key,
        "word": status["label"],
        "tone": status["tone"],
        "since": day.isoformat() if day else "",
        "news": told.isoformat() if (told := news.get(pk)) else "",
    }


def comment_counts(version: PlanVersion) -> dict[uuid.UUID, int]:
    """Published comments by item, whichever version they were said about; those of merged items
    count for what they went into."""
    said = Comment.objects.published().filter(item__plan_id=version.plan_id).order_by()
    counts: Counter[uuid.UUID] = Counter()
    merged = merged_into(version)
    for item, n in said.values_list("item").annotate(n=Count("pk")):
        counts[merged.get(item, item)] += n
    return counts


def family_of(node: VersionItem) -> list[VersionItem]:
    """The node, all above and all below it, in reading order. One query."""
    whose = Q(number__in=[*ancestors_of(node.number), node.number]) | Q(number__startswith=node.kin)
    return list(VersionItem.objects.filter(whose, version_id=node.version_id).order_by("order"))


def neighbors_of(node: VersionItem) -> tuple[VersionItem | None, VersionItem | None]:
    """The items of its level before and after it in reading order. Two queries."""
    level = VersionItem.objects.filter(version_id=node.version_id, depth=node.depth).only(
        "number", "handle", "statement", "order"
    )
    return (
        level.filter(order__lt=node.order).order_by("-order").first(),
        level.filter(order__gt=node.order).order_by("order").first(),
    )
