"""People and their duties on the coalition's staff."""

from typing import Any

from allauth.account.models import EmailAddress
from django.db import transaction

from accounts.actions.history import record
from accounts.models import Duty, User


@transaction.atomic
def create_person(*, email: str, name: str, by: Any = None, password: str | None = None) -> User:
    """A person whose address is known to be theirs; without a password they set one by
    "I forgot my password". A person who is here already is returned as they are."""
    user = User.objects.filter(email__iexact=email).first()
    if user is None:
        user = User.objects.create_user(email, password, name=name)
        record(by=by, what="created the account", subject=user)
    EmailAddress.objects.get_or_create(
        user=user, email=user.email, defaults={"verified": True, "primary": True}
    )
    return user


@transaction.atomic
def give_duty(*, user: User, role: str, by: Any = None) -> Duty:
    """Give a person a role on the coalition's staff; giving it twice changes nothing."""
    duty, is_new = Duty.objects.get_or_create(user=user, role=role, defaults={"given_by": by})
    if is_new:
        record(by=by, what=f"gave the duty “{duty.get_role_display()}”", subject=user)
    user.__dict__.pop("duty_roles", None)
    return duty
