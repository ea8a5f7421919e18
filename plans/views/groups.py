"""Work groups: what they are for and who is in them, for everybody; their care, for editors."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.actions import MoveRefused
from accounts.choices import StaffRole
from accounts.doors import for_duty, public
from accounts.models import Organization
from accounts.rules import has_duty
from plans import actions
from plans.forms import AddGroupForm, GroupForm, MemberForm
from plans.models import GroupMember, PlanVersion, WorkGroup
from plans.organizations import known_names
from plans.structure.meeting import meeting_of

GET_AND_POST = ["GET", "HEAD", "POST"]
NAMES = {
    "name": "Name",
    "purpose": "What it is for",
    "meets": "When it meets",
    "contact_name": "Contact",
    "contact_email": "Contact’s e-mail",
}


def _may_edit(request: HttpRequest) -> bool:
    return has_duty(request.user, StaffRole.PLAN_EDITOR)


def _led(version: PlanVersion | None) -> dict[str, int]:
    """How many items of the version each group leads, by code."""
    led: dict[str, int] = {}
    if version:
        for roles in version.items.values_list("roles", flat=True):
            for held in roles:
                led[held["code"]] = led.get(held["code"], 0) + held["leads"]
    return led


@public
@require_safe
def group_list(request: HttpRequest) -> HttpResponse:
    version = PlanVersion.objects.current()
    led = _led(version)
    context = {
        "rows": [(group, led.get(group.code)) for group in WorkGroup.objects.all()],
        "version": version,
        "may_edit": _may_edit(request),
        "moved": request.GET.get("moved", ""),
        "to": request.GET.get("to", ""),
    }
    return render(request, "plans/group_list.html", context)


@public
@require_safe
def group_show(request: HttpRequest, code: str) -> HttpResponse:
    group = get_object_or_404(WorkGroup, code__iexact=code)
    if group.code != code:
        return redirect(group, permanent=True)
    version = PlanVersion.objects.current()
    members = list(group.members.select_related("organization"))
    context = {
        "group": group,
        "version": version,
        "meeting": meeting_of(group, version) if version else None,
        "members": [member for member in members if member.is_shown],
        "unnamed": sum(not member.is_shown for member in members),
        "today": timezone.localdate(),
        "may_edit": _may_edit(request),
    }
    return render(request, "plans/group_show.html", context)


# For editors -------------------------------------------------------------------------


@for_duty(StaffRole.PLAN_EDITOR)
@require_http_methods(GET_AND_POST)
def group_add(request: HttpRequest) -> HttpResponse:
    data = request.POST.copy() if request.method == "POST" else None
    if data is not None:
        data["code"] = data.get("code", "").upper()
    form = AddGroupForm(data)
    if request.method == "POST" and form.is_valid():
        group = actions.add_group(group=form.save(commit=False), by=request.user)
        messages.success(request, f"{group} is added. Say who is in it.")
        return redirect("plans:group_edit", group.code)
    status = 422 if form.errors else 200
    return render(request, "plans/group_add.html", {"form": form}, status=status)


@for_duty(StaffRole.PLAN_EDITOR)
@require_http_methods(GET_AND_POST)
def group_edit(request: HttpRequest, code: str) -> HttpResponse:
    group = get_object_or_404(WorkGroup, code=code)
    form = GroupForm(request.POST or None, instance=group)
    status = 200
    if request.method == "POST" and form.is_valid():
        seen = form.seen_words()
        try:
            actions.edit_group(group=form.save(commit=False), seen=seen, by=request.user)
        except actions.GroupChanged as clash:
            form, status = _over(request, clash.now, seen), 409
            form.add_error(None, _told(clash, seen))
        else:
            messages.success(request, "Saved. Readers see it at once.")
            return redirect("plans:group_edit", code)
    context = {
        "group": WorkGroup.objects.get(pk=group.pk),
        "form": form,
        "members": group.members.select_related("organization"),
    }
    status = 422 if form.errors and status == 200 else status
    return render(request, "plans/group_edit.html", context, status=status)


def _over(request: HttpRequest, now: WorkGroup, seen: dict[str, str]) -> GroupForm:
    """What was typed, to be saved over what the group says now, if that is wished."""
    data = request.POST.copy()
    data["seen"] = GroupForm(instance=now)["seen"].initial
    return GroupForm(data, instance=now)


def _told(clash: actions.GroupChanged, seen: dict[str, str]) -> str:
    now = [
        f"{words}: “{getattr(clash.now, name)}”"
        for name, words in NAMES.items()
        if getattr(clash.now, name) != seen.get(name)
    ]
    return f"{clash} It now says {'; '.join(now)}. Save again to keep yours instead."


@for_duty(StaffRole.PLAN_EDITOR)
@require_POST
def group_move(request: HttpRequest, code: str) -> HttpResponse:
    group = get_object_or_404(WorkGroup, code=code)
    up = request.POST.get("to") == "up"
    if not actions.move_group(group=group, up=up, by=request.user):
        messages.info(request, f"{group} stands {'first' if up else 'last'} already.")
    # The button that was pressed has the focus again.
    return redirect(f"{reverse('plans:group_list')}?moved={code}&to={'up' if up else 'down'}")


@for_duty(StaffRole.PLAN_EDITOR)
@require_POST
def group_remove(request: HttpRequest, code: str) -> HttpResponse:
    group = get_object_or_404(WorkGroup, code=code)
    try:
        actions.remove_group(group=group, by=request.user)
    except MoveRefused as refusal:
        messages.error(request, str(refusal))
        return redirect("plans:group_edit", code)
    messages.success(request, f"{group} is removed.")
    return redirect("plans:group_list")


@for_duty(StaffRole.PLAN_EDITOR)
@require_http_methods(GET_AND_POST)
def member_add(request: HttpRequest, code: str) -> HttpResponse:
    group = get_object_or_404(WorkGroup, code=code)
    return _member_page(request, GroupMember(group=group))


@for_duty(StaffRole.PLAN_EDITOR)
@require_http_methods(GET_AND_POST)
def member_edit(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    members = GroupMember.objects.select_related("group")
    member = get_object_or_404(members, group__code=code, pk=pk)
    if request.method == "POST" and request.POST.get("do") == "remove":
        actions.remove_member(member=member, by=request.user)
        messages.success(request, f"{member} is no longer in {member.group}.")
        return redirect("plans:group_edit", code)
    return _member_page(request, member)


def _member_page(request: HttpRequest, member: GroupMember) -> HttpResponse:
    form = MemberForm(request.POST or None, instance=member)
    if request.method == "POST" and form.is_valid():
        found: Any = Organization.objects.public()
        name = form.cleaned_data["organization_name"]
        member.organization = found.filter(name__iexact=name).first() if name else None
        actions.save_member(member=form.save(commit=False), by=request.user)
        messages.success(request, f"{member} is saved.")
        return redirect("plans:group_edit", member.group.code)
    context = {
        "form": form,
        "group": member.group,
        "member": GroupMember.objects.filter(pk=member.pk).first() if member.pk else None,
        "organizations": known_names(),
    }
    return render(request, "plans/member_edit.html", context, status=422 if form.errors else 200)
