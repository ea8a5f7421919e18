"""The plan editor's side: the working copy, one item of it, and publishing."""

import uuid
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.actions import MoveRefused
from accounts.choices import StaffRole
from accounts.doors import for_duty
from plans import actions
from plans.choices import PLAN_MOVES, STATE_OF_STAGE, PlanState, Stage
from plans.differences import Change, compare, compare_item, in_short, labels_of, words
from plans.forms import ActionFormSet, AddItemForm, ItemForm, PublishForm, WindowForm
from plans.freezing import freeze, labels_of_working, seen_of, working_items
from plans.models import Item, Plan, PlanVersion, VersionItem, WorkGroup
from plans.numbers import MAX_DEPTH
from plans.references import UnknownReference, to_typed
from plans.rules import may_edit_plan
from plans.windows import window_among
from vocabularies.templatetags.words import moment

GET_AND_POST = ["GET", "HEAD", "POST"]


def _plan_at_work(request: HttpRequest) -> Plan | None:
    return Plan.objects.at_work().first()


def _last_version(plan: Plan) -> PlanVersion | None:
    return PlanVersion.objects.filter(plan=plan).order_by("-number").first()


def _item(request: HttpRequest, pk: uuid.UUID) -> Item:
    """An item that this person may edit. 404 without it, 403 for a plan that is history."""
    item = get_object_or_404(Item.objects.select_related("plan", "parent"), pk=pk)
    if not may_edit_plan(request.user, item.plan):
        raise PermissionDenied
    return item


@for_duty(StaffRole.PLAN_EDITOR)
@require_safe
def plan_edit(request: HttpRequest) -> HttpResponse:
    plan = _plan_at_work(request)
    if plan is None:
        return render(request, "plans/plan_edit.html", {"plan": None})
    rows, last = freeze(plan), _last_version(plan)
    before = list(last.items.all()) if last else []
    changes = compare(before, rows) if last else []
    context = {
        "plan": plan,
        "last": last,
        "rows": [(row, _state_of(row, changes, last)) for row in rows],
        "deepest": min(len(plan.level_names), MAX_DEPTH),
        "changes": len(changes),
        "retired": plan.items.filter(retired_at__isnull=False).order_by("-retired_at"),
    }
    return render(request, "plans/plan_edit.html", context)


def _state_of(row: VersionItem, changes: list[Change], last: PlanVersion | None) -> str:
    """ "new", "changed" or "" for an item of the working copy."""
    kinds = {change.kind for change in changes if change.item_id == row.item_id}
    if last is None or "New item" in kinds:
        return "new"
    return "changed" if kinds else ""


# One item ----------------------------------------------------------------------


