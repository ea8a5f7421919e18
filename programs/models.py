"""What is taught in the region, who teaches it, and the centers that guide learners."""

from datetime import date
from decimal import Decimal

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector, SearchVectorField
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models.functions import Lower
from django.urls import reverse

from accounts.models import Organization
from programs.choices import Format, InstitutionKind, Tier
from vocabularies.models import InstructionalProgram, Occupation, Place, Sector
from vocabularies.text import plain_line


class ProviderQuerySet(models.QuerySet["Provider"]):
    def public(self) -> "ProviderQuerySet":
        return self.filter(organization__in=Organization.objects.public())


class Provider(models.Model):
    """An organization as a teacher: a college, a school, a workforce board."""

    organization = models.OneToOneField(Organization, models.PROTECT, related_name="provider")
    kind = models.CharField(max_length=20, choices=InstitutionKind)

    objects = ProviderQuerySet.as_manager()

    class Meta:
        ordering = ["organization__name"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind__in=InstitutionKind.values),
                name="provider_kind_known",
                violation_error_message="Choose a kind of provider from the list.",
            )
        ]

    def __str__(self) -> str:
        return self.organization.name

    def get_absolute_url(self) -> str:
        return self.organization.get_absolute_url()


class CareerCenterQuerySet(models.QuerySet["CareerCenter"]):
    def public(self) -> "CareerCenterQuerySet":
        return self.filter(active=True, provider__organization__in=Organization.objects.public())


