"""Reading changes nothing: no address writes a row when it is only looked at."""

from typing import Any

import pytest
from django.apps import apps
from django.test import Client
from django.urls import NoReverseMatch, reverse

from employers import actions
from employers.actions import reminders
from employers.models import Opportunity
from tests.employers.factories import EmployerFactory, OpportunityFactory
from tests.test_house import LIBRARIES, patterns
from tests.test_rights import TABLE, address, person, things  # noqa: F401

# Sessions are the browser's memory, and no content of the portal.
LEFT_OUT = {"sessions.Session"}


def rows() -> dict[str, list[Any]]:
    """All that is stored, by table."""
    return {
        model._meta.label: sorted(map(str, model._base_manager.values_list()))
        for model in apps.get_models()
        if model._meta.label not in LEFT_OUT
    }


def public_addresses(live: Opportunity, recruiter: Any, things: dict[str, Any]) -> list[str]:  # noqa: F811
    found = []
    for name, _ in patterns():
        if name in TABLE or name.startswith(LIBRARIES):
            continue
        try:
            found.append(reverse(name))
        except NoReverseMatch:
            continue
    asked = live.opens_at
    links = [reminders.link_of(purpose, live, recruiter, asked) for purpose in reminders.PURPOSES]
    return [
        *found,
        *("/" + link.split("/", 3)[3] for link in links),
        live.get_absolute_url(),
        f"/opportunities/{live.pk}/report/",
        f"/employers/{things['own'].slug}/",
        f"/organizations/{things['own'].slug}/",
    ]


@pytest.mark.parametrize("who", ["stranger", "outsider", "recruiter", "evaluator", "administrator"])
def test_no_address_writes_when_it_is_only_read(things, recruiter, outsider, who):  # noqa: F811
    client = Client()
    if user := person(who, recruiter, outsider):
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    live = OpportunityFactory(employer=EmployerFactory(organization=things["own"]))
    copy = actions.begin_change(opportunity=live, by=recruiter)
    closed = [address(name, things) for name in TABLE]
    closed += [f"/opportunities/{copy.pk}/{page}/" for page in ("edit", "change", "preview")]
    open_ = public_addresses(live, recruiter, things)
    before = rows()

    for url in [*closed, *open_]:
        assert client.get(url).status_code < 500, url
        if who == "administrator":  # the same views; once is enough
            assert client.head(url).status_code < 500, url

    after = rows()
    assert {table for table in before if before[table] != after[table]} == set()
