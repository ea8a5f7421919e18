"""What is on a paper, as data for plan.typ: built from a frozen version, and from how its actions
stand today while it is the version that is read."""

from collections.abc import Iterable
from datetime import date
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db.models import F, OuterRef, Subquery
from django.urls import reverse
from django.utils.formats import date_format

from plans.models import Measure, MeasureValue, Milestone, Plan, PlanVersion, VersionItem, WorkGroup
from plans.paper.blocks import Leads, to_blocks, to_runs
from plans.paper.codes import code_svg
from plans.reading import FEW_ITEMS, with_live
from plans.structure.numbers import NUMBER
from plans.structure.roles import groups_of
from vocabularies.models import Region
from vocabularies.templatetags.words import counted, listed

LETTER, A4 = "us-letter", "a4"
MOST_ROWS = 300
PAPERS = {"letter": LETTER, "a4": A4}


def whole_plan(
    version: PlanVersion, *, is_current: bool, suffix: str = "", paper: str = LETTER
) -> dict[str, Any]:
    """The whole plan: title page, contents, every item, who does what, measures.

    `suffix`: what addresses on the site end with to lead to this version, such as "?version=1".
    """
    nodes = list(version.items.all())
    if is_current:
        with_live(version.plan, nodes)
    leads = _leads(nodes, suffix)
    plan = version.plan
    counts = [(n, plan.level_name(d, n != 1)) for d in (1, 2) if (n := _at_depth(nodes, d))]
    doing = sum(len(node.actions) for node in nodes)
    words = [f"{n:,} {noun}" for n, noun in counts] + [counted(doing, "action")]
    purpose = f", {plan.purpose}" if plan.purpose else ""
    return _frame(version, paper, plan_address(suffix)) | {
        "kind": "plan",
        "title": str(plan),
        "head": _version_words(version),
        "lead": f"{listed(words)}{purpose}.",
        "about": _about(version, nodes, is_current),
        "groups": [{"code": code, "name": name} for code, name in groups_of(nodes)],
        "items": [_item(node, node.depth, version.plan, leads) for node in nodes],
        "matrix": _matrix(version, nodes),
        **_what_comes_of_it(version, nodes, is_current),
    }


def one_item(
    version: PlanVersion,
    above: list[VersionItem],
    family: list[VersionItem],
    *,
    is_current: bool,
    suffix: str = "",
    paper: str = LETTER,
) -> dict[str, Any]:
    """An item with all below it. `family`: the item first, then those, in reading order."""
    node = family[0]
    if is_current:
        with_live(version.plan, family)
    leads = _leads(family, suffix)
    level = version.plan.level_name(node.depth).capitalize()
    return _frame(version, paper, lasting_address(node)) | {
        "kind": "item",
        "title": f"{level} {node.number} {node.title}",
        "level": level,
        "head": f"{node.number} {_short(node.title)}",
        "above": ", ".join(f"{one.number} {_short(one.title)}" for one in above),
        "about": [],
        "items": [_item(one, one.depth - node.depth + 1, version.plan, leads) for one in family],
        **_what_comes_of_it(version, family, is_current),
    }


def one_group(
    version: PlanVersion,
    group: WorkGroup,
    *,
    is_current: bool,
    suffix: str = "",
    paper: str = LETTER,
) -> dict[str, Any]:
    """A group's sheet for a meeting: its items by role, with room for what comes next."""
    nodes = [n for n in version.items.all() if any(r["code"] == group.code for r in n.roles)]
    if is_current:
        with_live(version.plan, nodes)
    leads = _leads(nodes, suffix)
    parts: dict[str, dict[str, Any]] = {}
    for node in nodes:
        role = next(held for held in node.roles if held["code"] == group.code)
        part = parts.setdefault(
            role["role"], {"word": role["word"], "leads": role["leads"], "items": []}
        )
        part["items"].append(
            _item(node, 2, version.plan, leads)
            | {"title": node.title, "others": _others(node, group.code)}
        )
    order = [role["key"] for role in version.plan.roles]
    ranked = sorted(parts.items(), key=lambda pair: order.index(pair[0]) if pair[0] in order else 9)
    address = f"{settings.SITE_URL}{reverse('plans:group_show', args=[group.code])}"
    contact = f"Contact: {group.contact_name}." if group.contact_name else "No contact is named."
    return _frame(version, paper, address) | {
        "kind": "group",
        "title": group.name,
        "head": group.name,
        "above": "Work group",
        "about": [
            line
            for line in (
                group.purpose,
                " ".join(filter(None, [contact, group.meets and f"Meets {group.meets}."])),
                *([] if nodes else ["This version of the plan gives the group no part."]),
            )
            if line
        ],
        "parts": [part | {"said": f"{counted(len(part['items']), 'item')}."} for _, part in ranked],
    }


