"""The plan as the public reads it: frozen versions, nothing else."""

import uuid
from itertools import zip_longest

from django.db.models import Max
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponsePermanentRedirect,
)
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.doors import public
from plans.differences import compare, in_short, of_words
from plans.forms import CommentForm, CompareQuery, VersionQuery
from plans.models import PlanVersion, VersionItem
from plans.numbers import NUMBER
from plans.organizations import known_names
from plans.reading import (
    branches,
    comment_counts,
    family_of,
    heard_on,
    neighbors_of,
    whole_of,
)
from plans.rules import may_edit_plan
from plans.windows import window_among


def asked(request: HttpRequest) -> dict[str, int | None]:
    """`?version=` and `?after=` as numbers. Http404 for anything else."""
    query = VersionQuery(request.GET)
    if not query.is_valid():
        raise Http404("No such version.")
    return query.cleaned_data


def version_asked(request: HttpRequest) -> tuple[PlanVersion, PlanVersion]:
    """The version to show and the current one. Http404 if there is no such version."""
    number = asked(request)["version"]
    current = PlanVersion.objects.current()
    if current is None:
        raise Http404("No plan is published yet.")
    if number is None or number == current.number:
        return current, current
    version = PlanVersion.objects.public().filter(number=number).first()
    if version is None:
        raise Http404("No such version.")
    return version, current


@public
@require_safe
def plan_show(request: HttpRequest) -> HttpResponse:
    number = asked(request)["version"]
    versions = list(PlanVersion.objects.public())
    if not versions and number is None:
        return render(request, "plans/plan_empty.html")
    version = next((v for v in versions if number in (None, v.number)), None)
    if version is None:
        raise Http404("No such version.")
    nodes = list(version.items.defer("text", "text_html", "evidence", "evidence_html"))
    roots = branches(nodes, comment_counts(version))
    context = {
        "version": version,
        "plan": version.plan,
        "versions": versions,
        "current": versions[0],
        "suffix": suffix_of(version, versions[0]),
        "roots": roots,
        "levels": _levels(version, nodes, sum(len(root.actions) for root in roots)),
        "whole": whole_of(roots),
        "groups": _groups(nodes),
        "window": window_among(version, [], timezone.now()),
        "may_edit": may_edit_plan(request.user, version.plan),
    }
    return render(request, "plans/plan_show.html", context)


def suffix_of(version: PlanVersion, current: PlanVersion) -> str:
    """What links of an old version's pages end with."""
    return "" if version == current else f"?version={version.number}"


def _levels(version: PlanVersion, nodes: list[VersionItem], actions: int) -> list[tuple[int, str]]:
    """[(3, "goals"), (7, "strategies"), (28, "actions")]: the two upper levels and the doing."""
    found = []
    for depth in (1, 2):
        count = sum(node.depth == depth for node in nodes)
        if count:
            found.append((count, version.plan.level_name(depth, many=count != 1)))
    return [*found, (actions, "action" if actions == 1 else "actions")]


def _groups(nodes: list[VersionItem]) -> list[tuple[str, str]]:
    """Codes and names of the groups as this version knows them, in the groups' own order."""
    known = {(role["order"], role["code"], role["name"]) for node in nodes for role in node.roles}
    return [(code, name) for _, code, name in sorted(known)]


@public
@require_safe
def item_show(request: HttpRequest, number: str) -> HttpResponse:
    version, current = version_asked(request)
    node = version.items.filter(number=number).first()
    if node is None:
        return _where_it_is_now(number, version, current)
    node.version = version
    return render(request, "plans/item_show.html", item_context(request, node, current))


def item_context(request: HttpRequest, node: VersionItem, current: PlanVersion) -> dict:
    """All that the page of an item shows."""
    version = node.version
    family = family_of(node)
    above = [n for n in family if n.has(node)]
    below = [n for n in family if node.has(n)]
    counts = comment_counts(version) if any(n.depth > node.depth + 1 for n in below) else {}
    branch = branches([node, *below], counts)[0]
    window = window_among(version, [n.item_id for n in [*above, node]], timezone.now())
    before, after = neighbors_of(node)
    cites = list(_mentioned(version, {pk for n in [node, *below] for pk in n.cites}, node))
    is_current = version == current
    was = request.GET.get("was", "")
    return {
        "version": version,
        "plan": version.plan,
        "current": current,
        "is_current": is_current,
        "suffix": suffix_of(version, current),
        "last": None if is_current else _last_of_dropped(node, current),
        "node": node,
        "branch": branch,
        "above": above,
        "level": version.plan.level_name(node.depth),
        "window": window,
        "now": timezone.now(),
        "heard": heard_on([node.item_id, *(n.item_id for n in below)], _after(request)),
        "changes": sum(n.changes for n in [node, *below]),
        "before": before,
        "after": after,
        "cites": cites,
        "cited_by": list(_citing(version, node)),
        "may_edit": may_edit_plan(request.user, version.plan),
        "was": was if NUMBER.fullmatch(was) and was != node.number else "",
        "form": CommentForm(version=version.number) if window.open and is_current else None,
        "organizations": known_names() if window.open and is_current else [],
    }


