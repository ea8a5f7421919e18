"""The life of a posting: who may move it, along which moves, and what follows."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import uuid4

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core import mail
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from accounts.actions import MoveRefused, ReasonMissing
from accounts.choices import OrganizationState, ReviewState
from accounts.history import entries_of
from accounts.models import Review
from employers import actions, rules
from employers.choices import MOVES, State
from employers.models import Opportunity
from tests.employers.factories import EmployerFactory, OpportunityFactory
from tests.factories import DutyFactory, MembershipFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def draft(company, recruiter):
    return OpportunityFactory(employer=EmployerFactory(organization=company), draft=True)


def test_every_state_can_be_reached():
    reached = {State.DRAFT}
    for _ in State:
        reached |= {to for state in reached for to in MOVES[state]}

    assert reached == set(State)


def test_sending_puts_a_complete_draft_before_staff_once(draft, recruiter):
    actions.send_opportunity(opportunity=draft, by=recruiter)

    draft.refresh_from_db()
    assert draft.state == State.IN_REVIEW
    with pytest.raises(MoveRefused):
        actions.send_opportunity(opportunity=draft, by=recruiter)
    assert Review.objects.of(draft).count() == 1


def test_a_draft_with_an_open_question_is_not_sent(draft, recruiter):
    Opportunity.objects.filter(pk=draft.pk).update(summary="")

    with pytest.raises(actions.NotReady, match="One question"):
        actions.send_opportunity(opportunity=draft, by=recruiter)


def test_an_organization_asked_for_an_update_cannot_send(draft, recruiter, company):
    company.state = OrganizationState.RETURNED
    company.save()

    with pytest.raises(actions.NotReady, match="verified again"):
        actions.send_opportunity(opportunity=draft, by=recruiter)


def test_a_return_needs_a_reason_and_tells_its_people(draft, recruiter, coordinator):
    actions.send_opportunity(opportunity=draft, by=recruiter)

    with pytest.raises(ReasonMissing):
        actions.return_opportunity(opportunity=draft, reason="  ", by=coordinator)
    actions.return_opportunity(opportunity=draft, reason="Say the pay.", by=coordinator)

    draft.refresh_from_db()
    assert draft.state == State.RETURNED
    assert [letter.to for letter in mail.outbox] == [[recruiter.email]]
    assert "Say the pay." in mail.outbox[0].body
    last = entries_of(draft).order_by("-at", "-pk").first()
    assert (last.by_name, last.what, last.why) == ("Clara", "returned", "Say the pay.")


def test_publishing_opens_it_now_and_says_so(draft, recruiter, coordinator):
    actions.send_opportunity(opportunity=draft, by=recruiter)

    actions.publish_opportunity(opportunity=draft, by=coordinator)

    assert Opportunity.objects.public().get() == draft
    assert Review.objects.of(draft).get().state == ReviewState.APPROVED
    assert "Published" in mail.outbox[0].subject


def test_publishing_waits_for_the_organization(draft, recruiter, coordinator, company):
    actions.send_opportunity(opportunity=draft, by=recruiter)
    company.state = OrganizationState.PENDING
    company.save()

    with pytest.raises(MoveRefused, match="Verify the organization"):
        actions.publish_opportunity(opportunity=draft, by=coordinator)


def test_a_day_chosen_schedules_it(draft, recruiter, coordinator):
    opens = timezone.now() + timedelta(days=3)
    Opportunity.objects.filter(pk=draft.pk).update(opens_at=opens)
    actions.send_opportunity(opportunity=draft, by=recruiter)

    actions.publish_opportunity(opportunity=draft, by=coordinator)

    draft.refresh_from_db()
    assert draft.standing() == "scheduled"
    assert not Opportunity.objects.public().exists()
    assert Opportunity.objects.public(opens + timedelta(minutes=1)).get() == draft


def test_taking_back_closes_the_open_review(draft, recruiter):
    actions.send_opportunity(opportunity=draft, by=recruiter)
    draft.refresh_from_db()

    actions.take_back_opportunity(opportunity=draft, by=recruiter)

    draft.refresh_from_db()
    assert draft.state == State.DRAFT
    assert Review.objects.of(draft).get().state == ReviewState.WITHDRAWN


PEOPLES_MOVES = {
    State.CLOSED: lambda o, by: actions.close_opportunity(
        opportunity=o, outcome="not-filled", by=by
    ),
    State.PAUSED: lambda o, by: actions.pause_opportunity(opportunity=o, by=by),
    State.ARCHIVED: lambda o, by: actions.archive_opportunity(opportunity=o, by=by),
}


@pytest.mark.parametrize(
    ("state", "to"),
    [(state, to) for state in State for to in PEOPLES_MOVES if to not in MOVES[state]],
)
def test_moves_outside_the_table_are_refused(recruiter, state, to):
    outcome = "not-filled" if state == State.CLOSED else ""
    opportunity = OpportunityFactory(state=state, outcome=outcome)

    with pytest.raises(MoveRefused):
        PEOPLES_MOVES[to](opportunity, recruiter)


def test_the_database_refuses_a_closed_posting_without_outcome():
    with pytest.raises(IntegrityError), transaction.atomic():
        OpportunityFactory(state=State.CLOSED, outcome="")


@pytest.mark.parametrize(
    ("wrong", "constraint"),
    [
        ({"pay_min": 20, "pay_max": 19}, "highest_pay_not_below_starting_pay"),
        ({"closes_at": timezone.now() - timedelta(days=30)}, "closes_after_it_opens"),
        ({"closes_at": timezone.now().replace(year=9999)}, "opportunity_dates_sane"),
        ({"state": "lost"}, "opportunity_state_known"),
    ],
)
def test_the_database_refuses_what_must_not_be(wrong, constraint):
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        OpportunityFactory(**wrong)


def test_two_editors_never_overwrite_one_another(draft, recruiter):
    first = draft.revision
    actions.save_words(opportunity=draft, revision=first, values={"title": "Mine"}, by=recruiter)

    with pytest.raises(actions.Conflict):
        actions.save_words(
            opportunity=draft, revision=first, values={"title": "Theirs"}, by=recruiter
        )

    draft.refresh_from_db()
    assert draft.title == "Mine"


@pytest.mark.django_db(transaction=True)
def test_twenty_submits_of_one_form_make_one_draft(company, recruiter):
    token = uuid4()

    def submit(_: int) -> int:
        try:
            return actions.start_opportunity(
                organization=company, kind="internship", title="Once", token=token, by=recruiter
            ).pk
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as threads:
        made = set(threads.map(submit, range(20)))

    assert len(made) == 1
    assert Opportunity.objects.count() == 1


PEOPLE = ["recruiter", "outsider", "coordinator", "counselor", "nobody"]


@pytest.mark.parametrize(
    ("rule", "trait", "who_may"),
    [
        (rules.may_edit_opportunity, "draft", {"recruiter"}),
        (rules.may_edit_opportunity, "returned", {"recruiter"}),
        (rules.may_edit_opportunity, "in_review", set()),
        (rules.may_edit_opportunity, None, set()),
        (rules.may_see_opportunity, "draft", {"recruiter", "coordinator"}),
        (rules.may_see_opportunity, "in_review", {"recruiter", "coordinator"}),
        (rules.may_see_opportunity, "scheduled", {"recruiter", "coordinator"}),
        (rules.may_see_opportunity, None, set(PEOPLE)),
        (rules.may_see_opportunity, "expired", set(PEOPLE)),
        (rules.may_see_opportunity, "filled_up", set(PEOPLE)),
        (rules.may_see_opportunity, "paused", set(PEOPLE)),
        (rules.may_review_opportunity, "in_review", {"coordinator"}),
        (rules.may_review_opportunity, "draft", set()),
        (rules.may_review_opportunity, None, set()),
    ],
)
def test_who_may_do_what(
    rule, trait, who_may, company, recruiter, outsider, coordinator, counselor
):
    people = {
        "recruiter": recruiter,
        "outsider": outsider,
        "coordinator": coordinator,
        "counselor": counselor,
        "nobody": AnonymousUser(),
    }
    opportunity = OpportunityFactory(
        employer=EmployerFactory(organization=company), **({trait: True} if trait else {})
    )

    allowed = {name for name, person in people.items() if rule(person, opportunity)}

    assert allowed == who_may


def test_nobody_reviews_what_their_own_organization_sent_in(draft, recruiter, coordinator, company):
    MembershipFactory(user=coordinator, organization=company)
    DutyFactory(user=recruiter, role="administrator")
    actions.send_opportunity(opportunity=draft, by=recruiter)
    draft.refresh_from_db()

    assert not rules.may_review_opportunity(coordinator, draft)
    assert not rules.may_review_opportunity(recruiter, draft)
