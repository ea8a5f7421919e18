"""A plan begins, changes its frame, or goes on in the next one."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from accounts.actions import MoveRefused, ReasonMissing
from accounts.choices import StaffRole
from accounts.doors import for_duty
from plans import actions
from plans.choices import PlanState
from plans.forms import FateForm, FrameForm
from plans.freezing import working_items
from plans.models import Plan
from plans.views.structure import plan_at_work, tree_url

GET_AND_POST = ["GET", "HEAD", "POST"]
# Three fields each: more would not fit into one form.
LISTED = 300
FINE_DEPTH = 2


@for_duty(StaffRole.PLAN_EDITOR)
@require_http_methods(GET_AND_POST)
def plan_begin(request: HttpRequest) -> HttpResponse:
    """The first plan of the region."""
    if Plan.objects.at_work().exists():
        messages.error(request, "There is a plan at work already. Begin the next one from it.")
        return redirect("plans:plan_edit")
    form = FrameForm(request.POST or None)
    status = 422 if form.errors else 200
    if request.method == "POST" and form.is_valid():
        try:
            actions.begin_plan(beginning=form.beginning(), by=request.user)
        except MoveRefused as refusal:
            messages.error(request, str(refusal))
        return redirect("plans:plan_edit")
    return render(request, "plans/plan_begin.html", {"form": form}, status=status)


@for_duty(StaffRole.PLAN_EDITOR)
@require_http_methods(GET_AND_POST)
def plan_frame(request: HttpRequest) -> HttpResponse:
    """Title, years, purpose, levels and roles of the plan at work."""
    plan = plan_at_work(request)
    if plan is None:
        return redirect("plans:plan_edit")
    form = FrameForm(request.POST or None, plan=plan)
    status = 422 if form.errors else 200
    if request.method == "POST" and form.is_valid():
        try:
            actions.change_plan(plan=plan, beginning=form.beginning(), by=request.user)
        except MoveRefused as refusal:
            form.add_error(None, str(refusal))
            status = 422
        else:
            messages.success(request, "Saved. Title and years change for readers at once.")
            return redirect(tree_url(plan))
    context = {"plan": plan, "form": form, "back": tree_url(plan)}
    return render(request, "plans/plan_frame.html", context, status=status)


@for_duty(StaffRole.PLAN_EDITOR)
@require_http_methods(GET_AND_POST)
def plan_next(request: HttpRequest) -> HttpResponse:
    """What becomes of every item in the next plan."""
    plan = plan_at_work(request)
    if plan is None:
        return redirect("plans:plan_edit")
    if plan.state == PlanState.DRAFT:
        raise PermissionDenied
    numbers = working_items(plan)
    listed = [pair for pair in numbers if len(numbers) <= LISTED or pair[0].count(".") < FINE_DEPTH]
    listed = listed[:LISTED]
    by_number = dict(numbers)
    form = FrameForm(request.POST or None, plan=plan, brief=True, initial={"period": ""})
    rows = [
        (number, item, FateForm(request.POST or None, numbers=by_number, prefix=f"i{item.pk.hex}"))
        for number, item in listed
    ]
    status = 200
    if request.method == "POST":
        status = 422
        # Somebody may have added an item meanwhile: it is carried.
        given = [(item, row) for _, item, row in rows if row.add_prefix("kind") in request.POST]
        fine = [row.is_valid() for _, row in given]
        if form.is_valid() and all(fine):
            fates = {item.pk: row.fate() for item, row in given}
            try:
                new = _begin(plan, form, fates, request)
            except (MoveRefused, ReasonMissing) as refusal:
                form.add_error(None, str(refusal))
            else:
                messages.success(
                    request, f"{new} is begun. Readers keep {plan} until it is adopted."
                )
                return redirect(tree_url(new))
        elif form.is_valid():
            form.add_error(None, "Some items need another look. They are marked below.")
    context = {
        "plan": plan,
        "form": form,
        "rows": rows,
        "left_out": len(numbers) - len(listed),
        "back": tree_url(plan),
    }
    return render(request, "plans/plan_next.html", context, status=status)


def _begin(plan: Plan, form: FrameForm, fates: Any, request: HttpRequest) -> Plan:
    return actions.begin_next_plan(
        plan=plan, beginning=form.beginning(), fates=fates, by=request.user
    )
