"""The employers of the region: the directory, its data, and what one of them says it offers."""

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from accounts.doors import public
from accounts.models import Organization
from accounts.rules import may_edit_organization
from employers.actions import change_offers, employer_of
from employers.directory import OFFERS, DirectoryQuery
from employers.forms.offers import OffersForm
from employers.models import Employer
from vocabularies.models import Region, Sector

PAGE = 50
JSON_PAGE = 100


@public
@require_safe
def employer_list(request: HttpRequest) -> HttpResponse:
    """The directory. A wrong value gets a sentence and status 400; the rest still works."""
    query = DirectoryQuery.from_get(request.GET)
    rows, after = query.page(PAGE)
    region = Region.current()
    context = {
        "query": query,
        "employers": rows,
        "total": query.filter().count(),
        "next_url": query.link(after=after) if after else "",
        "offers": [(key, words, key in query.offer) for key, (_, words) in OFFERS.items()],
        "sectors": Sector.objects.values_list("slug", "name"),
        "counties": region.counties.all() if region.pk else [],
    }
    status = 400 if query.errors else 200
    return render(request, "employers/employer_list.html", context, status=status)


@public
@require_safe
def employer_json(request: HttpRequest) -> HttpResponse:
    """{"count", "results": […], "next"}: the same query as the directory, 100 a time."""
    query = DirectoryQuery.from_get(request.GET)
    if query.errors:
        return JsonResponse({"errors": query.errors}, status=400)
    rows, after = query.page(JSON_PAGE)
    link = f"{settings.SITE_URL}{reverse('employers:employer_json')}{query.link(after=after)}"
    return JsonResponse(
        {
            "count": query.filter().count(),
            "results": [_as_json(row) for row in rows],
            "next": link if after else None,
        }
    )


def _as_json(employer: Employer) -> dict[str, object]:
    organization = employer.organization
    place = organization.place
    return {
        "id": organization.slug,
        "name": organization.name,
        "url": f"{settings.SITE_URL}{organization.get_absolute_url()}",
        "sector": organization.sector.slug if organization.sector else None,
        "city": place.city if place else None,
        "zip": place.zip if place else None,
        "county": place.county_id if place else None,
        "size": organization.size_band or None,
        "offers": [key for key, (column, _) in OFFERS.items() if getattr(employer, column)],
        "open": employer.open_now,
    }


@public
@require_safe
def employer_show(request: HttpRequest, slug: str) -> HttpResponse:
    """An employer's page is its organization's: one body, one page."""
    if merged := Organization.objects.filter(slug=slug, merged_into__isnull=False).first():
        return redirect(merged, permanent=True)
    seen = Organization.objects.visible_to(request.user)
    employer = get_object_or_404(Employer, organization__slug=slug, organization__in=seen)
    return redirect("accounts:organization_show", employer.organization.slug, permanent=True)


@require_http_methods(["GET", "HEAD", "POST"])
def employer_offers(request: HttpRequest, slug: str) -> HttpResponse:
    """What it offers its own people: four boxes that the directory filters by."""
    seen = Organization.objects.visible_to(request.user)
    organization = get_object_or_404(seen, slug=slug)
    if not may_edit_organization(request.user, organization):
        raise PermissionDenied
    employer = Employer.objects.filter(organization=organization).first()
    form = OffersForm(request.POST or None, instance=employer)
    if request.method == "POST" and form.is_valid():
        change_offers(employer=employer_of(organization), by=request.user, **form.cleaned_data)
        messages.success(request, "Saved. It stands on your page and in the directory.")
        return redirect(organization)
    context = {"form": form, "organization": organization}
    return render(request, "employers/employer_offers.html", context)
