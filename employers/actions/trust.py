"""What may be shown without a reviewer, and why."""

from employers.actions.copies import changes_of
from employers.choices import LiveEdits
from employers.coach import blocking
from employers.models import Opportunity, Policy
from employers.postings.words import DETAILS

# What a learner decides by: changes of it are read first where policy says “weighty”.
WEIGHTY = set(
    "paid pay_min pay_max pay_unit pay_note class_payer learner_cost costs class_hours_paid "
    "places mode place_note host apply_by apply_to apply_steps education minimum_age asks prefers "
    "learned_here needs_note beneficiary_answers supports credit term".split()
)


def is_weighty(field: str) -> bool:
    """A field as `words.changes` names it: "pay_min", "terms.sponsor"."""
    return field in WEIGHTY or field.split(".")[0] in DETAILS


def why_at_once(opportunity: Opportunity) -> str:
    """Why what was just sent needs no reviewer, for its history; "" where it needs one: always
    while the organization is not verified, or while the coach sees what must be mended."""
    if not opportunity.employer.organization.may_post or blocking(opportunity):
        return ""
    policy = Policy.current()
    if policy.trusted_at_once and opportunity.employer.trusted_at:
        return "trusted employer"
    if not opportunity.is_copy:
        return ""
    if policy.live_edits == LiveEdits.NONE:
        return "changes show at once here"
    if policy.live_edits == LiveEdits.WEIGHTY:
        fields = [field for field, *_ in changes_of(opportunity)]
        if not any(is_weighty(field) for field in fields):
            return "nothing changed that learners decide by"
    return ""
