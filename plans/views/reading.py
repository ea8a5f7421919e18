"""The plan as the public reads it: frozen versions, nothing else."""

import uuid
from itertools import zip_longest
from typing import Any

from django.db.models import Max, QuerySet
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

from accounts.choices import StaffRole
from accounts.doors import public
from accounts.rules import has_duty
from plans.choices import PlanState
from plans.comments.heard import Heard, heard_before, heard_on
from plans.comments.windows import window_among
from plans.follows import followed_by
from plans.forms import CompareQuery, VersionQuery
from plans.models import Plan, PlanVersion, VersionItem
from plans.progress.cycles import quiet_before, today_here
from plans.progress.standing import progress_of, told_of_older
from plans.reading import (
    branches,
    comment_counts,
    family_of,
    neighbors_of,
    whole_of,
    with_live,
)
from plans.rules import may_edit_plan, may_tell_news
from plans.structure.differences import compare, in_short, of_words
from plans.structure.lineage import counted_with_merged, explained, goes_on_as, lineage_of
from plans.structure.numbers import NUMBER
from plans.structure.roles import groups_of, legend_of, roles_changed

ALL_AT_ONCE = 400  # above, the overview counts what stands under a strategy


def asked(request: HttpRequest) -> dict[str, int | None]:
    """`?version=` and `?after=` as numbers. Http404 for anything else."""
    query = VersionQuery(request.GET)
    if not query.is_valid():
        raise Http404("No such version.")
    return query.cleaned_data


def versions_asked(request: HttpRequest) -> list[PlanVersion]:
    """Versions, newest first, of the plan that the public reads now; with `?plan=` of a
    superseded one, or of the next one while it is in the making. Http404 for no such plan."""
    wanted = asked(request)["plan"]
    versions = list(PlanVersion.objects.public())
    if wanted is None or (versions and wanted == versions[0].plan_id):
        return versions
    others = list(PlanVersion.objects.of_plan(wanted))
    if not others:
        raise Http404("No such plan.")
    for version in others:
        version.aside = True
    return others


def current_asked(request: HttpRequest) -> PlanVersion | None:
    """The newest version of the plan that the address asks for."""
    return next(iter(versions_asked(request)), None)


def version_asked(request: HttpRequest) -> tuple[PlanVersion, PlanVersion]:
    """The version to show and the current one of its plan. Http404 if there is no such one."""
    number = asked(request)["version"]
    versions = versions_asked(request)
    if not versions:
        raise Http404("No plan is published yet.")
    version = next((v for v in versions if number in (None, v.number)), None)
    if version is None:
        raise Http404("No such version.")
    return version, versions[0]


@public
@require_safe
def plan_show(request: HttpRequest) -> HttpResponse:
    number = asked(request)["version"]
    versions = versions_asked(request)
    if not versions and number is None:
        return render(request, "plans/plan_empty.html")
    version = next((v for v in versions if number in (None, v.number)), None)
    if version is None:
        raise Http404("No such version.")
    nodes = list(version.items.defer("text", "text_html", "evidence", "evidence_html"))
    if version == versions[0]:
        with_live(version.plan, nodes)
    too_old = quiet_before(version.plan, today_here()) if version == versions[0] else None
    roots = branches(nodes, counted_with_merged(comment_counts(version), version), too_old)
    context = {
        "version": version,
        "plan": version.plan,
        "versions": versions,
        "current": versions[0],
        "suffix": suffix_of(version, versions[0]),
        "roots": roots,
        "folds": len(nodes) > ALL_AT_ONCE,
        "levels": _levels(version, nodes, sum(len(root.actions) for root in roots)),
        "whole": whole_of(roots),
        "groups": groups_of(nodes),
        "legend": legend_of(nodes),
        "window": window_among(version, [], timezone.now()),
        "coming": None if version.aside else _coming(version.plan),
        "followed": followed_by(request.user, version),
        "may_edit": may_edit_plan(request.user, version.plan),
    }
    return render(request, "plans/plan_show.html", context)


def _coming(plan: Plan) -> PlanVersion | None:
    """The next plan as it is shown for comment."""
    found = PlanVersion.objects.filter(plan__previous=plan).exclude(
        plan__state=PlanState.SUPERSEDED
    )
    version = found.select_related("plan").order_by("-pk").first()
    if version:
        version.aside = True
    return version


def suffix_of(version: PlanVersion, current: PlanVersion) -> str:
    """What links end with on pages of an old version, or of a plan that is not read now."""
    parts = [f"plan={version.plan_id}"] if current.aside else []
    if version != current:
        parts.append(f"version={version.number}")
    return f"?{'&'.join(parts)}" if parts else ""


