"""The strategic plan: its lasting items, its frozen versions, what the public says to it, what
is answered, and what comes of it."""

from plans.models.answers import Response, ResponseTemplate
from plans.models.comments import (
    COMMENT_LIMIT,
    EARLIEST,
    LATEST,
    Comment,
    CommentWindow,
    Reply,
    Submission,
)
from plans.models.follows import Follow, PlanImport
from plans.models.plan import (
    NO_PARENT,
    Action,
    Descent,
    GroupMember,
    Item,
    Plan,
    RoleAssignment,
    WorkGroup,
)
from plans.models.progress import Measure, MeasureValue, Milestone, StatusUpdate
from plans.models.versions import PlanVersion, VersionItem

__all__ = [
    "Action",
    "COMMENT_LIMIT",
    "Comment",
    "CommentWindow",
    "Descent",
    "EARLIEST",
    "Follow",
    "GroupMember",
    "Item",
    "LATEST",
    "Measure",
    "MeasureValue",
    "Milestone",
    "NO_PARENT",
    "Plan",
    "PlanImport",
    "PlanVersion",
    "Reply",
    "Response",
    "ResponseTemplate",
    "RoleAssignment",
    "StatusUpdate",
    "Submission",
    "VersionItem",
    "WorkGroup",
]
