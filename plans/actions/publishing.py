"""Publishing: a version is frozen, the plan moves along its states."""

from collections import Counter
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.actions import MoveRefused, check_move, record
from plans.actions.handing_on import hand_on
from plans.choices import PLAN_MOVES, STATE_OF_STAGE, PlanState, Stage
from plans.models import CommentWindow, Plan, PlanVersion, VersionItem
from plans.nudges import wake
from plans.structure.differences import compare, of_words
from plans.structure.freezing import freeze, seen_of
from plans.structure.lint import musts, why_not_adopted
from plans.structure.references import Loose, dangling
from vocabularies.text import to_html


class NothingToPublish(Exception):
    """The working copy has no item, or says what the last version says already."""


class DanglingReferences(Exception):
    """The plan mentions items that are retired or missing. `found`: `references.Loose` rows."""

    def __init__(self, found: list[Loose]) -> None:
        self.found = found
        where = ", ".join(dict.fromkeys(one.number for one in found[:12]))
        super().__init__(
            f"The plan mentions items that are no longer in it. Look at {where} before you publish."
        )


class PlanChanged(Exception):
    """Somebody changed the plan after this editor opened it. Its text is for the person."""


@transaction.atomic
def publish_version(
    *,
    plan: Plan,
    stage: str,
    changelog: str,
    by: Any,
    closes_at: datetime | None = None,
    seen: str | None = None,
    at: datetime | None = None,
) -> PlanVersion:
    """Freeze the working copy as the next version, which the public reads from now on.

    A version for comment opens a window until `closes_at` (an open one moves its end). `seen` is
    `seen_of` the rows that the editor read. The demo alone gives `at`, the moment of publishing,
    in the past. Raises MoveRefused if the plan's state does not allow it, NothingToPublish if
    nothing changed, PlanChanged if the rows are no longer those that were read,
    DanglingReferences if they mention what is retired. Adopting a plan supersedes the one that it
    goes on from.
    """
    now = at or timezone.now()
    plan = Plan.objects.select_for_update(no_key=True).get(pk=plan.pk)
    to = STATE_OF_STAGE[Stage(stage)]
    check_move(moves=PLAN_MOVES, now=plan.state, to=to, what="plan")
    if loose := dangling(plan):
        raise DanglingReferences(loose)
    if to == PlanState.ADOPTED and (open_still := musts(plan)):
        raise MoveRefused(why_not_adopted(open_still))
    last = PlanVersion.objects.filter(plan=plan).order_by("-number").first()
    rows = freeze(plan)
    before = list(last.items.all()) if last else []
    changes = compare(before, rows)
    if not rows:
        raise NothingToPublish("The plan has no item yet. Add one first.")
    if last and not changes and last.stage == stage:
        raise NothingToPublish("Nothing has changed since the last version.")
    number = last.number + 1 if last else 1
    if seen is not None and seen != seen_of(rows, number):
        raise PlanChanged(
            "Somebody changed the plan after you opened this page. It now shows what would be "
            "published; read it again."
        )
    version = _begin(plan, number, stage, changelog, now, by)
    per_item = Counter(change.item_id for change in of_words(changes)) if last else Counter()
    for row in rows:
        row.version = version
        row.changes = per_item[row.item_id]
    _save_by_depth(rows)
    # Answers that name the item whose words the next version changes.
    changed = [item for item, n in per_item.items() if n]
    plan.responses.filter(changed_in=None, changed_item__in=changed).update(changed_in=version)
    if stage == Stage.COMMENT and closes_at:
        _open_window(plan, now, closes_at)
    if to == PlanState.ADOPTED and plan.previous_id:
        _supersede(plan.previous_id, plan, now, by)
    was, plan.state = plan.state, to
    plan.save(update_fields=["state"])
    record(
        by=by,
        what=f"published version {version.number}",
        subject=plan,
        why=changelog,
        before={"state": was},
        after={"state": to, "version": version.number, "changes": len(changes)},
    )
    transaction.on_commit(_wake, robust=True)
    return version


def _wake() -> None:
    wake("plans.tasks.print_ahead")


