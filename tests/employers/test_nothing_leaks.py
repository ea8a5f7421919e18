"""What is not for everybody stands on no page, in no list and in no file that everybody gets."""

from io import BytesIO

import pytest
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from accounts.choices import MembershipState
from accounts.models import Remark
from employers import actions
from employers.models import Opportunity
from tests.employers.factories import EmployerFactory, OpportunityFactory
from tests.employers.makers import make_remark, make_report
from tests.factories import MembershipFactory, UserFactory

pytestmark = pytest.mark.django_db
SECRET = "Xylophone"


def everything_public(live, company):
    """What a stranger can be given about a posting and its organization."""
    lists = "list json csv xlsx atom ics".split()
    found = [reverse(f"employers:opportunity_{name}") for name in lists]
    found += [f"{url}?q={SECRET}" for url in found] + [f"{found[0]}?show=map"]
    found += ["/", "/search/?q=Welder", f"/search/?q={SECRET}", "/sitemap.xml", "/sitemap-0.xml"]
    found += ["/employers/", "/employers.json", company.get_absolute_url(), "/open-data/"]
    found += [live.get_absolute_url(), f"/opportunities/{live.pk}/report/", "/reports/sent/"]
    return found


def read(client, url):
    answer = client.get(url)
    body = b"".join(answer) if answer.streaming else answer.content
    if url.startswith("/opportunities.xlsx"):
        book = load_workbook(BytesIO(body))
        return str([list(sheet.values) for sheet in book])
    return body.decode().replace(f"q={SECRET}", "").replace(f'value="{SECRET}"', "")


@pytest.fixture
def live(company):
    return OpportunityFactory(employer=EmployerFactory(organization=company), title="Welder")


@pytest.mark.parametrize("state", ["draft", "in-review", "returned"])
@pytest.mark.parametrize("who", ["stranger", "outsider"])
def test_a_working_copy_is_nowhere(live, company, recruiter, outsider, state, who, region):
    copy = actions.begin_change(opportunity=live, by=recruiter)
    secrets = {"title": f"{SECRET} Tuner", "summary": SECRET, "tasks": SECRET, "host": SECRET}
    actions.save_words(opportunity=copy, revision=copy.revision, values=secrets, by=recruiter)
    Opportunity.objects.filter(pk=copy.pk).update(state=state)
    copy.refresh_from_db()
    client = Client()
    if who == "outsider":
        client.force_login(outsider, backend="django.contrib.auth.backends.ModelBackend")

    telling = [
        url for url in everything_public(live, company) if f"{SECRET} Tuner" in read(client, url)
    ]
    pages = "edit/ edit/work/ change/ preview/ review/ report/ send/ drop/".split()
    doors = [client.get(f"/opportunities/{copy.pk}/{page}").status_code for page in pages]

    assert telling == []
    assert client.get(copy.get_absolute_url()).status_code == 404
    assert client.get(f"/opportunities/{copy.pk}/").status_code == 404
    assert set(doors) <= {302, 403, 404, 405}
    assert client.post(f"/opportunities/{copy.pk}/save/").status_code in (302, 404)


def test_a_change_makes_no_second_row_of_mine(live, recruiter, signed_in):
    actions.begin_change(opportunity=live, by=recruiter)

    answer = signed_in(recruiter).get("/opportunities/mine/")

    assert [row.pk for row in answer.context["rows"]] == [live.pk]


def test_no_public_page_tells_who_works_there_or_what_was_said_in_review(
    live, company, recruiter, coordinator, region
):
    MembershipFactory(
        user=UserFactory(name="Asker Xylophone", email="xylophone-asker@example.org"),
        organization=company,
        state=MembershipState.REQUESTED,
        message="Xylophone, let me in",
    )
    remark = make_remark(live)
    Remark.objects.filter(pk=remark.pk).update(reason="Xylophone reason", proposed="Xylophone")
    make_report(live, text="Xylophone report", email="xylophone@example.org")

    urls = [url for url in everything_public(live, company) if f"q={SECRET}" not in url]
    for url in urls:
        body = read(Client(), url).lower()
        assert "xylophone" not in body, url
        assert recruiter.email not in body, url
        assert coordinator.email not in body, url


def test_its_people_learn_nothing_of_who_reported(live, recruiter, coordinator, signed_in):
    make_report(live, text="Xylophone report", email="xylophone@example.org")
    client = signed_in(recruiter)
    pages = ["/desk/", "/opportunities/mine/", live.get_absolute_url(), live.edit_url]
    pages += [live.employer.organization.get_absolute_url()]

    before = [client.get(url).content.decode().lower() for url in pages]
    actions.decide_reports(
        opportunity=live,
        verdict="upheld",
        found="Xylophone found",
        tell="Say what it pays.",
        take_down=True,
        seen=actions.mark_of(actions.open_reports(live)),
        by=coordinator,
    )
    after = [
        client.get(url).content.decode().lower() for url in pages if url != live.get_absolute_url()
    ]

    for body in [*before, *after]:
        assert "xylophone" not in body
        assert "reported" not in body


@pytest.mark.parametrize(
    ("life", "is_told"), [({"draft": True}, False), ({"scheduled": True}, False), ({}, True)]
)
def test_where_a_pre_apprenticeship_leads_is_named_once_it_was_public(
    life, is_told, client, company
):
    employer = EmployerFactory(organization=company)
    goal = OpportunityFactory(employer=employer, title=f"{SECRET} apprentice", **life)
    row = OpportunityFactory(employer=employer, kind="pre-apprenticeship")
    type(row.pre_apprenticeship).objects.filter(opportunity=row).update(posting=goal)

    page = client.get(row.get_absolute_url()).content.decode()

    assert (SECRET in page.partition('id="sim"')[0]) is is_told
