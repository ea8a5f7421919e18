"""Who speaks for an organization: asked for, decided, given a role, ended.

Each locks the organization first, so that two administrators who leave at once
cannot both be "not the last one".
"""

from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts import letters
from accounts.actions.history import MoveRefused, NotAllowed, check_move, record
from accounts.choices import (
    MEMBERSHIP_MOVES,
    MembershipRole,
    MembershipState,
    OrganizationState,
)
from accounts.claims import may_claim
from accounts.models import Membership, Organization
from accounts.rules import SHUT, may_change_role, may_decide_membership

# Asking is a letter with free words to people who did not ask for it.
ASK_AGAIN_AFTER = timedelta(days=1)


class LastAdministrator(Exception):
    """An organization keeps one administrator. Its text is for the person."""


@transaction.atomic
def ask_to_join(*, organization: Organization, by: Any, message: str = "") -> Membership:
    """Ask its administrators. Asking twice makes one request and one letter.

    Raises MoveRefused if the person belongs to it already, has asked within a day, or it
    is suspended.
    """
    organization = _locked(organization)
    if organization.state in SHUT:
        word = organization.get_state_display().lower()
        raise MoveRefused(f"This organization is {word}. Nobody can join it now.")
    membership, is_new = Membership.objects.get_or_create(
        organization=organization, user=by, defaults={"message": message}
    )
    if not is_new:
        if membership.state == MembershipState.REQUESTED:
            return membership
        if membership.state == MembershipState.ACTIVE:
            raise MoveRefused("You are a member of this organization already.")
        if timezone.now() - membership.asked_at < ASK_AGAIN_AFTER:
            raise MoveRefused(f"You asked {organization} within the last day. Ask again tomorrow.")
        membership.state = MembershipState.REQUESTED
        membership.role = MembershipRole.MEMBER
        membership.message, membership.reason = message, ""
        membership.asked_at, membership.decided_at, membership.decided_by = (
            timezone.now(),
            None,
            None,
        )
        membership.save()
    entry = record(
        by=by, what="asked to join", subject=membership, organization=organization, why=message
    )
    letters.membership_asked(membership, entry.pk)
    return membership


@transaction.atomic
def claim_organization(*, organization: Organization, by: Any) -> Membership:
    """Let in by the host of one's own mailbox; the first administrator where there is none.

    Raises NotAllowed where the host does not show that the person belongs to it.
    """
    organization = _locked(organization)
    if not may_claim(by, organization):
        raise NotAllowed("Your e-mail address does not show that you belong to it. Ask to join.")
    told = list(_administrators(organization).select_related("user"))
    membership, _ = Membership.objects.get_or_create(organization=organization, user=by)
    membership.state, membership.reason = MembershipState.ACTIVE, ""
    membership.role = MembershipRole.MEMBER if told else MembershipRole.ADMIN
    membership.decided_at, membership.decided_by = timezone.now(), by
    membership.save()
    entry = record(
        by=by,
        what=f"joined by an address at {organization.mail_domain}"[:60],
        subject=membership,
        organization=organization,
        after={"role": membership.role},
    )
    letters.membership_claimed(membership, [other.user for other in told], entry.pk)
    return membership


@transaction.atomic
def decide_membership(
    *, membership: Membership, accept: bool, by: Any, reason: str = ""
) -> Membership:
    """An administrator, or staff where they do not belong to it, says yes or no."""
    organization = _locked(membership.organization)
    membership = _again(membership, organization)
    if not may_decide_membership(by, membership):
        raise NotAllowed("Somebody else decides this: an administrator of the organization.")
    to = MembershipState.ACTIVE if accept else MembershipState.DECLINED
    check_move(moves=MEMBERSHIP_MOVES, now=membership.state, to=to, what="request")
    membership.state, membership.reason = to, reason.strip()[:300]
    if accept and not _administrators(organization).exists():
        # An organization that nobody administers gets its first administrator this way.
        membership.role = MembershipRole.ADMIN
    membership.decided_at, membership.decided_by = timezone.now(), by
    membership.save()
    entry = record(
        by=by,
        what=_about("let in" if accept else "declined", membership),
        subject=membership,
        organization=organization,
        why=reason,
    )
    letters.membership_decided(membership, entry.pk)
    return membership


@transaction.atomic
def change_role(*, membership: Membership, role: str, by: Any) -> Membership:
    """Make a member an administrator, or an administrator a member."""
    organization = _locked(membership.organization)
    membership = _again(membership, organization)
    if not may_change_role(by, membership):
        raise NotAllowed("Only an administrator of the organization gives roles.")
    if membership.state != MembershipState.ACTIVE or role not in MembershipRole.values:
        raise MoveRefused("This person is not a member now. Look at the list again.")
    if membership.role == role:
        return membership
    if role == MembershipRole.MEMBER:
        _keep_one_administrator(organization, membership)
    before, membership.role = membership.role, MembershipRole(role)
    membership.save(update_fields=["role"])
    verb = (
        "gave the administrator’s role to"
        if role == MembershipRole.ADMIN
        else "took the administrator’s role from"
    )
    entry = record(
        by=by,
        what=_about(verb, membership),
        subject=membership,
        organization=organization,
        before={"role": before},
        after={"role": role},
    )
    letters.role_changed(membership, entry.pk)
    return membership


@transaction.atomic
def end_membership(*, membership: Membership, by: Any, reason: str = "") -> Membership:
    """Leave, be removed, or take a request back."""
    organization = _locked(membership.organization)
    membership = _again(membership, organization)
    is_own = by.pk == membership.user_id
    if not is_own and not may_decide_membership(by, membership):
        raise NotAllowed("Only an administrator of the organization removes people.")
    check_move(
        moves=MEMBERSHIP_MOVES, now=membership.state, to=MembershipState.LEFT, what="membership"
    )
    if membership.state == MembershipState.ACTIVE:
        _keep_one_administrator(organization, membership)
    membership.state, membership.reason = MembershipState.LEFT, reason.strip()[:300]
    membership.role = MembershipRole.MEMBER
    membership.decided_at, membership.decided_by = timezone.now(), by
    membership.save()
    entry = record(
        by=by,
        what="left" if is_own else _about("removed", membership),
        subject=membership,
        organization=organization,
        why=reason,
    )
    if not is_own:
        letters.membership_ended(membership, entry.pk)
    return membership


def _about(verb: str, membership: Membership) -> str:
    return f"{verb} {membership.user}"[:60]


def _locked(organization: Organization) -> Organization:
    return Organization.objects.select_for_update().get(pk=organization.pk)


def _again(membership: Membership, organization: Organization) -> Membership:
    fresh = Membership.objects.select_related("user").get(pk=membership.pk)
    fresh.organization = organization
    return fresh


def _administrators(organization: Organization) -> Any:
    return organization.memberships.filter(
        state=MembershipState.ACTIVE, role=MembershipRole.ADMIN, user__is_active=True
    )


def _keep_one_administrator(organization: Organization, leaving: Membership) -> None:
    if leaving.role != MembershipRole.ADMIN or organization.state == OrganizationState.CLOSED:
        return
    if not _administrators(organization).exclude(pk=leaving.pk).exists():
        raise LastAdministrator(
            f"{organization} needs an administrator. Make somebody else one first."
        )
