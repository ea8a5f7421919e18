"""A letter as the bytes that go on the wire (RFC 5322, 2045, 2047).

Written out by hand because the standard library's message objects cost about four
milliseconds a letter, fifty times what these strings cost.
"""

import binascii
import re
from datetime import datetime
from email.header import Header
from email.utils import format_datetime, formataddr, parseaddr
from functools import lru_cache
from hashlib import sha256

from outreach.models import Letter

HEADER_NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,60}")
PLAIN_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9.-]+")
ADDRESS_HEADERS = {"From", "Reply-To", "Sender"}
MISREAD = re.compile("[\x80-\x9f]")  # browsers take their numbers for other signs
LINE = 76  # characters
LONGEST = 900  # RFC 5322 allows 998


class Unbuildable(Exception):
    """No message can be made of this letter."""


def assemble(letter: Letter, *, at: datetime) -> bytes:
    """The whole message with CRLF line ends, the last line's too. Raises Unbuildable."""
    headers = {
        "From": letter.sender,
        "To": address(letter.recipient),
        "Subject": letter.subject,
        **letter.all_headers(at=at),
        "MIME-Version": "1.0",
    }
    head = "".join(_header(name, value) for name, value in headers.items())
    text = _part("plain", letter.text)
    if not letter.html:
        # On a line that is not ended the dot that ends the letter would be a full stop.
        return head.encode("ascii") + text + (b"" if text.endswith(b"\r\n") else b"\r\n")
    boundary = b"=_" + sha256(letter.message_id.encode()).hexdigest()[:24].encode()
    return b"".join(
        [
            head.encode("ascii"),
            b'Content-Type: multipart/alternative; boundary="' + boundary + b'"\r\n\r\n',
            b"--" + boundary + b"\r\n" + text + b"\r\n",
            b"--" + boundary + b"\r\n" + _part("html", letter.html) + b"\r\n",
            b"--" + boundary + b"--\r\n",
        ]
    )


def address(value: str) -> str:
    """The bare address, its domain in ASCII (IDNA). Raises Unbuildable."""
    if PLAIN_ADDRESS.fullmatch(value):
        return value
    name, _, domain = value.rpartition("@")
    try:
        ascii_value = f"{name}@{domain.encode('idna').decode('ascii')}"
    except UnicodeError:
        ascii_value = ""
    if not PLAIN_ADDRESS.fullmatch(ascii_value):
        raise Unbuildable("The address cannot be written to.")
    return ascii_value


@lru_cache(maxsize=64)
def envelope_sender(value: str) -> str:
    """ "Hill & River <portal@example.org>" → "portal@example.org"."""
    return address(parseaddr(value)[1])


def _header(name: str, value: object) -> str:
    if not HEADER_NAME.fullmatch(name):
        raise Unbuildable(f"There is no header of the name {name!r}.")
    if isinstance(value, datetime):
        return f"{name}: {format_datetime(value)}\r\n"
    text = str(value)
    if "\r" in text or "\n" in text:
        raise Unbuildable(f"The header {name} has more than one line.")
    if name in ADDRESS_HEADERS:
        text = _mailbox(text)
    elif not text.isascii():
        return f"{name}: {_encoded(name, text)}\r\n"
    return _folded(f"{name}: {text}") + "\r\n"


@lru_cache(maxsize=1024)
def _encoded(name: str, text: str) -> str:
    """Kept: readers of one search get one subject, and this takes as long as all the rest."""
    header = Header(text, "utf-8", maxlinelen=LINE, header_name=name)
    return header.encode(linesep="\r\n")


@lru_cache(maxsize=64)
def _mailbox(value: str) -> str:
    phrase, mailbox = parseaddr(value)
    if phrase.isascii():
        return formataddr((phrase, address(mailbox)))
    return f"{Header(phrase, 'utf-8', maxlinelen=LINE).encode(linesep=' ')} <{address(mailbox)}>"


def _folded(line: str) -> str:
    """Broken before blanks so that lines stay short; a long word stays whole."""
    if len(line) <= LINE:
        return line
    lines, current = [], ""
    for word in line.split(" "):
        if current and len(current) + len(word) >= LINE and not current.endswith(":"):
            lines.append(current)
            current = f" {word}"
        else:
            current = f"{current} {word}" if current else word
    return "\r\n".join([*lines, current])


def _part(subtype: str, body: str) -> bytes:
    """Plain ASCII in short lines goes as it is; everything else quoted-printable. HTML can say
    every sign in ASCII, which is shorter and spares it that."""
    lines = body.replace("\r\n", "\n").replace("\r", "\n")
    if subtype == "html" and not MISREAD.search(lines):
        lines = lines.encode("ascii", "xmlcharrefreplace").decode("ascii")
    if lines.isascii() and max(map(len, lines.split("\n"))) <= LONGEST:
        encoding, content = "7bit", lines.encode("ascii")
    else:
        encoding, content = "quoted-printable", binascii.b2a_qp(lines.encode(), istext=True)
    head = (
        f'Content-Type: text/{subtype}; charset="utf-8"\r\n'
        f"Content-Transfer-Encoding: {encoding}\r\n\r\n"
    )
    return head.encode("ascii") + content.replace(b"\n", b"\r\n")