def lasting_address(node: VersionItem) -> str:
    """Of the live item, whatever its number becomes."""
    return f"{settings.SITE_URL}{reverse('plans:item_short', args=[node.item.code])}"


def _frame(version: PlanVersion, paper: str, address: str) -> dict[str, Any]:
    return {
        "lang": settings.LANGUAGE_CODE.partition("-")[0],
        "paper": paper,
        "by": Region.current().name,
        "plan": str(version.plan),
        "foot": _version_words(version),
        "qr": code_svg(address),
        "qr_alt": f"QR code that leads to {address}",
        "url": address,
        "live": ["The live page, with comments, answers and news:"],
    }


def plan_address(suffix: str) -> str:
    return f"{settings.SITE_URL}{reverse('plans:plan_show')}{suffix}"


def _version_words(version: PlanVersion) -> str:
    stage = version.get_stage_display().lower()
    return f"Version {version.number}, {stage}, published {_day(version.published_at)}"


def _about(version: PlanVersion, nodes: list[VersionItem], is_current: bool) -> list[str]:
    newest = max((action["since"] for node in nodes for action in node.actions), default="")
    how = "Numbers and words are those of this version and never change."
    if not is_current:
        return [f"{_version_words(version)}.", f"{how} A newer version is out."]
    news = f" Actions stand as of {_day(date.fromisoformat(newest))}." if newest else ""
    return [f"{_version_words(version)}.", how + news]


def _day(value: Any) -> str:
    """Stays on one line."""
    return date_format(value, "j M Y").replace(" ", "\N{NO-BREAK SPACE}")


def _short(words: str) -> str:
    return words if len(words) <= 60 else f"{words[:59].rstrip()}…"


def _at_depth(nodes: Iterable[VersionItem], depth: int) -> int:
    return sum(node.depth == depth for node in nodes)


def _leads(nodes: list[VersionItem], suffix: str) -> Leads:
    """References to what is on the paper stay there; others lead to the site."""
    here = {node.number for node in nodes}

    def where(href: str, ours: bool) -> dict[str, str]:
        number = urlsplit(href).path.rstrip("/").rpartition("/")[2]
        if ours and NUMBER.fullmatch(number):
            if number in here:
                return {"to": number}
            return {"url": f"{settings.SITE_URL}{href}{suffix}"}
        return {"url": href}

    return where


def _item(node: VersionItem, level: int, plan: Plan, leads: Leads) -> dict[str, Any]:
    return {
        "number": node.number,
        "level": level,
        "order": node.order,
        "handle": node.handle,
        "statement": node.statement,
        "roles": _roles(node, plan),
        "text": to_blocks(node.text_html, leads),
        "actions": [_action(action, leads) for action in node.actions],
        "evidence": to_blocks(node.evidence_html, leads),
    }


def _roles(node: VersionItem, plan: Plan) -> list[dict[str, Any]]:
    order = {role["key"]: place for place, role in enumerate(plan.roles)}
    return [
        {
            "word": word,
            "letter": groups[0]["letter"],
            "leads": groups[0]["leads"],
            "order": order.get(role, len(order)),
            "names": ", ".join(group["name"] for group in groups),
        }
        for role, word, groups in node.cast
    ]


