"""Who may open which page. The site is closed unless a view says `@public`."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse

from accounts.rules import has_duty

View = Callable[..., HttpResponse]

public = login_not_required


def address_of(request: HttpRequest) -> str:
    """The network address that the request came from.

    In production every request comes through the proxy, which writes the last entry.
    """
    address = request.META.get("REMOTE_ADDR", "")
    if settings.LOCAL:
        return address
    return request.headers.get("X-Forwarded-For", address).rpartition(",")[2].strip()


def for_duty(*roles: str) -> Callable[[View], View]:
    """Only for people of the coalition's staff who hold one of these roles; 403 to others."""

    def decorator(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not has_duty(request.user, *roles):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        return guarded

    return decorator
