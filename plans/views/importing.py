"""A plan from a file or a page: brought, corrected line by line, looked at, saved."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from accounts.actions import MoveRefused
from accounts.choices import StaffRole
from accounts.doors import for_duty
from plans import actions
from plans.actions.importing import many
from plans.forms import ImportBeginForm, ImportLineForm, ImportPlaceForm
from plans.forms.importing import Choices, kind_choices
from plans.importing import tree
from plans.importing.cast import spelled_out
from plans.importing.correcting import Unclear, become, rewrite, shift
from plans.importing.matching import Draft, Proposal, propose
from plans.importing.tree import base_of, left_out, parts_of, roots_of, unplaced, walk
from plans.models import Plan, PlanImport
from plans.models.plan import three_levels
from plans.structure.freezing import working_items
from plans.structure.numbers import MAX_DEPTH
from vocabularies.templatetags.words import counted, spelled

GET_AND_POST = ["GET", "HEAD", "POST"]
# Each can be marked, and all are sent at once.
LINES_A_PAGE = 300
OPEN_SHOWN = 20
# Of changed, new and missing items, on one page before saving; each has up to three boxes.
SHOWN = 100
STATUSES_SHOWN = 100


@for_duty(StaffRole.PLAN_EDITOR)
@require_http_methods(GET_AND_POST)
def import_begin(request: HttpRequest) -> HttpResponse:
    """Paste or upload; and what was begun and not saved yet."""
    plans = Plan.objects.at_work()
    posted = request.method == "POST"
    form = ImportBeginForm(
        request.POST if posted else None,
        request.FILES if posted else None,
        plans=plans,
        initial={"token": uuid.uuid4()},
    )
    if posted and form.is_valid():
        data = form.cleaned_data
        file = data["file"]
        brought = actions.begin_import(
            tree=form.tree,
            name=file.name if file else "",
            plan=data.get("plan") or plans.first(),
            by=request.user,
            token=data["token"],
        )
        return redirect("plans:import_show", brought.pk)
    waiting = PlanImport.objects.filter(saved_at=None).select_related("by", "plan").defer("tree")
    context = {"form": form, "plan": plans.first(), "open": waiting[:OPEN_SHOWN]}
    return render(request, "plans/import_begin.html", context, status=422 if form.errors else 200)


def _brought(pk: uuid.UUID) -> PlanImport:
    return get_object_or_404(PlanImport.objects.select_related("plan", "by"), pk=pk)


def _level_names(brought: PlanImport) -> list[str]:
    """What items of each level are called: in the file, else in the plan, else as usual."""
    usual = [pair[0] for pair in (brought.plan.level_names if brought.plan else three_levels())]
    said = brought.tree.get("levels", {})
    names = [said.get(str(n + 1)) or (usual[n] if n < len(usual) else "") for n in range(MAX_DEPTH)]
    return [name or f"level {n}" for n, name in enumerate(names, start=1)]


def _saved_already(request: HttpRequest, brought: PlanImport) -> HttpResponse | None:
    if brought.saved_at is None:
        return None
    messages.info(request, "This is in the plan already. Bring it again to update the plan.")
    return redirect("plans:plan_edit")


@for_duty(StaffRole.PLAN_EDITOR)
@require_http_methods(GET_AND_POST)
def import_show(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """What was recognised. POST corrects lines: `do` is "out-12", "in-12" (an item's level),
    "text-12", "action-12", "item-12", "leave-12" (one line), or "mark" (`at` as `kind`)."""
    brought = _brought(pk)
    if done := _saved_already(request, brought):
        return done
    if request.method != "POST":
        return _tree_page(request, brought)
    revision = _whole(request.POST.get("revision", ""))
    try:
        held, ats = _corrected(brought, request.POST)
        what = str(request.POST.get("do", ""))[:40]
        actions.correct_import(
            brought=brought, tree=held, revision=revision, what=what, by=request.user
        )
    except Unclear as unclear:
        return _tree_page(request, brought, str(unclear), 422)
    except actions.ImportChanged:
        return _conflict(request, brought)
    except actions.ImportSaved as refusal:
        messages.error(request, str(refusal))
        return redirect("plans:plan_edit")
    page = ats[0] // LINES_A_PAGE + 1 if ats else 1
    return redirect(f"{request.path}{f'?page={page}' if page > 1 else ''}#l{ats[0] if ats else 0}")


def _corrected(brought: PlanImport, posted: Any) -> tuple[dict[str, Any], list[int]]:
    """The tree after a correction, and the lines that it touched. Raises Unclear."""
    held = brought.tree
    verb, _, place = str(posted.get("do", "")).partition("-")
    if verb == "mark":
        ats = [_whole(at) for at in posted.getlist("at")]
        if not ats:
            raise Unclear("Mark the lines first, then choose what they are.")
        kind, level = _kind(posted.get("kind", ""))
        for at in ats:
            held = become(held, at, kind, level)
        return held, ats
    at = _whole(place)
    if verb in ("out", "in"):
        return shift(held, at, 1 if verb == "in" else -1), [at]
    kinds = {"text": tree.TEXT, "action": tree.ACTION, "item": tree.ITEM, "leave": tree.OUT}
    if verb not in kinds:
        raise Unclear("Choose what to do.")
    return become(held, at, kinds[verb]), [at]


def _kind(value: str) -> tuple[str, int]:
    """ "item-2" → ("item", 2). Raises Unclear."""
    kind, _, level = value.partition("-")
    if kind not in tree.KINDS or kind == tree.UNKNOWN:
        raise Unclear("Choose what the marked lines are.")
    return kind, min(_whole(level), MAX_DEPTH) if level else 0


def _whole(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 8 else -1


def _tree_page(
    request: HttpRequest, brought: PlanImport, trouble: str = "", status: int = 200
) -> HttpResponse:
    parts = parts_of(brought.tree)
    roots = roots_of(parts)
    names = _level_names(brought)
    nodes = {at: node for node in walk(roots) for at in node.lines}
    loose, out = unplaced(parts, roots), left_out(parts, roots)
    elsewhere = set(loose) | set(out)
    rows = [
        _row(at, part, nodes.get(at), names) for at, part in enumerate(parts) if at not in elsewhere
    ]
    page = max(_whole(request.GET.get("page", "1")), 1)
    pages = max(-(-len(parts) // LINES_A_PAGE), 1)
    page = min(page, pages)
    start = (page - 1) * LINES_A_PAGE
    items = list(walk(roots))
    by_level = [0] * (MAX_DEPTH + 1)
    for node in items:
        by_level[min(node.level, MAX_DEPTH)] += 1
    context = {
        "brought": brought,
        "plan": brought.plan,
        "rows": [row for row in rows if start <= row["at"] < start + LINES_A_PAGE],
        "pages": range(1, pages + 1) if pages > 1 else [],
        "page": page,
        "loose": [(at, parts[at], above_of(parts, at)) for at in loose[:200]],
        "loose_more": max(len(loose) - 200, 0),
        "out": [(at, parts[at]) for at in out],
        "kinds": kind_choices(names),
        "counts": [
            f"{spelled(count)} {names[n - 1] if count == 1 else many(names[n - 1])}"
            for n, count in enumerate(by_level)
            if n and count
        ],
        "besides": _besides(items),
        "items": len(items),
        "trouble": trouble,
    }
    return render(request, "plans/import_show.html", context, status=status)


def _besides(items: list[tree.Node]) -> list[str]:
    """What was found beside items; nothing of what there is none."""
    actions = sum(len(node.actions) for node in items)
    roles = sum(len(node.roles) for node in items)
    mentions = sum(len(node.references) for node in items)
    found = [(actions, "action"), (roles, "role"), (mentions, "mention")]
    said = [counted(n, noun) for n, noun in found if n]
    return [*said[:-1], f"{said[-1]} of other items"] if mentions else said


def _row(at: int, part: tree.Part, node: tree.Node | None, names: list[str]) -> dict[str, Any]:
    item = part.kind == tree.ITEM
    depth = node.depth if node else 1
    word = names[part.level - 1] if item and 0 < part.level <= MAX_DEPTH else ""
    return {
        "at": at,
        "part": part,
        "node": node if item else None,
        "depth": depth,
        "word": word.capitalize() if item else tree.KINDS[part.kind],
        "roles": spelled_out(part.roles),
    }


def above_of(parts: list[tree.Part], at: int) -> str:
    """What the item above a line is called, for "text of 3.2"."""
    for part in reversed(parts[:at]):
        if part.kind == tree.ITEM:
            return part.number or (part.handle or part.words)[:40]
    return ""


@for_duty(StaffRole.PLAN_EDITOR)
@require_http_methods(GET_AND_POST)
def import_line(request: HttpRequest, pk: uuid.UUID, at: int) -> HttpResponse:
    """One line: what it is, and its words."""
    brought = _brought(pk)
    if done := _saved_already(request, brought):
        return done
    parts = parts_of(brought.tree)
    if at >= len(parts):
        return redirect("plans:import_show", pk)
    part, names = parts[at], _level_names(brought)
    initial = {
        "kind": f"item-{part.level}" if part.kind == tree.ITEM else part.kind,
        "number": part.number,
        "handle": part.handle,
        "words": spelled_out(part.roles) if part.kind == tree.ROLES else part.words,
        "revision": brought.revision,
    }
    if part.kind == tree.UNKNOWN:
        initial["kind"] = tree.TEXT
    form = ImportLineForm(request.POST or None, levels=names, initial=initial)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            kind, level = _kind(data["kind"])
            more = {"number": data["number"], "handle": data["handle"]} if kind == tree.ITEM else {}
            held = rewrite(brought.tree, at, kind=kind, level=level, words=data["words"], **more)
            actions.correct_import(
                brought=brought,
                tree=held,
                revision=data["revision"],
                what=f"line {part.line}",
                by=request.user,
            )
        except Unclear as unclear:
            form.add_error("words", str(unclear))
        except actions.ImportChanged:
            return _conflict(request, brought, at)
        except actions.ImportSaved as refusal:
            messages.error(request, str(refusal))
            return redirect("plans:plan_edit")
        else:
            page = at // LINES_A_PAGE + 1
            where = redirect("plans:import_show", pk).url
            return redirect(f"{where}{f'?page={page}' if page > 1 else ''}#l{at}")
    context = {
        "brought": brought,
        "part": part,
        "at": at,
        "form": form,
        "around": [(n, parts[n]) for n in range(max(at - 3, 0), min(at + 4, len(parts)))],
    }
    return render(request, "plans/import_line.html", context, status=422 if form.errors else 200)


def _conflict(request: HttpRequest, brought: PlanImport, at: int | None = None) -> HttpResponse:
    """409: somebody corrected it meanwhile. What this person wanted is kept, to be done again."""
    brought = _brought(brought.pk)
    parts = parts_of(brought.tree)
    sent = [
        (name, value)
        for name, values in request.POST.lists()
        if name not in ("csrfmiddlewaretoken", "revision")
        for value in values
    ]
    ats = [at] if at is not None else [_whole(n) for n in request.POST.getlist("at")]
    verb, _, place = request.POST.get("do", "").partition("-")
    if not ats and place:
        ats = [_whole(place)]
    context = {
        "brought": brought,
        "sent": sent,
        "lines": [(n, parts[n], tree.KINDS[parts[n].kind]) for n in ats if 0 <= n < len(parts)],
        "wanted": request.POST.get("words", ""),
        "wish": _wish(request.POST),
    }
    return render(request, "plans/import_conflict.html", context, status=409)


def _wish(posted: Any) -> str:
    """What a correction was to do, in words."""
    verb = posted.get("do", "").partition("-")[0]
    acts = {"in": "to move a level in", "out": "to move a level out", "leave": "to leave it out"}
    if verb in acts:
        return acts[verb]
    kind = posted.get("kind", "") if verb in ("", "mark") else verb
    return f"it to be: {tree.KINDS.get(kind.partition('-')[0], 'another line').lower()}"


@for_duty(StaffRole.PLAN_EDITOR)
@require_http_methods(GET_AND_POST)
def import_save(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """What it would change; POST looks again with other choices (`do=look`), goes to another part
    of a long list (`do=part-2`), or saves."""
    brought = _brought(pk)
    if done := _saved_already(request, brought):
        return done
    plan = brought.plan or Plan.objects.at_work().first()
    posted = request.POST if request.method == "POST" else None
    proposal = propose(brought.tree, plan)
    form = _place_form(brought, plan, proposal, posted.dict() if posted is not None else None)
    chosen = Choices.of(posted) if posted is not None else Choices()
    do = posted.get("do", "") if posted is not None else ""
    part = _whole(do.removeprefix("part-")) if do.startswith("part-") else -1
    part = part if part >= 0 else max(_whole(posted.get("part", "0")), 0) if posted else 0
    status = 200
    if posted is not None:
        status = 422
        if form.is_valid():
            place = form.place(chosen)
            if do == "save":
                answer = _save(request, brought, form, place)
                if answer is not None:
                    return answer
                status = 409 if form.is_old else 422
            else:
                status = 200
                # What is shown now is what was looked at.
                form.data = dict(form.data) | {"seen": proposal.seen, "revision": brought.revision}
            proposal = propose(
                brought.tree, plan, under=place.under, chosen=place.groups, apart=place.apart
            )
    shown = _shown(proposal, part)
    drafts = proposal.drafts
    context = {
        "brought": brought,
        "plan": plan,
        "proposal": proposal,
        **shown,
        "kept": chosen.without(shown["changed"] + shown["new"], shown["missing"]).held(),
        "counts": {
            "new": len(proposal.of_state("new")),
            "changed": len(proposal.of_state("change")),
            "missing": len(proposal.missing),
        },
        "sums": _sums(proposal),
        "loose": len(unplaced(parts_of(brought.tree), roots_of(parts_of(brought.tree)))),
        "pending": list(dict.fromkeys(proposal.pending)),
        "statuses": proposal.statuses[:STATUSES_SHOWN],
        "statuses_more": max(len(proposal.statuses) - STATUSES_SHOWN, 0),
        "hangs": any(d.item is None and d.parent_id is None and d.node.level > 1 for d in drafts),
        "form": form,
        "chosen": chosen,
    }
    return render(request, "plans/import_save.html", context, status=status)


def _shown(proposal: Proposal, part: int) -> dict[str, Any]:
    """One part of all that there is to choose: changed items, then new ones, then missing ones."""
    changed, new = proposal.of_state("change"), proposal.of_state("new")
    every = [*changed, *new, *proposal.missing]
    pages = max(-(-len(every) // SHOWN), 1)
    part = min(part, pages - 1)
    first, last = part * SHOWN, (part + 1) * SHOWN
    here = every[first:last]
    marks = [f"{n * SHOWN + 1} to {min((n + 1) * SHOWN, len(every))}" for n in range(pages)]
    return {
        "changed": [one for one in here if isinstance(one, Draft) and one.item is not None],
        "new": [one for one in here if isinstance(one, Draft) and one.item is None],
        "missing": [one for one in here if not isinstance(one, Draft)],
        "part": part,
        "parts": [(n, words, n == part) for n, words in enumerate(marks)] if pages > 1 else [],
        "total": len(every),
    }


def _sums(proposal: Proposal) -> list[str]:
    changed = proposal.of_state("change")
    counts = (
        (len(proposal.of_state("new")), "new item"),
        (sum(bool(draft.changes) for draft in changed), "changed item"),
        (sum(draft.move is not None for draft in changed), "item that moves,items that move"),
        (len(proposal.of_state("same")), "item that stays as it is,items that stay as they are"),
    )
    return [counted(n, noun) for n, noun in counts if n] or ["no item"]


def _place_form(
    brought: PlanImport, plan: Plan | None, proposal: Proposal, posted: Any
) -> ImportPlaceForm:
    base = base_of(parts_of(brought.tree))
    return ImportPlaceForm(
        posted,
        plan=plan,
        proposal=proposal,
        items=working_items(plan) if plan else [],
        base=base,
        above=_level_names(brought)[max(base - 2, 0)],
        initial={
            "title": brought.tree.get("title", ""),
            "revision": brought.revision,
            "seen": proposal.seen,
        },
    )


def _save(
    request: HttpRequest, brought: PlanImport, form: ImportPlaceForm, place: Any
) -> HttpResponse | None:
    """None where it was refused: the form says why."""
    try:
        outcome = actions.save_import(
            brought=brought,
            revision=form.cleaned_data["revision"],
            place=place,
            by=request.user,
        )
    except (actions.ImportChanged, actions.PlanChanged) as refusal:
        form.add_error(None, str(refusal))
        form.is_old = True
        fresh = _brought(brought.pk)
        brought.tree, brought.revision = fresh.tree, fresh.revision
        seen = propose(fresh.tree, place.plan).seen
        form.data = dict(form.data) | {"seen": seen, "revision": fresh.revision}
        return None
    except (MoveRefused, actions.PlanBegun) as refusal:
        form.add_error(None, str(refusal))
        return None
    except actions.ImportSaved as refusal:
        messages.error(request, str(refusal))
        return redirect("plans:plan_edit")
    said = [
        f"{count} item{'' if count == 1 else 's'} {word}"
        for count, word in (
            (outcome.added, "added"),
            (outcome.changed, "changed"),
            (outcome.moved, "moved"),
            (outcome.retired, "retired"),
        )
        if count
    ]
    saved = ", ".join(said) or "nothing differed"
    messages.success(
        request, f"Saved in the working copy: {saved}. Readers see it once you publish."
    )
    if outcome.statuses:
        messages.warning(
            request,
            f"{counted(outcome.statuses, 'status,statuses')} of the text did not come in: news "
            "alone change how an action stands. Tell them as news once the actions are published.",
        )
    return redirect("plans:plan_edit")


@for_duty(StaffRole.PLAN_EDITOR)
@require_POST
def import_forget(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    brought = _brought(pk)
    if done := _saved_already(request, brought):
        return done
    actions.forget_import(brought=brought, by=request.user)
    messages.success(request, "It is thrown away. The plan is as it was.")
    return redirect("plans:import_begin")
