"""Bringing a file of postings in: what it becomes, what is left alone, and how it is undone."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.choices import OrganizationState
from accounts.models import Review
from employers.actions import imports as actions
from employers.choices import ImportState, State
from employers.export import csv_chunks, for_export
from employers.importing import working
from employers.importing.reading import read_table
from employers.models import ColumnMatch, Import, Opportunity, TrainingPlan
from tests.employers.factories import EmployerFactory, OpportunityFactory
from tests.factories import MembershipFactory, PlaceFactory
from vocabularies.models import Place

pytestmark = pytest.mark.django_db

START = "/opportunities/import/"


def outcomes(batch):
    return list(batch.rows.values_list("outcome", flat=True))


def file(text, name="list.csv"):
    return SimpleUploadedFile(name, text.encode())


# The pages


def test_from_upload_to_drafts(
    signed_in, recruiter, company, region, django_capture_on_commit_callbacks
):
    client = signed_in(recruiter)
    text = "ref,Job Title,City,Pay\nA1,Welder,Austin,$20/h\nA2,Fitter,Atlantis,$20/h\n"

    with django_capture_on_commit_callbacks(execute=True):
        posted = {"organization": company.pk, "token": uuid4(), "file": file(text)}
        response = client.post(START, posted, follow=True)
        batch = Import.objects.get()
        assert response.redirect_chain == [(f"{START}{batch.pk}/columns/", 302)]
        said = {"column_0": "external_id", "column_1": "title", "column_2": "city"}
        said |= {"column_3": "pay", "kind": "internship", "class_payer": "no-class"}
        response = client.post(f"{START}{batch.pk}/columns/", said)
    page = client.get(response.url).content.decode()

    assert Opportunity.objects.count() == 0
    assert "1 row can be saved, 1 row cannot" in page
    assert "Row 2 · City: Austin · Pay: $20/h" in page
    assert "We know no place “Atlantis” in the region. Give its ZIP code." in page

    with django_capture_on_commit_callbacks(execute=True):
        client.post(f"{START}{batch.pk}/run/")
        client.post(f"{START}{batch.pk}/run/")
    page = client.get(f"{START}{batch.pk}/").content.decode()

    draft = Opportunity.objects.get()
    assert (draft.title, draft.kind, draft.external_id) == ("Welder", "internship", "A1")
    assert (draft.state, draft.created_by) == (State.DRAFT, recruiter)
    assert "1 draft to finish" in page


def test_the_same_upload_twice_makes_one(signed_in, recruiter, company, region):
    client, token = signed_in(recruiter), uuid4()

    for _ in range(2):
        posted = {"organization": company.pk, "token": token, "file": file("title\nWelder\n")}
        client.post(START, posted)

    assert Import.objects.count() == 1


@pytest.mark.parametrize(
    ("posted", "sentence"),
    [
        ({}, "Choose a file."),
        ({"file": SimpleUploadedFile("a.csv", b"")}, "This file is empty."),
        ({"file": SimpleUploadedFile("a.csv", b"\x00\x01\x02")}, "This is no table that we can"),
        ({"file": SimpleUploadedFile("a.csv", b"title\n")}, "column names and no rows below"),
    ],
)
def test_a_bad_upload_is_a_sentence(signed_in, recruiter, company, region, posted, sentence):
    client = signed_in(recruiter)

    response = client.post(START, {"organization": company.pk, "token": uuid4()} | posted)

    assert response.status_code == 422
    assert sentence in response.content.decode()


def test_nobody_imports_for_another_organization(signed_in, outsider, company, region):
    client = signed_in(outsider)

    posted = {"organization": company.pk, "token": uuid4(), "file": file("title\nWelder\n")}
    response = client.post(START, posted)

    assert response.status_code == 422
    assert Import.objects.count() == 0


def test_a_stolen_token_shows_nothing_of_the_other_file(
    signed_in, outsider, recruiter, company, region
):
    theirs = actions.begin_import(
        organization=company,
        file_name="theirs.csv",
        table=read_table(b"title\nWelder\n"),
        token=uuid4(),
        by=recruiter,
    )
    own = outsider.memberships.get().organization
    client = signed_in(outsider)

    posted = {"organization": own.pk, "token": theirs.form_token, "file": file("title\nX\n")}
    response = client.post(START, posted)

    assert response.status_code == 403
    assert theirs.rows.get().cells == ["Welder"]


def test_two_columns_cannot_hold_one_thing(signed_in, recruiter, bring):
    batch = bring("title,name\nWelder,Fitter\n")
    client = signed_in(recruiter)

    said = {"column_0": "title", "column_1": "title", "kind": "internship"}
    response = client.post(f"{START}{batch.pk}/columns/", said)

    assert response.status_code == 422
    assert "Two columns give “Title”. Leave one of them out." in response.content.decode()


def test_what_is_matched_by_hand_is_remembered(bring, recruiter, company):
    batch = bring("Stelle,pay\nWelder,$20/h\n")
    actions.match_import(
        batch=batch, columns={"title": 0}, choices={"kind": "internship"}, by=recruiter
    )

    again = bring("Stelle,pay\nWelder,$20/h\n")

    assert again.columns == {"title": 0}
    assert ColumnMatch.objects.get(heading="pay").field == ""


def test_refused_rows_can_be_taken_along_with_their_reasons(signed_in, recruiter, bring):
    batch = bring('title,pay\nWelder,$20/h\n=HYPERLINK("x"),-5\n')

    response = signed_in(recruiter).get(f"{START}{batch.pk}/refused.csv")

    lines = response.content.decode().splitlines()
    assert lines[0] == "Row,title,pay,Why it was refused"
    assert lines[1].startswith("""3,"'=HYPERLINK(""x"")",'-5,"pay: We cannot read""")
    assert len(lines) == 2


