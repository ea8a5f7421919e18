"""Asked by letter to speak for an organization. The link works once, for two weeks."""

from datetime import timedelta
from typing import Any

from allauth.account.models import EmailAddress
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from accounts import letters, tokens
from accounts.actions.history import MoveRefused, NotAllowed, record
from accounts.choices import MembershipRole, MembershipState
from accounts.models import Invitation, Membership, Organization
from accounts.rules import SHUT, may_accept_invitation, may_invite

STANDS_FOR = timedelta(days=14)
AGAIN_AFTER = timedelta(minutes=15)
# Letters a day in one organization's name, to people who did not ask for them.
LETTERS_A_DAY = 30
LETTERS_A_DAY_UNVERIFIED = 5


class DeadInvitation(Exception):
    """The link is used, withdrawn, too old, or never was."""

    def __init__(self, invitation: Invitation | None = None) -> None:
        super().__init__("This invitation does not work any more.")
        self.invitation = invitation


class TooManyLetters(Exception):
    """The day's invitations are used up. Its text is for the person."""


@transaction.atomic
def invite(*, organization: Organization, email: str, role: str, by: Any) -> Invitation:
    """Send the letter with the link. Inviting an address whose link has run out renews it.

    Raises NotAllowed, MoveRefused where the person is a member or invited already, TooManyLetters.
    """
    organization = _locked(organization)
    if not may_invite(by, organization):
        raise NotAllowed("Only an administrator of the organization invites people.")
    email, now = email.lower(), timezone.now()
    _refuse_member(organization, email)
    waiting = organization.invitations.filter(email__iexact=email, used_at=None, withdrawn_at=None)
    invitation = waiting.first()
    if invitation and not invitation.is_expired:
        raise MoveRefused(f"{email} is invited already. Below you can send the letter again.")
    _count_letters(organization, by)
    invitation = invitation or Invitation(organization=organization, email=email)
    invitation.role, invitation.invited_by = MembershipRole(role), by
    token = _renew(invitation, now)
    _tell(invitation, token, f"invited {email}", by)
    return invitation


@transaction.atomic
def send_invitation_again(*, invitation: Invitation, by: Any) -> Invitation:
    """A fresh link by letter; the one before stops working. Raises as `invite`."""
    organization = _locked(invitation.organization)
    invitation = _again(invitation.pk)
    if not may_invite(by, organization):
        raise NotAllowed("Only an administrator of the organization invites people.")
    if invitation.standing not in ("open", "expired"):
        raise MoveRefused("This invitation has been used or withdrawn. Look at the list again.")
    if timezone.now() - invitation.invited_at < AGAIN_AFTER:
        raise MoveRefused("A letter left in the last quarter of an hour. Wait a little.")
    _count_letters(organization, by)
    token = _renew(invitation, timezone.now())
    _tell(invitation, token, f"invited {invitation.email} again", by)
    return invitation


@transaction.atomic
def withdraw_invitation(*, invitation: Invitation, by: Any) -> Invitation:
    """The link stops working. Withdrawing twice is withdrawing once."""
    organization = _locked(invitation.organization)
    invitation = _again(invitation.pk)
    if not may_invite(by, organization):
        raise NotAllowed("Only an administrator of the organization withdraws invitations.")
    if invitation.used_at:
        raise MoveRefused(f"{invitation.email} has accepted it meanwhile.")
    if invitation.withdrawn_at is None:
        invitation.withdrawn_at = timezone.now()
        invitation.save(update_fields=["withdrawn_at"])
        what = f"withdrew the invitation of {invitation.email}"
        record(by=by, what=what[:60], subject=organization, organization=organization)
    return invitation


def find_invitation(*, token: str) -> Invitation:
    """What a link is for, whatever has become of it. Raises DeadInvitation where it is unknown."""
    found = Invitation.objects.select_related("organization", "invited_by")
    invitation = found.filter(token_hash=tokens.hashed(token)).first()
    if invitation is None:
        raise DeadInvitation
    return invitation


