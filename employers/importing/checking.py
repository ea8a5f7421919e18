"""What a row of a file would become. Nothing is saved here: the dry run shows it, and saving
asks the same again."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils import timezone

from employers.choices import Kind, Mode, Paid, PayUnit, RowOutcome, State, Support
from employers.forms.imports import RowForm, rebound
from employers.importing import beside, cells
from employers.importing.beside import Beside
from employers.importing.cells import CellError, short
from employers.importing.columns import COLUMNS, heading_key, is_offset
from employers.importing.comparing import Comparing
from employers.importing.places import Gazetteer
from employers.models import Import, ImportRow, Opportunity
from employers.usual import beginning_of
from programs.models import Program
from vocabularies.models import Occupation, Place, Sector, Skill
from vocabularies.templatetags.words import money
from vocabularies.text import plain_line

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
VISITS = (Kind.JOB_SHADOW, Kind.MENTORING)
LONG_AGO = timedelta(days=366)


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


class Checker:
    """Checks rows of one import; what it looks up, and its forms, are kept between rows."""

    def __init__(self, batch: Import) -> None:
        self.batch, self.employer = batch, batch.employer
        self.organization = batch.employer.organization
        self.columns: dict[str, int] = batch.columns
        self.choices: dict[str, Any] = batch.choices
        self.gazetteer = Gazetteer()
        self.beside = Beside()
        self.forms: dict[str, RowForm] = {}
        self.beginnings: dict[str, tuple[dict[str, Any], list[tuple[Place, str]]]] = {}
        sectors = list(Sector.objects.all())
        self.sectors = {heading_key(s.name): s for s in sectors}
        self.sectors |= {heading_key(s.slug): s for s in sectors}
        self.chosen_sector = next(
            (s for s in sectors if str(s.pk) == batch.choices.get("sector")), None
        )
        self.occupations: dict[str, Occupation | None] = {}
        self.programs: dict[str, Program | None] = {}
        # Few rows are about a posting that is there: only for those is it looked up.
        theirs = Opportunity.objects.filter(employer=self.employer, replaces__isnull=True)
        known = list(theirs.values_list("external_id", "title"))
        self.known_numbers = {number for number, _ in known}
        self.known_titles = {title.casefold() for _, title in known}
        self.targets: dict[str, Opportunity] = {}
        # The first row of each of the employer's own numbers, and of each title in its place.
        self.first: dict[str, int] = {}
        self.titles: dict[tuple[str, ...], int] = {}
        self._look_through()

    def _look_through(self) -> None:
        names = ("external_id", "title", "place", "zips", "city", "kind")
        numbers = [self.columns.get(name) for name in names]
        rows = self.batch.rows.order_by("number").values_list("number", "cells")
        for number, row in rows.iterator(chunk_size=500):
            own, *said = (
                "" if n is None or n >= len(row) else row[n].strip().casefold() for n in numbers
            )
            if own:
                self.first.setdefault(own, number)
            self.titles.setdefault(tuple(said), number)

    def beginning(self, kind: str) -> tuple[dict[str, Any], list[tuple[Place, str]]]:
        """What a new posting of that kind begins with (see `usual`)."""
        if kind not in self.beginnings:
            self.beginnings[kind] = beginning_of(self.employer, kind)
        return self.beginnings[kind]

    def prepare(self, rows: Iterable[ImportRow]) -> None:
        """Look up, at once, the postings that these rows may be about."""
        told = [self._texts(row) for row in rows]
        keys = {t["portal_id"] for t in told if re.fullmatch(r"\d{1,18}", t.get("portal_id", ""))}
        own = {t["external_id"] for t in told if "external_id" in t and "portal_id" not in t}
        found = (
            Opportunity.objects.filter(employer=self.employer, replaces__isnull=True)
            .filter(Q(pk__in=keys) | Q(external_id__in=own & self.known_numbers - {""}))
            .with_everything()
            .select_related("pre_apprenticeship", "placement", "training", "visit")
            .prefetch_related("terms__steps", "training__steps", "skills")
        )
        self.targets = {}
        for target in found if keys or own & self.known_numbers else []:
            self.targets[f"#{target.pk}"] = self.targets[target.external_id] = target

    # One row

    def check(self, row: ImportRow) -> Checked:
        checked = Checked()
        given: dict[str, Any] = {}
        texts = self._texts(row)
        try:
            self._refuse_untidy(row, texts)
            checked.target = self._target(row, texts)
            checked.kind = self._kind(texts, checked)
        except CellError as error:
            checked.errors.append([error.column, str(error)])
            return checked
        self._read(texts, given, checked)
        self._read_places(texts, given, checked)
        of_kind, wrong = self.beside.read(checked.kind, texts, checked.notices)
        checked.errors += [[self.name_of(name), said] for name, said in wrong]
        if checked.target is None:
            self._begin(row, texts, given, of_kind, checked)
        else:
            Comparing(self, checked.target, checked).compare(given, of_kind)
        return checked

    def _texts(self, row: ImportRow) -> dict[str, str]:
        """{field: text} of the cells that say something."""
        texts = {
            name: cells.without_markup(row.cells[number]).strip()
            for name, number in self.columns.items()
            if name in COLUMNS and number < len(row.cells)
        }
        return {name: text for name, text in texts.items() if text}

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

    def _refuse_untidy(self, row: ImportRow, texts: dict[str, str]) -> None:
        extra = len([cell for cell in row.cells[len(self.batch.header) :] if cell])
        if extra:
            more = "one cell more" if extra == 1 else f"{extra} cells more"
            raise CellError(
                f"This row has {more} than there are columns. Does a text with a separator in it "
                "stand without quotes?"
            )
        own = texts.get("external_id", "")
        if own and self.first.get(own.casefold(), row.number) != row.number:
            raise CellError(
                f"Reference {short(own)} stands in this file already, in row "
                f"{self.first[own.casefold()]}.",
                self.name_of("external_id"),
            )

    def _target(self, row: ImportRow, texts: dict[str, str]) -> Opportunity | None:
        """The posting that the row is about, if it is one of the employer's."""
        if number := texts.get("portal_id"):
            found = self.targets.get(f"#{number}")
            if found is None and not self.choices.get(AS_NEW):
                raise CellError(
                    f"No posting of {self.organization} has the number {short(number)} here.",
                    self.name_of("portal_id"),
                )
            return found
        return self.targets.get(texts.get("external_id") or "#")

    def _kind(self, texts: dict[str, str], checked: Checked) -> str:
        if "kind" in texts:
            try:
                kind = cells.choice("kind", texts["kind"])
            except CellError as error:
                raise CellError(str(error), self.name_of("kind")) from error
        else:
            kind = checked.target.kind if checked.target else self.choices.get("kind", "")
        if not kind:
            raise CellError("The kind is missing, and none was chosen for all.", "Kind")
        if checked.target and checked.target.kind != kind:
            raise CellError(
                f"This posting is of another kind ({checked.target.get_kind_display()}). "
                "Kinds do not change; post it anew under another reference.",
                self.name_of("kind"),
            )
        return str(kind)

    # Reading

    def _read(self, texts: dict[str, str], given: dict[str, Any], checked: Checked) -> None:
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

    def _read_day(self, name: str, text: str, given: dict[str, Any], checked: Checked) -> None:
        if name == "starts_on" and heading_key(text) in cells.START_WORDS:
            given["start_kind"] = cells.START_WORDS[heading_key(text)]
            return
        if heading_key(text) in cells.NO_DAY:
            checked.notices.append(f"“{short(text)}” under {self.name_of(name)} is no day.")
            if name == "starts_on":
                given.setdefault("starts_note", short(text, 60))
            return
        heading = str(self.batch.header[self.columns[name]])
        given[name] = cells.day_or_offset(text, offset=is_offset(heading))

    def _read_sector(self, text: str, given: dict[str, Any], checked: Checked) -> None:
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

    def _settle_pay(self, given: dict[str, Any], checked: Checked) -> None:
        if given.get("pay_min") and not given.get("paid"):
            given["paid"] = self.choices.get("paid") or Paid.WAGE
        if not given.get("pay_unit"):
            given.pop("pay_unit", None)
            if given.get("pay_min") and "pay_unit" in self.choices:
                given["pay_unit"] = self.choices["pay_unit"]
        try:
            cells.guess_unit(given, checked.notices)
        except CellError as error:
            checked.errors.append([self.name_of("pay_unit"), str(error)])

    def _settle_requirements(self, given: dict[str, Any], checked: Checked) -> None:
        """Long requirements stand below the tasks: the line for them is short."""
        note = given.get("needs_note", "")
        if len(note) <= 200 and "\n" not in note:
            return
        del given["needs_note"]
        given["tasks"] = "\n\n".join(
            part for part in (given.get("tasks"), f"Needed: {note}") if part
        )
        checked.notices.append("The requirements are long and stand below what they will do.")

    def _read_places(self, texts: dict[str, str], given: dict[str, Any], checked: Checked) -> None:
        name = next((n for n in ("zips", "place", "city") if n in texts), "")
        street = texts.get("street", "")
        if "place_note" in texts:
            given["place_note"] = texts["place_note"]
        places: list[Place] | None = None
        try:
            if name:
                find = self.gazetteer.codes if name == "zips" else self.gazetteer.find
                places = find(texts[name])
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
        given: dict[str, Any],
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

    # A new draft

    def form(self, kind: str) -> RowForm:
        """The form of new postings of a kind; `rebound` fills it in."""
        if kind not in self.forms:
            self.forms[kind] = RowForm({}, instance=Opportunity(employer=self.employer, kind=kind))
        return self.forms[kind]

    def _begin(
        self,
        row: ImportRow,
        texts: dict[str, str],
        given: dict[str, Any],
        of_kind: dict[str, Any],
        checked: Checked,
    ) -> None:
        form = self.form(checked.kind)
        for name, value in self.choices.items():
            if name in form.fields and not given.get(name):
                given[name] = value
        instance = Opportunity(employer=self.employer, kind=checked.kind)
        self.validate(rebound(form, given, instance), given, checked)
        self._check_kind(instance, of_kind, checked)
        if checked.errors:
            return
        sector = checked.values.get("sector") or self.chosen_sector or self.organization.sector
        checked.values |= self.values(form, given) | {"sector": sector}
        checked.outcome = RowOutcome.NEW
        self.notice_pay(checked)
        self._look_for_likes(row, texts, checked)

    def _check_kind(self, posting: Opportunity, given: dict[str, Any], checked: Checked) -> None:
        if not given:
            return
        if checked.kind == Kind.APPRENTICESHIP:
            given = {"sponsor": self.organization.name} | given
        page, wrong = self.beside.check(posting, given)
        checked.errors += [[self.name_of(name), str(said)] for name, said in wrong]
        checked.rows = {} if wrong else page.extras()

    def validate(self, form: RowForm, given: dict[str, Any], checked: Checked) -> None:
        """The rules of the posting form, each sentence once, beside the column it is about."""
        opens = given.get("opens_on")
        for name, sentences in form.errors.items():
            for sentence in sentences:
                if not any(sentence == said for _, said in checked.errors):
                    checked.errors.append([self.name_of(name), str(sentence)])
        self._validate_street(checked)
        if isinstance(opens, date) and timezone.localdate() - opens > LONG_AGO:
            # It says when the list was made, not when people should see it.
            label = self.name_of("opens_on")
            checked.errors = [e for e in checked.errors if e[0] != label]
            given.pop("opens_on")
            checked.notices.append(
                f"{opens:%d %B %Y} is long over; it is shown as soon as it is approved."
            )

    def _validate_street(self, checked: Checked) -> None:
        for _, street in checked.locations or []:
            try:
                plain_line(street)
            except ValidationError as error:
                checked.errors.append([self.name_of("street"), error.messages[0]])
            if len(street) > 120:
                checked.errors.append([self.name_of("street"), "Use at most 120 characters."])

    def values(self, form: RowForm, given: dict[str, Any]) -> dict[str, Any]:
        """Columns of the posting for what was given."""
        cleaned = form.cleaned_data
        values = {name: cleaned[name] for name in given if name in cleaned and name not in DAYS}
        if set(START) & set(given):
            values |= {name: cleaned.get(name) for name in START}
        if "opens_on" in given:
            values["opens_at"] = form.instance.opens_at
        if "closes_on" in given:
            values["closes_at"] = form.instance.closes_at
        if values.get("paid") == Paid.UNPAID:
            values["pay_min"] = values["pay_max"] = None
        if any(name.startswith("cost_") for name in given) and form.costs:
            values |= {"costs": form.costs, "learner_cost": cleaned["learner_cost"]}
        if "supports" in values or "class_payer" in values:
            values["supports"] = [s for s in form.values()["supports"] if s in Support.values]
        return values

    def notice_pay(self, checked: Checked) -> None:
        values = checked.values
        if values.get("pay_unit") == PayUnit.YEAR and values.get("pay_min"):
            checked.notices.append(
                f"Yearly pay is kept as yearly: {money(values['pay_min'])} a year."
            )

    def _look_for_likes(self, row: ImportRow, texts: dict[str, str], checked: Checked) -> None:
        """A posting of the same title, kind and place is in the works or open already."""
        said = tuple(texts.get(n, "").casefold() for n in "title place zips city kind".split())
        first = self.titles.get(said, row.number)
        if first < row.number and "external_id" not in texts:
            checked.notices.append(f"Looks like row {first} of this file.")
        if checked.values["title"].casefold() not in self.known_titles:
            return
        places = [place for place, _ in checked.locations or []]
        alike = (
            Opportunity.objects.filter(
                Q(closes_at__isnull=True) | Q(closes_at__gt=timezone.now()),
                employer=self.employer,
                replaces__isnull=True,
                kind=checked.kind,
                title__iexact=checked.values["title"],
            )
            .exclude(state__in=[State.CLOSED, State.ARCHIVED])
            .exclude(batch=self.batch)
            .prefetch_related("locations")
        )
        for other in alike[:20]:
            theirs = {location.place_id for location in other.locations.all()}
            if theirs & {place.pk for place in places} or not (theirs or places):
                standing = other.get_state_display().lower()
                checked.notices.append(
                    f"Looks like a posting of yours ({standing}): {other.title}."
                )
                if not self.choices.get(TAKE_ALIKE):
                    checked.outcome = RowOutcome.ALIKE
                return


def _streets(text: str, places: int) -> list[str]:
    """A street for each place where so many are named, else that of the first: "1 Main St; ;"."""
    parts = [part.strip() for part in text.split(";")]
    if places > 1 and 1 < len(parts) <= places:
        return parts + [""] * (places - len(parts))
    return ([text] + [""] * places)[:places]
