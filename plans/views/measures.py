"""Measures of the plan, as its editors keep them."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.actions import MoveRefused
from accounts.choices import StaffRole
from accounts.doors import for_duty
from plans import actions
from plans.forms import MeasureForm, PasteForm, ValueForm
from plans.models import Measure, Plan
from plans.progress.charts import figure
from plans.progress.measuring import Measured, measured
from plans.structure.freezing import working_items
from plans.views.structure import plan_at_work

GET_AND_POST = ["GET", "HEAD", "POST"]


def _measure(pk: int) -> Measure:
    """One of a plan that can still be edited."""
    at_work = Plan.objects.at_work().values("pk")
    return get_object_or_404(Measure.objects.select_related("plan"), pk=pk, plan__in=at_work)


def _list_of(measure: Measure) -> str:
    return f"{reverse('plans:measure_manage')}?plan={measure.plan_id}"


@for_duty(StaffRole.PLAN_EDITOR)
@require_safe
def measure_manage(request: HttpRequest) -> HttpResponse:
    plan = plan_at_work(request)
    if plan is None:
        return redirect("plans:plan_edit")
    numbers = {item.pk: number for number, item in working_items(plan)}
    context = {
        "plan": plan,
        "measures": measured(plan.measures.standing(), numbers),
        "retired": plan.measures.filter(retired_at__isnull=False).order_by("-retired_at"),
    }
    return render(request, "plans/measure_manage.html", context)


@for_duty(StaffRole.PLAN_EDITOR)
@require_http_methods(GET_AND_POST)
def measure_add(request: HttpRequest) -> HttpResponse:
    plan = plan_at_work(request)
    if plan is None:
        return redirect("plans:plan_edit")
    return _form_page(request, Measure(plan=plan), "plans/measure_add.html")


@for_duty(StaffRole.PLAN_EDITOR)
@require_http_methods(GET_AND_POST)
def measure_edit(request: HttpRequest, pk: int) -> HttpResponse:
    return _form_page(request, _measure(pk), "plans/measure_edit.html")


def _form(request: HttpRequest, measure: Measure) -> MeasureForm:
    plan = measure.plan
    return MeasureForm(request.POST or None, instance=measure, plan=plan, items=working_items(plan))


def _form_page(request: HttpRequest, measure: Measure, template: str) -> HttpResponse:
    name, clash = measure.name, False
    form = _form(request, measure)
    # From a page without it: what was read is what stood there a moment ago.
    seen = request.POST.get("seen", form.seen)
    if request.method == "POST" and form.is_valid():
        try:
            saved = actions.save_measure(
                measure=form.save(commit=False), seen=seen, by=request.user
            )
        except actions.MeasureChanged as refusal:
            clash, measure = True, _measure(measure.pk)
            form = _form(request, measure)
            form.add_error(
                None, f"{str(refusal)[:-1]}: {form.saved_now()}. Save again to set yours."
            )
        else:
            messages.success(request, f"“{saved.name}” is saved.")
            if saved.live:
                return redirect(_list_of(saved))
            return redirect("plans:measure_values", saved.pk)
    context = {"form": form, "measure": measure, "name": name, "back": _list_of(measure)}
    status = 409 if clash else 422 if form.errors else 200
    return render(request, template, context, status=status)


@for_duty(StaffRole.PLAN_EDITOR)
@require_POST
def measure_move(request: HttpRequest, pk: int) -> HttpResponse:
    """`do`: up, down, retire or restore."""
    measure, do = _measure(pk), request.POST.get("do")
    if do in ("up", "down"):
        moved = actions.move_measure(measure=measure, up=do == "up", by=request.user)
        if not moved:
            messages.warning(
                request, f"“{measure}” is {'first' if do == 'up' else 'last'} already."
            )
    elif do in ("retire", "restore"):
        at = timezone.now() if do == "retire" else None
        actions.retire_measure(measure=measure, at=at, by=request.user)
        said = "is retired. You can bring it back below." if at else "is back."
        messages.success(request, f"“{measure}” {said}")
    return redirect(_list_of(measure))


@for_duty(StaffRole.PLAN_EDITOR)
@require_http_methods(GET_AND_POST)
def measure_values(request: HttpRequest, pk: int) -> HttpResponse:
    """Give or correct the value of a day, or paste many (`do` is "paste")."""
    measure = _measure(pk)
    do = request.POST.get("do", "")
    one = ValueForm(request.POST if do == "one" else None)
    many = PasteForm(request.POST if do == "paste" else None)
    try:
        if do == "one" and one.is_valid():
            actions.set_value(measure=measure, by=request.user, **one.cleaned_data)
            messages.success(request, "The value is saved. Readers see it now.")
            return redirect("plans:measure_values", pk)
        if do == "paste" and many.is_valid():
            values = many.cleaned_data["lines"]
            new = actions.add_values(measure=measure, values=values, by=request.user)
            messages.success(request, _said(new, len(values)))
            return redirect("plans:measure_values", pk)
    except MoveRefused as refusal:
        messages.error(request, str(refusal))
        return redirect(_list_of(measure))
    except actions.ValueThere as there:
        _explain(there, one if do == "one" else many, measure)
    return _values_page(request, measure, one, many)


def _said(new: int, given: int) -> str:
    there = given - new
    said = "1 value is saved." if new == 1 else f"{new} values are saved."
    return f"{said} {there} {'was' if there == 1 else 'were'} there already." if there else said


def _explain(there: Exception, form: Any, measure: Measure) -> None:
    if isinstance(form, ValueForm):
        form.add_error(
            "note", f"There is {figure_of(there)} for this day. Say why it is corrected."
        )
    else:
        form.add_error(
            "lines",
            f"There is another value for {there} already; nothing was saved. Correct it above, "
            "with a note, and take its line out.",
        )


def figure_of(there: Exception) -> str:
    return figure(there.args[0])


def _values_page(request: HttpRequest, measure: Measure, one: Any, many: Any) -> HttpResponse:
    values = list(measure.values.select_related("by").order_by("on"))
    failed = one if one.errors else many if many.errors else None
    context = {
        "measure": measure,
        "measured": Measured(measure, values),
        "values": values[::-1],
        "one": one,
        "many": many,
        "failed": failed,
    }
    return render(request, "plans/measure_values.html", context, status=422 if failed else 200)