def _levels(version: PlanVersion, nodes: list[VersionItem], actions: int) -> list[tuple[int, str]]:
    """[(3, "goals"), (7, "strategies"), (28, "actions")]: the two upper levels and the doing."""
    found = []
    for depth in (1, 2):
        count = sum(node.depth == depth for node in nodes)
        if count:
            found.append((count, version.plan.level_name(depth, many=count != 1)))
    return [*found, (actions, "action" if actions == 1 else "actions")]


@public
@require_safe
def item_show(request: HttpRequest, number: str) -> HttpResponse:
    version, current = version_asked(request)
    node = version.items.filter(number=number).select_related("item").first()
    if node is None:
        return _where_it_is_now(number, version, current)
    node.version = version
    if asked(request)["all"]:
        context = _all_heard(request, node, current)
        return render(request, "plans/item_heard.html", context)
    return render(request, "plans/item_show.html", item_context(request, node, current))


def item_on_paper(request: HttpRequest, node: VersionItem, current: PlanVersion) -> dict[str, Any]:
    """What an item says and what is said of it, without the ways to other items."""
    version = node.version
    family = family_of(node)
    above = [n for n in family if n.has(node)]
    below = [n for n in family if node.has(n)]
    counts = comment_counts(version) if any(n.depth > node.depth + 1 for n in below) else {}
    is_current = version == current
    if is_current:
        with_live(version.plan, [node, *below])
    too_old = quiet_before(version.plan, today_here()) if is_current else None
    heard = _heard(request, version, [node, *below])
    return {
        "version": version,
        "plan": version.plan,
        "current": current,
        "is_current": is_current,
        "suffix": suffix_of(version, current),
        "node": node,
        "branch": branches([node, *below], counts, too_old)[0],
        "above": above,
        "below": below,
        "level": version.plan.level_name(node.depth),
        "window": window_among(version, [n.item_id for n in [*above, node]], timezone.now()),
        "now": timezone.now(),
        "heard": heard,
        **(
            progress_of(version, node, above, below, heard.merged)
            if is_current
            else told_of_older(node, below, heard.merged)
        ),
    }


def item_context(request: HttpRequest, node: VersionItem, current: PlanVersion) -> dict[str, Any]:
    """All that the page of an item shows."""
    shown = item_on_paper(request, node, current)
    version, is_current = node.version, shown["is_current"]
    below = shown["below"]
    before, after = neighbors_of(node)
    cites = list(_mentioned(version, {pk for n in [node, *below] for pk in n.cites}, node))
    was = request.GET.get("was", "")
    lineage = lineage_of(node, current)
    return {
        **lineage,
        "heard_before": heard_before(lineage["came_from"]),
        **shown,
        "last": None if is_current else _last_of_dropped(node, current),
        "changes": sum(n.changes for n in [node, *below]),
        "before": before,
        "after": after,
        "cites": cites,
        "cited_by": list(_citing(version, node)),
        "may_edit": may_edit_plan(request.user, version.plan),
        "followed": followed_by(
            request.user,
            version,
            [node.item_id, *(one.item_id for one in shown["above"])],
        ),
        "may_tell": is_current
        and request.user.is_authenticated
        and may_tell_news(request.user, node.item),
        "of": _earlier_plan(request),
        "was": was if NUMBER.fullmatch(was) and was != node.number else "",
        "form": shown["window"].taking is not None and is_current,
    }


def _earlier_plan(request: HttpRequest) -> Plan | None:
    """The plan whose number somebody came by."""
    number = request.GET.get("of", "")
    known = number.isascii() and number.isdigit() and len(number) < 10
    return Plan.objects.filter(pk=number).first() if known else None


def _last_of_dropped(node: VersionItem, current: PlanVersion) -> int | None:
    """The number of the last version that has the item; None while the current one has it."""
    places = VersionItem.objects.filter(item_id=node.item_id, version__plan_id=current.plan_id)
    last = places.aggregate(last=Max("version__number"))["last"]
    return None if last == current.number else last


def _all_heard(request: HttpRequest, node: VersionItem, current: PlanVersion) -> dict[str, Any]:
    """The page that has nothing but comments, as many as there are."""
    version, family = node.version, family_of(node)
    branch = [n for n in family if n == node or node.has(n)]
    above = [n.item_id for n in family if n.has(node)]
    return {
        "version": version,
        "plan": version.plan,
        "is_current": version == current,
        "suffix": suffix_of(version, current),
        "node": node,
        "node_has_kin": len(branch) > 1,
        "window": window_among(version, [*above, node.item_id], timezone.now()),
        "heard": _heard(request, version, branch),
    }


