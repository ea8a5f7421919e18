"""Enumerations of this room and, for every state, its moves."""

from django.db import models


class Kind(models.TextChoices):
    APPRENTICESHIP = "apprenticeship", "Apprenticeship"
    PRE_APPRENTICESHIP = "pre-apprenticeship", "Pre-apprenticeship"
    INTERNSHIP = "internship", "Internship"
    CO_OP = "co-op", "Co-op"
    ON_THE_JOB = "on-the-job-training", "On-the-job training"
    JOB_SHADOW = "job-shadow", "Job shadow"
    MENTORING = "mentoring", "Mentoring"


KIND_MEANS = {
    Kind.APPRENTICESHIP: "a paid job with a class beside it and a wage that rises by steps",
    Kind.PRE_APPRENTICESHIP: "training that leads into an apprenticeship",
    Kind.INTERNSHIP: "work for a season, tied to what a learner studies",
    Kind.CO_OP: "paid terms at work that take turns with terms in class",
    Kind.ON_THE_JOB: "a paid job that teaches what it needs",
    Kind.JOB_SHADOW: "a visit to see the work; nobody is hired",
    Kind.MENTORING: "regular talks with somebody who does the work; nobody is hired",
}

# The kinds that are jobs in the sense of schema.org's JobPosting.
JOBS = [Kind.APPRENTICESHIP, Kind.INTERNSHIP, Kind.CO_OP, Kind.ON_THE_JOB]


class State(models.TextChoices):
    """What people decided. Scheduled, open and expired follow from the clock."""

    DRAFT = "draft", "Draft"
    IN_REVIEW = "in-review", "In review"
    RETURNED = "returned", "Returned"
    PUBLISHED = "published", "Published"
    PAUSED = "paused", "Paused"
    CLOSED = "closed", "Closed"
    ARCHIVED = "archived", "Archived"


MOVES: dict[str, set[str]] = {
    State.DRAFT: {State.IN_REVIEW, State.ARCHIVED},
    State.IN_REVIEW: {State.RETURNED, State.PUBLISHED, State.DRAFT},
    State.RETURNED: {State.IN_REVIEW, State.ARCHIVED},
    State.PUBLISHED: {State.PAUSED, State.CLOSED, State.DRAFT, State.RETURNED},
    State.PAUSED: {State.PUBLISHED, State.CLOSED, State.RETURNED},
    State.CLOSED: {State.ARCHIVED},
    State.ARCHIVED: set(),
}

# States in which the words may be changed.
WRITABLE = {State.DRAFT, State.RETURNED}


class Outcome(models.TextChoices):
    FILLED_HERE = "filled-here", "Filled through the portal"
    FILLED_ELSEWHERE = "filled-elsewhere", "Filled another way"
    NOT_FILLED = "not-filled", "Not filled"


class Mode(models.TextChoices):
    ON_SITE = "on-site", "On site"
    HYBRID = "hybrid", "Part at home"
    REMOTE = "remote", "Remote"


class HoursPer(models.TextChoices):
    WEEK = "week", "a week"
    MONTH = "month", "a month"
    VISIT = "visit", "in all"


class Shift(models.TextChoices):
    DAY = "day", "Days"
    EVENING = "evening", "Evenings"
    NIGHT = "night", "Nights"
    WEEKEND = "weekend", "Weekends"
    ROTATING = "rotating", "Rotating shifts"
    AROUND_CLASS = "around-class", "Fits around class"


class LengthUnit(models.TextChoices):
    HOURS = "hours", "hours on the job"
    DAYS = "days", "days"
    WEEKS = "weeks", "weeks"
    MONTHS = "months", "months"
    YEARS = "years", "years"
    SEMESTERS = "semesters", "semesters"


class Paid(models.TextChoices):
    WAGE = "wage", "Yes, a wage"
    STIPEND = "stipend", "A fixed sum (stipend)"
    UNPAID = "unpaid", "No"


