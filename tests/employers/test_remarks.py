"""Remarks on single fields: made with the return, answered by its people, shown again."""

import re

import pytest
import time_machine
from django.core import mail
from django.test import Client
from django.utils import timezone

from accounts.choices import RemarkState
from accounts.history import entries_of
from accounts.models import Remark, Review
from employers import actions
from employers.choices import State
from employers.forms.review import RemarkDraft
from employers.models import Opportunity
from employers.postings.remarks import fields_of, remarks_for
from employers.postings.words import snapshot
from tests.employers.factories import EmployerFactory, OpportunityFactory
from tests.employers.makers import make_remark

pytestmark = pytest.mark.django_db


@pytest.fixture
def row(company, recruiter):
    """Sent in, with one word that a reviewer will mark."""
    row = OpportunityFactory(
        employer=EmployerFactory(organization=company),
        draft=True,
        title="Welder Trainee",
        summary="Young helpers wanted in our shop.",
    )
    actions.send_opportunity(opportunity=row, by=recruiter)
    return fresh(row)


@pytest.fixture
def returned(row, coordinator):
    drafts = [
        RemarkDraft("summary", "This reads as a limit by age.", "Helpers wanted in our shop.")
    ]
    return actions.return_opportunity(opportunity=row, reason="", remarks=drafts, by=coordinator)


def fresh(row: Opportunity) -> Opportunity:
    return Opportunity.objects.get(pk=row.pk)


def client_of(user) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def typed(page: str, **given: str) -> dict[str, str]:
    """What the review page would send as it stands, with what is given."""
    hidden = re.findall(r'name="((?:was|seen)[^"]*)" value="([^"]*)"', page)
    areas = re.findall(r'<textarea name="([^"]+)"[^>]*>\s*([^<]*)</textarea>', page)
    return dict(hidden) | dict(areas) | given


def review_page(coordinator, row) -> tuple[Client, str, str]:
    client, url = client_of(coordinator), f"/opportunities/{row.pk}/review/"
    return client, url, client.get(url).content.decode()


def test_a_return_with_remarks_reaches_its_people_field_by_field(row, recruiter, coordinator):
    client, url, page = review_page(coordinator, row)
    data = typed(
        page,
        **{
            "do": "return",
            "pick-summary": "This reads as a limit by age.",
            "propose-summary": "Helpers wanted in our shop.",
            "own-pay_note": "Say whether tools are paid.",
        },
    )

    answer = client.post(url, data)

    assert answer.url == "/review/"
    assert fresh(row).state == State.RETURNED
    made = Remark.objects.order_by("field").values_list("field", "reason", "proposed")
    assert list(made) == [
        ("pay_note", "Say whether tools are paid.", ""),
        ("summary", "This reads as a limit by age.", "Helpers wanted in our shop."),
    ]
    letter = mail.outbox[0]
    assert letter.to == [recruiter.email]
    for said in ("Summary: This reads", "Helpers wanted in our shop.", "Say whether tools"):
        assert said in letter.body
        assert said.partition(": ")[2] in letter.alternatives[0][0]


def test_fields_left_alone_make_no_remark(row, coordinator):
    client, url, page = review_page(coordinator, row)

    answer = client.post(url, typed(page, do="return", reason="Tell us more."))

    assert answer.status_code == 302
    assert not Remark.objects.exists()


def test_a_return_says_why_in_one_of_two_places(row, coordinator):
    client, url, page = review_page(coordinator, row)

    answer = client.post(url, typed(page, do="return"))

    assert answer.status_code == 422
    assert b"Or remark on a field above" in answer.content
    assert fresh(row).state == State.IN_REVIEW


def test_what_has_remarks_is_not_published_by_mistake(row, coordinator):
    client, url, page = review_page(coordinator, row)

    answer = client.post(url, typed(page, **{"do": "publish", "own-title": "Too short."}))

    assert answer.status_code == 422
    assert b"Too short." in answer.content
    assert fresh(row).state == State.IN_REVIEW


def test_words_that_the_form_would_refuse_cannot_be_proposed(row, coordinator):
    client, url, page = review_page(coordinator, row)

    answer = client.post(url, typed(page, **{"do": "return", "propose-summary": "x" * 201}))

    assert answer.status_code == 422
    assert b"x" * 201 in answer.content
    assert b"200 characters" in answer.content
    assert not Remark.objects.exists()
    assert fresh(row).state == State.IN_REVIEW


