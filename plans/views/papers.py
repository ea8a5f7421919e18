"""The plan on paper: tagged PDFs, and the whole plan for a browser's own print command."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotModified
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.views.decorators.http import require_safe

from accounts.doors import public
from plans.models import PlanVersion, WorkGroup
from plans.paper.codes import code_svg
from plans.paper.press import printed
from plans.paper.sheets import (
    LETTER,
    PAPERS,
    lasting_address,
    one_group,
    one_item,
    plan_address,
    whole_plan,
)
from plans.reading import branches, family_of, with_live
from plans.structure.roles import groups_of
from plans.views.reading import item_on_paper, suffix_of, version_asked


@public
@require_safe
def plan_pdf(request: HttpRequest) -> HttpResponse:
    version, current = version_asked(request)
    data = whole_plan(version, **_how(request, version, current))
    return _sent(request, data, f"plan-version-{version.number}")


@public
@require_safe
def item_pdf(request: HttpRequest, number: str) -> HttpResponse:
    """One item with all below it."""
    version, current = version_asked(request)
    node = version.items.filter(number=number).first()
    if node is None:
        raise Http404("No such item.")
    family = family_of(node)
    data = one_item(
        version,
        [one for one in family if one.has(node)],
        [node, *(one for one in family if node.has(one))],
        **_how(request, version, current),
    )
    return _sent(request, data, f"plan-{number}-version-{version.number}")


@public
@require_safe
def group_pdf(request: HttpRequest, code: str) -> HttpResponse:
    """A work group's sheet for its meeting."""
    group = get_object_or_404(WorkGroup, code__iexact=code)
    if group.code != code:
        query = request.GET.urlencode()
        address = reverse("plans:group_pdf", args=[group.code])
        return redirect(f"{address}?{query}" if query else address, permanent=True)
    version, current = version_asked(request)
    data = one_group(version, group, **_how(request, version, current))
    return _sent(request, data, f"plan-group-{group.code}-version-{version.number}")


def _how(request: HttpRequest, version: PlanVersion, current: PlanVersion) -> dict[str, Any]:
    """`?paper=a4`; Letter otherwise."""
    return {
        "is_current": version == current,
        "suffix": suffix_of(version, current),
        "paper": PAPERS.get(request.GET.get("paper", ""), LETTER),
    }


def _sent(request: HttpRequest, data: dict[str, Any], name: str) -> HttpResponse:
    pdf, mark = printed(data)
    etag = f'"{mark}"'
    known = request.headers.get("If-None-Match", "") == etag
    response = (
        HttpResponseNotModified() if known else HttpResponse(pdf, content_type="application/pdf")
    )
    response["ETag"] = etag
    response["Cache-Control"] = "no-cache"
    if not known:
        response["Content-Disposition"] = f'inline; filename="{name}.pdf"'
    return response


@public
@require_safe
def plan_print(request: HttpRequest) -> HttpResponse:
    """The whole plan on one page, without furniture."""
    version, current = version_asked(request)
    is_current = version == current
    nodes = list(version.items.all())
    if is_current:
        with_live(version.plan, nodes)
    suffix = suffix_of(version, current)
    address = plan_address(suffix)
    context = {
        "version": version,
        "plan": version.plan,
        "suffix": suffix,
        "is_current": is_current,
        "roots": branches(nodes, {}),
        "groups": groups_of(nodes),
        "address": address,
        "code": code_svg(address),
        "now": timezone.now(),
    }
    return render(request, "plans/plan_print.html", context)


@public
@require_safe
def item_print(request: HttpRequest, number: str) -> HttpResponse:
    version, current = version_asked(request)
    node = version.items.filter(number=number).first()
    if node is None:
        raise Http404("No such item.")
    node.version = version
    address = lasting_address(node)
    context = item_on_paper(request, node, current) | {
        "address": address,
        "code": code_svg(address),
    }
    return render(request, "plans/item_print.html", context)


@public
@require_safe
def print_css(request: HttpRequest, number: str) -> HttpResponse:
    """Running heads of one item on paper: names cannot stand in a stylesheet for all."""
    version, _ = version_asked(request)
    node = version.items.filter(number=number).first()
    if node is None:
        raise Http404("No such item.")
    return _running_heads(version, f"{node.number} {node.title}"[:60])


@public
@require_safe
def plan_print_css(request: HttpRequest) -> HttpResponse:
    """The same for the whole plan."""
    version, _ = version_asked(request)
    return _running_heads(version, f"Published {date_format(version.published_at, 'j M Y')}")


def _running_heads(version: PlanVersion, words: str) -> HttpResponse:
    heads = {
        "top-left": str(version.plan),
        "top-right": words,
        "bottom-left": f"Version {version.number}, {version.get_stage_display().lower()}",
    }
    rules = "".join(f"@{place}{{content:{_css_string(said)}}}" for place, said in heads.items())
    css = f"@page{{{rules}}}@page :first{{@top-left{{content:none}}@top-right{{content:none}}}}"
    return HttpResponse(css, content_type="text/css; charset=utf-8")


def _css_string(words: str) -> str:
    return (
        '"' + "".join(c if c.isalnum() or c in " ,.–-&:" else f"\\{ord(c):x} " for c in words) + '"'
    )
