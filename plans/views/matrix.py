"""Who does what in the plan: the matrix as readers see it, and where editors set it."""

import re
import uuid

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from accounts.actions import MoveRefused
from accounts.choices import StaffRole
from accounts.doors import for_duty, public
from plans import actions
from plans.actions import CellDraft, CellOutcome
from plans.forms import PageQuery, RoleWordsForm
from plans.models import Plan, RoleAssignment, WorkGroup
from plans.rules import may_edit_plan
from plans.structure.lint import by_rule, findings
from plans.structure.roles import Cell, EditRow, edit_rows, legend_of, matrix_of
from plans.views.reading import suffix_of, version_asked
from plans.views.structure import plan_at_work
from vocabularies.templatetags.words import counted, listed

GET_AND_POST = ["GET", "HEAD", "POST"]
# Above this many rows a browser gets slow: then one part of the plan at a time.
ROWS_AT_ONCE = 400
FEW_DIGITS = re.compile(r"[0-9]{1,8}")


@public
@require_safe
def matrix_show(request: HttpRequest) -> HttpResponse:
    """Items × groups of the version that is read; of a large plan one part, `?page=` from 1."""
    version, current = version_asked(request)
    matrix = matrix_of(list(version.items.defer("text", "text_html", "evidence", "evidence_html")))
    nodes = [row.node for part in matrix.parts for row in part]
    page = _page(request)
    at_once = len(nodes) <= ROWS_AT_ONCE
    if page > (1 if at_once else max(1, len(matrix.parts))):
        raise Http404("No such part.")
    context = {
        "version": version,
        "current": current,
        "plan": version.plan,
        "suffix": suffix_of(version, current),
        "matrix": matrix,
        "parts": matrix.parts if at_once else matrix.parts[page - 1 : page],
        "others": [] if at_once else [part[0].node for part in matrix.parts],
        "page": page,
        "legend": legend_of(nodes),
        "may_edit": may_edit_plan(request.user, version.plan),
    }
    return render(request, "plans/matrix_show.html", context)


def _page(request: HttpRequest) -> int:
    query = PageQuery(request.GET)
    if not query.is_valid():
        raise Http404("No such page.")
    return query.cleaned_data["page"] or 1


# For editors -------------------------------------------------------------------------


@for_duty(StaffRole.PLAN_EDITOR)
@require_http_methods(GET_AND_POST)
def matrix_edit(request: HttpRequest) -> HttpResponse:
    """The working copy's matrix. A cell saves itself where there are scripts; one button saves
    the page where there are none."""
    plan = plan_at_work(request)
    if plan is None:
        return redirect("plans:plan_edit")
    drafts = _drafts(request) if request.method == "POST" else []
    outcomes: list[CellOutcome] = []
    refused = ""
    try:
        outcomes = actions.set_roles(plan=plan, cells=drafts, by=request.user) if drafts else []
    except MoveRefused as refusal:
        refused = str(refusal)
    troubles = [one for one in outcomes if one.what in ("changed", "taken", "gone")]
    saved = sum(one.what == "saved" for one in outcomes)
    if request.method == "POST" and not request.htmx and not troubles and not refused:  # type: ignore[attr-defined]
        messages.success(request, _told(saved))
        return redirect(f"{request.path}?plan={plan.pk}&page={_page(request)}")
    groups = list(WorkGroup.objects.all())
    page = _page(request)
    rows, pages = edit_rows(plan, groups, page)
    if page > pages:
        raise Http404("No such page.")
    _mark(rows, troubles, plan, choose_mine=not request.htmx)  # type: ignore[attr-defined]
    context = {
        "plan": plan,
        "groups": groups,
        "rows": rows,
        "page": page,
        "url": f"{request.path}?plan={plan.pk}&page={page}",
        "pages": range(1, pages + 1) if pages > 1 else [],
        "refused": refused,
        "troubles": sum(bool(cell.trouble) for row in rows for cell in row.cells),
        "gone": sum(one.what == "gone" for one in troubles),
        "saved": saved,
    }
    status = 422 if refused else 409 if troubles else 200
    if request.htmx:  # type: ignore[attr-defined]
        cells = _touched(rows, drafts)
        context |= {"cells": cells, "said": _said(cells, drafts[0], plan) if drafts else ""}
        return render(request, "plans/matrix_edit.html#cells", context, status=status)
    return render(request, "plans/matrix_edit.html", context, status=status)


def _told(saved: int) -> str:
    if not saved:
        return "Nothing to save: every role is as it was."
    return f"{counted(saved, 'role')} saved in the working copy. Readers see them once you publish."


