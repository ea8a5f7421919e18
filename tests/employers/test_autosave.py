"""Nothing that is typed is lost, and nobody overwrites anybody: autosave, two tabs, two people."""

import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.test import Client

from accounts.models import Entry
from employers.models import Opportunity, Typed
from employers.models.life import SectionSave
from tests.employers.factories import EmployerFactory, OpportunityFactory
from tests.factories import MembershipFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def draft(company, recruiter):
    return OpportunityFactory(employer=EmployerFactory(organization=company), draft=True)


@pytest.fixture
def colleague(company):
    user = UserFactory(name="Sam", email="sam@example.org")
    MembershipFactory(user=user, organization=company)
    return user


def client_of(user) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


class Page:
    """An open browser page of a section: what it would send."""

    def __init__(self, client, row, section):
        self.client, self.url = client, f"/opportunities/{row.pk}/edit/{section}/"
        self.answer = client.get(self.url)
        self.read(self.answer.content.decode())

    def read(self, html):
        self.fields = {}
        for tag in re.findall(r"<input[^>]*>", html):
            name, kind = _of(tag, "name"), _of(tag, "type")
            if kind in ("radio", "checkbox") and " checked" not in tag:
                continue
            if name and kind != "submit":
                self.fields.setdefault(name, []).append(_of(tag, "value"))
        for name, body in re.findall(
            r'<textarea name="([^"]+)"[^>]*>\r?\n?(.*?)</textarea>', html, re.DOTALL
        ):
            self.fields[name] = [body.strip()]
        for name, body in re.findall(r'<select name="([^"]+)".*?>(.*?)</select>', html, re.DOTALL):
            chosen = re.search(r'<option value="([^"]*)"[^>]* selected', body)
            self.fields[name] = [chosen.group(1) if chosen else ""]

    def type(self, **answers):
        self.fields |= {name: [value] for name, value in answers.items()}
        return self

    def autosave(self, *, lost=False):
        """The answer; its hidden values are taken over, as the browser does, unless it is lost."""
        answer = self.client.post(self.url + "autosave/", self.fields, headers={"HX-Request": "1"})
        if not lost:
            for tag in re.findall(r"<input[^>]*data-hx-swap-oob[^>]*>", answer.content.decode()):
                self.fields[_of(tag, "name")] = [_of(tag, "value")]
        return answer

    def send(self, **buttons):
        return self.client.post(self.url, self.fields | buttons)


def _of(tag, name):
    found = re.search(rf'\b{name}="([^"]*)"', tag)
    return found.group(1) if found else ""


def words(row, name):
    return getattr(Opportunity.objects.get(pk=row.pk), name)


# Saving by itself


def test_a_page_saves_itself_and_says_when(recruiter, draft):
    page = Page(client_of(recruiter), draft, "work")

    answer = page.type(summary="Weld gates.").autosave()

    body = answer.content.decode()
    assert re.search(r"<p>Saved \d{1,2}:\d\d [ap]m</p>", body)
    assert 'id="coach"' in body and 'data-hx-swap-oob="true"' in body
    assert "<html" not in body
    assert words(draft, "summary") == "Weld gates."
    assert SectionSave.objects.get(section="work").by == recruiter


def test_an_untouched_page_writes_nothing(recruiter, draft):
    page = Page(client_of(recruiter), draft, "work")

    page.autosave()

    assert words(draft, "revision") == draft.revision


def test_it_saves_again_and_again_from_one_open_page(recruiter, draft):
    page = Page(client_of(recruiter), draft, "work")
    for text in ("W", "We", "Wel", "Weld."):
        assert page.type(summary=text).autosave().status_code == 200

    assert words(draft, "summary") == "Weld."


