"""What the coalition's staff decide here: the queue, and one organization."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from accounts.actions import (
    MoveRefused,
    NotAllowed,
    ReasonMissing,
    SavedInBetween,
    decide_organization,
)
from accounts.choices import ORGANIZATION_MOVES, MembershipState, OrganizationState, StaffRole
from accounts.doors import for_duty
from accounts.forms.organizations import DecisionForm
from accounts.history import entries_about
from accounts.models import Organization, Review
from accounts.rules import may_decide_review, may_verify_organization

# The queue shows the oldest; what is decided makes room for the rest.
SHOWN = 100
SOON_AFTER_DAYS = 5


@for_duty(StaffRole.ADMINISTRATOR)
@require_safe
def review_list(request: HttpRequest) -> HttpResponse:
    user: Any = request.user
    reviews = Review.objects.open().select_related("organization", "sent_by")
    reviews = reviews.prefetch_related("subject")[:SHOWN]
    pending = Organization.objects.filter(state=OrganizationState.PENDING)
    pending = pending.select_related("place", "created_by").order_by("sent_at", "pk")[:SHOWN]
    rows = [_review_row(review, user) for review in reviews if review.subject is not None]
    rows += [_organization_row(organization, user) for organization in pending]
    rows.sort(key=lambda row: row["since"])
    return render(request, "accounts/review_list.html", {"rows": rows, "full": len(rows) >= SHOWN})


def _review_row(review: Review, user: Any) -> dict[str, Any]:
    subject: Any = review.subject
    return {
        "kind": f"{_kind(subject)} in review",
        "title": str(subject),
        "note": _sent_by(review),
        "url": subject.get_review_url(),
        "act": "Review it",
        "is_own": not may_decide_review(user, review),
    } | _age(review.sent_at)


def _kind(subject: Any) -> str:
    """What people call it: the subject's own word, else its model's."""
    return str(getattr(subject, "review_kind", subject._meta.verbose_name)).capitalize()


def _organization_row(organization: Organization, user: Any) -> dict[str, Any]:
    maker = organization.created_by or "somebody who has left"
    return {
        "kind": "Organization to verify",
        "title": organization.name,
        "note": f"{organization.place or 'No place given'}. Put forward by {maker}.",
        "url": organization.get_review_url(),
        "act": "Look at it",
        "is_own": not may_verify_organization(user, organization),
    } | _age(organization.sent_at)


def _age(since: Any) -> dict[str, Any]:
    days = (timezone.localdate() - timezone.localdate(since)).days
    words = "Today" if days < 1 else "1 day" if days == 1 else f"{days} days"
    return {"since": since, "age": words, "is_late": days > SOON_AFTER_DAYS}


@for_duty(StaffRole.ADMINISTRATOR)
@require_http_methods(["GET", "HEAD", "POST"])
def organization_review(request: HttpRequest, slug: str) -> HttpResponse:
    found = Organization.objects.select_related("sector", "place", "created_by")
    organization = get_object_or_404(found, slug=slug)
    seen, changed = {"seen": organization.version}, False
    form = DecisionForm(request.POST if request.method == "POST" else None, initial=seen)
    if request.method == "POST" and form.is_valid():
        try:
            decided = decide_organization(
                organization=organization,
                to=request.POST.get("to", ""),
                by=request.user,
                **form.cleaned_data,
            )
        except SavedInBetween:
            changed, organization = True, found.get(pk=organization.pk)
            kept = {"reason": form.cleaned_data["reason"]}
            form = DecisionForm(initial=kept | {"seen": organization.version})
        except ReasonMissing as error:
            form.add_error("reason", str(error))
        except (MoveRefused, NotAllowed) as error:
            messages.error(request, str(error))
            return redirect(organization.get_review_url())
        else:
            messages.success(
                request, f"{decided}: {decided.get_state_display().lower()}. They have a letter."
            )
            return redirect("accounts:review_list")
    context = {
        "organization": organization,
        "form": form,
        "changed": changed,
        "moves": ORGANIZATION_MOVES[organization.state],
        "may_verify": may_verify_organization(request.user, organization),
        "similar": Organization.objects.exclude(pk=organization.pk)
        .resembling(organization.name)
        .select_related("place")[:5],
        "people": organization.memberships.filter(state=MembershipState.ACTIVE)
        .select_related("user")
        .order_by("pk")[:10],
        "history": list(entries_about(organization)[:20]),
    }
    status = 409 if changed else 200
    return render(request, "accounts/organization_review.html", context, status=status)


def _sent_by(review: Review) -> str:
    if review.sent_by is None:
        return str(review.organization)
    return f"{review.organization}. Sent by {review.sent_by}."
