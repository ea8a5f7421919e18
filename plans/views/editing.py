"""The plan editor's side: the working copy, one item of it, and publishing."""

import uuid
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.views.decorators.http import require_http_methods

from accounts.actions import MoveRefused
from accounts.choices import StaffRole
from accounts.doors import for_duty
from plans import actions
from plans.choices import PLAN_MOVES, STATE_OF_STAGE, PlanState, Stage
from plans.comments.answers import without_public_answer
from plans.comments.windows import window_among
from plans.forms import (
    ActionFormSet,
    ItemForm,
    PublishForm,
    WindowForm,
)
from plans.models import Item, Plan, PlanVersion, VersionItem, WorkGroup
from plans.structure.differences import compare, compare_item, in_short, labels_of, of_words, words
from plans.structure.finding import find, named_in
from plans.structure.freezing import freeze, freeze_one, labels_of_working, seen_of, working_items
from plans.structure.lineage import explained
from plans.structure.lint import findings
from plans.structure.references import UnknownReference, dangling, pending, to_typed, waiting
from plans.views.structure import item_at_work, last_version, plan_at_work
from plans.views.windows import warn_of_overlaps
from vocabularies.templatetags.words import moment

GET_AND_POST = ["GET", "HEAD", "POST"]
CHANGES_SHOWN = 200


# One item ----------------------------------------------------------------------


