"""The employers of the region."""

from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_safe

from accounts.doors import public
from accounts.models import Organization
from employers.models import Employer, Opportunity


@public
@require_safe
def employer_list(request: HttpRequest) -> HttpResponse:
    """Every employer that strangers may see, with how many places it has open."""
    open_now = Opportunity.objects.public().values("pk")
    employers = (
        Employer.objects.filter(organization__in=Organization.objects.public())
        .select_related("organization__sector", "organization__place")
        .annotate(open_now=Count("opportunities", filter=Q(opportunities__in=open_now)))
        .order_by("organization__name")
    )
    return render(request, "employers/employer_list.html", {"employers": employers})


@public
@require_safe
def employer_show(request: HttpRequest, slug: str) -> HttpResponse:
    """An employer's page is its organization's: one body, one page."""
    seen = Organization.objects.visible_to(request.user)
    employer = get_object_or_404(Employer, organization__slug=slug, organization__in=seen)
    return redirect("accounts:organization_show", employer.organization.slug, permanent=True)
