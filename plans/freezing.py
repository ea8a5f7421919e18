"""The working copy as a version would say it: numbers counted, references resolved."""

import hashlib
import json
import uuid
from collections import defaultdict
from typing import Any

from django.db.models import Prefetch
from django.utils.html import escape

from plans.choices import Involvement
from plans.models import Action, Item, Plan, RoleAssignment, VersionItem
from plans.numbers import numbered
from plans.references import Labels, cited, to_links


def working_items(plan: Plan) -> list[tuple[str, Item]]:
    """Standing items in reading order with their working numbers. One query."""
    return numbered(plan.items.standing())


def labels_of_working(numbers: list[tuple[str, Item]]) -> dict[uuid.UUID, tuple[str, str]]:
    return {item.pk: (number, item.title) for number, item in numbers}


def freeze(plan: Plan) -> list[VersionItem]:
    """Unsaved rows of the version that publishing now would make. Three queries."""
    standing = plan.items.standing().prefetch_related(
        Prefetch("actions", Action.objects.filter(retired_at__isnull=True).order_by("position")),
        Prefetch(
            "roles",
            RoleAssignment.objects.select_related("group").order_by(
                "group__position", "group__code"
            ),
        ),
    )
    numbers = numbered(standing)
    labels = labels_of_working(numbers)
    rows: dict[uuid.UUID, VersionItem] = {}
    for order, (number, item) in enumerate(numbers, start=1):
        actions = [_action(action, labels) for action in item.actions.all()]
        texts = [item.text, item.evidence, *(action["text"] for action in actions)]
        rows[item.pk] = VersionItem(
            item=item,
            parent=rows.get(item.parent_id),
            order=order,
            depth=number.count(".") + 1,
            number=number,
            handle=item.handle,
            statement=item.statement,
            text=item.text,
            text_html=to_links(item.text_html, labels),
            evidence=item.evidence,
            evidence_html=to_links(item.evidence_html, labels),
            roles=_roles(item),
            actions=actions,
            cites=[str(pk) for pk in cited("\n".join(texts)) if pk in labels],
        )
    return list(rows.values())


def seen_of(rows: list[VersionItem], number: int) -> str:
    """Stands for what version `number` would say if it were made of these rows."""
    said = [
        [
            str(row.item_id),
            row.number,
            row.handle,
            row.statement,
            row.text,
            row.evidence,
            row.roles,
            row.actions,
        ]
        for row in rows
    ]
    return hashlib.sha256(json.dumps([number, said]).encode()).hexdigest()


def _action(action: Action, labels: Labels) -> dict[str, str]:
    return {
        "id": str(action.pk),
        "text": action.text,
        "html": to_links(escape(action.text), labels),
        "status": action.status,
        "since": action.status_on.isoformat() if action.status_on else "",
    }


def _roles(item: Item) -> list[dict[str, Any]]:
    """Leads first, groups in their own order within a role."""
    by_role = defaultdict(list)
    for held in item.roles.all():
        by_role[held.role].append(
            {
                "role": held.role,
                "code": held.group.code,
                "name": held.group.name,
                "order": held.group.position,
            }
        )
    return [entry for role in Involvement for entry in by_role[role]]
