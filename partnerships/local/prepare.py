"""Bring the database and the static files to where the code is. A process of its own, with
Django set up once for all steps; a start that finds nothing to do takes about a second."""

import argparse
import hashlib
import sys
import time
from collections.abc import Callable
from pathlib import Path

import django
from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

# What no page asks for; compressing it would take most of the first start.
IGNORED_STATIC = [
    "*.rtl*",
    "bootstrap-grid*",
    "bootstrap-reboot*",
    "bootstrap-utilities*",
    "bootstrap.css*",
    "bootstrap.js*",
    "bootstrap.esm*",
    "*.bundle*",
    "jquery.js",
    "select2.full.js",
    "xregexp.js",
]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--demo", choices=["if-empty", "again"], default="if-empty")
    parser.add_argument("--people", type=Path, help="where to write who may sign in")
    options = parser.parse_args()
    django.setup()
    try:
        migrate()
        call_command("load_vocabularies")
        call_command("load_demo", **({"if_empty": True} if options.demo == "if-empty" else {}))
        if not settings.DEBUG:
            collect_static()
        if options.people:
            with options.people.open("w") as people:
                call_command("demo_people", stdout=people)
    except CommandError as problem:
        sys.exit(f"{problem}")


def migrate() -> None:
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if plan:
        timed(
            f"Applying {len(plan)} migrations",
            lambda: call_command("migrate", interactive=False, verbosity=0),
        )


def collect_static() -> None:
    """Hashed and compressed copies, made again only when a file changed."""
    stamp = Path(settings.STATIC_ROOT) / ".collected-from"
    state = static_state()
    if stamp.exists() and stamp.read_text() == state:
        return
    timed(
        "Collecting and compressing the static files",
        lambda: call_command(
            "collectstatic", interactive=False, ignore_patterns=IGNORED_STATIC, verbosity=0
        ),
    )
    stamp.write_text(state)


def static_state() -> str:
    """Names, sizes and times of all that would be collected, as one hash."""
    digest = hashlib.sha256(repr(settings.STORAGES).encode())
    for finder in get_finders():
        for path, storage in finder.list(IGNORED_STATIC):
            seen = Path(storage.path(path)).stat()
            digest.update(f"{path} {seen.st_size} {seen.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def timed(what: str, work: Callable[[], object]) -> None:
    started = time.monotonic()
    print(f"{what} …", flush=True)
    work()
    print(f"  done in {time.monotonic() - started:.1f} s", flush=True)


if __name__ == "__main__":
    main()
