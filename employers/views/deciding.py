"""Staff's side: read what was sent in, return it with a reason or publish it."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from accounts.actions import MoveRefused, ReasonMissing
from accounts.doors import for_duty
from accounts.history import entries_of
from accounts.models import Review
from employers import actions, rules
from employers.coach import remarks_on
from employers.forms import ReviewForm
from employers.models import Opportunity
from employers.views.browse import page_of


@for_duty()
@require_http_methods(["GET", "HEAD", "POST"])
def opportunity_review(request: HttpRequest, pk: int) -> HttpResponse:
    """The posting as the public would see it, what the checks saw, and the decision."""
    opportunity = get_object_or_404(Opportunity.objects.with_everything(), pk=pk)
    may_decide = rules.may_review_opportunity(request.user, opportunity)
    review = Review.objects.of(opportunity).open().first()
    seen = {"seen": actions.seen_mark(opportunity, review)}
    form = ReviewForm(request.POST or None, initial=seen)
    changed = False
    if request.method == "POST":
        if not may_decide:
            raise PermissionDenied
        try:
            if form.is_valid() and _decide(request, opportunity, form):
                return redirect("accounts:review_list")
        except actions.Conflict:
            changed = True
            form = ReviewForm(initial={**seen, "reason": request.POST.get("reason", "")})
    context = page_of(opportunity, request) | {
        "form": form,
        "may_decide": may_decide,
        "review": review,
        "changed": changed,
        "remarks": remarks_on(opportunity),
        "history": entries_of(opportunity),
        "markup": "",
    }
    status = 409 if changed else 422 if form.errors else 200
    return render(request, "employers/opportunity_review.html", context, status=status)


def _decide(request: HttpRequest, opportunity: Opportunity, form: ReviewForm) -> bool:
    """True when decided; otherwise the form says why not."""
    reason, seen = form.cleaned_data["reason"], form.cleaned_data["seen"]
    try:
        if request.POST.get("do") == "publish":
            actions.publish_opportunity(opportunity=opportunity, by=request.user, seen=seen)
            messages.success(request, f"Published: {opportunity.title}.")
        else:
            actions.return_opportunity(
                opportunity=opportunity, reason=reason, by=request.user, seen=seen
            )
            messages.success(request, f"Returned: {opportunity.title}. They have your reason.")
    except ReasonMissing as missing:
        form.add_error("reason", str(missing))
        return False
    except MoveRefused as refused:
        form.add_error(None, str(refused))
        return False
    return True
