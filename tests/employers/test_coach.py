"""The coach: what its rules find and leave alone, what its people answer, what has to be mended."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from accounts.actions import MoveRefused, ReasonMissing
from accounts.models import Entry
from employers import actions
from employers.choices import Kind
from employers.coach import RULES, blocking, remarks_on, wording
from employers.models import (
    ApprenticeshipTerms,
    Dismissal,
    Opportunity,
    Policy,
    Visit,
    WageStep,
)
from tests.employers.factories import EmployerFactory, OpportunityFactory
from vocabularies.models import Occupation

pytestmark = pytest.mark.django_db

LONG = "You weld frames and gates with the lead welder. " * 5

FIRES = {
    "AGE": [
        "We are a young team.",
        "Looking for young and energetic people.",
        "Young, motivated individuals wanted",
        "For digital natives",
        "You must be no older than 35.",
        "Applicants under the age of 40",
        "Candidates aged 18 to 29",
        "You are between 18 and 30",
        "a youthful crew",
    ],
    "GRADUATES": ["Recent graduates only", "Only recent college grads", "Class of 2026 only"],
    "GENDER": [
        "Salesman wanted",
        "He will lift boxes.",
        "she should know Excel",
        "Men only",
        "looking for a strong man",
        "Delivery man",
        "deliveryman",
        "females only",
    ],
    "NATIVE": ["native English", "native speaker", "a native-level speaker", "without an accent"],
    "CITIZENS": ["US citizens only", "must be a U.S. citizen", "Citizens only"],
    "ABLE": [
        "Must be able-bodied",
        "physically fit",
        "in good health.",
        "perfect vision",
        "free of any disability",
    ],
    "GPA": ["GPA of 3.0", "a grade point average above 3"],
    "REGISTERED": [
        "Registered Apprenticeship",
        "a DOL-registered electrical apprentice",
        "It is registered with the Department of Labor.",
    ],
    "CONTACT": [
        "Call 512-555-0101",
        "(512) 555-0101",
        "see https://example.org/jobs",
        "www.example.org",
        "jobs@example.org",
        "apply at granite-ridge.com",
        "+1 512 555 0101",
    ],
    "HAZARDS": [
        "Tear off old roofing",
        "dig trenches",
        "drive a forklift",
        "table saws",
        "demolition of walls",
        "clean the meat slicer",
        "drive the company truck",
    ],
    "SELLING": [
        "Welder!",
        "Welder $20",
        "Welder 20/hr",
        "Now hiring: welder",
        "Welder 18.50 an hour",
    ],
    "SCHOOL": ["grades 9 to 12", "11th-graders", "high school juniors", "K-12"],
}
SILENT = {
    "AGE": [
        "Prune young trees in the nursery.",
        "young tree nursery",
        "You work with young people at the center.",
        "Teach young adults to read.",
        "a youth apprenticeship",
        "under 40 hours a week",
        "below 35 degrees",
        "aged cheese",
        "children aged 5 to 12",
        "applicants lift 25 to 40 pounds",
        "You work between 20 and 30 hours.",
        "the company is young",
    ],
    "GRADUATES": ["Recent graduates are welcome too", "Most recent graduates of ours stay"],
    "GENDER": [
        "He or she will lift boxes.",
        "male and female connectors",
        "the manager will show you",
        "journeyman electrician license",
        "the women’s shelter",
        "This is the mechanic.",
        "Craftsman tools",
        "they will",
    ],
    "NATIVE": ["native plants and grasses", "a native Texan garden", "accented colors"],
    "CITIZENS": ["senior citizens", "citizen science", "permission to work in the United States"],
    "ABLE": [
        "able to lift 50 pounds",
        "People with disabilities are welcome.",
        "learn about health",
        "keep machines in good condition for years",
        "No disabilities will keep you out",
        "the condition of the pump",
    ],
    "GPA": ["No GPA needed", "no minimum GPA", "Gap analysis", "no grade point average"],
    "REGISTERED": [
        "registered nurse",
        "It is not a registered apprenticeship.",
        "leads into a registered apprenticeship",
        "a registered office",
        "cash register apprentice",
    ],
    "CONTACT": [
        "ASP.NET and Node.js",
        "program 2025-TX-1",
        "ZIP 78701-1234",
        "8,000 hours over 48 months",
        "$512.555",
        "part 123-4567",
        "e.g. cables, i.e. wires",
        "shifts 6.30 to 2.30",
    ],
    "HAZARDS": [
        "sawdust",
        "see how a saw is built",
        "drive sales",
        "prove it",
    ],
    "SELLING": ["Welder Trainee", "CNC Machinist 2", "24-hour Care Aide"],
    "SCHOOL": ["adults", "grade 60 steel", "any grade"],
}


@pytest.mark.parametrize(("name", "text"), [(n, t) for n, texts in FIRES.items() for t in texts])
def test_a_pattern_finds_what_it_is_for(name, text):
    assert getattr(wording, name).search(text)


@pytest.mark.parametrize(("name", "text"), [(n, t) for n, texts in SILENT.items() for t in texts])
def test_a_pattern_leaves_plain_words_alone(name, text):
    assert not getattr(wording, name).search(text)


def test_every_pattern_is_in_both_tables():
    patterns = {name for name in vars(wording) if name.isupper() and not name.startswith("_")}

    assert set(FIRES) == set(SILENT) == patterns - {"DRIVING", "NAMELESS"}


def calm(**other):
    """A draft that no rule remarks on."""
    occupation, _ = Occupation.objects.get_or_create(
        code="51-4121.00", defaults={"title": "Welders"}
    )
    given = {"tasks": LONG, "occupation": occupation, "draft": True, "title": "Welder Trainee"}
    return OpportunityFactory(**given | other)


def slugs(opportunity, **policy):
    return {remark.slug for remark in remarks_on(opportunity, Policy(**policy))}


BARE = {"months": 48, "registration": "", "probation_months": None}
BARE |= {"agency": "", "sponsor": "", "program_number": ""}


def apprenticeship(steps=((0, 18), (1000, 20)), **terms):
    row = calm(kind=Kind.APPRENTICESHIP)
    terms, _ = ApprenticeshipTerms.objects.update_or_create(opportunity=row, defaults=BARE | terms)
    terms.steps.all().delete()
    for after, rate in steps:
        WageStep.objects.create(terms=terms, after=after, rate=rate)
    return row


def test_a_calm_posting_is_left_alone(region):
    assert slugs(calm()) == set()


def soon(days):
    return timezone.now() + timedelta(days=days)


UNPAID = {"kind": Kind.INTERNSHIP, "details": False, "paid": "unpaid", "pay_min": None}


@pytest.mark.parametrize(
    ("slug", "fires", "silent"),
    [
        ("federal-minimum", {"pay_min": 7}, {"pay_min": Decimal("7.25")}),
        ("federal-minimum", {"pay_min": 14000, "pay_max": 15000, "pay_unit": "year"}, {}),
        ("pay-missing", {"pay_min": None, "pay_max": None}, {"paid": "unpaid"}),
        ("pay-wide", {"pay_min": 10, "pay_max": 30}, {"pay_min": 20, "pay_max": 30}),
        ("unpaid-job", {"paid": "unpaid"}, {"paid": "unpaid", "kind": Kind.JOB_SHADOW}),
        ("learner-pays", {"class_payer": "learner"}, {"class_payer": "refund"}),
        (
            "credit-unpaid",
            UNPAID | {"credit": "required"},
            UNPAID | {"credit": "optional"},
        ),
        ("license-why", {"asks": ["driver-license"]}, {"tasks": LONG + "You drive to sites."}),
        (
            "long-hours",
            {"education": "enrolled", "hours_max": 45},
            {"education": "enrolled", "hours_max": 40},
        ),
        ("title-shouted", {"title": "WELDER TRAINEE"}, {"title": "CNC / HVAC"}),
        ("title-selling", {"title": "Welder, $20 an hour"}, {"title": "Welder 2"}),
        ("title-nameless", {"title": "Paid Summer Internship"}, {"title": "Summer Welder"}),
        ("title-nameless", {"title": "Co-op Student"}, {"title": "Co-op Nurse"}),
        ("short-text", {"tasks": "You weld."}, {"tasks": LONG}),
        ("closes-soon", {"closes_at": soon(2)}, {"closes_at": soon(4)}),
        ("closes-soon", {"closes_at": soon(2)}, {"closes_at": soon(2), "draft": False}),
        (
            "starts-early",
            {"starts_on": soon(5).date()},
            {"starts_on": soon(5).date(), "start_kind": "rolling"},
        ),
        ("no-occupation", {"occupation": None}, {}),
        ("contact-in-prose", {"pay_note": "Call 512-555-0101"}, {"apply_steps": "www.ex.org"}),
        ("age-words", {"tasks": LONG + "A young team."}, {"tasks": LONG + "Young trees."}),
        (
            "hazards-under-18",
            {"minimum_age": 16, "tasks": LONG + "Roofing."},
            {"minimum_age": 18, "tasks": LONG + "Roofing."},
        ),
    ],
)
def test_a_rule_fires_and_rests(region, slug, fires, silent):
    assert slug in slugs(calm(**fires))
    assert slug not in slugs(calm(**silent))


def test_the_terms_of_an_apprenticeship_are_read(region):
    papers = {"agency": "oa", "sponsor": "GRE", "program_number": "2025-TX-1"}

    assert slugs(apprenticeship(registration="registered", **papers)) == set()
    assert slugs(apprenticeship(registration="registered")) == {"registered-unproved"}
    assert slugs(apprenticeship(steps=[(0, 7), (1000, 9)])) == {"ladder-low"}
    assert slugs(apprenticeship(steps=[(0, 20), (1000, 20)])) == {"ladder-flat"}
    assert slugs(apprenticeship(probation_months=13, months=96)) == {"probation-long"}
    assert slugs(apprenticeship(probation_months=12)) == set()


def test_only_the_registered_are_called_so(region):
    row = apprenticeship(registration="pending")
    row.summary = "A registered apprenticeship."
    other = calm(summary="It leads to a registered apprenticeship.", title="Welder Trainee")

    assert slugs(row) == {"registered-words"}
    assert slugs(other) == set()


def test_an_unpaid_internship_at_a_business_answers_seven_questions(region):
    row = calm(kind=Kind.INTERNSHIP, paid="unpaid", pay_min=None, pay_max=None)
    public = calm(kind=Kind.INTERNSHIP, paid="unpaid", pay_min=None, pay_max=None)
    public.employer.organization.ownership = "public"

    assert slugs(row) == {"unpaid-internship"}
    assert slugs(public) == set()
    for number in range(1, 8):
        row.beneficiary_answers.create(number=number, yes=number != 3)
    [remark] = remarks_on(row)
    assert "“No” to question 3" in remark.sentence
    row.beneficiary_answers.update(yes=True)
    assert slugs(row) == set()


def test_minors_on_a_visit_need_their_safety(region):
    calm(kind=Kind.JOB_SHADOW, paid="unpaid", pay_min=None, pay_max=None)
    Visit.objects.update(grades="grades 9 to 12")

    assert slugs(Opportunity.objects.get()) == {"minors-unsafe"}
    Visit.objects.update(takes_minors=True)
    assert slugs(Opportunity.objects.get()) == set()


def test_the_region_switches_rules_and_sets_its_own_minimum(region):
    row = calm(pay_min=10, pay_max=12, supports=[])

    assert slugs(row) == set()
    assert slugs(row, minimum_wage=Decimal(12)) == {"local-minimum"}
    assert slugs(row, rules={"no-supports": "advise"}) == {"no-supports"}
    assert slugs(calm(occupation=None), rules={"no-occupation": "off"}) == set()


def test_a_must_holds_a_posting_back_until_it_is_mended(company, recruiter, region):
    row = calm(employer=EmployerFactory(organization=company), pay_min=5, pay_max=6)
    Policy(rules={"federal-minimum": "must"}).save()
    remark = remarks_on(row)[0]

    assert remark.is_must
    with pytest.raises(MoveRefused):
        actions.answer_advice(remark=remark, why="Tips.", by=recruiter)
    Dismissal.objects.create(opportunity=row, rule="federal-minimum", why="Tips.")
    assert [each.slug for each in blocking(row)] == ["federal-minimum"]
    row.pay_min = row.pay_max = 15
    assert blocking(row) == []


def test_sending_says_what_the_region_asks(company, recruiter, region, signed_in):
    row = OpportunityFactory(
        employer=EmployerFactory(organization=company),
        kind=Kind.MENTORING,
        title="Mentor for Welders",
        draft=True,
    )
    Visit.objects.update_or_create(opportunity=row, defaults={"group_most": 2})
    Policy(rules={"short-text": "must"}).save()

    page = signed_in(recruiter).post(f"/opportunities/{row.pk}/send/", follow=True)

    assert "This region asks it of every posting: Very short." in page.content.decode()
    row.refresh_from_db()
    assert row.state == "draft"


# Answers


def test_an_answer_is_kept_with_who_and_why_and_read_by_the_reviewer(
    company, recruiter, coordinator, signed_in
):
    row = calm(employer=EmployerFactory(organization=company), occupation=None)
    url = f"/opportunities/{row.pk}/coach/no-occupation/"
    client = signed_in(recruiter)

    refused = client.post(url, {"why": "  "})
    kept = client.post(url, {"why": "We train for three occupations."}, follow=True)

    assert refused.status_code == 422
    assert "Say why it does not hold here." in refused.content.decode()
    assert "Rosa," in kept.content.decode()
    assert "“We train for three occupations.”" in kept.content.decode()
    assert Entry.objects.filter(what="answered the coach").count() == 1
    row.state = "in-review"
    row.save()
    page = signed_in(coordinator).get(f"/opportunities/{row.pk}/review/").content.decode()
    assert "We train for three occupations." in page


def test_an_answer_can_be_taken_back(company, recruiter, signed_in):
    row = calm(employer=EmployerFactory(organization=company), occupation=None)
    Dismissal.objects.create(opportunity=row, rule="no-occupation", why="Three.", by=recruiter)

    signed_in(recruiter).post(f"/opportunities/{row.pk}/coach/no-occupation/", {"do": "take-back"})

    assert not remarks_on(row)[0].is_answered


def test_an_answer_to_other_words_says_so(region, recruiter):
    row = calm(tasks=LONG + "A young team.")
    actions.answer_advice(remark=remarks_on(row)[0], why="It is our name.", by=recruiter)
    before = remarks_on(row)[0]
    row.tasks = LONG + "A youthful crew."

    after = remarks_on(row)[0]

    assert before.is_answered and not before.is_about_other_words
    assert after.is_answered and after.is_about_other_words


def test_an_empty_answer_is_no_answer(region, recruiter):
    row = calm(occupation=None)

    with pytest.raises(ReasonMissing):
        actions.answer_advice(remark=remarks_on(row)[0], why=" \n ", by=recruiter)


def test_rules_are_whole():
    for rule in RULES:
        assert len(rule.slug) <= 40
        assert rule.sentence.format(words="x").endswith((".", "?"))
        try:
            Dismissal._meta.get_field("rule").run_validators(rule.slug)
        except ValidationError:
            pytest.fail(rule.slug)
    assert len({rule.slug for rule in RULES}) == len(RULES)
