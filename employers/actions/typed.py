"""Pages of a posting as people write them: each save with whose it was, and what was typed and
cannot be saved as it stands. Keyword-only, atomic, the person is `by`."""

import json
from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from employers.actions.writing import locked, save_words
from employers.models import Opportunity, Typed
from employers.models.life import SectionSave

MOST_TYPED = 50_000  # characters


class TooLong(Exception):
    """More was typed than a page keeps. Its text is for the person."""


@transaction.atomic
def save_section(
    *,
    opportunity: Opportunity,
    section: str,
    revision: int,
    values: dict[str, Any],
    extras: dict[str, Any],
    by: Any,
    page: UUID | None = None,
    seen_of: Callable[[Opportunity], str] = lambda opportunity: "",
) -> Opportunity:
    """Save the words of one page and keep who did it, when and from which open page.

    `seen_of` gives what that page stands on after the save. Raises Conflict and MoveRefused as
    `save_words` does.
    """
    save_words(opportunity=opportunity, revision=revision, values=values, by=by, **extras)
    current = Opportunity.objects.with_everything().get(pk=opportunity.pk)
    SectionSave.objects.update_or_create(
        opportunity=current,
        section=section,
        defaults={
            "by": by,
            "at": timezone.now(),
            "page": page,
            "seen": seen_of(current),
        },
    )
    return current


@transaction.atomic
def keep_typed(
    *, opportunity: Opportunity, section: str, answers: dict[str, list[str]], seen: str, by: Any
) -> Typed:
    """Keep a page as it was typed, one a person and page. Raises TooLong and Gone."""
    data = json.dumps(answers | {"seen": [seen]}, ensure_ascii=False)
    if len(data) > MOST_TYPED:
        raise TooLong(
            f"This is too long to keep: {len(data):,} characters. "
            f"A page holds {MOST_TYPED:,}; shorten it before you leave."
        )
    locked(opportunity)
    return Typed.objects.update_or_create(
        opportunity=opportunity,
        section=section,
        user=by,
        defaults={"data": data, "at": timezone.now()},
    )[0]


@transaction.atomic
def drop_typed(*, opportunity: Opportunity, section: str, by: Any) -> None:
    Typed.objects.filter(opportunity=opportunity, section=section, user=by).delete()


def typed_of(typed: Typed) -> dict[str, list[str]]:
    """The answers that were kept, with `seen`."""
    return json.loads(typed.data)
