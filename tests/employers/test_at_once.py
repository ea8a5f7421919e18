"""Twenty times the same act at once has one effect, and everybody gets an answer."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import uuid4

import pytest
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.db.models import F
from django.test import Client
from django.utils import timezone

from accounts.actions import invitations
from accounts.models import Entry, Invitation, Membership, Remark, Review
from employers import actions
from employers.actions import imports
from employers.choices import State
from employers.importing.reading import read_table
from employers.models import Import, Kept, Opportunity, Report
from employers.views import saving as saving_page
from tests.employers.factories import EmployerFactory, OpportunityFactory
from tests.employers.makers import make_remark
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db(transaction=True)
TIMES = 20


@pytest.fixture
def employer(company):
    return EmployerFactory(organization=company)


@pytest.fixture
def all_at_once():
    """`all_at_once(rosa, url, data)` → the set of statuses of twenty posts; a stranger is None."""

    def send(user, url, data=None, files=None):
        first = Client()
        if user is not None:
            first.force_login(user, backend="django.contrib.auth.backends.ModelBackend")

        def one(_):
            client = Client(raise_request_exception=False)
            client.cookies = first.cookies
            given = dict(data or {}) | (files() if files else {})
            try:
                return client.post(url, given).status_code
            finally:
                connection.close()

        with ThreadPoolExecutor(8) as threads:
            return set(threads.map(one, range(TIMES)))

    return send


def done(what, subject):
    return Entry.objects.filter(what=what, subject_id=str(subject.pk)).count()


def test_start(all_at_once, recruiter, company, employer):
    given = {"organization": company.pk, "kind": "internship", "title": "Lab", "token": uuid4()}

    assert all_at_once(recruiter, "/opportunities/post/", given) == {302}
    assert Opportunity.objects.count() == 1


def test_send(all_at_once, recruiter, employer):
    row = OpportunityFactory(employer=employer, draft=True)

    assert all_at_once(recruiter, f"/opportunities/{row.pk}/send/") == {302}
    assert Review.objects.of(row).count() == done("sent to review", row) == 1


def test_publish(all_at_once, recruiter, coordinator, employer):
    row = OpportunityFactory(employer=employer, draft=True)
    actions.send_opportunity(opportunity=row, by=recruiter)

    seen = actions.seen_mark(row, Review.objects.of(row).get())

    statuses = all_at_once(
        coordinator, f"/opportunities/{row.pk}/review/", {"do": "publish", "seen": seen}
    )

    assert statuses <= {302, 403, 422}
    assert done("published", row) == 1
    assert len(mail.outbox) == 1


@pytest.mark.parametrize(
    ("path", "data", "what", "begins"),
    [
        ("pause/", {"until": ""}, "paused", {}),
        ("move/take-back/", {}, "took back", {}),
        ("move/resume/", {}, "opened again", {"paused": True}),
        ("move/archive/", {}, "put away", {"draft": True}),
        ("close/", {"outcome": "not-filled"}, "closed", {}),
        ("change/", {}, "began a change", {}),
    ],
)
def test_a_move(all_at_once, recruiter, employer, path, data, what, begins):
    row = OpportunityFactory(employer=employer, **begins)

    statuses = all_at_once(recruiter, f"/opportunities/{row.pk}/{path}", data)

    assert statuses <= {302, 422}
    assert done(what, row) == 1
    assert Opportunity.objects.filter(replaces=row).count() == (path == "change/")


def test_extend(all_at_once, recruiter, employer):
    row = OpportunityFactory(employer=employer)
    closes = timezone.localdate() + timedelta(days=60)

    statuses = all_at_once(
        recruiter,
        f"/opportunities/{row.pk}/extend/",
        {"closes_on": closes.isoformat(), "reason": "Still looking"},
    )

    assert statuses <= {302, 422}
    assert Entry.objects.filter(what__startswith="extended to", subject_id=row.pk).count() == 1


def test_a_change_that_is_shown_at_once(all_at_once, recruiter, employer):
    row = OpportunityFactory(employer=employer)
    copy = actions.begin_change(opportunity=row, by=recruiter)
    actions.save_words(
        opportunity=copy, revision=copy.revision, values={"title": "Better"}, by=recruiter
    )

    statuses = all_at_once(recruiter, f"/opportunities/{copy.pk}/send/")

    assert statuses <= {302, 404}
    row.refresh_from_db()
    assert (row.title, done("changed", row)) == ("Better", 1)


def test_take_over_the_proposed_words(all_at_once, recruiter, employer):
    row = OpportunityFactory(employer=employer, returned=True)
    remark = make_remark(row, proposed="Clearer words.")

    statuses = all_at_once(
        recruiter,
        f"/opportunities/{row.pk}/remarks/{remark.pk}/",
        {"do": "accept", "revision": row.revision},
    )

    assert statuses <= {302, 409}
    assert Remark.objects.get().state == "accepted"
    assert done("took over the proposed words", row) == 1
    row.refresh_from_db()
    assert row.revision == 2


def test_accept_an_invitation(all_at_once, recruiter, company, monkeypatch):
    monkeypatch.setattr(invitations.tokens, "one_time", lambda: "a-token")
    guest = UserFactory(email="gil@example.org")
    guest.emailaddress_set.create(email=guest.email, verified=True, primary=True)
    invitations.invite(organization=company, email=guest.email, role="member", by=recruiter)

    assert all_at_once(guest, "/invitations/a-token/") == {302}
    assert Membership.objects.filter(user=guest).count() == 1
    assert Entry.objects.filter(what__startswith="accepted the invitation").count() == 1


def test_ask_for_a_fresh_invitation(all_at_once, recruiter, company, monkeypatch):
    made = iter(["a-token", "second", "third"])
    monkeypatch.setattr(invitations.tokens, "one_time", lambda: next(made))
    invitations.invite(organization=company, email="gil@example.org", role="member", by=recruiter)
    Invitation.objects.update(expires_at=timezone.now() - timedelta(days=1))

    statuses = all_at_once(None, "/invitations/a-token/again/")

    assert statuses <= {200, 404, 410}
    assert len(mail.outbox) == 2


def test_bring_a_file(all_at_once, recruiter, company):
    given = {"organization": company.pk, "token": uuid4()}

    statuses = all_at_once(
        recruiter,
        "/opportunities/import/",
        given,
        files=lambda: {"file": SimpleUploadedFile("list.csv", b"title\nWelder\n", "text/csv")},
    )

    assert statuses == {302}
    assert Import.objects.count() == 1
    assert Import.objects.get().rows.count() == 1


@pytest.fixture
def batch(recruiter, company):
    """A file of one row that has been checked."""
    file = imports.begin_import(
        organization=company,
        file_name="list.csv",
        table=read_table(b"title,summary,zip\nWelder,Learn to weld.,78701\n"),
        token=uuid4(),
        by=recruiter,
    )
    kind = {"kind": "on-the-job-training"}
    imports.match_import(batch=file, columns=file.columns, choices=kind, by=recruiter)
    return file


def test_save_a_file(all_at_once, recruiter, batch):

    assert all_at_once(recruiter, f"/opportunities/import/{batch.pk}/run/") == {302}
    assert Opportunity.objects.filter(title="Welder").count() == 1
    assert Entry.objects.filter(what="imported a file of postings").count() == 1


def test_undo_a_file(all_at_once, recruiter, batch):
    imports.run_import(batch=batch, by=recruiter)

    assert all_at_once(recruiter, f"/opportunities/import/{batch.pk}/undo/") == {302}
    assert Entry.objects.filter(what="undid a file of postings").count() == 1


def test_duplicate_many(all_at_once, recruiter, employer):
    rows = [OpportunityFactory(employer=employer) for _ in range(2)]
    given = {"act": "duplicate", "row": [row.pk for row in rows], "token": uuid4()}

    assert all_at_once(recruiter, "/opportunities/mine/several/", given) == {302}
    assert Opportunity.objects.filter(state=State.DRAFT).count() == 2


def test_report(all_at_once, employer):
    row = OpportunityFactory(employer=employer)
    page = Client().get(f"/opportunities/{row.pk}/report/").context["form"]
    given = {name: page[name].value() or "" for name in page.fields} | {"reason": "scam"}

    assert all_at_once(None, f"/opportunities/{row.pk}/report/", given) == {302}
    assert Report.objects.count() == Review.objects.count() == 1


def test_keep(all_at_once, recruiter, employer):
    row = OpportunityFactory(employer=employer)

    assert all_at_once(recruiter, f"/opportunities/{row.pk}/save/", {"keep": "yes"}) == {302}
    assert Kept.objects.count() == 1


def test_save_a_page(all_at_once, recruiter, employer):
    row = OpportunityFactory(employer=employer, draft=True)

    statuses = all_at_once(
        recruiter,
        f"/opportunities/{row.pk}/edit/work/",
        {"title": "Other words", "revision": "1", "later": "1"},
    )

    assert statuses <= {302, 409}
    row.refresh_from_db()
    assert row.title == "Other words"


def test_save_a_page_that_others_always_save_first(recruiter, employer, monkeypatch):
    row = OpportunityFactory(employer=employer, draft=True)
    client, saving = Client(), actions.save_section
    client.force_login(recruiter, backend="django.contrib.auth.backends.ModelBackend")
    quicker = iter(range(saving_page.TRIES))

    def after_a_colleague(**given):
        if next(quicker, None) is not None:
            Opportunity.objects.filter(pk=row.pk).update(revision=F("revision") + 1)
        return saving(**given)

    monkeypatch.setattr(actions, "save_section", after_a_colleague)
    page = client.get(f"/opportunities/{row.pk}/edit/work/").context
    given = {"title": "Other words", "seen": page["seen"], "later": "1"}

    assert client.post(f"/opportunities/{row.pk}/edit/work/", given).status_code == 302
    row.refresh_from_db()
    assert row.title == "Other words"
