"""A region with very many postings: `python -m tests.bench.corpus --rows 100000`.

Six in ten are open; the others are scheduled, expired, drafts, in review, paused, closed or put
away. The same number of rows gives the same postings, with dates counted from the day of loading.
"""

import argparse
import random
import sys
import time
import uuid
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from multiprocessing import get_context
from typing import Any

import django

django.setup()

from django.contrib.auth.hashers import make_password  # noqa: E402
from django.db import connection, models  # noqa: E402
from django.db.models import Max  # noqa: E402
from django.utils import timezone  # noqa: E402
from psycopg.types.json import Jsonb  # noqa: E402

from accounts.choices import MembershipRole, MembershipState, OrganizationState  # noqa: E402
from accounts.models import Membership, Organization, User, name_key  # noqa: E402
from employers.choices import (  # noqa: E402
    Ask,
    ClassPayer,
    Education,
    Kind,
    LengthUnit,
    Level,
    Mode,
    Outcome,
    Paid,
    PayUnit,
    Shift,
    State,
    Support,
)
from employers.models import (  # noqa: E402
    ApprenticeshipTerms,
    Employer,
    Listing,
    Location,
    Opportunity,
    SkillWanted,
    WageStep,
)
from employers.models.listing import count_in, list_again  # noqa: E402
from programs.models import Program  # noqa: E402
from tests.bench.words import Prose, employer_name  # noqa: E402
from vocabularies.lookups import box_around, miles_between  # noqa: E402
from vocabularies.models import Occupation, Place, Region, Sector, Skill  # noqa: E402
from vocabularies.text import slug_for, without_accents  # noqa: E402

RECRUITER = "recruiter@bench.example.org"
EMPLOYERS_EACH = 50  # rows for one employer
SEED = 2026
TRADES = 160  # occupations in use
CHUNK = 5000
# The generator keeps every reference right; checking each again would take minutes.
UNCHECKED = "SET session_replication_role = replica; SET synchronous_commit = off"
# In the order in which they are loaded; indexes are made again at the end.
TABLES = (Organization, Employer, Opportunity, Location, SkillWanted, ApprenticeshipTerms, WageStep)
LEVELS, PAYERS, SUPPORTS = Level.values, ClassPayer.values, Support.values
EDUCATION, ASKS, SHIFTS = Education.values, Ask.values, Shift.values
KINDS = {
    Kind.APPRENTICESHIP: 24,
    Kind.PRE_APPRENTICESHIP: 7,
    Kind.INTERNSHIP: 28,
    Kind.CO_OP: 6,
    Kind.ON_THE_JOB: 22,
    Kind.JOB_SHADOW: 8,
    Kind.MENTORING: 5,
}
STANDINGS = {
    "open": 600,
    "scheduled": 40,
    "expired": 190,
    "draft": 45,
    "in-review": 15,
    "returned": 10,
    "paused": 15,
    "closed": 55,
    "archived": 30,
}
NOT_YET = {"draft", "in-review", "returned"}


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--rows", type=int, required=True)
    load(options.parse_args().rows)


def load(rows: int) -> None:
    """Fill an empty portal that has the demonstration region."""
    began = time.monotonic()
    corpus = Corpus(rows)
    with connection.cursor() as cursor:
        cursor.execute(UNCHECKED)
        again = _drop_indexes(cursor)
        _copy(cursor, Organization, corpus.organizations())
        _copy(cursor, Employer, corpus.employers())
    _fill(corpus)
    with connection.cursor() as cursor:
        for model in TABLES:
            _count_on(cursor, model)
        progress("lists", 0, 1)
        # The trigger that makes events of them is wanted here.
        cursor.execute("SET session_replication_role = DEFAULT")
        list_again()
        progress("lists", 1, 1)
        for number, statement in enumerate(again):
            progress("indexes", number, len(again))
            cursor.execute(statement)
        progress("indexes", len(again), len(again))
    _add_recruiter(corpus)
    progress("counts", 0, 1)
    count_in(timezone.now())
    progress("counts", 1, 1)
    _settle()
    print(f"{rows:,} opportunities in {time.monotonic() - began:.0f} s", file=sys.stderr)


