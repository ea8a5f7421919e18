"""One page of a posting as it was sent: saved, kept as typed, or in clash with a colleague's."""

import uuid
from dataclasses import dataclass, field, replace
from typing import Any

from django.db import transaction
from django.http import Http404, QueryDict
from django.shortcuts import get_object_or_404

from accounts.actions import MoveRefused
from employers import actions
from employers.forms import FORMS
from employers.forms.merging import (
    Clash,
    Marks,
    Merged,
    answers,
    choose,
    marks_of,
    merge,
    read,
    spelled,
    with_saved,
)
from employers.forms.section import SectionForm
from employers.models import Opportunity, Typed
from employers.models.life import SectionSave

# Somebody else saves between our reading and writing: read again, so often.
TRIES = 5


@dataclass
class Outcome:
    """`what`: saved, same (nothing differed), kept (as typed, in part not saved), wrong (kept too,
    but not all that was asked for is there), reshaped, clash, fixed (its words may not be changed
    any more) or long (too long to keep)."""

    what: str
    form: SectionForm
    seen: str = ""
    clashes: list[Clash] = field(default_factory=list)
    last: SectionSave | None = None
    said: str = ""

    @property
    def is_kept(self) -> bool:
        """Nothing that was typed is lost."""
        return self.what in ("saved", "same", "kept")


def save_page(
    opportunity: Opportunity, section: str, data: QueryDict, *, by: Any, finish: bool
) -> Outcome:
    """Save what was sent. `finish` asks for all answers. What is wrong is kept as it was typed,
    and the rest is saved. Raises Http404 for what is gone meanwhile."""
    for _ in range(TRIES):
        try:
            return _try(opportunity, section, data, by=by, finish=finish)
        except actions.Gone:
            raise Http404 from None
        except actions.Conflict:
            opportunity = fresh(opportunity)
    # Very many save at once: now the others wait.
    with transaction.atomic():
        actions.locked(fresh(opportunity))
        return _try(fresh(opportunity), section, data, by=by, finish=finish)


def fresh(opportunity: Opportunity) -> Opportunity:
    """As it is now. Raises Http404 for what is gone."""
    return get_object_or_404(Opportunity.objects.with_everything(), pk=opportunity.pk)


def _try(
    opportunity: Opportunity, section: str, data: QueryDict, *, by: Any, finish: bool
) -> Outcome:
    form_class = FORMS[section]
    last = last_save(opportunity, section)
    data = choose(form_class, opportunity, data)
    base = _base(form_class, opportunity, data, last)
    merged = merge(form_class, opportunity, data, base)
    if merged.clashes:
        form = form_class(merged.data, instance=opportunity, finish=False)
        outcome = Outcome("clash", form, spelled(base or {}), merged.clashes, last)
        return _keep(outcome, opportunity, section, data, by)
    form = form_class(merged.data, instance=opportunity, finish=finish)
    if not opportunity.is_writable:
        return _keep(Outcome("fixed", form, data.get("seen", "")), opportunity, section, data, by)
    writer = _Writer(opportunity, section, data, merged, base or {}, by, last)
    if form.is_valid():
        return writer.write(form)
    if form.only_reshapes:
        return Outcome("reshaped", form)
    draft = form_class(merged.data, instance=fresh(opportunity), finish=False) if finish else form
    outcome = writer.write(draft) if draft.is_valid() else writer.write_what_is_right(draft)
    return replace(outcome, what="wrong", form=form) if finish and outcome.is_kept else outcome


