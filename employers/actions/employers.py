"""What an organization says of itself as an employer."""

from typing import Any

from django.db import transaction

from accounts.actions import record
from employers.models import Employer


@transaction.atomic
def change_offers(*, employer: Employer, by: Any, **offers: bool) -> Employer:
    """Save what it offers its own people; nothing is written where nothing changed."""
    stored = Employer.objects.select_for_update(of=("self",)).get(pk=employer.pk)
    before = {name: getattr(stored, name) for name in offers}
    changed = {name for name, offered in offers.items() if before[name] != offered}
    if not changed:
        return stored
    for name in changed:
        setattr(stored, name, offers[name])
    stored.save(update_fields=changed)
    record(
        by=by,
        what="changed what it offers",
        subject=stored.organization,
        organization=stored.organization,
        before={name: before[name] for name in sorted(changed)},
        after={name: offers[name] for name in sorted(changed)},
    )
    return stored
