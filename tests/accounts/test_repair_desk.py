"""The repair desk keeps whoever alone administers an organization."""

from typing import Any

import pytest

from accounts.claims import administered_alone
from accounts.models import Organization, User
from tests.factories import MembershipFactory, OrganizationFactory, UserFactory


@pytest.fixture
def keeper(region: object, settings: Any) -> User:
    settings.STAFF_NEED_SECOND_FACTOR = False
    return UserFactory(is_staff=True, is_superuser=True)


def test_only_administrator_is_neither_switched_off_nor_deleted(
    signed_in: Any, keeper: User, recruiter: User, company: Organization
) -> None:
    client = signed_in(keeper)
    address = f"/admin/accounts/user/{recruiter.pk}/"

    off = client.post(f"{address}change/", {"email": recruiter.email, "name": "Rosa"})
    gone = client.post(f"{address}delete/", {"post": "yes"})

    recruiter.refresh_from_db()
    assert "Give these another administrator first" in off.content.decode()
    assert gone.status_code == 403
    assert recruiter.is_active


def test_one_of_two_is_switched_off(recruiter: User, company: Organization) -> None:
    MembershipFactory(organization=company, administrator=True)

    assert administered_alone(recruiter) == []


def test_who_is_switched_off_counts_for_nothing(recruiter: User, company: Organization) -> None:
    MembershipFactory(organization=company, administrator=True, user__is_active=False)
    closed = OrganizationFactory(state="closed")
    MembershipFactory(organization=closed, user=recruiter, administrator=True)

    assert administered_alone(recruiter) == [company]