def test_what_is_wrong_is_kept_and_the_rest_is_saved(recruiter, draft):
    page = Page(client_of(recruiter), draft, "place")

    answer = page.type(hours_min="many", hours_max="x", schedule_note="Mondays").autosave()

    body = answer.content.decode()
    assert "Kept as you typed it; 2 answers need mending before they count." in body
    assert 'href="#id_hours_min">Hours, from: Write a number' in body
    assert words(draft, "schedule_note") == "Mondays"
    assert words(draft, "hours_min") == 40


def test_it_is_not_sent_while_something_typed_is_not_saved(recruiter, colleague, draft):
    """Else a reader would get other answers than its author thinks."""
    client, page = client_of(recruiter), Page(client_of(recruiter), draft, "place")
    page.type(hours_max="many").autosave()

    preview = client.get(f"/opportunities/{draft.pk}/preview/").content.decode()
    refused = client.post(f"/opportunities/{draft.pk}/send/", follow=True).content.decode()

    assert "Save what you typed</a>" in preview and "Send to review" not in preview
    assert "What you typed on “Place and hours” is not saved yet." in refused
    assert words(draft, "state") == "draft"
    client_of(colleague).post(f"/opportunities/{draft.pk}/send/")
    assert words(draft, "state") == "in-review"


def test_it_comes_back_on_another_device_with_the_sentences(recruiter, draft):
    Page(client_of(recruiter), draft, "place").type(hours_min="many").autosave()

    page = Page(client_of(recruiter), draft, "place")

    body = page.answer.content.decode()
    assert page.fields["hours_min"] == ["many"]
    assert "Write a number, such as 18 or 18.50." in body
    assert "This is what you typed" in body
    assert "Not all saved" in client_of(recruiter).get(draft.edit_url).content.decode()


def test_it_is_nobody_elses(recruiter, colleague, draft):
    Page(client_of(recruiter), draft, "place").type(hours_min="many").autosave()

    page = Page(client_of(colleague), draft, "place")

    assert "many" not in page.answer.content.decode()


def test_a_clean_save_forgets_it(recruiter, draft):
    page = Page(client_of(recruiter), draft, "place")
    page.type(hours_min="many").autosave()
    page.type(hours_min="30").autosave()

    assert not Typed.objects.exists()
    assert words(draft, "hours_min") == 30


def test_it_can_be_dropped(recruiter, draft):
    client = client_of(recruiter)
    Page(client, draft, "place").type(hours_min="many").autosave()

    page = client.post(f"/opportunities/{draft.pk}/edit/place/", {"drop": "1"}, follow=True)

    assert "many" not in page.content.decode()
    assert not Typed.objects.exists()


def test_save_for_later_keeps_and_never_refuses(recruiter, draft):
    page = Page(client_of(recruiter), draft, "place").type(hours_min="many", length="12")

    answer = page.client.post(page.url, page.fields | {"later": "1"}, follow=True)

    assert "Kept as you typed it; one answer needs mending" in answer.content.decode()
    assert words(draft, "length") == 12
    assert Typed.objects.get().user == recruiter


def test_save_and_continue_asks_and_loses_nothing(recruiter, draft):
    page = Page(client_of(recruiter), draft, "work").type(summary="Weld gates.", tasks="")

    answer = page.send()

    assert answer.status_code == 422
    assert "Say what they will do." in answer.content.decode()
    assert words(draft, "summary") == "Weld gates."
    assert not Typed.objects.exists()


@pytest.mark.parametrize("text", ["\u202e", "\ud83d\ude80" * 3, "a\x07b", "'); --", "{{"])
def test_odd_characters_are_kept_too(recruiter, draft, text):
    text = text.encode("utf-16", "surrogatepass").decode("utf-16")
    page = Page(client_of(recruiter), draft, "place").type(hours_min=text)

    assert page.autosave().status_code == 200
    assert page.client.get(page.url).status_code == 200


def test_more_than_a_page_holds_is_told(recruiter, draft):
    page = Page(client_of(recruiter), draft, "work").type(tasks="é" * 60_000)

    answer = page.autosave()

    assert answer.status_code == 413
    assert "This is too long to keep" in answer.content.decode()
    assert not Typed.objects.exists()


