"""Each kind of posting, written from nothing to “nothing open” through its pages, then read."""

import json
import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from accounts.choices import Ownership
from employers import actions
from employers.choices import Kind
from employers.forms import FORMS
from employers.models import BeneficiaryAnswer, Opportunity, Policy
from employers.postings import structured
from employers.postings.sections import needs_of, sections_of
from tests.employers.factories import EmployerFactory, OpportunityFactory
from tests.factories import PlaceFactory, SectorFactory
from vocabularies.models import ApprenticeshipStandard, Occupation, Skill
from vocabularies.templatetags.words import day

pytestmark = pytest.mark.django_db


@pytest.fixture
def lists(region):
    sector = SectorFactory()
    PlaceFactory(zip="78664", city="Round Rock")
    electricians = Occupation.objects.create(code="47-2111.00", title="Electricians")
    ApprenticeshipStandard.objects.create(
        rapids_code="0159",
        title="Electrician",
        approach="time",
        hours_min=8000,
        hours_max=8000,
        occupation=electricians,
    )
    for name in ("Repairing", "Mathematics", "Troubleshooting"):
        Skill.objects.create(slug=name.lower(), name=name)
    return sector


def answers(kind: str, sector) -> dict[str, dict[str, str]]:
    """What somebody types on each page of a kind."""
    closes = (timezone.localdate() + timedelta(days=30)).isoformat()
    work = {
        "title": "Wire and learn",
        "summary": "Wire homes with a crew.",
        "sector": str(sector.pk),
        "tasks": "Pull cable.",
        "lessons": "- Bend conduit",
        "host": "Caliche Works",
        "external_id": "GR-7",
        "occupation_words": "electricians",
        "skill_0": "repairing",
        "skill_level_0": "learned",
        "skill_1": "Mathematics",
        "skill_level_1": "required",
    }
    place = {
        "mode": "on-site",
        "zip_0": "78701",
        "street_0": "1 River Street",
        "zip_1": "78664",
        "hours_min": "40",
        "hours_per": "week",
        "length": "4",
        "length_unit": "months",
    }
    pay = {
        "paid": "wage",
        "pay_min": "18",
        "pay_max": "22",
        "pay_unit": "hour",
        "class_payer": "shared",
        "cost_tuition": "300",
        "cost_books": "49.50",
    }
    if kind in (Kind.JOB_SHADOW, Kind.MENTORING):
        pay = {"paid": "unpaid"}
    return {
        "work": work,
        "place": place,
        "pay": pay,
        "terms": {
            "registration": "registered",
            "agency": "oa",
            "sponsor": "Granite Ridge Electric",
            "program_number": "2025-TX-1",
            "approach": "time",
            "job_hours": "8,000",
            "months": "48",
            "instruction_hours": "144",
            "instruction_when": "evening",
            "even_steps": "4",
            "journey_rate": "29.15",
            "probation_months": "12",
            "credential": "Certificate of Completion",
        },
        "leads": {"leads_into": "Electrician, Granite Ridge", "entry": "A sure interview"},
        "learning": {
            "objectives": "- Read a drawing\n- Test a circuit\n- Write it up",
            "term": "summer",
            "supervisor_role": "crew lead",
            "meetings": "each Friday",
            "credit": "required",
            "credit_note": "Lost Pines, ELPT 1380",
            "may_lead": "possible",
            "pattern": "terms",
            "terms_count": "2",
        },
        "training": {
            "trainer_role": "crew lead",
            "stays": "A regular job with benefits",
            "wage_after": "24",
            "step_skill_0": "Bending conduit",
            "step_hours_0": "80",
            "step_measured_0": "A run without a kink",
            "is_funded": "on",
            "board": "Rural Capital Area Workforce Board",
            "reimbursed_percent": "50",
        },
        "visit": {
            "group_most": "8",
            "wear": "Boots",
            "takes_minors": "on",
            "background": "held",
            "background_on": "2026-01-05",
            "two_adults": "on",
            "no_private_messages": "on",
            "looks_only": "on",
            "photo_consent": "on",
            "parent_form": "on",
            "insured_by": "the school’s policy",
        },
        "apply": {
            "education": "high-school",
            "minimum_age": "16",
            "ask_driver_license": "required",
            "ask_second_language": "preferred",
            "ask_heights": "learned",
            "accommodations": "Step-free entrance",
            "apply_by": "email",
            "apply_to": "talent@granite-ridge.example.org",
        },
        "dates": {
            "openings": "3",
            "closes_on": closes,
            "start_kind": "between",
            "starts_on": closes,
            "starts_until": (timezone.localdate() + timedelta(days=60)).isoformat(),
        },
    }


