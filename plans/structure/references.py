"""References inside plan text: stored as `[[id]]`, typed as `[[2.2]]` or `[[Inventory]]`, shown as
"2.2 Inventory".

The id lasts, the number does not: what is stored stays right when items move. A reference that
waits for its target is `[[? Strategy 2.2]]`; readers see its plain words.
"""

import re
import uuid
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from plans.models import Action, Item, Plan
from plans.structure.numbers import PATTERN, numbered

ID = r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}"
STORED = re.compile(rf"\[\[({ID})\]\]")
# A retired or missing item as an editor sees it.
GONE = re.compile(rf"\[\[({ID})\s[^\[\]]*\]\]")
PENDING = re.compile(r"\[\[\?\s*([^\[\]<>]*?)\s*\]\]")
TYPED = re.compile(rf"\[\[\s*({PATTERN})(?:\s[^\[\]]*)?\]\]")
ANY = re.compile(r"\[\[[^\[\]]*\]\]")
LINK = re.compile(r'<a class="ref" href="([^"?]+)"')
NOT_HERE = "an item that is not in this version"

# What an id is called in one version: (number, title).
Labels = Mapping[uuid.UUID, tuple[str, str]]


class UnknownReference(Exception):
    """`[[…]]` that names nothing. Its text is for the person."""


def cited(text: str) -> list[uuid.UUID]:
    """Ids in the order of their first mention."""
    return list(dict.fromkeys(uuid.UUID(found) for found in STORED.findall(text)))


def called(numbers: Iterable[tuple[str, Any]]) -> dict[str, uuid.UUID]:
    """What items can be called by, in `[[…]]`: their number, and a name that only one has."""
    ids: dict[str, uuid.UUID] = {}
    pairs = list(numbers)
    times = Counter(item.handle.casefold() for _, item in pairs)
    for _, item in pairs:
        if item.handle and times[item.handle.casefold()] == 1:
            ids.setdefault(item.handle.casefold(), item.pk)
    return ids | {number: item.pk for number, item in pairs}


def to_stored(text: str, ids: Mapping[str, uuid.UUID]) -> str:
    """`[[2.2]]` or `[[Inventory]]` → `[[id]]` by the working copy's numbers and names (`called`);
    raise UnknownReference for others. What waits for its target goes on waiting."""

    def store(match: re.Match[str]) -> str:
        token = match.group()
        if STORED.fullmatch(token) or PENDING.fullmatch(token):
            return token
        if gone := GONE.fullmatch(token):
            return f"[[{gone.group(1)}]]"
        typed = TYPED.fullmatch(token)
        name = token[2:-2].strip().casefold()
        if typed and typed.group(1) in ids:
            return f"[[{ids[typed.group(1)]}]]"
        if name in ids:
            return f"[[{ids[name]}]]"
        raise UnknownReference(
            f"There is no item for {token}. Write the number or the name of an item in double "
            "square brackets, such as [[2.2]]."
        )

    return ANY.sub(store, text)


def to_typed(text: str, labels: Labels) -> str:
    """What an editor sees: `[[2.2 Inventory]]`; an id without a number says what is wrong."""

    def show(match: re.Match[str]) -> str:
        label = labels.get(uuid.UUID(match.group(1)))
        return f"[[{' '.join(_plain(label))}]]" if label else f"[[{match.group(1)} is gone]]"

    return STORED.sub(show, text)


def _plain(label: tuple[str, str]) -> tuple[str, str]:
    """Brackets in a title would end the reference."""
    return label[0], re.sub(r"[\[\]]", "", label[1])


def to_plain(text: str, labels: Labels) -> str:
    """For letters, exports and differences: "2.2 Inventory"."""

    def show(match: re.Match[str]) -> str:
        label = labels.get(uuid.UUID(match.group(1)))
        return " ".join(label) if label else NOT_HERE

    return PENDING.sub(r"\1", STORED.sub(show, text))


def to_links(html: str, labels: Labels) -> SafeString:
    """References in sanitised HTML become links with the number that is right in this version."""

    def link(match: re.Match[str]) -> str:
        label = labels.get(uuid.UUID(match.group(1)))
        if not label:
            return NOT_HERE
        url = reverse("plans:item_show", args=[label[0]])
        return f'<a class="ref" href="{url}">{escape(" ".join(label))}</a>'

    return mark_safe(PENDING.sub(r"\1", STORED.sub(link, html)))  # noqa: S308  the input is sanitised


