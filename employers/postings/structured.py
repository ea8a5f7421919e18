"""What machines read of a posting: schema.org's JobPosting and WorkBasedProgram; and the rungs of
the dollar ladder."""

import json
from datetime import datetime
from decimal import Decimal
from statistics import median_low
from typing import Any

from django.conf import settings
from django.utils.safestring import SafeString, mark_safe

from employers.choices import Education, HoursPer, Kind, LengthUnit, Mode, Paid, PayUnit
from employers.models import Opportunity
from employers.postings.said import skill_lines
from employers.postings.words import detail_of
from vocabularies.models import Region
from vocabularies.states import STATES

UNITS = {
    PayUnit.HOUR: "HOUR",
    PayUnit.DAY: "DAY",
    PayUnit.WEEK: "WEEK",
    PayUnit.MONTH: "MONTH",
    PayUnit.YEAR: "YEAR",
}


DURATIONS = {
    LengthUnit.HOURS: "PT{}H",
    LengthUnit.DAYS: "P{}D",
    LengthUnit.WEEKS: "P{}W",
    LengthUnit.MONTHS: "P{}M",
    LengthUnit.YEARS: "P{}Y",
}
ONE: dict[str, str] = {
    PayUnit.HOUR: "PT1H",
    PayUnit.DAY: "P1D",
    PayUnit.WEEK: "P1W",
    PayUnit.MONTH: "P1M",
    PayUnit.YEAR: "P1Y",
}
# Google's words for schooling that a job asks for; the others have none.
CREDENTIALS: dict[str, str] = {
    Education.HIGH_SCHOOL: "high school",
    Education.ASSOCIATE: "associate degree",
    Education.BACHELOR: "bachelor degree",
}


def markup_of(opportunity: Opportunity) -> list[SafeString]:
    """The blocks of an open posting's page, each for a script element of its own; [] for visits
    and for whatever takes no applications."""
    if opportunity.standing() != "open":
        return []
    blocks = (job_posting(opportunity), work_based_program(opportunity))
    return [as_script(block) for block in blocks if block]


def work_based_program(opportunity: Opportunity) -> dict[str, Any] | None:
    """WorkBasedProgram (schema.org) of an apprenticeship or a pre-apprenticeship, else None."""
    if opportunity.kind not in (Kind.APPRENTICESHIP, Kind.PRE_APPRENTICESHIP):
        return None
    terms = detail_of(opportunity, "terms")
    before = detail_of(opportunity, "pre_apprenticeship")
    registered = terms and terms.registration == "registered"
    markup: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "WorkBasedProgram",
        "name": opportunity.title,
        "description": opportunity.summary or None,
        "url": f"{settings.SITE_URL}{opportunity.get_absolute_url()}",
        "provider": {
            "@type": "Organization",
            "name": (terms and terms.sponsor) or opportunity.employer_name,
        },
        "programType": (
            "Registered Apprenticeship" if registered else opportunity.get_kind_display()
        ),
        "occupationalCategory": _occupation(opportunity),
        "timeToComplete": _duration(opportunity, terms),
        "trainingSalary": _training_salary(opportunity, terms),
        "salaryUponCompletion": _salary(terms.journey_rate, "PT1H") if terms else None,
        "programPrerequisites": _qualifications(opportunity),
        "occupationalCredentialAwarded": (terms or before) and (terms or before).credential or None,
        "applicationStartDate": _day(opportunity.opens_at),
        "applicationDeadline": _moment(opportunity.closes_at),
        "startDate": opportunity.starts_on.isoformat() if opportunity.starts_on else None,
        "maximumEnrollment": opportunity.openings,
        "offers": _offer(opportunity),
    }
    return {key: value for key, value in markup.items() if value is not None}


def _duration(opportunity: Opportunity, terms: Any) -> str | None:
    """ISO 8601: P48M, PT8000H."""
    if terms and terms.months:
        return f"P{terms.months}M"
    form = DURATIONS.get(LengthUnit(opportunity.length_unit)) if opportunity.length_unit else None
    return form.format(opportunity.length) if form and opportunity.length else None


def _training_salary(opportunity: Opportunity, terms: Any) -> dict[str, Any] | None:
    """The middle rung of the ladder; without one, pay that does not change."""
    rates = [step.rate for step in terms.steps.all()] if terms else []
    if rates:
        return _salary(median_low(rates), "PT1H")
    fixed = opportunity.pay_max in (None, opportunity.pay_min)
    if opportunity.paid != Paid.WAGE or not fixed:
        return None
    return _salary(opportunity.pay_min, ONE[opportunity.pay_unit])


