"""Plans that are being read in: begun, corrected line by line, saved into the working copy in one
transaction. Nothing is deleted: what a file does not have stays, or retires if a person says so."""

import re
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.actions import MoveRefused, record
from accounts.actions.history import entry_of
from accounts.models import Entry
from accounts.strangers import one_after_the_other
from plans.actions.groups import add_group
from plans.actions.next_plan import Beginning, begin_plan
from plans.actions.publishing import PlanChanged
from plans.actions.structure import MOST_SIBLINGS, locked, settle, stands_below, tree_of
from plans.choices import ROLE_PRESETS
from plans.importing.matching import Draft, Proposal, propose, roles_for
from plans.importing.tree import parts_of, roots_of, walk
from plans.models import Action, Item, Plan, PlanImport, RoleAssignment, WorkGroup
from plans.models.plan import three_levels
from plans.structure.numbers import MAX_DEPTH
from vocabularies.text import to_html

MOST_GROUPS = 60
AGAIN = "Somebody corrected these lines after you opened the page. Look at the differences again."


class ImportChanged(Exception):
    """Its tree is another one than the page showed. Its text is for the person."""


class ImportSaved(Exception):
    """It is in the plan already. Its text is for the person."""


@dataclass
class Place:
    """Where it goes and what is taken. `plan`: None for a new one, called `title`; `under` the
    item that roots without a known place go under, `above` the words of a new one to go under;
    `groups`: {name in the file: code of ours or "new"}; `leave`: parts not to take; `apart`: those
    that are new, though they are like an item of the plan; `stay`:
    those that do not move though they stand elsewhere in the file; `retire`: items of the plan to
    retire; `seen`: the plan as the page showed it, None for not asked."""

    plan: Plan | None = None
    title: str = ""
    period: str = ""
    under: uuid.UUID | None = None
    above: str = ""
    groups: dict[str, str] = field(default_factory=dict)
    leave: set[int] = field(default_factory=set)
    apart: frozenset[int] = frozenset()
    stay: set[int] = field(default_factory=set)
    retire: set[uuid.UUID] = field(default_factory=set)
    seen: str | None = None


@dataclass
class Outcome:
    plan: Plan
    added: int = 0
    changed: int = 0
    moved: int = 0
    statuses: int = 0
    retired: int = 0
    groups: list[str] = field(default_factory=list)
    pending: list[str] = field(default_factory=list)


@transaction.atomic
def begin_import(
    *,
    tree: dict[str, Any],
    name: str,
    plan: Plan | None,
    by: Any,
    token: uuid.UUID | None = None,
) -> PlanImport:
    """Keep what was recognised, to be corrected. The same form sent twice (`token`) makes one."""
    user = by if getattr(by, "pk", None) else None
    if token:
        one_after_the_other(token.hex)
        if twin := PlanImport.objects.filter(pk=token, by=user, tree=tree).first():
            return twin
        token = None if PlanImport.objects.filter(pk=token).exists() else token
    brought = PlanImport.objects.create(
        pk=token or uuid.uuid4(), tree=tree, name=name[:200], plan=plan, by=user
    )
    record(by=by, what="read a plan in", subject=brought, after={"parts": len(tree["parts"])})
    return brought


@transaction.atomic
def correct_import(
    *, brought: PlanImport, tree: dict[str, Any], revision: int, what: str, by: Any
) -> PlanImport:
    """Save its tree over revision `revision`. Raises ImportChanged, ImportSaved."""
    brought = _open(brought, revision)
    brought.tree, brought.revision = tree, revision + 1
    brought.save(update_fields=["tree", "revision"])
    record(by=by, what="corrected a plan that is read in", subject=brought, after={"what": what})
    return brought


@transaction.atomic
def forget_import(*, brought: PlanImport, by: Any) -> None:
    """Throw it away. What was saved of it stays in the plan."""
    brought = PlanImport.objects.select_for_update().get(pk=brought.pk)
    record(by=by, what="threw away a plan that was read in", subject=brought)
    brought.delete()


def _open(brought: PlanImport, revision: int) -> PlanImport:
    brought = PlanImport.objects.select_for_update(of=("self",)).get(pk=brought.pk)
    if brought.saved_at:
        raise ImportSaved("This was saved into the plan already. Bring the file again to update.")
    if brought.revision != revision:
        raise ImportChanged(AGAIN)
    return brought


