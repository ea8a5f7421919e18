"""One program, the career centers, and what other rooms ask of this one."""

import pytest
from django.core.exceptions import ValidationError

from accounts.models import Entry
from programs.actions import rename_provider, save_program
from programs.profile import of_organization
from programs.search import search
from programs.sitemap import public_urls
from tests.programs.factories import CareerCenterFactory, ProgramFactory
from vocabularies.models import Occupation

pytestmark = pytest.mark.django_db


def test_program_shows_its_facts(client, region):
    center = CareerCenterFactory(email="careers@example.edu")
    program = ProgramFactory(
        title="Diseño & Café",
        provider=center.provider,
        career_center=center,
        cost_total=1150,
        cost_note="a year",
        description="You *draw*. <script>alert(1)</script>",
    )

    page = client.get(program.get_absolute_url()).content.decode()

    assert program.get_absolute_url().endswith("/diseno-cafe/")
    assert "Diseño &amp; Café" in page
    assert "$1,150<small>a year</small>" in page
    assert "You <em>draw</em>." in page
    assert "<script>alert" not in page
    assert "mailto:careers@example.edu" in page


@pytest.mark.parametrize("rows", [1, 3])
def test_program_names_its_occupations_in_one_query(
    rows, client, region, django_assert_num_queries
):
    occupations = [
        Occupation.objects.create(code=f"47-211{n}.00", title=f"Electrician {n}")
        for n in range(rows)
    ]
    program = ProgramFactory(occupations=occupations)

    with django_assert_num_queries(4):
        page = client.get(program.get_absolute_url())

    assert page.content.count(b"O*NET 47-211") == rows


def test_title_without_latin_letters_has_an_address(client, region):
    program = ProgramFactory(title="日本語")

    assert program.get_absolute_url() == f"/programs/{program.pk}/program/"
    assert client.get(program.get_absolute_url()).status_code == 200


def test_wrong_slug_leads_to_the_right_one(client, region):
    program = ProgramFactory(title="Welding")

    answer = client.get(f"/programs/{program.pk}/old-name/")

    assert (answer.status_code, answer["Location"]) == (301, program.get_absolute_url())


@pytest.mark.parametrize(
    "path", ["/programs/1/x/", f"/programs/{10**30}/x/", "/career-centers/none/"]
)
def test_unknown_is_not_found(path, client, region):
    assert client.get(path).status_code == 404


@pytest.mark.parametrize("rows", [1, 3])
def test_career_centers_are_listed_in_one_query(rows, client, region, django_assert_num_queries):
    CareerCenterFactory.create_batch(rows)

    with django_assert_num_queries(2):
        page = client.get("/career-centers/")

    assert page.content.count(b'class="entry"') == rows


@pytest.mark.parametrize("rows", [1, 3])
def test_career_center_shows_its_programs(rows, client, region, django_assert_num_queries):
    center = CareerCenterFactory(minors="A parent must consent.")
    ProgramFactory.create_batch(rows, career_center=center, provider=center.provider)

    with django_assert_num_queries(3):
        page = client.get(center.get_absolute_url())

    assert page.content.count(b'class="entry offer"') == rows
    assert b"A parent must consent." in page.content


def test_hidden_provider_hides_its_center(client, region):
    center = CareerCenterFactory(provider__organization__verified=False)

    assert client.get(center.get_absolute_url()).status_code == 404
    assert center.get_absolute_url() not in {path for path, _ in public_urls()}


def test_saving_writes_who_changed_what_once(region):
    program = ProgramFactory(title="Welding")
    program.length = "8 weeks"

    save_program(program=program, by=None)
    save_program(program=program, by=None)

    changed = Entry.objects.get(what="changed")
    assert (changed.before, changed.after) == ({"length": "6 weeks"}, {"length": "8 weeks"})


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("cost_total", -1, "greater than or equal to 0"),
        ("hours", 0, "above 0"),
        ("title", "Two\nlines", "one line"),
    ],
)
def test_wrong_program_is_refused_in_words(field, value, sentence, region):
    program = ProgramFactory(title="Welding")
    setattr(program, field, value)

    with pytest.raises(ValidationError, match=sentence):
        save_program(program=program, by=None)


def test_renamed_provider_is_found_by_its_new_name(region):
    program = ProgramFactory(title="Welding")
    organization = program.provider.organization
    organization.name = "Lost Pines"
    organization.save()

    rename_provider(organization)

    assert [found["title"] for found in search("lost pines", 5)] == ["Welding"]


def test_search_puts_titles_first_and_takes_any_words(region):
    ProgramFactory(title="Baking", description="Not welding.")
    ProgramFactory(title="Welding")

    assert [found["title"] for found in search("welding", 5)] == ["Welding", "Baking"]
    assert search("'!& |(:*", 5) == []


def test_organization_page_has_what_it_teaches(region, company):
    program = ProgramFactory(title="Welding")

    assert of_organization(program.provider.organization, None)["programs"] == [program]
    assert of_organization(company, None) is None
