"""The measurements, and the table they end in."""

import os
import platform
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import django

django.setup()

import psutil  # noqa: E402
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY  # noqa: E402
from django.contrib.sessions.backends.db import SessionStore  # noqa: E402
from django.core.cache import cache  # noqa: E402
from django.db import connection  # noqa: E402
from django.utils import timezone  # noqa: E402

from accounts.models import User  # noqa: E402
from employers.models.listing import count_in  # noqa: E402
from tests.bench.corpus import RECRUITER, progress  # noqa: E402
from tests.bench.driving import Cost, Meter, Target, Unexpected, packed, served  # noqa: E402
from tests.bench.pages import Page, pages  # noqa: E402


@dataclass
class Result:
    page: Page
    cold: Cost
    warm: Cost
    floor: Cost | None
    first: Cost
    queries: int
    size: int
    gzip: int
    brotli: int

    @property
    def judged(self) -> float:
        """CPU ms that the goal is about."""
        return self.warm.each if self.page.warm else self.cold.each

    @property
    def ratio(self) -> float | None:
        return self.judged / self.floor.each if self.floor else None

    @property
    def pace(self) -> float:
        """How many times as long this machine took meanwhile as the one where the goals in ms were
        set: for the floor's answer to the same page where that is known, else for its first
        page."""
        if self.page.there and self.floor:
            return self.floor.each / self.page.there
        return self.first.each / FLOOR_THERE

    @property
    def most_here(self) -> float:
        """The goal in ms at the pace of this machine."""
        return (self.page.most or 0) * self.pace

    @property
    def goal(self) -> str:
        if self.page.times:
            return f"≤ {self.page.times:g} × floor"
        here = f"{self.page.most:g} ({self.most_here:.1f} here)"
        return f"≤ {here}{', warm' if self.page.warm else ''}"

    @property
    def met(self) -> bool:
        if self.page.times and self.ratio:
            return self.ratio <= self.page.times
        return self.judged <= self.most_here


# A shared machine is now faster, now slower: what is compared is asked in so many short turns.
TURNS = 4


class Bench:
    def __init__(self, *, rows: int, seconds: float) -> None:
        self.rows, self.seconds = rows, seconds

    def start(
        self, stack: ExitStack, environment: dict[str, str], floor_port: int, roots: list[int]
    ) -> None:
        """gunicorn with the portal, gunicorn with the floor, until the stack ends."""
        # As the worker does every few minutes: what opened and closed since the corpus was loaded.
        count_in(timezone.now())
        port = int(environment["BIND"].rpartition(":")[2])
        ours = environment | {"DJANGO_SETTINGS_MODULE": "tests.bench.counting"}
        portal = stack.enter_context(served("partnerships.wsgi:application", ours, port))
        floor = stack.enter_context(
            served("tests.bench.floor:application", environment, floor_port)
        )
        # As a proxy that ended the TLS connection says it.
        headers = {"X-Forwarded-Proto": "https", "Host": f"127.0.0.1:{port}"}
        self.portal = Target(port, Meter([portal, *roots]), headers)
        self.floor = Target(floor_port, Meter([floor, *roots]), {})
        self.signed_in = headers | {"Cookie": f"__Host-sessionid={_session()}"}

    def run(self, names: list[str]) -> "Results":
        wanted = [page for page in pages(self.rows) if not names or page.name in names]
        found, failed = [], []
        for number, page in enumerate(wanted):
            progress(page.name, number, len(wanted))
            try:
                found.append(self._measure(page))
            except Unexpected as problem:
                failed.append(f"{page.title}: {problem}")
        progress("pages", len(wanted), len(wanted))
        return Results(self.rows, self.seconds, found, failed, os.getloadavg()[0])

    def _measure(self, page: Page) -> Result:
        target = self.portal
        if page.signed_in:
            target = Target(target.port, target.meter, self.signed_in)
        # Every thread has its connection, its templates and its compiled patterns by then.
        for warmed in (target, self.floor):
            if warmed is target or page.has_floor:
                warmed.drive(page.paths, seconds=min(1.5, self.seconds))
        seconds = self.seconds / TURNS
        found: dict[str, Cost] = {}
        for _ in range(TURNS):
            turn = {"cold": target.drive(page.paths, seconds=seconds, before=cache.clear)}
            turn["first"] = self.floor.drive(FIRST, seconds=seconds / 2)
            target.drive(page.paths, seconds=min(0.5, seconds))
            turn["warm"] = target.drive(page.paths, seconds=seconds)
            if page.has_floor:
                turn["floor"] = self.floor.drive(page.paths, seconds=seconds)
            found = {key: found[key] + cost if key in found else cost for key, cost in turn.items()}
        cache.clear()
        answer, body = target.get(page.paths[0], **{"X-Count-Queries": "1"})
        gzip, brotli = packed(body)
        queries = int(answer.headers["X-Queries"])
        return Result(
            page,
            found["cold"],
            found["warm"],
            found.get("floor"),
            found["first"],
            queries,
            len(body),
            gzip,
            brotli,
        )


