"""What a tree would change in the working copy of a plan: which item is which, what differs, what
is not in the file. Nothing here writes."""

import hashlib
import re
import uuid
from collections import Counter
from collections.abc import Iterable
from copy import copy
from dataclasses import dataclass, field
from typing import Any

from rapidfuzz import fuzz, process

from plans.choices import ROLE_PRESETS, STATUSES, Status
from plans.importing.cast import role_key
from plans.importing.mentions import Mention, mentions
from plans.importing.tree import MOST_ACTION, Node, parts_of, roots_of, walk
from plans.models import Item, Plan, VersionItem, WorkGroup
from plans.structure.differences import Change, compare_item, labels_of
from plans.structure.freezing import freeze
from plans.structure.numbers import ancestors_of
from plans.structure.references import Labels, to_plain

# From which likeness on (of 100) two texts are taken for the same item, action or group.
LIKE, LIKE_WITH_NUMBER, LIKE_ACTION, LIKE_GROUP = 82, 50, 75, 88
# The same number under the same item, and nothing else there that is more like it.
LIKE_AT_PLACE = 30
USUAL = {status["key"]: status["label"] for status in STATUSES}
BY_ID, BY_NUMBER, BY_HANDLE, BY_LIKENESS = "id", "number", "handle", "likeness"


@dataclass
class GroupMatch:
    """A work group that the file names. `group` is ours; `figure` how like the names are."""

    name: str
    group: WorkGroup | None = None
    figure: int = 0

    @property
    def exact(self) -> bool:
        return self.figure == 100


@dataclass
class Said:
    """How an action stands, by the file and by the plan; news alone change it."""

    action: str
    said: str
    now: str


@dataclass
class Move:
    """An item that stands somewhere else in the file: under `target`, None for the first level."""

    was: str
    now: str
    target: uuid.UUID | None


@dataclass
class Draft:
    """What one node would be in the working copy. `item` is None for a new one; `old` and `new`
    as a version would say them. Ids of new items are made here, so that others can mention them.
    """

    node: Node
    pk: uuid.UUID
    item: Item | None = None
    old: VersionItem | None = None
    how: str = ""
    figure: int = 0
    parent_id: uuid.UUID | None = None
    number: str = ""
    handle: str = ""
    statement: str = ""
    text: str = ""
    evidence: str = ""
    actions: list[tuple[uuid.UUID | None, str]] = field(default_factory=list)
    roles: dict[str, str] = field(default_factory=dict)
    changes: list[Change] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    statuses: list["Said"] = field(default_factory=list)
    move: "Move | None" = None
    stays: str = ""

    @property
    def is_sure(self) -> bool:
        """Nobody needs to ask whether it is the same item."""
        return self.how in (BY_ID, BY_HANDLE) or self.figure == 100

    @property
    def state(self) -> str:
        if self.item is None:
            return "new"
        return "change" if self.changes or self.move else "same"

    @property
    def title(self) -> str:
        return self.handle or self.statement


@dataclass
class Proposal:
    """All of it. `missing` are items of the plan that are not in the file; `pending` references
    that wait for their target; `seen` stands for the plan as it was looked at; `role_words`
    are [(word in the file, the plan's word)] where they differ."""

    drafts: list[Draft]
    groups: list[GroupMatch]
    missing: list[VersionItem]
    pending: list[str]
    seen: str
    deepest: int
    placed: str = ""
    role_words: list[tuple[str, str]] = field(default_factory=list)

    @property
    def statuses(self) -> list[tuple[Draft, Said]]:
        """Those of the file that the plan does not have."""
        return [(draft, said) for draft in self.drafts for said in draft.statuses]

    def of_state(self, state: str) -> list[Draft]:
        return [draft for draft in self.drafts if draft.state == state]


def seen_of_plan(plan: Plan | None) -> str:
    """Changes when anybody saves, adds, moves or retires an item."""
    if plan is None:
        return ""
    rows = plan.items.order_by("pk").values_list("pk", "revision", "parent_id", "retired_at")
    return hashlib.sha256(repr(list(rows)).encode()).hexdigest()[:32]


def key_of(name: str) -> str:
    return re.sub(r"[^\w]+", " ", name.casefold().replace("&", " and ")).strip()


