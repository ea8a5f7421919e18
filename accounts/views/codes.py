"""allauth's pages for a code, with a word where the code has run out."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account import views
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

TOO_OLD = (
    "That code has run out, or it was asked for in another browser. "
    "Sign in here and you get a fresh one."
)


def _with_a_word(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """allauth leads to sign-in without saying why; a person would try the dead code again."""

    @wraps(view)
    def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        leads_out = response.get("Location", "").startswith(reverse("account_login"))
        has_said = getattr(messages.get_messages(request), "added_new", False)
        if leads_out and not request.user.is_authenticated and not has_said:
            messages.warning(request, TOO_OLD)
        return response

    return answered


confirm_address = _with_a_word(views.email_verification_sent)
confirm_sign_in = _with_a_word(views.confirm_login_code)