def begin(company, recruiter, kind: str) -> Opportunity:
    return actions.start_opportunity(
        organization=company, kind=kind, title="Draft", token=uuid4(), by=recruiter
    )


def fresh(row: Opportunity) -> Opportunity:
    return Opportunity.objects.with_everything().get(pk=row.pk)


def save(client, row: Opportunity, section: str, **typed: str):
    revision = Opportunity.objects.get(pk=row.pk).revision
    address = f"/opportunities/{row.pk}/edit/{section}/"
    return client.post(address, {"revision": revision} | typed)


def write(client, row: Opportunity, sector, **others: dict[str, str]) -> Opportunity:
    for section in sections_of(fresh(row)):
        typed = answers(row.kind, sector)[section.slug] | others.get(section.slug, {})
        answer = save(client, row, section.slug, **typed)
        assert answer.status_code == 302, (section.slug, errors_in(answer))
    return fresh(row)


def errors_in(answer) -> dict[str, str]:
    return {name: str(text) for name, text in answer.context["form"].errors.items()}


OWN_WORDS = {
    Kind.APPRENTICESHIP: ["29.15", "144 hours a year", "12 months", "$18.00", "8,000 hours"],
    Kind.PRE_APPRENTICESHIP: ["Where it leads", "Electrician, Granite Ridge", "A sure interview"],
    Kind.INTERNSHIP: ["Test a circuit", "you meet each Friday", "Lost Pines, ELPT 1380"],
    Kind.CO_OP: ["Whole terms at work", "2 terms"],
    Kind.ON_THE_JOB: ["A run without a kink", "$24.00", "50 per cent", "A regular job"],
    Kind.JOB_SHADOW: ["Boots", "If you are under 18", "done Mon 5 January", "school’s policy"],
    Kind.MENTORING: ["If you are under 18", "nobody is hired"],
}


@pytest.mark.parametrize("kind", Kind.values)
def test_each_kind_is_written_from_nothing_and_shows_what_was_written(
    kind, signed_in, company, recruiter, lists
):
    client = signed_in(recruiter)
    row = begin(company, recruiter, kind)

    row = write(client, row, lists)

    assert {slug: needs for slug, needs in needs_of(row).items() if needs} == {}
    page = client.get(f"/opportunities/{row.pk}/preview/").content.decode()
    for words in [*OWN_WORDS[kind], "you will be at Caliche Works", "Step-free entrance"]:
        assert words in page, words
    assert "Not said yet" not in page


@pytest.mark.parametrize("kind", Kind.values)
def test_a_saved_page_shows_what_was_saved(kind, signed_in, company, recruiter, lists):
    client = signed_in(recruiter)
    row = write(client, begin(company, recruiter, kind), lists)

    for section in sections_of(row):
        form = FORMS[section.slug](instance=row)
        typed = answers(kind, lists)[section.slug]
        held = {name: form[name].value() for name in typed if name in form.fields}
        odd = {"even_steps", "occupation_words", "skill_0"}
        for name, value in held.items():
            if name not in odd:
                assert str(value) in (typed[name], "True") or value_of(value) == value_of(
                    typed[name]
                ), name


def value_of(text: object) -> object:
    try:
        return float(str(text).replace(",", ""))
    except ValueError:
        return str(text).strip()


