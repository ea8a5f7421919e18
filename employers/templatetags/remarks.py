"""A reviewer's remarks on the pages on which its people write."""

from typing import Any

from django import template

from employers.models import Opportunity
from employers.postings.remarks import remarks_for

register = template.Library()


@register.inclusion_tag("employers/_remarks.html", takes_context=True)
def reviewer_remarks(
    context: dict[str, Any], opportunity: Opportunity, section: str = ""
) -> dict[str, Any]:
    """The remarks of the last return with their answers; of one page of the form if asked."""
    return {
        "remarks": remarks_for(opportunity, section),
        "opportunity": opportunity,
        "csrf_token": context.get("csrf_token", ""),
    }
