"""Who speaks for an organization: ask, decide, give roles, end."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.actions import (
    LastAdministrator,
    MoveRefused,
    NotAllowed,
    ask_to_join,
    change_role,
    claim_organization,
    decide_membership,
    end_membership,
)
from accounts.choices import MembershipRole, MembershipState
from accounts.claims import may_claim
from accounts.forms.organizations import JoinForm, RemovalForm
from accounts.models import Membership, Organization
from accounts.rules import (
    may_ask_to_join,
    may_change_role,
    may_decide_membership,
    may_end_membership,
    may_invite,
    may_manage_organization,
    may_see_people,
    may_verify_organization,
)

REFUSALS = (LastAdministrator, MoveRefused, NotAllowed)


@require_http_methods(["GET", "HEAD", "POST"])
def organization_join(request: HttpRequest, slug: str) -> HttpResponse:
    organization = get_object_or_404(Organization.objects.visible_to(request.user), slug=slug)
    if not may_ask_to_join(request.user, organization):
        return redirect(organization)
    form = JoinForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            ask_to_join(
                organization=organization, by=request.user, message=form.cleaned_data["message"]
            )
        except MoveRefused as error:
            form.add_error(None, str(error))
        else:
            done = f"{organization} has your request. We write when it is decided."
            messages.success(request, done)
            return redirect("accounts:account_show")
    user: Any = request.user
    claimable = may_claim(user, organization)
    asked = organization.memberships.filter(user=user, state=MembershipState.REQUESTED).first()
    context = {
        "form": form,
        "organization": organization,
        "asked": asked,
        "may_claim": claimable,
    }
    status = 422 if form.errors else 200
    return render(request, "accounts/organization_join.html", context, status=status)


@require_POST
def organization_claim(request: HttpRequest, slug: str) -> HttpResponse:
    """In at once, by the host of one's own mailbox."""
    organization = get_object_or_404(Organization.objects.visible_to(request.user), slug=slug)
    if not may_claim(request.user, organization):
        raise PermissionDenied
    try:
        membership = claim_organization(organization=organization, by=request.user)
    except NotAllowed as error:
        messages.error(request, str(error))
        return redirect("accounts:organization_join", slug)
    is_admin = membership.role == MembershipRole.ADMIN
    word = "its administrator" if is_admin else "a member"
    messages.success(request, f"You are {word} of {organization} now.")
    return redirect(organization)


def _seen_people(request: HttpRequest, slug: str) -> Organization:
    organization = get_object_or_404(Organization.objects.visible_to(request.user), slug=slug)
    if not may_see_people(request.user, organization):
        raise PermissionDenied
    return organization


@require_safe
def organization_people(request: HttpRequest, slug: str) -> HttpResponse:
    organization = _seen_people(request, slug)
    people = organization.memberships.select_related("user").order_by("asked_at", "pk")
    deciding = may_manage_organization(request.user, organization) or may_verify_organization(
        request.user, organization
    )
    members = list(people.filter(state=MembershipState.ACTIVE))
    waiting = organization.invitations.filter(used_at=None, withdrawn_at=None)
    context = {
        "organization": organization,
        "invitations": waiting.select_related("invited_by") if deciding else [],
        "may_invite": may_invite(request.user, organization),
        "requests": people.filter(state=MembershipState.REQUESTED) if deciding else [],
        "members": members,
        "administrators": sum(m.role == MembershipRole.ADMIN and m.user.is_active for m in members),
        "deciding": deciding,
    }
    return render(request, "accounts/organization_people.html", context)


def _membership(request: HttpRequest, slug: str, pk: int) -> Membership:
    organization = get_object_or_404(Organization.objects.visible_to(request.user), slug=slug)
    found = organization.memberships.select_related("user", "organization")
    return get_object_or_404(found, pk=pk)


@require_POST
def membership_decide(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """`do` is accept, decline, admin or member."""
    membership = _membership(request, slug, pk)
    do, who = request.POST.get("do"), membership.user
    may = may_change_role if do in MembershipRole.values else may_decide_membership
    if not may(request.user, membership):
        raise PermissionDenied
    try:
        if do in ("accept", "decline"):
            decide_membership(membership=membership, accept=do == "accept", by=request.user)
            done = f"{who} is a member now." if do == "accept" else f"{who} was declined."
        elif do in MembershipRole.values:
            change_role(membership=membership, role=do, by=request.user)
            done = f"{who} is {'an administrator' if do == 'admin' else 'a member'} now."
        else:
            raise MoveRefused("Choose one of the buttons.")
        messages.success(request, done)
    except REFUSALS as error:
        messages.error(request, str(error))
    return redirect("accounts:organization_people", slug)


@require_http_methods(["GET", "HEAD", "POST"])
def membership_end(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Leave, or remove somebody; asked before it is done."""
    # One's own request to an organization that has gone from sight can be taken back too.
    found = Membership.objects.select_related("user", "organization")
    membership = get_object_or_404(found, pk=pk, organization__slug=slug)
    if not may_end_membership(request.user, membership):
        _membership(request, slug, pk)  # 404 to those who may not know of it
        raise PermissionDenied
    is_own = membership.user_id == request.user.pk
    if not is_own:
        done = f"{membership.user} is no longer a member."
    elif membership.state == MembershipState.REQUESTED:
        done = f"Your request to join {membership.organization} is taken back."
    else:
        done = f"You have left {membership.organization}."
    form = RemovalForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            end_membership(
                membership=membership, by=request.user, reason=form.cleaned_data["reason"]
            )
            messages.success(request, done)
        except REFUSALS as error:
            messages.error(request, str(error))
        if is_own:
            return redirect("accounts:account_show")
        return redirect("accounts:organization_people", slug)
    context = {"form": form, "membership": membership, "is_own": is_own}
    status = 422 if form.errors else 200
    return render(request, "accounts/membership_end.html", context, status=status)
