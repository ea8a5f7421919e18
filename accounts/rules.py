"""Who may do what: one yes/no question each."""

from typing import Any

from allauth.account.models import EmailAddress

from accounts.choices import MembershipState, OrganizationState, StaffRole
from accounts.models import Invitation, Membership, Organization, Review


def has_duty(user: Any, *roles: str) -> bool:
    """Holds one of these roles on the coalition's staff; an administrator holds them all
    but the reading-only one, which is less than an administrator's."""
    if not user.is_authenticated:
        return False
    return StaffRole.ADMINISTRATOR in user.duty_roles or bool(user.duty_roles & set(roles))


def is_coalition_staff(user: Any) -> bool:
    return user.is_authenticated and bool(user.duty_roles)


def may_administer(user: Any) -> bool:
    return user.is_authenticated and StaffRole.ADMINISTRATOR in user.duty_roles


def needs_second_factor(user: Any) -> bool:
    """Whoever acts for the coalition, or may open the repair desk."""
    return user.is_authenticated and (user.is_staff or user.is_superuser or bool(user.duty_roles))


def is_member(user: Any, organization: Organization) -> bool:
    return user.is_authenticated and organization.pk in user.belongs_to


def may_see_organization(user: Any, organization: Organization) -> bool:
    return organization.is_public or is_member(user, organization) or is_coalition_staff(user)


def may_manage_organization(user: Any, organization: Organization) -> bool:
    """Decide who joins; edit its profile unless it is suspended."""
    return user.is_authenticated and organization.pk in user.administers


# What nobody writes in: a suspended one stays as staff saw it, a closed one as it ended.
SHUT = (OrganizationState.SUSPENDED, OrganizationState.CLOSED)


def may_edit_organization(user: Any, organization: Organization) -> bool:
    return may_manage_organization(user, organization) and organization.state not in SHUT


def may_close_organization(user: Any, organization: Organization) -> bool:
    """Its own administrators, unless staff have suspended it; else staff. The table of moves
    says whether there is anything left to close."""
    return may_edit_organization(user, organization) or may_verify_organization(user, organization)


def may_invite(user: Any, organization: Organization) -> bool:
    """Its administrators and staff ask people in."""
    return organization.state not in SHUT and (
        may_manage_organization(user, organization) or may_verify_organization(user, organization)
    )


def may_accept_invitation(user: Any, invitation: Invitation) -> bool:
    """Whoever has shown that the invited mailbox is theirs."""
    return (
        user.is_authenticated
        and EmailAddress.objects.filter(
            user=user, verified=True, email__iexact=invitation.email
        ).exists()
    )


def may_resubmit_organization(user: Any, organization: Organization) -> bool:
    return (
        may_manage_organization(user, organization)
        and organization.state == OrganizationState.RETURNED
    )


def may_ask_to_join(user: Any, organization: Organization) -> bool:
    return user.is_authenticated and organization.is_public and not is_member(user, organization)


def may_verify_organization(user: Any, organization: Organization) -> bool:
    """Nobody verifies what they put forward, even after they have left it."""
    return (
        may_administer(user)
        and not is_member(user, organization)
        and organization.created_by_id != user.pk
    )


def may_review(user: Any, organization: Organization) -> bool:
    """Nobody reviews what their own organization sent in."""
    return may_administer(user) and not is_member(user, organization)


def may_decide_review(user: Any, review: Review) -> bool:
    """Nor what they sent in themselves, even after they have left the organization."""
    return may_review(user, review.organization) and review.sent_by_id != user.pk


def may_take(user: Any, thing: Review | Organization) -> bool:
    """Take it to read, give it to somebody, put it back: whoever may decide it."""
    if isinstance(thing, Review):
        return may_decide_review(user, thing)
    return may_verify_organization(user, thing)


def may_see_people(user: Any, organization: Organization) -> bool:
    return is_member(user, organization) or may_administer(user)


def may_change_role(user: Any, membership: Membership) -> bool:
    """An administrator may step down; whoever is none cannot raise themselves by this."""
    return may_manage_organization(user, membership.organization) or may_verify_organization(
        user, membership.organization
    )


def may_decide_membership(user: Any, membership: Membership) -> bool:
    """Nobody lets themselves in."""
    return membership.user_id != user.pk and may_change_role(user, membership)


def may_end_membership(user: Any, membership: Membership) -> bool:
    """Leave oneself, or remove somebody from what one administers."""
    if membership.state not in (MembershipState.ACTIVE, MembershipState.REQUESTED):
        return False
    return user.is_authenticated and (
        membership.user_id == user.pk or may_decide_membership(user, membership)
    )
