"""The moderators' queue, and one comment in it."""

from typing import Any

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.actions import MoveRefused, NotAllowed
from accounts.choices import StaffRole
from accounts.doors import for_duty
from accounts.models import Entry
from plans import actions
from plans.choices import CommentState, Source, Stance
from plans.comments.doubles import likely_doubles, same_words
from plans.comments.moderation import A_PAGE, queue
from plans.forms import BulkForm, DecideForm, EndAppealForm, QueueQuery, ReplyForm
from plans.models import Comment, CommentWindow, PlanVersion, Reply, VersionItem
from plans.rules import (
    may_decide,
    others_moderate,
    own_part_in,
    why_not_decide,
    why_not_end_appeal,
)

Refused = (MoveRefused, NotAllowed)
WORDS = {
    "waiting": "To be read before they are shown",
    "shown": "Shown at once, to be read",
    "appeals": "Asked for another look",
}
ACTS = {
    "publish": ("Publish them", "is published"),
    "decline": ("Do not show them", "is not shown"),
    "read": ("They may stay", "may stay"),
}
ACTS_OF = {"waiting": ["publish", "decline"], "shown": ["read", "decline"], "appeals": []}


@for_duty(StaffRole.MODERATOR)
@require_safe
def comment_queue(request: HttpRequest) -> HttpResponse:
    query = QueueQuery(request.GET)
    asked = query.asked()
    version = PlanVersion.objects.current()
    found = queue(asked, version)
    found.trouble += [str(sentence) for some in query.errors.values() for sentence in some]
    _mark_own(found.rows, request.user)
    filters = {name: value for name, value in asked.items() if name not in ("what", "after")}
    decided = Comment.objects.filter(state__in=[CommentState.PUBLISHED, CommentState.DECLINED])
    links = [
        (words, _link(filters | {"what": what}), found.counts[what], what == found.what)
        for what, words in WORDS.items()
    ]
    context = {
        "found": found,
        "links": links,
        "title": WORDS[found.what],
        "asked": asked,
        "filters": filters,
        "plain_link": _link({"what": found.what}),
        "first_link": _link(filters | {"what": found.what}) if asked.get("after") else "",
        "next_link": _link(filters | {"what": found.what, "after": found.next})
        if found.next
        else "",
        "acts": [(act, ACTS[act][0]) for act in ACTS_OF[found.what]],
        "stances": [*Stance.choices, ("none", "Left open")],
        "sources": Source.choices,
        "windows": CommentWindow.objects.filter(plan__isnull=False).order_by("-closes_at")[:20],
        "decided": decided.filter(decided_by__isnull=False)
        .select_related("decided_by")
        .order_by("-decided_at")[:10],
    }
    return render(request, "plans/comment_queue.html", context)


def _mark_own(rows: list[Comment], user: Any) -> None:
    """Those that a colleague decides on, where there is one. One query, if any."""
    own = {row.pk: why for row in rows if (why := own_part_in(user, row))}
    alone = not own or not others_moderate(user)
    for row in rows:
        row.hindered = "" if alone else own.get(row.pk, "")  # type: ignore[attr-defined]


def _link(asked: dict[str, Any]) -> str:
    return f"{reverse('plans:comment_queue')}?{urlencode(asked)}"


@for_duty(StaffRole.MODERATOR)
@require_http_methods(["GET", "HEAD", "POST"])
def comment_bulk(request: HttpRequest) -> HttpResponse:
    """GET shows what will happen to each chosen comment, with all of its words; POST does it."""
    sent = request.POST if request.method == "POST" else request.GET
    act = sent.get("act", "")
    picks = _picks(sent.getlist("pick"))
    if act not in ACTS or not picks:
        messages.error(request, "Tick the comments first, then choose what to do with them.")
        return redirect("plans:comment_queue")
    form = BulkForm(request.POST or None, declining=act == "decline")
    status = 200
    if request.method == "POST" and form.is_valid():
        outcome = actions.decide_together(
            picks=picks, act=act, by=request.user, **form.cleaned_data
        )
        if outcome.done:
            n = len(outcome.done)
            what = ACTS[act][1] if n == 1 else ACTS[act][1].replace("is ", "are ")
            messages.success(request, f"{n} comment{'' if n == 1 else 's'} {what}.")
        if not outcome.refused:
            return redirect("plans:comment_queue")
        context = {"outcome": outcome, "act": act}
        return render(request, "plans/comment_bulk.html", context, status=409)
    if form.errors:
        status = 422
    comments = _chosen([pk for pk, _ in picks])
    for comment in comments:
        comment.hindered = _hindered(comment, act, request.user)  # type: ignore[attr-defined]
    context = {
        "comments": comments,
        "free": len([one for one in comments if not one.hindered]),  # type: ignore[attr-defined]
        "act": act,
        "button": ACTS[act][0],
        "form": form,
        "outcome": None,
    }
    return render(request, "plans/comment_bulk.html", context, status=status)


