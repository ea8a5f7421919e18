"""A plan for some years: its lasting items, and who does what."""

import secrets
import uuid
from typing import Any

from django.conf import settings
from django.contrib.postgres.functions import RandomUUID
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.functions import MD5, Cast, Coalesce, Left
from django.urls import reverse
from django.utils import timezone

from accounts.models import Organization
from plans.choices import ROLE_PRESETS, STATUSES, Passing, PlanState, Status
from plans.structure.numbers import MAX_DEPTH
from vocabularies.text import plain_line, to_html

NO_PARENT = uuid.UUID(int=0)
# Letters and figures that nobody mistakes for one another on paper.
SIGNS = "abcdefghjkmnpqrstuvwxyz23456789"


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


def lead_support_advisory() -> list[dict[str, Any]]:
    return [dict(role) for role in ROLE_PRESETS["lead-support-advisory"]]


def four_statuses() -> list[dict[str, str]]:
    return [dict(status) for status in STATUSES]


def validate_roles(value: Any) -> None:
    """One to six of {"key", "label", "letter", "leads", "only_one"}, keys and letters unlike."""
    fine = isinstance(value, list) and 1 <= len(value) <= 6
    if not fine or not all(_is_role(role) for role in value):
        raise ValidationError("Give each role a key, a word and a letter.")
    if any(len({role[name] for role in value}) < len(value) for name in ("key", "letter")):
        raise ValidationError("Two roles have the same key or letter.")
    if not any(role["leads"] for role in value):
        raise ValidationError("One role must be the leading one.")


def _is_role(role: Any) -> bool:
    words = ("key", "label", "letter")
    return (
        isinstance(role, dict)
        and all(isinstance(role.get(word), str) and role[word] for word in words)
        and len(role["key"]) <= 12
        and len(role["letter"]) <= 2
        and all(isinstance(role.get(name), bool) for name in ("leads", "only_one"))
    )


def validate_statuses(value: Any) -> None:
    """Two to eight of {"key", "label", "tone"}; the first new actions have is "not-started"."""
    fine = isinstance(value, list) and 2 <= len(value) <= 8
    if not fine or not all(
        isinstance(one, dict)
        and all(isinstance(one.get(word), str) and one[word] for word in ("key", "label"))
        and len(one["key"]) <= 12
        and one.get("tone") in Status.values
        for one in value
    ):
        raise ValidationError("Give each status a key, a word and a tone.")
    if len({one["key"] for one in value}) < len(value):
        raise ValidationError("Two statuses have the same key.")
    if "not-started" not in {one["key"] for one in value}:
        raise ValidationError("One status must be the one that actions begin with.")


def short_code() -> str:
    return "".join(secrets.choice(SIGNS) for _ in range(7))


class WorkGroup(models.Model):
    """A group of the partnership that leads, supports or advises items of the plan."""

    code = models.CharField(max_length=6, unique=True, help_text="Two or three letters, such as ET")
    name = models.CharField(max_length=80, validators=[plain_line])
    contact_name = models.CharField(max_length=80, blank=True, validators=[plain_line])
    contact_email = models.EmailField(blank=True)
    purpose = models.CharField(max_length=300, blank=True, validators=[plain_line])
    meets = models.CharField(
        max_length=120,
        blank=True,
        validators=[plain_line],
        help_text="When and where, such as “first Tuesdays, 9 am, by video”",
    )
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "code"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("plans:group_show", args=[self.code])