def within_version(html: str, suffix: str) -> SafeString:
    """Links of an old version lead to that version: `suffix` is "?version=1", or names a plan
    too. Only ours carry the class: nh3 takes it from what people wrote."""
    query = escape(suffix)
    return mark_safe(LINK.sub(lambda found: f'<a class="ref" href="{found.group(1)}{query}"', html))  # noqa: S308


def waiting(
    text: str, labels: Labels
) -> list[tuple[str, str, tuple[str, str] | None, uuid.UUID | None]]:
    """(token, words, label of its target or None, the target's id or None) for each reference of
    a text that waits."""
    ids: dict[str, uuid.UUID] = {}
    for pk, (number, title) in labels.items():
        ids.setdefault(title.casefold(), pk)
        ids[number] = pk
    found = {}
    for match in PENDING.finditer(text):
        target = _target(match.group(1), ids, labels)
        found[match.group()] = (
            match.group(),
            match.group(1),
            target[:2] if target else None,
            target[2] if target else None,
        )
    return list(found.values())


# What is wrong with the references of a plan ----------------------------------------


@dataclass(frozen=True)
class Loose:
    """A reference of the working copy that leads nowhere.

    `words` is what readers see; `token` what is stored; `target` the item (number, title, id) that
    it can be linked to now, for a pending one.
    """

    item_id: uuid.UUID
    number: str
    title: str
    where: str
    words: str
    token: str
    target: tuple[str, str, uuid.UUID] | None = None


def dangling(plan: Plan) -> list[Loose]:
    """References to an item that is retired or not of this plan. They block publishing. Three
    queries, and one for the names of what is gone."""
    numbers = _numbers(plan)
    standing = {item.pk for _, item in numbers}
    found = [
        (number, item, where, pk)
        for number, item, where, text in _texts(plan, numbers)
        for pk in cited(text)
        if pk not in standing
    ]
    missing = Item.objects.filter(pk__in={pk for *_, pk in found}) if found else []
    titles = {item.pk: item.title for item in missing}
    return [
        Loose(
            item_id=item.pk,
            number=number,
            title=item.title,
            where=where,
            words=titles.get(pk, "an item that does not exist"),
            token=f"[[{pk}]]",
        )
        for number, item, where, pk in found
    ]


def pending(plan: Plan) -> list[Loose]:
    """References that came with an import and wait for their target. Three queries."""
    numbers = _numbers(plan)
    ids = called(numbers)
    labels = {item.pk: (number, item.title) for number, item in numbers}
    return [
        Loose(
            item_id=item.pk,
            number=number,
            title=item.title,
            where=where,
            words=match.group(1),
            token=match.group(),
            target=_target(match.group(1), ids, labels),
        )
        for number, item, where, text in _texts(plan, numbers)
        for match in PENDING.finditer(text)
    ]


def _target(
    words: str, ids: Mapping[str, uuid.UUID], labels: Labels
) -> tuple[str, str, uuid.UUID] | None:
    """By the number in the words, else by their name: "Strategy 2.2" or "Inventory"."""
    number = re.search(rf"(?<![\d.]){PATTERN}(?![\d]|\.\d)", words)
    pk = ids.get(number.group()) if number else ids.get(words.casefold())
    return (*labels[pk], pk) if pk else None


def _numbers(plan: Plan) -> list[tuple[str, Item]]:
    few = ("plan_id", "parent_id", "position", "handle", "statement")
    return numbered(plan.items.standing().only(*few))


def _texts(plan: Plan, numbers: list[tuple[str, Item]]) -> Iterator[tuple[str, Item, str, str]]:
    """(number, item, where, text) of all that holds a reference, in reading order."""
    said: dict[uuid.UUID, list[tuple[str, str]]] = {}
    prose = plan.items.standing().filter(Q(text__contains="[[") | Q(evidence__contains="[["))
    for pk, text, evidence in prose.values_list("pk", "text", "evidence"):
        said[pk] = [("text", text), ("evidence", evidence)]
    actions = Action.objects.filter(
        text__contains="[[", item__plan=plan, retired_at=None, item__retired_at=None
    )
    for pk, text in actions.order_by("position").values_list("item_id", "text"):
        said.setdefault(pk, []).append(("action", text))
    for number, item in numbers:
        for where, text in said.get(item.pk, []):
            yield number, item, where, text
