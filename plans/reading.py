"""What the pages of the plan show, gathered in a fixed number of queries."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from django.db.models import Count, Q
from django.db.models.functions import Lower

from plans.choices import CommentState, DeclineReason, Shown
from plans.models import Comment, PlanVersion, VersionItem
from plans.numbers import ancestors_of
from plans.pictures import Cell, cells, in_words, tally

COMMENTS_A_PAGE = 50


@dataclass
class Branch:
    """An item of a version with what stands under it."""

    node: VersionItem
    own_comments: int = 0
    children: list["Branch"] = field(default_factory=list)
    longest: int = 0

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
        return [action["status"] for action in self.actions]

    @cached_property
    def tally(self) -> list[tuple[str, str, int]]:
        return tally(self.statuses)

    @cached_property
    def said(self) -> str:
        return in_words(self.statuses)

    @cached_property
    def news(self) -> date | None:
        """The day of the last change of a status here or below."""
        days = [action["since"] for action in self.actions if action["since"]]
        return date.fromisoformat(max(days)) if days else None

    @property
    def cells(self) -> list[Cell]:
        return cells(self.statuses, self.longest or len(self.statuses))

    @property
    def holds_strategies(self) -> bool:
        """Something below it has items of its own: it reads as a contents list, not as a page."""
        return any(child.children for child in self.children)


def branches(nodes: list[VersionItem], comments: Mapping[uuid.UUID, int]) -> list[Branch]:
    """Nodes in reading order as trees. Bars of strategies (second level) share one scale."""
    roots: list[Branch] = []
    trail: list[Branch] = []
    for node in nodes:
        branch = Branch(node, comments.get(node.item_id, 0))
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


def comment_counts(version: PlanVersion) -> dict[uuid.UUID, int]:
    """Published comments by item, whichever version they were said about."""
    counts = Comment.objects.published().filter(item__plan_id=version.plan_id).values_list("item")
    return dict(counts.annotate(n=Count("pk")).values_list("item", "n"))


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


@dataclass
class Heard:
    """The comments on an item and all below it: one page of them, and their sums."""

    page: list[Comment]
    total: int
    organizations: int
    residents: int
    declined: list[tuple[str, int]]
    next_after: int | None

    @property
    def from_whom(self) -> str:
        parts = [
            (self.organizations, "organization", "organizations"),
            (self.residents, "resident", "residents"),
        ]
        return " and ".join(f"{n} {one if n == 1 else many}" for n, one, many in parts if n)


def heard_on(item_ids: list[uuid.UUID], after: int = 0) -> Heard:
    """Two or three queries, whatever the number of comments."""
    about = Comment.objects.filter(item_id__in=item_ids)
    sums = about.published().aggregate(
        total=Count("pk"),
        organizations=Count(
            Lower("organization_name"),
            distinct=True,
            filter=~Q(organization_name="") & ~Q(shown=Shown.WORDS),
        ),
        residents=Count("pk", filter=Q(organization_name="")),
    )
    page: list[Comment] = []
    if sums["total"]:
        some = about.published().filter(pk__gt=after).select_related("version", "organization")
        page = list(some.order_by("pk")[: COMMENTS_A_PAGE + 1])
    more = len(page) > COMMENTS_A_PAGE
    page = page[:COMMENTS_A_PAGE]
    declined = (
        about.filter(state=CommentState.DECLINED)
        .values_list("reason")
        .annotate(n=Count("pk"))
        .order_by("reason")
    )
    return Heard(
        page=page,
        declined=[(str(DeclineReason(reason).label), n) for reason, n in declined],
        next_after=page[-1].pk if more else None,
        **sums,
    )
