"""The tree of the working copy: where items are added, moved, split, merged and retired."""

import uuid
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.actions import MoveRefused
from accounts.choices import StaffRole
from accounts.doors import for_duty
from plans import actions
from plans.forms import (
    AddItemForm,
    FindForm,
    LinkForm,
    MergeForm,
    MoveForm,
    RetireForm,
    SplitForm,
    TreeQuery,
)
from plans.models import Item, Plan, PlanVersion
from plans.rules import may_edit_plan
from plans.structure.finding import find
from plans.structure.freezing import labels_of_working, working_items
from plans.structure.outline import outline
from plans.structure.references import Labels, UnknownReference, to_typed

GET_AND_POST = ["GET", "HEAD", "POST"]
RETIRED_SHOWN = 50
BUTTONS = ("up", "down", "indent", "outdent")


def plan_at_work(request: HttpRequest) -> Plan | None:
    """The newest plan that can be edited, or the one that `?plan=` asks for. Http404 for none."""
    query = TreeQuery(request.GET)
    query.is_valid()
    plans = Plan.objects.at_work().select_related("previous")
    if wanted := query.cleaned_data.get("plan"):
        return get_object_or_404(plans, pk=wanted)
    return plans.first()


def item_at_work(request: HttpRequest, pk: uuid.UUID) -> Item:
    """An item that this person may edit. 404 without it, 403 for a plan that is history."""
    item = get_object_or_404(Item.objects.select_related("plan", "parent"), pk=pk)
    if not may_edit_plan(request.user, item.plan):
        raise PermissionDenied
    return item


def last_version(plan: Plan) -> PlanVersion | None:
    return PlanVersion.objects.filter(plan=plan).order_by("-number").first()


def tree_url(plan: Plan, **asks: Any) -> str:
    """The tree editor of this plan: `at` an item, `under` one, and so on."""
    query = "&".join(f"{name}={value}" for name, value in asks.items() if value)
    newest = Plan.objects.at_work().values_list("pk", flat=True).first()
    if newest != plan.pk:
        query = f"plan={plan.pk}&{query}"
    # The button that was pressed takes the focus; an anchor would keep it from that.
    anchor = f"#i-{asks['at']}" if asks.get("at") and asks.get("to") not in BUTTONS else ""
    return f"{reverse('plans:plan_edit')}{'?' if query else ''}{query.rstrip('&')}{anchor}"


@for_duty(StaffRole.PLAN_EDITOR)
@require_safe
def plan_edit(request: HttpRequest) -> HttpResponse:
    plan = plan_at_work(request)
    if plan is None:
        return render(request, "plans/plan_edit.html", {"plan": None})
    query = TreeQuery(request.GET)
    query.is_valid()
    asks = query.cleaned_data
    last = last_version(plan)
    tree = outline(plan, last, asks.get("under"))
    retired = list(plan.items.filter(retired_at__isnull=False).order_by("-retired_at"))
    heads = _with_what_went_along(retired)
    context = {
        "plan": plan,
        "last": last,
        "tree": tree,
        "gone": _gone(retired, last),
        "retired": heads[:RETIRED_SHOWN],
        "undo": next((pair for pair in heads if pair[0].pk == asks.get("retired")), None),
        "place": asks.get("place"),
        "at": asks.get("at"),
        "to": asks.get("to"),
        "others": list(Plan.objects.at_work().exclude(pk=plan.pk)),
        "under": asks.get("under") if tree.branch else "",
    }
    return render(request, "plans/plan_edit.html", context)


def _with_what_went_along(retired: list[Item]) -> list[tuple[Item, int]]:
    """Each retired item, with how many retired together with it and stood under it."""
    by_pk: dict[uuid.UUID | None, Item] = {item.pk: item for item in retired}
    heads: dict[uuid.UUID, int] = {}
    for item in retired:
        head = item
        while (above := by_pk.get(head.parent_id)) and above.retired_at == head.retired_at:
            head = above
        heads[head.pk] = heads.get(head.pk, 0) + (head is not item)
    return [(item, heads[item.pk]) for item in retired if item.pk in heads]


def _gone(retired: list[Item], last: PlanVersion | None) -> int:
    """How many retired since the last version."""
    return sum(bool(last and i.retired_at and i.retired_at > last.published_at) for i in retired)


