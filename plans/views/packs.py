"""The submission pack, for plan editors."""

import uuid
from io import BytesIO

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from accounts.choices import StaffRole
from accounts.doors import for_duty
from plans.exporting.making import FEW, begin, comments_in, file_of, state_of
from plans.exporting.pack import name_of, write_pack
from plans.models import PlanVersion
from plans.tasks import make_pack


@for_duty(StaffRole.PLAN_EDITOR)
@require_POST
def pack_make(request: HttpRequest, pk: int) -> HttpResponse:
    """At once where it is quick; by a worker where many comments are in it."""
    version = get_object_or_404(PlanVersion.objects.select_related("plan"), pk=pk)
    if comments_in(version) > FEW:
        job = begin(version)
        make_pack.delay(str(job))
        return redirect("plans:pack_wait", job)
    out = BytesIO()
    write_pack(version, out)
    return _sent(version, out.getvalue())


@for_duty(StaffRole.PLAN_EDITOR)
@require_safe
def pack_wait(request: HttpRequest, job: uuid.UUID) -> HttpResponse:
    """How far it is; the file, once it is there."""
    told = state_of(job)
    version = PlanVersion.objects.filter(pk=told["version"]).first() if told else None
    is_busy = told is not None and told["state"] in ("waiting", "working")
    if request.htmx and not is_busy:  # type: ignore[attr-defined]
        return HttpResponse(headers={"HX-Refresh": "true"})
    context = {"job": job, "told": told, "version": version, "is_busy": is_busy}
    template = "plans/pack_wait.html"
    if request.htmx:  # type: ignore[attr-defined]
        template += "#bar"
    return render(request, template, context)


@for_duty(StaffRole.PLAN_EDITOR)
@require_safe
def pack_zip(request: HttpRequest, job: uuid.UUID) -> HttpResponse:
    told, packed = state_of(job), file_of(job)
    if told is None or packed is None:
        raise Http404("This pack is not kept any more.")
    return _sent(get_object_or_404(PlanVersion, pk=told["version"]), packed)


def _sent(version: PlanVersion, packed: bytes) -> HttpResponse:
    return HttpResponse(
        packed,
        content_type="application/zip",
        headers={"Content-Disposition": f'attachment; filename="{name_of(version)}"'},
    )
