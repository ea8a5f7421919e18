"""Letters to those who follow the plan: confirm, you follow it already, what is new."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse

from plans.happenings import KINDS, Happening, name_of
from plans.letters.links import FOLLOW_END, FOLLOW_MANAGE, follow_token
from plans.models import Follow
from vocabularies.models import Region

QUARTER = 900  # seconds
NEWS = "plan-follow-news"
KINDS_OF_LETTERS = (NEWS, "plan-follow-confirm", "plan-follow-stands")


def confirm(follow: Follow, token: str) -> None:
    """The one-time link; nothing else is sent before it is followed."""
    name = name_of(follow)
    _send(
        follow,
        "follow_confirm",
        f"Confirm: follow {name}",
        key=str(follow.confirm_hash)[:16],
        headers={"X-Letter-Secret": "1"},
        name=name,
        confirm_url=settings.SITE_URL + reverse("plans:follow_confirm", args=[token]),
    )


def stands(follow: Follow, now: datetime) -> None:
    """At most one a quarter of an hour: the form is open to strangers."""
    _send(
        follow,
        "follow_stands",
        "You follow this already",
        key=str(int(now.timestamp()) // QUARTER),
        name=name_of(follow),
    )


def news(
    follows: Sequence[Follow], new: list[tuple[Happening, list[tuple[str, str]]]], until: datetime
) -> None:
    """What is new of all that one address follows. It carries a key, so that it is written once
    and tells what time it is about, and ends with one click (RFC 8058)."""
    first, since = follows[-1], min(one.told_until for one in follows)
    end_url = settings.SITE_URL + reverse(
        "plans:follow_end", args=[follow_token(first, FOLLOW_END)]
    )
    parts = [
        (words, [pair for pair in new if pair[0].kind == kind]) for kind, words in KINDS.items()
    ]
    only, names = new[0][0], [name_of(one) for one in follows]
    _send(
        first,
        "follow_news",
        only.title if len(new) == 1 else f"New in {names[0] if len(names) == 1 else 'the plan'}",
        key=f"{since.isoformat()}/{until.isoformat()}",
        headers={
            "List-Id": f"<plan.{settings.SITE_URL.partition('://')[2].partition(':')[0]}>",
            "List-Unsubscribe": f"<{end_url}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        },
        parts=[part for part in parts if part[1]],
        names=names,
        end_url=end_url,
    )


def begins_at(key: str) -> datetime:
    """The moment from which on a letter of that key tells news."""
    return datetime.fromisoformat(key.split(":", 2)[2].partition("/")[0])


def _send(
    follow: Follow,
    template: str,
    subject: str,
    *,
    key: str,
    headers: dict[str, str] | None = None,
    **words: Any,
) -> None:
    kind = template.replace("_", "-")
    context = {
        "region": Region.current(),
        "site_url": settings.SITE_URL,
        "subject": subject,
        "follow": follow,
        "manage_url": settings.SITE_URL
        + reverse("plans:follow_manage", args=[follow_token(follow, FOLLOW_MANAGE)]),
    } | words
    letter = EmailMultiAlternatives(
        " ".join(subject.split())[:300],
        render_to_string(f"plans/letters/{template}.txt", context).strip() + "\n",
        to=[follow.email],
        headers={
            "X-Letter-Kind": f"plan-{kind}",
            "X-Letter-Key": f"plan-{kind}:{follow.pk}:{key}",
        }
        | (headers or {}),
    )
    letter.attach_alternative(
        render_to_string(f"plans/letters/{template}.html", context), "text/html"
    )
    letter.send()
