"""Asking the work groups for news, once a cycle."""

from datetime import datetime

from plans.letters.news import Asked, news_due
from plans.models import Plan, PlanVersion, WorkGroup
from plans.progress.cycles import Cycle, adopted_on, cycle_of, today_here
from plans.progress.standing import every_branch, waits_for_news
from plans.reading import Branch, branches, with_live


def parts_without_news(version: PlanVersion, cycle: Cycle) -> list[Branch]:
    """Items with unfinished actions of which nothing was told in this cycle."""
    nodes = list(version.items.defer("text", "text_html", "evidence", "evidence_html"))
    roots = branches(with_live(version.plan, nodes), {})
    return [branch for branch in every_branch(roots) if waits_for_news(branch, cycle)]


def remind_of_news(*, now: datetime) -> int:
    """Two weeks before a cycle ends, write to the contact of each group that leads something
    without news in it; how many letters. Each carries a key, so that it is written once."""
    version = PlanVersion.objects.current()
    if version is None:
        return 0
    plan, today = version.plan, today_here()
    cycle = cycle_of(plan, adopted_on(plan), today)
    if cycle is None or not cycle.is_asked(today):
        return 0
    asked = _by_group(parts_without_news(version, cycle), plan)
    groups = WorkGroup.objects.filter(code__in=asked).exclude(contact_email="")
    for group in groups:
        news_due(plan=plan, group=group, cycle=cycle, asked=asked[group.code])
    return len(groups)


def _by_group(silent: list[Branch], plan: Plan) -> dict[str, Asked]:
    """{code: what it leads, what it has another part in}; groups that lead nothing of it are not
    asked."""
    asked: dict[str, Asked] = {}
    for branch in silent:
        for role in branch.node.roles:
            mine = asked.setdefault(role["code"], Asked([], []))
            (mine.leads if role["leads"] else mine.helps).append(branch.node)
    return {code: mine for code, mine in asked.items() if mine.leads}
