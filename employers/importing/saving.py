"""What a checked row becomes in the database, and how that is undone."""

from typing import Any
from uuid import uuid5

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.actions import MoveRefused
from employers.actions.copies import begin_change, drop_change
from employers.actions.writing import (
    Conflict,
    keep_search_words,
    locked,
    save_words,
    start_opportunity,
)
from employers.choices import RowOutcome, Source, State
from employers.importing.checking import Checked, Checker
from employers.models import ApprenticeshipTerms, ImportRow, Location, Opportunity
from vocabularies.models import Place

Pairs = list[tuple[Place, str]]


def save_row(checker: Checker, row: ImportRow, by: Any) -> None:
    """Make a checked row true, or say why not. The row is kept either way; the caller holds the
    transaction."""
    checked = checker.check(row)
    row.done_at = timezone.now()
    if checked.outcome != row.outcome:
        row.outcome = RowOutcome.REFUSED
        row.errors = checked.errors or [["", CHANGED_SINCE]]
    else:
        try:
            with transaction.atomic():
                _save(checker, row, checked, by)
        except Conflict:
            _refuse(row, CHANGED_SINCE)
        except MoveRefused as refused:
            _refuse(row, str(refused))
        except IntegrityError:
            _refuse(row, "You have a posting with this number already.")
    row.save()


CHANGED_SINCE = "Something has changed since the rows were checked, so it was left alone."


def _refuse(row: ImportRow, sentence: str) -> None:
    row.outcome, row.opportunity, row.before = RowOutcome.REFUSED, None, {}
    row.errors = [["", sentence]]


def _save(checker: Checker, row: ImportRow, checked: Checked, by: Any) -> None:
    if checked.target is None:
        row.opportunity, row.before = _begin(checker, row, checked, by)
    else:
        row.opportunity, row.before = _change(checked.target, checked, by)


def _begin(
    checker: Checker, row: ImportRow, checked: Checked, by: Any
) -> tuple[Opportunity, dict[str, Any]]:
    """A draft. Its token is made of the file's and the row's number: a row twice gives one."""
    batch = checker.batch
    draft = start_opportunity(
        organization=checker.organization,
        kind=checked.kind,
        title=checked.values["title"],
        token=uuid5(batch.form_token, str(row.number)),
        by=by,
    )
    values = checked.values | {"source": Source.FILE, "batch": batch}
    saved = _write(draft, values, checked, by)
    return saved, {"revision": saved.revision}


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
    }
    saved = _write(current, checked.values, checked, by)
    return saved, before | {"revision": saved.revision}


def _write(
    opportunity: Opportunity, values: dict[str, Any], checked: Checked, by: Any
) -> Opportunity:
    saved = save_words(opportunity=opportunity, revision=opportunity.revision, values=values, by=by)
    if checked.locations is not None:
        _keep(saved, checked.locations)
    if checked.rapids_code:
        ApprenticeshipTerms.objects.filter(opportunity=saved).update(
            rapids_code=checked.rapids_code
        )
    return saved


def _keep(opportunity: Opportunity, pairs: Pairs) -> None:
    opportunity.locations.all().delete()
    for place, street in pairs:
        Location.objects.create(opportunity=opportunity, place=place, street=street)
    keep_search_words(opportunity)


def _stored(opportunity: Opportunity, name: str) -> Any:
    """A column as text that JSON can hold; None for nothing."""
    column: Any = Opportunity._meta.get_field(name)
    if getattr(opportunity, column.attname) is None:
        return None
    return column.value_to_string(opportunity)


def _restored(name: str, stored: Any) -> Any:
    column: Any = Opportunity._meta.get_field(name)
    if stored is None:
        return None
    value = column.to_python(stored)
    return column.related_model.objects.get(pk=value) if column.is_relation else value


# Undoing


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
    saved = save_words(opportunity=opportunity, revision=opportunity.revision, values=values, by=by)
    places = Place.objects.in_bulk([code for code, _ in before["locations"]])
    _keep(saved, [(places[code], street) for code, street in before["locations"]])
