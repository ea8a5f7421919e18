"""Test things of the educators' room."""

from datetime import date

import factory
from factory.django import DjangoModelFactory

from programs.actions import save_program
from programs.choices import Format, InstitutionKind, Tier
from programs.models import CareerCenter, Program, Provider
from tests.factories import OrganizationFactory, PlaceFactory, SectorFactory


class ProviderFactory(DjangoModelFactory):
    class Meta:
        model = Provider

    organization = factory.SubFactory(OrganizationFactory, verified=True, teaches=True)
    kind = InstitutionKind.PUBLIC_2_YEAR


class CareerCenterFactory(DjangoModelFactory):
    class Meta:
        model = CareerCenter

    provider = factory.SubFactory(ProviderFactory)
    name = factory.Sequence(lambda n: f"Career center {n}")
    slug = factory.Sequence(lambda n: f"career-center-{n}")
    kind = InstitutionKind.PUBLIC_2_YEAR
    place = factory.SubFactory(PlaceFactory)


class ProgramFactory(DjangoModelFactory):
    """Made by the action, so that search finds it; `occupations` may be given."""

    class Meta:
        model = Program

    class Params:
        online = factory.Trait(format=Format.ONLINE, place=None)

    provider = factory.SubFactory(ProviderFactory)
    title = factory.Sequence(lambda n: f"Program {n}")
    sector = factory.SubFactory(SectorFactory)
    tier = Tier.ENTRY
    length = "6 weeks"
    cost_total = 950
    format = Format.IN_PERSON
    place = factory.SubFactory(PlaceFactory)
    description = "What you learn, and whom it is for."
    checked_on = date(2026, 6, 2)

    @classmethod
    def _create(cls, model_class, *args, occupations=(), **kwargs):
        return save_program(program=Program(**kwargs), occupations=occupations, by=None)
