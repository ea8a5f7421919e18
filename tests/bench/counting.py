"""The portal's settings and one addition: a request may ask how many queries it took."""

from collections.abc import Callable
from typing import Any

from django.db import connection
from django.http import HttpRequest, HttpResponse

from partnerships.settings import *  # noqa: F403
from partnerships.settings import MIDDLEWARE as OURS

MIDDLEWARE = ["tests.bench.counting.count_queries", *OURS]


def count_queries(get_response: Callable[[HttpRequest], HttpResponse]) -> Any:
    def middleware(request: HttpRequest) -> HttpResponse:
        if "X-Count-Queries" not in request.headers:
            return get_response(request)
        asked: list[str] = []

        def note(execute: Any, sql: str, *rest: Any) -> Any:
            asked.append(sql)
            return execute(sql, *rest)

        with connection.execute_wrapper(note):
            response = get_response(request)
        response["X-Queries"] = str(len(asked))
        return response

    return middleware
