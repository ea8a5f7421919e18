"""`./dev bench letters`: 10,000 readers get their digest, from the search to the mail server."""

import os
import random
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.utils import timezone  # noqa: E402

from employers.choices import Kind  # noqa: E402
from outreach.actions.digests import plan_due  # noqa: E402
from outreach.actions.post import post_due  # noqa: E402
from outreach.choices import SubscriptionState  # noqa: E402
from outreach.digests import Run  # noqa: E402
from outreach.models import Digest, Letter, Subscription  # noqa: E402
from partnerships.local.processes import ROOT  # noqa: E402
from tests.bench.corpus import progress  # noqa: E402
from tests.bench.driving import Meter  # noqa: E402
from tests.bench.pages import Samples  # noqa: E402

READERS, SEARCHES = 10_000, 400
HOST = "letters.bench.example.org"
PORT = 8393  # as in SMTP_URL


def measure(roots: list[int]) -> str:
    """The lines of the table: what each step took, database included, mail server not."""
    meter, now = Meter([os.getpid(), *roots]), timezone.now()
    queries = _readers(now)
    progress("searches", 0, 1)
    run = Run(now, floors=dict.fromkeys(queries, now - timedelta(days=7)))
    lines = []

    with _timed(meter) as matching:
        found = sum(len(run.search(query).rows) for query in queries)
    what = f"Matching: {len(queries)} different searches, {found:,} matches"
    lines.append(_line(what, matching, f"≤ {MATCHING:g} s", matching[0] <= MATCHING))

    progress("planning", 0, 1)
    with _timed(meter) as planning:
        tally = plan_due(now=now)
    lines.append(_line(f"Planning {tally.planned:,} digests, letters written", planning, "", True))

    with _sink():
        progress("sending", 0, 1)
        with _timed(meter) as sending:
            sent = post_due(seconds=600).sent
    rate = sent / sending[0] if sending[0] else 0
    what = f"Sending {sent:,} letters by one process: {rate:,.0f} a second"
    lines.append(_line(what, sending, f"≥ {RATE:,} a second", rate >= RATE))
    _forget()
    return "\n".join(lines)


MATCHING, RATE = 1.0, 1_500  # seconds; letters a second


def _line(what: str, spent: list[float], goal: str, met: bool) -> str:
    said = ("yes" if met else "**no**") if goal else ""
    return f"| {what} | {spent[0]:.2f} s | {spent[1]:.2f} s | {goal} | {said} |"


@contextmanager
def _timed(meter: Meter) -> Iterator[list[float]]:
    """[seconds, CPU seconds]"""
    spent, began, cpu = [0.0, 0.0], time.monotonic(), meter.read()
    yield spent
    spent[:] = [time.monotonic() - began, meter.read() - cpu]


def _readers(now: datetime) -> list[str]:
    """Readers who are due now, each with one of some hundred searches; those searches."""
    _forget()
    dice, samples = random.Random(11), Samples()
    asked = samples.word_place() + samples.word_sector_place()
    queries = [path.partition("?")[2] for path in asked] + [f"kind={kind}" for kind in Kind.values]
    queries = dice.sample(queries, min(SEARCHES, len(queries)))
    Subscription.objects.bulk_create(
        Subscription(
            email=f"reader{number}@{HOST}",
            name=f"Reader {number}",
            query=queries[number % len(queries)],
            words="A search of the bench",
            zone="America/Chicago",
            state=SubscriptionState.ACTIVE,
            confirmed_at=now - timedelta(days=30),
            covered_until=now - timedelta(days=7),
            next_due_at=now - timedelta(minutes=1),
        )
        for number in range(READERS)
    )
    return queries


def _forget() -> None:
    """What an earlier run left, and other letters that would be sent along."""
    Digest.objects.filter(subscription__email__endswith=HOST).delete()
    Letter.objects.all().delete()
    Subscription.objects.filter(email__endswith=HOST).delete()
    shutil.rmtree(settings.JOURNAL_DIR, ignore_errors=True)
    Path(settings.JOURNAL_DIR).mkdir(parents=True, exist_ok=True)


@contextmanager
def _sink() -> Iterator[None]:
    command = [sys.executable, "-m", "tests.bench.sink", str(PORT)]
    sink = subprocess.Popen(command, cwd=ROOT)
    time.sleep(1)
    try:
        yield
    finally:
        sink.terminate()
        sink.wait()


DOCUMENT = """
{readers:,} readers are due at once, among {rows:,} opportunities; measured by `./dev bench
letters`, {when}, commit {commit}, load average {load:.1f}.

| step | time | CPU time | goal | met |
|---|--:|--:|---|---|
{lines}

CPU time is that of the one process and of PostgreSQL. The mail server is a small program on the
same machine that takes everything; its own time is not counted, though it runs on the same
processors.
"""
