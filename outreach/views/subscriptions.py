"""Subscribing, saying yes, changing and stopping: all without an account."""

import structlog
from django.contrib import messages
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe
from redis.exceptions import RedisError

from accounts.actions import MoveRefused
from accounts.doors import address_of, public
from employers.browsing.search import OpportunityQuery
from outreach import tokens
from outreach.actions import subscriptions as actions
from outreach.choices import SubscriptionState
from outreach.forms import AgainForm, ManageForm, SubscribeForm
from outreach.models import Subscription
from outreach.models.subscriptions import MOST_QUERY
from programs.models import CareerCenter
from vocabularies.templatetags.words import moment

log = structlog.get_logger("portal.outreach")

ASKS_AN_HOUR = 30  # from one network address; a school's many readers may share one
SENT = "subscription-sent"  # of the session: the address that was typed last, and its search
FRESH = (
    "Enter your address, and we send you a link to your letters: to confirm, change or stop them."
)
DEAD_CONFIRMATION = (
    "Links to confirm work for seven days, and the newest one counts. "
    "Enter your address and we send a fresh one."
)
CUT_OFF = (
    "It may be cut off: some mail programs break a long link in two. Copy the whole link from the "
    "letter, or enter your address and we send you a fresh one to change or stop your letters."
)
form_methods = require_http_methods(["GET", "HEAD", "POST"])


@public
@form_methods
def subscribe(request: HttpRequest) -> HttpResponse:
    """Follow the search in the query string."""
    query = OpportunityQuery.from_get(request.GET)
    kept = query.to_querystring()
    too_long = len(kept) > MOST_QUERY
    form = SubscribeForm(request.POST or None, initial=_known_of(request))
    if request.method == "POST" and not too_long and form.is_valid():
        request.session[SENT] = {"email": form.cleaned_data["email"], "query": kept}
        if form.cleaned_data["website"] or _too_many(request):
            log.warning("subscription not kept", honeypot=bool(form.cleaned_data["website"]))
            return redirect("outreach:subscribe_sent")
        try:
            actions.ask_for_subscription(
                email=form.cleaned_data["email"], query=kept, by=_by(request), **form.wishes()
            )
            return redirect("outreach:subscribe_sent")
        except actions.TooOften as error:
            form.add_error("email", str(error))
    status = 422 if request.method == "POST" or too_long else 200
    context = {"form": form, "search": query.describe(), "kept": kept, "too_long": too_long}
    return render(request, "outreach/subscribe.html", context, status=status)


@public
@never_cache
@require_safe
def subscribe_sent(request: HttpRequest) -> HttpResponse:
    """The same words whatever came of it: nobody learns who follows what."""
    return render(request, "outreach/subscribe_sent.html", request.session.get(SENT))


@public
@never_cache
@form_methods
def subscription_confirm(request: HttpRequest, token: str) -> HttpResponse:
    """Opening the link asks; the button says yes."""
    try:
        if request.method == "POST":
            subscription = actions.confirm_subscription(token=token, by=_by(request))
            messages.success(request, "Thank you. The letters begin.")
            return redirect(subscription.manage_url)
        subscription = actions.find_by_confirmation(token=token)
    except actions.DeadLink:
        return _dead_link(request, DEAD_CONFIRMATION)
    context = {
        "subscription": subscription,
        "waiting": subscription.state == SubscriptionState.UNCONFIRMED,
    }
    return render(request, "outreach/subscription_confirm.html", context)


@public
@form_methods
def subscription_again(request: HttpRequest) -> HttpResponse:
    """A fresh link, to confirm what waits and to change or stop what is active."""
    form = AgainForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        request.session[SENT] = {"email": form.cleaned_data["email"]}
        if not _too_many(request):
            actions.send_fresh_links(email=form.cleaned_data["email"])
        return redirect("outreach:subscribe_sent")
    status = 422 if request.method == "POST" else 200
    return render(request, "outreach/dead_link.html", {"form": form, "lede": FRESH}, status=status)


