"""Comments that probably say the same."""

import uuid
from collections import defaultdict
from dataclasses import dataclass

from django.db.models import Count, Min
from django.db.models.functions import MD5, Length, Lower
from rapidfuzz import fuzz, process

from plans.choices import CommentState
from plans.models import Comment

ALIKE = 88  # of 100: a name, a greeting or a typing error apart
COMPARED = 3_000  # of one item, at most
SHOWN = 20
STANDING = [CommentState.WAITING, CommentState.PUBLISHED]


def likely_doubles(comment: Comment) -> list[tuple[Comment, int]]:
    """Comments on its item that say nearly the same and are not grouped yet, with how alike they
    are (88 to 100); the most alike first. Two queries."""
    n = len(comment.text)
    near = (
        Comment.objects.filter(item_id=comment.item_id, state__in=STANDING, same_as__isnull=True)
        .exclude(pk=comment.pk)
        .annotate(n=Length("text"))
        .filter(n__gte=int(n * 0.7), n__lte=int(n / 0.7) + 1)
        .order_by("pk")
    )
    texts = dict(near.values_list("pk", "text")[:COMPARED])
    scores = process.extract(
        comment.text.casefold(),
        {pk: text.casefold() for pk, text in texts.items()},
        scorer=fuzz.ratio,
        score_cutoff=ALIKE,
        limit=SHOWN,
    )
    if not scores:
        return []
    rows = Comment.objects.select_related("organization").in_bulk([pk for *_, pk in scores])
    return [(rows[pk], round(score)) for _, score, pk in scores if pk in rows]


@dataclass
class Alike:
    """Comments on one item with the same words, the oldest first."""

    rows: list[Comment]
    heads: set[int]

    @property
    def head(self) -> Comment:
        """Under which they would be grouped: one that has some already, else one that is shown."""
        return min(
            self.rows,
            key=lambda one: (one.pk not in self.heads, one.state != CommentState.PUBLISHED),
        )


def same_words(limit: int = SHOWN) -> list[Alike]:
    """Groups of comments with the very same words on one item, largest first; those that are
    grouped already are left out. Three queries."""
    standing = Comment.objects.filter(state__in=STANDING, same_as__isnull=True)
    said = standing.annotate(said=MD5(Lower("text")))
    sums = said.values("said", "item_id").annotate(n=Count("pk"), first=Min("pk")).order_by()
    groups = list(sums.filter(n__gt=1).order_by("-n", "first")[:limit])
    rows = said.filter(
        said__in=[one["said"] for one in groups], item_id__in=[one["item_id"] for one in groups]
    ).select_related("organization")
    grouped = Comment.objects.filter(same_as__in=rows.values("pk"))
    heads = {pk for pk in grouped.values_list("same_as", flat=True) if pk}
    found: dict[tuple[str, uuid.UUID], list[Comment]] = defaultdict(list)
    for row in rows.order_by("pk"):
        found[row.said, row.item_id].append(row)
    return [Alike(found[one["said"], one["item_id"]], heads) for one in groups]
