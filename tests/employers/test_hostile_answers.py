"""Whatever is sent to a page of a posting gets a page back, with a sentence and what was typed."""

from html import escape
from typing import Any

import pytest

from employers.choices import Kind
from employers.forms import FORMS
from employers.models import Opportunity
from employers.postings.sections import sections_of
from tests.employers.factories import EmployerFactory, OpportunityFactory

pytestmark = pytest.mark.django_db

ODD = {
    "far date": "9999-12-31",
    "first date": "0001-01-01",
    "negative": "-5",
    "exponent": "1e5",
    "other digits": "١٢",
    "huge": "9" * 30,
    "very huge": "9" * 5000,
    "much": "60000",
    "infinite": "Infinity",
    "not a number": "NaN",
    "emoji": "🎉🎉🎉",
    "long": "x" * 300,
    "very long": "x" * 20000,
    "too long to keep": "é" * 60000,
    "direction": "abc\u202edef",
    "no width": "\u200b\u200b",
    "nul": "a\0b",
    "surrogate": "a\ud800b",
    "noncharacter": "a\uffffb",
    "breaks": "a\r\n\u2028b",
    "markup": "</textarea></script><script>alert(1)</script>",
    "id": "00000000-0000-0000-0000-000000000000",
    "template": "{{ 7|add:7 }}{% x %}",
    "empty": "",
    "several": ["x", "1", ""],
}
# Every value is tried where most is written; these on the other pages.
ODDEST = "exponent,other digits,far date,first date,negative,very huge,infinite".split(",")
ODDEST += "too long to keep,direction,nul,surrogate,markup,empty,several".split(",")
ANSWERS = {200, 302, 400, 409, 413, 422}


def pages() -> list[tuple[str, str]]:
    """(kind, page of it), each page once with the first kind that has it."""
    found: dict[str, str] = {}
    for kind in Kind:
        for section in sections_of(Opportunity(kind=kind, paid="unpaid")):
            found.setdefault(section.slug, kind.value)
    return [(kind, slug) for slug, kind in found.items()]


def draft_of(kind: str, company: Any) -> Opportunity:
    employer = EmployerFactory(organization=company)
    return OpportunityFactory(employer=employer, kind=kind, draft=True, paid="unpaid")


def sendable(value: Any) -> Any:
    """A browser cannot send half of a pair of code units; others can try."""
    if isinstance(value, list):
        return [sendable(part) for part in value]
    return value.encode("utf-8", "surrogatepass").decode("utf-8", "replace")


@pytest.mark.parametrize(("kind", "slug"), pages())
def test_no_answer_breaks_a_page_or_is_lost(signed_in, recruiter, company, kind, slug):
    """A value in every field of the page, one after the other."""
    client, row = signed_in(recruiter), draft_of(kind, company)
    names = [*FORMS[slug](instance=row).fields, "zip_0", "after_0", "step_hours_0", "skill_0"]

    broken, lost = {}, []
    for odd in ODD if slug == "work" else ODDEST:
        value = ODD[odd]
        data = dict.fromkeys(names, sendable(value)) | {"revision": "1"}
        answer = client.post(f"/opportunities/{row.pk}/edit/{slug}/", data)
        if answer.status_code not in ANSWERS:
            broken[odd] = answer.status_code
        is_text = isinstance(value, str) and value.isprintable()
        if answer.status_code == 422 and is_text and escape(value) not in answer.content.decode():
            lost.append(odd)

    assert (broken, lost) == ({}, [])


@pytest.mark.parametrize("name", ["revision", "seen", "page", "more", "choose-title"])
def test_no_hidden_field_breaks_a_page(signed_in, recruiter, company, name):
    client, row = signed_in(recruiter), draft_of("mentoring", company)
    url = f"/opportunities/{row.pk}/edit/work/"
    typed = {"title": "Some words", "revision": "1"}
    values = ["", "x", "-1", "9" * 5000, "title:zz", "title:0123456789ab", "\0", "٣"]

    found = {value: client.post(url, typed | {name: value}).status_code for value in values}

    assert {value: status for value, status in found.items() if status not in ANSWERS} == {}
