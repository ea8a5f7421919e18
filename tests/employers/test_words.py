"""Sentences and small mercies around the posting form."""

import re
from decimal import Decimal

import pytest
from django.core import mail

from employers import actions
from employers.actions import keep_search_words
from employers.choices import Kind
from employers.coach import remarks_on
from employers.forms import even_ladder
from employers.models import ApprenticeshipTerms
from tests.employers.factories import EmployerFactory, OpportunityFactory
from vocabularies.text import steps_to_html, to_html

pytestmark = pytest.mark.django_db


@pytest.fixture
def draft(company, recruiter):
    row = OpportunityFactory(
        employer=EmployerFactory(organization=company), kind=Kind.APPRENTICESHIP, draft=True
    )
    ApprenticeshipTerms.objects.create(opportunity=row)
    return row


def post(client, row, section, **data):
    """What the page says after “Save for later”; wrong answers are kept and shown again."""
    url = f"/opportunities/{row.pk}/edit/{section}/"
    given = {"revision": row.revision, "later": "1", "title": row.title} | data
    answer = client.post(url, given)
    return client.get(url) if answer.status_code == 302 else answer


def test_terms_take_no_direction_marks(signed_in, recruiter, draft):
    answer = post(signed_in(recruiter), draft, "terms", credential="Certificate \u202eabc")

    assert "Take out the invisible direction marks." in answer.content.decode()


def test_a_start_that_is_over_is_refused(signed_in, recruiter, draft):
    answer = post(signed_in(recruiter), draft, "dates", starts_on="2020-02-01")

    assert "That day is over." in answer.content.decode()


def test_falling_pay_is_told_at_its_step(signed_in, recruiter, draft):
    steps = {"after_0": "0", "rate_0": "20", "after_1": "1000", "rate_1": "19"}

    page = post(signed_in(recruiter), draft, "terms", **steps).content.decode()

    assert 'href="#id_rate_1">Pay falls at 1,000.' in page


def test_a_long_title_is_refused_and_kept(signed_in, recruiter, draft):
    page = post(signed_in(recruiter), draft, "work", title="x" * 300).content.decode()

    assert "Use at most 80 characters; this has 300." in page
    assert "x" * 300 in page
    assert 'maxlength="80"' not in page


def test_a_conflict_tells_in_words_what_differs(signed_in, recruiter, draft):
    draft.revision += 1
    draft.save()

    page = post(signed_in(recruiter), draft, "work", sector="", revision=1).content.decode()

    assert "Construction &amp; Skilled Trades</label>" in page


def test_even_steps_stand_at_round_hours():
    ladder = even_ladder(low=Decimal(18), high=Decimal(24), length=8000, count=3)

    assert [after for after, _ in ladder] == [0, 2700, 5300]


def test_the_employer_sees_what_the_reviewer_will(signed_in, recruiter, company):
    row = OpportunityFactory(
        employer=EmployerFactory(organization=company),
        kind=Kind.INTERNSHIP,
        draft=True,
        paid="wage",
        pay_min=5,
        pay_note="Call 512-555-0101",
    )

    page = signed_in(recruiter).get(f"/opportunities/{row.pk}/edit/pay/").content.decode()

    assert {remark.title for remark in remarks_on(row)} >= {"Low pay", "Contact in prose"}
    assert "federal minimum wage" in page


def test_a_member_reads_that_a_suspension_hides_the_posting(signed_in, recruiter, company):
    row = OpportunityFactory(employer=EmployerFactory(organization=company))
    company.state, company.state_reason = "suspended", "Wages were not paid."
    company.save()

    client = signed_in(recruiter)

    assert "is suspended. Wages were not paid." in client.get(row.edit_url).content.decode()
    assert ">Hidden</span>" in client.get("/desk/").content.decode()


def test_a_closed_page_tells_no_way_to_apply(client, region):
    body = client.get(OpportunityFactory(filled_up=True).get_absolute_url()).content.decode()

    assert "How to apply" not in body
    assert "talent@" not in body


def test_the_best_match_comes_first_in_search(client, region):
    other = OpportunityFactory(title="Line Installer", tasks="Help an electrician.")
    best = OpportunityFactory(title="Electrician Apprentice")
    for row in (other, best):
        keep_search_words(row)

    page = client.get("/search/?q=electrician").content.decode()

    assert page.index("Electrician Apprentice") < page.index("Line Installer")


def test_line_breaks_are_kept_and_steps_numbered():
    assert to_html("Mix\nBake") == "<p>Mix<br>\nBake</p>\n"
    assert steps_to_html("Send the form\n\nMeet the crew").count("<li>") == 2


def test_the_summary_lists_errors_in_the_order_of_the_page(signed_in, recruiter, draft):
    wrong = {"hours_min": "x", "zip_0": "99999", "length": "-3"}

    page = post(signed_in(recruiter), draft, "place", **wrong).content.decode()

    asked = re.findall(r'<li><a href="#id_(\w+)">', page)
    assert asked == ["zip_0", "hours_min", "length"]


def test_letters_to_employers_wear_the_frame_of_all_letters(recruiter, coordinator, company):
    row = OpportunityFactory(employer=EmployerFactory(organization=company), draft=True)
    actions.send_opportunity(opportunity=row, by=recruiter)
    actions.return_opportunity(opportunity=row, reason="Say <b>which</b> bus.", by=coordinator)

    [letter] = mail.outbox
    html = letter.alternatives[0].content

    assert '<main class="letter">' in html
    assert "Say &lt;b&gt;which&lt;/b&gt; bus." in html
    assert f"/opportunities/{row.pk}/edit/" in html
