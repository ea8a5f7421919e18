"""Comments that came on paper, by e-mail or at a meeting: entered, then split by item."""

import uuid
from collections import Counter
from typing import Any

from django.contrib import messages
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from accounts.actions import MoveRefused
from accounts.choices import StaffRole
from accounts.doors import for_duty
from plans import actions
from plans.choices import CommentState, PlanState
from plans.comments.answers import plans_to_answer
from plans.comments.pieces import left_over, stretches
from plans.forms import PieceForms, SubmissionForm
from plans.models import Comment, PlanVersion, Submission
from plans.organizations import known_names
from plans.rules import is_answered, others_moderate

A_PAGE = 50
GET_AND_POST = ["GET", "HEAD", "POST"]


@for_duty(StaffRole.MODERATOR)
@require_safe
def submission_list(request: HttpRequest) -> HttpResponse:
    """Newest first, in pages by key."""
    after = request.GET.get("after", "")
    rows = Submission.objects.select_related("entered_by").annotate(
        said=Count("comments", filter=~Q(comments__state=CommentState.WITHDRAWN)),
        unread=Count("comments", filter=Q(comments__state=CommentState.WAITING)),
    )
    if after.isascii() and after.isdigit() and len(after) < 16:
        rows = rows.filter(pk__lt=int(after))
    page = list(rows.order_by("-pk")[: A_PAGE + 1])
    context = {
        "rows": page[:A_PAGE],
        "next_after": page[A_PAGE - 1].pk if len(page) > A_PAGE else None,
        "version": PlanVersion.objects.current(),
    }
    return render(request, "plans/submission_list.html", context)


@for_duty(StaffRole.MODERATOR)
@require_http_methods(GET_AND_POST)
def submission_add(request: HttpRequest) -> HttpResponse:
    current = _current().plan
    at_work = [one.plan for one in plans_to_answer() if one.plan.state != PlanState.SUPERSEDED]
    others = [plan for plan in at_work if plan != current]
    form = SubmissionForm(request.POST or None, plans=[current, *others])
    if request.method == "POST" and form.is_valid():
        submission = form.save(commit=False)
        submission.plan = form.plan_chosen()
        submission.form_token = form.cleaned_data["token"] or uuid.uuid4()
        submission = actions.enter_submission(submission=submission, by=request.user)
        return redirect("plans:submission_split", submission.pk)
    context = {"form": form, "organizations": known_names()}
    return render(request, "plans/submission_add.html", context, status=422 if form.errors else 200)


@for_duty(StaffRole.MODERATOR)
@require_http_methods(GET_AND_POST)
def submission_edit(request: HttpRequest, pk: int) -> HttpResponse:
    submission = get_object_or_404(Submission, pk=pk)
    if is_answered(submission):
        messages.error(request, "A part of it is answered in public, so it stays as it is.")
        return redirect("plans:submission_split", pk)
    status, seen, stands = 200, submission.seen, None
    form = SubmissionForm(request.POST or None, instance=submission)
    if request.method == "POST" and form.is_valid():
        try:
            actions.change_submission(
                submission=form.save(commit=False),
                seen=request.POST.get("seen", ""),
                by=request.user,
            )
        except actions.SubmissionChanged as refusal:
            form.add_error(None, str(refusal))
            status, stands = 409, Submission.objects.get(pk=pk)
        except actions.NotInText as refusal:
            form.add_error("text", str(refusal))
            status = 422
        except MoveRefused as refusal:
            messages.error(request, str(refusal))
            return redirect("plans:submission_split", pk)
        else:
            messages.success(request, "It is saved.")
            return redirect("plans:submission_split", pk)
    elif form.errors:
        status = 422
    context = {
        "form": form,
        "submission": submission,
        "seen": seen,
        "stands": stands,
        "organizations": known_names(),
    }
    return render(request, "plans/submission_edit.html", context, status=status)


@for_duty(StaffRole.MODERATOR)
@require_http_methods(GET_AND_POST)
def submission_split(request: HttpRequest, pk: int) -> HttpResponse:
    """The whole text with its comments; POST saves them once it is shown what stays out."""
    submission = get_object_or_404(Submission.objects.select_related("plan", "entered_by"), pk=pk)
    comments = list(_standing(submission))
    version = actions.version_on(submission.plan, submission.said_on)
    nodes = list(version.items.order_by("order")) if version else []
    rows = PieceForms(
        request.POST if request.method == "POST" else None,
        submission=submission,
        comments=comments,
        nodes=nodes,
    )
    context = {"asks": False, "trouble": ""}
    status = 200
    if request.method == "POST" and request.POST.get("do") != "more":
        if not rows.is_valid():
            status = 422
        elif request.POST.get("do") == "check" and _loses(submission, rows):
            context["asks"] = True
        else:
            try:
                kept = actions.split_submission(
                    submission=submission,
                    pieces=rows.pieces,
                    seen=request.POST.get("seen", ""),
                    by=request.user,
                )
            except (actions.SubmissionChanged, actions.NotInText, MoveRefused) as refusal:
                context["trouble"], status = str(refusal), 409
            else:
                messages.success(request, _told(kept, request.user))
                return redirect("plans:submission_split", pk)
    texts = [piece.text for piece in rows.pieces] if context["asks"] else [c.text for c in comments]
    context |= {
        "submission": submission,
        "version": version,
        "was_read": version and actions.day_of(version) <= submission.said_on,
        "nodes": nodes[:300],
        "rows": rows,
        "comments": comments,
        "stretches": stretches(submission.text, texts),
        "left": left_over(submission.text, texts),
        "taken_out": rows.taken_out if context["asks"] else [],
        "is_answered": is_answered(submission),
        "waiting": [one for one in comments if one.state == CommentState.WAITING],
        "is_alone": not others_moderate(request.user),
        "seen": submission.seen,
    }
    return render(request, "plans/submission_split.html", context, status=status)


def _current() -> PlanVersion:
    version = PlanVersion.objects.current()
    if version is None:
        raise Http404("No plan is published yet.")
    return version


def _standing(submission: Submission) -> Any:
    rows = Comment.objects.filter(submission=submission).exclude(state=CommentState.WITHDRAWN)
    return rows.order_by("pk")


def _loses(submission: Submission, rows: PieceForms) -> bool:
    """Words go to no item, or a comment is taken out: shown before it is saved."""
    left = left_over(submission.text, [piece.text for piece in rows.pieces])
    return bool(left or rows.taken_out)


def _told(kept: list[Comment], user: Any) -> str:
    n = Counter(one.state for one in kept)[CommentState.WAITING]
    if not n:
        return "It is saved."
    waits = "One comment waits" if n == 1 else f"{n} comments wait"
    if others_moderate(user):
        return f"It is saved. {waits} until a colleague has read what you entered."
    return f"It is saved. {waits}. Nobody else moderates, so you may publish them yourself."
