"""The demo's employers and opportunities: their table, their words, and the life each has had."""

import re
import tomllib
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.contrib.contenttypes.models import ContentType

from accounts.actions import record
from accounts.choices import ReviewState
from accounts.models import Entry, Organization, Review, User
from employers.actions import keep_search_words, refresh_search_words
from employers.choices import (
    Agency,
    ApplyBy,
    Approach,
    ClassPayer,
    Education,
    HoursPer,
    Kind,
    LengthUnit,
    Mode,
    Outcome,
    Paid,
    Registration,
    StartKind,
    State,
    Support,
    Term,
)
from employers.forms import even_ladder
from employers.models import (
    ApprenticeshipTerms,
    Employer,
    Location,
    Opportunity,
    Placement,
    SkillWanted,
    TrainingPlan,
    TrainingStep,
    Visit,
    WageStep,
)
from partnerships.demo import organizations, programs
from partnerships.demo.files import DATA, at, table
from partnerships.demo.people import PEOPLE
from programs.models import Program
from vocabularies.models import Place, Skill
from vocabularies.text import to_html

Row = dict[str, str]
Words = dict[str, Any]

NAMESPACE = uuid.UUID("5d3a52f2-0b0c-4c6e-9d50-6f1f5b1c9a40")
PUBLISHER = "ines.calloway"
STATES = {
    "published": State.PUBLISHED,
    "scheduled": State.PUBLISHED,
    "expired": State.PUBLISHED,
    "pending review": State.IN_REVIEW,
    "draft": State.DRAFT,
    "filled": State.CLOSED,
}
UNITS = {
    "h": LengthUnit.HOURS,
    "d": LengthUnit.DAYS,
    "day": LengthUnit.DAYS,
    "wk": LengthUnit.WEEKS,
    "mo": LengthUnit.MONTHS,
    "yr": LengthUnit.YEARS,
    "semester": LengthUnit.SEMESTERS,
    "semesters": LengthUnit.SEMESTERS,
}
SEASONS = [Term.SPRING] * 4 + [Term.SUMMER] * 3 + [Term.FALL] * 4 + [Term.WINTER]
# A grade stands for the age that most learners have in it.
GRADES = {"grade 10+": 15, "grade 11+": 16}
HOURS_A_YEAR = 2000


def load(today: date, people: dict[str, User]) -> None:
    """Make or refresh all employers and opportunities; dates are counted from `today`."""
    employers = _load_employers()
    texts = tomllib.loads((DATA / "opportunities.toml").read_text(encoding="utf-8"))
    found = _programs()
    members = {p.organization: people[p.login] for p in PEOPLE if p.organization}
    rows = table("opportunities")
    made = []
    for row in rows:
        words, employer = texts[row["ref"]], employers[row["employer_ref"]]
        opportunity = _opportunity(row, words, today, employer, found.get(row["program_ref"]))
        opportunity.created_by = members.get(employer.organization.slug)
        _keep(opportunity, row)
        _keep_details(opportunity, words, today)
        if opportunity.kind == Kind.APPRENTICESHIP:
            _keep_terms(opportunity, row, words["terms"])
        keep_search_words(opportunity)
        made.append(opportunity)
    _forget_history(made)
    _tell_history(zip(made, rows, strict=True), today, people[PUBLISHER])
    refresh_search_words()


def remove() -> None:
    """Take away these opportunities with their history, and employers that have no other."""
    ours = list(Opportunity.objects.filter(form_token__in=[token_of(r) for r in refs()]))
    _forget_history(ours)
    for opportunity in ours:
        opportunity.delete()
    slugs = [row["slug"] for row in table("employers")]
    Employer.objects.filter(organization__slug__in=slugs, opportunities__isnull=True).delete()


def refs() -> list[str]:
    return [row["ref"] for row in table("opportunities")]


def token_of(ref: str) -> uuid.UUID:
    """The form token of an opportunity (O01): by it a second load finds the first's row."""
    return uuid.uuid5(NAMESPACE, ref)


# What it stands on


def _load_employers() -> dict[str, Employer]:
    """Employers by their reference (E01), with what each offers its staff."""
    employers = {}
    for row in table("employers"):
        offers = row["offers"]
        employers[row["ref"]], _ = Employer.objects.update_or_create(
            organization=Organization.objects.get(slug=row["slug"]),
            defaults={
                "tuition_assistance": "tuition" in offers,
                "flexible_schedules": "flex" in offers,
                "on_the_job_training": "OJT" in offers,
                "mentoring": "mentoring" in offers,
            },
        )
    return employers