def _action(action: dict[str, str], leads: Leads) -> dict[str, Any]:
    since = action["since"]
    return {
        "runs": to_runs(action["html"], leads),
        "tone": action["tone"],
        "word": action["word"],
        "since": f"since {_day(date.fromisoformat(since))}" if since else "",
    }


def _others(node: VersionItem, code: str) -> str:
    """Who else has a part: "With Backbone (lead) and Communications (support)."."""
    names = [f"{r['name']} ({r['word'].lower()})" for r in node.roles if r["code"] != code]
    return f"With {listed(names)}." if names else ""


def _matrix(version: PlanVersion, nodes: list[VersionItem]) -> dict[str, Any]:
    """One row an item that has roles, one column a role; cells hold the groups' codes."""
    roles = version.plan.roles
    # Each item tells its roles itself; a table over many pages tells no more.
    if len(nodes) > MOST_ROWS:
        nodes = [node for node in nodes if node.depth <= 2]
    rows = [
        {
            "number": node.number,
            "title": node.title,
            "upper": node.depth <= 2,
            "cells": [
                ", ".join(held["code"] for held in node.roles if held["role"] == role["key"])
                for role in roles
            ],
        }
        for node in nodes
        if node.roles
    ]
    return {"heads": ["Item", *(role["label"] for role in roles)], "rows": rows}


def _what_comes_of_it(
    version: PlanVersion, nodes: list[VersionItem], is_current: bool
) -> dict[str, Any]:
    """Milestones and measures move on; a version of the past has none."""
    if not is_current:
        return {"milestones": {"heads": [], "rows": []}, "measures": {"heads": [], "rows": []}}
    return {"milestones": _milestones(nodes), "measures": _measures(version, nodes)}


def _milestones(nodes: list[VersionItem]) -> dict[str, Any]:
    numbers = {node.item_id: node.number for node in nodes}
    found = Milestone.objects.filter(retired_at__isnull=True).order_by("due_on", "pk")
    if len(nodes) < FEW_ITEMS:
        found = found.filter(item_id__in=numbers)
    rows = [
        [
            _day(one.due_on),
            f"{numbers[one.item_id]} {one.text}",
            _day(one.done_on) if one.done_on else "Not yet",
        ]
        for one in found
        if one.item_id in numbers
    ]
    return {"heads": ["Due", "What shall be reached", "Reached"], "rows": rows}


def _measures(version: PlanVersion, nodes: list[VersionItem]) -> dict[str, Any]:
    """The newest value of each measure; those of the plan as a whole only on its own paper."""
    numbers = {node.item_id: node.number for node in nodes}
    newest = MeasureValue.objects.filter(measure=OuterRef("pk")).order_by("-on")
    measures = (
        Measure.objects.standing()
        .filter(plan_id=version.plan_id)
        .annotate(
            newest=Subquery(newest.values("value")[:1]), newest_on=Subquery(newest.values("on")[:1])
        )
        .order_by(F("position"), "pk")
    )
    whole = any(node.depth == 1 for node in nodes)
    rows = [
        [
            f"{numbers[one.item_id]} {one.name}" if one.item_id else one.name,
            figure(one.baseline, one.unit),
            figure(one.target, one.unit)
            + (f" by\N{NO-BREAK SPACE}{_day(one.target_on)}" if one.target_on else ""),
            f"{figure(one.newest, one.unit)}, {_day(one.newest_on)}"
            if one.newest is not None
            else "No value yet",
            one.source or ("Counted by this site" if one.live else ""),
        ]
        for one in measures
        if (whole if one.item_id is None else one.item_id in numbers)
    ]
    return {"heads": ["Measure", "Began at", "Target", "Stands at", "Source"], "rows": rows}


def figure(value: Any, unit: str) -> str:
    """1,200 places; 12.5%; "–" where there is none."""
    if value is None:
        return "–"
    words = f"{value:,.2f}".rstrip("0").rstrip(".")
    return f"{words}%" if unit == "%" else f"{words} {unit}".rstrip()
