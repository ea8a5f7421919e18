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
    PlanState.ANSWERING: {PlanState.OPEN, PlanState.ADOPTED},
    PlanState.ADOPTED: {PlanState.OPEN, PlanState.ADOPTED, PlanState.SUPERSEDED},
    PlanState.SUPERSEDED: set(),
}


class Stage(models.TextChoices):
    """What a published version is. Opening for comment and adopting each freeze one."""

    COMMENT = "comment", "For comment"
    ADOPTED = "adopted", "Adopted"


STATE_OF_STAGE = {Stage.COMMENT: PlanState.OPEN, Stage.ADOPTED: PlanState.ADOPTED}


class Involvement(models.TextChoices):
    LEAD = "lead", "Lead"
    SUPPORT = "support", "Support"
    ADVISORY = "advisory", "Advisory"


class Status(models.TextChoices):
    """How an action stands; the order in which pictures show it."""

    DONE = "done", "Done"
    PROGRESS = "progress", "In progress"
    RISK = "risk", "At risk"
    NOT_STARTED = "not-started", "Not started"


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
