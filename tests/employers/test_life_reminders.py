"""Before a posting closes its people are asked once how it stands, and answer by a link."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest
from django.core import mail, signing
from django.db import connection
from django.utils import timezone

from accounts.choices import MembershipState
from accounts.history import entries_of
from accounts.models import Membership
from employers import actions
from employers.actions.reminders import PURPOSES, link_of, remind_closing
from employers.choices import State
from employers.forms.fields import end_of
from employers.models import Reminder
from employers.tasks import ask_before_closing
from tests.employers.factories import EmployerFactory, OpportunityFactory
from tests.factories import MembershipFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def closing(company, recruiter):
    return OpportunityFactory(
        employer=EmployerFactory(organization=company),
        title="Line Helper",
        closes_at=timezone.now() + timedelta(days=6),
        opens_at=timezone.now() - timedelta(days=20),
        public_since=timezone.now() - timedelta(days=20),
    )


def test_the_letter_of_a_worker_names_the_day_of_the_region(closing):
    """The clock goes forward in Texas on that very day."""
    closing.closes_at = end_of(date(2027, 3, 14))
    closing.save()

    remind_closing(closing.closes_at - timedelta(days=2))

    letter = mail.outbox[0]
    assert "Sun 14 Mar 2027, 11:59 pm CDT" in letter.body
    assert "Sun 14 Mar 2027, 11:59 pm CDT" in letter.alternatives[0].content


def path_of(purpose, opportunity, person):
    link = link_of(purpose, opportunity, person, timezone.now())
    return re.sub(r"^https?://[^/]+", "", link)


def test_its_people_are_asked_once_a_week_and_once_a_day_before(closing, company, recruiter):
    MembershipFactory(organization=company)
    MembershipFactory(organization=company, state=MembershipState.LEFT)

    asked = [remind_closing(), remind_closing(), ask_before_closing()]

    assert asked == [1, 0, 0]
    assert len(mail.outbox) == 2
    letter = next(letter for letter in mail.outbox if letter.to == [recruiter.email])
    assert letter.subject == "Closes in a week: Line Helper"
    assert letter.extra_headers["X-Letter-Secret"] == "1"
    links = re.findall(r"https?://\S+/opportunities/answer/\S+", letter.body)
    assert len(links) == 4
    assert all(link in letter.alternatives[0].content for link in links)
    assert remind_closing(closing.closes_at - timedelta(hours=20)) == 1
    assert mail.outbox[-1].subject == "Closes within a day: Line Helper"
    assert Reminder.objects.count() == 2


def test_another_closing_day_is_asked_about_anew(closing, recruiter):
    remind_closing()
    later = timezone.now() + timedelta(days=40)
    actions.extend_opportunity(
        opportunity=closing, closes_at=later, reason="Still looking", by=recruiter
    )

    assert remind_closing() == 0
    assert remind_closing(later - timedelta(days=7)) == 1


@pytest.mark.parametrize(
    "fields",
    [
        {"state": State.PAUSED},
        {"draft": True},
        {"filled_up": True},
        {"closes_at": timezone.now() + timedelta(days=9)},
        {"public_since": timezone.now(), "opens_at": timezone.now()},
    ],
)
def test_nobody_is_asked_about_anything_else(company, recruiter, fields):
    given = {"closes_at": timezone.now() + timedelta(days=6), **fields}
    OpportunityFactory(employer=EmployerFactory(organization=company), **given)

    assert remind_closing() == 0
    assert mail.outbox == []


@pytest.mark.django_db(transaction=True)
def test_eight_at_once_write_one_letter(closing, recruiter):
    def run(_):
        try:
            return remind_closing()
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as threads:
        asked = list(threads.map(run, range(8)))

    assert sum(asked) == 1
    assert Reminder.objects.count() == 1


@pytest.mark.parametrize("purpose", PURPOSES)
def test_looking_at_a_link_changes_nothing_and_needs_no_session(
    closing, recruiter, client, purpose
):
    path = path_of(purpose, closing, recruiter)
    before = closing.changed_at

    answers = [client.get(path), client.head(path)]

    assert [answer.status_code for answer in answers] == [200, 200]
    assert "Line Helper" in answers[0].content.decode()
    assert "You answer as Rosa" in answers[0].content.decode()
    assert "noindex" in answers[0].content.decode()
    closing.refresh_from_db()
    assert closing.changed_at == before
    assert not entries_of(closing).exists()


@pytest.mark.parametrize(
    ("purpose", "given", "standing", "what"),
    [
        ("still", {}, "open", "said that it is still open"),
        ("extend", {}, "open", "extended to"),
        ("filled", {"outcome": "filled-here", "filled": "2"}, "closed", "closed"),
        ("close", {"outcome": "not-filled"}, "closed", "closed"),
    ],
)
def test_an_answer_is_done_once_in_the_name_of_who_got_the_letter(
    closing, recruiter, client, purpose, given, standing, what
):
    path = path_of(purpose, closing, recruiter)

    first = client.post(path, given)

    assert first.status_code == 200
    closing.refresh_from_db()
    assert closing.standing() == standing
    last = entries_of(closing).first()
    assert last.by == recruiter
    assert last.what.startswith(what)
    again = client.post(path, given)
    assert again.status_code == 410
    assert "This question has been answered" in again.content.decode()
    assert entries_of(closing).count() == 1


def test_still_open_takes_it_off_the_desk(closing, recruiter, client, signed_in):
    assert "Is Line Helper still open?" in signed_in(recruiter).get("/desk/").content.decode()

    client.post(path_of("still", closing, recruiter))

    assert "Is Line Helper still open?" not in signed_in(recruiter).get("/desk/").content.decode()


def test_filled_cannot_be_said_as_not_filled(closing, recruiter, client):
    path = path_of("filled", closing, recruiter)

    answer = client.post(path, {"outcome": "not-filled"})

    assert answer.status_code == 422
    closing.refresh_from_db()
    assert closing.state == State.PUBLISHED


def test_a_forged_link_is_dead(closing, recruiter, client):
    token = path_of("close", closing, recruiter).split("/")[-2]
    elsewhere = signing.dumps(signing.loads(token, salt="employers.answer.close"), salt="other")

    for wrong in ("x", token[:-2], f"{token}x", elsewhere):
        answer = client.post(f"/opportunities/answer/{wrong}/", {"outcome": "not-filled"})
        assert answer.status_code == 404
    closing.refresh_from_db()
    assert closing.state == State.PUBLISHED


def test_a_link_serves_for_its_own_answer_only(closing, recruiter, client):
    client.post(path_of("still", closing, recruiter), {"outcome": "not-filled", "do": "close"})

    closing.refresh_from_db()
    assert closing.state == State.PUBLISHED


def test_who_has_left_answers_no_more(closing, company, recruiter, client):
    path = path_of("close", closing, recruiter)
    Membership.objects.filter(user=recruiter).update(state=MembershipState.LEFT)

    for answer in (client.get(path), client.post(path, {"outcome": "not-filled"})):
        assert answer.status_code == 403
        assert "Line Helper" not in answer.content.decode()
    closing.refresh_from_db()
    assert closing.state == State.PUBLISHED


def test_somebody_else_who_is_signed_in_does_not_change_whose_answer_it_is(
    closing, recruiter, outsider, signed_in
):
    signed_in(outsider).post(path_of("still", closing, recruiter))

    assert entries_of(closing).first().by == recruiter


def test_an_old_link_says_what_happened_and_sends_one_fresh_letter(closing, recruiter, client):
    path = path_of("filled", closing, recruiter)
    later = timezone.now() + timedelta(days=30)
    actions.extend_opportunity(
        opportunity=closing, closes_at=later, reason="Still looking", by=recruiter
    )

    old = client.get(path)
    assert old.status_code == 410
    assert "Rosa extended to" in old.content.decode()
    written = client.post(path, {"do": "again"})

    assert "A fresh letter is on its way" in written.content.decode()
    fresh = re.search(r"https?://[^/]+(/opportunities/answer/\S+)", mail.outbox[-1].body)[1]
    assert client.get(fresh).status_code == 200


def test_a_link_dies_sixty_days_after_the_closing(company, recruiter, client):
    over = OpportunityFactory(
        employer=EmployerFactory(organization=company),
        opens_at=timezone.now() - timedelta(days=90),
        closes_at=timezone.now() - timedelta(days=61),
    )

    assert client.get(path_of("filled", over, recruiter)).status_code == 410


def test_nobody_without_an_account_is_written_to(closing, company):
    company.memberships.all().delete()
    MembershipFactory(user=UserFactory(is_active=False), organization=company)

    assert remind_closing() == 1
    assert mail.outbox == []