def test_a_page_says_plainly_whether_somebody_is_hired(client, region):
    pages = {
        OpportunityFactory(kind=Kind.ON_THE_JOB): "This is a paid job with training.",
        OpportunityFactory(kind=Kind.JOB_SHADOW): "This is not a job: nobody is hired.",
        OpportunityFactory(kind=Kind.MENTORING): "This is not a job: nobody is hired.",
        OpportunityFactory(kind=Kind.INTERNSHIP, paid="unpaid"): "nobody is hired.",
    }

    for row, sentence in pages.items():
        assert sentence in client.get(row.get_absolute_url()).content.decode()


# Several places, skills, costs


def test_another_place_is_a_row_and_nothing_is_saved(signed_in, company, recruiter, lists):
    client = signed_in(recruiter)
    row = begin(company, recruiter, Kind.ON_THE_JOB)

    answer = save(
        client, row, "place", more="zip", zip_0="78664", place_note="Ask for Sam", length="x"
    )

    page = answer.content.decode()
    assert answer.status_code == 200
    assert 'name="zip_5"' in page
    assert 'value="78664"' in page
    assert 'value="Ask for Sam"' in page
    assert 'value="x"' in page
    assert "another look" not in page
    assert fresh(row).place_note == ""


def test_twenty_places_are_the_most(signed_in, company, recruiter, lists):
    zips = [PlaceFactory(zip=f"7700{n}" if n < 10 else f"770{n}").zip for n in range(20)]
    client = signed_in(recruiter)
    row = begin(company, recruiter, Kind.ON_THE_JOB)
    typed = answers(row.kind, lists)["place"] | {f"zip_{n}": code for n, code in enumerate(zips)}

    answer = save(client, row, "place", **typed, zip_20="78701")

    assert answer.status_code == 302
    assert row.locations.count() == 20


def test_the_parts_of_a_cost_make_its_sum(signed_in, company, recruiter, lists):
    client = signed_in(recruiter)
    row = begin(company, recruiter, Kind.ON_THE_JOB)
    parts = {"cost_tuition": "300", "cost_books": "49.50"}

    differs = save(client, row, "pay", **parts, learner_cost="10")
    save(client, row, "pay", **parts, later="1")

    assert "The parts add up to $349.50, but this says $10.00." in differs.content.decode()
    assert str(fresh(row).learner_cost) == "349.50"
    assert fresh(row).costs == {"tuition": "300.00", "books": "49.50"}


# The standard of an occupation


def test_a_standard_fills_in_its_answers_and_saves_nothing(signed_in, company, recruiter, lists):
    client = signed_in(recruiter)
    row = begin(company, recruiter, Kind.APPRENTICESHIP)
    save(client, row, "work", later="1", title="Electrician", occupation_words="Electricians")
    offered = client.get(f"/opportunities/{row.pk}/edit/terms/").content.decode()

    answer = save(client, row, "terms", standard="0159", sponsor="The Association")

    form = answer.context["form"]
    assert "by hours worked, 8,000 hours" in re.sub(r"\s+", " ", offered)
    assert answer.status_code == 200
    assert form["rapids_code"].value() == "0159"
    assert form["approach"].value() == "time"
    assert form["job_hours"].value() == "8,000"
    assert form["sponsor"].value() == "The Association"
    assert fresh(row).terms.rapids_code == ""


def test_steps_by_skills_are_counted_in_months(signed_in, company, recruiter, lists, client):
    row = begin(company, recruiter, Kind.APPRENTICESHIP)
    typed = {"approach": "competency", "after_0": "0", "rate_0": "20", "after_1": "6"}

    page = save(signed_in(recruiter), row, "terms", **typed).content.decode()
    falling = save(client, row, "terms", **typed, rate_1="19").content.decode()
    save(client, row, "terms", later="1", **typed, rate_1="21")

    assert "Step 2: from month" in page
    assert "Pay falls at month 6." in falling
    ladder = structured.ladder_of(fresh(row))
    assert [rung["when"] for rung in ladder] == ["0 months", "6 months"]


