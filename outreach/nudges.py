"""Wake a sender now instead of at its next round. Only a kindness: nothing depends on it."""

import time

import structlog
from celery import current_app
from kombu.exceptions import KombuError
from redis.exceptions import RedisError

log = structlog.get_logger("portal.outbox")

QUIET_AFTER_FAILURE = 30  # seconds without another try: no request waits twice for a dead broker
_quiet_until = 0.0


def wake_senders() -> None:
    """Ask a Celery worker to send what is due. A broker that is away is logged and left alone;
    the senders' own rounds find the letters."""
    global _quiet_until
    if time.monotonic() < _quiet_until:
        return
    try:
        with current_app.connection_for_write() as connection:
            # One quick try. Celery's own publishing goes on trying for six seconds.
            connection.ensure_connection(max_retries=1, interval_start=0, timeout=1)
            current_app.send_task(
                "outreach.tasks.send_letters", expires=25, retry=False, connection=connection
            )
    except (KombuError, RedisError, OSError) as error:
        _quiet_until = time.monotonic() + QUIET_AFTER_FAILURE
        log.warning("no broker to wake the senders", error=type(error).__name__)
