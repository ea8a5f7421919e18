"""Asks a server for pages over kept-open connections, and reads what that cost in CPU time."""

import gzip
import http.client
import itertools
import os
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import brotli
import psutil

from partnerships.local.processes import ROOT

CONNECTIONS = 2


class Unexpected(Exception):
    """A server answered with another status than 200."""


@dataclass
class Cost:
    """What so many requests took together."""

    requests: int
    cpu_ms: float
    seconds: float
    times: list[float] = field(repr=False)

    def __add__(self, other: "Cost") -> "Cost":
        return Cost(
            self.requests + other.requests,
            self.cpu_ms + other.cpu_ms,
            self.seconds + other.seconds,
            self.times + other.times,
        )

    @property
    def each(self) -> float:
        """CPU milliseconds a request, user and system, server and database."""
        return self.cpu_ms / self.requests

    @property
    def rate(self) -> float:
        return self.requests / self.seconds

    def at(self, share: float) -> float:
        """The time, in ms, within which this share of the requests was answered."""
        ordered = sorted(self.times)
        return 1000 * ordered[min(int(share * len(ordered)), len(ordered) - 1)]


@dataclass
class Meter:
    """CPU time of whole process trees, those that have ended meanwhile included."""

    roots: list[int]

    def read(self) -> float:
        """Seconds, user and system."""
        total = 0.0
        for root in self.roots:
            parent = psutil.Process(root)
            for process in (parent, *parent.children(recursive=True)):
                try:
                    spent = process.cpu_times()
                except psutil.NoSuchProcess:
                    continue
                total += spent.user + spent.system + spent.children_user + spent.children_system
        return total


@dataclass
class Target:
    """A running server; `meter` reads it together with the database."""

    port: int
    meter: Meter
    headers: dict[str, str]

    def get(self, path: str, **headers: str) -> tuple[http.client.HTTPResponse, bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            return ask(connection, path, self.headers | headers)
        finally:
            connection.close()

    def drive(
        self, paths: list[str], *, seconds: float, before: Callable[[], object] = lambda: None
    ) -> Cost:
        """Ask for the paths in turn; `before` is called before each request."""
        turn, times = itertools.cycle(paths), []
        lock, ends = threading.Lock(), time.monotonic() + seconds
        wrong: list[Exception] = []

        def work() -> None:
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
            try:
                while time.monotonic() < ends and not wrong:
                    with lock:
                        path = next(turn)
                    before()
                    began = time.perf_counter()
                    ask(connection, path, self.headers)
                    times.append(time.perf_counter() - began)
            except (OSError, Unexpected, http.client.HTTPException) as problem:
                wrong.append(problem)
            finally:
                connection.close()

        threads = [threading.Thread(target=work) for _ in range(CONNECTIONS)]
        began, spent = time.monotonic(), self.meter.read()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if wrong:
            raise wrong[0]
        spent = self.meter.read() - spent
        return Cost(len(times), spent * 1000, time.monotonic() - began, times)


def ask(
    connection: http.client.HTTPConnection, path: str, headers: dict[str, str]
) -> tuple[http.client.HTTPResponse, bytes]:
    connection.request("GET", path, headers=headers)
    answer = connection.getresponse()
    body = answer.read()
    if answer.status != 200:
        raise Unexpected(f"{path}: {answer.status} {answer.headers.get('Location', '')}")
    return answer, body


def packed(body: bytes) -> tuple[int, int]:
    """Bytes as gzip and as Brotli, as a proxy sends them."""
    return len(gzip.compress(body, 6)), len(brotli.compress(body, quality=5))


@contextmanager
def served(application: str, environment: dict[str, str], port: int) -> Iterator[int]:
    """gunicorn as in production; the id of its first process."""
    command = [sys.executable, "-m", "gunicorn", "-c", "deploy/gunicorn.py", application]
    log = open(os.path.join(environment["PORTAL_STATE"], f"web-{port}.log"), "wb")  # noqa: SIM115
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        env=environment | {"BIND": f"127.0.0.1:{port}"},
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=log,
    )
    try:
        _wait_for(port, process)
        yield process.pid
    finally:
        process.terminate()
        process.wait()
        log.close()


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    ends = time.monotonic() + 60
    while time.monotonic() < ends and process.poll() is None:
        try:
            http.client.HTTPConnection("127.0.0.1", port, timeout=2).connect()
            return
        except OSError:
            time.sleep(0.1)
    raise Unexpected(f"The server at port {port} did not start; its log lies beside the corpus.")


def middle(values: list[float]) -> float:
    return statistics.median(values) if values else 0.0
