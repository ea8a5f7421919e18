"""Many new drafts at once: a file of thousands of rows is saved in a few statements a part."""

from typing import Any
from uuid import uuid5

from django.db import models

from accounts.actions.history import entry_of
from accounts.models import Entry
from employers.actions.writing import DETAIL_MODELS, words_to_search
from employers.choices import Kind, Source
from employers.importing.checking import Checker
from employers.importing.meaning import Checked
from employers.models import (
    ApprenticeshipTerms,
    ImportRow,
    Location,
    Opportunity,
    SkillWanted,
    TrainingStep,
    WageStep,
)
from vocabularies.models import Place
from vocabularies.text import steps_to_html, to_html

Pairs = list[tuple[Place, str]]


def begin_drafts(checker: Checker, rows: list[tuple[ImportRow, Checked]], by: Any) -> None:
    """A draft of each row, with its organization's usual answers in it, as `start_opportunity`
    begins one. Its token is made of the file's and the row's number: a row twice raises
    IntegrityError. The caller holds the transaction."""
    began = [_draft(checker, row, checked, by) for row, checked in rows]
    drafts = [draft for draft, _ in began]
    _keep(Opportunity, drafts)
    _keep(
        Location,
        [_location(draft, place, street) for draft, pairs in began for place, street in pairs],
    )
    _keep(
        SkillWanted,
        [
            SkillWanted(opportunity=draft, skill=skill, level=level)
            for draft, (_, checked) in zip(drafts, rows, strict=True)
            for skill, level in checked.skills or []
        ],
    )
    _keep_of_their_kinds(checker, drafts, [checked for _, checked in rows])
    _keep(Entry, [_entry(checker, draft, by) for draft in drafts])
    for draft, (row, _) in zip(drafts, rows, strict=True):
        row.opportunity, row.before = draft, {"revision": draft.revision}


def _keep(model: type[models.Model], rows: list[Any]) -> None:
    model._default_manager.bulk_create(rows, batch_size=200)


def _draft(
    checker: Checker, row: ImportRow, checked: Checked, by: Any
) -> tuple[Opportunity, Pairs]:
    batch = checker.batch
    said, pairs = checker.beginning(checked.kind)
    draft = Opportunity(
        employer=checker.employer,
        kind=checked.kind,
        form_token=uuid5(batch.form_token, str(row.number)),
        created_by=by,
        source=Source.FILE,
        batch=batch,
    )
    for name, value in (said | checked.values).items():
        setattr(draft, name, value)
    draft.take_slug()
    draft.tasks_html = to_html(draft.tasks)
    draft.lessons_html = to_html(draft.lessons)
    draft.apply_steps_html = steps_to_html(draft.apply_steps)
    pairs = pairs if checked.locations is None else checked.locations
    places = [str(place) for place, _ in pairs]
    skills = [skill.name for skill, _ in checked.skills or []]
    for name, words in words_to_search(draft, skills, places).items():
        setattr(draft, name, words)
    return draft, pairs


def _location(draft: Opportunity, place: Place, street: str) -> Location:
    location = Location(opportunity=draft, place=place, street=street)
    location.take_position()
    return location


def _keep_of_their_kinds(
    checker: Checker, drafts: list[Opportunity], checked: list[Checked]
) -> None:
    """The row that a kind has beside the posting, with its steps."""
    by_model: dict[type[models.Model], list[Any]] = {}
    steps: list[Any] = []
    lines: list[Any] = []
    for draft, one in zip(drafts, checked, strict=True):
        said = dict(one.rows.get("details", {}))
        if draft.kind == Kind.APPRENTICESHIP:
            said["terms"] = one.rows.get("terms", {"sponsor": checker.organization.name})
        for accessor, values in said.items():
            model = DETAIL_MODELS[accessor]
            detail: Any = model(opportunity=draft, **values)
            by_model.setdefault(model, []).append(detail)
            if model is ApprenticeshipTerms:
                pairs = one.rows.get("steps", [])
                steps += [WageStep(terms=detail, after=at, rate=rate) for at, rate in pairs]
            lines += [
                TrainingStep(plan=detail, skill=skill, hours=hours, measured=measured)
                for skill, hours, measured in one.rows.get("outline", [])
            ]
    for model, details in by_model.items():
        _keep(model, details)
    _keep(WageStep, steps)
    _keep(TrainingStep, lines)


def _entry(checker: Checker, draft: Opportunity, by: Any) -> Entry:
    return entry_of(by=by, what="began a draft", subject=draft, organization=checker.organization)