def _fill(corpus: "Corpus") -> None:
    """The postings, in chunks, by as many processes as there are processors."""
    chunks = range(0, corpus.rows, CHUNK)
    tasks = [(corpus.rows, start, corpus.first, corpus.now) for start in chunks]
    with ProcessPoolExecutor(mp_context=get_context("spawn")) as pool:
        for number, _ in enumerate(pool.map(_fill_chunk, tasks), 1):
            progress("opportunities", min(number * CHUNK, corpus.rows), corpus.rows)


def _fill_chunk(task: tuple[int, int, dict[type[models.Model], int], datetime]) -> None:
    rows, start, first, now = task
    corpus = Corpus(rows)
    corpus.first, corpus.now = first, now
    corpus.dice.seed(f"{SEED} {start}")
    with connection.cursor() as cursor:
        cursor.execute(UNCHECKED)
        _copy(cursor, Opportunity, corpus.opportunities(start, min(start + CHUNK, rows)))
        for model, found in corpus.beside.items():
            _copy(cursor, model, found)


def progress(what: str, done: int, whole: int) -> None:
    """One line that is written over; a line each tenth where nobody watches."""
    share = done / whole if whole else 1.0
    bar = "#" * int(30 * share)
    if sys.stderr.isatty():
        end = "\n" if done >= whole else ""
        print(f"\r{what:>22} [{bar:<30}] {done:,}", end=end, file=sys.stderr, flush=True)
    elif done >= whole or int(10 * share) > int(10 * (done - CHUNK) / whole):
        print(f"{what:>22} {share:4.0%} {done:,}", file=sys.stderr, flush=True)


