"""Rosa brings a list of postings as a file, looks at what will happen, and saves it."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from employers.choices import Kind
from employers.export import csv_chunks, for_export
from employers.importing import working
from employers.models import Import, Opportunity
from tests.employers.factories import EmployerFactory, OpportunityFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

FILE = (
    "Job Title;Type;Location;Hourly Wage;Slots;Contact Email\n"
    "Line Technician;Internship;Austin 78701;$18-21/h;2;jobs@granite-ridge.example.org\n"
    "Estimator;Co-op;Atlantis;$20/h;1;jobs@granite-ridge.example.org\n"
)


def test_recruiter_imports_a_file_and_undoes_it(page, region, recruiter, sign_in, looks_right):
    sign_in(recruiter)

    page.goto("/opportunities/import/")
    looks_right()
    page.get_by_role("button", name="Read the file").click()
    expect(page.get_by_role("alert")).to_contain_text("Choose a file.")
    page.get_by_label("File").set_input_files(
        {"name": "list.csv", "mimeType": "text/csv", "buffer": FILE.encode()}
    )
    page.get_by_role("button", name="Read the file").click()

    expect(page.get_by_role("heading", name="What the columns hold")).to_be_visible()
    expect(page.get_by_label("Job Title")).to_have_value("title")
    expect(page.get_by_label("Location")).to_have_value("place")
    looks_right()
    page.get_by_label("People can apply until").fill("2027-06-30")
    page.get_by_role("button", name="Check the rows").first.click()

    expect(page.get_by_role("heading", name="What will happen")).to_be_visible()
    expect(page.get_by_text("We know no place “Atlantis” in the region.")).to_be_visible()
    looks_right()
    page.get_by_role("button", name="Save 1 row").click()

    expect(page.get_by_role("heading", name="1 draft to finish")).to_be_visible()
    looks_right()
    page.get_by_role("link", name="Undo this import").click()
    looks_right()
    page.get_by_role("button", name="Undo it").click()
    expect(page.get_by_role("heading", name="Undone")).to_be_visible()
    looks_right()


def test_recruiter_takes_a_list_along_and_sees_how_far_it_is(
    page, region, recruiter, company, sign_in, looks_right, monkeypatch
):
    monkeypatch.setattr(working, "wake", lambda pk: None)
    employer = EmployerFactory(organization=company)
    for number, kind in enumerate([*Kind] * 8):
        OpportunityFactory(employer=employer, kind=kind, title=f"Technician {number}")
    table = "".join(csv_chunks(for_export(Opportunity.objects.order_by("pk"))))
    sign_in(recruiter)

    page.goto(reverse("employers:import_start"))
    page.get_by_text("What a column may hold").click()
    looks_right()
    page.get_by_label("File").set_input_files(
        {"name": "list.csv", "mimeType": "text/csv", "buffer": table.encode()}
    )
    page.get_by_role("button", name="Read the file").click()
    expect(page.get_by_text("are empty in all rows and are not shown.")).to_be_visible()
    looks_right()
    page.get_by_role("button", name="Check the rows").first.click()

    expect(page.get_by_role("heading", name="Checking the rows")).to_be_visible()
    looks_right()
    working.work_on(Import.objects.get().pk)
    expect(page.get_by_role("heading", name="What will happen")).to_be_visible()
    expect(
        page.get_by_text("Every row says what your posting says already: there is nothing to save.")
    ).to_be_visible()
    looks_right()
