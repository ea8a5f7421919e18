"""What must follow in every room when something happens to an organization.

A room registers in its `AppConfig.ready`, for each happening that touches it, what it would do
(plain sentences, read before anybody acts) and what it does (in the same transaction):
`register(Happens.CLOSED, would=..., does=...)`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from accounts.models import Organization


class Happens(StrEnum):
    RENAMED = "renamed"
    SUSPENDED = "suspended"
    VERIFIED = "verified"  # again, after it was suspended
    CLOSED = "closed"
    MERGED = "merged"


@dataclass(frozen=True)
class Happening:
    """`into` is the other organization of a merger, whose everything becomes."""

    what: Happens
    organization: Organization
    by: Any = None
    into: Organization | None = None

    @property
    def other(self) -> Organization:
        if self.into is None:
            raise ValueError("Only a merger has another organization.")
        return self.into


Would = Callable[[Happening], list[str]]
Does = Callable[[Happening], object]

_registered: dict[Happens, list[tuple[Would, Does]]] = {what: [] for what in Happens}


def nothing_to_say(happening: Happening) -> list[str]:
    return []


def register(what: Happens, *, does: Does, would: Would = nothing_to_say) -> None:
    if (would, does) not in _registered[what]:
        _registered[what].append((would, does))


def what_would_follow(happening: Happening) -> list[str]:
    """Sentences, in the order of the rooms."""
    return [words for would, _ in _registered[happening.what] for words in would(happening)]


def follow(happening: Happening) -> None:
    """Do it, in the caller's transaction."""
    for _, does in _registered[happening.what]:
        does(happening)


def are(number: int, one: str, many: str) -> list[str]:
    """[] for none; else one sentence: `one` as it stands, `many` with {n} filled in."""
    if not number:
        return []
    return [one if number == 1 else many.format(n=f"{number:,}")]
