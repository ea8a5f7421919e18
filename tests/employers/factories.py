"""Postings in every state."""

from datetime import timedelta

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from employers.choices import Education, ImportState, Kind, Mode, Paid, RowOutcome, State
from employers.models import (
    Employer,
    Import,
    ImportRow,
    Location,
    Opportunity,
    Placement,
    PreApprenticeship,
    TrainingPlan,
    TrainingStep,
    Visit,
)
from tests.factories import OrganizationFactory, PlaceFactory, SectorFactory


class EmployerFactory(DjangoModelFactory):
    class Meta:
        model = Employer
        django_get_or_create = ("organization",)

    organization = factory.SubFactory(OrganizationFactory, verified=True)


class OpportunityFactory(DjangoModelFactory):
    """Complete, and open unless a trait says otherwise."""

    class Meta:
        model = Opportunity
        skip_postgeneration_save = True

    class Params:
        draft = factory.Trait(state=State.DRAFT, opens_at=None, public_since=None)
        in_review = factory.Trait(state=State.IN_REVIEW, opens_at=None, public_since=None)
        returned = factory.Trait(state=State.RETURNED, opens_at=None, public_since=None)
        scheduled = factory.Trait(
            opens_at=factory.LazyFunction(lambda: timezone.now() + timedelta(days=5)),
            public_since=factory.LazyFunction(lambda: timezone.now() + timedelta(days=5)),
        )
        expired = factory.Trait(
            closes_at=factory.LazyFunction(lambda: timezone.now() - timedelta(days=1))
        )
        filled_up = factory.Trait(state=State.CLOSED, outcome="filled-here", filled=2)
        paused = factory.Trait(state=State.PAUSED)

    employer = factory.SubFactory(EmployerFactory)
    kind = Kind.ON_THE_JOB
    state = State.PUBLISHED
    title = factory.Sequence(lambda n: f"Welder Trainee {n}")
    summary = "Learn to weld on the shop floor."
    tasks = "You weld."
    lessons = "Reading drawings."
    sector = factory.SubFactory(SectorFactory)
    mode = Mode.ON_SITE
    hours_min = 40
    hours_max = 40
    length = 6
    length_unit = "months"
    paid = Paid.WAGE
    pay_min = 19
    pay_max = 22
    class_payer = "no-class"
    education = Education.NONE
    apply_by = "email"
    apply_to = "talent@granite-ridge.example.org"
    openings = 2
    starts_note = "any Monday"
    opens_at = factory.LazyFunction(lambda: timezone.now() - timedelta(days=10))
    public_since = factory.LazyFunction(lambda: timezone.now() - timedelta(days=10))
    closes_at = factory.LazyFunction(lambda: timezone.now() + timedelta(days=20))

    @factory.post_generation
    def places(self, create: bool, zips: object, **kwargs: object) -> None:
        for place in zips or [PlaceFactory()]:  # type: ignore[attr-defined]
            Location.objects.create(opportunity=self, place=place)

    @factory.post_generation
    def details(self, create: bool, given: object, **kwargs: object) -> None:
        """What its kind asks for beside the rest; `details=False` leaves it out."""
        if given is False or self.kind not in DETAILS:  # type: ignore[attr-defined]
            return
        DETAILS[self.kind](self)  # type: ignore[attr-defined]


def _training(row: Opportunity) -> None:
    plan = TrainingPlan.objects.create(
        opportunity=row, trainer_role="line lead", stays="A regular job."
    )
    TrainingStep.objects.create(plan=plan, skill="Reading drawings", hours=40)


def _placement(row: Opportunity) -> None:
    row.term, row.supervisor_role, row.credit = "summer", "lab manager", "none"
    row.save()
    co_op = {"pattern": "terms", "terms_count": 2} if row.kind == Kind.CO_OP else {}
    Placement.objects.create(
        opportunity=row,
        objectives="Read a chart\nRun a test\nShow a finding",
        may_lead="possible",
        **co_op,
    )


DETAILS = {
    Kind.ON_THE_JOB: _training,
    Kind.INTERNSHIP: _placement,
    Kind.CO_OP: _placement,
    Kind.PRE_APPRENTICESHIP: lambda row: PreApprenticeship.objects.create(
        opportunity=row, leads_into="Electrician", entry="A sure interview."
    ),
    Kind.JOB_SHADOW: lambda row: Visit.objects.create(opportunity=row, group_most=8),
    Kind.MENTORING: lambda row: Visit.objects.create(opportunity=row, group_most=8),
}


class ImportFactory(DjangoModelFactory):
    """A checked file of one row that would become a draft."""

    class Meta:
        model = Import
        skip_postgeneration_save = True

    employer = factory.SubFactory(EmployerFactory)
    file_name = "list.csv"
    header = ["title"]
    columns = {"title": 0}
    choices = {"kind": "internship"}
    state = ImportState.CHECKED
    rows_total = 1

    @factory.post_generation
    def with_row(self, create: bool, extracted: object, **kwargs: object) -> None:
        ImportRow.objects.create(batch=self, number=2, cells=["Welder"], outcome=RowOutcome.NEW)
