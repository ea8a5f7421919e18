"""What a sender writes down beside the database: which letters the mail server took.

A sender that dies after the server's 250 and before PostgreSQL knows of it leaves this line
behind, and whoever finds the letter past its lease reads it here instead of sending again.
One append-only file a sender and day, in a folder that every worker can read:

    claim <token>                      these letters are mine
    try   <token> <message-id>         this one goes out now
    sent  <token> <message-id> <time>  the server took it
"""

import os
import socket
import threading
import time
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from django.conf import settings

SYNC_EVERY = 0.02  # seconds; a process that dies loses nothing, a power cut at most this much
KEPT_FOR = timedelta(days=7)
SUFFIX = ".journal"


class Journal(threading.local):
    """The file of this thread. Opened when first written to; a fork opens its own."""

    def __init__(self) -> None:
        self._file: int | None = None
        self._owner: tuple[int, str] = (0, "")
        self._synced = 0.0

    def claim(self, token: uuid.UUID) -> None:
        self._write(f"claim {token}\n")

    def trying(self, token: uuid.UUID, message_id: str) -> None:
        self._write(f"try {token} {message_id}\n")

    def sent(self, token: uuid.UUID, message_id: str, at: datetime) -> None:
        self._write(f"sent {token} {message_id} {at.isoformat()}\n")
        if time.monotonic() - self._synced > SYNC_EVERY:
            self.sync()

    def sync(self) -> None:
        if self._file is not None:
            os.fdatasync(self._file)
            self._synced = time.monotonic()

    def _write(self, line: str) -> None:
        os.write(self._open(), line.encode())

    def _open(self) -> int:
        owner = (os.getpid(), f"{datetime.now(UTC):%Y-%m-%d}")
        if self._file is None or owner != self._owner:
            if self._file is not None:
                os.close(self._file)
            folder = _folder()
            name = f"{owner[1]}-{socket.gethostname()}-{owner[0]}-{uuid.uuid4().hex[:8]}{SUFFIX}"
            flags = os.O_CREAT | os.O_APPEND | os.O_WRONLY | os.O_CLOEXEC
            self._file, self._owner = os.open(folder / name, flags, 0o640), owner
        return self._file


@dataclass
class Memory:
    """What all journals say together."""

    claimed: set[str] = field(default_factory=set)
    tried: set[tuple[str, str]] = field(default_factory=set)
    sent: dict[str, datetime] = field(default_factory=dict)

    def untouched(self, token: uuid.UUID | None, message_id: str) -> bool:
        """Its sender wrote down that it took the letter, and never that it tried it."""
        return str(token) in self.claimed and (str(token), message_id) not in self.tried


def read(*, since: datetime) -> Memory:
    """The journals written to since that moment. A torn last line is left out."""
    memory = Memory()
    for path in _folder().glob(f"*{SUFFIX}"):
        try:
            if path.stat().st_mtime >= since.timestamp():
                _read_lines(path.read_text("utf-8", "replace").split("\n")[:-1], memory)
        except FileNotFoundError:
            continue  # another process tidied it away
    return memory


def _read_lines(lines: Iterable[str], memory: Memory) -> None:
    for line in lines:
        match line.split(" "):
            case ["claim", token]:
                memory.claimed.add(token)
            case ["try", token, message_id]:
                memory.tried.add((token, message_id))
            case ["sent", _, message_id, at]:
                memory.sent[message_id] = datetime.fromisoformat(at)


def tidy(*, now: datetime) -> None:
    """Take away journals that nobody has written to for a week. Only when no letter is held."""
    for path in _folder().glob(f"*{SUFFIX}"):
        try:
            if path.stat().st_mtime < (now - KEPT_FOR).timestamp():
                path.unlink()
        except FileNotFoundError:
            continue


def _folder() -> Path:
    folder = Path(settings.JOURNAL_DIR)
    folder.mkdir(parents=True, exist_ok=True)
    return folder
