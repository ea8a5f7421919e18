"""The rules of the coach, as data. Each is one check with a plain sentence; what rests on a law
names it. Pointers for people who write and review, not legal advice."""

from collections.abc import Callable
from dataclasses import dataclass

from employers.coach import checks, wording
from employers.coach.facts import FEDERAL_MINIMUM, Facts, Found
from vocabularies.templatetags.words import money

OFF, ADVISE, MUST = "off", "advise", "must"


@dataclass(frozen=True)
class Rule:
    """`check` gives where it found something, or None. `{words}` in the sentence are what it
    found. `section` and the first of `fields` are where to mend it, unless the finding says
    another field."""

    slug: str
    title: str
    sentence: str
    fields: tuple[str, ...]
    section: str
    check: Callable[[Facts], Found | None]
    level: str = ADVISE
    source: str = ""


RULES: tuple[Rule, ...] = (
    Rule(
        "unpaid-internship",
        "Unpaid at a business",
        "{words}. At a business this is lawful only where the learner gains the most from it; the "
        "seven questions show that. A reviewer reads the answers.",
        ("paid",),
        "pay",
        checks.unpaid_internship,
        source="29 U.S.C. 203, 206; Wage and Hour Division, Fact Sheet 71 (2018)",
    ),
    Rule(
        "unpaid-job",
        "A job without pay",
        "{words} is paid work. Without pay it may be a pre-apprenticeship, a job shadow or "
        "mentoring.",
        ("paid",),
        "pay",
        checks.unpaid_job,
        source="29 U.S.C. 206; 29 CFR 29.5(b)(5)",
    ),
    Rule(
        "federal-minimum",
        "Low pay",
        "{words} an hour is less than the federal minimum wage of "
        f"{money(FEDERAL_MINIMUM)} an hour.",
        ("pay_min",),
        "pay",
        checks.federal_minimum,
        source="29 U.S.C. 206(a)(1)",
    ),
    Rule(
        "local-minimum",
        "Less than the local minimum",
        "{words} an hour.",
        ("pay_min",),
        "pay",
        checks.local_minimum,
        source="State or local law, as this region has set it",
    ),
    Rule(
        "ladder-low",
        "The first step is too low",
        "Apprentices start at the minimum wage or above; the first step says {words}.",
        ("rate_0",),
        "terms",
        checks.ladder_low,
        source="29 CFR 29.5(b)(5)",
    ),
    Rule(
        "ladder-flat",
        "Steps that do not rise",
        "Each step pays more than the one before. Here: {words}.",
        ("rate_1",),
        "terms",
        checks.ladder_flat,
        source="29 CFR 29.5(b)(5)",
    ),
    Rule(
        "registered-unproved",
        "“Registered” needs its papers",
        "Give {words}. Without it nobody can look the registration up.",
        ("program_number", "agency", "sponsor"),
        "terms",
        checks.registered_unproved,
        source="29 CFR 29.3, 29.5(b)",
    ),
    Rule(
        "registered-words",
        "Called registered",
        "“{words}”: only a program with a registration agency may be called so. Say under terms "
        "that it is registered, or take the word out.",
        ("title", "summary", "tasks"),
        "work",
        checks.registered_words,
        source="29 CFR 29.2, 29.3",
    ),
    Rule(
        "probation-long",
        "Long probation",
        "{words} is more than a quarter of the term or a year.",
        ("probation_months",),
        "terms",
        checks.probation,
        source="29 CFR 29.5(b)(8)",
    ),
    Rule(
        "age-words",
        "Age wording",
        "“{words}” reads as a limit by age. Say what the work takes instead.",
        ("title", "summary", "tasks"),
        "work",
        checks.age,
        source="29 U.S.C. 623(e); 29 CFR 1625.4",
    ),
    Rule(
        "graduates-only",
        "Recent graduates only",
        "“{words}” shuts out older people. Say which skills or schooling it takes.",
        ("needs_note", "summary"),
        "apply",
        checks.graduates,
        source="29 CFR 1625.4(a)",
    ),
    Rule(
        "gender-words",
        "Gendered wording",
        "“{words}” reads as if only some may apply. “They”, “you” or the name of the work include "
        "all.",
        ("title", "summary", "tasks"),
        "work",
        checks.reads(wording.GENDER),
        source="42 U.S.C. 2000e-3(b)",
    ),
    Rule(
        "native-speaker",
        "Native speaker",
        "“{words}”: say how well the work needs the language, such as “fluent Spanish”.",
        ("needs_note", "summary"),
        "apply",
        checks.reads(wording.NATIVE),
        source="42 U.S.C. 2000e-2(a); 29 CFR 1606.1",
    ),
    Rule(
        "citizens-only",
        "Citizens only",
        "“{words}”: unless a law or a federal contract asks for it, ask for permission to work.",
        ("needs_note", "summary"),
        "apply",
        checks.reads(wording.CITIZENS),
        source="8 U.S.C. 1324b(a)",
    ),
    Rule(
        "able-bodied",
        "A demand on the body",
        "“{words}” shuts people out who can do the work. Say what has to be done: “lifts 50 "
        "pounds, with help if needed”.",
        ("needs_note", "summary", "tasks"),
        "apply",
        checks.reads(wording.ABLE),
        source="42 U.S.C. 12112(b)(6); 29 CFR 1630.10",
    ),
    Rule(
        "minors-unsafe",
        "Learners under 18",
        "{words}: then tick that learners under 18 may come, and say what keeps them safe.",
        ("takes_minors",),
        "visit",
        checks.minors_unsafe,
    ),
    Rule(
        "hazards-under-18",
        "Dangerous work under 18",
        "“{words}” may be work that nobody under 18 is allowed to do; some of it is open to "
        "registered apprentices and student-learners from 16 on. Check it, or ask for age 18.",
        ("minimum_age",),
        "apply",
        checks.hazards,
        source="29 CFR 570, subpart E",
    ),
    Rule(
        "contact-in-prose",
        "Contact in prose",
        "“{words}” belongs under How to apply, where it is checked and counted.",
        ("pay_note", "tasks", "summary"),
        "work",
        checks.reads(wording.CONTACT),
    ),
    Rule(
        "grade-average",
        "Grade average",
        "“{words}” says little about work. Ask for what they can do, or leave it out.",
        ("needs_note",),
        "apply",
        checks.reads(wording.GPA),
    ),
    Rule(
        "credit-unpaid",
        "Only for credit, without pay",
        "Learners then pay a college for the credit and earn nothing. Say who pays for the credit, "
        "or make it optional.",
        ("credit",),
        "learning",
        checks.credit_unpaid,
    ),
    Rule(
        "learner-pays",
        "The learner pays",
        "Do you help with tuition? Say so here or in what your organization offers.",
        ("class_payer",),
        "pay",
        checks.learner_pays,
    ),
    Rule(
        "pay-missing",
        "No pay is shown",
        "Postings that show pay are found and answered more often.",
        ("pay_min",),
        "pay",
        checks.pay_missing,
    ),
    Rule(
        "pay-wide",
        "A wide range of pay",
        "{words} leaves open what a learner starts with. Give the pay of the first day and of the "
        "last.",
        ("pay_max",),
        "pay",
        checks.pay_wide,
    ),
    Rule(
        "license-why",
        "Why a driver license?",
        "You require one and nothing here says what they drive. Say it, or ask for “a way to get "
        "there”.",
        ("asks", "tasks"),
        "apply",
        checks.license_why,
    ),
    Rule(
        "long-hours",
        "Long hours beside class",
        "{words} a week, for somebody who is enrolled: say how that fits a class.",
        ("hours_max",),
        "place",
        checks.long_hours,
    ),
    Rule(
        "title-shouted",
        "A title in capitals",
        "Capitals are hard to read. Write it as you would say it.",
        ("title",),
        "work",
        checks.shouted,
    ),
    Rule(
        "title-selling",
        "A title that sells",
        "“{words}” does not belong in a title; pay has its own line. Name the work.",
        ("title",),
        "work",
        checks.reads(wording.SELLING, "title"),
    ),
    Rule(
        "title-nameless",
        "A title that names no work",
        "“{words}” could be anything. Say what they learn to be: “Electrician Apprentice”.",
        ("title",),
        "work",
        checks.nameless,
    ),
    Rule(
        "short-text",
        "Very short",
        "So far {words}. Say what a day is like, in the first month and later.",
        ("tasks",),
        "work",
        checks.short,
    ),
    Rule(
        "closes-soon",
        "It closes very soon",
        "{words} is less than three days away, and a reviewer has to read it first.",
        ("closes_on",),
        "dates",
        checks.closes_soon,
    ),
    Rule(
        "starts-early",
        "It starts before it closes",
        "The first day, {words}, is over before the last people apply.",
        ("starts_on",),
        "dates",
        checks.starts_early,
    ),
    Rule(
        "no-occupation",
        "No occupation",
        "Search by occupation will not find it.",
        ("occupation_words",),
        "work",
        checks.no_occupation,
    ),
    Rule(
        "no-supports",
        "No help named",
        "Tools, travel or exam fees decide whether some learners can come. Tick what you give.",
        ("supports",),
        "pay",
        checks.no_supports,
        level=OFF,
    ),
)
BY_SLUG = {rule.slug: rule for rule in RULES}
