"""What was opened may have gone, moved or come back before the person acts on it."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from accounts.actions import MoveRefused
from employers import actions
from employers.actions import imports
from employers.choices import ImportState, State
from employers.importing.reading import read_table
from employers.models import ImportRow, Opportunity, Policy
from tests.employers.factories import EmployerFactory, ImportFactory, OpportunityFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def employer(company):
    return EmployerFactory(organization=company)


@pytest.fixture
def imported(employer, recruiter):
    """A draft that came with a file which can still be undone."""
    draft = OpportunityFactory(employer=employer, draft=True)
    batch = ImportFactory(
        employer=employer,
        state=ImportState.DONE,
        done_at=timezone.now(),
        uploaded_by=recruiter,
    )
    ImportRow.objects.filter(batch=batch).update(
        opportunity=draft, done_at=timezone.now(), before={"revision": draft.revision}
    )
    return batch, draft


def test_undoing_a_file_keeps_what_was_sent_and_taken_back(imported, recruiter):
    batch, draft = imported
    actions.send_opportunity(opportunity=draft, by=recruiter)
    actions.take_back_opportunity(opportunity=draft, by=recruiter)

    undone, kept = imports.undo_import(batch=batch, by=recruiter)

    assert (undone, kept) == (0, 1)
    assert Opportunity.objects.get(pk=draft.pk).state == State.DRAFT


def test_undoing_a_file_keeps_what_was_public(imported, recruiter):
    batch, draft = imported
    Opportunity.objects.filter(pk=draft.pk).update(public_since=timezone.now() - timedelta(days=3))

    assert imports.undo_import(batch=batch, by=recruiter) == (0, 1)


def test_undoing_a_file_gives_back_a_change_that_a_colleague_had_begun(
    employer, recruiter, region, django_capture_on_commit_callbacks
):
    live = OpportunityFactory(employer=employer, external_id="A1", summary="As it is.")
    copy = actions.begin_change(opportunity=live, by=recruiter)
    actions.save_words(
        opportunity=copy, revision=copy.revision, values={"tasks": "New tasks."}, by=recruiter
    )
    with django_capture_on_commit_callbacks(execute=True):
        batch = imports.begin_import(
            organization=employer.organization,
            file_name="list.csv",
            table=read_table(b"ref,summary\nA1,From the file.\n"),
            token=uuid4(),
            by=recruiter,
        )
        imports.match_import(batch=batch, columns=batch.columns, choices={}, by=recruiter)
    with django_capture_on_commit_callbacks(execute=True):
        imports.run_import(batch=batch, by=recruiter)
    copy.refresh_from_db()
    assert (copy.tasks, copy.summary) == ("New tasks.", "From the file.")

    imports.undo_import(batch=batch, by=recruiter)

    copy.refresh_from_db()
    assert (copy.tasks, copy.summary) == ("New tasks.", "As it is.")


def test_what_closed_long_ago_is_relisted_and_not_changed_open_again(employer, recruiter):
    old = OpportunityFactory(
        employer=employer,
        opens_at=timezone.now() - timedelta(days=200),
        public_since=timezone.now() - timedelta(days=200),
        closes_at=timezone.now() - timedelta(days=90),
    )

    with pytest.raises(MoveRefused, match="Relist it"):
        actions.begin_change(opportunity=old, by=recruiter)


def test_a_change_begun_in_time_does_not_open_what_closed_long_ago(employer, recruiter):
    live = OpportunityFactory(employer=employer)
    copy = actions.begin_change(opportunity=live, by=recruiter)
    Opportunity.objects.filter(pk=live.pk).update(
        opens_at=timezone.now() - timedelta(days=200),
        public_since=timezone.now() - timedelta(days=200),
        closes_at=timezone.now() - timedelta(days=90),
    )
    Opportunity.objects.filter(pk=copy.pk).update(closes_at=timezone.now() + timedelta(days=30))

    with pytest.raises(actions.NotReady, match="Relist"):
        actions.send_opportunity(opportunity=Opportunity.objects.get(pk=copy.pk), by=recruiter)


@pytest.mark.parametrize(
    "act",
    [
        lambda row, by: actions.close_opportunity(opportunity=row, outcome="not-filled", by=by),
        lambda row, by: actions.archive_opportunity(opportunity=row, by=by),
        lambda row, by: actions.begin_change(opportunity=row, by=by),
        lambda row, by: actions.send_opportunity(opportunity=row, by=by),
        lambda row, by: actions.save_words(opportunity=row, revision=1, values={}, by=by),
        lambda row, by: actions.relist_opportunity(
            opportunity=row, dates={}, token=row.form_token, by=by
        ),
    ],
)
def test_an_act_on_what_is_gone_is_refused_with_a_sentence(employer, recruiter, act):
    row = OpportunityFactory(employer=employer, draft=True)
    Opportunity.objects.get(pk=row.pk).delete()

    with pytest.raises(MoveRefused, match="gone"):
        act(row, recruiter)


@pytest.mark.parametrize("ending", ["", "autosave/"])
def test_a_page_of_a_change_that_goes_while_it_is_saved(
    signed_in, recruiter, employer, ending, monkeypatch
):
    """A colleague drops the change between our reading and our writing."""
    client = signed_in(recruiter)
    live = OpportunityFactory(employer=employer)
    copy = actions.begin_change(opportunity=live, by=recruiter)
    saving = actions.save_section

    def and_it_goes(**given):
        actions.drop_change(opportunity=given["opportunity"], by=recruiter)
        return saving(**given)

    monkeypatch.setattr(actions, "save_section", and_it_goes)
    answer = client.post(
        f"/opportunities/{copy.pk}/edit/work/{ending}",
        {"title": "New words", "revision": str(copy.revision), "later": "1"},
    )

    assert answer.status_code == 404


@pytest.mark.parametrize("ids", [["9" * 5000], ["9" * 30], ["x"], ["٣"], ["-1"]])
def test_rows_that_are_no_numbers_of_ours_choose_nothing(signed_in, recruiter, employer, ids):
    row = OpportunityFactory(employer=employer)

    answer = signed_in(recruiter).post(
        "/opportunities/mine/several/", {"act": "archive", "row": ids}
    )

    row.refresh_from_db()
    assert answer.status_code == 302
    assert row.state == State.PUBLISHED


def test_a_day_that_policy_no_longer_allows_is_asked_anew(employer, recruiter):
    draft = OpportunityFactory(
        employer=employer, draft=True, closes_at=timezone.now() + timedelta(days=200)
    )
    Policy(most_days_open=30).save()

    with pytest.raises(actions.NotReady, match="earlier closing day"):
        actions.send_opportunity(opportunity=draft, by=recruiter)


def test_a_change_of_what_is_open_longer_by_an_older_policy_can_be_sent(employer, recruiter):
    live = OpportunityFactory(employer=employer, closes_at=timezone.now() + timedelta(days=200))
    copy = actions.begin_change(opportunity=live, by=recruiter)
    Policy(most_days_open=30).save()

    actions.send_opportunity(opportunity=copy, by=recruiter)

    with pytest.raises(actions.NotReady, match="earlier closing day"):
        longer = actions.begin_change(opportunity=live, by=recruiter)
        Opportunity.objects.filter(pk=longer.pk).update(closes_at=timezone.now() + timedelta(300))
        actions.send_opportunity(opportunity=longer, by=recruiter)


def test_who_put_an_organization_forward_does_not_trust_it(signed_in, coordinator, employer):
    organization = employer.organization
    organization.created_by = coordinator
    organization.save()

    answer = signed_in(coordinator).post(
        f"/employers/{organization.slug}/trust/", {"do": "trust", "reason": "I know them"}
    )

    employer.refresh_from_db()
    assert answer.status_code == 403
    assert employer.trusted_at is None
