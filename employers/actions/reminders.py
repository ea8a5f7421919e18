"""Asking the people of a posting, before it closes, how it stands; and their answer by a link."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core import signing
from django.db import connection, transaction
from django.db.models import Exists, F, OuterRef
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from employers import letters
from employers.models import Opportunity, Reminder

BEFORE = (1, 7)  # days; the nearer one first
AT_MOST = 500
LONGER = timedelta(days=30)
PURPOSES = ("still", "extend", "filled", "close")


class DeadLink(Exception):
    """A link that was cut, changed or made for something else."""


@dataclass(frozen=True)
class Answer:
    """What a link of a reminder says: for which posting with which closing moment, who answers
    what. `asked_at` is when the question was put."""

    purpose: str
    opportunity_id: int
    closes_at: datetime
    user_id: int
    asked_at: datetime


def _salt(purpose: str) -> str:
    return f"employers.answer.{purpose}"


def link_of(purpose: str, opportunity: Opportunity, user: User, asked_at: datetime) -> str:
    """An absolute address that is good for one answer by one person."""
    assert opportunity.closes_at is not None
    said = [opportunity.pk, opportunity.closes_at.isoformat(), user.pk, asked_at.isoformat()]
    token = signing.dumps(said, salt=_salt(purpose))
    return f"{settings.SITE_URL}{reverse('employers:opportunity_answer', args=[token])}"


def read_link(token: str) -> Answer:
    """Raises DeadLink. The purpose is part of what is signed, so no link serves for another."""
    for purpose in PURPOSES:
        try:
            pk, closes_at, user_id, asked_at = signing.loads(token, salt=_salt(purpose))
            return Answer(
                purpose,
                int(pk),
                datetime.fromisoformat(closes_at),
                int(user_id),
                datetime.fromisoformat(asked_at),
            )
        except (signing.BadSignature, ValueError, TypeError):
            continue
    raise DeadLink


def remind_closing(now: datetime | None = None) -> int:
    """Write to the people of what closes within 7 days, and once more within 1, and return how
    many postings that were. Safe to run twice or at once: one Reminder a posting, closing moment
    and distance. What became public later than that before closing is not asked about."""
    now = now or timezone.now()
    return sum(_remind(pk, days, now) for pk, days in _due(now))


def _due(now: datetime) -> Iterator[tuple[int, int]]:
    asked = Reminder.objects.filter(opportunity=OuterRef("pk"), closes_at=OuterRef("closes_at"))
    for days in BEFORE:
        nearer = [other for other in BEFORE if other < days]
        rows = (
            Opportunity.objects.closing_within(days, now)
            .filter(
                ~Exists(asked.filter(days=days)),
                public_since__lte=F("closes_at") - timedelta(days=days),
            )
            .order_by("closes_at", "pk")
        )
        if nearer:
            rows = rows.filter(closes_at__gt=now + timedelta(days=max(nearer)))
        for pk in list(rows.values_list("pk", flat=True)[:AT_MOST]):
            yield pk, days


@transaction.atomic
def _remind(pk: int, days: int, now: datetime) -> bool:
    row = (
        Opportunity.objects.public(now)
        .select_for_update(of=("self",))
        .select_related("employer__organization")
        .filter(pk=pk)
        .first()
    )
    if row is None or not _note(row, days, now):
        return False
    for person in letters.people_of(row):
        _ask(row, person, now, key=f"{_seconds(row)}:{days}", days=days)
    return True


def _note(row: Opportunity, days: int, now: datetime) -> bool:
    """True for who notes it first; another that runs at once waits, and hears no."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO employers_reminder (opportunity_id, closes_at, days, sent_at) "
            "VALUES (%s, %s, %s, %s) ON CONFLICT DO NOTHING RETURNING id",
            [row.pk, row.closes_at, days, now],
        )
        return cursor.fetchone() is not None


def ask_again(opportunity: Opportunity, user: User) -> None:
    """A fresh letter with links that fit how it stands now; one a day and closing moment."""
    now = timezone.now()
    key = f"again:{_seconds(opportunity)}:{now:%Y%m%d}"
    _ask(opportunity, user, now, key=key, days=0, fresh=True)


def _seconds(row: Opportunity) -> int:
    """Its closing moment, for the key of a letter."""
    return int(row.closes_at.timestamp()) if row.closes_at else 0


def _ask(row: Opportunity, person: User, now: datetime, *, key: str, **words: Any) -> None:
    letters.write(
        row,
        "opportunity-closing",
        to=person,
        key=f"opportunity-closing:{row.pk}:{key}:{person.pk}",
        is_secret=True,
        links={purpose: link_of(purpose, row, person, now) for purpose in PURPOSES},
        **words,
    )
