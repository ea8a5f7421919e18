"""The end of an organization: closed by its people or by staff, merged into another, opened
again. What follows in the rooms: `accounts.following`.
"""

from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts import letters
from accounts.actions.history import MoveRefused, NotAllowed, ReasonMissing, check_move, record
from accounts.choices import ORGANIZATION_MOVES, OrganizationState
from accounts.following import Happening, Happens, follow
from accounts.models import Organization
from accounts.rules import may_close_organization, may_verify_organization

STANDS_ELSEWHERE = "It was merged into another organization. That cannot be undone here."


@transaction.atomic
def close_organization(*, organization: Organization, reason: str, by: Any) -> Organization:
    """It ends: its page and what it posted leave the public. Its people still read it.

    Raises NotAllowed for whom it is not to close, MoveRefused if it is closed already,
    ReasonMissing without a reason.
    """
    stored = _locked(organization.pk)
    if not may_close_organization(by, stored):
        raise NotAllowed("Only its administrators or our staff close an organization.")
    check_move(
        moves=ORGANIZATION_MOVES,
        now=stored.state,
        to=OrganizationState.CLOSED,
        what="organization",
    )
    if not reason.strip():
        raise ReasonMissing("Say why. Its members and our staff read it.")
    follow(Happening(Happens.CLOSED, stored, by))
    entry = _move(stored, OrganizationState.CLOSED, "closed it", reason=reason.strip(), by=by)
    letters.organization_closed(stored, reason.strip(), entry, by=by)
    return stored


@transaction.atomic
def reopen_organization(*, organization: Organization, by: Any) -> Organization:
    """Staff let a closed one wait again. It is hidden until somebody verifies it; what was
    closed with it stays closed. Raises NotAllowed and MoveRefused."""
    stored = _locked(organization.pk)
    if not may_verify_organization(by, stored):
        raise NotAllowed("You put it forward or belong to it, so a colleague has to decide.")
    if stored.merged_into_id:
        raise MoveRefused(STANDS_ELSEWHERE)
    # The table alone would let a verified one wait again too.
    check_move(
        moves={OrganizationState.CLOSED: ORGANIZATION_MOVES[OrganizationState.CLOSED]},
        now=stored.state,
        to=OrganizationState.PENDING,
        what="organization",
    )
    stored.verified_at, stored.sent_at = None, timezone.now()
    entry = _move(stored, OrganizationState.PENDING, "opened it again", reason="", by=by)
    letters.organization_reopened(stored, entry)
    return stored


def why_not_merge(organization: Organization, into: Organization) -> str:
    """A sentence where the two cannot be merged; empty where they can."""
    if organization.pk == into.pk:
        return "Choose another organization than this one."
    if organization.merged_into_id:
        return STANDS_ELSEWHERE
    if organization.state == OrganizationState.SUSPENDED:
        return (
            "It is suspended, and what it posted would be public again under the other name. "
            "Close it first, or verify it again."
        )
    if into.state in (OrganizationState.SUSPENDED, OrganizationState.CLOSED):
        return f"{into} is {into.get_state_display().lower()}. Choose one that stands."
    return ""


@transaction.atomic
def merge_organizations(
    *, organization: Organization, into: Organization, reason: str, by: Any
) -> Organization:
    """Everything of `organization` becomes the other's, and its address leads there.

    Returns the other one. Raises NotAllowed for who put one of them forward or belongs to it,
    MoveRefused where the two cannot be merged, ReasonMissing without a reason.
    """
    # In one order, so that two mergers at once cannot wait for each other.
    rows = {pk: _locked(pk) for pk in sorted({organization.pk, into.pk})}
    gone, stays = rows[organization.pk], rows[into.pk]
    if not (may_verify_organization(by, gone) and may_verify_organization(by, stays)):
        raise NotAllowed(
            "You put one of them forward or belong to it, so a colleague has to decide."
        )
    if refusal := why_not_merge(gone, stays):
        raise MoveRefused(refusal)
    if not reason.strip():
        raise ReasonMissing("Say why. The administrators of both read it.")
    told = letters.administrators(gone) + letters.administrators(stays)
    follow(Happening(Happens.MERGED, gone, by, into=stays))
    Organization.objects.filter(merged_into=gone).update(merged_into=stays)
    stays.employs, stays.teaches = stays.employs or gone.employs, stays.teaches or gone.teaches
    # Whoever has its form open reads first what has changed.
    stays.version += 1
    stays.save(update_fields=["employs", "teaches", "version"])
    gone.merged_into = stays
    entry = _move(
        gone, OrganizationState.CLOSED, "merged it", reason=reason.strip(), by=by, belongs_to=stays
    )
    record(
        by=by,
        what=f"took in {gone}"[:60],
        subject=stays,
        organization=stays,
        why=reason.strip(),
        before={},
        after={"merged": gone.name, "slug": gone.slug},
    )
    letters.organizations_merged(gone, stays, reason.strip(), entry, told)
    return stays


def _move(
    stored: Organization,
    to: OrganizationState,
    what: str,
    *,
    reason: str,
    by: Any,
    belongs_to: Organization | None = None,
) -> int:
    """Write the state and its Entry; returns the Entry's id."""
    before = stored.state
    stored.state, stored.state_reason = to, reason[:500]
    stored.decided_by, stored.decided_at = by, timezone.now()
    stored.save(
        update_fields=[
            "state",
            "state_reason",
            "decided_by",
            "decided_at",
            "verified_at",
            "sent_at",
            "merged_into",
        ]
    )
    entry = record(
        by=by,
        what=what,
        subject=stored,
        organization=belongs_to or stored,
        why=reason,
        before={"state": before},
        after={"state": to},
    )
    return entry.pk


def _locked(pk: int) -> Organization:
    """no_key: the history that others write meanwhile points here and must not wait for us."""
    return Organization.objects.select_for_update(no_key=True).get(pk=pk)
