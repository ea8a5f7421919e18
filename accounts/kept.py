"""What a person sent while their session had run out: kept until they have signed in again.

One form at a time, in the session of the browser that sent it, for two hours.
"""

import time
from typing import Any

from django.core.cache import cache
from django.http import HttpRequest
from redis.exceptions import RedisError

from accounts.strangers import sender_of

KEY = "kept_form"
KEPT_FOR = 2 * 3600  # seconds
MOST = 64 * 1024  # bytes
MOST_AN_HOUR = 20  # from one network address
# Answers of at least so many characters are shown again, so that nobody sends them unread.
WORTH_SHOWING = 12
# What pages carry for themselves, in no one's words.
CARRIED = {"seen", "page", "revision", "token"}


def keep(request: HttpRequest) -> None:
    """Take a posted form into the session, if it is one that may be kept."""
    if not _may_be_kept(request) or _too_many(request):
        return
    values = [
        [name, value]
        for name, texts in request.POST.lists()
        if name != "csrfmiddlewaretoken"
        for value in texts
    ]
    request.session[KEY] = {
        "path": request.get_full_path(),
        "values": values,
        "at": int(time.time()),
    }


def _may_be_kept(request: HttpRequest) -> bool:
    """A form as browsers send it, without files and passwords, and not of the sign-in pages."""
    if request.content_type != "application/x-www-form-urlencoded":
        return False
    if "HX-Request" in request.headers or request.path.startswith("/accounts/"):
        return False
    try:
        length = int(request.headers.get("Content-Length") or 0)
    except ValueError:
        return False
    return length <= MOST and not any("password" in name.lower() for name in request.POST)


def _too_many(request: HttpRequest) -> bool:
    """More than people write; a flood must not fill the sessions. Without a cache none is kept."""
    key = f"kept-form:{sender_of(request)}"
    try:
        cache.add(key, 0, timeout=3600)
        return cache.incr(key) > MOST_AN_HOUR
    except (RedisError, ValueError):
        return True


def kept_for(request: HttpRequest) -> dict[str, Any] | None:
    """{"path", "values", "shown"} where something is kept for exactly this address."""
    kept = request.session.get(KEY)
    if not kept or kept.get("path") != request.get_full_path():
        return None
    if time.time() - kept["at"] > KEPT_FOR:
        drop(request)
        return None
    shown = [
        {"label": name.rpartition("-")[2].replace("_", " ").capitalize(), "value": value}
        for name, value in kept["values"]
        if name not in CARRIED and len(value) >= WORTH_SHOWING and " " in value.strip()
    ]
    return {"path": kept["path"], "values": kept["values"], "shown": shown}


def drop(request: HttpRequest) -> None:
    request.session.pop(KEY, None)
