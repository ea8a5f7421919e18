"""What each kind of place has beside the others (apprenticeships: see terms)."""

from decimal import Decimal

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils import timezone

from employers.choices import CoopPattern, MayLead, SafetyCheck
from employers.models.opportunities import Opportunity
from vocabularies.text import plain_line


class PreApprenticeship(models.Model):
    """Training that leads into an apprenticeship: which one, and what a finisher gets of it."""

    opportunity = models.OneToOneField(
        Opportunity, models.CASCADE, related_name="pre_apprenticeship"
    )
    leads_into = models.CharField(
        "apprenticeship it leads into", max_length=120, blank=True, validators=[plain_line]
    )
    program_number = models.CharField(max_length=40, blank=True, validators=[plain_line])
    posting = models.ForeignKey(
        Opportunity, models.SET_NULL, null=True, blank=True, related_name="led_into_by"
    )
    entry = models.CharField(
        "what finishers get of it", max_length=200, blank=True, validators=[plain_line]
    )
    credential = models.CharField(max_length=120, blank=True, validators=[plain_line])

    def __str__(self) -> str:
        return f"Pre-apprenticeship of {self.opportunity}"


class Placement(models.Model):
    """What an internship or a co-op says of learning and guidance."""

    opportunity = models.OneToOneField(Opportunity, models.CASCADE, related_name="placement")
    objectives = models.TextField(
        "learning objectives", blank=True, max_length=2000, help_text="Three to five, a line each"
    )
    week = models.TextField("a usual week", blank=True, max_length=1000)
    project = models.CharField(max_length=200, blank=True, validators=[plain_line])
    meetings = models.CharField(
        "how often they meet", max_length=80, blank=True, validators=[plain_line]
    )
    evaluated = models.CharField(
        "how they hear how it goes", max_length=120, blank=True, validators=[plain_line]
    )
    may_lead = models.CharField("may lead to a job", max_length=8, choices=MayLead, blank=True)
    credit_note = models.CharField(
        "college and course", max_length=120, blank=True, validators=[plain_line]
    )
    pattern = models.CharField(max_length=9, choices=CoopPattern, blank=True)
    terms_count = models.PositiveSmallIntegerField(
        "terms at work",
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(8)],
    )

    def __str__(self) -> str:
        return f"Placement of {self.opportunity}"


class BeneficiaryAnswer(models.Model):
    """One of the seven questions on an unpaid internship (Fact Sheet 71, Wage and Hour Division,
    January 2018), with who answered it and when. No single answer decides."""

    opportunity = models.ForeignKey(Opportunity, models.CASCADE, related_name="beneficiary_answers")
    number = models.PositiveSmallIntegerField(
        validators=[MinValueValidator(1), MaxValueValidator(7)]
    )
    yes = models.BooleanField()
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    answered_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["opportunity", "number"], name="one_answer_a_question"),
            models.CheckConstraint(
                condition=models.Q(number__range=(1, 7)), name="one_of_seven_questions"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number}: {'yes' if self.yes else 'no'}"


class TrainingPlan(models.Model):
    """On-the-job training: who trains, what it ends in, and public money in it
    (20 CFR 680.700 to 680.730)."""

    opportunity = models.OneToOneField(Opportunity, models.CASCADE, related_name="training")
    gap = models.TextField("skills to close", blank=True, max_length=1000)
    trainer_role = models.CharField(max_length=80, blank=True, validators=[plain_line])
    wage_after = models.DecimalField(
        "pay after training",
        max_digits=9,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(Decimal("0.01"))],
    )
    stays = models.CharField(
        "what follows for who succeeds", max_length=200, blank=True, validators=[plain_line]
    )
    is_funded = models.BooleanField("a workforce board pays part of the wage", default=False)
    board = models.CharField("workforce board", max_length=120, blank=True, validators=[plain_line])
    reimbursed_percent = models.PositiveSmallIntegerField(
        "part of the wage paid back, in per cent",
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(75)],
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(reimbursed_percent__isnull=True)
                | models.Q(reimbursed_percent__range=(1, 75)),
                name="at_most_three_quarters_paid_back",
                violation_error_message="A board pays back at most 75 per cent.",
            )
        ]

    def __str__(self) -> str:
        return f"Training plan of {self.opportunity}"


class TrainingStep(models.Model):
    """A line of the training outline: a skill, how long it takes, how it is measured."""

    plan = models.ForeignKey(TrainingPlan, models.CASCADE, related_name="steps")
    skill = models.CharField(max_length=120, validators=[plain_line])
    hours = models.PositiveIntegerField(
        null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(20000)]
    )
    measured = models.CharField(
        "how it is measured", max_length=120, blank=True, validators=[plain_line]
    )

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.skill


class Visit(models.Model):
    """A job shadow or mentoring: what the visitor meets, for whom, and how minors are kept safe."""

    opportunity = models.OneToOneField(Opportunity, models.CASCADE, related_name="visit")
    group_most = models.PositiveSmallIntegerField(
        "most at once",
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(500)],
    )
    grades = models.CharField(
        "for which grades", max_length=80, blank=True, validators=[plain_line]
    )
    topics = models.CharField(max_length=200, blank=True, validators=[plain_line])
    wear = models.CharField("what to wear", max_length=120, blank=True, validators=[plain_line])
    gear = models.CharField("protective gear", max_length=120, blank=True, validators=[plain_line])
    arrive = models.CharField(
        "parking and the way in", max_length=200, blank=True, validators=[plain_line]
    )
    meals = models.CharField("lunch", max_length=120, blank=True, validators=[plain_line])
    languages = models.CharField(max_length=80, blank=True, validators=[plain_line])
    takes_minors = models.BooleanField("learners under 18 may come", default=False)
    background = models.CharField(
        "background check", max_length=10, choices=SafetyCheck, blank=True
    )
    background_on = models.DateField("checked on", null=True, blank=True)
    two_adults = models.BooleanField(
        "two adults are always there, or the door stands open", default=False
    )
    no_private_messages = models.BooleanField("nobody writes to a minor in private", default=False)
    looks_only = models.BooleanField("they watch and do not work", default=False)
    photo_consent = models.BooleanField("photos only with a parent’s consent", default=False)
    parent_form = models.BooleanField("a parent signs a form", default=False)
    insured_by = models.CharField(
        "who insures the visit", max_length=120, blank=True, validators=[plain_line]
    )

    def __str__(self) -> str:
        return f"Visit of {self.opportunity}"
