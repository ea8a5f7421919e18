"""A query in plain words: the chips of its filters, its name, and why a posting fits it."""

from collections.abc import Callable
from datetime import date
from functools import cached_property

from employers.browsing.filters import HOURS, MANY, PAY, START, UNDER_18
from employers.browsing.named import Naming
from employers.choices import SUPPORT_SHORT, Education, Kind, Mode
from employers.models import Opportunity
from vocabularies.lookups import miles_between
from vocabularies.templatetags.words import day, listed

# Kinds that are not counted: "on-the-job training", never "on-the-job trainings".
MASS = {Kind.ON_THE_JOB: "on-the-job training", Kind.MENTORING: "mentoring"}


def uncapped(words: str) -> str:
    """ "High school or GED" within a sentence: "high school or GED"."""
    return words[:1].lower() + words[1:]


class InWords(Naming):
    """What OpportunityQuery says of itself."""

    kind: list[str]
    sector: list[str]
    county: list[str]
    mode: list[str]
    supports: list[str]
    skill: list[str]
    education: list[str]
    q: str
    within: str
    pay: str
    hours: str
    start: str
    start_by: str
    under18: str
    without: Callable[[str, str], str]

    @cached_property
    def _names(self) -> dict[str, dict[str, str]]:
        """Words for the values of each key that takes several."""
        return {
            "kind": dict(Kind.choices),
            "mode": dict(Mode.choices),
            "education": dict(Education.choices),
            "supports": {s.value: word for s, word in SUPPORT_SHORT.items()},
        } | {
            key: {value: row.name for value, row in self.named.rows(key, values).items()}
            for key, values in (
                ("sector", self.sector),
                ("county", self.county),
                ("skill", self.skill),
            )
        }

    @property
    def occupation_words(self) -> str:
        """The title of the occupation, or the words as typed while several fit; "" without."""
        if self.occupation_row:
            return self.occupation_row.title
        return f"“{self.occupation}”" if self.occupation else ""

    @property
    def program_words(self) -> str:
        """The title of the program, as far as the public may know it."""
        row = self.program_row
        return row.title if row and row.is_shown else "one program"

    @property
    def start_day(self) -> str:
        return day(date.fromisoformat(self.start_by)) if self.start_by else ""

    @cached_property
    def chips(self) -> list[tuple[str, str]]:
        """The filters in use: (words, link without it)."""
        found: list[tuple[str, str]] = []

        def add(key: str, words: str) -> None:
            if value := getattr(self, key):
                found.append((words, self.without(key, value)))

        add("q", f"“{self.q}”")
        for key in MANY:
            for value in getattr(self, key):
                found.append((self._names[key][value], self.without(key, value)))
        add("near", f"Within {self.within} miles of {self.near}")
        add("pay", PAY.get(self.pay, ""))
        add("hours", HOURS.get(self.hours, ""))
        add("start", f"Starts {uncapped(START.get(self.start, ''))}")
        add("start_by", f"Starts by {self.start_day}")
        add("under18", UNDER_18["1"])
        add("occupation", f"Work as {self.occupation_words}")
        add("program", f"Goes with {self.program_words}")
        return found

    @property
    def in_use(self) -> int:
        return len(self.chips)

    def describe(self) -> str:
        """“Apprenticeships within 25 miles of 78701”; “All opportunities”."""
        if self.kind:
            text = listed([MASS.get(Kind(k), f"{Kind(k).label.lower()}s") for k in self.kind])
        else:
            text = "opportunities" if self.chips else "all opportunities"
        if self.q:
            text += f" for “{self.q}”"
        if self.occupation:
            text += f" as {self.occupation_words}"
        if self.sector:
            text += f" in {self._any_of('sector')}"
        if self.near:
            text += f" within {self.within} miles of {self.near}"
        if self.county:
            text += f" in {self._any_of('county')}"
        if self.mode:
            text += f", {listed([uncapped(Mode(m).label) for m in self.mode], 'or')}"
        if self.pay:
            text += f", {uncapped(PAY[self.pay])}"
        if self.hours:
            text += f", {uncapped(HOURS[self.hours])}"
        if self.start:
            text += f", starting {uncapped(START[self.start])}"
        if self.start_by:
            text += f", starting by {self.start_day}"
        if self.education:
            text += f", {listed([uncapped(Education(e).label) for e in self.education], 'or')}"
        if self.under18:
            text += ", open to under-18s"
        if self.supports:
            text += f", with {listed([self._names['supports'][s].lower() for s in self.supports])}"
        if self.skill:
            text += f", with the skill {self._any_of('skill')}"
        if self.program:
            text += f", that go with {self.program_words}"
        return text[0].upper() + text[1:]

    def _any_of(self, key: str) -> str:
        return listed([self._names[key][value] for value in getattr(self, key)], "or")

    def distance_from(self, opportunity: Opportunity) -> float | None:
        """Miles from the ZIP code to the nearest of its places; None without either."""
        if self.centre is None:
            return None
        here = (self.centre.latitude, self.centre.longitude)
        miles = [miles_between(*here, p.latitude, p.longitude) for p in opportunity.locations.all()]
        return min(miles, default=None)

    def reasons_for(self, opportunity: Opportunity) -> list[str]:
        """Plain phrases why it matches: "it is an internship", "Kyle is 20 miles from 78701"."""
        reasons = []
        if self.kind:
            label = opportunity.get_kind_display().lower()
            article = "an" if label[0] in "aio" else "a"
            mass = opportunity.kind in MASS
            reasons.append(f"it is {label}" if mass else f"it is {article} {label}")
        if self.q:
            reasons.append(f"it speaks of “{self.q}”")
        if self.occupation:
            reasons.append(f"it is work as {self.occupation_words}")
        if self.sector and opportunity.sector:
            reasons.append(f"it is in {opportunity.sector.name}")
        miles = self.distance_from(opportunity) if self.near else None
        if miles is not None:
            reasons.append(f"{opportunity.where()} is {round_miles(miles)} from {self.near}")
        if self.county:
            reasons.append(f"it is in {self._any_of('county')}")
        if self.mode:
            reasons.append(f"it is {opportunity.get_mode_display().lower()}")
        if self.pay:
            reasons.append("it is paid" if self.pay == "paid" else f"it pays {PAY[self.pay]}")
        if self.hours:
            takes = (
                "is full-time" if self.hours == "full" else f"takes {uncapped(HOURS[self.hours])}"
            )
            reasons.append(f"it {takes}")
        if self.start:
            reasons.append(f"it starts {uncapped(START[self.start])}")
        if self.start_by:
            reasons.append(f"it starts by {self.start_day}")
        if self.education:
            asked = uncapped(opportunity.get_education_display())
            none = opportunity.education == Education.NONE
            reasons.append(asked if none else f"it asks for {asked}")
        if self.under18:
            reasons.append("it is open to under-18s")
        if self.supports:
            words = [self._names["supports"][s].lower() for s in self.supports]
            reasons.append(f"it gives {listed(words)}")
        if self.skill:
            reasons.append(f"it has to do with {self._any_of('skill')}")
        if self.program:
            reasons.append("it goes with your program")
        return reasons or ["you asked for every new opportunity"]


def round_miles(miles: float) -> str:
    """ "17 miles", "1 mile", "less than a mile"."""
    whole = round(miles)
    if whole < 1:
        return "less than a mile"
    return "1 mile" if whole == 1 else f"{whole:,} miles"
