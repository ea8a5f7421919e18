"""References inside plan text: stored as `[[id]]`, typed as `[[2.2]]`, shown as "2.2 Inventory".

The id lasts, the number does not: what is stored stays right when items move.
"""

import re
import uuid
from collections.abc import Mapping

from django.urls import reverse
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from plans.numbers import PATTERN

STORED = re.compile(r"\[\[([0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12})\]\]")
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


def to_stored(text: str, ids: Mapping[str, uuid.UUID]) -> str:
    """`[[2.2]]` → `[[id]]` by the working copy's numbers; raise UnknownReference for others."""

    def store(match: re.Match[str]) -> str:
        token = match.group()
        if STORED.fullmatch(token):
            return token
        typed = TYPED.fullmatch(token)
        if not typed or typed.group(1) not in ids:
            raise UnknownReference(
                f"There is no item for {token}. Write the number of an item in double square "
                "brackets, such as [[2.2]]."
            )
        return f"[[{ids[typed.group(1)]}]]"

    return ANY.sub(store, text)


def to_typed(text: str, labels: Labels) -> str:
    """What an editor sees: `[[2.2 Inventory]]`; an id without a number stays as it is."""

    def show(match: re.Match[str]) -> str:
        label = labels.get(uuid.UUID(match.group(1)))
        return f"[[{' '.join(label)}]]" if label else match.group()

    return STORED.sub(show, text)


def to_plain(text: str, labels: Labels) -> str:
    """For letters, exports and differences: "2.2 Inventory"."""

    def show(match: re.Match[str]) -> str:
        label = labels.get(uuid.UUID(match.group(1)))
        return " ".join(label) if label else NOT_HERE

    return STORED.sub(show, text)


def to_links(html: str, labels: Labels) -> SafeString:
    """References in sanitised HTML become links with the number that is right in this version."""

    def link(match: re.Match[str]) -> str:
        label = labels.get(uuid.UUID(match.group(1)))
        if not label:
            return NOT_HERE
        url = reverse("plans:item_show", args=[label[0]])
        return f'<a class="ref" href="{url}">{escape(" ".join(label))}</a>'

    return mark_safe(STORED.sub(link, html))  # noqa: S308  the input is sanitised


def within_version(html: str, version: int) -> SafeString:
    """Links of an old version lead to that version. Only ours carry the class: nh3 takes it
    from what people wrote."""
    return mark_safe(LINK.sub(rf'<a class="ref" href="\1?version={version}"', html))  # noqa: S308
