"""Where an item came from and what became of it: within a plan, and from one plan to the next."""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from plans.choices import Passing
from plans.models import Descent, PlanVersion, VersionItem
from plans.structure.differences import Change

GENERATIONS = 12


@dataclass
class Passage:
    """One step: the item on its other side as it was last published, and why."""

    kind: str
    reason: str
    node: VersionItem
    elsewhere: bool

    @property
    def word(self) -> str:
        return str(Passing(self.kind).label).lower()

    @property
    def url(self) -> str:
        return address_in(self.node)


def address_in(node: VersionItem) -> str:
    """Address of an item in exactly the version (and plan) that `node` is of."""
    version = node.version
    query = f"?plan={version.plan_id}&version={version.number}"
    return f"{node.get_absolute_url()}{query}"


def last_frozen(item_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, VersionItem]:
    """Items as they were last published. One query."""
    rows = (
        VersionItem.objects.filter(item_id__in=list(item_ids))
        .select_related("version__plan")
        .only("item_id", "number", "handle", "statement", "version__plan", "version__number")
        .order_by("item_id", "-version_id")
        .distinct("item_id")
    )
    return {row.item_id: row for row in rows}


def merged_into(version: PlanVersion) -> dict[uuid.UUID, uuid.UUID]:
    """{item that this version no longer has: the item that it went into}. One query."""
    merges = Descent.objects.filter(
        plan_id=version.plan_id, source__plan_id=version.plan_id, kind=Passing.MERGED
    ).exclude(source__frozen__version=version)
    return dict(merges.values_list("source_id", "target_id"))


def counted_with_merged(
    counts: Mapping[uuid.UUID, int], version: PlanVersion
) -> dict[uuid.UUID, int]:
    """Counts of comments by item, those of merged items with what they went into."""
    merges = merged_into(version) if counts else {}
    sums: dict[uuid.UUID, int] = {}
    for pk, n in counts.items():
        for _ in range(GENERATIONS):
            if pk not in merges:
                break
            pk = merges[pk]
        sums[pk] = sums.get(pk, 0) + n
    return sums


def came_from(node: VersionItem) -> list[Passage]:
    """The steps before an item, latest first, back through earlier plans. What is not published
    yet is not told. One query for an item that is the first of its kind; two a generation else."""
    steps: list[Passage] = []
    heads, seen = [node.item_id], {node.item_id}
    # How an item that was never published passed on: told of the one before it.
    unseen: dict[uuid.UUID, Descent] = {}
    for _ in range(GENERATIONS):
        found = list(
            Descent.objects.filter(target_id__in=heads)
            .exclude(source_id__in=seen)
            .select_related("source", "target")
        )
        frozen = last_frozen(one.source_id for one in found) if found else {}
        heads = []
        for one in found:
            row = frozen.get(one.source_id)
            same_plan = one.source.plan_id == one.plan_id
            still = row is not None and row.version_id == node.version_id
            if same_plan and still and one.kind == Passing.MERGED:
                continue
            heads.append(one.source_id)
            if row is None:
                unseen[one.source_id] = one
                continue
            told = one
            if one.kind == Passing.CARRIED and one.target_id:
                told = unseen.get(one.target_id, one)
            steps.append(Passage(told.kind, told.reason, row, elsewhere=not same_plan))
        seen |= set(heads)
        if not heads:
            break
    return steps


def goes_on_as(item_id: uuid.UUID, current: PlanVersion) -> tuple[VersionItem | None, Any]:
    """(the item of the current version that this one is or went into, the last Descent on the
    way or None). (None, its Descent of dropping or None) if it went nowhere."""
    heads, seen = [item_id], {item_id}
    last: Descent | None = None
    for _ in range(GENERATIONS):
        node = current.items.filter(item_id__in=heads).order_by("order").first()
        if node:
            return node, last
        steps = list(
            Descent.objects.filter(source_id__in=heads)
            .filter(Q(target__isnull=True) | ~Q(target_id__in=seen))
            .select_related("target")
        )
        heads = [step.target_id for step in steps if step.target_id]
        seen |= set(heads)
        if steps:
            last = steps[0]
        if not heads:
            break
    return None, last if last and last.target_id is None else None


def lineage_of(node: VersionItem, current: PlanVersion) -> dict[str, Any]:
    """For an item's page: where it came from; in the current version who had its number before;
    in an old one, or an earlier plan, what became of it. `current` is of the node's plan."""
    told: dict[str, Any] = {"came_from": came_from(node), "number_was": None}
    told |= {"now_is": None, "ending": None}
    if node.version_id != current.pk or current.aside:
        read_now = PlanVersion.objects.current() if current.aside else current
        if read_now:
            told["now_is"], told["ending"] = goes_on_as(node.item_id, read_now)
    elif current.number > 1:
        earlier = VersionItem.objects.filter(
            version__plan_id=current.plan_id, version__number__lt=current.number
        ).exclude(item_id=node.item_id)
        told["number_was"] = (
            earlier.filter(number=node.number)
            .select_related("version")
            .order_by("-version_id")
            .first()
        )
    return told


def explained(changes: list[Change], plan_id: int) -> list[Change]:
    """The same, where an item came or went with the reason that was given. One query, if any."""
    ids = {c.item_id for c in changes if c.kind in ("Dropped", "New item")}
    if not ids:
        return changes
    steps = list(
        Descent.objects.filter(Q(source_id__in=ids) | Q(target_id__in=ids), plan_id=plan_id)
        .exclude(kind=Passing.CARRIED)
        .select_related("source", "target")
    )
    for change in changes:
        for step in steps:
            if step.source_id == change.item_id and step.kind == Passing.MERGED:
                change.kind, change.why = "Merged", f"Into “{step.target}”: {step.reason}"
            if step.source_id == change.item_id and step.kind == Passing.DROPPED:
                change.why = step.reason
            if change.kind == "New item" and step.target_id == change.item_id:
                if step.kind == Passing.SPLIT:
                    change.why = f"Split from “{step.source}”: {step.reason}"
    return changes
