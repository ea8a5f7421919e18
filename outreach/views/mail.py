"""The letters of a development machine, which lie in a folder instead of being sent."""

import email
import email.policy
import re
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from functools import wraps
from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.doors import View, public
from outreach.views.bare import bare_html

NAME = re.compile(r"[0-9]{8}T[0-9.]{13}-[0-9a-f]{8}\.eml")
SHOWN = 200


@dataclass(frozen=True)
class Mail:
    name: str
    message: EmailMessage

    @property
    def subject(self) -> str:
        return str(self.message["Subject"] or "(no subject)")

    @property
    def at(self) -> datetime:
        return datetime.strptime(self.name[:22] + "+0000", "%Y%m%dT%H%M%S.%f%z")

    @property
    def to(self) -> str:
        return str(self.message["To"] or "")

    @property
    def headers(self) -> list[tuple[str, str]]:
        return [(name, str(value)) for name, value in self.message.items()]

    def body(self, subtype: str) -> str:
        part = self.message.get_body((subtype,))
        return part.get_content() if part else ""


def local_only(view: View) -> View:
    """These pages exist on development machines alone."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not settings.LOCAL:
            raise Http404
        return view(request, *args, **kwargs)

    return guarded


@public
@local_only
@require_safe
def mail_list(request: HttpRequest) -> HttpResponse:
    """Newest first."""
    folder = Path(settings.MAIL_DIR)
    names = sorted((p.name for p in folder.glob("*.eml") if NAME.fullmatch(p.name)), reverse=True)
    context = {
        "mails": [_read(folder / name) for name in names[:SHOWN]],
        "total": len(names),
        "folder": folder,
    }
    return render(request, "outreach/mail_list.html", context)


@public
@local_only
@require_safe
def mail_show(request: HttpRequest, name: str) -> HttpResponse:
    mail = _find(name)
    context = {"mail": mail, "text": mail.body("plain"), "has_html": bool(mail.body("html"))}
    return render(request, "outreach/mail_show.html", context)


@public
@local_only
@require_safe
def mail_html(request: HttpRequest, name: str) -> HttpResponse:
    html = _find(name).body("html")
    if not html:
        raise Http404
    return bare_html(html)


def _find(name: str) -> Mail:
    path = Path(settings.MAIL_DIR) / name
    if not NAME.fullmatch(name) or not path.is_file():
        raise Http404
    return _read(path)


def _read(path: Path) -> Mail:
    message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    return Mail(path.name, message)
