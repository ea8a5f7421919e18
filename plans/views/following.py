"""Following the plan: by e-mail without an account, by Atom, and ending it."""

import uuid
from datetime import datetime

from django.conf import settings
from django.contrib import messages
from django.core.cache import cache
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe
from redis.exceptions import RedisError

from accounts.doors import public
from accounts.strangers import sender_of
from plans import actions
from plans.comments.answers import Here
from plans.follows import followed_by, not_yet
from plans.forms import FollowForm
from plans.happenings import happened, name_of
from plans.letters.links import FOLLOW_END, FOLLOW_MANAGE, follow_of, follow_token
from plans.models import Follow, Item, PlanVersion, VersionItem
from plans.structure.lineage import goes_on_as
from plans.structure.numbers import ancestors_of
from vocabularies.models import Region

GET_AND_POST = ["GET", "HEAD", "POST"]
ASKS_AN_HOUR = 30  # from one network address; a school's many readers may share one
SENT = "follow-sent"  # of the session: the address that was typed last
FEED = 50


@public
@never_cache
@require_http_methods(GET_AND_POST)
def follow_add(request: HttpRequest) -> HttpResponse:
    """`?item=` names the item that the reader comes from."""
    current = PlanVersion.objects.current()
    if current is None:
        raise Http404("No plan is published yet.")
    current, node = _asked_for(request.GET.get("item", ""), current)
    places = _places(node, current)
    known = request.user.is_authenticated
    followed = followed_by(request.user, current, [one.item_id for one in places])
    if request.method == "POST":
        form = FollowForm(request.POST, places=places, plan=current.plan, known=known)
    else:
        left = not_yet(followed, [one.item_id for one in places])
        offered = [one for one in places if one.item_id in left]
        form = FollowForm(places=offered, plan=current.plan, known=known)
    status = 200
    if request.method == "POST" and form.is_valid():
        what = form.cleaned_data["what"]
        item = next((one.item for one in places if str(one.item_id) == what), None)
        if known:
            follow = actions.follow_at_once(plan=current.plan, item=item, by=request.user)
            messages.success(request, "You follow it. We write when something is new.")
            return redirect("plans:follow_manage", follow_token(follow, FOLLOW_MANAGE))
        if _asked(request, form, current, item):
            return redirect("plans:follow_sent")
        status = 429
    elif form.errors:
        status = 422
    context = {
        "form": form,
        "node": node,
        "plan": current.plan,
        "version": current,
        "followed": followed,
    }
    return render(request, "plans/follow_add.html", context, status=status)


def _asked(request: HttpRequest, form: FollowForm, current: PlanVersion, item: Item | None) -> bool:
    """The same page whatever came of it: nobody learns who follows what."""
    email = form.cleaned_data["email"]
    request.session[SENT] = email
    if form.is_trap or _too_many(request):
        return True
    try:
        actions.ask_to_follow(plan=current.plan, item=item, email=email)
    except actions.TooMany as refusal:
        form.add_error("email", str(refusal))
        return False
    return True


def _too_many(request: HttpRequest) -> bool:
    """More asks from this network address than people make. Without a cache the limit per mail
    address, which is in the database, has to do."""
    key = f"follow:{sender_of(request)}"
    try:
        cache.add(key, 0, timeout=3600)
        return cache.incr(key) > ASKS_AN_HOUR
    except (RedisError, ValueError):
        return False


def _asked_for(asked: str, current: PlanVersion) -> tuple[PlanVersion, VersionItem | None]:
    """Where the item is now; None for the whole plan, and for what is no item of it."""
    try:
        pk = uuid.UUID(asked)
    except ValueError:
        return current, None
    return _home_of(pk, current)


def _home_of(pk: uuid.UUID, current: PlanVersion) -> tuple[PlanVersion, VersionItem | None]:
    """The item in the plan that is read now; where that has none, in the next one while it is
    in the making. None for what is in neither."""
    node, _ = goes_on_as(pk, current)
    if node:
        return current, node
    coming = PlanVersion.objects.filter(plan__items=pk, plan__previous=current.plan_id)
    version = coming.select_related("plan").order_by("-number").first()
    node = goes_on_as(pk, version)[0] if version else None
    return (version, node) if version and node else (current, None)


def _places(node: VersionItem | None, current: PlanVersion) -> list[VersionItem]:
    if node is None:
        return []
    numbers = [*ancestors_of(node.number), node.number]
    found = current.items.filter(number__in=numbers).select_related("item")
    return sorted(found, key=lambda one: -one.depth)


@public
@never_cache
@require_safe
def follow_sent(request: HttpRequest) -> HttpResponse:
    return render(request, "plans/follow_sent.html", {"email": request.session.get(SENT)})