def test_an_old_review_page_keeps_what_was_typed_and_decides_nothing(row, recruiter, coordinator):
    client, url, page = review_page(coordinator, row)
    actions.take_back_opportunity(opportunity=row, by=recruiter)
    now = fresh(row)
    values = {"summary": "Helpers wanted.", "pay_note": "Tools are paid."}
    actions.save_words(opportunity=now, revision=now.revision, values=values, by=recruiter)
    actions.send_opportunity(opportunity=fresh(row), by=recruiter)

    answer = client.post(
        url, typed(page, **{"do": "return", "own-title": "Name the craft.", "reason": "Kept"})
    )
    again = client.post(url, typed(answer.content.decode(), **{"do": "return"}))

    assert answer.status_code == 409
    assert b"Name the craft." in answer.content
    assert again.status_code == 302
    # The summary that was left alone follows the new words and proposes nothing.
    assert [remark.field for remark in Remark.objects.all()] == ["title"]
    assert Review.objects.of(row).get(state="returned").reason == "Kept"


def test_what_changed_since_last_time_is_marked_word_by_word(returned, recruiter, coordinator):
    values = {"summary": "Helpers wanted in our warm shop.", "pay_max": None}
    actions.save_words(
        opportunity=returned, revision=returned.revision, values=values, by=recruiter
    )
    actions.send_opportunity(opportunity=fresh(returned), by=recruiter)

    page = review_page(coordinator, returned)[2]

    assert "What changed since last time" in page
    assert "<del>Young helpers</del> <ins>Helpers</ins> wanted in our <ins>warm </ins>shop" in page
    assert "<del>22.00</del>" in page
    assert "Changed" in page


def test_a_day_reads_the_same_in_every_process_and_year(row, region):
    with time_machine.travel("2027-01-05T12:00:00Z"), timezone.override("Asia/Tokyo"):
        later = snapshot(row)

    assert later["closes_at"] == snapshot(row)["closes_at"]
    assert str(row.closes_at.year) in later["closes_at"][1]


def test_a_change_is_compared_with_the_live_posting(company, recruiter, coordinator):
    live = OpportunityFactory(employer=EmployerFactory(organization=company), pay_note="Weekly.")
    copy = actions.begin_change(opportunity=live, by=recruiter)
    actions.save_words(
        opportunity=copy, revision=copy.revision, values={"pay_note": "Monthly."}, by=recruiter
    )
    actions.send_opportunity(opportunity=fresh(copy), by=recruiter)

    page = review_page(coordinator, copy)[2]

    assert "What would change" in page
    assert "<del>Weekly</del> <ins>Monthly</ins>" in page


def test_its_people_see_remarks_where_they_write(returned, recruiter):
    client = client_of(recruiter)

    for path in ("edit/", "edit/work/"):
        page = client.get(f"/opportunities/{returned.pk}/{path}").content.decode()
        assert "This reads as a limit by age." in page
        assert "<del>Young helpers</del> <ins>Helpers</ins>" in page
    other = client.get(f"/opportunities/{returned.pk}/edit/pay/").content.decode()
    assert "This reads as a limit by age." not in other


def accept(client: Client, row: Opportunity, remark: Remark, revision: int) -> int:
    url = f"/opportunities/{row.pk}/remarks/{remark.pk}/"
    return client.post(url, {"do": "accept", "revision": revision}).status_code


def test_one_click_takes_exactly_the_proposed_words(returned, recruiter):
    remark, before = Remark.objects.get(), snapshot(returned)
    client = client_of(recruiter)

    first = accept(client, returned, remark, returned.revision)
    twice = accept(client, returned, remark, returned.revision)

    now = fresh(returned)
    assert (first, twice) == (302, 302)
    assert now.summary == "Helpers wanted in our shop."
    assert now.revision == returned.revision + 1
    after = snapshot(now)
    assert {name for name in after if after[name] != before.get(name)} == {"summary"}
    remark.refresh_from_db()
    assert (remark.state, remark.settled_by) == (RemarkState.ACCEPTED, recruiter)
    entry = entries_of(now).get(what="took over the proposed words")
    assert entry.before == {"summary": "Young helpers wanted in our shop."}
    assert entry.after == {"summary": "Helpers wanted in our shop."}


def test_words_of_a_row_beside_the_posting_are_taken_too(company, recruiter):
    row = OpportunityFactory(employer=EmployerFactory(organization=company), returned=True)
    remark = make_remark(row, "training.trainer_role", proposed="lead welder")

    actions.accept_words(opportunity=row, remark=remark, revision=row.revision, by=recruiter)

    assert fresh(row).training.trainer_role == "lead welder"
    assert fresh(row).revision == row.revision + 1


