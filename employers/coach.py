"""What a reviewer looks at first: a few checks in plain words. No check blocks."""

import re
from decimal import Decimal

from employers.choices import ClassPayer, Kind, Paid
from employers.models import Opportunity
from vocabularies.templatetags.words import money

LINK = re.compile(r"https?://|www\.", re.IGNORECASE)
PHONE = re.compile(r"\b\(?\d{3}\)?[ .-]\d{3}[ .-]\d{4}\b")
# Age Discrimination in Employment Act, 29 CFR 1625.4: words that read as a limit by age.
AGE = re.compile(r"\b(young|youthful|energetic|recent graduates? only|digital natives?)\b", re.I)

# Fair Labor Standards Act, 29 U.S.C. 206(a)(1); since July 2009.
FEDERAL_MINIMUM = Decimal("7.25")


def remarks_on(opportunity: Opportunity) -> list[tuple[str, str]]:
    """(what, sentence) pairs, the weightiest first."""
    prose = " ".join(
        [
            opportunity.summary,
            opportunity.tasks,
            opportunity.lessons,
            opportunity.pay_note,
            opportunity.needs_note,
        ]
    )
    found: list[tuple[str, str]] = []
    if word := AGE.search(prose):
        found.append(("Age wording", f"“{word.group()}” reads as a limit by age."))
    if LINK.search(prose) or PHONE.search(prose):
        found.append(("Contact in prose", "A link or number belongs under How to apply."))
    if opportunity.kind == Kind.INTERNSHIP and opportunity.paid == Paid.UNPAID:
        found.append(
            (
                "Unpaid internship",
                "At a business for profit this is lawful only where the learner gains most from it "
                "(Fact Sheet 71 of the Wage and Hour Division). Ask before you publish.",
            )
        )
    if not opportunity.is_visit and opportunity.class_payer == ClassPayer.LEARNER:
        found.append(("The learner pays", "Is tuition assistance offered? Say so."))
    if opportunity.hourly_pay is not None and opportunity.hourly_pay < FEDERAL_MINIMUM:
        found.append(
            ("Low pay", f"Less than the federal minimum wage of {money(FEDERAL_MINIMUM)} an hour.")
        )
    if opportunity.occupation is None:
        found.append(("No occupation", "Search by occupation will not find it."))
    return found