class CareerCenter(models.Model):
    """An office that guides a provider's learners to work. Digests are written for it."""

    provider = models.ForeignKey(Provider, models.PROTECT, related_name="career_centers")
    name = models.CharField(max_length=120, validators=[plain_line])
    slug = models.SlugField(max_length=80, unique=True)
    kind = models.CharField(max_length=20, choices=InstitutionKind)
    place = models.ForeignKey(
        Place, models.PROTECT, null=True, blank=True, related_name="career_centers"
    )
    street = models.CharField(max_length=120, blank=True, validators=[plain_line])
    email = models.EmailField("e-mail", blank=True, help_text="A shared mailbox is best")
    phone = models.CharField(max_length=30, blank=True, validators=[plain_line])
    services = models.TextField(
        blank=True, max_length=1000, help_text="Whom you help, how and when they reach you"
    )
    minors = models.CharField(
        "learners under 18",
        max_length=200,
        blank=True,
        validators=[plain_line],
        help_text="What an employer must know where learners are minors",
    )
    active = models.BooleanField(default=True)

    objects = CareerCenterQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                "provider",
                Lower("name"),
                name="career_center_name_once",
                violation_error_message="This provider has a career center of that name.",
            ),
            models.CheckConstraint(
                condition=models.Q(kind__in=InstitutionKind.values),
                name="career_center_kind_known",
                violation_error_message="Choose a kind of career center from the list.",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("programs:center_show", args=[self.slug])

    @property
    def full_name(self) -> str:
        """With the provider before it, for letters and lists."""
        return f"{self.provider}, {self.name}"


class ProgramQuerySet(models.QuerySet["Program"]):
    def public(self) -> "ProgramQuerySet":
        """What a stranger may see: taught now, by an organization that is public."""
        return self.filter(active=True, provider__organization__in=Organization.objects.public())

    def with_parts(self) -> "ProgramQuerySet":
        """All that a row of the list shows, in the same query."""
        return self.select_related("provider__organization", "place__county", "sector")

    def with_words(self) -> "ProgramQuerySet":
        """All that its search words are made of."""
        return self.select_related(
            "provider__organization", "place", "sector", "cip"
        ).prefetch_related("occupations")


class Program(models.Model):
    """A course of training in the region's inventory. Its search columns are kept by actions."""

    provider = models.ForeignKey(Provider, models.PROTECT, related_name="programs")
    career_center = models.ForeignKey(
        CareerCenter,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="programs",
        help_text="The office that guides its learners",
    )
    title = models.CharField(max_length=120, validators=[plain_line])
    slug = models.SlugField(max_length=80, editable=False)
    sector = models.ForeignKey(
        Sector, models.PROTECT, null=True, blank=True, related_name="programs"
    )
    cip = models.ForeignKey(
        InstructionalProgram,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="programs",
        verbose_name="class of instruction (CIP)",
    )
    occupations = models.ManyToManyField(Occupation, related_name="programs", blank=True)
    tier = models.CharField("leads to", max_length=12, choices=Tier)
    length = models.CharField(
        max_length=60, validators=[plain_line], help_text="Such as 32 weeks, or 4 years"
    )
    hours = models.PositiveIntegerField(
        null=True, blank=True, help_text="Hours of instruction in all, if you know them"
    )
    cost_total = models.DecimalField(
        "cost to the learner",
        max_digits=9,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(Decimal(0))],
        help_text="In dollars, with fees, books and tools; leave empty if it is not known",
    )
    cost_note = models.CharField(
        max_length=60, blank=True, validators=[plain_line], help_text="Such as a year, or in all"
    )
    format = models.CharField(max_length=12, choices=Format)
    schedule = models.CharField(
        max_length=80, blank=True, validators=[plain_line], help_text="Such as weekday evenings"
    )
    credential = models.CharField(
        max_length=120, blank=True, validators=[plain_line], help_text="What learners leave with"
    )
    place = models.ForeignKey(
        Place,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="programs",
        help_text="Where it is taught; empty when it is wholly online",
    )
    website = models.URLField(blank=True, max_length=300)
    description = models.TextField(
        max_length=5000, help_text="What learners do, whom it is for. Markdown is welcome."
    )
    description_html = models.TextField(editable=False, blank=True)
    checked_on = models.DateField(help_text="When the provider last said that this is right")
    active = models.BooleanField(default=True, help_text="Shown to the public")
    search_title = models.CharField(max_length=200, editable=False)
    search_words = models.TextField(editable=False, blank=True)
    search = models.GeneratedField(
        expression=SearchVector("search_title", config="simple", weight="A")
        + SearchVector("search_words", config="simple", weight="B"),
        output_field=SearchVectorField(),
        db_persist=True,
    )

    objects = ProgramQuerySet.as_manager()

    class Meta:
        ordering = ["search_title", "pk"]
        indexes = [
            GinIndex(fields=["search"], name="program_search"),
            models.Index(fields=["search_title", "id"], name="program_by_title"),
        ]
        constraints = [
            models.UniqueConstraint(
                "provider",
                Lower("title"),
                name="program_title_once",
                violation_error_message="This provider has a program of that title.",
            ),
            models.CheckConstraint(
                condition=models.Q(tier__in=Tier.values),
                name="program_tier_known",
                violation_error_message="Say what kind of jobs it leads to.",
            ),
            models.CheckConstraint(
                condition=models.Q(format__in=Format.values),
                name="program_format_known",
                violation_error_message="Say whether it is in person, part online or online.",
            ),
            models.CheckConstraint(
                condition=models.Q(cost_total__isnull=True) | models.Q(cost_total__gte=0),
                name="program_cost_not_negative",
                violation_error_message="The cost cannot be less than $0.",
            ),
            models.CheckConstraint(
                condition=models.Q(hours__isnull=True) | models.Q(hours__gt=0),
                name="program_hours_positive",
                violation_error_message="Give the hours as a number above 0, or leave them empty.",
            ),
            models.CheckConstraint(
                condition=models.Q(checked_on__range=(date(2000, 1, 1), date(2100, 1, 1))),
                name="program_checked_in_our_time",
                violation_error_message="Give the day of the last check with a year like 2026.",
            ),
            models.CheckConstraint(
                condition=~models.Q(slug=""),
                name="program_slug_not_empty",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("programs:program_show", args=[self.pk, self.slug])

    @property
    def is_public(self) -> bool:
        return self.active and self.provider.organization.is_public

    @property
    def length_parts(self) -> tuple[str, str]:
        """("4 years", "144 hours a year"): what decides, and the rest."""
        first, _, rest = self.length.partition(", ")
        return first, rest

    @property
    def cost_words(self) -> str:
        """$950, $4,200, $12.50, Free, or Not stated."""
        if self.cost_total is None:
            return "Not stated"
        if not self.cost_total:
            return "Free"
        whole = self.cost_total == self.cost_total.to_integral_value()
        return f"${self.cost_total:,.0f}" if whole else f"${self.cost_total:,.2f}"
