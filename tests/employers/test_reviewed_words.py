"""What is published is what was read, by somebody who had no part in it, when it was to be."""

import re
from datetime import timedelta
from xml.dom.minidom import parseString  # noqa: S408 - our own feed

import pytest
from django.test import Client
from django.utils import timezone

from accounts.actions import MoveRefused, decide_organization, resubmit_organization
from accounts.models import Membership, Review
from employers import actions
from employers.choices import Kind, State
from employers.models import ApprenticeshipTerms, Opportunity
from tests.employers.factories import EmployerFactory, OpportunityFactory
from tests.factories import DutyFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def draft(company, recruiter):
    return OpportunityFactory(employer=EmployerFactory(organization=company), draft=True)


def fresh(row: Opportunity) -> Opportunity:
    return Opportunity.objects.get(pk=row.pk)


def publish(row: Opportunity, recruiter, coordinator) -> Opportunity:
    actions.send_opportunity(opportunity=row, by=recruiter)
    return actions.publish_opportunity(opportunity=row, by=coordinator)


def test_an_old_review_page_publishes_nothing_that_was_changed_since(draft, recruiter, coordinator):
    actions.send_opportunity(opportunity=draft, by=recruiter)
    staff = Client()
    staff.force_login(coordinator, backend="django.contrib.auth.backends.ModelBackend")
    page = staff.get(f"/opportunities/{draft.pk}/review/").content.decode()
    seen = re.search(r'name="seen" value="([^"]+)"', page).group(1)
    actions.take_back_opportunity(opportunity=fresh(draft), by=recruiter)
    now = fresh(draft)
    actions.save_words(
        opportunity=now, revision=now.revision, values={"summary": "Other words"}, by=recruiter
    )
    actions.send_opportunity(opportunity=fresh(draft), by=recruiter)

    answer = staff.post(
        f"/opportunities/{draft.pk}/review/", {"seen": seen, "do": "publish", "reason": "Kept"}
    )

    assert answer.status_code == 409
    assert b"Other words" in answer.content
    assert b"Kept" in answer.content
    assert fresh(draft).state == State.IN_REVIEW


def test_who_sent_it_in_does_not_publish_it_after_leaving(draft, recruiter, coordinator, company):
    actions.send_opportunity(opportunity=draft, by=recruiter)
    DutyFactory(user=recruiter, role="administrator")
    Membership.objects.filter(user=recruiter).delete()
    former = type(recruiter).objects.get(pk=recruiter.pk)

    with pytest.raises(MoveRefused, match="a colleague"):
        actions.publish_opportunity(opportunity=fresh(draft), by=former)


def test_what_was_scheduled_and_is_published_at_once_can_be_read(
    client, draft, recruiter, coordinator
):
    Opportunity.objects.filter(pk=draft.pk).update(opens_at=timezone.now() + timedelta(days=9))
    publish(fresh(draft), recruiter, coordinator)
    actions.take_back_opportunity(opportunity=fresh(draft), by=recruiter)
    now = fresh(draft)
    actions.save_words(
        opportunity=now, revision=now.revision, values={"opens_at": None}, by=recruiter
    )
    publish(fresh(draft), recruiter, coordinator)

    assert client.get(draft.get_absolute_url()).status_code == 200
    assert fresh(draft).public_since <= timezone.now()


@pytest.mark.parametrize("end", ["pause", "close"])
def test_what_ended_before_its_day_never_becomes_public(
    client, draft, recruiter, coordinator, time_machine, end
):
    Opportunity.objects.filter(pk=draft.pk).update(opens_at=timezone.now() + timedelta(days=9))
    publish(fresh(draft), recruiter, coordinator)
    if end == "pause":
        actions.pause_opportunity(opportunity=fresh(draft), by=recruiter)
    else:
        actions.close_opportunity(opportunity=fresh(draft), outcome="not-filled", by=recruiter)

    time_machine.move_to(timezone.now() + timedelta(days=10))

    assert client.get(draft.get_absolute_url()).status_code == 404


def test_a_pause_before_its_day_can_be_ended(draft, recruiter, coordinator):
    Opportunity.objects.filter(pk=draft.pk).update(opens_at=timezone.now() + timedelta(days=9))
    publish(fresh(draft), recruiter, coordinator)
    actions.pause_opportunity(opportunity=fresh(draft), by=recruiter)

    row = actions.resume_opportunity(opportunity=fresh(draft), by=recruiter)

    assert row.standing() == "scheduled"
    assert row.public_since == row.opens_at


