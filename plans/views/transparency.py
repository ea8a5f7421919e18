"""How comments were treated, for everybody."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.doors import public
from plans.comments.transparency import FILE, transparency_of
from plans.models import PlanVersion
from plans.views.reading import current_asked
from vocabularies.tables import csv_response


@public
@require_safe
def transparency_show(request: HttpRequest) -> HttpResponse:
    version = _version(request)
    whole, versions, windows = transparency_of(version)
    context = {
        "plan": version.plan,
        "version": version,
        "whole": whole,
        "versions": versions,
        "windows": windows,
    }
    return render(request, "plans/transparency_show.html", context)


@public
@require_safe
def transparency_csv(request: HttpRequest) -> HttpResponse:
    """One row for the plan, one a version, one a time for comments."""
    version = _version(request)
    whole, versions, windows = transparency_of(version)
    parts = [("plan", [whole]), ("version", versions), ("window", windows)]
    header = [name for name, _ in FILE]
    rows = [
        [kind, part.title, part.more, *part.sums.values(), part.hours]
        for kind, some in parts
        for part in some
    ]
    return csv_response("plan-comments-transparency", header, rows)


def _version(request: HttpRequest) -> PlanVersion:
    version = current_asked(request)
    if version is None:
        raise Http404("No plan is published yet.")
    return version
