"""What the coalition's staff decide of an organization."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from accounts import queue
from accounts.actions import (
    MoveRefused,
    NotAllowed,
    ReasonMissing,
    SavedInBetween,
    decide_organization,
)
from accounts.choices import ORGANIZATION_MOVES, MembershipState, OrganizationState, StaffRole
from accounts.doors import for_duty
from accounts.flags import flags_of
from accounts.following import Happening, Happens, what_would_follow
from accounts.forms.organizations import DecisionForm
from accounts.history import entries_about
from accounts.letters import administrators
from accounts.models import Organization
from accounts.rules import may_verify_organization


@for_duty(StaffRole.ADMINISTRATOR)
@require_http_methods(["GET", "HEAD", "POST"])
def organization_review(request: HttpRequest, slug: str) -> HttpResponse:
    found = Organization.objects.select_related("sector", "place", "created_by", "merged_into")
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
            told = (
                "Its administrators have a letter."
                if administrators(decided)
                else "Nobody speaks for it, so nobody has a letter."
            )
            messages.success(request, f"{decided}: {decided.get_state_display().lower()}. {told}")
            return redirect("accounts:review_list")
    context = {
        "organization": organization,
        "form": form,
        "changed": changed,
        "moves": ORGANIZATION_MOVES[organization.state],
        "may_verify": may_verify_organization(request.user, organization),
        "assign_url": queue.assign_url(organization),
        "flags": flags_of(organization),
        "follows": _what_follows(organization),
        "similar": Organization.objects.exclude(pk=organization.pk)
        .resembling(organization.name)
        .select_related("place")[:5],
        "people": organization.memberships.filter(state=MembershipState.ACTIVE)
        .select_related("user")
        .order_by("pk")[:10],
        "history": list(entries_about(organization)[:20]),
    }
    status = 409 if changed else 422 if form.errors else 200
    return render(request, "accounts/organization_review.html", context, status=status)


def _what_follows(organization: Organization) -> list[str]:
    """What hangs on the decision that the page offers: to suspend, or to verify again."""
    happens = {
        OrganizationState.VERIFIED: Happens.SUSPENDED,
        OrganizationState.SUSPENDED: Happens.VERIFIED,
    }.get(OrganizationState(organization.state))
    return what_would_follow(Happening(happens, organization)) if happens else []