def _dead_link(request: HttpRequest, lede: str) -> HttpResponse:
    context = {"form": AgainForm(), "lede": lede, "dead": True}
    return render(request, "outreach/dead_link.html", context, status=404)


@public
@never_cache
@form_methods
def subscription_manage(request: HttpRequest, token: str) -> HttpResponse:
    """The reader's own page, by the link in every letter."""
    subscription = _by_token(tokens.manage, token)
    if subscription is None:
        return _dead_link(request, CUT_OFF)
    form = ManageForm(
        request.POST if request.POST.get("do") == "save" else None,
        zone=subscription.zone,
        initial={
            "rhythm": subscription.rhythm,
            "weekday": subscription.weekday,
            "hour": subscription.at.hour,
            "label": subscription.label,
        },
    )
    if request.method == "POST":
        if _do(request, subscription, form):
            return redirect("outreach:subscription_manage", token)
        subscription.refresh_from_db()
    with timezone.override(subscription.time_zone):
        next_due = moment(subscription.next_due_at)
    context = {"subscription": subscription, "form": form, "next_due": next_due}
    status = 422 if form.errors else 200
    return render(request, "outreach/subscription_manage.html", context, status=status)


def _do(request: HttpRequest, subscription: Subscription, form: ManageForm) -> bool:
    """What the pressed button says. False if the form has to come back."""
    by, wanted = _by(request), request.POST.get("do")
    try:
        if wanted == "save":
            if not form.is_valid():
                return False
            actions.change_subscription(subscription=subscription, by=by, **form.wishes())
            messages.success(request, "Saved.")
        elif wanted == "pause":
            actions.pause_subscription(subscription=subscription, by=by)
            messages.success(request, "Paused. We keep your place.")
        elif wanted == "resume":
            actions.resume_subscription(subscription=subscription, by=by)
            messages.success(request, "The letters go on.")
        elif wanted == "stop":
            actions.stop_subscription(subscription=subscription, by=by)
            messages.success(request, "Stopped. No more letters come.")
    except MoveRefused as error:
        messages.error(request, str(error))
    return True


@public
@never_cache
@csrf_exempt
@form_methods
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """One click in the mail program (RFC 8058): a POST without cookie or session stops it.
    Opening the link only shows the button."""
    subscription = _by_token(tokens.unsubscribe, token)
    if subscription is None:
        return _dead_link(request, CUT_OFF)
    if request.method == "POST":
        subscription = actions.stop_subscription(subscription=subscription, by=_by(request))
    context = {
        "subscription": subscription,
        "stopped": subscription.state == SubscriptionState.STOPPED,
    }
    return render(request, "outreach/unsubscribe.html", context)


def _by_token(purpose: tokens.Purpose, token: str) -> Subscription | None:
    """None for a link that is cut off, changed or of something that is gone."""
    try:
        pk = purpose.read(token)
    except tokens.BadToken:
        return None
    return Subscription.objects.with_center().filter(pk=pk).first()


def _by(request: HttpRequest) -> object | None:
    return request.user if request.user.is_authenticated else None


def _known_of(request: HttpRequest) -> dict[str, object]:
    """What the portal knows of a signed-in person already."""
    if not request.user.is_authenticated:
        return {}
    centers = CareerCenter.objects.public().filter(
        provider__organization__in=request.user.belongs_to
    )
    return {
        "email": request.user.email,
        "name": request.user.name,
        "career_center": centers.first(),
    }


def _too_many(request: HttpRequest) -> bool:
    """More asks from this network address than people make. Without a cache the limit per
    mail address, which is in the database, has to do."""
    key = f"subscribe:{address_of(request)}"
    try:
        cache.add(key, 0, timeout=3600)
        return cache.incr(key) > ASKS_AN_HOUR
    except (RedisError, ValueError):
        return False
