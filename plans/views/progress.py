"""How the plan goes: the public dashboard, and the pages of those who tell its news."""

import uuid
from datetime import date
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.actions import MoveRefused
from accounts.choices import StaffRole
from accounts.doors import for_duty, public
from plans import actions
from plans.choices import Status
from plans.forms import DoneForm, FollowingForm, MilestoneForm, NewsForm, StatusRows
from plans.models import Item, Milestone, Plan, PlanVersion, WorkGroup
from plans.progress.cycles import adopted_on, cycle_of, today_here
from plans.progress.standing import (
    as_news,
    dashboard,
    led_by,
    milestones_of,
    own_news,
    updates_of,
    waits_for_news,
)
from plans.reading import branches, with_live
from plans.rules import groups_of, may_edit_plan, may_tell_news
from plans.structure.freezing import labels_of_working, working_items
from plans.structure.references import to_plain
from plans.views.structure import plan_at_work

GET_AND_POST = ["GET", "HEAD", "POST"]
NEVER = date.min


@public
@require_safe
def plan_progress(request: HttpRequest) -> HttpResponse:
    version = PlanVersion.objects.current()
    if version is None:
        return render(request, "plans/plan_progress.html", {"board": None})
    context = {
        "board": dashboard(version),
        "plan": version.plan,
        "now": timezone.now(),
        "may_edit": may_edit_plan(request.user, version.plan),
    }
    return render(request, "plans/plan_progress.html", context)


# News of an item --------------------------------------------------------------------


def _item(request: HttpRequest, pk: uuid.UUID) -> Item:
    """An item of which this person may tell news; 403 for all others."""
    item = get_object_or_404(Item.objects.select_related("plan", "parent"), pk=pk)
    if not may_tell_news(request.user, item):
        raise PermissionDenied
    return item


@require_http_methods(GET_AND_POST)
def item_news(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    item = _item(request, pk)
    chosen = request.GET.get("action", "")
    doing = _doing(item)
    form = NewsForm(
        request.POST or None,
        plan=item.plan,
        actions=[(key, f"{text} ({word.lower()})") for key, text, word in doing],
        initial={"about": chosen} if chosen in [key for key, *_ in doing] else {},
    )
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            actions.tell_news(
                item=item,
                action=item.actions.filter(pk=form.action_id).first() if form.action_id else None,
                status=data["status"],
                text=data["text"],
                on=data["on"],
                token=data["token"],
                by=request.user,
            )
        except MoveRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "Your news is told. Readers see it now.")
            return redirect("plans:item_news", pk)
    return _news_page(request, item, form=form)


def _doing(item: Item) -> list[tuple[str, str, str]]:
    """(id, words, how it stands) of the item's actions."""
    standing = item.actions.filter(retired_at__isnull=True).order_by("position")
    labels = labels_of_working(working_items(item.plan))
    return [
        (str(one.pk), to_plain(one.text, labels), item.plan.status(one.status)["label"])
        for one in standing
    ]


def _news_page(
    request: HttpRequest, item: Item, *, form: Any = None, milestone: Any = None
) -> HttpResponse:
    current = PlanVersion.objects.filter(plan=item.plan).order_by("-number").first()
    node = current.items.filter(item=item).first() if current else None
    if form is None:
        doing = [(key, f"{text} ({word.lower()})") for key, text, word in _doing(item)]
        form = NewsForm(plan=item.plan, actions=doing)
    failed = bool(form.errors or (milestone and milestone.errors))
    context = {
        "item": item,
        "plan": item.plan,
        "node": node,
        "form": form,
        "milestone_form": milestone or MilestoneForm(),
        "news": as_news(updates_of([item.pk]), item.plan, [node] if node else [], {}),
        "milestones": milestones_of([item.pk]),
        "today": today_here(),
        "failed": form.errors and form or milestone,
    }
    return render(request, "plans/item_news.html", context, status=422 if failed else 200)


