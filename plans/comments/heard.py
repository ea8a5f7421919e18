"""What was said to an item and to all below it, ready to be shown: few rows of plain values,
since a page may have hundreds of them."""

import uuid
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from django.db.models import Count, Exists, OuterRef, Q
from django.db.models.functions import Lower

from accounts.models import SHOWN_ONCE_VERIFIED
from plans.choices import CommentState, DeclineReason, Shown
from plans.models import Comment, PlanVersion, Reply, Response, VersionItem
from plans.models.comments import CommentQuerySet
from plans.structure import lineage
from plans.structure.differences import compare_item, labels_of
from plans.structure.references import cited

A_PAGE = 50
MOST = 1_000  # at once, where all are asked for
WORDS = {"Name", "Statement", "Text", "Evidence", "Action", "New action", "Action taken out"}


class Said(NamedTuple):
    """A comment as readers may see it. `known`: the name of the organization that the portal
    knows, with what says whether it is public."""

    pk: int
    item_id: uuid.UUID
    number: str
    version: int
    state: str
    reason: str
    stance: str
    name: str
    organization_name: str
    known: str | None
    known_state: str | None
    known_since: datetime | None
    relation: str
    shown: str
    source: str
    late: bool
    created_at: datetime
    text_html: str
    response: int | None
    has_replies: bool
    has_alike: bool

    @property
    def organization(self) -> str:
        """The rule of Organization.is_public, on plain values."""
        is_public = self.known_since is not None and self.known_state in SHOWN_ONCE_VERIFIED
        return self.known or "" if is_public else self.organization_name


COLUMNS = [
    "pk",
    "item_id",
    "number",
    "version__number",
    "state",
    "reason",
    "stance",
    "name",
    "organization_name",
    "organization__name",
    "organization__state",
    "organization__verified_at",
    "relation",
    "shown",
    "source",
    "late",
    "created_at",
    "text_html",
    "response_id",
    "has_replies",
    "has_alike",
]


@dataclass
class Heard:
    """The comments on an item and all below it: one page of them, and their sums.

    `now`: the items of the page's version; `merged`: items that are no longer, with those that
    they went into; `alike`, `replies`: by comment;
    `responses`: by their id; `differences`: [(what, HTML)] by version and item.
    """

    page: list[Said] = field(default_factory=list)
    total: int = 0
    organizations: int = 0
    residents: int = 0
    declined: list[tuple[str, int]] = field(default_factory=list)
    next_after: int | None = None
    after: int = 0
    is_all: bool = False
    now: Mapping[uuid.UUID, VersionItem] = field(default_factory=dict)
    merged: Mapping[uuid.UUID, uuid.UUID] = field(default_factory=dict)
    alike: Mapping[int, int] = field(default_factory=dict)
    replies: Mapping[int, list[Reply]] = field(default_factory=dict)
    responses: Mapping[int, Response] = field(default_factory=dict)
    differences: Mapping[tuple[int, uuid.UUID], list[tuple[str, str]]] = field(default_factory=dict)

    @property
    def from_whom(self) -> str:
        parts = [
            (self.organizations, "organization", "organizations"),
            (self.residents, "resident", "residents"),
        ]
        return " and ".join(f"{n} {one if n == 1 else many}" for n, one, many in parts if n)


def heard_on(
    version: PlanVersion,
    nodes: Sequence[VersionItem],
    *,
    after: int = 0,
    is_all: bool = False,
    bare: bool = False,
) -> Heard:
    """Comments on these items of a version and on what was merged into them: those after one,
    A_PAGE of them or, where all are asked for, MOST. `bare`: without what stands beside
    their words. The number of queries does not grow."""
    now = {node.item_id: node for node in nodes}
    merged = merged_into(version)
    ids = [*now, *(source for source, target in merged.items() if target in now)]
    about = Comment.objects.filter(item_id__in=ids)
    heard = Heard(after=after, is_all=is_all, now=now, merged=merged)
    _fill(heard, about, MOST if is_all else A_PAGE)
    is_whole = not after and heard.next_after is None
    if is_whole and not any(said.has_alike for said in heard.page):
        _count_page(heard)
    else:
        _count(heard, about)
    if heard.page and not bare:
        _dress(heard, version)
    return heard


def _count_page(heard: Heard) -> None:
    """The page has all of them."""
    shown = [said for said in heard.page if said.state == CommentState.PUBLISHED]
    named = {said.organization_name.lower() for said in shown if said.shown != Shown.WORDS}
    declined = Counter(s.reason for s in heard.page if s.state == CommentState.DECLINED)
    heard.total, heard.organizations = len(shown), len(named - {""})
    heard.residents = sum(not said.organization_name for said in shown)
    heard.declined = _in_words(declined)


def _count(heard: Heard, about: CommentQuerySet) -> None:
    sums = about.published().aggregate(
        total=Count("pk"),
        organizations=Count(
            Lower("organization_name"),
            distinct=True,
            filter=~Q(organization_name="") & ~Q(shown=Shown.WORDS),
        ),
        residents=Count("pk", filter=Q(organization_name="")),
    )
    heard.total, heard.organizations = sums["total"], sums["organizations"]
    heard.residents = sums["residents"]
    declined = about.filter(state=CommentState.DECLINED).values_list("reason").order_by()
    heard.declined = _in_words(dict(declined.annotate(n=Count("pk"))))


def _in_words(reasons: Mapping[str, int]) -> list[tuple[str, int]]:
    return [(str(DeclineReason(reason).label), n) for reason, n in sorted(reasons.items())]


