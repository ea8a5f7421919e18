"""Opportunities for everybody: the list with its filters, and one posting."""

from datetime import datetime, timedelta
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_safe

from accounts.doors import public
from accounts.history import entries_of
from employers import rules
from employers.browsing.counting import Counts, counts_of
from employers.browsing.facets import by_occupation, common_skills, facets
from employers.browsing.filters import HOURS_SHORT, PAY, SORTS, START, UNDER_18, WITHIN
from employers.browsing.first import first_like
from employers.browsing.kept_pages import KEPT_FOR, LIKE, Rows, is_for_anybody, kept_page
from employers.browsing.listed import PAGE, listed_page, listings, nearest
from employers.browsing.mapping import map_of
from employers.browsing.meant import near_words, says_nothing
from employers.browsing.names import names
from employers.browsing.search import OpportunityQuery, round_miles
from employers.browsing.wider import wider_searches
from employers.choices import SUPPORT_SHORT, Education, Kind, Mode
from employers.keeping import kept_among
from employers.models import Opportunity
from employers.models.listing import NEVER
from employers.postings import structured
from employers.postings.counted import count_view
from employers.templatetags.offers import offer
from vocabularies.lookups import find_occupations

SIMILAR = 3
FEW = 3  # as few rows as this, and a word may be misspelled


@public
@require_safe
def opportunity_list(request: HttpRequest) -> HttpResponse:
    """Browse. A wrong value gets a sentence and status 400; the rest of the query still works."""
    query, now = OpportunityQuery.from_get(request.GET), timezone.now()
    counts = counts_of(query, now)
    total = counts.total
    few = counts.few or counts.to_sort
    page = listed_page(query, now, PAGE, few, first=counts.first)
    for row in page.rows if query.near else ():
        miles = nearest(query, (place[:5] for place in row.shown_places))
        row.away = round_miles(miles) if miles is not None else ""
    here = f"{request.path}{query.link()}".removesuffix("?")
    context = {
        "query": query,
        "rows": page.rows,
        "total": total,
        "employers": counts.employers,
        "next_url": query.link(after=page.after) if page.after else "",
        "back_url": query.link(before=page.before) if page.before else "",
        "panel": _panel(query, facets(query, counts)),
        "skills": _skills(query, counts),
        "sorts": [(v, n) for v, n in SORTS.items() if v != "distance" or query.near],
        "is_empty_word": not total and bool(query.q) and says_nothing(query.q),
        "near_words": near_words(query, now, total) if query.q and total < FEW else [],
        "meant": _meant(query, now),
        "wider": wider_searches(query, now, counts) if not total else [],
        "map": map_of(query, listings(query, now)) if query.show and total else None,
        "kept": kept_among(request.user, page.rows),
        "querystring": query.to_querystring(),
        "as_sorted": query.link(show="", after="", before="").removesuffix("?"),
        "map_url": query.link(show="" if query.show else "map"),
        "typed": _typed(query),
        "here": here,
    }
    template, status = "employers/opportunity_list.html", 400 if query.errors else 200
    if request.htmx and not request.htmx.history_restore_request:  # type: ignore[attr-defined]
        # htmx shows only what succeeded; the sentences about wrong values stand in the answer.
        response = render(request, f"{template}#answer", context)
        response["HX-Push-Url"] = here
    else:
        response = render(request, template, context, status=status)
    patch_vary_headers(response, ["HX-Request"])
    return response


def _panel(query: OpportunityQuery, counts: dict[str, dict[str, int]]) -> dict[str, Any]:
    """The filters with their counts: {key: [(value, words, n, chosen)]}."""

    def group(key: str, words: dict[str, str]) -> list[tuple[str, str, int, bool]]:
        """One value or several may be chosen."""
        chosen = getattr(query, key)
        chosen = chosen if isinstance(chosen, list) else [chosen]
        return [(v, w, counts[key].get(v, 0), v in chosen) for v, w in words.items()]

    sectors = {slug: name for slug, (_, name) in names().sectors.items()}
    return {
        "kind": group("kind", dict(Kind.choices)),
        "mode": group("mode", dict(Mode.choices)),
        "education": group("education", dict(Education.choices)),
        "supports": group("supports", {s.value: words for s, words in SUPPORT_SHORT.items()}),
        "sector": group("sector", sectors),
        "county": group("county", names().counties),
        "pay": group("pay", {"": "Any", **PAY}),
        "hours": group("hours", {"": "Any", **HOURS_SHORT}),
        "start": group("start", {"": "Any", **START}),
        "under18": group("under18", UNDER_18),
        "within": [
            (v, f"{v} miles" + (f" ({counts['within'][v]})" if counts["within"] else ""))
            for v in WITHIN
        ],
    }


