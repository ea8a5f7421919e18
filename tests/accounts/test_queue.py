"""The review queue: what waits, in which order, and who of staff has taken it."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts.actions import MoveRefused, NotAllowed, TakenMeanwhile, assign_reader
from accounts.history import entries_of
from accounts.models import Organization, Review, User
from accounts.queue import readers_of
from employers import actions
from employers.models import Opportunity
from tests.employers.factories import EmployerFactory, OpportunityFactory
from tests.factories import DutyFactory, MembershipFactory, OrganizationFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def ivy(region: Any) -> User:
    """A second administrator of the coalition."""
    user = UserFactory(name="Ivy")
    DutyFactory(user=user, role="administrator")
    return user


def sent(company: Organization, recruiter: User, title: str = "Welder", days: int = 0) -> Review:
    row = OpportunityFactory(
        employer=EmployerFactory(organization=company), draft=True, title=title
    )
    review = actions.send_opportunity(opportunity=row, by=recruiter)
    Review.objects.filter(pk=review.pk).update(sent_at=timezone.now() - timedelta(days=days))
    return Review.objects.get(pk=review.pk)


def reported(company: Organization, title: str) -> Opportunity:
    row = OpportunityFactory(employer=EmployerFactory(organization=company), title=title)
    actions.give_report(
        opportunity=row, reason="scam", text="", email="", sender=title, form_token=uuid4()
    )
    return row


def test_everything_waits_in_one_line_oldest_first(signed_in, coordinator, company, recruiter):
    sent(company, recruiter, "Newer", days=1)
    sent(company, recruiter, "Late one", days=9)
    OrganizationFactory(name="Pending Works", sent_at=timezone.now() - timedelta(days=3))
    reported(company, "Reported")

    body = signed_in(coordinator).get("/review/").content.decode()

    places = [body.index(f">{name}</a>") for name in ("Late one", "Pending Works", "Newer")]
    assert places == sorted(places)
    assert "Four things to review" in body
    assert "late, " in body
    assert "Report about a posting" in body


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("kind=posting", {"Posting"}),
        ("kind=change", {"Open one"}),
        ("kind=organization", {"Pending Works"}),
        ("kind=report", {"Reported"}),
        ("who=mine", {"Posting"}),
        ("who=nobody", {"Open one", "Pending Works", "Reported"}),
        ("who=mine&kind=report", set()),
    ],
)
def test_the_queue_can_be_narrowed(signed_in, coordinator, company, recruiter, query, shown):
    mine = sent(company, recruiter, "Posting")
    assign_reader(thing=mine, to=coordinator, by=coordinator, seen=0)
    live = OpportunityFactory(employer=EmployerFactory(organization=company), title="Open one")
    copy = OpportunityFactory(
        employer=live.employer, in_review=True, title="Open one", replaces=live
    )
    Review.objects.create(subject=copy, organization=company, sent_by=recruiter)
    OrganizationFactory(name="Pending Works")
    reported(company, "Reported")

    body = signed_in(coordinator).get(f"/review/?{query}").content.decode()

    names = {"Posting", "Open one", "Pending Works", "Reported"}
    found = {name for name in names if f"{name}</a></h2>" in body}
    assert found == shown


@pytest.mark.parametrize("query", ["kind=lost", "who=yours", "after=x", "after=2026~2~1"])
def test_a_filter_that_we_do_not_have_shows_everything(signed_in, coordinator, query):
    OrganizationFactory(name="Pending Works")

    answer = signed_in(coordinator).get(f"/review/?{query}")

    assert answer.status_code == 400
    assert b"Pending Works" in answer.content


def test_pages_of_the_queue_lose_and_repeat_nothing(
    signed_in, coordinator, company, recruiter, monkeypatch
):
    monkeypatch.setattr("accounts.views.queue.PAGE", 2)
    moment = timezone.now() - timedelta(days=2)
    for number in range(3):
        OrganizationFactory(name=f"Waits {number}", sent_at=moment)
        sent(company, recruiter, f"Sent {number}")
    Review.objects.update(sent_at=moment)
    client, link, found = signed_in(coordinator), "/review/", []

    while link:
        context = client.get(link).context
        found += [row["title"] for row in context["rows"]]
        link = context["next_url"]

    assert sorted(found) == sorted(
        [f"Waits {n}" for n in range(3)] + [f"Sent {n}" for n in range(3)]
    )


@pytest.mark.parametrize("rows", [1, 3])
def test_the_queue_costs_the_same_with_more_rows(
    signed_in, coordinator, company, recruiter, django_assert_num_queries, rows
):
    for number in range(rows):
        sent(company, recruiter, f"Welder {number}")
        reported(company, f"Reported {number}")
        OrganizationFactory()
    client = signed_in(coordinator)
    client.get("/review/")

    with django_assert_num_queries(12):
        client.get("/review/")


def test_taking_it_shows_to_colleagues_who_may_still_decide(
    signed_in, coordinator, ivy, company, recruiter
):
    review = sent(company, recruiter)

    answer = signed_in(ivy).post(f"/review/item/{review.pk}/reader/", {"to": ivy.pk, "seen": 0})

    assert answer.url == review.subject.get_review_url()
    other = Client()
    other.force_login(coordinator, backend="django.contrib.auth.backends.ModelBackend")
    assert b"Ivy has it" in other.get("/review/").content
    page = other.get(review.subject.get_review_url())
    assert b"Ivy has taken this" in page.content
    assert b"Publish it" in page.content


def test_it_is_given_on_and_put_back_with_history(coordinator, ivy, company, recruiter):
    review = sent(company, recruiter)

    assign_reader(thing=review, to=ivy, by=coordinator, seen=0)
    assign_reader(thing=review, to=None, by=ivy, seen=ivy.pk)

    review.refresh_from_db()
    assert review.reader is None
    assert [entry.what for entry in entries_of(review)] == [
        "put it back for a colleague",
        "gave it to Ivy",
    ]


def test_its_people_do_not_read_who_of_staff_has_it(coordinator, company, recruiter):
    review = sent(company, recruiter)

    assign_reader(thing=review, to=coordinator, by=coordinator, seen=0)

    assert not entries_of(review.subject).filter(what__contains="took it").exists()
    assert not company.entries.filter(what__contains="took it").exists()


def test_an_organization_sent_in_again_is_nobodys(coordinator):
    waiting = OrganizationFactory(name="Pending Works")
    assign_reader(thing=waiting, to=coordinator, by=coordinator, seen=0)
    waiting = Organization.objects.get(pk=waiting.pk)
    assert waiting.reader == coordinator

    Organization.objects.filter(pk=waiting.pk).update(sent_at=timezone.now())

    assert Organization.objects.get(pk=waiting.pk).reader is None


def test_nobody_takes_or_is_given_what_is_their_own(coordinator, ivy, company, recruiter):
    review = sent(company, recruiter)
    MembershipFactory(user=ivy, organization=company)
    DutyFactory(user=recruiter, role="administrator")

    assert readers_of(review) == [coordinator]
    for person in (ivy, recruiter):
        with pytest.raises(NotAllowed):
            assign_reader(thing=review, to=person, by=person, seen=0)
        with pytest.raises(NotAllowed):
            assign_reader(thing=review, to=person, by=coordinator, seen=0)


def test_what_is_decided_cannot_be_taken(coordinator, company, recruiter):
    review = sent(company, recruiter)
    actions.publish_opportunity(
        opportunity=Opportunity.objects.get(pk=review.subject_id), by=coordinator
    )

    with pytest.raises(MoveRefused):
        assign_reader(thing=review, to=coordinator, by=coordinator, seen=0)


def test_an_old_page_takes_nothing_from_others(signed_in, coordinator, ivy, company, recruiter):
    review = sent(company, recruiter)
    assign_reader(thing=review, to=ivy, by=ivy, seen=0)

    answer = signed_in(coordinator).post(
        f"/review/item/{review.pk}/reader/", {"to": coordinator.pk, "seen": 0}
    )

    assert answer.status_code == 409
    assert b"Ivy has taken this meanwhile" in answer.content
    review.refresh_from_db()
    assert review.reader == ivy


@pytest.mark.django_db(transaction=True)
def test_of_eight_who_take_it_at_once_one_has_it(region, company, recruiter):
    review = sent(company, recruiter)
    people = UserFactory.create_batch(8)
    for person in people:
        DutyFactory(user=person, role="administrator")

    def take(person: User) -> bool:
        try:
            assign_reader(thing=review, to=person, by=person, seen=0)
        except TakenMeanwhile:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(8) as threads:
        took = list(threads.map(take, people))

    assert took.count(True) == 1
    review.refresh_from_db()
    assert review.reader == people[took.index(True)]
    assert entries_of(review).count() == 1