def _programs() -> dict[str, Program]:
    """The demo's programs by their reference (P01)."""
    rows = Program.objects.filter(
        title__in=programs.titles(), provider__organization__slug__in=organizations.slugs()
    )
    by_title = {program.title: program for program in rows}
    return {row["ref"]: by_title[row["title"]] for row in table("programs")}


# One opportunity


def _opportunity(
    row: Row, words: Words, today: date, employer: Employer, program: Program | None
) -> Opportunity:
    """Unsaved, with every field; what `words` says stands before what is derived here."""
    organization = employer.organization
    fields: dict[str, Any] = {
        "form_token": token_of(row["ref"]),
        "employer": employer,
        "kind": Kind(row["kind"].lower().replace(" ", "-")),
        "title": row["title"],
        "sector": organization.sector,
        "occupation_id": row["onet_soc"],
        "program": program,
        "mode": Mode.REMOTE if row["mode"].startswith(("remote", "virtual")) else Mode(row["mode"]),
        "education": _education(row["requirements"]),
        "minimum_age": _age(row["requirements"]),
        "apply_by": ApplyBy.EMAIL,
        "openings": int(row["slots"]),
    }
    fields |= _hours(row) | _length(row["length"]) | _pay(row["pay"]) | _dates(row, today)
    fields |= {name: value for name, value in words.items() if name not in BESIDE}
    fields["apply_steps"] = _numbered(words["apply_steps"])
    fields |= {f"{name}_html": to_html(fields.get(name, "")) for name in PROSE}
    if fields["apply_by"] == ApplyBy.EMAIL:
        fields["apply_to"] = organization.email
    if fields["kind"] not in (Kind.JOB_SHADOW, Kind.MENTORING):
        fields |= _class(words, pays=bool(program and employer.tuition_assistance))
    if fields["kind"] in (Kind.INTERNSHIP, Kind.CO_OP):
        fields.setdefault("term", SEASONS[fields["starts_on"].month - 1])
    return Opportunity(**fields)


# What of the words lies in rows beside the posting.
BESIDE = {"terms", "placement", "training", "visit", "skills"}
PROSE = ("tasks", "lessons", "apply_steps")


def _numbered(lines: list[str]) -> str:
    return "\n".join(f"{number}. {line}" for number, line in enumerate(lines, start=1))


def _hours(row: Row) -> dict[str, Any]:
    """ "40 h" a week, "2 h/mo" a month; of a visit in all, "4 h x 5" on five days together."""
    text = row["hours"].replace("1 day", "8 h")
    hours, days = re.fullmatch(r"(\d+) h(?:/mo)?(?: x (\d+))?", text).groups()  # type: ignore[union-attr]
    number = Decimal(hours) * int(days or 1)
    per = HoursPer.MONTH if "/mo" in text else HoursPer.WEEK
    if row["kind"] == Kind.JOB_SHADOW.label:
        per = HoursPer.VISIT
    return {"hours_min": number, "hours_max": number, "hours_per": per}


def _length(text: str) -> dict[str, Any]:
    """ "8,000 h", "18 mo (competency)", "2 x 6 mo" (twelve months)."""
    times, number, unit = re.match(r"(?:(\d+) x )?([\d,]+) (\w+)", text).groups()  # type: ignore[union-attr]
    length = int(times or 1) * int(number.replace(",", ""))
    return {"length": length, "length_unit": UNITS[unit]}


def _pay(text: str) -> dict[str, Any]:
    if text == "unpaid":
        return {"paid": Paid.UNPAID}
    low, high = re.findall(r"[\d.]+", text)
    return {"paid": Paid.WAGE, "pay_min": Decimal(low), "pay_max": Decimal(high)}


def _education(text: str) -> Education:
    if text.startswith("enrolled"):
        return Education.ENROLLED
    known = {"HS/GED": Education.HIGH_SCHOOL, "some college": Education.SOME_COLLEGE}
    return known.get(text, Education.NONE)


def _age(text: str) -> int | None:
    if text in GRADES:
        return GRADES[text]
    found = re.search(r"(\d\d)\+", text)
    return int(found.group(1)) if found else None


def _class(words: Words, *, pays: bool) -> dict[str, Any]:
    """Who pays a class: the employer where it gives tuition assistance and there is a program."""
    payer = words.get("class_payer", ClassPayer.EMPLOYER if pays else ClassPayer.NO_CLASS)
    supports = [*words.get("supports", [])]
    if payer == ClassPayer.EMPLOYER:
        supports.insert(0, Support.CLASS)
    cost = Decimal(words.get("learner_cost", 0))
    return {"class_payer": payer, "learner_cost": cost, "supports": supports}