class Corpus:
    """Rows of every table, as {field name: value}; what is left out takes the field's default."""

    def __init__(self, rows: int) -> None:
        self.rows = rows
        self.dice = random.Random(SEED)
        self.prose = Prose(SEED)
        self.now = datetime.now(UTC).replace(microsecond=0)
        self.employers_count = max(rows // EMPLOYERS_EACH, 20)
        self.first = {
            model: (model.objects.aggregate(n=Max("pk"))["n"] or 0) + 1 for model in TABLES
        }
        self.beside: dict[type[models.Model], list[dict[str, Any]]] = {
            Location: [],
            SkillWanted: [],
            ApprenticeshipTerms: [],
            WageStep: [],
        }
        self._read_vocabularies()

    def _read_vocabularies(self) -> None:
        self.sectors = list(Sector.objects.all())
        self.programs = list(Program.objects.all())
        self.skills = list(Skill.objects.values_list("pk", flat=True))
        every = list(Occupation.objects.exclude(search_words="").order_by("code"))
        self.trades = random.Random(SEED + 1).sample(every, min(TRADES, len(every)))
        self.trade_sector = {trade.pk: self.dice.choice(self.sectors) for trade in self.trades}
        centre = Region.current().centre
        assert centre, "the demonstration region is not loaded"
        south, north, west, east = box_around(centre.latitude, centre.longitude, 70)
        self.places = list(
            Place.objects.filter(latitude__range=(south, north), longitude__range=(west, east))
        )
        ours = set(Region.current().counties.values_list("fips", flat=True))
        self.place_weights = [
            (6 if place.county_id in ours else 1)
            / (
                8
                + miles_between(centre.latitude, centre.longitude, place.latitude, place.longitude)
            )
            for place in self.places
        ]

    # The two tables in front

    def organizations(self) -> Iterator[dict[str, Any]]:
        first = self.first[Organization]
        for number in range(self.employers_count):
            name = employer_name(number)
            known = self.now - timedelta(days=30 + number % 900)
            state = OrganizationState.VERIFIED
            if number % 33 == 7:
                state = OrganizationState.SUSPENDED
            elif number % 41 == 9:
                state = OrganizationState.PENDING
            yield {
                "id": first + number,
                "name": name,
                "name_key": name_key(name),
                "slug": f"{slug_for(name, 'employer')[:60]}-{number}",
                "employs": True,
                "sector": self.sectors[number % len(self.sectors)].pk,
                "about": " ".join(self.prose.paragraphs(150, 500)),
                "place": self.places[number % len(self.places)].pk,
                "state": state,
                # Every other one that waits has never been verified.
                "verified_at": None if number % 82 == 9 else known,
                "created_at": known,
                "sent_at": known,
            }

    def employers(self) -> Iterator[dict[str, Any]]:
        for number in range(self.employers_count):
            yield {
                "id": self.first[Employer] + number,
                "organization": self.first[Organization] + number,
            }

    # Opportunities

    def opportunities(self, start: int, end: int) -> Iterator[dict[str, Any]]:
        kinds, kind_weights = list(KINDS), list(KINDS.values())
        standings, weights = list(STANDINGS), list(STANDINGS.values())
        for number in range(start, end):
            kind = self.dice.choices(kinds, kind_weights)[0]
            standing = self.dice.choices(standings, weights)[0]
            yield self._opportunity(number, kind, standing)

    def _opportunity(self, number: int, kind: str, standing: str) -> dict[str, Any]:
        dice, pk = self.dice, self.first[Opportunity] + number
        trade = dice.choice(self.trades)
        employer = number % self.employers_count
        sector = self.trade_sector[trade.pk]
        program = dice.choice(self.programs) if self.programs and dice.random() < 0.2 else None
        mode = dice.choices([Mode.ON_SITE, Mode.HYBRID, Mode.REMOTE], [82, 12, 6])[0]
        places = self._places(pk, number, mode)
        title = self._title(trade.title, kind)
        tasks = self.prose.paragraphs(400, 1500)
        if sown := self.prose.sown(number):
            tasks[-1] += " " + sown
        lessons = self.prose.paragraphs(150, 600)
        summary = self.prose.paragraphs(60, 90)[0][:200]
        words = [employer_name(employer), Kind(kind).label, sector.name, trade.search_words]
        words += [program.title] if program else []
        words += [str(place) for place in places]
        text = {"tasks": "\n\n".join(tasks), "lessons": "\n\n".join(lessons)}
        if kind == Kind.APPRENTICESHIP:
            self._terms(pk, number, employer)
        self._skills(pk, number)
        return {
            "id": pk,
            "employer": self.first[Employer] + employer,
            "kind": kind,
            "form_token": uuid.UUID(int=(SEED << 64) + number),
            "title": title,
            "slug": slug_for(title, "opportunity"),
            "summary": summary,
            **text,
            "tasks_html": "".join(f"<p>{part}</p>\n" for part in tasks),
            "lessons_html": "".join(f"<p>{part}</p>\n" for part in lessons),
            "sector": sector.pk,
            "occupation": trade.pk,
            "program": program.pk if program else None,
            "mode": mode,
            **self._hours(kind),
            **self._pay(kind),
            "supports": [s for s in SUPPORTS if dice.random() < 0.25],
            "education": dice.choice(EDUCATION),
            "asks": dice.sample(ASKS, dice.choice([0, 0, 1, 2])),
            "minimum_age": dice.choice([None, 16, 18, 18, 18]),
            "apply_by": "email",
            "apply_to": f"jobs@employer{employer}.example.org",
            "apply_steps": "Write two lines about yourself.",
            "apply_steps_html": "<p>Write two lines about yourself.</p>",
            "openings": dice.choice([1, 1, 2, 3, 5, 12]),
            "starts_note": "any Monday",
            **self._life(standing),
            "search_title": without_accents(title),
            "search_words": without_accents(" ".join(words)),
            "search_body": without_accents(f"{summary} {text['tasks']} {text['lessons']}"),
        }

    def _title(self, trade: str, kind: str) -> str:
        word = {Kind.ON_THE_JOB: "Trainee", Kind.JOB_SHADOW: "Job Shadow", Kind.CO_OP: "Co-op"}
        name = trade.split(",")[0][:60].strip()
        return f"{name} {word.get(Kind(kind), Kind(kind).label)}"[:80]

    def _hours(self, kind: str) -> dict[str, Any]:
        if kind in (Kind.JOB_SHADOW, Kind.MENTORING):
            return {"hours_min": 4, "hours_max": 4, "hours_per": "visit"}
        hours = self.dice.choice([15, 20, 20, 30, 40, 40, 40])
        return {
            "hours_min": hours,
            "hours_max": hours,
            "length": self.dice.choice([3, 4, 6, 9, 12]),
            "length_unit": LengthUnit.MONTHS,
            "shifts": self.dice.sample(SHIFTS, self.dice.choice([0, 1, 1, 2])),
        }

    def _pay(self, kind: str) -> dict[str, Any]:
        if kind in (Kind.JOB_SHADOW, Kind.MENTORING) or self.dice.random() < 0.06:
            return {"paid": Paid.UNPAID, "class_payer": ClassPayer.NO_CLASS}
        if self.dice.random() < 0.05:
            return {"paid": Paid.STIPEND, "pay_min": 500 + 50 * self.dice.randrange(20)}
        low = Decimal(1200 + 25 * self.dice.randrange(80)) / 100
        return {
            "paid": Paid.WAGE,
            "pay_unit": PayUnit.HOUR,
            "pay_min": low,
            "pay_max": low + self.dice.choice([0, 2, 4, 8]),
            "class_payer": self.dice.choice(PAYERS),
        }

    def _life(self, standing: str) -> dict[str, Any]:
        """State and dates; seconds are drawn, so that hardly two end at the same moment."""
        dice, now = self.dice, self.now
        day = timedelta(days=1)
        written = now - day * (1 + 90 * dice.random())
        if standing in NOT_YET:
            return {
                "state": standing,
                "closes_at": now + day * (30 + 60 * dice.random()),
                "created_at": written,
                "changed_at": written,
            }
        opened, closes = written, now + day * 90 * dice.random()
        if standing == "scheduled":
            opened = now + day * (1 + 20 * dice.random())
            closes = opened + day * 40
        elif standing in ("expired", "closed", "archived"):
            opened = now - day * (60 + 300 * dice.random())
            closes = opened + day * 45
        elif dice.random() < 0.03:
            closes = None
        ended = standing in ("closed", "archived")
        return {
            "state": State.PUBLISHED if standing in ("open", "expired", "scheduled") else standing,
            "opens_at": opened,
            "public_since": opened,
            "closes_at": closes,
            "created_at": min(opened, now) - 6 * day,
            "changed_at": min(opened, now),
            "outcome": Outcome.FILLED_HERE if ended else "",
            "filled": 1 if ended else None,
        }

    # What lies beside an opportunity

    def _places(self, pk: int, number: int, mode: str) -> list[Place]:
        if mode == Mode.REMOTE:
            return []
        count = self.dice.choices([1, 2, 3], [90, 8, 2])[0]
        places = list(
            {p.pk: p for p in self.dice.choices(self.places, self.place_weights, k=count)}.values()
        )
        self.beside[Location] += [
            {
                "id": self.first[Location] + 3 * number + nth,
                "opportunity": pk,
                "place": place.pk,
                "county": place.county_id,
                "latitude": place.latitude,
                "longitude": place.longitude,
            }
            for nth, place in enumerate(places)
        ]
        return places

    def _skills(self, pk: int, number: int) -> None:
        wanted = self.dice.sample(self.skills, self.dice.randrange(5))
        self.beside[SkillWanted] += [
            {
                "id": self.first[SkillWanted] + 5 * number + nth,
                "opportunity": pk,
                "skill": skill,
                "level": self.dice.choice(LEVELS),
            }
            for nth, skill in enumerate(wanted)
        ]

    def _terms(self, pk: int, number: int, employer: int) -> None:
        own = self.first[ApprenticeshipTerms] + number
        low = 15 + number % 6
        self.beside[ApprenticeshipTerms].append(
            {
                "id": own,
                "opportunity": pk,
                "registration": "registered" if number % 3 else "pending",
                "agency": "oa",
                "sponsor": employer_name(employer),
                "program_number": f"BENCH-{number}" if number % 3 else "",
                "approach": "time",
                "job_hours": 8000,
                "months": 48,
                "instruction_hours": 144,
                "instruction_when": "evening",
                "journey_rate": Decimal(low) * 2,
                "credential": "Certificate of completion",
            }
        )
        steps = self.dice.choice([4, 6, 8])
        self.beside[WageStep] += [
            {
                "id": self.first[WageStep] + 8 * number + step,
                "terms": own,
                "after": step * 8000 // steps,
                "rate": low + Decimal(step),
            }
            for step in range(steps)
        ]


def _copy(cursor: Any, model: type[models.Model], rows: Iterable[dict[str, Any]]) -> None:
    """COPY rows into the table of `model`."""
    fields = [field for field in model._meta.concrete_fields if not field.generated]
    fixed = {field.name: _default(field) for field in fields}
    columns = ", ".join(f'"{field.column}"' for field in fields)
    names = [field.name for field in fields]
    with cursor.copy(f"COPY {model._meta.db_table} ({columns}) FROM STDIN") as copy:
        for row in rows:
            given = fixed | row
            copy.write_row([_plain(given[name]) for name in names])


def _count_on(cursor: Any, model: type[models.Model]) -> None:
    table = model._meta.db_table
    last = max(_last_id(model), 1)
    cursor.execute("SELECT setval(pg_get_serial_sequence(%s, 'id'), %s)", [table, last])


def _last_id(model: type[models.Model]) -> int:
    return model.objects.aggregate(n=Max("pk"))["n"] or 0


def _default(field: models.Field) -> Any:
    return None if field.primary_key or field.is_relation else field.get_default()


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return Jsonb(value)
    return str(value) if isinstance(value, models.Choices) else value


def _drop_indexes(cursor: Any) -> list[str]:
    """Drop what no constraint needs from the loaded tables; the statements that make it again."""
    cursor.execute(
        "SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index "
        "WHERE indrelid = ANY(%s::regclass[]) AND NOT indisunique",
        [[model._meta.db_table for model in (*TABLES, Listing)]],
    )
    found = cursor.fetchall()
    for name, _ in found:
        cursor.execute(f"DROP INDEX {name}")
    return [statement for _, statement in found]


def _add_recruiter(corpus: Corpus) -> None:
    """Somebody who speaks for one employer, of whom some fifty postings are in every state."""
    user = User.objects.create(
        email=RECRUITER, name="Rosa", password=make_password(None), is_active=True
    )
    Membership.objects.create(
        user=user,
        organization_id=corpus.first[Organization],
        state=MembershipState.ACTIVE,
        role=MembershipRole.ADMIN,
    )


STEPS: list[tuple[str, Callable[[Any], object]]] = [
    ("statistics", lambda cursor: cursor.execute("VACUUM ANALYZE")),
    ("checkpoint", lambda cursor: cursor.execute("CHECKPOINT")),
]


def _settle() -> None:
    """As a portal that has been running for a while."""
    with connection.cursor() as cursor:
        for what, step in STEPS:
            progress(what, 0, 1)
            step(cursor)
            progress(what, 1, 1)


if __name__ == "__main__":
    main()
