"""The strategic plan: its lasting items, its frozen versions, and what the public says to it."""

import hashlib
import json
import uuid
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.contrib.postgres.functions import RandomUUID
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape, linebreaks
from django.utils.safestring import SafeString, mark_safe

from accounts.models import Organization
from plans.choices import (
    RELATION_TO_READERS,
    CommentState,
    DeclineReason,
    Involvement,
    Kind,
    PlanState,
    Relation,
    Shown,
    Stage,
    Status,
)
from plans.frozen import FrozenModel, FrozenQuerySet
from plans.numbers import MAX_DEPTH
from vocabularies.text import plain_line, to_html

COMMENT_LIMIT = 5_000
NO_PARENT = uuid.UUID(int=0)
# A moment outside of these makes a row unreadable in some time zones.
EARLIEST, LATEST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)


def three_levels() -> list[list[str]]:
    return [["goal", "goals"], ["strategy", "strategies"], ["sub-strategy", "sub-strategies"]]


def validate_levels(value: Any) -> None:
    """One to five pairs of words: one of them, many of them."""
    fine = isinstance(value, list) and 1 <= len(value) <= MAX_DEPTH
    if not fine or not all(
        isinstance(pair, list) and len(pair) == 2 and all(isinstance(w, str) and w for w in pair)
        for pair in value
    ):
        raise ValidationError('Give one to five pairs such as ["goal", "goals"].')


class WorkGroup(models.Model):
    """A group of the partnership that leads, supports or advises items of the plan."""

    code = models.CharField(max_length=6, unique=True, help_text="Two or three letters, such as ET")
    name = models.CharField(max_length=80, validators=[plain_line])
    contact_name = models.CharField(max_length=80, blank=True, validators=[plain_line])
    contact_email = models.EmailField(blank=True)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "code"]

    def __str__(self) -> str:
        return self.name


class PlanQuerySet(models.QuerySet["Plan"]):
    def at_work(self) -> "PlanQuerySet":
        """Plans that can still be edited, newest first."""
        return self.exclude(state=PlanState.SUPERSEDED).order_by("-pk")


class Plan(models.Model):
    """A plan for some years. Its items are the working copy; the public reads versions."""

    title = models.CharField(max_length=120, validators=[plain_line])
    period = models.CharField(max_length=40, blank=True, validators=[plain_line])
    purpose = models.CharField(
        max_length=200,
        blank=True,
        validators=[plain_line],
        help_text="Ends the first sentence: “so that learners meet employers before they finish”",
    )
    level_names = models.JSONField(default=three_levels, validators=[validate_levels])
    state = models.CharField(max_length=12, choices=PlanState, default=PlanState.DRAFT)
    created_at = models.DateTimeField(default=timezone.now)

    objects = PlanQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=PlanState.values), name="plan_state_known"
            )
        ]

    def __str__(self) -> str:
        return f"{self.title}, {self.period}" if self.period else self.title

    def level_name(self, depth: int, many: bool = False) -> str:
        """What an item of this depth (1 at the root) is called."""
        pair = self.level_names[depth - 1] if depth <= len(self.level_names) else ["item", "items"]
        return pair[1] if many else pair[0]


class ItemQuerySet(models.QuerySet["Item"]):
    def standing(self) -> "ItemQuerySet":
        return self.filter(retired_at__isnull=True)


