"""`./dev run`: the whole portal on this machine, as production serves it.

Web, worker and beat each run under a supervisor that starts them again; the servers under
them are the caretaker's. Every way to end it (Ctrl-C, a closed terminal, SIGTERM) stops all.
"""

import fcntl
import http.client
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import IO

from partnerships.local.embedded import ServerError, Servers
from partnerships.local.environment import acquire, local_environment, state_folder
from partnerships.local.processes import ROOT, end_groups, kill_group, read_pid

COLOURS = {"web": 36, "worker": 33, "beat": 35}
PATIENCE = 12  # seconds that a process is given to end by itself
STEADY = 30  # seconds after which a process that fell counts as having been well


def run(*, port: int, debug: bool) -> int:
    """Until stopped; the exit code. Raises ServerError when it cannot start."""
    servers = Servers(state_folder(), durable=True)
    stop = Stop()
    with only_one(servers.locks / "run", port):
        for name in end_groups(servers.processes):
            print(f"Ended a {name} process that an earlier run had left behind.")
        refuse_taken_port(port)
        try:
            acquire(servers)
            environment = local_environment(servers, port=port)
            environment["DEBUG"] = "true" if debug else "false"
            people = servers.state / "people.txt"
            if not prepare(environment, people, stop):
                return 0 if stop.is_set() else 1
            supervise(portal(environment, servers, port, debug), servers, port, people, stop)
        finally:
            servers.release()
            say("Stopped; nothing is left running.")
    return 0


class Stop(threading.Event):
    """Set by the first signal; a second one means: at once."""

    def __init__(self) -> None:
        super().__init__()
        self.at_once = False
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._heard)

    def _heard(self, number: int, frame: FrameType | None) -> None:
        self.at_once = self.is_set()
        self.set()


@dataclass
class Supervised:
    """A process that shall run: started, listened to, started again with longer pauses."""

    name: str
    command: list[str]
    environment: dict[str, str]
    note: Path
    process: subprocess.Popen[str] | None = None
    started: float = 0
    pause: float = 0.5
    due: float = field(default=0)

    def start(self) -> None:
        # A session of its own: Ctrl-C reaches the runner alone, which then stops them in order.
        self.process = subprocess.Popen(
            self.command,
            cwd=ROOT,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,
        )
        self.note.write_text(f"{self.process.pid}\n")
        self.started = time.monotonic()
        threading.Thread(target=pump, args=(self.name, self.process.stdout), daemon=True).start()

    def look_after(self) -> None:
        """Start again what ended, after a pause that doubles while it keeps ending."""
        now = time.monotonic()
        if self.process is None:
            if now >= self.due:
                self.start()
        elif self.process.poll() is not None:
            kill_group(self.process.pid)
            if now - self.started > STEADY:
                self.pause = 0.5
            ended = f"ended ({self.process.returncode})"
            say(f"{self.name} {ended}; starting it again in {self.pause:g} s")
            self.process, self.due = None, now + self.pause
            self.pause = min(self.pause * 2, 30)

    def ask_to_end(self, whole_group: bool) -> None:
        if self.process and self.process.poll() is None:
            if whole_group:
                os.killpg(self.process.pid, signal.SIGTERM)
            else:
                self.process.terminate()

    def ended(self) -> bool:
        return self.process is None or self.process.poll() is not None

    def kill(self) -> None:
        if self.process:
            kill_group(self.process.pid)
            self.process.wait()
        self.note.unlink(missing_ok=True)


def portal(
    environment: dict[str, str], servers: Servers, port: int, debug: bool
) -> list[Supervised]:
    """The three processes; `environment` tells them where everything is."""
    python = [sys.executable, "-m"]
    celery = [*python, "celery", "--quiet", "-A", "partnerships"]
    web = [*python, "gunicorn", "-c", "deploy/gunicorn.py", "partnerships.wsgi:application"]
    if debug:
        web = [sys.executable, "manage.py", "runserver", f"127.0.0.1:{port}"]
    workers = ["--concurrency", "2", "--prefetch-multiplier", "1", "--loglevel", "INFO"]
    commands = {
        "web": web,
        "worker": [*celery, "worker", *workers, "--without-mingle", "--without-gossip"],
        "beat": [*celery, "beat", "--loglevel", "INFO", "-s", str(servers.state / "beat-schedule")],
    }
    environment = environment | {
        "BIND": f"127.0.0.1:{port}",
        # Root is a fact of the machine here, not a choice to be warned of at each start.
        "PYTHONWARNINGS": "ignore:You're running the worker with superuser privileges",
    }
    return [
        Supervised(name, command, environment, servers.processes / f"{name}.pid")
        for name, command in commands.items()
    ]


def supervise(
    processes: list[Supervised], servers: Servers, port: int, people: Path, stop: Stop
) -> None:
    """Start them, say when the site answers, keep them up, and end them in the end."""
    try:
        for process in processes:
            process.start()
        answers = False
        while not stop.wait(0.1):
            for process in processes:
                process.look_after()
            servers.ensure_caretaker()
            if not answers and (answers := healthy(port)):
                print_banner(port, people)
    finally:
        end(processes, stop)


def end(processes: list[Supervised], stop: Stop) -> None:
    say("Stopping …")
    for process in processes:
        # The development server's reloader does not pass a signal on to its child.
        process.ask_to_end(whole_group="runserver" in process.command)
    deadline = time.monotonic() + PATIENCE
    while not all(process.ended() for process in processes):
        if stop.at_once or time.monotonic() > deadline:
            break
        time.sleep(0.05)
    for process in processes:
        process.kill()


def prepare(environment: dict[str, str], people: Path, stop: Stop) -> bool:
    """Migrations, reference data, demonstration region, static files. False if it failed."""
    command = [sys.executable, "-m", "partnerships.local.prepare", "--people", str(people)]
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL)
    while process.poll() is None:
        if stop.wait(0.05):
            process.terminate()
            process.wait()
    return process.returncode == 0 and not stop.is_set()


@contextmanager
def only_one(path: Path, port: int) -> Iterator[None]:
    """One portal per checkout: two beats would plan everything twice."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ServerError(
                f"The portal of this checkout is running already (process {read_pid(path)}, "
                f"http://127.0.0.1:{path.read_text().split()[-1]}/). Stop that one first."
            ) from None
        lock.truncate(0)
        lock.write(f"{os.getpid()} {port}")
        lock.flush()
        yield


def refuse_taken_port(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as problem:
            raise ServerError(
                f"Port {port} cannot be used ({problem.strerror}). "
                f"Choose another: ./dev run --port {port + 1}"
            ) from None


def healthy(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def print_banner(port: int, people: Path) -> None:
    site = f"http://127.0.0.1:{port}"
    lines = [
        "",
        f"  The portal is running:   {site}/",
        f"  Letters it has sent:     {site}/dev/mail/",
        "",
        *(f"  {line}" for line in people.read_text().splitlines()),
        "",
        "  Ctrl-C stops everything.",
        "",
    ]
    say("\n".join(lines))


def pump(name: str, stream: IO[str]) -> None:
    """Pass a process's lines on, each with its name in front."""
    prefix = f"{name:>6} | "
    if sys.stdout.isatty():
        prefix = f"\033[{COLOURS[name]}m{prefix}\033[0m"
    with stream:
        for line in stream:
            say(prefix + line.rstrip("\n"))


def say(text: str) -> None:
    """A line for the terminal, which may have been closed: that must not stop the stopping."""
    try:
        print(text, flush=True)
    except (OSError, ValueError):
        pass
