"""Invitations: sent and withdrawn by an organization's administrators, accepted by a link."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts.actions import (
    DeadInvitation,
    MoveRefused,
    NotAllowed,
    TooManyLetters,
    accept_invitation,
    ask_fresh_invitation,
    find_invitation,
    invite,
    send_invitation_again,
    withdraw_invitation,
)
from accounts.doors import public
from accounts.forms.organizations import InviteForm
from accounts.models import Invitation, Organization
from accounts.rules import SHUT, may_accept_invitation, may_invite


def _inviting(request: HttpRequest, slug: str) -> Organization:
    """404 where the person may not know of it, 403 where they may not act."""
    organization = get_object_or_404(Organization.objects.visible_to(request.user), slug=slug)
    if not may_invite(request.user, organization):
        raise PermissionDenied
    return organization


@require_http_methods(["GET", "HEAD", "POST"])
def organization_invite(request: HttpRequest, slug: str) -> HttpResponse:
    organization = _inviting(request, slug)
    form = InviteForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            sent = invite(organization=organization, by=request.user, **form.cleaned_data)
        except (MoveRefused, TooManyLetters) as error:
            form.add_error("email", str(error))
        else:
            messages.success(request, f"The invitation to {sent.email} is on its way.")
            return redirect("accounts:organization_people", slug)
    context = {"form": form, "organization": organization}
    status = 422 if form.errors else 200
    return render(request, "accounts/organization_invite.html", context, status=status)


@require_POST
def invitation_decide(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """`do` is again or withdraw."""
    organization = _inviting(request, slug)
    invitation = get_object_or_404(organization.invitations, pk=pk)
    do = request.POST.get("do")
    try:
        if do == "again":
            send_invitation_again(invitation=invitation, by=request.user)
            done = f"A fresh letter to {invitation.email} is on its way. The old link is dead."
        elif do == "withdraw":
            withdraw_invitation(invitation=invitation, by=request.user)
            done = f"The invitation of {invitation.email} is withdrawn."
        else:
            raise MoveRefused("Choose one of the buttons.")
        messages.success(request, done)
    except (MoveRefused, NotAllowed, TooManyLetters) as error:
        messages.error(request, str(error))
    return redirect("accounts:organization_people", slug)


@public
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def invitation_accept(request: HttpRequest, token: str) -> HttpResponse:
    """Who invites to what, and a button. Whoever is signed out signs in first and comes back."""
    try:
        invitation = find_invitation(token=token)
    except DeadInvitation:
        return _page(request, None, token)
    if request.method == "POST":
        if not request.user.is_authenticated:
            return redirect_to_login(request.path)
        try:
            membership = accept_invitation(token=token, by=request.user)
        except DeadInvitation as dead:
            return _page(request, dead.invitation, token)
        except NotAllowed:
            return _page(request, invitation, token)
        except MoveRefused as error:
            messages.error(request, str(error))
            return redirect("accounts:account_show")
        word = membership.get_role_display().lower()
        messages.success(request, f"You are {'an' if word[0] == 'a' else 'a'} {word} now.")
        return redirect(membership.organization)
    return _page(request, invitation, token)


def _page(request: HttpRequest, invitation: Invitation | None, token: str) -> HttpResponse:
    """One page for every standing of the link; its status says the same to machines."""
    standing = _standing(request.user, invitation)
    back = urlencode({"next": reverse("accounts:invitation_accept", args=[token])})
    context = {
        "invitation": invitation,
        "standing": standing,
        "is_right": standing == "open" and invitation and _is_right(request.user, invitation),
        "token": token,
        "login_url": f"{reverse('account_login')}?{back}",
        "signup_url": f"{reverse('account_signup')}?{back}",
    }
    status = {"open": 200, "accepted": 200, "unknown": 404}.get(standing, 410)
    if request.method == "POST" and standing == "open":
        status = 403
    return render(request, "accounts/invitation_accept.html", context, status=status)


def _standing(user: Any, invitation: Invitation | None) -> str:
    """open, accepted (by this person), used, withdrawn, expired, shut or unknown."""
    if invitation is None:
        return "unknown"
    if invitation.used_at and user.is_authenticated and invitation.used_by_id == user.pk:
        return "accepted"
    if invitation.standing in ("open", "expired") and invitation.organization.state in SHUT:
        return "shut"
    return invitation.standing


def _is_right(user: Any, invitation: Invitation) -> bool:
    return may_accept_invitation(user, invitation)


@public
@require_POST
def invitation_again(request: HttpRequest, token: str) -> HttpResponse:
    """A fresh letter in place of a link that has run out, to the address of that one."""
    try:
        invitation = ask_fresh_invitation(token=token)
    except DeadInvitation as error:
        return _page(request, error.invitation, token)
    context = {"invitation": invitation, "standing": "sent-again"}
    return render(request, "accounts/invitation_accept.html", context)
