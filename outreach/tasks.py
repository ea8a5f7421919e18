"""What Celery does here. No arguments, one action each, safe to run twice or at once.

The rows say what is due; a task only looks. Times are read from settings.CELERY_BEAT_SCHEDULE.
"""

from celery import shared_task

from outreach.actions.digests import plan_due
from outreach.actions.post import post_due


@shared_task(expires=25)
def send_letters() -> int:
    """Send what is due. Returns how many left."""
    return post_due().sent


@shared_task(expires=240)
def plan_digests() -> int:
    """Plan the digests that are due. Returns how many letters were written."""
    return plan_due().planned
