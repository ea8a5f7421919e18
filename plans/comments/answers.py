"""What was said and what came of it: comments that wait for an answer, answers that wait to be
published, and what readers see of both."""

import hashlib
import uuid
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from django.db.models import Count, Exists, Min, OuterRef, Q

from plans.choices import Disposition, Kind, PlanState, Shown
from plans.comments.heard import merged_into
from plans.models import Comment, Plan, PlanVersion, Response, VersionItem
from plans.structure.numbers import ancestors_of
from vocabularies.templatetags.words import listed

A_PAGE = 50
# Kinds as filters and tables name them. Who speaks for no organization is a resident; whose
# organization readers do not see counts apart, whatever it is.
RESIDENT, HIDDEN = "resident", "hidden"
SPEAKERS = {
    **{one.value: str(one.label) for one in Kind},
    RESIDENT: "Resident, speaking for themselves",
    HIDDEN: "Who shows only the words",
}
# As a sentence counts them: (one, many).
IN_A_SENTENCE = {
    "employer": ("employer", "employers"),
    "provider": ("college, school or training provider", "colleges, schools or training providers"),
    "center": ("career or workforce center", "career or workforce centers"),
    "agency": ("public agency", "public agencies"),
    "community": ("community or labor organization", "community or labor organizations"),
    "other": ("organization of another kind", "organizations of another kind"),
    RESIDENT: ("resident", "residents"),
    HIDDEN: ("person who shows only the words", "people who show only the words"),
}
STANDINGS = {"open": "Without an answer", "private": "Answer in private", "published": "Answered"}
# Whoever spoke gets an answer, also once the plan is history.
PUBLISH_STATES = (PlanState.ANSWERING, PlanState.ADOPTED, PlanState.SUPERSEDED)
ANSWER_STATES = (PlanState.OPEN, *PUBLISH_STATES)


def plans_to_answer() -> list[PlanVersion]:
    """The newest version of each plan that the public has read, the newest plan first; of plans
    that are history, those that were commented on."""
    said = Comment.objects.published().filter(item__plan_id=OuterRef("plan_id"))
    found = PlanVersion.objects.exclude(~Exists(said), plan__state=PlanState.SUPERSEDED)
    newest = found.order_by("-plan_id", "-number").distinct("plan_id")
    return list(newest.select_related("plan"))


def read_at(plan: Plan) -> str:
    """What the address of its public answers ends with, where another plan is read now."""
    current = PlanVersion.objects.current()
    return f"?plan={plan.pk}" if current and current.plan_id != plan.pk else ""


def is_answered() -> Q:
    """Of a comment: its own answer is public, or that of the comment which says the same."""
    return Q(response__published_at__isnull=False) | Q(
        response__isnull=True, same_as__response__published_at__isnull=False
    )


def answered_on(item_ids: Iterable[uuid.UUID]) -> int:
    """Published comments on these items that have a public answer."""
    said = Comment.objects.published().filter(item_id__in=list(item_ids))
    return said.filter(is_answered()).count()


@dataclass
class Here:
    """A version's items, found by any id that is or was one of them."""

    version: PlanVersion
    nodes: list[VersionItem]
    merged: Mapping[uuid.UUID, uuid.UUID]

    def __post_init__(self) -> None:
        self._by_id = {node.item_id: node for node in self.nodes}
        self._by_order = {node.order: node for node in self.nodes}

    @classmethod
    def of(cls, version: PlanVersion) -> "Here":
        """Two queries."""
        nodes = version.items.only("item_id", "number", "handle", "statement", "depth", "order")
        return cls(version, list(nodes), merged_into(version))

    def node(self, item_id: uuid.UUID | None) -> VersionItem | None:
        """Where the item is, or what it was merged into; None where it is gone."""
        if item_id is None:
            return None
        return self._by_id.get(item_id) or self._by_id.get(self.merged.get(item_id, item_id))

    def ordered(self, order: int | None) -> VersionItem | None:
        return None if order is None else self._by_order.get(order)

    def numbered(self, number: str) -> VersionItem | None:
        return next((node for node in self.nodes if node.number == number), None)

    def ids_from(self, node: VersionItem) -> set[uuid.UUID]:
        """The item, all below it, and what was merged into them."""
        ids = {one.item_id for one in self.nodes if one.number == node.number or node.has(one)}
        return ids | {source for source, target in self.merged.items() if target in ids}