def match_groups(names: Iterable[str], chosen: dict[str, str]) -> list[GroupMatch]:
    """`chosen`: {name: code of ours, or "new"} where a person said so."""
    known = list(WorkGroup.objects.all())
    by_code = {group.code: group for group in known}
    by_key = {key_of(group.code): group for group in known}
    by_key |= {key_of(group.name): group for group in known}
    found = []
    for name in dict.fromkeys(names):
        match = GroupMatch(name, by_key.get(key_of(name)), 100)
        if match.group is None:
            match.figure = 0
            best = process.extractOne(
                key_of(name), {g.pk: key_of(g.name) for g in known}, scorer=fuzz.token_sort_ratio
            )
            if best and best[1] >= LIKE_GROUP:
                match.group = next(group for group in known if group.pk == best[2])
                match.figure = min(int(best[1]), 99)
        if name in chosen:
            match.group = by_code.get(chosen[name])
        found.append(match)
    return found


def propose(
    tree: dict[str, Any],
    plan: Plan | None,
    *,
    under: uuid.UUID | None = None,
    chosen: dict[str, str] | None = None,
    apart: frozenset[int] = frozenset(),
) -> Proposal:
    """What saving the tree into `plan` (None: a new one) would do. `apart`: nodes that a person
    said are new, whatever they are like. Four queries."""
    roots = roots_of(parts_of(tree))
    nodes = list(walk(roots))
    rows = freeze(plan) if plan else []
    roles = plan.roles if plan else roles_for(nodes)
    groups = match_groups((r["group"] for n in nodes for r in n.roles), chosen or {})
    drafts = [Draft(node, uuid.uuid4()) for node in nodes]
    _match([draft for draft in drafts if draft.node.at not in apart], rows)
    _match_places(roots, drafts, rows, apart)
    placed = _place(roots, drafts, rows, under)
    above = _move(roots, drafts, rows)
    writer = _Writer(drafts, rows)
    for draft in drafts:
        _fill(draft, writer, groups, roles, plan.statuses if plan else STATUSES)
    matched = {draft.pk for draft in drafts if draft.item}
    inside = {draft.old.number for draft in drafts if draft.old}
    missing = [
        row for row in rows if row.item_id not in matched and _within(row.number, inside, drafts)
    ]
    deepest = max((_depth(pk, above) for pk in above), default=0)
    labels = {role["key"]: role["label"] for role in roles}
    said = dict.fromkeys(r["role"] for n in nodes for r in n.roles)
    words = [(word, labels[role_key(word, roles)]) for word in said]
    return Proposal(
        drafts=drafts,
        groups=groups,
        missing=missing,
        pending=writer.pending,
        seen=seen_of_plan(plan),
        deepest=deepest,
        placed=placed,
        role_words=[(a, b) for a, b in words if a.casefold() != b.casefold()],
    )


def roles_for(nodes: list[Node]) -> list[dict[str, Any]]:
    """The preset whose words the file uses."""
    said = {held["role"] for node in nodes for held in node.roles}
    raci = {"Accountable", "Consulted", "Informed"} & said
    return ROLE_PRESETS["raci" if raci else "lead-support-advisory"]


def _within(number: str, inside: set[str], drafts: list[Draft]) -> bool:
    """A file that holds one branch says nothing of the others: only what stands below a matched
    item can be missing, or beside the roots of a file that begins at the first level."""
    if any(above in inside for above in ancestors_of(number)):
        return True
    return "." not in number and any(d.node.level == 1 and d.item for d in drafts)


# Which item is which -----------------------------------------------------------


