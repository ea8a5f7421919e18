"""Enumerations of this room and, for every state, its moves."""

from django.db import models


class OrganizationState(models.TextChoices):
    PENDING = "pending", "Waiting to be verified"
    VERIFIED = "verified", "Verified"
    RETURNED = "returned", "Returned for an update"
    SUSPENDED = "suspended", "Suspended"
    CLOSED = "closed", "Closed"


# Verified → waiting is a new name's, and nobody's decision.
ORGANIZATION_MOVES: dict[str, set[str]] = {
    OrganizationState.PENDING: {
        OrganizationState.VERIFIED,
        OrganizationState.RETURNED,
        OrganizationState.CLOSED,
    },
    OrganizationState.RETURNED: {
        OrganizationState.PENDING,
        OrganizationState.VERIFIED,
        OrganizationState.CLOSED,
    },
    OrganizationState.VERIFIED: {
        OrganizationState.RETURNED,
        OrganizationState.SUSPENDED,
        OrganizationState.PENDING,
        OrganizationState.CLOSED,
    },
    OrganizationState.SUSPENDED: {OrganizationState.VERIFIED, OrganizationState.CLOSED},
    OrganizationState.CLOSED: {OrganizationState.PENDING},
}


class MembershipRole(models.TextChoices):
    ADMIN = "admin", "Administrator"
    MEMBER = "member", "Member"


class MembershipState(models.TextChoices):
    REQUESTED = "requested", "Asked to join"
    ACTIVE = "active", "Member"
    DECLINED = "declined", "Declined"
    LEFT = "left", "No longer a member"


# Whoever was refused or has left may ask once more.
MEMBERSHIP_MOVES: dict[str, set[str]] = {
    MembershipState.REQUESTED: {
        MembershipState.ACTIVE,
        MembershipState.DECLINED,
        MembershipState.LEFT,
    },
    MembershipState.ACTIVE: {MembershipState.LEFT},
    MembershipState.DECLINED: {MembershipState.REQUESTED},
    MembershipState.LEFT: {MembershipState.REQUESTED},
}


class StaffRole(models.TextChoices):
    """What a person of the coalition's staff may do. One person may hold several."""

    ADMINISTRATOR = "administrator", "Coalition administrator"
    PLAN_EDITOR = "plan-editor", "Plan editor"
    MODERATOR = "moderator", "Moderator"
    OUTREACH = "outreach", "Outreach coordinator"
    EVALUATOR = "evaluator", "Read-only evaluator"


class ReviewState(models.TextChoices):
    OPEN = "open", "In review"
    RETURNED = "returned", "Returned"
    APPROVED = "approved", "Approved"
    WITHDRAWN = "withdrawn", "Taken back"


REVIEW_MOVES: dict[str, set[str]] = {
    ReviewState.OPEN: {ReviewState.RETURNED, ReviewState.APPROVED, ReviewState.WITHDRAWN},
    ReviewState.RETURNED: set(),
    ReviewState.APPROVED: set(),
    ReviewState.WITHDRAWN: set(),
}


class SizeBand(models.TextChoices):
    S1 = "1-4", "1 to 4 people"
    S5 = "5-9", "5 to 9 people"
    S10 = "10-19", "10 to 19 people"
    S20 = "20-49", "20 to 49 people"
    S50 = "50-99", "50 to 99 people"
    S100 = "100-249", "100 to 249 people"
    S250 = "250-499", "250 to 499 people"
    S500 = "500-999", "500 to 999 people"
    S1000 = "1000+", "1,000 people or more"


class Ownership(models.TextChoices):
    """Whose it is; the rules for unpaid learners differ."""

    BUSINESS = "business", "A business"
    NONPROFIT = "nonprofit", "A nonprofit"
    PUBLIC = "public", "A public body"


class RemarkState(models.TextChoices):
    OPEN = "open", "Waits for an answer"
    ACCEPTED = "accepted", "Words taken over"
    EDITED = "edited", "Changed"
    ANSWERED = "answered", "Answered"


REMARK_MOVES: dict[str, set[str]] = {
    RemarkState.OPEN: {RemarkState.ACCEPTED, RemarkState.EDITED, RemarkState.ANSWERED},
    RemarkState.ACCEPTED: set(),
    RemarkState.EDITED: set(),
    RemarkState.ANSWERED: {RemarkState.EDITED, RemarkState.ACCEPTED},
}
