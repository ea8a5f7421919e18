"""What the partners answer to what was said."""

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils import timezone

from plans.choices import Disposition
from plans.models.plan import Item, Plan
from plans.models.versions import PlanVersion
from vocabularies.text import plain_line, to_html


class ResponseQuerySet(models.QuerySet["Response"]):
    def published(self) -> "ResponseQuerySet":
        return self.filter(published_at__isnull=False)

    def in_private(self) -> "ResponseQuerySet":
        return self.filter(published_at__isnull=True)


class Response(models.Model):
    """One answer to one or many comments: what was decided, and where the words are that changed
    or why none did. Private until all are published together. Text is Markdown."""

    plan = models.ForeignKey(Plan, models.PROTECT, related_name="responses")
    title = models.CharField(
        max_length=120, validators=[plain_line], help_text="What was asked for, in a few words"
    )
    disposition = models.CharField(max_length=12, choices=Disposition)
    text = models.TextField(blank=True, max_length=5_000)
    text_html = models.TextField(blank=True, editable=False)
    changed_item = models.ForeignKey(
        Item,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="changed_by_responses",
        help_text="The item whose words changed because of it",
    )
    changed_in = models.ForeignKey(
        PlanVersion,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="The version that has the new words",
    )
    no_change_because = models.CharField(max_length=500, blank=True, validators=[plain_line])
    revision = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(default=timezone.now)
    published_at = models.DateTimeField(null=True, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )

    objects = ResponseQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        indexes = [models.Index(fields=["plan", "published_at"], name="response_of_plan")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(disposition__in=Disposition.values), name="disposition_known"
            ),
            models.CheckConstraint(
                condition=models.Q(published_at__isnull=True) | ~models.Q(text=""),
                name="a_published_response_says_something",
                violation_error_message="Write the answer before it is published.",
            ),
            models.CheckConstraint(
                condition=models.Q(published_at__isnull=True)
                | models.Q(changed_item__isnull=False)
                | ~models.Q(no_change_because=""),
                name="a_response_shows_the_change_or_why_none",
                violation_error_message="Name the item that changed, or say why nothing changed.",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def save(self, *args: object, **kwargs: object) -> None:
        self.text_html = to_html(self.text)
        super().save(*args, **kwargs)  # type: ignore[arg-type]

    def change_url(self, since: int | None = None) -> str:
        """Address of the changed words: against the version of this number, or the one before;
        of the item where no version shows the difference; "" where nothing changed."""
        if self.changed_item_id is None:
            return ""
        if self.changed_in is None or self.changed_in.number < 2:
            return reverse("plans:item_permalink", args=[self.changed_item_id])
        newer = self.changed_in.number
        older = min(since or newer, newer - 1)
        query = f"?plan={self.plan_id}&from={older}&to={newer}"
        return f"{reverse('plans:version_compare')}{query}#i-{self.changed_item_id}"


class ResponseTemplate(models.Model):
    """Words that answers often begin with."""

    name = models.CharField(max_length=60, unique=True, validators=[plain_line])
    disposition = models.CharField(max_length=12, choices=Disposition)
    text = models.TextField(max_length=5_000)
    no_change_because = models.CharField(max_length=500, blank=True, validators=[plain_line])

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