def _match(drafts: list[Draft], rows: list[VersionItem]) -> None:
    free = {row.item_id: row for row in rows}
    by_number = {row.number: row for row in rows}
    by_handle: dict[str, list[VersionItem]] = {}
    for row in rows:
        if row.handle:
            by_handle.setdefault(row.handle.casefold(), []).append(row)

    def take(draft: Draft, row: VersionItem | None, how: str, figure: int = 100) -> bool:
        if row is None or row.item_id not in free:
            return False
        del free[row.item_id]
        draft.item, draft.old, draft.pk = row.item, row, row.item_id
        draft.how, draft.figure, draft.number = how, figure, row.number
        return True

    for draft in drafts:
        if pk := _uuid(draft.node.id):
            take(draft, free.get(pk), BY_ID)
    # The same words are the same item, wherever it stands now.
    said_by = Counter(_words_of(draft.node) for draft in drafts)
    rows_by: dict[str, list[VersionItem]] = {}
    for row in rows:
        rows_by.setdefault(_words_of(row), []).append(row)
    for draft in (d for d in drafts if d.item is None):
        words_of_it = _words_of(draft.node)
        same = rows_by.get(words_of_it, [])
        if len(same) == said_by[words_of_it] == 1:
            how = BY_NUMBER if same[0].number == draft.node.number else BY_LIKENESS
            take(draft, same[0], BY_HANDLE if draft.node.handle else how)
    for draft in (d for d in drafts if d.item is None and d.node.handle):
        same = by_handle.get(draft.node.handle.casefold(), [])
        if len(same) == 1:
            take(draft, same[0], BY_HANDLE, likeness(draft.node, same[0]))
    for draft in (d for d in drafts if d.item is None):
        there = by_number.get(draft.node.number)
        if there and (figure := likeness(draft.node, there)) >= LIKE_WITH_NUMBER:
            take(draft, there, BY_NUMBER, figure)
    words = {pk: _words_of(row) for pk, row in free.items()}
    for draft in (d for d in drafts if d.item is None):
        said = _words_of(draft.node)
        best = process.extractOne(said, words, scorer=fuzz.ratio, score_cutoff=LIKE)
        if best and take(draft, free[best[2]], BY_LIKENESS, int(best[1])):
            del words[best[2]]


def _match_places(
    roots: list[Node], drafts: list[Draft], rows: list[VersionItem], apart: frozenset[int]
) -> None:
    """What was worded anew keeps its place."""
    taken = {draft.pk for draft in drafts if draft.item}
    free = {row.number: row for row in rows if row.item_id not in taken}
    by_at = {draft.node.at: draft for draft in drafts}
    for node in walk(roots):
        above = by_at[node.at].old
        for child in node.children if above else []:
            draft, row = by_at[child.at], free.get(child.number)
            if draft.item or row is None or row.parent != above or child.at in apart:
                continue
            if (figure := likeness(child, row)) >= LIKE_AT_PLACE:
                draft.item, draft.old, draft.pk = row.item, row, row.item_id
                draft.how, draft.figure, draft.number = BY_NUMBER, figure, row.number


def _words_of(one: Node | VersionItem) -> str:
    return key_of(f"{one.handle} {one.statement}")


def likeness(node: Node, row: VersionItem) -> int:
    """Of 100. The same handle is enough."""
    if node.handle and node.handle.casefold() == row.handle.casefold():
        return 100
    return int(
        max(
            fuzz.token_sort_ratio(key_of(node.statement), key_of(row.statement)),
            fuzz.token_sort_ratio(key_of(node.title), key_of(row.title)),
        )
    )