def _picks(values: list[str]) -> list[tuple[int, str]]:
    """ "12" or "12~<seen>"; whatever else is sent is nobody's."""
    found = {}
    for value in values[: A_PAGE * 2]:
        pk, _, seen = value.partition("~")
        if pk.isascii() and pk.isdigit() and len(pk) < 16:
            found[int(pk)] = seen
    return list(found.items())


def _chosen(keys: list[int]) -> list[Comment]:
    known = Comment.objects.exclude(state=CommentState.UNCONFIRMED).filter(pk__in=keys)
    return list(known.select_related("organization", "version", "submission").order_by("pk"))


def _hindered(comment: Comment, act: str, user: Any) -> str:
    """Why this one will be left as it is."""
    if comment.has_open_appeal:
        return "Its author asked for another look. Answer that on its own page."
    if act == "read":
        fits = comment.is_unread
    else:
        fits = comment.state == CommentState.WAITING or (
            act == "decline" and comment.state == CommentState.PUBLISHED
        )
    if not fits:
        return f"It is decided meanwhile: {comment.get_state_display().lower()}."
    return why_not_decide(user, comment)


@for_duty(StaffRole.MODERATOR)
@require_http_methods(["GET", "HEAD", "POST"])
def comment_decide(request: HttpRequest, pk: int) -> HttpResponse:
    comment = _comment(pk)
    if request.method != "POST":
        return _page(request, comment)
    do = request.POST.get("do")
    form = DecideForm(request.POST, declining=do == "decline")
    if not form.is_valid():
        return _page(request, comment, form=form, status=422)
    given = {"comment": comment, "seen": form.cleaned_data["seen"], "by": request.user}
    try:
        if do == "decline":
            words = form.cleaned_data["words"]
            actions.decline_comment(**given, reason=form.cleaned_data["reason"], words=words)
            messages.success(request, f"Comment {comment.receipt} is not shown.")
        elif do == "read":
            actions.mark_read(**given)
            messages.success(request, f"Comment {comment.receipt} may stay.")
        else:
            actions.publish_comment(**given)
            messages.success(request, f"Comment {comment.receipt} is published.")
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("plans:comment_decide", pk)
    except actions.ChangedMeanwhile as refusal:
        form.add_error(None, str(refusal))
        return _page(request, _comment(pk), form=form, status=409)
    return redirect("plans:comment_queue")


@for_duty(StaffRole.MODERATOR)
@require_POST
def comment_end_appeal(request: HttpRequest, pk: int) -> HttpResponse:
    comment = _comment(pk)
    form = EndAppealForm(request.POST)
    if not form.is_valid():
        return _page(request, comment, appeal=form, status=422)
    publish = request.POST.get("do") == "publish"
    try:
        words = form.cleaned_data["words"]
        actions.end_appeal(comment=comment, publish=publish, words=words, by=request.user)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("plans:comment_decide", pk)
    what = "is published" if publish else "is still not shown"
    messages.success(request, f"Comment {comment.receipt} {what}. Its author gets a letter.")
    return redirect("plans:comment_queue")


@for_duty(StaffRole.MODERATOR)
@require_POST
def comment_reply(request: HttpRequest, pk: int) -> HttpResponse:
    comment = _comment(pk)
    form = ReplyForm(request.POST)
    if not form.is_valid():
        return _page(request, comment, reply=form, status=422)
    try:
        actions.reply_to(
            comment=comment,
            text=form.cleaned_data["text"],
            form_token=form.cleaned_data["token"],
            by=request.user,
        )
    except MoveRefused as refusal:
        form.add_error(None, str(refusal))
        return _page(request, _comment(pk), reply=form, status=409)
    messages.success(request, "The reply stands under the comment.")
    return redirect("plans:comment_decide", pk)