class Item(models.Model):
    """A lasting thing of a plan, whatever its number. Never deleted: it retires.

    Text and evidence are Markdown with references as `[[id]]`; their HTML is made on save.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    plan = models.ForeignKey(Plan, models.PROTECT, related_name="items")
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children"
    )
    among = models.GeneratedField(
        expression=Coalesce("parent", models.Value(NO_PARENT, output_field=models.UUIDField())),
        output_field=models.UUIDField(),
        db_persist=True,
    )
    position = models.PositiveIntegerField(null=True, blank=True, help_text="Empty once retired")
    handle = models.CharField(
        max_length=60,
        blank=True,
        validators=[plain_line],
        help_text="A word or two that people call it by, such as Connections",
    )
    statement = models.CharField(
        max_length=300, validators=[plain_line], help_text="What shall be, in one sentence"
    )
    text = models.TextField(blank=True, max_length=20_000)
    text_html = models.TextField(blank=True, editable=False)
    evidence = models.TextField(blank=True, max_length=5_000)
    evidence_html = models.TextField(blank=True, editable=False)
    revision = models.PositiveIntegerField(default=1)
    changed_at = models.DateTimeField(default=timezone.now)
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    retired_at = models.DateTimeField(null=True, blank=True)
    retired_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    form_token = models.UUIDField(
        default=uuid.uuid4,
        db_default=RandomUUID(),
        unique=True,
        editable=False,
        help_text="Sending the form twice makes one",
    )

    objects = ItemQuerySet.as_manager()

    class Meta:
        constraints = [
            # Through `among`, since a unique constraint with a condition cannot be deferred and
            # two roots have no parent to be compared by.
            models.UniqueConstraint(
                fields=["plan", "among", "position"],
                name="one_item_a_place",
                deferrable=models.Deferrable.DEFERRED,
                violation_error_message="Another item stands at this place.",
            ),
            models.CheckConstraint(
                condition=models.Q(retired_at__isnull=True, position__isnull=False)
                | models.Q(retired_at__isnull=False, position__isnull=True),
                name="item_stands_or_is_retired",
                violation_error_message="An item has a place until it is retired.",
            ),
            models.CheckConstraint(
                condition=~models.Q(statement=""),
                name="item_says_something",
                violation_error_message="Write what shall be, in one sentence.",
            ),
            models.CheckConstraint(
                condition=~models.Q(parent=models.F("id")),
                name="item_not_its_own_parent",
                violation_error_message="An item cannot stand under itself.",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.text_html, self.evidence_html = to_html(self.text), to_html(self.evidence)
        super().save(*args, **kwargs)

    def get_absolute_url(self) -> str:
        return reverse("plans:item_permalink", args=[self.pk])

    @property
    def title(self) -> str:
        return self.handle or self.statement


class Action(models.Model):
    """Something to do under an item, and how it stands. Retired when it is taken out."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    item = models.ForeignKey(Item, models.PROTECT, related_name="actions")
    position = models.PositiveIntegerField(null=True, blank=True, help_text="Empty once retired")
    text = models.TextField(max_length=300, validators=[plain_line])
    status = models.CharField(max_length=12, choices=Status, default=Status.NOT_STARTED)
    status_on = models.DateField(null=True, blank=True, help_text="Day of the last change")
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(
                fields=["item", "position"],
                name="one_action_a_place",
                deferrable=models.Deferrable.DEFERRED,
                violation_error_message="Another action stands at this place.",
            ),
            models.CheckConstraint(
                condition=models.Q(retired_at__isnull=True, position__isnull=False)
                | models.Q(retired_at__isnull=False, position__isnull=True),
                name="action_stands_or_is_retired",
                violation_error_message="An action has a place until it is retired.",
            ),
            models.CheckConstraint(
                condition=models.Q(status__in=Status.values), name="action_status_known"
            ),
            models.CheckConstraint(
                condition=~models.Q(text=""),
                name="action_says_something",
                violation_error_message="Write what is to be done.",
            ),
        ]

    def __str__(self) -> str:
        return self.text


class RoleAssignment(models.Model):
    """A work group's part in an item: at most one."""

    item = models.ForeignKey(Item, models.PROTECT, related_name="roles")
    group = models.ForeignKey(WorkGroup, models.PROTECT, related_name="roles")
    role = models.CharField(max_length=10, choices=Involvement)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["item", "group"],
                name="one_role_a_group",
                violation_error_message="A work group has one role in an item.",
            ),
            models.CheckConstraint(
                condition=models.Q(role__in=Involvement.values), name="role_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.group}: {self.get_role_display()}"


class PlanVersionQuerySet(FrozenQuerySet):
    def public(self) -> "PlanVersionQuerySet":
        """Every published version of the plan that the public reads now, newest first."""
        newest = (
            PlanVersion.objects.exclude(plan__state=PlanState.SUPERSEDED)
            .order_by("-plan_id")
            .values("plan_id")[:1]
        )
        return self.filter(plan_id=newest).select_related("plan").order_by("-number")

    def current(self) -> "PlanVersion | None":
        return self.public().first()


class PlanVersion(FrozenModel):
    """A plan as it was published: its words, numbers, roles and order never change again."""

    plan = models.ForeignKey(Plan, models.PROTECT, related_name="versions")
    number = models.PositiveSmallIntegerField()
    stage = models.CharField(max_length=10, choices=Stage)
    changelog = models.TextField(blank=True, max_length=5_000)
    changelog_html = models.TextField(blank=True)
    published_at = models.DateTimeField(default=timezone.now)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    published_by_name = models.CharField(max_length=80, blank=True)

    objects = PlanVersionQuerySet.as_manager()  # type: ignore[misc]

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["plan", "number"],
                name="one_version_a_number",
                violation_error_message="Somebody published this version a moment ago.",
            ),
            models.CheckConstraint(condition=models.Q(stage__in=Stage.values), name="stage_known"),
        ]

    def __str__(self) -> str:
        return f"{self.plan}, version {self.number}"

    def get_absolute_url(self) -> str:
        return f"{reverse('plans:plan_show')}?version={self.number}"