def _uuid(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


def _place(
    roots: list[Node], drafts: list[Draft], rows: list[VersionItem], under: uuid.UUID | None
) -> str:
    """Where new items go: under their node's item; a root by its number, else under `under`.
    Says what the roots were placed under, in words."""
    by_at = {draft.node.at: draft for draft in drafts}
    by_number = {row.number: row for row in rows}
    top = {row.item_id: row for row in rows}
    said = ""

    def walk_down(node: Node, above: Draft | None) -> None:
        nonlocal said
        draft = by_at[node.at]
        if above is not None:
            draft.parent_id = above.pk
        elif draft.item is None:
            parents = ancestors_of(node.number) if re.fullmatch(r"[\d.]+", node.number) else []
            at = by_number.get(parents[-1]) if parents else None
            row = top.get(under) if under else at
            draft.parent_id = row.item_id if row else None
            said = f"{row.number} {row.title}" if row else said
        for child in node.children:
            walk_down(child, draft)

    for root in roots:
        walk_down(root, None)
    return said


Above = dict[uuid.UUID, uuid.UUID | None]


def _move(roots: list[Node], drafts: list[Draft], rows: list[VersionItem]) -> Above:
    """Which found items move, in reading order, so that what they go under stands already. Gives
    what each item of the plan and of the file would stand under."""
    above: Above = {row.item_id: row.parent.item_id if row.parent else None for row in rows}
    above |= {draft.pk: draft.parent_id for draft in drafts if draft.item is None}
    by_at = {draft.node.at: draft for draft in drafts}
    # A file of one branch does not say what its roots stand under.
    firsts = {
        root.level for root in roots if (old := by_at[root.at].old) is not None and old.depth == 1
    }

    def walk_down(node: Node, over: Draft | None) -> None:
        draft = by_at[node.at]
        target = over.pk if over else None
        said = over is not None or node.level in firsts
        if draft.old and said and above[draft.pk] != target:
            stands = draft.old.parent
            was = f"{stands.number} {stands.title}" if stands else "the first level"
            now = _called(over) if over else "the first level"
            if target and _is_under(target, draft.pk, above):
                draft.stays = f"It stands under {now} in the text, which stands under it here."
            else:
                above[draft.pk], draft.move = target, Move(was, now, target)
        for child in node.children:
            walk_down(child, draft)

    for root in roots:
        walk_down(root, None)
    return above


def _called(draft: Draft) -> str:
    title = draft.old.title if draft.old else draft.node.title
    return f"{draft.number} {title}".strip()


def _is_under(pk: uuid.UUID, head: uuid.UUID, above: Above) -> bool:
    at: uuid.UUID | None = pk
    while at:
        if at == head:
            return True
        at = above[at]
    return False


def _depth(pk: uuid.UUID, above: Above) -> int:
    depth = 0
    at: uuid.UUID | None = pk
    while at:
        depth, at = depth + 1, above[at]
    return depth


# What it would say -------------------------------------------------------------


class _Writer:
    """Words of the file as the plan keeps them: mentions become references."""

    def __init__(self, drafts: list[Draft], rows: list[VersionItem]) -> None:
        self.labels: Labels = labels_of(rows)
        self.targets: dict[str, tuple[uuid.UUID, str]] = {
            row.number: (row.item_id, row.title) for row in rows
        }
        for draft in drafts:
            if draft.node.number:
                self.targets[draft.node.number] = draft.pk, draft.node.title
        self.shown = {
            number: (f"{number} {title}", pk) for pk, (number, title) in self.labels.items()
        }
        self.pending: list[str] = []

    def stored(self, text: str, own: uuid.UUID, most: int = 0) -> str:
        """`[[id]]` for what is there, `[[? words]]` for what is not. Brackets that a person typed
        twice are no reference of ours."""
        text = text.replace("[[", "[").replace("]]", "]")
        parts, at = [], 0
        for mention in mentions(text):
            token = self._token(mention, own)
            parts += [text[at : mention.start], token]
            at = mention.end
        made = "".join([*parts, text[at:]])
        for label, pk in self._labels_in(made):
            made = made.replace(label, f"[[{pk}]]")
        if most and len(made) > most:
            return text
        self.pending += re.findall(r"\[\[\? ([^\[\]]*)\]\]", made)
        return made

    def _labels_in(self, text: str) -> list[tuple[str, uuid.UUID]]:
        """ "2.2 Inventory", as our own exports show a reference."""
        numbers = re.findall(r"(?<![\w.\[])(\d{1,3}(?:\.\d{1,3}){0,4}) (?=\w)", text)
        found = [self.shown[number] for number in dict.fromkeys(numbers) if number in self.shown]
        return [(label, pk) for label, pk in found if label in text and len(label) > 6]

    def _token(self, mention: Mention, own: uuid.UUID) -> str:
        pk, title = self.targets.get(mention.number, (None, ""))
        if pk == own:
            return mention.said
        if pk and mention.title and fuzz.ratio(key_of(mention.title), key_of(title)) < 60:
            pk = None
        if pk:
            return f"[[{pk}]]"
        return f"[[? {re.sub(r'[<>]', '', mention.said)}]]"


def _fill(
    draft: Draft,
    writer: _Writer,
    groups: list[GroupMatch],
    roles: list[dict[str, Any]],
    statuses: list[dict[str, str]],
) -> None:
    node, old = draft.node, draft.old
    kept = old or VersionItem(handle="", statement="", text="", evidence="", roles=[], actions=[])
    same_handle = node.handle.casefold() == kept.handle.casefold()
    draft.handle = kept.handle if same_handle or not node.handle else node.handle
    # A file may say only what an item is called.
    named = not node.handle and node.statement.casefold() == kept.handle.casefold()
    said = node.statement if node.handle else _without(node.statement, kept.handle)
    same = named or not said or _alike(kept.statement, said)
    draft.statement = kept.statement if same else said
    for name in ("text", "evidence"):
        said, was = getattr(node, name), getattr(kept, name)
        words = writer.stored(said, draft.pk) if said else was
        setattr(draft, name, was if _same(was, said, words, writer.labels) else words)
    draft.actions = _actions(draft, kept, writer, {s["key"]: s["label"] for s in statuses})
    names = {match.name: match for match in groups}
    for held in node.roles:
        match = names[held["group"]]
        draft.roles[match.name] = role_key(held["role"], roles)
    if old is None:
        return
    new = copy(old)
    for name in ("handle", "statement", "text", "evidence"):
        setattr(new, name, getattr(draft, name))
    by_id = {action["id"]: action for action in old.actions}
    new.actions = [
        by_id[str(pk)] | {"text": text}
        if pk
        else {"id": f"new-{n}", "text": text, "status": "not-started", "word": ""}
        for n, (pk, text) in enumerate(draft.actions)
    ]
    ours = {match.group.name if match.group else match.name: match for match in names.values()}
    said_roles = {
        (names[name].group.name if names[name].group else name): key  # type: ignore[union-attr]
        for name, key in draft.roles.items()
    }
    labels = {role["key"]: role["label"] for role in roles}
    new.roles = [
        held | ({"word": labels[said_roles[held["name"]]]} if held["name"] in said_roles else {})
        for held in old.roles
    ]
    held_names = {held["name"] for held in old.roles}
    new.roles += [
        {"name": name, "word": labels[key]}
        for name, key in said_roles.items()
        if name not in held_names and name in ours
    ]
    draft.changes = compare_item(old, new, writer.labels)
    said_nothing = [held["name"] for held in old.roles if held["name"] not in said_roles]
    if node.roles and said_nothing:
        draft.kept.append(
            f"Roles kept though the file does not name them: {', '.join(said_nothing)}."
        )


def _actions(
    draft: Draft, kept: VersionItem, writer: _Writer, labels: dict[str, str]
) -> list[tuple[uuid.UUID | None, str]]:
    """The plan's actions in their order with the file's words, then the file's new ones."""
    free = {action["id"]: action for action in kept.actions}
    plain = {pk: to_plain(action["text"], writer.labels) for pk, action in free.items()}
    found: dict[str, str] = {}
    new: list[str] = []
    waiting = []
    for said in draft.node.actions:
        stored = writer.stored(said["text"], draft.pk, MOST_ACTION)
        same = [
            pk
            for pk, action in free.items()
            if _same(action["text"], said["text"], stored, writer.labels)
        ]
        if not same and said["id"] not in free:
            waiting.append((said, stored))
            continue
        pk = said["id"] if said["id"] in free else same[0]
        action = free.pop(pk)
        found[pk] = action["text"] if pk in same else stored
        _note_status(draft, said, action["status"], labels)
    for said, stored in waiting:
        text = said["text"]
        words = {pk: key_of(plain[pk]) for pk in free}
        best = process.extractOne(key_of(text), words, scorer=fuzz.ratio, score_cutoff=LIKE_ACTION)
        if best:
            _note_status(draft, said, free.pop(best[2])["status"], labels)
            found[best[2]] = stored
        else:
            _note_status(draft, said, Status.NOT_STARTED, labels)
            new.append(stored)
    if draft.node.actions and free:
        left = "; ".join(f"“{plain[pk]}”" for pk in free)
        draft.kept.append(f"Actions kept though the file does not have them: {left}.")
    held = [
        (uuid.UUID(action["id"]), found.get(action["id"], action["text"]))
        for action in kept.actions
    ]
    return [*held, *((None, text) for text in new)]


def _note_status(draft: Draft, said: dict[str, str], now: str, labels: dict[str, str]) -> None:
    word = labels.get(said["status"]) or USUAL.get(said["status"], said["status"])
    if word and word.casefold() not in (now.casefold(), labels[now].casefold()):
        draft.statuses.append(Said(said["text"], word, labels[now]))


def _alike(was: str, said: str) -> bool:
    return " ".join(was.split()) == " ".join(said.split())


def _without(statement: str, handle: str) -> str:
    """ "Growth on the job. Help people" without the name that the plan has for it."""
    begins = re.match(rf"{re.escape(handle)}\s*[.:–—]\s+(?=\S)", statement, re.I)
    return statement[begins.end() :] if handle and begins else statement


def _same(was: str, said: str, stored: str, labels: Labels) -> bool:
    """The file says what the plan says, however it writes its references."""
    return was == stored or _alike(to_plain(was, labels), said)
