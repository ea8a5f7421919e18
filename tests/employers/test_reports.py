"""The public reports a posting; staff decide; nobody learns who it was."""

from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from django.core import mail
from django.core.signing import TimestampSigner
from django.test import Client
from django.utils import timezone

from accounts.actions import MoveRefused, NotAllowed
from accounts.history import entries_of
from accounts.models import Review
from accounts.strangers import OPENED
from employers import actions
from employers.choices import ReportState, State
from employers.models import Opportunity, Report
from tests.employers.factories import EmployerFactory, OpportunityFactory
from tests.employers.makers import make_report
from tests.factories import DutyFactory, MembershipFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def row(company):
    return OpportunityFactory(employer=EmployerFactory(organization=company), title="Welder")


def stamped(seconds: int = 60) -> str:
    with time_machine.travel(timezone.now() - timedelta(seconds=seconds), tick=False):
        return TimestampSigner(salt=OPENED, sep="~").sign("form")


def given(**more) -> dict:
    said = {"reason": "scam", "text": "They ask for $50 first.", "email": "", "website": ""}
    return said | {"opened": stamped(), "token": uuid4()} | more


def url(row: Opportunity) -> str:
    return f"/opportunities/{row.pk}/report/"


def decide(row: Opportunity, by, **more):
    said = {"verdict": ReportState.UPHELD, "found": "They did.", "take_down": False} | more
    said.setdefault("seen", actions.mark_of(actions.open_reports(row)))
    return actions.decide_reports(opportunity=row, by=by, **said)


def test_an_open_posting_links_to_its_report(client, row):
    page = client.get(row.get_absolute_url()).content.decode()

    assert url(row) in page


def test_a_report_goes_to_the_queue_without_an_account(client, row, coordinator, signed_in):
    answer = client.post(url(row), given())

    assert client.get(answer.url).status_code == 200
    assert Report.objects.get().opportunity == row
    queue = signed_in(coordinator).get("/review/?kind=report").content.decode()
    assert "Welder" in queue


def test_pages_about_reports_are_not_for_search_engines(client, row):
    for path in (url(row), "/reports/sent/"):
        assert b'name="robots" content="noindex"' in client.get(path).content


def test_the_same_form_sent_twice_is_one_report(client, row):
    form = given()

    for _ in range(2):
        client.post(url(row), form)

    assert Report.objects.count() == 1


def test_whoever_fills_in_the_trap_is_thanked_and_forgotten(client, row):
    answer = client.post(url(row), given(website="https://example.org"))

    assert answer.url == "/reports/sent/"
    assert not Report.objects.exists()


def test_the_trap_is_hidden_from_everybody(client, row):
    page = client.get(url(row)).content.decode()

    before = page[: page.index('name="website"')]
    assert "hidden" in before[before.rindex("<div ") - 200 :]


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"reason": ""}, "Choose what is wrong"),
        ({"reason": "lost"}, "Select a valid choice"),
        ({"reason": "other", "text": ""}, "Say in a few words"),
        ({"text": "x" * 1001}, "1000 characters"),
        ({"text": "Turn \u202e back"}, "direction marks"),
        ({"email": "me@localhost"}, "mail address"),
        ({"opened": "forged"}, "open too long"),
    ],
)
def test_a_wrong_report_comes_back_with_what_was_typed(client, row, wrong, sentence):
    answer = client.post(url(row), given(text="They ask for money.") | wrong)

    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    if "text" not in wrong:
        assert b"They ask for money." in answer.content
    assert not Report.objects.exists()


def test_one_address_is_stopped_and_a_careful_person_elsewhere_is_not(client, row):
    codes = [
        client.post(url(row), given(), REMOTE_ADDR="203.0.113.9").status_code for _ in range(8)
    ]

    elsewhere = client.post(url(row), given(), REMOTE_ADDR="198.51.100.4")

    assert codes == [302] * 5 + [429] * 3
    assert elsewhere.status_code == 302
    assert Report.objects.count() == 6


def test_a_report_sent_within_two_seconds_is_marked(client, row):
    client.post(url(row), given(opened=stamped(0)))

    assert Report.objects.get().is_quick


@pytest.mark.parametrize("trait", ["draft", "in_review", "returned", "scheduled"])
def test_what_a_stranger_may_not_see_cannot_be_reported(client, company, trait):
    row = OpportunityFactory(employer=EmployerFactory(organization=company), **{trait: True})

    assert client.get(url(row)).status_code == 404
    assert client.post(url(row), given()).status_code == 404
    assert not Report.objects.exists()