def test_a_suspended_organization_imports_nothing(signed_in, recruiter, company, bring):
    batch = bring("title\nWelder\n")
    company.state = OrganizationState.SUSPENDED
    company.save()

    response = signed_in(recruiter).post(f"{START}{batch.pk}/run/")

    assert response.status_code == 403


# What rows become


@pytest.mark.parametrize(
    ("heading", "cell", "sentence"),
    [
        ("slots", "-5", "Give 1 or more."),
        ("slots", "1e5", "Write a whole number, such as 12."),
        ("slots", "١٢", "Write a whole number, such as 12."),
        ("closing date", "9999-12-31", "A posting may stay open until"),
        ("title", "Wel\u202eder", "Take out the invisible direction marks."),
        ("title", "W" * 81, "Use at most 80 characters; this has 81."),
        ("pay", "$30-20/h", "$20.00 is less than the starting pay of $30.00."),
        ("pay", "$60,000/h", "$60,000 for each hour? Check the unit."),
        ("kind", "Gig", "“Gig” is none of:"),
        ("zip", "99999", "We know no ZIP code 99999."),
    ],
)
def test_a_file_is_held_to_the_rules_of_the_form(bring, heading, cell, sentence):
    columns = {"title": "Welder"} | {heading: cell}
    text = ",".join(columns) + "\n" + ",".join(f'"{value}"' for value in columns.values()) + "\n"

    row = bring(text).rows.get()

    assert row.outcome == "refused"
    assert [name for name, _ in row.errors] == [heading]
    assert sentence.replace("$60,000 ", "") in row.errors[0][1].replace("$60,000.00 ", "")


def test_a_city_with_many_zip_codes_is_asked_for_one(bring, region):
    PlaceFactory(zip="78702")

    row = bring("title,city\nWelder,Austin\n").rows.get()

    assert row.errors == [
        ["city", "Austin has 2 ZIP codes in the region. Give one, such as Austin 78701."]
    ]


def test_a_known_reference_changes_its_draft_and_nothing_else(bring, save, company):
    employer = EmployerFactory(organization=company)
    draft = OpportunityFactory(employer=employer, draft=True, external_id="A1", title="Welder")
    OpportunityFactory(employer=EmployerFactory(), draft=True, external_id="A2")

    batch = save(bring("ref,title,slots\nA1,Welder,7\nA2,Fitter,1\n"))

    draft.refresh_from_db()
    assert outcomes(batch) == ["change", "new"]
    assert batch.rows.first().notices == ["Changes: For how many people."]
    assert (draft.openings, draft.summary) == (7, "Learn to weld on the shop floor.")
    assert Opportunity.objects.count() == 3


