"""What the public says to the plan, and when it may."""

import hashlib
import json
import uuid
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any

from django.conf import settings
from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.db.models.functions import MD5, Coalesce, Lower
from django.utils import timezone
from django.utils.html import escape, linebreaks
from django.utils.safestring import SafeString, mark_safe

from accounts.models import Organization
from plans.choices import (
    RELATION_TO_READERS,
    CommentState,
    DeclineReason,
    Kind,
    Moderation,
    Relation,
    Shown,
    Source,
    Stance,
)
from plans.comments.clocks import zone_called
from plans.models.answers import Response
from plans.models.plan import Item, Plan
from plans.models.versions import PlanVersion
from vocabularies.templatetags.words import moment_in
from vocabularies.text import plain_line

COMMENT_LIMIT = 5_000
# A moment outside of these makes a row unreadable in some time zones.
EARLIEST, LATEST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)


class CommentWindowQuerySet(models.QuerySet["CommentWindow"]):
    def over(self, *, plan_id: int, item_ids: Iterable[uuid.UUID]) -> "CommentWindowQuerySet":
        """Windows that hold for an item: of the plan, of the item, of one above it.
        The one that closes last comes first."""
        whose = models.Q(item__isnull=True) | models.Q(item_id__in=list(item_ids))
        return self.filter(whose, plan_id=plan_id).order_by("-closes_at", "-pk")


class CommentWindow(models.Model):
    """The time in which the public may comment, on a whole plan or on an item and all below it."""

    plan = models.ForeignKey(Plan, models.PROTECT, related_name="windows")
    item = models.ForeignKey(Item, models.PROTECT, null=True, blank=True, related_name="windows")
    title = models.CharField(max_length=120, blank=True, validators=[plain_line])
    opens_at = models.DateTimeField()
    closes_at = models.DateTimeField()
    zone = models.CharField(
        max_length=60,
        blank=True,
        help_text="Of its clock, such as America/Chicago; or the region's",
    )
    grace = models.PositiveSmallIntegerField(
        default=0, help_text="Minutes after closing in which a comment is still kept, as late"
    )
    moderation = models.CharField(
        max_length=8, choices=Moderation, default=Moderation.BEFORE, help_text="When it is read"
    )

    objects = CommentWindowQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(closes_at__gt=models.F("opens_at")),
                name="window_closes_after_it_opens",
                violation_error_message="Choose a closing time after the opening time.",
            ),
            models.CheckConstraint(
                condition=models.Q(opens_at__gte=EARLIEST, closes_at__lte=LATEST),
                name="window_in_our_time",
                violation_error_message="Choose a closing time within the next years.",
            ),
            models.CheckConstraint(
                condition=models.Q(grace__lte=7 * 24 * 60),
                name="grace_of_a_week_at_most",
                violation_error_message="Late comments are kept for a week at most.",
            ),
        ]

    def __str__(self) -> str:
        return f"Comments from {self.opens_at:%Y-%m-%d} to {self.closes_at:%Y-%m-%d}"

    @property
    def clock(self) -> tzinfo:
        """Its own zone, or that of the page."""
        return zone_called(self.zone, timezone.get_current_timezone())

    @property
    def opens(self) -> str:
        """Mon 4 May, 9:00 am CDT, on its own clock."""
        return moment_in(self.opens_at, self.clock)

    @property
    def closes(self) -> str:
        """Fri 5 Jun, 5:00 pm CDT, on its own clock."""
        return moment_in(self.closes_at, self.clock)

    @property
    def kept_until(self) -> datetime:
        """What comes until then is kept, as late."""
        return self.closes_at + timedelta(minutes=self.grace)

    @property
    def last_call(self) -> str:
        return moment_in(self.kept_until, self.clock)

    @property
    def seen(self) -> str:
        """Stands for what an editor changes: other once anybody has changed it."""
        said = [self.title, self.item_id, self.opens_at.isoformat(), self.closes_at.isoformat()]
        rest = [self.zone, self.grace, self.moderation]
        return hashlib.sha256(json.dumps([said, rest], default=str).encode()).hexdigest()