def _dates(row: Row, today: date) -> dict[str, Any]:
    """When it opens, closes and starts, and the state it is in."""
    state, life = STATES[row["state"]], _life(row, today)
    fields: dict[str, Any] = {
        "state": state,
        "closes_at": at(today, int(row["closes_offset_d"]), 23, 59),
        "starts_on": at(today, int(row["starts_offset_d"])).date(),
        "created_at": life.began,
        "changed_at": life.closed or life.decided or life.sent or life.began,
    }
    fields |= _start(fields["starts_on"], fields["closes_at"].date())
    if state in (State.PUBLISHED, State.CLOSED):
        opens_at = at(today, int(row["posted_offset_d"]))
        fields |= {"opens_at": opens_at, "public_since": opens_at}
    if state == State.CLOSED:
        fields |= {"outcome": Outcome.FILLED_HERE, "filled": int(row["slots"])}
    return fields


def _start(first: date, closes: date) -> dict[str, Any]:
    """A place that takes people until after its first day starts them one by one."""
    if first >= closes:
        return {"start_kind": StartKind.DAY}
    return {"start_kind": StartKind.BETWEEN, "starts_until": closes + timedelta(days=14)}


def _keep(opportunity: Opportunity, row: Row) -> None:
    """Save it over the row of an earlier load, and put it in its place."""
    found = Opportunity.objects.filter(form_token=opportunity.form_token).first()
    if found:
        opportunity.pk = found.pk
        found.locations.all().delete()
    opportunity.save()
    city, _, code = row["place"].rpartition(" ")
    if city:
        Location.objects.create(opportunity=opportunity, place=Place.objects.get(zip=code))


# What its kind has beside the rest


def _keep_details(opportunity: Opportunity, words: Words, today: date) -> None:
    opportunity.skills.all().delete()
    for name, level in words.get("skills", []):
        skill = Skill.objects.get(name=name)
        SkillWanted.objects.create(opportunity=opportunity, skill=skill, level=level)
    for model in (Placement, TrainingPlan, Visit):
        model._default_manager.filter(opportunity=opportunity).delete()
    if "placement" in words:
        Placement.objects.create(opportunity=opportunity, **_stripped(words["placement"]))
    if "training" in words:
        _keep_training(opportunity, words["training"])
    if "visit" in words:
        _keep_visit(opportunity, words["visit"], today)


def _stripped(words: Words) -> Words:
    return {k: value.strip() if isinstance(value, str) else value for k, value in words.items()}


def _keep_training(opportunity: Opportunity, words: Words) -> None:
    said = {name: value for name, value in words.items() if name != "outline"}
    plan = TrainingPlan.objects.create(opportunity=opportunity, **said)
    TrainingStep.objects.bulk_create(
        TrainingStep(plan=plan, skill=skill, hours=hours, measured=measured)
        for skill, hours, measured in words["outline"]
    )


def _keep_visit(opportunity: Opportunity, words: Words, today: date) -> None:
    """The day of the background check is counted from today, as the other dates are."""
    said = {name: value for name, value in words.items() if name != "background_on_offset"}
    if "background_on_offset" in words:
        said["background_on"] = today + timedelta(days=words["background_on_offset"])
    Visit.objects.create(opportunity=opportunity, **said)


# Terms of an apprenticeship


def _keep_terms(opportunity: Opportunity, row: Row, words: Words) -> None:
    months, hours = _months_and_hours(opportunity)
    by_skills = "competency" in row["length"]
    apprentices, journeyworkers = words["ratio"]
    registered = bool(row["rapids_code"])
    terms, _ = ApprenticeshipTerms.objects.update_or_create(
        opportunity=opportunity,
        defaults={
            "registration": Registration.REGISTERED if registered else Registration.PENDING,
            "agency": Agency.FEDERAL,
            "sponsor": opportunity.employer_name,
            "program_number": f"DEMO-{row['rapids_code']}" if registered else "",
            "rapids_code": row["rapids_code"],
            "approach": Approach.COMPETENCY if by_skills else Approach.TIME,
            "job_hours": None if by_skills else hours,
            "months": months,
            "instruction_hours": 144,
            "instruction_when": words["instruction_when"],
            "instruction_note": words["instruction_note"],
            "journey_rate": _full_rate(opportunity.pay_max),
            "ratio_apprentices": apprentices,
            "ratio_journeyworkers": journeyworkers,
            "probation_months": words["probation_months"],
            "credential": words["credential"],
        },
    )
    terms.steps.all().delete()
    WageStep.objects.bulk_create(
        WageStep(terms=terms, after=after, rate=rate)
        for after, rate in _ladder(opportunity, months if by_skills else hours, by_skills)
    )


