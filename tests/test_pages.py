import pytest
from django.test import Client


@pytest.mark.parametrize("path", ["/", "/accessibility/", "/privacy/", "/open-data/", "/healthz"])
def test_plain_page_answers_everybody(client: Client, region: object, path: str) -> None:
    assert client.get(path).status_code == 200
