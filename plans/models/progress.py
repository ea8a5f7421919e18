"""What is done and what comes of it: dated news, milestones, measures with their values."""

import hashlib
from typing import Any

from django.conf import settings
from django.db import models
from django.utils import timezone

from plans.choices import Direction, MeasureKind
from plans.models.plan import Action, Item, Plan
from vocabularies.text import plain_line, to_html


class StatusUpdate(models.Model):
    """Dated words about an action, or about an item as a whole; an action's status changes by
    them alone. Text is Markdown. Never changed: a mistake gets another update."""

    item = models.ForeignKey(Item, models.PROTECT, related_name="updates")
    action = models.ForeignKey(
        Action, models.PROTECT, null=True, blank=True, related_name="updates"
    )
    status = models.CharField(
        max_length=12, blank=True, help_text="A key of the plan's statuses; only of an action"
    )
    before = models.CharField(max_length=12, blank=True, help_text="The status until then")
    text = models.TextField(max_length=2_000)
    text_html = models.TextField(editable=False)
    on = models.DateField(help_text="The day on which it was so")
    at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    by_name = models.CharField(max_length=80, blank=True)
    form_token = models.UUIDField(unique=True, null=True, editable=False)

    class Meta:
        ordering = ["-on", "-pk"]
        indexes = [models.Index(fields=["item", "-on", "-id"], name="update_of_item")]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(text=""),
                name="an_update_says_something",
                violation_error_message="Say in a sentence what is new.",
            ),
            models.CheckConstraint(
                condition=models.Q(action__isnull=False) | models.Q(status=""),
                name="only_an_action_has_a_status",
            ),
        ]

    def __str__(self) -> str:
        return f"News of {self.on}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.text_html = to_html(self.text)
        super().save(*args, **kwargs)


class Milestone(models.Model):
    """Something that shall be reached by a day."""

    item = models.ForeignKey(Item, models.PROTECT, related_name="milestones")
    text = models.CharField(max_length=200, validators=[plain_line])
    due_on = models.DateField()
    done_on = models.DateField(null=True, blank=True)
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["due_on", "pk"]

    def __str__(self) -> str:
        return self.text


class MeasureQuerySet(models.QuerySet["Measure"]):
    def standing(self) -> "MeasureQuerySet":
        return self.filter(retired_at__isnull=True)


class Measure(models.Model):
    """A figure by which the plan is judged. `live` names a figure that the portal itself counts
    (plans.progress.live); all others are entered by hand."""

    plan = models.ForeignKey(Plan, models.PROTECT, related_name="measures")
    item = models.ForeignKey(Item, models.PROTECT, null=True, blank=True, related_name="measures")
    name = models.CharField(max_length=120, validators=[plain_line])
    kind = models.CharField(max_length=10, choices=MeasureKind, default=MeasureKind.PROGRAM)
    unit = models.CharField(
        max_length=30, blank=True, validators=[plain_line], help_text="Such as “places” or “%”"
    )
    direction = models.CharField(max_length=4, choices=Direction, default=Direction.UP)
    baseline = models.DecimalField(max_digits=16, decimal_places=2, null=True, blank=True)
    baseline_on = models.DateField(null=True, blank=True)
    target = models.DecimalField(max_digits=16, decimal_places=2, null=True, blank=True)
    target_on = models.DateField(null=True, blank=True)
    source = models.CharField(
        max_length=160, blank=True, validators=[plain_line], help_text="Where the figure is from"
    )
    source_url = models.URLField(blank=True)
    lag = models.CharField(
        max_length=120,
        blank=True,
        validators=[plain_line],
        help_text="How late it is known, such as “nine months after the year ends”",
    )
    live = models.CharField(max_length=60, blank=True, help_text="Key of a live figure")
    position = models.PositiveSmallIntegerField(default=0)
    retired_at = models.DateTimeField(null=True, blank=True)

    objects = MeasureQuerySet.as_manager()

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind__in=MeasureKind.values), name="measure_kind_known"
            ),
            models.CheckConstraint(
                condition=models.Q(direction__in=Direction.values), name="measure_direction_known"
            ),
            models.CheckConstraint(
                condition=~models.Q(live="") | ~models.Q(source=""),
                name="a_measure_has_a_source",
                violation_error_message="Say where the figure is from.",
            ),
            models.CheckConstraint(
                condition=models.Q(target__isnull=True) | models.Q(target_on__isnull=False),
                name="a_target_has_a_day",
                violation_error_message="Say by when the target shall be reached.",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def seen(self) -> str:
        """Stands for what an editor types: other once anybody has changed it."""
        own = ("id", "plan_id", "position", "retired_at")
        said = [
            getattr(self, f.attname) for f in self._meta.concrete_fields if f.attname not in own
        ]
        return hashlib.sha256(repr(said).encode()).hexdigest()[:16]


class MeasureValue(models.Model):
    """A measure on one day. `parts`: {label: figure} where a live one has parts."""

    measure = models.ForeignKey(Measure, models.PROTECT, related_name="values")
    on = models.DateField()
    value = models.DecimalField(max_digits=16, decimal_places=2)
    parts = models.JSONField(default=dict, blank=True)
    note = models.CharField(max_length=200, blank=True, validators=[plain_line])
    at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["on"]
        constraints = [
            models.UniqueConstraint(
                fields=["measure", "on"],
                name="one_value_a_day",
                violation_error_message="There is a value for this day already.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.value} on {self.on}"
