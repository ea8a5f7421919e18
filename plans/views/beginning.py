"""A plan begins, changes its frame, or goes on in the next one."""

import uuid
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
from plans.actions import Fate
from plans.choices import Passing, PlanState
from plans.forms import FateForm, FrameForm, as_decided, decided_in
from plans.models import Item, Plan
from plans.structure.freezing import working_items
from plans.views.structure import plan_at_work, tree_url

GET_AND_POST = ["GET", "HEAD", "POST"]
# Three fields each: more would not fit into one form.
A_PART = 100


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
    """What becomes of every item in the next plan, part by part of a large one. `do` is "begin",
    or "part-2" to go there; `decided` holds what was chosen in the other parts."""
    plan = plan_at_work(request)
    if plan is None:
        return redirect("plans:plan_edit")
    if plan.state == PlanState.DRAFT:
        raise PermissionDenied
    numbers = working_items(plan)
    parts = [numbers[n : n + A_PART] for n in range(0, len(numbers), A_PART)] or [[]]
    posted = request.POST if request.method == "POST" else None
    part, wanted = _part_of(posted, "part", parts), _part_of(posted, "do", parts)
    form = FrameForm(posted, plan=plan, brief=True, initial={"period": ""})
    decided = decided_in(posted.get("decided", "") if posted else "", numbers)
    rows = _fate_rows(parts[part], posted, decided, numbers)
    status = 200
    if posted is not None:
        # Somebody may have added an item meanwhile: it is carried.
        given = [(item, row) for _, item, row in rows if row.add_prefix("kind") in posted]
        fine = [row.is_valid() for _, row in given]
        status = 200 if all(fine) else 422
        decided |= {item.pk: row.fate() for item, row in given if row.is_valid()}
        is_begun = not posted.get("do", "").startswith("part-")
        if not is_begun and all(fine):
            form = FrameForm(plan=plan, brief=True, initial=form.typed())
            part = wanted
            rows = _fate_rows(parts[part], None, decided, numbers)
        elif form.is_valid() and all(fine):
            try:
                new = _begin(plan, form, decided, request)
            except (MoveRefused, ReasonMissing) as refusal:
                form.add_error(None, str(refusal))
                status = 422
            else:
                messages.success(
                    request, f"{new} is begun. Readers keep {plan} until it is adopted."
                )
                return redirect(tree_url(new))
        else:
            status = 422
            if form.is_valid():
                form.add_error(None, "Some items need another look. They are marked below.")
    here = {item.pk for _, item in parts[part]}
    elsewhere = {pk: fate for pk, fate in decided.items() if pk not in here}
    context = {
        "plan": plan,
        "form": form,
        "rows": rows,
        "parts": _parts_in_words(parts, part) if len(parts) > 1 else [],
        "part": part,
        "total": len(numbers),
        "decided": as_decided(elsewhere),
        "elsewhere": [
            (number, item, Passing(elsewhere[item.pk].kind).label, elsewhere[item.pk].reason)
            for number, item in numbers
            if item.pk in elsewhere and elsewhere[item.pk].kind != Passing.CARRIED
        ],
        "back": tree_url(plan),
    }
    return render(request, "plans/plan_next.html", context, status=status)


def _part_of(posted: Any, name: str, parts: list[Any]) -> int:
    """ "2" or "part-2" of the form as an index; the first for anything else."""
    number = (posted.get(name, "") if posted else "").removeprefix("part-")
    known = number.isascii() and number.isdigit() and len(number) < 5
    return min(int(number), len(parts) - 1) if known else 0


def _fate_rows(
    pairs: list[tuple[str, Item]],
    posted: Any,
    decided: dict[uuid.UUID, Fate],
    numbers: list[tuple[str, Item]],
) -> list[tuple[str, Item, FateForm]]:
    by_number = dict(numbers)
    called = {item.pk: number for number, item in numbers}
    rows = []
    for number, item in pairs:
        fate = decided.get(item.pk, Fate())
        into = called.get(fate.into, "") if fate.into else ""
        initial = {"kind": fate.kind, "into": into, "reason": fate.reason}
        prefix = f"i{item.pk.hex}"
        rows.append(
            (number, item, FateForm(posted, numbers=by_number, prefix=prefix, initial=initial))
        )
    return rows


def _parts_in_words(parts: list[Any], part: int) -> list[tuple[int, str, bool]]:
    """[(0, "1 to 1.4.2", True)]: each part by its first and last number."""
    return [(n, f"{one[0][0]} to {one[-1][0]}", n == part) for n, one in enumerate(parts)]


def _begin(plan: Plan, form: FrameForm, fates: Any, request: HttpRequest) -> Plan:
    return actions.begin_next_plan(
        plan=plan, beginning=form.beginning(), fates=fates, by=request.user
    )
