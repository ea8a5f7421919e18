"""The coach: what a reviewer will ask, in plain words, while it is easy to mend. Its people see it
while they write; reviewers read the same, with the answers that were given."""

from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse

from employers.coach.facts import PROSE, Facts, Found
from employers.coach.rules import ADVISE, BY_SLUG, MUST, OFF, RULES, Rule
from employers.models import Dismissal, Opportunity, Policy

__all__ = ["ADVISE", "BY_SLUG", "MUST", "OFF", "RULES", "Remark", "Rule", "blocking", "remarks_on"]


@dataclass(frozen=True)
class Remark:
    """What a rule found in a posting, and what its people answered to it."""

    rule: Rule
    level: str
    found: Found
    opportunity: Opportunity
    answer: Dismissal | None = None

    @property
    def slug(self) -> str:
        return self.rule.slug

    @property
    def title(self) -> str:
        return self.rule.title

    @property
    def source(self) -> str:
        return self.rule.source

    @property
    def sentence(self) -> str:
        said = self.rule.sentence.format(words=self.found.words)
        return said[:1].upper() + said[1:]

    @property
    def field(self) -> str:
        return self.found.field or self.rule.fields[0]

    @property
    def section(self) -> str:
        """Where to mend it."""
        return PROSE.get(self.field, self.rule.section)

    @property
    def url(self) -> str:
        """The field on its page."""
        place = [self.opportunity.pk, self.section]
        page = reverse("employers:opportunity_section", args=place)
        return f"{page}#div_id_{self.field}"

    @property
    def is_must(self) -> bool:
        return self.level == MUST

    @property
    def is_answered(self) -> bool:
        """An answer holds for an advice; what must be mended stays open."""
        return self.answer is not None and not self.is_must

    @property
    def is_about_other_words(self) -> bool:
        """The answer was given before the words were changed."""
        return self.answer is not None and self.answer.about != self.found.words[:200]


def remarks_on(
    opportunity: Opportunity, policy: Policy | None = None, now: datetime | None = None
) -> list[Remark]:
    """What must be mended first, then advice in the order of the rules, then what is answered."""
    policy = policy or Policy.current()
    facts = Facts(opportunity, policy, now)
    answers: dict[str, Dismissal] | None = None
    remarks = []
    for rule in RULES:
        level = level_of(rule, policy)
        found = None if level == OFF else rule.check(facts)
        if found is None:
            continue
        if answers is None:
            rows = opportunity.dismissals.select_related("by") if opportunity.pk else []
            answers = {row.rule: row for row in rows}
        remarks.append(Remark(rule, level, found, opportunity, answers.get(rule.slug)))
    return sorted(remarks, key=lambda remark: (remark.is_answered, not remark.is_must))


def level_of(rule: Rule, policy: Policy) -> str:
    """What this region says of a rule, or its default."""
    chosen = policy.rules.get(rule.slug)
    return chosen if chosen in (OFF, ADVISE, MUST) else rule.level


def blocking(opportunity: Opportunity, policy: Policy | None = None) -> list[Remark]:
    """What has to be mended before the posting is sent."""
    policy = policy or Policy.current()
    if MUST not in policy.rules.values() and all(rule.level != MUST for rule in RULES):
        return []
    return [remark for remark in remarks_on(opportunity, policy) if remark.is_must]
