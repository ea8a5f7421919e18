"""Places for learners."""

import uuid
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import cache
from typing import Any

from django.conf import settings
from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import CombinedSearchVector, SearchVector, SearchVectorField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Case, F, OuterRef, Prefetch, Q, Value, When
from django.db.models.expressions import RawSQL
from django.db.models.functions import Concat, Round
from django.urls import reverse
from django.utils import timezone

from accounts.choices import OrganizationState
from accounts.models import SHOWN_ONCE_VERIFIED
from employers.choices import (
    HOURS_IN,
    JOBS,
    KIND_MEANS,
    SUPPORT_SHORT,
    WRITABLE,
    ApplyBy,
    Ask,
    ClassPayer,
    Credit,
    Education,
    HoursPer,
    Kind,
    LengthUnit,
    Level,
    Mode,
    Outcome,
    Paid,
    PayUnit,
    Shift,
    Source,
    StartKind,
    State,
    Support,
    Term,
)
from employers.models.employers import Employer
from programs.models import Program
from vocabularies.models import County, Occupation, Place, Region, Sector, Skill
from vocabularies.templatetags.words import money
from vocabularies.text import plain_line, slug_for

# Words that the address of another page of a posting has taken.
TAKEN_SLUGS = set(
    "edit preview send move close review extend relist pause change remarks coach report save "
    "assign drop schedule flyer.pdf".split()
)
# A year such as 9999 would make every later read of a row fail; no portal needs it.
SANE = (datetime(2016, 1, 1, tzinfo=UTC), datetime(2099, 1, 1, tzinfo=UTC))


def plain(number: Decimal) -> str:
    """40 for 40.0, 2.5 for 2.5."""
    return f"{float(number):g}"


# Columns that the row of a list shows; the long texts stay where they are.
ROW = (
    "kind slug title mode place_note hours_min hours_max hours_per paid pay_min pay_max pay_unit "
    "supports needs_note closes_at"
).split()

GATE = (
    "kind slug state revision changed_at opens_at closes_at public_since sector replaces"
).split()
EVENTS_SO_FAR = "SELECT last_value + is_called::int FROM employers_listingevent_id_seq"
GATE_BESIDE = [
    f"employer__organization__{name}" for name in ("name", "state", "verified_at", "version")
]
# Long words that only searches read, of a posting and of what stands beside it.
UNSEEN = "search search_title search_words search_body".split()
UNSEEN_BESIDE = (
    "occupation__search occupation__search_title occupation__search_words occupation__description "
    "program__search program__search_words"
).split()


@cache
def _address() -> str:
    """The address of a posting, to be filled in: a list asks for it many times."""
    return reverse("employers:opportunity_show", args=[1, "-"]).replace("/1/-/", "/{}/{}/")


class OpportunityQuerySet(models.QuerySet["Opportunity"]):
    def public(self, at: datetime | None = None) -> "OpportunityQuerySet":
        """Open to everybody at that moment. The clock decides here, never a task having run."""
        at = at or timezone.now()
        return self.filter(
            Q(closes_at__isnull=True) | Q(closes_at__gt=at),
            employer__organization__state__in=SHOWN_ONCE_VERIFIED,
            state=State.PUBLISHED,
            opens_at__lte=at,
            employer__organization__verified_at__isnull=False,
        )

    def closing_within(self, days: int, at: datetime | None = None) -> "OpportunityQuerySet":
        at = at or timezone.now()
        return self.public(at).filter(closes_at__lte=at + timedelta(days=days))

    def of(self, user: Any) -> "OpportunityQuerySet":
        """Those of the organizations that the person speaks for."""
        if not user.is_authenticated:
            return self.none()
        return self.filter(employer__organization__in=user.belongs_to)

    def for_rows(self) -> "OpportunityQuerySet":
        """No more than the row of a list shows, in one query: with `shown_employer`, a name, and
        `shown_places`, such as ["78640 Kyle"]."""
        places = Location.objects.filter(opportunity=OuterRef("pk")).order_by("pk")
        words = Concat("place", Value(" "), "place__city", output_field=models.TextField())
        return self.only(*ROW).annotate(
            shown_employer=F("employer__organization__name"),
            shown_places=ArraySubquery(places.values(words=words)),
        )

    def for_gate(self) -> "OpportunityQuerySet":
        """As much as tells who may see it, and whether its page has changed; with
        `listings_changed`, a number that is another one after any list may have changed."""
        return (
            self.select_related("employer__organization")
            .only(*GATE, *GATE_BESIDE)
            .annotate(listings_changed=RawSQL(EVENTS_SO_FAR, []))  # noqa: S611
        )

    def for_page(self) -> "OpportunityQuerySet":
        """What its own page shows; the words that only searches read stay where they are."""
        places = Prefetch("locations", Location.objects.select_related("place"))
        return (
            self.with_everything()
            .defer(*UNSEEN, *UNSEEN_BESIDE)
            .prefetch_related(None)
            .prefetch_related(places, "terms__steps")
        )

    def with_everything(self) -> "OpportunityQuerySet":
        """What a page, a row or a letter shows, in a fixed number of queries."""
        return self.select_related(
            "employer__organization",
            "sector",
            "occupation",
            "program__provider__organization",
            "terms",
        ).prefetch_related("locations__place")


