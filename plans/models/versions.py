"""What was published: versions of a plan, frozen word by word."""

from datetime import date
from typing import Any

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils import timezone

from plans.choices import PlanState, Stage
from plans.models.plan import Item, Plan
from plans.structure.frozen import FrozenModel, FrozenQuerySet
from plans.structure.numbers import MAX_DEPTH


class PlanVersionQuerySet(FrozenQuerySet):
    def public(self) -> "PlanVersionQuerySet":
        """Every published version of the plan that the public reads now, newest first. A plan
        that goes on from another takes its place when it is adopted."""
        standing = models.Q(plan__previous=None) | models.Q(
            plan__previous__state=PlanState.SUPERSEDED
        )
        newest = (
            PlanVersion.objects.filter(standing)
            .exclude(plan__state=PlanState.SUPERSEDED)
            .order_by("-plan_id")
            .values("plan_id")[:1]
        )
        return self.filter(plan_id=newest).select_related("plan").order_by("-number")

    def of_plan(self, plan_id: int) -> "PlanVersionQuerySet":
        """Every published version of one plan, be it history or the next, newest first."""
        return self.filter(plan_id=plan_id).select_related("plan").order_by("-number")

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

    # Of an earlier plan or the next one, as the address asked: told by plans.views.reading.
    aside = False

    def get_absolute_url(self) -> str:
        plan = f"plan={self.plan_id}&" if self.aside else ""
        return f"{reverse('plans:plan_show')}?{plan}version={self.number}"


class VersionItem(FrozenModel):
    """An item as one version says it. Flat on purpose: a page of the plan is one query.

    `roles`: [{"role", "word", "letter", "leads", "code", "name", "order"}], leading ones first;
    `actions`: [{"id", "text", "html", "status", "word", "tone", "since"}], as they stood then;
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

    # Told by plans.reading for the version that is read now.
    news_on: date | None = None

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
    def cast(self) -> list[tuple[str, str, list[dict[str, Any]]]]:
        """(role, its word, groups) for each role that somebody has, leads first."""
        found: dict[str, tuple[str, str, list[dict[str, Any]]]] = {}
        for held in self.roles:
            role = held["role"]
            found.setdefault(role, (role, held["word"], []))[2].append(held)
        return list(found.values())

    def has(self, other: "VersionItem") -> bool:
        """`other` stands somewhere below this one."""
        return other.number.startswith(self.kin)
