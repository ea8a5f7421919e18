"""One act for many postings: what would happen to each, and doing it."""

import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils import timezone

from accounts.actions import MoveRefused, ReasonMissing
from employers import actions
from employers.forms.fields import end_of, start_of
from employers.models import Opportunity
from employers.postings.standing import IN_WORDS, refusal
from vocabularies.templatetags.words import counted, day

AT_MOST = 200


@dataclass(frozen=True)
class Act:
    """`refused_as`: the act of `standing.ACTS` that says where it may be done; `does`: words on
    its button; `done`: words after a number of postings; `will`: what happens to one of them."""

    refused_as: str
    does: str
    done: str
    will: Callable[[Opportunity], str]


def _closes(row: Opportunity) -> str:
    return f"closes {day(row.closes_at)} now" if row.closes_at else "has no closing day now"


ACTS = {
    "pause": Act("pause", "Pause", "paused", lambda row: "leaves the lists"),
    "resume": Act("resume", "Open again", "opened again", lambda row: "is open to everybody"),
    "extend": Act("extend", "Extend", "extended", lambda row: f"stays open longer; {_closes(row)}"),
    "close": Act("close", "Close", "closed", lambda row: "leaves the lists for good"),
    "archive": Act("archive", "Put away", "put away", lambda row: "leaves your lists"),
    "duplicate": Act("relist", "Duplicate", "copied", lambda row: "is copied into a new draft"),
}


@dataclass
class Fate:
    row: Opportunity
    will: str
    refused: str


def fates(act: str, rows: Iterable[Opportunity], now: datetime | None = None) -> list[Fate]:
    """What would happen to each, or why it is refused."""
    now, chosen = now or timezone.now(), ACTS[act]
    found = []
    for row in rows:
        refused = refusal(chosen.refused_as, row, now)
        if act == "pause" and not refused and row.standing(now) == "paused":
            refused = "It is paused already."
        found.append(Fate(row, f"Is {IN_WORDS[row.standing(now)]}; {chosen.will(row)}.", refused))
    return found


def carry_out(
    act: str, rows: Iterable[Opportunity], *, answers: dict[str, Any], token: uuid.UUID, by: Any
) -> tuple[int, list[tuple[Opportunity, str]]]:
    """(how many were done, [(posting, why not)]). Each is done whole or not at all; one that is
    refused does not keep the others."""
    done, refused = 0, []
    for row in rows:
        try:
            _one(act, row, answers, token, by)
        except (MoveRefused, ReasonMissing) as why:
            refused.append((row, str(why)))
        else:
            done += 1
    return done, refused


def _one(act: str, row: Opportunity, answers: dict[str, Any], token: uuid.UUID, by: Any) -> None:
    if act == "pause":
        until: date | None = answers["until"]
        moment = start_of(until) if until else None
        actions.pause_opportunity(opportunity=row, until=moment, by=by)
    elif act == "resume":
        actions.resume_opportunity(opportunity=row, by=by)
    elif act == "extend":
        actions.extend_opportunity(
            opportunity=row,
            closes_at=end_of(answers["closes_on"]),
            reason=answers["reason"],
            by=by,
        )
    elif act == "close":
        actions.close_opportunity(opportunity=row, outcome=answers["outcome"], by=by)
    elif act == "archive":
        actions.archive_opportunity(opportunity=row, by=by)
    elif act == "duplicate":
        _duplicate(row, token, by)


def _duplicate(row: Opportunity, token: uuid.UUID, by: Any) -> None:
    """A draft without days to show and close; the same form sent twice makes one of each."""
    dates = {"opens_at": None, "closes_at": None}
    own = uuid.uuid5(token, str(row.pk))
    actions.relist_opportunity(opportunity=row, dates=dates, token=own, by=by)


def said(act: str, done: int) -> str:
    """ "3 postings paused." """
    return f"{counted(done, 'posting')} {ACTS[act].done}."
