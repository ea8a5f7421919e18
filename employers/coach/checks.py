"""What the rules of the coach find: one function a rule, from the facts to where and what, or
None."""

import re
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

from employers.choices import (
    HOURS_IN,
    Ask,
    ClassPayer,
    Credit,
    Education,
    HoursPer,
    Kind,
    Paid,
    Registration,
    StartKind,
    State,
)
from employers.coach import wording
from employers.coach.facts import FEDERAL_MINIMUM, Facts, Found
from employers.postings import seven
from vocabularies.templatetags.words import day, money

OPEN_STARTS = (StartKind.ROLLING, StartKind.AT_ONCE)


def reads(pattern: re.Pattern[str], *fields: str) -> Callable[[Facts], Found | None]:
    return lambda facts: facts.search(pattern, *fields)


# Pay


def unpaid_internship(facts: Facts) -> Found | None:
    if not seven.are_asked(facts.opportunity):
        return None
    no = [number for number, yes in facts.answers.items() if not yes]
    if no:
        return Found("paid", "“No” to question " + ", ".join(map(str, sorted(no))))
    if len(facts.answers) < len(seven.QUESTIONS):
        return Found("paid", f"{len(facts.answers)} of {len(seven.QUESTIONS)} answered")
    return None


def unpaid_job(facts: Facts) -> Found | None:
    kinds = (Kind.APPRENTICESHIP, Kind.ON_THE_JOB)
    unpaid = facts.opportunity.kind in kinds and facts.opportunity.paid == Paid.UNPAID
    return Found("paid", facts.opportunity.get_kind_display()) if unpaid else None


def pay_missing(facts: Facts) -> Found | None:
    says = facts.opportunity.paid in (Paid.WAGE, Paid.STIPEND)
    return Found("pay_min") if says and facts.opportunity.pay_min is None else None


def pay_wide(facts: Facts) -> Found | None:
    row = facts.opportunity
    if not (row.pay_min and row.pay_max):
        return None
    # A ladder that doubles is usual: apprentices begin at half of a journeyworker's pay.
    most = Decimal(3) if row.kind == Kind.APPRENTICESHIP else Decimal("1.75")
    if row.pay_max <= row.pay_min * most:
        return None
    return Found("pay_max", f"{money(row.pay_min)} to {money(row.pay_max)}")


def hourly(facts: Facts) -> Decimal | None:
    """Pay an hour as the page says it; what the database keeps may be of before."""
    row = facts.opportunity
    if row.paid != Paid.WAGE or row.pay_min is None:
        return None
    return round(row.pay_min / HOURS_IN[row.pay_unit], 2)


def federal_minimum(facts: Facts) -> Found | None:
    pay = hourly(facts)
    return Found("pay_min", money(pay)) if pay is not None and pay < FEDERAL_MINIMUM else None


def local_minimum(facts: Facts) -> Found | None:
    least, pay = facts.policy.minimum_wage, hourly(facts)
    if least is None or pay is None or not FEDERAL_MINIMUM <= pay < least:
        return None
    return Found("pay_min", f"{money(pay)}; here the least is {money(least)}")


def learner_pays(facts: Facts) -> Found | None:
    row = facts.opportunity
    if row.is_visit or row.class_payer != ClassPayer.LEARNER:
        return None
    return None if row.employer.tuition_assistance else Found("class_payer")


def no_supports(facts: Facts) -> Found | None:
    row = facts.opportunity
    answered = bool(row.paid) and not row.is_visit
    return Found("supports") if answered and not row.supports else None


def credit_unpaid(facts: Facts) -> Found | None:
    row = facts.opportunity
    both = row.credit == Credit.REQUIRED and row.paid == Paid.UNPAID
    return Found("credit") if both and row.kind in (Kind.INTERNSHIP, Kind.CO_OP) else None


# Apprenticeship


def registered_unproved(facts: Facts) -> Found | None:
    terms = facts.terms
    if terms is None or terms.registration != Registration.REGISTERED:
        return None
    for name, words in (
        ("agency", "the agency"),
        ("sponsor", "the sponsor"),
        ("program_number", "the program number"),
    ):
        if not getattr(terms, name):
            return Found(name, words)
    return None