@transaction.atomic
def accept_invitation(*, token: str, by: Any) -> Membership:
    """Become a member, or an administrator where the letter says so.

    Raises DeadInvitation, NotAllowed for whom it was not sent to, MoveRefused while the
    organization is suspended or closed.
    """
    _locked(find_invitation(token=token).organization)
    invitation = _again_by(token)
    organization = invitation.organization
    if invitation.used_at and invitation.used_by_id == by.pk:
        own = Membership.objects.filter(organization=organization, user=by)
        if still := own.filter(state=MembershipState.ACTIVE).first():
            return still
    if invitation.standing != "open":
        raise DeadInvitation(invitation)
    if not may_accept_invitation(by, invitation):
        raise NotAllowed(f"This invitation was sent to {invitation.masked_email}.")
    if organization.state in SHUT:
        word = organization.get_state_display().lower()
        raise MoveRefused(f"{organization} is {word}. Nobody can join it now.")
    now = timezone.now()
    membership, _ = Membership.objects.get_or_create(organization=organization, user=by)
    is_raised = invitation.role == MembershipRole.ADMIN
    if membership.state != MembershipState.ACTIVE:
        membership.role = MembershipRole.ADMIN if is_raised else MembershipRole.MEMBER
        membership.state, membership.reason = MembershipState.ACTIVE, ""
        membership.decided_at, membership.decided_by = now, invitation.invited_by
    elif is_raised:
        membership.role = MembershipRole.ADMIN
    membership.save()
    invitation.used_at, invitation.used_by = now, by
    invitation.save(update_fields=["used_at", "used_by"])
    record(
        by=by,
        what=f"accepted the invitation as {membership.get_role_display().lower()}",
        subject=membership,
        organization=organization,
        after={"role": membership.role},
    )
    return membership


@transaction.atomic
def ask_fresh_invitation(*, token: str) -> Invitation:
    """A letter with a fresh link, to the address of the old one and to nobody else.

    Only for a link that has run out, so one letter follows one letter. Raises DeadInvitation.
    """
    _locked(find_invitation(token=token).organization)
    invitation = _again_by(token)
    if invitation.standing != "expired" or invitation.organization.state in SHUT:
        raise DeadInvitation(invitation)
    fresh = _renew(invitation, timezone.now())
    _tell(invitation, fresh, "sent a fresh invitation, as asked", None)
    return invitation


def _renew(invitation: Invitation, now: Any) -> str:
    token = tokens.one_time()
    invitation.token_hash = tokens.hashed(token)
    invitation.invited_at, invitation.expires_at = now, now + STANDS_FOR
    invitation.save()
    return token


def _tell(invitation: Invitation, token: str, what: str, by: Any) -> None:
    organization = invitation.organization
    record(
        by=by,
        what=what[:60],
        subject=organization,
        organization=organization,
        after={"role": invitation.role},
    )
    letters.invitation(invitation, token)


def _count_letters(organization: Organization, by: Any) -> None:
    since = timezone.now() - timedelta(days=1)
    most = LETTERS_A_DAY if organization.may_post else LETTERS_A_DAY_UNVERIFIED
    sent = Invitation.objects.filter(invited_at__gt=since)
    if (
        sent.filter(organization=organization).count() >= most
        or sent.filter(invited_by=by).count() >= LETTERS_A_DAY
    ):
        raise TooManyLetters(
            f"That makes {most} invitations in a day, which is the most. Go on tomorrow."
        )


def _refuse_member(organization: Organization, email: str) -> None:
    owners = EmailAddress.objects.filter(email__iexact=email, verified=True).values("user")
    member = organization.memberships.filter(state=MembershipState.ACTIVE, user__in=owners)
    if known := member.select_related("user").first():
        raise MoveRefused(f"{known.user} is a member already.")


def _locked(organization: Organization) -> Organization:
    return Organization.objects.select_for_update(no_key=True).get(pk=organization.pk)


def _held() -> QuerySet[Invitation]:
    return Invitation.objects.select_for_update(of=("self",)).select_related(
        "organization", "invited_by"
    )


def _again(pk: int) -> Invitation:
    """As it is now, held. Its organization may have been merged meanwhile."""
    return _held().get(pk=pk)


def _again_by(token: str) -> Invitation:
    """The same by its link, which a newer letter may have replaced while we waited."""
    invitation = _held().filter(token_hash=tokens.hashed(token)).first()
    if invitation is None:
        raise DeadInvitation
    return invitation
