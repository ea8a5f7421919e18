"""What waits: for members, for administrators of an organization, for staff."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.actions import MoveRefused, ReasonMissing, decide_review, record, send_to_review
from accounts.choices import REVIEW_MOVES, MembershipState, OrganizationState, ReviewState
from accounts.desk import waiting_for
from accounts.history import entries_about, entries_of
from accounts.models import Organization, Review, User
from tests.factories import MembershipFactory, OrganizationFactory


def titles(user: User) -> list[str]:
    return [item["title"] for item in waiting_for(user)]


def test_staff_see_pending_organizations_oldest_first(coordinator: User) -> None:
    now = timezone.now()
    OrganizationFactory(name="Newer", sent_at=now)
    OrganizationFactory(name="Older", sent_at=now - timedelta(days=9))
    OrganizationFactory(name="Verified", verified=True)

    assert titles(coordinator) == ["Older", "Newer"]


def test_staff_do_not_see_their_own_as_something_to_decide(coordinator: User) -> None:
    MembershipFactory(user=coordinator, administrator=True)

    assert waiting_for(coordinator) == []


def test_staff_see_requests_that_nobody_else_can_decide(coordinator: User) -> None:
    orphan = MembershipFactory(state=MembershipState.REQUESTED, organization__verified=True)
    led = MembershipFactory(state=MembershipState.REQUESTED, organization__verified=True)
    MembershipFactory(organization=led.organization, administrator=True)

    assert titles(coordinator) == [orphan.user.name]


def test_administrator_sees_requests_and_plain_member_does_not(
    recruiter: User, company: Organization
) -> None:
    request = MembershipFactory(organization=company, state=MembershipState.REQUESTED)
    member = MembershipFactory(organization=company).user

    assert titles(recruiter) == [request.user.name]
    assert titles(member) == []


def test_member_reads_why_the_organization_cannot_post(
    recruiter: User, company: Organization
) -> None:
    company.state, company.state_reason = OrganizationState.RETURNED, "Name your site."
    company.save()

    [item] = waiting_for(recruiter)

    assert item["note"] == "Name your site."
    assert item["url"] == f"/organizations/{company.slug}/edit/"


def test_stranger_has_nothing_waiting(outsider: User, company: Organization) -> None:
    OrganizationFactory()
    MembershipFactory(organization=company, state=MembershipState.REQUESTED)

    assert waiting_for(outsider) == []


@pytest.mark.parametrize("rows", [1, 3])
def test_desk_costs_the_same_with_more_waiting(
    coordinator: User, django_assert_num_queries: Any, rows: int
) -> None:
    for _ in range(rows):
        OrganizationFactory()
        MembershipFactory(state=MembershipState.REQUESTED)
        MembershipFactory(user=coordinator, administrator=True)
    person = User.objects.get(pk=coordinator.pk)

    # memberships, own organizations, requests to decide, duties, pending, orphaned requests
    with django_assert_num_queries(6):
        waiting_for(person)


# The review queue -----------------------------------------------------------------


def in_review(days: int = 0, **fields: Any) -> Review:
    thing = OrganizationFactory(verified=True, **fields)
    sender = MembershipFactory(organization=thing).user
    review = send_to_review(subject=thing, organization=thing, by=sender)
    Review.objects.filter(pk=review.pk).update(sent_at=timezone.now() - timedelta(days=days))
    return review


def test_queue_is_oldest_first_with_age_and_sender(signed_in: Any, coordinator: User) -> None:
    in_review(days=0, name="Young Steel")
    old = in_review(days=9, name="Old Steel")

    page = signed_in(coordinator).get("/review/").content.decode()

    assert page.index("Old Steel") < page.index("Young Steel")
    assert "9 days" in page
    assert f"Sent by {old.sent_by}" in page


def test_queue_marks_what_a_colleague_has_to_decide(signed_in: Any, coordinator: User) -> None:
    own = MembershipFactory(user=coordinator).organization
    send_to_review(subject=own, organization=own, by=coordinator)

    page = signed_in(coordinator).get("/review/").content.decode()

    assert "Yours: a colleague has to decide" in page
    assert "Review it" not in page


def test_queue_survives_a_subject_that_is_gone(signed_in: Any, coordinator: User) -> None:
    review = in_review()
    Review.objects.filter(pk=review.pk).update(subject_id="999999")

    assert "Nothing to review" in signed_in(coordinator).get("/review/").content.decode()


def test_sending_twice_makes_one_review(company: Organization, recruiter: User) -> None:
    send_to_review(subject=company, organization=company, by=recruiter)

    with pytest.raises(MoveRefused):
        send_to_review(subject=company, organization=company, by=recruiter)
    assert Review.objects.open().of(company).count() == 1


@pytest.mark.parametrize("now", ReviewState.values)
@pytest.mark.parametrize("to", ReviewState.values)
def test_review_moves_only_along_its_table(coordinator: User, now: str, to: str) -> None:
    review = in_review()
    Review.objects.filter(pk=review.pk).update(state=now, reason="Said before")

    if to in REVIEW_MOVES[now]:
        decided = decide_review(review=review, to=to, by=coordinator, reason="Because")
        assert (decided.state, decided.decided_by) == (to, coordinator)
    else:
        with pytest.raises(MoveRefused):
            decide_review(review=review, to=to, by=coordinator, reason="Because")


def test_return_needs_a_reason(coordinator: User) -> None:
    with pytest.raises(ReasonMissing):
        decide_review(review=in_review(), to=ReviewState.RETURNED, by=coordinator, reason=" ")


# History --------------------------------------------------------------------------


def test_history_outlives_its_object_and_its_author(company: Organization, recruiter: User) -> None:
    entry = record(by=recruiter, what="looked", subject=company, organization=company)
    company.memberships.all().delete()
    company.delete()
    recruiter.delete()

    entry.refresh_from_db()
    assert str(entry) == "Rosa looked Granite Ridge Electric"
    assert (entry.by, entry.organization) == (None, None)


def test_history_of_an_organization_leaves_other_things_out(
    company: Organization, recruiter: User
) -> None:
    own = record(by=recruiter, what="changed the profile", subject=company, organization=company)
    membership = company.memberships.get()
    joined = record(by=None, what="let in Rosa", subject=membership, organization=company)
    record(by=recruiter, what="wrote", subject=recruiter, organization=company)

    assert list(entries_of(company)) == [own]
    assert list(entries_about(company)) == [joined, own]
