"""The end of an organization: close it, open it again, merge it into another."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from accounts.actions import (
    MoveRefused,
    NotAllowed,
    ReasonMissing,
    close_organization,
    merge_organizations,
    reopen_organization,
    why_not_merge,
)
from accounts.choices import ORGANIZATION_MOVES, MembershipState, OrganizationState, StaffRole
from accounts.doors import for_duty
from accounts.following import Happening, Happens, what_would_follow
from accounts.forms.organizations import ClosingForm, MergerForm
from accounts.models import Organization
from accounts.rules import is_member, may_close_organization, may_verify_organization

OFFERED = 10


@require_http_methods(["GET", "HEAD", "POST"])
def organization_close(request: HttpRequest, slug: str) -> HttpResponse:
    """What follows is read before it is done."""
    organization = get_object_or_404(Organization.objects.visible_to(request.user), slug=slug)
    if not may_close_organization(request.user, organization):
        raise PermissionDenied
    if OrganizationState.CLOSED not in ORGANIZATION_MOVES[organization.state]:
        messages.error(request, "It is closed already.")
        return redirect(organization)
    form = ClosingForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            close_organization(organization=organization, by=request.user, **form.cleaned_data)
        except (MoveRefused, NotAllowed, ReasonMissing) as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, f"{organization} is closed.")
            if is_member(request.user, organization):
                return redirect("accounts:account_show")
            return redirect(organization.get_review_url())
    follows = what_would_follow(Happening(Happens.CLOSED, organization, request.user))
    context = {"form": form, "organization": organization, "follows": follows}
    status = 422 if form.errors else 200
    return render(request, "accounts/organization_close.html", context, status=status)


@for_duty(StaffRole.ADMINISTRATOR)
@require_POST
def organization_reopen(request: HttpRequest, slug: str) -> HttpResponse:
    organization = get_object_or_404(Organization, slug=slug)
    if not may_verify_organization(request.user, organization):
        raise PermissionDenied
    try:
        reopen_organization(organization=organization, by=request.user)
        messages.success(request, f"{organization} is open again and waits to be verified.")
    except MoveRefused as error:
        messages.error(request, str(error))
    return redirect(organization.get_review_url())


@for_duty(StaffRole.ADMINISTRATOR)
@require_http_methods(["GET", "HEAD", "POST"])
def organization_merge(request: HttpRequest, slug: str) -> HttpResponse:
    """Without `into` the other one is chosen; with it both stand side by side."""
    found = Organization.objects.select_related("sector", "place")
    organization = get_object_or_404(found, slug=slug)
    if not may_verify_organization(request.user, organization):
        raise PermissionDenied
    given = request.POST if request.method == "POST" else request.GET
    if not given.get("into"):
        return _choose(request, organization)
    into = found.filter(slug=given["into"]).first()
    refusal = _why_not(request.user, organization, into)
    if into is None or refusal:
        return _choose(request, organization, refusal=refusal)
    form = MergerForm(request.POST if request.method == "POST" else None, initial={"into": slug})
    if form.is_valid():
        reason = form.cleaned_data["reason"]
        try:
            merge_organizations(
                organization=organization, into=into, reason=reason, by=request.user
            )
        except (MoveRefused, NotAllowed, ReasonMissing) as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, f"{organization} is part of {into} now. Both have a letter.")
            return redirect(into.get_review_url())
    happening = Happening(Happens.MERGED, organization, request.user, into=into)
    context = {
        "form": form,
        "organization": organization,
        "into": into,
        "both": [_side(organization), _side(into)],
        "follows": what_would_follow(happening),
    }
    status = 422 if form.errors else 200
    return render(request, "accounts/organization_merge.html", context, status=status)


def _why_not(user: Any, organization: Organization, into: Organization | None) -> str:
    if into is None:
        return "That organization is not here any more. Choose another."
    if not may_verify_organization(user, into):
        return f"You put {into} forward or belong to it, so a colleague has to decide."
    return why_not_merge(organization, into)


def _choose(request: HttpRequest, organization: Organization, refusal: str = "") -> HttpResponse:
    """Those that resemble it or share its website; or what was searched by name."""
    words = request.GET.get("q", "").strip()[:120]
    standing = Organization.objects.standing().exclude(pk=organization.pk)
    if words:
        offered = list(standing.resembling(words).select_related("place")[:OFFERED])
        held = standing.filter(name__icontains=words).select_related("place").order_by("name")
        offered += [o for o in held[:OFFERED] if o not in offered]
    else:
        offered = list(standing.resembling(organization.name).select_related("place")[:OFFERED])
        if organization.mail_domain:
            same = standing.filter(mail_domain=organization.mail_domain).select_related("place")
            offered += [o for o in same.order_by("name")[:OFFERED] if o not in offered]
    context = {
        "organization": organization,
        "offered": offered[:OFFERED],
        "words": words,
        "refusal": refusal or why_cannot(organization),
    }
    status = 422 if refusal else 200
    return render(request, "accounts/organization_merge.html", context, status=status)


def why_cannot(organization: Organization) -> str:
    """A sentence where it can be merged into none at all."""
    nobody = Organization(state=OrganizationState.VERIFIED)
    return why_not_merge(organization, nobody)


def _side(organization: Organization) -> dict[str, Any]:
    """What tells two organizations apart, for one column."""
    active = organization.memberships.filter(state=MembershipState.ACTIVE).select_related("user")
    return {"organization": organization, "people": list(active.order_by("pk")[:OFFERED])}