def _begin(
    plan: Plan, number: int, stage: str, changelog: str, now: datetime, by: Any
) -> PlanVersion:
    """The version without its items. Raises MoveRefused where somebody was quicker."""
    try:
        with transaction.atomic():
            return PlanVersion.objects.create(
                plan=plan,
                number=number,
                stage=stage,
                changelog=changelog,
                changelog_html=to_html(changelog),
                published_at=now,
                published_by=by if getattr(by, "pk", None) else None,
                published_by_name=str(by)[:80] if by else "",
            )
    except IntegrityError as error:
        raise MoveRefused("Somebody published this version a moment ago.") from error


def _supersede(pk: int, new: Plan, now: datetime, by: Any) -> None:
    """The plan before becomes history. Raises MoveRefused while it takes comments."""
    plan = Plan.objects.select_for_update(no_key=True).get(pk=pk)
    if plan.state == PlanState.SUPERSEDED:
        return
    if plan.state == PlanState.OPEN:
        raise MoveRefused(f"{plan} still takes comments. Close it before the next plan is adopted.")
    check_move(moves=PLAN_MOVES, now=plan.state, to=PlanState.SUPERSEDED, what="plan")
    CommentWindow.objects.filter(plan=plan, opens_at__lt=now, closes_at__gt=now).update(
        closes_at=now
    )
    hand_on(plan, new)
    was, plan.state = plan.state, PlanState.SUPERSEDED
    plan.save(update_fields=["state"])
    record(
        by=by,
        what="superseded by the next plan",
        subject=plan,
        before={"state": was},
        after={"state": plan.state},
    )


def _save_by_depth(rows: list[VersionItem]) -> None:
    """Parents first: a child needs the key of its parent's row."""
    for depth in sorted({row.depth for row in rows}):
        level = [row for row in rows if row.depth == depth]
        for row in level:
            row.parent = row.parent  # takes over the key that the parent got when it was saved
        VersionItem.objects.bulk_create(level, batch_size=500)


def _open_window(plan: Plan, now: datetime, closes_at: datetime) -> None:
    open_now = CommentWindow.objects.filter(
        plan=plan, item__isnull=True, opens_at__lte=now, closes_at__gt=now
    ).first()
    if open_now:
        open_now.closes_at = closes_at
        open_now.save(update_fields=["closes_at"])
    else:
        CommentWindow.objects.create(plan=plan, opens_at=now, closes_at=closes_at)


@transaction.atomic
def keep_open_until(*, plan: Plan, closes_at: datetime, by: Any) -> Plan:
    """Move the end of the time for comments on the version that is read, or open it again after
    it closed. Raises MoveRefused where that version is not for comment."""
    now = timezone.now()
    plan = Plan.objects.select_for_update().get(pk=plan.pk)
    if plan.state not in (PlanState.OPEN, PlanState.ANSWERING):
        raise MoveRefused("Publish a version for comment first.")
    check_move(moves=PLAN_MOVES, now=plan.state, to=PlanState.OPEN, what="plan")
    _open_window(plan, now, closes_at)
    was, plan.state = plan.state, PlanState.OPEN
    plan.save(update_fields=["state"])
    record(
        by=by,
        what="opened again for comment" if was != plan.state else "moved the end of comments",
        subject=plan,
        before={"state": was},
        after={"state": plan.state, "closes_at": closes_at.isoformat()},
    )
    return plan


@transaction.atomic
def close_for_comment(*, plan: Plan, by: Any) -> Plan:
    """End the time for comments; from now on they are answered. Raises MoveRefused."""
    now = timezone.now()
    plan = Plan.objects.select_for_update().get(pk=plan.pk)
    check_move(moves=PLAN_MOVES, now=plan.state, to=PlanState.ANSWERING, what="plan")
    for window in CommentWindow.objects.filter(plan=plan, opens_at__lt=now, closes_at__gt=now):
        window.closes_at, window.grace = now, 0
        window.save(update_fields=["closes_at", "grace"])
    was, plan.state = plan.state, PlanState.ANSWERING
    plan.save(update_fields=["state"])
    record(
        by=by,
        what="closed for comment",
        subject=plan,
        before={"state": was},
        after={"state": plan.state},
    )
    return plan
