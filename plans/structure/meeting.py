"""What a work group has on its table: its items by role, how they stand, what is due."""

from dataclasses import dataclass

from plans.models import Milestone, PlanVersion, VersionItem, WorkGroup
from plans.progress.cycles import quiet_before, today_here
from plans.reading import Branch, branches, with_live


@dataclass
class Meeting:
    """`parts`: (the role, its items) in the order of the plan's roles, leading ones first;
    `due`: milestones not yet reached, (milestone, item), soonest first."""

    parts: list[tuple[dict, list[Branch]]]
    due: list[tuple[Milestone, VersionItem]]

    @property
    def total(self) -> int:
        return sum(len(items) for _, items in self.parts)


def meeting_of(group: WorkGroup, version: PlanVersion) -> Meeting:
    """Three queries."""
    nodes = list(version.items.defer("text", "text_html", "evidence", "evidence_html"))
    trees = branches(with_live(version.plan, nodes), {}, quiet_before(version.plan, today_here()))
    parts: dict[str, tuple[dict, list[Branch]]] = {}
    mine: dict = {}
    for branch in _flat(trees):
        for held in branch.node.roles:
            if held["code"] == group.code:
                parts.setdefault(held["role"], (held, []))[1].append(branch)
                mine[branch.node.item_id] = branch.node
    # A version keeps the roles that it was published with; the plan may have others by now.
    order = {role["key"]: place for place, role in enumerate(version.plan.roles)}
    ranked = sorted(
        parts.values(),
        key=lambda part: (not part[0]["leads"], order.get(part[0]["role"], len(order))),
    )
    waiting = Milestone.objects.filter(
        item_id__in=mine, done_on__isnull=True, retired_at__isnull=True
    )
    return Meeting(ranked, [(one, mine[one.item_id]) for one in waiting.order_by("due_on", "pk")])


def _flat(trees: list[Branch]) -> list[Branch]:
    """Every branch, in reading order."""
    return [one for tree in trees for one in [tree, *_flat(tree.children)]]
