"""What machines read of a posting: schema.org's JobPosting, and the rungs of the dollar ladder."""

import json
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.utils.safestring import SafeString, mark_safe

from employers.choices import Kind, Mode, Paid, PayUnit
from employers.models import Opportunity
from vocabularies.models import Region
from vocabularies.states import STATES

UNITS = {
    PayUnit.HOUR: "HOUR",
    PayUnit.DAY: "DAY",
    PayUnit.WEEK: "WEEK",
    PayUnit.MONTH: "MONTH",
    PayUnit.YEAR: "YEAR",
}


def job_posting(opportunity: Opportunity) -> dict[str, Any] | None:
    """JobPosting (schema.org, Google's rules for it); None for what is no job.

    All that it says stands on the page too. `validThrough` carries its zone.
    """
    if not opportunity.is_job or opportunity.paid == Paid.UNPAID:
        return None
    organization = opportunity.employer.organization
    markup: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "JobPosting",
        "title": opportunity.title,
        "description": _description(opportunity),
        "datePosted": _day(opportunity.public_since),
        "identifier": {
            "@type": "PropertyValue",
            "name": organization.name,
            "value": str(opportunity.pk),
        },
        "hiringOrganization": {
            "@type": "Organization",
            "name": organization.name,
            **({"sameAs": organization.website} if organization.website else {}),
        },
        "employmentType": _employment_type(opportunity),
        "directApply": False,
        "url": f"{settings.SITE_URL}{opportunity.get_absolute_url()}",
    }
    places = [_place(location) for location in opportunity.locations.all()]
    if opportunity.mode == Mode.REMOTE or not places:
        markup["jobLocationType"] = "TELECOMMUTE"
        markup["applicantLocationRequirements"] = _requirements(opportunity)
    if places:
        markup["jobLocation"] = places if len(places) > 1 else places[0]
    if opportunity.closes_at:
        markup["validThrough"] = opportunity.closes_at.isoformat()
    if opportunity.pay_min is not None and opportunity.paid == Paid.WAGE:
        markup["baseSalary"] = {
            "@type": "MonetaryAmount",
            "currency": "USD",
            "value": {
                "@type": "QuantitativeValue",
                "minValue": float(opportunity.pay_min),
                "maxValue": float(opportunity.pay_max or opportunity.pay_min),
                "unitText": UNITS[PayUnit(opportunity.pay_unit)],
            },
        }
    if opportunity.occupation:
        markup["occupationalCategory"] = (
            f"{opportunity.occupation_id} {opportunity.occupation.title}"
        )
    if opportunity.openings:
        markup["totalJobOpenings"] = opportunity.openings
    if opportunity.starts_on:
        markup["jobStartDate"] = opportunity.starts_on.isoformat()
    return {key: value for key, value in markup.items() if value is not None}


def _day(moment: datetime | None) -> str | None:
    """The day in the region's zone."""
    return moment.astimezone(Region.current().zone).date().isoformat() if moment else None


def _requirements(opportunity: Opportunity) -> dict[str, str]:
    """Where a remote worker may live: the state of the employer where the page says so."""
    place = opportunity.employer.organization.place
    state = STATES.get(place.state) if place else None
    if state and state.lower() in opportunity.place_note.lower():
        return {"@type": "State", "name": f"{state}, USA"}
    return {"@type": "Country", "name": "USA"}


def _description(opportunity: Opportunity) -> str:
    parts = [f"<p>{_escaped(opportunity.summary)}</p>" if opportunity.summary else ""]
    parts += [opportunity.tasks_html, opportunity.lessons_html]
    return "".join(parts)


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _employment_type(opportunity: Opportunity) -> list[str]:
    if opportunity.kind in (Kind.INTERNSHIP, Kind.CO_OP):
        return ["INTERN"]
    hours = opportunity.hours_max or opportunity.hours_min or Decimal(40)
    return ["FULL_TIME" if hours >= 35 else "PART_TIME"]


def _place(location: Any) -> dict[str, Any]:
    place = location.place
    address = {
        "@type": "PostalAddress",
        "addressLocality": place.city,
        "addressRegion": place.state,
        "postalCode": place.zip,
        "addressCountry": "US",
    }
    if location.street:
        address["streetAddress"] = location.street
    return {"@type": "Place", "address": address}


def as_script(markup: dict[str, Any]) -> SafeString:
    """JSON that cannot end the script element it stands in."""
    text = json.dumps(markup, ensure_ascii=False)
    for letter in "<>&\u2028\u2029":
        text = text.replace(letter, f"\\u{ord(letter):04x}")
    return mark_safe(text)  # noqa: S308


def ladder_of(opportunity: Opportunity) -> list[dict[str, Any]]:
    """Rungs of the dollar ladder, first to journeyworker: what stands at its left, the pay, its
    width in per cent of the widest (68), its y in pixels, its share of full pay in per cent."""
    terms = getattr(opportunity, "terms", None)
    steps = list(terms.steps.all()) if terms else []
    if not terms or not steps:
        return []
    unit = "months" if terms.approach == "competency" else "hours"
    full = terms.journey_rate
    rungs = [(f"{step.after:,} {unit}", step.rate, False) for step in steps]
    if full:
        rungs.append(("Finished", full, True))
    widest = max(rate for _, rate, _ in rungs)
    return [
        {
            "when": when,
            "rate": rate,
            "top": top,
            "width": round(float(rate / widest) * 68, 1),
            "y": 8 + 34 * number,
            "text_y": 22 + 34 * number,
            "share": round(float(rate / full) * 100) if full else None,
        }
        for number, (when, rate, top) in enumerate(rungs)
    ]
