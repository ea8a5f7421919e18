"""What is done once, when a portal is set up for its region."""

from collections.abc import Sequence

from django.core.exceptions import ValidationError
from django.db import transaction

from vocabularies.models import CareerCluster, County, Place, Region, Sector


class RegionRefused(Exception):
    """The region cannot be set up so. Its text is for the person."""


@transaction.atomic
def set_up_region(
    *, name: str, zone: str, counties: Sequence[str], centre: str, **words: str
) -> Region:
    """Make the one region, or change it; a region without sectors gets one a career cluster.

    `counties` are FIPS codes, `centre` is a ZIP code; `words` are other fields of Region, of
    which empty ones leave what is there. Raises RegionRefused with a sentence.
    """
    region = Region.objects.first() or Region()
    found = County.objects.in_bulk(counties)
    if missing := [fips for fips in counties if fips not in found]:
        raise RegionRefused(f"No county has the FIPS code {', '.join(missing)}.")
    place = Place.objects.filter(zip=centre).first()
    if place is None:
        raise RegionRefused(f"No ZIP code {centre} is known here. Choose another one nearby.")
    region.name, region.time_zone, region.centre = name, zone, place
    for field, value in words.items():
        if value:
            setattr(region, field, value)
    try:
        region.full_clean(validate_constraints=False, exclude=["counties"])
    except ValidationError as error:
        raise RegionRefused(" ".join(error.messages)) from error
    region.save()
    region.counties.set(found.values())
    if not Sector.objects.exists():
        _sectors_from_clusters()
    return region


def _sectors_from_clusters() -> None:
    clusters = CareerCluster.objects.order_by("cross_cutting", "title")
    Sector.objects.bulk_create(
        Sector(slug=cluster.slug, name=cluster.title, position=position, cluster=cluster)
        for position, cluster in enumerate(clusters, start=1)
    )
