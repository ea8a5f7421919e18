"""The staff's view of the outbox: every letter and its fate."""

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from accounts.actions import MoveRefused
from accounts.doors import for_duty
from outreach import health, rules
from outreach.actions import letters as actions
from outreach.choices import LetterState, kind_in_words
from outreach.models import Letter
from outreach.views.bare import without_own_links

PAGE = 50
KINDS_OF_LAST = 1000  # letters that are looked at to know which kinds there are


@for_duty(*rules.STAFF)
@require_safe
def letter_list(request: HttpRequest) -> HttpResponse:
    """Newest first, by state and kind; the next page begins before an id."""
    state, kind = request.GET.get("state", ""), request.GET.get("kind", "")
    letters: QuerySet[Letter] = Letter.objects.defer("text", "html", "headers").order_by("-pk")
    if state in LetterState.values:
        letters = letters.filter(state=state)
    if kind:
        letters = letters.filter(kind=kind[:40])
    letters = _before(letters, request.GET.get("before", ""))
    rows = list(letters[: PAGE + 1])
    context = {
        "letters": rows[:PAGE],
        "before": rows[PAGE - 1].pk if len(rows) > PAGE else None,
        "state": state,
        "kind": kind,
        "states": LetterState.choices,
        "kinds": _kinds(),
        "counts": health.counts(),
        "report": health.report(),
    }
    return render(request, "outreach/letter_list.html", context)


def _before(letters: "QuerySet[Letter]", before: str) -> "QuerySet[Letter]":
    if before.isascii() and before.isdigit() and len(before) <= 18:
        return letters.filter(pk__lt=int(before))
    return letters


def _kinds() -> list[tuple[str, str]]:
    """Codes and words of the kinds that were sent lately."""
    last = Letter.objects.order_by("-pk").values("kind")[:KINDS_OF_LAST]
    return sorted(
        ((row_kind, kind_in_words(row_kind)) for row_kind in {row["kind"] for row in last}),
        key=lambda kind: kind[1],
    )


@for_duty(*rules.STAFF)
@require_safe
def letter_show(request: HttpRequest, pk: int) -> HttpResponse:
    letter = get_object_or_404(Letter.objects.select_related("digest__subscription"), pk=pk)
    context = {
        "letter": letter,
        "text": without_own_links(letter.text),
        "show_body": rules.may_see_body(request.user, letter),
        "may_retry": rules.may_retry(request.user, letter),
        "may_set_aside": rules.may_set_aside(request.user, letter),
    }
    return render(request, "outreach/letter_show.html", context)


@for_duty(*rules.STAFF)
@require_POST
def letter_retry(request: HttpRequest, pk: int) -> HttpResponse:
    letter = get_object_or_404(Letter, pk=pk)
    try:
        actions.retry_letter(letter=letter, by=request.user)
        messages.success(request, "It goes out again now.")
    except (MoveRefused, actions.SecretGone) as error:
        messages.error(request, str(error))
    return redirect(letter)


@for_duty(*rules.STAFF)
@require_POST
def letter_set_aside(request: HttpRequest, pk: int) -> HttpResponse:
    letter = get_object_or_404(Letter, pk=pk)
    try:
        actions.set_letter_aside(letter=letter, by=request.user)
        messages.success(request, "Set aside. It will not be sent.")
    except MoveRefused as error:
        messages.error(request, str(error))
    return redirect(letter)
