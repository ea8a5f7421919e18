"""What a posting says, in lines that its page and its markup share. Nothing empty is among them."""

from decimal import Decimal
from typing import Any

from employers.choices import Ask, CostItem, Kind, Level, Paid, StartKind
from employers.models import Opportunity, TrainingPlan, Visit
from employers.postings import seven
from employers.postings.sections import objectives_of
from employers.postings.words import detail_of
from vocabularies.templatetags.words import day, money

Lines = list[tuple[str, list[str]]]


def plainly(opportunity: Opportunity) -> str:
    """Whether somebody is hired, in one sentence; "" while pay is not said."""
    if opportunity.is_visit:
        return "This is not a job: nobody is hired."
    if opportunity.kind == Kind.PRE_APPRENTICESHIP:
        return (
            {
                Paid.WAGE: "This is paid training; the job comes with the apprenticeship.",
                Paid.STIPEND: "This is training with a fixed sum; nobody is hired yet.",
                Paid.UNPAID: "This is training, not a job: nobody is hired yet.",
            }.get(Paid(opportunity.paid), "")
            if opportunity.paid
            else ""
        )
    if not opportunity.paid:
        return ""
    return {
        Paid.WAGE: "This is a paid job with training.",
        Paid.STIPEND: "This pays a fixed sum, not a wage.",
        Paid.UNPAID: "This is not paid: nobody is hired.",
    }[Paid(opportunity.paid)]


def ask_lines(opportunity: Opportunity) -> Lines:
    """[("Required", ["Driver license", …]), …] without the levels that hold nothing."""
    columns = {
        Level.REQUIRED: opportunity.asks,
        Level.PREFERRED: opportunity.prefers,
        Level.LEARNED: opportunity.learned_here,
    }
    lines = [
        (str(level.label), [str(ask.label) for ask in Ask if ask in asked])
        for level, asked in columns.items()
    ]
    return [(label, words) for label, words in lines if words]


def skill_lines(opportunity: Opportunity) -> Lines:
    """[("Learned here", ["Repairing", …]), …] in the order required, good to have, learned."""
    rows = list(opportunity.skills.select_related("skill"))
    lines = [
        (str(level.label), [row.skill.name for row in rows if row.level == level])
        for level in Level
    ]
    return [(label, names) for label, names in lines if names]


def cost_lines(opportunity: Opportunity) -> list[tuple[str, str]]:
    """[("Tuition", "$300.00"), …]: the parts of the learner's cost."""
    return [
        (str(item.label), money(Decimal(opportunity.costs[item])))
        for item in CostItem
        if item in opportunity.costs
    ]


def start_line(opportunity: Opportunity) -> str:
    """ "Mon 5 June", "Between …", "At any time of the year"; "" while nothing is said."""
    if opportunity.start_kind in (StartKind.ROLLING, StartKind.AT_ONCE):
        return str(StartKind(opportunity.start_kind).label)
    if opportunity.starts_on and opportunity.starts_until:
        return f"Between {day(opportunity.starts_on)} and {day(opportunity.starts_until)}"
    return day(opportunity.starts_on) if opportunity.starts_on else ""


def learning_of(opportunity: Opportunity) -> dict[str, Any] | None:
    """The placement of an internship or a co-op, with its objectives as lines."""
    row = detail_of(opportunity, "placement")
    return {"row": row, "objectives": objectives_of(row)} if row else None


def outline_of(plan: TrainingPlan) -> list[Any]:
    return list(plan.steps.all())


def promises_of(visit: Visit) -> list[str]:
    """What keeps learners under 18 safe, one line each; [] where they do not come."""
    if not visit.takes_minors:
        return []
    check = visit.get_background_display()
    if visit.background == "held" and visit.background_on:
        check = f"Done {day(visit.background_on)}"
    lines = [f"Background check of the adults they meet: {check[:1].lower()}{check[1:]}"]
    lines += [
        str(Visit._meta.get_field(name).verbose_name).capitalize()  # type: ignore[union-attr]
        for name in (
            "two_adults",
            "looks_only",
            "no_private_messages",
            "photo_consent",
            "parent_form",
        )
        if getattr(visit, name)
    ]
    if visit.insured_by:
        lines.append(f"Insured by: {visit.insured_by}")
    return lines


def seven_lines(opportunity: Opportunity) -> list[tuple[str, str, str, Any]]:
    """(question, "Yes" or "No", who, when) of the seven questions, for reviewers alone."""
    if not seven.are_asked(opportunity):
        return []
    rows = opportunity.beneficiary_answers.select_related("answered_by")
    return [
        (
            seven.QUESTIONS[row.number],
            "Yes" if row.yes else "No",
            getattr(row.answered_by, "name", "") or "",
            row.answered_at,
        )
        for row in rows
    ]
