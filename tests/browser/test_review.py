"""A reviewer remarks and proposes words; its people take them with one click; it is published."""

from playwright.sync_api import Page, expect

from accounts.models import User
from employers import actions
from employers.choices import State
from employers.models import Opportunity
from tests.employers.factories import EmployerFactory, OpportunityFactory


def test_remarks_go_out_and_come_back_answered(
    page: Page, sign_in, looks_right, company, recruiter: User, coordinator: User
) -> None:
    row = OpportunityFactory(
        employer=EmployerFactory(organization=company),
        draft=True,
        title="Welder Trainee",
        summary="Young, energetic helpers wanted in our shop.",
    )
    actions.send_opportunity(opportunity=row, by=recruiter)

    sign_in(coordinator)
    page.goto("/review/")
    looks_right()
    page.get_by_role("button", name="I take this").click()
    expect(page.get_by_text("You have taken this.")).to_be_visible()
    page.get_by_text("Remark on Summary", exact=True).click()
    why = page.get_by_role("listitem").filter(has_text="Remark on Summary")
    why.get_by_label("Why").select_option("This reads as a limit by age.")
    why.get_by_label("Words you propose").fill("Helpers wanted in our shop.")
    page.get_by_text("Remark on Starting pay", exact=True).click()
    pay = page.get_by_role("listitem").filter(has_text="Remark on Starting pay")
    pay.get_by_label("In your own words").fill("Is that before or after the test?")
    looks_right()
    page.get_by_role("button", name="Return it with what you wrote").click()
    expect(page.get_by_text("Returned: Welder Trainee")).to_be_visible()

    sign_in(recruiter)
    page.goto(f"/opportunities/{row.pk}/edit/")
    looks_right()
    page.get_by_text("Answer: Starting pay", exact=True).click()
    page.get_by_role("textbox", name="Why it should stay as it is").fill("Before the test.")
    page.get_by_role("button", name="Send this answer").click()
    page.get_by_role("button", name="Use these words").click()
    expect(page.get_by_text("The words are taken over.")).to_be_visible()
    row = Opportunity.objects.get()
    assert row.summary == "Helpers wanted in our shop."
    actions.send_opportunity(opportunity=row, by=recruiter)

    sign_in(coordinator)
    page.goto(f"/opportunities/{row.pk}/review/")
    expect(page.get_by_text("They answer: “Before the test.”")).to_be_visible()
    looks_right()
    page.get_by_role("button", name="Publish it").click()
    expect(page.get_by_text("Published: Welder Trainee.")).to_be_visible()
    assert Opportunity.objects.get().state == State.PUBLISHED


def test_a_posting_is_reported_and_taken_down(
    page: Page, sign_in, looks_right, company, recruiter: User, coordinator: User
) -> None:
    row = OpportunityFactory(employer=EmployerFactory(organization=company), title="Welder Trainee")

    page.goto(row.get_absolute_url())
    page.get_by_role("link", name="Report this opportunity").click()
    page.get_by_role("button", name="Send the report").click()
    expect(page.get_by_role("heading", name="One answer needs another look")).to_be_visible()
    looks_right()
    page.get_by_label("It looks like a fraud").check()
    page.get_by_label("What did you see?").fill("They ask for $50 first.")
    page.get_by_label("Your e-mail, if you want an answer").fill("pat@example.org")
    page.get_by_role("button", name="Send the report").click()
    expect(page.get_by_role("heading", name="Thank you for telling us")).to_be_visible()
    looks_right()

    sign_in(coordinator)
    page.goto("/review/")
    page.get_by_role("link", name="Review it").click()
    looks_right()
    page.get_by_label("What did you find?").fill("They take a fee.")
    page.get_by_label("What should the employer mend?").fill("Drop the fee.")
    page.get_by_role("button", name="Take the posting down").click()
    expect(page.get_by_text("Taken down: Welder Trainee.")).to_be_visible()
    assert Opportunity.objects.get().state == State.RETURNED
    page.get_by_role("link", name="What this region asks of postings").click()
    looks_right()
    page.goto(f"/employers/{company.slug}/trust/")
    looks_right()
