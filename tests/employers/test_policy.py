"""What the region asks of postings, and whom it trusts."""

from typing import Any

import pytest
from django.core import mail

from accounts.actions import NotAllowed, ReasonMissing
from accounts.history import entries_of
from accounts.models import Entry
from employers import actions
from employers.choices import LiveEdits
from employers.models import Policy
from tests.factories import DutyFactory, MembershipFactory, UserFactory

pytestmark = pytest.mark.django_db
PAGE = "/review/policy/"


def form(client: Any, **more: Any) -> dict[str, Any]:
    """What the page would send as it stands."""
    shown = client.get(PAGE).context["form"]
    data = {name: shown[name].value() for name in shown.fields}
    data["trusted_at_once"] = "on" if data["trusted_at_once"] else ""
    data["minimum_wage"] = data["minimum_wage"] or ""
    return data | more


def test_a_choice_is_saved_with_what_it_was(signed_in, coordinator):
    client = signed_in(coordinator)

    client.post(PAGE, form(client, trusted_at_once="on", most_days_open="90"))
    client.post(PAGE, form(client, most_days_open="60"))

    policy = Policy.current()
    assert (policy.trusted_at_once, policy.most_days_open) == (True, 60)
    assert policy.changed_by == coordinator
    last, first = entries_of(policy)
    assert (last.before, last.after) == ({"most_days_open": 90}, {"most_days_open": 60})
    assert first.after == {"trusted_at_once": True, "most_days_open": 90}
    page = client.get(PAGE).content.decode()
    assert "<del>90</del> <ins>60</ins>" in page


def test_saving_the_same_leaves_no_trace(signed_in, coordinator):
    client = signed_in(coordinator)

    client.post(PAGE, form(client))

    assert not Entry.objects.exists()


@pytest.mark.parametrize("days", ["6", "366", "", "1e2", "-5", "9" * 30])
def test_days_open_are_a_week_to_a_year(signed_in, coordinator, days):
    client = signed_in(coordinator)

    answer = client.post(PAGE, form(client, most_days_open=days, trusted_at_once="on"))

    assert answer.status_code == 422
    assert b"checked" in answer.content
    assert Policy.current().most_days_open == 365


def test_the_least_pay_of_the_region_is_set_and_taken_back(signed_in, coordinator):
    client = signed_in(coordinator)

    client.post(PAGE, form(client, minimum_wage="$15.50"))
    same = client.post(PAGE, form(client))
    page = client.get(PAGE).content.decode()
    client.post(PAGE, form(client, minimum_wage=""))

    assert same.status_code == 302
    assert "<del>the federal one</del> <ins>$15.50</ins>" in page
    assert Policy.current().minimum_wage is None
    changes = [entry.after for entry in entries_of(Policy.current())]
    assert changes == [{"minimum_wage": None}, {"minimum_wage": "15.50"}]


@pytest.mark.parametrize("pay", ["7.24", "-15", "1e2", "١٥", "15.505", "9" * 30])
def test_the_least_pay_is_an_amount_above_the_federal_one(signed_in, coordinator, pay):
    client = signed_in(coordinator)

    answer = client.post(PAGE, form(client, minimum_wage=pay))

    assert answer.status_code == 422
    assert pay in answer.content.decode()
    assert Policy.current().minimum_wage is None


def test_two_administrators_do_not_overwrite_one_another(signed_in, coordinator):
    client = signed_in(coordinator)
    old = form(client, live_edits=LiveEdits.ALL)
    client.post(PAGE, form(client, most_days_open="90"))

    answer = client.post(PAGE, old)
    again = client.post(PAGE, form(client) | {"seen": answer.context["form"]["seen"].value()})

    assert answer.status_code == 409
    assert b"A colleague saved this meanwhile" in answer.content
    assert again.status_code == 302
    assert (Policy.current().most_days_open, Policy.current().live_edits) == (90, "weighty")


def test_evaluators_read_and_do_not_change(signed_in, region):
    reader = UserFactory()
    DutyFactory(user=reader, role="evaluator")
    client = signed_in(reader)

    assert b"<form method" not in client.get(PAGE).content.split(b"<main")[1]
    assert client.post(PAGE, {"most_days_open": "30"}).status_code == 403
    with pytest.raises(NotAllowed):
        actions.change_policy(values={}, seen="", by=reader)


def test_a_rule_of_the_coach_is_set_and_shown(signed_in, coordinator):
    client = signed_in(coordinator)
    shown = client.get(PAGE).context["form"]
    name = next(name for name in shown.fields if name.startswith("rule-"))
    slug = name.removeprefix("rule-")
    other = "off" if shown[name].value() != "off" else "must"

    client.post(PAGE, form(client, **{name: other}))
    client.post(PAGE, form(client, **{name: shown[name].value()}))

    changes = [entry.after["rules"] for entry in entries_of(Policy.current())]
    assert changes == [{}, {slug: other}]


def trust(company, by, **more):
    said = {"trusted": True, "reason": "Ten good postings."} | more
    return actions.trust_employer(organization=company, by=by, **said)


def test_trust_is_given_and_ended_with_a_reason_and_a_letter(company, recruiter, coordinator):
    plain = MembershipFactory(organization=company).user

    first = trust(company, coordinator)
    trust(company, coordinator)
    last = trust(company, coordinator, trusted=False, reason="Two wrong wages.")

    assert first.trusted_by == coordinator
    assert last.trusted_at is None
    assert [letter.to for letter in mail.outbox] == [[recruiter.email]] * 2
    assert plain.email not in {to for letter in mail.outbox for to in letter.to}
    assert "Ten good postings." in mail.outbox[0].body
    assert [(e.what, e.why) for e in company.entries.all()] == [
        ("no longer trusts its postings", "Two wrong wages."),
        ("began to trust its postings", "Ten good postings."),
    ]


def test_trust_needs_a_reason(company, coordinator, signed_in):
    with pytest.raises(ReasonMissing):
        trust(company, coordinator, reason=" ")

    answer = signed_in(coordinator).post(
        f"/employers/{company.slug}/trust/", {"do": "trust", "reason": ""}
    )
    assert answer.status_code == 422


def test_nobody_trusts_their_own_organization(company, coordinator, signed_in):
    MembershipFactory(user=coordinator, organization=company)

    with pytest.raises(NotAllowed):
        trust(company, coordinator)

    client = signed_in(coordinator)
    path = f"/employers/{company.slug}/trust/"
    assert client.post(path, {"do": "trust", "reason": "Us"}).status_code == 403
    assert b"a colleague has to decide" in client.get(path).content