def _heard(request: HttpRequest, version: PlanVersion, nodes: list[VersionItem]) -> Heard:
    """A page of comments; on paper, all."""
    query, match = asked(request), request.resolver_match
    on_paper = match is not None and match.url_name == "item_print"
    is_all = bool(query["all"]) or on_paper
    return heard_on(version, nodes, after=query["after"] or 0, is_all=is_all, bare=on_paper)


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
    known = earlier.order_by("-version__number").first() or _of_an_earlier_plan(number, current)
    if known is None:
        raise Http404("No version has this number.")
    suffix = suffix_of(current, current)
    now, _ = goes_on_as(known.item_id, current)
    if now:
        query = f"{suffix}{'&' if suffix else '?'}was={number}"
        if known.version.plan_id != current.plan_id:
            query += f"&of={known.version.plan_id}"
        return redirect(f"{now.get_absolute_url()}{query}")
    known.version.aside = known.version.plan_id != current.plan_id or current.aside
    return redirect(f"{known.get_absolute_url()}{_exactly(known.version)}")


def _exactly(version: PlanVersion) -> str:
    plan = f"plan={version.plan_id}&" if version.aside else ""
    return f"?{plan}version={version.number}"


def _of_an_earlier_plan(number: str, current: PlanVersion) -> VersionItem | None:
    """The newest item that had this number in a plan which is history now."""
    earlier = VersionItem.objects.filter(version__plan__state=PlanState.SUPERSEDED, number=number)
    return earlier.select_related("version").order_by("-version_id").first()


@public
@require_safe
def item_permalink(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """The lasting address of an item: where it is in the current version, else in its last one."""
    return _lasting(VersionItem.objects.filter(item_id=pk))


@public
@require_safe
def item_short(request: HttpRequest, code: str) -> HttpResponse:
    """The same by its short code, to be typed from paper."""
    return _lasting(VersionItem.objects.filter(item__code=code.lower()))


def _lasting(places: QuerySet[VersionItem]) -> HttpResponse:
    """To the item in the current version, or to what it went into; else to its last version."""
    current = PlanVersion.objects.current()
    node = places.select_related("version__plan").order_by("-version_id").first()
    if current is None or node is None:
        raise Http404("No published item has this address.")
    now, _ = goes_on_as(node.item_id, current)
    if now:
        was = "" if now.item_id == node.item_id else f"?was={node.number}"
        if was and node.version.plan_id != current.plan_id:
            was += f"&of={node.version.plan_id}"
        url = f"{now.get_absolute_url()}{was}"
    else:
        node.version.aside = node.version.plan_id != current.plan_id
        url = f"{node.get_absolute_url()}{_exactly(node.version)}"
    response = HttpResponsePermanentRedirect(url)
    # Lasting as an address, but its target moves with the item's number.
    response["Cache-Control"] = "no-cache"
    return response


@public
@require_safe
def version_list(request: HttpRequest) -> HttpResponse:
    versions = versions_asked(request)
    context = {
        "pairs": list(zip_longest(versions, versions[1:])),
        "versions": versions,
        "plan": versions[0].plan if versions else None,
        "others": _other_plans(versions[0].plan_id) if versions else [],
        "may_pack": has_duty(request.user, StaffRole.PLAN_EDITOR),
    }
    return render(request, "plans/version_list.html", context)


def _other_plans(plan_id: int) -> list[PlanVersion]:
    """The newest version of each other plan that was published, newest plan first."""
    newest = PlanVersion.objects.exclude(plan_id=plan_id).order_by("-plan_id", "-number")
    found = list(newest.distinct("plan_id").select_related("plan"))
    public = PlanVersion.objects.current()
    for version in found:
        version.aside = public is None or version.plan_id != public.plan_id
    return found


@public
@require_safe
def version_compare(request: HttpRequest) -> HttpResponse:
    query = CompareQuery({"older": request.GET.get("from"), "newer": request.GET.get("to")})
    if not query.is_valid():
        raise Http404("No such versions.")
    versions = {v.number: v for v in versions_asked(request)}
    if len(versions) < 2:
        raise Http404("There is one version only.")
    newest = sorted(versions)[-1]
    newer = query.cleaned_data["newer"] or newest
    older = query.cleaned_data["older"] or newer - 1
    if older not in versions or newer not in versions:
        raise Http404("No such versions.")
    if older > newer:
        of = f"&plan={versions[newest].plan_id}" if versions[newest].aside else ""
        return redirect(f"{reverse('plans:version_compare')}?from={newer}&to={older}{of}")
    earlier, rows = (list(versions[number].items.all()) for number in (older, newer))
    changes = explained(compare(earlier, rows), versions[newest].plan_id)
    context = {
        "older": versions[older],
        "newer": versions[newer],
        "current": versions[newest],
        "changes": of_words(changes),
        "in_short": in_short(changes, len(rows)),
        "by_group": roles_changed(earlier, rows),
    }
    return render(request, "plans/version_compare.html", context)
