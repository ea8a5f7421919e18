"""A file of postings: bring it in, match it, look at what will happen, save it, undo it."""

import re
import uuid
from itertools import groupby
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.actions import MoveRefused
from accounts.choices import OrganizationState
from accounts.models import Organization
from employers import rules
from employers.actions import imports as actions
from employers.choices import IMPORT_MOVES, ImportState, RowOutcome
from employers.forms.imports import ChoicesForm, ImportStartForm, MatchForm
from employers.importing import cells
from employers.importing.columns import COLUMNS
from employers.importing.meaning import AS_NEW, TAKE_ALIKE, WITHOUT_CODES, WITHOUT_PLACES
from employers.models import Import, ImportRow
from employers.postings.sections import ALL, needs_of
from vocabularies.tables import csv_response
from vocabularies.templatetags.words import counted

form_page = require_http_methods(["GET", "HEAD", "POST"])
PAGE = 50
HISTORY = 20
# What may pass in a dry run, in the words of its boxes.
ALLOWED = {
    WITHOUT_CODES: "Take rows whose occupation we do not know, without it",
    WITHOUT_PLACES: "Take rows whose place is missing or unknown, without it",
    AS_NEW: "Take rows with a number in this portal that is not yours as new ones",
    TAKE_ALIKE: "Import rows that look like a posting of yours, too",
}
# Said only where the file has such a column.
ONLY_WITH = {WITHOUT_CODES: "occupation", AS_NEW: "portal_id"}


def _import_or_404(request: HttpRequest, pk: int) -> Import:
    """An import of one of the person's own organizations; nobody else may know of it."""
    batch = get_object_or_404(
        Import.objects.select_related("employer__organization", "uploaded_by"), pk=pk
    )
    if not rules.may_see_import(request.user, batch):
        raise Http404
    return batch


def _import_to_change(request: HttpRequest, pk: int) -> Import:
    batch = _import_or_404(request, pk)
    if not rules.may_post_for(request.user, batch.employer.organization):
        raise PermissionDenied
    return batch


@form_page
def import_start(request: HttpRequest) -> HttpResponse:
    """Choose a file; below stand the files so far."""
    organizations = Organization.objects.of(request.user).filter(
        state__in=[OrganizationState.VERIFIED, OrganizationState.PENDING]
    )
    if not organizations:
        held = Organization.objects.of(request.user)
        return render(request, "employers/opportunity_post_without.html", {"held": held})
    form = ImportStartForm(
        request.POST or None,
        request.FILES or None,
        organizations=organizations,
        initial={"token": uuid.uuid4()},
    )
    if request.method == "POST" and form.is_valid():
        organization = form.cleaned_data["organization"]
        batch = actions.begin_import(
            organization=organization,
            file_name=form.file_name,
            table=form.table,
            token=form.cleaned_data["token"],
            by=request.user,
        )
        if not rules.may_see_import(request.user, batch):
            raise PermissionDenied
        return redirect("employers:import_match", batch.pk)
    context = {
        "form": form,
        "earlier": Import.objects.filter(
            employer__organization__in=Organization.objects.of(request.user)
        )
        .select_related("uploaded_by", "employer__organization")
        .order_by("-uploaded_at")[:HISTORY],
        "groups": [
            (group, [column.label for column in columns])
            for group, columns in groupby(COLUMNS.values(), lambda column: column.group)
        ],
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "employers/import_start.html", context, status=status)


@form_page
def import_match(request: HttpRequest, pk: int) -> HttpResponse:
    """What each column holds, and what holds for all rows."""
    batch = _import_to_change(request, pk)
    if batch.state not in actions.MAY_CHECK:
        return redirect(batch)
    match = MatchForm(request.POST or None, header=batch.header, columns=batch.columns)
    matched = match.is_valid() if request.method == "POST" else False
    columns = match.columns if request.method == "POST" and matched else batch.columns
    choices = ChoicesForm(request.POST or None, columns=columns, initial=_choices_of(batch))
    if request.method == "POST" and matched and choices.is_valid():
        allowed = {name: True for name in ALLOWED if batch.choices.get(name)}
        actions.match_import(
            batch=batch, columns=columns, choices=choices.kept() | allowed, by=request.user
        )
        return redirect(batch)
    columns = _columns_with_samples(batch, match)
    context = {
        "batch": batch,
        "match": match,
        "choices": choices,
        "columns": columns,
        "matched": len(batch.columns),
        "empty": sum(not samples for _, samples in columns),
        "looks_foreign": "title" not in batch.columns or len(batch.columns) < 2,
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "employers/import_match.html", context, status=status)


def _choices_of(batch: Import) -> dict[str, Any]:
    """What was chosen before; the first time, the organization's usual answers."""
    if batch.choices:
        return batch.choices
    usual = batch.employer.usual
    initial = {name: usual.get(name) for name in ("mode", "class_payer", "apply_by", "apply_to")}
    if places := usual.get("locations"):
        initial["zip"] = places[0][0]
    return initial


