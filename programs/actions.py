"""What is done with providers, career centers and programs. Each writes its Entry."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import models, transaction

from accounts.actions import record
from accounts.models import Organization
from programs.models import CareerCenter, Program, Provider
from vocabularies.lookups import words_of
from vocabularies.models import Occupation
from vocabularies.search import to_words
from vocabularies.text import slug_for, to_html

KEPT_BY_ACTIONS = {"search", "search_title", "search_words", "description_html", "slug"}


@transaction.atomic
def save_provider(*, provider: Provider, by: Any) -> Provider:
    """Keep an organization as a provider. Raises ValidationError."""
    provider.full_clean()
    return _keep(provider, by=by, organization=provider.organization)


@transaction.atomic
def save_career_center(*, center: CareerCenter, by: Any) -> CareerCenter:
    """Keep a career center, new or changed. Raises ValidationError."""
    center.slug = center.slug or slug_for(center.name, "career-center")
    center.full_clean()
    return _keep(center, by=by, organization=center.provider.organization)


@transaction.atomic
def save_program(
    *, program: Program, by: Any, occupations: Iterable[Occupation] | None = None
) -> Program:
    """Keep a program, new or changed, with the words that search must find.

    `occupations` are those it leads to; None leaves them. Raises ValidationError.
    """
    with_derived(program).full_clean()
    _keep(program, by=by, organization=program.provider.organization)
    if occupations is not None:
        program.occupations.set(occupations)
    keep_search_words(program=program)
    return program


def with_derived(program: Program) -> Program:
    """The columns that follow from its title and description, set but not yet saved."""
    program.slug = slug_for(program.title, "program")
    program.search_title = to_words(program.title)[:200]
    program.description_html = to_html(program.description)
    return program


def keep_search_words(*, program: Program) -> None:
    """Make the stored search words anew: after a change of it, its provider or its occupations."""
    texts = [program.provider.organization.name, program.credential, program.description]
    texts += [str(part) for part in (program.cip, program.sector, program.place) if part]
    texts += [words_of(occupation) for occupation in program.occupations.all()]
    program.search_words = to_words(*texts)
    program.save(update_fields=["search_words"])


@transaction.atomic
def rename_provider(organization: Organization) -> int:
    """An organization has another name: its programs must be found by it. How many there are."""
    programs = Program.objects.filter(provider__organization=organization).with_words()
    for program in programs:
        keep_search_words(program=program)
    return len(programs)


def _keep[M: models.Model](thing: M, *, by: Any, organization: Organization) -> M:
    """Save it and record what changed; nothing is recorded where nothing did."""
    old = type(thing)._default_manager.filter(pk=thing.pk).first() if thing.pk else None
    before = _facts(old) if old else {}
    thing.save()
    after = _facts(thing)
    changed = {name for name in after if before.get(name) != after[name]}
    if changed:
        record(
            by=by,
            what="changed" if old else "added",
            subject=thing,
            organization=organization,
            before={name: before[name] for name in changed if name in before},
            after={name: after[name] for name in changed},
        )
    return thing


def _facts(thing: models.Model) -> dict[str, Any]:
    """Its own columns, JSON-ready."""
    facts = {
        field.attname: getattr(thing, field.attname)
        for field in thing._meta.concrete_fields
        if field.name not in KEPT_BY_ACTIONS
    }
    return {name: _plain(value) for name, value in facts.items()}


def _plain(value: Any) -> Any:
    """950, Decimal(950) and Decimal("950.00") are one cost."""
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    return value.isoformat() if isinstance(value, date) else value