def _last_of_dropped(node: VersionItem, current: PlanVersion) -> int | None:
    """The number of the last version that has the item; None while the current one has it."""
    places = VersionItem.objects.filter(item_id=node.item_id, version__plan_id=current.plan_id)
    last = places.aggregate(last=Max("version__number"))["last"]
    return None if last == current.number else last


def _after(request: HttpRequest) -> int:
    return asked(request)["after"] or 0


def _mentioned(version: PlanVersion, ids: set[str], node: VersionItem) -> list[VersionItem]:
    """Items outside of the node's own branch that it mentions."""
    if not ids:
        return []
    found = version.items.filter(item_id__in=ids).only("number", "handle", "statement", "order")
    return [n for n in found if n.number != node.number and not node.has(n)]


def _citing(version: PlanVersion, node: VersionItem) -> list[VersionItem]:
    found = version.items.filter(cites__contains=[str(node.item_id)])
    return [n for n in found.only("number", "handle", "statement", "order") if not node.has(n)]


def _where_it_is_now(number: str, version: PlanVersion, current: PlanVersion) -> HttpResponse:
    """A number of another version leads to where its item is now, or to the last version that
    has it."""
    if version != current:
        raise Http404("This version has no such number.")
    earlier = VersionItem.objects.filter(
        version__plan_id=current.plan_id, number=number
    ).select_related("version")
    known = earlier.order_by("-version__number").first()
    if known is None:
        raise Http404("No version has this number.")
    now = current.items.filter(item_id=known.item_id).first()
    if now:
        return redirect(f"{now.get_absolute_url()}?was={number}")
    return redirect(f"{known.get_absolute_url()}?version={known.version.number}")


@public
@require_safe
def item_permalink(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """The lasting address of an item: where it is in the current version, else in its last one."""
    current = PlanVersion.objects.current()
    places = VersionItem.objects.filter(item_id=pk).select_related("version")
    node = places.order_by("-version__plan_id", "-version__number").first()
    if current is None or node is None or node.version.plan_id != current.plan_id:
        raise Http404("No published item has this address.")
    suffix = suffix_of(node.version, current)
    response = HttpResponsePermanentRedirect(node.get_absolute_url() + suffix)
    # Lasting as an address, but its target moves with the item's number.
    response["Cache-Control"] = "no-cache"
    return response


@public
@require_safe
def item_print(request: HttpRequest, number: str) -> HttpResponse:
    version, current = version_asked(request)
    node = version.items.filter(number=number).first()
    if node is None:
        raise Http404("No such item.")
    node.version = version
    return render(request, "plans/item_print.html", item_context(request, node, current))


@public
@require_safe
def print_css(request: HttpRequest, number: str) -> HttpResponse:
    """Running heads of one item on paper: names cannot stand in a stylesheet for all."""
    version, _ = version_asked(request)
    node = version.items.filter(number=number).first()
    if node is None:
        raise Http404("No such item.")
    heads = {
        "top-left": str(version.plan),
        "top-right": f"{node.number} {node.title}"[:60],
        "bottom-left": f"Version {version.number}, {version.get_stage_display().lower()}",
    }
    rules = "".join(f"@{place}{{content:{_css_string(words)}}}" for place, words in heads.items())
    css = f"@page{{{rules}}}@page :first{{@top-left{{content:none}}@top-right{{content:none}}}}"
    return HttpResponse(css, content_type="text/css; charset=utf-8")


def _css_string(words: str) -> str:
    return (
        '"' + "".join(c if c.isalnum() or c in " ,.–-&:" else f"\\{ord(c):x} " for c in words) + '"'
    )


@public
@require_safe
def version_list(request: HttpRequest) -> HttpResponse:
    versions = list(PlanVersion.objects.public())
    pairs = list(zip_longest(versions, versions[1:]))
    return render(request, "plans/version_list.html", {"pairs": pairs, "versions": versions})


@public
@require_safe
def version_compare(request: HttpRequest) -> HttpResponse:
    query = CompareQuery({"older": request.GET.get("from"), "newer": request.GET.get("to")})
    if not query.is_valid():
        raise Http404("No such versions.")
    versions = {v.number: v for v in PlanVersion.objects.public()}
    if len(versions) < 2:
        raise Http404("There is one version only.")
    newest = sorted(versions)[-1]
    newer = query.cleaned_data["newer"] or newest
    older = query.cleaned_data["older"] or newer - 1
    if older not in versions or newer not in versions:
        raise Http404("No such versions.")
    if older > newer:
        return redirect(f"{reverse('plans:version_compare')}?from={newer}&to={older}")
    rows = list(versions[newer].items.all())
    changes = compare(list(versions[older].items.all()), rows)
    context = {
        "older": versions[older],
        "newer": versions[newer],
        "current": versions[newest],
        "changes": of_words(changes),
        "in_short": in_short(changes, len(rows)),
    }
    return render(request, "plans/version_compare.html", context)
