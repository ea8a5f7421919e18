"""Plans of the tests: small, with a word or two in each item."""

from datetime import timedelta

from django.utils import timezone

from plans.actions import publish_version
from plans.choices import CommentState, PlanState, Stage
from plans.models import Action, Comment, Item, Plan, PlanVersion, RoleAssignment, WorkGroup


def make_plan(strategies: int = 1) -> Plan:
    """Goal "Placement" with strategies "Strategy 1" …, each with one sub-strategy and action."""
    plan = Plan.objects.create(title="River plan", period="2026–2028")
    group, _ = WorkGroup.objects.get_or_create(code="ET", defaults={"name": "Education & Training"})
    goal = Item.objects.create(plan=plan, position=1, handle="Placement", statement="People meet.")
    for place in range(1, strategies + 1):
        strategy = Item.objects.create(
            plan=plan,
            parent=goal,
            position=place,
            handle=f"Strategy {place}",
            statement=f"Do the {place}. thing",
        )
        RoleAssignment.objects.create(item=strategy, group=group, role="lead")
        sub = Item.objects.create(
            plan=plan, parent=strategy, position=1, statement=f"Begin the {place}. thing"
        )
        Action.objects.create(item=sub, position=1, text=f"Call {place} employers")
    return plan


def item_called(handle: str) -> Item:
    return Item.objects.get(handle=handle)


def open_for_comment(plan: Plan, days: int = 10) -> PlanVersion:
    """Publish the working copy for comment, with a window that closes in some days."""
    closes = timezone.now() + timedelta(days=days)
    return publish_version(
        plan=plan, stage=Stage.COMMENT, changelog="Words.", by=None, closes_at=closes
    )


def adopt(plan: Plan) -> PlanVersion:
    Plan.objects.filter(pk=plan.pk).update(state=PlanState.ANSWERING)
    return publish_version(plan=plan, stage=Stage.ADOPTED, changelog="Adopted.", by=None)


def make_comment(version: PlanVersion, number: str, **fields: object) -> Comment:
    """A published comment on an item of a version; `state` and more may be given."""
    node = version.items.get(number=number)
    now = timezone.now()
    values = {
        "text": "Say it more plainly.",
        "name": "Marisol Venn",
        "email": "marisol@example.org",
        "state": CommentState.PUBLISHED,
        "confirmed_at": now,
        "decided_at": now,
        "confirm_hash": f"{Comment.objects.count():064}",
    } | fields
    if values["state"] in (CommentState.UNCONFIRMED, CommentState.WAITING):
        values["decided_at"] = None
    if values["state"] == CommentState.UNCONFIRMED:
        values["confirmed_at"] = None
    return Comment.objects.create(item_id=node.item_id, version=version, number=number, **values)
