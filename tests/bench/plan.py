"""Very many comments on the plan of the demonstration region: `python -m tests.bench.plan`.

One item has 300 of them; all others share what is left of 20,000. Loading again adds nothing.
"""

import random
from datetime import timedelta

import django

django.setup()

from django.db import connection  # noqa: E402
from django.utils import timezone  # noqa: E402
from django.utils.html import escape, linebreaks  # noqa: E402

from plans.choices import CommentState, Kind, Relation, Shown, Stance  # noqa: E402
from plans.models import Comment, PlanVersion, Reply, VersionItem  # noqa: E402
from tests.bench.words import Prose  # noqa: E402

ALL, ON_ONE = 20_000, 300
SEED = 2027


def item_with_many() -> VersionItem | None:
    """The first item of the version that is read now with nothing below it."""
    version = PlanVersion.objects.current()
    leaves = version.items.filter(children=None).order_by("order") if version else []
    return next(iter(leaves), None)


def load() -> None:
    one = item_with_many()
    if one is None or Comment.objects.count() >= ALL:
        return
    version = PlanVersion.objects.get(pk=one.version_id)
    others = list(version.items.exclude(pk=one.pk))
    dice, prose = random.Random(SEED), Prose(SEED)
    there = Comment.objects.filter(item_id=one.item_id).count()
    nodes = [one] * (ON_ONE - there) + [dice.choice(others) for _ in range(ALL - ON_ONE)]
    dice.shuffle(nodes)
    for start in range(0, ALL, 2_000):
        some = enumerate(nodes[start : start + 2_000], start)
        Comment.objects.bulk_create(_comment(node, n, dice, prose) for n, node in some)
    heard = Comment.objects.filter(item_id=one.item_id).order_by("pk")
    Reply.objects.bulk_create(
        Reply(comment=comment, text="Thank you.", text_html="<p>Thank you.</p>", by_name="Staff")
        for comment in heard[::20]
    )
    with connection.cursor() as cursor:
        cursor.execute("vacuum analyze plans_comment")


def _comment(node: VersionItem, n: int, dice: random.Random, prose: Prose) -> Comment:
    text = "\n\n".join(prose.paragraphs(80, 700))
    at = timezone.now() - timedelta(minutes=30 * (ALL - n) // 20)
    speaks = dice.random() < 0.6
    return Comment(
        item_id=node.item_id,
        version_id=node.version_id,
        number=node.number,
        text=text,
        text_html=linebreaks(escape(text)),
        stance=dice.choice(["", *Stance.values]),
        name=f"Resident {n}",
        email=f"resident{n}@bench.example.org",
        organization_name=f"Group {n % 400}" if speaks else "",
        kind=dice.choice(Kind.values) if speaks else "",
        relation=Relation.WORKS if speaks else Relation.SELF,
        shown=dice.choice(Shown.values),
        state=CommentState.PUBLISHED,
        created_at=at,
        confirm_sent_at=at,
        confirm_hash=f"bench {n}",
        confirmed_at=at,
        decided_at=at,
    )


if __name__ == "__main__":
    load()
