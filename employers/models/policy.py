"""What this region asks of postings: one row."""

from decimal import Decimal
from typing import Any

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone

from employers.choices import LiveEdits


class Policy(models.Model):
    """The region's choices about postings. `rules` says of a rule of the coach that differs from
    its default: "off", "advise" or "must"."""

    trusted_at_once = models.BooleanField(
        "postings of trusted employers are published at once", default=False
    )
    live_edits = models.CharField(
        "changes of a published posting",
        max_length=8,
        choices=LiveEdits,
        default=LiveEdits.WEIGHTY,
    )
    most_days_open = models.PositiveSmallIntegerField(
        "days that a posting may stay open",
        default=365,
        validators=[MinValueValidator(7), MaxValueValidator(365)],
    )
    minimum_wage = models.DecimalField(
        "least pay an hour by state or local law, where it is above the federal",
        max_digits=6,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(Decimal("7.25"))],
    )
    rules = models.JSONField(default=dict, blank=True)
    changed_at = models.DateTimeField(default=timezone.now)
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name_plural = "policies"
        constraints = [
            models.CheckConstraint(condition=Q(pk=1), name="policy_is_one_row"),
            models.CheckConstraint(
                condition=Q(most_days_open__range=(7, 365)), name="open_a_week_to_a_year"
            ),
        ]

    def __str__(self) -> str:
        return "What this region asks of postings"

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.pk = 1
        super().save(*args, **kwargs)

    @classmethod
    def current(cls) -> "Policy":
        """The row, or the defaults before anybody has chosen."""
        return cls.objects.first() or cls()
