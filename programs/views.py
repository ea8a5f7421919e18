"""The inventory for everybody: list, data, one program, the career centers."""

from typing import Any

from django.conf import settings
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_safe

from accounts.doors import public
from programs import browse
from programs.data import CSV_HEADER, as_json, as_row
from programs.forms import SORTS, ProgramQuery
from programs.models import CareerCenter, Program
from vocabularies.tables import csv_response

ROWS = 25
ROWS_OF_DATA = 100


@public
@require_safe
def program_list(request: HttpRequest) -> HttpResponse:
    form = ProgramQuery(request.GET)
    if not form.is_valid():
        return _refused(request, form)
    found = browse.matching(form.in_use)
    try:
        part = browse.part_of(
            found, sort=form.ordered_by, after=form.cleaned_data["after"], size=ROWS
        )
    except browse.PartGone:
        form.add_error("after", form.WRONG["after"])
        return _refused(request, form)
    here = browse.here(form)
    counts = browse.counts(found)
    context = {
        "form": form,
        "part": part,
        "counts": counts,
        "options": browse.options(form),
        "chips": browse.chips(form),
        "wider": [] if counts["programs"] else browse.wider(form),
        "sorts": SORTS,
        "sort": form.ordered_by,
        "in_use": form.in_use,
        "begins": form.cleaned_data["after"] is None,
        "next_url": browse.address(here | {"after": part.after}) if part.after else "",
        "csv_url": browse.address(here, "programs:program_csv"),
        "json_url": browse.address(here, "programs:program_json"),
    }
    return render(request, "programs/program_list.html", context)


def _refused(request: HttpRequest, form: ProgramQuery) -> HttpResponse:
    """A query that makes no sense: the form again, with a sentence, and no list."""
    context: dict[str, Any] = {"form": form, "options": browse.options(form), "part": None}
    return render(request, "programs/program_list.html", context, status=400)


@public
@require_safe
def program_json(request: HttpRequest) -> HttpResponse:
    form = ProgramQuery(request.GET)
    if not form.is_valid():
        return JsonResponse({"errors": form.errors}, status=400)
    found = browse.matching(form.in_use)
    try:
        part = browse.part_of(
            found.prefetch_related("occupations"),
            sort=form.ordered_by,
            after=form.cleaned_data["after"],
            size=ROWS_OF_DATA,
        )
    except browse.PartGone:
        return JsonResponse({"errors": {"after": [form.WRONG["after"]]}}, status=400)
    further = browse.here(form) | {"after": part.after}
    next_url = settings.SITE_URL + browse.address(further, "programs:program_json")
    return JsonResponse(
        {
            "count": found.count(),
            "results": [as_json(program) for program in part.rows],
            "next": next_url if part.after else None,
        }
    )


@public
@require_safe
def program_csv(request: HttpRequest) -> HttpResponse:
    """The whole filtered list, in its order."""
    form = ProgramQuery(request.GET)
    if not form.is_valid():
        sentences = [str(error) for errors in form.errors.values() for error in errors]
        return HttpResponse("\n".join(sentences) + "\n", status=400, content_type="text/plain")
    found = browse.matching(form.in_use).with_parts().select_related("career_center")
    rows = browse.ordered(found, form.ordered_by).prefetch_related("occupations")
    return csv_response("programs", CSV_HEADER, [as_row(program) for program in rows])


@public
@require_safe
def program_show(request: HttpRequest, pk: int, slug: str) -> HttpResponse:
    programs = Program.objects.public().with_parts().select_related("cip", "career_center")
    program = get_object_or_404(programs, pk=pk)
    if slug != program.slug:
        return redirect(program, permanent=True)
    return render(
        request,
        "programs/program_show.html",
        {"program": program, "occupations": program.occupations.order_by("title")},
    )


@public
@require_safe
def center_list(request: HttpRequest) -> HttpResponse:
    centers = (
        CareerCenter.objects.public()
        .select_related("provider__organization", "place")
        .annotate(taught=Count("programs", filter=Q(programs__active=True)))
        .order_by("provider__organization__name", "name")
    )
    return render(request, "programs/center_list.html", {"centers": centers})


@public
@require_safe
def center_show(request: HttpRequest, slug: str) -> HttpResponse:
    centers = CareerCenter.objects.public().select_related("provider__organization", "place")
    center = get_object_or_404(centers, slug=slug)
    programs = center.programs.public().with_parts()
    return render(request, "programs/center_show.html", {"center": center, "programs": programs})
