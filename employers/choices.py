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
    State.PUBLISHED: {State.PAUSED, State.CLOSED, State.DRAFT},
    State.PAUSED: {State.PUBLISHED, State.CLOSED},
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
