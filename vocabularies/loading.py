"""Reference files into their tables: COPY into a temporary one, then one upsert.

Loading twice changes nothing; a file whose content has been loaded is not read again.
"""

import csv
import gzip
import hashlib
import io
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import connection, models, transaction

from vocabularies.models import (
    AlternateTitle,
    ApprenticeshipStandard,
    CareerCluster,
    County,
    Industry,
    InstructionalProgram,
    LoadedFile,
    Occupation,
    Place,
    Preparation,
    Skill,
)
from vocabularies.search import to_words
from vocabularies.text import slug_for

DATA = Path(__file__).parent / "data"
# Change it when a row is made differently from the same file.
WAY_OF_READING = "1"
Row = tuple[Any, ...]
Source = dict[str, str]


def read(folder: Path, name: str) -> list[Source]:
    """Rows of `name.csv` or `name.csv.gz`; codes stay text, with their leading zeros."""
    text = _bytes(folder, name).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def _path(folder: Path, name: str) -> Path:
    packed = folder / f"{name}.csv.gz"
    return packed if packed.exists() else folder / f"{name}.csv"


def _bytes(folder: Path, name: str) -> bytes:
    path = _path(folder, name)
    return gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()


# Rows of each table from its files, in the order of the table's columns ------------


def counties(folder: Path) -> Iterator[Row]:
    """The present counties, then former ones that ZIP codes still name."""
    known = {
        row["fips"]: (row["fips"], row["state"], row["name"]) for row in read(folder, "counties")
    }
    yield from known.values()
    former = {
        row["county_fips"]: (row["county_fips"], row["state"], row["county"])
        for row in read(folder, "places")
        if row["county_fips"] and row["county_fips"] not in known
    }
    yield from former.values()


def places(folder: Path) -> Iterator[Row]:
    for row in read(folder, "places"):
        if row["city"] and row["county_fips"]:
            position = float(row["latitude"]), float(row["longitude"])
            yield row["zip"], row["city"], row["state"], row["county_fips"], *position


def industries(folder: Path) -> Iterator[Row]:
    return ((row["code"], row["title"]) for row in read(folder, "industries"))


def career_clusters(folder: Path) -> Iterator[Row]:
    for row in read(folder, "career_clusters"):
        yield row["slug"], row["title"], row["cross_cutting"] == "Y"


def occupations(folder: Path) -> Iterator[Row]:
    also: dict[str, list[str]] = {}
    for code, title in alternate_titles(folder):
        also.setdefault(code, []).append(title)
    for row in read(folder, "occupations"):
        title = to_words(row["title"])
        words = to_words(row["title"], *also.get(row["code"], []))
        zone = int(row["job_zone"]) if row["job_zone"] else None
        yield row["code"], row["title"], row["description"], zone, title[:200], words


def alternate_titles(folder: Path) -> Iterable[Row]:
    return dict.fromkeys((row["code"], row["title"]) for row in read(folder, "alternate_titles"))


def instructional_programs(folder: Path) -> Iterator[Row]:
    for row in read(folder, "instructional_programs"):
        yield row["code"], row["title"], int(row["level"])


def preparations(folder: Path) -> Iterator[Row]:
    """Without the rows that stand for "no class" (99.9999) or "no occupation" (99-9999)."""
    for row in read(folder, "preparations"):
        if row["cip_code"] != "99.9999" and row["soc_code"] != "99-9999":
            yield row["cip_code"], row["soc_code"]


def standards(folder: Path) -> Iterator[Row]:
    for row in read(folder, "apprenticeship_standards"):
        least, most = (int(row[name]) if row[name] else None for name in ("hours_min", "hours_max"))
        yield row["rapids_code"], row["title"], row["approach"], least, most, row["onet_soc_code"]


def skills(folder: Path) -> Iterator[Row]:
    """O*NET's elements without the headings over them; a name used twice says which it is."""
    rows = read(folder, "skills")
    ids = [row["element_id"] for row in rows]
    seen: set[str] = set()
    for row in rows:
        if any(other.startswith(row["element_id"] + ".") for other in ids):
            continue
        name = row["name"]
        if name in seen:
            name = f"{name} ({row['kind']})"
        seen.add(name)
        yield slug_for(name, row["element_id"]), name, row["description"]


@dataclass(frozen=True)
class Table:
    """How one table is filled. `owned` ones lose the rows that their file has lost."""

    model: type[models.Model]
    columns: tuple[str, ...]
    key: tuple[str, ...]
    rows: Callable[[Path], Iterable[Row]]
    files: tuple[str, ...]
    owned: bool = False

    @property
    def name(self) -> str:
        return str(self.model._meta.verbose_name_plural)


