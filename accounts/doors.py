"""Who may open which page. The site is closed unless a view says `@public`."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse

from accounts.rules import has_duty

View = Callable[..., HttpResponse]

public = login_not_required


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
