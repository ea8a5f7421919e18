"""Files of postings: bring one in, match it, check it, save it, send what came, undo it.
Keyword-only, atomic, the person is `by`."""

from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts.actions import MoveRefused, check_move
from accounts.models import Organization
from employers.actions.moves import NotReady, send_opportunity
from employers.actions.writing import employer_of, hold_organization
from employers.choices import IMPORT_MOVES, WRITABLE, ImportState, RowOutcome
from employers.importing import working
from employers.importing.columns import heading_key, match_columns
from employers.importing.reading import Table
from employers.importing.undoing import counts_of, left_to_undo, undo_part, why_kept
from employers.models import ColumnMatch, Import, ImportRow, Opportunity
from employers.models.imports import UNDO_FOR
from employers.postings.sections import needs_of

# Files that nobody has gone on with for so long are dropped.
UNFINISHED_FOR = timedelta(days=7)
# Postings that one press of the button sends.
MOST_SENT = 200


@transaction.atomic
def begin_import(
    *, organization: Organization, file_name: str, table: Table, token: UUID, by: Any
) -> Import:
    """A file with its rows, matched as well as names tell. The same token gives the same import."""
    employer = employer_of(organization)
    batch, made = Import.objects.get_or_create(
        form_token=token,
        defaults={
            "employer": employer,
            "file_name": file_name,
            "header": table.header,
            "columns": match_columns(table.header, remembered(organization)),
            "rows_total": len(table.rows),
            "read_notices": table.notices,
            "uploaded_by": by,
        },
    )
    if made:
        ImportRow.objects.bulk_create(
            (ImportRow(batch=batch, number=number, cells=cells) for number, cells in table.rows),
            batch_size=500,
        )
    return batch


def remembered(organization: Organization) -> dict[str, str]:
    """{heading: field} as this employer matched them before; "" for a column that is left out."""
    matches = ColumnMatch.objects.filter(employer__organization=organization)
    return dict(matches.values_list("heading", "field"))


def _held(batch: Import) -> Import:
    hold_organization(batch)
    return (
        Import.objects.select_for_update(of=("self",)).select_related("employer").get(pk=batch.pk)
    )


@transaction.atomic
def match_import(
    *, batch: Import, columns: dict[str, int], choices: dict[str, Any], by: Any
) -> Import:
    """What each column holds and what holds for all rows; then the rows are checked."""
    current = _held(batch)
    current.columns, current.choices = columns, choices
    holds = {number: field for field, number in columns.items()}
    for number, heading in enumerate(current.header):
        if key := heading_key(heading):
            ColumnMatch.objects.update_or_create(
                employer=current.employer, heading=key, defaults={"field": holds.get(number, "")}
            )
    return _start(current, ImportState.CHECKING)


@transaction.atomic
def recheck_import(*, batch: Import, allowed: dict[str, bool], by: Any) -> Import:
    """Check the rows anew with other answers to what may pass."""
    current = _held(batch)
    current.choices = current.choices | allowed
    return _start(current, ImportState.CHECKING)


@transaction.atomic
def run_import(*, batch: Import, by: Any) -> Import:
    """Save what the dry run has shown."""
    current = _held(batch)
    check_move(moves=IMPORT_MOVES, now=current.state, to=ImportState.RUNNING, what="file")
    if not current.rows.filter(outcome__in=working.SAVED).exists():
        raise MoveRefused("No row of this file would be saved.")
    return _start(current, ImportState.RUNNING)


def _start(batch: Import, to: str) -> Import:
    """Give the rows to a worker, or do few at once."""
    if to == ImportState.CHECKING:
        check_move(moves=MAY_CHECK, now=batch.state, to=to, what="file")
        batch.rows.update(outcome="", errors=[], notices=[], opportunity=None)
    batch.state, batch.rows_done, batch.worked_at = to, 0, timezone.now()
    batch.save()
    do = working.work_on if batch.rows_total <= working.AT_ONCE else working.wake
    transaction.on_commit(partial(do, batch.pk))
    return batch


# Matching again is a step back and forth at once.
MAY_CHECK: dict[str, set[str]] = {
    state.value: {ImportState.CHECKING}
    for state in (ImportState.MATCHING, ImportState.CHECKING, ImportState.CHECKED)
}


@transaction.atomic
def drop_import(*, batch: Import, by: Any) -> None:
    """Forget a file of which nothing was saved."""
    current = _held(batch)
    if current.state not in MAY_CHECK:
        raise MoveRefused("This file has been saved. You can undo it.")
    current.delete()


def drafts_of(batch: Import) -> Any:
    """What came with the file and is still with its people."""
    return (
        Opportunity.objects.filter(
            import_rows__batch=batch,
            import_rows__done_at__isnull=False,
            import_rows__outcome__in=working.SAVED,
            state__in=WRITABLE,
        )
        .with_everything()
        .prefetch_related("terms__steps")
        .order_by("import_rows__number")
    )


def send_complete(*, batch: Import, by: Any) -> tuple[int, int]:
    """Send every complete draft of a file to review, 200 at most: (sent, complete ones left).
    Each is an act of its own, so that one that moved meanwhile stops no other."""
    sent = 0
    for draft in drafts_of(batch):
        if any(needs_of(draft).values()):
            continue
        if sent == MOST_SENT:
            return sent, 1
        try:
            send_opportunity(opportunity=draft, by=by)
        except (NotReady, MoveRefused):
            continue
        sent += 1
    return sent, 0


@transaction.atomic
def undo_import(*, batch: Import, by: Any) -> tuple[int, int] | None:
    """Delete the drafts that came with a file and give back the words it changed, apart from what
    was edited or sent since: (undone, kept), or None where a worker does it. Raises MoveRefused
    after its thirty days."""
    current = _held(batch)
    check_move(moves=IMPORT_MOVES, now=current.state, to=ImportState.UNDOING, what="file")
    if not current.may_be_undone:
        raise MoveRefused("A file can be undone for 30 days; these are over.")
    current.state, current.undone_by = ImportState.UNDOING, by
    current.rows_done, current.worked_at = 0, timezone.now()
    current.save()
    if left_to_undo(current).count() > working.AT_ONCE:
        transaction.on_commit(partial(working.wake, current.pk))
        return None
    undo_part(current, working.AT_ONCE + 1)
    return counts_of(current)


def what_undoing_does(batch: Import) -> tuple[int, int, list[tuple[ImportRow, str]]]:
    """(drafts deleted, changes taken back, [(row, why it is kept)])."""
    kept: list[tuple[ImportRow, str]] = []
    counts = {RowOutcome.NEW.value: 0, RowOutcome.CHANGE.value: 0}
    for row in left_to_undo(batch).iterator(chunk_size=500):
        if why := why_kept(row):
            kept.append((row, why))
        else:
            counts[row.outcome] += 1
    return counts[RowOutcome.NEW], counts[RowOutcome.CHANGE], kept


@transaction.atomic
def forget_old_imports() -> int:
    """Drop files that nobody finished in a week; empty the cells of those past undoing. How many
    files that were."""
    now = timezone.now()
    unfinished = Import.objects.filter(state__in=MAY_CHECK, uploaded_at__lt=now - UNFINISHED_FOR)
    past = ImportRow.objects.filter(batch__done_at__lt=now - UNDO_FOR).exclude(cells=[])
    count = unfinished.count() + past.values("batch").distinct().count()
    past.update(cells=[], before={})
    unfinished.delete()
    return count
