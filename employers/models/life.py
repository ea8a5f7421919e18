"""What happens around a posting: reminders, reports, counts, what people keep."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from employers.choices import ReportReason, ReportState
from employers.models.opportunities import Opportunity


class Reminder(models.Model):
    """That the people of a posting were asked, so many days before it closes, how it stands.
    Another closing day asks anew."""

    opportunity = models.ForeignKey(Opportunity, models.CASCADE, related_name="reminders")
    closes_at = models.DateTimeField()
    days = models.PositiveSmallIntegerField(help_text="Before the closing: 7 or 1")
    sent_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["opportunity", "closes_at", "days"], name="one_reminder_each"
            )
        ]

    def __str__(self) -> str:
        return f"{self.days} days before: {self.opportunity}"


class ViewCount(models.Model):
    """How often the page of a posting was opened on a day; no more is known than the number."""

    opportunity = models.ForeignKey(Opportunity, models.CASCADE, related_name="view_counts")
    day = models.DateField()
    views = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["opportunity", "day"], name="one_count_a_day")
        ]

    def __str__(self) -> str:
        return f"{self.day}: {self.views}"


class Report(models.Model):
    """Somebody of the public says that something is wrong with a posting; staff look at it."""

    opportunity = models.ForeignKey(Opportunity, models.CASCADE, related_name="reports")
    reason = models.CharField(max_length=10, choices=ReportReason)
    text = models.TextField(blank=True, max_length=1000)
    email = models.EmailField(blank=True, help_text="Only to answer them; erased when decided")
    sender = models.CharField(
        max_length=64,
        blank=True,
        db_index=True,
        help_text="Keyed hash of the network address, to count by; erased when decided",
    )
    is_quick = models.BooleanField("sent within two seconds", default=False)
    sent_at = models.DateTimeField(default=timezone.now)
    form_token = models.UUIDField(unique=True)
    state = models.CharField(max_length=10, choices=ReportState, default=ReportState.OPEN)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    decision = models.CharField(max_length=500, blank=True, help_text="What was found and done")

    class Meta:
        ordering = ["sent_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=ReportState.values), name="report_state_known"
            ),
            models.CheckConstraint(
                condition=Q(state=ReportState.OPEN) | ~Q(decision=""),
                name="a_decided_report_says_why",
                violation_error_message="Say what you found.",
            ),
        ]
        indexes = [
            models.Index(
                fields=["sent_at"], name="report_waiting", condition=Q(state=ReportState.OPEN)
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_reason_display()}: {self.opportunity}"

    review_kind = "report about a posting"

    def get_review_url(self) -> str:
        """Where staff decide it, with all others about the same posting."""
        return reverse("employers:report_decide", args=[self.pk])


class Kept(models.Model):
    """A posting that a signed-in person keeps to come back to. The employer sees the number."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="kept")
    opportunity = models.ForeignKey(Opportunity, models.CASCADE, related_name="kept_by")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-at", "-pk"]
        constraints = [models.UniqueConstraint(fields=["user", "opportunity"], name="kept_once")]

    def __str__(self) -> str:
        return f"{self.user} keeps {self.opportunity}"


class SavedSearch(models.Model):
    """A search that a person comes back to. `query` is canonical
    (`OpportunityQuery.to_querystring`)."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="saved_searches"
    )
    name = models.CharField(max_length=80)
    query = models.CharField(max_length=1000, blank=True)
    saved_at = models.DateTimeField(default=timezone.now)
    looked_at = models.DateTimeField(
        default=timezone.now, help_text="What became public since is new to them"
    )

    class Meta:
        ordering = ["name", "pk"]
        verbose_name_plural = "saved searches"
        constraints = [
            models.UniqueConstraint(
                fields=["user", "query"],
                name="one_search_each",
                violation_error_message="You have saved this search already.",
            )
        ]

    def __str__(self) -> str:
        return self.name


class Typed(models.Model):
    """What a person typed into a page of a posting and what cannot be saved as it stands:
    the page comes back filled with it. One a person and page, gone with the next clean save."""

    opportunity = models.ForeignKey(Opportunity, models.CASCADE, related_name="typed")
    section = models.SlugField(max_length=20)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    data = models.TextField(help_text="As JSON: {name: [values]}")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name_plural = "typed"
        constraints = [
            models.UniqueConstraint(
                fields=["opportunity", "section", "user"], name="one_typed_page_each"
            )
        ]

    def __str__(self) -> str:
        return f"{self.section} of {self.opportunity}"


class SectionSave(models.Model):
    """The last save of a page of a posting: whose, when, and from which open page.

    `page` is the mark of the browser page that sent it and `seen` what that page then stood on:
    when the answer is lost on the way, the page is not taken for somebody else's.
    """

    opportunity = models.ForeignKey(Opportunity, models.CASCADE, related_name="section_saves")
    section = models.SlugField(max_length=20)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    at = models.DateTimeField(default=timezone.now)
    page = models.UUIDField(null=True, blank=True)
    seen = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["opportunity", "section"], name="one_last_save_a_section"
            )
        ]

    def __str__(self) -> str:
        return f"{self.section} of {self.opportunity}"


class Dismissal(models.Model):
    """A remark of the coach that its people have answered: who, when and why. The reviewer
    reads it beside the remark."""

    opportunity = models.ForeignKey(Opportunity, models.CASCADE, related_name="dismissals")
    rule = models.SlugField(max_length=40)
    about = models.CharField(max_length=200, blank=True, help_text="The words it was given to")
    why = models.CharField(max_length=300)
    at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["opportunity", "rule"], name="one_dismissal_a_rule"),
            models.CheckConstraint(
                condition=~Q(why=""),
                name="a_dismissal_says_why",
                violation_error_message="Say why it does not hold here.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rule}: {self.why}"
