"""Giving input without an account, and following what one gave."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.actions import MoveRefused
from accounts.doors import public
from accounts.strangers import sender_of
from plans import actions
from plans.choices import CommentState, PlanState
from plans.comments.flood import is_flood
from plans.comments.windows import WindowSeen, window_over
from plans.forms import AddressForm, AppealForm, CommentForm, VoiceForm, known_of
from plans.letters.links import comment_of, private_token
from plans.models import Comment, VersionItem
from plans.organizations import known_names
from plans.rules import author_may_appeal, author_may_change, author_may_withdraw
from plans.structure.lineage import address_in
from plans.structure.numbers import NUMBER
from plans.views.reading import current_asked, suffix_of

SENT = "comment-sent"  # of the session: the comment that was given last
GET_AND_POST = ["GET", "HEAD", "POST"]


@public
@require_http_methods(GET_AND_POST)
def comment_give(request: HttpRequest, number: str) -> HttpResponse:
    node = _node(request, number)
    window = window_over(node, timezone.now())
    if request.method != "POST":
        form = CommentForm(version=node.version.number, initial=known_of(request.user))
        if window.taking and is_flood():
            form.ask_for_work()
        return _form_page(request, node, form, window)
    form = CommentForm(request.POST, version=node.version.number)
    if form.is_trap:
        return redirect("plans:comment_sent")
    if not window.taking:
        return _form_page(request, node, form, window, status=409)
    if not form.is_valid():
        return _form_page(request, node, form, window, status=422)
    try:
        comment = actions.give_comment(
            node=node,
            voice=form.voice(),
            sender=sender_of(request),
            form_token=form.cleaned_data["token"],
        )
    except actions.TooMany as refusal:
        form.add_error(None, str(refusal))
        return _form_page(request, node, form, window, status=429)
    except actions.Flooded:
        form.ask_for_work(spent=form.voice().worked)
        return _form_page(request, node, form, window, status=429, flooded=True)
    except actions.CommentsClosed:
        return _form_page(request, node, form, WindowSeen(), status=409)
    request.session[SENT] = comment.pk
    return redirect(f"{reverse('plans:comment_sent')}?item={number}")


def _node(request: HttpRequest, number: str) -> VersionItem:
    """The item of this number in the current version; for a form that was filled in before that
    came, the one that its page showed."""
    current = current_asked(request)
    if current is None:
        raise Http404("No plan is published yet.")
    read = request.POST.get("version", "")
    if read.isdecimal() and len(read) < 5 and int(read) != current.number:
        earlier = VersionItem.objects.filter(
            version__plan_id=current.plan_id, version__number=int(read), number=number
        )
        if node := earlier.select_related("version__plan").first():
            return node
    node = current.items.filter(number=number).first()
    if node is None:
        raise Http404("The current version has no such number.")
    node.version = current
    return node


def _form_page(
    request: HttpRequest,
    node: VersionItem,
    form: CommentForm,
    window: WindowSeen,
    status: int = 200,
    flooded: bool = False,
) -> HttpResponse:
    context = {
        "node": node,
        "form": form,
        "window": window,
        "organizations": known_names(),
        "suffix": suffix_of(node.version, node.version),
        "flooded": flooded,
        "typed": form.data.get("text", "")[:20_000] if form.is_bound and not window.taking else "",
    }
    return render(request, "plans/comment_give.html", context, status=status)


@public
@never_cache
@require_http_methods(GET_AND_POST)
def comment_sent(request: HttpRequest) -> HttpResponse:
    """Names the address that we wrote to; who mistyped it corrects it here."""
    number = request.GET.get("item", "")
    comment = _just_given(request)
    form = AddressForm(request.POST or None)
    status = 200
    if request.method == "POST" and comment is None:
        messages.error(request, "This address can no longer be corrected. Give the comment again.")
        return redirect("plans:comment_sent")
    if request.method == "POST" and comment and form.is_valid():
        try:
            actions.correct_address(comment=comment, email=form.cleaned_data["email"])
        except (actions.TooMany, MoveRefused) as refusal:
            form.add_error("email", str(refusal))
            status = 429
        else:
            return redirect(request.get_full_path())
    elif form.errors:
        status = 422
    context = {
        "number": number if NUMBER.fullmatch(number) else "",
        "comment": comment,
        "form": form,
    }
    return render(request, "plans/comment_sent.html", context, status=status)


def _just_given(request: HttpRequest) -> Comment | None:
    """What this browser gave within the hour and nobody has confirmed yet."""
    return Comment.objects.filter(
        pk=request.session.get(SENT, 0),
        state=CommentState.UNCONFIRMED,
        created_at__gt=timezone.now() - actions.CORRECT_WITHIN,
    ).first()


@public
@never_cache
@require_http_methods(GET_AND_POST)
def comment_confirm(request: HttpRequest, token: str) -> HttpResponse:
    """GET asks, POST confirms: a mail scanner that opens the link changes nothing."""
    comment = (
        Comment.objects.filter(confirm_hash=actions.hash_of(token))
        .select_related("version", "window")
        .first()
    )
    if comment is None:
        return render(request, "plans/comment_confirm.html", {"trouble": "unknown"}, status=404)
    context = {
        "comment": comment,
        "token": token,
        "node": _said_about(comment),
        "at_once": actions.is_shown_at_once(comment),
    }
    if request.method == "POST":
        try:
            comment = actions.confirm_comment(token=token)
        except actions.AlreadyConfirmed:
            return render(request, "plans/comment_confirm.html", context | {"trouble": "used"})
        except actions.LinkExpired:
            pass
        else:
            shown = " It is shown now." if comment.state == CommentState.PUBLISHED else ""
            messages.success(request, f"Thank you. Your comment is confirmed.{shown}")
            return redirect("plans:comment_follow", private_token(comment))
    if comment.state != CommentState.UNCONFIRMED:
        return render(request, "plans/comment_confirm.html", context | {"trouble": "used"})
    if comment.confirm_sent_at + actions.CONFIRM_WITHIN < timezone.now():
        gone = context | {"trouble": "expired"}
        return render(request, "plans/comment_confirm.html", gone, status=410)
    return render(request, "plans/comment_confirm.html", context)


@public
@require_POST
def comment_fresh_link(request: HttpRequest, token: str) -> HttpResponse:
    """Always the same answer: it tells nobody whether an address is known."""
    actions.send_fresh_link(token=token)
    return redirect("plans:comment_sent")


def _said_about(comment: Comment) -> VersionItem:
    """The item as the version says it that was read: the working copy is nobody's to see here."""
    return VersionItem.objects.select_related("version__plan").get(
        version_id=comment.version_id, item_id=comment.item_id
    )


