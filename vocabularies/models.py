"""The words we share: the region, its places and sectors, and the trade's code lists."""

import time
import zoneinfo

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.contrib.postgres.search import SearchVector, SearchVectorField
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models.functions import Lower, Upper

# How long a process may serve from the region row it has read, in seconds.
REGION_KEPT_FOR = 10


def validate_zone(name: str) -> None:
    if name not in zoneinfo.available_timezones():
        raise ValidationError("Choose a time zone such as America/Chicago.")


class County(models.Model):
    """A county of the United States, by its FIPS code (five digits)."""

    fips = models.CharField(max_length=5, primary_key=True)
    state = models.CharField(max_length=2)
    name = models.CharField(max_length=80)

    class Meta:
        ordering = ["name", "state"]
        verbose_name_plural = "counties"

    def __str__(self) -> str:
        return self.name


class Place(models.Model):
    """A ZIP code with its city, county and position (degrees, WGS 84)."""

    zip = models.CharField("ZIP code", max_length=5, primary_key=True)
    city = models.CharField(max_length=80)
    state = models.CharField(max_length=2)
    county = models.ForeignKey(County, models.PROTECT, related_name="places")
    latitude = models.FloatField()
    longitude = models.FloatField()

    class Meta:
        ordering = ["zip"]
        indexes = [
            models.Index(fields=["latitude", "longitude"], name="place_position"),
            models.Index(OpClass(Upper("city"), "text_pattern_ops"), name="place_city"),
        ]

    def __str__(self) -> str:
        return f"{self.city} {self.zip}"


class Region(models.Model):
    """The partnership whose portal this is: one row. What another region changes stands here."""

    name = models.CharField(max_length=60, help_text="As it stands at the top of every page")
    tagline = models.CharField(max_length=80, blank=True)
    purpose = models.CharField(
        max_length=160, blank=True, help_text="One sentence, the headline of the home page"
    )
    about = models.TextField(
        blank=True, help_text="At the foot of every page: who the partners are, and the disclaimer"
    )
    contact_email = models.EmailField(blank=True)
    postal_address = models.CharField(max_length=200, blank=True, help_text="Foot of every letter")
    time_zone = models.CharField(max_length=40, validators=[validate_zone])
    counties = models.ManyToManyField(County, related_name="+")
    centre = models.ForeignKey(Place, models.PROTECT, related_name="+", null=True, blank=True)
    river = models.CharField(
        max_length=7, blank=True, validators=[RegexValidator(r"^#[0-9a-fA-F]{6}$")]
    )
    sun = models.CharField(
        max_length=7, blank=True, validators=[RegexValidator(r"^#[0-9a-fA-F]{6}$")]
    )

    _kept: tuple[float, "Region"] | None = None

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(pk=1),
                name="region_is_one_row",
                violation_error_message="There is one region; change that one.",
            )
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: object, **kwargs: object) -> None:
        self.pk = 1
        super().save(*args, **kwargs)  # type: ignore[arg-type]
        type(self)._kept = None

    @classmethod
    def current(cls) -> "Region":
        """The region, read again after REGION_KEPT_FOR seconds; an unsaved one before set-up."""
        now = time.monotonic()
        if cls._kept is None or now - cls._kept[0] > REGION_KEPT_FOR:
            found = cls.objects.select_related("centre").first()
            cls._kept = (now, found or cls(name="Partnerships", time_zone="UTC"))
        return cls._kept[1]

    @property
    def zone(self) -> zoneinfo.ZoneInfo:
        return zoneinfo.ZoneInfo(self.time_zone)


class Industry(models.Model):
    """A NAICS 2022 sector (two digits, or a range of them) or subsector (three digits)."""

    code = models.CharField(max_length=6, primary_key=True)
    title = models.CharField(max_length=160)

    class Meta:
        ordering = ["code"]
        verbose_name_plural = "industries"

    def __str__(self) -> str:
        return f"{self.code} {self.title}"


class CareerCluster(models.Model):
    """One of the 14 career clusters of 2024 (Advance CTE)."""

    slug = models.SlugField(primary_key=True)
    title = models.CharField(max_length=80)
    cross_cutting = models.BooleanField(default=False)

    class Meta:
        ordering = ["title"]

    def __str__(self) -> str:
        return self.title


