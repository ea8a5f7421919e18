"""What a process of the portal is told on a development machine, by environment variables
alone: settings do not know of this package."""

import os
import secrets
from pathlib import Path

from partnerships.local.embedded import Servers
from partnerships.local.processes import ROOT


def state_folder() -> Path:
    return Path(os.environ.get("PORTAL_STATE") or ROOT / ".local").absolute()


def local_environment(servers: Servers, *, port: int = 8000) -> dict[str, str]:
    """The caller's environment, completed. Servers that the caller named stay."""
    state = servers.state
    ours = {
        "DJANGO_SETTINGS_MODULE": "partnerships.settings",
        "PORTAL_LOCAL": "1",
        "PORTAL_STATE": str(state),
        "STATIC_ROOT": str(state / "static"),
        "SECRET_KEY": secret_key(state),
        "SITE_URL": f"http://127.0.0.1:{port}",
        "PYTHONUNBUFFERED": "1",
    }
    defaults = {"DATABASE_URL": servers.postgres.url, "REDIS_URL": servers.valkey.url}
    return defaults | os.environ | ours


def acquire(servers: Servers) -> None:
    """Start what the caller's environment does not name."""
    servers.acquire(postgres="DATABASE_URL" not in os.environ, valkey="REDIS_URL" not in os.environ)


def secret_key(state: Path) -> str:
    """Random once, then kept: sessions and signed links outlive a restart."""
    path = state / "secret-key"
    if not path.exists():
        state.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_suffix(f".{os.getpid()}")
        unfinished.touch(mode=0o600)
        unfinished.write_text(secrets.token_urlsafe(50))
        unfinished.rename(path)
    return path.read_text()
