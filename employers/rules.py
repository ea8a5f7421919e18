"""Who may do what with an opportunity: one yes/no question each."""

from typing import Any

from accounts.choices import OrganizationState
from accounts.models import Organization, Review
from accounts.rules import is_coalition_staff, is_member, may_decide_review, may_review
from employers.choices import State
from employers.models import Import, Opportunity


def may_post_for(user: Any, organization: Organization) -> bool:
    """Begin a draft. An organization that waits to be verified may write meanwhile."""
    return is_member(user, organization) and organization.state in (
        OrganizationState.VERIFIED,
        OrganizationState.PENDING,
    )


def may_see_import(user: Any, batch: Import) -> bool:
    """A file is its organization's alone."""
    return is_member(user, batch.employer.organization)


def may_edit_opportunity(user: Any, opportunity: Opportunity) -> bool:
    """Change its words: its own people, while it is theirs to write."""
    return opportunity.is_writable and is_member(user, opportunity.employer.organization)


def may_move_opportunity(user: Any, opportunity: Opportunity) -> bool:
    """Send, take back, close: its own people, whatever its state."""
    return is_member(user, opportunity.employer.organization)


def may_see_opportunity(user: Any, opportunity: Opportunity) -> bool:
    """Everybody once it was public and until it is put away; before and after, its own people
    and the coalition's staff."""
    if is_member(user, opportunity.employer.organization) or is_coalition_staff(user):
        return True
    return (
        opportunity.was_public
        and opportunity.state in (State.PUBLISHED, State.PAUSED, State.CLOSED)
        and opportunity.standing() != "scheduled"
        and opportunity.employer.organization.is_public
    )


def may_review_opportunity(user: Any, opportunity: Opportunity) -> bool:
    """Return or publish it: never one's own organization's, nor what one sent in oneself."""
    if opportunity.state != State.IN_REVIEW:
        return False
    review = Review.objects.of(opportunity).open().first()
    if review is None:
        return may_review(user, opportunity.employer.organization)
    return may_decide_review(user, review)
