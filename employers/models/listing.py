"""What lists and counts read: narrow rows that PostgreSQL itself keeps, by triggers.

Nobody writes these tables but the triggers and functions of migration `listing`; so they are right
whoever changes a posting, its places, its skills or its organization, and by whatever way.
"""

from datetime import UTC, datetime, timedelta

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import connection, models

from employers.models.employers import Employer
from employers.models.opportunities import Opportunity
from programs.models import Program
from vocabularies.models import Occupation, Place

# Postings that closed so long ago leave the table; nobody asks what was open then.
KEPT_FOR = timedelta(days=7)


# Stands for "no end": an index finds what is open by one comparison.
NEVER = datetime(2100, 1, 1, tzinfo=UTC)


class ListingQuerySet(models.QuerySet["Listing"]):
    def open(self, at: datetime) -> "ListingQuerySet":
        """Open to everybody at that moment: the same rows as `Opportunity.objects.public(at)`."""
        return self.filter(ends_at__gt=at, opens_at__lte=at)


class Listing(models.Model):
    """A published posting of an organization that is shown, as lists search and count it. What is
    open follows from the clock in the query."""

    opportunity = models.OneToOneField(
        Opportunity, models.DO_NOTHING, primary_key=True, related_name="listing"
    )
    opens_at = models.DateTimeField()
    ends_at = models.DateTimeField(help_text="When it closes, or NEVER")
    public_since = models.DateTimeField()
    hourly_pay = models.DecimalField(max_digits=9, decimal_places=2, null=True)
    starts_on = models.DateField(null=True)
    start_kind = models.CharField(max_length=8)
    employer = models.ForeignKey(
        Employer, models.DO_NOTHING, related_name="+", db_constraint=False, db_index=False
    )
    occupation = models.ForeignKey(
        Occupation,
        models.DO_NOTHING,
        null=True,
        related_name="+",
        db_constraint=False,
        db_index=False,
    )
    program = models.ForeignKey(
        Program,
        models.DO_NOTHING,
        null=True,
        related_name="+",
        db_constraint=False,
        db_index=False,
    )
    place = models.ForeignKey(
        Place,
        models.DO_NOTHING,
        null=True,
        related_name="+",
        db_constraint=False,
        db_index=False,
        help_text="The first of its places",
    )
    more_places = ArrayField(models.CharField(max_length=5), null=True)
    marks = ArrayField(
        models.TextField(),
        help_text='What filters ask of it: ["kind=internship", "pay=18", …], sorted',
    )
    search = SearchVectorField()
    tally = models.DecimalField(
        help_text="1 in the place of each of its marks; the sum over rows counts all marks at once"
    )

    objects = ListingQuerySet.as_manager()

    class Meta:
        indexes = [
            GinIndex(fields=["search", "marks"], name="listing_search"),
            models.Index(fields=["ends_at", "opportunity"], name="listing_closing"),
            models.Index(fields=["-public_since", "-opportunity"], name="listing_newest"),
            models.Index(
                models.F("hourly_pay").desc(nulls_last=True),
                models.F("opportunity").desc(),
                name="listing_pay",
            ),
            models.Index(fields=["occupation"], name="listing_occupation"),
            models.Index(fields=["program"], name="listing_program"),
            models.Index(fields=["place"], name="listing_place"),
            GinIndex(fields=["more_places"], name="listing_more_places"),
        ]

    def __str__(self) -> str:
        return f"Listing of {self.opportunity_id}"


class Mark(models.Model):
    """A mark that a listing has had, and its place in a tally: four decimal digits for each."""

    name = models.TextField()
    place = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["name"], name="one_mark_a_name"),
            models.UniqueConstraint(fields=["place"], name="one_mark_a_place"),
        ]

    def __str__(self) -> str:
        return self.name


class ListingEvent(models.Model):
    """From a moment on, so many more (or fewer) postings with these marks are open."""

    at = models.DateTimeField(db_index=True)
    marks = ArrayField(models.TextField())
    n = models.SmallIntegerField()

    def __str__(self) -> str:
        return f"{self.n:+} of {', '.join(self.marks)}"


class OpenCount(models.Model):
    """How many open postings have all the marks of the key ("kind=internship|sector=3"), of all
    events that have been counted in. The key has up to three marks; "" counts all."""

    key = models.TextField()
    n = models.IntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["key"], name="one_count_a_key")]

    def __str__(self) -> str:
        return f"{self.key or 'all'}: {self.n}"


def count_in(at: datetime) -> int:
    """Count in the events up to that moment, and let go of what closed long before; how many
    events there were. Safe to run at once, and never needed for a right answer: what has not been
    counted in is added when it is read."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT employers_count_in(%s, %s)", [at, at - KEPT_FOR])
        return cursor.fetchone()[0]


def list_again() -> None:
    """Make listings, events and counts anew from the postings: after loading past the triggers,
    or when the region has moved to another time zone."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT employers_list_again()")