# The seven questions


def test_seven_questions_are_asked_of_a_business_that_does_not_pay(
    signed_in, company, recruiter, coordinator, lists, client
):
    row = begin(company, recruiter, Kind.INTERNSHIP)
    given = {f"seven_{n}": "yes" if n != 6 else "no" for n in range(1, 8)}

    signed_in(recruiter)
    for section in ("work", "place", "learning", "apply", "dates"):
        save(client, row, section, **answers(row.kind, lists)[section])
    save(client, row, "pay", paid="unpaid", class_payer="no-class")
    asked = [section.slug for section in sections_of(fresh(row))]
    some = save(client, row, "seven", seven_1="yes")
    with pytest.raises(actions.NotReady):
        actions.send_opportunity(opportunity=fresh(row), by=recruiter)
    save(client, row, "seven", **given)

    assert asked == ["work", "place", "pay", "learning", "seven", "apply", "dates"]
    assert "Answer question 7." in some.content.decode()
    held = BeneficiaryAnswer.objects.filter(opportunity=row)
    assert [answer.yes for answer in held] == [True] * 5 + [False, True]
    assert {answer.answered_by for answer in held} == {recruiter}
    assert actions.send_opportunity(opportunity=fresh(row), by=recruiter)


def test_an_answer_that_stays_keeps_who_gave_it(company, recruiter, coordinator, lists):
    row = begin(company, recruiter, Kind.INTERNSHIP)
    for by, answers_ in ((recruiter, {1: True, 2: True}), (coordinator, {1: True, 2: False})):
        row = fresh(row)
        actions.save_words(
            opportunity=row, revision=row.revision, values={}, answers=answers_, by=by
        )

    who = dict(row.beneficiary_answers.values_list("number", "answered_by__name"))
    assert who == {1: "Rosa", 2: "Clara"}


@pytest.mark.parametrize("ownership", [Ownership.NONPROFIT, Ownership.PUBLIC])
def test_a_nonprofit_is_spared_the_seven_questions_and_told_why(
    ownership, signed_in, company, recruiter, lists
):
    company.ownership = ownership
    company.save()
    row = begin(company, recruiter, Kind.INTERNSHIP)
    Opportunity.objects.filter(pk=row.pk).update(paid="unpaid")

    page = signed_in(recruiter).get(f"/opportunities/{row.pk}/edit/learning/").content.decode()

    assert "seven" not in [section.slug for section in sections_of(fresh(row))]
    assert "No seven questions for you." in page


# Learners under 18


def test_learners_under_18_need_every_promise(signed_in, company, recruiter, lists):
    client = signed_in(recruiter)
    row = begin(company, recruiter, Kind.JOB_SHADOW)

    refused = save(client, row, "visit", group_most="8", takes_minors="on", background="held")
    kept = save(client, row, "visit", later="1", group_most="8", takes_minors="on")

    asked = set(errors_in(refused))
    assert asked == {
        "background_on",
        "two_adults",
        "no_private_messages",
        "looks_only",
        "photo_consent",
        "parent_form",
        "insured_by",
    }
    assert kept.status_code == 302


def test_a_low_age_asks_for_the_promises_too(signed_in, company, recruiter, lists):
    client = signed_in(recruiter)
    row = begin(company, recruiter, Kind.MENTORING)
    save(client, row, "apply", later="1", minimum_age="16")

    answer = save(client, row, "visit", group_most="8")

    assert "You take learners from age 16." in answer.content.decode()


# What is refused, with nothing lost


