"""Who may do what: one yes/no question each."""

from typing import Any

from accounts.choices import StaffRole
from accounts.rules import has_duty
from outreach.choices import LetterState
from outreach.models import Letter

# Who sees letters, subscriptions and addresses: outreach coordinators and administrators.
STAFF = (StaffRole.OUTREACH,)

# Letters of other rooms are between the portal and one person: some hold a private link.
SHOWN_KINDS = {"digest"}


def may_see_letters(user: Any) -> bool:
    return has_duty(user, *STAFF)


def may_see_body(user: Any, letter: Letter) -> bool:
    """Digests alone. Nobody reads a letter with a code or a one-time link in it, sent or not."""
    return may_see_letters(user) and letter.kind in SHOWN_KINDS and not letter.secret


def may_retry(user: Any, letter: Letter) -> bool:
    return may_see_letters(user) and letter.state == LetterState.FAILED and not letter.secret


def may_set_aside(user: Any, letter: Letter) -> bool:
    return may_see_letters(user) and letter.state in (LetterState.FAILED, LetterState.PENDING)