class PayUnit(models.TextChoices):
    HOUR = "hour", "hour"
    DAY = "day", "day"
    WEEK = "week", "week"
    MONTH = "month", "month"
    YEAR = "year", "year"


# Hours of full-time work in a unit of pay; what pay is compared by.
HOURS_IN: dict[str, int] = {
    PayUnit.HOUR: 1,
    PayUnit.DAY: 8,
    PayUnit.WEEK: 40,
    PayUnit.MONTH: 173,
    PayUnit.YEAR: 2080,
}


class ClassPayer(models.TextChoices):
    EMPLOYER = "employer", "We pay all of it"
    SHARED = "shared", "We pay part of it"
    REFUND = "refund", "The learner pays first, we pay it back on passing"
    LEARNER = "learner", "The learner pays"
    NO_CLASS = "no-class", "There is no class to pay for"


class Support(models.TextChoices):
    CLASS = "class", "Class paid"
    TOOLS = "tools", "Tools or uniform"
    TRAVEL = "travel", "Travel: bus pass, van or mileage"
    EXAM = "exam", "Exam and license fees"
    CHILD_CARE = "child-care", "Help with child care"


SUPPORT_SHORT = {
    Support.CLASS: "Class paid",
    Support.TOOLS: "Tools or uniform",
    Support.TRAVEL: "Travel",
    Support.EXAM: "Exam fees",
    Support.CHILD_CARE: "Child care",
}


class Education(models.TextChoices):
    NONE = "none", "No diploma needed"
    HIGH_SCHOOL = "high-school", "High school or GED"
    ENROLLED = "enrolled", "Enrolled in a program"
    SOME_COLLEGE = "some-college", "Some college"
    ASSOCIATE = "associate", "Associate degree"
    BACHELOR = "bachelor", "Bachelor’s degree"


class Ask(models.TextChoices):
    DRIVER = "driver-license", "Driver license"
    BACKGROUND = "background-check", "Background check"
    DRUG_TEST = "drug-test", "Drug test"
    HEALTH = "health-screening", "Health screening"
    HEIGHTS = "heights", "Work at heights"
    LIFTING = "lifting", "Heavy lifting"
    PORTFOLIO = "portfolio", "Portfolio"
    CONSENT = "consent", "Parent’s consent under 18"
    WORK_PERMIT = "work-authorization", "Allowed to work in the United States"
    SECOND_LANGUAGE = "second-language", "A second language"


class Level(models.TextChoices):
    """How much a thing is asked of who applies."""

    REQUIRED = "required", "Required"
    PREFERRED = "preferred", "Good to have"
    LEARNED = "learned", "Learned here"


class CostItem(models.TextChoices):
    """What a learner's own cost is made of."""

    TUITION = "tuition", "Tuition"
    FEES = "fees", "Fees"
    BOOKS = "books", "Books"
    TOOLS = "tools", "Tools"
    EXAM = "exam", "Exams and licenses"
    UNIFORM = "uniform", "Uniform or boots"


class Credit(models.TextChoices):
    NONE = "none", "No college credit"
    OPTIONAL = "optional", "Credit if the college agrees"
    REQUIRED = "required", "Only for credit"


class ApplyBy(models.TextChoices):
    EMAIL = "email", "By e-mail"
    WEB = "web", "On our website"
    PHONE = "phone", "By phone"
    PERSON = "person", "In person"
    COUNSELOR = "counselor", "Through a counselor"


class Registration(models.TextChoices):
    REGISTERED = "registered", "Registered"
    PENDING = "pending", "Registration is under way"
    YOUTH = "youth", "Youth apprenticeship"
    NOT = "not", "Not registered"


class Agency(models.TextChoices):
    FEDERAL = "oa", "U.S. Department of Labor, Office of Apprenticeship"
    STATE = "saa", "State apprenticeship agency"


class Approach(models.TextChoices):
    TIME = "time", "By hours worked"
    COMPETENCY = "competency", "By skills shown"
    HYBRID = "hybrid", "By hours and skills"


