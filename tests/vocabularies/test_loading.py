"""Reference files into tables: once, whole, and again only when they change."""

from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from vocabularies.loading import DATA, TABLES, load, skills
from vocabularies.models import (
    AlternateTitle,
    County,
    LoadedFile,
    Occupation,
    Place,
    Preparation,
    Region,
    Sector,
    Skill,
)

FILES = {
    "counties": ["fips,state,name", "48453,TX,Travis County"],
    "places": [
        "zip,city,state,county_fips,county,latitude,longitude",
        "78701,Austin,TX,48453,Travis County,30.2706,-97.7426",
        "06001,Avon,CT,09003,Hartford County,41.7913,-72.8615",
        "00601,,,,,18.1806,-66.7500",
    ],
    "industries": ["code,title", '44-45,"Retail, all of it"'],
    "career_clusters": ["slug,title,cross_cutting", "construction,Construction,"],
    "occupations": [
        "code,title,description,job_zone",
        '31-1131.00,Nursing Assistants,"Feed, bathe, lift.",2',
    ],
    "alternate_titles": ["code,title", "31-1131.00,CNA", "31-1131.00,CNA", "31-1131.00,Aide"],
    "instructional_programs": ["code,level,title", "01.0000,6,Agriculture"],
    "preparations": [
        "cip_code,soc_code",
        "01.0000,19-1011",
        "99.9999,11-1011",
        "01.0000,99-9999",
    ],
    "apprenticeship_standards": [
        "rapids_code,title,approach,hours_min,hours_max,onet_soc_code",
        "0824CB,Nurse Assistant Certified,competency,,,31-1131.00",
    ],
    "skills": [
        "element_id,name,description,kind",
        "2.A.1.e,Mathematics,Using it.,skill",
        "2.C.4,Mathematics and Science,,knowledge",
        "2.C.4.a,Mathematics,Knowing it.,knowledge",
    ],
}
pytestmark = pytest.mark.django_db


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, lines in FILES.items():
        (tmp_path / f"{name}.csv").write_text("\n".join(lines) + "\n")
    return tmp_path


def quiet(line: str) -> None:
    pass


def test_rows_are_read_whole(folder):
    load(folder=folder, progress=quiet)

    assert list(Place.objects.values_list("zip", "county_id")) == [
        ("06001", "09003"),
        ("78701", "48453"),
    ]
    assert County.objects.get(fips="09003").name == "Hartford County"
    assert Occupation.objects.get().search_words == "nursing assistants cna aide"
    assert list(Preparation.objects.values_list("program", "soc_code")) == [("01.0000", "19-1011")]
    assert set(Skill.objects.values_list("slug", "name")) == {
        ("mathematics", "Mathematics"),
        ("mathematics-knowledge", "Mathematics (knowledge)"),
    }


def test_second_load_reads_nothing(folder, django_assert_num_queries):
    first = load(folder=folder, progress=quiet)
    said: list[str] = []

    with django_assert_num_queries(1):
        again = load(folder=folder, progress=said.append)

    assert (first > 0, again, said) == (True, 0, [])


def test_loading_again_changes_nothing(folder):
    load(folder=folder, progress=quiet)
    ids = list(AlternateTitle.objects.values_list("pk", "title"))
    said: list[str] = []

    load(folder=folder, again=True, progress=said.append)

    assert all(" 0 new or changed" in line for line in said)
    assert list(AlternateTitle.objects.values_list("pk", "title")) == ids


def test_changed_file_is_loaded_alone_and_drops_what_it_lost(folder):
    load(folder=folder, progress=quiet)
    (folder / "alternate_titles.csv").write_text("code,title\n31-1131.00,Orderly\n")
    said: list[str] = []

    load(folder=folder, progress=said.append)

    assert [line.split(":")[0].strip() for line in said] == ["occupations", "alternate titles"]
    assert list(AlternateTitle.objects.values_list("title", flat=True)) == ["Orderly"]
    assert Occupation.objects.get().search_words == "nursing assistants orderly"


def test_shipped_files_are_whole():
    rows = {table.name: len(list(table.rows(DATA))) for table in TABLES}

    assert rows == {
        "counties": 3250,
        "places": 40979,
        "industries": 116,
        "career clusters": 14,
        "occupations": 1016,
        "alternate titles": 56558,
        "instructional programs": 2847,
        "preparations": 5719,
        "apprenticeship standards": 35,
        "skills": 68,
    }
    assert (DATA / "ATTRIBUTION.md").exists()
    assert all(len(name) <= 80 for _, name, _ in skills(DATA))


def test_command_says_what_it_does(folder, monkeypatch, capsys):
    monkeypatch.setattr(load, "__kwdefaults__", load.__kwdefaults__ | {"folder": folder})

    call_command("load_vocabularies")
    call_command("load_vocabularies")

    said = capsys.readouterr().out
    assert said.count("Loading the reference lists") == 1
    assert "alternate titles: 2 rows, 2 new or changed" in said
    assert LoadedFile.objects.count() == len(TABLES)


def test_region_is_set_up_and_changed(folder, capsys):
    load(folder=folder, progress=quiet)
    told = {"zone": "America/Chicago", "county": ["48453"], "centre": "78701"}

    call_command("set_up_region", name="Two Rivers", tagline="Work and learn", **told)
    call_command("set_up_region", name="Three Rivers", **told)

    region = Region.objects.get()
    assert (region.name, region.tagline) == ("Three Rivers", "Work and learn")
    assert [county.name for county in region.counties.all()] == ["Travis County"]
    assert [sector.name for sector in Sector.objects.all()] == ["Construction"]


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"county": ["48453", "00000"]}, "No county has the FIPS code 00000"),
        ({"centre": "99999"}, "No ZIP code 99999"),
        ({"zone": "Texas"}, "Choose a time zone such as America/Chicago"),
        ({"contact": "nobody"}, "valid email"),
    ],
)
def test_wrong_region_is_refused_in_words(wrong, sentence, folder, capsys):
    load(folder=folder, progress=quiet)
    told = {"name": "Two Rivers", "zone": "America/Chicago", "county": ["48453"], "centre": "78701"}

    with pytest.raises(CommandError, match=sentence):
        call_command("set_up_region", **told | wrong)

    assert not Region.objects.exists()
