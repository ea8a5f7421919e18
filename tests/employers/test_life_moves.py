"""What may be done with a posting when, by whom, and what its dates decide."""

from datetime import timedelta

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from accounts.actions import MoveRefused, NotAllowed, ReasonMissing
from accounts.history import entries_of
from accounts.models import Review
from employers import actions, rules
from employers.choices import State
from employers.models import Opportunity, Policy
from employers.postings.standing import ACTS, refusal, why_hidden
from tests.employers.factories import EmployerFactory, OpportunityFactory
from tests.factories import MembershipFactory

pytestmark = pytest.mark.django_db

TRAITS = {
    "draft": "draft",
    "in-review": "in_review",
    "returned": "returned",
    "scheduled": "scheduled",
    "open": None,
    "paused": "paused",
    "expired": "expired",
    "closed": "filled_up",
}
ALLOWED = {
    "draft": {"send", "archive", "relist"},
    "in-review": {"take-back", "relist"},
    "returned": {"send", "archive", "relist"},
    "scheduled": {
        *("take-back", "pause", "schedule", "extend", "close", "change", "relist", "take-down"),
    },
    "open": {"take-back", "pause", "extend", "close", "change", "relist", "take-down"},
    "paused": {"pause", "resume", "extend", "close", "change", "relist", "take-down"},
    "expired": {"take-back", "extend", "close", "change", "relist", "take-down"},
    "closed": {"archive", "relist"},
}


def make(standing, company, **fields):
    trait = TRAITS[standing]
    given = {trait: True} if trait else {}
    return OpportunityFactory(employer=EmployerFactory(organization=company), **given, **fields)


@pytest.fixture
def posting(company):
    return make("open", company)


def noon(days):
    return timezone.now() + timedelta(days=days)


@pytest.mark.parametrize("standing", TRAITS)
def test_each_standing_has_its_acts(standing, company):
    opportunity = make(standing, company)

    assert opportunity.standing() == standing
    assert {act for act in ACTS if not refusal(act, opportunity)} == ALLOWED[standing]


ACT_PAGES = {
    "opportunity_send": {},
    "opportunity_pause": {},
    "opportunity_schedule": {},
    "opportunity_extend": {"closes_on": "2027-01-15", "reason": "Two of four are filled"},
    "opportunity_close": {"outcome": "not-filled"},
    "opportunity_change": {},
}
ACT_OF = {name: name.removeprefix("opportunity_") for name in ACT_PAGES}


@pytest.mark.parametrize("standing", TRAITS)
@pytest.mark.parametrize("page", ACT_PAGES)
def test_only_its_own_people_move_it_and_only_along_the_table(
    standing, page, company, recruiter, outsider, coordinator, client
):
    opportunity = make(standing, company)
    given = ACT_PAGES[page] | (
        {"closes_on": (timezone.localdate() + timedelta(days=50)).isoformat()}
        if page == "opportunity_extend"
        else {}
    )
    if page == "opportunity_pause" and standing == "paused":
        given = {"until": (timezone.localdate() + timedelta(days=5)).isoformat()}
    url = reverse(f"employers:{page}", args=[opportunity.pk])

    for person in (outsider, coordinator):
        client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
        assert client.post(url, given).status_code == 404
    assert not entries_of(opportunity).exists()

    client.force_login(recruiter, backend="django.contrib.auth.backends.ModelBackend")
    assert client.post(url, given).status_code == 302
    assert entries_of(opportunity).exists() == (ACT_OF[page] in ALLOWED[standing])


def test_a_pause_until_a_moment_ends_by_the_clock(posting, recruiter):
    first = posting.public_since
    until = noon(4)

    actions.pause_opportunity(opportunity=posting, until=until, by=recruiter)

    posting.refresh_from_db()
    assert (posting.state, posting.standing()) == (State.PUBLISHED, "paused")
    assert not Opportunity.objects.public().exists()
    assert rules.may_see_opportunity(recruiter, posting)
    assert Opportunity.objects.public(until + timedelta(seconds=1)).get() == posting
    assert posting.standing(until + timedelta(seconds=1)) == "open"
    assert posting.public_since == first


