"""What the cells of a row say: fields of the posting form, places, and what stands beside it."""

import re
from dataclasses import dataclass, field
from typing import Any

from employers.choices import Kind, Mode, Paid, RowOutcome, Support
from employers.forms.imports import RowForm
from employers.importing import beside, cells, days
from employers.importing.beside import Beside
from employers.importing.cells import CellError, short
from employers.importing.columns import COLUMNS, heading_key, is_offset
from employers.importing.places import Gazetteer
from employers.models import Import, Opportunity
from programs.models import Program
from vocabularies.models import Occupation, Place, Sector, Skill

DAYS = ("opens_on", "closes_on", "starts_on", "starts_until")
START = ("start_kind", "starts_on", "starts_until")
PLACES = ("zips", "place", "city", "street", "place_note")
# Where a field of the form may have come from, when no column of its own gives it.
MIXED = {
    "paid": "pay",
    "pay_min": "pay",
    "pay_max": "pay",
    "pay_unit": "pay",
    "hours_min": "hours",
    "hours_max": "hours",
    "hours_per": "hours",
    "length_unit": "length",
    "education": "requirements",
    "minimum_age": "requirements",
    "needs_note": "requirements",
    "apply_by": "apply_to",
    "opens_at": "opens_on",
    "closes_at": "closes_on",
}
# What a person may allow in the dry run.
WITHOUT_CODES, WITHOUT_PLACES, TAKE_ALIKE = "without_codes", "without_places", "take_alike"
AS_NEW = "as_new"
PAY_UNIT_WORDS = set(
    "hour hr hourly day daily week weekly month monthly year yr yearly annual annually".split()
)
VISITS = (Kind.JOB_SHADOW, Kind.MENTORING)
Given = dict[str, Any]


@dataclass
class Checked:
    """What a row would become. `values` are columns of the posting, `locations` (place, street)
    pairs and `skills` (skill, level) pairs, or None for as they are; `rows` what the page of its
    kind writes (see `save_words`), `changed` the labels of what a change changes."""

    outcome: str = RowOutcome.REFUSED
    errors: list[list[str]] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    target: Opportunity | None = None
    kind: str = ""
    values: dict[str, Any] = field(default_factory=dict)
    locations: list[tuple[Place, str]] | None = None
    skills: list[tuple[Skill, str]] | None = None
    rows: dict[str, Any] = field(default_factory=dict)
    changed: list[str] = field(default_factory=list)