def test_many_known_references_are_looked_at_together(bring, company):
    employer = EmployerFactory(organization=company)
    for n in range(12):
        OpportunityFactory(employer=employer, draft=True, external_id=f"A{n}", openings=2)
    few = bring("ref,openings\nA0,3\nA1,4\n")
    many = bring("ref,openings\n" + "".join(f"A{n},{n + 3}\n" for n in range(12)))
    assert set(outcomes(many)) == {"change"}
    asked = {}
    for batch in (few, many):
        batch.rows.update(outcome="")
        Import.objects.filter(pk=batch.pk).update(state=ImportState.CHECKING)
        with CaptureQueriesContext(connection) as queries:
            working.work_on(batch.pk)
        asked[batch.pk] = len(queries)

    assert asked[many.pk] == asked[few.pk]


def test_what_is_public_gets_a_change_that_waits_for_review(bring, save, company):
    live = OpportunityFactory(employer=EmployerFactory(organization=company), external_id="A1")

    save(bring("ref,title,slots\nA1,Master Welder,2\n"))

    live.refresh_from_db()
    assert live.title != "Master Welder"
    assert live.copies.get().title == "Master Welder"


def test_a_file_that_says_nothing_new_is_no_failure(bring, save, signed_in, recruiter):
    table = "Your number,Title,Kind\nA1,Welder Trainee,internship\n"
    save(bring(table))

    again = bring(table)
    page = signed_in(recruiter).get(f"/opportunities/import/{again.pk}/").content.decode()

    assert "there is nothing to save" in page
    assert "No row can be saved" not in page


def test_what_looks_like_an_open_posting_is_skipped_unless_wanted(bring, company):
    OpportunityFactory(employer=EmployerFactory(organization=company), title="Welder")
    text = "title,place\nwelder,Austin 78701\nWelder,Remote\n"

    assert outcomes(bring(text)) == ["alike", "new"]
    assert outcomes(bring(text, take_alike=True)) == ["new", "new"]


def test_an_exported_list_comes_back_as_the_same(bring, company, region):
    employer = EmployerFactory(organization=company)
    other = PlaceFactory(zip="78640", city="Kyle")
    OpportunityFactory(
        employer=employer,
        title="=Welder, 2nd shift",
        tasks="One.\n\n- Two",
        places=[Place.objects.get(zip="78701"), other],
        supports=["class", "tools"],
        class_payer="employer",
        asks=["driver-license", "heights"],
        learner_cost=0,
        minimum_age=18,
    )
    OpportunityFactory(
        employer=employer, kind="job-shadow", paid="unpaid", pay_min=None, pay_max=None
    )
    OpportunityFactory(
        employer=employer, mode="remote", pay_unit="year", pay_min=52000.5, pay_max=None
    )
    OpportunityFactory(title="Not ours")

    rows = for_export(Opportunity.objects.public().order_by("pk"))
    batch = bring("".join(csv_chunks(rows)))

    assert [(row.outcome, row.errors) for row in batch.rows.all()[:3]] == [("same", [])] * 3
    theirs = batch.rows.last()
    assert theirs.outcome == "refused"
    assert "No posting of Granite Ridge Electric has the number" in theirs.errors[0][1]


# In the background


def test_a_large_file_is_left_to_a_worker_and_shows_its_progress(
    signed_in, recruiter, bring, monkeypatch
):
    woken = []
    monkeypatch.setattr(working, "wake", woken.append)
    batch = bring("title\n" + "".join(f"Welder {n}\n" for n in range(60)))
    client = signed_in(recruiter)

    assert woken == [batch.pk]
    assert "0 rows of 60 rows done" in client.get(f"{START}{batch.pk}/").content.decode()
    polled = client.get(f"{START}{batch.pk}/", headers={"HX-Request": "true"})
    assert polled.content.decode().strip().startswith('<div class="narrow" id="bar"')
    working.work_on(batch.pk)
    polled = client.get(f"{START}{batch.pk}/", headers={"HX-Request": "true"})
    assert polled.headers["HX-Refresh"] == "true"