def _session() -> str:
    """A session of the recruiter, as signing in makes it."""
    user = User.objects.get(email=RECRUITER)
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    return str(session.session_key)


@dataclass
class Results:
    rows: int
    seconds: float
    found: list[Result]
    failed: list[str]
    load: float

    def lines(self) -> Iterator[str]:
        """The table, in Markdown."""
        yield (
            "| page | CPU ms, cold | warm | floor | ratio | goal | met | requests/s | p50 ms "
            "| p95 ms | queries | HTML | gzip | Brotli |"
        )
        yield "|---|--:|--:|--:|--:|---|---|--:|--:|--:|--:|--:|--:|--:|"
        for result in self.found:
            cold, warm, floor = result.cold, result.warm, result.floor
            cells = [
                result.page.title,
                f"{cold.each:.1f}",
                f"{warm.each:.1f}",
                f"{floor.each:.1f}" if floor else "",
                f"{result.ratio:.2f}" if result.ratio else "",
                result.goal,
                "yes" if result.met else "**no**",
                f"{warm.rate:.0f}",
                f"{warm.at(0.5):.0f}",
                f"{warm.at(0.95):.0f}",
                str(result.queries),
                *(f"{size / 1024:.1f} KB" for size in (result.size, result.gzip, result.brotli)),
            ]
            yield f"| {' | '.join(cells)} |"
        for failed in self.failed:
            yield f"\nNot measured: {failed}"

    def text(self) -> str:
        return "\n".join(self.lines())

    def part(self, root: Path) -> str:
        """What the document says of this run."""
        machine = f"{_processor()}, {psutil.cpu_count()} cores, {_memory():.0f} GB"
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_database_size(current_database()), version()")
            size, version = cursor.fetchone()
        return PART.format(
            rows=self.rows,
            machine=machine,
            python=platform.python_version(),
            postgres=version.split(" on ")[0],
            size=size / 2**30,
            when=datetime.now().strftime("%Y-%m-%d %H:%M"),
            commit=commit_of(root),
            load=self.load,
            slowest=max(one.first.each for one in self.found) / FLOOR_THERE,
            fastest=min(one.first.each for one in self.found) / FLOOR_THERE,
            there=FLOOR_THERE,
            table="\n".join(self.lines()),
        )


def commit_of(root: Path) -> str:
    log = ["git", "log", "-1", "--format=%h"]
    said = subprocess.run(log, cwd=root, capture_output=True, text=True).stdout.strip()
    return said or "unknown"


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    names = [
        line.partition(":")[2].strip()
        for line in (info.read_text().splitlines() if info.exists() else [])
        if line.startswith("model name")
    ]
    return names[0] if names else platform.machine()


def _memory() -> float:
    return psutil.virtual_memory().total / 2**30


FIRST = ["/opportunities/"]
# CPU ms of the floor's first page on the machine where the goals in ms were set.
FLOOR_THERE = 7.7

HEAD = """
# Benchmarks

What each page costs among very many opportunities. Written by `./dev bench --rows 100000`,
`--rows 1000000` and `./dev bench letters`, each its own part; measured, never typed.
"""

PART = """
`./dev bench --rows {rows}`, {when}, commit {commit}, {machine}, Python {python}, {postgres}; the
database has {size:.1f} GB. Load average at the end: {load:.1f}; the bench alone makes about 2.
The floor's first page, asked between, took {fastest:.2f} to {slowest:.2f} times the {there:g} CPU
ms that it took where the goals were set, so a goal of 10 ms is met here by as many times as much.

{table}
"""

HOW_TO_READ = """
- **CPU ms**: user and system time of gunicorn, PostgreSQL and Valkey, divided by the requests. It
  does not depend on how busy the machine is as wall time does.
- **Floor**: `tests/bench/floor.py`, a one-file Django app with the same query and the same rows in
  plain HTML, from the same PostgreSQL in the same run: no counts, no frame, no rights. A ratio is
  the portal to the floor, cold unless the goal says warm.
- **Cold**: the shared cache is emptied before every request; only what a process keeps in its own
  memory and what PostgreSQL keeps in its own are warm. **Warm**: nothing is emptied. Pages with
  words or filters are asked with up to 240 different queries in turn, so that most of what a cache
  might hold is for another one. Goals are judged cold, but for a posting's own page: strangers get
  the one that was made in the last minute.
- **Requests/s, p50, p95**: warm, two connections kept open, over real HTTP on the same machine.
- **Goals** in ms were set on another machine. Here they are judged at the pace of this one, told by
  the floor in the same seconds (what is compared is asked in short turns, as a shared machine is
  now faster, now slower): by its answer to the same page where that is known of the other machine
  (a posting 1.9 ms, word and place 14, word, category and place 12), else by its first page. Both
  figures stand in the column.
- **Queries**: SQL statements of one cold request. **HTML**: what the server sends; gzip (6) and
  Brotli (5): what a proxy makes of it.
- The portal runs as in production: gunicorn's own settings, DEBUG off, JSON logs, all middleware.

The corpus is `tests/bench/corpus.py`: six in ten postings are open; texts are as long as people
write them; it is kept in `.local/bench` and used again for some days.
"""
