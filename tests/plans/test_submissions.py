"""What came on paper, by e-mail or at a meeting: entered as it came, split by item, shown so."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from accounts.actions import NotAllowed
from accounts.choices import StaffRole
from plans.actions import (
    Beginning,
    begin_next_plan,
    decline_comment,
    publish_comment,
    version_on,
)
from plans.actions.erasing import erase_addresses
from plans.comments.pieces import left_over, number_in, without
from plans.models import Comment, Item, Response, Submission
from tests.factories import DutyFactory, UserFactory
from tests.plans.factories import item_called, make_comment, open_for_comment

LETTER = """Dear partners,

on 1.1 I would add child care.

Please start later
in the evening."""
CARD = {
    "source": "paper",
    "said_on": "2026-05-14",
    "note": "Card from the box in Kyle",
    "text": LETTER,
    "name": "Delia Ruiz",
    "email": "",
    "organization_name": "",
    "kind": "",
    "relation": "self",
    "shown": "all",
}


@pytest.fixture
def staff(moderator, signed_in):
    return signed_in(moderator)


@pytest.fixture
def colleague(region):
    user = UserFactory(name="Cleo", email="cleo@example.org")
    DutyFactory(user=user, role=StaffRole.MODERATOR)
    return user


@pytest.fixture
def submission(version, moderator) -> Submission:
    fields = {**CARD, "said_on": date(2026, 5, 14)}
    return Submission.objects.create(plan=version.plan, entered_by=moderator, **fields)


def rows(*pieces: tuple[str, str, str], **more: str) -> dict[str, str]:
    """(token, words, item) of each row, as the page sends them."""
    sent = {"do": "save"} | more
    for n, (token, text, item) in enumerate(pieces):
        sent |= {f"{n}-token": token, f"{n}-text": text, f"{n}-item": item, f"{n}-stance": ""}
    return sent


def split(staff, submission, *pieces, **more):
    more.setdefault("seen", submission.seen)
    return staff.post(f"/moderation/entered/{submission.pk}/", rows(*pieces, **more))


def test_what_came_is_entered_once_though_the_form_is_sent_twice(version, staff):
    sent = CARD | {"token": str(uuid4())}

    first = staff.post("/moderation/entered/add/", sent)
    second = staff.post("/moderation/entered/add/", sent)

    submission = Submission.objects.get()
    assert first.url == second.url == f"/moderation/entered/{submission.pk}/"
    assert (submission.text, submission.entered_by.name) == (LETTER, "Moira")


def test_what_came_to_the_next_plan_is_entered_while_that_is_open(version, staff, editor):
    new = begin_next_plan(plan=version.plan, beginning=Beginning("River"), fates={}, by=editor)
    assert "About which plan" not in staff.get("/moderation/entered/add/").content.decode()
    open_for_comment(new)

    staff.post("/moderation/entered/add/", CARD | {"plan": new.pk, "token": str(uuid4())})

    submission = Submission.objects.get()
    assert submission.plan == new
    page = staff.get(f"/moderation/entered/{submission.pk}/").content.decode()
    assert "version 1, the first one of River" in page


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("source", "web"),
        ("said_on", "2050-01-01"),
        ("said_on", "1066-01-01"),
        ("said_on", "soon"),
        ("text", ""),
        ("email", "nobody"),
        ("relation", "works"),
        ("organization_name", "Some Company"),
    ],
)
def test_what_makes_no_sense_is_refused_and_kept(version, staff, field, value):
    answer = staff.post("/moderation/entered/add/", CARD | {field: value})

    page = answer.content.decode()
    assert answer.status_code == 422 and "Card from the box in Kyle" in page
    assert not Submission.objects.exists()


def test_a_letter_is_split_and_what_stays_out_is_shown_first(version, staff, submission, colleague):
    page = staff.get(f"/moderation/entered/{submission.pk}/").content.decode()
    assert 'value="1.1"' in page  # the paragraph names it

    pieces = [
        (str(uuid4()), "on 1.1 I would add child care.", "1.1"),
        (str(uuid4()), "Please start later in the evening.", "Begin the 2. thing"),
    ]
    asked = split(staff, submission, *pieces, do="check").content.decode()
    assert "go to no item" in asked and "“Dear partners,”" in asked
    assert not Comment.objects.exists()

    for _ in range(2):
        split(staff, submission, *pieces, seen=submission.seen)
    one, two = Comment.objects.order_by("pk")
    assert (one.number, two.number) == ("1.1", "1.2.1")
    assert (one.state, one.source, one.version, one.name) == (
        "waiting",
        "paper",
        version,
        "Delia Ruiz",
    )
    assert timezone.localdate(one.created_at) == date(2026, 5, 14)


def test_it_is_shown_as_it_came_once_somebody_else_has_read_it(
    version, staff, submission, moderator, colleague
):
    split(staff, submission, (str(uuid4()), "I would add child care.", "1.1"))
    comment = Comment.objects.get()

    with pytest.raises(NotAllowed, match="You entered this"):
        publish_comment(comment=comment, by=moderator)
    assert (
        "a colleague reads it"
        in staff.get(f"/moderation/entered/{submission.pk}/").content.decode()
    )
    publish_comment(comment=comment, by=colleague)

    page = Client().get("/plan/1.1/").content.decode()
    assert "14 May" in page and "sent on paper" in page and "Delia Ruiz" in page


def test_the_only_moderator_publishes_what_they_entered_and_is_told_so(
    version, staff, submission, moderator
):
    answer = staff.post(
        f"/moderation/entered/{submission.pk}/",
        rows((str(uuid4()), "I would add child care.", "1.1"), seen=submission.seen),
        follow=True,
    )
    assert "Nobody else moderates" in answer.content.decode()

    assert publish_comment(comment=Comment.objects.get(), by=moderator).state == "published"


@pytest.mark.parametrize(
    ("text", "item", "sentence"),
    [
        ("Words of nobody.", "1.1", "not in the text as it came"),
        ("I would add child care.", "9.9", "No item of that version"),
        ("I would add child care.", "thing", "Several items fit"),
        ("", "1.1", "Copy the words"),
    ],
)
def test_pieces_that_cannot_be_are_refused(version, staff, submission, text, item, sentence):
    answer = split(staff, submission, (str(uuid4()), text, item))

    assert answer.status_code == 422 and sentence in answer.content.decode()
    assert not Comment.objects.exists()


def test_a_changed_piece_is_read_again_and_a_missing_one_is_taken_out(
    version, staff, submission, moderator, colleague
):
    first, second = str(uuid4()), str(uuid4())
    pieces = [(first, "I would add child care.", "1.1"), (second, "start later", "1.2")]
    split(staff, submission, *pieces)
    for comment in Comment.objects.all():
        publish_comment(comment=comment, by=colleague)

    asked = split(staff, submission, (first, "add child care.", "1.1"), do="check")
    assert "is taken out and no longer shown" in asked.content.decode()
    split(staff, submission, (first, "add child care.", "1.1"))

    states = dict(Comment.objects.values_list("form_token", "state"))
    assert {str(token): state for token, state in states.items()} == {
        first: "waiting",
        second: "withdrawn",
    }


def test_two_who_change_it_do_not_overwrite_one_another(version, staff, submission):
    seen = submission.seen
    split(staff, submission, (str(uuid4()), "I would add child care.", "1.1"))

    late = split(staff, submission, (str(uuid4()), "start later", "1.2"), seen=seen)
    facts = staff.post(
        f"/moderation/entered/{submission.pk}/edit/", CARD | {"name": "Other", "seen": seen}
    )

    assert (late.status_code, facts.status_code) == (409, 409)
    assert "A colleague changed this" in late.content.decode()
    page = facts.content.decode()
    assert "What your colleague saved" in page and "Delia Ruiz" in page and 'value="Other"' in page
    assert Comment.objects.count() == 1 and Submission.objects.get().name == "Delia Ruiz"


def test_who_it_is_from_changes_in_its_comments_too(version, staff, submission, colleague):
    split(staff, submission, (str(uuid4()), "I would add child care.", "1.1"))
    publish_comment(comment=Comment.objects.get(), by=colleague)
    sent = CARD | {"name": "Delia Ruiz-Hart", "seen": submission.seen}

    staff.post(f"/moderation/entered/{submission.pk}/edit/", sent)
    comment = Comment.objects.get()
    lost = sent | {"text": "Quite another letter.", "seen": Submission.objects.get().seen}
    refused = staff.post(f"/moderation/entered/{submission.pk}/edit/", lost)

    assert (comment.name, comment.state) == ("Delia Ruiz-Hart", "waiting")
    assert refused.status_code == 422 and "no longer in the text" in refused.content.decode()


def test_once_answered_it_stays_as_it_is(version, staff, submission):
    split(staff, submission, (str(uuid4()), "I would add child care.", "1.1"))
    response = Response.objects.create(
        plan=version.plan,
        title="Child care",
        disposition="accepted",
        text="Yes.",
        changed_item=item_called("Strategy 1"),
        published_at=timezone.now(),
    )
    Comment.objects.update(response=response)

    answer = split(staff, submission)

    assert answer.status_code == 409 and "answered in public" in answer.content.decode()
    assert Comment.objects.get().state == "waiting"


def test_words_that_tell_who_a_student_is_leave_what_came_too(
    version, staff, submission, colleague
):
    split(staff, submission, (str(uuid4()), "Please start later in the evening.", "1.1"))

    decline_comment(comment=Comment.objects.get(), reason="student", by=colleague)

    text = Submission.objects.get().text
    assert "start later" not in text and "child care" in text
    page = staff.get(f"/moderation/entered/{submission.pk}/").content.decode()
    assert "start later" not in page


def test_an_address_goes_from_what_came_with_the_last_of_its_comments(
    version, staff, submission, colleague
):
    Submission.objects.update(email="delia@example.org")
    submission.refresh_from_db()
    split(staff, submission, (str(uuid4()), "I would add child care.", "1.1"))
    comment = decline_comment(comment=Comment.objects.get(), reason="off-topic", by=colleague)
    assert comment.email == "delia@example.org"

    erase_addresses(now=timezone.now())
    assert Submission.objects.get().email
    erase_addresses(now=timezone.now() + timedelta(days=31))

    assert (Comment.objects.get().email, Submission.objects.get().email) == ("", "")


def test_the_version_is_the_one_that_was_read_then(plan, version):
    Item.objects.filter(handle="Strategy 1").update(statement="New words")
    later = open_for_comment(plan)

    assert version_on(plan, timezone.localdate() - timedelta(days=400)) == version
    assert version_on(plan, timezone.localdate() + timedelta(days=1)) == later


def test_the_database_wants_a_source_for_what_staff_entered(version):
    with pytest.raises(IntegrityError, match="has_its_source"), transaction.atomic():
        make_comment(version, "1.1", source="paper")


@pytest.mark.parametrize("n", [1, 3])
def test_the_list_costs_the_same_with_one_and_with_three(
    version, staff, moderator, django_assert_num_queries, n
):
    for _ in range(n):
        Submission.objects.create(
            plan=version.plan, entered_by=moderator, **{**CARD, "said_on": date(2026, 5, 14)}
        )
    staff.get("/moderation/entered/")

    with django_assert_num_queries(5):
        staff.get("/moderation/entered/")


def test_pieces_of_a_text():
    assert left_over("One. Two. Three.", ["Two."]) == ["One.", "Three."]
    assert left_over("One.\n\nTwo.", ["One. Two."]) == []
    assert without("Say a b c.", "a\nb", "[x]") == "Say [x] c."
    assert without("Say a b c.", "z", "[x]") == "[x]"
    assert number_in("on 1.1 and 3.2.1, by 5.30 pm", ["1", "1.1", "3.2.1"]) == "3.2.1"
    assert number_in("we are 3", ["3"]) == ""
