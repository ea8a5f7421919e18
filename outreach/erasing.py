"""Words that tell who a student is leave the letters too (see plans.forgetting)."""

from django.db.models import Q
from django.utils import timezone

from outreach.choices import LetterState
from outreach.models import Letter
from plans.forgetting import ERASED, Gone, register

TELLING = 30  # characters


def connect() -> None:
    register(erase)


def erase(gone: Gone) -> int:
    """Empty the letters about a comment, and others that hold its words; those that have not left
    are set aside. Their rows stay: that they were written, and when. Returns how many."""
    about = Q(kind__startswith="comment-", key__regex=rf"^[a-z-]+:{gone.comment_id}:")
    # Few words ("I agree") stand in letters that tell nothing of anybody.
    if len(gone.words) >= TELLING:
        about |= Q(text__contains=gone.words)
    letters = Letter.objects.filter(about)
    letters.filter(state__in=[LetterState.PENDING, LetterState.FAILED]).update(
        state=LetterState.CANCELLED, failed_at=None, last_error=f"Set aside {timezone.now():%F}"
    )
    return letters.update(text=ERASED, html="")
