"""What Celery does here. No arguments, one act each, safe to run twice or at once.

Times are read from settings.CELERY_BEAT_SCHEDULE.
"""

import uuid

from celery import shared_task
from django.utils import timezone

from plans import actions
from plans.actions import erasing, reminding
from plans.exporting import making
from plans.models import Measure
from plans.paper import ahead
from plans.progress import live


@shared_task(expires=3000)
def keep_live_values() -> int:
    """Keep today's value of each live measure. Returns how many were not kept yet."""
    return actions.keep_live_values(now=timezone.now())


@shared_task(expires=100)
def count_live_figures() -> int:
    """Count the slow live figures that measures show, before a reader must wait for them.
    Returns how many."""
    shown = Measure.objects.standing().exclude(live="").values_list("live", flat=True)
    return live.count_ahead(shown)


@shared_task(expires=600)
def tell_answered() -> int:
    """Write to commenters whose answer is public. Returns how many letters."""
    return actions.tell_answered()


@shared_task(expires=3000)
def write_to_followers() -> int:
    """Tell each follower what is new, once a day. Returns how many letters."""
    return actions.write_to_followers()


@shared_task(expires=3000)
def remind_of_news() -> int:
    """Ask the work groups for news where a cycle ends soon. Returns how many are asked."""
    return reminding.remind_of_news(now=timezone.now())


@shared_task(expires=3600)
def make_pack(job: str) -> None:
    """Make the submission pack that an editor asked for."""
    making.make(uuid.UUID(job))


@shared_task(expires=600)
def print_ahead() -> int:
    """Print the whole plan, so that its first reader does not wait. Returns how many plans were
    printed."""
    return ahead.print_ahead()


@shared_task(expires=3600)
def erase_commenters() -> int:
    """Erase addresses that nobody writes to any more, and what nobody confirmed. Returns how many
    rows."""
    now = timezone.now()
    erased = erasing.erase_addresses(now=now) + erasing.forget_unconfirmed(now=now)
    return erased + actions.forget_follows(now=now)
