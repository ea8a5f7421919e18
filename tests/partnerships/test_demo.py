"""The demo region: the same however often it is loaded, and gone without a trace."""

import csv
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db.models import Model

from accounts.choices import MembershipState, OrganizationState
from accounts.models import Membership, Organization, User
from partnerships.demo import loader
from partnerships.demo.files import table
from partnerships.demo.people import DEMO_PASSWORD
from plans.actions import Beginning, begin_next_plan
from plans.models import Comment, CommentWindow, Plan, PlanImport
from programs.models import Program
from programs.search import search
from tests.factories import MembershipFactory, OrganizationFactory, PlaceFactory
from vocabularies.loading import DATA, load, read
from vocabularies.models import Place, Region, Sector

TODAY = date(2026, 5, 23)
# Grows with every permission that a room adds or that a request needs; the demo makes none.
# What counts are made of tells the past too; the counts themselves are tested in their room.
NOT_COUNTED = {"contenttypes.ContentType", "auth.Permission"} | {
    f"employers.{name}" for name in ("Mark", "ListingEvent", "OpenCount")
}


@pytest.fixture(scope="session")
def part_of_the_lists(tmp_path_factory) -> Path:
    """The shipped lists, cut to what the demo names: a full load takes seconds."""
    folder = tmp_path_factory.mktemp("lists")
    named = {code for row in table("programs") for code in row["occupations"].split()}
    named |= {row["onet_soc"] for row in table("opportunities")}
    keep = {
        "places": lambda row: row["state"] == "TX" and row["zip"] > "76500",
        "alternate_titles": lambda row: row["code"] in named,
        "preparations": lambda row: False,
    }
    names = "counties places industries career_clusters occupations alternate_titles"
    names += " instructional_programs preparations skills apprenticeship_standards"
    for name in names.split():
        rows = read(DATA, name)
        with (folder / f"{name}.csv").open("w", newline="") as file:
            writer = csv.DictWriter(file, rows[0].keys())
            writer.writeheader()
            writer.writerows(filter(keep.get(name), rows) if name in keep else rows)
    return folder


def quiet(line: str) -> None:
    pass


@pytest.fixture
def lists(db, part_of_the_lists) -> None:
    load(folder=part_of_the_lists, progress=quiet)


@pytest.fixture
def demo(lists) -> None:
    loader.load(today=TODAY, progress=quiet)


def rows() -> dict[str, int]:
    models: list[type[Model]] = [m for m in apps.get_models() if m._meta.label not in NOT_COUNTED]
    return {model._meta.label: model._default_manager.count() for model in models}


def test_loading_again_moves_dates_and_doubles_nothing(demo):
    before, ids = rows(), list(Program.objects.values_list("pk", "title"))
    checked = Program.objects.get(title="Welding Level 1 & 2").checked_on

    loader.load(today=TODAY + timedelta(days=10), progress=quiet)

    assert rows() == before
    assert list(Program.objects.values_list("pk", "title")) == ids
    moved = Program.objects.get(title="Welding Level 1 & 2").checked_on - checked
    assert moved == timedelta(days=10)


def test_removing_leaves_strangers_alone(lists):
    stranger = OrganizationFactory(name="Far Away Works", slug="far-away", sector=None)
    MembershipFactory(organization=stranger)
    before = rows()

    loader.load(today=TODAY, progress=quiet)
    loader.remove(progress=quiet)

    assert rows() == before
    assert not loader.is_loaded()


def test_removing_keeps_what_a_stranger_stands_on(demo):
    OrganizationFactory(name="Far Away Works", sector=Sector.objects.get(slug="construction"))
    said: list[str] = []

    loader.remove(progress=said.append)

    assert [sector.slug for sector in Sector.objects.all()] == ["construction"]
    assert "  kept sector Construction & Skilled Trades: something else needs it" in said
    assert Organization.objects.get().name == "Far Away Works"


def test_removing_takes_what_people_did_with_the_plan(demo):
    plan = Plan.objects.get()
    PlanImport.objects.create(plan=plan, name="Pasted plan")
    next_one = Beginning(title="The next one", period="2029")
    following = begin_next_plan(plan=plan, beginning=next_one, fates={}, by=None)

    loader.remove(progress=quiet)

    following.refresh_from_db()
    assert list(Plan.objects.all()) == [following]
    assert following.previous is None
    assert not PlanImport.objects.exists()
    loader.load(today=TODAY, progress=quiet)
    assert Plan.objects.count() == 2


def test_demo_is_whole(demo):
    states = Organization.objects.values_list("slug", "state")

    assert Region.objects.get().counties.count() == 5
    assert Sector.objects.count() == 12
    assert Program.objects.public().count() == 20
    assert Organization.objects.public().count() == 33
    assert dict(states)["firefly-stage"] == OrganizationState.RETURNED
    assert Organization.objects.get(slug="sunfield-solar").sector.slug == "energy"
    waiting = Membership.objects.get(state=MembershipState.REQUESTED)
    assert waiting.organization.slug == "estudio-mariposa"


def test_comments_stand_in_the_order_in_which_they_came(demo):
    said = Comment.objects.filter(item__plan__in=Plan.objects.all())
    online = said.filter(submission__isnull=True).order_by("pk")
    about = list(online.values_list("version__number", flat=True))

    assert about == sorted(about)
    for window in CommentWindow.objects.all():
        assert said.filter(window=window).exists()
    assert not online.filter(version__number=2, window=None).exists()


def test_programs_are_found_by_the_words_of_the_trade(demo):
    found = {
        words: {program["title"] for program in search(words, 10)}
        for words in ("electrician", "cna", "refrigerant")
    }

    assert "Electrician Apprenticeship Related Instruction" in found["electrician"]
    assert "Certified Nursing Assistant" in found["cna"]
    assert "HVAC-R Technician" in found["refrigerant"]


def test_people_may_sign_in(demo, capsys):
    call_command("demo_people")

    said = capsys.readouterr().out
    people = User.objects.filter(email__endswith="@example.org")
    assert people.count() == 12
    assert all(person.check_password(DEMO_PASSWORD) for person in people[:1])
    assert all(person.emailaddress_set.get().verified for person in people)
    assert all(person.email in said for person in people)
    assert DEMO_PASSWORD in said


def test_if_empty_does_nothing_where_somebody_is(db, capsys):
    OrganizationFactory()

    call_command("load_demo", if_empty=True)

    assert capsys.readouterr().out == ""
    assert not loader.is_loaded()


def test_another_region_is_not_written_over(lists):
    Region(name="Two Rivers", time_zone="UTC", centre=Place.objects.get(zip="78701")).save()

    with pytest.raises(CommandError, match="This is Two Rivers's portal"):
        call_command("load_demo")

    assert not Organization.objects.exists()


def test_without_lists_it_says_what_to_do(db):
    PlaceFactory(zip="99999")

    with pytest.raises(CommandError, match="load_vocabularies"):
        call_command("load_demo")
