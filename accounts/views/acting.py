"""Switching between one's organizations."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from accounts.acting import act_for


@require_POST
def acting_for(request: HttpRequest) -> HttpResponse:
    chosen = act_for(request, request.POST.get("organization", ""))
    words = f"You act for {chosen} now." if chosen else "You act for all your organizations now."
    messages.success(request, words)
    back = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(
        back, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    # Not by `redirect`, which takes a word for the name of a page.
    return HttpResponseRedirect(back) if is_ours else redirect("desk")
