"""How a file of postings is undone."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from accounts.models import Entry
from employers.actions import imports as actions
from employers.actions import save_words
from employers.choices import ImportState
from employers.importing import working
from employers.models import Import, Opportunity
from employers.postings.words import snapshot
from tests.employers.factories import EmployerFactory, OpportunityFactory
from vocabularies.models import Skill

pytestmark = pytest.mark.django_db


def test_undoing_takes_back_all_but_what_was_touched_since(bring, save, recruiter, company):
    employer = EmployerFactory(organization=company)
    changed = OpportunityFactory(employer=employer, draft=True, external_id="A1", openings=2)
    live = OpportunityFactory(employer=employer, external_id="A2", openings=2)
    batch = save(bring("ref,title,slots\nA1,Fitter,7\nA2,Fitter,8\nA3,New,1\nA4,Edited,1\n"))
    edited = Opportunity.objects.get(external_id="A4")
    save_words(
        opportunity=edited, revision=edited.revision, values={"summary": "Mine"}, by=recruiter
    )

    undone, kept = actions.undo_import(batch=batch, by=recruiter)

    changed.refresh_from_db()
    assert (undone, kept) == (3, 1)
    assert changed.openings == 2
    assert changed.title != "Fitter"
    assert list(changed.locations.values_list("place_id", flat=True)) == ["78701"]
    assert not live.copies.exists()
    assert not Opportunity.objects.filter(external_id="A3").exists()
    assert batch.rows.get(opportunity=edited).notices[-1] == "Kept. Somebody has edited it since."


def test_a_large_file_is_undone_by_a_worker_which_may_die(bring, signed_in, recruiter, monkeypatch):
    woken = []
    monkeypatch.setattr(working, "wake", woken.append)
    monkeypatch.setattr(working, "PART", 25)
    batch = bring("title\n" + "".join(f"Welder {n}\n" for n in range(60)))
    working.work_on(batch.pk)
    batch.refresh_from_db()
    actions.run_import(batch=batch, by=recruiter)
    working.work_on(batch.pk)
    batch.refresh_from_db()
    mine = Opportunity.objects.order_by("pk").first()
    save_words(opportunity=mine, revision=mine.revision, values={"summary": "Mine"}, by=recruiter)
    undo_part = working.undo_part

    def killed(*args):
        if Opportunity.objects.count() < 60:
            raise KeyboardInterrupt
        undo_part(*args)

    assert actions.undo_import(batch=batch, by=recruiter) is None
    monkeypatch.setattr(working, "undo_part", killed)
    with pytest.raises(KeyboardInterrupt):
        working.work_on(batch.pk)
    page = signed_in(recruiter).get(f"/opportunities/import/{batch.pk}/").content.decode()
    monkeypatch.setattr(working, "undo_part", undo_part)
    working.work_on(batch.pk)

    assert "25 rows of 60 rows done" in page
    batch.refresh_from_db()
    assert batch.state == ImportState.UNDONE
    assert Opportunity.objects.get() == mine
    entry = Entry.objects.get(what="undid a file of postings")
    assert (entry.by, entry.after) == (recruiter, {"undone": 59, "kept": 1})


def test_undoing_gives_back_what_stands_beside_a_posting(bring, save, recruiter, company):
    employer = EmployerFactory(organization=company)
    wiring = Skill.objects.create(slug="wiring", name="Wiring")
    first = OpportunityFactory(
        employer=employer, draft=True, external_id="A1", kind="apprenticeship"
    )
    save_words(
        opportunity=first,
        revision=first.revision,
        values={},
        skills=[(wiring, "required")],
        terms={"sponsor": "Ours", "approach": "time"},
        steps=[(0, Decimal("19.00"))],
        by=recruiter,
    )
    OpportunityFactory(employer=employer, draft=True, external_id="A2")
    OpportunityFactory(
        employer=employer, draft=True, external_id="A3", kind="internship", details=False
    )
    rows = Opportunity.objects.order_by("pk")
    before = [snapshot(row) for row in rows.all()]
    text = (
        "ref,kind,skills,sponsor,wage steps,training outline,objectives\n"
        "A1,apprenticeship,,Theirs,0: 20; 1000: 21,,\n"
        "A2,ojt,wiring,,,Cutting | 8,\n"
        "A3,internship,,,,,To read\n"
    )

    batch = save(bring(text))
    changed = [row.notices[0] for row in batch.rows.all()]
    actions.undo_import(batch=batch, by=recruiter)

    assert changed == [
        "Changes: Sponsor, Wage steps.",
        "Changes: Skills, Training outline.",
        "Changes: Objectives.",
    ]
    assert [snapshot(row) for row in rows.all()] == before


def test_after_thirty_days_nothing_is_undone(bring, save, signed_in, recruiter):
    batch = save(bring("title\nWelder\n"))
    Import.objects.update(done_at=timezone.now() - timedelta(days=31))

    response = signed_in(recruiter).post(f"/opportunities/import/{batch.pk}/undo/")

    assert response.status_code == 302
    assert Opportunity.objects.count() == 1
