"""Make or update `.venv`, then hand over to `python -m partnerships.local`.

Runs before anything is installed, so it knows the standard library alone and imports
nothing of the portal.
"""

import fcntl
import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
import threading
import time
import venv
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
LOCAL = ROOT / ".local"
UNFINISHED = LOCAL / "install-unfinished"
LOG = LOCAL / "install.log"
NEEDS_TESTS = {"test", "check", "bench"}
USAGE = """\
./dev run [--port 8000] [--debug]   the whole portal on this machine; Ctrl-C stops it
./dev test [pytest arguments]       the tests, on servers of their own
./dev check [--fix]                 format, lint, types, templates, migrations, deployment
./dev demo [--remove | --reset]     load the demonstration region again, take it out, or
                                    begin anew with an empty database
./dev bench [--rows 100000]         what each page costs among so many opportunities
./dev bench letters                 how fast 10,000 digests are found, written and sent
./dev manage …                      any Django command, e.g. ./dev manage shell

PostgreSQL and Valkey are started here unless DATABASE_URL and REDIS_URL name others.
"""


def main() -> None:
    arguments = sys.argv[1:] or ["help"]
    if arguments[0] in {"help", "-h", "--help"}:
        print(USAGE, end="")
        return
    lock = "test" if arguments[0] in NEEDS_TESTS else "run"
    if not fresh(lock):
        LOCAL.mkdir(exist_ok=True)
        with alone(LOCAL / "install.lock") as held:
            if not fresh(lock):
                install(lock, held)
    # Packages are installed uncompiled: unless the first start may keep what it compiles,
    # every start would compile all of them again, for seconds.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    os.environ["VIRTUAL_ENV"] = str(VENV)
    os.environ["PATH"] = f"{PYTHON.parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
    os.execv(PYTHON, [str(PYTHON), "-m", "partnerships.local", *arguments])  # noqa: S606


def fresh(lock: str) -> bool:
    """Whether `.venv` holds what the lock asks for, and was not left half made."""
    stamp = _stamp(lock)
    return (
        PYTHON.exists()
        and not UNFINISHED.exists()
        and stamp.exists()
        and stamp.read_text() == _wanted(lock)
    )


def install(lock: str, held: int) -> None:
    """Bring `.venv` to the lock: in place when it is sound, else from nothing."""
    if _sound():
        print("Updating the packages, because their list changed …", flush=True)
    else:
        if Path(sys.prefix) == VENV:
            # A Python does not pull the environment from under itself.
            base = getattr(sys, "_base_executable", sys.executable)
            os.execv(base, [base, "-I", __file__, *sys.argv[1:]])  # noqa: S606
        print("First start: installing the packages, about a minute …", flush=True)
        UNFINISHED.touch()
        _make_environment()
    UNFINISHED.touch()
    _run_showing_progress(_installer(lock), held)
    _stamp(lock).write_text(_wanted(lock))
    UNFINISHED.unlink()


def _stamp(lock: str) -> Path:
    return VENV / f".installed-{lock}"


def _wanted(lock: str) -> str:
    content = (ROOT / "requirements" / f"{lock}.txt").read_bytes()
    return hashlib.sha256(content).hexdigest()


def _sound() -> bool:
    """An environment that was finished once and whose Python still starts."""
    if UNFINISHED.exists() or not PYTHON.exists():
        return False
    code = "import sys; sys.exit(sys.version_info < (3, 12))"
    if not shutil.which("uv"):
        code = "import pip, " + code.removeprefix("import ")
    return subprocess.run([PYTHON, "-I", "-c", code], stderr=subprocess.DEVNULL).returncode == 0


def _make_environment() -> None:
    uv = shutil.which("uv")
    if importlib.util.find_spec("ensurepip"):
        venv.create(VENV, with_pip=not uv, clear=True, symlinks=True)
    elif uv:
        command = [uv, "venv", "--quiet", "--clear", "--python", sys.executable, str(VENV)]
        subprocess.run(command, check=True)
    else:
        sys.exit(f"{sys.executable} cannot make a virtual environment (no ensurepip).")


def _installer(lock: str) -> list[str]:
    """The lock's hashes make both installers refuse whatever is not listed."""
    requirements = str(ROOT / "requirements" / f"{lock}.txt")
    if uv := shutil.which("uv"):
        return [uv, "pip", "install", "--python", str(PYTHON), "-r", requirements]
    pip = [str(PYTHON), "-m", "pip", "--disable-pip-version-check", "--no-input"]
    # Compiling every module beforehand would double the first start.
    return [*pip, "install", "--no-compile", "--progress-bar=off", "-r", requirements]


def _run_showing_progress(command: list[str], held: int) -> None:
    """Run, keep the output in a log, and every few seconds say how far it is.

    The installer holds the lock too: were this process killed, the next one would wait
    for it instead of making the environment anew under its hands."""
    started, finished = time.monotonic(), threading.Event()
    last = [""]

    def tell() -> None:
        while not finished.wait(5):
            print(f"  {time.monotonic() - started:3.0f} s  {last[0]}", flush=True)

    threading.Thread(target=tell, daemon=True).start()
    with (
        LOG.open("w") as log,
        subprocess.Popen(
            command,
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            pass_fds=[held],
        ) as process,
    ):
        for line in process.stdout or ():
            log.write(line)
            if not line.startswith("WARNING"):
                last[0] = line.strip().split(" (from")[0][:90]
    finished.set()
    if process.returncode:
        tail = "\n".join(LOG.read_text().splitlines()[-15:])
        sys.exit(f"{tail}\nThe packages could not be installed; all of it is in {LOG}")
    print(f"  {time.monotonic() - started:3.0f} s  packages are ready", flush=True)


@contextmanager
def alone(path: Path) -> Iterator[int]:
    """Two commands started together: the second waits for the first's installation."""
    with path.open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("Waiting for another ./dev that is installing …", flush=True)
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield lock.fileno()


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