class Submission(models.Model):
    """What came on paper, by e-mail or at a meeting, as it came; staff split it into comments."""

    plan = models.ForeignKey(Plan, models.PROTECT, related_name="submissions")
    source = models.CharField(max_length=8, choices=Source)
    said_on = models.DateField(help_text="The day on which it was written, received or said")
    note = models.CharField(
        max_length=200, blank=True, validators=[plain_line], help_text="Such as “town hall in Kyle”"
    )
    text = models.TextField(max_length=50_000)
    name = models.CharField(max_length=80, blank=True, validators=[plain_line])
    email = models.EmailField("e-mail", blank=True)
    organization_name = models.CharField(max_length=120, blank=True, validators=[plain_line])
    kind = models.CharField(max_length=12, choices=Kind, blank=True)
    relation = models.CharField(max_length=10, choices=Relation, default=Relation.SELF)
    shown = models.CharField(max_length=12, choices=Shown, default=Shown.ORGANIZATION)
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    entered_at = models.DateTimeField(default=timezone.now)
    form_token = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(source__in=Source.values) & ~models.Q(source=Source.WEB),
                name="a_submission_came_another_way",
            ),
            models.CheckConstraint(
                condition=~models.Q(text=""), name="a_submission_says_something"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_source_display()}, {self.said_on}"

    @property
    def seen(self) -> str:
        """Stands for what its pages show: other once anybody has changed it or its comments."""
        said = [self.source, str(self.said_on), self.note, self.text, self.name, self.email]
        said += [self.organization_name, self.kind, self.relation, self.shown]
        rows = self.comments.exclude(state=CommentState.WITHDRAWN).order_by("pk")
        parts = list(rows.values_list("pk", "item_id", "text", "stance"))
        return hashlib.sha256(json.dumps([said, parts], default=str).encode()).hexdigest()


# Shown at once and read by nobody of the staff yet; its author waits for another look.
UNREAD = models.Q(
    state=CommentState.PUBLISHED,
    read_at__isnull=True,
    decided_by__isnull=True,
    window__isnull=False,
)
APPEALED = models.Q(
    state=CommentState.DECLINED, appealed_at__isnull=False, appeal_ended_at__isnull=True
)


class CommentQuerySet(models.QuerySet["Comment"]):
    def published(self) -> "CommentQuerySet":
        return self.filter(state=CommentState.PUBLISHED)

    def waiting(self) -> "CommentQuerySet":
        """Confirmed and not yet decided, oldest first."""
        return self.filter(state=CommentState.WAITING).order_by("confirmed_at", "pk")

    def to_moderate(self) -> "CommentQuerySet":
        """Whatever waits for a moderator, longest first: to be read, or to be looked at again."""
        waiting = models.Q(state=CommentState.WAITING)
        return self.filter(waiting | UNREAD | APPEALED).order_by(
            Coalesce("appealed_at", "confirmed_at"), "pk"
        )

    def unread(self) -> "CommentQuerySet":
        """Shown at once, and not read by anybody of the staff yet; oldest first."""
        return self.filter(UNREAD).order_by("confirmed_at", "pk")

    def appealed(self) -> "CommentQuerySet":
        """Not shown, and their authors wait for another look; oldest first."""
        return self.filter(APPEALED).order_by("appealed_at", "pk")