def test_words_are_not_taken_over_what_a_colleague_saved(returned, recruiter):
    actions.save_words(
        opportunity=returned,
        revision=returned.revision,
        values={"summary": "Mine now."},
        by=recruiter,
    )

    status = accept(client_of(recruiter), returned, Remark.objects.get(), returned.revision)

    assert status == 409
    assert fresh(returned).summary == "Mine now."
    assert Remark.objects.get().state == RemarkState.OPEN


def test_an_answer_is_kept_and_shown_to_the_reviewer(returned, recruiter, coordinator):
    url = f"/opportunities/{returned.pk}/remarks/{Remark.objects.get().pk}/"
    given = {"do": "answer", "revision": returned.revision, "answer": "It is the club’s name."}
    client = client_of(recruiter)

    empty = client.post(url, given | {"answer": " "})
    client.post(url, given)
    client.post(url, given)
    actions.send_opportunity(opportunity=fresh(returned), by=recruiter)

    assert empty.status_code == 422
    assert entries_of(returned).filter(what="answered a remark").count() == 1
    page = review_page(coordinator, returned)[2]
    assert "They answer: “It is the club’s name.”" in page


def test_a_field_that_says_something_else_has_met_its_remark(returned, recruiter, coordinator):
    actions.save_words(
        opportunity=returned,
        revision=returned.revision,
        values={"summary": "People wanted."},
        by=recruiter,
    )
    actions.send_opportunity(opportunity=fresh(returned), by=recruiter)

    assert Remark.objects.get().state == RemarkState.EDITED
    assert "What was asked last time" in review_page(coordinator, returned)[2]


def test_a_remark_that_nobody_met_is_shown_as_not_answered(returned, recruiter, coordinator):
    actions.send_opportunity(opportunity=returned, by=recruiter)

    assert Remark.objects.get().state == RemarkState.OPEN
    assert "Not answered" in review_page(coordinator, returned)[2]


def test_who_sends_it_again_is_told_which_remarks_have_no_answer(returned, recruiter):
    client, preview = client_of(recruiter), f"/opportunities/{returned.pk}/preview/"
    sentence = "1 remark of the reviewer has no answer yet"

    before = client.get(preview).content.decode()
    actions.save_words(
        opportunity=returned,
        revision=returned.revision,
        values={"summary": "People wanted."},
        by=recruiter,
    )
    after = client.get(preview).content.decode()

    assert sentence in before and sentence not in after
    assert "Send to review" in before


def test_taking_it_back_from_review_keeps_its_remarks_in_sight(returned, recruiter):
    actions.send_opportunity(opportunity=returned, by=recruiter)
    actions.take_back_opportunity(opportunity=fresh(returned), by=recruiter)

    assert [seen.remark.field for seen in remarks_for(fresh(returned))] == ["summary"]


@pytest.mark.parametrize("who", ["outsider", "counselor", "coordinator"])
def test_strangers_know_of_no_remark(returned, request, who):
    person = request.getfixturevalue(who)

    status = accept(client_of(person), returned, Remark.objects.get(), returned.revision)

    assert status == 404
    assert fresh(returned).summary == "Young helpers wanted in our shop."


def test_a_remark_of_another_posting_cannot_be_answered_here(returned, company, recruiter):
    other = OpportunityFactory(employer=EmployerFactory(organization=company), returned=True)
    foreign = make_remark(other, proposed="Other words.")
    earlier = make_remark(returned, "title", proposed="Old title")
    Review.objects.filter(pk=earlier.review_id).update(
        sent_at=returned.created_at.replace(year=2025)
    )

    client = client_of(recruiter)

    for remark in (foreign, earlier):
        assert accept(client, returned, remark, returned.revision) == 404
    assert fresh(returned).summary == "Young helpers wanted in our shop."


@pytest.mark.parametrize(
    "kind", ["apprenticeship", "pre-apprenticeship", "internship", "co-op", "job-shadow"]
)
def test_every_field_that_says_something_can_be_remarked_on(company, kind):
    row = OpportunityFactory(employer=EmployerFactory(organization=company), kind=kind)

    names = {seen.name for seen in fields_of(row)}

    # The factory says it of every kind; the people of a visit are not asked.
    elsewhere = {"class_payer"} if row.is_visit else set()
    assert set(snapshot(row)) - elsewhere <= names
