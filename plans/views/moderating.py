"""The moderators' queue, oldest first, and one comment in it."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from accounts.actions import MoveRefused
from accounts.choices import StaffRole
from accounts.doors import for_duty
from accounts.models import Entry
from plans import actions
from plans.choices import CommentState
from plans.forms import DecideForm
from plans.models import Comment, VersionItem
from plans.rules import may_decide

A_PAGE = 50


@for_duty(StaffRole.MODERATOR)
@require_safe
def comment_queue(request: HttpRequest) -> HttpResponse:
    waiting = Comment.objects.waiting()
    decided = Comment.objects.filter(state__in=[CommentState.PUBLISHED, CommentState.DECLINED])
    context = {
        "total": waiting.count(),
        "waiting": waiting.select_related("organization", "version")[:A_PAGE],
        "decided": decided.select_related("organization", "decided_by").order_by("-decided_at")[
            :10
        ],
        "now": timezone.now(),
    }
    return render(request, "plans/comment_queue.html", context)


@for_duty(StaffRole.MODERATOR)
@require_http_methods(["GET", "HEAD", "POST"])
def comment_decide(request: HttpRequest, pk: int) -> HttpResponse:
    comment = _comment(pk)
    status = 200
    declining = request.POST.get("do") == "decline"
    form = DecideForm(request.POST or None, declining=declining)
    if request.method == "POST" and form.is_valid():
        try:
            if declining:
                actions.decline_comment(
                    comment=comment,
                    reason=form.cleaned_data["reason"],
                    words=form.cleaned_data["words"],
                    seen=form.cleaned_data["seen"],
                    by=request.user,
                )
                messages.success(request, f"Comment {comment.receipt} is not shown.")
            else:
                actions.publish_comment(
                    comment=comment, seen=form.cleaned_data["seen"], by=request.user
                )
                messages.success(request, f"Comment {comment.receipt} is published.")
            return redirect("plans:comment_queue")
        except MoveRefused as refusal:
            messages.error(request, str(refusal))
            return redirect("plans:comment_decide", pk)
        except actions.ChangedMeanwhile as refusal:
            form.add_error(None, str(refusal))
            comment, status = _comment(pk), 409
    elif form.errors:
        status = 422
    context = {
        "comment": comment,
        "form": form,
        "node": VersionItem.objects.filter(
            version_id=comment.version_id, item_id=comment.item_id
        ).first(),
        "may_decide": may_decide(request.user, comment),
        "entries": _history(comment),
    }
    return render(request, "plans/comment_decide.html", context, status=status)


def _comment(pk: int) -> Comment:
    known = Comment.objects.exclude(state=CommentState.UNCONFIRMED)
    return get_object_or_404(
        known.select_related("organization", "version", "decided_by", "item"), pk=pk
    )


def _history(comment: Comment) -> list[Entry]:
    return list(
        Entry.objects.filter(
            subject_type__app_label="plans",
            subject_type__model="comment",
            subject_id=str(comment.pk),
        ).order_by("at", "pk")
    )