TABLES = [
    Table(County, ("fips", "state", "name"), ("fips",), counties, ("counties", "places")),
    Table(
        Place,
        ("zip", "city", "state", "county_id", "latitude", "longitude"),
        ("zip",),
        places,
        ("places",),
    ),
    Table(Industry, ("code", "title"), ("code",), industries, ("industries",)),
    Table(
        CareerCluster,
        ("slug", "title", "cross_cutting"),
        ("slug",),
        career_clusters,
        ("career_clusters",),
    ),
    Table(
        Occupation,
        ("code", "title", "description", "job_zone", "search_title", "search_words"),
        ("code",),
        occupations,
        ("occupations", "alternate_titles"),
    ),
    Table(
        AlternateTitle,
        ("occupation_id", "title"),
        ("occupation_id", "title"),
        alternate_titles,
        ("alternate_titles",),
        owned=True,
    ),
    Table(
        InstructionalProgram,
        ("code", "title", "level"),
        ("code",),
        instructional_programs,
        ("instructional_programs",),
    ),
    Table(
        Preparation,
        ("program_id", "soc_code"),
        ("program_id", "soc_code"),
        preparations,
        ("preparations",),
        owned=True,
    ),
    Table(
        ApprenticeshipStandard,
        ("rapids_code", "title", "approach", "hours_min", "hours_max", "occupation_id"),
        ("rapids_code",),
        standards,
        ("apprenticeship_standards",),
        owned=True,
    ),
    Table(Skill, ("slug", "name", "description"), ("slug",), skills, ("skills",)),
]


def load(
    *,
    folder: Path = DATA,
    again: bool = False,
    progress: Callable[[str], object] = print,
) -> int:
    """Fill every table from the files in `folder`; how many rows were read.

    Tables whose files are those of the last load are passed over unless `again`.
    """
    before = dict(LoadedFile.objects.values_list("name", "digest"))
    total = 0
    for table in TABLES:
        digest = _digest(folder, table.files)
        if again or before.get(table.name) != digest:
            total += _fill(table, folder, digest, progress)
    return total


def _digest(folder: Path, files: tuple[str, ...]) -> str:
    digest = hashlib.sha256(WAY_OF_READING.encode())
    for name in files:
        digest.update(_path(folder, name).read_bytes())
    return digest.hexdigest()


@transaction.atomic
def _fill(table: Table, folder: Path, digest: str, progress: Callable[[str], object]) -> int:
    began = time.monotonic()
    rows = list(table.rows(folder))
    with connection.cursor() as cursor:
        _copy(cursor, table, rows)
        changed = _upsert(cursor, table)
        if table.owned:
            changed += _drop_lost(cursor, table)
        cursor.execute("DROP TABLE incoming")
        if changed:
            cursor.execute(f"ANALYZE {table.model._meta.db_table}")
    LoadedFile.objects.update_or_create(
        name=table.name, defaults={"digest": digest, "rows": len(rows)}
    )
    took = time.monotonic() - began
    progress(f"  {table.name}: {len(rows):,} rows, {changed:,} new or changed, {took:.1f} s")
    return len(rows)


def _copy(cursor: Any, table: Table, rows: list[Row]) -> None:
    columns, into = ", ".join(table.columns), table.model._meta.db_table
    cursor.execute(
        f"CREATE TEMPORARY TABLE incoming ON COMMIT DROP AS SELECT {columns} FROM {into} LIMIT 0"  # noqa: S608
    )
    with cursor.copy(f"COPY incoming ({columns}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def _upsert(cursor: Any, table: Table) -> int:
    columns, into = ", ".join(table.columns), table.model._meta.db_table
    rest = [column for column in table.columns if column not in table.key]
    resolve = "NOTHING"
    if rest:
        ours = ", ".join(f"t.{column}" for column in rest)
        theirs = ", ".join(f"EXCLUDED.{column}" for column in rest)
        sets = ", ".join(f"{column} = EXCLUDED.{column}" for column in rest)
        resolve = f"UPDATE SET {sets} WHERE ({ours}) IS DISTINCT FROM ({theirs})"
    cursor.execute(
        f"INSERT INTO {into} AS t ({columns}) SELECT {columns} FROM incoming "  # noqa: S608
        f"ON CONFLICT ({', '.join(table.key)}) DO {resolve}"
    )
    return int(cursor.rowcount)


def _drop_lost(cursor: Any, table: Table) -> int:
    key = ", ".join(table.key)
    cursor.execute(
        f"DELETE FROM {table.model._meta.db_table} "  # noqa: S608
        f"WHERE ({key}) NOT IN (SELECT {key} FROM incoming)"
    )
    return int(cursor.rowcount)
