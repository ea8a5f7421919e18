"""Load the demo region, load it again with fresh dates, or take it away."""

import time
from collections.abc import Callable, Iterable
from datetime import date
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType

from django.contrib.contenttypes.models import ContentType
from django.db import models, transaction
from django.db.models import ProtectedError, RestrictedError
from django.utils import timezone

from accounts.models import Entry, Organization, User
from partnerships.demo import organizations, people, programs
from partnerships.demo.files import ZONE, table
from programs.models import CareerCenter, Program, Provider
from vocabularies.models import Place, Region, Sector

Say = Callable[[str], object]
# The rooms to the right load themselves, in this order, and are taken away in the other.
LATER = ["opportunities", "plan", "outreach"]


class DemoRefused(Exception):
    """The demo cannot be loaded or removed here. Its text is for the person."""


def is_loaded() -> bool:
    return Organization.objects.filter(slug__in=organizations.slugs()).exists()


@transaction.atomic
def load(*, today: date | None = None, progress: Say = print) -> None:
    """Make or refresh everything; dates are counted from `today` in the region's zone.

    Raises DemoRefused where another region lives, or the reference lists are missing.
    """
    today = today or timezone.now().astimezone(ZONE).date()
    region = Region.objects.first()
    if region and region.name != organizations.NAME:
        raise DemoRefused(f"This is {region.name}'s portal. The demo would write over it.")
    if not Place.objects.filter(zip="78701").exists():
        raise DemoRefused("Load the reference lists first: manage.py load_vocabularies")
    step = _Steps(progress)
    organizations.load_region()
    sectors = organizations.load_sectors()
    users = people.load(today)
    step.done(f"region, {len(sectors)} sectors, {len(users)} people")
    count = organizations.load(today, users, sectors)
    people.join(today, users)
    step.done(f"{count} organizations")
    centers = programs.load_centers(programs.load_providers())
    step.done(f"{len(centers)} career centers")
    step.done(f"{len(programs.load(today, centers, sectors))} programs")
    for module in _later():
        module.load(today, users)
        step.done(module.__name__.rpartition(".")[2])


def _later() -> list[ModuleType]:
    names = [f"partnerships.demo.{name}" for name in LATER]
    return [import_module(name) for name in names if find_spec(name)]


class _Steps:
    """Says what is done, and how long it took."""

    def __init__(self, progress: Say) -> None:
        self.progress, self.began = progress, time.monotonic()
        progress("Loading the demo region …")

    def done(self, what: str) -> None:
        now = time.monotonic()
        self.progress(f"  {what}, {now - self.began:.1f} s")
        self.began = now


@transaction.atomic
def remove(*, progress: Say = print) -> None:
    """Take away what the demo made. What others built upon it stays, with what it stands on."""
    progress("Removing the demo region …")
    for module in reversed(_later()):
        module.remove()
    ours = Organization.objects.filter(slug__in=organizations.slugs())
    providers = Provider.objects.filter(organization__in=ours)
    kept = _delete(
        Program.objects.filter(provider__in=providers, title__in=programs.titles()),
        CareerCenter.objects.filter(slug__in=programs.center_slugs(), provider__in=providers),
        providers,
        ours,
        User.objects.filter(email__in=people.EMAILS),
        Sector.objects.filter(slug__in=[row["slug"] for row in table("sectors")]),
    )
    for line in kept:
        progress(f"  kept {line}")
    Region.objects.filter(name=organizations.NAME).delete()
    Region._kept = None
    progress("  done")


def _delete(*querysets: Iterable[models.Model]) -> list[str]:
    """Delete thing by thing, with its history; what others need is kept and named."""
    kept = []
    for things in querysets:
        for thing in list(things):
            history = Entry.objects.filter(
                subject_type=ContentType.objects.get_for_model(thing), subject_id=str(thing.pk)
            )
            entries = list(history)
            try:
                with transaction.atomic():
                    thing.delete()
            except (ProtectedError, RestrictedError):
                kept.append(f"{thing._meta.verbose_name} {thing}: something else needs it")
            else:
                Entry.objects.filter(pk__in=[entry.pk for entry in entries]).delete()
    return kept
