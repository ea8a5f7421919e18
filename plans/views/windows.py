"""The times for comments, for plan editors."""

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.actions import MoveRefused
from accounts.choices import StaffRole
from accounts.doors import for_duty
from plans import actions
from plans.choices import CommentState
from plans.comments.windows import overlaps_in_words
from plans.forms import CommentWindowForm, TreeQuery
from plans.models import CommentWindow, Plan, PlanVersion, VersionItem
from plans.rules import may_edit_plan
from plans.views.structure import last_version

GET_AND_POST = ["GET", "HEAD", "POST"]
WARNED = 3


@for_duty(StaffRole.PLAN_EDITOR)
@require_safe
def window_list(request: HttpRequest) -> HttpResponse:
    version, which = _version_asked(request)
    said = Count("comments", filter=~Q(comments__state=CommentState.UNCONFIRMED))
    windows = list(
        version.plan.windows.annotate(said=said).order_by("-closes_at", "-pk") if version else []
    )
    numbers: dict[Any, str] = dict(
        version.items.values_list("item_id", "number") if version else []
    )
    now = timezone.now()
    rows = [
        (
            window,
            numbers.get(window.item_id),
            _standing(window, now),
            overlaps_in_words(window, windows, numbers, now),
        )
        for window in windows
    ]
    return render(
        request, "plans/window_list.html", {"version": version, "rows": rows, "which": which}
    )


def _version_asked(request: HttpRequest) -> tuple[PlanVersion | None, str]:
    """What the public reads, or what it reads of the plan that `?plan=` asks for; and that query
    for the links of the page."""
    query = TreeQuery(request.GET)
    query.is_valid()
    if wanted := query.cleaned_data.get("plan"):
        plan = get_object_or_404(Plan.objects.at_work(), pk=wanted)
        return last_version(plan), f"?plan={plan.pk}"
    return PlanVersion.objects.current(), ""


def _list_url(window: CommentWindow) -> str:
    """The list that this one stands in."""
    current = PlanVersion.objects.current()
    which = "" if current and current.plan_id == window.plan_id else f"?plan={window.plan_id}"
    return f"{reverse('plans:window_list')}{which}"


def _standing(window: CommentWindow, now: Any) -> str:
    if now < window.opens_at:
        return "coming"
    if now < window.closes_at:
        return "open"
    return "late" if now < window.kept_until else "closed"


@for_duty(StaffRole.PLAN_EDITOR)
@require_http_methods(GET_AND_POST)
def window_add(request: HttpRequest) -> HttpResponse:
    version, which = _version_asked(request)
    back = f"{reverse('plans:window_list')}{which}"
    if version is None:
        messages.error(request, "Publish a version for comment first.")
        return redirect(back)
    form = CommentWindowForm(request.POST or None, version=version, initial=_usual(request))
    if request.method == "POST" and form.is_valid():
        try:
            window = actions.open_window(plan=version.plan, draft=form.draft(), by=request.user)
        except MoveRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "The time for comments is set.")
            warn_of_overlaps(request, window, version)
            return redirect(back)
    context = {"form": form, "plan": version.plan, "back": back}
    return render(request, "plans/window_add.html", context, status=422 if form.errors else 200)


def _overlaps(window: CommentWindow, version: PlanVersion) -> list[str]:
    numbers: dict[Any, str] = dict(version.items.values_list("item_id", "number"))
    others = version.plan.windows.order_by("-closes_at", "-pk")
    return overlaps_in_words(window, others, numbers, timezone.now())


def warn_of_overlaps(request: HttpRequest, window: CommentWindow, version: PlanVersion) -> None:
    """Beside the message that a time for comments is set or changed."""
    for sentence in _overlaps(window, version)[:WARNED]:
        messages.warning(request, sentence)


def _usual(request: HttpRequest) -> dict[str, Any]:
    """From now until 5 pm in four weeks, on the item that was come from."""
    now = timezone.localtime().replace(second=0, microsecond=0, tzinfo=None)
    item = request.GET.get("item", "")
    return {"opens_at": now, "closes_at": (now + timedelta(days=28)).replace(hour=17, minute=0)} | (
        {"item": item} if item else {}
    )


@for_duty(StaffRole.PLAN_EDITOR)
@require_http_methods(GET_AND_POST)
def window_change(request: HttpRequest, pk: int) -> HttpResponse:
    window = _window(request, pk)
    version = window.plan.versions.order_by("-number").first()
    if version is None:
        return redirect("plans:window_list")
    form = CommentWindowForm(request.POST or None, version=version, window=window)
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            saved = actions.change_window(
                window=window,
                draft=form.draft(),
                seen=form.cleaned_data["seen"],
                by=request.user,
            )
        except actions.WindowChanged as refusal:
            now = f"It closes {window.closes} now. Look it over and save again to put yours there."
            form.add_error(None, f"{refusal} {now}")
            status = 409
        except MoveRefused as refusal:
            form.add_error(None, str(refusal))
            status = 422
        else:
            messages.success(request, "The time for comments is changed.")
            warn_of_overlaps(request, saved, version)
            return redirect(_list_url(window))
    elif form.errors:
        status = 422
    context = {
        "form": form,
        "window": window,
        "back": _list_url(window),
        "seen": window.seen if status != 422 else request.POST.get("seen", window.seen),
        "standing": _standing(window, timezone.now()),
        "overlaps": _overlaps(window, version),
        "node": VersionItem.objects.filter(version=version, item=window.item).first(),
    }
    return render(request, "plans/window_change.html", context, status=status)


@for_duty(StaffRole.PLAN_EDITOR)
@require_POST
def window_close(request: HttpRequest, pk: int) -> HttpResponse:
    window = _window(request, pk)
    try:
        actions.close_window(window=window, by=request.user)
    except MoveRefused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, "It is closed. What comes now is not taken.")
    return redirect(_list_url(window))


def _window(request: HttpRequest, pk: int) -> CommentWindow:
    window = get_object_or_404(CommentWindow.objects.select_related("plan", "item"), pk=pk)
    if not may_edit_plan(request.user, window.plan):
        raise PermissionDenied
    return window
