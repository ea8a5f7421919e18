"""What happened to a thing, for those it concerns."""

from django.contrib.contenttypes.models import ContentType
from django.db import models

from accounts.models import Entry, Membership, Organization


def entries_of(thing: models.Model) -> models.QuerySet[Entry]:
    """Newest first."""
    return Entry.objects.filter(
        subject_type=ContentType.objects.get_for_model(thing), subject_id=str(thing.pk)
    )


def entries_about(organization: Organization) -> models.QuerySet[Entry]:
    """The organization itself and who speaks for it; not its postings or programs."""
    people = ContentType.objects.get_for_model(Membership)
    return entries_of(organization) | Entry.objects.filter(
        subject_type=people, organization=organization
    )
