"""What the demo's partners answered to the first comments on their plan, and who follows it."""

import uuid
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

from accounts.models import Organization, User
from plans.choices import CommentState, Disposition, Kind, Relation, Shown, Stance
from plans.models import Comment, Follow, Plan, PlanVersion, Response, ResponseTemplate

PUBLISHED = -31  # days from the day of loading: with the second version
# What was said about version 1, beside the comment that the plan's own rows have.
SAID: list[dict[str, Any]] = [
    {
        "number": "3.2",
        "day": -77,
        "name": "Sam Vega",
        "stance": Stance.CONCERN,
        "shown": Shown.ALL,
        "text": "“Middle-skill” says nothing to my neighbors, and some take it as a verdict. Say "
        "what the jobs pay and what one needs to begin.",
    },
    {
        "number": "1.2.2",
        "day": -70,
        "name": "Luis Brandt",
        "organization_name": "Firefly Sound & Stage",
        "kind": Kind.EMPLOYER,
        "relation": Relation.LEADS,
        "stance": Stance.IDEA,
        "shown": Shown.ALL,
        "text": "Pay small firms for the hours that a mentor is off the job. A compact on tuition "
        "helps those who have a budget for training; we have four people and a van.",
    },
]
# title, disposition, who is answered, on which item, the item that changed, why nothing did, words
ANSWERS = [
    (
        "Brief the instructors too",
        Disposition.ACCEPTED,
        "Marisol Venn",
        "3.2.1",
        "3.2.1",
        "",
        "Yes. Instructors of related programs are briefed **each term** from now on, beside the "
        "career centers. The first briefing is by video, so that those who teach at night can see "
        "it later.",
    ),
    (
        "Another word than “middle-skill”",
        Disposition.IN_PART,
        "Sam Vega",
        "3.2",
        "3.2",
        "",
        "The plan now speaks of entry-level and middle-wage programs. What each job pays does not "
        "fit into one sentence; it stands on the pages of the occupations (1.1.1).",
    ),
    (
        "Pay for the hours of mentors",
        Disposition.NOT,
        "Luis Brandt",
        "1.2.2",
        "",
        "No partner has money for wages in these two years.",
        "We see the point: four people and a van cannot spare one. We have asked the workforce "
        "board which funds may pay for it, and take it up again when the next plan is written.",
    ),
]
TEMPLATE = (
    "Outside of this plan",
    Disposition.OUT_OF_SCOPE,
    "Thank you for saying so. The plan is about how learners and employers meet; this is decided "
    "elsewhere, by …",
    "It is not for the partners to decide.",
)
FOLLOWER = "sam.vega"


def hear(
    plan: Plan,
    *,
    today: date,
    people: dict[str, User],
    id_of: Callable[[str], uuid.UUID],
    at: Callable[..., datetime],
) -> None:
    first = PlanVersion.objects.get(plan=plan, number=1)
    moderator = people.get("lena.marsh")
    for row in SAID:
        fields = dict(row)
        sent = at(today, fields.pop("day"), 18, 20)
        name = fields.get("organization_name", "")
        Comment.objects.create(
            item_id=id_of(fields["number"]),
            version=first,
            organization=Organization.objects.filter(name__iexact=name).first() if name else None,
            email=f"{fields['name'].lower().replace(' ', '.')}@example.org",
            created_at=sent,
            confirm_sent_at=sent,
            confirm_hash=uuid.uuid4().hex,
            confirmed_at=sent + timedelta(minutes=8),
            state=CommentState.PUBLISHED,
            decided_at=sent + timedelta(days=1),
            decided_by=moderator,
            **fields,
        )


def load(
    plan: Plan,
    *,
    today: date,
    people: dict[str, User],
    id_of: Callable[[str], uuid.UUID],
    at: Callable[..., datetime],
) -> None:
    first, second = PlanVersion.objects.filter(plan=plan).order_by("number")[:2]
    editor = people.get("omar.whitfield")
    published = at(today, PUBLISHED, 10)
    for title, disposition, name, number, changed, because, text in ANSWERS:
        response = Response.objects.create(
            plan=plan,
            title=title,
            disposition=disposition,
            text=text,
            changed_item_id=id_of(changed) if changed else None,
            changed_in=second if changed else None,
            no_change_because=because,
            created_at=published - timedelta(days=9),
            published_at=published,
            by=editor,
        )
        answered = Comment.objects.published().filter(
            item_id=id_of(number), version=first, name=name
        )
        answered.update(response=response, told_at=published)
    name, disposition, text, because = TEMPLATE
    ResponseTemplate.objects.get_or_create(
        name=name,
        defaults={"disposition": disposition, "text": text, "no_change_because": because},
    )
    if follower := people.get(FOLLOWER):
        Follow.objects.create(
            plan=plan,
            item_id=id_of("3.2"),
            email=follower.email,
            user=follower,
            from_comment=True,
            created_at=at(today, -77, 18, 28),
            confirmed_at=at(today, -77, 18, 28),
            told_until=at(today, 0, 0),
        )


def remove(plans: list[int], delete: Callable[..., None]) -> None:
    delete(Follow, plan_id__in=plans)
    delete(Response, plan_id__in=plans)
    ResponseTemplate.objects.filter(name=TEMPLATE[0], text=TEMPLATE[2]).delete()
