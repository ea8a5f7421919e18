"""The safety loop: a thread of the Celery worker that sends without any broker.

Nudges and beat go through Valkey. When that is away the worker's consumer waits for it, and
this thread of the same process goes on sending every 30 seconds. It begins before the worker
has reached its broker, so that a worker started without one sends too. `manage.py
post_letters --loop` is the same loop as a process of its own.
"""

import os
import threading
from typing import Any

import structlog
from celery.signals import worker_init, worker_shutdown

from outreach.actions.post import post_forever

log = structlog.get_logger("portal.outbox")

# A pool child forked in the middle of this thread's work could inherit a lock that nobody
# will open: forks wait for the end of the stretch of work, five seconds at most.
_working = threading.Lock()
_stop = threading.Event()
_thread: threading.Thread | None = None


def start(**_: Any) -> None:
    """Begin the loop, once a process."""
    global _thread
    if _thread is not None and _thread.is_alive():
        return
    _stop.clear()
    _thread = threading.Thread(target=_run, name="letters-safety-loop", daemon=True)
    _thread.start()


def stop(**_: Any) -> None:
    """End it between two letters; what is left goes back to the queue."""
    _stop.set()
    if _thread is not None:
        _thread.join(timeout=15)


def _run() -> None:
    log.info("safety loop of the letters started")
    post_forever(wait=_stop.wait, guard=lambda: _working)


def connect() -> None:
    """Called when Django is ready; does nothing in a process that is no worker."""
    worker_init.connect(start, dispatch_uid="letters-safety-loop")
    worker_shutdown.connect(stop, dispatch_uid="letters-safety-loop")
    os.register_at_fork(
        before=_working.acquire,
        after_in_parent=_working.release,
        after_in_child=_working.release,
    )
