"""The employer's side: look at a posting, send it, take it back, pause, close."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.actions import MoveRefused
from employers import actions
from employers.choices import State
from employers.forms import CloseForm
from employers.sections import needs_of
from employers.views.browse import page_of
from employers.views.mine import mine_or_404

form_page = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
def opportunity_preview(request: HttpRequest, pk: int) -> HttpResponse:
    """The page as the public will see it, with the button that sends it to review."""
    opportunity = mine_or_404(request, pk)
    context = page_of(opportunity, request) | {
        "is_preview": True,
        "open_questions": sum(len(needs) for needs in needs_of(opportunity).values()),
        "markup": "",
    }
    return render(request, "employers/opportunity_show.html", context)


@require_POST
def opportunity_send(request: HttpRequest, pk: int) -> HttpResponse:
    opportunity = mine_or_404(request, pk)
    try:
        actions.send_opportunity(opportunity=opportunity, by=request.user)
    except (actions.NotReady, MoveRefused) as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, "Sent. A person reads it within five days.")
    return redirect("employers:opportunity_edit", pk)


MOVES_BY_NAME = {
    "take-back": (actions.take_back_opportunity, "It is a draft again, and yours to change."),
    "pause": (actions.pause_opportunity, "Paused. Nobody finds it until you open it again."),
    "resume": (actions.resume_opportunity, "It is open again."),
    "archive": (actions.archive_opportunity, "Put away."),
}


@require_POST
def opportunity_move(request: HttpRequest, pk: int, move: str) -> HttpResponse:
    """take-back, pause, resume, archive: one button each."""
    opportunity = mine_or_404(request, pk)
    if move not in MOVES_BY_NAME:
        raise Http404
    act, said = MOVES_BY_NAME[move]
    try:
        act(opportunity=opportunity, by=request.user)
    except MoveRefused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, said)
    return redirect("employers:opportunity_edit", pk)


@form_page
def opportunity_close(request: HttpRequest, pk: int) -> HttpResponse:
    opportunity = mine_or_404(request, pk)
    if opportunity.state not in (State.PUBLISHED, State.PAUSED):
        messages.warning(request, "Only a published posting can be closed.")
        return redirect("employers:opportunity_edit", pk)
    form = CloseForm(request.POST or None)
    if form.is_valid():
        try:
            actions.close_opportunity(opportunity=opportunity, by=request.user, **form.cleaned_data)
        except MoveRefused as refused:
            messages.error(request, str(refused))
        else:
            messages.success(request, "Closed. Thank you for saying how it ended.")
        return redirect("employers:opportunity_edit", pk)
    context = {"opportunity": opportunity, "form": form, "today": timezone.localdate()}
    return render(request, "employers/opportunity_close.html", context)
