"""What happened to a plan: versions, answers, news, the time for comments. Letters to followers
and Atom feeds are written from these."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from html import unescape
from typing import Any

from django.urls import reverse
from django.utils.html import strip_tags
from django.utils.text import Truncator

from plans.choices import PlanState
from plans.comments.answers import Here
from plans.models import (
    Comment,
    CommentWindow,
    Follow,
    Plan,
    PlanVersion,
    Response,
    StatusUpdate,
    VersionItem,
)
from plans.structure.lineage import goes_on_as
from plans.structure.numbers import ancestors_of
from vocabularies.templatetags.words import counted

SOON = timedelta(days=3)
LISTED = 12
KINDS = {
    "version": "New version",
    "answer": "Answers",
    "news": "News",
    "window": "Time for comments",
}


@dataclass
class Happening:
    """`items`: ids that it touches in the version read now; None where it touches the whole plan.
    `lines`: [(words, address)] of each item that changed, by id in `of_items`."""

    kind: str
    key: str
    at: datetime
    title: str
    words: str
    path: str
    items: frozenset[uuid.UUID] | None = None
    of_items: dict[uuid.UUID, tuple[str, str]] = field(default_factory=dict)

    def touches(self, scope: "Scope") -> bool:
        if scope is None or self.items is None:
            return True
        return bool(self.items & scope)

    def lines(self, scope: "Scope") -> list[tuple[str, str]]:
        """What changed within the scope, in reading order."""
        return [line for pk, line in self.of_items.items() if scope is None or pk in scope]


Scope = frozenset[uuid.UUID] | None


def happened(here: Here, since: datetime | None, until: datetime) -> list[Happening]:
    """Everything of one plan after `since` up to `until`, oldest first. A fixed number of queries
    and one a new version."""
    found = [
        *_versions(here, since, until),
        *_answers(here, since, until),
        *_news(here, since, until),
        *_windows(here, since, until),
    ]
    return sorted(found, key=lambda one: (one.at, one.key))


def _between(name: str, since: datetime | None, until: datetime) -> dict[str, datetime]:
    wanted = {f"{name}__lte": until}
    return wanted | ({f"{name}__gt": since} if since else {})


def _versions(here: Here, since: datetime | None, until: datetime) -> Iterable[Happening]:
    versions = PlanVersion.objects.filter(
        plan_id=here.version.plan_id, **_between("published_at", since, until)
    )
    for version in versions.select_related("plan").order_by("number"):
        yield version_published(version)


def version_published(version: PlanVersion) -> Happening:
    changed = version.items.filter(changes__gt=0).order_by("order")
    rows = list(changed.only("item_id", "number", "handle", "statement", "changes"))
    for row in rows:
        row.version = version
    total = sum(row.changes for row in rows)
    what = "adopted" if version.stage == "adopted" else "open for comment"
    said = (
        f"The plan as it is {what}."
        if version.number == 1
        else f"{counted(total, 'change')} in the words, roles and order of "
        f"{counted(len(rows), 'item')}."
    )
    compare = f"{reverse('plans:version_compare')}?plan={version.plan_id}"
    compare += f"&from={version.number - 1}&to={version.number}"
    path = compare if version.number > 1 else _of_version(version)
    return Happening(
        kind="version",
        key=f"version/{version.pk}",
        at=version.published_at,
        title=f"Version {version.number} of {version.plan}, {what}",
        words=said,
        path=path,
        # The first one touches nothing that somebody followed before it.
        items=frozenset(row.item_id for row in rows) if version.number > 1 else None,
        of_items={
            row.item_id: (
                f"{row.number} {row.title}: {counted(row.changes, 'change')}",
                f"{compare}#i-{row.item_id}",
            )
            for row in rows
        },
    )


def _of_version(version: PlanVersion) -> str:
    return f"{reverse('plans:plan_show')}?plan={version.plan_id}&version={version.number}"


def _answers(here: Here, since: datetime | None, until: datetime) -> Iterable[Happening]:
    responses = list(
        Response.objects.filter(
            plan_id=here.version.plan_id, **_between("published_at", since, until)
        ).order_by("published_at", "pk")
    )
    if not responses:
        return
    said = Comment.objects.published().filter(response__in=responses)
    touched: dict[int, set[uuid.UUID]] = {one.pk: set() for one in responses}
    for response, item in said.values_list("response_id", "item_id").order_by().distinct():
        if response and (node := here.node(item)):
            touched[response].add(node.item_id)
    for one in responses:
        if node := here.node(one.changed_item_id):
            touched[one.pk].add(node.item_id)
        yield Happening(
            kind="answer",
            key=f"answer/{one.pk}",
            at=one.published_at or until,
            title=f"Answered: {one.title}",
            words=f"{one.get_disposition_display()}. {_short(one.text_html)}",
            path=f"{reverse('plans:response_list')}?plan={here.version.plan_id}&answer={one.pk}"
            f"#answer-{one.pk}",
            items=frozenset(touched[one.pk]),
        )


def _news(here: Here, since: datetime | None, until: datetime) -> Iterable[Happening]:
    told = StatusUpdate.objects.filter(
        item__plan_id=here.version.plan_id, **_between("at", since, until)
    )
    for update in told.order_by("at", "pk"):
        node = here.node(update.item_id)
        if node is None:
            continue
        yield Happening(
            kind="news",
            key=f"news/{update.pk}",
            at=update.at,
            title=f"News of {node.number} {node.title}",
            words=_short(update.text_html),
            path=f"{reverse('plans:item_permalink', args=[update.item_id])}#news",
            items=frozenset([node.item_id]),
        )


def _short(markup: str) -> str:
    plain = unescape(strip_tags(markup.replace("</p>", " ")))
    return Truncator(" ".join(plain.split())).chars(280)


def _windows(here: Here, since: datetime | None, until: datetime) -> Iterable[Happening]:
    """That one opened, and that it closes in three days: not for one that closed meanwhile."""
    windows = CommentWindow.objects.filter(
        plan_id=here.version.plan_id, opens_at__lte=until, closes_at__gt=until
    )
    for window in windows:
        node = here.node(window.item_id)
        if window.item_id and node is None:
            continue
        what = f"{node.number} {node.title}" if node else "the plan"
        items = frozenset(_below(here, node)) if node else None
        path = node.get_absolute_url() if node else reverse("plans:plan_show")
        reminder = window.closes_at - SOON
        if since is None or window.opens_at > since:
            title, at, word = f"You can comment on {what}", window.opens_at, "opened"
        elif since < reminder <= until:
            title, at, word = f"Comments on {what} close soon", reminder, "closes"
        else:
            continue
        yield Happening(
            kind="window",
            key=f"window/{window.pk}/{word}",
            at=at,
            title=title,
            words=f"Until {window.closes}. You need no account.",
            path=path,
            items=items,
        )


def _below(here: Here, node: Any) -> set[uuid.UUID]:
    """The item, all below it, and what it stands under: who follows that follows this."""
    above = ancestors_of(node.number)
    return {
        one.item_id
        for one in here.nodes
        if one.number == node.number or node.has(one) or one.number in above
    }


# Who follows what ------------------------------------------------------------------------


class Run:
    """One round of letters, or one feed: each plan is read once."""

    def __init__(self, until: datetime, since: datetime | None) -> None:
        self.until, self.since = until, since
        self.current = PlanVersion.objects.current()
        self._plans: dict[int, tuple[Here, list[Happening]] | None] = {}

    def of_plan(self, plan_id: int) -> tuple[Here, list[Happening]] | None:
        """Its newest version and what happened; None while nothing of it is published."""
        if plan_id not in self._plans:
            version = PlanVersion.objects.of_plan(plan_id).first()
            if version is None:
                self._plans[plan_id] = None
            else:
                here = Here.of(version)
                self._plans[plan_id] = here, happened(here, self.since, self.until)
        return self._plans[plan_id]

    def plans_of(self, follow: Follow) -> list[int]:
        """The plan that it is of; once that is history, the one that is read now. Who follows a
        whole plan hears of the next one while that is made."""
        current = self.current.plan_id if self.current else follow.plan_id
        if follow.plan.state == PlanState.SUPERSEDED:
            return [current]
        coming: list[int] = []
        if follow.item_id is None:
            coming = list(Plan.objects.filter(previous=follow.plan_id).values_list("pk", flat=True))
        return [follow.plan_id, *coming]

    def news_for(self, follow: Follow) -> list[tuple[Happening, list[tuple[str, str]]]]:
        """What happened since it was last told, with the changed items that it follows."""
        found = []
        for plan_id in self.plans_of(follow):
            if (known := self.of_plan(plan_id)) is None:
                continue
            here, happenings = known
            scope = self.scope_of(follow, here)
            if scope is not None and not scope:
                continue
            found += [
                (one, one.lines(scope)[:LISTED])
                for one in happenings
                if one.at > follow.told_until and one.touches(scope)
                if not (one.kind == "version" and one.items is None and scope is not None)
            ]
        return found

    def scope_of(self, follow: Follow, here: Here) -> Scope:
        """Ids of the item and all below it where they are now; None for a whole plan; empty where
        the item is gone."""
        if follow.item_id is None:
            return None
        node = here.node(follow.item_id)
        if node is None and here.version.plan_id != follow.plan_id:
            node, _ = goes_on_as(follow.item_id, here.version)
        return frozenset(here.ids_from(node)) if node else frozenset()


def name_of(follow: Follow) -> str:
    """What it is called where readers know it: "3.2 Connections", "Hill & River plan"."""
    if follow.item_id is None:
        return str(follow.plan)
    places = VersionItem.objects.filter(item_id=follow.item_id)
    node = places.order_by("-version_id").first()
    return f"{node.number} {node.title}" if node else str(follow.item)
