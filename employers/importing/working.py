"""Going through the rows of a file, a part at a time. Any process may do it, twice or at once, and
any may die: a part is one transaction, and the row of the import says what is left."""

from datetime import timedelta
from typing import Any

import structlog
from celery import current_app
from django.db import DatabaseError, transaction
from django.db.models import Q
from django.utils import timezone
from kombu.exceptions import KombuError
from redis.exceptions import RedisError

from accounts.actions import record
from employers.actions.writing import hold_organization
from employers.choices import ImportState, RowOutcome
from employers.importing.checking import Checker
from employers.importing.meaning import Checked
from employers.importing.saving import save_rows
from employers.importing.undoing import SAVED, undo_part
from employers.models import Import, ImportRow
from vocabularies.models import Region

log = structlog.get_logger("portal.imports")

# Rows in one transaction: what a person sees of the progress, and what a kill costs.
PART = 100
# What a request may do itself without making anybody wait.
AT_ONCE = 50
# What is gone through row by row.
WORK = (ImportState.CHECKING, ImportState.RUNNING, ImportState.UNDOING)


def work_on(pk: int, *, wait: bool = True) -> None:
    """Check or save what is left of an import. `wait=False` returns where another process works;
    who was asked for it waits, since the other may only be a button pressed twice."""
    kept: tuple[Any, Checker] | None = None
    while True:
        with timezone.override(Region.current().zone), transaction.atomic():
            hold_organization(Import(pk=pk))
            batch = (
                Import.objects.select_for_update(skip_locked=not wait, of=("self",))
                .select_related("employer__organization__sector", "uploaded_by", "undone_by")
                .filter(pk=pk, state__in=WORK)
                .first()
            )
            if batch is None:
                return
            if batch.state == ImportState.UNDOING:
                undo_part(batch, PART)
                continue
            asked = (batch.state, batch.columns, batch.choices)
            if kept is None or kept[0] != asked:
                kept = asked, Checker(batch)
            if batch.state == ImportState.CHECKING:
                _check_part(batch, kept[1])
            else:
                _save_part(batch, kept[1])


# What a row that nobody foresaw may raise.
BROKEN = (DatabaseError, ValueError, TypeError, KeyError, OverflowError)


def _check_part(batch: Import, checker: Checker) -> None:
    rows = list(batch.rows.filter(outcome="").order_by("number")[:PART])
    checker.prepare(rows)
    try:
        with transaction.atomic():
            for row in rows:
                _fill(row, checker.check(row))
    except BROKEN:
        for row in rows:
            _check_alone(row, checker)
    ImportRow.objects.bulk_update(rows, ["outcome", "errors", "notices", "opportunity"])
    _advance(batch, len(rows))
    if len(rows) < PART:
        batch.state = ImportState.CHECKED
        batch.save(update_fields=["state"])


def _check_alone(row: ImportRow, checker: Checker) -> None:
    """One bad row must not stop the file, whatever is wrong with it."""
    try:
        with transaction.atomic():
            _fill(row, checker.check(row))
    except BROKEN:
        log.exception("a row could not be checked", batch=row.batch_id, number=row.number)
        row.outcome, row.errors = RowOutcome.REFUSED, [["", NOT_READ]]


def _fill(row: ImportRow, checked: Checked) -> None:
    row.outcome, row.errors, row.notices = checked.outcome, checked.errors, checked.notices
    row.opportunity = checked.target
    if checked.outcome == RowOutcome.CHANGE:
        row.notices = [f"Changes: {', '.join(checked.changed)}.", *row.notices]


NOT_READ = "This row could not be read. Write to us, and we look at it."


def _save_part(batch: Import, checker: Checker) -> None:
    rows = list(batch.rows.filter(done_at=None, outcome__in=SAVED).order_by("number")[:PART])
    save_rows(checker, rows, batch.uploaded_by)
    _advance(batch, len(rows))
    if len(rows) < PART:
        _finish(batch)


def _advance(batch: Import, done: int) -> None:
    batch.rows_done += done
    batch.worked_at = timezone.now()
    batch.save(update_fields=["rows_done", "worked_at"])


def _finish(batch: Import) -> None:
    batch.state, batch.done_at = ImportState.DONE, timezone.now()
    batch.save(update_fields=["state", "done_at"])
    counts = {
        outcome.value: batch.rows.filter(outcome=outcome, done_at__isnull=False).count()
        for outcome in SAVED
    }
    record(
        by=batch.uploaded_by,
        what="imported a file of postings",
        subject=batch,
        organization=batch.employer.organization,
        after=counts,
    )


def wake(pk: int) -> None:
    """Ask a worker to go on. A broker that is away is logged and left alone: the round of
    `continue_imports` finds it."""
    try:
        with current_app.connection_for_write() as connection:
            connection.ensure_connection(max_retries=1, interval_start=0, timeout=1)
            current_app.send_task(
                "employers.importing.tasks.work_on_import",
                args=[pk],
                retry=False,
                connection=connection,
            )
    except (KombuError, RedisError, OSError) as error:
        log.warning("no broker to wake a worker", error=type(error).__name__)


def left_over() -> list[int]:
    """Imports that nobody has worked on for a while."""
    since = timezone.now() - timedelta(seconds=60)
    quiet = Q(worked_at__isnull=True) | Q(worked_at__lt=since)
    return list(Import.objects.filter(quiet, state__in=WORK).values_list("pk", flat=True))
