"""An organization's usual answers."""

from typing import Any

from django.db import transaction

from accounts.actions import record
from employers.models import Employer
from employers.postings.usual import USUAL


@transaction.atomic
def keep_usual(*, employer: Employer, answers: dict[str, Any], by: Any) -> Employer:
    """From now on a new posting begins with these: columns of USUAL, and `locations` as
    [ZIP code, street] pairs. What is not given is no longer kept."""
    current = Employer.objects.select_for_update().get(pk=employer.pk)
    current.usual = {
        name: value for name, value in answers.items() if name in (*USUAL, "locations")
    }
    current.save(update_fields=["usual"])
    record(
        by=by,
        what="changed its usual answers",
        subject=current.organization,
        organization=current.organization,
    )
    return current
