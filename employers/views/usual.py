"""An organization's usual answers."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from accounts.models import Organization
from accounts.rules import is_member
from employers import actions
from employers.forms import UsualForm
from employers.models import Employer


@require_http_methods(["GET", "HEAD", "POST"])
def employer_usual(request: HttpRequest, slug: str) -> HttpResponse:
    """What each new posting of the organization begins with; its own people alone."""
    organization = get_object_or_404(Organization.objects.visible_to(request.user), slug=slug)
    if not is_member(request.user, organization):
        raise PermissionDenied
    held = Employer.objects.filter(organization=organization).first()
    employer = held or Employer(organization=organization)
    form = UsualForm(request.POST or None, employer=employer)
    if request.method == "POST" and form.is_valid():
        actions.keep_usual(
            employer=actions.employer_of(organization), answers=form.answers(), by=request.user
        )
        messages.success(request, "Saved. Your next posting begins with these.")
        return redirect("desk")
    refused = request.method == "POST" and not form.only_reshapes
    context = {"form": form, "organization": organization, "employer": employer}
    status = 422 if refused else 200
    return render(request, "employers/employer_usual.html", context, status=status)