class Opportunity(models.Model):
    """A place for a learner at an employer. Public when published, opened and not yet closed."""

    id = models.BigAutoField(primary_key=True)
    employer = models.ForeignKey(Employer, models.PROTECT, related_name="opportunities")
    kind = models.CharField(max_length=20, choices=Kind)
    state = models.CharField(max_length=10, choices=State, default=State.DRAFT)
    revision = models.PositiveIntegerField(default=1, help_text="Rises with every save of words")
    replaces = models.ForeignKey(
        "self",
        models.CASCADE,
        null=True,
        blank=True,
        related_name="copies",
        help_text="The live posting that this working copy will change once it is approved",
    )
    copied_from = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="+"
    )
    source = models.CharField(max_length=5, choices=Source, default=Source.FORM)
    external_id = models.CharField(
        "your own number", max_length=60, blank=True, validators=[plain_line]
    )
    batch = models.ForeignKey(
        "employers.Import",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="opportunities",
        help_text="The file it came with",
    )
    form_token = models.UUIDField(
        default=uuid.uuid4, unique=True, help_text="Sending the first form twice makes one"
    )

    # The work
    title = models.CharField(max_length=80, validators=[plain_line])
    slug = models.SlugField(max_length=80, default="opportunity")
    summary = models.CharField(max_length=200, blank=True)
    tasks = models.TextField("what they will do", blank=True, max_length=5000)
    tasks_html = models.TextField(blank=True, editable=False)
    lessons = models.TextField("what they will learn", blank=True, max_length=5000)
    lessons_html = models.TextField(blank=True, editable=False)
    sector = models.ForeignKey(
        Sector, models.PROTECT, null=True, blank=True, related_name="opportunities"
    )
    occupation = models.ForeignKey(
        Occupation, models.PROTECT, null=True, blank=True, related_name="opportunities"
    )
    program = models.ForeignKey(
        Program,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="opportunities",
        verbose_name="program it goes with",
    )

    host = models.CharField(
        "where learners will be, if not with you",
        max_length=120,
        blank=True,
        validators=[plain_line],
    )

    # Place and hours
    mode = models.CharField("where", max_length=8, choices=Mode, blank=True)
    place_note = models.CharField(max_length=120, blank=True, validators=[plain_line])
    hours_min = models.DecimalField(
        "hours, from",
        max_digits=5,
        decimal_places=1,
        null=True,
        blank=True,
        validators=[MinValueValidator(Decimal("0.5")), MaxValueValidator(168)],
    )
    hours_max = models.DecimalField(
        "to",
        max_digits=5,
        decimal_places=1,
        null=True,
        blank=True,
        validators=[MinValueValidator(Decimal("0.5")), MaxValueValidator(744)],
    )
    hours_per = models.CharField("each", max_length=5, choices=HoursPer, default=HoursPer.WEEK)
    shifts = ArrayField(
        models.CharField(max_length=12, choices=Shift), default=list, blank=True, size=6
    )
    schedule_note = models.CharField(max_length=120, blank=True, validators=[plain_line])
    length = models.PositiveIntegerField(
        null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(20000)]
    )
    length_unit = models.CharField(max_length=10, choices=LengthUnit, blank=True)
    length_note = models.CharField(max_length=80, blank=True, validators=[plain_line])

    # Pay and cost
    paid = models.CharField(max_length=8, choices=Paid, blank=True)
    pay_min = models.DecimalField(
        "starting pay",
        max_digits=9,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(Decimal("0.01"))],
    )
    pay_max = models.DecimalField(
        "highest pay",
        max_digits=9,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(Decimal("0.01"))],
    )
    pay_unit = models.CharField(max_length=6, choices=PayUnit, default=PayUnit.HOUR)
    hourly_pay = models.GeneratedField(
        expression=Case(
            *[
                When(
                    paid=Paid.WAGE,
                    pay_unit=unit,
                    then=Round(F("pay_min") / Value(Decimal(hours)), precision=2),
                )
                for unit, hours in HOURS_IN.items()
            ],
            output_field=models.DecimalField(max_digits=9, decimal_places=2),
        ),
        output_field=models.DecimalField(max_digits=9, decimal_places=2),
        db_persist=True,
        null=True,
    )
    pay_note = models.CharField(max_length=200, blank=True, validators=[plain_line])
    class_payer = models.CharField(max_length=10, choices=ClassPayer, blank=True)
    learner_cost = models.DecimalField(
        "cost to the learner",
        max_digits=8,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
    )
    costs = models.JSONField(
        default=dict, blank=True, help_text='{"tuition": "300.00", …}; learner_cost is their sum'
    )
    class_hours_paid = models.BooleanField("class hours are paid", default=False)
    supports = ArrayField(
        models.CharField(max_length=12, choices=Support), default=list, blank=True, size=6
    )

    # Who may apply, and how
    education = models.CharField(max_length=12, choices=Education, blank=True)
    minimum_age = models.PositiveSmallIntegerField(
        null=True, blank=True, validators=[MinValueValidator(14), MaxValueValidator(30)]
    )
    asks = ArrayField(
        models.CharField(max_length=20, choices=Ask), default=list, blank=True, size=10
    )
    prefers = ArrayField(
        models.CharField(max_length=20, choices=Ask), default=list, blank=True, size=10
    )
    learned_here = ArrayField(
        models.CharField(max_length=20, choices=Ask), default=list, blank=True, size=10
    )
    accommodations = models.CharField(
        "access and accommodations", max_length=200, blank=True, validators=[plain_line]
    )
    needs_note = models.CharField(max_length=200, blank=True, validators=[plain_line])
    apply_by = models.CharField(max_length=10, choices=ApplyBy, blank=True)
    apply_to = models.CharField(max_length=200, blank=True, validators=[plain_line])
    apply_steps = models.TextField(blank=True, max_length=2000)
    apply_steps_html = models.TextField(blank=True, editable=False)

    # Internship and co-op
    term = models.CharField(max_length=10, choices=Term, blank=True)
    supervisor_role = models.CharField(max_length=80, blank=True, validators=[plain_line])
    credit = models.CharField(max_length=8, choices=Credit, blank=True)

    # Dates and openings
    openings = models.PositiveSmallIntegerField(
        null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(5000)]
    )
    opens_at = models.DateTimeField(null=True, blank=True)
    closes_at = models.DateTimeField(null=True, blank=True)
    start_kind = models.CharField(max_length=8, choices=StartKind, blank=True)
    starts_on = models.DateField(null=True, blank=True)
    starts_until = models.DateField(null=True, blank=True)
    starts_note = models.CharField(max_length=60, blank=True, validators=[plain_line])

    # What happened to it
    public_since = models.DateTimeField(
        null=True, blank=True, help_text="When it first became public"
    )
    outcome = models.CharField(max_length=16, choices=Outcome, blank=True)
    filled = models.PositiveSmallIntegerField(null=True, blank=True)
    starting_pay = models.DecimalField(
        "starting pay of those taken on, an hour",
        max_digits=6,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(Decimal("0.01"))],
    )
    confirmed_at = models.DateTimeField(
        null=True, blank=True, help_text="When its people last said that it is still open"
    )
    created_at = models.DateTimeField(default=timezone.now)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    changed_at = models.DateTimeField(default=timezone.now)

    # Search: words without accents, kept by actions
    search_title = models.TextField(blank=True, editable=False)
    search_words = models.TextField(blank=True, editable=False)
    search_body = models.TextField(blank=True, editable=False)
    search = models.GeneratedField(
        expression=CombinedSearchVector(
            CombinedSearchVector(
                SearchVector("search_title", weight="A", config="english"),
                "||",
                SearchVector("search_words", weight="B", config="english"),
                config="english",
            ),
            "||",
            SearchVector("search_body", weight="C", config="english"),
            config="english",
        ),
        output_field=SearchVectorField(),
        db_persist=True,
    )

    # Words of a distance that a list gives to its rows ("17 miles")
    away = ""

    objects = OpportunityQuerySet.as_manager()

    class Meta:
        ordering = ["closes_at", "pk"]
        verbose_name_plural = "opportunities"
        indexes = [
            GinIndex(fields=["search"], name="opportunity_search"),
            models.Index(fields=["state", "closes_at", "id"], name="opportunity_closing"),
            models.Index(fields=["state", "-public_since", "-id"], name="opportunity_newest"),
            models.Index(
                fields=["state", "kind", "sector", "-public_since"], name="opportunity_alike"
            ),
            models.Index(fields=["state", "-hourly_pay", "-id"], name="opportunity_pay"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=State.values), name="opportunity_state_known"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=Kind.values), name="opportunity_kind_known"
            ),
            models.CheckConstraint(
                condition=Q(pay_min__isnull=True)
                | Q(pay_max__isnull=True)
                | Q(pay_max__gte=F("pay_min")),
                name="highest_pay_not_below_starting_pay",
                violation_error_message="The highest pay is lower than the starting pay.",
            ),
            models.CheckConstraint(
                condition=Q(opens_at__isnull=True)
                | Q(closes_at__isnull=True)
                | Q(closes_at__gt=F("opens_at")),
                name="closes_after_it_opens",
                violation_error_message="It closes before it opens.",
            ),
            models.CheckConstraint(
                condition=(Q(closes_at__isnull=True) | Q(closes_at__range=SANE))
                & (Q(opens_at__isnull=True) | Q(opens_at__range=SANE))
                & (Q(starts_on__isnull=True) | Q(starts_on__range=(SANE[0].date(), SANE[1].date())))
                & (
                    Q(starts_until__isnull=True)
                    | Q(starts_until__range=(SANE[0].date(), SANE[1].date()))
                ),
                name="opportunity_dates_sane",
                violation_error_message="Give a date within ten years of today.",
            ),
            models.CheckConstraint(
                condition=~Q(state=State.PUBLISHED)
                | Q(opens_at__isnull=False, public_since__isnull=False),
                name="published_has_an_opening_moment",
            ),
            models.CheckConstraint(
                condition=~Q(state=State.CLOSED) | ~Q(outcome=""),
                name="closed_has_an_outcome",
                violation_error_message="Say how it ended.",
            ),
            models.CheckConstraint(
                condition=Q(starting_pay__isnull=True) | Q(starting_pay__gt=0),
                name="pay_of_those_taken_on_is_above_nothing",
            ),
            models.CheckConstraint(condition=~Q(slug=""), name="opportunity_slug_never_empty"),
            models.CheckConstraint(
                condition=Q(replaces__isnull=True)
                | Q(state__in=[State.DRAFT, State.IN_REVIEW, State.RETURNED]),
                name="working_copy_is_never_public",
            ),
            models.UniqueConstraint(
                fields=["replaces"],
                condition=Q(replaces__isnull=False),
                name="one_working_copy_each",
                violation_error_message="Somebody is changing this posting already.",
            ),
            models.UniqueConstraint(
                fields=["employer", "external_id"],
                condition=~Q(external_id="") & Q(replaces__isnull=True),
                name="one_posting_of_a_number",
                violation_error_message="You have a posting with this number already.",
            ),
            models.CheckConstraint(
                condition=Q(starts_until__isnull=True)
                | Q(starts_on__isnull=True)
                | Q(starts_until__gte=F("starts_on")),
                name="latest_start_not_before_the_first",
                violation_error_message="The last day to start is before the first.",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.take_slug()
        super().save(*args, **kwargs)

    def get_absolute_url(self) -> str:
        return _address().format(self.pk, self.slug)

    def take_slug(self) -> None:
        """Of its title; whoever saves many at once asks for it."""
        self.slug = slug_for(self.title, "opportunity")
        if self.slug in TAKEN_SLUGS:
            self.slug += "-opportunity"

    @property
    def edit_url(self) -> str:
        return reverse("employers:opportunity_edit", args=[self.pk])

    @property
    def kind_url(self) -> str:
        return f"{reverse('employers:opportunity_list')}?kind={self.kind}"

    @property
    def review_kind(self) -> str:
        """What the review queue calls it."""
        kind = self.get_kind_display().lower()
        return f"change of a published {kind}" if self.replaces_id else f"{kind} in review"

    def get_review_url(self) -> str:
        """Where staff decide it; the queue links there."""
        return reverse("employers:opportunity_review", args=[self.pk])

    # What the clock says

    def standing(self, at: datetime | None = None) -> str:
        """draft, in-review, returned, scheduled, open, expired, paused, closed or archived."""
        at = at or timezone.now()
        if self.state != State.PUBLISHED:
            return self.state
        if self.opens_at and self.opens_at > at:
            return "paused" if self.public_since and self.public_since <= at else "scheduled"
        if self.closes_at and self.closes_at <= at:
            return "expired"
        return "open"

    @property
    def paused_until(self) -> datetime | None:
        """When a pause ends by itself; None for one without end, or where there is none."""
        timed = self.state == State.PUBLISHED and self.standing() == "paused"
        return self.opens_at if timed else None

    @property
    def is_copy(self) -> bool:
        """Holds a change of another posting, and is no posting of its own."""
        return self.replaces_id is not None

    @property
    def is_hidden(self) -> bool:
        """Published, and yet shown to nobody: its organization is suspended."""
        suspended = self.employer.organization.state == OrganizationState.SUSPENDED
        return suspended and self.state in (State.PUBLISHED, State.PAUSED)

    @property
    def was_public(self) -> bool:
        """Strangers have seen it, so its address keeps answering (as closed)."""
        return bool(self.public_since) and self.public_since <= timezone.now()  # type: ignore[operator]

    @property
    def is_writable(self) -> bool:
        return self.state in WRITABLE

    @property
    def is_job(self) -> bool:
        return self.kind in JOBS

    @property
    def is_visit(self) -> bool:
        return self.kind in (Kind.JOB_SHADOW, Kind.MENTORING)

    @property
    def kind_means(self) -> str:
        return KIND_MEANS[Kind(self.kind)]

    # Lines that rows, letters and feeds share

    @property
    def employer_name(self) -> str:
        shown: str | None = self.__dict__.get("shown_employer")
        return self.employer.organization.name if shown is None else shown

    def cities(self) -> list[str]:
        """Names of its cities, each once, in order."""
        if "shown_places" in self.__dict__:
            return list(dict.fromkeys(place[6:] for place in self.__dict__["shown_places"]))
        return list(dict.fromkeys(place.place.city for place in self.locations.all()))

    def where(self) -> str:
        """ "Kyle", "Kyle and 2 more places", "remote": a short place."""
        cities = self.cities()
        if not cities:
            return self.place_note or "remote"
        if len(cities) == 1:
            return cities[0]
        return f"{cities[0]} and {len(cities) - 1} more"

    def pay_range(self) -> str:
        """$16.00 to $26.25; "A visit, unpaid"; "" while nothing is said."""
        if self.paid == Paid.UNPAID:
            return "A visit, unpaid" if self.kind == Kind.JOB_SHADOW else "Unpaid"
        if self.pay_min is None:
            return ""
        if self.pay_max is None or self.pay_max == self.pay_min:
            return money(self.pay_min)
        return f"{money(self.pay_min)} to {money(self.pay_max)}"

    def pay_each(self) -> str:
        """ "an hour", "in all" for a stipend."""
        if self.paid == Paid.STIPEND:
            return "in all"
        if self.paid != Paid.WAGE or self.pay_min is None:
            return ""
        return f"{'an' if self.pay_unit == PayUnit.HOUR else 'a'} {self.pay_unit}"

    def hours_line(self) -> str:
        """ "40 hours", "20 to 25 hours a month"; a week goes without saying in rows."""
        if self.hours_min is None:
            return ""
        low, high = plain(self.hours_min), plain(self.hours_max or self.hours_min)
        number = low if low == high else f"{low} to {high}"
        noun = "hour" if number == "1" else "hours"
        per = "" if self.hours_per == HoursPer.WEEK else f" {self.get_hours_per_display()}"
        return f"{number} {noun}{per}"

    def pay_line(self) -> str:
        """ "$16.00 to $26.25 an hour, 40 hours"."""
        pay = f"{self.pay_range()} {self.pay_each()}".strip()
        return ", ".join(part for part in (pay, self.hours_line()) if part)

    def length_line(self) -> str:
        if not self.length:
            return self.length_note
        unit = self.get_length_unit_display()
        if self.length == 1:
            unit = {"hours on the job": "hour on the job"}.get(unit, unit.rstrip("s"))
        return f"{self.length:,} {unit}"

    def support_words(self) -> list[str]:
        return [SUPPORT_SHORT[Support(s)] for s in Support.values if s in self.supports]

    def support_line(self) -> str:
        """ "Class paid, tools or uniform, travel"; "" without any."""
        return ", ".join(self.support_words()).capitalize()

    def ask_words(self) -> list[str]:
        return [Ask(a).label for a in Ask.values if a in self.asks]

    def shift_words(self) -> list[str]:
        return [Shift(s).label for s in Shift.values if s in self.shifts]

    def days_left(self) -> int | None:
        """Whole days from today to the day it closes, in the region's zone; 0 = today."""
        if self.closes_at is None:
            return None
        zone = Region.current().zone
        return (self.closes_at.astimezone(zone).date() - timezone.localdate(timezone=zone)).days


class SkillWanted(models.Model):
    """A skill that a posting asks for, likes or teaches; ten at most each."""

    opportunity = models.ForeignKey(Opportunity, models.CASCADE, related_name="skills")
    skill = models.ForeignKey(Skill, models.PROTECT, related_name="wanted")
    level = models.CharField(max_length=9, choices=Level, default=Level.LEARNED)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["opportunity", "skill"],
                name="one_line_a_skill",
                violation_error_message="This skill is listed twice.",
            )
        ]
        indexes = [models.Index(fields=["skill", "opportunity"], name="skill_wanted")]

    def __str__(self) -> str:
        return f"{self.skill}: {self.get_level_display()}"


class Location(models.Model):
    """One of the places of an opportunity. Position and county are copied from the ZIP code so
    that search by distance reads one narrow table."""

    opportunity = models.ForeignKey(Opportunity, models.CASCADE, related_name="locations")
    place = models.ForeignKey(Place, models.PROTECT, related_name="+")
    street = models.CharField(max_length=120, blank=True, validators=[plain_line])
    county = models.ForeignKey(County, models.PROTECT, related_name="+", editable=False)
    latitude = models.FloatField(editable=False)
    longitude = models.FloatField(editable=False)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["opportunity", "place", "street"],
                name="one_location_each",
                violation_error_message="This place is listed twice.",
            )
        ]
        indexes = [
            models.Index(fields=["latitude", "longitude"], name="location_position"),
            models.Index(fields=["county", "opportunity"], name="location_county"),
        ]

    def __str__(self) -> str:
        return str(self.place)

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.take_position()
        super().save(*args, **kwargs)

    def take_position(self) -> None:
        """Of its ZIP code; whoever saves many at once asks for it."""
        self.county_id = self.place.county_id
        self.latitude, self.longitude = self.place.latitude, self.place.longitude