@public
@never_cache
@require_http_methods(GET_AND_POST)
def follow_confirm(request: HttpRequest, token: str) -> HttpResponse:
    """GET asks, POST confirms: a mail scanner that opens the link changes nothing."""
    try:
        if request.method == "POST":
            follow = actions.confirm_follow(token=token)
            messages.success(request, "Thank you. We write when something is new.")
            return redirect("plans:follow_manage", follow_token(follow, FOLLOW_MANAGE))
        follow = actions.find_follow(token=token)
    except actions.DeadFollowLink:
        return _dead_link(request)
    context = {"follow": follow, "name": name_of(follow)}
    return render(request, "plans/follow_confirm.html", context)


def _dead_link(request: HttpRequest) -> HttpResponse:
    return render(request, "plans/follow_dead_link.html", status=404)


@public
@never_cache
@require_http_methods(GET_AND_POST)
def follow_manage(request: HttpRequest, token: str) -> HttpResponse:
    """All that this address follows; each can be ended."""
    follow, good = follow_of(token, FOLLOW_MANAGE)
    if not good:
        return _dead_link(request)
    standing = _standing(follow)
    if request.method == "POST":
        chosen = request.POST.get("end", "")
        ended = next((one for one in standing if str(one.pk) == chosen), None)
        if ended:
            actions.end_follow(follow=ended)
            messages.success(request, f"You no longer follow {name_of(ended)}.")
        return redirect("plans:follow_manage", token)
    context = {
        "rows": [(one, name_of(one)) for one in standing],
        "email": _masked(follow.email) if follow else "",
        "end_url": reverse("plans:follow_end", args=[follow_token(follow, FOLLOW_END)])
        if follow
        else "",
    }
    return render(request, "plans/follow_manage.html", context)


def _standing(follow: Follow | None) -> list[Follow]:
    if follow is None:
        return []
    mine = actions.of_address(follow.email).filter(
        ended_at__isnull=True, confirmed_at__isnull=False
    )
    return list(mine.select_related("plan", "item").order_by("pk")[:100])


def _masked(email: str) -> str:
    """ "m…@example.org": the page may be open on somebody's desk."""
    name, _, domain = email.partition("@")
    return f"{name[:1]}…@{domain}"


@public
@never_cache
@csrf_exempt
@require_http_methods(GET_AND_POST)
def follow_end(request: HttpRequest, token: str) -> HttpResponse:
    """One click in the mail program (RFC 8058): a POST without cookie or session ends all letters
    about the plan to this address. Opening the link only shows the button."""
    follow, good = follow_of(token, FOLLOW_END)
    if not good:
        return _dead_link(request)
    if request.method == "POST" and follow:
        actions.end_all_follows(email=follow.email)
    rows = _standing(follow)
    context = {
        "email": _masked(follow.email) if follow else "",
        "names": [name_of(one) for one in rows],
        "ended": not rows,
    }
    return render(request, "plans/follow_end.html", context)


# Atom ------------------------------------------------------------------------------------


@public
@require_safe
def plan_atom(request: HttpRequest) -> HttpResponse:
    """Versions, answers and news of the whole plan (RFC 4287)."""
    current = PlanVersion.objects.current()
    if current is None:
        raise Http404("No plan is published yet.")
    return _feed(current, None, reverse("plans:plan_atom"), reverse("plans:plan_show"))


@public
@require_safe
def item_atom(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """The same of an item, wherever it is now, and of all below it."""
    current = PlanVersion.objects.current()
    if current is None:
        raise Http404("No plan is published yet.")
    current, node = _home_of(pk, current)
    if node is None:
        raise Http404("The plan has no such item.")
    here = reverse("plans:item_permalink", args=[pk])
    return _feed(current, node, reverse("plans:item_atom", args=[pk]), here)


def _feed(current: PlanVersion, node: VersionItem | None, own: str, page: str) -> HttpResponse:
    here = Here.of(current)
    scope = frozenset(here.ids_from(node)) if node else None
    found = [
        (one, one.lines(scope))
        for one in happened(here, None, timezone.now())
        if one.kind != "window" and one.touches(scope)
    ]
    entries = found[::-1][:FEED]
    region = Region.current()
    updated: datetime = entries[0][0].at if entries else current.published_at
    body = render_to_string(
        "plans/plan_atom.xml",
        {
            "title": f"{node.number} {node.title}" if node else str(current.plan),
            "region": region,
            "site_url": settings.SITE_URL,
            "own": own,
            "page": page,
            "entries": entries,
            "updated": updated,
        },
    )
    return HttpResponse(body, content_type="application/atom+xml; charset=utf-8")
