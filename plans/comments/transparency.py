"""How comments were treated, in numbers: what came, what is shown, what is not and why."""

import uuid
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import Aggregate, Count, DurationField, ExpressionWrapper, F, Q
from django.db.models.functions import Coalesce

from plans.choices import CommentState, DeclineReason, Source
from plans.models import Comment, CommentWindow, PlanVersion


class Median(Aggregate):
    """percentile_cont(0.5); nothing where there is no value."""

    function = "PERCENTILE_CONT"
    template = "%(function)s(0.5) WITHIN GROUP (ORDER BY %(expressions)s)"


REASONS = {f"because_{one.name.lower()}": one for one in DeclineReason}
WAYS = {f"by_{one.name.lower()}": one for one in Source}
# In the order of the page and of the file: (column, words).
COLUMNS = [
    ("received", "Received"),
    ("by_web", "Through this site"),
    ("by_email", "By e-mail"),
    ("by_paper", "On paper"),
    ("by_meeting", "Said at a meeting"),
    ("late", "Came late"),
    ("shown", "Shown"),
    ("doubles", "Shown together with one that says the same"),
    ("waiting", "Waiting to be read"),
    ("withdrawn", "Withdrawn by their authors"),
    ("declined", "Not shown"),
    *(
        (column, f"Not shown: {str(one.label)[0].lower()}{str(one.label)[1:]}")
        for column, one in REASONS.items()
    ),
    ("appeals", "Asked for another look"),
    ("upheld", "Shown after another look"),
    ("kept", "Not shown after another look either"),
    ("open", "Another look still to come"),
]
# The file has these beside them.
FILE = [
    ("of", "plan, version or window: what the row counts"),
    ("title", "Its name"),
    ("when", "From when to when a window was open"),
    *COLUMNS,
    ("median_hours_to_reading", "Half of the comments were read within so many hours"),
]


@dataclass
class Part:
    """The sums of a version, of a window, or of all. `wait`: the median time from confirming a
    comment, or changing it, to the first reading by a person."""

    title: str
    sums: dict[str, int]
    wait: timedelta | None
    more: str = ""

    @property
    def reasons(self) -> list[tuple[str, int]]:
        """All the reasons that there are, with how many comments are not shown for each."""
        return [(str(one.label), self.sums[column]) for column, one in REASONS.items()]

    @property
    def ways(self) -> list[tuple[str, int]]:
        return [(str(one.label), n) for column, one in WAYS.items() if (n := self.sums[column])]

    @property
    def hours(self) -> float | None:
        return None if self.wait is None else round(self.wait / timedelta(hours=1), 1)

    @property
    def wait_in_words(self) -> str:
        """ "40 minutes", "5 hours", "3 days"."""
        if self.wait is None:
            return ""
        minutes = round(self.wait / timedelta(minutes=1))
        for size, word in ((60 * 48, "day"), (60, "hour"), (1, "minute")):
            if minutes >= size:
                n = round(minutes / (1440 if word == "day" else size))
                return f"{n} {word}{'' if n == 1 else 's'}"
        return "less than a minute"


def _sums() -> dict[str, Any]:
    declined, made = Q(state=CommentState.DECLINED), Q(appealed_at__isnull=False)
    ended = Q(appeal_ended_at__isnull=False)
    read = Coalesce("read_at", "decided_at")
    by_a_person = Q(read_at__isnull=False) | Q(decided_by__isnull=False)
    return {
        "received": Count("pk"),
        **{column: Count("pk", filter=Q(source=one)) for column, one in WAYS.items()},
        "late": Count("pk", filter=Q(late=True)),
        "shown": Count("pk", filter=Q(state=CommentState.PUBLISHED)),
        "doubles": Count("pk", filter=Q(state=CommentState.PUBLISHED, same_as__isnull=False)),
        "waiting": Count("pk", filter=Q(state=CommentState.WAITING)),
        "withdrawn": Count("pk", filter=Q(state=CommentState.WITHDRAWN)),
        "declined": Count("pk", filter=declined),
        **{column: Count("pk", filter=declined & Q(reason=one)) for column, one in REASONS.items()},
        "appeals": Count("pk", filter=made),
        "upheld": Count("pk", filter=made & ended & Q(state=CommentState.PUBLISHED)),
        "kept": Count("pk", filter=made & ended & declined),
        "open": Count("pk", filter=made & ~ended & declined),
        "wait": Median(
            ExpressionWrapper(
                read - Coalesce("changed_at", "confirmed_at"), output_field=DurationField()
            ),
            filter=by_a_person,
            output_field=DurationField(),
        ),
    }


def _part(title: str, row: Any, more: str = "") -> Part:
    return Part(title, {column: row[column] for column, _ in COLUMNS}, row["wait"], more)


def transparency_of(version: PlanVersion) -> tuple[Part, list[Part], list[Part]]:
    """The whole plan, each version that was commented on, and each time for comments, with the
    numbers of `version`. What nobody confirmed was not received. Five queries."""
    plan = version.plan
    numbers = dict(version.items.values_list("item_id", "number"))
    said = Comment.objects.filter(version__plan_id=plan.pk).exclude(state=CommentState.UNCONFIRMED)
    said = said.order_by()
    whole = _part(str(plan), said.aggregate(**_sums()))
    versions = [
        _part(f"Version {row['n']}", row)
        for row in said.values(n=F("version__number")).annotate(**_sums()).order_by("n")
    ]
    rows: dict[int | None, Any] = {
        row["window"]: row for row in said.values("window").annotate(**_sums())
    }
    windows = [
        _part(
            window.title or _called(window, numbers),
            rows[window.pk],
            f"{window.opens} to {window.closes}",
        )
        for window in CommentWindow.objects.filter(pk__in=[pk for pk in rows if pk]).order_by(
            "opens_at", "pk"
        )
    ]
    if None in rows:
        windows.append(_part("Outside of any time for comments", rows[None]))
    return whole, versions, windows


def _called(window: CommentWindow, numbers: dict[uuid.UUID, str]) -> str:
    if window.item_id is None:
        return "The whole plan"
    number = numbers.get(window.item_id)
    return f"{number} and all below it" if number else "An item that is no longer in the plan"
