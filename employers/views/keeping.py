"""What a signed-in person keeps: postings, and searches to come back to."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.actions import NotAllowed
from employers import actions
from employers.browsing.search import OpportunityQuery
from employers.forms.keeping import SearchNameForm
from employers.keeping import kept_by, searches_of
from employers.models import Opportunity, SavedSearch


@require_safe
def kept_list(request: HttpRequest) -> HttpResponse:
    """The postings and searches of the person, and nobody else's."""
    context = {"rows": kept_by(request.user), "searches": searches_of(request.user)}
    return render(request, "employers/kept_list.html", context)


@require_POST
def opportunity_save(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep it, or with keep=no take it off. Doing it twice is doing it once."""
    opportunity = get_object_or_404(Opportunity.objects.with_everything(), pk=pk)
    keep = request.POST.get("keep") != "no"
    try:
        if keep:
            actions.keep_opportunity(opportunity=opportunity, by=request.user)
        else:
            actions.unkeep_opportunity(opportunity=opportunity, by=request.user)
    except NotAllowed:
        raise Http404 from None
    except actions.ListFull as error:
        messages.error(request, str(error))
        return redirect("employers:kept_list")
    if request.htmx:  # type: ignore[attr-defined]
        return render(request, "employers/_keep.html", {"row": opportunity, "is_kept": keep})
    # Not by `redirect`, which takes a word for the name of a page.
    return HttpResponseRedirect(_way_back(request, opportunity.get_absolute_url()))


def _way_back(request: HttpRequest, otherwise: str) -> str:
    wanted = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(
        wanted, {request.get_host()}, require_https=request.is_secure()
    )
    return wanted if safe else otherwise


@require_http_methods(["GET", "HEAD", "POST"])
def search_save(request: HttpRequest) -> HttpResponse:
    """Name the search of the query string and keep it."""
    query = OpportunityQuery.from_get(request.GET)
    form = SearchNameForm(request.POST or None, initial={"name": query.describe()[:80]})
    if request.method == "POST" and form.is_valid():
        try:
            search = actions.save_search(
                query=query, name=form.cleaned_data["name"], by=request.user
            )
        except actions.SavedAlready as error:
            messages.info(request, str(error))
            return redirect("employers:kept_list")
        except actions.ListFull as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, f"Saved: {search.name}")
            return redirect("employers:kept_list")
    back = f"{reverse('employers:opportunity_list')}{query.link()}".removesuffix("?")
    context = {"form": form, "query": query, "back_url": back}
    status = 422 if request.method == "POST" else 400 if query.errors else 200
    return render(request, "employers/search_save.html", context, status=status)


def _mine(request: HttpRequest, pk: int) -> SavedSearch:
    user: Any = request.user
    return get_object_or_404(SavedSearch, pk=pk, user=user)


@require_http_methods(["GET", "HEAD", "POST"])
def search_rename(request: HttpRequest, pk: int) -> HttpResponse:
    search = _mine(request, pk)
    form = SearchNameForm(request.POST or None, initial={"name": search.name})
    if request.method == "POST" and form.is_valid():
        actions.rename_search(search=search, name=form.cleaned_data["name"])
        messages.success(request, f"It is called “{search.name}” now.")
        return redirect("employers:kept_list")
    context = {"form": form, "query": OpportunityQuery.from_querystring(search.query)}
    status = 422 if request.method == "POST" else 200
    return render(request, "employers/search_rename.html", context, status=status)


@require_POST
def search_look(request: HttpRequest, pk: int) -> HttpResponse:
    """Go to what it finds, the newest first; from now on that is not new any more."""
    search = actions.look_at_search(search=_mine(request, pk))
    query = OpportunityQuery.from_querystring(search.query)
    return redirect(reverse("employers:opportunity_list") + query.link(sort="newest"))


@require_POST
def search_delete(request: HttpRequest, pk: int) -> HttpResponse:
    search = _mine(request, pk)
    actions.delete_search(search=search)
    messages.success(request, f"“{search.name}” is gone from your list.")
    return redirect("employers:kept_list")
