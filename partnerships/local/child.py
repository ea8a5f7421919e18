"""One command in the foreground, with the terminal, on servers that outlive it."""

import signal
import subprocess
import sys
from types import FrameType

from partnerships.local.embedded import Servers
from partnerships.local.processes import ROOT


def run_child(
    command: list[str], *, environment: dict[str, str], servers: Servers, keep: tuple[int, ...] = ()
) -> int:
    """Run to the end and return its exit code. It inherits the lease (and the descriptors in
    `keep`): were this process killed, the servers would stay for as long as it works."""
    lease = (servers.lease.fileno(),) if servers.lease else ()
    process = subprocess.Popen(command, cwd=ROOT, env=environment, pass_fds=lease + keep)

    def forward(number: int, frame: FrameType | None) -> None:
        # A terminal gives Ctrl-C to both of us already.
        if number != signal.SIGINT or not sys.stdin or not sys.stdin.isatty():
            process.send_signal(number)

    before = {
        number: signal.signal(number, forward)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    }
    try:
        code = process.wait()
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    return code if code >= 0 else 128 - code


def manage(*arguments: str) -> list[str]:
    return [sys.executable, "manage.py", *arguments]
