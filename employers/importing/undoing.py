"""Taking back what came with a file, a part at a time: what was edited or sent since stays."""

from decimal import Decimal
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import models, transaction
from django.db.models import CharField, Exists, OuterRef
from django.db.models.functions import Cast
from django.utils import timezone

from accounts.actions import MoveRefused, record
from accounts.models import Review
from employers.actions.copies import drop_change
from employers.actions.writing import DETAIL_MODELS, save_words
from employers.choices import ImportState, RowOutcome, State
from employers.models import Import, ImportRow, Opportunity
from vocabularies.models import Place, Skill

SAVED = (RowOutcome.NEW, RowOutcome.CHANGE)


def left_to_undo(batch: Import) -> Any:
    """The rows of what was saved, is there still and has not been looked at, with `was_sent`: to
    review, since it was saved."""
    sent = Review.objects.filter(
        subject_type=ContentType.objects.get_for_model(Opportunity),
        subject_id=Cast(OuterRef("opportunity"), CharField()),
        sent_at__gte=OuterRef("done_at"),
    )
    return (
        batch.rows.filter(outcome__in=SAVED, done_at__isnull=False, opportunity__isnull=False)
        .exclude(before={})
        .annotate(was_sent=Exists(sent))
        .select_related("opportunity")
    )


def undo_part(batch: Import, size: int) -> int:
    """Take back so many rows; how many there were. The last part ends the undoing. The caller
    holds the file and the transaction."""
    ids = list(left_to_undo(batch).order_by("number").values_list("pk", "opportunity")[:size])
    # Held before they are looked at: what is sent at this moment is not deleted.
    mine = Opportunity.objects.filter(pk__in=[pk for _, pk in ids]).order_by("pk")
    list(mine.select_for_update(of=("self",)).values_list("pk"))
    rows = list(left_to_undo(batch).filter(pk__in=[pk for pk, _ in ids]).order_by("number"))
    drafts = []
    for row in rows:
        if why := why_kept(row):
            row.notices = [*row.notices, f"Kept. {why}"]
        elif row.outcome == RowOutcome.NEW:
            drafts.append(row.opportunity_id)
            row.opportunity = None
        else:
            _take_back(row, batch.undone_by)
        row.before = {}
    ImportRow.objects.bulk_update(rows, ["notices", "opportunity", "before"])
    Opportunity.objects.filter(pk__in=drafts).delete()
    batch.rows_done += len(rows)
    batch.worked_at = timezone.now()
    if len(ids) < size:
        _finish(batch)
    batch.save()
    return len(ids)


def _take_back(row: ImportRow, by: Any) -> None:
    try:
        with transaction.atomic():
            restore(row, by)
    except MoveRefused as refused:
        row.notices = [*row.notices, f"Kept. {refused}"]
    else:
        row.opportunity = None


def _finish(batch: Import) -> None:
    batch.state, batch.undone_at = ImportState.UNDONE, timezone.now()
    undone, kept = counts_of(batch)
    record(
        by=batch.undone_by,
        what="undid a file of postings",
        subject=batch,
        organization=batch.employer.organization,
        after={"undone": undone, "kept": kept},
    )


def counts_of(batch: Import) -> tuple[int, int]:
    """(taken back, kept) so far."""
    looked_at = batch.rows.filter(outcome__in=SAVED, done_at__isnull=False, before={})
    kept = looked_at.filter(opportunity__isnull=False).count()
    return looked_at.count() - kept, kept


def why_kept(row: ImportRow) -> str:
    """Why what came of a row is not undone; "" where it can be. `row.was_sent`: to review, since
    it was saved."""
    opportunity = row.opportunity
    if opportunity is None:
        return "It is gone already."
    if opportunity.state not in (State.DRAFT, State.RETURNED):
        return f"It is {opportunity.get_state_display().lower()} by now."
    if opportunity.revision != row.before.get("revision"):
        return "Somebody has edited it since."
    if row.was_sent or (opportunity.public_since and row.outcome == RowOutcome.NEW):  # type: ignore[attr-defined]
        return "It was sent to review since."
    return ""


def restore(row: ImportRow, by: Any) -> None:
    """The words from before a change; a change of what is public is dropped."""
    opportunity, before = row.opportunity, row.before
    assert opportunity is not None
    if before.get("copy"):
        drop_change(opportunity=opportunity, by=by)
        return
    values = {name: _restored(name, stored) for name, stored in before["values"].items()}
    places = Place.objects.in_bulk([code for code, _ in before["locations"]])
    save_words(
        opportunity=opportunity,
        revision=opportunity.revision,
        values=values,
        locations=[(places[code], street) for code, street in before["locations"]],
        **_restored_beside(opportunity, before.get("beside", {})),
        by=by,
    )


def _restored_beside(opportunity: Opportunity, held: dict[str, Any]) -> dict[str, Any]:
    """What `save_words` is given of it."""
    said: dict[str, Any] = {}
    if "skills" in held:
        known = Skill.objects.in_bulk([pk for pk, _ in held["skills"]])
        said["skills"] = [(known[pk], level) for pk, level in held["skills"]]
    accessor, columns = held.get("detail", ["", None])
    if not accessor:
        return said
    model = DETAIL_MODELS[accessor]
    if columns is None:
        model._default_manager.filter(opportunity=opportunity).delete()
        return said
    values = {name: _restored(name, stored, model) for name, stored in columns.items()}
    said["details"] = {accessor: values}
    if "steps" in held:
        said["steps"] = [(after, Decimal(rate)) for after, rate in held["steps"]]
    if "outline" in held:
        said["outline"] = [tuple(line) for line in held["outline"]]
    return said


def _restored(name: str, stored: Any, model: type[models.Model] = Opportunity) -> Any:
    column: Any = model._meta.get_field(name)
    if stored is None:
        return None
    value = column.to_python(stored)
    return column.related_model.objects.filter(pk=value).first() if column.is_relation else value