def merged_into(version: PlanVersion) -> dict[uuid.UUID, uuid.UUID]:
    """Items that the version no longer has, and where each went in the end."""
    steps = lineage.merged_into(version)
    return {source: _end(source, steps) for source in steps}


def heard_before(steps: Iterable[lineage.Passage]) -> list[tuple[lineage.Passage, int]]:
    """Steps through earlier plans on which something was heard, and how many comments stand on
    the page of their item. No query without such a step; three for one earlier plan."""
    told = [step for step in steps if step.elsewhere]
    if not told:
        return []
    whose = Q()
    for step in told:
        number = Q(number=step.node.number) | Q(number__startswith=step.node.kin)
        whose |= Q(version=step.node.version_id) & number
    places = list(VersionItem.objects.filter(whose).values_list("item_id", "version", "number"))
    at = {item: (version, number) for item, version, number in places}
    for version in {step.node.version for step in told}:
        at |= {source: at[end] for source, end in merged_into(version).items() if end in at}
    counts: Counter[tuple[int, str]] = Counter()
    said = Comment.objects.published().filter(item_id__in=at).order_by()
    for item, n in said.values_list("item_id").annotate(n=Count("pk")):
        counts[at[item]] += n
    found = []
    for step in told:
        here = step.node
        n = sum(
            number
            for (version, name), number in counts.items()
            if version == here.version_id and f"{name}.".startswith(here.kin)
        )
        found += [(step, n)] if n else []
    return found


def _end(source: uuid.UUID, steps: Mapping[uuid.UUID, uuid.UUID]) -> uuid.UUID:
    seen, at = {source}, source
    while (further := steps.get(at)) and further not in seen:
        seen.add(further)
        at = further
    return at


def _fill(heard: Heard, about: CommentQuerySet, most: int) -> None:
    """Published ones, and the places of those that were declined or taken back."""
    places = Q(state=CommentState.PUBLISHED, same_as__isnull=True) | Q(
        state__in=[CommentState.DECLINED, CommentState.WITHDRAWN], decided_at__isnull=False
    )
    alike = Comment.objects.published().filter(same_as=OuterRef("pk"))
    rows = (
        about.filter(places, pk__gt=heard.after)
        .annotate(
            has_replies=Exists(Reply.objects.filter(comment=OuterRef("pk"))),
            has_alike=Exists(alike),
        )
        .order_by("pk")
    )
    found = [Said._make(row) for row in rows.values_list(*COLUMNS)[: most + 1]]
    heard.page = found[:most]
    heard.next_after = heard.page[-1].pk if len(found) > most else None


def _dress(heard: Heard, version: PlanVersion) -> None:
    """What stands beside the words."""
    if alike := [said.pk for said in heard.page if said.has_alike]:
        same = Comment.objects.published().filter(same_as__in=alike).order_by()
        heard.alike = dict(same.values_list("same_as").annotate(n=Count("pk")))
    if replied := [said.pk for said in heard.page if said.has_replies]:
        replies = defaultdict(list)
        for reply in Reply.objects.filter(comment__in=replied):
            replies[reply.comment_id].append(reply)
        heard.replies = replies
    answered = {said.response for said in heard.page if said.response}
    if answered:
        heard.responses = (
            Response.objects.published().select_related("changed_in").in_bulk(answered)
        )
    older = {
        (said.version, said.item_id)
        for said in heard.page
        if said.version != version.number and said.item_id in heard.now
    }
    if older:
        heard.differences = differences_since(version, heard.now, older)


# Frozen rows never change, so what lies between two of them does not either.
_kept: dict[tuple[int, int], list[tuple[str, str]]] = {}
KEPT = 2_000


def differences_since(
    version: PlanVersion,
    now: Mapping[uuid.UUID, VersionItem],
    older: set[tuple[int, uuid.UUID]],
) -> dict[tuple[int, uuid.UUID], list[tuple[str, str]]]:
    """What became of the words of items since earlier versions: {(version, item): [(what, HTML
    with <ins> and <del>)]}. Each is computed once; two queries at most."""
    places = Q()
    for number in {number for number, _ in older}:
        items = [item for of, item in older if of == number]
        places |= Q(version__number=number, item_id__in=items)
    rows = VersionItem.objects.filter(places, version__plan_id=version.plan_id)
    then = list(rows.values_list("pk", "version__number", "item_id"))
    missing = [pk for pk, _, item in then if (pk, now[item].pk) not in _kept]
    if missing:
        if len(_kept) > KEPT:
            _kept.clear()
        full = VersionItem.objects.in_bulk(missing)
        labels = _labels(version, [*full.values(), *now.values()])
        for row in full.values():
            changes = compare_item(row, now[row.item_id], labels)
            _kept[row.pk, now[row.item_id].pk] = [
                (change.kind, str(change.html)) for change in changes if change.kind in WORDS
            ]
    return {(number, item): _kept[pk, now[item].pk] for pk, number, item in then}


def _labels(version: PlanVersion, rows: Iterable[VersionItem]) -> dict[uuid.UUID, tuple[str, str]]:
    """What the references in these rows are called now."""
    texts = (text for row in rows for text in (row.text, row.evidence, *_texts(row)))
    ids = {pk for text in texts for pk in cited(text)}
    return labels_of(version.items.filter(item_id__in=ids)) if ids else {}


def _texts(row: VersionItem) -> list[str]:
    return [action["text"] for action in row.actions]