def _columns_with_samples(batch: Import, form: MatchForm) -> list[tuple[Any, list[str]]]:
    """(the choice, up to three values) of each column; one without any is empty in all rows."""
    found: list[dict[str, None]] = [{} for _ in batch.header]
    rows = batch.rows.order_by("number").values_list("cells", flat=True)
    for seen, row in enumerate(rows.iterator(chunk_size=200)):
        for values, cell in zip(found, row, strict=False):
            if cell and len(values) < 3:
                values[cell] = None
        if seen >= PAGE and all(found):
            break
    return [(form[f"column_{number}"], list(values)) for number, values in enumerate(found)]


@require_safe
def import_show(request: HttpRequest, pk: int) -> HttpResponse:
    """How it stands: being worked on, checked, saved or undone."""
    batch = _import_or_404(request, pk)
    if batch.state == ImportState.MATCHING:
        return redirect("employers:import_match", pk)
    if batch.is_working:
        return _progress(request, batch)
    if request.htmx:  # type: ignore[attr-defined]
        return HttpResponse(headers={"HX-Refresh": "true"})
    if batch.state == ImportState.CHECKED:
        return _dry_run(request, batch)
    return _result(request, batch)


def _progress(request: HttpRequest, batch: Import) -> HttpResponse:
    total = batch.rows_total
    if batch.state == ImportState.UNDOING:
        total = batch.rows_done + actions.left_to_undo(batch).count()
    if batch.state == ImportState.RUNNING:
        saved = [RowOutcome.NEW, RowOutcome.CHANGE]
        left = batch.rows.filter(done_at=None, outcome__in=saved).count()
        total = batch.rows_done + left
    context = {"batch": batch, "total": total}
    template = "employers/import_progress.html"
    if request.htmx:  # type: ignore[attr-defined]
        template += "#bar"
    return render(request, template, context)


def _counts(batch: Import) -> dict[str, int]:
    found = batch.rows.order_by().values_list("outcome").annotate(n=Count("pk"))
    return dict(found)


def _rows_of(request: HttpRequest, batch: Import, shown: str) -> tuple[list[ImportRow], str]:
    """A page of the rows with that outcome, each with its title; and where the next begins."""
    rows = batch.rows.select_related("opportunity")
    if shown:
        rows = rows.filter(outcome=shown)
    after = request.GET.get("after", "")
    if after.isascii() and after.isdigit() and len(after) < 9:
        rows = rows.filter(number__gt=int(after))
    page = list(rows.order_by("number")[: PAGE + 1])
    for row in page:
        row.title = _title_of(batch, row)  # type: ignore[attr-defined]
        row.said = _said_in(batch, row)  # type: ignore[attr-defined]
    return page[:PAGE], str(page[PAGE - 1].number) if len(page) > PAGE else ""


# The time of day behind a date.
CLOCK = re.compile(r"(?<=\d)[T ]\d\d:\d\d.*")
# What tells one row from another beside its title.
TELLING = "kind place zips city pay pay_min pay_max hours closes_on".split()


def _cell(batch: Import, row: ImportRow, name: str) -> str:
    number = batch.columns.get(name, -1)
    return row.cells[number] if 0 <= number < len(row.cells) else ""


def _title_of(batch: Import, row: ImportRow) -> str:
    return cells.short(_cell(batch, row, "title"), 80) or "No title"


def _said_in(batch: Import, row: ImportRow) -> list[tuple[str, str]]:
    """(label, words of the file) of what decides, as far as the file says it."""
    labels = ((name, re.split("[:,]", COLUMNS[name].label)[0]) for name in TELLING)
    said = ((label, CLOCK.sub("", _cell(batch, row, name).strip())) for name, label in labels)
    return [(label, cells.short(words, 40)) for label, words in said if words]


def _shown(request: HttpRequest) -> str:
    shown = request.GET.get("show", "")
    return shown if shown in RowOutcome.values else ""


def _tabs(counts: dict[str, int]) -> list[tuple[str, str, int]]:
    words = {"": "All rows"} | {o.value: o.label for o in RowOutcome}
    numbers = counts | {"": sum(counts.values())}
    return [(key, label, numbers.get(key, 0)) for key, label in words.items()]


def _dry_run(request: HttpRequest, batch: Import) -> HttpResponse:
    counts, shown = _counts(batch), _shown(request)
    rows, after = _rows_of(request, batch, shown)
    to_save = counts.get(RowOutcome.NEW, 0) + counts.get(RowOutcome.CHANGE, 0)
    context = {
        "batch": batch,
        "counts": counts,
        "tabs": [tab for tab in _tabs(counts) if tab[2] or not tab[0]],
        "shown": shown,
        "rows": rows,
        "after": after,
        "to_save": to_save,
        "refused": counts.get(RowOutcome.REFUSED, 0),
        "allowed": [
            (name, words, batch.choices.get(name))
            for name, words in ALLOWED.items()
            if ONLY_WITH.get(name, "title") in batch.columns
        ],
    }
    return render(request, "employers/import_check.html", context)


