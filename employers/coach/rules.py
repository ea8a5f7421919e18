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
    another field. `watches` says what it looks for, to whoever sets the region's rules."""

    slug: str
    title: str
    sentence: str
    fields: tuple[str, ...]
    section: str
    check: Callable[[Facts], Found | None]
    level: str = ADVISE
    source: str = ""
    watches: str = ""


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
        watches="A business offers an internship without pay. The law allows it only where the "
        "learner gains the most; the seven questions show that.",
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
        watches="An apprenticeship or on-the-job training that pays nothing, though both are paid "
        "work.",
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
        watches="Pay of less than the federal minimum wage, counted by the hour.",
    ),
    Rule(
        "local-minimum",
        "Less than the local minimum",
        "{words} an hour.",
        ("pay_min",),
        "pay",
        checks.local_minimum,
        source="State or local law, as this region has set it",
        watches="Pay of less than the minimum wage that this region has set, counted by the hour.",
    ),
    Rule(
        "ladder-low",
        "The first step is too low",
        "Apprentices start at the minimum wage or above; the first step says {words}.",
        ("rate_0",),
        "terms",
        checks.ladder_low,
        source="29 CFR 29.5(b)(5)",
        watches="An apprentice’s first wage step that is less than the minimum wage.",
    ),
    Rule(
        "ladder-flat",
        "Steps that do not rise",
        "Each step pays more than the one before. Here: {words}.",
        ("rate_1",),
        "terms",
        checks.ladder_flat,
        source="29 CFR 29.5(b)(5)",
        watches="Wage steps of an apprenticeship that stay the same or fall.",
    ),
    Rule(
        "registered-unproved",
        "“Registered” needs its papers",
        "Give {words}. Without it nobody can look the registration up.",
        ("program_number", "agency", "sponsor"),
        "terms",
        checks.registered_unproved,
        source="29 CFR 29.3, 29.5(b)",
        watches="An apprenticeship said to be registered without its program number, agency or "
        "sponsor.",
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
        watches="The word “registered” about something that no registration agency has registered.",
    ),
    Rule(
        "probation-long",
        "Long probation",
        "{words} is more than a quarter of the term or a year.",
        ("probation_months",),
        "terms",
        checks.probation,
        source="29 CFR 29.5(b)(8)",
        watches="A probation of more than a year, or of more than a quarter of the apprenticeship.",
    ),
    Rule(
        "age-words",
        "Age wording",
        "“{words}” reads as a limit by age. Say what the work takes instead.",
        ("title", "summary", "tasks"),
        "work",
        checks.age,
        source="29 U.S.C. 623(e); 29 CFR 1625.4",
        watches="Words that read as a limit by age, such as “young and energetic”.",
    ),
    Rule(
        "graduates-only",
        "Recent graduates only",
        "“{words}” shuts out older people. Say which skills or schooling it takes.",
        ("needs_note", "summary"),
        "apply",
        checks.graduates,
        source="29 CFR 1625.4(a)",
        watches="Words that ask for recent graduates only, which shuts out older people.",
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
        watches="Words that read as if only men or only women may apply, such as “waitress” or "
        "“men only”.",
    ),
    Rule(
        "native-speaker",
        "Native speaker",
        "“{words}”: say how well the work needs the language, such as “fluent Spanish”.",
        ("needs_note", "summary"),
        "apply",
        checks.reads(wording.NATIVE),
        source="42 U.S.C. 2000e-2(a); 29 CFR 1606.1",
        watches="“Native speaker” and the like, where the level of the language is what counts.",
    ),
    Rule(
        "citizens-only",
        "Citizens only",
        "“{words}”: unless a law or a federal contract asks for it, ask for permission to work.",
        ("needs_note", "summary"),
        "apply",
        checks.reads(wording.CITIZENS),
        source="8 U.S.C. 1324b(a)",
        watches="Asking for citizens only. Permission to work is enough unless a law or a federal "
        "contract says otherwise.",
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
        watches="Words such as “able-bodied”, which shut out people who can do the work.",
    ),
    Rule(
        "minors-unsafe",
        "Learners under 18",
        "{words} means learners under 18: tick that they may come, and say what keeps them safe.",
        ("takes_minors",),
        "visit",
        checks.minors_unsafe,
        level=MUST,
        watches="A job shadow or mentoring for people under 18 that does not say what keeps them "
        "safe.",
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
        watches="Dangerous work, such as roofing, in a posting that is open to people under 18.",
    ),
    Rule(
        "contact-in-prose",
        "Contact in prose",
        "“{words}” belongs under How to apply, where it is checked and counted.",
        ("pay_note", "tasks", "summary"),
        "work",
        checks.reads(wording.CONTACT),
        watches="A phone number, an e-mail address or a link in the text, where nobody checks it.",
    ),
    Rule(
        "grade-average",
        "Grade average",
        "“{words}” says little about work. Ask for what they can do, or leave it out.",
        ("needs_note",),
        "apply",
        checks.reads(wording.GPA),
        watches="A lowest grade average. It says little about work.",
    ),
    Rule(
        "credit-unpaid",
        "Only for credit, without pay",
        "Learners then pay a college for the credit and earn nothing. Say who pays for the credit, "
        "or make it optional.",
        ("credit",),
        "learning",
        checks.credit_unpaid,
        watches="A place only for college credit that pays nothing, so that the learner pays to "
        "work.",
    ),
    Rule(
        "learner-pays",
        "The learner pays",
        "Do you help with tuition? Say so here or in what your organization offers.",
        ("class_payer",),
        "pay",
        checks.learner_pays,
        watches="A class that the learner pays for, with no word of help with tuition.",
    ),
    Rule(
        "pay-missing",
        "No pay is shown",
        "Postings that show pay are found and answered more often.",
        ("pay_min",),
        "pay",
        checks.pay_missing,
        watches="A paid place that does not show its pay.",
    ),
    Rule(
        "pay-wide",
        "A wide range of pay",
        "{words} leaves open what a learner starts with. Give the pay of the first day and of the "
        "last.",
        ("pay_max",),
        "pay",
        checks.pay_wide,
        watches="Pay that ranges so widely that it leaves open what a learner starts with.",
    ),
    Rule(
        "license-why",
        "Why a driver license?",
        "You require one and nothing here says what they drive. Say it, or ask for “a way to get "
        "there”.",
        ("asks", "tasks"),
        "apply",
        checks.license_why,
        watches="A driver license that is required, where nothing says what they drive.",
    ),
    Rule(
        "long-hours",
        "Long hours beside class",
        "{words} a week, for somebody who is enrolled: say how that fits a class.",
        ("hours_max",),
        "place",
        checks.long_hours,
        watches="More than 40 hours a week for people who are enrolled in a class.",
    ),
    Rule(
        "title-shouted",
        "A title in capitals",
        "Capitals are hard to read. Write it as you would say it.",
        ("title",),
        "work",
        checks.shouted,
        watches="A title in capitals, which is hard to read.",
    ),
    Rule(
        "title-selling",
        "A title that sells",
        "“{words}” does not belong in a title; pay has its own line. Name the work.",
        ("title",),
        "work",
        checks.reads(wording.SELLING, "title"),
        watches="Pay or praise in a title, which has its own line on the page.",
    ),
    Rule(
        "title-nameless",
        "A title that names no work",
        "“{words}” could be anything. Say what they learn to be: “Electrician Apprentice”.",
        ("title",),
        "work",
        checks.nameless,
        watches="A title that names no work, such as “Intern”.",
    ),
    Rule(
        "short-text",
        "Very short",
        "So far {words}. Say what a day is like, in the first month and later.",
        ("tasks",),
        "work",
        checks.short,
        watches="Fewer than 20 words about the work: nobody can picture a day.",
    ),
    Rule(
        "closes-soon",
        "It closes very soon",
        "{words} is less than three days away, and a reviewer has to read it first.",
        ("closes_on",),
        "dates",
        checks.closes_soon,
        watches="A closing day less than three days away, before a reviewer may have read it.",
    ),
    Rule(
        "starts-early",
        "It starts before it closes",
        "The first day, {words}, is over before the last people apply.",
        ("starts_on",),
        "dates",
        checks.starts_early,
        watches="A first day before the last people can apply.",
    ),
    Rule(
        "no-occupation",
        "No occupation",
        "Search by occupation will not find it.",
        ("occupation_words",),
        "work",
        checks.no_occupation,
        watches="No occupation, so that search by occupation does not find the posting.",
    ),
    Rule(
        "no-supports",
        "No help named",
        "Tools, travel or exam fees decide whether some learners can come. Tick what you give.",
        ("supports",),
        "pay",
        checks.no_supports,
        level=OFF,
        watches="No help with tools, travel or fees, which decides whether some learners can come.",
    ),
)
BY_SLUG = {rule.slug: rule for rule in RULES}
