import pytest

from accounts.choices import StaffRole
from accounts.models import User
from plans.models import Plan, PlanVersion
from tests.factories import DutyFactory, UserFactory
from tests.plans.factories import make_plan, open_for_comment
from vocabularies.models import Region


@pytest.fixture
def plan(region: Region) -> Plan:
    return make_plan(strategies=2)


@pytest.fixture
def version(plan: Plan) -> PlanVersion:
    """Version 1, open for comment."""
    return open_for_comment(plan)


@pytest.fixture
def editor(region: Region) -> User:
    user = UserFactory(name="Edda", email="edda@example.org")
    DutyFactory(user=user, role=StaffRole.PLAN_EDITOR)
    return user


@pytest.fixture
def moderator(region: Region) -> User:
    user = UserFactory(name="Moira", email="moira@example.org")
    DutyFactory(user=user, role=StaffRole.MODERATOR)
    return user