# Comments to answer -----------------------------------------------------------------


@dataclass
class Asked:
    """Comments as an editor looks for them: `number` of an item and all below it."""

    number: str = ""
    stance: str = ""
    kind: str = ""
    standing: str = "open"
    after: int = 0


@dataclass
class Waiting:
    """A page of comments, each with where its item is now and how many said the same, and how
    many there are of each standing."""

    page: list[tuple[Comment, VersionItem | None, int]]
    next_after: int | None
    counts: dict[str, int]

    @property
    def total(self) -> int:
        return sum(self.counts.values())


def of_standing(standing: str) -> Q:
    if standing == "published":
        return Q(response__published_at__isnull=False)
    if standing == "private":
        return Q(response__isnull=False, response__published_at__isnull=True)
    return Q(response__isnull=True)


def waiting_for_answers(here: Here, asked: Asked) -> Waiting:
    """Published comments, doubles with the one that they are a double of. Three queries."""
    said = Comment.objects.published().filter(
        item__plan_id=here.version.plan_id, same_as__isnull=True
    )
    counts = said.order_by().aggregate(
        **{key: Count("pk", filter=of_standing(key)) for key in STANDINGS}
    )
    node = here.numbered(asked.number)
    if asked.number:
        said = said.filter(item_id__in=here.ids_from(node) if node else [])
    if asked.stance:
        said = said.filter(stance="" if asked.stance == "none" else asked.stance)
    if asked.kind:
        no_name = Q(organization_name="")
        said = said.filter(no_name if asked.kind == RESIDENT else ~no_name & Q(kind=asked.kind))
    if asked.standing in STANDINGS:
        said = said.filter(of_standing(asked.standing))
    found = said.filter(pk__gt=asked.after).select_related("organization", "response", "version")
    rows = list(found.order_by("pk")[: A_PAGE + 1])
    page = rows[:A_PAGE]
    same = Comment.objects.published().filter(same_as__in=page).values_list("same_as").order_by()
    doubles = dict(same.annotate(n=Count("pk")))
    return Waiting(
        [(one, here.node(one.item_id), doubles.get(one.pk, 0)) for one in page],
        page[-1].pk if len(rows) > A_PAGE else None,
        counts,
    )


# Answers in private -------------------------------------------------------------------


@dataclass
class Prepared:
    """An answer in private with what it still lacks, in words."""

    response: Response
    comments: int
    lacks: list[str]


def prepared(plan: Plan) -> list[Prepared]:
    """Answers that are not public yet, in the order in which they were begun. One query."""
    found = plan.responses.in_private().select_related("changed_item", "changed_in", "by")
    said = Count("comments", filter=Q(comments__state="published"))
    return [
        Prepared(one, one.said, lacks_of(one, one.said))
        for one in found.annotate(said=said).order_by("pk")
    ]


def lacks_of(response: Response, comments: int) -> list[str]:
    lacks = [] if comments else ["no comment that it answers"]
    lacks += [] if response.text.strip() else ["its words"]
    if not response.changed_item_id and not response.no_change_because:
        lacks.append("the item that changed, or why nothing did")
    return lacks


def seen_of(rows: Sequence[Prepared]) -> str:
    """Stands for what an editor is about to publish."""
    said = [
        f"{one.response.pk}.{one.response.revision}.{one.comments}" for one in rows if not one.lacks
    ]
    return hashlib.sha256(" ".join(said).encode()).hexdigest()


