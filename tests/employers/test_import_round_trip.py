"""The list that is taken along comes back as it was: all kinds, and all that the list says."""

import io
from datetime import date, timedelta
from decimal import Decimal
from uuid import uuid4

import openpyxl
import pytest
from django.utils import timezone

from employers.actions import imports as actions
from employers.actions import save_words
from employers.choices import Kind, Paid, State
from employers.export import COLUMNS, OF_A_KIND, csv_chunks, for_export, workbook
from employers.forms.fields import end_of, start_of
from employers.importing.columns import match_columns
from employers.importing.reading import read_table
from employers.models import Opportunity
from employers.postings.words import snapshot
from tests.employers.factories import EmployerFactory, OpportunityFactory
from tests.factories import OrganizationFactory, PlaceFactory
from tests.programs.factories import ProgramFactory
from vocabularies.models import Occupation, Place, Skill

pytestmark = pytest.mark.django_db
# Said of the whole list, and not read in again.
ONLY_TOLD = {"employer", "published", "url"}
# A posting of this portal; who answered, and when.
LEFT_OUT = {"pre_apprenticeship.posting", "beneficiary_answers"}
OF_KINDS = {
    Kind.APPRENTICESHIP: {
        "terms": {
            "registration": "registered",
            "agency": "saa",
            "sponsor": "Hill Country Joint Committee",
            "program_number": "2024-TX-1234",
            "rapids_code": "0159",
            "approach": "hybrid",
            "job_hours": 8000,
            "months": 48,
            "instruction_hours": 144,
            "instruction_when": "evening",
            "instruction_note": "Tuesday and Thursday, 6 to 9 pm",
            "journey_rate": Decimal("34.50"),
            "ratio_apprentices": 1,
            "ratio_journeyworkers": 3,
            "probation_months": 6,
            "credential": "Certificate of completion",
        },
        "steps": [(0, Decimal("19.00")), (1000, Decimal("20.25")), (2000, Decimal("22.00"))],
    },
    Kind.PRE_APPRENTICESHIP: {
        "details": {
            "pre_apprenticeship": {
                "leads_into": "Electrician, Granite Ridge Electric",
                "program_number": "2024-TX-1234",
                "entry": "A sure interview; 500 hours counted",
                "credential": "OSHA 10",
            }
        }
    },
    Kind.INTERNSHIP: {
        "details": {
            "placement": {
                "objectives": "Read a chart\nRun a test\nShow a finding",
                "week": "Monday: plan.\nThe rest: work.",
                "project": "One report",
                "meetings": "half an hour a week",
                "evaluated": "a talk in the middle and one at the end",
                "may_lead": "possible",
                "credit_note": "Lost Pines, ELPT 1380",
            }
        }
    },
    Kind.CO_OP: {
        "details": {
            "placement": {"objectives": "Read a chart", "pattern": "half-days", "terms_count": 3}
        }
    },
    Kind.ON_THE_JOB: {
        "details": {
            "training": {
                "gap": "Reading drawings,\nsafety",
                "trainer_role": "line lead",
                "wage_after": Decimal("24.00"),
                "stays": "a regular job",
                "is_funded": True,
                "board": "Rural Capital Area Workforce Board",
                "reimbursed_percent": 50,
            }
        },
        "outline": [
            ("Reading drawings", 40, "a test"),
            ("Safety", None, "watched"),
            ("Care", 8, ""),
        ],
    },
    Kind.JOB_SHADOW: {
        "details": {
            "visit": {
                "group_most": 8,
                "grades": "grades 10 to 12",
                "topics": "wiring; drawings",
                "wear": "boots",
                "gear": "hard hat",
                "arrive": "Gate 2",
                "meals": "we pay",
                "languages": "English and Spanish",
                "takes_minors": True,
                "background": "held",
                "background_on": date(2026, 3, 2),
                "two_adults": True,
                "no_private_messages": True,
                "looks_only": True,
                "photo_consent": True,
                "parent_form": True,
                "insured_by": "the school’s policy",
            }
        }
    },
    Kind.MENTORING: {"details": {"visit": {"group_most": 1, "background": "", "topics": "Pay"}}},
}