@pytest.mark.parametrize(
    ("section", "typed", "sentence"),
    [
        ("work", {"title": "🔧🔧"}, "Use words; signs or pictures alone are no title."),
        ("work", {"title": "x" * 300}, "Use at most 80 characters; this has 300."),
        ("work", {"title": "Welder \u202eelbuort"}, "Take out the invisible direction marks."),
        ("work", {"title": "Wel\u200bder"}, "Take out the invisible characters."),
        ("work", {"skill_0": "zeppelin"}, "We know no such skill."),
        ("work", {"skill_0": "Repairing", "skill_1": "repairing"}, "This skill is listed twice."),
        ("place", {"zip_0": "99999"}, "We know no ZIP code 99999."),
        ("place", {"zip_0": "78701", "zip_1": "78701"}, "This place is listed twice."),
        ("place", {"street_1": "1 River"}, "Give the ZIP code of this place."),
        ("place", {"hours_min": "-5"}, "Give 0.5 or more."),
        ("place", {"hours_min": "40", "hours_max": "30"}, "fewer than the fewest"),
        ("pay", {"pay_min": "1e5"}, "Write a number, such as 18 or 18.50."),
        ("pay", {"pay_min": "١٢"}, "Write a number, such as 18 or 18.50."),
        ("pay", {"pay_min": "30", "pay_max": "20"}, "less than the starting pay"),
        ("pay", {"paid": "wage", "pay_unit": "hour", "pay_min": "60000"}, "Check the unit."),
        ("pay", {"cost_tuition": "-5"}, "Give 0 or more."),
        ("terms", {"months": "12", "probation_months": "6"}, "at most a quarter of the whole"),
        ("terms", {"probation_months": "13"}, "Give 12 or less."),
        ("training", {"reimbursed_percent": "76"}, "Give 75 or less."),
        ("training", {"step_hours_0": "40"}, "Name the skill of this line."),
        ("learning", {"objectives": "a\nb\nc\nd\ne\nf"}, "Give at most five"),
        ("learning", {"terms_count": "-1"}, "Give 1 or more."),
        ("visit", {"group_most": "0"}, "Give 1 or more."),
        ("visit", {"background_on": "9999-12-31"}, "That year is too far off. Give a date in"),
        ("dates", {"closes_on": "9999-12-31"}, "A posting may stay open until"),
        ("dates", {"openings": "-3"}, "For how many people: Give 1 or more."),
    ],
)
def test_what_is_wrong_is_refused_in_words_and_kept(
    section, typed, sentence, signed_in, company, recruiter, lists
):
    kind = {"terms": Kind.APPRENTICESHIP, "training": Kind.ON_THE_JOB, "visit": Kind.JOB_SHADOW}
    row = begin(company, recruiter, kind.get(section, Kind.CO_OP))

    answer = save(signed_in(recruiter), row, section, **({"title": "A"} | typed))

    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    form = answer.context["form"]
    assert {name: form[name].value() for name in typed} == typed
    saved = FORMS[section](instance=fresh(row))
    assert {name: saved[name].value() for name in typed if name in saved.fields} != typed


def test_a_number_of_ones_own_is_given_once(signed_in, company, recruiter, lists, client):
    employer = EmployerFactory(organization=company)
    OpportunityFactory(employer=employer, external_id="GR-7")
    other = OpportunityFactory(external_id="GR-8")
    row = begin(company, recruiter, Kind.ON_THE_JOB)
    signed_in(recruiter)

    taken = save(client, row, "work", title="A job", external_id="GR-7")
    free = save(client, row, "work", later="1", title="A job", external_id=other.external_id)

    assert "Another posting of yours has this number already." in taken.content.decode()
    assert free.status_code == 302


def test_a_posting_stays_open_no_longer_than_the_region_lets_it(
    signed_in, company, recruiter, lists
):
    Policy(most_days_open=60).save()
    row = begin(company, recruiter, Kind.ON_THE_JOB)
    today = timezone.localdate()
    far = (today + timedelta(days=90)).isoformat()

    answer = save(signed_in(recruiter), row, "dates", closes_on=far)

    last = day(today + timedelta(days=60))
    assert f"A posting may stay open until {last} at most." in answer.content.decode()


