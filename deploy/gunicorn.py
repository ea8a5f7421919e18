"""gunicorn's settings, for `./dev run` and for the container alike.

Threads, because a request mostly waits for PostgreSQL, and each thread keeps its connection.
"""

import gc
import os
from pathlib import Path
from typing import Any

bind = os.environ.get("BIND", "0.0.0.0:8000")
worker_class = "gthread"
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
threads = int(os.environ.get("WEB_THREADS", "4"))
# One import for all workers; nothing connects before the fork.
preload_app = True
timeout = 60
graceful_timeout = 10
keepalive = 5
# Whose X-Forwarded-* headers are believed. In compose nobody but the proxy reaches this port.
forwarded_allow_ips = os.environ.get("FORWARDED_ALLOW_IPS", "127.0.0.1")
control_socket_disable = True
# The heartbeat file must not lie on a disk that can stall.
shared_memory = Path("/dev/shm")  # noqa: S108
worker_tmp_dir = str(shared_memory) if shared_memory.is_dir() else None


def when_ready(server: Any) -> None:
    """What was loaded once is never looked through for garbage again, nor copied for it."""
    gc.collect()
    gc.freeze()


def post_worker_init(worker: Any) -> None:
    """A page makes some ten thousand objects and leaves hardly any in circles."""
    gc.set_threshold(20_000, 20, 20)