@dataclass
class _Writer:
    opportunity: Opportunity
    section: str
    data: QueryDict
    merged: Merged
    base: Marks
    by: Any
    last: SectionSave | None

    def write(self, form: SectionForm) -> Outcome:
        outcome = self._save(form)
        if outcome.what != "fixed":
            actions.drop_typed(opportunity=self.opportunity, section=self.section, by=self.by)
        return outcome

    def write_what_is_right(self, form: SectionForm) -> Outcome:
        """Wrong answers stay as the database has them; the page is kept as it was typed."""
        form_class, wrong = type(form), set(form.errors)
        seen, last, opportunity = "", self.last, fresh(self.opportunity)
        right = with_saved(form_class, opportunity, self.merged.data, wrong)
        second = form_class(right, instance=opportunity, finish=False)
        if opportunity.revision == self.opportunity.revision and second.is_valid():
            saved = self._save(second)
            if saved.what == "fixed":
                return saved
            seen, last = saved.seen, saved.last
        outcome = Outcome("kept", form, seen or spelled(self.base), last=last)
        return _keep(outcome, self.opportunity, self.section, self.merged.data, self.by)

    def _save(self, form: SectionForm) -> Outcome:
        if not self.merged.is_changed and "usual" not in form.extras():
            unbound = type(form)(instance=fresh(self.opportunity))
            return Outcome("same", form, self._seen(unbound), last=self.last)
        try:
            saved = actions.save_section(
                opportunity=self.opportunity,
                section=self.section,
                revision=self.opportunity.revision,
                values=form.values(),
                extras=form.extras(),
                by=self.by,
                page=_page(self.data),
                seen_of=lambda current: self._seen(type(form)(instance=current)),
            )
        except actions.Gone:
            raise
        except MoveRefused as refused:
            outcome = Outcome("fixed", form, self.data.get("seen", ""), said=str(refused))
            return _keep(outcome, self.opportunity, self.section, self.data, self.by)
        self.opportunity.revision = saved.revision
        last = last_save(saved, self.section)
        return Outcome("saved", form, last.seen if last else "", last=last)

    def _seen(self, unbound: SectionForm) -> str:
        """What the open page stands on now. Where a colleague's answer was taken it still shows
        the one of before, so there it keeps the mark of before."""
        marks = marks_of(unbound)
        for name in self.merged.taken:
            marks.pop(name, None)
            if name in self.base:
                marks[name] = self.base[name]
        return spelled(marks)


def _keep(
    outcome: Outcome, opportunity: Opportunity, section: str, data: QueryDict, by: Any
) -> Outcome:
    """The outcome, with the page kept as it was typed; what is too long is said."""
    try:
        actions.keep_typed(
            opportunity=opportunity,
            section=section,
            answers=answers(data),
            seen=outcome.seen,
            by=by,
        )
    except actions.TooLong as long:
        outcome.said = str(long)
        if outcome.what == "kept":
            outcome.what = "long"
    return outcome


def _base(
    form_class: type[SectionForm],
    opportunity: Opportunity,
    data: QueryDict,
    last: SectionSave | None,
) -> Marks | None:
    """What the sent page stood on; None when it does not say so and its revision is over."""
    if last and last.page and last.page == _page(data):
        return read(last.seen)  # The answer to its last save was lost on the way.
    if "seen" in data:
        return read(data.get("seen", ""))
    if data.get("revision") == str(opportunity.revision):
        return marks_of(form_class(instance=opportunity))
    return None


def _page(data: QueryDict) -> uuid.UUID | None:
    try:
        return uuid.UUID(data.get("page", ""))
    except ValueError:
        return None


def last_save(opportunity: Opportunity, section: str) -> SectionSave | None:
    rows = SectionSave.objects.filter(opportunity=opportunity, section=section)
    return rows.select_related("by").first()


def typed_by(opportunity: Opportunity, section: str, user: Any) -> Typed | None:
    return Typed.objects.filter(opportunity=opportunity, section=section, user=user).first()


def typed_again(opportunity: Opportunity, typed: Typed) -> Outcome:
    """The page as it was kept, with what others have saved since where it was not touched."""
    data = QueryDict(mutable=True)
    for name, values in actions.typed_of(typed).items():
        data.setlist(name, values)
    form_class = FORMS[typed.section]
    merged = merge(form_class, opportunity, data, read(data.get("seen", "")))
    form = form_class(merged.data, instance=opportunity, finish=False)
    last = last_save(opportunity, typed.section) if merged.clashes else None
    return Outcome("clash" if merged.clashes else "kept", form, clashes=merged.clashes, last=last)
