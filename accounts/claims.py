"""Who may claim an organization by their mailbox, and whom one cannot do without."""

from collections import Counter
from typing import Any

from allauth.account.models import EmailAddress
from django.db.models import Exists, OuterRef

from accounts.choices import MembershipRole, MembershipState
from accounts.hosts import belongs_to_one, domain_of
from accounts.models import Membership, Organization


def claimable_by(user: Any) -> list[Organization]:
    """Public organizations whose host is that of a confirmed address of the person's.

    Only where one standing organization alone has the host and it is nobody's mail service. Who
    was refused there or removed has to ask.
    """
    if not user.is_authenticated:
        return []
    domains = _domains(user)
    if not domains:
        return []
    found = list(Organization.objects.standing().filter(mail_domain__in=domains).order_by("name"))
    times = Counter(organization.mail_domain for organization in found)
    known = _known_to(user, found)
    return [
        organization
        for organization in found
        if times[organization.mail_domain] == 1
        and organization.is_public
        and organization.pk not in known
    ]


def _domains(user: Any) -> set[str]:
    addresses = EmailAddress.objects.filter(user=user, verified=True).values_list(
        "email", flat=True
    )
    return {domain for address in addresses if belongs_to_one(domain := domain_of(address))}


def _known_to(user: Any, organizations: list[Organization]) -> set[int]:
    """Those that the person belongs to already, or that others have refused them."""
    memberships = user.memberships.filter(organization__in=organizations)
    return {
        membership.organization_id
        for membership in memberships
        if membership.state in (MembershipState.ACTIVE, MembershipState.DECLINED)
        or (membership.state == MembershipState.LEFT and membership.decided_by_id != user.pk)
    }


def may_claim(user: Any, organization: Organization) -> bool:
    return any(found.pk == organization.pk for found in claimable_by(user))


def administered_alone(user: Any) -> list[Organization]:
    """Standing organizations that would be left without an administrator by this person."""
    if user.pk is None:
        return []
    active = Membership.objects.filter(
        state=MembershipState.ACTIVE, role=MembershipRole.ADMIN, user__is_active=True
    )
    others = active.filter(organization=OuterRef("pk")).exclude(user=user)
    own = Organization.objects.standing().filter(
        pk__in=active.filter(user=user).values("organization")
    )
    return list(own.filter(~Exists(others)).order_by("name"))
