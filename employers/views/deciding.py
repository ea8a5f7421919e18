"""Staff's side: read what was sent in, return it with remarks or publish it."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from accounts.actions import MoveRefused, NotAllowed, ReasonMissing
from accounts.doors import for_duty
from accounts.history import entries_of
from accounts.models import Entry, Review
from accounts.queue import assign_url
from employers import actions, rules
from employers.coach import remarks_on
from employers.forms.review import ReviewForm, kept_for
from employers.models import Opportunity
from employers.postings.remarks import fields_of, label_of, last_decided, remarks_seen
from employers.postings.words import changes, snapshot
from employers.views.browse import page_of
from vocabularies.differences import marked

PUBLISH = "publish"
COACH_SAW = "Its people saw the same while they wrote."
COACH_SAW_NOTHING = "Nothing: no rule of this region finds fault with it."


@for_duty()
@require_http_methods(["GET", "HEAD", "POST"])
def opportunity_review(request: HttpRequest, pk: int) -> HttpResponse:
    """The posting as the public would see it, what the checks saw, what changed since last time,
    each field with room for a remark, and the decision."""
    opportunity = get_object_or_404(Opportunity.objects.with_everything(), pk=pk)
    may_decide = rules.may_review_opportunity(request.user, opportunity)
    review = Review.objects.of(opportunity).open().select_related("assigned_to", "sent_by").first()
    seen, fields = actions.seen_mark(opportunity, review), fields_of(opportunity)
    form = ReviewForm(request.POST or None, seen_fields=fields, initial={"seen": seen})
    changed = False
    if request.method == "POST":
        if not may_decide:
            raise PermissionDenied
        try:
            if form.is_valid() and _decide(request, opportunity, form):
                return redirect("accounts:review_list")
        except actions.Conflict:
            changed = True
            form = ReviewForm(kept_for(request.POST, fields, seen), seen_fields=fields)
    before = last_decided(opportunity)
    context = page_of(opportunity, request) | {
        "form": form,
        "may_decide": may_decide,
        "review": review,
        "reader": review.reader if review else None,
        "assign_url": assign_url(review) if review and may_decide else "",
        "changed": changed,
        "remarks": (remarks := remarks_on(opportunity)),
        "coach_note": COACH_SAW if remarks else COACH_SAW_NOTHING,
        "before": before,
        "changes": _changes(opportunity, before),
        "earlier": remarks_seen(before, opportunity) if before else [],
        "history": _history(opportunity, review),
        "markup": "",
    }
    status = 409 if changed else 422 if form.errors else 200
    return render(request, "employers/opportunity_review.html", context, status=status)


def _changes(opportunity: Opportunity, before: Review | None) -> list[dict[str, Any]]:
    """Field by field what differs from the live posting, or from what was read last time."""
    if opportunity.replaces is not None:
        old = snapshot(opportunity.replaces)
    elif before is not None:
        old = before.words
    else:
        return []
    return [
        {"field": field, "label": label_of(field), "html": marked(was, now)}
        for field, _, was, now in changes(old, snapshot(opportunity))
    ]


def _history(opportunity: Opportunity, review: Review | None) -> list[Entry]:
    """Of the posting, of the posting that it would change, and of who took it to read."""
    entries = entries_of(opportunity)
    if opportunity.replaces is not None:
        entries |= entries_of(opportunity.replaces)
    if review is not None:
        entries |= entries_of(review)
    return list(entries[:50])


def _decide(request: HttpRequest, opportunity: Opportunity, form: ReviewForm) -> bool:
    """True when decided; otherwise the form says why not."""
    seen = form.cleaned_data["seen"]
    try:
        if request.POST.get("do") == PUBLISH:
            if form.remarks:
                form.add_error(None, "You wrote remarks. Return it with them, or empty them first.")
                return False
            actions.publish_opportunity(opportunity=opportunity, by=request.user, seen=seen)
            messages.success(request, f"Published: {opportunity.title}.")
        else:
            actions.return_opportunity(
                opportunity=opportunity,
                reason=form.cleaned_data["reason"],
                remarks=form.remarks,
                by=request.user,
                seen=seen,
            )
            messages.success(request, f"Returned: {opportunity.title}. They have your reason.")
    except ReasonMissing as missing:
        form.add_error("reason", f"{missing} Or remark on a field above.")
        return False
    except actions.WordsRefused as refused:
        form.add_error(_part_of(form, refused.field), str(refused))
        return False
    except (MoveRefused, NotAllowed) as refused:
        form.add_error(None, str(refused))
        return False
    return True


def _part_of(form: ReviewForm, field: str) -> str | None:
    name = f"propose-{field}"
    return name if name in form.fields else None
