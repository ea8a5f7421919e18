"""`./dev bench`: what each page costs, on servers of its own that keep their corpus."""

import os
import sys

from partnerships.local.child import run_child
from partnerships.local.embedded import Servers
from partnerships.local.environment import local_environment, state_folder


def bench(arguments: list[str]) -> int:
    """Always on the embedded servers: the cost of another machine's cannot be read here."""
    state = state_folder() / "bench"
    state.mkdir(parents=True, exist_ok=True)
    servers = Servers(state, durable=True)
    try:
        servers.acquire()
        for name in ("DATABASE_URL", "REDIS_URL"):
            os.environ.pop(name, None)
        command = [sys.executable, "-m", "tests.bench", *arguments]
        return run_child(command, environment=local_environment(servers), servers=servers)
    finally:
        servers.release()


def production(environment: dict[str, str], *, port: int) -> dict[str, str]:
    """What a server's environment says: no local pages, JSON logs, secure cookies."""
    kept = {k: v for k, v in environment.items() if k != "PORTAL_LOCAL"}
    return kept | {
        "DEBUG": "false",
        "ALLOWED_HOSTS": "127.0.0.1",
        "SITE_URL": f"https://127.0.0.1:{port}",
        "BIND": f"127.0.0.1:{port}",
        "JOURNAL_DIR": f"{environment['PORTAL_STATE']}/journals",
    }
