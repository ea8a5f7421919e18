"""What is asked of signed-in people on every page."""

from collections.abc import Callable

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import Resolver404, resolve

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
