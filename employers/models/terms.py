"""What an apprenticeship has beside every other place: its terms and the dollar ladder."""

from decimal import Decimal

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from employers.choices import (
    Agency,
    Approach,
    InstructionWhen,
    Registration,
)
from employers.models.opportunities import Opportunity
from vocabularies.templatetags.words import money
from vocabularies.text import plain_line


class ApprenticeshipTerms(models.Model):
    """What the standards of an apprenticeship say (29 CFR 29.5(b)), as a learner needs it."""

    opportunity = models.OneToOneField(Opportunity, models.CASCADE, related_name="terms")
    registration = models.CharField(max_length=10, choices=Registration, blank=True)
    agency = models.CharField(max_length=3, choices=Agency, blank=True)
    sponsor = models.CharField(max_length=120, blank=True, validators=[plain_line])
    program_number = models.CharField(max_length=40, blank=True, validators=[plain_line])
    rapids_code = models.CharField("RAPIDS code", max_length=8, blank=True, validators=[plain_line])
    approach = models.CharField(max_length=10, choices=Approach, blank=True)
    job_hours = models.PositiveIntegerField(
        "hours on the job", null=True, blank=True, validators=[MaxValueValidator(20000)]
    )
    months = models.PositiveSmallIntegerField(
        null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(96)]
    )
    instruction_hours = models.PositiveSmallIntegerField(
        "class hours a year", null=True, blank=True, validators=[MaxValueValidator(2000)]
    )
    instruction_when = models.CharField(max_length=10, choices=InstructionWhen, blank=True)
    instruction_note = models.CharField(max_length=200, blank=True, validators=[plain_line])
    journey_rate = models.DecimalField(
        "journeyworker pay an hour",
        max_digits=6,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(Decimal("0.01"))],
    )
    ratio_apprentices = models.PositiveSmallIntegerField(
        null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(50)]
    )
    ratio_journeyworkers = models.PositiveSmallIntegerField(
        null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(50)]
    )
    probation_months = models.PositiveSmallIntegerField(
        null=True, blank=True, validators=[MaxValueValidator(12)]
    )
    credential = models.CharField(max_length=120, blank=True, validators=[plain_line])

    class Meta:
        verbose_name_plural = "apprenticeship terms"

    def __str__(self) -> str:
        return f"Terms of {self.opportunity}"


class WageStep(models.Model):
    """A rung of the dollar ladder: from so many hours on the job (or months) on, this pay."""

    terms = models.ForeignKey(ApprenticeshipTerms, models.CASCADE, related_name="steps")
    after = models.PositiveIntegerField(
        help_text="Hours on the job; months where the approach is by skills shown",
        validators=[MaxValueValidator(20000)],
    )
    rate = models.DecimalField(
        "pay an hour",
        max_digits=6,
        decimal_places=2,
        validators=[MinValueValidator(Decimal("0.01"))],
    )

    class Meta:
        ordering = ["after"]
        constraints = [
            models.UniqueConstraint(
                fields=["terms", "after"],
                name="one_step_each",
                violation_error_message="Two steps begin at the same hours.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.after:,}: {money(self.rate)}"
