"""A reviewer's remarks on single fields, and what its people answer: take the proposed words,
change the field, or say why it stays."""

from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.http import QueryDict
from django.utils import timezone

from accounts.actions import MoveRefused, check_move, record
from accounts.choices import REMARK_MOVES, RemarkState
from accounts.models import Remark, Review
from employers.actions.writing import keep_search_words, locked, save_words
from employers.forms import FORMS
from employers.forms.review import RemarkDraft
from employers.models import Opportunity
from employers.postings.remarks import (
    BETTER,
    FieldSeen,
    asked_of,
    column_of,
    fields_of,
    is_met,
    label_of,
    present_words,
)
from employers.postings.words import detail_of


class WordsRefused(Exception):
    """Proposed words that the field's own form refuses. Its text is for the person."""

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(sentence)
        self.field = field


def keep_remarks(
    *, opportunity: Opportunity, review: Review, remarks: Iterable[RemarkDraft], by: Any
) -> list[Remark]:
    """Write the remarks of a return; the caller holds the transaction. Raises WordsRefused for a
    field that its people cannot write, and for proposed words that they could not save."""
    drafts = list(remarks)
    fields = {seen.name: seen for seen in fields_of(opportunity)} if drafts else {}
    for draft in drafts:
        if draft.field not in fields:
            raise WordsRefused(draft.field, "Nobody can answer a remark on this.")
        if draft.proposed:
            value_of(opportunity, fields[draft.field], draft.proposed)
    return Remark.objects.bulk_create(
        Remark(
            review=review,
            field=draft.field,
            reason=(draft.reason or BETTER)[:500],
            proposed=draft.proposed,
            made_by=by,
        )
        for draft in drafts
    )


def value_of(opportunity: Opportunity, field: FieldSeen, words: str) -> Any:
    """The words as the field's own form would save them. Raises WordsRefused with its sentence."""
    if not field.is_text:
        raise WordsRefused(field.name, "Words cannot be proposed for this.")
    form_class = FORMS[field.section.slug]
    fresh = Opportunity.objects.with_everything().get(pk=opportunity.pk)
    typed = _as_posted(form_class(instance=fresh))
    typed[field.asked_as] = words
    form = form_class(typed, instance=fresh, finish=False)
    if errors := form.errors.get(field.asked_as):
        raise WordsRefused(field.name, " ".join(str(error) for error in errors))
    return form.cleaned_data[field.asked_as]


def _as_posted(form: Any) -> QueryDict:
    """What the page would send if nobody changed anything on it."""
    data = QueryDict(mutable=True)
    for bound in form:
        value = bound.value()
        if isinstance(value, list | tuple | set):
            data.setlist(bound.html_name, [str(part) for part in value])
        elif value is True:
            data[bound.html_name] = "on"
        elif value not in (None, False):
            data[bound.html_name] = str(value)
    return data


def _mine(opportunity: Opportunity, remark: Remark, to: str) -> tuple[Opportunity, Remark]:
    """Both rows, held. Raises MoveRefused for a remark that is not theirs to answer now."""
    current = locked(opportunity)
    review = asked_of(current)
    if review is None or remark.review_id != review.pk:
        raise MoveRefused("This remark belongs to an earlier review. There is nothing to answer.")
    stored = Remark.objects.select_for_update().get(pk=remark.pk)
    if stored.state != to:
        check_move(moves=REMARK_MOVES, now=stored.state, to=to, what="remark")
    return current, stored


def _settle(remark: Remark, to: str, by: Any, answer: str = "") -> None:
    remark.state, remark.settled_at, remark.settled_by = to, timezone.now(), by
    remark.answer = answer or remark.answer
    remark.save(update_fields=["state", "settled_at", "settled_by", "answer"])


@transaction.atomic
def accept_words(
    *, opportunity: Opportunity, remark: Remark, revision: int, by: Any
) -> Opportunity:
    """Save the proposed words into their field. A second click changes nothing.

    Raises Conflict where somebody saved since the page was opened, WordsRefused where the form
    of the field no longer takes the words, MoveRefused where nothing is to be answered.
    """
    current, stored = _mine(opportunity, remark, RemarkState.ACCEPTED)
    if stored.state == RemarkState.ACCEPTED:
        return current
    field = next((seen for seen in fields_of(current) if seen.name == stored.field), None)
    if field is None or not stored.proposed:
        raise MoveRefused("No words were proposed here. Change the field, or answer.")
    value, before = value_of(current, field, stored.proposed), present_words(current, field.name)
    accessor, _, column = field.name.rpartition(".")
    values = {} if accessor else {column: value}
    current = save_words(opportunity=current, revision=revision, values=values, by=by)
    if accessor:
        _save_beside(current, accessor, column, value)
    _settle(stored, RemarkState.ACCEPTED, by)
    record(
        by=by,
        what="took over the proposed words",
        subject=current,
        organization=current.employer.organization,
        why=label_of(field.name),
        before={field.name: before},
        after={field.name: value},
    )
    return current


def _save_beside(opportunity: Opportunity, accessor: str, column: str, value: str) -> None:
    row = detail_of(opportunity, accessor)
    if row is None:
        found: Any = column_of(f"{accessor}.{column}")
        row = found.model(opportunity=opportunity)
    setattr(row, column, value)
    row.save()
    keep_search_words(opportunity)


@transaction.atomic
def answer_remark(*, opportunity: Opportunity, remark: Remark, answer: str, by: Any) -> Remark:
    """Say why the field stays as it is. The same answer twice is one. Raises MoveRefused."""
    current, stored = _mine(opportunity, remark, RemarkState.ANSWERED)
    if stored.state == RemarkState.ANSWERED and stored.answer == answer:
        return stored
    _settle(stored, RemarkState.ANSWERED, by, answer)
    record(
        by=by,
        what="answered a remark",
        subject=current,
        organization=current.employer.organization,
        why=f"{label_of(stored.field)}: {answer}",
    )
    return stored


def settle_remarks(*, opportunity: Opportunity, now: dict[str, list[str]], by: Any) -> None:
    """It is sent again: a remark whose field says something else than it did then has been met.
    The caller holds the row."""
    review = asked_of(opportunity)
    if review is None or not review.words:
        return
    waiting = review.remarks.filter(state__in=[RemarkState.OPEN, RemarkState.ANSWERED])
    for remark in waiting:
        if is_met(remark, review.words, now):
            _settle(remark, RemarkState.EDITED, by)
