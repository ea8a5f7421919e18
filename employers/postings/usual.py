"""An organization's usual answers: what a new posting of its begins with."""

from typing import Any

from employers.choices import Kind, Support
from employers.models import Employer, Location, Opportunity
from vocabularies.models import Place

# The columns that may be kept; its places are kept beside them as [ZIP code, street] pairs.
USUAL = (
    "mode place_note shifts schedule_note class_payer class_hours_paid supports accommodations "
    "apply_by apply_to apply_steps"
).split()
# What holds for another kind of posting too.
OF_ANY_KIND = "mode place_note accommodations apply_by apply_to".split()
OF_A_CLASS = {"class_payer", "class_hours_paid"}


def beginning_of(employer: Employer, kind: str) -> tuple[dict[str, Any], list[tuple[Place, str]]]:
    """What a new posting of that kind begins with: columns, and (place, street) pairs.

    The stored answers; without any, those of its newest published posting of the same kind, else
    of any kind where they hold for all; without one, the ZIP code of the organization.
    """
    if employer.usual:
        said = {name: employer.usual[name] for name in USUAL if name in employer.usual}
        pairs = [tuple(pair) for pair in employer.usual.get("locations", [])]
    else:
        said, pairs = _as_before(employer, kind)
    if kind in (Kind.JOB_SHADOW, Kind.MENTORING):
        said = {name: value for name, value in said.items() if name not in OF_A_CLASS}
        said["supports"] = [s for s in said.get("supports", []) if s != Support.CLASS]
    known = Place.objects.in_bulk([code for code, _ in pairs])
    return said, [(known[code], street) for code, street in pairs if code in known]


def _as_before(employer: Employer, kind: str) -> tuple[dict[str, Any], list[tuple[Any, Any]]]:
    rows = employer.opportunities.filter(public_since__isnull=False, replaces__isnull=True)
    rows = rows.order_by("-public_since", "-pk")
    if last := rows.filter(kind=kind).first():
        return {name: getattr(last, name) for name in USUAL}, _pairs(last)
    if last := rows.first():
        return {name: getattr(last, name) for name in OF_ANY_KIND}, _pairs(last)
    place = employer.organization.place_id
    return {}, [(place, "")] if place else []


def _pairs(opportunity: Opportunity) -> list[tuple[str, str]]:
    rows = Location.objects.filter(opportunity=opportunity)
    return [(location.place_id, location.street) for location in rows]