@for_duty(StaffRole.PLAN_EDITOR)
@require_http_methods(GET_AND_POST)
def item_edit(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    item = _item(request, pk)
    groups = list(WorkGroup.objects.all())
    if item.retired_at:
        messages.error(request, "This item is retired. Bring it back before you edit it.")
        return redirect("plans:plan_edit")
    if request.method != "POST":
        labels = labels_of_working(working_items(item.plan))
        form = ItemForm(initial=_typed(item, labels), groups=groups)
        rows = ActionFormSet(initial=_typed_actions(item, labels), prefix="action")
        return _item_page(request, item, form, rows)
    form = ItemForm(request.POST, groups=groups)
    rows = ActionFormSet(request.POST, prefix="action")
    if (do := request.POST.get("do", "save")) != "save":
        return _item_page(request, item, *_rearranged(request, groups, do))
    if not (form.is_valid() & rows.is_valid()):
        return _item_page(request, item, form, rows, status=422)
    try:
        actions.edit_item(
            item=item,
            draft=form.draft([row for row in rows.cleaned_data if row]),
            revision=form.cleaned_data["revision"],
            by=request.user,
        )
    except UnknownReference as error:
        form.add_error(None, str(error))
        return _item_page(request, item, form, rows, status=422)
    except actions.EditedMeanwhile:
        return _conflict_page(request, item, groups)
    except MoveRefused as refusal:
        messages.error(request, str(refusal))
        return redirect("plans:plan_edit")
    messages.success(request, "Saved in the working copy. Readers see it once you publish.")
    return redirect("plans:item_edit", pk)


def _typed(item: Item, labels: Any) -> dict[str, Any]:
    held = {f"role-{r.group.code}": r.role for r in item.roles.select_related("group")}
    return {
        "handle": item.handle,
        "statement": item.statement,
        "text": to_typed(item.text, labels),
        "evidence": to_typed(item.evidence, labels),
        "revision": item.revision,
    } | held


def _typed_actions(item: Item, labels: Any) -> list[dict[str, Any]]:
    standing = item.actions.filter(retired_at__isnull=True).order_by("position")
    return [{"id": a.pk, "text": to_typed(a.text, labels), "status": a.status} for a in standing]


def _rearranged(request: HttpRequest, groups: list[WorkGroup], do: str) -> tuple[ItemForm, Any]:
    """The same page with an action added, moved or removed; nothing is saved yet.

    `do` is "add", "up-2", "down-0" or "remove-1".
    """
    posted = request.POST
    count = min(int(posted.get("action-TOTAL_FORMS", "0") or 0), 60) if _whole(posted) else 0
    rows = [
        {name: posted.get(f"action-{n}-{name}", "") for name in ("id", "text", "status")}
        for n in range(count)
    ]
    verb, _, place = do.partition("-")
    at = int(place) if place.isascii() and place.isdigit() and len(place) < 4 else -1
    if verb == "add":
        rows.append({"id": "", "text": "", "status": "not-started"})
    elif verb == "remove" and 0 <= at < count:
        del rows[at]
    elif verb in ("up", "down") and 0 <= at < count:
        to = max(0, min(count - 1, at + (1 if verb == "down" else -1)))
        rows.insert(to, rows.pop(at))
    typed = {name: posted[name] for name in posted if name.startswith("role-")}
    for name in ("handle", "statement", "text", "evidence", "revision"):
        typed[name] = posted.get(name, "")
    return ItemForm(initial=typed, groups=groups), ActionFormSet(initial=rows, prefix="action")


def _whole(posted: Any) -> bool:
    given = posted.get("action-TOTAL_FORMS", "")
    return given.isascii() and given.isdigit() and len(given) < 5


def _item_page(
    request: HttpRequest, item: Item, form: ItemForm, rows: Any, status: int = 200
) -> HttpResponse:
    draft, public, labels = _draft_and_public(item)
    context = {
        "item": item,
        "plan": item.plan,
        "draft": draft,
        "public": public,
        "changes": compare_item(public, draft, labels) if public and draft else [],
        "form": form,
        "rows": rows,
        "failed": bool(status == 422),
    }
    return render(request, "plans/item_edit.html", context, status=status)


def _draft_and_public(item: Item) -> tuple[VersionItem | None, VersionItem | None, Any]:
    """The item as saved in the working copy, as the public reads it, and all labels."""
    frozen = freeze(item.plan)
    last = _last_version(item.plan)
    published = list(last.items.all()) if last else []
    draft = next((row for row in frozen if row.item_id == item.pk), None)
    public = next((row for row in published if row.item_id == item.pk), None)
    if public and last:
        public.version = last
    return draft, public, labels_of([*published, *frozen])


def _conflict_page(request: HttpRequest, item: Item, groups: list[WorkGroup]) -> HttpResponse:
    """409: both texts side by side. What was typed is kept; saving again is then a choice."""
    item = Item.objects.select_related("plan", "changed_by").get(pk=item.pk)
    labels = labels_of_working(working_items(item.plan))
    theirs = _typed(item, labels)
    data = request.POST.copy()
    data["revision"] = str(item.revision)
    form = ItemForm(data, groups=groups)
    names = {"handle": "Name", "statement": "Statement", "text": "Text", "evidence": "Evidence"}
    pairs = [
        (name, theirs[field], data.get(field, ""), words(theirs[field], data.get(field, "")))
        for field, name in names.items()
        if theirs[field].strip() != data.get(field, "").replace("\r\n", "\n").strip()
    ]
    theirs_doing = "\n".join(row["text"] for row in _typed_actions(item, labels))
    rows = ActionFormSet(data, prefix="action")
    ours_doing = "\n".join(row["text"].value() or "" for row in rows)
    if theirs_doing != ours_doing:
        pairs.append(("Actions", theirs_doing, ours_doing, words(theirs_doing, ours_doing)))
    context = {"item": item, "plan": item.plan, "form": form, "rows": rows, "pairs": pairs}
    return render(request, "plans/item_conflict.html", context, status=409)


@for_duty(StaffRole.PLAN_EDITOR)
@require_http_methods(GET_AND_POST)
def item_add(request: HttpRequest, pk: uuid.UUID | None = None) -> HttpResponse:
    """A new item under `pk`, or at the root."""
    parent = _item(request, pk) if pk else None
    plan = parent.plan if parent else _plan_at_work(request)
    if plan is None or not may_edit_plan(request.user, plan):
        raise PermissionDenied
    form = AddItemForm(request.POST or None, initial={"token": uuid.uuid4()})
    if request.method == "POST" and form.is_valid():
        try:
            item = actions.add_item(plan=plan, parent=parent, by=request.user, **form.cleaned_data)
        except MoveRefused as refusal:
            messages.error(request, str(refusal))
            return redirect("plans:plan_edit")
        return redirect("plans:item_edit", item.pk)
    depth = _depth(parent) + 1
    context = {"plan": plan, "parent": parent, "form": form, "level": plan.level_name(depth)}
    return render(request, "plans/item_add.html", context, status=422 if form.errors else 200)


def _depth(item: Item | None) -> int:
    depth = 0
    while item:
        depth, item = depth + 1, item.parent
    return depth


@for_duty(StaffRole.PLAN_EDITOR)
@require_POST
def item_move(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    item = _item(request, pk)
    up = request.POST.get("to") == "up"
    moved = actions.move_item(item=item, up=up, by=request.user)
    if moved:
        messages.success(request, f"“{item.title}” is moved.")
    else:
        messages.warning(request, f"“{item.title}” is {'first' if up else 'last'} already.")
    return redirect("plans:plan_edit")


@for_duty(StaffRole.PLAN_EDITOR)
@require_POST
def item_retire(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    item = _item(request, pk)
    back = request.POST.get("do") == "restore"
    try:
        if back:
            actions.restore_item(item=item, by=request.user)
        else:
            actions.retire_item(item=item, by=request.user)
    except MoveRefused as refusal:
        messages.error(request, str(refusal))
    else:
        said = "is back in the plan." if back else "is retired. You can bring it back below."
        messages.success(request, f"“{item.title}” {said}")
    return redirect("plans:plan_edit")


# Publishing --------------------------------------------------------------------


@for_duty(StaffRole.PLAN_EDITOR)
@require_http_methods(GET_AND_POST)
def plan_publish(request: HttpRequest) -> HttpResponse:
    """What publishing would change, then the act."""
    plan = _plan_at_work(request)
    if plan is None:
        return redirect("plans:plan_edit")
    stages = [s.value for s in Stage if STATE_OF_STAGE[s] in PLAN_MOVES[plan.state]]
    initial = {"closes_at": _closing(plan)}
    form = PublishForm(request.POST or None, stages=stages, initial=initial)
    status = 422 if form.errors else 200
    if request.method == "POST" and form.is_valid():
        try:
            version = actions.publish_version(
                plan=plan,
                stage=form.cleaned_data["stage"],
                changelog=form.cleaned_data["changelog"],
                closes_at=form.cleaned_data["closes_at"],
                seen=form.cleaned_data["seen"],
                by=request.user,
            )
        except (MoveRefused, actions.NothingToPublish) as refusal:
            form.add_error(None, str(refusal))
            status = 422
        except actions.PlanChanged as refusal:
            form.add_error(None, str(refusal))
            status = 409
        else:
            messages.success(request, f"Version {version.number} is published.")
            return redirect("plans:plan_show")
    rows, last = freeze(plan), _last_version(plan)
    changes = compare(list(last.items.all()) if last else [], rows)
    number = last.number + 1 if last else 1
    context = {
        "plan": plan,
        "last": last,
        "number": number,
        "seen": seen_of(rows, number),
        "changes": changes,
        "in_short": in_short(changes, len(rows)),
        "form": form,
        "may_close": PlanState.ANSWERING in PLAN_MOVES[plan.state],
        "may_open": plan.state == PlanState.ANSWERING,
    }
    return render(request, "plans/plan_publish.html", context, status=status)


def _closing(plan: Plan) -> Any:
    """The end of the window that is open now, else 5 pm in four weeks."""
    now = timezone.now()
    window = (
        plan.windows.filter(item__isnull=True, closes_at__gt=now).order_by("-closes_at").first()
    )
    later = timezone.localtime(now + timedelta(days=28))
    return window.closes_at if window else later.replace(hour=17, minute=0, second=0, microsecond=0)


@for_duty(StaffRole.PLAN_EDITOR)
@require_http_methods(GET_AND_POST)
def plan_close(request: HttpRequest) -> HttpResponse:
    """The time for comments: GET asks, POST closes it now, moves its end, or opens it again."""
    plan = _plan_at_work(request)
    if plan is None:
        return redirect("plans:plan_edit")
    wanted = request.POST.get("do", "")
    form = WindowForm(
        request.POST if wanted == "keep-open" else None, initial={"closes_at": _closing(plan)}
    )
    try:
        if wanted == "close":
            actions.close_for_comment(plan=plan, by=request.user)
            messages.success(request, "Comments are closed. The plan now waits for its answers.")
            return redirect("plans:plan_publish")
        if wanted == "keep-open" and form.is_valid():
            closes_at = form.cleaned_data["closes_at"]
            actions.keep_open_until(plan=plan, closes_at=closes_at, by=request.user)
            messages.success(request, f"Comments are open until {moment(closes_at)}.")
            return redirect("plans:plan_publish")
    except MoveRefused as refusal:
        messages.error(request, str(refusal))
        return redirect("plans:plan_publish")
    version = _last_version(plan)
    context = {
        "plan": plan,
        "form": form,
        "may_close": PlanState.ANSWERING in PLAN_MOVES[plan.state],
        "may_open": plan.state in (PlanState.OPEN, PlanState.ANSWERING),
        "window": window_among(version, [], timezone.now()) if version else None,
    }
    return render(request, "plans/plan_close.html", context, status=422 if form.errors else 200)
