"""The working copy as a version would say it: numbers counted, references resolved."""

import hashlib
import json
import uuid
from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from django.db.models import Q
from django.utils.html import escape

from plans.models import Action, Item, Plan, RoleAssignment, VersionItem
from plans.structure.numbers import numbered
from plans.structure.references import Labels, cited, to_links


def working_items(plan: Plan) -> list[tuple[str, Item]]:
    """Standing items in reading order with their working numbers, without their prose. One
    query."""
    return numbered(
        plan.items.standing().only(
            "plan_id", "parent_id", "position", "handle", "statement", "revision"
        )
    )


def labels_of_working(numbers: list[tuple[str, Item]]) -> dict[uuid.UUID, tuple[str, str]]:
    return {item.pk: (number, item.title) for number, item in numbers}


def freeze(plan: Plan) -> list[VersionItem]:
    """Unsaved rows of the version that publishing now would make. Three queries."""
    numbers = numbered(plan.items.standing())
    return _rows(plan, numbers, labels_of_working(numbers), Q(item__plan=plan))


def freeze_one(plan: Plan, item: Item, numbers: list[tuple[str, Item]]) -> VersionItem | None:
    """The row of one item, by the numbers of `working_items`. Three queries, however large the
    plan."""
    number = next((n for n, other in numbers if other.pk == item.pk), None)
    if number is None:
        return None
    whole = Item.objects.get(pk=item.pk)
    return _rows(plan, [(number, whole)], labels_of_working(numbers), Q(item=whole))[0]


def _rows(
    plan: Plan, numbers: list[tuple[str, Item]], labels: Labels, whose: Q
) -> list[VersionItem]:
    """`whose`: of which items actions and roles are read, all at once."""
    doing, held = defaultdict(list), defaultdict(list)
    for action in Action.objects.filter(whose, retired_at__isnull=True).order_by("position"):
        doing[action.item_id].append(action)
    assigned = RoleAssignment.objects.filter(whose).order_by("group__position", "group__code")
    for pk, role, *group in assigned.values_list(
        "item_id", "role", "group__code", "group__name", "group__position"
    ):
        held[pk].append((role, group))
    statuses = {status["key"]: status for status in plan.statuses}
    rows: dict[uuid.UUID | None, VersionItem] = {}
    for order, (number, item) in enumerate(numbers, start=1):
        actions = [_action(action, statuses, labels) for action in doing[item.pk]]
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
            roles=_roles(held[item.pk], plan),
            actions=actions,
            cites=[str(pk) for pk in cited("\n".join(texts)) if pk in labels],
        )
    return list(rows.values())


def seen_of(rows: list[VersionItem], number: int) -> str:
    """Stands for what version `number` would say if it were made of these rows. How actions stand
    is no word of it: readers see that from news, whatever is published."""
    said = [
        [
            str(row.item_id),
            row.number,
            row.handle,
            row.statement,
            row.text,
            row.evidence,
            row.roles,
            [(action["id"], action["text"]) for action in row.actions],
        ]
        for row in rows
    ]
    return hashlib.sha256(json.dumps([number, said]).encode()).hexdigest()


def _action(action: Action, statuses: Mapping[str, dict], labels: Labels) -> dict[str, str]:
    status = statuses[action.status]
    return {
        "id": str(action.pk),
        "text": action.text,
        "html": to_links(escape(action.text), labels),
        "status": action.status,
        "word": status["label"],
        "tone": status["tone"],
        "since": action.status_on.isoformat() if action.status_on else "",
    }


def _roles(held: list[tuple[str, list[Any]]], plan: Plan) -> list[dict[str, Any]]:
    """In the order of the plan's roles, groups in their own order within a role. `held`: (role,
    [code, name, position of the group])."""
    return [
        {
            "role": role["key"],
            "word": role["label"],
            "letter": role["letter"],
            "leads": role["leads"],
            "code": code,
            "name": name,
            "order": position,
        }
        for role in plan.roles
        for key, (code, name, position) in held
        if key == role["key"]
    ]
