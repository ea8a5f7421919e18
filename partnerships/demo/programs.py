"""The demo's providers, career centers and programs."""

from datetime import date, timedelta
from decimal import Decimal

from accounts.models import Organization
from partnerships.demo.files import prose, table
from programs.actions import keep_search_words, with_derived
from programs.models import CareerCenter, Program, Provider
from vocabularies.models import Occupation, Sector


def load_providers() -> dict[str, Provider]:
    """Providers by the slug of their organization."""
    providers = {}
    for row in table("institutions"):
        providers[row["slug"]], _ = Provider.objects.update_or_create(
            organization=Organization.objects.get(slug=row["slug"]), defaults={"kind": row["kind"]}
        )
    return providers


def load_centers(providers: dict[str, Provider]) -> dict[str, CareerCenter]:
    """Career centers by their reference (C01)."""
    centers = {}
    for row in table("career_centers"):
        centers[row["ref"]], _ = CareerCenter.objects.update_or_create(
            slug=row["slug"],
            defaults={
                "provider": providers[row["institution"]],
                "name": row["name"],
                "kind": row["kind"],
                "place_id": row["zip"],
                "email": row["email"],
                "services": row["services"],
                "minors": row["minors"] or "",
                "active": True,
            },
        )
    return centers


def load(
    today: date, centers: dict[str, CareerCenter], sectors: dict[str, Sector]
) -> dict[str, Program]:
    """Programs by their reference (P01), each checked by its provider in the last weeks."""
    descriptions = prose("programs")
    programs = {}
    for number, row in enumerate(table("programs"), start=1):
        center = centers[row["center"]]
        made = with_derived(
            Program(
                provider=center.provider,
                career_center=center,
                title=row["title"],
                sector=sectors[row["sector"]],
                cip_id=row["cip"],
                tier=row["tier"],
                length=row["length"],
                hours=int(row["hours"]) if row["hours"] else None,
                cost_total=Decimal(row["cost"]),
                cost_note=row["cost_note"],
                format=row["format"],
                schedule=row["schedule"],
                credential=row["credential"],
                place=None if row["format"] == "online" else center.place,
                description=descriptions[row["ref"]],
                checked_on=today - timedelta(days=3 + number * 11 % 60),
            )
        )
        found = Program.objects.filter(provider=made.provider, title=made.title).first()
        if found:
            made.pk = found.pk
        made.save()
        made.occupations.set(Occupation.objects.filter(pk__in=row["occupations"].split()))
        keep_search_words(program=made)
        programs[row["ref"]] = made
    return programs


def titles() -> list[str]:
    return [row["title"] for row in table("programs")]


def center_slugs() -> list[str]:
    return [row["slug"] for row in table("career_centers")]
