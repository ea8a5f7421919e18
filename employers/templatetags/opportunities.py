"""What earlier rooms' pages show of this one."""

from typing import Any

from django import template

from employers.models import Opportunity
from programs.models import Program

register = template.Library()


@register.inclusion_tag("employers/_of_program.html")
def opportunities_with(program: Program) -> dict[str, Any]:
    """The open opportunities that go with a program."""
    rows = Opportunity.objects.public().filter(program=program).with_everything()
    return {"rows": list(rows.order_by("closes_at", "pk"))}
