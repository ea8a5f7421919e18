"""Letters to the people of an organization. Plain text; every link stands in it."""

from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.urls import reverse

from accounts.choices import MembershipRole, MembershipState, OrganizationState
from accounts.models import Invitation, Membership, Organization, User
from vocabularies.models import Region


def _send(*, kind: str, key: str, to: User, subject: str, template: str, **words: Any) -> None:
    """One letter to one person; `key` makes sure that they get it once."""
    context = {"region": Region.current(), "site_url": settings.SITE_URL, "to": to} | words
    EmailMessage(
        subject=subject,
        body=render_to_string(f"accounts/letters/{template}.txt", context).strip() + "\n",
        to=[to.email],
        headers={"X-Letter-Kind": kind, "X-Letter-Key": f"{key}:{to.pk}"},
    ).send()


def administrators(organization: Organization) -> list[User]:
    return list(
        User.objects.filter(
            is_active=True,
            memberships__organization=organization,
            memberships__state=MembershipState.ACTIVE,
            memberships__role=MembershipRole.ADMIN,
        ).order_by("pk")
    )


def organization_decided(organization: Organization, reason: str, entry: int) -> None:
    subject = {
        OrganizationState.VERIFIED: f"{organization} is verified",
        OrganizationState.RETURNED: f"{organization} needs a change before we can verify it",
        OrganizationState.SUSPENDED: f"{organization} is suspended",
    }[OrganizationState(organization.state)]
    for person in administrators(organization):
        _send(
            kind="organization",
            key=f"organization:{entry}",
            to=person,
            subject=subject,
            template=f"organization_{organization.state}",
            organization=organization,
            reason=reason,
        )


def organization_closed(organization: Organization, reason: str, entry: int, *, by: User) -> None:
    for person in administrators(organization):
        _send(
            kind="organization",
            key=f"organization:{entry}",
            to=person,
            subject=f"{organization} is closed",
            template="organization_closed",
            organization=organization,
            reason=reason,
            by=by,
        )


def organization_reopened(organization: Organization, entry: int) -> None:
    for person in administrators(organization):
        _send(
            kind="organization",
            key=f"organization:{entry}",
            to=person,
            subject=f"{organization} is open again",
            template="organization_reopened",
            organization=organization,
        )


def organizations_merged(
    gone: Organization, stays: Organization, reason: str, entry: int, told: list[User]
) -> None:
    """To the administrators that each of the two had before; to one of both, one letter."""
    for person in {person.pk: person for person in told}.values():
        _send(
            kind="organization",
            key=f"organization:{entry}",
            to=person,
            subject=f"{gone} is part of {stays} now",
            template="organizations_merged",
            gone=gone,
            stays=stays,
            reason=reason,
        )


def membership_asked(membership: Membership, entry: int) -> None:
    for person in administrators(membership.organization):
        _send(
            kind="membership",
            key=f"membership:{entry}",
            to=person,
            subject=f"{membership.user} asks to join {membership.organization}",
            template="membership_asked",
            membership=membership,
        )


def membership_claimed(membership: Membership, told: list[User], entry: int) -> None:
    for person in told:
        _send(
            kind="membership",
            key=f"membership:{entry}",
            to=person,
            subject=f"{membership.user} has joined {membership.organization}",
            template="membership_claimed",
            membership=membership,
        )


def invitation(invitation: Invitation, token: str) -> None:
    """To an address, whose owner need not have an account. The link is in no log and no page."""
    context = {
        "region": Region.current(),
        "site_url": settings.SITE_URL,
        "invitation": invitation,
        "link": settings.SITE_URL + reverse("accounts:invitation_accept", args=[token]),
    }
    EmailMessage(
        subject=f"You are invited to join {invitation.organization}",
        body=render_to_string("accounts/letters/invitation.txt", context).strip() + "\n",
        to=[invitation.email],
        headers={
            "X-Letter-Kind": "invitation",
            "X-Letter-Key": f"invitation:{invitation.token_hash[:24]}",
            "X-Letter-Secret": "1",
        },
    ).send()


def membership_decided(membership: Membership, entry: int) -> None:
    accepted = membership.state == MembershipState.ACTIVE
    subject = (
        f"You are now a member of {membership.organization}"
        if accepted
        else f"Your request to join {membership.organization}"
    )
    _send(
        kind="membership",
        key=f"membership:{entry}",
        to=membership.user,
        subject=subject,
        template="membership_accepted" if accepted else "membership_declined",
        membership=membership,
    )


def membership_ended(membership: Membership, entry: int) -> None:
    _send(
        kind="membership",
        key=f"membership:{entry}",
        to=membership.user,
        subject=f"You are no longer a member of {membership.organization}",
        template="membership_ended",
        membership=membership,
    )


def role_changed(membership: Membership, entry: int) -> None:
    _send(
        kind="membership",
        key=f"membership:{entry}",
        to=membership.user,
        subject=f"Your role at {membership.organization} has changed",
        template="role_changed",
        membership=membership,
    )
