"""Who may do what, as tables: person × state → yes or no."""

from types import SimpleNamespace

import pytest
from django.contrib.auth.models import AnonymousUser

from accounts import rules
from accounts.actions import NotAllowed, decide_review, send_to_review
from accounts.choices import MembershipState, OrganizationState, ReviewState, StaffRole
from accounts.models import Membership, Review, User
from tests.factories import DutyFactory, MembershipFactory, OrganizationFactory, UserFactory

NOBODY = AnonymousUser()
PEOPLE = "public stranger member administrator evaluator staff staff_member".split()


@pytest.fixture
def cast(region: object, request: pytest.FixtureRequest) -> SimpleNamespace:
    organization = OrganizationFactory(name="Blackland Steel")
    people: dict[str, object] = {"public": NOBODY, "stranger": UserFactory()}
    people["member"] = MembershipFactory(organization=organization).user
    people["administrator"] = MembershipFactory(organization=organization, administrator=True).user
    people["evaluator"] = DutyFactory(user=UserFactory(), role=StaffRole.EVALUATOR).user
    people["staff"] = DutyFactory(user=UserFactory(), role=StaffRole.ADMINISTRATOR).user
    own = MembershipFactory(organization=organization, administrator=True).user
    people["staff_member"] = DutyFactory(user=own, role=StaffRole.ADMINISTRATOR).user
    return SimpleNamespace(organization=organization, people=people)


def answers(cast: SimpleNamespace, rule: str) -> str:
    """The people for whom the rule says yes, in the order of PEOPLE."""
    asked = getattr(rules, rule)
    return " ".join(p for p in PEOPLE if asked(cast.people[p], cast.organization))


OURS = "member administrator evaluator staff staff_member"
ALL = " ".join(PEOPLE)


@pytest.mark.parametrize(
    ("state", "was_verified", "see", "join", "resubmit"),
    [
        ("pending", False, OURS, "", ""),
        ("pending", True, ALL, "stranger evaluator staff", ""),
        ("returned", False, OURS, "", "administrator staff_member"),
        ("returned", True, ALL, "stranger evaluator staff", "administrator staff_member"),
        ("verified", True, ALL, "stranger evaluator staff", ""),
        ("suspended", True, OURS, "", ""),
    ],
)
def test_rules_that_follow_the_state(
    cast: SimpleNamespace, state: str, was_verified: bool, see: str, join: str, resubmit: str
) -> None:
    cast.organization.state = OrganizationState(state)
    cast.organization.verified_at = cast.organization.created_at if was_verified else None

    assert answers(cast, "may_see_organization") == see
    assert answers(cast, "may_ask_to_join") == join
    assert answers(cast, "may_resubmit_organization") == resubmit


@pytest.mark.parametrize(
    ("rule", "yes"),
    [
        ("is_member", "member administrator staff_member"),
        ("may_manage_organization", "administrator staff_member"),
        ("may_verify_organization", "staff"),
        ("may_review", "staff"),
        ("may_see_people", "member administrator staff staff_member"),
    ],
)
@pytest.mark.parametrize("state", OrganizationState.values)
def test_rules_that_do_not_follow_the_state(
    cast: SimpleNamespace, rule: str, yes: str, state: str
) -> None:
    cast.organization.state = OrganizationState(state)

    assert answers(cast, rule) == yes


def test_nobody_decides_what_they_sent_in_even_after_leaving(cast: SimpleNamespace) -> None:
    organization, staff = cast.organization, cast.people["staff"]
    theirs = send_to_review(subject=organization, organization=organization, by=staff)

    assert not rules.may_decide_review(staff, theirs)
    with pytest.raises(NotAllowed):
        decide_review(review=theirs, to=ReviewState.APPROVED, by=staff)
    assert decide_review(review=theirs, to=ReviewState.WITHDRAWN, by=staff).decided_by == staff
    other = Review(organization=organization, sent_by=cast.people["member"])
    assert [p for p in PEOPLE if rules.may_decide_review(cast.people[p], other)] == ["staff"]


@pytest.mark.parametrize("state", OrganizationState.values)
@pytest.mark.parametrize("person", PEOPLE)
@pytest.mark.parametrize("was_verified", [True, False])
def test_what_is_seen_is_what_the_rule_says(
    cast: SimpleNamespace, state: str, person: str, was_verified: bool
) -> None:
    organization, user = cast.organization, cast.people[person]
    organization.state = OrganizationState(state)
    organization.verified_at = organization.created_at if was_verified else None
    organization.save()

    found = type(organization).objects.visible_to(user).filter(pk=organization.pk).exists()

    assert found == rules.may_see_organization(user, organization)


@pytest.mark.parametrize(
    ("state", "yes"),
    [
        (MembershipState.REQUESTED, "stranger administrator staff staff_member"),
        (MembershipState.ACTIVE, "stranger administrator staff staff_member"),
        (MembershipState.DECLINED, ""),
        (MembershipState.LEFT, ""),
    ],
)
def test_membership_is_ended_by_its_person_or_an_administrator(
    cast: SimpleNamespace, state: str, yes: str
) -> None:
    membership = Membership.objects.create(
        organization=cast.organization, user=cast.people["stranger"], state=state
    )

    asked = [p for p in PEOPLE if rules.may_end_membership(cast.people[p], membership)]

    assert " ".join(asked) == yes


@pytest.mark.parametrize(
    ("role", "asked", "holds"),
    [
        (StaffRole.ADMINISTRATOR, StaffRole.PLAN_EDITOR, True),
        (StaffRole.PLAN_EDITOR, StaffRole.PLAN_EDITOR, True),
        (StaffRole.PLAN_EDITOR, StaffRole.MODERATOR, False),
        (StaffRole.EVALUATOR, StaffRole.MODERATOR, False),
    ],
)
def test_duty_is_held_by_its_holder_and_administrators(
    region: object, role: str, asked: str, holds: bool
) -> None:
    user = DutyFactory(user=UserFactory(), role=role).user

    assert rules.has_duty(user, asked) is holds


@pytest.mark.parametrize(
    ("fields", "role", "needs"),
    [
        ({}, None, False),
        ({"is_staff": True}, None, True),
        ({"is_superuser": True}, None, True),
        ({}, StaffRole.EVALUATOR, True),
        ({}, StaffRole.ADMINISTRATOR, True),
    ],
)
def test_second_factor_is_needed_by_staff(
    region: object, fields: dict, role: str | None, needs: bool
) -> None:
    user: User = UserFactory(**fields)
    if role:
        DutyFactory(user=user, role=role)

    assert rules.needs_second_factor(user) is needs
    assert rules.needs_second_factor(NOBODY) is False
