"""What must follow in other rooms when something happens to an organization.

A room to the right registers in its `AppConfig.ready`:
`when_renamed.append(rename_provider)`. The functions run in the same transaction.
"""

from collections.abc import Callable

from accounts.models import Organization

when_renamed: list[Callable[[Organization], object]] = []


def follow_rename(organization: Organization) -> None:
    for follow in when_renamed:
        follow(organization)
