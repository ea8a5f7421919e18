"""Two people who act on an organization and on its postings at once never wait for each other."""

import threading
import time

import pytest
from django.db import connection

from accounts.actions import (
    change_organization,
    close_organization,
    decide_organization,
    merge_organizations,
)
from accounts.models import Organization, Review
from employers import actions
from employers.actions import moves, reports
from employers.models import Opportunity, Report
from tests.employers.factories import EmployerFactory, OpportunityFactory
from tests.employers.makers import make_report
from tests.factories import OrganizationFactory

pytestmark = pytest.mark.django_db(transaction=True)
LONG_ENOUGH = 0.7  # seconds


def at_once(*acts):
    """What each act raised."""
    raised: list[Exception] = []

    def run(act):
        try:
            act()
        except Exception as error:
            raised.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[act]) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return raised


def slowly(monkeypatch, module, name):
    """The function stops for a while where it is called; → the event that it has begun."""
    begun, done = threading.Event(), getattr(module, name)

    def slow(**given):
        begun.set()
        time.sleep(LONG_ENOUGH)
        return done(**given)

    monkeypatch.setattr(module, name, slow)
    return begun


def rename(organization, into, recruiter, coordinator):
    change_organization(
        organization=organization, version=organization.version, by=recruiter, name="Granite Edge"
    )


def suspend(organization, into, recruiter, coordinator):
    decide_organization(organization=organization, to="suspended", reason="Why", by=coordinator)


def close(organization, into, recruiter, coordinator):
    close_organization(organization=organization, reason="Why", by=coordinator)


def merge(organization, into, recruiter, coordinator):
    merge_organizations(organization=organization, into=into, reason="Why", by=coordinator)


@pytest.fixture
def into(region):
    other = OrganizationFactory(name="Two Forks Plumbing", verified=True)
    EmployerFactory(organization=other)
    return other


@pytest.mark.parametrize("happens", [rename, suspend, close, merge])
def test_a_posting_is_published_while_something_happens_to_its_organization(
    company, into, recruiter, coordinator, monkeypatch, happens
):
    row = OpportunityFactory(employer=EmployerFactory(organization=company), draft=True)
    actions.send_opportunity(opportunity=row, by=recruiter)
    begun = slowly(monkeypatch, moves, "decide_review")

    def publish():
        actions.publish_opportunity(opportunity=Opportunity.objects.get(pk=row.pk), by=coordinator)

    def change():
        begun.wait(5)
        happens(Organization.objects.get(pk=company.pk), into, recruiter, coordinator)

    assert at_once(publish, change) == []
    assert not Review.objects.open().exists()


def test_reports_are_decided_while_the_organization_is_merged(
    company, into, recruiter, coordinator, monkeypatch
):
    row = OpportunityFactory(employer=EmployerFactory(organization=company))
    report = make_report(row)
    begun = slowly(monkeypatch, reports, "take_down_opportunity")

    def decide():
        found = actions.open_reports(row)
        actions.decide_reports(
            opportunity=row,
            verdict="upheld",
            found="A fraud",
            tell="A fraud",
            take_down=True,
            seen=actions.mark_of(found),
            by=coordinator,
        )

    def change():
        begun.wait(5)
        merge(Organization.objects.get(pk=company.pk), into, recruiter, coordinator)

    assert at_once(decide, change) == []
    assert Report.objects.get(pk=report.pk).state == "upheld"
    assert Opportunity.objects.get(pk=row.pk).employer.organization == into
