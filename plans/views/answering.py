"""Answering comments: the page of all that wait, one answer, what is published together."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.actions import MoveRefused
from accounts.choices import StaffRole
from accounts.doors import for_duty
from plans import actions
from plans.choices import CommentState
from plans.comments.answers import (
    PUBLISH_STATES,
    STANDINGS,
    Here,
    plans_to_answer,
    prepared,
    read_at,
    readers_of,
    seen_of,
    waiting_for_answers,
    without_answer,
)
from plans.forms import AnswerForm, AskedQuery, TemplateForm, TickedForm, ticked_in
from plans.models import Comment, PlanVersion, Response, ResponseTemplate
from plans.templatetags.voices import STANCES
from vocabularies.differences import marked
from vocabularies.templatetags.words import counted

GET_AND_POST = ["GET", "HEAD", "POST"]
A_PAGE = 100


def _asked(request: HttpRequest) -> tuple[PlanVersion | None, dict[str, Any]]:
    """The plan of `?plan=`, else the newest, and what its pages need to lead to the other one."""
    versions = plans_to_answer()
    wanted = request.GET.get("plan", "")
    version = next((one for one in versions if str(one.plan_id) == wanted), None)
    version = version or next(iter(versions), None)
    is_newest = version is None or version == versions[0]
    return version, {
        "version": version,
        "others": [one for one in versions if one != version],
        "of": "" if is_newest or version is None else f"?plan={version.plan_id}",
    }


@for_duty(StaffRole.PLAN_EDITOR)
@require_http_methods(GET_AND_POST)
def answer_choose(request: HttpRequest) -> HttpResponse:
    """Comments by what is asked for; the ticked ones go under one answer."""
    version, shared = _asked(request)
    if version is None:
        return render(request, "plans/answer_choose.html", shared)
    form = TickedForm(request.POST or None, plan=version.plan)
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            response = _put_under(request, form, version.plan)
        except (actions.TakenMeanwhile, MoveRefused) as refusal:
            form.add_error(None, str(refusal))
            status = 409
        else:
            return redirect("plans:answer_edit", response.pk)
    elif form.errors:
        status = 422
    here = Here.of(version)
    query = AskedQuery(request.GET or {"standing": "open"})
    asked = query.asked()
    waiting = waiting_for_answers(here, asked)
    kept = {key: value for key, value in vars(asked).items() if value and key != "after"}
    if shared["of"]:
        kept["plan"] = version.plan_id
    context = shared | {
        "form": form,
        "query": query,
        "asked": asked,
        "waiting": waiting,
        "ticked": form.ticked,
        "stances": STANCES,
        "tabs": [
            (key, words, waiting.counts[key], f"?{urlencode(kept | {'standing': key})}")
            for key, words in STANDINGS.items()
        ],
        "is_filtered": bool(asked.number or asked.stance or asked.kind),
        "next_url": f"?{urlencode(kept | {'after': waiting.next_after})}"
        if waiting.next_after
        else "",
    }
    return render(request, "plans/answer_choose.html", context, status=status)


def _put_under(request: HttpRequest, form: TickedForm, plan: Any) -> Response:
    data = form.cleaned_data
    if data["under"]:
        response = get_object_or_404(Response, pk=data["under"], plan=plan)
        n = actions.take_comments(response=response, comments=form.ticked, by=request.user)
        messages.success(request, f"{counted(n, 'comment')} put under this answer.")
        return response
    return actions.begin_response(
        plan=plan,
        title=data["title"],
        disposition=data["disposition"],
        comments=form.ticked,
        by=request.user,
    )


@for_duty(StaffRole.PLAN_EDITOR)
@require_safe
def answer_list(request: HttpRequest) -> HttpResponse:
    """Answers in private with what they lack, then those that are public."""
    version, shared = _asked(request)
    public = Response.objects.published().filter(plan=version.plan if version else None)
    context = shared | {
        "rows": prepared(version.plan) if version else [],
        "public": public.order_by("-published_at", "-pk")[:A_PAGE],
        "total": public.count(),
        "read_at": read_at(version.plan) if version else "",
    }
    return render(request, "plans/answer_list.html", context)


def _response(pk: int) -> tuple[Response, Here]:
    """404 for one of a plan that takes no answers."""
    plans = {one.plan_id: one for one in plans_to_answer()}
    found = Response.objects.select_related("plan", "changed_in", "by")
    response = get_object_or_404(found, pk=pk, plan__in=plans)
    return response, Here.of(plans[response.plan_id])


@for_duty(StaffRole.PLAN_EDITOR)
@require_http_methods(GET_AND_POST)
def answer_edit(request: HttpRequest, pk: int) -> HttpResponse:
    response, here = _response(pk)
    if request.POST.get("do") == "template":
        typed = _with_template(request.POST)
        form = AnswerForm(here=here, response=response, initial=typed)
    else:
        form = AnswerForm(request.POST or None, here=here, response=response)
    if form.is_valid():
        data = form.cleaned_data
        try:
            actions.save_response(
                response=response, draft=form.draft(), revision=data["revision"], by=request.user
            )
        except actions.AnswerChanged as conflict:
            return _conflict(request, conflict.response, form, here)
        except MoveRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "Saved.")
            return redirect("plans:answer_edit", pk)
    comments = response.comments.filter(same_as__isnull=True).select_related("version")
    context = {
        "response": response,
        "form": form,
        "comments": [(one, here.node(one.item_id)) for one in comments.order_by("pk")[:A_PAGE]],
        "total": comments.count(),
        "templates": ResponseTemplate.objects.all(),
    }
    return render(request, "plans/answer_edit.html", context, status=422 if form.errors else 200)


def _with_template(typed: QueryDict) -> dict[str, str]:
    """What was typed, with the words of the chosen template; nothing is saved by it."""
    kept = {name: str(typed[name]) for name in AnswerForm.base_fields if name in typed}
    chosen = typed.get("template", "")
    if not (chosen.isascii() and chosen.isdigit() and len(chosen) < 10):
        return kept
    template = ResponseTemplate.objects.filter(pk=chosen).first()
    if template is None:
        return kept
    text = kept.get("text", "").strip()
    if not text:
        text = template.text
    elif template.text not in text.replace("\r\n", "\n"):
        text = f"{text}\n\n{template.text}"
    return kept | {
        "text": text,
        "disposition": template.disposition,
        "no_change_because": kept.get("no_change_because") or template.no_change_because,
    }


def _conflict(request: HttpRequest, theirs: Response, form: AnswerForm, here: Here) -> HttpResponse:
    """Both texts; saving again is over what stands there now."""
    node, mine = here.node(theirs.changed_item_id), form.cleaned_data
    item = mine["number"]
    ours = here.node(item.pk) if item else None
    pairs = [
        ("What was asked for", theirs.title, mine["title"]),
        (
            "What comes of it",
            theirs.get_disposition_display(),
            dict(form.fields["disposition"].choices)[mine["disposition"]],  # type: ignore[attr-defined]
        ),
        ("The answer", theirs.text, mine["text"]),
        ("Item that changed", node.number if node else "", ours.number if ours else ""),
        ("No change, because", theirs.no_change_because, mine["no_change_because"]),
    ]
    data = request.POST.copy()
    data["revision"] = str(theirs.revision)
    context = {
        "response": theirs,
        "form": AnswerForm(data, here=here, response=theirs),
        "pairs": [(name, one, marked(one, other)) for name, one, other in pairs if one != other],
    }
    return render(request, "plans/answer_conflict.html", context, status=409)


@for_duty(StaffRole.PLAN_EDITOR)
@require_POST
def answer_leave(request: HttpRequest, pk: int) -> HttpResponse:
    response, _ = _response(pk)
    ticked = ticked_in(request.POST.getlist("comment"))
    try:
        n = actions.leave_comments(response=response, comments=ticked, by=request.user)
    except MoveRefused as refusal:
        messages.error(request, str(refusal))
    else:
        said = f"{counted(n, 'comment')} taken out. It waits for an answer again."
        messages.success(request, said if n else "Tick the comments to take out.")
    return redirect("plans:answer_edit", pk)


@for_duty(StaffRole.PLAN_EDITOR)
@require_POST
def answer_drop(request: HttpRequest, pk: int) -> HttpResponse:
    response, _ = _response(pk)
    try:
        actions.drop_response(response=response, by=request.user)
    except MoveRefused as refusal:
        messages.error(request, str(refusal))
        return redirect("plans:answer_edit", pk)
    messages.success(request, "The answer is dropped. Its comments wait for another one.")
    return redirect("plans:answer_list")


@for_duty(StaffRole.PLAN_EDITOR)
@require_http_methods(GET_AND_POST)
def answer_publish(request: HttpRequest) -> HttpResponse:
    """What will be published, what is missing, then the act."""
    version, shared = _asked(request)
    if version is None:
        return render(request, "plans/answer_publish.html", shared)
    error, status = "", 200
    if request.method == "POST":
        letters = readers_of(prepared(version.plan))
        try:
            n = actions.publish_responses(
                plan=version.plan, seen=request.POST.get("seen", ""), by=request.user
            )
        except (MoveRefused, actions.AnswersChanged) as refusal:
            error, status = str(refusal), 409
        else:
            told = " Those who asked get a letter." if letters else ""
            messages.success(request, f"{counted(n, 'answer')} published.{told}")
            return redirect(f"{reverse('plans:response_list')}{read_at(version.plan)}")
    rows = prepared(version.plan)
    ready = [one for one in rows if not one.lacks]
    context = shared | {
        "ready": ready,
        "unready": [one for one in rows if one.lacks],
        "comments": sum(one.comments for one in ready),
        "letters": readers_of(rows),
        "waiting": without_answer(version.plan),
        "unread": Comment.objects.filter(
            item__plan=version.plan, state=CommentState.WAITING
        ).count(),
        "seen": seen_of(rows),
        "may_publish": version.plan.state in PUBLISH_STATES,
        "error": error,
    }
    return render(request, "plans/answer_publish.html", context, status=status)


# Words that answers begin with --------------------------------------------------------


@for_duty(StaffRole.PLAN_EDITOR)
@require_safe
def answer_template_list(request: HttpRequest) -> HttpResponse:
    context = {"templates": ResponseTemplate.objects.all()}
    return render(request, "plans/answer_template_list.html", context)


@for_duty(StaffRole.PLAN_EDITOR)
@require_http_methods(GET_AND_POST)
def answer_template_add(request: HttpRequest) -> HttpResponse:
    return _template_page(request, ResponseTemplate())


@for_duty(StaffRole.PLAN_EDITOR)
@require_http_methods(GET_AND_POST)
def answer_template_edit(request: HttpRequest, pk: int) -> HttpResponse:
    return _template_page(request, get_object_or_404(ResponseTemplate, pk=pk))


def _template_page(request: HttpRequest, template: ResponseTemplate) -> HttpResponse:
    form = TemplateForm(request.POST or None, instance=template)
    if request.method == "POST" and form.is_valid():
        actions.save_template(template=form.instance, by=request.user)
        messages.success(request, "Saved. Answers can begin with it.")
        return redirect("plans:answer_template_list")
    context = {
        "form": form,
        "template": template,
        "back_url": reverse("plans:answer_template_list"),
    }
    status = 422 if form.errors else 200
    return render(request, "plans/answer_template_edit.html", context, status=status)


@for_duty(StaffRole.PLAN_EDITOR)
@require_POST
def answer_template_drop(request: HttpRequest, pk: int) -> HttpResponse:
    template = get_object_or_404(ResponseTemplate, pk=pk)
    actions.drop_template(template=template, by=request.user)
    messages.success(request, "Dropped. Answers that began with it keep their words.")
    return redirect("plans:answer_template_list")
