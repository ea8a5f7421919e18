"""Whatever is sent to any form of the portal's own people gets an answer of ours."""

from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client

from employers import actions
from tests.employers.factories import EmployerFactory, OpportunityFactory
from tests.employers.test_hostile_answers import ODD, sendable
from tests.test_rights import TABLE, address, person, things  # noqa: F401

ANSWERS = {200, 302, 400, 403, 404, 405, 409, 413, 422, 429}
# Their pages lead elsewhere while the posting is a draft, so the form has to be known.
MORE = ["until", "closes_on", "opens_on", "reason", "outcome", "filled", "starting_pay", "do", "to"]
MORE += ["seen", "token", "organization", "into", "act", "row", "all", "page", "revision", "why"]
MORE += ["keep", "next", "name", "email", "role", "message", "version", "answer", "email", "text"]


FEWER = ["far date", "other digits", "long", "surrogate", "several", "empty"]


class Names(HTMLParser):
    """The names of all that a page's forms would send."""

    def __init__(self) -> None:
        super().__init__()
        self.found: set[str] = set()

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        given = dict(attrs)
        if tag in ("input", "select", "textarea", "button") and given.get("name"):
            self.found.add(given["name"])


def names_on(client: Client, url: str) -> set[str]:
    parser = Names()
    parser.feed(client.get(url).content.decode())
    return {*parser.found, *MORE} - {"csrfmiddlewaretoken", "picture", "file"}


@pytest.mark.parametrize("who", ["recruiter", "administrator"])
def test_no_form_breaks(things, recruiter, outsider, who):  # noqa: F811
    user = person(who, recruiter, outsider)
    live = OpportunityFactory(employer=EmployerFactory(organization=things["own"]))
    copy = actions.begin_change(opportunity=live, by=recruiter)
    client = Client(raise_request_exception=False)
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    urls = [address(name, things) for name in TABLE if name.startswith(("accounts", "employers"))]
    urls += [f"/opportunities/{live.pk}/{page}/" for page in ("pause", "extend", "close", "report")]
    urls += [f"/opportunities/{live.pk}/save/"]
    urls += [f"/opportunities/{copy.pk}/{page}/" for page in ("edit/dates", "change", "review")]
    urls += [f"/invitations/{word}/" for word in ("x", "%E2%98%83")]

    broken = {}
    for url in urls:
        names = names_on(client, url)
        for odd in FEWER:
            answer = client.post(url, dict.fromkeys(names, sendable(ODD[odd])))
            if answer.status_code not in ANSWERS:
                broken[url, odd] = answer.status_code
        if client.get(url, dict.fromkeys(names, "9" * 5000)).status_code >= 500:
            broken[url, "query"] = 500

    assert broken == {}


@pytest.mark.parametrize("as_file", [False, True])
def test_what_no_text_can_hold_is_taken_out_and_the_rest_is_kept(region, client, as_file):
    """NUL and half of a pair of code units; in any form, whichever way it is sent."""
    sent = {"name": "Cla\0ra", "email": "no\0 address", "words": "", "password1": ""}
    sent |= {"text": "Words that took an hour.\0"}
    more = {} if as_file else {"content_type": "application/x-www-form-urlencoded"}
    data = sent if as_file else urlencode(sent) + "&message=a%ED%A0%80b"

    answer = client.post("/accounts/signup/", data, **more)

    page = answer.content.decode()
    assert answer.status_code in (200, 422)
    assert 'value="no address"' in page and "\0" not in page


def test_a_column_of_a_file_is_no_formula_when_it_is_given_back(things, recruiter):  # noqa: F811
    batch = things["import"]
    batch.header = ["=cmd|calc"]
    batch.save()
    batch.rows.update(outcome="refused", cells=["=1+1"], errors=[["", "Mend it."]])
    client = Client()
    client.force_login(recruiter, backend="django.contrib.auth.backends.ModelBackend")

    table = client.get(f"/opportunities/import/{batch.pk}/refused.csv").content.decode()

    assert table.startswith("Row,'=cmd|calc,")
    assert "\r\n2,'=1+1," in table