def test_what_closed_meanwhile_gives_the_words_back(client, row):
    Opportunity.objects.filter(pk=row.pk).update(closes_at=timezone.now() - timedelta(hours=1))

    answer = client.post(url(row), given(text="Kept words."))

    assert answer.status_code == 409
    assert b"Kept words." in answer.content
    assert not Report.objects.exists()


def test_reports_of_one_posting_are_read_together(row, company, coordinator, signed_in):
    for text in ("First.", "Second."):
        make_report(row, text=text)
    other = OpportunityFactory(employer=EmployerFactory(organization=company))
    report = make_report(other, text="Of another.")

    page = signed_in(coordinator).get(f"/review/reports/{row.reports.last().pk}/").content

    assert b"First." in page
    assert b"Second." in page
    assert b"Of another." not in page
    assert Review.objects.open().count() == 2
    decide(row, coordinator, verdict=ReportState.DISMISSED)
    assert {r.state for r in row.reports.all()} == {ReportState.DISMISSED}
    report.refresh_from_db()
    assert report.state == ReportState.OPEN


def test_taking_it_down_returns_it_with_its_reason_and_no_reporter(
    row, recruiter, coordinator, signed_in
):
    report = make_report(row, text="I, Pat, saw it.", email="pat@example.org")
    seen = actions.mark_of([report])

    answer = signed_in(coordinator).post(
        f"/review/reports/{report.pk}/",
        {"do": "take-down", "seen": seen, "found": "They take fees.", "tell": "Drop the fee."},
    )

    assert answer.url == "/review/"
    row.refresh_from_db()
    assert row.state == State.RETURNED
    letters = {letter.to[0]: letter for letter in mail.outbox}
    assert "They take fees." in letters["pat@example.org"].body
    to_employer = letters[recruiter.email].body
    assert "Drop the fee." in to_employer
    page = Client()
    page.force_login(recruiter, backend="django.contrib.auth.backends.ModelBackend")
    for told in (to_employer, page.get(f"/opportunities/{row.pk}/edit/").content.decode()):
        for secret in ("Pat", "pat@", "They take fees", "report"):
            assert secret not in told


def test_an_address_is_erased_once_it_was_answered(row, coordinator):
    report = make_report(row, email="pat@example.org", sender="abc")

    decide(row, coordinator)

    report.refresh_from_db()
    assert (report.email, report.sender) == ("", "")
    assert [letter.to for letter in mail.outbox] == [["pat@example.org"]]
    assert (report.decided_by, report.decision) == (coordinator, "They did.")
    assert entries_of(report).first().what == "upheld the report"
    row.refresh_from_db()
    assert row.state == State.PUBLISHED


def test_a_report_that_came_meanwhile_is_read_first(row, coordinator, signed_in):
    first = make_report(row)
    seen = actions.mark_of([first])
    make_report(row, text="Worse.")

    answer = signed_in(coordinator).post(
        f"/review/reports/{first.pk}/", {"do": "dismiss", "seen": seen, "found": "Fine."}
    )

    assert answer.status_code == 409
    assert b"Worse." in answer.content
    assert b"Fine." in answer.content
    assert len(actions.open_reports(row)) == 2


def test_taking_down_says_what_to_mend(row, coordinator, signed_in):
    report = make_report(row)

    answer = signed_in(coordinator).post(
        f"/review/reports/{report.pk}/",
        {"do": "take-down", "seen": actions.mark_of([report]), "found": "Fees.", "tell": ""},
    )

    assert answer.status_code == 422
    assert b"Say what they should mend" in answer.content
    row.refresh_from_db()
    assert row.state == State.PUBLISHED


def test_a_decision_is_made_once(row, coordinator):
    seen = actions.mark_of([make_report(row)])
    decide(row, coordinator, seen=seen)

    with pytest.raises(MoveRefused):
        decide(row, coordinator, seen=seen)


def test_nobody_decides_reports_about_their_own(row, company, coordinator, signed_in):
    report = make_report(row)
    MembershipFactory(user=coordinator, organization=company)

    with pytest.raises(NotAllowed):
        decide(row, coordinator)

    answer = signed_in(coordinator).post(f"/review/reports/{report.pk}/", {"do": "dismiss"})
    assert answer.status_code == 403


def test_its_own_people_do_not_read_reports(row, recruiter, signed_in):
    report = make_report(row, text="Secret words.")
    DutyFactory(user=recruiter, role="evaluator")

    answer = signed_in(recruiter).get(f"/review/reports/{report.pk}/")

    assert answer.status_code == 403
