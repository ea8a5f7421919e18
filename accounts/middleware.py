"""What is asked of signed-in people on every page."""

from collections.abc import Callable
from typing import Any

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import Resolver404, resolve

from accounts.kept import KEY, drop, keep, kept_for
from accounts.rules import needs_second_factor

# Pages that somebody without a second factor needs in order to get one, or to leave.
OPEN_WITHOUT = {
    "account_logout",
    "account_reauthenticate",
    "account_email_verification_sent",
    "region_css",
    "healthz",
    "readyz",
}
FACTORS = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]


def demand_second_factor_of_staff(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Staff of the coalition set up a second factor before anything else.

    Costs the public nothing, signed-in people the duties that their page reads anyway,
    and staff one query more.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        if (
            settings.STAFF_NEED_SECOND_FACTOR
            and needs_second_factor(request.user)
            and not _is_open(request.path_info)
            and not Authenticator.objects.filter(user=request.user, type__in=FACTORS).exists()
        ):
            messages.warning(
                request,
                "You are on the coalition’s staff. Add a passkey or an authenticator app first.",
            )
            return redirect("mfa_index")
        return get_response(request)

    return middleware


def _is_open(path: str) -> bool:
    try:
        name = resolve(path).url_name or ""
    except Resolver404:
        return False
    return name in OPEN_WITHOUT or name.startswith("mfa_")


class FormsOutliveSessions:
    """What somebody sends after their session has run out is kept while they sign in; then the
    page they sent it to shows it again, ready to be sent.

    Stands after the protection against forged requests and before the demand to sign in.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Any, args: Any, kwargs: Any
    ) -> HttpResponse | None:
        if not getattr(view, "login_required", True):
            return None
        if not request.user.is_authenticated:
            if request.method == "POST":
                keep(request)
            return None
        if request.method not in ("GET", "POST") or KEY not in request.session:
            return None
        kept = kept_for(request)
        if kept and request.method == "GET":
            return render(request, "accounts/kept_form.html", kept)
        if kept:
            drop(request)
        return None
