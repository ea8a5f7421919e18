"""What a checked row becomes in the database, and how that is undone."""

from typing import Any

from django.db import IntegrityError, models, transaction
from django.utils import timezone

from accounts.actions import MoveRefused
from employers.actions.copies import begin_change
from employers.actions.writing import Conflict, locked, save_words
from employers.choices import RowOutcome
from employers.importing.beside import FORMS
from employers.importing.checking import Checker
from employers.importing.drafting import begin_drafts
from employers.importing.meaning import Checked
from employers.models import ImportRow, Opportunity
from employers.postings.words import detail_of, word_columns


def save_rows(checker: Checker, rows: list[ImportRow], by: Any) -> None:
    """Make checked rows true, or say why not. The rows are kept either way; the caller holds the
    transaction."""
    checker.prepare(rows)
    now = timezone.now()
    drafts: list[tuple[ImportRow, Checked]] = []
    for row in rows:
        row.done_at = now
        checked = checker.check(row)
        if checked.outcome != row.outcome:
            row.outcome = RowOutcome.REFUSED
            row.errors = checked.errors or [["", CHANGED_SINCE]]
        elif checked.target is None:
            drafts.append((row, checked))
        else:
            _save_one(checker, row, checked, by)
    try:
        with transaction.atomic():
            begin_drafts(checker, drafts, by)
    except IntegrityError:
        # One of them is there already; the others are saved one by one.
        for row, checked in drafts:
            _save_one(checker, row, checked, by)
    ImportRow.objects.bulk_update(rows, ["outcome", "errors", "done_at", "opportunity", "before"])


def _save_one(checker: Checker, row: ImportRow, checked: Checked, by: Any) -> None:
    try:
        with transaction.atomic():
            if checked.target is None:
                begin_drafts(checker, [(row, checked)], by)
            else:
                row.opportunity, row.before = _change(checked.target, checked, by)
    except Conflict:
        _refuse(row, CHANGED_SINCE)
    except MoveRefused as refused:
        _refuse(row, str(refused))
    except IntegrityError:
        _refuse(row, "You have a posting with this number already.")


CHANGED_SINCE = "Something has changed since the rows were checked, so it was left alone."


def _refuse(row: ImportRow, sentence: str) -> None:
    row.outcome, row.opportunity, row.before = RowOutcome.REFUSED, None, {}
    row.errors = [["", sentence]]


def _change(target: Opportunity, checked: Checked, by: Any) -> tuple[Opportunity, dict[str, Any]]:
    """Other words for a draft; for what is public, a change that its people send to review."""
    is_live = not target.is_writable
    # A change that a colleague had begun is given back as it was, and not dropped.
    is_begun = is_live and target.copies.exists()
    current = begin_change(opportunity=target, by=by) if is_live else locked(target)
    before = {
        "copy": is_live and not is_begun,
        "values": {name: _stored(current, name) for name in checked.values},
        "locations": [[row.place_id, row.street] for row in current.locations.all()],
        "beside": _beside(current, checked),
    }
    saved = save_words(
        opportunity=current,
        revision=current.revision,
        values=checked.values,
        locations=checked.locations,
        skills=checked.skills,
        **checked.rows,
        by=by,
    )
    return saved, before | {"revision": saved.revision}


def _beside(opportunity: Opportunity, checked: Checked) -> dict[str, Any]:
    """What stands beside it and is about to change, as JSON can hold it."""
    held: dict[str, Any] = {}
    if checked.skills is not None:
        held["skills"] = [[row.skill_id, row.level] for row in opportunity.skills.all()]
    if not checked.rows:
        return held
    accessor = FORMS[opportunity.kind].accessor
    detail = detail_of(opportunity, accessor)
    held["detail"] = [accessor, None]
    if detail is not None:
        held["detail"][1] = {c.name: _stored(detail, c.name) for c in word_columns(detail)}
        if accessor == "terms":
            held["steps"] = [[step.after, str(step.rate)] for step in detail.steps.all()]
        if accessor == "training":
            held["outline"] = [[s.skill, s.hours, s.measured] for s in detail.steps.all()]
    return held


def _stored(row: models.Model, name: str) -> Any:
    """A column as JSON can hold it; None for nothing."""
    column: Any = row._meta.get_field(name)
    value = getattr(row, column.attname)
    return value if value is None or isinstance(value, dict) else column.value_to_string(row)
