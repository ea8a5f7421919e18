"""All postings of my organizations, and one act for many of them."""

import uuid
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.models import Organization
from employers import overview, rules
from employers.forms.life import BULK_FORMS, MineForm
from employers.models import Opportunity
from employers.postings import bulk
from employers.postings.numbers import with_numbers
from employers.views.moving import form_page, posted

PAGE = 50


def _form(request: HttpRequest, given: QueryDict | None = None) -> MineForm:
    organizations = Organization.objects.of(request.user).order_by("name")
    return MineForm(given if given is not None else request.GET, organizations=organizations)


@require_safe
def opportunity_mine(request: HttpRequest) -> HttpResponse:
    """With their state, when they close, how often they were seen; ticked ones can be acted on."""
    form, now = _form(request), timezone.now()
    asked = form.asked()
    pages = Paginator(overview.asked_for(request.user, asked, now), PAGE)
    number = request.GET.get("page", "")
    page = pages.get_page(number if number.isascii() and len(number) < 7 else 1)
    rows = list(with_numbers(page.object_list))  # type: ignore[arg-type]
    query = urlencode(_plain(asked))
    context = {
        "form": form,
        "asked": asked,
        "rows": rows,
        "page": page,
        "total": pages.count,
        "acts": [(name, act.does) for name, act in bulk.ACTS.items()],
        "most": bulk.AT_MOST,
        "query": query,
        "pairs": list(_plain(asked).items()),
    }
    return render(request, "employers/opportunity_mine.html", context)


def _plain(asked: dict[str, Any]) -> dict[str, str]:
    """What is asked for, as a query says it."""
    return {k: v.slug if isinstance(v, Organization) else str(v) for k, v in asked.items()}


@form_page
def opportunity_bulk(request: HttpRequest) -> HttpResponse:
    """What an act would do to each of the ticked postings (GET), and doing it (POST)."""
    given = request.POST if request.method == "POST" else request.GET
    act = given.get("act", "")
    if act not in bulk.ACTS:
        messages.warning(request, "Choose what to do with them.")
        return redirect("employers:opportunity_mine")
    rows, more = _chosen(request, given)
    if not rows:
        messages.warning(request, "Tick at least one posting first.")
        return redirect("employers:opportunity_mine")
    fates = bulk.fates(act, rows)
    can = [fate.row for fate in fates if not fate.refused]
    token = _token(given)
    form = BULK_FORMS[act](posted(request))
    if form.is_valid():
        if act == "duplicate":
            _may_post(request, can)
        done, refused = bulk.carry_out(
            act, can, answers=form.cleaned_data, token=token, by=request.user
        )
        _tell(request, act, done, refused)
        return redirect("employers:opportunity_mine")
    context = {
        "act": act,
        "does": bulk.ACTS[act].does,
        "form": form,
        "fates": fates,
        "can": can,
        "cannot": [fate for fate in fates if fate.refused],
        "more": more,
        "most": bulk.AT_MOST,
        "token": token,
        "back_url": reverse("employers:opportunity_mine"),
    }
    status = 422 if form.errors else 200
    return render(request, "employers/opportunity_bulk.html", context, status=status)


def _chosen(request: HttpRequest, given: QueryDict) -> tuple[list[Opportunity], int]:
    """(the postings, how many more were asked for than can be done at once)."""
    if given.get("all"):
        asked = _form(request, given).asked()
        rows = overview.asked_for(request.user, asked, timezone.now())
    else:
        given_ids = given.getlist("row")
        ids = {int(pk) for pk in given_ids if pk.isascii() and pk.isdigit() and len(pk) < 19}
        rows = overview.in_order(overview.postings_of(request.user).filter(pk__in=ids))
    count = rows.count()
    return list(rows[: bulk.AT_MOST]), max(count - bulk.AT_MOST, 0)


def _token(given: QueryDict) -> uuid.UUID:
    try:
        return uuid.UUID(given.get("token", ""))
    except ValueError:
        return uuid.uuid4()


def _may_post(request: HttpRequest, rows: list[Opportunity]) -> None:
    organizations = {row.employer.organization for row in rows}
    if not all(rules.may_post_for(request.user, organization) for organization in organizations):
        raise PermissionDenied


def _tell(
    request: HttpRequest, act: str, done: int, refused: list[tuple[Opportunity, str]]
) -> None:
    if done:
        messages.success(request, bulk.said(act, done))
    for row, why in refused[:10]:
        messages.warning(request, f"{row.title} stays as it is. {why}")
    if len(refused) > 10:
        messages.warning(request, f"And {len(refused) - 10} more stay as they are.")
