"""Test things of the leftmost rooms; each room's tests add their own beside them."""

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from accounts.choices import MembershipRole, MembershipState, OrganizationState
from accounts.models import Duty, Membership, Organization, User
from vocabularies.models import County, Place, Sector


class CountyFactory(DjangoModelFactory):
    class Meta:
        model = County
        django_get_or_create = ("fips",)

    fips = "48453"
    state = "TX"
    name = "Travis County"


class PlaceFactory(DjangoModelFactory):
    class Meta:
        model = Place
        django_get_or_create = ("zip",)

    zip = "78701"
    city = "Austin"
    state = "TX"
    county = factory.SubFactory(CountyFactory)
    latitude = 30.2706
    longitude = -97.7426


class SectorFactory(DjangoModelFactory):
    class Meta:
        model = Sector
        django_get_or_create = ("slug",)

    slug = "construction"
    name = "Construction & Skilled Trades"


class UserFactory(DjangoModelFactory):
    class Meta:
        model = User
        skip_postgeneration_save = True

    name = factory.Sequence(lambda n: f"Person {n}")
    email = factory.Sequence(lambda n: f"person{n}@example.org")
    password = factory.django.Password("a long enough password")


class DutyFactory(DjangoModelFactory):
    class Meta:
        model = Duty


class OrganizationFactory(DjangoModelFactory):
    class Meta:
        model = Organization

    class Params:
        verified = factory.Trait(
            state=OrganizationState.VERIFIED, verified_at=factory.LazyFunction(timezone.now)
        )

    name = factory.Sequence(lambda n: f"Organization {n}")
    slug = factory.Sequence(lambda n: f"organization-{n}")
    sector = factory.SubFactory(SectorFactory)
    place = factory.SubFactory(PlaceFactory)


class MembershipFactory(DjangoModelFactory):
    class Meta:
        model = Membership

    class Params:
        administrator = factory.Trait(role=MembershipRole.ADMIN)

    user = factory.SubFactory(UserFactory)
    organization = factory.SubFactory(OrganizationFactory)
    state = MembershipState.ACTIVE
