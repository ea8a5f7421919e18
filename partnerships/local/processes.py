"""What may be asked of, and done to, other processes. The kernel's word, never a guess:
a number in a file counts only while it still names the program that wrote it."""

import os
import signal
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parent.parent.parent


def alive(pid: int, word: str) -> bool:
    """Whether `pid` runs (a zombie does not) and `word` stands in its command line."""
    try:
        process = psutil.Process(pid)
        return process.status() != psutil.STATUS_ZOMBIE and word in " ".join(process.cmdline())
    except psutil.NoSuchProcess:
        return False


def read_pid(path: Path) -> int | None:
    """The number on the first line, or None for no file or a file cut short."""
    try:
        return int(path.read_text().split()[0])
    except (FileNotFoundError, IndexError, ValueError):
        return None


def end_groups(folder: Path) -> list[str]:
    """End what a killed runner left: each file in `folder` is named for a process and holds
    the number of its group. Returns the names of those that were still there.

    They get little time: every task may be cut short and is taken up again."""
    notes = {path: _members(read_pid(path) or 0) for path in sorted(folder.glob("*.pid"))}
    members = [process for found in notes.values() for process in found]
    for number in (signal.SIGTERM, signal.SIGKILL):
        for process in members:
            _send(process, number)
        _, members = psutil.wait_procs(members, timeout=2)
    for path in notes:
        path.unlink(missing_ok=True)
    return [path.stem for path, found in notes.items() if found]


def kill_group(group: int) -> None:
    """What is left of a group whose leader has ended."""
    try:
        os.killpg(group, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        pass


def _members(group: int) -> list[psutil.Process]:
    """Processes of that group that are this checkout's: the number may be somebody else's now."""
    return [process for process in psutil.process_iter() if _is_ours(process, group)]


def _is_ours(process: psutil.Process, group: int) -> bool:
    try:
        command = " ".join(process.cmdline())
        return (
            os.getpgid(process.pid) == group
            and process.cwd() == str(ROOT)
            and any(word in command for word in ("gunicorn", "celery", "manage.py"))
        )
    except (psutil.Error, OSError):
        return False


def _send(process: psutil.Process, number: signal.Signals) -> None:
    try:
        process.send_signal(number)
    except psutil.NoSuchProcess:
        pass
