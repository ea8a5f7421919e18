"""What this region asks of postings, and which employers it trusts."""

from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.actions import NotAllowed, ReasonMissing, record
from accounts.models import Organization
from accounts.rules import may_administer, may_verify_organization
from employers import notices
from employers.actions.writing import Conflict, employer_of
from employers.models import Employer, Policy

POLICY_FIELDS = ("trusted_at_once", "live_edits", "most_days_open", "minimum_wage", "rules")


def policy_mark(policy: Policy) -> str:
    """What the page showed: the moment of the last change, or "" before the first."""
    return policy.changed_at.isoformat() if policy.pk else ""


@transaction.atomic
def change_policy(*, values: dict[str, Any], seen: str, by: Any) -> Policy:
    """Save the region's choices, with what they were. Saving the same changes nothing.

    Raises Conflict if they were saved since the page was opened, NotAllowed for who is no
    administrator of the coalition.
    """
    if not may_administer(by):
        raise NotAllowed("Only an administrator of the coalition changes this.")
    _, is_first = Policy.objects.get_or_create(pk=1)
    stored = Policy.objects.select_for_update().get(pk=1)
    if seen != ("" if is_first else policy_mark(stored)):
        raise Conflict
    before = {name: getattr(stored, name) for name in POLICY_FIELDS}
    changed = {name: values[name] for name in POLICY_FIELDS if values[name] != before[name]}
    if not changed:
        return stored
    for name, value in changed.items():
        setattr(stored, name, value)
    stored.changed_at, stored.changed_by = timezone.now(), by
    stored.save()
    record(
        by=by,
        what="changed the policy",
        subject=stored,
        before={name: _plain(before[name]) for name in changed},
        after={name: _plain(value) for name, value in changed.items()},
    )
    return stored


def _plain(value: Any) -> Any:
    """As the history keeps it."""
    return f"{value:.2f}" if isinstance(value, Decimal) else value


@transaction.atomic
def trust_employer(*, organization: Organization, trusted: bool, reason: str, by: Any) -> Employer:
    """Trust an employer, or no longer; its administrators get a letter with the reason. Doing it
    twice changes nothing. Raises NotAllowed for its own people and who put it forward,
    ReasonMissing."""
    Organization.objects.select_for_update().get(pk=organization.pk)
    if not may_verify_organization(by, organization):
        raise NotAllowed("You put it forward or belong to it, so a colleague has to decide.")
    reason = reason.strip()
    if not reason:
        raise ReasonMissing("Say why. Its people read it.")
    employer = employer_of(organization)
    if bool(employer.trusted_at) == trusted:
        return employer
    employer.trusted_at = timezone.now() if trusted else None
    employer.trusted_by = by if trusted else None
    employer.save(update_fields=["trusted_at", "trusted_by"])
    entry = record(
        by=by,
        what="began to trust its postings" if trusted else "no longer trusts its postings",
        subject=organization,
        organization=organization,
        why=reason,
    )
    notices.trust_changed(organization, trusted=trusted, reason=reason, entry=entry.pk)
    return employer
