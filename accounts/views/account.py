"""One's own pages: the first one after sign-up, and one's account."""

from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.acting import chooser
from accounts.choices import MembershipState
from accounts.claims import claimable_by
from accounts.forms.people import NameForm
from accounts.kept import drop
from accounts.middleware import FACTORS
from accounts.models import Membership, User


def _memberships(user: Any) -> list[Membership]:
    shown = [MembershipState.ACTIVE, MembershipState.REQUESTED]
    mine = user.memberships.filter(state__in=shown).select_related("organization")
    return list(mine.order_by("organization__name"))


@require_safe
def welcome(request: HttpRequest) -> HttpResponse:
    context = {
        "memberships": _memberships(request.user),
        "claimable": claimable_by(request.user),
    }
    return render(request, "accounts/welcome.html", context)


@require_safe
def account_show(request: HttpRequest) -> HttpResponse:
    user: Any = request.user
    context = {
        "memberships": _memberships(user),
        "claimable": claimable_by(user),
        "acting": chooser(request),
        "duties": user.duties.order_by("pk"),
        "addresses": EmailAddress.objects.filter(user=user).count(),
        "factors": Authenticator.objects.filter(user=user, type__in=FACTORS).count(),
    }
    return render(request, "accounts/account_show.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def account_name(request: HttpRequest) -> HttpResponse:
    user: Any = request.user
    posted = request.POST if request.method == "POST" else None
    form = NameForm(posted, initial={"name": user.name})
    if form.is_valid():
        User.objects.filter(pk=user.pk).update(name=form.cleaned_data["name"])
        messages.success(request, "Your name is saved.")
        return redirect("accounts:account_show")
    status = 422 if form.errors else 200
    return render(request, "accounts/account_name.html", {"form": form}, status=status)


@require_POST
def kept_form_drop(request: HttpRequest) -> HttpResponse:
    """What was typed while signed out is thrown away."""
    drop(request)
    messages.success(request, "Thrown away. Nothing was sent.")
    return redirect("desk")