def _result(request: HttpRequest, batch: Import) -> HttpResponse:
    counts, shown = _counts(batch), _shown(request)
    drafts = list(actions.drafts_of(batch)[: PAGE + 1])
    for draft in drafts[:PAGE]:
        needs = needs_of(draft)
        draft.open_questions = [s for found in needs.values() for s in found.values()]
        draft.open_sections = [ALL[slug].title.lower() for slug, found in needs.items() if found]
    rows, after = _rows_of(request, batch, shown) if shown else ([], "")
    context = {
        "batch": batch,
        "counts": counts,
        "tabs": [tab for tab in _tabs(counts) if tab[2] and tab[0]],
        "shown": shown,
        "rows": rows,
        "after": after,
        "drafts": drafts[:PAGE],
        "more": len(drafts) > PAGE,
        "complete": sum(not draft.open_questions for draft in drafts[:PAGE]),
        "waiting": actions.drafts_of(batch).count(),
        "refused": counts.get(RowOutcome.REFUSED, 0),
        "kept": _kept(batch),
    }
    return render(request, "employers/import_result.html", context)


def _kept(batch: Import) -> list[ImportRow]:
    if batch.state != ImportState.UNDONE:
        return []
    saved = [RowOutcome.NEW, RowOutcome.CHANGE]
    rows = batch.rows.filter(outcome__in=saved, opportunity__isnull=False)
    return list(rows.select_related("opportunity")[:PAGE])


@require_POST
def import_check(request: HttpRequest, pk: int) -> HttpResponse:
    """Check the rows anew, with other answers to what may pass."""
    batch = _import_to_change(request, pk)
    allowed = {name: name in request.POST for name in ALLOWED}
    try:
        actions.recheck_import(batch=batch, allowed=allowed, by=request.user)
    except MoveRefused as refused:
        messages.error(request, str(refused))
    return redirect(batch)


@require_POST
def import_run(request: HttpRequest, pk: int) -> HttpResponse:
    """Save what the dry run has shown. Pressed twice, it is saved once."""
    batch = _import_to_change(request, pk)
    try:
        actions.run_import(batch=batch, by=request.user)
    except MoveRefused as refused:
        if ImportState.RUNNING in IMPORT_MOVES[batch.state]:
            messages.error(request, str(refused))
    return redirect(batch)


@require_POST
def import_send(request: HttpRequest, pk: int) -> HttpResponse:
    """Send all that is complete to review."""
    batch = _import_to_change(request, pk)
    sent, left = actions.send_complete(batch=batch, by=request.user)
    if not sent:
        messages.warning(request, "None of these is complete yet.")
    else:
        went = "One went" if sent == 1 else f"{sent:,} went"
        more = " More are complete: press the button again." if left else ""
        messages.success(request, f"{went} to review.{more}")
    return redirect(batch)


@form_page
def import_undo(request: HttpRequest, pk: int) -> HttpResponse:
    """What undoing does, then the undoing."""
    batch = _import_to_change(request, pk)
    if not batch.may_be_undone:
        return redirect(batch)
    if request.method == "POST":
        try:
            counts = actions.undo_import(batch=batch, by=request.user)
        except MoveRefused as refused:
            messages.error(request, str(refused))
        else:
            if counts:
                undone, kept = counts
                stays = f" {kept:,} stayed, for the reasons below." if kept else ""
                messages.success(request, f"Undone: {counted(undone, 'posting')}.{stays}")
        return redirect(batch)
    drafts, changes, kept_rows = actions.what_undoing_does(batch)
    for row, _ in kept_rows:
        row.title = _title_of(batch, row)  # type: ignore[attr-defined]
        row.said = _said_in(batch, row)  # type: ignore[attr-defined]
    context = {"batch": batch, "drafts": drafts, "changes": changes, "kept": kept_rows}
    return render(request, "employers/import_undo.html", context)


@require_POST
def import_drop(request: HttpRequest, pk: int) -> HttpResponse:
    """Forget a file of which nothing was saved."""
    batch = _import_to_change(request, pk)
    try:
        actions.drop_import(batch=batch, by=request.user)
    except MoveRefused as refused:
        messages.error(request, str(refused))
        return redirect(batch)
    messages.success(request, f"{batch.file_name} is forgotten. Nothing was saved of it.")
    return redirect("employers:import_start")


@require_safe
def import_refused(request: HttpRequest, pk: int) -> HttpResponse:
    """The refused rows as they were, with a column of reasons: mend them and bring them again."""
    batch = _import_or_404(request, pk)
    width = len(batch.header)
    rows = batch.rows.filter(outcome=RowOutcome.REFUSED).order_by("number")
    return csv_response(
        "refused-rows",
        ["Row", *batch.header, "Why it was refused"],
        ([row.number, *_padded(row.cells, width), _reasons(row)] for row in rows),
    )


def _padded(cells: list[str], width: int) -> list[str]:
    return (cells + [""] * width)[:width]


def _reasons(row: ImportRow) -> str:
    return " ".join(f"{name}: {sentence}" if name else sentence for name, sentence in row.errors)
