"""The plan to take along: Markdown, and tables as CSV and JSON with their dictionary."""

from urllib.parse import urlencode

from django.conf import settings
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    JsonResponse,
    StreamingHttpResponse,
)
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from accounts.doors import public
from plans.exporting.columns import Table, Taken, csv_chunks
from plans.exporting.markdown import plan_as_markdown
from plans.exporting.tables import (
    TABLES,
    dictionary,
    plan_as_json,
    plan_rows,
    plan_table,
)
from plans.views.reading import asked, suffix_of, version_asked

A_PAGE = 500
CSV = "text/csv; charset=utf-8"


def _taken(request: HttpRequest) -> Taken:
    version, current = version_asked(request)
    return Taken(
        version,
        current,
        only_version=asked(request)["version"] is not None,
        suffix=suffix_of(version, current),
    )


def _next(name: str, taken: Taken, after: int | None, *arguments: str) -> str | None:
    """The address of the next page, of the same version whatever is published meanwhile."""
    if after is None:
        return None
    query = {
        "plan": taken.version.plan_id if taken.current.aside else None,
        "version": taken.version.number if taken.only_version or not arguments else None,
        "after": after,
    }
    told = urlencode({key: value for key, value in query.items() if value is not None})
    return f"{settings.SITE_URL}{reverse(name, args=arguments)}?{told}"


@public
@require_safe
def plan_json(request: HttpRequest) -> HttpResponse:
    """`{"count", "results", "next"}` with the plan and its version beside them."""
    taken = _taken(request)
    version = taken.version
    after = asked(request)["after"] or 0
    page = [node for node in taken.nodes if node.order > after][:A_PAGE]
    more = bool(page) and page[-1].order < len(taken.nodes)
    last = page[-1].order if more else None
    body = {
        "plan": str(version.plan),
        "version": version.number,
        "stage": version.stage,
        "published": version.published_at.isoformat(),
        "count": len(taken.nodes),
        "results": [plan_as_json(node, taken) for node in page],
        "next": _next("plans:plan_json", taken, last),
    }
    return JsonResponse(body, json_dumps_params={"ensure_ascii": False})


@public
@require_safe
def plan_csv(request: HttpRequest) -> HttpResponse:
    """One row for each item and, below it, one for each of its actions."""
    taken = _taken(request)
    table = plan_table(taken.version.plan)
    rows = (table.cells(row, taken) for node in taken.nodes for row in plan_rows(node))
    return HttpResponse(
        "".join(csv_chunks(table.header(), rows)),
        content_type=CSV,
        headers={
            "Content-Disposition": f'attachment; filename="plan-version-{taken.version.number}.csv"'
        },
    )


@public
@require_safe
def plan_md(request: HttpRequest) -> HttpResponse:
    taken = _taken(request)
    return HttpResponse(
        plan_as_markdown(taken),
        content_type="text/markdown; charset=utf-8",
        headers={
            "Content-Disposition": f'inline; filename="plan-version-{taken.version.number}.md"'
        },
    )


@public
@require_safe
def table_csv(request: HttpRequest, table: str) -> HttpResponse | StreamingHttpResponse:
    """One of the other tables, whole, sent as it is read."""
    known, taken = _table(table), _taken(request)
    return _attached(known.csv(taken), f"plan-{known.name}")


@public
@require_safe
def table_json(request: HttpRequest, table: str) -> HttpResponse:
    """{"count", "results", "next"}, 500 a time."""
    known, taken = _table(table), _taken(request)
    results, last = known.page(taken, asked(request)["after"] or 0, A_PAGE)
    body = {
        "plan": str(taken.version.plan),
        "version": taken.version.number,
        "count": known.total(taken),
        "results": results,
        "next": _next("plans:table_json", taken, last, known.name),
    }
    return JsonResponse(body, json_dumps_params={"ensure_ascii": False})


def _table(name: str) -> Table:
    if name not in TABLES:
        raise Http404("No such table.")
    return TABLES[name]


def _attached(chunks: object, name: str) -> StreamingHttpResponse:
    return StreamingHttpResponse(
        chunks,  # type: ignore[arg-type]
        content_type=CSV,
        headers={"Content-Disposition": f'attachment; filename="{name}.csv"'},
    )


@public
@require_safe
def data_show(request: HttpRequest) -> HttpResponse:
    """The dictionary: every table, every column, what it means."""
    version, current = version_asked(request)
    tables = [
        table | {"forms": [(file.rpartition(".")[2].upper(), file) for file in table["files"]]}
        for table in dictionary(version.plan)
    ]
    context = {"version": version, "current": current, "plan": version.plan, "tables": tables}
    return render(request, "plans/data_show.html", context)


@public
@require_safe
def data_json(request: HttpRequest) -> HttpResponse:
    version, _ = version_asked(request)
    tables = dictionary(version.plan)
    body = {"plan": str(version.plan), "count": len(tables), "results": tables, "next": None}
    return JsonResponse(body, json_dumps_params={"ensure_ascii": False})