class Reader:
    """Reads rows of one import; what it looks up is kept between rows."""

    def __init__(self, batch: Import) -> None:
        self.batch, self.organization = batch, batch.employer.organization
        self.columns: dict[str, int] = batch.columns
        self.choices: dict[str, Any] = batch.choices
        self.gazetteer = Gazetteer()
        self.beside = Beside()
        sectors = list(Sector.objects.all())
        self.sectors = {heading_key(s.name): s for s in sectors}
        self.sectors |= {heading_key(s.slug): s for s in sectors}
        self.chosen_sector = next(
            (s for s in sectors if str(s.pk) == batch.choices.get("sector")), None
        )
        self.occupations: dict[str, Occupation | None] = {}
        self.programs: dict[str, Program | None] = {}
        # How the days of each column are written (see `days.orders`).
        self.orders: dict[str, set[str]] = {}

    def read(self, texts: dict[str, str], checked: Checked) -> tuple[Given, Given]:
        """({field of the form: text}, the same of the page of its kind). What is wrong, and what
        is found by its name, goes into `checked`."""
        given: Given = {}
        self._read(texts, given, checked)
        self._read_places(texts, given, checked)
        of_kind, wrong = self.beside.read(checked.kind, texts, checked.notices)
        checked.errors += [[self.name_of(name), said] for name, said in wrong]
        return given, of_kind

    def name_of(self, name: str) -> str:
        """What the person knows a field by: the name of its column, else its label."""
        for known in (name, MIXED.get(name, "")):
            if known in self.columns:
                return str(self.batch.header[self.columns[known]])
        if name in COLUMNS:
            return COLUMNS[name].label
        if (column := beside.column_of(name)) != name:
            return self.name_of(column)
        return str(RowForm.base_fields[name].label) if name in RowForm.base_fields else ""

    def _read(self, texts: dict[str, str], given: Given, checked: Checked) -> None:
        """Fill `given` with {field of the form: text} from every cell but the places."""
        for name, text in texts.items():
            try:
                if name in DAYS:
                    self._read_day(name, text, given, checked)
                elif name == "sector":
                    self._read_sector(text, given, checked)
                elif name == "occupation":
                    checked.values["occupation"] = self._occupation(text)
                elif name == "program":
                    self._read_program(text, checked)
                elif name == "skills":
                    if checked.kind not in VISITS:
                        checked.skills = self.beside.skills(text, checked.notices)
                elif name in cells.READERS:
                    read = cells.READERS[name](text, checked.notices)
                    exact = [key for key in read if key != name and key in self.columns]
                    given |= {k: v for k, v in read.items() if not (k in exact and k in texts)}
            except CellError as error:
                if name == "occupation" and self.choices.get(WITHOUT_CODES):
                    checked.notices.append(f"{error} It is taken without an occupation.")
                else:
                    checked.errors.append([self.name_of(name), str(error)])
        if "supports" in given:
            # A class that is paid for follows from who pays it.
            given["supports"] = [s for s in given["supports"] if s != Support.CLASS]
        if "external_id" in texts:
            given["external_id"] = texts["external_id"]
        self._settle_pay(given, checked)
        self._settle_requirements(given, checked)

    def _read_day(self, name: str, text: str, given: Given, checked: Checked) -> None:
        if name == "starts_on" and heading_key(text) in days.START_WORDS:
            given["start_kind"] = days.START_WORDS[heading_key(text)]
            return
        if heading_key(text) in days.NO_DAY:
            checked.notices.append(f"“{short(text)}” under {self.name_of(name)} is no day.")
            if name == "starts_on":
                given.setdefault("starts_note", short(text, 60))
            return
        if name == "starts_on" and days.is_time_in_words(text):
            given.setdefault("starts_note", short(text, 60))
            checked.notices.append(f"“{short(text)}” is kept as words about the start.")
            return
        heading = str(self.batch.header[self.columns[name]])
        orders = self.orders.get(name, set())
        day_first = orders == {"day first"}
        given[name] = days.day_or_offset(text, offset=is_offset(heading), day_first=day_first)
        own = days.orders([text])
        if day_first and days.SIGNED.match(text) and not own:
            why = f", since other days under {self.name_of(name)} put the day first"
        elif len(orders) > 1 and own == {"day first"}:
            why = ""
        else:
            return
        said = f"{given[name].day} {given[name]:%B %Y}"
        checked.notices.append(f"{short(text)} is read as {said}{why}.")

    def _read_sector(self, text: str, given: Given, checked: Checked) -> None:
        if sector := self.sectors.get(heading_key(text)):
            checked.values["sector"] = sector
        elif checked.target is None:
            ours = self.organization.sector
            instead = f"; {ours}, that of {self.organization}, is taken" if ours else ""
            checked.notices.append(f"We have no sector “{short(text)}”{instead}.")

    def _read_program(self, text: str, checked: Checked) -> None:
        """By its number here or by its title, where one program alone has it."""
        if text not in self.programs:
            named = (
                {"pk": text} if re.fullmatch(r"\d{1,9}", text, re.A) else {"title__iexact": text}
            )
            found = list(Program.objects.public().filter(**named)[:2])
            self.programs[text] = found[0] if len(found) == 1 else None
        if program := self.programs[text]:
            checked.values["program"] = program
        else:
            checked.notices.append(f"We know no program “{short(text)}”, so none is named.")

    def _occupation(self, text: str) -> Occupation:
        key = text.strip().casefold()
        if key not in self.occupations:
            self.occupations[key] = self._ask_occupation(text.strip())
        found = self.occupations[key]
        if found is None and re.match(r"\d", text):
            raise CellError(f"Unknown occupation code {short(text, 16)}.")
        if found is None:
            raise CellError(f"We know no occupation “{short(text)}”. Give its O*NET code.")
        return found

    def _ask_occupation(self, text: str) -> Occupation | None:
        if re.fullmatch(r"\d\d-\d{4}", text, re.ASCII):
            text = f"{text}.00"
        codes = Occupation.objects.filter(code=text[:10]) if re.match(r"\d", text) else None
        if codes is not None:
            return codes.first() if len(text) == 10 else None
        exact = Occupation.objects.filter(title__iexact=text[:160]).first()
        if exact:
            return exact
        called = Occupation.objects.filter(alternate_titles__title__iexact=text[:160]).distinct()
        found = list(called[:2])
        return found[0] if len(found) == 1 else None

    def _settle_pay(self, given: Given, checked: Checked) -> None:
        if given.get("pay_min") and not given.get("paid"):
            given["paid"] = self.choices.get("paid") or Paid.WAGE
        if not given.get("pay_unit"):
            given.pop("pay_unit", None)
            named = self._unit_in_heading()
            if given.get("pay_min") and named and given.get("paid") == Paid.WAGE:
                given["pay_unit"] = named
            elif given.get("pay_min") and "pay_unit" in self.choices:
                given["pay_unit"] = self.choices["pay_unit"]
        try:
            cells.guess_unit(given, checked.notices)
        except CellError as error:
            # The form would say it of the hour.
            del given["pay_min"]
            checked.errors.append([self.name_of("pay_unit"), str(error)])

    def _unit_in_heading(self) -> str:
        """What pay is for, where the name of its column says one thing: "Annual salary"."""
        column = next((self.columns[n] for n in ("pay_min", "pay") if n in self.columns), None)
        words = heading_key(self.batch.header[column]).split() if column is not None else []
        units = {cells.WORDS["pay_unit"][word] for word in words if word in PAY_UNIT_WORDS}
        return units.pop() if len(units) == 1 else ""

    def _settle_requirements(self, given: Given, checked: Checked) -> None:
        """Long requirements stand below the tasks: the line for them is short."""
        note = given.get("needs_note", "")
        if len(note) <= 200 and "\n" not in note:
            return
        del given["needs_note"]
        given["tasks"] = "\n\n".join(
            part for part in (given.get("tasks"), f"Needed: {note}") if part
        )
        checked.notices.append("The requirements are long and stand below what they will do.")

    def _read_places(self, texts: dict[str, str], given: Given, checked: Checked) -> None:
        name = next((n for n in ("zips", "place", "city") if n in texts), "")
        street = texts.get("street", "")
        if "place_note" in texts:
            given["place_note"] = texts["place_note"]
        places: list[Place] | None = None
        try:
            if name:
                find = self.gazetteer.codes if name == "zips" else self.gazetteer.find
                places = find(texts[name])
                if name == "place" and not street:
                    streets = self.gazetteer.streets(texts[name], places)
                    street = "; ".join(streets) if any(streets) else ""
                if not places:
                    given.setdefault("mode", Mode.REMOTE)
        except CellError as error:
            places, street = self._instead_of_place(
                name, texts[name], street, error, checked, given
            )
        if places is None and not name and checked.target is None and "zip" in self.choices:
            places = self.gazetteer.codes(self.choices["zip"])
        mode = given.get("mode") or (self.choices.get("mode") if not checked.target else "")
        if mode == Mode.REMOTE and checked.target is None:
            places = []
        if places:
            checked.notices += self.gazetteer.outside(places)
        if places is not None:
            checked.locations = list(
                dict.fromkeys(zip(places, _streets(street, len(places)), strict=True))
            )
        self._ask_for_place(name, mode, checked)

    def _ask_for_place(self, name: str, mode: str | None, checked: Checked) -> None:
        needed = mode in (Mode.ON_SITE, Mode.HYBRID) and checked.target is None
        if not needed or checked.locations or self.choices.get(WITHOUT_PLACES):
            return
        label = self.name_of(name or next((n for n in PLACES if n in self.columns), "place"))
        if not any(label == known for known, _ in checked.errors):
            where = "On site" if mode == Mode.ON_SITE else "Part at home"
            checked.errors.append([label, f"{where} needs a place: a city with its ZIP code."])

    def _instead_of_place(
        self,
        name: str,
        text: str,
        street: str,
        error: CellError,
        checked: Checked,
        given: Given,
    ) -> tuple[list[Place] | None, str]:
        """The place of all rows with these words as its street; else none, where it may pass."""
        if "zip" in self.choices and checked.target is None and name != "zips":
            places = self.gazetteer.codes(self.choices["zip"])
            checked.notices.append(f"“{short(text)}” is taken as the street, in {places[0]}.")
            return places, street or text
        if self.choices.get(WITHOUT_PLACES):
            checked.notices.append(f"{error} It is taken without a place.")
            given.setdefault("place_note", " ".join(text.split())[:120])
        else:
            checked.errors.append([self.name_of(name), str(error)])
        return None, street


def _streets(text: str, places: int) -> list[str]:
    """A street for each place where so many are named, else that of the first: "1 Main St; ;"."""
    parts = [part.strip() for part in text.split(";")]
    if places > 1 and 1 < len(parts) <= places:
        return parts + [""] * (places - len(parts))
    return ([text] + [""] * places)[:places]