@for_duty(StaffRole.PLAN_EDITOR)
@require_http_methods(GET_AND_POST)
def item_edit(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    item = item_at_work(request, pk)
    groups = list(WorkGroup.objects.all())
    if item.retired_at:
        messages.error(request, "This item is retired. Bring it back before you edit it.")
        return redirect("plans:plan_edit")
    if request.method != "POST":
        numbers = working_items(item.plan)
        labels = labels_of_working(numbers)
        form = ItemForm(initial=_typed(item, labels), plan=item.plan, groups=groups)
        rows = ActionFormSet(initial=_typed_actions(item, labels), prefix="action")
        return _item_page(request, item, form, rows)
    form = ItemForm(request.POST, plan=item.plan, groups=groups)
    rows = ActionFormSet(request.POST, prefix="action")
    do = request.POST.get("do", "save")
    if do == "enter":
        # Enter in the field that finds items is no wish to save.
        do = "find" if request.POST.get("find") else "save"
    if do != "save":
        return _item_page(request, item, *_rearranged(request, item, groups, do))
    if not (form.is_valid() & rows.is_valid()):
        return _item_page(request, item, form, rows, status=422)
    try:
        actions.edit_item(
            item=item,
            draft=form.draft([row for row in rows.cleaned_data if row]),
            revision=form.cleaned_data["revision"],
            by=request.user,
        )
    except UnknownReference as error:
        form.add_error(None, str(error))
        return _item_page(request, item, form, rows, status=422)
    except actions.EditedMeanwhile:
        return _conflict_page(request, item, groups)
    except MoveRefused as refusal:
        messages.error(request, str(refusal))
        return redirect("plans:plan_edit")
    messages.success(request, "Saved in the working copy. Readers see it once you publish.")
    return redirect("plans:item_edit", pk)


def _typed(item: Item, labels: Any) -> dict[str, Any]:
    held = {f"role-{r.group.code}": r.role for r in item.roles.select_related("group")}
    return {
        "handle": item.handle,
        "statement": item.statement,
        "text": to_typed(item.text, labels),
        "evidence": to_typed(item.evidence, labels),
        "revision": item.revision,
    } | held


def _typed_actions(item: Item, labels: Any) -> list[dict[str, Any]]:
    standing = item.actions.filter(retired_at__isnull=True).order_by("position")
    return [{"id": a.pk, "text": to_typed(a.text, labels)} for a in standing]


def _rearranged(
    request: HttpRequest, item: Item, groups: list[WorkGroup], do: str
) -> tuple[ItemForm, Any]:
    """The same page with an action added, moved or removed; nothing is saved yet.

    `do` is "add", "up-2", "down-0" or "remove-1".
    """
    posted = request.POST
    count = min(int(posted.get("action-TOTAL_FORMS", "0") or 0), 60) if _whole(posted) else 0
    rows = [
        {name: posted.get(f"action-{n}-{name}", "") for name in ("id", "text")}
        for n in range(count)
    ]
    verb, _, place = do.partition("-")
    at = int(place) if place.isascii() and place.isdigit() and len(place) < 4 else -1
    if verb == "add":
        rows.append({"id": "", "text": ""})
    elif verb == "remove" and 0 <= at < count:
        del rows[at]
    elif verb in ("up", "down") and 0 <= at < count:
        to = max(0, min(count - 1, at + (1 if verb == "down" else -1)))
        rows.insert(to, rows.pop(at))
    typed = {name: posted[name] for name in posted if name.startswith("role-")}
    mentioned = posted.get("text", "")
    if verb == "mention" and (named := named_in(item.plan, place)):
        typed_so_far = mentioned.rstrip()
        mentioned = f"{typed_so_far} [[{named}]]".strip()
    for name in ("handle", "statement", "text", "evidence", "revision"):
        typed[name] = posted.get(name, "")
    typed["text"] = mentioned
    return ItemForm(initial=typed, plan=item.plan, groups=groups), ActionFormSet(
        initial=rows, prefix="action"
    )


def _whole(posted: Any) -> bool:
    given = posted.get("action-TOTAL_FORMS", "")
    return given.isascii() and given.isdigit() and len(given) < 5


def _item_page(
    request: HttpRequest, item: Item, form: ItemForm, rows: Any, status: int = 200
) -> HttpResponse:
    draft, public, labels = _draft_and_public(item)
    context = {
        "item": item,
        "plan": item.plan,
        "draft": draft,
        "public": public,
        "changes": of_words(compare_item(public, draft, labels)) if public and draft else [],
        "form": form,
        "rows": rows,
        "failed": bool(status == 422),
        "words": (words_sought := request.POST.get("find", "")[:100]),
        "found": find(item.plan, words_sought, 8),
        "sought": request.POST.get("do") in ("find", "enter"),
        "waiting": _waiting(item, labels),
    }
    return render(request, "plans/item_edit.html", context, status=status)


def _waiting(item: Item, labels: Any) -> list[tuple[str, str, tuple[str, str] | None, Any]]:
    """(token, words, label of the item that it can be linked to, its id) for each reference of
    the item that waits for its target."""
    texts = [item.text, item.evidence]
    texts += item.actions.filter(retired_at__isnull=True).values_list("text", flat=True)
    return waiting("\n".join(texts), labels)


def _draft_and_public(item: Item) -> tuple[VersionItem | None, VersionItem | None, Any]:
    """The item as saved in the working copy, as the public reads it, and all labels."""
    numbers = working_items(item.plan)
    labels = labels_of_working(numbers)
    draft, last = freeze_one(item.plan, item, numbers), last_version(item.plan)
    public = last.items.filter(item_id=item.pk).first() if last else None
    if public and last:
        public.version = last
        gone = {uuid.UUID(pk) for pk in public.cites} - labels.keys()
        more = last.items.filter(item_id__in=gone) if gone else []
        labels = labels_of(more) | labels
    return draft, public, labels


def _conflict_page(request: HttpRequest, item: Item, groups: list[WorkGroup]) -> HttpResponse:
    """409: both texts side by side. What was typed is kept; saving again is then a choice."""
    item = Item.objects.select_related("plan", "changed_by").get(pk=item.pk)
    labels = labels_of_working(working_items(item.plan))
    theirs = _typed(item, labels)
    data = request.POST.copy()
    data["revision"] = str(item.revision)
    form = ItemForm(data, plan=item.plan, groups=groups)
    names = {"handle": "Name", "statement": "Statement", "text": "Text", "evidence": "Evidence"}
    pairs = [
        (name, theirs[field], data.get(field, ""), words(theirs[field], data.get(field, "")))
        for field, name in names.items()
        if theirs[field].strip() != data.get(field, "").replace("\r\n", "\n").strip()
    ]
    theirs_doing = "\n".join(row["text"] for row in _typed_actions(item, labels))
    rows = ActionFormSet(data, prefix="action")
    ours_doing = "\n".join(row["text"].value() or "" for row in rows)
    if theirs_doing != ours_doing:
        pairs.append(("Actions", theirs_doing, ours_doing, words(theirs_doing, ours_doing)))
    pairs += _role_pairs(item, groups, theirs, data)
    context = {"item": item, "plan": item.plan, "form": form, "rows": rows, "pairs": pairs}
    return render(request, "plans/item_conflict.html", context, status=409)


def _role_pairs(
    item: Item, groups: list[WorkGroup], theirs: Mapping[str, Any], ours: Mapping[str, Any]
) -> list[tuple[str, Any, Any, SafeString]]:
    """What groups do, where the saved item and the form that was sent differ."""
    called = {"": "no role", **{role["key"]: role["label"] for role in item.plan.roles}}
    found = []
    for group in groups:
        name = f"role-{group.code}"
        was, now = (called.get(one.get(name) or "", "") for one in (theirs, ours))
        if was != now:
            found.append((f"Role of {group}", was, now, words(was, now)))
    return found


# Publishing --------------------------------------------------------------------


@for_duty(StaffRole.PLAN_EDITOR)
@require_http_methods(GET_AND_POST)
def plan_publish(request: HttpRequest) -> HttpResponse:
    """What publishing would change, then the act."""
    plan = plan_at_work(request)
    if plan is None:
        return redirect("plans:plan_edit")
    stages = [s.value for s in Stage if STATE_OF_STAGE[s] in PLAN_MOVES[plan.state]]
    initial = {"closes_at": _closing(plan)}
    form = PublishForm(request.POST or None, stages=stages, initial=initial)
    status = 422 if form.errors else 200
    if request.method == "POST" and form.is_valid():
        try:
            version = actions.publish_version(
                plan=plan,
                stage=form.cleaned_data["stage"],
                changelog=form.cleaned_data["changelog"],
                closes_at=form.cleaned_data["closes_at"],
                seen=form.cleaned_data["seen"],
                by=request.user,
            )
        except (
            MoveRefused,
            actions.NothingToPublish,
            actions.DanglingReferences,
        ) as refusal:
            form.add_error(None, str(refusal))
            status = 422
        except actions.PlanChanged as refusal:
            form.add_error(None, str(refusal))
            status = 409
        else:
            messages.success(request, f"Version {version.number} is published.")
            _warn_of_overlaps(request, plan, form.cleaned_data["closes_at"])
            current = PlanVersion.objects.current()
            aside = "" if current and current.plan_id == plan.pk else f"?plan={plan.pk}"
            return redirect(f"{reverse('plans:plan_show')}{aside}")
    rows, last = freeze(plan), last_version(plan)
    changes = explained(compare(list(last.items.all()) if last else [], rows), plan.pk)
    number = last.number + 1 if last else 1
    open_still = findings(plan)
    context = {
        "plan": plan,
        "last": last,
        "number": number,
        "seen": seen_of(rows, number),
        "changes": changes,
        "shown": changes if request.GET.get("all") else changes[:CHANGES_SHOWN],
        "in_short": in_short(changes, len(rows)),
        "dangling": dangling(plan),
        "pending": pending(plan),
        "form": form,
        "musts": [one for one in open_still if one.must],
        "shoulds": sum(not one.must for one in open_still),
        "may_close": PlanState.ANSWERING in PLAN_MOVES[plan.state],
        "may_open": plan.state == PlanState.ANSWERING,
        "unanswered": _unanswered_before(plan, stages),
    }
    return render(request, "plans/plan_publish.html", context, status=status)


def _unanswered_before(plan: Plan, stages: list[str]) -> int:
    """Comments on the plan before whose authors have read no answer when it becomes history."""
    before = plan.previous
    if before is None or before.state == PlanState.SUPERSEDED or Stage.ADOPTED not in stages:
        return 0
    return without_public_answer(before)


def _closing(plan: Plan) -> Any:
    """The end of the window that is open now, else 5 pm in four weeks."""
    now = timezone.now()
    window = (
        plan.windows.filter(item__isnull=True, closes_at__gt=now).order_by("-closes_at").first()
    )
    later = timezone.localtime(now + timedelta(days=28))
    return window.closes_at if window else later.replace(hour=17, minute=0, second=0, microsecond=0)


def _warn_of_overlaps(request: HttpRequest, plan: Plan, closes_at: datetime | None) -> None:
    """For the time for comments on the whole plan that was just opened or moved."""
    version = last_version(plan)
    windows = plan.windows.filter(item__isnull=True)
    window = windows.filter(closes_at=closes_at).last() if closes_at else None
    if version and window:
        warn_of_overlaps(request, window, version)


@for_duty(StaffRole.PLAN_EDITOR)
@require_http_methods(GET_AND_POST)
def plan_close(request: HttpRequest) -> HttpResponse:
    """The time for comments: GET asks, POST closes it now, moves its end, or opens it again."""
    plan = plan_at_work(request)
    if plan is None:
        return redirect("plans:plan_edit")
    wanted = request.POST.get("do", "")
    form = WindowForm(
        request.POST if wanted == "keep-open" else None, initial={"closes_at": _closing(plan)}
    )
    try:
        if wanted == "close":
            actions.close_for_comment(plan=plan, by=request.user)
            messages.success(request, "Comments are closed. The plan now waits for its answers.")
            return redirect(f"{reverse('plans:plan_publish')}?plan={plan.pk}")
        if wanted == "keep-open" and form.is_valid():
            closes_at = form.cleaned_data["closes_at"]
            actions.keep_open_until(plan=plan, closes_at=closes_at, by=request.user)
            messages.success(request, f"Comments are open until {moment(closes_at)}.")
            _warn_of_overlaps(request, plan, closes_at)
            return redirect(f"{reverse('plans:plan_publish')}?plan={plan.pk}")
    except MoveRefused as refusal:
        messages.error(request, str(refusal))
        return redirect(f"{reverse('plans:plan_publish')}?plan={plan.pk}")
    version = last_version(plan)
    context = {
        "plan": plan,
        "form": form,
        "may_close": PlanState.ANSWERING in PLAN_MOVES[plan.state],
        "may_open": plan.state in (PlanState.OPEN, PlanState.ANSWERING),
        "window": window_among(version, [], timezone.now()) if version else None,
    }
    return render(request, "plans/plan_close.html", context, status=422 if form.errors else 200)
