"""A program as open data: the same facts as JSON and as a row of CSV."""

from typing import Any

from django.conf import settings

from programs.models import Program
from vocabularies.tables import Cell

CSV_HEADER = (
    "id title provider career_center sector leads_to format schedule length hours cost cost_note "
    "credential cip occupations city zip county checked_on url"
).split()


def url_of(program: Program) -> str:
    return settings.SITE_URL + program.get_absolute_url()


def as_json(program: Program) -> dict[str, Any]:
    """`cost` is in dollars as text, or null where it is not known; `occupations` are O*NET-SOC
    codes, `county` is a FIPS code."""
    place = program.place
    return {
        "id": program.pk,
        "title": program.title,
        "provider": str(program.provider),
        "url": url_of(program),
        "sector": program.sector.slug if program.sector else None,
        "tier": program.tier,
        "format": program.format,
        "schedule": program.schedule,
        "length": program.length,
        "hours": program.hours,
        "cost": None if program.cost_total is None else str(program.cost_total),
        "cost_note": program.cost_note,
        "credential": program.credential,
        "cip": program.cip_id,
        "occupations": sorted(occupation.pk for occupation in program.occupations.all()),
        "city": place.city if place else None,
        "zip": place.zip if place else None,
        "county": place.county_id if place else None,
        "checked_on": program.checked_on.isoformat(),
    }


def as_row(program: Program) -> list[Cell]:
    place = program.place
    return [
        program.pk,
        program.title,
        str(program.provider),
        program.career_center.name if program.career_center else "",
        program.sector.name if program.sector else "",
        program.get_tier_display(),
        program.get_format_display(),
        program.schedule,
        program.length,
        program.hours,
        program.cost_total,
        program.cost_note,
        program.credential,
        program.cip_id,
        "; ".join(sorted(occupation.pk for occupation in program.occupations.all())),
        place.city if place else "",
        place.zip if place else "",
        place.county.name if place else "",
        program.checked_on,
        url_of(program),
    ]
