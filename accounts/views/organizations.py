"""Organizations, as those see them who make, run or read them."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.actions import (
    MoveRefused,
    NameTaken,
    SavedInBetween,
    change_organization,
    create_organization,
    resubmit_organization,
)
from accounts.actions.organizations import CLOSED, SUSPENDED
from accounts.choices import ORGANIZATION_MOVES, OrganizationState
from accounts.claims import may_claim
from accounts.doors import public
from accounts.forms.organizations import DOES, OrganizationEditForm, OrganizationForm
from accounts.history import entries_about
from accounts.models import Organization
from accounts.profile import sections
from accounts.rules import (
    is_coalition_staff,
    is_member,
    may_ask_to_join,
    may_close_organization,
    may_edit_organization,
    may_manage_organization,
    may_resubmit_organization,
    may_see_organization,
    may_see_people,
    may_verify_organization,
)

HISTORY_SHOWN = 20


@require_http_methods(["GET", "HEAD", "POST"])
def organization_new(request: HttpRequest) -> HttpResponse:
    """Before one is made, those that it may be are offered to join."""
    if request.method != "POST":
        does = [key for key, _ in DOES if key == request.GET.get("does")]
        form = OrganizationForm(initial={"does": does, "name": request.GET.get("name", "")[:120]})
        return render(request, "accounts/organization_new.html", {"form": form})
    form = OrganizationForm(request.POST)
    similar = []
    if "not_listed" not in request.POST:
        name = request.POST.get("name", "")[:120]
        similar = list(Organization.objects.public().resembling(name).select_related("place")[:5])
    if form.is_valid() and not similar:
        try:
            organization = create_organization(by=request.user, **form.profile())
        except NameTaken as error:
            form.add_error("name", str(error))
        else:
            messages.success(request, "Sent to our staff. They check it, usually within two days.")
            return redirect(organization)
    if any(form.data.get("name", "").casefold() == o.name.casefold() for o in similar):
        form.errors.pop("name", None)
    context = {"form": form, "similar": similar}
    status = 422 if form.errors else 200
    return render(request, "accounts/organization_new.html", context, status=status)


@public
@require_safe
def organization_show(request: HttpRequest, slug: str) -> HttpResponse:
    user = request.user
    found = Organization.objects.select_related("sector", "place", "logo", "merged_into")
    organization = get_object_or_404(found, slug=slug)
    if organization.merged_into and may_see_organization(user, organization.merged_into):
        return redirect(organization.merged_into, permanent=True)
    if not may_see_organization(user, organization):
        raise Http404
    concerned = is_member(user, organization) or is_coalition_staff(user)
    context = {
        "organization": organization,
        "sections": sections.of(organization, user),
        "concerned": concerned,
        "history": list(entries_about(organization)[:HISTORY_SHOWN]) if concerned else [],
        "may_edit": may_edit_organization(user, organization),
        "may_manage": may_manage_organization(user, organization),
        "may_resubmit": may_resubmit_organization(user, organization),
        "may_see_people": may_see_people(user, organization),
        "may_verify": may_verify_organization(user, organization),
        "may_join": may_ask_to_join(user, organization),
        "may_claim": not concerned and may_claim(user, organization),
        "may_close": may_close_organization(user, organization)
        and OrganizationState.CLOSED in ORGANIZATION_MOVES[organization.state],
    }
    return render(request, "accounts/organization_show.html", context)


def _managed(request: HttpRequest, slug: str) -> Organization:
    """404 where the person may not know of it, 403 where they may not act."""
    organization = get_object_or_404(Organization.objects.visible_to(request.user), slug=slug)
    if not may_manage_organization(request.user, organization):
        raise PermissionDenied
    return organization


@require_http_methods(["GET", "HEAD", "POST"])
def organization_edit(request: HttpRequest, slug: str) -> HttpResponse:
    organization = _managed(request, slug)
    if not may_edit_organization(request.user, organization):
        is_closed = organization.state == OrganizationState.CLOSED
        messages.error(request, CLOSED if is_closed else SUSPENDED)
        return redirect(organization)
    # A form writes what was typed into its own copy; the page's heading stays as stored.
    copy = Organization.objects.get(pk=organization.pk)
    posted = request.POST if request.method == "POST" else None
    form = OrganizationEditForm(posted, instance=copy)
    if form.is_valid():
        version = form.cleaned_data["version"]
        try:
            saved = change_organization(
                organization=organization, version=version, by=request.user, **form.profile()
            )
        except NameTaken as error:
            form.add_error("name", str(error))
        except MoveRefused as error:
            form.add_error(None, str(error))
        except SavedInBetween:
            return _conflict(request, organization, form)
        else:
            return _saved(request, saved, was=organization.state)
    context = {"form": form, "organization": organization}
    status = 422 if form.errors else 200
    return render(request, "accounts/organization_edit.html", context, status=status)


def _saved(request: HttpRequest, organization: Organization, *, was: str) -> HttpResponse:
    if organization.state == OrganizationState.RETURNED:
        resubmit_organization(organization=organization, by=request.user)
        messages.success(request, "Saved and sent to our staff again.")
    elif was == OrganizationState.VERIFIED and organization.state == OrganizationState.PENDING:
        words = (
            "Saved. Our staff check the new name; then it can post again. Its page stays public."
        )
        messages.success(request, words)
    else:
        messages.success(request, "Saved.")
    return redirect(organization)


def _conflict(
    request: HttpRequest, organization: Organization, form: OrganizationEditForm
) -> HttpResponse:
    """Both texts, and the form filled with this person's, ready to be saved over the other."""
    stored = Organization.objects.select_related("sector", "place").get(pk=organization.pk)
    now = OrganizationEditForm(instance=stored)
    data = request.POST.copy()
    data["version"] = str(stored.version)
    mine = OrganizationEditForm(data, instance=form.instance)
    rows = [
        {"label": field.label, "theirs": _words(now[name], now[name].initial), "yours": yours}
        for name, field in now.fields.items()
        if name != "version"
        and _words(now[name], now[name].initial) != (yours := _words(mine[name], mine[name].data))
    ]
    last = entries_about(stored).first()
    context = {"form": mine, "organization": stored, "conflict": rows, "last": last}
    return render(request, "accounts/organization_edit.html", context, status=409)


def _words(bound: Any, value: Any) -> str:
    """A field's value as a person reads it."""
    values = [str(v) for v in value] if isinstance(value, list | tuple) else [str(value or "")]
    choices = {str(key): str(label) for key, label in getattr(bound.field, "choices", [])}
    return ", ".join(choices.get(v, v) for v in values if v)


@require_POST
def organization_resubmit(request: HttpRequest, slug: str) -> HttpResponse:
    organization = _managed(request, slug)
    try:
        resubmit_organization(organization=organization, by=request.user)
        messages.success(request, "Sent to our staff again.")
    except MoveRefused as error:
        messages.error(request, str(error))
    return redirect(organization)
