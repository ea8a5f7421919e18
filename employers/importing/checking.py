"""What a row of a file would become. Nothing is saved here: the dry run shows it, and saving
asks the same again."""

import re
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils import timezone

from employers.choices import Kind, Mode, Paid, PayUnit, RowOutcome, State, Support
from employers.forms.imports import RowForm, rebound
from employers.importing import cells, days
from employers.importing.cells import CellError, short
from employers.importing.columns import COLUMNS, heading_key
from employers.importing.comparing import Comparing
from employers.importing.meaning import AS_NEW, DAYS, START, TAKE_ALIKE, Checked, Reader
from employers.models import Import, ImportRow, Opportunity
from employers.postings.usual import beginning_of
from vocabularies.models import Place
from vocabularies.templatetags.words import money
from vocabularies.text import plain_line

LONG_AGO = timedelta(days=366)
# What a spreadsheet shows where a formula fails.
FAULTS = {"#REF!", "#N/A", "#VALUE!", "#NAME?", "#DIV/0!", "#NULL!", "#NUM!"}


class Checker:
    """Checks rows of one import; what it looks up, and its forms, are kept between rows."""

    def __init__(self, batch: Import) -> None:
        self.batch, self.employer = batch, batch.employer
        self.organization = batch.employer.organization
        self.columns: dict[str, int] = batch.columns
        self.choices: dict[str, Any] = batch.choices
        self.reader = Reader(batch)
        self.forms: dict[str, RowForm] = {}
        self.beginnings: dict[str, tuple[dict[str, Any], list[tuple[Place, str]]]] = {}
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
        dated = [name for name in DAYS if name in self.columns]
        rows = self.batch.rows.order_by("number").values_list("number", "cells")
        for number, row in rows.iterator(chunk_size=500):
            own, *said = (
                "" if n is None or n >= len(row) else row[n].strip().casefold() for n in numbers
            )
            if own:
                self.first.setdefault(own, number)
            self.titles.setdefault(tuple(said), number)
            for name in dated:
                text = row[self.columns[name]] if self.columns[name] < len(row) else ""
                self.reader.orders.setdefault(name, set()).update(days.orders([text]))

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
        texts = self._texts(row)
        try:
            self._refuse_untidy(row, texts)
            checked.target = self._target(row, texts)
            checked.kind = self._kind(texts, checked)
        except CellError as error:
            checked.errors.append([error.column, str(error)])
            return checked
        given, of_kind = self.reader.read(texts, checked)
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

    def _refuse_untidy(self, row: ImportRow, texts: dict[str, str]) -> None:
        extra = len([cell for cell in row.cells[len(self.batch.header) :] if cell])
        if extra:
            more = "one cell more" if extra == 1 else f"{extra} cells more"
            raise CellError(
                f"This row has {more} than there are columns. Does a text with a separator in it "
                "stand without quotes?"
            )
        for name, text in texts.items():
            if text in FAULTS:
                raise CellError(
                    f"{text} is a fault of a formula. Mend it in your file.",
                    self.reader.name_of(name),
                )
        own = texts.get("external_id", "")
        if own and self.first.get(own.casefold(), row.number) != row.number:
            raise CellError(
                f"Reference {short(own)} stands in this file already, in row "
                f"{self.first[own.casefold()]}.",
                self.reader.name_of("external_id"),
            )

    def _target(self, row: ImportRow, texts: dict[str, str]) -> Opportunity | None:
        """The posting that the row is about, if it is one of the employer's."""
        if number := texts.get("portal_id"):
            found = self.targets.get(f"#{number}")
            if found is None and not self.choices.get(AS_NEW):
                raise CellError(
                    f"No posting of {self.organization} has the number {short(number)} here.",
                    self.reader.name_of("portal_id"),
                )
            return found
        return self.targets.get(texts.get("external_id") or "#")

    def _kind(self, texts: dict[str, str], checked: Checked) -> str:
        if "kind" in texts:
            try:
                kind = cells.choice("kind", texts["kind"])
            except CellError as error:
                raise CellError(str(error), self.reader.name_of("kind")) from error
            _notice_kind(texts["kind"], kind, checked)
        else:
            kind = checked.target.kind if checked.target else self.choices.get("kind", "")
        if not kind:
            raise CellError("The kind is missing, and none was chosen for all.", "Kind")
        if checked.target and checked.target.kind != kind:
            raise CellError(
                f"This posting is of another kind ({checked.target.get_kind_display()}). "
                "Kinds do not change; post it anew under another reference.",
                self.reader.name_of("kind"),
            )
        return str(kind)

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
        theirs = self.reader.chosen_sector or self.organization.sector
        sector = checked.values.get("sector") or theirs
        checked.values |= self.values(form, given) | {"sector": sector}
        self._keep_ways_apart(checked)
        self._keep_places_apart(checked)
        self._notice_usual_place(checked)
        checked.outcome = RowOutcome.NEW
        self.notice_pay(checked)
        self._look_for_likes(row, texts, checked)

    def _notice_usual_place(self, checked: Checked) -> None:
        usual = [str(place) for place, _ in self.beginning(checked.kind)[1]]
        may_say = {"zips", "place", "city"} & set(self.columns)
        if usual and may_say and checked.locations is None:
            said = f"No place is said, so your usual one is taken: {', '.join(usual)}."
            checked.notices.append(said)

    def _keep_ways_apart(self, checked: Checked) -> None:
        """The usual way to apply, with the address of a row, would be a link to nowhere."""
        values, (usual, _) = checked.values, self.beginning(checked.kind)
        if values.get("apply_to") and not values.get("apply_by"):
            values["apply_by"] = ""
        elif values.get("apply_by", usual.get("apply_by")) != usual.get("apply_by"):
            values.setdefault("apply_to", "")

    def _keep_places_apart(self, checked: Checked) -> None:
        """What is usual of another place is not said of that of a row."""
        usual, pairs = self.beginning(checked.kind)
        theirs = {place for place, _ in checked.locations or []}
        if not theirs or theirs == {place for place, _ in pairs}:
            return
        checked.values.setdefault("place_note", "")
        if usual.get("mode") == Mode.REMOTE:
            checked.values.setdefault("mode", "")

    def _check_kind(self, posting: Opportunity, given: dict[str, Any], checked: Checked) -> None:
        if not given:
            return
        if checked.kind == Kind.APPRENTICESHIP:
            given = {"sponsor": self.organization.name} | given
        page, wrong = self.reader.beside.check(posting, given)
        checked.errors += [[self.reader.name_of(name), str(said)] for name, said in wrong]
        checked.rows = {} if wrong else page.extras()

    def validate(self, form: RowForm, given: dict[str, Any], checked: Checked) -> None:
        """The rules of the posting form, each sentence once, beside the column it is about."""
        opens = given.get("opens_on")
        for name, sentences in form.errors.items():
            for sentence in sentences:
                if not any(sentence == said for _, said in checked.errors):
                    checked.errors.append([self.reader.name_of(name), str(sentence)])
        self._validate_street(checked)
        if isinstance(opens, date) and timezone.localdate() - opens > LONG_AGO:
            # It says when the list was made, not when people should see it.
            label = self.reader.name_of("opens_on")
            checked.errors = [e for e in checked.errors if e[0] != label]
            given.pop("opens_on")
            checked.notices.append(
                f"{opens:%d %B %Y} is long over; it is shown as soon as it is approved."
            )

    def _validate_street(self, checked: Checked) -> None:
        column = self.reader.name_of("street")
        for _, street in checked.locations or []:
            try:
                plain_line(street)
            except ValidationError as error:
                checked.errors.append([column, error.messages[0]])
            if len(street) > 120:
                checked.errors.append([column, "Use at most 120 characters."])

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


def _notice_kind(text: str, kind: str, checked: Checked) -> None:
    """What is called otherwise may be meant otherwise: "Job"."""
    label = str(Kind(kind).label)
    said, known = (heading_key(words).replace(" ", "") for words in (text, label))
    if known not in said and not known.startswith(said[:6]):
        checked.notices.append(f"“{short(text)}” is read as {label}.")
