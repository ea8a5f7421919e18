"""Enumerations of this room and, for every state, its moves."""

from django.db import models


class PlanState(models.TextChoices):
    DRAFT = "draft", "Draft"
    OPEN = "open", "Open for comment"
    ANSWERING = "answering", "Answering comments"
    ADOPTED = "adopted", "Adopted"
    SUPERSEDED = "superseded", "Superseded"


PLAN_MOVES: dict[str, set[str]] = {
    PlanState.DRAFT: {PlanState.OPEN},
    PlanState.OPEN: {PlanState.OPEN, PlanState.ANSWERING},
    # A plan that was opened once more and not adopted again may still make way for the next.
    PlanState.ANSWERING: {PlanState.OPEN, PlanState.ADOPTED, PlanState.SUPERSEDED},
    PlanState.ADOPTED: {PlanState.OPEN, PlanState.ADOPTED, PlanState.SUPERSEDED},
    PlanState.SUPERSEDED: set(),
}


class Stage(models.TextChoices):
    """What a published version is. Opening for comment and adopting each freeze one."""

    COMMENT = "comment", "For comment"
    ADOPTED = "adopted", "Adopted"


STATE_OF_STAGE = {Stage.COMMENT: PlanState.OPEN, Stage.ADOPTED: PlanState.ADOPTED}


class Status(models.TextChoices):
    """The four statuses that a plan begins with, and the tones of all others; in the order in
    which pictures show them."""

    DONE = "done", "Done"
    PROGRESS = "progress", "In progress"
    RISK = "risk", "At risk"
    NOT_STARTED = "not-started", "Not started"


STATUSES = [{"key": one.value, "label": str(one.label), "tone": one.value} for one in Status]


def _role(key: str, label: str, letter: str, leads: bool = False, only_one: bool = False) -> dict:
    return {"key": key, "label": label, "letter": letter, "leads": leads, "only_one": only_one}


# What a plan's roles may begin as. `only_one`: exactly one group has it in every item.
ROLE_PRESETS: dict[str, list[dict]] = {
    "lead-support-advisory": [
        _role("lead", "Lead", "L", leads=True),
        _role("support", "Support", "S"),
        _role("advisory", "Advisory", "A"),
    ],
    "raci": [
        _role("accountable", "Accountable", "A", leads=True, only_one=True),
        _role("responsible", "Responsible", "R"),
        _role("consulted", "Consulted", "C"),
        _role("informed", "Informed", "I"),
    ],
}
PRESET_WORDS = {
    "lead-support-advisory": "Lead, Support, Advisory",
    "raci": "RACI: Responsible, Accountable (exactly one), Consulted, Informed",
}


class Passing(models.TextChoices):
    """How an item goes on."""

    CARRIED = "carried", "Carried on"
    MERGED = "merged", "Merged"
    SPLIT = "split", "Split"
    DROPPED = "dropped", "Dropped"


class CommentState(models.TextChoices):
    UNCONFIRMED = "unconfirmed", "Not confirmed yet"
    WAITING = "waiting", "Waiting to be read"
    PUBLISHED = "published", "Published"
    DECLINED = "declined", "Not shown"
    WITHDRAWN = "withdrawn", "Withdrawn"


# An author who changes published words sends them back to be read again.
COMMENT_MOVES: dict[str, set[str]] = {
    CommentState.UNCONFIRMED: {CommentState.WAITING},
    CommentState.WAITING: {
        CommentState.WAITING,
        CommentState.PUBLISHED,
        CommentState.DECLINED,
        CommentState.WITHDRAWN,
    },
    CommentState.PUBLISHED: {
        CommentState.WAITING,
        CommentState.DECLINED,
        CommentState.WITHDRAWN,
    },
    CommentState.DECLINED: {CommentState.PUBLISHED, CommentState.WITHDRAWN},
    CommentState.WITHDRAWN: set(),
}


class Kind(models.TextChoices):
    """What kind of organization a comment speaks for."""

    EMPLOYER = "employer", "Employer"
    PROVIDER = "provider", "College, school or training provider"
    CENTER = "center", "Career or workforce center"
    AGENCY = "agency", "Public agency"
    COMMUNITY = "community", "Community or labor organization"
    OTHER = "other", "Another kind"


class Relation(models.TextChoices):
    WORKS = "works", "I work there"
    LEADS = "leads", "I own or lead it"
    STUDIES = "studies", "I study or train there"
    MEMBER = "member", "I am a member or volunteer"
    SELF = "self", "I speak for myself"


RELATION_TO_READERS = {
    Relation.WORKS: "works there",
    Relation.LEADS: "owns or leads it",
    Relation.STUDIES: "studies or trains there",
    Relation.MEMBER: "member or volunteer",
    Relation.SELF: "",
}


class Shown(models.TextChoices):
    ALL = "all", "My name and organization"
    ORGANIZATION = "organization", "My organization only"
    WORDS = "words", "Only the words"


class DeclineReason(models.TextChoices):
    ADVERTISING = "advertising", "It advertises something"
    OFF_TOPIC = "off-topic", "It is not about this plan"
    ABUSE = "abuse", "It insults or threatens somebody"
    PRIVATE = "private", "It tells private things about a person"
    STUDENT = "student", "It tells who a student is"
    DUPLICATE = "duplicate", "The same words were sent before"


class Stance(models.TextChoices):
    SUPPORT = "support", "I support it"
    CONCERN = "concern", "I have a concern"
    QUESTION = "question", "I have a question"
    IDEA = "idea", "I have an idea"


class Source(models.TextChoices):
    """How a comment came."""

    WEB = "web", "Through this site"
    EMAIL = "email", "By e-mail"
    PAPER = "paper", "On paper"
    MEETING = "meeting", "Said at a meeting"


class Moderation(models.TextChoices):
    BEFORE = "before", "Shown once somebody has read it"
    AFTER = "after", "Shown at once, read afterwards"


class Disposition(models.TextChoices):
    """What came of what was said."""

    ACCEPTED = "accepted", "Accepted"
    IN_PART = "in-part", "Accepted in part"
    ALREADY = "already", "Already in the plan"
    NOT = "not", "Not taken up"
    OUT_OF_SCOPE = "out-of-scope", "Outside of this plan"
    ANSWERED = "answered", "Question answered"


class MeasureKind(models.TextChoices):
    REGIONAL = "regional", "Regional result"
    PROGRAM = "program", "What the partners do"


class Direction(models.TextChoices):
    UP = "up", "More is better"
    DOWN = "down", "Less is better"