@for_duty(StaffRole.PLAN_EDITOR)
@require_http_methods(GET_AND_POST)
def item_add(request: HttpRequest, pk: uuid.UUID | None = None) -> HttpResponse:
    """A new item under `pk`, above or below it (`?where=`), or at the root."""
    beside = item_at_work(request, pk) if pk else None
    plan = beside.plan if beside else plan_at_work(request)
    if plan is None or not may_edit_plan(request.user, plan):
        raise PermissionDenied
    where = request.GET.get("where", "") if beside else ""
    if where not in ("", "above", "below"):
        raise Http404("An item is added above or below another.")
    parent = beside.parent if beside and where else beside
    form = AddItemForm(request.POST or None, initial={"token": uuid.uuid4()})
    if request.method == "POST" and form.is_valid():
        try:
            item = actions.add_item(
                plan=plan,
                parent=parent,
                by=request.user,
                before=beside if where == "above" else None,
                after=beside if where == "below" else None,
                **form.cleaned_data,
            )
        except MoveRefused as refusal:
            messages.error(request, str(refusal))
            return redirect(tree_url(plan))
        return redirect("plans:item_edit", item.pk)
    context = {
        "plan": plan,
        "parent": parent,
        "beside": beside if where else None,
        "where": where,
        "form": form,
        "level": plan.level_name(_depth(parent) + 1),
        "back": tree_url(plan, at=beside.pk if beside else None),
    }
    return render(request, "plans/item_add.html", context, status=422 if form.errors else 200)


def _depth(item: Item | None) -> int:
    depth = 0
    while item:
        depth, item = depth + 1, item.parent
    return depth


