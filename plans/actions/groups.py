"""Work groups and who is in them. What they do in the plan is set in the matrix."""

from typing import Any

from django.db import transaction
from django.db.models import Max

from accounts.actions import MoveRefused, record
from plans.models import GroupMember, VersionItem, WorkGroup

WORDS = ("name", "purpose", "meets", "contact_name", "contact_email")


class GroupChanged(Exception):
    """Somebody else saved the group after this editor opened it. `now`: what it says."""

    def __init__(self, now: WorkGroup) -> None:
        super().__init__(f"Somebody changed {now} after you opened this page.")
        self.now = now


@transaction.atomic
def add_group(*, group: WorkGroup, by: Any) -> WorkGroup:
    """A new group at the end."""
    last = WorkGroup.objects.aggregate(last=Max("position"))["last"]
    group.position = 0 if last is None else last + 1
    group.save(force_insert=True)
    record(by=by, what="added a work group", subject=group, after={"code": group.code})
    return group


@transaction.atomic
def edit_group(*, group: WorkGroup, seen: dict[str, str], by: Any) -> WorkGroup:
    """Save the words of `group`; `seen` are those that the editor read. Raises GroupChanged if
    they are no longer the saved ones."""
    saved = WorkGroup.objects.select_for_update().get(pk=group.pk)
    was = {name: getattr(saved, name) for name in WORDS}
    now = {name: getattr(group, name) for name in WORDS}
    if was == now:
        return saved
    if was != seen:
        raise GroupChanged(saved)
    group.save(update_fields=WORDS)
    changed = [name for name in WORDS if was[name] != now[name]]
    record(
        by=by,
        what="edited a work group",
        subject=group,
        before={name: was[name] for name in changed},
        after={name: now[name] for name in changed},
    )
    return group


@transaction.atomic
def move_group(*, group: WorkGroup, up: bool, by: Any) -> bool:
    """Change places with the group before or after. False if there is none."""
    order = list(WorkGroup.objects.select_for_update().order_by("position", "code"))
    at = order.index(group)
    to = at + (-1 if up else 1)
    if not 0 <= to < len(order):
        return False
    order[at], order[to] = order[to], order[at]
    for position, one in enumerate(order):
        one.position = position
    WorkGroup.objects.bulk_update(order, ["position"])
    record(by=by, what="moved up" if up else "moved down", subject=group)
    return True


@transaction.atomic
def remove_group(*, group: WorkGroup, by: Any) -> None:
    """Take a group out that never did anything. Raises MoveRefused for any other."""
    group = WorkGroup.objects.select_for_update().get(pk=group.pk)
    if group.roles.exists():
        raise MoveRefused(f"{group} has roles in the plan. Give them to others first.")
    if VersionItem.objects.filter(roles__contains=[{"code": group.code}]).exists():
        raise MoveRefused(f"A published version names {group}. Its page stays for its readers.")
    record(by=by, what="removed a work group", subject=group, before={"code": group.code})
    group.delete()


@transaction.atomic
def save_member(*, member: GroupMember, by: Any) -> GroupMember:
    """Add somebody to a group, or change what is known of them."""
    is_new = member.pk is None
    member.save()
    record(
        by=by,
        what="added a member" if is_new else "changed a member",
        subject=member.group,
        after={"name": member.name, "organization": member.organization_name},
    )
    return member


@transaction.atomic
def remove_member(*, member: GroupMember, by: Any) -> None:
    record(by=by, what="removed a member", subject=member.group, before={"name": member.name})
    member.delete()