class GroupMember(models.Model):
    """Somebody in a work group. The address is never shown."""

    group = models.ForeignKey(WorkGroup, models.CASCADE, related_name="members")
    name = models.CharField(max_length=80, validators=[plain_line])
    organization_name = models.CharField(max_length=120, blank=True, validators=[plain_line])
    organization = models.ForeignKey(
        Organization, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    email = models.EmailField(blank=True)
    is_shown = models.BooleanField("named on the group's page", default=True)

    class Meta:
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["group", "name", "organization_name"],
                name="one_member_a_name",
                violation_error_message="This person is in the group already.",
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def organization_called(self) -> str:
        """As the portal calls it now, else as it was typed."""
        return self.organization.name if self.organization else self.organization_name


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
    roles = models.JSONField(default=lead_support_advisory, validators=[validate_roles])
    statuses = models.JSONField(default=four_statuses, validators=[validate_statuses])
    state = models.CharField(max_length=12, choices=PlanState, default=PlanState.DRAFT)
    previous = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="following",
        help_text="The plan that it goes on from",
    )
    news_every = models.PositiveSmallIntegerField(
        default=3, help_text="Months after which a part without news is asked about; 0: never"
    )
    created_at = models.DateTimeField(default=timezone.now)

    objects = PlanQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=PlanState.values), name="plan_state_known"
            ),
            models.CheckConstraint(
                condition=models.Q(news_every__lte=24), name="news_every_two_years_at_least"
            ),
            models.CheckConstraint(
                condition=~models.Q(previous=models.F("id")), name="plan_not_its_own_previous"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title}, {self.period}" if self.period else self.title

    def level_name(self, depth: int, many: bool = False) -> str:
        """What an item of this depth (1 at the root) is called."""
        pair = self.level_names[depth - 1] if depth <= len(self.level_names) else ["item", "items"]
        return pair[1] if many else pair[0]

    def role(self, key: str) -> dict[str, Any]:
        """{"key", "label", "letter", "leads", "only_one", "order"} of a role."""
        for order, role in enumerate(self.roles):
            if role["key"] == key:
                return role | {"order": order}
        raise KeyError(key)

    def status(self, key: str) -> dict[str, str]:
        """{"key", "label", "tone"} of a status."""
        return next(status for status in self.statuses if status["key"] == key)

    @property
    def leading(self) -> set[str]:
        """Keys of the roles that lead."""
        return {role["key"] for role in self.roles if role["leads"]}


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
    code = models.CharField(
        max_length=8,
        unique=True,
        default=short_code,
        db_default=Left(MD5(Cast(RandomUUID(), models.TextField())), 8),
        editable=False,
        help_text="Of its short address",
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


class Descent(models.Model):
    """How an item went on: into another of the same plan (merged, split) or of the next one
    (carried, merged, split), or nowhere (dropped), and why."""

    plan = models.ForeignKey(
        Plan, models.PROTECT, related_name="descents", help_text="The plan that it went on into"
    )
    source = models.ForeignKey(Item, models.PROTECT, related_name="went_into")
    target = models.ForeignKey(
        Item, models.PROTECT, null=True, blank=True, related_name="came_from"
    )
    kind = models.CharField(max_length=8, choices=Passing)
    reason = models.CharField(max_length=500, blank=True, validators=[plain_line])
    at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["plan", "source", "target"],
                name="one_descent_a_pair",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                condition=models.Q(kind=Passing.DROPPED, target__isnull=True)
                | (~models.Q(kind=Passing.DROPPED) & models.Q(target__isnull=False)),
                name="dropped_goes_nowhere",
            ),
            models.CheckConstraint(
                condition=models.Q(kind=Passing.CARRIED) | ~models.Q(reason=""),
                name="a_passing_has_a_reason",
                violation_error_message="Say why, in a sentence.",
            ),
            models.CheckConstraint(
                condition=~models.Q(source=models.F("target")), name="descent_leads_elsewhere"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.get_kind_display().lower()}"


class Action(models.Model):
    """Something to do under an item, and how it stands. Retired when it is taken out."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    item = models.ForeignKey(Item, models.PROTECT, related_name="actions")
    position = models.PositiveIntegerField(null=True, blank=True, help_text="Empty once retired")
    text = models.TextField(max_length=300, validators=[plain_line])
    status = models.CharField(
        max_length=12, default=Status.NOT_STARTED, help_text="A key of the plan's statuses"
    )
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
    role = models.CharField(max_length=12, help_text="A key of the plan's roles")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["item", "group"],
                name="one_role_a_group",
                violation_error_message="A work group has one role in an item.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.group}: {self.role}"