def test_another_organizations_apprenticeship_cannot_be_led_into(
    signed_in, company, recruiter, lists
):
    theirs = OpportunityFactory(kind=Kind.APPRENTICESHIP)
    ours = OpportunityFactory(
        kind=Kind.APPRENTICESHIP, employer=EmployerFactory(organization=company)
    )
    client = signed_in(recruiter)
    row = begin(company, recruiter, Kind.PRE_APPRENTICESHIP)

    forged = save(client, row, "leads", posting=str(theirs.pk))
    kept = save(client, row, "leads", entry="A sure interview", posting=str(ours.pk))

    assert forged.status_code == 422
    assert kept.status_code == 302
    assert fresh(row).pre_apprenticeship.posting == ours


# What machines read


def blocks_of(page: str) -> dict[str, dict]:
    found = re.findall(r'(?s)<script type="application/ld\+json">(.*?)</script>', page)
    return {block["@type"]: block for block in map(json.loads, found)}


@pytest.mark.parametrize(
    ("kind", "types"),
    [
        (Kind.APPRENTICESHIP, {"JobPosting", "WorkBasedProgram"}),
        (Kind.PRE_APPRENTICESHIP, {"WorkBasedProgram"}),
        (Kind.INTERNSHIP, {"JobPosting"}),
        (Kind.CO_OP, {"JobPosting"}),
        (Kind.ON_THE_JOB, {"JobPosting"}),
        (Kind.JOB_SHADOW, set()),
        (Kind.MENTORING, set()),
    ],
)
def test_markup_follows_the_kind(kind, types, client, region):
    row = OpportunityFactory(kind=kind)
    closed = OpportunityFactory(kind=kind, expired=True)

    shown = blocks_of(client.get(row.get_absolute_url()).content.decode())

    assert set(shown) == types
    assert blocks_of(client.get(closed.get_absolute_url()).content.decode()) == {}


def test_markup_of_an_apprenticeship_says_what_its_page_says(
    signed_in, company, recruiter, lists, client
):
    row = write(signed_in(recruiter), begin(company, recruiter, Kind.APPRENTICESHIP), lists)
    now = timezone.now()
    Opportunity.objects.filter(pk=row.pk).update(state="published", opens_at=now, public_since=now)

    page = client.get(fresh(row).get_absolute_url()).content.decode()

    blocks = blocks_of(page)
    job, program = blocks["JobPosting"], blocks["WorkBasedProgram"]
    assert job["validThrough"] == program["applicationDeadline"]
    assert job["validThrough"][-6:] in ("-05:00", "-06:00")
    assert job["educationRequirements"]["credentialCategory"] == "high school"
    assert job["skills"] == "Mathematics, Repairing"
    assert job["workHours"] == "40 hours a week"
    assert len(job["jobLocation"]) == 2
    assert program["timeToComplete"] == "P48M"
    assert program["salaryUponCompletion"]["median"] == 29.15
    assert program["trainingSalary"]["median"] == 19.25
    assert program["occupationalCredentialAwarded"] == "Certificate of Completion"
    for amount in ("$29.15", "$19.25", "Mathematics", "Driver license", "age 16 or older"):
        assert amount in page


@pytest.mark.parametrize(
    ("to", "kept"),
    [
        ("granite-ridge.example.org/jobs", "https://granite-ridge.example.org/jobs"),
        ("https://xn--bcher-kva.example.org", "https://xn--bcher-kva.example.org"),
        ("http://rosa:secret@granite-ridge.example.org/", ""),
        ("http://127.0.0.1/jobs", ""),
        ("https://localhost:8000/", ""),
        ("javascript:alert(1)", ""),
    ],
)
def test_an_application_leads_to_a_site(company, recruiter, to, kept):
    row = begin(company, recruiter, "internship")

    form = FORMS["apply"]({"apply_by": "web", "apply_to": to}, instance=row, finish=False)

    form.is_valid()
    assert form.cleaned_data.get("apply_to", "") == kept
    assert ("apply_to" in form.errors) == (not kept)
