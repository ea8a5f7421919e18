"""The cast, the region and the clock that every test may ask for.

One first name a role, everywhere: Clara coordinates, Rosa recruits for Granite Ridge Electric,
Colin counsels, Ivan instructs, Olga belongs to another organization; the public has no name.
"""

from collections.abc import Iterator

import pytest
from django.core.cache import cache
from django.test import Client

from accounts.choices import StaffRole
from accounts.models import Organization, User
from employers.browsing.listed import around
from tests.factories import (
    DutyFactory,
    MembershipFactory,
    OrganizationFactory,
    PlaceFactory,
    UserFactory,
)
from vocabularies.models import County, Region

PASSWORD = "a long enough password"


@pytest.fixture(autouse=True)
def fresh_process() -> Iterator[None]:
    """What a process keeps between requests must not leak between tests."""
    Region._kept = None
    around.cache_clear()
    cache.clear()
    yield
    Region._kept = None


@pytest.fixture
def region(db: None) -> Region:
    county = County.objects.create(fips="48453", state="TX", name="Travis County")
    centre = PlaceFactory(zip="78701", city="Austin", latitude=30.2706, longitude=-97.7426)
    region = Region(
        name="Hill & River",
        tagline="Learning at work in Central Texas",
        purpose="Employers and learners should meet before training ends.",
        time_zone="America/Chicago",
        contact_email="help@hill-river.example.org",
        postal_address="Hill & River, 100 River Street, Austin, Texas 78701",
        centre=centre,
    )
    region.save()
    region.counties.add(county)
    return region


@pytest.fixture
def coordinator(region: Region) -> User:
    user = UserFactory(name="Clara", email="clara@example.org")
    DutyFactory(user=user, role=StaffRole.ADMINISTRATOR)
    return user


@pytest.fixture
def company(region: Region) -> Organization:
    return OrganizationFactory(name="Granite Ridge Electric", verified=True)


@pytest.fixture
def recruiter(company: Organization) -> User:
    user = UserFactory(name="Rosa", email="rosa@example.org")
    MembershipFactory(user=user, organization=company, administrator=True)
    return user


@pytest.fixture
def college(region: Region) -> Organization:
    return OrganizationFactory(name="Lost Pines Technical College", verified=True)


@pytest.fixture
def counselor(college: Organization) -> User:
    user = UserFactory(name="Colin", email="colin@example.edu")
    MembershipFactory(user=user, organization=college)
    return user


@pytest.fixture
def instructor(college: Organization) -> User:
    user = UserFactory(name="Ivan", email="ivan@example.edu")
    MembershipFactory(user=user, organization=college)
    return user


@pytest.fixture
def outsider(region: Region) -> User:
    """Somebody of another organization."""
    user = UserFactory(name="Olga", email="olga@example.org")
    other = OrganizationFactory(name="Two Forks Plumbing & Air", verified=True)
    MembershipFactory(user=user, organization=other, administrator=True)
    return user


@pytest.fixture
def signed_in(client: Client):
    """`signed_in(rosa)` → a client of hers."""

    def sign_in(user: User) -> Client:
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return sign_in
