"""Who wants to hear of what, and what they were told."""

import uuid
from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.db.models.functions import MD5, Lower
from django.urls import reverse
from django.utils import timezone

from outreach import periods, tokens
from outreach.choices import DigestState, Rhythm, StopReason, SubscriptionState, Weekday
from programs.models import CareerCenter
from vocabularies.models import Region, validate_zone
from vocabularies.text import plain_line

MOST_QUERY = 1000  # characters of a search that can be kept


def region_zone() -> str:
    return Region.current().time_zone


class SubscriptionQuerySet(models.QuerySet["Subscription"]):
    def active(self) -> "SubscriptionQuerySet":
        return self.filter(state=SubscriptionState.ACTIVE)

    def due(self, at: datetime) -> "SubscriptionQuerySet":
        """Active, and a period of theirs has ended."""
        return self.active().filter(next_due_at__lte=at)

    def with_center(self) -> "SubscriptionQuerySet":
        return self.select_related("career_center__provider__organization")

    def of(self, user: Any) -> "SubscriptionQuerySet":
        """Those to the person's own address."""
        if not user.is_authenticated:
            return self.none()
        return self.filter(email__iexact=user.email)


class Subscription(models.Model):
    """A search that somebody wants by e-mail. Nothing is sent before the address has said yes.

    `next_due_at` is when the next period ends; `covered_until` is the end of the last one.
    """

    email = models.EmailField("e-mail")
    name = models.CharField(max_length=80, blank=True, validators=[plain_line])
    query = models.CharField(
        max_length=MOST_QUERY, blank=True, help_text="As in the browse address"
    )
    words = models.CharField(max_length=600, help_text="The search in words, as it was chosen")
    career_center = models.ForeignKey(
        CareerCenter, models.SET_NULL, null=True, blank=True, related_name="subscriptions"
    )
    label = models.CharField(
        "class or group",
        max_length=80,
        blank=True,
        validators=[plain_line],
        help_text="Such as “Nursing, second year”. It stands at the top of each letter.",
    )
    rhythm = models.CharField(max_length=10, choices=Rhythm, default=Rhythm.WEEKLY)
    weekday = models.PositiveSmallIntegerField(
        "day", choices=Weekday, default=Weekday.TUESDAY, help_text="For once a week"
    )
    at = models.TimeField("hour", default=time(7))
    zone = models.CharField(
        "time zone", max_length=40, default=region_zone, validators=[validate_zone]
    )
    state = models.CharField(
        max_length=12, choices=SubscriptionState, default=SubscriptionState.UNCONFIRMED
    )
    asked_at = models.DateTimeField(default=timezone.now)
    confirm_hash = models.CharField(max_length=64, blank=True, db_index=True)
    confirm_until = models.DateTimeField(null=True, blank=True)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    stopped_at = models.DateTimeField(null=True, blank=True)
    stop_reason = models.CharField(max_length=10, choices=StopReason, blank=True)
    bounces = models.PositiveSmallIntegerField(default=0, help_text="Refusals in a row")
    next_due_at = models.DateTimeField(null=True, blank=True)
    covered_until = models.DateTimeField(null=True, blank=True)

    objects = SubscriptionQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                Lower("email"),
                MD5("query"),  # a search may be longer than an index entry
                name="one_subscription_to_a_search",
                violation_error_message="This address follows this search already.",
            ),
            models.CheckConstraint(
                condition=Q(state__in=SubscriptionState.values), name="subscription_state_known"
            ),
            models.CheckConstraint(
                condition=Q(rhythm__in=Rhythm.values), name="subscription_rhythm_known"
            ),
            models.CheckConstraint(
                condition=Q(weekday__in=Weekday.values), name="subscription_weekday_known"
            ),
            models.CheckConstraint(
                condition=Q(state=SubscriptionState.ACTIVE, next_due_at__isnull=False)
                | ~Q(state=SubscriptionState.ACTIVE) & Q(next_due_at__isnull=True),
                name="subscription_is_due_only_while_active",
            ),
            models.CheckConstraint(
                condition=Q(state=SubscriptionState.UNCONFIRMED)
                | ~Q(confirmed_at=None)
                | Q(state=SubscriptionState.STOPPED),
                name="subscription_confirmed_before_active",
            ),
            models.CheckConstraint(
                condition=Q(state=SubscriptionState.STOPPED, stopped_at__isnull=False)
                | ~Q(state=SubscriptionState.STOPPED) & Q(stopped_at__isnull=True),
                name="subscription_stopped_has_its_time",
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_due_at", "id"],
                condition=Q(state=SubscriptionState.ACTIVE),
                name="subscription_due",
            ),
        ]

    def __str__(self) -> str:
        return self.label or self.words

    def get_absolute_url(self) -> str:
        """For staff. The reader's own page is `manage_url`."""
        return reverse("outreach:subscription_show", args=[self.pk])

    @property
    def browse_url(self) -> str:
        base = reverse("employers:opportunity_list")
        return f"{base}?{self.query}" if self.query else base

    @property
    def manage_url(self) -> str:
        return reverse("outreach:subscription_manage", args=[tokens.manage.of(self.pk)])

    @property
    def unsubscribe_url(self) -> str:
        return reverse("outreach:unsubscribe", args=[tokens.unsubscribe.of(self.pk)])

    @property
    def rhythm_in_words(self) -> str:
        """ "every Tuesday at 7:00 am", "every day at 7:00 am"."""
        clock = (
            f"{self.at.hour % 12 or 12}:{self.at.minute:02} {'am' if self.at.hour < 12 else 'pm'}"
        )
        day = "day" if self.rhythm == Rhythm.DAILY else self.get_weekday_display()
        return f"every {day} at {clock}"

    @property
    def center_in_words(self) -> str:
        """ "Rio Claro Community College, Main Career Services"; "" without one."""
        center = self.career_center
        if center is None:
            return ""
        names = dict.fromkeys([str(center.provider), str(center)])
        return ", ".join(names)

    @property
    def masked_email(self) -> str:
        """Enough for the reader to know it again, too little for whom a letter was passed to."""
        name, _, host = self.email.partition("@")
        return f"{name[:1]}…@{host}"

    @property
    def tone(self) -> str:
        """Color of its state's badge."""
        return {SubscriptionState.ACTIVE: "leaf", SubscriptionState.UNCONFIRMED: "sun"}.get(
            SubscriptionState(self.state), ""
        )

    @property
    def time_zone(self) -> ZoneInfo:
        return ZoneInfo(self.zone)

    def next_slot(self, after: datetime) -> datetime:
        """When the first period after that moment ends (UTC)."""
        return periods.next_slot(
            after=after, rhythm=self.rhythm, weekday=self.weekday, at=self.at, zone=self.time_zone
        ).due

    def latest_slot(self, now: datetime) -> periods.Slot:
        """The last period that has ended by now."""
        return periods.latest_slot(
            now=now, rhythm=self.rhythm, weekday=self.weekday, at=self.at, zone=self.time_zone
        )


