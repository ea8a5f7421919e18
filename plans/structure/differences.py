"""What changed between two versions, in words."""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import chain

from django.utils.html import escape
from django.utils.safestring import SafeString

from plans.models import VersionItem
from plans.structure.references import Labels, to_plain
from vocabularies.differences import marked as words

NO_ROLE = "no role"
MOVED = "Order and number"


@dataclass
class Change:
    """One difference of one item: `html` with <ins> and <del>, or `was` and `now`."""

    number: str
    title: str
    kind: str
    html: SafeString = SafeString("")
    was: str = ""
    now: str = ""
    item_id: uuid.UUID | None = None
    here: bool = True
    why: str = ""


def labels_of(items: Iterable[VersionItem]) -> dict[uuid.UUID, tuple[str, str]]:
    return {item.item_id: (item.number, item.title) for item in items}


def compare(old: list[VersionItem], new: list[VersionItem]) -> list[Change]:
    """Every difference, in the new version's order; dropped items last. An item that only went
    along with what it stands under has not moved."""
    before = {item.item_id: item for item in old}
    after = {item.item_id: item for item in new}
    labels = labels_of(chain(old, new))
    was, now = ({item.number: item.item_id for item in items} for items in (old, new))
    changes: list[Change] = []
    for item in new:
        if earlier := before.get(item.item_id):
            found = compare_item(earlier, item, labels)
            if earlier.number != item.number and _place(earlier, was) == _place(item, now):
                found = [change for change in found if change.kind != MOVED]
            changes += found
        else:
            changes.append(_change(item, "New item", html=words("", item.statement)))
    for item in old:
        if item.item_id not in after:
            dropped = _change(item, "Dropped", html=words(item.statement, ""))
            dropped.here = False
            changes.append(dropped)
    return changes


def _place(item: VersionItem, ids: Mapping[str, uuid.UUID]) -> tuple[uuid.UUID | None, str]:
    """Under what it stands, and as which one."""
    above, _, place = item.number.rpartition(".")
    return ids.get(above), place


def compare_item(old: VersionItem, new: VersionItem, labels: Labels) -> list[Change]:
    """Differences of one item: words, actions, roles, place."""
    changes = []
    for field, kind in (
        ("handle", "Name"),
        ("statement", "Statement"),
        ("text", "Text"),
        ("evidence", "Evidence"),
    ):
        if getattr(old, field) == getattr(new, field):
            continue
        was, now = (to_plain(getattr(item, field), labels) for item in (old, new))
        if was != now:
            changes.append(_change(new, kind, html=words(was, now)))
    changes += _compare_actions(old, new, labels)
    was_roles, now_roles = _roles(old), _roles(new)
    for group in sorted(was_roles.keys() | now_roles.keys()):
        was, now = was_roles.get(group, NO_ROLE), now_roles.get(group, NO_ROLE)
        if was != now:
            changes.append(_change(new, f"Role of {group}", was=was, now=now))
    if old.number != new.number:
        changes.append(_change(new, MOVED, was=old.number, now=new.number))
    return changes


def _compare_actions(old: VersionItem, new: VersionItem, labels: Labels) -> list[Change]:
    was = {action["id"]: action for action in old.actions}
    now = {action["id"]: action for action in new.actions}
    changes = []
    for key, action in now.items():
        text = to_plain(action["text"], labels)
        if key not in was:
            changes.append(_change(new, "New action", html=words("", text)))
            continue
        earlier = to_plain(was[key]["text"], labels)
        if earlier != text:
            changes.append(_change(new, "Action", html=words(earlier, text)))
        if was[key]["status"] != action["status"]:
            pair = [a["word"].lower() for a in (was[key], action)]
            changes.append(_change(new, "Status", html=escape(text), was=pair[0], now=pair[1]))
    changes += [
        _change(new, "Action taken out", html=words(to_plain(action["text"], labels), ""))
        for key, action in was.items()
        if key not in now
    ]
    kept = [key for key in was if key in now]
    if kept != [key for key in now if key in was]:
        changes.append(_change(new, "Order of actions"))
    return changes


def _roles(item: VersionItem) -> dict[str, str]:
    return {r["name"]: r["word"].lower() for r in item.roles}


def _change(item: VersionItem, kind: str, **more: object) -> Change:
    return Change(item.number, item.title, kind, item_id=item.item_id, **more)  # type: ignore[arg-type]


def of_words(changes: list[Change]) -> list[Change]:
    """Without changes of status: those are progress, not another plan."""
    return [change for change in changes if change.kind != "Status"]


def in_short(changes: list[Change], total: int) -> list[tuple[str, int]]:
    """Counts for the margin: what kind of change, how many; then the items that stayed."""
    names = {
        "words changed": {"Name", "Statement", "Text", "Evidence", "Action"},
        "new items": {"New item"},
        "new actions": {"New action"},
        "actions taken out": {"Action taken out"},
        "moved": {"Order and number", "Order of actions"},
        "items merged": {"Merged"},
        "items dropped": {"Dropped"},
    }
    counts = [(name, sum(c.kind in kinds for c in changes)) for name, kinds in names.items()]
    counts.append(("role changes", sum(c.kind.startswith("Role of") for c in changes)))
    counts.append(("changes of status", len(changes) - len(of_words(changes))))
    touched = {change.item_id for change in of_words(changes) if change.here}
    return [(name, n) for name, n in counts if n] + [("items unchanged", total - len(touched))]