def test_a_paused_one_reads_as_paused_to_everybody_and_opens_again_now(
    posting, recruiter, signed_in, client
):
    actions.pause_opportunity(opportunity=posting, until=noon(4), by=recruiter)

    page = client.get(posting.get_absolute_url()).content.decode()

    assert "This takes no applications just now." in page
    assert "noindex" in page
    assert "application/ld+json" not in page
    answer = signed_in(recruiter).post(f"/opportunities/{posting.pk}/move/resume/")
    assert answer.status_code == 302
    assert Opportunity.objects.public().get() == posting


def test_what_was_paused_without_end_can_be_given_one(posting, recruiter):
    actions.pause_opportunity(opportunity=posting, by=recruiter)

    actions.pause_opportunity(opportunity=posting, until=noon(3), by=recruiter)

    posting.refresh_from_db()
    assert posting.paused_until is not None


@pytest.mark.parametrize("days", [-1, 0, 21])
def test_a_pause_ends_between_now_and_its_closing(posting, recruiter, days):
    with pytest.raises(MoveRefused):
        actions.pause_opportunity(opportunity=posting, until=noon(days), by=recruiter)


def test_a_closing_that_passed_during_a_pause_must_be_moved_first(company, recruiter):
    posting = make("paused", company, closes_at=noon(-1))

    with pytest.raises(MoveRefused, match="Extend it"):
        actions.resume_opportunity(opportunity=posting, by=recruiter)
    actions.extend_opportunity(
        opportunity=posting, closes_at=noon(9), reason="Still looking", by=recruiter
    )
    actions.resume_opportunity(opportunity=posting, by=recruiter)

    assert Opportunity.objects.public().get() == posting


def test_a_schedule_can_be_moved_and_ended(company, recruiter):
    posting = make("scheduled", company)

    actions.schedule_opportunity(opportunity=posting, opens_at=noon(9), by=recruiter)

    posting.refresh_from_db()
    assert posting.standing() == "scheduled"
    assert posting.public_since == posting.opens_at
    actions.schedule_opportunity(opportunity=posting, opens_at=None, by=recruiter)
    assert Opportunity.objects.public().get() == posting


def test_an_extension_needs_a_reason_and_no_new_review(company, recruiter):
    posting = make("expired", company)

    with pytest.raises(ReasonMissing):
        actions.extend_opportunity(
            opportunity=posting, closes_at=noon(30), reason=" ", by=recruiter
        )
    actions.extend_opportunity(
        opportunity=posting, closes_at=noon(30), reason="Two of four are filled", by=recruiter
    )

    assert Opportunity.objects.public().get() == posting
    last = entries_of(posting).first()
    assert last.why == "Two of four are filled"
    assert last.before["closes_at"] < last.after["closes_at"]


@pytest.mark.parametrize(
    ("closed", "to", "sentence"),
    [
        (20, 10, "already"),
        (20, 400, "at most"),
        (-1, -0.5, "over"),
        (-61, 30, "Relist"),
    ],
)
def test_an_extension_keeps_to_its_bounds(company, recruiter, closed, to, sentence):
    posting = make("open", company, closes_at=noon(closed), opens_at=noon(-90))

    with pytest.raises(MoveRefused, match=sentence):
        actions.extend_opportunity(
            opportunity=posting, closes_at=noon(to), reason="Still looking", by=recruiter
        )


def test_the_policy_bounds_an_extension(posting, recruiter, signed_in):
    Policy(most_days_open=30).save()
    day = (timezone.localdate() + timedelta(days=40)).isoformat()

    answer = signed_in(recruiter).post(
        f"/opportunities/{posting.pk}/extend/", {"closes_on": day, "reason": "Still looking"}
    )

    assert answer.status_code == 422
    assert "may stay open until" in answer.content.decode()
    assert "Still looking" in answer.content.decode()


