"""What is asked of signed-in people on every page."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse


def demand_second_factor_of_staff(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    def middleware(request: HttpRequest) -> HttpResponse:
        return get_response(request)

    return middleware