class Sector(models.Model):
    """A sector as this region speaks of it. Chosen for a thing, never derived from its codes."""

    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=80)
    position = models.PositiveSmallIntegerField(default=0)
    industry = models.ForeignKey(
        Industry, models.PROTECT, null=True, blank=True, related_name="sectors"
    )
    cluster = models.ForeignKey(
        CareerCluster, models.PROTECT, null=True, blank=True, related_name="sectors"
    )

    class Meta:
        ordering = ["position", "name"]

    def __str__(self) -> str:
        return self.name


class Occupation(models.Model):
    """An O*NET-SOC 2019 occupation, such as 47-2111.00 Electricians."""

    code = models.CharField(max_length=10, primary_key=True)
    title = models.CharField(max_length=160)
    description = models.TextField(blank=True)
    job_zone = models.PositiveSmallIntegerField(null=True, blank=True)
    search_title = models.CharField(max_length=200, editable=False, blank=True)
    search_words = models.TextField(
        editable=False, blank=True, help_text="Its title and alternate titles, folded for search"
    )
    search = models.GeneratedField(
        expression=SearchVector("search_words", config="simple"),
        output_field=SearchVectorField(),
        db_persist=True,
    )

    class Meta:
        ordering = ["title"]
        indexes = [GinIndex(fields=["search"], name="occupation_search")]

    def __str__(self) -> str:
        return self.title

    @property
    def soc_code(self) -> str:
        """The SOC 2018 code that it refines: the first seven characters."""
        return self.code[:7]


class AlternateTitle(models.Model):
    """What people also call an occupation ("CNA"); words that search must find."""

    occupation = models.ForeignKey(Occupation, models.CASCADE, related_name="alternate_titles")
    title = models.CharField(max_length=160)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["occupation", "title"], name="one_alternate_title")
        ]
        indexes = [models.Index(Lower("title"), name="alternate_title_lower")]

    def __str__(self) -> str:
        return self.title


class InstructionalProgram(models.Model):
    """A CIP 2020 class of instruction, such as 46.0302 Electrician (two, four or six digits)."""

    code = models.CharField(max_length=7, primary_key=True)
    title = models.CharField(max_length=160)
    level = models.PositiveSmallIntegerField(help_text="Digits of the code: 2, 4 or 6")

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return f"{self.code} {self.title}"


class Preparation(models.Model):
    """A row of the CIP–SOC crosswalk: a class of instruction prepares for an occupation."""

    program = models.ForeignKey(InstructionalProgram, models.CASCADE, related_name="prepares_for")
    soc_code = models.CharField(max_length=7, db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["program", "soc_code"], name="one_preparation")
        ]

    def __str__(self) -> str:
        return f"{self.program_id} → {self.soc_code}"


class ApprenticeshipStandard(models.Model):
    """An occupation as the Office of Apprenticeship registers it: a RAPIDS code, how steps are
    earned (time, competency, hybrid), and the hours on the job that its term has."""

    rapids_code = models.CharField("RAPIDS code", max_length=8, primary_key=True)
    title = models.CharField(max_length=160)
    approach = models.CharField(max_length=10)
    hours_min = models.PositiveIntegerField(null=True, blank=True)
    hours_max = models.PositiveIntegerField(null=True, blank=True)
    occupation = models.ForeignKey(Occupation, models.CASCADE, related_name="standards")

    class Meta:
        ordering = ["title", "rapids_code"]

    def __str__(self) -> str:
        return f"{self.title}, RAPIDS {self.rapids_code}"


class Skill(models.Model):
    """A skill or field of knowledge: O*NET's elements, and what the region adds."""

    slug = models.SlugField(unique=True, max_length=80)
    name = models.CharField(max_length=80)
    description = models.TextField(blank=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class LoadedFile(models.Model):
    """What a reference file held when it was last loaded; the same content is not read again."""

    name = models.CharField(max_length=60, primary_key=True)
    digest = models.CharField(max_length=64)
    rows = models.PositiveIntegerField()
    loaded_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
