"""Logs say what happened, never who typed what."""

import io
import json
import logging

import pytest
from django.db import OperationalError
from django.test import Client

from partnerships.logs import configure_logging
from vocabularies.models import Region


@pytest.fixture
def lines(db: None):
    """The production log, as lines of JSON."""
    configure_logging(pretty=False)
    out = io.StringIO()
    handler = logging.getLogger().handlers[0]
    handler.setStream(out)  # type: ignore[attr-defined]
    yield out
    configure_logging(pretty=True)


def test_an_exception_is_logged_without_what_was_typed(lines):
    def fail(password: str) -> None:
        raise ValueError("broken")

    try:
        fail("hunter2-in-a-variable")
    except ValueError:
        logging.getLogger("portal").exception("it broke")

    assert json.loads(lines.getvalue())["event"] == "it broke"
    assert "hunter2" not in lines.getvalue()


def test_a_refused_form_leaves_no_token_in_the_log(lines, region):
    client = Client(enforce_csrf_checks=True)

    assert client.post("/comments/77~PRIVATETOKEN/withdraw/").status_code == 403
    client.get("/comments/77~PRIVATETOKEN/")

    assert "answered" in lines.getvalue()
    assert "PRIVATETOKEN" not in lines.getvalue()


def test_health_answers_while_postgresql_is_away(client, monkeypatch):
    def away() -> None:
        raise OperationalError("away")

    monkeypatch.setattr(Region, "current", away)

    assert client.get("/healthz").status_code == 200