def without_answer(plan: Plan) -> int:
    """Published comments that are in no answer, doubles apart."""
    said = Comment.objects.published().filter(item__plan=plan, same_as__isnull=True)
    return said.filter(response__isnull=True).count()


def without_public_answer(plan: Plan) -> int:
    """Published comments, doubles apart, whose authors have read no answer."""
    said = Comment.objects.published().filter(item__plan=plan, same_as__isnull=True)
    return said.filter(response__published_at__isnull=True).count()


def readers_of(rows: Sequence[Prepared]) -> int:
    """How many addresses get a letter when these are published."""
    ids = [one.response.pk for one in rows if not one.lacks]
    said = Comment.objects.published().filter(response__in=ids, told_at__isnull=True)
    return said.exclude(email="").values("email").distinct().count()


# You said, we did -----------------------------------------------------------------------


@dataclass
class Deed:
    """A public answer: where what it is about is now, who said it, since which version."""

    response: Response
    node: VersionItem | None
    speakers: Counter[str] = field(default_factory=Counter)
    since: int | None = None

    @property
    def comments(self) -> int:
        return self.speakers.total()

    @property
    def from_whom(self) -> str:
        """ "an employer", "employers (2) and a resident (1)": the kinds that said it."""
        kinds = [(IN_A_SENTENCE[key], self.speakers[key]) for key in IN_A_SENTENCE]
        told = [(_one(one) if n == 1 else many, n) for (one, many), n in kinds if n]
        if len(told) == 1:
            return told[0][0]
        return listed([f"{words} ({n})" for words, n in told])

    @property
    def change_url(self) -> str:
        return self.response.change_url(self.since)


def _one(noun: str) -> str:
    return f"{'an' if noun[0] in 'aeio' else 'a'} {noun}"


def speaker_of(kind: str, named: bool, hidden: bool) -> str:
    """The kind that readers may know of: `named` with an organization, `hidden` from them."""
    if not named:
        return RESIDENT
    return HIDDEN if hidden else kind or Kind.OTHER.value


def deeds(here: Here) -> list[Deed]:
    """Every public answer of a plan, in the order of its items now, without their words (see
    `with_words`). Two queries."""
    responses = Response.objects.published().filter(plan_id=here.version.plan_id)
    said = Comment.objects.published().filter(response__in=responses).order_by()
    rows: dict[int, list[tuple]] = defaultdict(list)
    kinds = said.annotate(named=~Q(organization_name=""), hidden=Q(shown=Shown.WORDS))
    grouped = kinds.values_list("response_id", "item_id", "kind", "named", "hidden")
    for response, *row in grouped.annotate(n=Count("pk"), since=Min("version__number")):
        rows[response].append(tuple(row))
    found = [
        _deed(one, rows[one.pk], here)
        for one in responses.only("pk", "disposition", "changed_item")
    ]
    last = len(here.nodes) + 1
    return sorted(
        found, key=lambda deed: (deed.node.order if deed.node else last, deed.response.pk)
    )


def with_words(page: Sequence[Deed]) -> Sequence[Deed]:
    """The answers of one page, as they are read. One query."""
    responses = Response.objects.select_related("changed_in")
    words = responses.in_bulk([deed.response.pk for deed in page])
    for deed in page:
        deed.response = words.get(deed.response.pk, deed.response)
    return page


def _deed(response: Response, rows: list[tuple], here: Here) -> Deed:
    """`rows`: (item, kind, has an organization, shows only the words, how many, since)."""
    places, speakers = Counter[int](), Counter[str]()
    for item, kind, named, hidden, n, _ in rows:
        speakers[speaker_of(kind, named, hidden)] += n
        if node := here.node(item):
            places[node.order] += n
    most = max(places.values(), default=0)
    order = min((place for place, n in places.items() if n == most), default=None)
    node = here.ordered(order)
    since = min((row[-1] for row in rows), default=None)
    return Deed(response, node or here.node(response.changed_item_id), speakers, since)


