"""What a person reads whose organization's name is taken."""

from accounts.models import Organization
from vocabularies.models import Region


def why_taken(other: Organization | None) -> str:
    """A hidden one is not described, but whose it is must have a way on."""
    if other is None or other.is_public:
        return "An organization of this name is here already."
    into = other.merged_into
    if into is not None and into.is_public:
        return f"The organization of this name is part of {into} now. Ask to join that one."
    ask = Region.current().contact_email
    return (
        "This name is taken by an organization that is not public; most likely it waits to be "
        "checked. If it is yours, ask the colleague who put it forward"
        + (f" or write to {ask}." if ask else " or write to our staff.")
    )
