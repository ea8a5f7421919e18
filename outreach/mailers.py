"""Where `django.core.mail` ends in this portal: the outbox, and in the dev run a folder."""

import os
import uuid
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.utils import timezone

from outreach.actions import letters


class OutboxBackend(BaseEmailBackend):
    """MAILERS["default"]: a message becomes a row for each recipient, in the sender's
    transaction, and goes when that has been committed."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        letters.put(messages=list(email_messages))
        return len(email_messages)


class FolderBackend(BaseEmailBackend):
    """MAILERS["postman"] of the dev run: one .eml file a letter, named so that names sort by
    time. A reader never sees half a file."""

    def __init__(self, *, folder: str | os.PathLike[str] | None = None, **options: Any) -> None:
        super().__init__(**options)
        self.folder = Path(folder or settings.MAIL_DIR)

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        self.folder.mkdir(parents=True, exist_ok=True)
        for message in email_messages:
            name = f"{timezone.now():%Y%m%dT%H%M%S.%f}-{uuid.uuid4().hex[:8]}.eml"
            half = self.folder / f".{name}.part"
            half.write_bytes(message.message().as_bytes())
            half.rename(self.folder / name)
        return len(email_messages)
