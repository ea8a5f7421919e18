"""Organizations: put forward by a person, verified by the coalition's staff."""

from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.crypto import get_random_string

from accounts import letters
from accounts.actions.history import MoveRefused, NotAllowed, ReasonMissing, check_move, record
from accounts.choices import (
    ORGANIZATION_MOVES,
    MembershipRole,
    MembershipState,
    OrganizationState,
)
from accounts.following import Happening, Happens, follow
from accounts.models import Membership, Organization
from accounts.rules import may_verify_organization
from accounts.taken import why_taken
from vocabularies.text import slug_for

# Words that the address of another page has taken.
TAKEN_SLUGS = {"new"}
DECIDED = {
    OrganizationState.VERIFIED: "verified",
    OrganizationState.RETURNED: "returned",
    OrganizationState.SUSPENDED: "suspended",
}


SUSPENDED = "A suspended organization cannot be changed. Its page says why it is suspended."
CLOSED = "A closed organization cannot be changed. Its page says why it was closed."


class NameTaken(Exception):
    """Another organization has this name. Its text is for the person."""


class SavedInBetween(Exception):
    """Somebody saved the same thing since this person opened it."""


@transaction.atomic
def create_organization(*, by: Any, name: str, **fields: Any) -> Organization:
    """Put an organization forward; its maker administers it, staff have to verify it.

    The same person sending the same name twice gets the first one back.
    Raises NameTaken if somebody else's organization has the name.
    """
    try:
        with transaction.atomic():
            organization = Organization.objects.create(
                name=name, slug=_free_slug(name), created_by=by, **fields
            )
    except IntegrityError as error:
        other = Organization.objects.filter(name__iexact=name).first()
        is_gone = other is not None and other.state == OrganizationState.CLOSED
        if other is None or is_gone or other.created_by_id != by.pk:
            raise NameTaken(why_taken(other)) from error
        return other
    Membership.objects.create(
        user=by,
        organization=organization,
        role=MembershipRole.ADMIN,
        state=MembershipState.ACTIVE,
        decided_at=timezone.now(),
        decided_by=by,
    )
    record(
        by=by,
        what="put it forward",
        subject=organization,
        organization=organization,
        after=organization.as_recorded(),
    )
    return organization


def _free_slug(name: str) -> str:
    slug = slug_for(name, "organization")
    if slug in TAKEN_SLUGS or Organization.objects.filter(slug=slug).exists():
        return f"{slug[:70]}-{get_random_string(6, 'bcdfghjkmnpqrstvwxz23456789')}"
    return slug


@transaction.atomic
def change_organization(
    *, organization: Organization, version: int, by: Any, **fields: Any
) -> Organization:
    """Save its profile. The address (slug) stays, so that old links hold.

    What staff verified is a name: with a new one a verified organization waits again.
    Raises SavedInBetween if `version` is not the stored one, MoveRefused if it is
    suspended or closed, NameTaken as above.
    """
    # no_key: the history that others write meanwhile points here and must not wait for us.
    stored = Organization.objects.select_for_update(no_key=True).get(pk=organization.pk)
    if stored.state == OrganizationState.SUSPENDED:
        raise MoveRefused(SUSPENDED)
    if stored.state == OrganizationState.CLOSED:
        raise MoveRefused(CLOSED)
    if stored.version != version:
        raise SavedInBetween
    before, key_before = stored.as_recorded(), stored.name_key
    for field, value in fields.items():
        setattr(stored, field, value)
    stored.version += 1
    try:
        with transaction.atomic():
            stored.save()
    except IntegrityError as error:
        other = Organization.objects.filter(name__iexact=stored.name).exclude(pk=stored.pk).first()
        raise NameTaken(why_taken(other)) from error
    after = stored.as_recorded()
    changed = {key for key in after if after[key] != before[key]}
    if changed:
        record(
            by=by,
            what="changed the profile",
            subject=stored,
            organization=stored,
            before={key: before[key] for key in changed},
            after={key: after[key] for key in changed},
        )
    if "name" in changed:
        follow(Happening(Happens.RENAMED, stored, by))
    if stored.state == OrganizationState.VERIFIED and stored.name_key != key_before:
        _check_again(stored, by)
    return stored


def _check_again(stored: Organization, by: Any) -> None:
    """`verified_at` stays, and with it the public page."""
    stored.state, stored.sent_at = OrganizationState.PENDING, timezone.now()
    stored.save(update_fields=["state", "sent_at"])
    record(
        by=by,
        what="sent it in under its new name",
        subject=stored,
        organization=stored,
        before={"state": OrganizationState.VERIFIED},
        after={"state": OrganizationState.PENDING},
    )


@transaction.atomic
def resubmit_organization(*, organization: Organization, by: Any) -> Organization:
    """After a return: put it before staff again."""
    stored = Organization.objects.select_for_update().get(pk=organization.pk)
    check_move(
        moves={OrganizationState.RETURNED: {OrganizationState.PENDING}},
        now=stored.state,
        to=OrganizationState.PENDING,
        what="organization",
    )
    stored.state, stored.state_reason, stored.sent_at = (
        OrganizationState.PENDING,
        "",
        timezone.now(),
    )
    stored.save(update_fields=["state", "state_reason", "sent_at"])
    record(by=by, what="sent it in again", subject=stored, organization=stored)
    return stored


@transaction.atomic
def decide_organization(
    *, organization: Organization, to: str, by: Any, reason: str = "", seen: int | None = None
) -> Organization:
    """Staff verify, return or suspend. `by=None` is the portal itself (loading data), and
    `seen` the version that was read.

    Raises SavedInBetween if another was stored meanwhile,
    NotAllowed for who put it forward or belongs to it, MoveRefused if a colleague was
    quicker, ReasonMissing where the answer is no.
    """
    # no_key: the history that others write meanwhile points here and must not wait for us.
    stored = Organization.objects.select_for_update(no_key=True).get(pk=organization.pk)
    if by is not None and not may_verify_organization(by, stored):
        raise NotAllowed("You put it forward or belong to it, so a colleague has to decide.")
    if seen is not None and stored.version != seen:
        raise SavedInBetween
    if to not in DECIDED:
        raise MoveRefused("Choose to verify, return or suspend it.")
    if stored.state == OrganizationState.CLOSED:
        raise MoveRefused("It is closed. Open it again first.")
    check_move(moves=ORGANIZATION_MOVES, now=stored.state, to=to, what="organization")
    reason = reason.strip()
    if to != OrganizationState.VERIFIED and not reason:
        raise ReasonMissing("Say why. The organization reads it.")
    before = stored.state
    stored.state = to
    stored.state_reason = "" if to == OrganizationState.VERIFIED else reason
    stored.decided_by, stored.decided_at = by, timezone.now()
    if to == OrganizationState.VERIFIED and stored.verified_at is None:
        stored.verified_at = stored.decided_at
    stored.save(update_fields=["state", "state_reason", "decided_by", "decided_at", "verified_at"])
    entry = record(
        by=by,
        what=f"{DECIDED[OrganizationState(to)]} it",
        subject=stored,
        organization=stored,
        why=reason,
        before={"state": before},
        after={"state": to},
    )
    if to == OrganizationState.SUSPENDED:
        follow(Happening(Happens.SUSPENDED, stored, by))
    elif before == OrganizationState.SUSPENDED:
        follow(Happening(Happens.VERIFIED, stored, by))
    if by is not None:
        letters.organization_decided(stored, reason, entry.pk)
    return stored
