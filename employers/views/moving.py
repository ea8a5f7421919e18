"""The employer's side: look at a posting, send it, take it back, pause, schedule, close."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.actions import MoveRefused
from accounts.choices import ReviewState
from employers import actions
from employers.forms import CloseForm
from employers.forms.fields import start_of
from employers.forms.life import PauseForm, ScheduleForm
from employers.models import Opportunity
from employers.postings.remarks import unanswered
from employers.postings.sections import needs_of, unsaved_sections
from employers.postings.standing import refusal
from employers.views.browse import page_of
from employers.views.mine import mine_or_404
from vocabularies.templatetags.words import moment

form_page = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
def opportunity_preview(request: HttpRequest, pk: int) -> HttpResponse:
    """The page as the public will see it, with the button that sends it to review."""
    opportunity = mine_or_404(request, pk)
    context = page_of(opportunity, request) | {
        "is_preview": True,
        "open_questions": sum(len(needs) for needs in needs_of(opportunity).values()),
        "unsaved": unsaved_sections(opportunity, request.user) if opportunity.is_writable else [],
        "unanswered": unanswered(opportunity),
        "markup": "",
    }
    return render(request, "employers/opportunity_show.html", context)


@require_POST
def opportunity_send(request: HttpRequest, pk: int) -> HttpResponse:
    opportunity = mine_or_404(request, pk)
    try:
        review = actions.send_opportunity(opportunity=opportunity, by=request.user)
    except (actions.NotReady, MoveRefused) as refused:
        messages.error(request, str(refused))
        return redirect("employers:opportunity_edit", pk)
    messages.success(request, what_became(opportunity, review))
    # A change that was shown at once is gone.
    shown = opportunity.is_copy and review.state == ReviewState.APPROVED
    return redirect("employers:opportunity_edit", opportunity.replaces_id if shown else pk)


def what_became(opportunity: Opportunity, review: Any) -> str:
    """What to say to who has sent it in."""
    if review.state != ReviewState.APPROVED:
        return "Sent. A person reads it within five days."
    if opportunity.is_copy:
        return "Your change is public."
    opportunity.refresh_from_db()
    if opportunity.standing() == "scheduled":
        return f"Published. It opens {moment(opportunity.opens_at)}."
    return "Published: it is open to everybody."


MOVES_BY_NAME: dict[str, tuple[Any, str]] = {
    "take-back": (actions.take_back_opportunity, "It is a draft again, and yours to change."),
    "resume": (actions.resume_opportunity, "It is open again."),
    "archive": (actions.archive_opportunity, "Put away."),
}


@require_POST
def opportunity_move(request: HttpRequest, pk: int, move: str) -> HttpResponse:
    """take-back, resume, archive: one button each."""
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
def opportunity_pause(request: HttpRequest, pk: int) -> HttpResponse:
    """Until a day, or until somebody opens it again."""
    opportunity = mine_or_404(request, pk)
    if why := refusal("pause", opportunity):
        return _not_now(request, pk, why)
    form = PauseForm(posted(request))
    if form.is_valid():
        day = form.cleaned_data["until"]
        try:
            actions.pause_opportunity(
                opportunity=opportunity, until=start_of(day) if day else None, by=request.user
            )
        except MoveRefused as refused:
            form.add_error("until", str(refused))
        else:
            messages.success(request, "Paused. Nobody finds it until it opens again.")
            return redirect("employers:opportunity_edit", pk)
    return form_answer(request, "employers/opportunity_pause.html", opportunity, form)


@form_page
def opportunity_schedule(request: HttpRequest, pk: int) -> HttpResponse:
    """Another day for what is approved and not open yet, or now."""
    opportunity = mine_or_404(request, pk)
    if why := refusal("schedule", opportunity):
        return _not_now(request, pk, why)
    form = ScheduleForm(posted(request))
    if form.is_valid():
        day = form.cleaned_data["opens_on"]
        try:
            changed = actions.schedule_opportunity(
                opportunity=opportunity, opens_at=start_of(day) if day else None, by=request.user
            )
        except MoveRefused as refused:
            form.add_error("opens_on", str(refused))
        else:
            said = f"It opens {moment(changed.opens_at)}." if day else "It is open to everybody."
            messages.success(request, said)
            return redirect("employers:opportunity_edit", pk)
    return form_answer(request, "employers/opportunity_schedule.html", opportunity, form)


@form_page
def opportunity_close(request: HttpRequest, pk: int) -> HttpResponse:
    opportunity = mine_or_404(request, pk)
    if why := refusal("close", opportunity):
        return _not_now(request, pk, why)
    form = CloseForm(posted(request), openings=opportunity.openings)
    if form.is_valid():
        try:
            actions.close_opportunity(opportunity=opportunity, by=request.user, **form.cleaned_data)
        except MoveRefused as refused:
            messages.error(request, str(refused))
        else:
            messages.success(request, "Closed. Thank you for saying how it ended.")
        return redirect("employers:opportunity_edit", pk)
    return form_answer(request, "employers/opportunity_close.html", opportunity, form)


def posted(request: HttpRequest) -> QueryDict | None:
    """What was sent, also when nothing was filled in."""
    return request.POST if request.method == "POST" else None


def form_answer(
    request: HttpRequest, template: str, opportunity: Opportunity, form: Any, **words: Any
) -> HttpResponse:
    """The page of a move, again with what was typed where something is wrong."""
    context = {"opportunity": opportunity, "form": form, **words}
    status = 422 if form.errors else 200
    return render(request, template, context, status=status)


def _not_now(request: HttpRequest, pk: int, why: str) -> HttpResponse:
    messages.warning(request, why)
    return redirect("employers:opportunity_edit", pk)
