"""The outbox as it runs: Django's test runner puts a list in the place of every mailer."""

import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP

from outreach import nudges


@dataclass
class Sink:
    """A mail server on this machine. `answers`: what it says to a recipient, by address."""

    answers: dict[str, str] = field(default_factory=dict)
    raw: list[bytes] = field(default_factory=list)
    port: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def messages(self) -> list[EmailMessage]:
        return [message_from_bytes(raw, policy=default) for raw in self.raw]  # type: ignore[misc]

    @property
    def recipients(self) -> list[str]:
        return [str(message["To"]) for message in self.messages]

    async def handle_RCPT(
        self, server: Any, session: Any, envelope: Any, address: str, options: Any
    ) -> str:
        answer = self.answers.get(address, "250 fine")
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: SMTP, session: Any, envelope: Any) -> str:
        with self._lock:
            self.raw.append(envelope.original_content)
        return "250 taken"


@pytest.fixture
def sink() -> Iterator[Sink]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        sink = Sink(port=free.getsockname()[1])
    controller = Controller(sink, hostname="127.0.0.1", port=sink.port)
    controller.start()
    yield sink
    controller.stop()


@pytest.fixture
def outbox(settings: Any, tmp_path: Path) -> Any:
    """`outbox(port)` sets the mailers back: the outbox, and a postman to that mail server (or
    to a folder). Journals lie in a folder of the test's own."""
    settings.JOURNAL_DIR = tmp_path / "journals"
    settings.MAIL_DIR = tmp_path / "mail"
    settings.SITE_URL = "https://portal.example.org"
    nudges._quiet_until = 0.0

    def use(port: int | None = None) -> None:
        smtp = {
            "BACKEND": "django.core.mail.backends.smtp.EmailBackend",
            "OPTIONS": {"host": "127.0.0.1", "port": port, "timeout": 5},
        }
        folder = {"BACKEND": "outreach.mailers.FolderBackend"}
        settings.MAILERS = {
            "default": {"BACKEND": "outreach.mailers.OutboxBackend"},
            "postman": smtp if port else folder,
        }

    use()
    return use
