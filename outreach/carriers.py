"""How a letter leaves: over one kept-open SMTP connection, or through any other mailer.

Every way that it can go wrong comes out as one of three: the server refused this letter,
the connection broke, or no message can be made of it (`wire.Unbuildable`).
"""

import smtplib
from contextlib import suppress
from typing import Any

from django.core.mail import EmailMultiAlternatives, mailers
from django.core.mail.backends.smtp import EmailBackend as SmtpBackend
from django.utils import timezone

from outreach import wire
from outreach.models import Letter

POSTMAN = "postman"


class Refused(Exception):
    """The server said no: 4xx for now, 5xx for good (RFC 5321, 4.2.1)."""

    def __init__(self, code: int, text: str, *, of_recipient: bool = False) -> None:
        super().__init__(f"{code} {text}")
        self.code = code
        self.of_recipient = of_recipient

    @property
    def for_good(self) -> bool:
        return 500 <= self.code < 600


class Broken(Exception):
    """The connection broke. `perhaps_taken`: the whole letter was out, the answer was not in."""

    def __init__(self, text: str, *, perhaps_taken: bool = False) -> None:
        super().__init__(text)
        self.perhaps_taken = perhaps_taken


class Away(Broken):
    """The server does not answer at all: no fault of the letter's."""


def open_carrier() -> "SmtpCarrier | MailerCarrier":
    """The way out that MAILERS["postman"] names. Raises Away."""
    backend = mailers[POSTMAN]
    return SmtpCarrier(backend) if isinstance(backend, SmtpBackend) else MailerCarrier(backend)


class SmtpCarrier:
    def __init__(self, backend: SmtpBackend) -> None:
        self._backend = backend
        self._connect()

    def _connect(self) -> None:
        try:
            self._backend.open()
            smtp: Any = self._backend.connection
            smtp.ehlo_or_helo_if_needed()
        except (OSError, smtplib.SMTPException) as error:
            self.close()
            raise Away(f"The mail server does not answer: {_words(error)}") from error

    def send(self, letter: Letter) -> None:
        """One letter. Returns on the server's 250; raises Refused, Broken, Away or Unbuildable."""
        sender = wire.envelope_sender(letter.sender)
        recipient = wire.address(letter.recipient)
        # A line that is a dot alone ends the letter, so each leading dot is doubled (4.5.2). The
        # first line is a header.
        raw = wire.assemble(letter, at=timezone.now()).replace(b"\r\n.", b"\r\n..")
        if self._backend.connection is None:
            self._connect()
        smtp: Any = self._backend.connection
        whole = False
        try:
            self._envelope(smtp, [f"MAIL FROM:<{sender}>", f"RCPT TO:<{recipient}>", "DATA"])
            smtp.send(raw + b".\r\n")
            whole = True
            self._expect(smtp.getreply(), 250)
        except Refused as error:
            if error.code == 421 or not self._reset():
                self.close()
            raise
        except (OSError, smtplib.SMTPException) as error:
            self.close()
            raise Broken(f"The connection broke: {_words(error)}", perhaps_taken=whole) from error

    def _envelope(self, smtp: Any, commands: list[str]) -> None:
        """MAIL, RCPT and DATA: in one go where the server lets us (RFC 2920), which halves the
        waiting, else each after the answer to the one before."""
        codes = [(250,), (250, 251, 252), (354,)]
        if not smtp.has_extn("pipelining"):
            for command, right in zip(commands, codes, strict=True):
                self._expect(smtp.docmd(command), *right, of_recipient=command.startswith("RCPT"))
            return
        smtp.send("".join(f"{command}\r\n" for command in commands))
        replies = [smtp.getreply() for _ in commands]
        if replies[2][0] == 354 and any(
            reply[0] not in right for reply, right in zip(replies, codes, strict=True)
        ):
            # It would take a letter to nobody: an empty one, and it says no.
            smtp.send(".\r\n")
            smtp.getreply()
        for command, reply, right in zip(commands, replies, codes, strict=True):
            self._expect(reply, *right, of_recipient=command.startswith("RCPT"))

    @staticmethod
    def _expect(reply: tuple[int, bytes], *codes: int, of_recipient: bool = False) -> None:
        code, text = reply
        if code not in codes:
            raise Refused(code, text.decode("utf-8", "replace"), of_recipient=of_recipient)

    def _reset(self) -> bool:
        smtp: Any = self._backend.connection
        try:
            return smtp.rset()[0] == 250
        except (OSError, smtplib.SMTPException):
            return False

    def close(self) -> None:
        """Never raises: a farewell that fails changes nothing."""
        with suppress(OSError, smtplib.SMTPException):
            self._backend.close()
        self._backend.connection = None


class MailerCarrier:
    """Any other back end of Django's: files in the development run, or a provider's API."""

    def __init__(self, backend: Any) -> None:
        self._backend = backend

    def send(self, letter: Letter) -> None:
        message = as_django_message(letter)
        try:
            self._backend.send_messages([message])
        except OSError as error:
            raise Broken(f"The letter could not be handed over: {_words(error)}") from error
        except ValueError as error:
            raise wire.Unbuildable(str(error)) from error
        except Exception as error:
            # Providers' back ends (anymail) carry the HTTP status of their API.
            status = getattr(error, "status_code", None)
            if status is None:
                raise Broken(_words(error), perhaps_taken=True) from error
            code = 450 if status in (408, 425, 429) or status >= 500 else 550
            raise Refused(code, _words(error)) from error

    def close(self) -> None:
        with suppress(OSError):
            self._backend.close()


def as_django_message(letter: Letter) -> EmailMultiAlternatives:
    """The same letter for back ends that build the message themselves."""
    headers = letter.all_headers(at=timezone.now())
    message = EmailMultiAlternatives(
        letter.subject,
        letter.text,
        letter.sender,
        [wire.address(letter.recipient)],
        headers=headers,
    )
    if letter.html:
        message.attach_alternative(letter.html, "text/html")
    return message


def _words(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:300]
