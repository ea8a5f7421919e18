"""An organization's page: this room's facts, then what the rooms to the right know of it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from accounts.models import Organization

Knows = Callable[[Organization, Any], dict[str, Any] | None]


@dataclass
class Sections:
    """What other rooms add, in the order of INSTALLED_APPS.

    In `AppConfig.ready`: `sections.register("programs/_of_organization.html", of_organization)`.
    The function takes the organization and the person who looks, and returns what the template
    sees as `here`, or None where there is nothing to show.
    """

    registered: list[tuple[str, Knows]] = field(default_factory=list)

    def register(self, template_name: str, knows: Knows) -> None:
        if (template_name, knows) not in self.registered:
            self.registered.append((template_name, knows))

    def of(self, organization: Organization, user: Any) -> list[dict[str, Any]]:
        found = [(template, knows(organization, user)) for template, knows in self.registered]
        return [{"template": name, "here": here} for name, here in found if here is not None]


sections = Sections()
