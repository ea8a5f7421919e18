"""`./dev bench`: load the corpus, serve portal and floor, drive both, write what it cost."""

import argparse
import os
import subprocess
import sys
from contextlib import ExitStack
from datetime import date, datetime
from pathlib import Path

import psycopg

from partnerships.local.bench import production
from partnerships.local.embedded import Servers
from partnerships.local.processes import ROOT, read_pid

PORTAL, FLOOR, SINK = 8391, 8392, 8393
# A corpus whose dates are older than this is loaded anew: fewer and fewer of it are open.
KEPT_FOR_DAYS = 5
VERSION = 1  # of the corpus: another number loads it anew


def main() -> int:
    options = argparse.ArgumentParser(prog="./dev bench")
    options.add_argument("what", nargs="?", choices=["pages", "letters"], default="pages")
    options.add_argument("--rows", type=int, default=100_000, help="opportunities, 20000 or more")
    options.add_argument("--pages", default="", help="names of pages, with commas; all without it")
    options.add_argument("--seconds", type=float, default=4, help="for each measurement")
    options.add_argument("--load-only", action="store_true", help="only make the corpus ready")
    options.add_argument("--dry", action="store_true", help="leave docs/benchmarks.md as it is")
    chosen = options.parse_args()
    state = Path(os.environ["PORTAL_STATE"])
    servers = Servers(state, durable=True)
    name = f"bench_{chosen.rows}"
    os.environ["DATABASE_URL"] = servers.postgres.url.replace("/portal?", f"/{name}?")
    prepare(servers, state, name, chosen.rows)
    if chosen.load_only:
        return 0
    if chosen.what == "letters":
        return letters(chosen.rows, roots(servers), dry=chosen.dry)
    # Django reads the address of the database when it starts.
    from tests.bench import measuring  # noqa: PLC0415

    with ExitStack() as stack:
        bench = measuring.Bench(rows=chosen.rows, seconds=chosen.seconds)
        bench.start(stack, production(dict(os.environ), port=PORTAL), FLOOR, roots(servers))
        results = bench.run([page for page in chosen.pages.split(",") if page])
    print(results.text())
    if not chosen.dry and not chosen.pages:
        write(f"Among {chosen.rows:,} opportunities", results.part(ROOT))
    return 0


def letters(rows: int, servers: list[int], *, dry: bool) -> int:
    os.environ["SMTP_URL"] = f"smtp://127.0.0.1:{SINK}"
    from tests.bench import letters, measuring  # noqa: PLC0415

    lines = letters.measure(servers)
    print(lines)
    if not dry:
        part = letters.DOCUMENT.format(
            readers=letters.READERS,
            rows=rows,
            when=f"{datetime.now():%Y-%m-%d %H:%M}",
            commit=measuring.commit_of(ROOT),
            load=os.getloadavg()[0],
            lines=lines,
        )
        write("Letters", part)
    return 0


def write(title: str, part: str) -> None:
    """Replace one part of the document; the others stay as they were measured."""
    from tests.bench.measuring import HEAD, HOW_TO_READ  # noqa: PLC0415

    path = ROOT / "docs" / "benchmarks.md"
    old = path.read_text() if path.exists() else ""
    parts = dict(one.split("\n", 1) for one in old.split("\n## ")[1:] if "\n" in one)
    parts |= {title: part, "How to read it": HOW_TO_READ}
    known = sorted(parts, key=lambda one: (one == "How to read it", one == "Letters", len(one)))
    texts = [HEAD.strip(), *(f"## {one}\n\n{parts[one].strip()}" for one in known)]
    path.write_text("\n\n".join(texts) + "\n")
    print("Written to docs/benchmarks.md")


def roots(servers: Servers) -> list[int]:
    """The first processes of PostgreSQL and Valkey."""
    found = [read_pid(server.pid_file) for server in (servers.postgres, servers.valkey)]
    return [pid for pid in found if pid]


def prepare(servers: Servers, state: Path, name: str, rows: int) -> None:
    """The database of that size: made, migrated, filled; each only where it is missing."""
    stamp, made = state / f"{name}.loaded", f"{VERSION}"
    if stamp.exists():
        version, day = stamp.read_text().split()
        age = (date.today() - date.fromisoformat(day)).days
        if version != made or age > KEPT_FOR_DAYS:
            stamp.unlink()
    admin = servers.postgres.url
    if not stamp.exists():
        with psycopg.connect(admin, autocommit=True) as connection:
            connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')  # type: ignore[arg-type]
            connection.execute(f'CREATE DATABASE "{name}"')  # type: ignore[arg-type]
    subprocess.run([sys.executable, "-m", "partnerships.local.prepare"], cwd=ROOT, check=True)
    if not stamp.exists():
        corpus = [sys.executable, "-m", "tests.bench.corpus", "--rows", str(rows)]
        subprocess.run(corpus, cwd=ROOT, check=True)
        stamp.write_text(f"{made} {date.today()}")
    subprocess.run([sys.executable, "-m", "tests.bench.plan"], cwd=ROOT, check=True)


if __name__ == "__main__":
    sys.exit(main())