def test_saving_goes_on_after_a_kill_and_twice_makes_no_more(bring, recruiter, monkeypatch):
    monkeypatch.setattr(working, "wake", lambda pk: None)
    batch = bring("title\n" + "".join(f"Welder {n}\n" for n in range(60)))
    working.work_on(batch.pk)
    batch.refresh_from_db()
    actions.run_import(batch=batch, by=recruiter)
    monkeypatch.setattr(working, "PART", 25)
    finish = working._save_part
    parts = []

    def killed(*args):
        if parts:
            raise KeyboardInterrupt
        parts.append(finish(*args))

    monkeypatch.setattr(working, "_save_part", killed)
    with pytest.raises(KeyboardInterrupt):
        working.work_on(batch.pk)
    assert Opportunity.objects.count() == working.PART
    monkeypatch.setattr(working, "_save_part", finish)
    Import.objects.update(worked_at=timezone.now() - timedelta(minutes=5))
    assert working.left_over() == [batch.pk]
    working.work_on(batch.pk)
    working.work_on(batch.pk)

    batch.refresh_from_db()
    assert (batch.state, batch.rows_done) == (ImportState.DONE, 60)
    assert Opportunity.objects.count() == 60


# Sending and undoing


def test_all_that_is_complete_goes_to_review(bring, save, recruiter, signed_in):
    header = "title,summary,tasks,lessons,place,mode,hours,length,pay,class payer,education"
    header += ",apply to,slots,closes offset d,start kind"
    whole = "Whole,Learn to weld.,You weld.,Drawings.,Austin 78701,on-site,40 h,6 mo,$20/h,"
    whole += "no-class,none,jobs@example.org,2,30,rolling"
    batch = save(bring(f"{header}\n{whole}\nHalf\n"))
    plan, _ = TrainingPlan.objects.update_or_create(
        opportunity=Opportunity.objects.get(title="Whole"),
        defaults={"trainer_role": "line lead", "stays": "A regular job"},
    )
    plan.steps.create(skill="Welding")

    page = signed_in(recruiter).post(f"{START}{batch.pk}/send/", follow=True).content.decode()

    states = dict(Opportunity.objects.values_list("title", "state"))
    assert "One went to review." in page
    assert states == {"Whole": State.IN_REVIEW, "Half": State.DRAFT}
    assert Review.objects.get().sent_by == recruiter


def test_old_files_are_forgotten_and_their_postings_stay(bring, save):
    left = bring("title\nLeft\n")
    done = save(bring("title\nWelder\n"))
    Import.objects.filter(pk=left.pk).update(uploaded_at=timezone.now() - timedelta(days=8))
    Import.objects.filter(pk=done.pk).update(done_at=timezone.now() - timedelta(days=31))

    forgotten = actions.forget_old_imports()

    assert forgotten == 2
    assert not Import.objects.filter(pk=left.pk).exists()
    assert done.rows.get().cells == []
    assert Opportunity.objects.get().title == "Welder"


# Rights


@pytest.mark.parametrize("name", "show match check run send undo drop refused".split())
def test_an_import_of_another_organization_is_not_there(signed_in, outsider, bring, name):
    batch = bring("title\nWelder\n")
    client = signed_in(outsider)
    address = reverse(f"employers:import_{name}", args=[batch.pk])

    found = {client.get(address).status_code, client.post(address).status_code}

    assert found <= {404, 405}
    assert Import.objects.filter(pk=batch.pk, state=ImportState.CHECKED).exists()


def test_a_colleague_goes_on_with_it(signed_in, bring, company):
    batch = bring("title\nWelder\n")
    colleague = MembershipFactory(organization=company).user

    response = signed_in(colleague).get(f"{START}{batch.pk}/")

    assert response.status_code == 200
