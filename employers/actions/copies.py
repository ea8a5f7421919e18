"""Postings made from postings: the working copy that changes a live one, and the new one that
takes an old one's words."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import models, transaction
from django.db.models import F
from django.utils import timezone

from accounts.actions import MoveRefused, decide_review, record
from accounts.choices import ReviewState
from accounts.models import Review
from employers import letters
from employers.actions.writing import hold_organization, keep_search_words, locked
from employers.choices import State
from employers.models import Opportunity
from employers.postings.standing import LIVE, refusal
from employers.postings.words import DETAILS, WORD_FIELDS, changes, detail_of, snapshot
from vocabularies.templatetags.words import listed

# What is kept of the words beside them, and the rows that hold more of them.
MADE_OF_WORDS = ("tasks_html", "lessons_html", "apply_steps_html")
ROWS = ("locations", "skills", "beneficiary_answers", "dismissals")
STEPS = {"terms": "steps", "training": "steps"}


def held(opportunity: Opportunity) -> Opportunity:
    """The row as it is now, held until the transaction ends. The live posting is held before its
    copy, everywhere, so that two people never wait for one another.

    Raises Gone.
    """
    hold_organization(opportunity)
    if opportunity.replaces_id:
        list(Opportunity.objects.select_for_update().filter(pk=opportunity.replaces_id))
    return locked(opportunity)


def copy_words(source: Opportunity, target: Opportunity, **others: Any) -> Opportunity:
    """Make the target say what the source says, apart from `others`: {field: value}. What was
    said in its place is gone. The caller holds the transaction. Returns the row afresh."""
    for name in (*WORD_FIELDS, *MADE_OF_WORDS):
        column = Opportunity._meta.get_field(name).attname  # type: ignore[union-attr]
        setattr(target, column, getattr(source, column))
    for name, value in others.items():
        setattr(target, name, value)
    target.changed_at = timezone.now()
    target.save()
    for accessor in ROWS:
        _copy_rows(source, target, accessor)
    for accessor in DETAILS:
        _copy_detail(source, target, accessor)
    keep_search_words(locked(target))
    return locked(target)


def _copy_rows(source: models.Model, target: models.Model, accessor: str) -> None:
    """The rows that hang on `target` become the same as those of `source`."""
    there: Any = getattr(target, accessor)
    there.all().delete()
    rows = getattr(source, accessor).all()
    there.model._base_manager.bulk_create(
        _clone(row, **{there.field.name: target}) for row in rows.order_by("pk")
    )


def _copy_detail(source: Opportunity, target: Opportunity, accessor: str) -> None:
    model = Opportunity._meta.get_field(accessor).related_model
    model._base_manager.filter(opportunity=target).delete()  # type: ignore[union-attr]
    detail = detail_of(source, accessor)
    if detail is None:
        return
    copied = _clone(detail, opportunity=target)
    copied.save()
    if accessor in STEPS:
        _copy_rows(detail, copied, STEPS[accessor])


def _clone(row: models.Model, **others: Any) -> models.Model:
    kept = {
        field.attname: getattr(row, field.attname)
        for field in row._meta.concrete_fields
        if not field.primary_key and field.name not in others
    }
    return type(row)(**kept, **others)


@transaction.atomic
def relist_opportunity(
    *, opportunity: Opportunity, dates: dict[str, Any], token: UUID, by: Any
) -> Opportunity:
    """A new draft with another posting's words and its own dates: {field: value}. The same token
    (one form sent twice) gives the same draft."""
    source = locked(opportunity)
    if why := refusal("relist", source):
        raise MoveRefused(why)
    draft, made = Opportunity.objects.get_or_create(
        form_token=token,
        defaults={
            "employer": source.employer,
            "kind": source.kind,
            "title": source.title,
            "copied_from": source,
            "created_by": by,
        },
    )
    if not made:
        if draft.copied_from_id != source.pk:
            raise MoveRefused("This form was used already. Open the page once more.")
        return draft
    draft = copy_words(source, draft, **{"external_id": "", **dates})
    record(
        by=by,
        what="copied an earlier posting",
        subject=draft,
        organization=source.employer.organization,
        after={"copied_from": source.pk},
    )
    return draft


@transaction.atomic
def begin_change(*, opportunity: Opportunity, by: Any) -> Opportunity:
    """The working copy of a live posting: the one that is there, or a new one. Raises MoveRefused
    where the posting is none that people find or have found."""
    live = locked(opportunity)
    if why := refusal("change", live):
        raise MoveRefused(why)
    if begun := live.copies.first():
        return begun
    copy = Opportunity.objects.create(
        employer=live.employer,
        kind=live.kind,
        title=live.title,
        replaces=live,
        source=live.source,
        created_by=by,
    )
    copy = copy_words(live, copy)
    record(by=by, what="began a change", subject=live, organization=live.employer.organization)
    return copy


@transaction.atomic
def drop_change(*, opportunity: Opportunity, by: Any) -> Opportunity:
    """Delete a working copy; the posting stays as it was. Returns the posting."""
    copy = held(opportunity)
    if copy.replaces is None:
        raise MoveRefused("This is a posting of its own and no change of another.")
    live = copy.replaces
    _forget(copy, by)
    record(by=by, what="dropped a change", subject=live, organization=copy.employer.organization)
    return live


def fold_in(live: Opportunity, by: Any) -> None:
    """A posting is a draft again: the change that was being written is its words now."""
    for copy in live.copies.all():
        copy_words(copy, live)
        _forget(copy, by)


def forget_changes(live: Opportunity, by: Any) -> None:
    for copy in live.copies.all():
        _forget(copy, by)


def _forget(copy: Opportunity, by: Any) -> None:
    if review := Review.objects.of(copy).open().first():
        decide_review(review=review, to=ReviewState.WITHDRAWN, by=by)
    copy.delete()


def carry_dates(live: Opportunity, opens_at: datetime | None, closes_at: datetime | None) -> None:
    """The live posting has other dates than these: a copy that still had them follows."""
    for copy in live.copies.select_for_update():
        Opportunity.objects.filter(pk=copy.pk).update(
            opens_at=live.opens_at if copy.opens_at == opens_at else copy.opens_at,
            closes_at=live.closes_at if copy.closes_at == closes_at else copy.closes_at,
            revision=F("revision") + 1,
        )


def settle_dates(copy: Opportunity, live: Opportunity) -> None:
    """What has been public opened when it did: a change says nothing else."""
    if live.was_public and copy.opens_at != live.opens_at:
        copy.opens_at = live.opens_at
        copy.save(update_fields=["opens_at"])


def why_not_applied(copy: Opportunity, live: Opportunity, at: datetime) -> str:
    """Why a change cannot be shown; "" where it can."""
    if live.standing(at) not in LIVE:
        return (
            f"The posting is {live.get_state_display().lower()} by now, so its words stay as they "
            "are. Drop the change, or relist the posting."
        )
    if why := refusal("change", live, at):
        return why
    opens_at = live.opens_at if live.was_public else max(copy.opens_at or at, at)
    if copy.closes_at and opens_at and copy.closes_at <= opens_at:
        return "It would close before it opens. Give a later closing day."
    return ""


def changes_of(copy: Opportunity) -> list[tuple[str, str, str, str]]:
    """(field, label, words before, words now): what a working copy would change."""
    live = Opportunity.objects.get(copies=copy)
    return changes(snapshot(live), snapshot(copy))


def apply_change(
    copy: Opportunity, *, review: Review, by: Any, decided_by: Any, why: str = ""
) -> Opportunity:
    """Show the words of a working copy on its posting and delete the copy. The caller holds
    both rows. Raises MoveRefused as `why_not_applied` says."""
    now = timezone.now()
    live = locked(copy.replaces)  # type: ignore[arg-type]
    if refused := why_not_applied(copy, live, now):
        raise MoveRefused(refused)
    before = snapshot(live)
    others: dict[str, Any] = {"revision": live.revision + 1, "opens_at": live.opens_at}
    if live.state == State.PUBLISHED and not live.was_public:
        others["opens_at"] = others["public_since"] = max(copy.opens_at or now, now)
    decide_review(review=review, to=ReviewState.APPROVED, by=decided_by)
    live = copy_words(copy, locked(live), **others)
    copy.delete()
    found = changes(before, snapshot(live))
    labels = [label for _, label, _, _ in found]
    about = listed(labels) if len(labels) <= 6 else f"{len(labels)} answers"
    record(
        by=by,
        what="changed",
        subject=live,
        organization=live.employer.organization,
        why=f"{about} ({why})" if why else about,
        before={name: old for name, _, old, _ in found},
        after={name: new for name, _, _, new in found},
    )
    letters.tell_people(
        live, "opportunity-changed", key=str(review.pk), labels=labels, at_once=bool(why)
    )
    return live