def _typed(query: OpportunityQuery) -> dict[str, str]:
    """What stands in the fields to type in, also where it could not be used."""
    occupation = query.occupation_row.title if query.occupation_row else query.occupation
    typed = {"near": query.near, "start_by": query.start_by, "occupation": occupation}
    return {key: value or query.typed.get(key, "") for key, value in typed.items()}


def _skills(query: OpportunityQuery, counts: Counts) -> list[tuple[str, str, int, bool]]:
    """The chosen skills, then the most common ones of what was found."""
    known = counts.groups["skill"]
    rows = query.named.rows("skill", query.skill)
    chosen = [(slug, row.name, known.get(slug, 0), True) for slug, row in rows.items()]
    common = common_skills(counts)
    return chosen + [(slug, name, n, False) for slug, name, n in common if slug not in rows]


def _meant(query: OpportunityQuery, at: datetime) -> list[tuple[str, str, str, int]]:
    """(title, other name that was meant, link, n) of the occupations that typed words fit."""
    if not query.occupation or query.occupation_row:
        return []
    counts = by_occupation(query, at)
    rows = [
        (row.title, row.matched, query.link(occupation=row.code), counts[row.code])  # type: ignore[attr-defined]
        for row in query.meant
        if row.code in counts
    ]
    return rows if len(rows) > 1 else []


@public
@require_safe
def opportunity_show(request: HttpRequest, pk: int, slug: str = "") -> HttpResponse:
    """One posting. Strangers get 404 for what is not public yet; what was public and is not any
    more stays readable, as closed, without job markup."""
    gate = get_object_or_404(Opportunity.objects.for_gate(), pk=pk)
    if not rules.may_see_opportunity(request.user, gate):
        raise Http404
    if slug != gate.slug:
        return redirect(gate, permanent=True)
    count_view(request, gate)
    template = "employers/opportunity_show.html"

    def page(like: str) -> str:
        opportunity = get_object_or_404(Opportunity.objects.for_page(), pk=pk)
        return render_to_string(template, page_of(opportunity, request, like), request)

    if gate.standing() != "open" or not is_for_anybody(request):
        return HttpResponse(page(_like(gate, _like_rows(gate)[0])))
    body, rows = kept_page(gate, lambda: page(LIKE), lambda: _like_rows(gate))
    return HttpResponse(body.replace(LIKE, _like(gate, rows)))


def page_of(opportunity: Opportunity, request: HttpRequest, like: str = "") -> dict[str, Any]:
    """What the public page of a posting shows; preview and review show the same, without what is
    like it (`like`, as HTML)."""
    standing = opportunity.standing()
    is_mine = rules.may_move_opportunity(request.user, opportunity)
    near = OpportunityQuery.from_querystring(f"near={request.GET.get('near', '')[:5]}")
    miles = near.distance_from(opportunity) if near.near else None
    return {
        "opportunity": opportunity,
        "standing": standing,
        "is_mine": is_mine,
        "is_closed": standing in ("expired", "closed", "paused"),
        "markup": structured.markup_of(opportunity),
        "away": f"{round_miles(miles)} from {near.near}" if miles is not None else "",
        "ladder": structured.ladder_of(opportunity),
        "like": mark_safe(like),  # noqa: S308
        "history": entries_of(opportunity) if is_mine else [],
        "kept": kept_among(request.user, [opportunity]),
    }


def _like_rows(opportunity: Opportunity) -> Rows:
    """Open ones of the same sector, the same kind first; one more than are shown, as the posting
    itself may be among them. What closes or opens leaves them at its moment."""
    if opportunity.sector_id is None:
        return {}, NEVER
    now, size = timezone.now(), SIMILAR + 1
    rows = first_like(opportunity, size, same_kind=True)
    if len(rows) < size:
        rows += first_like(opportunity, size - len(rows), same_kind=False)
    ends = [row.closes_at for row in rows if row.closes_at]
    return {row.pk: offer(row, kicker=True) for row in rows}, min(
        [*ends, now + timedelta(seconds=KEPT_FOR)]
    )


def _like(opportunity: Opportunity, rows: dict[int, str]) -> str:
    """Three others at most, as HTML."""
    others = [row for pk, row in rows.items() if pk != opportunity.pk][:SIMILAR]
    return render_to_string("employers/_like.html", {"rows": others}) if others else ""


@public
@require_safe
def opportunity_occupations(request: HttpRequest) -> HttpResponse:
    """Occupations for the words typed so far, as options of a datalist."""
    words = (request.GET.get("occupation_words") or request.GET.get("occupation", ""))[:100]
    found = find_occupations(words, limit=8) if len(words) > 1 else []
    return render(request, "employers/_occupation_options.html", {"occupations": found})