@dataclass
class Sought:
    number: str = ""
    kind: str = ""
    disposition: str = ""


def sought_among(found: Iterable[Deed], here: Here, sought: Sought) -> list[Deed]:
    """Those of an item and all below it, to a kind of organization, with a disposition."""
    node = here.numbered(sought.number) if sought.number else None
    if sought.number and node is None:
        return []
    return [
        deed
        for deed in found
        if (not node or deed.node and (deed.node.number == node.number or node.has(deed.node)))
        and (not sought.kind or deed.speakers[sought.kind])
        and (not sought.disposition or deed.response.disposition == sought.disposition)
    ]


def by_kind(found: Sequence[Deed]) -> list[tuple[str, str, int, str]]:
    """[("employer", "Employer", 4, "2 accepted and 2 not taken up")]: comments of each kind that
    were answered, and what came of them."""
    told = []
    for key, label in SPEAKERS.items():
        came: Counter[str] = Counter()
        for deed in found:
            came[deed.response.disposition] += deed.speakers[key]
        if total := came.total():
            parts = [f"{came[one]} {one.label.lower()}" for one in Disposition if came[one]]
            told.append((key, label, total, listed(parts)))
    return told


def places_of(found: Iterable[Deed], here: Here) -> list[VersionItem]:
    """Items to choose from: those that answers are about, and what they stand under."""
    numbers: set[str] = set()
    for deed in found:
        if deed.node:
            numbers |= {deed.node.number, *ancestors_of(deed.node.number)}
    return [node for node in here.nodes if node.number in numbers]


# Who has spoken ---------------------------------------------------------------------------

# Never a figure: the number of comments on each item is public, so that an exact figure beside a
# hidden one would give it away.
STEPS = [(25, "25 or more"), (10, "10 to 24"), (5, "5 to 9"), (1, "fewer than 5"), (0, "none")]


def step_of(number: int) -> str:
    return next(words for least, words in STEPS if number >= least)


@dataclass
class Row:
    """An item of the second level (of the first, where there is one level) and who spoke on it:
    [(kind, its words, "fewer than 5")]."""

    node: VersionItem
    cells: list[tuple[str, str, str]]


# Where the portal lists organizations of a kind.
LISTS = {"employer": "employers:employer_list", "center": "programs:center_list"}


def silent(rows: list[Row]) -> list[tuple[str, str, list[VersionItem]]]:
    """[("employers", view that lists them or "", items on which they said nothing)] for each
    kind."""
    return [
        (
            IN_A_SENTENCE[key][1],
            LISTS.get(key, ""),
            [
                row.node
                for row in rows
                for kind, _, step in row.cells
                if (kind, step) == (key, "none")
            ],
        )
        for key in SPEAKERS
        if key != HIDDEN
    ]


def who_spoke(here: Here) -> list[Row]:
    """Comments on each strategy, all below it and what was merged into them, by kind of
    organization, in steps. One query."""
    depth = 2 if any(node.depth == 2 for node in here.nodes) else 1
    strategies = [node for node in here.nodes if node.depth == depth]
    by_number = {node.number: Counter[str]() for node in strategies}
    said = Comment.objects.published().filter(item__plan_id=here.version.plan_id).order_by()
    rows = said.annotate(named=~Q(organization_name=""), hidden=Q(shown=Shown.WORDS)).values_list(
        "item_id", "kind", "named", "hidden"
    )
    for item, kind, named, hidden, n in rows.annotate(n=Count("pk")):
        node = here.node(item)
        if node is None:
            continue
        key = speaker_of(kind, named, hidden)
        for number in [*ancestors_of(node.number), node.number]:
            if number in by_number:
                by_number[number][key] += n
    return [
        Row(
            node,
            [(key, label, step_of(by_number[node.number][key])) for key, label in SPEAKERS.items()],
        )
        for node in strategies
    ]