def test_words_that_became_fixed_are_kept_as_typed(recruiter, draft):
    page = Page(client_of(recruiter), draft, "work").type(summary="Weld gates.")
    Opportunity.objects.filter(pk=draft.pk).update(state="in-review")

    answer = page.autosave()

    assert answer.status_code == 409
    assert "What you typed is kept." in answer.content.decode()
    assert words(draft, "summary") == draft.summary
    Opportunity.objects.filter(pk=draft.pk).update(state="returned")
    assert "Weld gates." in page.client.get(page.url).content.decode()


def test_a_stranger_and_an_outsider_save_nothing(client, outsider, draft):
    url = f"/opportunities/{draft.pk}/edit/work/autosave/"

    assert client.post(url, {"title": "x"}).status_code == 302
    assert client_of(outsider).post(url, {"title": "x"}).status_code == 404
    assert client_of(outsider).post(url.replace("/work/", "/nil/")).status_code == 404
    assert words(draft, "title") == draft.title
    assert not Typed.objects.exists()


def test_forged_marks_and_fields_write_no_more_than_the_form(recruiter, draft, outsider):
    page = Page(client_of(recruiter), draft, "work")

    page.type(summary="Mine.", state="published", employer="1", seen="x:y " * 9000, page="zz")

    assert page.autosave().status_code in (200, 409)
    assert words(draft, "state") == "draft"


def test_saving_by_itself_writes_no_history(recruiter, draft):
    Page(client_of(recruiter), draft, "work").type(summary="Weld gates.").autosave()

    assert not Entry.objects.filter(subject_id=str(draft.pk)).exists()


# Two tabs, two people


def test_a_colleague_on_another_page_is_no_conflict(recruiter, colleague, draft):
    mine = Page(client_of(recruiter), draft, "work")
    theirs = Page(client_of(colleague), draft, "pay")

    assert theirs.type(pay_note="Boots paid.").autosave().status_code == 200
    assert mine.type(summary="Weld gates.").autosave().status_code == 200
    assert mine.send(later="1").status_code == 302

    assert words(draft, "pay_note") == "Boots paid."
    assert words(draft, "summary") == "Weld gates."


def test_two_people_on_one_page_keep_what_each_wrote(recruiter, colleague, draft):
    mine = Page(client_of(recruiter), draft, "work")
    theirs = Page(client_of(colleague), draft, "work")
    theirs.type(summary="Sam’s summary.").autosave()

    mine.type(lessons="Reading plans.").autosave()
    mine.type(lessons="Reading plans well.").autosave()

    assert words(draft, "summary") == "Sam’s summary."
    assert words(draft, "lessons") == "Reading plans well."


def test_one_answer_changed_by_two_is_nobodys_until_one_is_chosen(recruiter, colleague, draft):
    mine = Page(client_of(recruiter), draft, "work")
    Page(client_of(colleague), draft, "work").type(summary="Sam’s summary.").autosave()

    answer = mine.type(summary="Rosa’s summary.").autosave()

    body = answer.content.decode()
    assert answer.status_code == 409
    assert re.search(r"Sam saved this section at \d{1,2}:\d\d [ap]m\.", body)
    assert f'href="{mine.url}"' in body
    assert words(draft, "summary") == "Sam’s summary."

    both = Page(mine.client, draft, "work")
    html = both.answer.content.decode()
    assert "Rosa’s summary." in html and "Sam’s summary." in html
    assert 'data-hx-post="' not in html.partition('id="autosave"')[2]
    both.send(later="1", **{"choose-summary": "theirs"})
    assert words(draft, "summary") == "Sam’s summary."
    assert not Typed.objects.exists()


