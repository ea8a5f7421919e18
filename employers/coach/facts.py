"""What the rules of the coach look at: a posting with the rows beside it, each read once."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.utils import timezone

from employers.choices import Kind
from employers.models import ApprenticeshipTerms, Opportunity, Policy, WageStep
from employers.postings import seven
from employers.postings.words import detail_of

# The section and the fields that hold sentences, in the order of the form.
PROSE: dict[str, str] = {
    "title": "work",
    "summary": "work",
    "tasks": "work",
    "lessons": "work",
    "place_note": "place",
    "schedule_note": "place",
    "length_note": "place",
    "pay_note": "pay",
    "instruction_note": "terms",
    "entry": "leads",
    "objectives": "learning",
    "week": "learning",
    "project": "learning",
    "gap": "training",
    "stays": "training",
    "topics": "visit",
    "wear": "visit",
    "gear": "visit",
    "arrive": "visit",
    "needs_note": "apply",
    "accommodations": "apply",
    "starts_note": "dates",
}
# The row beside the posting that its kind's prose stands in.
ROWS = {
    Kind.APPRENTICESHIP: ("terms", "terms"),
    Kind.PRE_APPRENTICESHIP: ("leads", "pre_apprenticeship"),
    Kind.INTERNSHIP: ("learning", "placement"),
    Kind.CO_OP: ("learning", "placement"),
    Kind.ON_THE_JOB: ("training", "training"),
    Kind.JOB_SHADOW: ("visit", "visit"),
    Kind.MENTORING: ("visit", "visit"),
}
OF_POSTING = {"work", "place", "pay", "apply", "dates"}


@dataclass(frozen=True)
class Found:
    """Where a rule found something, and the words or numbers that it found."""

    field: str
    words: str = ""


class Facts:
    def __init__(self, opportunity: Opportunity, policy: Policy, now: datetime | None = None):
        self.opportunity = opportunity
        self.policy = policy
        self.now = now or timezone.now()

    @cached_property
    def row(self) -> Any:
        """The row of its kind's own answers, or None."""
        return detail_of(self.opportunity, ROWS[Kind(self.opportunity.kind)][1])

    @cached_property
    def terms(self) -> ApprenticeshipTerms | None:
        return self.row if self.opportunity.kind == Kind.APPRENTICESHIP else None

    @cached_property
    def steps(self) -> list[WageStep]:
        # A form gives the posting terms that are not saved.
        return list(self.terms.steps.all()) if self.terms and self.terms.pk else []

    @cached_property
    def answers(self) -> dict[int, bool]:
        return seven.answers_of(self.opportunity)

    @cached_property
    def prose(self) -> dict[str, str]:
        """{field: text} of all that is written in sentences."""
        own = ROWS[Kind(self.opportunity.kind)][0]
        found = {}
        for name, section in PROSE.items():
            if section in OF_POSTING:
                text = getattr(self.opportunity, name)
            elif section == own and self.row is not None:
                text = getattr(self.row, name, "")
            else:
                continue
            if text:
                found[name] = text
        return found

    def search(self, pattern: re.Pattern[str], *fields: str) -> Found | None:
        """The first place where the prose (or these fields of it) says it."""
        for name, text in self.prose.items():
            if (not fields or name in fields) and (match := pattern.search(text)):
                return Found(name, " ".join(match.group().split())[:200])
        return None

    def says(self, pattern: re.Pattern[str]) -> bool:
        return self.search(pattern) is not None

    def minimum_wages(self) -> Iterator[tuple[str, Decimal]]:
        yield "federal", FEDERAL_MINIMUM
        if self.policy.minimum_wage and self.policy.minimum_wage > FEDERAL_MINIMUM:
            yield "local", self.policy.minimum_wage


# Fair Labor Standards Act, 29 U.S.C. 206(a)(1); since July 2009.
FEDERAL_MINIMUM = Decimal("7.25")