@require_POST
def item_milestone(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Add a milestone."""
    item = _item(request, pk)
    form = MilestoneForm(request.POST)
    if not form.is_valid():
        return _news_page(request, item, milestone=form)
    try:
        actions.add_milestone(item=item, by=request.user, **form.cleaned_data)
    except MoveRefused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, "The milestone is added.")
    return redirect("plans:item_news", pk)


@require_POST
def milestone_mark(request: HttpRequest, pk: int) -> HttpResponse:
    """`do`: done (with a day), open again, or take out."""
    milestone = get_object_or_404(
        Milestone.objects.select_related("item__plan", "item__parent"), pk=pk
    )
    if not may_tell_news(request.user, milestone.item):
        raise Http404("No such milestone for this person.")
    do, form = request.POST.get("do"), DoneForm(request.POST)
    try:
        if do == "retire":
            actions.retire_milestone(milestone=milestone, at=timezone.now(), by=request.user)
            said = "The milestone is taken out."
        elif do == "reopen":
            actions.mark_milestone(milestone=milestone, done_on=None, by=request.user)
            said = "The milestone is open again."
        elif form.is_valid():
            day = form.cleaned_data["done_on"] or today_here()
            actions.mark_milestone(milestone=milestone, done_on=day, by=request.user)
            said = "The milestone is done."
        else:
            raise MoveRefused(str(next(iter(form.errors.values()))[0]))
    except MoveRefused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, said)
    return redirect("plans:item_news", milestone.item_id)


# What waits for news ---------------------------------------------------------------


@require_safe
def news_due(request: HttpRequest) -> HttpResponse:
    """What the person's groups lead, that without news first; plan editors see all, or what one
    group leads (`?group=ET`)."""
    version = PlanVersion.objects.current()
    if version is None:
        return render(request, "plans/news_due.html", {"plan": None})
    plan, today = version.plan, today_here()
    everything = may_edit_plan(request.user, plan)
    mine = groups_of(request.user)
    groups = list(WorkGroup.objects.all() if everything else WorkGroup.objects.filter(pk__in=mine))
    wanted = [group for group in groups if group.code == request.GET.get("group")] or groups
    codes = {group.code for group in wanted}
    nodes = list(version.items.defer("text", "text_html", "evidence", "evidence_html"))
    roots = branches(with_live(plan, nodes), {})
    cycle = cycle_of(plan, adopted_on(plan), today)
    rows = [(one, own_news(one)) for one in led_by(roots, codes) if one.node.actions]
    waiting = [(branch, news) for branch, news in rows if waits_for_news(branch, cycle)]
    known = {branch.node.pk for branch, _ in waiting}
    context = {
        "plan": plan,
        "groups": groups,
        "chosen": wanted[0] if len(wanted) == 1 else None,
        "everything": everything,
        "cycle": cycle,
        "waiting": sorted(waiting, key=lambda row: (row[1] or NEVER, row[0].node.order)),
        "told": [row for row in rows if row[0].node.pk not in known],
    }
    return render(request, "plans/news_due.html", context)


# Words of statuses -----------------------------------------------------------------


@for_duty(StaffRole.PLAN_EDITOR)
@require_http_methods(GET_AND_POST)
def plan_statuses(request: HttpRequest) -> HttpResponse:
    """The words for how actions stand, and how often news is asked for."""
    plan = plan_at_work(request)
    if plan is None:
        return redirect("plans:plan_edit")
    form = FollowingForm(request.POST or None, plan=plan)
    initial = None if request.method == "POST" else _status_rows(plan)
    rows: Any = StatusRows(request.POST or None, initial=initial, prefix="status")
    trouble, clash = "", False
    if request.method == "POST" and form.is_valid() & rows.is_valid():
        try:
            actions.set_statuses(
                plan=plan,
                statuses=rows.given(),
                news_every=form.cleaned_data["news_every"],
                seen=request.POST.get("seen", ""),
                by=request.user,
            )
        except actions.StatusesChanged as refusal:
            trouble, clash = f"{refusal} {_saved_now(plan)} Save again to set yours.", True
        except actions.StatusInUse as refusal:
            trouble = str(refusal)
        else:
            messages.success(request, "Saved. Readers see the new words now.")
            return redirect(f"{reverse('plans:plan_statuses')}?plan={plan.pk}")
    troubles = [trouble] if trouble else [str(e) for e in rows.non_form_errors()]
    troubles += [str(e) for row in rows.forms for errors in row.errors.values() for e in errors]
    failed = request.method == "POST" and bool(troubles or form.errors)
    context = {
        "plan": plan,
        "form": form,
        "rows": rows,
        "troubles": troubles if failed else [],
        "seen": actions.seen_statuses(plan),
    }
    status = 409 if clash else 422 if failed else 200
    return render(request, "plans/plan_statuses.html", context, status=status)


def _saved_now(plan: Plan) -> str:
    words = ", ".join(f"“{one['label']}”" for one in plan.statuses)
    return f"The statuses are now {words}; news is asked for every {plan.news_every} months."


def _status_rows(plan: Plan) -> list[dict[str, str]]:
    """Those that there are, and two more as long as there is room."""
    known = [
        {"key": one["key"], "word": one["label"], "tone": one["tone"]} for one in plan.statuses
    ]
    blank = {"key": "", "word": "", "tone": Status.PROGRESS.value}
    return known + [dict(blank) for _ in range(min(2, 8 - len(known)))]