@for_duty(StaffRole.PLAN_EDITOR)
@require_POST
def item_move(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    item = item_at_work(request, pk)
    form = MoveForm(request.POST)
    if not form.is_valid():
        messages.error(request, "An item is moved up, down, in or out.")
        return redirect(tree_url(item.plan))
    to, target = form.cleaned_data["to"], form.cleaned_data["target"]
    query = TreeQuery(request.POST)
    query.is_valid()
    back = {"under": query.cleaned_data.get("under"), "at": item.pk, "to": to}
    try:
        beside = get_object_or_404(Item, pk=target, plan=item.plan) if target else None
        seen = form.cleaned_data["seen"] or None
        moved = actions.move_item(item=item, to=to, target=beside, seen=seen, by=request.user)
    except MoveRefused as refusal:
        messages.error(request, str(refusal))
    else:
        nowhere = {"up": "first already", "down": "last already"}.get(to, "as far as it can go")
        if moved:
            messages.success(request, f"“{item.title}” is moved.")
        else:
            messages.warning(request, f"“{item.title}” is {nowhere}.")
    return redirect(tree_url(item.plan, **back))


@for_duty(StaffRole.PLAN_EDITOR)
@require_POST
def item_retire(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Take it out (`do=all`: with what stands under it), or bring it back. The page that follows
    offers to undo the first; where something stands under it, one asks before."""
    item = item_at_work(request, pk)
    form = RetireForm(request.POST)
    form.is_valid()
    given = form.cleaned_data
    back = request.POST.get("do") == "restore"
    address = tree_url(item.plan)
    try:
        if back:
            actions.restore_item(item=item, by=request.user, at=given.get("at"))
            messages.success(request, f"“{item.title}” is back in the plan.")
            address = tree_url(item.plan, at=item.pk)
        elif "reason" in form.errors:
            messages.error(request, "Say why it is retired in one line of at most 500 characters.")
            return redirect("plans:item_edit", item.pk)
        else:
            place = item.position or 1
            whole = request.POST.get("do") == "all"
            actions.retire_item(
                item=item, by=request.user, reason=given.get("reason", ""), whole=whole
            )
            address = tree_url(item.plan, retired=item.pk, place=place)
    except actions.StandsOver as refusal:
        context = {"item": item, "refusal": refusal, "reason": given.get("reason", "")}
        context |= {"tree_url": tree_url(item.plan, under=item.pk)}
        return render(request, "plans/item_retire.html", context, status=409)
    except MoveRefused as refusal:
        messages.error(request, str(refusal))
    return redirect(address)


# Splitting and merging ----------------------------------------------------------------


def _labels(plan: Plan) -> Labels:
    return labels_of_working(working_items(plan))


@for_duty(StaffRole.PLAN_EDITOR)
@require_http_methods(GET_AND_POST)
def item_split(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    item = item_at_work(request, pk)
    if item.retired_at:
        messages.error(request, "This item is retired. Bring it back before you split it.")
        return redirect(tree_url(item.plan))
    labels = _labels(item.plan)
    initial = {
        "statement": item.statement,
        "text": to_typed(item.text, labels),
        "evidence": to_typed(item.evidence, labels),
        "revision": item.revision,
    }
    doing = list(item.actions.filter(retired_at__isnull=True))
    for action in doing:
        action.text = to_typed(action.text, labels)
    form = SplitForm(
        request.POST or None,
        initial=initial,
        doing=doing,
        below=list(item.children.standing().order_by("position")),
        held=list(item.roles.select_related("group").order_by("group__position")),
    )
    status = 422 if form.errors else 200
    if request.method == "POST" and form.is_valid():
        try:
            other = actions.split_item(
                item=item,
                stays=form.stays(),
                new=form.new(),
                reason=form.cleaned_data["reason"],
                by=request.user,
            )
        except actions.EditedMeanwhile:
            status = 409
            _read_again(form, "Somebody saved this item after you opened it.", item)
        except (MoveRefused, UnknownReference) as refusal:
            form.add_error(None, str(refusal))
            status = 422
        else:
            messages.success(request, f"“{item.title}” is two items now.")
            return redirect(tree_url(item.plan, at=other.pk))
    context = {"item": item, "form": form, "back": tree_url(item.plan, at=item.pk)}
    return render(request, "plans/item_split.html", context, status=status)


def _read_again(form: Any, words: str, *items: Item) -> None:
    """Keeps what was typed; sending it once more is then a choice."""
    form.add_error(None, f"{words} Look at what it says now, below, then send this once more.")
    form.data = form.data.copy()
    for name, item in zip(["revision", "into_revision"], items, strict=False):
        form.data[name] = str(Item.objects.values_list("revision", flat=True).get(pk=item.pk))
    form.newest = Item.objects.filter(pk__in=[item.pk for item in items])


@for_duty(StaffRole.PLAN_EDITOR)
@require_http_methods(GET_AND_POST)
def item_merge(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Choose into which item (`?q=` finds, `?into=` chooses), then make the words of both one."""
    item = item_at_work(request, pk)
    if item.retired_at:
        messages.error(request, "This item is retired already.")
        return redirect(tree_url(item.plan))
    asked = request.POST.get("into") or request.GET.get("into", "")
    into = _chosen(item, asked)
    back = tree_url(item.plan, at=item.pk)
    if into is None:
        return _choose(request, item, back)
    labels = _labels(item.plan)
    form = MergeForm(request.POST or None, initial=_both(item, into, labels))
    status = 422 if form.errors else 200
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            actions.merge_items(
                item=item,
                into=into,
                draft=form.draft(),
                revisions=(data["revision"], data["into_revision"]),
                reason=data["reason"],
                by=request.user,
            )
        except actions.EditedMeanwhile:
            status = 409
            _read_again(form, "Somebody saved one of the two after you opened this.", item, into)
        except (MoveRefused, UnknownReference) as refusal:
            form.add_error(None, str(refusal))
            status = 422
        else:
            messages.success(request, f"“{item.title}” is merged into “{into.title}”.")
            return redirect(tree_url(item.plan, at=into.pk))
    context = {"item": item, "into": into, "form": form, "back": back, "labels": labels}
    return render(request, "plans/item_merge.html", context, status=status)


def _chosen(item: Item, asked: str) -> Item | None:
    try:
        wanted = uuid.UUID(asked)
    except ValueError:
        return None
    return Item.objects.standing().filter(plan=item.plan, pk=wanted).exclude(pk=item.pk).first()


def _choose(request: HttpRequest, item: Item, back: str) -> HttpResponse:
    form = FindForm(request.GET)
    form.is_valid()
    words = form.cleaned_data.get("q", "")
    numbers = working_items(item.plan)
    beside = [(n, other) for n, other in numbers if other.parent_id == item.parent_id]
    found = find(item.plan, words) if words else beside[:30]
    context = {
        "item": item,
        "words": words,
        "found": [(number, other) for number, other in found if other.pk != item.pk],
        "back": back,
    }
    return render(request, "plans/item_merge_choose.html", context)


def _both(item: Item, into: Item, labels: Labels) -> dict[str, Any]:
    def joined(one: str, two: str) -> str:
        return "\n\n".join(to_typed(text, labels) for text in (one, two) if text)

    return {
        "handle": into.handle or item.handle,
        "statement": into.statement,
        "text": joined(into.text, item.text),
        "evidence": joined(into.evidence, item.evidence),
        "into": into.pk,
        "revision": item.revision,
        "into_revision": into.revision,
    }


# References ---------------------------------------------------------------------------


@for_duty(StaffRole.PLAN_EDITOR)
@require_safe
def item_find(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """What an editor may mention, as they type: a part of the item's page."""
    item = item_at_work(request, pk)
    form = FindForm({"q": request.GET.get("find", "")})
    form.is_valid()
    words = form.cleaned_data.get("q", "")
    context = {"found": find(item.plan, words, 8) if words else [], "words": words}
    return render(request, "plans/item_find.html", context)


@for_duty(StaffRole.PLAN_EDITOR)
@require_POST
def item_link(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """A reference that waited for its target is linked to it."""
    item = item_at_work(request, pk)
    form = LinkForm(request.POST)
    if not form.is_valid():
        messages.error(request, "This reference cannot be linked to that item.")
        return redirect("plans:item_edit", item.pk)
    target = get_object_or_404(Item, pk=form.cleaned_data["target"], plan=item.plan)
    try:
        linked = actions.link_reference(
            item=item, token=form.cleaned_data["token"], target=target, by=request.user
        )
    except MoveRefused as refusal:
        messages.error(request, str(refusal))
    else:
        if linked:
            messages.success(request, f"“{item.title}” now mentions “{target.title}”.")
        else:
            messages.warning(request, "Somebody changed this reference meanwhile.")
    if form.cleaned_data["back"]:
        return redirect(f"{reverse('plans:plan_publish')}?plan={item.plan_id}")
    return redirect("plans:item_edit", item.pk)