class VersionItem(FrozenModel):
    """An item as one version says it. Flat on purpose: a page of the plan is one query.

    `roles`: [{"role", "code", "name", "order"}];
    `actions`: [{"id", "text", "html", "status", "since"}];
    `cites`: ids of the items that its text and actions mention.
    """

    version = models.ForeignKey(PlanVersion, models.PROTECT, related_name="items")
    item = models.ForeignKey(Item, models.PROTECT, related_name="frozen")
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children"
    )
    order = models.PositiveIntegerField(help_text="In reading order, from 1")
    depth = models.PositiveSmallIntegerField()
    number = models.CharField(max_length=19)
    handle = models.CharField(max_length=60, blank=True)
    statement = models.CharField(max_length=300)
    text = models.TextField(blank=True)
    text_html = models.TextField(blank=True)
    evidence = models.TextField(blank=True)
    evidence_html = models.TextField(blank=True)
    roles = models.JSONField(default=list)
    actions = models.JSONField(default=list)
    cites = models.JSONField(default=list)
    changes = models.PositiveSmallIntegerField(
        default=0, help_text="How many things differ from the version before"
    )

    class Meta:
        ordering = ["order"]
        constraints = [
            models.UniqueConstraint(fields=["version", "item"], name="one_item_a_version"),
            models.UniqueConstraint(fields=["version", "number"], name="one_number_a_version"),
            models.UniqueConstraint(fields=["version", "order"], name="one_order_a_version"),
            models.CheckConstraint(
                condition=models.Q(depth__gte=1, depth__lte=MAX_DEPTH),
                name="five_levels_at_most",
                violation_error_message="A plan has at most five levels.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    def get_absolute_url(self) -> str:
        return reverse("plans:item_show", args=[self.number])

    @property
    def title(self) -> str:
        return self.handle or self.statement

    @property
    def anchor(self) -> str:
        """Its id on a page that shows several: "i3-2-1"."""
        return f"i{self.number.replace('.', '-')}"

    @property
    def kin(self) -> str:
        """Prefix of the numbers below it."""
        return f"{self.number}."

    @property
    def cast(self) -> list[tuple[str, str, list[dict[str, str]]]]:
        """(role, its word, groups) for each role that somebody has, leads first."""
        return [
            (role.value, str(role.label), groups)
            for role in Involvement
            if (groups := [r for r in self.roles if r["role"] == role])
        ]

    def has(self, other: "VersionItem") -> bool:
        """`other` stands somewhere below this one."""
        return other.number.startswith(self.kin)


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
    opens_at = models.DateTimeField()
    closes_at = models.DateTimeField()

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
        ]

    def __str__(self) -> str:
        return f"Comments from {self.opens_at:%Y-%m-%d} to {self.closes_at:%Y-%m-%d}"


class CommentQuerySet(models.QuerySet["Comment"]):
    def published(self) -> "CommentQuerySet":
        return self.filter(state=CommentState.PUBLISHED)

    def waiting(self) -> "CommentQuerySet":
        """Confirmed and not yet decided, oldest first."""
        return self.filter(state=CommentState.WAITING).order_by("confirmed_at", "pk")


class Comment(models.Model):
    """What somebody said to an item as it stood in one version.

    It keeps pointing at both, whatever becomes of the item. The e-mail address is never shown.
    """

    item = models.ForeignKey(Item, models.PROTECT, related_name="comments")
    version = models.ForeignKey(PlanVersion, models.PROTECT, related_name="comments")
    number = models.CharField(max_length=19, help_text="The item's number in that version")
    text = models.TextField(max_length=COMMENT_LIMIT)
    text_html = models.TextField(editable=False)
    name = models.CharField("your name", max_length=80, validators=[plain_line])
    email = models.EmailField("e-mail")
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
    state = models.CharField(max_length=12, choices=CommentState, default=CommentState.UNCONFIRMED)
    held_for = models.JSONField(default=list, blank=True, help_text="What the moderator is told")
    sender = models.CharField(max_length=64, blank=True, help_text="Keyed hash of the address")
    created_at = models.DateTimeField(default=timezone.now)
    confirm_hash = models.CharField(max_length=64, unique=True)
    confirm_sent_at = models.DateTimeField(default=timezone.now)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    changed_at = models.DateTimeField(null=True, blank=True, help_text="By its author")
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    reason = models.CharField(max_length=12, choices=DeclineReason, blank=True)
    reason_words = models.CharField(max_length=500, blank=True)
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
    def seen(self) -> str:
        """Stands for what a moderator decides on: other once the author writes anything anew."""
        said = [self.text, self.name, self.organization_name, self.kind, self.relation, self.shown]
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
