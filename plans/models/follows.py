"""Who wants to hear of the plan, and plans that are being read in."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone

from plans.models.plan import Item, Plan


class FollowQuerySet(models.QuerySet["Follow"]):
    def standing(self) -> "FollowQuerySet":
        """Confirmed and not ended."""
        return self.filter(confirmed_at__isnull=False, ended_at__isnull=True)


class Follow(models.Model):
    """Somebody wants letters when something happens to an item and all below it, or to the whole
    plan (without an item). Comes from a form, or from a comment on the item."""

    plan = models.ForeignKey(Plan, models.CASCADE, related_name="follows")
    item = models.ForeignKey(Item, models.CASCADE, null=True, blank=True, related_name="follows")
    email = models.EmailField()
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, blank=True, related_name="+"
    )
    from_comment = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=timezone.now)
    confirm_hash = models.CharField(  # noqa: DJ001  several have none
        max_length=64, unique=True, null=True, blank=True
    )
    confirm_sent_at = models.DateTimeField(null=True, blank=True)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    told_until = models.DateTimeField(
        default=timezone.now, help_text="What happened until then is in letters"
    )

    objects = FollowQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                Lower("email"),
                "plan",
                "item",
                name="one_follow_an_address",
                condition=models.Q(ended_at__isnull=True),
                nulls_distinct=False,
                violation_error_message="You follow this already.",
            )
        ]

    def __str__(self) -> str:
        return f"Follow of {self.item or self.plan}"


class PlanImport(models.Model):
    """A plan that is being read in: what was recognised, corrected by hand until it is saved.

    `tree`: see plans.importing.tree. `options`: {"plan": id or None, …}.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    plan = models.ForeignKey(
        Plan,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="imports",
        help_text="The plan that it updates; none for a new one",
    )
    name = models.CharField(max_length=200, blank=True, help_text="Of the file")
    tree = models.JSONField(default=dict)
    options = models.JSONField(default=dict, blank=True)
    revision = models.PositiveIntegerField(default=1)
    made_at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    saved_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-made_at"]

    def __str__(self) -> str:
        return self.name or "Pasted plan"
