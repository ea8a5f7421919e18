"""An organization's logo: shown to whoever may see the organization, changed by its people."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_http_methods, require_safe

from accounts.actions.logos import NotAPicture, keep_logo, remove_logo
from accounts.doors import public
from accounts.forms.logos import LogoForm
from accounts.models import Logo, Organization
from accounts.rules import may_edit_organization


@public
@require_safe
@cache_control(max_age=31_536_000, public=True, immutable=True)
def logo_show(request: HttpRequest, slug: str, digest: str) -> HttpResponse:
    """The PNG. Another picture has another address, so this one may be kept for a year."""
    seen = Organization.objects.visible_to(request.user)
    logo = Logo.objects.filter(organization__slug=slug, organization__in=seen, digest=digest)
    found = logo.first()
    if found is None:
        raise Http404
    return HttpResponse(bytes(found.png), content_type="image/png")


@require_http_methods(["GET", "HEAD", "POST"])
def logo_edit(request: HttpRequest, slug: str) -> HttpResponse:
    seen = Organization.objects.visible_to(request.user)
    organization = get_object_or_404(seen.select_related("logo"), slug=slug)
    if not may_edit_organization(request.user, organization):
        raise PermissionDenied
    if request.method == "POST" and "remove" in request.POST:
        remove_logo(organization=organization, by=request.user)
        messages.success(request, "The logo is removed.")
        return redirect(organization)
    posted = request.method == "POST"
    form = LogoForm(request.POST, request.FILES) if posted else LogoForm()
    if posted and form.is_valid():
        try:
            keep_logo(
                organization=organization, upload=form.cleaned_data["picture"], by=request.user
            )
        except NotAPicture as wrong:
            form.add_error("picture", str(wrong))
        else:
            messages.success(request, "The logo stands on the page now.")
            return redirect(organization)
    context = {"form": form, "organization": organization}
    status = 422 if form.errors else 200
    return render(request, "accounts/logo_edit.html", context, status=status)