def registered_words(facts: Facts) -> Found | None:
    kind = facts.opportunity.kind
    if kind == Kind.APPRENTICESHIP:
        is_registered = facts.terms and facts.terms.registration == Registration.REGISTERED
        return None if is_registered else facts.search(wording.REGISTERED)
    # Others may say where they lead; their own title may not claim it.
    return facts.search(wording.REGISTERED, "title")


def ladder_low(facts: Facts) -> Found | None:
    if not facts.steps:
        return None
    first = facts.steps[0]
    least = max(FEDERAL_MINIMUM, facts.policy.minimum_wage or FEDERAL_MINIMUM)
    return Found("rate_0", money(first.rate)) if first.rate < least else None


def ladder_flat(facts: Facts) -> Found | None:
    for number, (before, after) in enumerate(zip(facts.steps, facts.steps[1:], strict=False), 1):
        if after.rate <= before.rate:
            return Found(f"rate_{number}", f"{money(before.rate)}, then {money(after.rate)}")
    return None


def probation(facts: Facts) -> Found | None:
    terms = facts.terms
    if terms is None or not terms.probation_months:
        return None
    too_long = terms.probation_months > 12 or (
        terms.months and terms.probation_months * 4 > terms.months
    )
    return Found("probation_months", f"{terms.probation_months} months") if too_long else None


# People


def age(facts: Facts) -> Found | None:
    """Visits for schools may say for which ages; hiring may not."""
    return None if facts.opportunity.is_visit else facts.search(wording.AGE)


def graduates(facts: Facts) -> Found | None:
    return None if facts.opportunity.is_visit else facts.search(wording.GRADUATES)


def minors_unsafe(facts: Facts) -> Found | None:
    row, visit = facts.opportunity, facts.row
    if not row.is_visit or (visit and visit.takes_minors):
        return None
    if row.minimum_age and row.minimum_age < 18:
        return Found("takes_minors", f"From age {row.minimum_age}")
    text = f"{visit.grades if visit else ''} {row.summary} {row.title}"
    match = wording.SCHOOL.search(text)
    return Found("takes_minors", f"“{match.group()}”") if match else None


def hazards(facts: Facts) -> Found | None:
    row = facts.opportunity
    if row.is_visit or not row.minimum_age or row.minimum_age >= 18:
        return None
    return facts.search(wording.HAZARDS)


def license_why(facts: Facts) -> Found | None:
    if Ask.DRIVER not in facts.opportunity.asks or facts.says(wording.DRIVING):
        return None
    return Found("asks")


def long_hours(facts: Facts) -> Found | None:
    row = facts.opportunity
    hours = max(row.hours_min or 0, row.hours_max or 0)
    enrolled = row.education == Education.ENROLLED and row.hours_per == HoursPer.WEEK
    return Found("hours_max", f"{hours:g} hours") if enrolled and hours > 40 else None


# The title and the text


def shouted(facts: Facts) -> Found | None:
    title = facts.opportunity.title
    # CNA, HVAC and CNC are names; a word of six letters is not.
    return Found("title", title) if title.isupper() and re.search(r"\w{6}", title) else None


def nameless(facts: Facts) -> Found | None:
    title = facts.opportunity.title
    parts = re.findall(r"[^\W\d_]+", title.lower().replace("-", ""))
    parts += re.findall(r"[^\W\d_]+", title.lower())
    said = [part for part in parts if part not in wording.NAMELESS and part != "coop"]
    return Found("title", title) if parts and not said else None


def short(facts: Facts) -> Found | None:
    count = len(facts.opportunity.tasks.split())
    return Found("tasks", f"{count} words" if count > 1 else "one word") if 0 < count < 20 else None


# Dates and search


def closes_soon(facts: Facts) -> Found | None:
    row = facts.opportunity
    if row.closes_at is None or row.state not in (State.DRAFT, State.RETURNED, State.IN_REVIEW):
        return None
    soon = facts.now <= row.closes_at < facts.now + timedelta(days=3)
    return Found("closes_on", day(row.closes_at)) if soon else None


def starts_early(facts: Facts) -> Found | None:
    row = facts.opportunity
    if row.closes_at is None or row.starts_on is None or row.start_kind in OPEN_STARTS:
        return None
    if row.starts_until and row.starts_until >= row.closes_at.date():
        return None
    early = row.starts_on < row.closes_at.date()
    return Found("starts_on", day(row.starts_on)) if early else None


def no_occupation(facts: Facts) -> Found | None:
    return Found("occupation_words") if facts.opportunity.occupation_id is None else None
