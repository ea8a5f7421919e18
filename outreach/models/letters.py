"""The outbox: every letter that the portal writes is a row here before it is on the wire."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from outreach.choices import LetterState, kind_in_words


class LetterQuerySet(models.QuerySet["Letter"]):
    def due(self, at: datetime) -> "LetterQuerySet":
        """Waiting, and their time has come."""
        return self.filter(state=LetterState.PENDING, not_before__lte=at)

    def past_lease(self, at: datetime) -> "LetterQuerySet":
        """Taken by a sender that has not come back in time."""
        return self.filter(state=LetterState.SENDING, lease_until__lt=at)

    def failed(self) -> "LetterQuerySet":
        return self.filter(state=LetterState.FAILED)


class Letter(models.Model):
    """One letter to one address, written in the transaction that it speaks of.

    While it is `sending` the holder of `token` owns it, until `lease_until`. Its Message-ID
    never changes, so that a copy sent twice is seen as one by those who look.
    """

    kind = models.CharField(max_length=40, help_text="What it is about, such as digest")
    key = models.CharField(max_length=400, unique=True, help_text="A second letter of it is none")
    sender = models.CharField(max_length=320)
    recipient = models.CharField(max_length=320)
    subject = models.CharField(max_length=400)
    text = models.TextField(blank=True)
    html = models.TextField(blank=True)
    headers = models.JSONField(default=dict, blank=True)
    message_id = models.CharField(max_length=200, unique=True)
    secret = models.BooleanField(
        default=False, help_text="Carries a code or a one-time link: emptied when it has left"
    )
    digest = models.OneToOneField(
        "outreach.Digest", models.CASCADE, null=True, blank=True, related_name="letter"
    )
    state = models.CharField(max_length=10, choices=LetterState, default=LetterState.PENDING)
    created_at = models.DateTimeField(default=timezone.now)
    not_before = models.DateTimeField(default=timezone.now)
    attempts = models.PositiveSmallIntegerField(default=0)
    token = models.UUIDField(null=True, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    last_error = models.CharField(max_length=500, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    failed_at = models.DateTimeField(null=True, blank=True)
    maybe_twice = models.BooleanField("possibly sent twice", default=False)

    objects = LetterQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=LetterState.values), name="letter_state_known"
            ),
            models.CheckConstraint(
                condition=Q(
                    state=LetterState.SENDING, token__isnull=False, lease_until__isnull=False
                )
                | ~Q(state=LetterState.SENDING) & Q(token__isnull=True, lease_until__isnull=True),
                name="letter_is_held_only_while_sending",
            ),
            models.CheckConstraint(
                condition=Q(state=LetterState.SENT, sent_at__isnull=False)
                | ~Q(state=LetterState.SENT) & Q(sent_at__isnull=True),
                name="letter_sent_has_its_time",
            ),
            models.CheckConstraint(
                condition=Q(state=LetterState.FAILED, failed_at__isnull=False)
                | ~Q(state=LetterState.FAILED) & Q(failed_at__isnull=True),
                name="letter_failed_has_its_time",
            ),
            models.CheckConstraint(
                condition=~Q(subject__regex=r"[\r\n]") & ~Q(recipient__regex=r"[\r\n]"),
                name="letter_headers_are_single_lines",
                violation_error_message="A subject and an address are one line each.",
            ),
        ]
        indexes = [
            models.Index(
                fields=["not_before", "id"],
                condition=Q(state=LetterState.PENDING),
                name="letter_due",
            ),
            models.Index(
                fields=["lease_until"],
                condition=Q(state=LetterState.SENDING),
                name="letter_lease",
            ),
            models.Index(
                fields=["failed_at"], condition=Q(state=LetterState.FAILED), name="letter_failed"
            ),
            models.Index(
                fields=["sent_at"], condition=Q(state=LetterState.SENT), name="letter_sent"
            ),
            models.Index(fields=["state", "-id"], name="letter_by_state"),
            models.Index(fields=["kind", "-id"], name="letter_by_kind"),
        ]

    def __str__(self) -> str:
        return f"{self.kind}: {self.subject}"

    def get_absolute_url(self) -> str:
        return reverse("outreach:letter_show", args=[self.pk])

    @property
    def kind_in_words(self) -> str:
        return kind_in_words(self.kind)

    @property
    def tone(self) -> str:
        """Color of its state's badge."""
        return {
            LetterState.PENDING: "sun",
            LetterState.SENDING: "river",
            LetterState.SENT: "leaf",
            LetterState.FAILED: "clay",
        }.get(LetterState(self.state), "")

    def all_headers(self, *, at: datetime) -> dict[str, Any]:
        """Every header beside Subject, From and To; `at` is the moment of sending."""
        return {
            "Date": at,
            "Message-ID": self.message_id,
            "Auto-Submitted": "auto-generated",  # RFC 3834: no out-of-office answers, please
            **self.headers,
        }


def message_id_domain() -> str:
    """The portal's own host: what stands right of the @ in a Message-ID."""
    host = settings.SITE_URL.partition("://")[2].partition("/")[0].partition(":")[0]
    return host if "." in host else "localhost.localdomain"