def _drafts(request: HttpRequest) -> list[CellDraft]:
    """Cells of the form, named "cell.<item>.<group>.<what it was>". Other names are left out."""
    found = []
    for name in request.POST:
        parts = name.split(".", 3)
        if len(parts) != 4 or parts[0] != "cell":
            continue
        try:
            item, group = uuid.UUID(parts[1]), int(parts[2])
        except ValueError:
            continue
        taken = request.POST.get(f"take.{parts[1]}.{parts[2]}", "")
        take_from = frozenset(int(pk) for pk in taken.split("-") if FEW_DIGITS.fullmatch(pk))
        found.append(CellDraft(item, group, parts[3], request.POST[name], take_from))
    return found


def _mark(rows: list[EditRow], troubles: list[CellOutcome], plan: Plan, choose_mine: bool) -> None:
    """Say in each cell why it was not saved. Without scripts its box keeps what was chosen."""
    words = {"": "no role", **{role["key"]: role["label"] for role in plan.roles}}
    by_place = {(one.draft.item_id, one.draft.group_id): one for one in troubles}
    for cell in (cell for row in rows for cell in row.cells):
        one = by_place.get((cell.item_id, cell.group.pk))
        if one is None:
            continue
        mine, was = words.get(one.draft.role, ""), words.get(one.draft.was, "another role")
        if one.what == "taken":
            cell.take_from, cell.chosen = one.holders, one.draft.role
            are = "is" if len(one.holders) == 1 else "are"
            cell.trouble = f"Not saved: {listed(one.holders)} {are} {mine}, and only one can be."
        else:
            now = words.get(cell.now, "")
            cell.trouble = f"Was {was}; somebody made it {now}. Not saved: {mine}."
            cell.chosen = one.draft.role if choose_mine else cell.now


def _touched(rows: list[EditRow], drafts: list[CellDraft]) -> list[Cell]:
    """The cells that a request without the page gives back: those sent, and those that gave up a
    role for them."""
    sent = {(draft.item_id, draft.group_id) for draft in drafts}
    sent |= {(draft.item_id, pk) for draft in drafts for pk in draft.take_from}
    return [c for row in rows for c in row.cells if (c.item_id, c.group.pk) in sent]


def _said(cells: list[Cell], draft: CellDraft, plan: Plan) -> str:
    """What a screen reader hears of the cell that was sent: "Saved: 3.2, Backbone: Lead"."""
    for cell in cells:
        if (cell.item_id, cell.group.pk) == (draft.item_id, draft.group_id):
            word = plan.role(cell.now)["label"] if cell.now else "no role"
            return f"{cell.number}, {cell.group}: {cell.trouble or f'{word}, saved.'}"
    return "Not saved: the item or the group is no longer in the plan. Load the page again."


@for_duty(StaffRole.PLAN_EDITOR)
@require_safe
def lint_show(request: HttpRequest) -> HttpResponse:
    """What should be mended in the working copy."""
    plan = plan_at_work(request)
    found = findings(plan) if plan else []
    context = {
        "plan": plan,
        "musts": by_rule([one for one in found if one.must]),
        "shoulds": by_rule([one for one in found if not one.must]),
        "must": sum(one.must for one in found),
        "should": sum(not one.must for one in found),
    }
    return render(request, "plans/lint_show.html", context)


@for_duty(StaffRole.PLAN_EDITOR)
@require_http_methods(GET_AND_POST)
def role_words(request: HttpRequest) -> HttpResponse:
    """What the plan's roles are called."""
    plan = plan_at_work(request)
    if plan is None:
        return redirect("plans:plan_edit")
    held = RoleAssignment.objects.filter(item__plan=plan)
    used = set(held.values_list("role", flat=True).distinct())
    form = RoleWordsForm(request.POST or None, roles=plan.roles, used=used)
    status = 422 if form.errors else 200
    if request.method == "POST" and form.is_valid():
        try:
            actions.word_roles(
                plan=plan, roles=form.wanted(), seen=form.seen_roles(), by=request.user
            )
        except (MoveRefused, actions.RolesChanged) as refusal:
            form.add_error(None, f"{refusal} Look at them again.")
            status = 409
        else:
            messages.success(request, "Saved in the working copy. Readers see it once you publish.")
            return redirect(f"{reverse('plans:matrix_edit')}?plan={plan.pk}")
    return render(request, "plans/role_words.html", {"plan": plan, "form": form}, status=status)