def _mine(token: str) -> tuple[Comment, VersionItem, WindowSeen] | None:
    """None for a link that is cut off or changed."""
    comment = comment_of(token)
    if comment is None:
        return None
    node = _said_about(comment)
    return comment, node, window_over(node, timezone.now())


def _dead_link(request: HttpRequest) -> HttpResponse:
    return render(request, "plans/comment_dead_link.html", status=404)


@public
@never_cache
@require_safe
def comment_follow(request: HttpRequest, token: str) -> HttpResponse:
    """The author's own page of a comment: receipt, state, and what may still be done."""
    if (mine := _mine(token)) is None:
        return _dead_link(request)
    return _own_page(request, token, *mine, AppealForm())


def _own_page(
    request: HttpRequest,
    token: str,
    comment: Comment,
    node: VersionItem,
    window: WindowSeen,
    form: AppealForm,
) -> HttpResponse:
    now = timezone.now()
    is_history = comment.version.plan.state == PlanState.SUPERSEDED
    response = comment.response or (comment.same_as and comment.same_as.response)
    context = {
        "comment": comment,
        "node": node,
        "token": token,
        "window": window,
        "replies": list(comment.replies.all()),
        "response": response if response and response.published_at else None,
        "may_change": author_may_change(comment, window.open, now),
        "may_withdraw": author_may_withdraw(comment),
        "form": form if author_may_appeal(comment, now) else None,
        "item_url": address_in(node) if is_history else comment.item.get_absolute_url(),
    }
    status = 422 if form.errors else 200
    return render(request, "plans/comment_follow.html", context, status=status)


@public
@never_cache
@require_http_methods(GET_AND_POST)
def comment_appeal(request: HttpRequest, token: str) -> HttpResponse:
    """Asks for another look; what is wrong with the words comes back on the author's own page."""
    if (mine := _mine(token)) is None:
        return _dead_link(request)
    if request.method != "POST":
        return redirect("plans:comment_follow", token)
    form = AppealForm(request.POST)
    if not form.is_valid():
        return _own_page(request, token, *mine, form)
    try:
        actions.appeal_comment(comment=mine[0], words=form.cleaned_data["words"])
    except MoveRefused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, "Somebody will look at your comment again and write to you.")
    return redirect("plans:comment_follow", token)


@public
@never_cache
@require_http_methods(GET_AND_POST)
def comment_change(request: HttpRequest, token: str) -> HttpResponse:
    if (mine := _mine(token)) is None:
        return _dead_link(request)
    comment, _, window = mine
    if not author_may_change(comment, window.open, timezone.now()):
        context = {"comment": comment, "token": token, "window": window}
        typed = request.POST.get("text", "")[:20_000]
        return render(request, "plans/comment_change.html", context | {"typed": typed}, status=409)
    form = VoiceForm(request.POST or None, instance=comment)
    if request.method == "POST" and form.is_valid():
        try:
            comment = actions.change_comment(comment=comment, voice=form.voice())
        except (actions.CommentsClosed, MoveRefused) as refusal:
            messages.error(request, str(refusal))
        else:
            shown = comment.state == CommentState.PUBLISHED
            then = "They are shown now." if shown else "Somebody will read them soon."
            messages.success(request, f"Your changes are kept. {then}")
        return redirect("plans:comment_follow", token)
    context = {
        "comment": comment,
        "token": token,
        "window": window,
        "form": form,
        "organizations": known_names(),
    }
    status = 422 if form.errors else 200
    return render(request, "plans/comment_change.html", context, status=status)


@public
@never_cache
@require_http_methods(GET_AND_POST)
def comment_withdraw(request: HttpRequest, token: str) -> HttpResponse:
    if (mine := _mine(token)) is None:
        return _dead_link(request)
    comment, _, _ = mine
    if request.method == "POST":
        shown = " It is no longer shown." if comment.state == CommentState.PUBLISHED else ""
        try:
            actions.withdraw_comment(comment=comment)
        except MoveRefused as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, f"Your comment is withdrawn.{shown}")
        return redirect("plans:comment_follow", token)
    context = {"comment": comment, "token": token, "may_withdraw": author_may_withdraw(comment)}
    return render(request, "plans/comment_withdraw.html", context)
