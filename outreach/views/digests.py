"""The staff's view of subscriptions: what goes to whom, when, and what it would say now."""

from django.contrib import messages
from django.db.models import OuterRef, Subquery
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from accounts.actions import MoveRefused
from accounts.doors import for_duty
from outreach import rules
from outreach.actions import digests as actions
from outreach.choices import DigestState, SubscriptionState
from outreach.models import Digest, Subscription
from outreach.views.bare import bare_html, without_own_links

PAGE = 50


@for_duty(*rules.STAFF)
@require_safe
def digest_list(request: HttpRequest) -> HttpResponse:
    """Newest first; the next page begins before an id."""
    state, before = request.GET.get("state", ""), request.GET.get("before", "")
    last = Digest.objects.filter(subscription=OuterRef("pk")).order_by("-until")
    subscriptions = (
        Subscription.objects.with_center()
        .annotate(last_until=Subquery(last.values("until")[:1]))
        .annotate(last_state=Subquery(last.values("state")[:1]))
        .order_by("-pk")
    )
    if state in SubscriptionState.values:
        subscriptions = subscriptions.filter(state=state)
    if before.isascii() and before.isdigit() and len(before) <= 18:
        subscriptions = subscriptions.filter(pk__lt=int(before))
    rows = list(subscriptions[: PAGE + 1])
    context = {
        "subscriptions": rows[:PAGE],
        "before": rows[PAGE - 1].pk if len(rows) > PAGE else None,
        "state": state,
        "states": SubscriptionState.choices,
        "active": Subscription.objects.active().count(),
        "PLANNED": DigestState.PLANNED,
    }
    return render(request, "outreach/digest_list.html", context)


@for_duty(*rules.STAFF)
@require_safe
def subscription_show(request: HttpRequest, pk: int) -> HttpResponse:
    subscription = _subscription(pk)
    choice, rendered = actions.preview(subscription=subscription)
    context = {
        "subscription": subscription,
        "choice": choice,
        "rendered": rendered,
        "text": without_own_links(rendered.text) if rendered else "",
        "counted": actions.counted_from(subscription),
        "digests": subscription.digests.select_related("letter", "by")[:20],
        "active": subscription.state == SubscriptionState.ACTIVE,
    }
    return render(request, "outreach/subscription_show.html", context)


@for_duty(*rules.STAFF)
@require_safe
def subscription_preview(request: HttpRequest, pk: int) -> HttpResponse:
    """The HTML part as it would be sent now."""
    _, rendered = actions.preview(subscription=_subscription(pk))
    if rendered is None:
        return redirect("outreach:subscription_show", pk)
    return bare_html(without_own_links(rendered.html, "#"))


@for_duty(*rules.STAFF)
@require_POST
def subscription_send(request: HttpRequest, pk: int) -> HttpResponse:
    try:
        digest = actions.send_now(
            subscription=_subscription(pk),
            counted=request.POST.get("counted", ""),
            by=request.user,
        )
        if digest.state == DigestState.EMPTY:
            messages.warning(request, "Nothing is new, so nothing was sent.")
        else:
            messages.success(request, "The digest is on its way.")
    except MoveRefused as error:
        messages.error(request, str(error))
    return redirect("outreach:subscription_show", pk)


def _subscription(pk: int) -> Subscription:
    return get_object_or_404(Subscription.objects.with_center(), pk=pk)
