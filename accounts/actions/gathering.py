"""What happens in this room when an organization is closed or merged: who speaks for it, who is
invited, its picture, its history and its reviews."""

from typing import Any

from django.db.models.functions import Lower
from django.utils import timezone

from accounts import letters
from accounts.actions.history import record
from accounts.choices import MembershipRole, MembershipState
from accounts.following import Happening, Happens, are, register
from accounts.models import Entry, Invitation, Logo, Membership, Organization, Review

# What of two memberships of one person holds.
WEIGHT = {
    MembershipState.ACTIVE: 3,
    MembershipState.REQUESTED: 2,
    MembershipState.DECLINED: 1,
    MembershipState.LEFT: 1,
}


def connect() -> None:
    register(Happens.CLOSED, would=would_on_closing, does=on_closing)
    register(Happens.MERGED, would=would_on_merger, does=on_merger)


def _asking(organization: Organization) -> Any:
    return organization.memberships.filter(state=MembershipState.REQUESTED)


def _invited(organization: Organization) -> Any:
    return organization.invitations.filter(used_at=None, withdrawn_at=None)


def would_on_closing(happening: Happening) -> list[str]:
    organization = happening.organization
    return [
        f"Strangers no longer see the page of {organization}. Its members and staff still do.",
        *are(
            _asking(organization).count(),
            "1 person who asks to join gets a letter that says no.",
            "{n} people who ask to join get a letter that says no.",
        ),
        *are(
            _invited(organization).count(),
            "1 invitation is withdrawn.",
            "{n} invitations are withdrawn.",
        ),
    ]


def on_closing(happening: Happening) -> None:
    organization, by, now = happening.organization, happening.by, timezone.now()
    _invited(organization).update(withdrawn_at=now)
    for membership in _asking(organization).select_related("user", "organization"):
        membership.state, membership.reason = MembershipState.DECLINED, "It has closed."
        membership.decided_at, membership.decided_by = now, by
        membership.save()
        entry = record(
            by=by,
            what=f"declined {membership.user}"[:60],
            subject=membership,
            organization=organization,
            why=membership.reason,
        )
        letters.membership_decided(membership, entry.pk)


def would_on_merger(happening: Happening) -> list[str]:
    gone, into = happening.organization, happening.other
    there = into.memberships.filter(state=MembershipState.ACTIVE)
    own = gone.memberships.filter(state=MembershipState.ACTIVE).select_related("user")
    admins = own.filter(role=MembershipRole.ADMIN).exclude(
        user__in=there.filter(role=MembershipRole.ADMIN).values("user")
    )
    members = own.filter(role=MembershipRole.MEMBER).exclude(user__in=there.values("user"))
    return [
        f"The address of {gone} leads to the page of {into}.",
        *[f"{one.user} becomes an administrator of {into}." for one in admins.order_by("pk")],
        *[f"{one.user} becomes a member of {into}." for one in members.order_by("pk")],
        *are(
            _asking(gone).count(),
            f"1 request to join goes to {into}.",
            f"{{n}} requests to join go to {into}.",
        ),
        *are(
            _invited(gone).count(),
            f"1 invitation becomes one to {into}.",
            f"{{n}} invitations become ones to {into}.",
        ),
        f"The history of {gone} can be read by the members of {into}.",
    ]


def on_merger(happening: Happening) -> None:
    gone, into = happening.organization, happening.other
    _gather_people(gone, into, happening.by)
    _gather_invitations(gone, into)
    _gather_logo(gone, into)
    Entry.objects.filter(organization=gone).update(organization=into)
    Review.objects.filter(organization=gone).update(organization=into)


def _gather_people(gone: Organization, into: Organization, by: Any) -> None:
    theirs = {m.user_id: m for m in into.memberships.select_related("user")}
    for membership in gone.memberships.select_related("user").order_by("pk"):
        other = theirs.get(membership.user_id)
        if other is None:
            membership.organization = into
            membership.save(update_fields=["organization"])
            _tell_history(membership, by)
        else:
            _take_the_higher(membership, other, by)
            membership.delete()


def _take_the_higher(membership: Membership, other: Membership, by: Any) -> None:
    before = (other.state, other.role)
    now, then = WEIGHT[MembershipState(other.state)], WEIGHT[MembershipState(membership.state)]
    if then > now:
        other.state, other.role = membership.state, membership.role
        other.decided_at, other.decided_by = membership.decided_at, membership.decided_by
        other.asked_at, other.message = membership.asked_at, membership.message
        other.reason = ""
    elif then == now and membership.role == MembershipRole.ADMIN:
        other.role = MembershipRole.ADMIN
    if before != (other.state, other.role):
        other.save()
        _tell_history(other, by)


def _tell_history(membership: Membership, by: Any) -> None:
    if membership.state == MembershipState.ACTIVE:
        word = "administrator" if membership.role == MembershipRole.ADMIN else "member"
        record(
            by=by,
            what=f"took over the {word} {membership.user}"[:60],
            subject=membership,
            organization=membership.organization,
            after={"role": membership.role},
        )


def _gather_invitations(gone: Organization, into: Organization) -> None:
    """Links that were sent keep working; of two to one address the other organization's holds."""
    theirs = list(_invited(into).values_list(Lower("email"), flat=True))
    twice = _invited(gone).annotate(key=Lower("email")).filter(key__in=theirs)
    Invitation.objects.filter(pk__in=list(twice.values_list("pk", flat=True))).update(
        withdrawn_at=timezone.now()
    )
    gone.invitations.update(organization=into)


def _gather_logo(gone: Organization, into: Organization) -> None:
    if Logo.objects.filter(organization=into).exists():
        Logo.objects.filter(organization=gone).delete()
    else:
        Logo.objects.filter(organization=gone).update(organization=into)
