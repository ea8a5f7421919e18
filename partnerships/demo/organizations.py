"""The demo's region, sectors and organizations."""

from datetime import date

from accounts.actions import record
from accounts.choices import OrganizationState, Ownership
from accounts.models import Entry, Organization, User
from partnerships.demo.files import at, prose, table
from vocabularies.models import County, Place, Region, Sector

NAME = "Hill & River"
COUNTIES = ["48453", "48491", "48209", "48021", "48055"]
RETURNED = "firefly-stage"
RETURN_REASON = (
    "The contact address bounces and the site is down. Please give both anew; "
    "until then nothing new can be posted."
)


def load_region() -> Region:
    region = Region.objects.first() or Region()
    region.name = NAME
    region.tagline = "Learning at work in Central Texas"
    region.purpose = "Employers and learners should meet before training ends. Here they do."
    region.about = (
        "Hill & River is a partnership of employers, colleges, career centers and public agencies "
        "in Bastrop, Caldwell, Hays, Travis and Williamson counties. Listings come from the "
        "employers named in them; a listing is not an endorsement. This is a demonstration: "
        "every organization and person in it is invented."
    )
    region.contact_email = "help@hill-river.example.org"
    region.postal_address = "Hill & River, 100 River Street, Austin, Texas 78701"
    region.time_zone = "America/Chicago"
    region.centre = Place.objects.get(zip="78701")
    region.save()
    region.counties.set(County.objects.filter(fips__in=COUNTIES))
    return region


def load_sectors() -> dict[str, Sector]:
    """Sectors by their reference (S01)."""
    sectors = {}
    for position, row in enumerate(table("sectors"), start=1):
        sectors[row["ref"]], _ = Sector.objects.update_or_create(
            slug=row["slug"],
            defaults={
                "name": row["name"],
                "position": position,
                "industry_id": row["industry"],
                "cluster_id": row["cluster"],
            },
        )
    return sectors


def _ownership(row: dict[str, str]) -> str:
    if row["public_body"]:
        return Ownership.PUBLIC
    return Ownership.NONPROFIT if row.get("kind", "").startswith("private") else Ownership.BUSINESS


def load(today: date, people: dict[str, User], sectors: dict[str, Sector]) -> int:
    """Employers and institutions; how many. All verified, one of them returned since."""
    about = prose("organizations")
    rows = [
        row | {"email": f"talent@{row['slug']}.example.org", "employs": "Y", "teaches": ""}
        for row in table("employers")
    ]
    rows += [
        row
        | {"email": f"partners@{row['website'].removeprefix('https://')}", "teaches": "Y"}
        | {"employs": ""}
        for row in table("institutions")
    ]
    for row in rows:
        organization, _ = Organization.objects.update_or_create(
            slug=row["slug"],
            defaults={
                "name": row["name"],
                "website": row.get("website") or f"https://{row['slug']}.example.org",
                "email": row["email"],
                "about": about[row["slug"]],
                "sector": sectors[row["sector"]],
                "industry_id": row["industry"],
                "size_band": row.get("size_band", ""),
                "place_id": row["zip"],
                "employs": bool(row["employs"]),
                "teaches": bool(row["teaches"]),
                "ownership": _ownership(row),
                "state": OrganizationState.VERIFIED,
                "state_reason": "",
                "created_at": at(today, -421),
                "sent_at": at(today, -421),
                "verified_at": at(today, -420),
                "decided_at": at(today, -420),
                "decided_by": people["admin"],
            },
        )
        if row["slug"] == RETURNED:
            _return(organization, today, people["admin"])
    return len(rows)


def _return(organization: Organization, today: date, by: User) -> None:
    organization.state = OrganizationState.RETURNED
    organization.state_reason = RETURN_REASON
    organization.decided_at = at(today, -6, 10)
    organization.save()
    what = "returned it for an update"
    entry = organization.entries.filter(what=what).first() or record(
        by=by, what=what, subject=organization, organization=organization, why=RETURN_REASON
    )
    Entry.objects.filter(pk=entry.pk).update(at=organization.decided_at)


def slugs() -> list[str]:
    return [row["slug"] for name in ("employers", "institutions") for row in table(name)]
