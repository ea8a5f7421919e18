"""An organization as an employer."""

from django.conf import settings
from django.db import models
from django.urls import reverse

from accounts.models import Organization


class Employer(models.Model):
    """An organization as an employer: what it offers its own people, and its usual answers."""

    organization = models.OneToOneField(Organization, models.CASCADE, related_name="employer")
    tuition_assistance = models.BooleanField("tuition assistance", default=False)
    flexible_schedules = models.BooleanField("flexible schedules", default=False)
    on_the_job_training = models.BooleanField("paid on-the-job training", default=False)
    mentoring = models.BooleanField("mentoring", default=False)

    usual = models.JSONField(
        "usual answers",
        default=dict,
        blank=True,
        help_text="Answers that a new posting begins with: {field: value}",
    )
    trusted_at = models.DateTimeField(
        null=True, blank=True, help_text="Since when its postings may be published at once"
    )
    trusted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )

    # How many places it has open; a list writes it.
    open_now = 0

    class Meta:
        ordering = ["organization__name"]

    def __str__(self) -> str:
        return self.organization.name

    def get_absolute_url(self) -> str:
        return reverse("employers:employer_show", args=[self.organization.slug])

    @property
    def offers(self) -> list[str]:
        """What it offers staff, in words."""
        said = {
            "tuition assistance": self.tuition_assistance,
            "flexible schedules": self.flexible_schedules,
            "paid on-the-job training": self.on_the_job_training,
            "mentoring": self.mentoring,
        }
        return [words for words, offered in said.items() if offered]
