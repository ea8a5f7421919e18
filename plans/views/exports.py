"""The plan to take along: JSON, CSV and Markdown of one version."""

import csv
import uuid
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from accounts.doors import public
from plans.choices import Involvement
from plans.differences import labels_of
from plans.models import PlanVersion, VersionItem
from plans.references import Labels, to_plain
from plans.views.reading import asked, version_asked

A_PAGE = 500
FORMULA = ("=", "+", "-", "@", "\t", "\r")


@public
@require_safe
def plan_json(request: HttpRequest) -> HttpResponse:
    """`{"count", "results", "next"}` with the plan and its version beside them."""
    version, current = version_asked(request)
    after = asked(request)["after"] or 0
    nodes = list(version.items.select_related("parent"))
    labels = labels_of(nodes)
    page = [node for node in nodes if node.order > after][:A_PAGE]
    more = bool(page) and page[-1].order < len(nodes)
    suffix = "" if version == current else f"?version={version.number}"
    following = f"{settings.SITE_URL}{reverse('plans:plan_json')}?version={version.number}&after="
    body = {
        "plan": str(version.plan),
        "version": version.number,
        "stage": version.stage,
        "published": version.published_at.isoformat(),
        "count": len(nodes),
        "results": [_as_json(node, labels, version, suffix) for node in page],
        "next": f"{following}{page[-1].order}" if more else None,
    }
    return JsonResponse(body, json_dumps_params={"ensure_ascii": False})


def _as_json(
    node: VersionItem, labels: Labels, version: PlanVersion, suffix: str
) -> dict[str, Any]:
    return {
        "id": str(node.item_id),
        "number": node.number,
        "level": version.plan.level_name(node.depth),
        "parent": node.parent.number if node.parent else None,
        "handle": node.handle,
        "statement": node.statement,
        "url": settings.SITE_URL + node.get_absolute_url() + suffix,
        "permalink": settings.SITE_URL + reverse("plans:item_permalink", args=[node.item_id]),
        "roles": {
            role.value: [r["name"] for r in node.roles if r["role"] == role] for role in Involvement
        },
        "text": to_plain(node.text, labels),
        "evidence": to_plain(node.evidence, labels),
        "actions": [
            {
                "id": action["id"],
                "text": to_plain(action["text"], labels),
                "status": action["status"],
                "since": action["since"] or None,
            }
            for action in node.actions
        ],
        "cites": [labels[uuid.UUID(pk)][0] for pk in node.cites],
    }


@public
@require_safe
def plan_csv(request: HttpRequest) -> HttpResponse:
    """One row for each item and, below it, one for each of its actions."""
    version, current = version_asked(request)
    nodes = list(version.items.all())
    labels = labels_of(nodes)
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="plan-version-{version.number}.csv"'
    writer = csv.writer(response)
    head = ["number", "level", "handle", "statement", "lead", "support", "advisory"]
    writer.writerow([*head, "action", "status", "since", "text", "evidence", "id", "url"])
    for node in nodes:
        teams = [
            "; ".join(r["name"] for r in node.roles if r["role"] == role) for role in Involvement
        ]
        words = [to_plain(node.text, labels), to_plain(node.evidence, labels)]
        start = [node.number, version.plan.level_name(node.depth), node.handle, node.statement]
        end = [str(node.item_id), settings.SITE_URL + node.get_absolute_url()]
        writer.writerow(map(safe_cell, [*start, *teams, "", "", "", *words, *end]))
        for action in node.actions:
            doing = [to_plain(action["text"], labels), action["status"], action["since"]]
            writer.writerow(
                map(
                    safe_cell,
                    [node.number, "action", "", "", "", "", "", *doing, "", "", action["id"], ""],
                )
            )
    return response


def safe_cell(value: str) -> str:
    """A spreadsheet must read words, never run them as a formula."""
    return f"'{value}" if value.startswith(FORMULA) else value


@public
@require_safe
def plan_md(request: HttpRequest) -> HttpResponse:
    version, _ = version_asked(request)
    nodes = list(version.items.all())
    labels = labels_of(nodes)
    rows = [
        {
            "node": node,
            "hashes": "#" * min(node.depth + 1, 6),
            "text": to_plain(node.text, labels),
            "evidence": to_plain(node.evidence, labels),
            "actions": [
                (to_plain(action["text"], labels), action["status"].replace("-", " "))
                for action in node.actions
            ],
        }
        for node in nodes
    ]
    context = {"version": version, "plan": version.plan, "rows": rows}
    return render(request, "plans/plan.md", context, content_type="text/markdown; charset=utf-8")
