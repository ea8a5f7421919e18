"""What its people answer to the coach's advice. Keyword-only, atomic, the person is `by`."""

from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.actions import MoveRefused, ReasonMissing, record
from employers.actions.writing import locked
from employers.coach import Remark
from employers.models import Dismissal, Opportunity

MOST = 300


@transaction.atomic
def answer_advice(*, remark: Remark, why: str, by: Any) -> Dismissal:
    """Keep why an advice does not hold here; a second answer replaces the first.

    Raises ReasonMissing, and MoveRefused for what this region asks of everybody.
    """
    why = " ".join(why.split())
    if not why:
        raise ReasonMissing("Say why it does not hold here.")
    if remark.is_must:
        raise MoveRefused("This region asks it of every posting, so it has to be mended.")
    current = locked(remark.opportunity)
    answer, _ = Dismissal.objects.update_or_create(
        opportunity=current,
        rule=remark.slug,
        defaults={
            "why": why[:MOST],
            "about": remark.found.words[:200],
            "by": by,
            "at": timezone.now(),
        },
    )
    record(
        by=by,
        what="answered the coach",
        subject=current,
        organization=current.employer.organization,
        why=f"{remark.title}: {answer.why}",
    )
    return answer


@transaction.atomic
def take_back_answer(*, opportunity: Opportunity, rule: str, by: Any) -> None:
    """Forget an answer; twice changes nothing."""
    current = locked(opportunity)
    gone, _ = Dismissal.objects.filter(opportunity=current, rule=rule).delete()
    if gone:
        record(
            by=by,
            what="took back an answer to the coach",
            subject=current,
            organization=current.employer.organization,
        )