@transaction.atomic
def save_import(*, brought: PlanImport, revision: int, place: Place, by: Any) -> Outcome:
    """Put the tree into a plan. Raises ImportChanged, ImportSaved, PlanChanged if the plan is not
    as the page showed it, PlanBegun, MoveRefused where it does not fit."""
    brought = _open(brought, revision)
    nodes = list(walk(roots_of(parts_of(brought.tree))))
    if not nodes:
        raise MoveRefused("There is no item in it yet. Make at least one line an item.")
    if place.plan:
        plan = locked(place.plan.pk)
    else:
        plan = begin_plan(beginning=beginning_of(brought.tree, place), by=by)
    above = _item_above(plan, place, by) if place.above else None
    under = above.pk if above else place.under
    proposal = propose(brought.tree, plan, under=under, chosen=place.groups, apart=place.apart)
    if place.plan and place.seen is not None and not above and proposal.seen != place.seen:
        raise PlanChanged(
            "Somebody changed the plan after you opened this page. Look at the differences again."
        )
    outcome = Outcome(plan, pending=list(dict.fromkeys(proposal.pending)))
    taken = _taken(proposal, place)
    refuse_what_does_not_fit(plan, proposal)
    groups = _groups(proposal, taken, outcome, by)
    entries: list[Entry] = []
    _add(plan, [d for d in taken if d.item is None], groups, by, entries, outcome)
    _change([d for d in taken if d.item and d.changes], groups, by, entries, outcome)
    _move(plan, taken, place, by, entries, outcome)
    _retire(plan, proposal, place, by, entries, outcome)
    outcome.statuses = sum(len(draft.statuses) for draft in taken)
    Entry.objects.bulk_create(entries, batch_size=500)
    now = timezone.now()
    brought.plan, brought.saved_at = plan, now
    names = ("added", "changed", "moved", "retired")
    counts = {name: getattr(outcome, name) for name in names}
    brought.options = brought.options | {"outcome": counts}
    brought.save(update_fields=["plan", "saved_at", "options"])
    record(by=by, what="took a file into the plan", subject=plan, after=counts, why=brought.name)
    return outcome


def beginning_of(tree: dict[str, Any], place: Place) -> Beginning:
    """The frame of a new plan: its levels are called as the file calls them."""
    nodes = list(walk(roots_of(parts_of(tree))))
    base = min((node.level for node in nodes), default=1)
    depth = max((node.depth for node in nodes), default=1)
    if place.above:
        base, depth = max(base - 1, 1), depth + 1
    names = level_words(tree, base, min(max(depth, 1), MAX_DEPTH))
    preset = "raci" if roles_for(nodes) is ROLE_PRESETS["raci"] else "lead-support-advisory"
    title = place.title or tree.get("title") or "Strategic plan"
    return Beginning(title=title[:120], period=place.period, levels=names, preset=preset)


def level_words(tree: dict[str, Any], base: int, depth: int) -> list[list[str]]:
    """[one, many] of each level from `base` on."""
    usual = [*three_levels(), ["step", "steps"], ["part", "parts"]]
    said = tree.get("levels", {})
    names: list[list[str]] = []
    for level in range(base, base + depth):
        word = said.get(str(level), "")
        pair = [word, many(word)] if word else usual[min(level, len(usual)) - 1]
        if pair in names:
            pair = next(one for one in [["item", "items"], *usual] if one not in names)
        names.append(pair)
    return names


def many(word: str) -> str:
    return f"{word[:-1]}ies" if re.search(r"[^aeiou]y$", word) else f"{word}s"


def refuse_what_does_not_fit(plan: Plan, proposal: Proposal) -> None:
    """Raises MoveRefused with a sentence."""
    if proposal.deepest > len(plan.level_names):
        last = plan.level_name(len(plan.level_names), many=True)
        raise MoveRefused(
            f"The plan ends with {last}, and this has items below them. Make those lines actions, "
            "or add a level to the plan first."
        )
    for draft in proposal.drafts:
        if not draft.statement:
            raise MoveRefused(f"Line {draft.node.at + 1} is an item without words.")
        if len(draft.text) > 20_000:
            raise MoveRefused(f"The text of “{draft.title[:60]}” is longer than 20,000 characters.")


def _taken(proposal: Proposal, place: Place) -> list[Draft]:
    """Without what a person leaves; what stands below a new item that is left is left with it."""
    gone: dict[uuid.UUID, str] = {}
    taken = []
    for draft in proposal.drafts:
        if draft.node.at in place.leave or (draft.item is None and draft.parent_id in gone):
            if draft.item is None:
                gone[draft.pk] = re.sub(r"[<>\[\]]", "", draft.title)
            continue
        taken.append(draft)
    # What mentions something that is not taken waits for it.
    for draft in taken:
        draft.text, draft.evidence = _waiting(draft.text, gone), _waiting(draft.evidence, gone)
        draft.actions = [(key, _waiting(text, gone)) for key, text in draft.actions]
    return taken


