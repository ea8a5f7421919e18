"""Health checks of the containers: `python deploy/healthy.py web|worker|beat`.

Exit code 0 is healthy. The worker's asks the broker for an answer of this very worker.
"""

import http.client
import os
import socket
import subprocess
import sys
import time
from pathlib import Path


def web() -> bool:
    host = os.environ.get("ALLOWED_HOSTS", "localhost").split(",")[0].strip().lstrip(".")
    headers = {"Host": host, "X-Forwarded-Proto": "https"}
    connection = http.client.HTTPConnection("127.0.0.1", 8000, timeout=4)
    try:
        connection.request("GET", "/healthz", headers=headers)
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False


def worker() -> bool:
    name = f"celery@{socket.gethostname()}"
    command = [sys.executable, "-m", "celery", "-A", "partnerships", "inspect", "ping"]
    command += ["--destination", name, "--timeout", "10"]
    return subprocess.run(command, stdout=subprocess.DEVNULL).returncode == 0  # noqa: S603


def beat() -> bool:
    """It writes its schedule down every three minutes."""
    written = Path("/var/lib/portal/beat").glob("schedule*")
    return any(time.time() - path.stat().st_mtime < 600 for path in written)


if __name__ == "__main__":
    sys.exit(not {"web": web, "worker": worker, "beat": beat}[sys.argv[1]]())
