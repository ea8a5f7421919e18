"""The bytes of a letter say what the letter says, however odd."""

from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import default
from html import unescape
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outreach.actions.letters import clean, one_line
from outreach.models import Letter
from outreach.wire import Unbuildable, assemble

AT = datetime(2026, 6, 2, 12, tzinfo=UTC)


def letter(**fields: Any) -> Letter:
    return Letter(
        **{
            "kind": "digest",
            "sender": "Hill & River <portal@example.org>",
            "recipient": "mei@example.edu",
            "subject": "4 new",
            "text": "Four.\n",
            "message_id": "<1@portal.example.org>",
        }
        | fields
    )


def parsed(built: Letter) -> Any:
    return message_from_bytes(assemble(built, at=AT), policy=default)


def test_headers_of_a_letter() -> None:
    message = parsed(letter(headers={"List-Id": "<digests.portal.example.org>"}))

    assert message["From"] == "Hill & River <portal@example.org>"
    assert message["To"] == "mei@example.edu"
    assert message["Message-ID"] == "<1@portal.example.org>"
    assert message["Date"].datetime == AT
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["List-Id"] == "<digests.portal.example.org>"
    assert not message.defects


@settings(deadline=None)
@given(
    st.text().map(clean).map(one_line).map(lambda s: s[:400].strip()),
    st.text().map(clean),
    st.text().map(clean).filter(bool),
)
def test_any_words_come_out_as_they_went_in(subject: str, text: str, html: str) -> None:
    message = parsed(letter(subject=subject, text=text, html=html))

    plain, rich = message.get_body(("plain",)), message.get_body(("html",))
    assert " ".join(str(message["Subject"]).split()) == " ".join(subject.split())
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    assert plain.get_content().replace("\r\n", "\n").rstrip("\n") == lines.rstrip("\n")
    lines = html.replace("\r\n", "\n").replace("\r", "\n")
    read = rich.get_content().replace("\r\n", "\n").rstrip("\n")
    assert unescape(read) == unescape(lines.rstrip("\n"))


def test_html_in_another_tongue_goes_as_plain_ascii() -> None:
    raw = assemble(
        letter(text="Electrician", html="<p>Aprendiz de posproducción — “sí”</p>"), at=AT
    )

    assert b"posproducci&#243;n &#8212; &#8220;s&#237;&#8221;</p>" in raw
    assert b"quoted-printable" not in raw


def test_lines_are_short_enough_for_every_mail_server() -> None:
    raw = assemble(
        letter(
            subject="Aprendiz de electricidad " * 15,
            sender="Asociación de Río y Colina para el Trabajo <portal@example.org>",
            text="a" * 5000,
            html="<p>" + "ñ" * 5000,
        ),
        at=AT,
    )

    assert max(len(line) for line in raw.split(b"\r\n")) <= 998
    assert raw.isascii()
    assert b"\n" not in raw.replace(b"\r\n", b"")


@pytest.mark.parametrize(
    "fields",
    [
        {"subject": "4 new\r\nBcc: all@example.org"},
        {"headers": {"List-Id": "a\nb"}},
        {"headers": {"Bad name": "x"}},
        {"recipient": "a@example.org, b@example.org"},
        {"recipient": "nobody"},
        {"recipient": "josé@example.org"},
    ],
)
def test_a_letter_that_cannot_be_is_refused(fields: dict[str, Any]) -> None:
    with pytest.raises(Unbuildable):
        assemble(letter(**fields), at=AT)


def test_a_domain_of_other_letters_is_written_in_ascii() -> None:
    assert parsed(letter(recipient="mei@universität.example"))["To"] == (
        "mei@xn--universitt-y5a.example"
    )
