"""What waits for news of somebody's work groups."""

from datetime import date, datetime, time
from typing import Any

from django.urls import reverse

from plans.models import PlanVersion, WorkGroup
from plans.progress.cycles import adopted_on, cycle_of, today_here
from plans.progress.standing import led_by, own_news, waits_for_news
from plans.reading import branches, with_live
from plans.rules import groups_of
from plans.templatetags.plan import short_day
from vocabularies.models import Region

SHOWN = 20


def news_waiting_for(user: Any) -> list[dict[str, Any]]:
    """Parts that the person's groups lead and of which nothing was told in this cycle, from two
    weeks before it ends; one query for whoever is in no group."""
    mine = groups_of(user)
    version = PlanVersion.objects.current() if mine else None
    if version is None:
        return []
    today = today_here()
    cycle = cycle_of(version.plan, adopted_on(version.plan), today)
    if cycle is None or not cycle.is_asked(today):
        return []
    codes = set(WorkGroup.objects.filter(pk__in=mine).values_list("code", flat=True))
    nodes = list(version.items.defer("text", "text_html", "evidence", "evidence_html"))
    roots = branches(with_live(version.plan, nodes), {})
    found = [branch for branch in led_by(roots, codes) if waits_for_news(branch, cycle)]
    return [
        {
            "since": _morning(own_news(branch) or cycle.begins),
            "kind": "News of the plan",
            "title": f"{branch.node.number} {branch.node.title}",
            "note": f"Your group leads it. Please tell what is new by {short_day(cycle.ends)}.",
            "url": reverse("plans:item_news", args=[branch.node.item_id]),
            "act": "Tell the news",
        }
        for branch in found[:SHOWN]
    ]


def _morning(day: date) -> datetime:
    return datetime.combine(day, time(9), tzinfo=Region.current().zone)
