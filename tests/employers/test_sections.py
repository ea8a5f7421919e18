"""The sections of each kind, and that nothing its people write is forgotten by history."""

import pytest
from django.db import models

from employers.choices import Kind
from employers.forms import FORMS
from employers.forms.section import DetailForm
from employers.models import Opportunity
from employers.postings import words
from employers.postings.sections import ALL, needs_of, sections_of
from tests.employers.factories import OpportunityFactory

pytestmark = pytest.mark.django_db

# Columns of a posting that nobody writes: its state, what is made of its words, what search reads.
NOT_WRITTEN = set(
    "id employer kind state revision replaces copied_from source batch form_token slug tasks_html "
    "lessons_html apply_steps_html hourly_pay starting_pay public_since outcome filled "
    "confirmed_at created_at created_by changed_at search_title search_words search_body "
    "search".split()
)


def columns_of(model: type[models.Model]) -> set[str]:
    return {field.name for field in model._meta.concrete_fields}


def test_each_column_is_a_word_or_said_to_be_none():
    left = columns_of(Opportunity) - set(words.WORD_FIELDS)

    assert left == NOT_WRITTEN


def form_fields() -> set[str]:
    return {name for form in FORMS.values() for name in form._meta.fields}


def test_each_column_of_a_kinds_own_row_is_asked_for_and_in_history():
    for form in FORMS.values():
        if not issubclass(form, DetailForm):
            continue
        assert form.accessor in words.DETAILS
        written = {column.name for column in words.word_columns(form.detail())}
        assert written == set(form.said), form.__name__


def test_each_form_field_is_a_word():
    assert form_fields() <= set(words.WORD_FIELDS)


@pytest.mark.parametrize("kind", Kind.values)
def test_a_complete_posting_of_each_kind_has_every_section_and_no_open_question(kind):
    row = OpportunityFactory(kind=kind)

    slugs = [section.slug for section in sections_of(row)]

    assert slugs[:3] == ["work", "place", "pay"]
    assert slugs[-2:] == ["apply", "dates"]
    assert len(slugs) == 6
    assert set(slugs) <= set(ALL) == set(FORMS)
    # An apprenticeship has terms of its own, and an occupation, which the factory leaves open.
    if kind != Kind.APPRENTICESHIP:
        assert {slug: needs for slug, needs in needs_of(row).items() if needs} == {}


@pytest.mark.parametrize("kind", Kind.values)
def test_an_untouched_posting_asks_in_every_section(kind):
    row = Opportunity.objects.create(
        employer=OpportunityFactory().employer, kind=kind, title="A place"
    )

    assert [slug for slug, needs in needs_of(row).items() if not needs] == []