@for_duty(StaffRole.MODERATOR)
@require_POST
def reply_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    reply = get_object_or_404(Reply, pk=pk)
    try:
        actions.withdraw_reply(reply=reply, by=request.user)
    except MoveRefused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, "The reply is withdrawn. Readers see that there was one.")
    return redirect("plans:comment_decide", reply.comment_id)


@for_duty(StaffRole.MODERATOR)
@require_safe
def comment_doubles(request: HttpRequest) -> HttpResponse:
    heads = (
        Comment.objects.exclude(state=CommentState.UNCONFIRMED)
        .annotate(n=Count("alike", filter=~Q(alike__state=CommentState.WITHDRAWN)))
        .filter(n__gt=0)
        .order_by("-n", "pk")[:50]
    )
    context = {"groups": same_words(), "heads": heads}
    return render(request, "plans/comment_doubles.html", context)


@for_duty(StaffRole.MODERATOR)
@require_POST
def comment_group(request: HttpRequest, pk: int) -> HttpResponse:
    """The ticked comments are shown with this one."""
    head = _comment(pk)
    doubles = [key for key, _ in _picks(request.POST.getlist("pick")) if key != pk]
    if not doubles:
        messages.error(request, "Tick the comments that say the same.")
        return redirect("plans:comment_decide", pk)
    known = [comment.pk for comment in _chosen(doubles)]
    try:
        joined = actions.group_doubles(head=head, doubles=known, by=request.user)
    except MoveRefused as refusal:
        messages.error(request, str(refusal))
    else:
        n = len(joined)
        s = "comment is" if n == 1 else "comments are"
        messages.success(request, f"{n} {s} grouped under {head.receipt}.")
    return redirect("plans:comment_decide", pk)


@for_duty(StaffRole.MODERATOR)
@require_POST
def comment_ungroup(request: HttpRequest, pk: int) -> HttpResponse:
    freed = actions.ungroup(comment=_comment(pk), by=request.user)
    if freed:
        n = len(freed)
        s = "comment stands" if n == 1 else "comments stand"
        messages.success(request, f"{n} {s} alone again.")
    return redirect("plans:comment_decide", pk)


def _page(
    request: HttpRequest,
    comment: Comment,
    *,
    form: DecideForm | None = None,
    appeal: EndAppealForm | None = None,
    reply: ReplyForm | None = None,
    status: int = 200,
) -> HttpResponse:
    """All of one comment; the form that came back in it, with what was typed."""
    here = VersionItem.objects.filter(version_id=comment.version_id, item_id=comment.item_id)
    standing = comment.state in (CommentState.WAITING, CommentState.PUBLISHED)
    hindered = why_not_decide(request.user, comment)
    context = {
        "comment": comment,
        "form": form or DecideForm(),
        "appeal": appeal or EndAppealForm(),
        "reply": reply or ReplyForm(),
        "node": here.first(),
        "hindered": hindered,
        "may_decide": may_decide(request.user, comment) and not hindered,
        "not_yours": why_not_end_appeal(request.user, comment) if comment.has_open_appeal else "",
        "alike": list(comment.alike.order_by("pk")),
        "likely": likely_doubles(comment) if standing and not comment.same_as_id else [],
        "replies": list(comment.replies.all()),
        "entries": _history(comment),
    }
    return render(request, "plans/comment_decide.html", context, status=status)


def _comment(pk: int) -> Comment:
    known = Comment.objects.exclude(state=CommentState.UNCONFIRMED)
    beside = ("organization", "version", "decided_by", "item", "submission", "same_as", "window")
    return get_object_or_404(known.select_related(*beside), pk=pk)


def _history(comment: Comment) -> list[Entry]:
    return list(
        Entry.objects.filter(
            subject_type__app_label="plans",
            subject_type__model="comment",
            subject_id=str(comment.pk),
        ).order_by("at", "pk")
    )
