"""The employer's side: a later closing day, the same posting once more, another wording."""

import uuid
from datetime import timedelta

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from accounts.actions import MoveRefused, ReasonMissing
from employers import actions, rules
from employers.actions.copies import changes_of
from employers.forms.fields import end_of
from employers.forms.life import ExtendForm, RelistForm
from employers.models import Opportunity
from employers.postings.standing import latest_closing, refusal
from employers.views.mine import mine_or_404
from employers.views.moving import form_answer, form_page, posted, what_became
from vocabularies.differences import marked
from vocabularies.models import Region
from vocabularies.templatetags.words import day


@form_page
def opportunity_extend(request: HttpRequest, pk: int) -> HttpResponse:
    opportunity, now = mine_or_404(request, pk), timezone.now()
    if why := refusal("extend", opportunity, now):
        messages.warning(request, why)
        return redirect("employers:opportunity_edit", pk)
    start = max(opportunity.closes_at or now, now) + timedelta(days=30)
    proposed = min(start, latest_closing(now)).astimezone(Region.current().zone).date()
    form = ExtendForm(posted(request), initial={"closes_on": proposed})
    if form.is_valid():
        closes_at = end_of(form.cleaned_data["closes_on"])
        try:
            actions.extend_opportunity(
                opportunity=opportunity,
                closes_at=closes_at,
                reason=form.cleaned_data["reason"],
                by=request.user,
            )
        except MoveRefused as refused:
            form.add_error("closes_on", str(refused))
        except ReasonMissing as missing:
            form.add_error("reason", str(missing))
        else:
            messages.success(request, f"It stays open until {day(closes_at)}.")
            return redirect("employers:opportunity_edit", pk)
    return form_answer(
        request, "employers/opportunity_extend.html", opportunity, form, latest=latest_closing(now)
    )


@form_page
def opportunity_relist(request: HttpRequest, pk: int) -> HttpResponse:
    """The same words with new dates: straight to review, or kept as a draft."""
    source = mine_or_404(request, pk)
    if source.is_copy:
        raise Http404
    if not rules.may_post_for(request.user, source.employer.organization):
        raise PermissionDenied
    at_once = "later" not in request.POST
    form = RelistForm(posted(request), source=source, token=uuid.uuid4(), finish=at_once)
    if form.is_valid():
        try:
            draft = actions.relist_opportunity(
                opportunity=source,
                dates=form.values(),
                token=form.cleaned_data["token"],
                by=request.user,
            )
        except MoveRefused as refused:
            form.add_error(None, str(refused))
        else:
            if at_once:
                _send(request, draft)
            else:
                messages.success(request, "Kept as a draft, with the words of the earlier one.")
            return redirect("employers:opportunity_edit", draft.pk)
    return form_answer(request, "employers/opportunity_relist.html", source, form)


def _send(request: HttpRequest, draft: Opportunity) -> None:
    try:
        review = actions.send_opportunity(opportunity=draft, by=request.user)
    except actions.NotReady as not_ready:
        messages.warning(request, f"Kept as a draft. {not_ready}")
    except MoveRefused:
        # The same form came twice, and the first one sent it.
        pass
    else:
        messages.success(request, what_became(draft, review))


@form_page
def opportunity_change(request: HttpRequest, pk: int) -> HttpResponse:
    """Begin, or go on with, a change of what is public (POST); read what it would change (GET)."""
    opportunity = mine_or_404(request, pk)
    if request.method == "POST":
        try:
            copy = actions.begin_change(opportunity=opportunity, by=request.user)
        except MoveRefused as refused:
            messages.error(request, str(refused))
            return redirect("employers:opportunity_edit", pk)
        return redirect("employers:opportunity_edit", copy.pk)
    if not opportunity.is_copy:
        raise Http404
    changes = [
        (label, marked(before, after)) for _, label, before, after in changes_of(opportunity)
    ]
    context = {"opportunity": opportunity, "changes": changes}
    return render(request, "employers/opportunity_change.html", context)


@require_POST
def opportunity_drop(request: HttpRequest, pk: int) -> HttpResponse:
    """Forget a change; the posting stays as it was."""
    opportunity = mine_or_404(request, pk)
    try:
        live = actions.drop_change(opportunity=opportunity, by=request.user)
    except MoveRefused as refused:
        messages.error(request, str(refused))
        return redirect("employers:opportunity_edit", pk)
    messages.success(request, "The change is dropped. The posting stays as it was.")
    return redirect("employers:opportunity_edit", live.pk)