class InstructionWhen(models.TextChoices):
    WORK = "work", "During work hours"
    EVENING = "evening", "Evenings"
    WEEKEND = "weekend", "Weekends"
    BLOCK = "block", "Whole weeks at a time"
    ONLINE = "online", "Online, in the learner’s own time"


class Term(models.TextChoices):
    FALL = "fall", "Fall"
    WINTER = "winter", "Winter"
    SPRING = "spring", "Spring"
    SUMMER = "summer", "Summer"
    YEAR = "year-round", "Any time of the year"


class StartKind(models.TextChoices):
    DAY = "day", "On one day"
    BETWEEN = "between", "Between two days"
    ROLLING = "rolling", "At any time of the year"
    AT_ONCE = "at-once", "As soon as somebody is found"


class MayLead(models.TextChoices):
    YES = "yes", "Yes, that is the plan"
    POSSIBLE = "possible", "Possibly"
    NO = "no", "No"


class CoopPattern(models.TextChoices):
    TERMS = "terms", "Whole terms at work, then whole terms in class"
    HALF_DAYS = "half-days", "Part of each day or week at work"


class SafetyCheck(models.TextChoices):
    """Background check of the adults who meet learners."""

    NOT_NEEDED = "not-needed", "Not needed: learners are adults or come with their teacher"
    SCHOOL = "school", "The school does it"
    HELD = "held", "Done"


class Source(models.TextChoices):
    """How a posting came in."""

    FORM = "form", "Written here"
    FILE = "file", "From a file"


class LiveEdits(models.TextChoices):
    """What happens when a published posting is changed."""

    ALL = "all", "A reviewer reads every change first"
    WEIGHTY = (
        "weighty",
        "A reviewer reads changes of pay, cost, place, terms and how to apply; other words show "
        "at once",
    )
    NONE = "none", "Changes show at once"


class ReportReason(models.TextChoices):
    GONE = "gone", "It is filled or does not exist"
    PAY = "pay", "Pay or costs are not as it says"
    UNFAIR = "unfair", "It shuts people out unfairly"
    UNSAFE = "unsafe", "It seems unsafe or against the law"
    SCAM = "scam", "It looks like a fraud"
    OTHER = "other", "Something else"


class ReportState(models.TextChoices):
    OPEN = "open", "Waiting"
    UPHELD = "upheld", "Something was done"
    DISMISSED = "dismissed", "Nothing was wrong"


REPORT_MOVES: dict[str, set[str]] = {
    ReportState.OPEN: {ReportState.UPHELD, ReportState.DISMISSED},
    ReportState.UPHELD: set(),
    ReportState.DISMISSED: set(),
}


class ImportState(models.TextChoices):
    MATCHING = "matching", "Columns are being matched"
    CHECKING = "checking", "Rows are being checked"
    CHECKED = "checked", "Checked, nothing saved yet"
    RUNNING = "running", "Being saved"
    DONE = "done", "Saved"
    UNDOING = "undoing", "Being undone"
    UNDONE = "undone", "Undone"


IMPORT_MOVES: dict[str, set[str]] = {
    ImportState.MATCHING: {ImportState.CHECKING},
    ImportState.CHECKING: {ImportState.CHECKED, ImportState.MATCHING},
    ImportState.CHECKED: {ImportState.MATCHING, ImportState.CHECKING, ImportState.RUNNING},
    ImportState.RUNNING: {ImportState.DONE},
    ImportState.DONE: {ImportState.UNDOING},
    ImportState.UNDOING: {ImportState.UNDONE},
    ImportState.UNDONE: set(),
}


class RowOutcome(models.TextChoices):
    """What a row of a file becomes."""

    NEW = "new", "New draft"
    CHANGE = "change", "Changes"
    SAME = "same", "The same"
    ALIKE = "alike", "Skipped"
    REFUSED = "refused", "Refused"
