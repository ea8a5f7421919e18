"""Wake a worker now instead of at its next round. Only a kindness: nothing depends on it."""

import structlog
from celery import current_app
from kombu.exceptions import KombuError
from redis.exceptions import RedisError

log = structlog.get_logger("portal.plans")


def wake(task: str) -> None:
    """Ask for a task without arguments. A broker that is away is logged and left alone."""
    try:
        with current_app.connection_for_write() as connection:
            connection.ensure_connection(max_retries=1, interval_start=0, timeout=1)
            current_app.send_task(task, expires=600, retry=False, connection=connection)
    except (KombuError, RedisError, OSError) as error:
        log.warning("no broker to wake a worker", task=task, error=type(error).__name__)
