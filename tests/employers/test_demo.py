"""The demo's forty opportunities, as a stranger meets them at noon of the day they were loaded.

The lists and the demo are loaded once, in the transaction of a TestCase, and rolled back.
"""

import csv
from collections import Counter
from datetime import date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

import time_machine
from django.contrib.contenttypes.models import ContentType
from django.test import TestCase

from accounts.models import Entry, Organization, Review, User
from employers.choices import Kind, LengthUnit, Paid, State
from employers.coach import remarks_on
from employers.models import ApprenticeshipTerms, Employer, Opportunity
from employers.postings.sections import needs_of
from partnerships.demo import loader, opportunities
from partnerships.demo.files import table
from vocabularies import loading

TODAY = date(2026, 5, 23)
NOON = datetime(2026, 5, 23, 12, tzinfo=ZoneInfo("America/Chicago"))
NEAR = "/opportunities.json?kind=apprenticeship&near=78701&within=25&sort=distance"
HIDDEN = {"O09", "O31", "O18", "O20", "O15", "O06", "O36"}
LISTS = ["/opportunities.json", "/opportunities.csv", "/opportunities.atom", "/opportunities.ics"]
REFS = opportunities.refs()


def quiet(line: str) -> None:
    pass


def load_lists() -> None:
    """The shipped lists, less what the demo does not name: all of them take seconds."""
    named = {row["onet_soc"] for row in table("opportunities")}
    keep = {
        "places": lambda row: row["state"] == "TX",
        "alternate_titles": lambda row: row["code"] in named,
        "preparations": lambda row: False,
    }
    with TemporaryDirectory() as folder:
        for source in loading.DATA.glob("*.csv*"):
            name = source.name.partition(".")[0]
            rows = loading.read(loading.DATA, name)
            with (Path(folder) / f"{name}.csv").open("w", newline="") as file:
                writer = csv.DictWriter(file, rows[0].keys())
                writer.writeheader()
                writer.writerows(row for row in rows if keep.get(name, bool)(row))
        loading.load(folder=Path(folder), progress=quiet)


def people() -> dict[str, User]:
    return {user.email.partition("@")[0]: user for user in User.objects.all()}


def of(ref: str) -> Opportunity:
    return Opportunity.objects.get(form_token=opportunities.token_of(ref))


def everything() -> dict[str, Opportunity]:
    """All forty by their reference, read at once."""
    by_token = {row.form_token: row for row in Opportunity.objects.with_everything()}
    return {ref: by_token[opportunities.token_of(ref)] for ref in REFS}


