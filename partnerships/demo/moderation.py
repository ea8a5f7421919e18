"""What moderators of the demo region did: a meeting's notes split by item, a reply, an appeal."""

import uuid
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

from accounts.models import User
from plans.choices import CommentState, Shown, Source
from plans.models import Comment, Follow, Plan, PlanVersion, Reply, Submission

DAY = -12  # from the day of loading
NOTES = (
    "Library in Bastrop, 23 people, flip chart.\n\n"
    "On 1.2.2: the bus stops at seven. Evening sections help nobody who cannot get home.\n\n"
    "On 2.1.2: let employers see a class before they are asked to host one."
)
PIECES = [
    (
        "1.2.2",
        "concern",
        "the bus stops at seven. Evening sections help nobody who cannot get home.",
    ),
    ("2.1.2", "idea", "let employers see a class before they are asked to host one."),
]
REPLY = (
    "Thank you. The transit agency is asked about a later bus; what it says will stand here and "
    "in the answer to this comment."
)
APPEAL = (
    "We did not mean to advertise. Our point is that small firms need a simpler way to post than "
    "ten separate boards."
)


def load(
    plan: Plan,
    *,
    today: date,
    people: dict[str, User],
    id_of: Callable[[str], uuid.UUID],
    at: Callable[..., datetime],
) -> None:
    entered_by, moderator = people.get("ines.calloway"), people.get("lena.marsh")
    version = PlanVersion.objects.filter(plan=plan).latest("number")
    said, entered = at(today, DAY, 12), at(today, DAY + 1, 9)
    shared: dict[str, Any] = {"source": Source.MEETING, "shown": Shown.WORDS}
    submission = Submission.objects.create(
        plan=plan,
        said_on=today + timedelta(days=DAY),
        note="Open evening in Bastrop",
        text=NOTES,
        entered_by=entered_by,
        entered_at=entered,
        **shared,
    )
    rows = [
        Comment.objects.create(
            item_id=id_of(number),
            version=version,
            number=number,
            text=text,
            stance=stance,
            submission=submission,
            created_at=said,
            confirmed_at=entered,
            confirm_hash=None,
            state=CommentState.PUBLISHED,
            decided_at=entered + timedelta(hours=4),
            read_at=entered + timedelta(hours=4),
            decided_by=moderator,
            window=plan.windows.order_by("-closes_at").first(),
            **shared,
        )
        for number, stance, text in PIECES
    ]
    Reply.objects.create(
        comment=rows[0], text=REPLY, by=moderator, by_name="Lena Marsh", at=at(today, DAY + 3, 10)
    )


def appeal(plan: Plan, *, today: date, at: Callable[..., datetime]) -> None:
    Comment.objects.filter(item__plan=plan, state=CommentState.DECLINED).update(
        appealed_at=at(today, -1, 11), appeal_words=APPEAL
    )


def remove(plans: list[int], comments: list[int], delete: Callable[..., None]) -> None:
    """What hangs on the comments; what they hang on goes after them."""
    delete(Reply, comment_id__in=comments)
    delete(Follow, plan_id__in=plans)
    delete(Comment, pk__in=comments)
    delete(Submission, plan_id__in=plans)
