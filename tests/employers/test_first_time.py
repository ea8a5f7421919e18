"""Somebody's first posting: from page to page without a detour, and only what is needed."""

import re
from uuid import uuid4

import pytest

from employers.choices import Kind
from employers.coach import RULES
from employers.models import Opportunity
from employers.postings.sections import needs_of
from tests.employers.factories import OpportunityFactory
from tests.factories import MembershipFactory, OrganizationFactory

pytestmark = pytest.mark.django_db


def test_a_start_leads_to_the_first_page_and_the_last_page_to_the_preview(
    signed_in, recruiter, company
):
    client = signed_in(recruiter)

    begun = client.post(
        "/opportunities/post/",
        {"organization": company.pk, "kind": "internship", "title": "Lab Intern", "token": uuid4()},
    )
    row = Opportunity.objects.get(title="Lab Intern")
    ready = OpportunityFactory(employer__organization=company, draft=True)
    page = client.get(f"/opportunities/{ready.pk}/edit/dates/")
    typed = {name: page.context["form"][name].value() for name in page.context["form"].fields}
    last = client.post(
        f"/opportunities/{ready.pk}/edit/dates/",
        {name: value for name, value in typed.items() if value is not None},
    )

    assert begun.url == f"/opportunities/{row.pk}/edit/work/"
    assert not any(needs_of(ready).values())
    assert last.url == f"/opportunities/{ready.pk}/preview/"


@pytest.mark.parametrize("kind", Kind.values)
def test_what_a_page_calls_optional_is_never_asked_for(signed_in, recruiter, company, kind):
    row = OpportunityFactory(employer__organization=company, draft=True, kind=kind)
    row = Opportunity.objects.get(pk=row.pk)
    Opportunity.objects.filter(pk=row.pk).update(
        tasks="", lessons="", summary="", length=None, openings=None, apply_by="", education=""
    )
    client = signed_in(recruiter)

    wrong, marked = [], 0
    for section in needs_of(Opportunity.objects.get(pk=row.pk)):
        page = client.post(f"/opportunities/{row.pk}/edit/{section}/", {"revision": row.revision})
        form = page.context["form"]
        optional = {name for name in form.fields if "(optional)" in str(form[name].label)}
        wrong += sorted(optional & set(form.errors))
        marked += len(optional)

    assert wrong == []
    assert marked > 14


def test_the_policy_says_of_each_rule_what_it_watches_for(signed_in, coordinator):
    page = signed_in(coordinator).get("/review/policy/").content.decode()

    assert all(re.fullmatch(r"[A-Z“][^{}…]+\.", rule.watches) for rule in RULES)
    assert "…" not in page.partition("<form class=")[2]


def test_who_belongs_to_two_organizations_chooses_one_of_them(signed_in, recruiter, company):
    second = OrganizationFactory(name="Two Forks Plumbing", state="verified")
    MembershipFactory(user=recruiter, organization=second)
    OrganizationFactory(name="Olga’s Bakery", state="verified")
    client = signed_in(recruiter)

    page = client.get("/opportunities/post/").content.decode()
    file_page = client.get("/opportunities/import/").content.decode()
    client.post(
        "/opportunities/post/",
        {"organization": second.pk, "kind": "mentoring", "title": "Shop talks", "token": uuid4()},
    )

    for html in (page, file_page):
        assert html.count('<option value="') == 2
        assert f">{second.name}</option>" in html
    assert Opportunity.objects.get().employer.organization == second
