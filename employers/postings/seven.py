"""The seven questions on an unpaid internship at a business (Fact Sheet 71, Wage and Hour
Division, January 2018): which employers answer them, and what they ask."""

from accounts.choices import Ownership
from employers.choices import Kind, Paid
from employers.models import Opportunity

QUESTIONS: dict[int, str] = {
    1: "Do both sides understand clearly that no pay is to be expected?",
    2: "Is the training like what a school would give, with clinical or hands-on parts?",
    3: "Is it tied to the intern’s schooling, by coursework or by credit?",
    4: "Does it fit the intern’s classes and the school year?",
    5: "Does it last only as long as the intern learns something useful?",
    6: "Does the intern’s work add to that of paid employees, without taking their place?",
    7: "Do both sides understand that no paid job is promised at the end?",
}


def are_asked(opportunity: Opportunity) -> bool:
    """Only of an unpaid internship or co-op at a business for profit."""
    return _is_unpaid(opportunity) and _ownership(opportunity) == Ownership.BUSINESS


def are_spared(opportunity: Opportunity) -> bool:
    """Unpaid, at a nonprofit or a public body: there the test does not apply as such."""
    return _is_unpaid(opportunity) and _ownership(opportunity) != Ownership.BUSINESS


def _is_unpaid(opportunity: Opportunity) -> bool:
    return opportunity.kind in (Kind.INTERNSHIP, Kind.CO_OP) and opportunity.paid == Paid.UNPAID


def _ownership(opportunity: Opportunity) -> str:
    return opportunity.employer.organization.ownership if opportunity.employer_id else ""


def answers_of(opportunity: Opportunity) -> dict[int, bool]:
    """{number: yes?} of those answered so far."""
    if not opportunity.pk:
        return {}
    return dict(opportunity.beneficiary_answers.values_list("number", "yes"))
