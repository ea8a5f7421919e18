"""What Celery does here. No arguments, one act each, safe to run twice or at once.

Times are read from settings.CELERY_BEAT_SCHEDULE.
"""

from celery import shared_task
from django.utils import timezone

from employers.actions.forgetting import forget_reporters, forget_typed
from employers.actions.reminders import remind_closing
from employers.actions.wording import refresh_search_words
from employers.importing.tasks import continue_imports, forget_imports, work_on_import
from employers.models.listing import count_in
from employers.postings.counted import keep_views

__all__ = [
    "ask_before_closing",
    "continue_imports",
    "count_openings",
    "forget_imports",
    "forget_people",
    "keep_view_counts",
    "refresh_words",
    "work_on_import",
]


@shared_task(expires=600)
def ask_before_closing() -> int:
    """Ask the people of what closes soon how it stands. Returns how many postings."""
    return remind_closing()


@shared_task(expires=50)
def keep_view_counts() -> int:
    """Keep the views that were counted since. Returns how many rows."""
    return keep_views()


@shared_task(expires=25)
def count_openings() -> int:
    """Count in what opened, closed or changed since. Returns how many events that were."""
    return count_in(timezone.now())


@shared_task(expires=3600)
def forget_people() -> int:
    """Erase by whom old reports were sent, and what was typed and left. Returns how many rows."""
    now = timezone.now()
    return forget_reporters(now=now) + forget_typed(now=now)


@shared_task(expires=300)
def refresh_words() -> int:
    """Learn the words of what is open now, for near spellings. Returns how many."""
    return refresh_search_words()