def _months_and_hours(opportunity: Opportunity) -> tuple[int, int]:
    length = opportunity.length or 0
    if opportunity.length_unit == LengthUnit.HOURS:
        return 12 * length // HOURS_A_YEAR, length
    months = length * 12 if opportunity.length_unit == LengthUnit.YEARS else length
    return months, months * HOURS_A_YEAR // 12


def _ladder(opportunity: Opportunity, length: int, by_skills: bool) -> list[tuple[int, Decimal]]:
    """A step each 1,000 hours; by skills each half year, in the course of one year each quarter."""
    count = length // 1000
    if by_skills:
        count = 4 if length == 12 else length // 6
    return even_ladder(
        low=opportunity.pay_min,  # type: ignore[arg-type]
        high=opportunity.pay_max,  # type: ignore[arg-type]
        length=length,
        count=count,
    )


def _full_rate(highest: Decimal | None) -> Decimal:
    """The pay of a finished worker: an apprentice's last step is nine tenths of it."""
    return round((highest or Decimal(0)) / Decimal("0.9") * 20) / Decimal(20)


# History


@dataclass(frozen=True)
class Life:
    """When it was begun, sent in, decided and closed; None for what has not happened."""

    began: datetime
    sent: datetime | None = None
    decided: datetime | None = None
    closed: datetime | None = None


def _life(row: Row, today: date) -> Life:
    """Told backward from the day in the table; a scheduled one was approved two days ago."""
    day = -2 if row["state"] == "scheduled" else int(row["posted_offset_d"])
    if row["state"] == "draft":
        return Life(began=at(today, day, 16, 20))
    if row["state"] == "pending review":
        return Life(began=at(today, day - 1, 14, 10), sent=at(today, day, 9, 40))
    filled = row["state"] == "filled"
    return Life(
        began=at(today, day - 6, 14, 10),
        sent=at(today, day - 3, 15, 30),
        decided=at(today, day),
        closed=at(today, int(row["closes_offset_d"]) - 4, 10, 30) if filled else None,
    )


def _forget_history(opportunities: list[Opportunity]) -> None:
    about = {
        "subject_type": ContentType.objects.get_for_model(Opportunity),
        "subject_id__in": [str(opportunity.pk) for opportunity in opportunities],
    }
    Entry.objects.filter(**about).delete()
    Review.objects.filter(**about).delete()


def _tell_history(told: Iterable[tuple[Opportunity, Row]], today: date, by: User) -> None:
    """An Entry for each step of each life, and the Review that it went through."""
    entries: list[Entry] = []
    for opportunity, row in told:
        life = _life(row, today)
        entries += _entries(opportunity, life, by)
        if life.sent:
            _review(opportunity, life, by)
    Entry.objects.bulk_update(entries, ["at", "by_name"])


def _entries(opportunity: Opportunity, life: Life, by: User) -> list[Entry]:
    """Employers of whom nobody signs in to the demo are named by their organization."""
    member = opportunity.created_by
    steps = [
        (life.began, "began a draft", member, None, None),
        (life.sent, "sent to review", member, None, None),
        (life.decided, "published", by, State.IN_REVIEW, State.PUBLISHED),
        (life.closed, "closed", member, State.PUBLISHED, State.CLOSED),
    ]
    entries = []
    for moment, what, who, before, after in steps:
        if moment is None:
            continue
        entry = record(
            by=who,
            what=what,
            subject=opportunity,
            organization=opportunity.employer.organization,
            why=Outcome.FILLED_HERE.label if what == "closed" else "",
            before={"state": before} if before else None,
            after={"state": after} if after else None,
        )
        entry.at = moment
        entry.by_name = entry.by_name or opportunity.employer_name[:80]
        entries.append(entry)
    return entries


def _review(opportunity: Opportunity, life: Life, by: User) -> None:
    Review.objects.create(
        subject_type=ContentType.objects.get_for_model(opportunity),
        subject_id=str(opportunity.pk),
        organization=opportunity.employer.organization,
        state=ReviewState.APPROVED if life.decided else ReviewState.OPEN,
        sent_at=life.sent or life.began,
        sent_by=opportunity.created_by,
        decided_at=life.decided,
        decided_by=by if life.decided else None,
    )