def test_taking_back_from_an_old_page_leaves_no_review_open(draft, recruiter):
    old = fresh(draft)
    actions.send_opportunity(opportunity=draft, by=recruiter)

    actions.take_back_opportunity(opportunity=old, by=recruiter)

    assert not Review.objects.of(draft).open().exists()


def test_an_update_that_was_asked_for_hides_nothing(client, company, recruiter, coordinator):
    row = OpportunityFactory(employer=EmployerFactory(organization=company))
    decide_organization(organization=company, to="returned", by=coordinator, reason="New address?")
    resubmit_organization(organization=company, by=recruiter)

    assert client.get(row.get_absolute_url()).status_code == 200
    assert client.get("/opportunities.json").json()["count"] == 1


@pytest.mark.parametrize("title", ["Edit", "Review", "Send", "Preview", "Close", "Move"])
def test_no_title_takes_the_address_of_another_page(client, region, title):
    assert client.get(OpportunityFactory(title=title).get_absolute_url()).status_code == 200


def test_employers_that_wait_are_as_unknown_as_none(client, region):
    employer = EmployerFactory(organization__verified=False)

    assert client.get(f"/employers/{employer.organization.slug}/").status_code == 404


@pytest.mark.parametrize("form", ["csv", "atom", "ics"])
def test_a_wrong_filter_never_widens_what_is_taken_along(client, region, form):
    OpportunityFactory()

    answer = client.get(f"/opportunities.{form}?kind=apprentice")

    assert answer.status_code == 400
    assert b"no such kind" in answer.content


@pytest.mark.parametrize("zone", ["%2B23:59", "-16:00", "%2B00:00"])
def test_a_cursor_with_a_far_offset_is_harmless(client, region, zone):
    for sort in ("", "&sort=newest"):
        answer = client.get(f"/opportunities/?after=2026-01-01T00:00:00{zone}~1{sort}")
        assert answer.status_code in (200, 400)


@pytest.mark.parametrize(
    ("section", "data"),
    [
        ("apply", {"apply_by": "web", "apply_to": "https://[jobs"}),
        ("apply", {"apply_by": "web", "apply_to": "https://exam\u2100ple.org"}),
        ("apply", {"apply_by": "email", "apply_to": "jobs?bcc=x@example.org"}),
        ("work", {"summary": "Bell \x07"}),
        ("work", {"tasks": "Turn \u202e back"}),
        ("work", {"title": "\u3164\u200b"}),
        ("terms", {"even_steps": "12", "months": "6", "approach": "competency"}),
    ],
)
def test_bad_answers_get_a_sentence(signed_in, recruiter, draft, section, data):
    Opportunity.objects.filter(pk=draft.pk).update(kind=Kind.APPRENTICESHIP)
    ApprenticeshipTerms.objects.create(opportunity=draft)
    given = {"revision": draft.revision, "title": draft.title, **data}
    client, page = signed_in(recruiter), f"/opportunities/{draft.pk}/edit/{section}/"

    answer = client.post(page, given)

    assert answer.status_code == 422
    assert b"error-summary" in answer.content
    assert set(data) & set(answer.context["form"].errors)


def test_saving_for_later_keeps_a_wrong_answer_without_counting_it(signed_in, recruiter, draft):
    client, page = signed_in(recruiter), f"/opportunities/{draft.pk}/edit/apply/"

    client.post(page, {"later": "1", "apply_by": "web", "apply_to": "https://[jobs"})

    draft.refresh_from_db()
    assert draft.apply_to != "https://[jobs"
    assert "https://[jobs" in client.get(page).content.decode()


def test_even_steps_of_a_yearly_wage_are_by_the_hour(signed_in, recruiter, draft):
    Opportunity.objects.filter(pk=draft.pk).update(
        kind=Kind.APPRENTICESHIP, pay_min=41_600, pay_max=62_400, pay_unit="year"
    )
    ApprenticeshipTerms.objects.create(opportunity=draft)

    signed_in(recruiter).post(
        f"/opportunities/{draft.pk}/edit/terms/",
        {
            "revision": draft.revision,
            "later": "1",
            "even_steps": "3",
            "job_hours": "6,000",
            "approach": "time",
        },
    )

    steps = ApprenticeshipTerms.objects.get(opportunity=draft).steps.all()
    assert [(s.after, str(s.rate)) for s in steps] == [
        (0, "20.00"),
        (2000, "25.00"),
        (4000, "30.00"),
    ]


def test_the_feed_is_well_formed_whatever_is_asked(client, region):
    OpportunityFactory(title="A & B <c>")

    for query in ("?q=a%01b", "?q=%3Cb%3E", ""):
        parseString(client.get(f"/opportunities.atom{query}").content)  # noqa: S318
