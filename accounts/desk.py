"""What waits for a person in this room. Every room's desk answers in this shape."""

from typing import Any

from django.db.models import Exists, OuterRef
from django.urls import reverse

from accounts.choices import MembershipRole, MembershipState, OrganizationState
from accounts.models import Membership, Organization
from accounts.rules import may_administer

# A desk shows the oldest of each kind; the rest waits behind them.
SHOWN = 50


def waiting_for(user: Any) -> list[dict[str, Any]]:
    """Oldest first: since (a moment), kind, title, note, url, act (the words of the link)."""
    items = _own_organizations(user) + _requests_to_decide(user)
    if may_administer(user):
        items += organizations_to_verify(user) + _requests_without_administrator(user)
    return sorted(items, key=lambda item: item["since"])


def organizations_to_verify(user: Any) -> list[dict[str, Any]]:
    waiting = Organization.objects.filter(state=OrganizationState.PENDING)
    waiting = waiting.exclude(pk__in=user.belongs_to).exclude(created_by=user)
    waiting = waiting.select_related("place", "created_by")
    return [
        {
            "since": organization.sent_at,
            "kind": "Organization to verify",
            "title": organization.name,
            "note": f"{organization.place or 'No place'}. Put forward by {_maker(organization)}.",
            "url": organization.get_review_url(),
            "act": "Look at it",
        }
        for organization in waiting.order_by("sent_at")[:SHOWN]
    ]


def _maker(organization: Organization) -> str:
    return str(organization.created_by or "somebody who has left")


def _requests_to_decide(user: Any) -> list[dict[str, Any]]:
    if not user.administers:
        return []
    return _requests(Membership.objects.filter(organization__in=user.administers))


def _requests_without_administrator(user: Any) -> list[dict[str, Any]]:
    administrators = Membership.objects.filter(
        organization=OuterRef("organization"),
        state=MembershipState.ACTIVE,
        role=MembershipRole.ADMIN,
        user__is_active=True,
    )
    orphaned = Membership.objects.filter(~Exists(administrators)).exclude(user=user)
    orphaned = orphaned.exclude(organization__created_by=user)
    return _requests(orphaned.exclude(organization__in=user.belongs_to))


def _requests(memberships: Any) -> list[dict[str, Any]]:
    asked = memberships.filter(state=MembershipState.REQUESTED)
    asked = asked.select_related("user", "organization").order_by("asked_at")[:SHOWN]
    return [
        {
            "since": membership.asked_at,
            "kind": f"Request to join {membership.organization}",
            "title": str(membership.user),
            "note": membership.message or membership.user.email,
            "url": reverse("accounts:organization_people", args=[membership.organization.slug]),
            "act": "Decide",
        }
        for membership in asked
    ]


def _own_organizations(user: Any) -> list[dict[str, Any]]:
    """For its members: why one's own organization cannot post yet."""
    notes = {
        OrganizationState.RETURNED: ("Your organization was returned", "", "Change it"),
        OrganizationState.SUSPENDED: ("Your organization is suspended", "", "See it"),
    }
    items = []
    for organization in Organization.objects.filter(pk__in=user.belongs_to, state__in=notes):
        kind, note, act = notes[OrganizationState(organization.state)]
        may_change = act == "Change it" and organization.pk in user.administers
        page = "accounts:organization_edit" if may_change else "accounts:organization_show"
        items.append(
            {
                "since": organization.decided_at or organization.sent_at,
                "kind": kind,
                "title": organization.name,
                "note": organization.state_reason or note,
                "url": reverse(page, args=[organization.slug]),
                "act": act if may_change else "See it",
            }
        )
    return items