def _waiting(text: str, gone: dict[uuid.UUID, str]) -> str:
    for pk, title in gone.items():
        text = text.replace(f"[[{pk}]]", f"[[? {title[:80]}]]")
    return text


def _item_above(plan: Plan, place: Place, by: Any) -> Item:
    last = plan.items.standing().filter(parent=None).order_by("-position").first()
    item = Item.objects.create(
        plan=plan,
        position=(last.position or 0) + 1 if last else 1,
        statement=place.above,
        changed_by=by if getattr(by, "pk", None) else None,
    )
    record(by=by, what="added", subject=item, after={"statement": place.above})
    return item


def _groups(
    proposal: Proposal, taken: list[Draft], outcome: Outcome, by: Any
) -> dict[str, WorkGroup]:
    """{name in the file: group}; those that we do not have are made."""
    used = {name for draft in taken for name in draft.roles}
    found: dict[str, WorkGroup] = {}
    codes = {code.casefold() for code in WorkGroup.objects.values_list("code", flat=True)}
    new = [match for match in proposal.groups if match.name in used and match.group is None]
    if len(new) > MOST_GROUPS:
        raise MoveRefused(
            f"This names {len(new)} work groups that we do not know. Are all of them groups?"
        )
    for match in proposal.groups:
        if match.name not in used:
            continue
        if match.group is None:
            group = WorkGroup(code=code_for(match.name, codes), name=match.name[:80])
            found[match.name] = add_group(group=group, by=by)
            codes.add(group.code.casefold())
            outcome.groups.append(group.name)
        else:
            found[match.name] = match.group
    return found


def code_for(name: str, taken: set[str]) -> str:
    """Two or more capitals that no other group has: "Education & Training" → "ET"."""
    words = re.findall(r"[A-Za-z0-9]+", name)
    small = {"and", "of", "the", "for", "in", "to"}
    first = "".join(word[0] for word in words if word.lower() not in small).upper()[:4]
    wanted = first if len(first) > 1 else (words[0][:2].upper() if words else "G")
    wanted = wanted if len(wanted) > 1 else f"{wanted}G"
    code, number = wanted, 2
    while code.casefold() in taken:
        code, number = f"{wanted[:4]}{number}", number + 1
    return code


def _add(
    plan: Plan,
    drafts: list[Draft],
    groups: dict[str, WorkGroup],
    by: Any,
    entries: list[Entry],
    outcome: Outcome,
) -> None:
    """Many at once, each at the end of its siblings."""
    user = by if getattr(by, "pk", None) else None
    counts = {parent: len(items) for parent, items in tree_of(plan).items()}
    items, doing, cast = [], [], []
    for draft in drafts:
        counts[draft.parent_id] = counts.get(draft.parent_id, 0) + 1
        if counts[draft.parent_id] > MOST_SIBLINGS:
            raise MoveRefused(f"At most {MOST_SIBLINGS} items stand side by side.")
        item = Item(
            id=draft.pk,
            plan=plan,
            parent_id=draft.parent_id,
            position=counts[draft.parent_id],
            handle=draft.handle,
            statement=draft.statement,
            text=draft.text,
            text_html=to_html(draft.text),
            evidence=draft.evidence,
            evidence_html=to_html(draft.evidence),
            changed_by=user,
        )
        items.append(item)
        doing += _new_actions(item, [text for _, text in draft.actions], 1)
        cast += _cast(item, draft, groups)
        after = {"statement": draft.statement}
        entries.append(entry_of(by=by, what="added from a file", subject=item, after=after))
    Item.objects.bulk_create(items, batch_size=500)
    Action.objects.bulk_create(doing, batch_size=1000)
    RoleAssignment.objects.bulk_create(cast, batch_size=1000)
    outcome.added = len(items)


def _new_actions(item: Item, texts: Iterable[str], start: int) -> list[Action]:
    return [Action(item=item, position=n, text=text) for n, text in enumerate(texts, start)]


def _cast(item: Item, draft: Draft, groups: dict[str, WorkGroup]) -> list[RoleAssignment]:
    held: dict[int, RoleAssignment] = {}
    for name, role in draft.roles.items():
        group = groups[name]
        held.setdefault(group.pk, RoleAssignment(item=item, group=group, role=role))
    return list(held.values())