class Digest(models.Model):
    """What one subscription was told of one period, or that nothing was new.

    The period is named by the subscriber's local date; one that staff sent at once by the
    moment from which it counted. A date may come twice, when the reader chose a later hour, but
    never with the same beginning. The row and its letter are written in one transaction.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    subscription = models.ForeignKey(Subscription, models.CASCADE, related_name="digests")
    period = models.CharField(max_length=40)
    since = models.DateTimeField()
    until = models.DateTimeField()
    state = models.CharField(max_length=10, choices=DigestState)
    told = ArrayField(models.BigIntegerField(), default=list, help_text="Ids of the opportunities")
    created_at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        help_text="Who sent it at once; nobody when it was due",
    )

    class Meta:
        ordering = ["-until"]
        constraints = [
            models.UniqueConstraint(
                fields=["subscription", "period", "since"], name="one_digest_a_span"
            ),
            models.CheckConstraint(
                condition=Q(state__in=DigestState.values), name="digest_state_known"
            ),
            models.CheckConstraint(
                condition=Q(until__gte=models.F("since")), name="digest_ends_after_it_began"
            ),
        ]
        indexes = [
            models.Index(fields=["subscription", "-until"], name="digest_of"),
            GinIndex(fields=["told"], name="digest_told"),
        ]

    def __str__(self) -> str:
        return f"{self.subscription} {self.period}"
