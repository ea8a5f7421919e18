"""For which of their organizations a person acts now. The session remembers it."""

from typing import Any

from django.http import HttpRequest

from accounts.models import Organization

KEY = "acting_for"


def choices_of(request: HttpRequest) -> list[Organization]:
    """What there is to choose from: the standing organizations that the person belongs to. Read
    once a request."""
    kept: list[Organization] | None = getattr(request, "_acts_for", None)
    if kept is None:
        kept = list(Organization.objects.standing().of(request.user).order_by("name"))
        request._acts_for = kept  # type: ignore[attr-defined]
    return kept


def acting_for(request: HttpRequest) -> Organization | None:
    """The chosen one, or the only one; None for somebody who acts for all of several."""
    mine = choices_of(request)
    if len(mine) == 1:
        return mine[0]
    chosen = request.session.get(KEY)
    return next((organization for organization in mine if organization.pk == chosen), None)


def act_for(request: HttpRequest, slug: str) -> Organization | None:
    """Remember the choice; None (all of them) for whatever is not the person's own."""
    chosen = next((o for o in choices_of(request) if o.slug == slug), None)
    if chosen is None:
        request.session.pop(KEY, None)
    else:
        request.session[KEY] = chosen.pk
    return chosen


def chooser(request: HttpRequest) -> dict[str, Any] | None:
    """What `accounts/_acting_for.html` shows; None where there is nothing to choose."""
    mine = choices_of(request)
    if len(mine) < 2:
        return None
    return {"choices": mine, "chosen": acting_for(request), "back": request.path}