class DemoTest(TestCase):
    @classmethod
    def setUpTestData(cls):
        with time_machine.travel(NOON):
            load_lists()
            loader.load(today=TODAY, progress=quiet)

    def setUp(self):
        self.enterContext(time_machine.travel(NOON))

    def found(self, query: str) -> list[str]:
        """References of what the list holds for a query, in its order."""
        return self.refs_in(f"/opportunities.json?{query}")

    def refs_in(self, address: str) -> list[str]:
        ids = {row.pk: ref for ref, row in everything().items()}
        return [ids[row["id"]] for row in self.client.get(address).json()["results"]]

    # What is found

    def test_apprenticeships_near_the_center_are_these_seven_nearest_first(self):
        assert self.refs_in(NEAR) == ["O08", "O05", "O07", "O01", "O02", "O03", "O10"]

    def test_apprenticeships_near_the_center_are_as_far_as_they_should_be(self):
        response = self.client.get(NEAR.replace(".json", "/"))

        query, rows = response.context["query"], response.context["rows"]
        miles = [round(query.distance_from(row), 1) for row in rows]
        assert response.context["total"] == 7
        assert miles == [4.1, 6.5, 9.2, 17.2, 19.6, 19.6, 23.3]

    def test_words_of_the_trades_find_their_places(self):
        assert "O01" in self.found("q=electrician")
        assert "O27" in self.found("q=cna")
        assert "O17" in self.found("q=posproduccion")
        assert "O03" in self.found("q=refrigerant")

    def test_all_that_is_open_is_listed(self):
        assert set(self.found("")) == set(REFS) - HIDDEN

    # What is not

    def test_what_is_not_open_is_in_no_list(self):
        hidden = [of(ref).get_absolute_url() for ref in HIDDEN]
        shown = of("O01").get_absolute_url()

        for address in LISTS:
            body = self.client.get(address).getvalue().decode()
            assert shown in body
            assert [url for url in hidden if url in body] == []

    def test_what_closes_today_is_there_today_and_gone_tomorrow(self):
        assert "O19" in self.found("")

        with time_machine.travel(NOON.replace(hour=23, minute=58)):
            assert "O19" in self.found("")
        with time_machine.travel(NOON + timedelta(hours=12, minutes=1)):
            assert "O19" not in self.found("")

    def test_scheduled_one_opens_by_the_clock(self):
        with time_machine.travel(NOON + timedelta(days=5, hours=-4)):
            assert "O15" not in self.found("")
        with time_machine.travel(NOON + timedelta(days=5, hours=-2)):
            assert "O15" in self.found("")

    def test_open_job_says_so_to_machines_and_a_visit_does_not(self):
        job = self.client.get(of("O01").get_absolute_url())
        visit = self.client.get(of("O32").get_absolute_url())

        self.assertContains(job, "application/ld+json")
        self.assertNotContains(visit, "application/ld+json")

    def test_expired_and_filled_ones_stay_readable_as_closed(self):
        for ref in ("O09", "O31", "O18"):
            response = self.client.get(of(ref).get_absolute_url())
            self.assertContains(response, "<title>Closed: ")
            self.assertNotContains(response, "application/ld+json")

    def test_never_public_ones_answer_strangers_with_404(self):
        for ref in ("O20", "O15", "O06", "O36"):
            assert self.client.get(of(ref).get_absolute_url()).status_code == 404

    # What they say

    def test_nothing_is_left_open_and_a_reviewer_has_nothing_to_remark(self):
        for ref, opportunity in everything().items():
            opportunity.full_clean()
            assert [needs for needs in needs_of(opportunity).values() if needs] == [], ref
            assert remarks_on(opportunity) == [], ref

    def test_texts_are_whole_and_calm(self):
        for ref, opportunity in everything().items():
            text = opportunity.summary + opportunity.tasks + opportunity.lessons
            assert opportunity.summary.endswith("."), ref
            assert "!" not in text, ref
            assert len(opportunity.tasks.split()) >= 55, ref
            assert 2 <= opportunity.apply_steps_html.count("<li>") <= 4, ref

    def test_kinds_are_as_many_as_in_the_table(self):
        kinds = Counter(row.kind for row in everything().values())

        assert kinds == {
            Kind.APPRENTICESHIP: 10,
            Kind.INTERNSHIP: 10,
            Kind.ON_THE_JOB: 7,
            Kind.MENTORING: 4,
            Kind.JOB_SHADOW: 5,
            Kind.CO_OP: 4,
        }

    def test_mentoring_and_shadows_are_unpaid_and_all_else_has_a_wage(self):
        for ref, opportunity in everything().items():
            assert opportunity.paid == (Paid.UNPAID if opportunity.is_visit else Paid.WAGE), ref

    def test_length_and_hours_are_read_as_people_mean_them(self):
        line, co_op, week, talk = of("O04"), of("O37"), of("O33"), of("O30")

        assert (line.length, line.length_unit) == (8000, LengthUnit.HOURS)
        assert (co_op.length, co_op.length_unit) == (12, LengthUnit.MONTHS)
        assert (week.hours_max, week.hours_per) == (20, "visit")
        assert (talk.hours_max, talk.hours_per) == (1, "month")

    def test_ages_and_grades_are_asked_for(self):
        ages = {ref: of(ref).minimum_age for ref in ("O24", "O30", "O32", "O34", "O35")}

        assert ages == {"O24": 21, "O30": 16, "O32": 16, "O34": 18, "O35": 15}

    def test_wages_climb_evenly_by_hours(self):
        terms = of("O01").terms

        steps = [(step.after, f"{step.rate}") for step in terms.steps.all()]
        rates = "16.00 17.50 19.00 20.50 21.75 23.25 24.75 26.25".split()
        assert steps == [(1000 * number, rate) for number, rate in enumerate(rates)]
        assert f"{terms.journey_rate}" == "29.15"

    def test_wages_climb_by_months_where_skills_count(self):
        terms = of("O05").terms

        assert (terms.approach, terms.months, terms.job_hours) == ("competency", 12, None)
        assert [step.after for step in terms.steps.all()] == [0, 3, 6, 9]

    def test_only_those_with_a_code_are_called_registered(self):
        rest = ApprenticeshipTerms.objects.exclude(registration="registered")

        assert [terms.opportunity for terms in rest] == [of("O09")]
        assert of("O01").terms.program_number == "DEMO-0159"

    def test_employers_offer_what_their_table_says(self):
        limestone = Employer.objects.get(organization__slug="limestone-health")

        assert Employer.objects.count() == 24
        assert limestone.offers == ["tuition assistance", "flexible schedules", "mentoring"]

    # What happened to them

    def test_each_has_a_history_that_fits_its_state(self):
        said = {ref: history_of(of(ref)) for ref in ("O01", "O06", "O15", "O18", "O20")}

        assert said["O20"] == ["began a draft"]
        assert said["O06"] == ["began a draft", "sent to review"]
        assert said["O01"] == said["O15"] == ["began a draft", "sent to review", "published"]
        assert said["O18"] == [*said["O01"], "closed"]

    def test_history_is_past_and_has_names(self):
        entries = Entry.objects.filter(
            subject_type=ContentType.objects.get_for_model(Opportunity)
        ).order_by("at")

        assert all(entry.at < NOON and entry.by_name for entry in entries)
        assert {e.by_name for e in entries if e.what == "published"} == {"Ines Calloway"}
        assert Entry.objects.filter(by_name="Dana Okafor", what="sent to review").count() == 3

    def test_two_wait_for_a_reviewer(self):
        waiting = Review.objects.open().filter(
            subject_type=ContentType.objects.get_for_model(Opportunity)
        )

        assert {review.subject for review in waiting} == {of("O06"), of("O36")}

    def test_filled_one_says_how_it_ended(self):
        filled = of("O18")

        assert (filled.state, filled.outcome, filled.filled) == (State.CLOSED, "filled-here", 2)

    # Again, and away

    def test_loading_again_moves_dates_and_keeps_the_rows(self):
        ids = {ref: row.pk for ref, row in everything().items()}
        closes, entries = of("O01").closes_at, Entry.objects.count()

        opportunities.load(TODAY + timedelta(days=10), people())

        assert {ref: row.pk for ref, row in everything().items()} == ids
        assert Opportunity.objects.count() == 40
        assert Entry.objects.count() == entries
        assert of("O01").closes_at - closes == timedelta(days=10)

    def test_loading_again_undoes_what_a_visitor_changed(self):
        Opportunity.objects.filter(pk=of("O01").pk).update(title="Spoiled", state=State.ARCHIVED)

        opportunities.load(TODAY, people())

        assert of("O01").title == "Electrician Apprentice"
        assert of("O01").standing() == "open"

    def test_removing_leaves_none(self):
        opportunities.remove()

        things = ContentType.objects.get_for_model(Opportunity)
        assert not Opportunity.objects.exists()
        assert not Employer.objects.exists()
        assert not Entry.objects.filter(subject_type=things).exists()
        assert not Review.objects.filter(subject_type=things).exists()

    def test_removing_keeps_what_others_posted(self):
        bluestem = Organization.objects.get(slug="bluestem-fab").employer
        theirs = Opportunity.objects.create(
            employer=bluestem, kind=Kind.JOB_SHADOW, title="See a press"
        )

        opportunities.remove()

        assert list(Opportunity.objects.all()) == [theirs]
        assert list(Employer.objects.all()) == [bluestem]


def history_of(opportunity: Opportunity) -> list[str]:
    """What was done to it, the oldest first."""
    entries = Entry.objects.filter(
        subject_type=ContentType.objects.get_for_model(opportunity), subject_id=str(opportunity.pk)
    )
    return list(entries.order_by("at").values_list("what", flat=True))