def test_choosing_mine_writes_mine(recruiter, colleague, draft):
    mine = Page(client_of(recruiter), draft, "work")
    Page(client_of(colleague), draft, "work").type(summary="Sam’s summary.", title="Sam’s").send()
    mine.type(summary="Rosa’s summary.", title="Rosa’s")

    answer = mine.send(later="1")

    assert answer.status_code == 409
    both = Page(mine.client, draft, "work")
    both.type(**{"choose-summary": "mine", "choose-title": "theirs"})
    assert both.send(later="1").status_code == 302
    assert words(draft, "summary") == "Rosa’s summary."
    assert words(draft, "title") == "Sam’s"


def test_a_third_save_before_the_choice_asks_again(recruiter, colleague, draft):
    mine = Page(client_of(recruiter), draft, "work")
    sam = Page(client_of(colleague), draft, "work")
    sam.type(summary="First.").autosave()
    mine.type(summary="Rosa’s.").autosave()
    both = Page(mine.client, draft, "work")
    sam.type(summary="Second.").autosave()

    answer = both.type(**{"choose-summary": "mine"}).send(later="1")

    assert answer.status_code == 409
    assert "Second." in answer.content.decode()
    assert words(draft, "summary") == "Second."


def test_two_tabs_of_one_person_meet_too(recruiter, draft):
    client = client_of(recruiter)
    one, two = Page(client, draft, "work"), Page(client, draft, "work")
    one.type(summary="From the first.").autosave()

    answer = two.type(summary="From the second.").autosave()

    assert answer.status_code == 409
    assert "You saved this section in another tab" in answer.content.decode()
    assert words(draft, "summary") == "From the first."


def test_rows_of_two_people_are_not_mixed(recruiter, colleague, draft):
    """A street of one and a ZIP code of the other would be a third place."""
    mine = Page(client_of(recruiter), draft, "place")
    theirs = Page(client_of(colleague), draft, "place")
    theirs.type(street_0="1 River Street").autosave()

    assert mine.type(street_1="2 Hill Road").autosave().status_code == 409


def test_a_lost_answer_is_not_somebody_elses(recruiter, draft):
    page = Page(client_of(recruiter), draft, "work")
    page.type(summary="Half").autosave(lost=True)

    answer = page.type(summary="Half and the rest.").autosave()

    assert answer.status_code == 200
    assert words(draft, "summary") == "Half and the rest."


@pytest.mark.django_db(transaction=True)
def test_twenty_saves_at_once_lose_no_answer(recruiter, colleague, draft):
    fields = ("schedule_note", "place_note", "length_note")

    def save(number):
        try:
            page = Page(client_of((recruiter, colleague)[number % 2]), draft, "place")
            page.type(**{fields[number]: f"Words {number}"})
            return page.autosave().status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(3) as pool:
        statuses = list(pool.map(save, range(3)))

    assert statuses == [200, 200, 200]
    assert [words(draft, name) for name in fields] == ["Words 0", "Words 1", "Words 2"]


@pytest.mark.django_db(transaction=True)
def test_of_two_who_change_one_answer_at_once_one_is_asked(recruiter, colleague, draft):
    pages = [Page(client_of(user), draft, "work") for user in (recruiter, colleague)]
    texts = ["Rosa’s summary.", "Sam’s summary."]

    def save(number):
        try:
            return pages[number].type(summary=texts[number]).autosave().status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        statuses = list(pool.map(save, range(2)))

    assert sorted(statuses) == [200, 409]
    assert words(draft, "summary") == texts[statuses.index(200)]
    assert Typed.objects.get().user == (recruiter, colleague)[statuses.index(409)]


# What it costs


def test_pages_ask_a_fixed_number_of_questions(recruiter, draft, django_assert_num_queries):
    client = client_of(recruiter)
    client.get(draft.edit_url)

    with django_assert_num_queries(15):
        client.get(draft.edit_url)
    with django_assert_num_queries(13):
        client.get(f"/opportunities/{draft.pk}/edit/pay/")
