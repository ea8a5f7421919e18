"""What earlier rooms' pages show of this one."""

from typing import Any

from django import template

from employers.models import Opportunity
from employers.overview import change_of
from employers.postings import said
from employers.postings.numbers import claims_for, with_numbers
from employers.postings.standing import ACTS, refusal, state_words, tone_of, why_hidden
from employers.postings.words import detail_of
from programs.models import Program

register = template.Library()


@register.inclusion_tag("employers/_of_program.html")
def opportunities_with(program: Program) -> dict[str, Any]:
    """The open opportunities that go with a program."""
    rows = Opportunity.objects.public().filter(program=program).with_everything()
    return {"rows": list(rows.order_by("closes_at", "pk"))}


# What a posting says, as lines without anything empty.
for line in (
    said.plainly,
    said.ask_lines,
    said.skill_lines,
    said.cost_lines,
    said.start_line,
    said.learning_of,
    said.outline_of,
    said.promises_of,
    said.seven_lines,
):
    register.filter(line.__name__, line)


@register.filter
def detail(opportunity: Opportunity, accessor: str) -> Any:
    """The row of a kind's own words (`placement`, `training`, `visit` …), or None."""
    return detail_of(opportunity, accessor)


@register.simple_tag
def how_it_stands(opportunity: Opportunity) -> dict[str, Any]:
    """For its own people: {"why": reasons why nobody can see it, "can": acts, "change": the
    working copy or None, "numbers": [the row with its views and keeps], "claim": why similar
    ones are seen more often, or None}."""
    live = opportunity.was_public and not opportunity.is_copy
    rows = with_numbers(Opportunity.objects.filter(pk=opportunity.pk)) if live else None
    return {
        "why": why_hidden(opportunity),
        "can": {act for act in ACTS if not refusal(act, opportunity)},
        "change": change_of(opportunity),
        "numbers": list(rows) if rows is not None else [],
        "claim": claims_for([opportunity]).get(opportunity.pk),
    }


@register.filter
def in_state(opportunity: Opportunity) -> str:
    """ "Open", "Paused until Mon 3 August": its state as its people read it."""
    return state_words(opportunity)


@register.filter
def tone(opportunity: Opportunity) -> str:
    """The color of that word."""
    return tone_of(opportunity)


@register.filter
def change_being_written(opportunity: Opportunity) -> Opportunity | None:
    return change_of(opportunity)