def test_closing_keeps_how_many_and_what_they_earn_only_where_filled(posting, recruiter, signed_in):
    url = f"/opportunities/{posting.pk}/close/"
    rosa = signed_in(recruiter)

    wrong = {"outcome": "not-filled", "filled": "2", "starting_pay": "18"}
    assert rosa.post(url, wrong).status_code == 422
    assert rosa.post(url, wrong | {"starting_pay": "60,000"}).status_code == 422
    rosa.post(url, {"outcome": "filled-here", "filled": "2", "starting_pay": "18.50"})

    posting.refresh_from_db()
    assert (posting.state, posting.filled, str(posting.starting_pay)) == ("closed", 2, "18.50")


def test_more_taken_on_than_were_offered_is_asked_about_once(posting, recruiter, signed_in):
    Opportunity.objects.filter(pk=posting.pk).update(openings=3)
    rosa, url = signed_in(recruiter), f"/opportunities/{posting.pk}/close/"
    given = {"outcome": "filled-here", "filled": "9"}

    asked = rosa.post(url, given)
    other = rosa.post(url, given | {"filled": "8", "asked": "9"})
    sure = rosa.post(url, given | {"asked": "9"})

    assert (asked.status_code, other.status_code, sure.status_code) == (422, 422, 302)
    assert "You offered 3 places. If you took on 9, send it once more" in asked.content.decode()
    assert 'name="asked" value="9"' in asked.content.decode()
    posting.refresh_from_db()
    assert posting.filled == 9


def test_staff_take_down_with_a_reason_and_its_people_can_mend_it(
    posting, recruiter, coordinator, company
):
    with pytest.raises(ReasonMissing):
        actions.take_down_opportunity(opportunity=posting, reason="", by=coordinator)
    actions.take_down_opportunity(
        opportunity=posting, reason="The pay is not as it says.", by=coordinator
    )

    posting.refresh_from_db()
    assert posting.state == State.RETURNED
    assert posting.is_writable
    assert "The pay is not as it says." in mail.outbox[0].body
    assert Review.objects.of(posting).last().reason == "The pay is not as it says."
    actions.send_opportunity(opportunity=posting, by=recruiter)


def test_nobody_takes_down_what_is_their_own_organizations(posting, coordinator, company):
    MembershipFactory(user=coordinator, organization=company)

    with pytest.raises(NotAllowed):
        actions.take_down_opportunity(opportunity=posting, reason="x", by=coordinator)


def test_every_reason_why_nobody_sees_it_is_given_at_once(company, recruiter):
    company.state, company.verified_at = "pending", None
    company.save()
    draft = make("draft", company)

    reasons = [reason.sentence for reason in why_hidden(draft)]

    assert len(reasons) == 2
    assert "draft" in reasons[0]
    assert "waits to be verified" in reasons[1]


def test_what_is_open_hides_from_nobody(posting):
    assert why_hidden(posting) == []


@pytest.mark.parametrize("standing", TRAITS)
def test_the_page_of_its_people_shows_each_standing(standing, company, recruiter, signed_in):
    posting = make(standing, company)

    answer = signed_in(recruiter).get(f"/opportunities/{posting.pk}/edit/")

    assert answer.status_code == 200
    assert "Why can nobody see this?" in answer.content.decode() or standing in (
        *("open", "draft", "returned"),
    )


def test_what_has_expired_is_read_as_closed_and_found_nowhere(company, client):
    gone = make("expired", company, title="Gone Already")

    page = client.get(gone.get_absolute_url())

    assert page.status_code == 200
    body = page.content.decode()
    assert "noindex" in body
    assert "application/ld+json" not in body
    assert "How to apply" not in body
    for path in (
        "/opportunities/",
        "/opportunities.json",
        "/opportunities.csv",
        "/opportunities.atom",
        "/opportunities.ics",
        "/sitemap.xml",
        "/",
    ):
        found = b"".join(client.get(path)).decode()
        assert "Gone Already" not in found, path
        assert gone.get_absolute_url() not in found, path
