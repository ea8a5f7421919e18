"""Look-ups for forms: what a person types, as a short JSON list."""

from django.contrib.auth.decorators import login_not_required as public
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from vocabularies.lookups import find_occupations, find_places


@public
@require_safe
@cache_control(public=True, max_age=3600)
def occupation_lookup(request: HttpRequest) -> JsonResponse:
    """`?q=cna` → occupations by title and alternate title, ten at most."""
    found = find_occupations(request.GET.get("q", ""))
    return _answer([{"code": o.code, "title": o.title, "matched": o.matched} for o in found])  # type: ignore[attr-defined]


@public
@require_safe
@cache_control(public=True, max_age=3600)
def place_lookup(request: HttpRequest) -> JsonResponse:
    """`?q=787` or `?q=Kyle` → ZIP codes with city and county, ten at most."""
    return _answer(
        [
            {
                "zip": place.zip,
                "city": place.city,
                "state": place.state,
                "county": place.county.name,
                "county_fips": place.county_id,
                "latitude": place.latitude,
                "longitude": place.longitude,
            }
            for place in find_places(request.GET.get("q", ""))
        ]
    )


def _answer(results: list[dict]) -> JsonResponse:
    return JsonResponse({"count": len(results), "results": results, "next": None})