def _change(
    drafts: list[Draft],
    groups: dict[str, WorkGroup],
    by: Any,
    entries: list[Entry],
    outcome: Outcome,
) -> None:
    now = timezone.now()
    locked_items = Item.objects.select_for_update().in_bulk([draft.pk for draft in drafts])
    actions = {
        action.pk: action
        for action in Action.objects.filter(item__in=locked_items, retired_at__isnull=True)
    }
    last: dict[uuid.UUID, int] = {}
    for action in actions.values():
        last[action.item_id] = max(last.get(action.item_id, 0), action.position or 0)
    changed_actions, new_actions, cast = [], [], []
    for draft in drafts:
        item = locked_items[draft.pk]
        before, after = {}, {}
        for name in ("handle", "statement", "text", "evidence"):
            if getattr(item, name) != getattr(draft, name):
                before[name], after[name] = getattr(item, name), getattr(draft, name)
                setattr(item, name, getattr(draft, name))
        item.text_html, item.evidence_html = to_html(item.text), to_html(item.evidence)
        item.revision, item.changed_at = item.revision + 1, now
        item.changed_by = by if getattr(by, "pk", None) else None
        texts = []
        for pk, text in draft.actions:
            if pk is None:
                texts.append(text)
            elif pk in actions and actions[pk].text != text:
                actions[pk].text = text
                changed_actions.append(actions[pk])
        new_actions += _new_actions(item, texts, last.get(item.pk, 0) + 1)
        cast += _cast(item, draft, groups)
        entries.append(
            entry_of(by=by, what="edited from a file", subject=item, before=before, after=after)
        )
    words = ["handle", "statement", "text", "text_html", "evidence", "evidence_html"]
    _overwrite(Item, locked_items.values(), [*words, "revision", "changed_at", "changed_by"])
    _overwrite(Action, changed_actions, ["text"])
    Action.objects.bulk_create(new_actions, batch_size=1000)
    RoleAssignment.objects.bulk_create(
        cast,
        batch_size=1000,
        update_conflicts=True,
        unique_fields=["item", "group"],
        update_fields=["role"],
    )
    outcome.changed = len(drafts)


def _overwrite(model: type[Any], rows: Iterable[Any], fields: list[str]) -> None:
    """Rows that are there, and locked: as one insert in conflict, which costs a tenth of
    `bulk_update` for thousands."""
    model.objects.bulk_create(
        rows, batch_size=500, update_conflicts=True, unique_fields=["id"], update_fields=fields
    )


def _move(
    plan: Plan,
    taken: list[Draft],
    place: Place,
    by: Any,
    entries: list[Entry],
    outcome: Outcome,
) -> None:
    """Each to the end of what it goes under, with what stands under it; not to what is left out."""
    moving = [d for d in taken if d.move and d.node.at not in place.stay]
    if not moving:
        return
    below = tree_of(plan)
    items = {item.pk: item for siblings in below.values() for item in siblings}
    settled: list[uuid.UUID | None] = []
    # What an item stands under is told by the lists: it changes on each once they are settled.
    stands = {item.pk: parent for parent, siblings in below.items() for item in siblings}
    for draft in moving:
        move, item = draft.move, items[draft.pk]
        if move is None or (move.target and move.target not in items):
            continue
        if move.target and stands_below(below, move.target, item.pk):
            raise MoveRefused(
                f"“{item.title}” cannot move to {move.now}, which stands under it. Leave it where "
                "it stands too."
            )
        siblings = below.setdefault(move.target, [])
        if len(siblings) >= MOST_SIBLINGS:
            raise MoveRefused(f"At most {MOST_SIBLINGS} items stand side by side.")
        was = stands[item.pk]
        below[was] = [one for one in below[was] if one.pk != item.pk]
        siblings.append(item)
        stands[item.pk] = move.target
        settled += [was, move.target]
        before, after = {"under": move.was}, {"under": move.now}
        entries.append(
            entry_of(by=by, what="moved by a file", subject=item, before=before, after=after)
        )
        outcome.moved += 1
    settle(below, settled)


def _retire(
    plan: Plan,
    proposal: Proposal,
    place: Place,
    by: Any,
    entries: list[Entry],
    outcome: Outcome,
) -> None:
    """Only what the file does not have, and nothing that something stands under."""
    asked = {row.item_id for row in proposal.missing} & place.retire
    if not asked:
        return
    now = timezone.now()
    below = tree_of(plan)
    items = {item.pk: item for items in below.values() for item in items}
    for pk in asked:
        if any(child.pk not in asked for child in below.get(pk, [])):
            raise MoveRefused(
                f"“{items[pk].title}” cannot retire: something stands under it that stays."
            )
    user = by if getattr(by, "pk", None) else None
    Item.objects.filter(pk__in=asked).update(retired_at=now, retired_by=user, position=None)
    parents = {items[pk].parent_id for pk in asked}
    for parent in parents - asked:
        left = [item for item in below.get(parent, []) if item.pk not in asked]
        for position, item in enumerate(left, start=1):
            item.position = position
        Item.objects.bulk_update(left, ["position"])
    entries += [entry_of(by=by, what="retired", subject=items[pk]) for pk in asked]
    outcome.retired = len(asked)
