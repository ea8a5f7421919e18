"""Postings made from postings: nothing is lost in a copy, and a live one changes as policy says."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from django.core import mail
from django.db import connection
from django.utils import timezone

from accounts.actions import MoveRefused
from accounts.choices import ReviewState
from accounts.history import entries_of
from accounts.models import Review
from employers import actions
from employers.actions.copies import MADE_OF_WORDS, ROWS
from employers.choices import State
from employers.models import (
    ApprenticeshipTerms,
    BeneficiaryAnswer,
    Dismissal,
    Location,
    Opportunity,
    Policy,
    SkillWanted,
    TrainingPlan,
    TrainingStep,
    WageStep,
)
from employers.postings.words import DETAILS, WORD_FIELDS, changes, snapshot
from tests.employers.factories import EmployerFactory, OpportunityFactory
from tests.factories import PlaceFactory
from vocabularies.models import Skill

pytestmark = pytest.mark.django_db

# What a copy has of its own: where it comes from, its dates of life, its search words.
ITS_OWN = set(
    "id employer kind state revision replaces copied_from source batch form_token slug "
    "public_since outcome filled starting_pay confirmed_at created_at created_by changed_at "
    "search_title search_words search_body search hourly_pay".split()
)
# Rows about a posting that are not its words.
NOT_ITS_WORDS = set(
    "copies reminders view_counts reports kept_by typed led_into_by import_rows "
    "section_saves listing".split()
)


def test_every_column_is_copied_or_named_as_the_copys_own():
    columns = {field.name for field in Opportunity._meta.concrete_fields}

    assert columns == ITS_OWN | set(WORD_FIELDS) | set(MADE_OF_WORDS)


def test_every_row_beside_a_posting_is_copied_or_named_as_no_words():
    accessors = {
        relation.get_accessor_name()
        for relation in Opportunity._meta.related_objects
        if relation.get_accessor_name()
    }

    assert accessors - NOT_ITS_WORDS == {*ROWS, *DETAILS}


@pytest.fixture
def full(company, recruiter):
    """An open posting with rows of every sort."""
    posting = OpportunityFactory(
        employer=EmployerFactory(organization=company),
        external_id="GR-7",
        places=[PlaceFactory(), PlaceFactory(zip="78664", city="Round Rock")],
        costs={"books": "80.00"},
        supports=["tools"],
        tasks_html="<p>You weld.</p>",
    )
    skill = Skill.objects.create(name="Welding")
    SkillWanted.objects.create(opportunity=posting, skill=skill, level="required")
    terms, _ = ApprenticeshipTerms.objects.update_or_create(
        opportunity=posting, defaults={"sponsor": "Granite Ridge Electric", "months": 48}
    )
    WageStep.objects.create(terms=terms, after=0, rate=Decimal("18.00"))
    WageStep.objects.create(terms=terms, after=1000, rate=Decimal("20.00"))
    plan, _ = TrainingPlan.objects.update_or_create(
        opportunity=posting, defaults={"gap": "Reading drawings"}
    )
    TrainingStep.objects.create(plan=plan, skill="Tack welds", hours=40)
    BeneficiaryAnswer.objects.create(opportunity=posting, number=3, yes=True, answered_by=recruiter)
    Dismissal.objects.create(opportunity=posting, rule="age", why="A bonded driver", by=recruiter)
    return Opportunity.objects.get(pk=posting.pk)


def relist(source, by, token=None, **dates):
    return actions.relist_opportunity(
        opportunity=source, dates=dates, token=token or uuid4(), by=by
    )


def test_a_relisted_posting_says_all_that_the_first_one_said(full, recruiter):
    closes = timezone.now() + timedelta(days=40)

    draft = relist(full, recruiter, closes_at=closes, opens_at=None, openings=5)

    draft = Opportunity.objects.get(pk=draft.pk)
    different = {field for field, *_ in changes(snapshot(full), snapshot(draft))}
    assert different == {"external_id", "opens_at", "closes_at", "openings"}
    assert (draft.state, draft.copied_from, draft.created_by) == (State.DRAFT, full, recruiter)
    assert draft.tasks_html == "<p>You weld.</p>"
    assert draft.search_title == full.title.lower()
    assert draft.beneficiary_answers.get().answered_by == recruiter
    assert draft.dismissals.get().why == "A bonded driver"
    assert Location.objects.filter(opportunity=full).count() == 2


@pytest.mark.parametrize("state", State)
def test_any_state_can_be_relisted(company, recruiter, state):
    outcome = "not-filled" if state == State.CLOSED else ""
    source = OpportunityFactory(
        employer=EmployerFactory(organization=company), state=state, outcome=outcome
    )

    assert relist(source, recruiter).state == State.DRAFT


@pytest.mark.django_db(transaction=True)
def test_twenty_sends_of_one_relist_form_make_one_posting_in_review(full, recruiter, client):
    client.force_login(recruiter, backend="django.contrib.auth.backends.ModelBackend")
    cookies = client.cookies
    given = {
        "openings": "2",
        "closes_on": (timezone.localdate() + timedelta(days=40)).isoformat(),
        "start_kind": "rolling",
        "starts_note": "any Monday",
        "token": str(uuid4()),
    }

    def submit(_):
        own = type(client)()
        own.cookies = cookies
        try:
            return own.post(f"/opportunities/{full.pk}/relist/", given).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as threads:
        statuses = set(threads.map(submit, range(20)))

    assert statuses == {302}
    made = Opportunity.objects.get(copied_from=full)
    assert made.state == State.IN_REVIEW
    assert Review.objects.of(made).count() == 1


def test_a_relist_with_a_wrong_day_comes_back_with_all_that_was_typed(full, recruiter, signed_in):
    answer = signed_in(recruiter).post(
        f"/opportunities/{full.pk}/relist/",
        {"openings": "7", "closes_on": "2020-01-01", "token": str(uuid4())},
    )

    assert answer.status_code == 422
    assert 'value="7"' in answer.content.decode()
    assert Opportunity.objects.count() == 1


# Changing what is public


def change(live, by, **values):
    copy = actions.begin_change(opportunity=live, by=by)
    actions.save_words(opportunity=copy, revision=copy.revision, values=values, by=by)
    copy.refresh_from_db()
    return copy


def test_a_change_leaves_the_public_page_as_it_was_until_it_is_approved(
    full, recruiter, coordinator, client
):
    before = full.public_since
    copy = change(full, recruiter, pay_min=Decimal(21), title="Welder, Nights")
    actions.send_opportunity(opportunity=copy, by=recruiter)

    assert full.title in client.get(full.get_absolute_url()).content.decode()
    assert client.get(f"/opportunities/{copy.pk}/x/").status_code == 404
    assert Opportunity.objects.public().get() == full

    copy.refresh_from_db()
    assert copy.state == State.IN_REVIEW
    live = actions.publish_opportunity(opportunity=copy, by=coordinator)

    assert live.pk == full.pk
    assert (live.title, live.pay_min, live.public_since) == ("Welder, Nights", 21, before)
    assert live.revision == full.revision + 1
    assert "nights" in live.search_title
    assert live.external_id == "GR-7"
    assert not Opportunity.objects.filter(replaces=full).exists()
    last = entries_of(full).first()
    assert last.what == "changed"
    assert (last.before["title"], last.after["title"]) == (full.title, "Welder, Nights")
    assert mail.outbox[-1].subject == "Changed: Welder, Nights"
    assert live.terms.steps.count() == 2


def test_there_is_one_change_at_a_time(full, recruiter):
    first = actions.begin_change(opportunity=full, by=recruiter)

    assert actions.begin_change(opportunity=full, by=recruiter) == first
    actions.drop_change(opportunity=first, by=recruiter)
    assert not full.copies.exists()
    with pytest.raises(MoveRefused, match="dropped"):
        actions.send_opportunity(opportunity=first, by=recruiter)


@pytest.mark.parametrize(
    ("policy", "values", "at_once"),
    [
        ("all", {"summary": "Weld by night."}, False),
        ("weighty", {"summary": "Weld by night."}, True),
        ("weighty", {"pay_min": Decimal(21)}, False),
        ("weighty", {"apply_to": "other@example.org"}, False),
        ("none", {"pay_min": Decimal(21)}, True),
    ],
)
def test_policy_says_which_changes_show_at_once(full, recruiter, policy, values, at_once):
    Policy(live_edits=policy).save()
    copy = change(full, recruiter, **values)

    review = actions.send_opportunity(opportunity=copy, by=recruiter)

    full.refresh_from_db()
    shown = all(getattr(full, name) == value for name, value in values.items())
    assert shown is at_once
    assert (review.state == ReviewState.APPROVED) is at_once


@pytest.mark.parametrize(("trusted", "policy"), [(True, True), (True, False), (False, True)])
def test_a_trusted_employer_publishes_at_once_where_policy_says_so(
    company, recruiter, trusted, policy
):
    Policy(trusted_at_once=policy).save()
    employer = EmployerFactory(organization=company)
    employer.trusted_at = timezone.now() if trusted else None
    employer.save()
    draft = OpportunityFactory(employer=employer, draft=True)

    review = actions.send_opportunity(opportunity=draft, by=recruiter)

    draft.refresh_from_db()
    assert (draft.standing() == "open") is (trusted and policy)
    if trusted and policy:
        assert (review.state, review.decided_by) == (ReviewState.APPROVED, None)
        assert entries_of(draft).first().what == "published at once"
        assert entries_of(draft).first().why == "trusted employer"


def test_trust_does_not_reach_past_an_organization_that_waits(company, recruiter):
    Policy(trusted_at_once=True).save()
    employer = EmployerFactory(organization=company)
    employer.trusted_at = timezone.now()
    employer.save()
    company.state = "pending"
    company.save()
    draft = OpportunityFactory(employer=employer, draft=True)

    actions.send_opportunity(opportunity=draft, by=recruiter)

    draft.refresh_from_db()
    assert draft.state == State.IN_REVIEW


def test_a_change_of_what_was_closed_meanwhile_is_not_shown(full, recruiter, coordinator):
    copy = change(full, recruiter, pay_min=Decimal(21))
    actions.send_opportunity(opportunity=copy, by=recruiter)
    actions.close_opportunity(opportunity=full, outcome="not-filled", by=recruiter)

    with pytest.raises(MoveRefused, match="closed by now"):
        actions.publish_opportunity(opportunity=copy, by=coordinator)

    full.refresh_from_db()
    assert full.pay_min == 19


def test_the_page_of_a_closed_posting_promises_nothing_of_its_change(full, recruiter, signed_in):
    change(full, recruiter, pay_min=Decimal(21))
    page = f"/opportunities/{full.pk}/edit/"
    promise, warning = "Until it is approved everybody sees", "so the change will not be shown"
    rosa = signed_in(recruiter)

    before = rosa.get(page).content.decode()
    assert "Once the posting is closed, it will not be shown" in (
        rosa.get(f"/opportunities/{full.pk}/close/").content.decode()
    )
    actions.close_opportunity(opportunity=full, outcome="not-filled", by=recruiter)
    after = rosa.get(page).content.decode()

    assert promise in before and warning not in before
    assert warning in after and promise not in after


def test_an_extension_is_not_undone_by_a_change_that_was_begun_before(full, recruiter, coordinator):
    copy = change(full, recruiter, pay_min=Decimal(21))
    later = timezone.now() + timedelta(days=60)
    actions.extend_opportunity(
        opportunity=full, closes_at=later, reason="Still looking", by=recruiter
    )
    actions.send_opportunity(opportunity=copy, by=recruiter)

    live = actions.publish_opportunity(opportunity=copy, by=coordinator)

    assert live.closes_at == later


def test_a_pause_outlasts_a_change(full, recruiter, coordinator):
    copy = change(full, recruiter, pay_min=Decimal(21))
    actions.send_opportunity(opportunity=copy, by=recruiter)
    actions.pause_opportunity(
        opportunity=full, until=timezone.now() + timedelta(days=3), by=recruiter
    )

    live = actions.publish_opportunity(opportunity=copy, by=coordinator)

    assert (live.standing(), live.pay_min) == ("paused", 21)


def test_a_returned_change_is_mended_and_sent_again(full, recruiter, coordinator):
    copy = change(full, recruiter, pay_min=Decimal(21))
    actions.send_opportunity(opportunity=copy, by=recruiter)

    actions.return_opportunity(opportunity=copy, reason="Which shift?", by=coordinator)

    copy.refresh_from_db()
    assert copy.state == State.RETURNED
    assert "stays public as it was" in mail.outbox[-1].body
    assert entries_of(full).first().what == "returned the change"
    actions.send_opportunity(opportunity=copy, by=recruiter)
    assert actions.publish_opportunity(opportunity=copy, by=coordinator).pay_min == 21


def test_taking_it_off_the_page_keeps_the_words_of_its_change(full, recruiter):
    copy = change(full, recruiter, pay_min=Decimal(21))
    actions.send_opportunity(opportunity=copy, by=recruiter)

    actions.take_back_opportunity(opportunity=full, by=recruiter)

    full.refresh_from_db()
    assert (full.state, full.pay_min) == (State.DRAFT, 21)
    assert not full.copies.exists()
    assert not Review.objects.open().exists()


def test_a_change_is_no_posting_of_its_own(full, recruiter, signed_in):
    copy = change(full, recruiter, title="Welder, Nights")
    rosa = signed_in(recruiter)

    listed = rosa.get("/opportunities/mine/").content.decode()

    assert "Welder, Nights" not in listed
    assert "A change is being written" in listed
    page = rosa.get(f"/opportunities/{copy.pk}/change/").content.decode()
    assert "<ins>, Nights</ins>" in page
    assert rosa.get(f"/opportunities/{copy.pk}/edit/").status_code == 200
    assert rosa.get(f"/opportunities/{copy.pk}/relist/").status_code == 404


def test_a_change_without_weight_is_sent_and_shown_in_the_browser(full, recruiter, signed_in):
    rosa = signed_in(recruiter)
    copy = change(full, recruiter, summary="Weld by night.")

    answer = rosa.post(f"/opportunities/{copy.pk}/send/", follow=True)

    assert answer.redirect_chain[-1][0] == f"/opportunities/{full.pk}/edit/"
    assert "Your change is public." in answer.content.decode()