@pytest.fixture
def all_kinds(region, company, recruiter):
    """A posting of each kind that says all that can be said of it, open to everybody."""
    employer = EmployerFactory(organization=company)
    kyle = PlaceFactory(zip="78640", city="Kyle")
    program = ProgramFactory(title="Electrical technology")
    occupation = Occupation.objects.create(code="47-2111.00", title="Electricians")
    skills = [
        (Skill.objects.create(slug="wiring", name="Wiring"), "required"),
        (Skill.objects.create(slug="reading-drawings", name="Reading drawings"), "learned"),
    ]
    today = timezone.localdate()
    rows = []
    for number, kind in enumerate(Kind):
        is_visit = kind in (Kind.JOB_SHADOW, Kind.MENTORING)
        row = OpportunityFactory(employer=employer, kind=kind, draft=True, details=False)
        values = {
            "title": "=Trainee, 2nd shift" if number == 0 else f"Trainee “{kind}”; north",
            "summary": "-5 degrees, and you.",
            "tasks": "- One\n- Two; three\n\nFour, “five”.",
            "lessons": "To weld;\nto read.",
            "host": "",
            "occupation": occupation,
            "program": program,
            "mode": "hybrid",
            "place_note": "Bus 7 stops at the gate",
            "hours_min": Decimal("20.5"),
            "hours_max": Decimal("25"),
            "hours_per": "visit" if is_visit else "month",
            "shifts": ["day", "around-class"],
            "schedule_note": "Monday to Friday, 6:30 am",
            "length": 18,
            "length_unit": "months",
            "length_note": "two terms of nine months",
            "paid": [Paid.WAGE, Paid.STIPEND, Paid.UNPAID][number % 3],
            "pay_min": None if number % 3 == 2 else Decimal("19.50"),
            "pay_max": None if number % 3 == 2 else Decimal("23.00"),
            "pay_unit": "hour",
            "pay_note": "Overtime at one and a half",
            "education": "high-school",
            "minimum_age": 18,
            "asks": ["driver-license", "heights"],
            "prefers": ["second-language"],
            "learned_here": ["lifting"],
            "needs_note": "Boots; gloves",
            "accommodations": "Step-free entrance",
            "apply_by": "phone" if number % 2 else "web",
            "apply_to": "+1 512 555 0100" if number % 2 else "https://example.org/jobs?a=1",
            "apply_steps": "Form\nTest\nInterview",
            "openings": number + 1,
            "opens_at": start_of(today - timedelta(days=4)),
            "closes_at": end_of(today + timedelta(days=40)),
            "start_kind": "between",
            "starts_on": today + timedelta(days=60),
            "starts_until": today + timedelta(days=75),
            "starts_note": "any Monday",
            "external_id": f"A-00{number}",
            "supports": ["tools", "travel"],
        }
        if not is_visit:
            values |= {
                "class_payer": "employer",
                "class_hours_paid": True,
                "costs": {"tuition": "300.00", "books": "45.50"},
                "learner_cost": Decimal("345.50"),
                "supports": ["class", "tools", "travel"],
            }
        else:
            values["class_payer"] = ""
        if kind in (Kind.INTERNSHIP, Kind.CO_OP):
            values |= {"term": "summer", "supervisor_role": "lab manager", "credit": "optional"}
        rows.append(
            save_words(
                opportunity=row,
                revision=row.revision,
                values=values,
                locations=[(Place.objects.get(zip="78701"), ""), (kyle, "4 Oak St, #2")],
                skills=None if is_visit else skills,
                **OF_KINDS[kind],
                by=recruiter,
            )
        )
    Opportunity.objects.update(state=State.PUBLISHED, public_since=timezone.now())
    return Opportunity.objects.order_by("pk")


@pytest.fixture
def bring(recruiter, django_capture_on_commit_callbacks):
    """`bring(file, organization)` → the import, checked."""

    def checked(data, organization, **choices):
        with django_capture_on_commit_callbacks(execute=True):
            batch = actions.begin_import(
                organization=organization,
                file_name="list.csv",
                table=read_table(data),
                token=uuid4(),
                by=recruiter,
            )
            actions.match_import(batch=batch, columns=batch.columns, choices=choices, by=recruiter)
        batch.refresh_from_db()
        return batch

    return checked


def as_csv(rows):
    return "".join(csv_chunks(for_export(rows))).encode()


def as_workbook(rows):
    return workbook(for_export(rows), [("Search", "all")])


def said_by(opportunity):
    words = snapshot(opportunity)
    return {name: line for name, line in words.items() if name not in LEFT_OUT}


@pytest.mark.parametrize("as_file", [as_csv, as_workbook])
def test_an_exported_list_makes_the_same_drafts_elsewhere(
    all_kinds, bring, recruiter, django_capture_on_commit_callbacks, as_file
):
    elsewhere = OrganizationFactory(verified=True)

    batch = bring(as_file(all_kinds), elsewhere, as_new=True)
    assert [(row.outcome, row.errors, row.notices) for row in batch.rows.all()] == [
        ("new", [], [])
    ] * len(Kind)
    with django_capture_on_commit_callbacks(execute=True):
        actions.run_import(batch=batch, by=recruiter)

    drafts = Opportunity.objects.filter(batch=batch).order_by("pk")
    assert [said_by(draft) for draft in drafts] == [said_by(row) for row in all_kinds[:7]]


def test_an_exported_list_changes_nothing_at_home(all_kinds, bring, company):
    batch = bring(as_csv(all_kinds), company)

    assert [(row.outcome, row.errors, row.notices) for row in batch.rows.all()] == [
        ("same", [], [])
    ] * len(Kind)


def test_numbers_of_others_are_refused_until_they_are_wanted_as_new(all_kinds, bring):
    elsewhere = OrganizationFactory(verified=True)

    batch = bring(as_csv(all_kinds), elsewhere)

    assert {row.outcome for row in batch.rows.all()} == {"refused"}
    assert "has the number" in batch.rows.first().errors[0][1]


def test_every_column_of_the_list_is_known_by_its_name():
    matched = match_columns(COLUMNS, {})

    unknown = set(COLUMNS) - {COLUMNS[number] for number in matched.values()}
    assert unknown == ONLY_TOLD
    assert len(matched) == len(COLUMNS) - len(ONLY_TOLD)


def test_every_word_of_a_kind_has_a_column(all_kinds):
    book = openpyxl.load_workbook(io.BytesIO(as_workbook(all_kinds)))
    header, *rows = book["Opportunities"].values

    empty = {name for n, name in enumerate(header) if not any(row[n] for row in rows)}

    assert empty <= {"host"}
    assert set(OF_A_KIND) <= set(header)
