"""The review queue: what waits for staff, and who of them has taken it."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from accounts import queue
from accounts.actions import MoveRefused, NotAllowed, TakenMeanwhile, assign_reader
from accounts.choices import StaffRole
from accounts.doors import for_duty
from accounts.forms.queue import AssignForm, QueueQuery
from accounts.history import entries_of
from accounts.models import Organization, Review
from accounts.rules import may_take

PAGE = 50
LATE_AFTER_DAYS = 5
WHO = {"": "Everybody’s", "mine": "Mine", "nobody": "Nobody’s"}


@for_duty(StaffRole.ADMINISTRATOR)
@require_safe
def review_list(request: HttpRequest) -> HttpResponse:
    """Oldest first. A filter that we do not have shows everything, with status 400."""
    user: Any = request.user
    query = QueueQuery(request.GET)
    asked: dict[str, Any] = (
        query.cleaned_data if query.is_valid() else {"kind": "", "who": "", "after": None}
    )
    things, end = queue.page_of(user=user, size=PAGE, **asked)
    kind, who = asked["kind"], asked["who"]
    counts = _counts(who, user)
    rows = [_row(thing, user) for thing in things]
    context = {
        "rows": [row for row in rows if row is not None],
        "total": sum(counts.values()) if not kind else counts.get(kind, 0),
        "kinds": [
            (words, _link(kind=slug, who=who), counts[slug], slug == kind)
            for slug, words in _kinds().items()
        ],
        "all_link": _link(who=who),
        "all_count": sum(counts.values()),
        "whose": [(words, _link(kind=kind, who=slug), slug == who) for slug, words in WHO.items()],
        "kind": kind,
        "who": who,
        "is_first": asked["after"] is None,
        "next_url": _link(kind=kind, who=who, after=str(end)) if end else "",
        "late_after": LATE_AFTER_DAYS,
    }
    status = 200 if query.is_valid() else 400
    return render(request, "accounts/review_list.html", context, status=status)


def _kinds() -> dict[str, str]:
    own = {kind.slug: kind.words for kind in queue.kinds.registered}
    return own | {queue.ORGANIZATIONS: "Organizations"}


def _counts(who: str, user: Any) -> dict[str, int]:
    """How many of each kind wait; every open review is of one kind."""
    found = {kind.slug: queue.reviews(kind.slug, who, user) for kind in queue.kinds.registered}
    counts = {slug: rows.count() for slug, rows in found.items()}
    return counts | {queue.ORGANIZATIONS: queue.organizations("", who, user).count()}


def _link(**query: str) -> str:
    given = {name: value for name, value in query.items() if value}
    return reverse("accounts:review_list") + (f"?{urlencode(given)}" if given else "")


def _row(thing: Review | Organization, user: Any) -> dict[str, Any] | None:
    """None for a review whose subject is gone."""
    row = _review_row(thing) if isinstance(thing, Review) else _organization_row(thing)
    if row is None:
        return None
    reader = thing.reader
    return (
        row
        | {"is_own": not may_take(user, thing), "reader": reader, "is_mine": reader == user}
        | {"seen": reader.pk if reader else 0, "assign_url": queue.assign_url(thing)}
        | _age(thing.sent_at)
    )


def _review_row(review: Review) -> dict[str, Any] | None:
    subject: Any = review.subject
    if subject is None:
        return None
    return {
        "kind": _kind(subject),
        "title": str(subject),
        "note": _sent_by(review),
        "url": subject.get_review_url(),
        "act": "Review it",
    }


def _kind(subject: Any) -> str:
    """The subject's own words for what it is in the queue, else its model's."""
    words = getattr(subject, "review_kind", f"{subject._meta.verbose_name} in review")
    return str(words)[:1].upper() + str(words)[1:]


def _sent_by(review: Review) -> str:
    if review.sent_by is None:
        return str(review.organization)
    return f"{review.organization}. Sent by {review.sent_by}."


def _organization_row(organization: Organization) -> dict[str, Any]:
    maker = organization.created_by or "somebody who has left"
    return {
        "kind": "Organization to verify",
        "title": organization.name,
        "note": f"{organization.place or 'No place given'}. Put forward by {maker}.",
        "url": organization.get_review_url(),
        "act": "Look at it",
    }


def _age(since: Any) -> dict[str, Any]:
    days = (timezone.localdate() - timezone.localdate(since)).days
    words = "Today" if days < 1 else "1 day" if days == 1 else f"{days} days"
    return {"since": since, "age": words, "is_late": days > LATE_AFTER_DAYS}


THINGS: dict[str, Any] = {"item": Review, "organization": Organization}


@for_duty(StaffRole.ADMINISTRATOR)
@require_http_methods(["GET", "HEAD", "POST"])
def review_assign(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    """Take it, give it to a colleague, put it back. From the queue one button does the first."""
    if kind not in THINGS:
        raise Http404
    thing = get_object_or_404(THINGS[kind].objects.select_related("assigned_to"), pk=pk)
    if not may_take(request.user, thing):
        raise PermissionDenied
    subject: Any = thing.subject if isinstance(thing, Review) else thing
    if subject is None:
        raise Http404
    status, form = 200, _assign_form(request, thing)
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                assign_reader(thing=thing, by=request.user, **form.cleaned_data)
            except TakenMeanwhile as refused:
                thing.refresh_from_db()
                form, status = _assign_form(None, thing), 409
                messages.warning(request, f"{refused} Nothing was changed.")
            except (MoveRefused, NotAllowed) as refused:
                messages.error(request, str(refused))
                return redirect("accounts:review_list")
            else:
                return redirect(_onward(request, subject, form.cleaned_data["to"]))
    context = {
        "thing": thing,
        "subject": subject,
        "form": form,
        "entries": list(entries_of(thing)[:20]),
        "review_url": subject.get_review_url(),
        "is_open": thing.state in ("open", "pending"),
    }
    return render(request, "accounts/review_assign.html", context, status=status)


def _assign_form(request: HttpRequest | None, thing: Review | Organization) -> AssignForm:
    """Whoever comes to what nobody has, most likely takes it."""
    holder = thing.reader
    typed = request.POST if request and request.method == "POST" else None
    likely = holder.pk if holder else request.user.pk if request else ""
    return AssignForm(
        typed,
        readers=queue.readers_of(thing),
        initial={"to": likely, "seen": holder.pk if holder else 0},
    )


def _onward(request: HttpRequest, subject: Any, to: Any) -> str:
    if to is None:
        messages.success(request, f"Put back: {subject}. A colleague can take it.")
    elif to != request.user:
        messages.success(request, f"{to} has it now: {subject}.")
    else:
        messages.success(request, "You have taken it. Your colleagues see that in the queue.")
        return str(subject.get_review_url())
    return reverse("accounts:review_list")
