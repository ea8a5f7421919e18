"""What a new posting begins with: the usual answers, or those of the last one of its kind."""

from uuid import uuid4

import pytest

from employers import actions
from employers.choices import Kind
from tests.employers.factories import EmployerFactory, OpportunityFactory
from tests.factories import PlaceFactory

pytestmark = pytest.mark.django_db

USUAL = {
    "mode": "on-site",
    "zip_0": "78664",
    "street_0": "1 River Street",
    "shifts": "day",
    "class_payer": "employer",
    "supports": "tools",
    "accommodations": "Step-free entrance",
    "apply_by": "email",
    "apply_to": "jobs@granite-ridge.example.org",
    "apply_steps": "Send the form\nMeet the crew",
}


@pytest.fixture
def address(company):
    PlaceFactory(zip="78664", city="Round Rock")
    return f"/employers/{company.slug}/usual/"


def begin(company, by, kind=Kind.ON_THE_JOB):
    return actions.start_opportunity(
        organization=company, kind=kind, title="A place", token=uuid4(), by=by
    )


def places_of(row):
    return list(row.locations.values_list("place_id", "street"))


def test_a_new_posting_begins_with_the_usual_answers(signed_in, company, recruiter, address):
    signed_in(recruiter).post(address, USUAL)

    row = begin(company, recruiter)

    assert (row.mode, row.shifts, row.supports) == ("on-site", ["day"], ["tools"])
    assert row.accommodations == "Step-free entrance"
    assert row.apply_to == "jobs@granite-ridge.example.org"
    assert row.apply_steps_html.count("<li>") == 2
    assert places_of(row) == [("78664", "1 River Street")]


def test_a_visit_takes_nothing_of_a_class(signed_in, company, recruiter, address):
    signed_in(recruiter).post(address, USUAL)

    row = begin(company, recruiter, Kind.JOB_SHADOW)

    assert row.class_payer == ""
    assert row.apply_by == "email"


def test_without_usual_answers_the_newest_of_the_same_kind_is_taken(company, recruiter):
    employer = EmployerFactory(organization=company)
    OpportunityFactory(employer=employer, apply_to="old@granite-ridge.example.org")
    OpportunityFactory(
        employer=employer, kind=Kind.INTERNSHIP, apply_to="other@granite-ridge.example.org"
    )
    OpportunityFactory(employer=employer, draft=True, apply_to="never@granite-ridge.example.org")

    row = begin(company, recruiter)

    assert row.apply_to == "old@granite-ridge.example.org"
    assert row.title == "A place"
    assert row.closes_at is None


def test_a_first_of_its_kind_begins_with_where_the_organization_is(company, recruiter):
    company.place = PlaceFactory(zip="78664", city="Round Rock")
    company.save()
    first = begin(company, recruiter)

    OpportunityFactory(
        employer=first.employer, kind=Kind.INTERNSHIP, apply_to="jobs@example.org", pay_note="Meals"
    )
    second = begin(company, recruiter)

    assert (first.apply_to, places_of(first)) == ("", [("78664", "")])
    assert (second.apply_to, second.pay_note) == ("jobs@example.org", "")


def test_a_pages_answers_are_kept_as_usual_with_one_button(signed_in, company, recruiter, address):
    row = begin(company, recruiter)
    client = signed_in(recruiter)

    answer = client.post(
        f"/opportunities/{row.pk}/edit/place/",
        {
            "revision": row.revision,
            "keep_usual": "1",
            "mode": "on-site",
            "zip_0": "78664",
            "hours_min": "40",
            "hours_per": "week",
            "length": "4",
            "length_unit": "months",
        },
    )

    assert answer.status_code == 302
    assert places_of(begin(company, recruiter)) == [("78664", "")]


def test_wrong_usual_answers_are_refused_and_kept(signed_in, company, recruiter, address):
    answer = signed_in(recruiter).post(address, USUAL | {"apply_to": "nobody", "zip_0": "99999"})

    page = answer.content.decode()
    assert answer.status_code == 422
    assert "We know no ZIP code 99999." in page
    assert "Write an e-mail address" in page
    assert 'value="nobody"' in page
    assert begin(company, recruiter).apply_to == ""


def test_usual_answers_are_its_own_peoples(signed_in, company, outsider, coordinator, address):
    assert signed_in(outsider).get(address).status_code == 403
    assert signed_in(coordinator).post(address, USUAL).status_code == 403
    assert not EmployerFactory._meta.model.objects.filter(organization=company).exists()


def test_an_emptied_answer_is_no_longer_usual(signed_in, company, recruiter, address):
    client = signed_in(recruiter)
    client.post(address, USUAL)

    client.post(address, USUAL | {"accommodations": "", "zip_0": "", "street_0": ""})

    row = begin(company, recruiter)
    assert row.accommodations == ""
    assert places_of(row) == []