def _salary(amount: Decimal | None, duration: str) -> dict[str, Any] | None:
    if amount is None:
        return None
    return {
        "@type": "MonetaryAmountDistribution",
        "name": "base",
        "currency": "USD",
        "duration": duration,
        "median": float(amount),
    }


def _offer(opportunity: Opportunity) -> dict[str, Any] | None:
    if opportunity.learner_cost is None:
        return None
    return {
        "@type": "Offer",
        "category": "Cost to the learner",
        "price": float(opportunity.learner_cost),
        "priceCurrency": "USD",
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
        markup["validThrough"] = _moment(opportunity.closes_at)
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
    markup["occupationalCategory"] = _occupation(opportunity)
    markup["educationRequirements"] = _education(opportunity)
    markup["qualifications"] = _qualifications(opportunity)
    markup["skills"] = ", ".join(n for _, names in skill_lines(opportunity) for n in names) or None
    markup["workHours"] = _work_hours(opportunity)
    markup["jobBenefits"] = opportunity.support_line() or None
    if opportunity.openings:
        markup["totalJobOpenings"] = opportunity.openings
    if opportunity.starts_on:
        markup["jobStartDate"] = opportunity.starts_on.isoformat()
    return {key: value for key, value in markup.items() if value is not None}


def _day(moment: datetime | None) -> str | None:
    """The day in the region's zone."""
    return moment.astimezone(Region.current().zone).date().isoformat() if moment else None


def _moment(moment: datetime | None) -> str | None:
    """A moment with the region's offset: 2027-01-15T23:59:00-06:00."""
    return moment.astimezone(Region.current().zone).isoformat() if moment else None


def _occupation(opportunity: Opportunity) -> dict[str, str] | None:
    if not opportunity.occupation:
        return None
    return {
        "@type": "CategoryCode",
        "inCodeSet": "O*NET-SOC",
        "codeValue": opportunity.occupation.code,
        "name": opportunity.occupation.title,
    }


def _education(opportunity: Opportunity) -> dict[str, str] | str | None:
    if opportunity.education == Education.NONE:
        return "no requirements"
    category = CREDENTIALS.get(opportunity.education)
    if not category:
        return None
    return {"@type": "EducationalOccupationalCredential", "credentialCategory": category}


def _qualifications(opportunity: Opportunity) -> str | None:
    """Schooling, age and what is required, as the page says them."""
    parts = [opportunity.get_education_display()] if opportunity.education else []
    if opportunity.minimum_age:
        parts.append(f"age {opportunity.minimum_age} or older")
    parts += [*opportunity.ask_words(), opportunity.needs_note]
    return "; ".join(part for part in parts if part) or None


def _work_hours(opportunity: Opportunity) -> str | None:
    hours = opportunity.hours_line()
    if hours and opportunity.hours_per == HoursPer.WEEK:
        hours += " a week"
    return ", ".join(part for part in (hours, opportunity.schedule_note) if part) or None


def _requirements(opportunity: Opportunity) -> dict[str, str]:
    """Where a remote worker may live: the state of the employer where the page says so."""
    place = opportunity.employer.organization.place
    state = STATES.get(place.state) if place else None
    if state and state.lower() in opportunity.place_note.lower():
        return {"@type": "State", "name": f"{state}, USA"}
    return {"@type": "Country", "name": "USA"}


def _description(opportunity: Opportunity) -> str:
    kind = f"{opportunity.get_kind_display()}: {opportunity.kind_means}."
    parts = [f"<p>{_escaped(kind)}</p>"]
    parts += [f"<p>{_escaped(opportunity.summary)}</p>" if opportunity.summary else ""]
    parts += [opportunity.tasks_html, opportunity.lessons_html]
    return "".join(parts)


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _employment_type(opportunity: Opportunity) -> list[str]:
    if opportunity.kind in (Kind.INTERNSHIP, Kind.CO_OP):
        return ["INTERN"]
    hours = opportunity.hours_max or opportunity.hours_min or Decimal(40)
    if opportunity.hours_per == HoursPer.MONTH:
        hours = hours * 12 / 52
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