class Comment(models.Model):
    """What somebody said to an item as it stood in one version.

    It keeps pointing at both, whatever becomes of the item. The e-mail address is never shown.
    """

    item = models.ForeignKey(Item, models.PROTECT, related_name="comments")
    version = models.ForeignKey(PlanVersion, models.PROTECT, related_name="comments")
    number = models.CharField(max_length=19, help_text="The item's number in that version")
    text = models.TextField(max_length=COMMENT_LIMIT)
    text_html = models.TextField(editable=False)
    stance = models.CharField("your stance", max_length=10, choices=Stance, blank=True)
    name = models.CharField("your name", max_length=80, blank=True, validators=[plain_line])
    email = models.EmailField("e-mail", blank=True, help_text="Emptied once it is of no more use")
    email_erased_at = models.DateTimeField(null=True, blank=True)
    organization_name = models.CharField(
        "organization you represent", max_length=120, blank=True, validators=[plain_line]
    )
    organization = models.ForeignKey(
        Organization, models.SET_NULL, null=True, blank=True, related_name="plan_comments"
    )
    kind = models.CharField("kind of organization", max_length=12, choices=Kind, blank=True)
    relation = models.CharField(
        "how you belong to it", max_length=10, choices=Relation, default=Relation.SELF
    )
    shown = models.CharField("what may be shown", max_length=12, choices=Shown, default=Shown.ALL)
    source = models.CharField(max_length=8, choices=Source, default=Source.WEB)
    submission = models.ForeignKey(
        Submission, models.PROTECT, null=True, blank=True, related_name="comments"
    )
    window = models.ForeignKey(
        CommentWindow, models.SET_NULL, null=True, blank=True, related_name="comments"
    )
    late = models.BooleanField(default=False, help_text="Came after the window had closed")
    same_as = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="alike",
        help_text="The comment that says the same and is shown with the count of all alike",
    )
    response = models.ForeignKey(
        Response, models.PROTECT, null=True, blank=True, related_name="comments"
    )
    told_at = models.DateTimeField(null=True, blank=True, help_text="Of the answer")
    state = models.CharField(max_length=12, choices=CommentState, default=CommentState.UNCONFIRMED)
    held_for = models.JSONField(default=list, blank=True, help_text="What the moderator is told")
    sender = models.CharField(max_length=64, blank=True, help_text="Keyed hash of the address")
    created_at = models.DateTimeField(default=timezone.now)
    confirm_hash = models.CharField(  # noqa: DJ001  several have none
        max_length=64, unique=True, null=True, help_text="None where staff entered it"
    )
    confirm_sent_at = models.DateTimeField(default=timezone.now)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    changed_at = models.DateTimeField(null=True, blank=True, help_text="By its author")
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    reason = models.CharField(max_length=12, choices=DeclineReason, blank=True)
    reason_words = models.CharField(max_length=500, blank=True)
    appealed_at = models.DateTimeField(null=True, blank=True)
    appeal_words = models.CharField(max_length=1_000, blank=True)
    appeal_ended_at = models.DateTimeField(null=True, blank=True)
    appeal_ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    appeal_answer = models.CharField(
        max_length=1_000, blank=True, db_default="", help_text="What its author was told"
    )
    read_at = models.DateTimeField(
        null=True, blank=True, help_text="When a moderator read the words as they are now"
    )
    follows = models.BooleanField(
        default=False, db_default=False, help_text="Wants letters about the item, once confirmed"
    )
    form_token = models.UUIDField(
        default=uuid.uuid4,
        db_default=RandomUUID(),
        unique=True,
        editable=False,
        help_text="Sending the form twice makes one",
    )

    objects = CommentQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["item", "state", "id"], name="comment_of_item"),
            models.Index(fields=["state", "confirmed_at"], name="comment_queue"),
            models.Index(fields=["sender", "created_at"], name="comment_sender"),
            models.Index(fields=["email", "confirm_sent_at"], name="comment_address"),
            models.Index(Lower("email"), name="comment_author"),
            models.Index(fields=["created_at"], name="comment_given"),
            # Whole words of 5,000 characters are too long for a row of an index.
            models.Index(MD5(Lower("text")), name="comment_words"),
            models.Index(fields=["response"], name="comment_response"),
            models.Index(fields=["same_as"], name="comment_same_as"),
            models.Index(
                fields=["confirmed_at", "id"],
                condition=UNREAD,
                name="comment_unread",
            ),
            models.Index(
                fields=["appealed_at", "id"],
                condition=APPEALED,
                name="comment_appeal",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=CommentState.values), name="comment_state_known"
            ),
            models.CheckConstraint(
                condition=models.Q(state=CommentState.UNCONFIRMED)
                | models.Q(confirmed_at__isnull=False),
                name="comment_confirmed_before_read",
                violation_error_message="Its author has not confirmed this comment.",
            ),
            models.CheckConstraint(
                condition=~models.Q(state=CommentState.DECLINED) | ~models.Q(reason=""),
                name="a_declined_comment_has_a_reason",
                violation_error_message="Choose the reason, so that the author can be told.",
            ),
            models.CheckConstraint(
                condition=~models.Q(state__in=[CommentState.PUBLISHED, CommentState.DECLINED])
                | models.Q(decided_at__isnull=False),
                name="a_decision_has_a_day",
            ),
            models.CheckConstraint(
                condition=~models.Q(source=Source.WEB)
                | ~models.Q(email="")
                | models.Q(email_erased_at__isnull=False),
                name="a_comment_has_an_address",
                violation_error_message="Give an e-mail address.",
            ),
            models.CheckConstraint(
                condition=models.Q(source=Source.WEB) | models.Q(submission__isnull=False),
                name="what_staff_entered_has_its_source",
                violation_error_message="Say how and when it came.",
            ),
            models.CheckConstraint(
                condition=~models.Q(same_as=models.F("id")), name="comment_not_its_own_double"
            ),
            models.CheckConstraint(
                condition=models.Q(appealed_at__isnull=True) | ~models.Q(appeal_words=""),
                name="an_appeal_says_why",
                violation_error_message="Say why it should be shown.",
            ),
            models.CheckConstraint(
                condition=models.Q(appeal_ended_at__isnull=True)
                | models.Q(appealed_at__isnull=False),
                name="an_appeal_ends_after_it_was_made",
            ),
        ]

    def __str__(self) -> str:
        return f"Comment {self.receipt} on {self.number}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.text_html = linebreaks(escape(self.text))
        super().save(*args, **kwargs)

    @property
    def receipt(self) -> str:
        return f"{self.pk:04}"

    @property
    def is_unread(self) -> bool:
        """As the queryset of that name has it."""
        return (
            self.state == CommentState.PUBLISHED
            and self.read_at is None
            and self.decided_by_id is None
            and self.window_id is not None
        )

    @property
    def has_open_appeal(self) -> bool:
        return (
            self.state == CommentState.DECLINED
            and self.appealed_at is not None
            and self.appeal_ended_at is None
        )

    @property
    def seen(self) -> str:
        """Stands for what a moderator decides on: other once the author writes anything anew."""
        said = [self.text, self.stance, self.name, self.organization_name, self.kind]
        said += [self.relation, self.shown]
        return hashlib.sha256(json.dumps(said).encode()).hexdigest()

    @property
    def organization_shown(self) -> str:
        """Name of the organization as readers may see it."""
        return "" if self.shown == Shown.WORDS else self.organization_called

    @property
    def organization_called(self) -> str:
        """As the portal knows it while it is public, else as typed."""
        known = self.organization
        return known.name if known and known.is_public else self.organization_name

    @property
    def name_shown(self) -> str:
        return self.name if self.shown == Shown.ALL else ""

    @property
    def relation_shown(self) -> str:
        return RELATION_TO_READERS[Relation(self.relation)] if self.organization_shown else ""

    @property
    def words(self) -> SafeString:
        return mark_safe(self.text_html)  # noqa: S308  escaped on save


class Reply(models.Model):
    """Words of the staff under a comment, shown as such. Text as typed; HTML is made on save.
    It never changes; a mistake is withdrawn, and that it was stays visible."""

    comment = models.ForeignKey(Comment, models.PROTECT, related_name="replies")
    text = models.TextField(max_length=2_000)
    text_html = models.TextField(editable=False)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    by_name = models.CharField(max_length=80)
    at = models.DateTimeField(default=timezone.now)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    form_token = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)

    class Meta:
        ordering = ["at", "pk"]
        constraints = [
            models.CheckConstraint(condition=~models.Q(text=""), name="a_reply_says_something")
        ]

    def __str__(self) -> str:
        return f"Reply to comment {self.comment_id}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.text_html = linebreaks(escape(self.text))
        super().save(*args, **kwargs)

    @property
    def words(self) -> SafeString:
        return mark_safe(self.text_html)  # noqa: S308  escaped on save
