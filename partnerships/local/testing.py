"""`./dev test` and `./dev check`: on servers of their own, which the run never sees.

Each run at work takes a place of its own (`test`, `test-2`, …), so that several may go on
at the same time. The migrated database is kept as a template, and every run begins with a
fresh copy of it.
"""

import fcntl
import hashlib
import os
import secrets
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from partnerships.local.child import manage, run_child
from partnerships.local.embedded import ServerError, Servers
from partnerships.local.environment import acquire, local_environment, state_folder
from partnerships.local.processes import ROOT

PLACES = 8
TEMPLATE = "portal_template"
MOST_WORKERS = 4


@dataclass
class Place:
    """A state folder nobody else tests in, its servers running."""

    servers: Servers
    environment: dict[str, str]
    lock: int


def test(arguments: list[str]) -> int:
    with place() as at:
        options = []
        workers = 1 if named_tests(arguments) else min(os.cpu_count() or 1, MOST_WORKERS)
        if workers > 1:
            options = ["-n", str(workers), "--dist", "worksteal"]
        if "DATABASE_URL" not in os.environ and copy_migrated_database(at, workers):
            options.append("--reuse-db")
        return _run(at, [sys.executable, "-m", "pytest", *options, *arguments])


def named_tests(arguments: list[str]) -> bool:
    """Whether some of the tests are asked for, not all of them."""
    return any((ROOT / one.partition("::")[0]).exists() for one in arguments) or "-k" in arguments


def check(*, fix: bool) -> int:
    """Every step, whatever the ones before said; 1 if one of them failed."""
    failed = []
    with place() as at:
        for name, command, environment in steps(at.environment, fix=fix):
            print(f"── {name}", flush=True)
            at.environment = environment
            if _run(at, command):
                failed.append(name)
    print(f"Failed: {', '.join(failed)}" if failed else "All checks passed.", flush=True)
    return 1 if failed else 0


def steps(
    environment: dict[str, str], *, fix: bool
) -> Iterator[tuple[str, list[str], dict[str, str]]]:
    python = [sys.executable, "-m"]
    templates = sorted(str(path.relative_to(ROOT)) for path in ROOT.glob("templates/**/*.html"))
    djade = [str(Path(sys.executable).parent / "djade"), "--target-version", "6.1"]
    look = [] if fix else ["--check"]
    yield "format", [*python, "ruff", "format", *look, "."], environment
    yield "lint", [*python, "ruff", "check", *(["--fix"] if fix else []), "."], environment
    if templates:
        yield "templates", [*djade, *look, *templates], environment
    yield "types", [*python, "mypy", "."], environment
    yield "migrations", manage("makemigrations", "--check", "--dry-run"), environment
    deploy = manage("check", "--deploy", "--fail-level", "WARNING")
    yield "deployment", deploy, production_like(environment)


def production_like(environment: dict[str, str]) -> dict[str, str]:
    """What a server's `.env` says, so that the checks see what a server would."""
    kept = {k: v for k, v in environment.items() if not k.startswith("PORTAL_")}
    return kept | {
        "DEBUG": "false",
        "SECRET_KEY": secrets.token_urlsafe(50),
        "ALLOWED_HOSTS": "portal.example.org",
        "SITE_URL": "https://portal.example.org",
        "SMTP_URL": "smtp+tls://portal:secret@mail.example.org:587",
        "JOURNAL_DIR": environment["PORTAL_STATE"],
    }


@contextmanager
def place() -> Iterator[Place]:
    for number in range(1, PLACES + 1):
        state = state_folder() / ("test" if number == 1 else f"test-{number}")
        state.mkdir(parents=True, exist_ok=True)
        with (state / "taken").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                continue
            servers = Servers(state, durable=False)
            try:
                acquire(servers)
                environment = local_environment(servers) | {"PORTAL_TEST": "1"}
                yield Place(servers, environment, lock.fileno())
            finally:
                servers.release()
            return
    raise ServerError(f"{PLACES} test runs are at work in this checkout; wait for one to end.")


def copy_migrated_database(at: Place, workers: int = 1) -> bool:
    """Make a database for each worker from the template, migrating that first if a migration
    changed. False if the migrations fail: then the tests are to say so themselves."""
    tool = at.servers.postgres.run_sql_tool
    stamp = at.servers.state / "template-made-of"
    key = migrations_key()
    names = [f"test_portal_gw{n}" for n in range(workers)] if workers > 1 else ["test_portal"]
    for name in names:
        tool("dropdb", "--if-exists", "--force", name)
    if not stamp.exists() or stamp.read_text() != key:
        stamp.unlink(missing_ok=True)
        tool("dropdb", "--if-exists", "--force", TEMPLATE)
        tool("createdb", TEMPLATE)
        print("Migrating the database that the tests are given …", flush=True)
        url = at.servers.postgres.url.replace("/portal?", f"/{TEMPLATE}?")
        migrated = subprocess.run(
            manage("migrate", "--verbosity", "0"),
            cwd=ROOT,
            env=at.environment | {"DATABASE_URL": url},
        )
        if migrated.returncode:
            return False
        stamp.write_text(key)
    return all(tool("createdb", "--template", TEMPLATE, name) for name in names)


def migrations_key() -> str:
    digest = hashlib.sha256((ROOT / "requirements" / "test.txt").read_bytes())
    for path in sorted(ROOT.glob("*/migrations/*.py")):
        digest.update(str(path.relative_to(ROOT)).encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _run(at: Place, command: list[str]) -> int:
    return run_child(command, environment=at.environment, servers=at.servers, keep=(at.lock,))
